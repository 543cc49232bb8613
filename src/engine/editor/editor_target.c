/* SPDX-License-Identifier: MIT */
#include "editor_live.h"

#include "linkpond/base/limits.h"
#include "linkpond/store/images.h"
#include "linkpond/store/users.h"

/* One target of a live code: from what was asked for to its row. */

#define AT(member) offsetof(struct target_draft, member)
#define CAP        0, LIMIT_MAX_CLICKS, 0
const struct json_field target_draft_fields[TF_COUNT] = {
    [TF_KIND] = {"kind", JSON_KIND_STR, AT(kind), 0, 1, LIMIT_NAME, 0},
    [TF_NAME] = {"name", JSON_KIND_STR, AT(name), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    [TF_URL] = {"url", JSON_KIND_STR, AT(url), JSON_NULLABLE, 0, 0, 0},
    [TF_IMAGE] = {"image", JSON_KIND_STR, AT(image), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    [TF_TITLE] = {"title", JSON_KIND_STR, AT(title), JSON_NULLABLE, 0, LIMIT_TITLE, 0},
    [TF_HINT] = {"hint", JSON_KIND_STR, AT(hint), JSON_NULLABLE | JSON_MULTILINE, 0, LIMIT_TITLE, 0},
    [TF_STAFF] = {"staff", JSON_KIND_STR, AT(staff), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [TF_WEIGHT] = {"weight", JSON_KIND_I64, AT(weight), JSON_NULLABLE, 1, LIMIT_WEIGHT, 0},
    [TF_ENABLED] = {"enabled", JSON_KIND_BOOL, AT(enabled), 0, 0, 0, 0},
    [TF_VALID_FROM] = {"valid_from", JSON_KIND_TIME, AT(valid_from_ms), JSON_NULLABLE, 0, 0, 0},
    [TF_VALID_UNTIL] = {"valid_until", JSON_KIND_TIME, AT(valid_until_ms), JSON_NULLABLE, 0, 0, 0},
    [TF_CAP_TOTAL] = {"cap_total", JSON_KIND_I64, AT(cap_total), JSON_NULLABLE, CAP},
    [TF_CAP_DAY] = {"cap_day", JSON_KIND_I64, AT(cap_day), JSON_NULLABLE, CAP},
    [TF_CAP_HOUR] = {"cap_hour", JSON_KIND_I64, AT(cap_hour), JSON_NULLABLE, CAP},
    [TF_CAP_ON] = {"cap_on", JSON_KIND_STR, AT(cap_on), JSON_NULLABLE, 0, LIMIT_NAME, 0},
    [TF_REPLACED] = {"replaced", JSON_KIND_BOOL, AT(replaced), 0, 0, 0, 0},
};
#undef AT

static bool has(const struct target_draft *draft, enum target_field field)
{
    return draft->presence.present >> field & 1;
}

static bool cleared(const struct target_draft *draft, enum target_field field)
{
    return draft->presence.null >> field & 1;
}

static void take_text(const struct target_draft *draft, enum target_field field, str value, str *out)
{
    if (has(draft, field)) {
        *out = str_trim(value);
    }
}

static void take_number(const struct target_draft *draft, enum target_field field, int64_t value, int64_t absent,
                        int64_t *out)
{
    if (has(draft, field)) {
        *out = cleared(draft, field) ? absent : value;
    }
}

/* ---- words ---- */

static enum err take_kind(const struct target_draft *draft, struct target *target, struct fault *fault)
{
    int kind = has(draft, TF_KIND) ? target_kind_find(draft->kind) : (int)target->kind;

    if (kind < 0) {
        return fault_set(fault, ERR_INVALID, "kind", "not_allowed", "url, qr, mini_program, staff or message.",
                         "只能是 url、qr、mini_program、staff 或 message。");
    }
    target->kind = (enum target_kind)kind;
    return OK;
}

static enum err take_cap_on(const struct target_draft *draft, struct target *target, struct fault *fault)
{
    int what = !has(draft, TF_CAP_ON)      ? (int)target->cap_on
               : cleared(draft, TF_CAP_ON) ? CAP_ON_SHOWN
                                           : target_cap_on_find(draft->cap_on);

    if (what < 0) {
        return fault_set(fault, ERR_INVALID, "cap_on", "not_allowed", "shown, visitors or joined.",
                         "只能是 shown、visitors 或 joined。");
    }
    target->cap_on = (enum target_cap_on)what;
    return OK;
}

static enum err take_staff(struct live_call *self, struct target *target)
{
    const struct target_draft *draft = self->draft;
    struct user user = {0};
    enum err err = OK;

    if (!has(draft, TF_STAFF)) {
        return OK;
    }
    str key = str_trim(draft->staff);
    if (key.len > 0) {
        err = users_find_key(self->edit.db, self->edit.arena, key, &user);
    }
    if (err == ERR_NOT_FOUND) {
        return fault_set(&self->out->fault, ERR_INVALID, "staff", "unknown", "There is no such user.",
                         "没有这个用户。");
    }
    target->staff_id = user.id;
    target->staff = user.key;
    return err;
}

static enum err take_image(struct live_call *self, struct target *target)
{
    struct fault *fault = &self->out->fault;
    str text = str_trim(self->draft->image);
    struct image_row image;

    if (!has(self->draft, TF_IMAGE)) {
        return OK;
    }
    int64_t id = image_ref_read(text);
    if (text.len > 0 && id == 0) {
        return fault_set(fault, ERR_INVALID, "image", "not_an_id", "An image is named img_ and its number.",
                         "图片用 img_ 加编号表示。");
    }
    bool seen = id == 0 || id == target->image_id;
    enum err err = seen ? OK : images_find(self->edit.db, self->edit.arena, id, &image);
    err = err || seen ? err : images_is_seen(self->edit.db, &self->edit.bounds, &image, &seen);
    if (err == ERR_NOT_FOUND || (err == OK && !seen)) {
        return fault_set(fault, ERR_INVALID, "image", "unknown", "There is no such image; upload it first.",
                         "没有这张图片，请先上传。");
    }
    target->image_id = id;
    return err;
}

static enum err take_url(struct live_call *self, struct target *target)
{
    struct fault *fault = &self->out->fault;
    char memory[LIMIT_URL + 1];
    struct buf out;
    enum err err = OK;

    if (has(self->draft, TF_URL)) {
        str text = str_trim(self->draft->url);
        buf_init_fixed(&out, memory, sizeof memory);
        err = text.len > 0 ? url_check(text, &self->edit.policy, "url", &out, fault) : OK;
        target->url = arena_str(self->edit.arena, buf_str(&out));
    }
    if (!err && target->kind == TARGET_URL && target->url.len == 0) {
        return fault_set(fault, ERR_INVALID, "url", "required", "A target of kind url needs its address.",
                         "链接类型的子码需要填写网址。");
    }
    return err ? err : edit_check_loops(&self->edit, &(struct link){.url = target->url}, fault);
}

/* ---- the whole ---- */

static enum err overlay(struct live_call *self, struct target *target)
{
    const struct target_draft *draft = self->draft;
    struct fault *fault = &self->out->fault;
    int64_t weight = target->weight;

    take_text(draft, TF_NAME, draft->name, &target->name);
    take_text(draft, TF_TITLE, draft->title, &target->title);
    take_text(draft, TF_HINT, draft->hint, &target->hint);
    take_number(draft, TF_WEIGHT, draft->weight, 1, &weight);
    take_number(draft, TF_VALID_FROM, draft->valid_from_ms, TIME_NONE, &target->valid_from_ms);
    take_number(draft, TF_VALID_UNTIL, draft->valid_until_ms, TIME_NONE, &target->valid_until_ms);
    take_number(draft, TF_CAP_TOTAL, draft->cap_total, TARGET_NO_CAP, &target->cap_total);
    take_number(draft, TF_CAP_DAY, draft->cap_day, TARGET_NO_CAP, &target->cap_day);
    take_number(draft, TF_CAP_HOUR, draft->cap_hour, TARGET_NO_CAP, &target->cap_hour);
    target->weight = (int)weight;
    target->enabled = has(draft, TF_ENABLED) ? draft->enabled : target->enabled;
    enum err err = take_kind(draft, target, fault);
    err = err ? err : take_cap_on(draft, target, fault);
    err = err ? err : take_staff(self, target);
    err = err ? err : take_image(self, target);
    err = err ? err : take_url(self, target);
    if (!err && target->valid_from_ms != TIME_NONE && target->valid_until_ms != TIME_NONE &&
        target->valid_from_ms >= target->valid_until_ms) {
        return fault_set(fault, ERR_INVALID, "valid_until", "out_of_order", "It must be after valid_from.",
                         "必须晚于开始时间。");
    }
    return err;
}

/* Another group, another picture: what was taken before counts for nothing. What the ledger has is never more than what
 * was taken in memory, so at worst places of requests under way are counted on. */
static enum err replace(struct live_call *self, const struct target *before, struct target *target)
{
    struct target_figures sum;
    bool other = before->image_id != target->image_id && before->image_id != 0;
    bool wanted = has(self->draft, TF_REPLACED) ? self->draft->replaced : other;

    if (!wanted || target->id == 0) {
        return OK;
    }
    enum err err = targets_sum(self->edit.db, target->id, INT64_MIN, INT64_MAX, &sum);
    if (!err) {
        target->replaced_ms = self->edit.now_ms;
        target->reserved_before = sum.reserved;
        target->joined_before = sum.joined - sum.left;
    }
    return err;
}

enum err live_find_target(struct live_call *self, struct target *out)
{
    enum err err = targets_find(self->edit.db, self->edit.arena, self->target_id, out);

    return err ? err : out->link_id == self->link.id && out->deleted_ms == TIME_NONE ? OK : ERR_NOT_FOUND;
}

static enum err fresh_target(struct live_call *self, struct target *out)
{
    int64_t count = 0;

    *out = (struct target){.link_id = self->link.id,
                           .weight = 1,
                           .enabled = true,
                           .valid_from_ms = TIME_NONE,
                           .valid_until_ms = TIME_NONE,
                           .cap_total = TARGET_NO_CAP,
                           .cap_day = TARGET_NO_CAP,
                           .cap_hour = TARGET_NO_CAP,
                           .replaced_ms = TIME_NONE,
                           .deleted_ms = TIME_NONE,
                           .created_ms = self->edit.now_ms};
    enum err err = targets_next_position(self->edit.db, self->link.id, &out->position, &count);
    if (!err && count >= LIMIT_TARGETS) {
        return fault_set(&self->out->fault, ERR_INVALID, "", "too_many", "A link has at most 200 targets.",
                         "一条短链最多 200 个子码。");
    }
    return err;
}
_Static_assert(LIMIT_TARGETS == 200, "the refusal names the number");

enum err live_put_target(struct live_call *self)
{
    struct target target;
    bool fresh = self->target_id == 0;
    enum err err = fresh ? fresh_target(self, &target) : live_find_target(self, &target);
    struct target before = target;

    err = err ? err : overlay(self, &target);
    err = err ? err : replace(self, &before, &target);
    target.updated_ms = self->edit.now_ms;
    err = err ? err : fresh ? targets_insert(self->edit.db, &target) : targets_update(self->edit.db, &target);
    self->out->target_id = target.id;
    return err ? err
               : live_audit_target(self, fresh ? "target_create" : "target_update", fresh ? NULL : &before, &target);
}

/* ---- the audit log ---- */

static void audit_cap(struct audit_note *note, const char *field, int64_t before, int64_t after)
{
    char memory[2][24];
    str texts[2];
    const int64_t caps[2] = {before, after};

    for (size_t i = 0; i < 2; i++) {
        int len = caps[i] == TARGET_NO_CAP ? 0 : snprintf(memory[i], sizeof memory[i], "%lld", (long long)caps[i]);
        texts[i] = (str){memory[i], (size_t)len};
    }
    audit_text(note, field, texts[0], texts[1]);
}

enum err live_audit_target(struct live_call *self, const char *verb, const struct target *before,
                           const struct target *after)
{
    const struct target none = {.cap_total = TARGET_NO_CAP,
                                .cap_day = TARGET_NO_CAP,
                                .cap_hour = TARGET_NO_CAP,
                                .valid_from_ms = TIME_NONE,
                                .valid_until_ms = TIME_NONE,
                                .replaced_ms = TIME_NONE};
    const struct target *from = before ? before : &none, *into = after ? after : &none;
    char memory[TARGET_NAME_MAX];
    struct audit_note note;
    str name = target_name(before ? before->id : after->id, memory);

    audit_begin(&note, "link", verb, self->link.id, self->link.code);
    audit_text(&note, "name", from->name, into->name);
    audit_text(&note, "kind", before ? target_kind_name(from->kind) : STR(""),
               after ? target_kind_name(into->kind) : STR(""));
    audit_text(&note, "url", from->url, into->url);
    audit_i64(&note, "image", from->image_id, into->image_id);
    audit_text(&note, "title", from->title, into->title);
    audit_text(&note, "hint", from->hint, into->hint);
    audit_text(&note, "staff", from->staff, into->staff);
    audit_i64(&note, "weight", from->weight, into->weight);
    audit_bool(&note, "enabled", from->enabled, into->enabled);
    audit_time(&note, "valid_from", from->valid_from_ms, into->valid_from_ms);
    audit_time(&note, "valid_until", from->valid_until_ms, into->valid_until_ms);
    audit_cap(&note, "cap_total", from->cap_total, into->cap_total);
    audit_cap(&note, "cap_day", from->cap_day, into->cap_day);
    audit_cap(&note, "cap_hour", from->cap_hour, into->cap_hour);
    audit_text(&note, "cap_on", before ? target_cap_on_name(from->cap_on) : STR(""),
               after ? target_cap_on_name(into->cap_on) : STR(""));
    audit_time(&note, "replaced", from->replaced_ms, into->replaced_ms);
    if (before && after && !note.changed) {
        return OK;
    }
    audit_text(&note, "target",
               after && before ? STR("")
               : before        ? name
                               : STR(""),
               after ? name : STR("")); /* which */
    return edit_audit_end(self->edit.actor, &note, self->edit.db, self->edit.now_ms, false);
}
