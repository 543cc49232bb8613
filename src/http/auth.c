/* SPDX-License-Identifier: MIT */
/*
 * Keys and sessions are looked up by their SHA-256 in the database on every request: an indexed read of microseconds,
 * and nothing to invalidate when a key is revoked. Time spent does not depend on how much of a guess is right, because
 * what is searched for is a hash. A valid key is never refused for its neighbours' failures: only a failure asks the
 * failure limit.
 */
#include <stdatomic.h>

#include "auth_private.h"
#include "linkpond/base/clock.h"

#define NS_PER_S      INT64_C(1000000000)
#define LIMIT_ENTRIES 16384
#define USE_EVERY_NS  (60 * NS_PER_S) /* last use is kept to the minute: a write per request would be a waste */
/* Of the audit log: whoever guesses from many addresses must not fill it. */
#define FAILED_LINES_BURST   200
#define FAILED_LINE_EVERY_NS (10 * NS_PER_S)
#define KEY_PREFIX           "lp_"
#define KEY_CHARS_MIN        20 /* shorter ones are not worth a look-up */

struct auth *auth_new(struct engine *engine)
{
    struct auth *self = calloc(1, sizeof *self);
    BUG_ON(!self);
    self->engine = engine;
    self->calls = gcra_new(LIMIT_ENTRIES, API_BURST, NS_PER_S / API_PER_SECOND);
    self->failures = gcra_new(LIMIT_ENTRIES, FAILURES_BURST, 60 * NS_PER_S / FAILURES_PER_MIN);
    self->sign_ins = gcra_new(LIMIT_ENTRIES, SIGN_INS_BURST, 60 * NS_PER_S / SIGN_INS_PER_MIN);
    self->noted_uses = gcra_new(LIMIT_ENTRIES, 1, USE_EVERY_NS);
    self->failed_lines = gcra_new(8, FAILED_LINES_BURST, FAILED_LINE_EVERY_NS);
    self->passwords = passwords_new(PASSWORDS_AT_ONCE, PASSWORDS_WAITING);
    BUG_ON(!self->passwords || !self->calls || !self->failures || !self->sign_ins || !self->noted_uses ||
           !self->failed_lines);
    return self;
}

void auth_free(struct auth *self)
{
    if (self) {
        gcra_free(self->calls);
        gcra_free(self->failures);
        gcra_free(self->sign_ins);
        gcra_free(self->noted_uses);
        gcra_free(self->failed_lines);
        passwords_free(self->passwords);
        free(self);
    }
}

/* ---- limits ---------------------------------------------------------------------------------------------------- */

int64_t auth_charge(struct gcra *limit, str key)
{
    int64_t wait_ns = gcra_charge(limit, key, clock_mono_ns());
    return (wait_ns + NS_PER_S - 1) / NS_PER_S;
}

str auth_address_key(const struct addr *client)
{
    return (str){(const char *)client->bytes, addr_is_v4(client) ? 16 : 8};
}

int64_t auth_charge_failure(struct auth *self, const struct addr *client)
{
    return auth_charge(self->failures, auth_address_key(client));
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

/* Whoever owns the data folder has its power whatever becomes of the user that its key acts for. */
static enum err let_in_local(const struct auth *self, enum err found, struct api_key *key)
{
    if (found == OK && key->id == atomic_load(&self->engine->local_key_id)) {
        key->user_disabled = false;
        key->role = STR("admin");
    }
    return found;
}

enum err auth_find_key(struct auth *self, const struct request *request, str secret, struct api_key *out)
{
    uint8_t hash[SHA256_BYTES];
    if (!str_starts(secret, STR(KEY_PREFIX)) || secret.len < KEY_CHARS_MIN || secret.len > KEY_SECRET_MAX) {
        return ERR_UNAUTHORIZED;
    }
    crypt_sha256(secret, hash);
    struct db *db = readers_take(self->engine->readers, AUTH_READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = let_in_local(self, keys_find_hash(db, request->arena, hash, out), out);
    err = usable(err, out, request->now_ms);
    readers_give(self->engine->readers, db);
    bool same =
        err != OK || crypt_equal((str){(const char *)hash, sizeof hash}, (str){(const char *)out->hash, sizeof hash});
    return same ? err : ERR_UNAUTHORIZED;
}

bool auth_session_came(const struct request *request)
{
    uint8_t hash[SHA256_BYTES];
    return auth_session_hash(request, hash);
}

int64_t auth_session_expires_ms(const struct session *session)
{
    int64_t idle = session->seen_ms + SESSION_IDLE_MS, whole = session->created_ms + SESSION_MAX_MS;
    return idle < whole ? idle : whole;
}

struct api_key auth_key_of_user(const struct user *user)
{
    return (struct api_key){.scopes = SCOPE_ALL,
                            .user_id = user->id,
                            .user = user->key,
                            .role = user->role,
                            .user_disabled = user->disabled_ms != TIME_NONE,
                            .expires_ms = TIME_NONE,
                            .revoked_ms = TIME_NONE,
                            .used_ms = TIME_NONE};
}

/* The key that a session was made with, or all that its user may. */
static enum err find_rights(struct db *db, const struct request *request, const struct session *session,
                            struct api_key *out)
{
    struct user user;
    if (session->api_key_id) {
        return usable(keys_find(db, request->arena, session->api_key_id, out), out, request->now_ms);
    }
    enum err err = users_find(db, request->arena, session->user_id, &user);
    if (err == OK) {
        *out = auth_key_of_user(&user);
    }
    return usable(err, out, request->now_ms);
}

static enum err find_session(struct auth *self, const struct request *request, const uint8_t hash[SHA256_BYTES],
                             struct session *session, struct api_key *key)
{
    struct db *db = readers_take(self->engine->readers, AUTH_READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    enum err err = sessions_find(db, request->arena, hash, session);
    bool old = err == OK && request->now_ms >= auth_session_expires_ms(session);
    if (err == ERR_NOT_FOUND || old) {
        err = ERR_UNAUTHORIZED;
    }
    if (err == OK) {
        err = find_rights(db, request, session, key);
    }
    readers_give(self->engine->readers, db);
    return err;
}

/* ---- last use -------------------------------------------------------------------------------------------------- */

static void note_use(struct auth *self, const struct request *request, int64_t key_id, const struct session *session)
{
    struct last_use use = {.key_id = key_id, .has_session = session != NULL, .used_ms = request->now_ms};
    str key = session ? (str){(const char *)session->hash, sizeof session->hash}
                      : (str){(const char *)&key_id, sizeof key_id};
    if (session) {
        memcpy(use.session_hash, session->hash, sizeof use.session_hash);
    }
    if (gcra_charge(self->noted_uses, key, clock_mono_ns()) == 0) {
        last_uses_note(self->engine->last_uses, &use);
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

int auth_browser_says(const struct request *request)
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
    int says = auth_browser_says(request);
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
        err = bearer ? auth_find_key(self, request, str_trim(str_from(authorization, 7)), key) : ERR_UNAUTHORIZED;
    } else if (auth_session_hash(request, hash)) {
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

/* A key that is bound to somebody else's links has nothing left to do then: owner 0 is nobody. */
static void bind_to_own(struct actor *actor)
{
    actor->owner_id = !actor->owner_bound || actor->owner_id == actor->user_id ? actor->user_id : 0;
    actor->scopes = actor->owner_id ? actor->scopes : 0;
    actor->bound_by_role = !actor->owner_bound && !actor->domain_bound;
    actor->owner_bound = true;
}

enum err auth_set_actor(struct auth *self, struct request *request, const struct api_key *key,
                        const struct session *session)
{
    struct actor *actor = ARENA_NEW(request->arena, struct actor);
    if (!actor) {
        return ERR_NOMEM;
    }
    *actor = (struct actor){.key_id = key->id,
                            .user_id = key->user_id,
                            .name = key->user,
                            .scopes = key->scopes & role_scopes(key->role),
                            .owner_bound = key->owner_id != 0,
                            .domain_bound = key->domain_id != 0,
                            .owner_id = key->owner_id,
                            .domain_id = key->domain_id};
    if (self->engine->opts.editors_see_own && str_eq(key->role, STR("editor"))) {
        bind_to_own(actor);
    }
    request->actor = actor;
    request->session = session;
    return OK;
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
    int64_t who = key.id ? key.id : -key.user_id;
    bool local = key.id && key.id == atomic_load(&self->engine->local_key_id);
    *retry_after_s = local ? 0 : auth_charge(self->calls, (str){(const char *)&who, sizeof who});
    if (*retry_after_s > 0) {
        return ERR_RATE_LIMITED;
    }
    err = auth_set_actor(self, request, &key, session);
    err = err != OK ? err : check_scopes(request->actor->scopes, scope, fault);
    if (err != OK) {
        request->actor = NULL;
        request->session = NULL;
        return err;
    }
    note_use(self, request, key.id, session);
    return OK;
}
