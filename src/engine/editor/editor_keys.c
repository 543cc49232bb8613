/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/utf8.h"
#include "linkpond/store/keys.h"

#include "linkpond/engine/key_secret.h"

/* A key never gives more than its maker has: neither a scope nor a wider view. */

struct key_call {
    const struct actor *actor;
    struct api_key *key;
    int64_t id;
};

static bool out_of_bounds(const struct actor *actor, const struct api_key *key)
{
    return (actor->owner_bound && key->owner_id != actor->owner_id) ||
           (actor->domain_bound && key->domain_id != actor->domain_id);
}

static enum err check_key(const struct actor *actor, const struct api_key *key, struct fault *fault)
{
    str name = str_trim(key->name);

    if (name.len == 0 || name.len > LIMIT_NAME) {
        return fault_set(fault, ERR_INVALID, "name", name.len == 0 ? "required" : "too_long",
                         "A name of 1 to 128 bytes is needed.", "请填写 1 到 128 字节的名称。");
    }
    if (!utf8_valid(name) || utf8_has_control(name)) {
        return fault_set(fault, ERR_INVALID, "name", "control_character", "UTF-8 without control characters.",
                         "必须是不含控制字符的 UTF-8 文本。");
    }
    if (key->scopes == 0 || (key->scopes & ~(unsigned)SCOPE_ALL) != 0) {
        return fault_set(fault, ERR_INVALID, "scopes", "required", "Name at least one scope.", "请至少选择一个权限。");
    }
    if ((key->scopes & ~actor->scopes) != 0) {
        return fault_set(fault, ERR_FORBIDDEN, "scopes", "wider", "A key cannot give scopes that its maker lacks.",
                         "不能授予自己没有的权限。");
    }
    if (out_of_bounds(actor, key)) {
        return fault_set(fault, ERR_FORBIDDEN, "", "wider", "A bound key makes only keys with the same bounds.",
                         "受限密钥只能创建同样受限的密钥。");
    }
    return OK;
}

static enum err tell_create(struct db *db, const struct actor *actor, const struct api_key *key)
{
    struct audit_note note;
    str names[SCOPE_BITS];
    struct str_list none = {0}, scopes = {.items = names};

    for (int i = 0; i < SCOPE_BITS; i++) {
        if (key->scopes >> i & 1) {
            names[scopes.count++] = scope_name((enum scope_bit)i);
        }
    }
    audit_begin(&note, "key", "create", key->id, key->name);
    audit_list_of(&note, "scopes", &none, &scopes);
    audit_i64(&note, "domain_id", 0, key->domain_id);
    audit_time(&note, "expires_at", TIME_NONE, key->expires_ms);
    enum err err = edit_audit_user(&note, db, "user", 0, key->user_id);
    err = err ? err : edit_audit_user(&note, db, "owner", 0, key->owner_id);
    return err ? err : edit_audit_end(actor, &note, db, key->created_ms, false);
}

static enum err put_key(struct db *db, void *arg, struct fault *fault)
{
    struct key_call *self = arg;
    enum err err = keys_insert(db, self->key);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, ERR_INVALID, "owner", "unknown", "There is no such user, owner or domain.",
                         "没有该用户、负责人或域名。");
    }
    err = err ? err : tell_create(db, self->actor, self->key);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->key->id});
}

enum err editor_key_create(struct editor *self, const struct actor *actor, struct api_key *key,
                           char secret[KEY_SECRET_MAX], struct fault *fault)
{
    char made[KEY_SECRET_MAX];
    struct key_call call = {.actor = actor, .key = key};
    enum err err = check_key(actor, key, fault);
    if (err) {
        return err;
    }
    key_secret_make(made, key);
    key->name = str_trim(key->name);
    key->user_id = key->user_id ? key->user_id : actor->user_id;
    key->created_ms = clock_now_ms();
    key->expires_ms = key->expires_ms == 0 ? TIME_NONE : key->expires_ms;
    key->revoked_ms = key->used_ms = TIME_NONE;
    err = editor_run(self, &(struct writer_task){.run = put_key, .arg = &call}, fault);
    key->prefix = (str){0};
    if (!err) {
        memcpy(secret, made, KEY_SECRET_MAX);
        key->prefix = (str){secret, KEY_PREFIX_LEN};
    }
    crypt_cleanse(made, sizeof made);
    return err;
}

static enum err revoke(struct db *db, void *arg, struct fault *fault)
{
    const struct key_call *self = arg;
    const int64_t now_ms = clock_now_ms();
    struct audit_note note;
    struct arena arena;
    struct api_key key = {0};

    (void)fault;
    arena_init(&arena, 64 * 1024);
    enum err err = keys_find(db, &arena, self->id, &key);
    if (!err && out_of_bounds(self->actor, &key)) {
        err = ERR_NOT_FOUND;
    }
    err = err ? err : keys_revoke(db, self->id, now_ms);
    if (!err) {
        audit_begin(&note, "key", "revoke", self->id, key.name);
        err = edit_audit_end(self->actor, &note, db, now_ms, false);
    }
    arena_done(&arena);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->id});
}

enum err editor_key_revoke(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault)
{
    struct key_call call = {.actor = actor, .id = id};

    return editor_run(self, &(struct writer_task){.run = revoke, .arg = &call}, fault);
}
