/* SPDX-License-Identifier: MIT */
/* Goal: nobody comes in without a valid key or session, nobody's browser can be made to act for another site, guessing
 * is slow, and a valid key never pays for its neighbours. */
#include "desk.h"

static struct auth *auth;
static int64_t retry_after_s;
static struct fault fault;

static int setup(void **state)
{
    (void)state;
    desk_open();
    auth = auth_new(&desk.engine);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    auth_free(auth);
    desk_close();
    return 0;
}

static enum err check(unsigned scope)
{
    fault = (struct fault){0};
    return auth_check(auth, &desk.request, scope, &retry_after_s, &fault);
}

static enum err check_key(const char *authorization, unsigned scope)
{
    desk_request(METHOD_GET, "/api/v1/links");
    desk_header("Authorization", authorization);
    return check(scope);
}

static void key__opens_the_door_and_names_the_actor(void **state)
{
    (void)state;
    int64_t id = desk_add_key(DESK_KEY, SCOPE_LINKS_READ | SCOPE_LINKS_WRITE, INT64_MIN);
    assert_int_equal(check_key("Bearer " DESK_KEY, SCOPE_LINKS_READ), OK);
    assert_non_null(desk.request.actor);
    assert_int_equal(desk.request.actor->key_id, id);
    assert_int_equal(desk.request.actor->user_id, 1);
    assert_str(desk.request.actor->name, "admin");
    assert_int_equal(desk.request.actor->scopes, SCOPE_LINKS_READ | SCOPE_LINKS_WRITE);
    assert_false(desk.request.actor->owner_bound);
    assert_null(desk.request.session);
    assert_int_equal(check_key("bearer   " DESK_KEY, SCOPE_NONE), OK);
}

static void key__lacking_a_scope_is_told_which(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_LINKS_READ, INT64_MIN);
    assert_int_equal(check_key("Bearer " DESK_KEY, SCOPE_LINKS_READ | SCOPE_ADMIN), ERR_FORBIDDEN);
    assert_non_null(strstr(fault.message, "admin"));
    assert_null(desk.request.actor);
}

static void key__wrong_revoked_and_expired_look_the_same(void **state)
{
    (void)state;
    int64_t id = desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    desk_add_key("lp_expiredexpiredexpiredexpiredexpired", SCOPE_ALL, DESK_NOW);
    assert_int_equal(check_key("Bearer lp_0123456789abcdefghijABCDEFGHIJ0123456789abd", 0), ERR_UNAUTHORIZED);
    assert_int_equal(check_key("Bearer lp_expiredexpiredexpiredexpiredexpired", 0), ERR_UNAUTHORIZED);
    assert_int_equal(check_key("Bearer ", 0), ERR_UNAUTHORIZED);
    assert_int_equal(check_key("Basic " DESK_KEY, 0), ERR_UNAUTHORIZED);
    assert_int_equal(check_key("Bearer " DESK_KEY, 0), OK);
    assert_int_equal(keys_revoke(desk.temp.db, id, DESK_NOW), OK);
    assert_int_equal(check_key("Bearer " DESK_KEY, 0), ERR_UNAUTHORIZED); /* at once */
}

static void key__last_use_is_noted_once_a_minute(void **state)
{
    (void)state;
    int64_t id = desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(check_key("Bearer " DESK_KEY, 0), OK);
    }
    assert_int_equal(desk.uses, 1);
    assert_int_equal(desk.last_use.key_id, id);
    assert_false(desk.last_use.has_session);
    assert_int_equal(desk.last_use.used_ms, DESK_NOW);
}

static void key__works_while_the_writer_is_busy(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    desk.write_result = ERR_UNAVAILABLE;
    assert_int_equal(check_key("Bearer " DESK_KEY, 0), OK);
    assert_int_equal(desk.writes, 0);
}

static void limit__of_calls_is_per_key(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    desk_add_key("lp_otherotherotherotherotherotherother", SCOPE_ALL, INT64_MIN);
    int limited = 0;
    for (int i = 0; i < 20 * API_BURST && limited == 0; i++) {
        limited = check_key("Bearer " DESK_KEY, 0) == ERR_RATE_LIMITED;
        arena_reset(&desk.arena);
    }
    assert_int_equal(limited, 1);
    assert_true(retry_after_s >= 1);
    assert_int_equal(check_key("Bearer lp_otherotherotherotherotherotherother", 0), OK);
}

static void limit__of_failures_never_locks_a_valid_key_out(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    for (int i = 0; i < FAILURES_BURST; i++) {
        assert_int_equal(check_key("Bearer lp_wrongwrongwrongwrongwrongwrong", 0), ERR_UNAUTHORIZED);
    }
    assert_int_equal(check_key("Bearer lp_wrongwrongwrongwrongwrongwrong", 0), ERR_RATE_LIMITED);
    assert_true(retry_after_s >= 1);
    assert_int_equal(check_key("Bearer " DESK_KEY, 0), OK);
    desk_request(METHOD_GET, "/");
    assert_int_equal(check(0), ERR_UNAUTHORIZED); /* nothing was tried: no failure, no limit */
}

/* ---- sessions ------------------------------------------------------------------------------------------------------
 */

static char cookie[256];
static char csrf[128];

static enum err try_key(const char *key)
{
    fault = (struct fault){0};
    return auth_sign_in(auth, &desk.request, &(struct credentials){.key = str_from_c(key)}, &desk.reply, &retry_after_s,
                        &fault);
}

/* Signs in and keeps "name=value" of the cookie. */
static void sign_in(bool https)
{
    struct request *request = desk_request(METHOD_POST, "/api/v1/session");
    request->https = https;
    desk_header("Sec-Fetch-Site", "same-origin");
    assert_int_equal(try_key(DESK_KEY), OK);
    str set = desk_answered("Set-Cookie");
    str pair, rest;
    assert_true(str_cut(set, ';', &pair, &rest));
    snprintf(cookie, sizeof cookie, STR_FMT, STR_ARG(pair));
    snprintf(csrf, sizeof csrf, STR_FMT, STR_ARG(request->session->csrf));
}

static enum err check_cookie(enum method method, const char *name, const char *value)
{
    desk_request(method, "/api/v1/links");
    desk_header("Cookie", cookie);
    if (name) {
        desk_header(name, value);
    }
    return check(SCOPE_LINKS_READ);
}

static void session__cookie_is_closed_to_scripts_and_other_sites(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    sign_in(false);
    str set = desk_answered("Set-Cookie");
    assert_true(str_starts(set, STR("lp_session=")));
    assert_true(str_find(set, STR("; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"), 0) > 0);
    sign_in(true);
    set = desk_answered("Set-Cookie");
    assert_true(str_starts(set, STR("__Host-lp_session=")));
    assert_true(str_ends(set, STR("; Secure")));
}

static void session__reads_freely_and_writes_from_our_pages_only(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    sign_in(false);
    assert_int_equal(check_cookie(METHOD_GET, NULL, NULL), OK);
    assert_non_null(desk.request.session);
    assert_int_equal(check_cookie(METHOD_GET, "Sec-Fetch-Site", "cross-site"), OK);
    assert_int_equal(check_cookie(METHOD_POST, "Sec-Fetch-Site", "same-origin"), OK);
    assert_int_equal(check_cookie(METHOD_POST, "Sec-Fetch-Site", "none"), OK);
    assert_int_equal(check_cookie(METHOD_POST, "Sec-Fetch-Site", "same-site"), ERR_CSRF);
    assert_int_equal(check_cookie(METHOD_DELETE, "Sec-Fetch-Site", "cross-site"), ERR_CSRF);
    assert_int_equal(check_cookie(METHOD_POST, "Origin", "http://desk.example:8081"), OK);
    assert_int_equal(check_cookie(METHOD_POST, "Origin", "http://desk.example"), ERR_CSRF);
    assert_int_equal(check_cookie(METHOD_POST, "Origin", "https://evil.example"), ERR_CSRF);
    assert_int_equal(check_cookie(METHOD_POST, "Origin", "null"), ERR_CSRF);
    assert_int_equal(check_cookie(METHOD_POST, NULL, NULL), ERR_CSRF);
    assert_int_equal(check_cookie(METHOD_POST, "X-CSRF-Token", csrf), OK);
    assert_int_equal(check_cookie(METHOD_POST, "X-CSRF-Token", "x"), ERR_CSRF);
    assert_int_equal(check_cookie(METHOD_POST, "X-CSRF-Token", ""), ERR_CSRF);
}

static void session__a_header_cannot_be_outvoted_by_a_token(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    sign_in(false);
    desk_request(METHOD_POST, "/api/v1/links");
    desk_header("Cookie", cookie);
    desk_header("Sec-Fetch-Site", "cross-site");
    desk_header("X-CSRF-Token", csrf);
    assert_int_equal(check(0), ERR_CSRF);
}

static void session__token_may_come_in_a_form(void **state)
{
    (void)state;
    char body[160];
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    sign_in(false);
    snprintf(body, sizeof body, "a=1&csrf=%s", csrf);
    desk_request(METHOD_POST, "/api/v1/links");
    desk_header("Cookie", cookie);
    desk_header("Content-Type", "application/x-www-form-urlencoded");
    desk.request.body = str_from_c(body);
    assert_int_equal(check(0), OK);
}

static enum err check_at(int64_t now_ms)
{
    desk_request(METHOD_GET, "/api/v1/links");
    desk_header("Cookie", cookie);
    desk.request.now_ms = now_ms;
    return check(0);
}

static void session__ends_after_idle_time_and_after_a_week(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    sign_in(false);
    assert_int_equal(check_at(DESK_NOW + SESSION_IDLE_MS - 1), OK); /* also notes that it was seen */
    assert_int_equal(check_at(DESK_NOW + 2 * SESSION_IDLE_MS - 2), OK);
    assert_int_equal(check_at(DESK_NOW + 2 * SESSION_IDLE_MS - 1), ERR_UNAUTHORIZED);
    sign_in(false);
    uint8_t hash[SHA256_BYTES];
    crypt_sha256(str_from_c(strchr(cookie, '=') + 1), hash);
    assert_int_equal(sessions_seen(desk.temp.db, hash, DESK_NOW + SESSION_MAX_MS - 1), OK);
    assert_int_equal(check_at(DESK_NOW + SESSION_MAX_MS - 1), OK);
    assert_int_equal(check_at(DESK_NOW + SESSION_MAX_MS), ERR_UNAUTHORIZED);
}

static void session__ends_with_its_key_and_on_signing_out(void **state)
{
    (void)state;
    int64_t id = desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    sign_in(false);
    desk_request(METHOD_POST, "/");
    desk_header("Cookie", cookie);
    assert_int_equal(auth_sign_out(auth, &desk.request, &desk.reply, &fault), OK);
    assert_true(str_starts(desk_answered("Set-Cookie"), STR("lp_session=; ")));
    assert_true(str_find(desk_answered("Set-Cookie"), STR("Max-Age=0"), 0) > 0);
    assert_int_equal(check_cookie(METHOD_GET, NULL, NULL), ERR_UNAUTHORIZED);
    sign_in(false);
    assert_int_equal(check_cookie(METHOD_GET, NULL, NULL), OK);
    assert_int_equal(keys_revoke(desk.temp.db, id, DESK_NOW), OK);
    assert_int_equal(check_cookie(METHOD_GET, NULL, NULL), ERR_UNAUTHORIZED);
}

static void session__signing_in_again_makes_a_new_one(void **state)
{
    (void)state;
    char old[256];
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    sign_in(false);
    memcpy(old, cookie, sizeof old);
    desk_request(METHOD_POST, "/api/v1/session");
    desk_header("Cookie", old);
    assert_int_equal(try_key(DESK_KEY), OK);
    assert_true(str_find(desk_answered("Set-Cookie"), str_from_c(old), 0) < 0);
    assert_int_equal(check_cookie(METHOD_GET, NULL, NULL), ERR_UNAUTHORIZED); /* `cookie` is still the old one */
}

/* ---- by password ---------------------------------------------------------------------------------------------------
 */

#define LOGIN    "Lin.Yue@example.com"
#define PASSWORD "tea at 4 in Hangzhou"

/* A user who has set that password by a one-time link. */
static int64_t add_user(const char *role)
{
    struct user user = {
        .key = STR(LOGIN), .name = STR("林悦"), .role = str_from_c(role), .created_ms = 1, .updated_ms = 1};
    struct user_token token = {.expires_ms = DESK_NOW + 1};
    assert_int_equal(users_insert(desk.temp.db, &user), OK);
    token.user_id = user.id;
    crypt_sha256(STR("token"), token.hash);
    assert_int_equal(user_tokens_put(desk.temp.db, &token), OK);
    struct request *request = desk_request(METHOD_POST, "/api/v1/session/accept");
    assert_int_equal(auth_accept(auth, request, STR("token"), STR(PASSWORD), &desk.reply, &retry_after_s, &fault), OK);
    return user.id;
}

static enum err try_password(const char *login, const char *password)
{
    fault = (struct fault){0};
    desk_request(METHOD_POST, "/api/v1/session");
    return auth_sign_in(auth, &desk.request,
                        &(struct credentials){.login = str_from_c(login), .password = str_from_c(password)},
                        &desk.reply, &retry_after_s, &fault);
}

static void keep_cookie(void)
{
    str pair, rest;
    str_cut(desk_answered("Set-Cookie"), ';', &pair, &rest);
    snprintf(cookie, sizeof cookie, STR_FMT, STR_ARG(pair));
}

static void password__lets_its_owner_in_with_what_the_role_may(void **state)
{
    (void)state;
    int64_t id = add_user("editor");
    assert_int_equal(try_password("lin.yue@EXAMPLE.com", PASSWORD), OK);
    keep_cookie();
    assert_int_equal(check_cookie(METHOD_GET, NULL, NULL), OK);
    const struct actor *actor = desk.request.actor;
    assert_int_equal(actor->user_id, id);
    assert_int_equal(actor->key_id, 0);
    assert_int_equal(actor->scopes, SCOPE_ALL & ~SCOPE_ADMIN);
    assert_false(actor->owner_bound);
}

static void password__wrong_unknown_and_disabled_look_the_same(void **state)
{
    (void)state;
    int64_t id = add_user("editor");
    assert_int_equal(try_password(LOGIN, "tea at 5 in Hangzhou"), ERR_UNAUTHORIZED);
    struct fault wrong = fault;
    assert_int_equal(try_password("nobody", PASSWORD), ERR_UNAUTHORIZED);
    assert_memory_equal(&wrong, &fault, sizeof fault);
    struct user user;
    assert_int_equal(users_find(desk.temp.db, &desk.arena, id, &user), OK);
    user.disabled_ms = DESK_NOW;
    assert_int_equal(users_update(desk.temp.db, &user), OK);
    assert_int_equal(try_password(LOGIN, PASSWORD), ERR_UNAUTHORIZED);
    assert_memory_equal(&wrong, &fault, sizeof fault);
    assert_int_equal(desk_answered("Set-Cookie").len, 0);
}

static void password__that_is_kept_too_weakly_is_kept_anew(void **state)
{
    (void)state;
    int64_t id = add_user("editor");
    struct user user;
    /* "pleaseletmein" under 2^14 rounds */
    str weak = STR("$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI");
    assert_int_equal(users_set_password(desk.temp.db, id, weak), OK);
    assert_int_equal(try_password(LOGIN, "pleaseletmein"), OK);
    assert_int_equal(users_find(desk.temp.db, &desk.arena, id, &user), OK);
    assert_true(str_starts(user.password, STR("$scrypt$ln=15,")));
    assert_int_equal(try_password(LOGIN, "pleaseletmein"), OK);
}

static void session__ends_when_its_user_is_disabled(void **state)
{
    (void)state;
    int64_t id = add_user("admin");
    struct user user;
    assert_int_equal(try_password(LOGIN, PASSWORD), OK);
    keep_cookie();
    assert_int_equal(check_cookie(METHOD_GET, NULL, NULL), OK);
    assert_int_equal(users_find(desk.temp.db, &desk.arena, id, &user), OK);
    user.disabled_ms = DESK_NOW;
    assert_int_equal(users_update(desk.temp.db, &user), OK);
    assert_int_equal(check_cookie(METHOD_GET, NULL, NULL), ERR_UNAUTHORIZED);
}

static void token__works_until_its_last_moment_and_once(void **state)
{
    (void)state;
    struct user_token token = {.user_id = USER_ADMIN, .reset = true, .expires_ms = DESK_NOW}, found;
    struct user user;
    crypt_sha256(STR("secret"), token.hash);
    assert_int_equal(user_tokens_put(desk.temp.db, &token), OK);
    struct request *request = desk_request(METHOD_POST, "/api/v1/session/accept");
    request->now_ms = DESK_NOW - 1;
    assert_int_equal(auth_token_find(auth, request, STR("secret"), &found, &user, &retry_after_s, &fault), OK);
    assert_true(found.reset);
    assert_str(user.key, "admin");
    request->now_ms = DESK_NOW;
    assert_int_equal(auth_token_find(auth, request, STR("secret"), &found, &user, &retry_after_s, &fault), ERR_INVALID);
    request->now_ms = DESK_NOW - 1;
    assert_int_equal(auth_accept(auth, request, STR("secret"), STR("short"), &desk.reply, &retry_after_s, &fault),
                     ERR_INVALID);
    assert_string_equal(fault.field, "password");
    assert_int_equal(auth_accept(auth, request, STR("secret"), STR(PASSWORD), &desk.reply, &retry_after_s, &fault), OK);
    assert_int_equal(auth_accept(auth, request, STR("secret"), STR(PASSWORD), &desk.reply, &retry_after_s, &fault),
                     ERR_INVALID);
    assert_string_equal(fault.field, "token");
}

static void editors__are_bound_to_their_own_when_the_install_says_so(void **state)
{
    (void)state;
    desk.engine.opts.editors_see_own = true;
    int64_t id = add_user("editor");
    assert_int_equal(try_password(LOGIN, PASSWORD), OK);
    assert_true(desk.request.actor->owner_bound && desk.request.actor->bound_by_role);
    assert_int_equal(desk.request.actor->owner_id, id);
    struct api_key key = {.name = STR("other's"),
                          .prefix = STR("lp_x"),
                          .scopes = SCOPE_ALL,
                          .user_id = id,
                          .owner_id = USER_ADMIN,
                          .created_ms = 1,
                          .expires_ms = INT64_MIN,
                          .revoked_ms = INT64_MIN,
                          .used_ms = INT64_MIN};
    crypt_sha256(STR(DESK_KEY), key.hash);
    assert_int_equal(keys_insert(desk.temp.db, &key), OK);
    assert_int_equal(check_key("Bearer " DESK_KEY, SCOPE_LINKS_READ), ERR_FORBIDDEN);
    assert_null(desk.request.actor);
}

static void sign_in__is_limited_before_the_key_is_looked_at(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    desk_request(METHOD_POST, "/api/v1/session");
    for (int i = 0; i < SIGN_INS_BURST; i++) {
        assert_int_equal(try_key("lp_wrongwrongwrongwrongwrong"), ERR_UNAUTHORIZED);
    }
    assert_int_equal(try_key(DESK_KEY), ERR_RATE_LIMITED);
    assert_true(retry_after_s >= 1);
    assert_int_equal(desk_answered("Set-Cookie").len, 0);
}

static void sign_in__from_another_site_is_refused(void **state)
{
    (void)state;
    desk_add_key(DESK_KEY, SCOPE_ALL, INT64_MIN);
    desk_request(METHOD_POST, "/api/v1/session");
    desk_header("Origin", "https://evil.example");
    assert_int_equal(try_key(DESK_KEY), ERR_CSRF);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(key__opens_the_door_and_names_the_actor),
        TEST(key__lacking_a_scope_is_told_which),
        TEST(key__wrong_revoked_and_expired_look_the_same),
        TEST(key__last_use_is_noted_once_a_minute),
        TEST(key__works_while_the_writer_is_busy),
        TEST(limit__of_calls_is_per_key),
        TEST(limit__of_failures_never_locks_a_valid_key_out),
        TEST(session__cookie_is_closed_to_scripts_and_other_sites),
        TEST(session__reads_freely_and_writes_from_our_pages_only),
        TEST(session__a_header_cannot_be_outvoted_by_a_token),
        TEST(session__token_may_come_in_a_form),
        TEST(session__ends_after_idle_time_and_after_a_week),
        TEST(session__ends_with_its_key_and_on_signing_out),
        TEST(session__signing_in_again_makes_a_new_one),
        TEST(password__lets_its_owner_in_with_what_the_role_may),
        TEST(password__wrong_unknown_and_disabled_look_the_same),
        TEST(password__that_is_kept_too_weakly_is_kept_anew),
        TEST(session__ends_when_its_user_is_disabled),
        TEST(token__works_until_its_last_moment_and_once),
        TEST(editors__are_bound_to_their_own_when_the_install_says_so),
        TEST(sign_in__is_limited_before_the_key_is_looked_at),
        TEST(sign_in__from_another_site_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
