/* SPDX-License-Identifier: MIT */
/*
 * Keys and sessions are looked up by their SHA-256 in the database on every request: an indexed read of microseconds,
 * and nothing to invalidate when a key is revoked. Time spent does not depend on how much of a guess is right, because
 * what is searched for is a hash. A valid key is never refused for its neighbours' failures: only a failure asks the
 * failure limit.
 */
#include "linkpond/http/auth.h"

#include <stdatomic.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/gcra.h"

#define NS_PER_S       INT64_C(1000000000)
#define READER_WAIT_MS 5000
#define LIMIT_ENTRIES  16384
#define TOUCH_EVERY_NS (60 * NS_PER_S) /* last use is kept to the minute: a write per request would be a waste */
#define KEY_PREFIX     "lp_"
#define KEY_CHARS_MIN  20 /* shorter ones are not worth a look-up */
#define COOKIE_PLAIN   "lp_session"
#define COOKIE_SECURE  "__Host-lp_session"
#define SECRET_BYTES   32
#define SECRET_CHARS   (2 * SECRET_BYTES)

struct auth {
    struct engine *engine;
    struct gcra *calls, *failures, *sign_ins, *touches;
};

struct auth *auth_new(struct engine *engine)
{
    struct auth *self = calloc(1, sizeof *self);
    BUG_ON(!self);
    self->engine = engine;
    self->calls = gcra_new(LIMIT_ENTRIES, API_BURST, NS_PER_S / API_PER_SECOND);
    self->failures = gcra_new(LIMIT_ENTRIES, FAILURES_BURST, 60 * NS_PER_S / FAILURES_PER_MIN);
    self->sign_ins = gcra_new(LIMIT_ENTRIES, SIGN_INS_BURST, 60 * NS_PER_S / SIGN_INS_PER_MIN);
    self->touches = gcra_new(LIMIT_ENTRIES, 1, TOUCH_EVERY_NS);
    BUG_ON(!self->calls || !self->failures || !self->sign_ins || !self->touches);
    return self;
}

void auth_free(struct auth *self)
{
    if (self) {
        gcra_free(self->calls);
        gcra_free(self->failures);
        gcra_free(self->sign_ins);
        gcra_free(self->touches);
        free(self);
    }
}

/* ---- limits ---------------------------------------------------------------------------------------------------- */

static int64_t charge(struct gcra *limit, str key)
{
    int64_t wait_ns = gcra_charge(limit, key, clock_mono_ns());
    return (wait_ns + NS_PER_S - 1) / NS_PER_S;
}

/* One customer has a whole IPv6 /64. */
static str address_key(const struct addr *client)
{
    return (str){(const char *)client->bytes, addr_is_v4(client) ? 16 : 8};
}

int64_t auth_charge_failure(struct auth *self, const struct addr *client)
{
    return charge(self->failures, address_key(client));
}

static enum err failed(struct auth *self, const struct request *request, int64_t *retry_after_s)
{
    *retry_after_s = auth_charge_failure(self, &request->client);
    return *retry_after_s > 0 ? ERR_RATE_LIMITED : ERR_UNAUTHORIZED;
}

/* ---- look-ups -------------------------------------------------------------------------------------------------- */

/* What a role lets a key do at most, whatever the key says. */
static unsigned role_scopes(str role)
{
    if (str_eq(role, STR("admin"))) {
        return SCOPE_ALL;
    }
    unsigned editor = (unsigned)(SCOPE_ALL & ~SCOPE_ADMIN);
    return str_eq(role, STR("editor")) ? editor : (unsigned)(SCOPE_LINKS_READ | SCOPE_STATS_READ);
}

/* ERR_UNAUTHORIZED for every key that may not come in, so that nothing tells a revoked key from a wrong one. */
static enum err usable(enum err found, const struct api_key *key, int64_t now_ms)
{
    if (found == ERR_NOT_FOUND) {
        return ERR_UNAUTHORIZED;
    }
    if (found != OK) {
        return found;
    }
    return key_is_valid(key, now_ms) ? OK : ERR_UNAUTHORIZED;
}

static enum err find_key(struct auth *self, const struct request *request, str secret, struct api_key *out)
{
    uint8_t hash[SHA256_BYTES];
    if (!str_starts(secret, STR(KEY_PREFIX)) || secret.len < KEY_CHARS_MIN || secret.len > KEY_SECRET_MAX) {
        return ERR_UNAUTHORIZED;
    }
    crypt_sha256(secret, hash);
    struct db *db = readers_take(self->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = usable(keys_find_hash(db, request->arena, hash, out), out, request->now_ms);
    readers_give(self->engine->readers, db);
    bool same =
        err != OK || crypt_equal((str){(const char *)hash, sizeof hash}, (str){(const char *)out->hash, sizeof hash});
    return same ? err : ERR_UNAUTHORIZED;
}

static const char *cookie_name(const struct request *request)
{
    return request->https ? COOKIE_SECURE : COOKIE_PLAIN;
}

/* The hash of the session id that came; false when none did. */
static bool session_hash(const struct request *request, uint8_t out[SHA256_BYTES])
{
    str id;
    if (!request_cookie(request, cookie_name(request), &id) || id.len != SECRET_CHARS) {
        return false;
    }
    crypt_sha256(id, out);
    return true;
}

bool auth_session_came(const struct request *request)
{
    uint8_t hash[SHA256_BYTES];
    return session_hash(request, hash);
}

static enum err find_session(struct auth *self, const struct request *request, const uint8_t hash[SHA256_BYTES],
                             struct session *session, struct api_key *key)
{
    struct db *db = readers_take(self->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = sessions_find(db, request->arena, hash, session);
    int64_t now_ms = request->now_ms;
    bool old =
        err == OK && (now_ms - session->seen_ms >= SESSION_IDLE_MS || now_ms - session->created_ms >= SESSION_MAX_MS);
    if (err == ERR_NOT_FOUND || old) {
        err = ERR_UNAUTHORIZED;
    }
    if (err == OK) {
        err = usable(keys_find(db, request->arena, session->api_key_id, key), key, now_ms);
    }
    readers_give(self->engine->readers, db);
    return err;
}

/* ---- last use -------------------------------------------------------------------------------------------------- */

struct touch {
    int64_t key_id;
    const uint8_t *session_hash; /* NULL with a key */
    int64_t now_ms;
};

static enum err touch_run(struct db *db, void *arg, struct fault *fault)
{
    const struct touch *touch = arg;
    (void)fault;
    enum err err = keys_used(db, touch->key_id, touch->now_ms);
    return err == OK && touch->session_hash ? sessions_seen(db, touch->session_hash, touch->now_ms) : err;
}

/* Failing to note a use fails no request: a busy writer is no reason to lock people out. */
static void touch(struct auth *self, const struct request *request, int64_t key_id, const struct session *session)
{
    struct touch use = {key_id, session ? session->hash : NULL, request->now_ms};
    str key = session ? (str){(const char *)session->hash, sizeof session->hash}
                      : (str){(const char *)&key_id, sizeof key_id};
    if (gcra_charge(self->touches, key, clock_mono_ns()) == 0) {
        (void)editor_run(self->engine->editor, &(struct writer_task){.run = touch_run, .arg = &use}, NULL);
    }
}

/* ---- who asks -------------------------------------------------------------------------------------------------- */

static bool is_safe(enum method method)
{
    return method == METHOD_GET || method == METHOD_HEAD || method == METHOD_OPTIONS;
}

/* "https://host:port" of an Origin header against the Host the request came to. */
static bool origin_is_host(str origin, str host)
{
    ssize_t slashes = str_find(origin, STR("://"), 0);
    bool web = str_istarts(origin, STR("https://")) || str_istarts(origin, STR("http://"));
    return web && host.len > 0 && str_ieq(str_from(origin, (size_t)slashes + 3), host);
}

/* What the browser says: 1 = our page, -1 = another's, 0 = nothing. */
static int browser_says(const struct request *request)
{
    str site = request_header(request, "Sec-Fetch-Site");
    if (site.len > 0) {
        return str_eq(site, STR("same-origin")) || str_eq(site, STR("none")) ? 1 : -1;
    }
    str origin = request_header(request, "Origin");
    if (origin.len > 0) {
        return origin_is_host(origin, request->host) ? 1 : -1;
    }
    return 0;
}

bool auth_same_site(const struct request *request, str csrf)
{
    int says = browser_says(request);
    if (says != 0) {
        return says > 0;
    }
    str token = request_header(request, "X-CSRF-Token");
    if (token.len == 0 && request_is_form(request)) {
        request_form(request, "csrf", &token);
    }
    return csrf.len > 0 && crypt_equal(token, csrf);
}

/* The key behind the request, and the session when it came by cookie. */
static enum err identify(struct auth *self, const struct request *request, struct api_key *key,
                         struct session **session, int64_t *retry_after_s)
{
    uint8_t hash[SHA256_BYTES];
    str authorization = request_header(request, "Authorization");
    enum err err;
    *session = NULL;
    if (authorization.len > 0) {
        bool bearer = str_istarts(authorization, STR("Bearer "));
        err = bearer ? find_key(self, request, str_trim(str_from(authorization, 7)), key) : ERR_UNAUTHORIZED;
    } else if (session_hash(request, hash)) {
        struct session *found = ARENA_NEW(request->arena, struct session);
        err = found ? find_session(self, request, hash, found, key) : ERR_NOMEM;
        *session = found;
    } else {
        return ERR_UNAUTHORIZED; /* nothing was tried, so nothing failed */
    }
    return err == ERR_UNAUTHORIZED ? failed(self, request, retry_after_s) : err;
}

static enum err check_scopes(unsigned have, unsigned need, struct fault *fault)
{
    unsigned missing = need & ~have;
    for (int bit = 0; bit < SCOPE_BITS; bit++) {
        if (missing & (1u << bit)) {
            str name = scope_name((enum scope_bit)bit);
            fault_setf(fault, ERR_FORBIDDEN, "", "scope", "This key lacks the scope " STR_FMT ".", STR_ARG(name));
            fault_chinesef(fault, "此密钥缺少 " STR_FMT " 权限。", STR_ARG(name));
            return ERR_FORBIDDEN;
        }
    }
    return missing == 0 ? OK : ERR_FORBIDDEN;
}

enum err auth_check(struct auth *self, struct request *request, unsigned scope, int64_t *retry_after_s,
                    struct fault *fault)
{
    struct api_key key;
    struct session *session;
    *retry_after_s = 1;
    enum err err = identify(self, request, &key, &session, retry_after_s);
    if (err != OK) {
        return err;
    }
    if (session && !is_safe(request->method) && !auth_same_site(request, session->csrf)) {
        return ERR_CSRF;
    }
    bool local = key.id == atomic_load(&self->engine->local_key_id);
    *retry_after_s = local ? 0 : charge(self->calls, (str){(const char *)&key.id, sizeof key.id});
    if (*retry_after_s > 0) {
        return ERR_RATE_LIMITED;
    }
    unsigned scopes = key.scopes & role_scopes(key.role);
    err = check_scopes(scopes, scope, fault);
    if (err != OK) {
        return err;
    }
    struct actor *actor = ARENA_NEW(request->arena, struct actor);
    if (!actor) {
        return ERR_NOMEM;
    }
    *actor = (struct actor){.key_id = key.id,
                            .user_id = key.user_id,
                            .name = key.user,
                            .scopes = scopes,
                            .owner_bound = key.owner_id != 0,
                            .domain_bound = key.domain_id != 0,
                            .owner_id = key.owner_id,
                            .domain_id = key.domain_id};
    request->actor = actor;
    request->session = session;
    touch(self, request, key.id, session);
    return OK;
}

/* ---- signing in and out ---------------------------------------------------------------------------------------- */

struct sign_in {
    struct session session;
    bool replaces;
    uint8_t old_hash[SHA256_BYTES];
};

static enum err sign_in_run(struct db *db, void *arg, struct fault *fault)
{
    const struct sign_in *work = arg;
    (void)fault;
    if (work->replaces) {
        enum err err = sessions_delete(db, work->old_hash);
        if (err != OK) {
            return err;
        }
    }
    return sessions_insert(db, &work->session);
}

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

static void set_cookie(const struct request *request, struct reply *reply, str value, int64_t seconds)
{
    reply_header(reply, request, "Set-Cookie",
                 arena_f(request->arena, "%s=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                         cookie_name(request), STR_ARG(value), (long long)seconds, request->https ? "; Secure" : ""));
}

enum err auth_sign_in(struct auth *self, const struct request *request, str key, struct reply *reply, str *csrf,
                      int64_t *retry_after_s, struct fault *fault)
{
    struct api_key found;
    *retry_after_s = charge(self->sign_ins, address_key(&request->client));
    if (*retry_after_s > 0) {
        return ERR_RATE_LIMITED;
    }
    if (browser_says(request) < 0) {
        return ERR_CSRF; /* a stranger's page would sign the visitor in as the stranger */
    }
    enum err err = find_key(self, request, key, &found);
    if (err != OK) {
        return err;
    }
    str id = make_secret(request->arena);
    struct sign_in work = {.session = {.api_key_id = found.id,
                                       .csrf = make_secret(request->arena),
                                       .created_ms = request->now_ms,
                                       .seen_ms = request->now_ms}};
    if (id.len == 0 || work.session.csrf.len == 0) {
        return ERR_NOMEM;
    }
    crypt_sha256(id, work.session.hash);
    work.replaces = session_hash(request, work.old_hash);
    err = editor_run(self->engine->editor, &(struct writer_task){.run = sign_in_run, .arg = &work}, fault);
    if (err != OK) {
        return err;
    }
    set_cookie(request, reply, id, SESSION_MAX_MS / MS_PER_SECOND);
    *csrf = work.session.csrf;
    return OK;
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
    if (session_hash(request, hash)) {
        err = editor_run(self->engine->editor, &(struct writer_task){.run = sign_out_run, .arg = hash}, fault);
    }
    if (err == OK) {
        set_cookie(request, reply, STR(""), 0);
    }
    return err;
}
