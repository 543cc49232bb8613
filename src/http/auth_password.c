/* SPDX-License-Identifier: MIT */
/* How a password comes to be: by a one-time link, or by its owner who knows the one before. */
#include "auth_private.h"
#include "linkpond/base/clock.h"
#include "linkpond/model/password.h"

static enum err no_token(struct fault *fault)
{
    return fault_set(fault, ERR_INVALID, "token", "not_usable",
                     "This link was used already or is too old; ask for a new one.",
                     "此链接已使用或已过期，请重新获取。");
}

/* ERR_INVALID when nobody may come in by it now. */
static enum err find_token(struct db *db, struct arena *arena, const uint8_t hash[SHA256_BYTES], int64_t now_ms,
                           struct user_token *out, struct user *user, struct fault *fault)
{
    enum err err = user_tokens_find(db, hash, out);
    err = err != OK ? err : users_find(db, arena, out->user_id, user);
    if (err == ERR_NOT_FOUND || (err == OK && (now_ms >= out->expires_ms || user->disabled_ms != TIME_NONE))) {
        return no_token(fault);
    }
    return err;
}

enum err auth_token_find(struct auth *self, const struct request *request, str token, struct user_token *out,
                         struct user *user, int64_t *retry_after_s, struct fault *fault)
{
    uint8_t hash[SHA256_BYTES];
    *retry_after_s = auth_charge(self->sign_ins, auth_address_key(&request->client));
    if (*retry_after_s > 0) {
        return ERR_RATE_LIMITED;
    }
    if (auth_browser_says(request) < 0) {
        return ERR_CSRF;
    }
    *retry_after_s = 1;
    crypt_sha256(str_trim(token), hash);
    struct db *db = readers_take(self->engine->readers, AUTH_READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = find_token(db, request->arena, hash, request->now_ms, out, user, fault);
    readers_give(self->engine->readers, db);
    return err;
}

struct accept {
    const struct request *request;
    const uint8_t *token_hash;
    struct new_session made;
    str password; /* hashed */
};

static enum err accept_run(struct db *db, void *arg, struct fault *fault)
{
    const struct accept *work = arg;
    struct user_token token;
    struct user user = {0};
    /* Somebody may have been quicker with the same link. */
    enum err err = find_token(db, work->request->arena, work->token_hash, work->request->now_ms, &token, &user, fault);
    err = err != OK ? err : users_set_password(db, user.id, work->password);
    err = err != OK ? err : user_tokens_delete(db, user.id);
    err = err != OK ? err : sessions_delete_of_user(db, user.id, NULL);
    err = err != OK ? err : auth_audit(db, work->request, "password", &user, 0);
    return err != OK ? err : auth_session_put(db, work->request, &work->made);
}

enum err auth_accept(struct auth *self, struct request *request, str token, str password, struct reply *reply,
                     int64_t *retry_after_s, struct fault *fault)
{
    struct user_token found;
    struct user user = {0};
    char memory[PASSWORD_HASH_TEXT_MAX];
    struct accept work = {.request = request, .token_hash = found.hash};
    enum err err = auth_token_find(self, request, token, &found, &user, retry_after_s, fault);
    err = err != OK ? err : password_check("password", user.key, password, fault);
    err = err != OK ? err : passwords_make(self->passwords, password, memory, &work.password);
    err = err != OK ? err : auth_session_make(request, user.id, 0, &work.made);
    if (err == OK) {
        err = editor_run(self->engine->editor, &(struct writer_task){.run = accept_run, .arg = &work}, fault);
    }
    struct api_key key = err == OK ? auth_key_of_user(&user) : (struct api_key){0};
    return err == OK ? auth_session_begun(self, request, &work.made, &key, reply) : err;
}

struct change {
    const struct request *request;
    const struct user *user;
    int64_t user_id;
    const struct session *session;
    str password;
};

static enum err change_run(struct db *db, void *arg, struct fault *fault)
{
    const struct change *work = arg;
    (void)fault;
    enum err err = users_set_password(db, work->user_id, work->password);
    err = err != OK ? err : user_tokens_delete(db, work->user_id);
    err = err != OK ? err : auth_audit(db, work->request, "password", work->user, work->request->actor->key_id);
    return err != OK ? err : sessions_delete_of_user(db, work->user_id, work->session ? work->session->hash : NULL);
}

static enum err find_self(struct auth *self, const struct request *request, struct user *out)
{
    struct db *db = readers_take(self->engine->readers, AUTH_READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = users_find(db, request->arena, request->actor->user_id, out);
    readers_give(self->engine->readers, db);
    return err;
}

enum err auth_change_password(struct auth *self, const struct request *request, str current, str fresh,
                              int64_t *retry_after_s, struct fault *fault)
{
    struct user user;
    char memory[PASSWORD_HASH_TEXT_MAX];
    bool right = false;
    struct change work = {
        .request = request, .user = &user, .user_id = request->actor->user_id, .session = request->session};
    *retry_after_s = auth_charge(self->sign_ins, (str){(const char *)&work.user_id, sizeof work.user_id});
    if (*retry_after_s > 0) {
        return ERR_RATE_LIMITED;
    }
    *retry_after_s = 1;
    enum err err = find_self(self, request, &user);
    err = err != OK ? err : passwords_check(self->passwords, user.password, current, &right, NULL);
    if (err == OK && !right) {
        return fault_set(fault, ERR_INVALID, "current", "wrong", "That is not the password so far.",
                         "当前密码不正确。");
    }
    err = err != OK ? err : password_check("new", user.key, fresh, fault);
    err = err != OK ? err : passwords_make(self->passwords, fresh, memory, &work.password);
    return err != OK ? err
                     : editor_run(self->engine->editor, &(struct writer_task){.run = change_run, .arg = &work}, fault);
}
