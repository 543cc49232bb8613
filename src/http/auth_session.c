/* SPDX-License-Identifier: MIT */
/* Signing in and out: what becomes of a session. */
#include "auth_private.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/utf8.h"

#define COOKIE_PLAIN  "lp_session"
#define COOKIE_SECURE "__Host-lp_session"
#define SECRET_BYTES  32
#define SECRET_CHARS  (2 * SECRET_BYTES)

static const char *cookie_name(const struct request *request)
{
    return request->https ? COOKIE_SECURE : COOKIE_PLAIN;
}

bool auth_session_hash(const struct request *request, uint8_t out[SHA256_BYTES])
{
    str id;
    if (!request_cookie(request, cookie_name(request), &id) || id.len != SECRET_CHARS) {
        return false;
    }
    crypt_sha256(id, out);
    return true;
}

void auth_set_cookie(const struct request *request, struct reply *reply, str value, int64_t seconds)
{
    reply_header(reply, request, "Set-Cookie",
                 arena_f(request->arena, "%s=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                         cookie_name(request), STR_ARG(value), (long long)seconds, request->https ? "; Secure" : ""));
}

/* ---- a new session ---------------------------------------------------------------------------------------------- */

static str make_secret(struct arena *arena)
{
    uint8_t bytes[SECRET_BYTES];
    char *text = arena_alloc(arena, SECRET_CHARS + 1);
    struct buf out;
    if (!text) {
        return (str){0};
    }
    crypt_random(bytes, sizeof bytes);
    buf_init_fixed(&out, text, SECRET_CHARS + 1);
    buf_add_hex(&out, bytes, sizeof bytes);
    crypt_cleanse(bytes, sizeof bytes);
    return buf_str(&out);
}

static str network_of(const struct request *request)
{
    char memory[ADDR_TEXT_MAX];
    const struct addr truncated = addr_truncate(&request->client);
    return arena_str(request->arena, addr_format(&truncated, memory));
}

enum err auth_session_make(const struct request *request, int64_t user_id, int64_t api_key_id, struct new_session *out)
{
    *out = (struct new_session){.id = make_secret(request->arena),
                                .session = {.user_id = user_id,
                                            .api_key_id = api_key_id,
                                            .csrf = make_secret(request->arena),
                                            .created_ms = request->now_ms,
                                            .seen_ms = request->now_ms}};
    out->session.browser = utf8_cut(request_header(request, "User-Agent"), SESSION_BROWSER_MAX);
    out->session.browser = utf8_valid(out->session.browser) ? out->session.browser : (str){0};
    out->session.network = network_of(request);
    if (out->id.len == 0 || out->session.csrf.len == 0) {
        return ERR_NOMEM;
    }
    crypt_sha256(out->id, out->session.hash);
    out->replaces = auth_session_hash(request, out->old_hash);
    return OK;
}

enum err auth_session_put(struct db *db, const struct request *request, const struct new_session *made)
{
    const struct session *session = &made->session;
    struct user user;
    enum err err = made->replaces ? sessions_delete(db, made->old_hash) : OK;
    err = err != OK ? err : users_signed_in(db, session->user_id, session->created_ms);
    err = err != OK ? err : users_find(db, request->arena, session->user_id, &user);
    err = err != OK ? err : auth_audit(db, request, "sign_in", &user, session->api_key_id);
    return err != OK ? err : sessions_insert(db, session);
}

enum err auth_audit(struct db *db, const struct request *request, const char *verb, const struct user *user,
                    int64_t key_id)
{
    struct audit_note note;
    audit_begin(&note, "user", verb, user ? user->id : 0, user ? user->key : STR(""));
    note.line.client = network_of(request);
    bool known = user && strcmp(verb, AUTH_FAILED) != 0; /* who failed is not who they said they are */
    return audit_end(&note, db, known ? user->id : 0, key_id, request->now_ms, false);
}

enum err auth_session_begun(struct auth *self, struct request *request, const struct new_session *made,
                            const struct api_key *key, struct reply *reply)
{
    struct session *session = ARENA_NEW(request->arena, struct session);
    if (!session) {
        return ERR_NOMEM;
    }
    *session = made->session;
    auth_set_cookie(request, reply, made->id, SESSION_MAX_MS / MS_PER_SECOND);
    return auth_set_actor(self, request, key, session);
}

/* ---- signing in ------------------------------------------------------------------------------------------------- */

struct sign_in {
    const struct request *request;
    struct new_session made;
    str fresh_hash; /* the same password, hashed as is done today; empty = it is already */
};

static enum err sign_in_run(struct db *db, void *arg, struct fault *fault)
{
    const struct sign_in *work = arg;
    (void)fault;
    enum err err = auth_session_put(db, work->request, &work->made);
    return err != OK || work->fresh_hash.len == 0
               ? err
               : users_set_password(db, work->made.session.user_id, work->fresh_hash);
}

static enum err begin_session(struct auth *self, struct request *request, const struct api_key *key,
                              struct sign_in *work, struct reply *reply, struct fault *fault)
{
    work->request = request;
    enum err err = auth_session_make(request, key->user_id, key->id, &work->made);
    if (err == OK) {
        err = editor_run(self->engine->editor, &(struct writer_task){.run = sign_in_run, .arg = work}, fault);
    }
    return err == OK ? auth_session_begun(self, request, &work->made, key, reply) : err;
}

/* Somebody by that name, or nobody: a user without id, whose password is none. */
static enum err find_login(struct auth *self, const struct request *request, str login, struct user *out)
{
    struct db *db = readers_take(self->engine->readers, AUTH_READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = users_find_login(db, request->arena, login, out);
    readers_give(self->engine->readers, db);
    if (err == ERR_NOT_FOUND) {
        *out = (struct user){.disabled_ms = TIME_NONE};
        return OK;
    }
    return err;
}

/* What was typed as a name may be a password, so only names that exist are written down. Failing to write it fails
 * nothing. */
struct failure {
    const struct request *request;
    const struct user *user;
};

static enum err failure_run(struct db *db, void *arg, struct fault *fault)
{
    const struct failure *work = arg;
    (void)fault;
    return auth_audit(db, work->request, AUTH_FAILED, work->user, 0);
}

static void tell_failure(struct auth *self, const struct request *request, const struct user *user)
{
    struct failure work = {request, user->id ? user : NULL};
    if (gcra_charge(self->failed_lines, STR("all"), clock_mono_ns()) == 0) {
        (void)editor_run(self->engine->editor, &(struct writer_task){.run = failure_run, .arg = &work}, NULL);
    }
}

/* Names are limited in any case of their letters, or each spelling would have guesses of its own. */
static int64_t charge_login(struct auth *self, const struct request *request, str login)
{
    char *folded = arena_alloc(request->arena, login.len + 1);
    if (!folded) {
        return 1;
    }
    for (size_t i = 0; i < login.len; i++) {
        char c = login.ptr[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return auth_charge(self->sign_ins, (str){folded, login.len});
}

static enum err sign_in_by_password(struct auth *self, struct request *request, const struct credentials *who,
                                    struct reply *reply, int64_t *retry_after_s, struct fault *fault)
{
    struct user user;
    struct sign_in work = {0};
    char memory[PASSWORD_HASH_TEXT_MAX];
    bool right = false, outdated = false;
    str login = str_trim(who->login);
    *retry_after_s = charge_login(self, request, login);
    if (*retry_after_s > 0) {
        return ERR_RATE_LIMITED;
    }
    enum err err = find_login(self, request, login, &user);
    *retry_after_s = 1;
    err = err != OK ? err : passwords_check(self->passwords, user.password, who->password, &right, &outdated);
    if (err != OK) {
        return err;
    }
    if (!right || user.disabled_ms != TIME_NONE) {
        tell_failure(self, request, &user);
        return fault_set(fault, ERR_UNAUTHORIZED, "", "credentials", "The login name or the password is wrong.",
                         "登录名或密码不正确。");
    }
    if (outdated && passwords_make(self->passwords, who->password, memory, &work.fresh_hash) != OK) {
        work.fresh_hash = (str){0}; /* next time */
    }
    struct api_key key = auth_key_of_user(&user);
    return begin_session(self, request, &key, &work, reply, fault);
}

enum err auth_sign_in(struct auth *self, struct request *request, const struct credentials *who, struct reply *reply,
                      int64_t *retry_after_s, struct fault *fault)
{
    struct api_key key;
    struct sign_in work = {0};
    *retry_after_s = auth_charge(self->sign_ins, auth_address_key(&request->client));
    if (*retry_after_s > 0) {
        return ERR_RATE_LIMITED;
    }
    if (auth_browser_says(request) < 0) {
        return ERR_CSRF; /* a stranger's page would sign the visitor in as the stranger */
    }
    if (who->key.len == 0) {
        return sign_in_by_password(self, request, who, reply, retry_after_s, fault);
    }
    enum err err = auth_find_key(self, request, who->key, &key);
    return err == OK ? begin_session(self, request, &key, &work, reply, fault) : err;
}

static enum err sign_out_run(struct db *db, void *arg, struct fault *fault)
{
    (void)fault;
    return sessions_delete(db, arg);
}

enum err auth_sign_out(struct auth *self, const struct request *request, struct reply *reply, struct fault *fault)
{
    uint8_t hash[SHA256_BYTES];
    enum err err = OK;
    if (auth_session_hash(request, hash)) {
        err = editor_run(self->engine->editor, &(struct writer_task){.run = sign_out_run, .arg = hash}, fault);
    }
    if (err == OK) {
        auth_set_cookie(request, reply, STR(""), 0);
    }
    return err;
}

static enum err sign_out_others_run(struct db *db, void *arg, struct fault *fault)
{
    const struct request *request = arg;
    const struct actor *actor = request->actor;
    struct user user;
    (void)fault;
    enum err err = users_find(db, request->arena, actor->user_id, &user);
    err = err != OK ? err : auth_audit(db, request, "sign_out_others", &user, actor->key_id);
    return err != OK ? err
                     : sessions_delete_of_user(db, actor->user_id, request->session ? request->session->hash : NULL);
}

enum err auth_sign_out_others(struct auth *self, const struct request *request, struct fault *fault)
{
    struct request copy = *request;
    return editor_run(self->engine->editor, &(struct writer_task){.run = sign_out_others_run, .arg = &copy}, fault);
}
