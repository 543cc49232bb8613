/* SPDX-License-Identifier: MIT */
/*
 * POST /api/v1/bulk/fan-out: one address, a link for each place. The places become drafts for the editor's bulk call,
 * so that all is one transaction and each row is judged by itself. Asked for again, the same place has the same link:
 * it is found by target, domain, campaign, channel and customer.
 */
#include "fan_out.h"

#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/percent.h"
#include "linkpond/base/zone.h"
#include "linkpond/model/alias.h"

struct fan {
    struct link_draft common;
    struct fan_places places;
    str pattern; /* of aliases; empty = none */
    bool dry_run;
    str day; /* what {date} stands for */
    struct link_draft *drafts;
    struct import_extra *extra;
    struct link_result *results; /* of every place */
    struct link_result *done;    /* of those the editor saw */
    size_t *slot;                /* which place those are */
    size_t count;
    struct link_result refusal; /* of the whole call: what is wrong is common to all */
};

/* ---- what is asked for ----------------------------------------------------------------------------------------- */

static const str own_members[] = {STR_INIT("places"), STR_INIT("places_text"), STR_INIT("alias_pattern"),
                                  STR_INIT("dry_run")};

static enum err read_common(struct arena *arena, const struct json *body, struct fan *self, struct fault *fault)
{
    return link_call_draft_beside(arena, body, own_members, ARRAY_LEN(own_members), &self->common, fault);
}

static enum err wrong_type(struct fault *fault, const char *field)
{
    return fault_set(fault, ERR_INVALID, field, "wrong_type", "That is of another type.", "类型不正确。");
}

static enum err read_own(const struct json *body, struct fan *self, struct fault *fault)
{
    const struct json *pattern = json_get(body, STR("alias_pattern"));
    const struct json *dry_run = json_get(body, STR("dry_run"));
    if (pattern && pattern->type != JSON_STRING && pattern->type != JSON_NULL) {
        return wrong_type(fault, "alias_pattern");
    }
    if (dry_run && dry_run->type != JSON_BOOL) {
        return wrong_type(fault, "dry_run");
    }
    self->pattern = pattern ? str_trim(pattern->string) : self->pattern;
    self->dry_run = dry_run ? dry_run->boolean : self->dry_run;
    return OK;
}

static enum err read_places(struct arena *arena, const struct json *body, struct fan *self, struct fault *fault)
{
    const struct json *list = json_get(body, STR("places"));
    const struct json *text = json_get(body, STR("places_text"));
    if (!list == !text) {
        return fault_set(fault, ERR_INVALID, "places", "required", "Give either places or places_text.",
                         "请提供 places 或 places_text 之一。");
    }
    if (text && text->type != JSON_STRING) {
        return wrong_type(fault, "places_text");
    }
    return list ? fan_places_json(arena, list, &self->places, fault)
                : fan_places_text(arena, text->string, &self->places, fault);
}

/* What the query says, which a table as the body cannot. */
static enum err read_query(struct request *request, struct fan *self, struct fault *fault)
{
    str text;
    if (request_query(request, "alias_pattern", &text)) {
        self->pattern = str_trim(text);
    }
    for (size_t i = 0; i < LF_COUNT; i++) {
        const char *name = link_draft_fields[i].name;
        enum err err = request_query(request, name, &text)
                           ? link_draft_set_text(request->arena, &self->common, name, text, fault)
                           : OK;
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

static bool has_type(const struct request *request, str wanted)
{
    str type, params;
    str_cut(request_header(request, "Content-Type"), ';', &type, &params);
    return str_ieq(str_trim(type), wanted);
}

static bool read_body(struct request *request, struct reply *reply, struct fan *self)
{
    struct fault fault = {0};
    const struct json *json;
    enum err err;
    if (has_type(request, STR("text/csv")) || has_type(request, STR("text/plain"))) {
        str body;
        err = call_body(request, &body);
        err = err ? err : fan_places_text(request->arena, body, &self->places, &fault);
    } else if (!call_json(request, reply, &json)) {
        return false;
    } else {
        err = json->type == JSON_OBJECT ? read_common(request->arena, json, self, &fault) : wrong_type(&fault, "body");
        err = err ? err : read_own(json, self, &fault);
        err = err ? err : read_places(request->arena, json, self, &fault);
    }
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
    return err == OK;
}

/* What cannot be common to many links. */
static enum err check_common(struct fan *self, struct fault *fault)
{
    if (link_draft_has(&self->common, LF_ALIAS) || link_draft_has(&self->common, LF_EXTERNAL_ID) ||
        link_draft_has(&self->common, LF_CHANNEL)) {
        const char *field = link_draft_has(&self->common, LF_ALIAS)     ? "alias"
                            : link_draft_has(&self->common, LF_CHANNEL) ? "channel"
                                                                        : "external_id";
        return fault_set(fault, ERR_INVALID, field, "not_allowed", "Every link has its own: say it with its place.",
                         "每条短链各不相同，请写在渠道行里。");
    }
    if (link_draft_has(&self->common, LF_IF_EXISTS) && str_eq(self->common.if_exists, STR("create"))) {
        return fault_set(fault, ERR_INVALID, "if_exists", "not_allowed", "Use return, update or fail.",
                         "只能是 return、update 或 fail。");
    }
    if (str_trim(self->common.url).len == 0) {
        return fault_set(fault, ERR_INVALID, "url", "required", "Where the links lead.", "请填写目标网址。");
    }
    return self->pattern.len > 0 ? alias_pattern_check(self->pattern, fault) : OK;
}

/* ---- drafts ---------------------------------------------------------------------------------------------------- */

static void set(struct link_draft *draft, enum link_field field, str *at, str value)
{
    if (value.len > 0) {
        *at = value;
        draft->presence.present |= UINT64_C(1) << field;
        draft->presence.null &= ~(UINT64_C(1) << field);
    }
}

static str either(str first, str second)
{
    return first.len > 0 ? first : second;
}

static enum err fill_alias(struct arena *arena, const struct fan *self, const struct fan_place *place,
                           struct link_draft *draft, struct fault *fault)
{
    const str slots[UTM_SLOT_COUNT] = {
        [UTM_SLOT_CHANNEL] = place->key,
        [UTM_SLOT_CHANNEL_GROUP] = either(place->group, place->kept.channel_group),
        [UTM_SLOT_CAMPAIGN] = draft->campaign,
        [UTM_SLOT_REGION] = either(place->region, place->kept.region),
        [UTM_SLOT_LOCATION] = either(place->location, place->kept.location),
        [UTM_SLOT_OWNER] = draft->owner,
        [UTM_SLOT_CUSTOMER] = draft->customer,
        [UTM_SLOT_DATE] = self->day,
    };
    str alias = place->alias;
    enum err err =
        alias.len == 0 && self->pattern.len > 0 ? alias_pattern_fill(arena, self->pattern, slots, &alias, fault) : OK;
    set(draft, LF_ALIAS, &draft->alias, alias);
    return err;
}

static enum err make_draft(struct arena *arena, const struct fan *self, const struct fan_place *place,
                           struct link_draft *draft, struct fault *fault)
{
    *draft = self->common;
    if (!link_draft_has(draft, LF_IF_EXISTS)) {
        set(draft, LF_IF_EXISTS, &draft->if_exists, STR("return"));
    }
    set(draft, LF_CHANNEL, &draft->channel, place->key);
    set(draft, LF_OWNER, &draft->owner, place->owner);
    set(draft, LF_CUSTOMER, &draft->customer, place->customer);
    set(draft, LF_TITLE, &draft->title, place->title);
    if (!link_draft_has(draft, LF_TITLE)) {
        set(draft, LF_TITLE, &draft->title, either(place->name, place->key));
    }
    for (int i = 0; i < UTM_COUNT; i++) {
        set(draft, (enum link_field)(LF_UTM_SOURCE + i), &draft->utm[i], place->utm[i]);
    }
    return fill_alias(arena, self, place, draft, fault);
}

static enum err make_drafts(struct arena *arena, struct fan *self)
{
    size_t places = self->places.count;
    self->drafts = ARENA_ARRAY(arena, struct link_draft, places);
    self->extra = ARENA_ARRAY(arena, struct import_extra, places);
    self->results = ARENA_ARRAY(arena, struct link_result, places);
    self->done = ARENA_ARRAY(arena, struct link_result, places);
    self->slot = ARENA_ARRAY(arena, size_t, places);
    if (!self->drafts || !self->extra || !self->results || !self->done || !self->slot) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < places; i++) {
        struct fan_place *place = &self->places.items[i];
        struct link_result *result = &self->results[i];
        *result = (struct link_result){.err = place->err, .fault = place->fault};
        if (result->err == OK) {
            result->err = make_draft(arena, self, place, &self->drafts[self->count], &result->fault);
        }
        if (result->err == OK) {
            self->extra[self->count] =
                (struct import_extra){.created_ms = TIME_NONE, .by_place = true, .channel = &place->wanted};
            self->slot[self->count++] = i;
        }
    }
    return OK;
}

/* ---- the answer ------------------------------------------------------------------------------------------------ */

static void put_warning(struct json_writer *json, const char *code, const char *field, const char *detail)
{
    json_object(json);
    json_put_str(json, "code", str_from_c(code));
    json_put_str(json, "field", str_from_c(field));
    json_put_str(json, "detail", str_from_c(detail));
    json_object_end(json);
}

static void write_warnings(struct json_writer *json, const struct link_view *view, const struct fan_place *place,
                           const struct link_result *result)
{
    const struct link *link = &result->link;
    const char *field = fan_channel_differs(place);
    json_name(json, "warnings");
    json_array(json);
    link_view_warn(view, json, link, &result->notes);
    if (field) {
        put_warning(json, "channel_kept", field,
                    view->chinese ? "渠道已存在，其资料未改动。"
                                  : "The channel exists; what it says of itself is kept.");
    }
    if (result->existed && place->alias.len > 0 &&
        (link->aliases.count == 0 || !str_ieq(link->aliases.items[0], place->alias))) {
        put_warning(json, "alias_kept", "alias",
                    view->chinese ? "该渠道的短链已存在，后缀未改动。" : "The place has its link; its alias is kept.");
    }
    json_array_end(json);
}

static void write_row(struct json_writer *json, struct request *request, const struct link_view *view,
                      const struct fan *self, size_t i)
{
    const struct fan_place *place = &self->places.items[i];
    const struct link_result *result = &self->results[i];
    json_object(json);
    json_put_i64(json, "row", (int64_t)i + 1);
    json_put_opt(json, "place", either(place->name, place->channel));
    json_put_opt(json, "channel", place->key);
    json_put_i64(json, "status", result->err != OK ? err_http_status(result->err) : result->existed ? 200 : 201);
    if (result->err != OK) {
        link_call_put_problem(json, request, view, result);
    } else {
        json_put_str(json, "short_url", link_short_url(view, &result->link));
        json_put_str(json, "qr_url", link_qr_url(view, &result->link));
        write_warnings(json, view, place, result);
        json_name(json, "link");
        link_view_write(view, json, &result->link, &result->notes);
    }
    json_object_end(json);
}

static void write_counts(struct json_writer *json, const struct fan *self)
{
    int64_t created = 0, existed = 0, failed = 0;
    for (size_t i = 0; i < self->places.count; i++) {
        const struct link_result *result = &self->results[i];
        failed += result->err != OK;
        existed += result->err == OK && result->existed;
        created += result->err == OK && !result->existed;
    }
    json_name(json, "counts");
    json_object(json);
    json_put_i64(json, "created", created);
    json_put_i64(json, "existed", existed);
    json_put_i64(json, "failed", failed);
    json_object_end(json);
}

/* An address that no link may have is not told a thousand times. */
static bool is_common_fault(const struct fan *self, const struct link_result *result)
{
    str field = str_from_c(result->fault.field);
    for (size_t i = 0; i < LF_COUNT; i++) {
        if (str_eq(field, str_from_c(link_draft_fields[i].name))) {
            return link_draft_has(&self->common, (enum link_field)i);
        }
    }
    return false;
}

static void write_unknown(struct json_writer *json, const struct fan_places *places)
{
    json_name(json, "unknown_columns");
    json_array(json);
    for (size_t i = 0; i < places->unknown_count; i++) {
        json_str(json, places->unknown[i]);
    }
    json_array_end(json);
}

static enum err find_refusal(struct fan *self)
{
    const struct link_result *first = self->done;
    for (size_t i = 0; i < self->count; i++) {
        if (self->done[i].err != ERR_INVALID || strcmp(self->done[i].fault.field, first->fault.field) != 0 ||
            !is_common_fault(self, first)) {
            return OK;
        }
    }
    if (self->count > 0) {
        self->refusal = *first;
    }
    return self->refusal.err;
}

static enum err write_results(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    struct fan *self = edit->arg;
    struct link_view view;
    struct json_writer json;
    enum err err = find_refusal(self);
    err = err ? err : link_view_load(&view, edit->ctx, edit->request, db);
    if (err != OK) {
        return err;
    }
    for (size_t i = 0; i < seen->count; i++) {
        self->results[self->slot[i]] = seen->links[i];
    }
    reply_json_begin(edit->reply, 200, &json);
    json_object(&json);
    json_put_bool(&json, "dry_run", self->dry_run);
    write_counts(&json, self);
    write_unknown(&json, &self->places);
    json_name(&json, "results");
    json_array(&json);
    for (size_t i = 0; i < self->places.count; i++) {
        write_row(&json, edit->request, &view, self, i);
    }
    json_array_end(&json);
    json_object_end(&json);
    return OK;
}

/* ---- the call -------------------------------------------------------------------------------------------------- */

static str day_of(const struct request *request, const struct zone *zone)
{
    int year, month, day;
    civil_from_days(zone_civil_day(zone, request->now_ms, NULL), &year, &month, &day);
    return arena_f(request->arena, "%04d%02d%02d", year, month, day);
}

static enum err find_channels(struct ctx *ctx, struct request *request, struct fan *self)
{
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? fan_channels_find(db, request->arena, &self->places) : ERR_UNAVAILABLE;
    readers_give(ctx->engine->readers, db);
    return err;
}

static void fan_out(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fan fan = {.day = day_of(request, ctx->engine->zone)};
    struct fault fault = {0};
    link_draft_init(&fan.common);
    if (!call_query_bool(request, reply, "dry_run", &fan.dry_run)) {
        return;
    }
    enum err err = read_query(request, &fan, &fault);
    if (err == OK && !read_body(request, reply, &fan)) {
        return;
    }
    err = err ? err : check_common(&fan, &fault);
    err = err ? err : find_channels(ctx, request, &fan);
    err = err ? err : make_drafts(request->arena, &fan);
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_results, .arg = &fan};
    if (err == OK && fan.count > 0) {
        err = editor_links_bulk(ctx->engine->editor, edit_call_actor(&edit), request->arena, fan.drafts, NULL, NULL,
                                fan.extra, fan.count, fan.dry_run, fan.done);
        err = err ? err : find_refusal(&fan);
    }
    if (err != OK) {
        reply_problem(reply, request, err, fan.refusal.err ? &fan.refusal.fault : &fault);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.links = fan.done, .count = fan.count});
}

const struct route api_fan_out_routes[] = {
    {METHOD_POST, "/api/v1/bulk/fan-out", PLANE_ADMIN, fan_out, SCOPE_LINKS_WRITE, "Make a link for each place", 0,
     "url domain title tags campaign source utm_source utm_medium utm_campaign utm_term utm_content utm_id "
     "redirect_status valid_from valid_until max_clicks fallback_url forward_query query_conflict click_id_param "
     "enabled "
     "archived crawlable owner customer notes metadata apply_template if_exists alias_pattern dry_run"},
    {0},
};
