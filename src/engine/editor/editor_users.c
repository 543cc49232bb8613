/* SPDX-License-Identifier: MIT */
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/utf8.h"
#include "linkpond/engine/editor.h"
#include "linkpond/store/sessions.h"
#include "linkpond/store/users.h"

#include "editor_private.h"
#include "linkpond/engine/key_secret.h"

#define ARENA_MAX ((size_t)64 * 1024)

/* Marks that are not seen and make two names look the same. */
static bool has_invisible(str text)
{
    uint32_t code_point = 0;

    for (size_t at = 0; at < text.len;) {
        size_t len = utf8_decode(text, at, &code_point);
        bool invisible =
            code_point == 0xAD || code_point == 0x61C || code_point == 0x115F || code_point == 0x1160 ||
            code_point == 0x3164 || code_point == 0xFFA0 || (code_point >= 0x180B && code_point <= 0x180E) ||
            (code_point >= 0x200B && code_point <= 0x200F) || (code_point >= 0x2060 && code_point <= 0x2064) ||
            code_point == 0xFEFF || (code_point >= 0xE0000 && code_point <= 0xE007F);
        if (len && invisible) {
            return true;
        }
        at += len ? len : 1;
    }
    return false;
}

static enum err check_text(const char *field, str text, size_t len_max, struct fault *fault)
{
    if (text.len == 0) {
        return fault_set(fault, ERR_INVALID, field, "required", "This is needed.", "此项必填。");
    }
    if (text.len > len_max) {
        return fault_set(fault, ERR_INVALID, field, "too_long", "That is too long.", "内容过长。");
    }
    if (!utf8_valid(text) || utf8_has_control(text) || has_invisible(text) || str_find_char(text, ',', 0) >= 0) {
        return fault_set(fault, ERR_INVALID, field, "bad_character",
                         "UTF-8 without control characters, invisible ones and commas.",
                         "必须是不含控制字符、不可见字符和逗号的 UTF-8 文本。");
    }
    return OK;
}

static enum err check_role(str role, struct fault *fault)
{
    bool known = str_eq(role, STR("admin")) || str_eq(role, STR("editor")) || str_eq(role, STR("viewer"));

    return known ? OK
                 : fault_set(fault, ERR_INVALID, "role", "not_allowed", "A role is admin, editor or viewer.",
                             "角色只能是 admin、editor 或 viewer。");
}

static enum err check_language(str language, struct fault *fault)
{
    bool known = language.len == 0 || str_eq(language, STR("zh")) || str_eq(language, STR("en"));

    return known ? OK
                 : fault_set(fault, ERR_INVALID, "language", "not_allowed", "A language is zh or en.",
                             "语言只能是 zh 或 en。");
}

static enum err tell(struct db *db, const struct actor *actor, const char *verb, const struct user *before,
                     const struct user *after)
{
    const struct user none = {.disabled_ms = TIME_NONE};
    const struct user *from = before ? before : &none;
    struct audit_note note;

    audit_begin(&note, "user", verb, after->id, after->key);
    audit_text(&note, "name", from->name, after->name);
    audit_text(&note, "role", from->role, after->role);
    audit_text(&note, "language", from->language, after->language);
    audit_bool(&note, "disabled", from->disabled_ms != TIME_NONE, after->disabled_ms != TIME_NONE);
    return edit_audit_end(actor, &note, db, after->updated_ms, before != NULL);
}

/* ---- a new one ---- */

struct user_call {
    const struct actor *actor;
    struct user *user;
};

static enum err create(struct db *db, void *arg, struct fault *fault)
{
    struct user_call *self = arg;
    enum err err = users_insert(db, self->user);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "key", "taken", "A user has that key.", "该用户已存在。");
    }
    err = err ? err : tell(db, self->actor, "create", NULL, self->user);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->user->id});
}

enum err editor_user_create(struct editor *self, const struct actor *actor, struct user *user, struct fault *fault)
{
    struct user_call call = {.actor = actor, .user = user};

    user->key = str_trim(user->key);
    user->name = str_trim(user->name);
    user->role = user->role.len ? user->role : STR("editor");
    enum err err = check_text("key", user->key, LIMIT_TAG, fault);
    err = err ? err : check_text("name", user->name, LIMIT_NAME, fault);
    err = err ? err : check_role(user->role, fault);
    err = err ? err : check_language(user->language, fault);
    user->created_ms = user->updated_ms = clock_now_ms();
    user->disabled_ms = user->signed_in_ms = TIME_NONE;
    return err ? err : editor_run(self, &(struct writer_task){.run = create, .arg = &call}, fault);
}

/* ---- another name, role, language; in or out ---- */

struct update_call {
    const struct actor *actor;
    int64_t id, now_ms;
    const struct user_change *change;
};

static bool is_active_admin(const struct user *user)
{
    return str_eq(user->role, STR("admin")) && user->disabled_ms == TIME_NONE;
}

static enum err keep_an_admin(struct db *db, const struct user *before, const struct user *after, struct fault *fault)
{
    int64_t others = 0;

    if (!is_active_admin(before) || is_active_admin(after)) {
        return OK;
    }
    enum err err = users_count_admins(db, before->id, &others);
    if (err || others > 0) {
        return err;
    }
    const char *field = str_eq(after->role, before->role) ? "disabled" : "role";
    return fault_set(fault, ERR_CONFLICT, field, "last_admin",
                     "Nobody else could let people in; make another admin first.",
                     "至少要保留一位可用的管理员，请先指定另一位。");
}

static struct user changed(const struct user *before, const struct update_call *call)
{
    const struct user_change *change = call->change;
    struct user after = *before;

    after.name = change->has_name ? str_trim(change->name) : before->name;
    after.role = change->has_role ? change->role : before->role;
    after.language = change->has_language ? change->language : before->language;
    after.updated_ms = call->now_ms;
    if (change->has_disabled && change->disabled != (before->disabled_ms != TIME_NONE)) {
        after.disabled_ms = change->disabled ? call->now_ms : TIME_NONE;
    }
    return after;
}

static enum err end_sessions(struct db *db, const struct user *before, const struct user *after)
{
    bool out = after->disabled_ms != TIME_NONE;
    enum err err = out ? user_tokens_delete(db, after->id) : OK;

    return err || (!out && str_eq(before->role, after->role)) ? err : sessions_delete_of_user(db, after->id, NULL);
}

static enum err update(struct db *db, void *arg, struct fault *fault)
{
    struct update_call *self = arg;
    struct arena arena;
    struct user before;

    arena_init(&arena, ARENA_MAX);
    enum err err = users_find(db, &arena, self->id, &before);
    struct user after = err ? (struct user){0} : changed(&before, self);
    err = err ? err : keep_an_admin(db, &before, &after, fault);
    err = err ? err : users_update(db, &after);
    err = err ? err : end_sessions(db, &before, &after);
    err = err ? err : tell(db, self->actor, "update", &before, &after);
    arena_done(&arena);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->id});
}

enum err editor_user_update(struct editor *self, const struct actor *actor, int64_t id,
                            const struct user_change *change, struct fault *fault)
{
    struct update_call call = {.actor = actor, .id = id, .now_ms = clock_now_ms(), .change = change};
    enum err err = change->has_name ? check_text("name", str_trim(change->name), LIMIT_NAME, fault) : OK;

    err = err || !change->has_role ? err : check_role(change->role, fault);
    err = err || !change->has_language ? err : check_language(change->language, fault);
    return err ? err : editor_run(self, &(struct writer_task){.run = update, .arg = &call}, fault);
}

/* ---- one-time links ---- */

struct token_call {
    const struct actor *actor;
    struct user_token token;
};

static enum err put_token(struct db *db, void *arg, struct fault *fault)
{
    struct token_call *self = arg;
    struct audit_note note;
    struct arena arena;
    struct user user;

    arena_init(&arena, ARENA_MAX);
    enum err err = users_find(db, &arena, self->token.user_id, &user);
    if (!err && user.disabled_ms != TIME_NONE) {
        err = fault_set(fault, ERR_CONFLICT, "disabled", "user_disabled", "That user is disabled.", "该用户已停用。");
    }
    if (!err) {
        self->token.reset = user.password.len > 0;
        self->token.expires_ms = self->token.created_ms + (self->token.reset ? RESET_MS : INVITE_MS);
        err = user_tokens_put(db, &self->token);
        audit_begin(&note, "user", self->token.reset ? "reset" : "invite", user.id, user.key);
        audit_time(&note, "expires_at", TIME_NONE, self->token.expires_ms);
        err = err ? err : edit_audit_end(self->actor, &note, db, self->token.created_ms, false);
    }
    arena_done(&arena);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->token.user_id});
}

enum err editor_user_token(struct editor *self, const struct actor *actor, int64_t id, char secret[USER_TOKEN_MAX],
                           struct user_token *out, struct fault *fault)
{
    char made[USER_TOKEN_MAX];
    struct token_call call = {.actor = actor, .token = {.user_id = id, .created_ms = clock_now_ms()}};

    token_secret_make(made, &call.token);
    enum err err = editor_run(self, &(struct writer_task){.run = put_token, .arg = &call}, fault);
    if (!err) {
        *out = call.token;
        memcpy(secret, made, sizeof made);
    }
    crypt_cleanse(made, sizeof made);
    return err;
}
