/* SPDX-License-Identifier: MIT */
#include "linkpond/base/utf8.h"
#include "linkpond/model/link.h"
#include "linkpond/model/source.h"

/*
 * A draft onto a link. Everything happens on a copy: a refused draft leaves the link as it was. Ids of campaign,
 * channel, owner and domain are set to 0 where their key changed, which tells the caller to look them up.
 */

struct apply {
    struct arena *arena;
    const struct link_draft *draft;
    const struct url_policy *policy;
    struct fault *fault;
    struct link *link;
};

static enum err refuse(struct apply *self, const char *field, const char *code, const char *english,
                       const char *chinese)
{
    return fault_set(self->fault, ERR_INVALID, field, code, english, chinese);
}

static bool has(const struct apply *self, enum link_field field)
{
    return link_draft_has(self->draft, field);
}

/* Into the arena; false when that is full. */
static bool keep_text(struct apply *self, str value, str *out)
{
    *out = value.len > 0 ? arena_str(self->arena, value) : (str){0};
    return out->len == value.len;
}

static enum err apply_address(struct apply *self, enum link_field field, str text, str *out)
{
    char memory[LIMIT_URL];
    struct buf stored;

    if (!has(self, field)) {
        return OK;
    }
    if (field == LF_FALLBACK_URL && str_trim(text).len == 0) {
        *out = (str){0};
        return OK;
    }
    buf_init_fixed(&stored, memory, sizeof(memory));
    enum err err = url_check(text, self->policy, link_draft_fields[field].name, &stored, self->fault);
    if (err != OK) {
        return err;
    }
    return keep_text(self, buf_str(&stored), out) ? OK : ERR_NOMEM;
}

/* A key is one cell of a list: no comma, nothing invisible. */
static enum err check_key(struct apply *self, const char *field, str key)
{
    if (!utf8_valid(key) || utf8_has_control(key)) {
        return refuse(self, field, "control_character", "This must be UTF-8 without control characters.",
                      "必须是不含控制字符的 UTF-8 文本。");
    }
    if (str_find_char(key, ',', 0) >= 0) {
        return refuse(self, field, "bad_character", "This must not contain a comma.", "不能包含逗号。");
    }
    return OK;
}

static enum err apply_key(struct apply *self, enum link_field field, str text, str *key, int64_t *id)
{
    const char *name = link_draft_fields[field].name;
    str trimmed = str_trim(text);

    if (!has(self, field)) {
        return OK;
    }
    enum err err = check_key(self, name, trimmed);
    if (err != OK) {
        return err;
    }
    if (str_eq(trimmed, *key)) {
        return OK;
    }
    *id = 0;
    return keep_text(self, trimmed, key) ? OK : ERR_NOMEM;
}

static bool list_has(const str *items, size_t count, str key)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(items[i], key)) {
            return true;
        }
    }
    return false;
}

/* Removing forgives blanks as adding does. */
static bool is_removed(const struct str_list *removed, str key)
{
    for (size_t i = 0; i < removed->count; i++) {
        if (str_eq(str_trim(removed->items[i]), key)) {
            return true;
        }
    }
    return false;
}

static enum err tags_add(struct apply *self, enum link_field field, const struct str_list *from, struct str_list *into)
{
    for (size_t i = 0; i < from->count; i++) {
        str key = str_trim(from->items[i]);
        enum err err = check_key(self, link_draft_fields[field].name, key);
        if (err != OK) {
            return err;
        }
        if (key.len == 0 || list_has(into->items, into->count, key)) {
            continue;
        }
        if (into->count == LIMIT_TAGS) {
            return refuse(self, link_draft_fields[field].name, "too_many", "A link has at most 50 tags.",
                          "一条短链最多 50 个标签。");
        }
        if (!keep_text(self, key, &into->items[into->count])) {
            return ERR_NOMEM;
        }
        into->count++;
    }
    return OK;
}
_Static_assert(LIMIT_TAGS == 50, "the refusal names the number");

/* tags replaces, then remove_tags, then add_tags: naming one in both leaves it on. */
static enum err apply_tags(struct apply *self)
{
    const struct link_draft *draft = self->draft;
    const struct str_list *start = has(self, LF_TAGS) ? &draft->tags : &self->link->tags;
    struct str_list next = {0};

    if (!has(self, LF_TAGS) && !has(self, LF_ADD_TAGS) && !has(self, LF_REMOVE_TAGS)) {
        return OK;
    }
    next.items = ARENA_ARRAY(self->arena, str, LIMIT_TAGS);
    if (!next.items) {
        return ERR_NOMEM;
    }
    enum err err = tags_add(self, LF_TAGS, start, &next);
    size_t left = 0;
    for (size_t i = 0; i < next.count; i++) {
        if (!is_removed(&draft->remove_tags, next.items[i])) {
            next.items[left++] = next.items[i];
        }
    }
    next.count = left;
    err = err != OK ? err : tags_add(self, LF_ADD_TAGS, &draft->add_tags, &next);
    if (err == OK) {
        self->link->tags = next;
    }
    return err;
}

static bool is_scalar(const struct json *value)
{
    return value->type != JSON_ARRAY && value->type != JSON_OBJECT;
}

static enum err check_metadata(struct apply *self, const struct json *object)
{
    if (object->type != JSON_OBJECT) {
        return refuse(self, "metadata", "wrong_type", "This must be a JSON object.", "应为 JSON 对象。");
    }
    if (object->count > LIMIT_METADATA_KEYS) {
        return refuse(self, "metadata", "too_many", "At most 20 keys.", "最多 20 个键。");
    }
    JSON_EACH(member, object)
    {
        if (member->name.len == 0 || member->name.len > LIMIT_TAG || utf8_has_control(member->name)) {
            return refuse(self, "metadata", "bad_key", "A key has 1 to 64 bytes and no control characters.",
                          "键名为 1 到 64 字节，且不含控制字符。");
        }
        if (!is_scalar(member)) {
            return refuse(self, "metadata", "wrong_type", "Values are text, numbers, true, false or null.",
                          "值只能是文本、数字、true、false 或 null。");
        }
    }
    return OK;
}
_Static_assert(LIMIT_METADATA_KEYS == 20 && LIMIT_TAG == 64, "the refusals name the numbers");

static enum err apply_metadata(struct apply *self)
{
    const struct json *object = self->draft->metadata;
    char memory[LIMIT_METADATA];
    struct buf text;
    struct json_writer writer;

    if (!has(self, LF_METADATA)) {
        return OK;
    }
    if (!object || object->type == JSON_NULL) {
        self->link->metadata = (str){0};
        return OK;
    }
    enum err err = check_metadata(self, object);
    if (err != OK) {
        return err;
    }
    buf_init_fixed(&text, memory, sizeof(memory));
    json_writer_init(&writer, &text);
    json_value(&writer, object);
    if (text.overflow) {
        return refuse(self, "metadata", "too_long", "At most 4096 bytes as JSON.", "JSON 文本最多 4096 字节。");
    }
    return keep_text(self, buf_str(&text), &self->link->metadata) ? OK : ERR_NOMEM;
}
_Static_assert(LIMIT_METADATA == 4096, "the refusal names the number");

/* A parameter name that needs no encoding, and not one that never reaches a target. */
static enum err apply_click_id_param(struct apply *self)
{
    static const char EXTRA[] = "-._~";
    str name = str_trim(self->draft->click_id_param);

    if (!has(self, LF_CLICK_ID_PARAM)) {
        return OK;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && !memchr(EXTRA, c, sizeof(EXTRA) - 1)) {
            return refuse(self, "click_id_param", "bad_character", "Use letters, digits and - . _ ~ only.",
                          "只能使用字母、数字和 - . _ ~。");
        }
    }
    if (source_is_own_param(name) || source_is_volatile_param(name) || str_istarts(name, STR("utm_"))) {
        return refuse(self, "click_id_param", "reserved", "That parameter has another meaning.",
                      "该参数名已有其他用途。");
    }
    return keep_text(self, name, &self->link->click_id_param) ? OK : ERR_NOMEM;
}

static enum err apply_times(struct apply *self)
{
    const struct link_draft *draft = self->draft;
    struct link *link = self->link;

    if (has(self, LF_VALID_FROM)) {
        link->valid_from_ms = draft->valid_from_ms;
    }
    if (has(self, LF_VALID_UNTIL)) {
        link->valid_until_ms = draft->valid_until_ms;
    }
    if (link->valid_from_ms != TIME_NONE && link->valid_until_ms != TIME_NONE &&
        link->valid_from_ms >= link->valid_until_ms) {
        /* named is the one that was sent, so that a form can mark it */
        const char *field = has(self, LF_VALID_UNTIL) ? "valid_until" : "valid_from";
        return refuse(self, field, "out_of_order", "valid_from must be before valid_until.",
                      "生效时间必须早于失效时间。");
    }
    return OK;
}

static enum err apply_texts(struct apply *self)
{
    const struct link_draft *draft = self->draft;
    struct link *link = self->link;
    const struct {
        enum link_field field;
        str value;
        str *out;
    } TEXTS[] = {
        {LF_TITLE, draft->title, &link->title},
        {LF_SOURCE, draft->source, &link->source},
        {LF_CUSTOMER, draft->customer, &link->customer},
        {LF_EXTERNAL_ID, draft->external_id, &link->external_id},
        {LF_NOTES, draft->notes, &link->notes},
        {LF_UTM_SOURCE, draft->utm[UTM_SOURCE], &link->utm[UTM_SOURCE]},
        {LF_UTM_MEDIUM, draft->utm[UTM_MEDIUM], &link->utm[UTM_MEDIUM]},
        {LF_UTM_CAMPAIGN, draft->utm[UTM_CAMPAIGN], &link->utm[UTM_CAMPAIGN]},
        {LF_UTM_TERM, draft->utm[UTM_TERM], &link->utm[UTM_TERM]},
        {LF_UTM_CONTENT, draft->utm[UTM_CONTENT], &link->utm[UTM_CONTENT]},
        {LF_UTM_ID, draft->utm[UTM_ID], &link->utm[UTM_ID]},
    };

    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        if (has(self, TEXTS[i].field) && !keep_text(self, str_trim(TEXTS[i].value), TEXTS[i].out)) {
            return ERR_NOMEM;
        }
    }
    return OK;
}

static void apply_switches(struct apply *self)
{
    const struct link_draft *draft = self->draft;
    struct link *link = self->link;

    if (has(self, LF_REDIRECT_STATUS)) {
        link->redirect_status = (int)draft->redirect_status;
    }
    if (has(self, LF_MAX_CLICKS)) {
        link->max_clicks = draft->max_clicks;
    }
    if (has(self, LF_FORWARD_QUERY)) {
        link->forward_query = draft->forward_query;
    }
    if (has(self, LF_QUERY_CONFLICT)) {
        link->visitor_wins = str_eq(draft->query_conflict, STR("visitor"));
    }
    if (has(self, LF_ENABLED)) {
        link->enabled = draft->enabled;
    }
    if (has(self, LF_ARCHIVED)) {
        link->archived = draft->archived;
    }
    if (has(self, LF_CRAWLABLE)) {
        link->crawlable = draft->crawlable;
    }
}

/* The alias asked for becomes the first, the one that is shown; older ones stay behind it. */
static enum err apply_alias(struct apply *self)
{
    const struct str_list *before = &self->link->aliases;
    struct str_list next = {0};
    str alias = self->draft->alias;

    if (!has(self, LF_ALIAS)) {
        return OK;
    }
    if (alias.len > 0) {
        next.items = ARENA_ARRAY(self->arena, str, before->count + 1);
        if (!next.items || !keep_text(self, alias, &next.items[0])) {
            return ERR_NOMEM;
        }
        next.count = 1;
    }
    for (size_t i = 0; i < before->count && alias.len > 0; i++) {
        if (!str_eq(before->items[i], alias)) {
            next.items[next.count++] = before->items[i];
        }
    }
    self->link->aliases = next;
    return OK;
}

/* What a draft without a field means when it does not patch: everything a person may set goes back to its default. */
static void reset_settable(struct link *link)
{
    struct link fresh;

    link_init(&fresh);
    link->url = link->title = link->notes = link->metadata = link->fallback_url = fresh.url;
    link->campaign = link->channel = link->customer = link->external_id = link->source = fresh.url;
    link->campaign_id = link->channel_id = 0;
    link->tags = fresh.tags;
    memcpy(link->utm, fresh.utm, sizeof(link->utm));
    link->redirect_status = fresh.redirect_status;
    link->valid_from_ms = link->valid_until_ms = TIME_NONE;
    link->max_clicks = 0;
    link->forward_query = fresh.forward_query;
    link->visitor_wins = fresh.visitor_wins;
    link->enabled = fresh.enabled;
    link->archived = fresh.archived;
    link->crawlable = fresh.crawlable;
    link->click_id_param = fresh.click_id_param;
}

static enum err apply_all(struct apply *self)
{
    const struct link_draft *draft = self->draft;
    struct link *link = self->link;
    enum err err = apply_address(self, LF_URL, draft->url, &link->url);

    err = err != OK ? err : apply_address(self, LF_FALLBACK_URL, draft->fallback_url, &link->fallback_url);
    err = err != OK ? err : apply_key(self, LF_CAMPAIGN, draft->campaign, &link->campaign, &link->campaign_id);
    err = err != OK ? err : apply_key(self, LF_CHANNEL, draft->channel, &link->channel, &link->channel_id);
    err = err != OK ? err : apply_key(self, LF_OWNER, draft->owner, &link->owner, &link->owner_id);
    err = err != OK ? err : apply_key(self, LF_DOMAIN, draft->domain, &link->domain, &link->domain_id);
    err = err != OK ? err : apply_alias(self);
    err = err != OK ? err : apply_tags(self);
    err = err != OK ? err : apply_metadata(self);
    err = err != OK ? err : apply_click_id_param(self);
    err = err != OK ? err : apply_times(self);
    err = err != OK ? err : apply_texts(self);
    if (err == OK) {
        apply_switches(self);
    }
    return err;
}

enum err link_apply(struct arena *arena, struct link *link, const struct link_draft *draft,
                    const struct url_policy *policy, bool patch, struct fault *fault)
{
    struct link next = *link;
    struct apply apply = {.arena = arena, .draft = draft, .policy = policy, .fault = fault, .link = &next};

    if (!patch) {
        reset_settable(&next);
        if (!link_draft_has(draft, LF_URL)) {
            return refuse(&apply, "url", "required", "An address is needed.", "请填写网址。");
        }
    }
    enum err err = apply_all(&apply);
    if (err == OK) {
        *link = next;
    }
    return err;
}
