/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/utf8.h"
#include "linkpond/engine/robot_seal.h"
#include "linkpond/model/url.h"
#include "linkpond/store/outbox.h"
#include "linkpond/store/users.h"

/* Addresses and secrets are sealed before they come near the database, and the audit log says only that they changed.
 */

struct robot_call {
    const struct editor *editor;
    const struct actor *actor;
    struct arena *arena;
    const struct robot_draft *draft;
    int64_t id;
    struct robot_result *out;
    struct robot before;
};

/* ---- what a draft may say ---- */

static enum err take_name(struct robot_call *self, struct robot *robot, struct fault *fault)
{
    str name = str_trim(self->draft->name);

    if (name.len == 0 || name.len > LIMIT_NAME) {
        return fault_set(fault, ERR_INVALID, "name", name.len == 0 ? "required" : "too_long",
                         "A name of 1 to 128 bytes is needed.", "请填写 1 到 128 字节的名称。");
    }
    robot->name = name;
    return OK;
}

static enum err take_url(struct robot_call *self, struct robot *robot, struct fault *fault)
{
    const struct url_policy policy = {.allow_private = self->editor->opts.notify_allow_private};
    char stored[LIMIT_URL + 1], shown[ROBOT_URL_SHOWN_MAX];
    struct buf url;

    buf_init_fixed(&url, stored, sizeof stored);
    enum err err = url_check(self->draft->url, &policy, "url", &url, fault);
    if (err) {
        return err;
    }
    robot->url_shown = arena_str(self->arena, robot_url_shown(buf_str(&url), shown));
    err = robot_seal(self->editor->opts.seal_key, self->arena, ROBOT_PART_URL, buf_str(&url), &robot->url_sealed);
    crypt_cleanse(stored, sizeof stored);
    return err;
}

/* Programs check a signature themselves: while they have not taken up the new secret, the old one signs too. */
static enum err put_secret(struct robot_call *self, struct robot *robot, str secret)
{
    bool rotates = robot->kind == ROBOT_WEBHOOK && robot->secret_sealed.len > 0 && secret.len > 0;

    robot->secret_before_sealed = rotates ? robot->secret_sealed : (str){0};
    robot->secret_before_ms = rotates ? robot->updated_ms + ROBOT_ROTATION_MS : TIME_NONE;
    return robot_seal(self->editor->opts.seal_key, self->arena, ROBOT_PART_SECRET, secret, &robot->secret_sealed);
}

static enum err make_secret(struct robot_call *self, struct robot *robot)
{
    uint8_t entropy[32];

    crypt_random(entropy, sizeof entropy);
    robot_secret_make(entropy, self->out->secret);
    crypt_cleanse(entropy, sizeof entropy);
    return put_secret(self, robot, str_from_c(self->out->secret));
}

static enum err take_secret(struct robot_call *self, struct robot *robot, bool fresh, struct fault *fault)
{
    const struct robot_draft *draft = self->draft;
    const struct robot_traits *traits = robot_traits(robot->kind);

    if (draft->rotate_secret && !traits->makes_secret) {
        return fault_set(fault, ERR_INVALID, "rotate_secret", "not_allowed",
                         "The secret of such a robot is made by its chat program.", "此类机器人的密钥由聊天软件生成。");
    }
    if (draft->rotate_secret || (fresh && traits->makes_secret && !draft->has_secret)) {
        return make_secret(self, robot);
    }
    if (!draft->has_secret) {
        return OK;
    }
    str secret = str_trim(draft->secret);
    enum err err = secret.len > 0 ? robot_secret_check(robot->kind, secret, fault) : OK;
    return err ? err : put_secret(self, robot, secret);
}

static enum err take_zone(struct robot_call *self, struct robot *robot, struct fault *fault)
{
    if (self->draft->zone.len > 0 && !zone_find(self->draft->zone)) {
        return fault_set(fault, ERR_INVALID, "zone", "unknown", "There is no such time zone.", "没有该时区。");
    }
    robot->zone = self->draft->zone;
    return OK;
}

static enum err take_owner(struct robot_call *self, struct db *db, struct robot *robot, struct fault *fault)
{
    struct user user;

    robot->owner_id = 0;
    if (self->draft->owner.len == 0) {
        return OK;
    }
    enum err err = users_find_key(db, self->arena, self->draft->owner, &user);
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, "owner", "unknown", "There is no such user.", "没有该负责人。");
    }
    robot->owner_id = err ? 0 : user.id;
    return err;
}

static enum err take_form(struct robot_call *self, struct robot *robot, struct fault *fault)
{
    if (self->draft->markdown && robot_traits(robot->kind)->markdown_max == 0) {
        return fault_set(fault, ERR_INVALID, "markdown", "not_allowed", "Robots of this kind take no Markdown.",
                         "此类机器人不支持 Markdown。");
    }
    robot->markdown = self->draft->markdown;
    return OK;
}

static enum err apply(struct robot_call *self, struct db *db, struct robot *robot, bool fresh, struct fault *fault)
{
    const struct robot_draft *draft = self->draft;
    enum err err = draft->has_name || fresh ? take_name(self, robot, fault) : OK;

    if (!err && !fresh && draft->kind >= 0 && draft->kind != (int)robot->kind) {
        err = fault_set(fault, ERR_INVALID, "kind", "not_allowed", "A robot's kind does not change; make another one.",
                        "机器人类型不能修改，请新建。");
    }
    err = err || !(draft->has_url || fresh) ? err : take_url(self, robot, fault);
    err = err ? err : take_secret(self, robot, fresh, fault);
    err = err || !draft->has_zone ? err : take_zone(self, robot, fault);
    err = err || !draft->has_owner ? err : take_owner(self, db, robot, fault);
    err = err || !draft->has_markdown ? err : take_form(self, robot, fault);
    robot->chinese = draft->has_language ? str_eq(draft->language, STR("zh")) : robot->chinese;
    robot->notices = draft->has_notices ? draft->notices : robot->notices;
    if (draft->has_quiet) {
        robot->quiet_from_min = draft->quiet_from_min;
        robot->quiet_to_min = draft->quiet_to_min;
    }
    if (draft->has_enabled) {
        robot->enabled = draft->enabled;
        robot->gone_ms = TIME_NONE;
    }
    return err;
}

/* ---- the audit log ---- */

#define NAMES_MAX NOTICE_KINDS

static struct str_list names_of(unsigned notices, str memory[NAMES_MAX])
{
    struct str_list names = {.items = memory};

    for (int i = 0; i < NOTICE_KINDS; i++) {
        if (notices >> i & 1 && notice_is_chosen((enum notice_kind)i)) {
            memory[names.count++] = notice_name((enum notice_kind)i);
        }
    }
    return names;
}

static str told_of(str sealed, str before)
{
    return sealed.len == 0 ? (str){0} : before.len > 0 && !str_eq(sealed, before) ? STR("(changed)") : STR("(set)");
}

static enum err tell_put(struct db *db, const struct actor *actor, const struct robot *before,
                         const struct robot *after)
{
    struct audit_note note;
    str memory[2][NAMES_MAX];
    struct str_list was = names_of(before ? before->notices : 0, memory[0]);
    struct str_list is = names_of(after->notices, memory[1]);
    const struct robot none = {.enabled = true};
    const struct robot *from = before ? before : &none;

    audit_begin(&note, "robot", before ? "update" : "create", after->id, after->name);
    audit_text(&note, "name", from->name, after->name);
    audit_text(&note, "kind", before ? robot_kind_name(before->kind) : (str){0}, robot_kind_name(after->kind));
    audit_text(&note, "url", from->url_shown, after->url_shown);
    audit_text(&note, "secret", told_of(from->secret_sealed, (str){0}),
               told_of(after->secret_sealed, from->secret_sealed));
    audit_bool(&note, "markdown", from->markdown, after->markdown);
    audit_text(&note, "language", before ? (before->chinese ? STR("zh") : STR("en")) : (str){0},
               after->chinese ? STR("zh") : STR("en"));
    audit_i64(&note, "quiet_from_minute", from->quiet_from_min, after->quiet_from_min);
    audit_i64(&note, "quiet_to_minute", from->quiet_to_min, after->quiet_to_min);
    audit_text(&note, "zone", from->zone, after->zone);
    audit_bool(&note, "enabled", from->enabled, after->enabled);
    audit_list_of(&note, "notices", &was, &is);
    enum err err = edit_audit_user(&note, db, "owner", from->owner_id, after->owner_id);
    return err ? err : edit_audit_end(actor, &note, db, after->updated_ms, before != NULL);
}

/* ---- inside the transaction ---- */

static enum err store(struct robot_call *self, struct db *db, struct robot *robot, bool fresh, struct fault *fault)
{
    enum err err = fresh ? robots_insert(db, robot) : robots_update(db, robot);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "name", "taken", "Another robot has that name.", "已有同名的机器人。");
    }
    return err ? err : tell_put(db, self->actor, fresh ? NULL : &self->before, robot);
}

static enum err check_room(struct db *db, struct fault *fault)
{
    int64_t count = 0;
    enum err err = robots_size(db, &count);

    if (!err && count >= LIMIT_ROBOTS) {
        return fault_set(fault, ERR_CONFLICT, "name", "too_many", "There are 100 robots already.",
                         "机器人已达 100 个上限。");
    }
    return err;
}

static enum err put_robot(struct db *db, void *arg, struct fault *fault)
{
    struct robot_call *self = arg;
    bool fresh = self->id == 0;
    struct robot robot = {.kind = (enum robot_kind)self->draft->kind,
                          .chinese = true,
                          .enabled = true,
                          .gone_ms = TIME_NONE,
                          .secret_before_ms = TIME_NONE,
                          .notices = ~0u};
    enum err err = fresh ? check_room(db, fault) : robots_find(db, self->arena, self->id, &self->before);

    if (err) {
        return err;
    }
    robot = fresh ? robot : self->before;
    robot.updated_ms = clock_now_ms();
    robot.created_ms = fresh ? robot.updated_ms : robot.created_ms;
    err = apply(self, db, &robot, fresh, fault);
    err = err ? err : store(self, db, &robot, fresh, fault);
    if (!err) {
        self->out->robot = robot;
    }
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = robot.id});
}

static enum err delete_robot(struct db *db, void *arg, struct fault *fault)
{
    struct robot_call *self = arg;
    struct audit_note note;
    struct arena arena;

    (void)fault;
    arena_init(&arena, 64 * 1024);
    enum err err = robots_find(db, &arena, self->id, &self->before);
    err = err ? err : robots_delete(db, self->id);
    if (!err) {
        audit_begin(&note, "robot", "delete", self->id, self->before.name);
        err = edit_audit_end(self->actor, &note, db, clock_now_ms(), false);
    }
    arena_done(&arena);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->id});
}

static enum err retry_notice(struct db *db, void *arg, struct fault *fault)
{
    struct robot_call *self = arg;
    struct audit_note note;
    int64_t now_ms = clock_now_ms();
    enum err err = outbox_retry(db, self->id, now_ms);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "state", "sent", "It was sent.", "该通知已发送。");
    }
    if (!err) {
        audit_begin(&note, "notice", "retry", self->id, (str){0});
        err = edit_audit_end(self->actor, &note, db, now_ms, false);
    }
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->id});
}

/* ---- the calls ---- */

enum err editor_robot_put(struct editor *self, const struct actor *actor, struct arena *arena, int64_t id,
                          const struct robot_draft *draft, struct robot_result *out, struct fault *fault)
{
    struct robot_call call = {.editor = self, .actor = actor, .arena = arena, .draft = draft, .id = id, .out = out};

    if (id == 0 && draft->kind < 0) {
        return fault_set(fault, ERR_INVALID, "kind", "required", "Which kind of robot?", "请选择机器人类型。");
    }
    if (id == 0 && !draft->has_url) {
        return fault_set(fault, ERR_INVALID, "url", "required", "The robot's address is needed.",
                         "请填写机器人的 Webhook 地址。");
    }
    return editor_run(self, &(struct writer_task){.run = put_robot, .arg = &call}, fault);
}

enum err editor_robot_delete(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault)
{
    struct robot_call call = {.actor = actor, .id = id};

    return editor_run(self, &(struct writer_task){.run = delete_robot, .arg = &call}, fault);
}

enum err editor_outbox_retry(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault)
{
    struct robot_call call = {.actor = actor, .id = id};

    return editor_run(self, &(struct writer_task){.run = retry_notice, .arg = &call}, fault);
}
