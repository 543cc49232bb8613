/* SPDX-License-Identifier: MIT */
/* Goal: the small tables keep what they are given: installation facts, domains, users, keys, sessions, kept answers. */
#include "assert_str.h"

#include "linkpond/store/idempotency.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/sessions.h"
#include "linkpond/store/users.h"

#include "templink.h"

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    tempdb_init(self);
    tempdb_domain(self);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

static struct api_key new_key(uint8_t fill)
{
    struct api_key key = {.name = STR("script"),
                          .prefix = STR("lp_abc"),
                          .scopes = SCOPE_LINKS_READ | SCOPE_STATS_READ,
                          .user_id = USER_ADMIN,
                          .created_ms = 10,
                          .expires_ms = INT64_MIN,
                          .revoked_ms = INT64_MIN,
                          .used_ms = INT64_MIN};

    memset(key.hash, fill, sizeof key.hash);
    return key;
}

static void meta__keeps_bytes_and_numbers(void **state)
{
    struct tempdb *self = *state;
    const str bytes = {"\0\1\xff", 3};
    str got;
    int64_t number;

    assert_int_equal(meta_get_blob(self->db, &self->arena, STR("k"), &got), ERR_NOT_FOUND);
    assert_int_equal(meta_put_blob(self->db, STR("k"), bytes), OK);
    assert_int_equal(meta_get_blob(self->db, &self->arena, STR("k"), &got), OK);
    assert_str_same(got, bytes);
    assert_int_equal(meta_put_i64(self->db, STR("k"), INT64_MIN), OK);
    assert_int_equal(meta_get_i64(self->db, STR("k"), &number), OK);
    assert_true(number == INT64_MIN);
    assert_int_equal(meta_delete(self->db, STR("k")), OK);
    assert_int_equal(meta_delete(self->db, STR("k")), OK);
    assert_int_equal(meta_get_i64(self->db, STR("k"), &number), ERR_NOT_FOUND);
}

static void domains__have_one_default(void **state)
{
    struct tempdb *self = *state;
    struct domain second = {.host = STR("t.example.com"),
                            .scheme = STR("http"),
                            .is_default = true,
                            .root_url = STR("https://example.com/"),
                            .code_length = 6,
                            .created_ms = 2,
                            .updated_ms = 3};
    struct domain got;

    assert_int_equal(domains_insert(self->db, &second), OK);
    assert_int_equal(domains_find_default(self->db, &self->arena, &got), OK);
    assert_int_equal(got.id, second.id);
    assert_str(got.host, "t.example.com");
    assert_str(got.scheme, "http");
    assert_str(got.root_url, "https://example.com/");
    assert_str(got.not_found_url, "");
    assert_int_equal(got.code_length, 6);
    assert_false(got.serves_all || got.enabled || got.shareable);
    assert_int_equal(got.updated_ms, 3);
    assert_int_equal(domains_find_host(self->db, &self->arena, STR("s.example.com"), &got), OK);
    assert_false(got.is_default);
    assert_true(got.serves_all && got.enabled && got.shareable);
    got.is_default = true;
    assert_int_equal(domains_update(self->db, &got), OK);
    assert_int_equal(domains_find(self->db, &self->arena, second.id, &got), OK);
    assert_false(got.is_default);
    got.host = STR("s.example.com");
    assert_int_equal(domains_update(self->db, &got), ERR_CONFLICT);
    assert_int_equal(domains_insert(self->db, &got), ERR_CONFLICT);

    struct stmt *rows = domains_each(self->db);
    assert_true(domains_next(rows, &got));
    assert_str(got.host, "s.example.com");
    assert_true(domains_next(rows, &got));
    assert_false(domains_next(rows, &got));
}

static void domains__go_only_when_nothing_is_printed_with_them(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);

    templink_add(self, &link);
    assert_int_equal(links_tombstone(self->db, link.id, 1, true), OK);
    assert_int_equal(domains_delete(self->db, self->domain_id), ERR_CONFLICT);
    struct domain second = {.host = STR("t.example.com"), .scheme = STR("https"), .created_ms = 2, .updated_ms = 3};
    assert_int_equal(domains_insert(self->db, &second), OK);
    assert_int_equal(domains_delete(self->db, second.id), OK);
    assert_int_equal(domains_delete(self->db, second.id), ERR_NOT_FOUND);
}

static void users__start_with_admin(void **state)
{
    struct tempdb *self = *state;
    struct user user;

    assert_int_equal(users_find_key(self->db, &self->arena, STR("admin"), &user), OK);
    assert_int_equal(user.id, USER_ADMIN);
    assert_str(user.role, "admin");
    struct user wang = {.key = STR("wang"), .name = STR("王"), .role = STR("viewer"), .created_ms = 5, .updated_ms = 6};
    assert_int_equal(users_insert(self->db, &wang), OK);
    assert_int_equal(users_insert(self->db, &wang), ERR_CONFLICT);
    assert_int_equal(users_find(self->db, &self->arena, wang.id, &user), OK);
    assert_str(user.name, "王");
    assert_str(user.role, "viewer");
    wang.role = STR("king");
    wang.key = STR("other");
    assert_int_equal(users_insert(self->db, &wang), ERR_CONFLICT);
    assert_int_equal(users_find(self->db, &self->arena, 99, &user), ERR_NOT_FOUND);
    struct stmt *rows = users_each(self->db);
    assert_true(users_next(rows, &user));
    assert_str(user.key, "admin");
    assert_true(users_next(rows, &user));
    assert_false(users_next(rows, &user));
}

static void users__are_found_by_login_in_any_case(void **state)
{
    struct tempdb *self = *state;
    struct user user, li = {.key = STR("Li.Na@example.com"), .role = STR("viewer"), .created_ms = 5, .updated_ms = 6};

    assert_int_equal(users_insert(self->db, &li), OK);
    assert_int_equal(users_find_login(self->db, &self->arena, STR("li.na@EXAMPLE.com"), &user), OK);
    assert_int_equal(user.id, li.id);
    assert_int_equal(users_find_key(self->db, &self->arena, STR("li.na@EXAMPLE.com"), &user), ERR_NOT_FOUND);
    struct user double_ganger = li;
    double_ganger.key = STR("LI.NA@example.com");
    assert_int_equal(users_insert(self->db, &double_ganger), ERR_CONFLICT);
}

static void users__change_and_are_counted_as_admins_while_active(void **state)
{
    struct tempdb *self = *state;
    struct user user;
    int64_t admins = -1;

    assert_int_equal(users_find(self->db, &self->arena, USER_ADMIN, &user), OK);
    assert_str(user.password, "");
    assert_true(user.disabled_ms == INT64_MIN && user.signed_in_ms == INT64_MIN);
    assert_int_equal(users_set_password(self->db, USER_ADMIN, STR("$scrypt$")), OK);
    assert_int_equal(users_signed_in(self->db, USER_ADMIN, 70), OK);
    user.name = STR("管理员");
    user.language = STR("zh");
    user.disabled_ms = 80;
    assert_int_equal(users_update(self->db, &user), OK);
    assert_int_equal(users_find(self->db, &self->arena, USER_ADMIN, &user), OK);
    assert_str(user.name, "管理员");
    assert_str(user.language, "zh");
    assert_str(user.password, "$scrypt$");
    assert_int_equal(user.disabled_ms, 80);
    assert_int_equal(user.signed_in_ms, 70);
    assert_int_equal(users_count_admins(self->db, 0, &admins), OK);
    assert_int_equal(admins, 0);
    user.disabled_ms = INT64_MIN;
    assert_int_equal(users_update(self->db, &user), OK);
    assert_int_equal(users_count_admins(self->db, 0, &admins), OK);
    assert_int_equal(admins, 1);
    assert_int_equal(users_count_admins(self->db, USER_ADMIN, &admins), OK);
    assert_int_equal(admins, 0);
}

static void tokens__are_one_of_a_user(void **state)
{
    struct tempdb *self = *state;
    struct user_token first = {.hash = {1}, .user_id = USER_ADMIN, .created_ms = 5, .expires_ms = 10};
    struct user_token second = {.hash = {2}, .user_id = USER_ADMIN, .reset = true, .created_ms = 6, .expires_ms = 11};
    struct user_token got;

    assert_int_equal(user_tokens_put(self->db, &first), OK);
    assert_int_equal(user_tokens_find(self->db, first.hash, &got), OK);
    assert_false(got.reset);
    assert_int_equal(user_tokens_put(self->db, &second), OK);
    assert_int_equal(user_tokens_find(self->db, first.hash, &got), ERR_NOT_FOUND);
    assert_int_equal(user_tokens_find(self->db, second.hash, &got), OK);
    assert_true(got.reset);
    assert_int_equal(got.user_id, USER_ADMIN);
    assert_int_equal(got.expires_ms, 11);
    assert_int_equal(user_tokens_purge(self->db, 10), OK);
    assert_int_equal(user_tokens_of_user(self->db, USER_ADMIN, &got), OK);
    assert_int_equal(user_tokens_purge(self->db, 11), OK);
    assert_int_equal(user_tokens_of_user(self->db, USER_ADMIN, &got), ERR_NOT_FOUND);
}

static void sessions__of_a_user_end_but_for_one(void **state)
{
    struct tempdb *self = *state;
    struct session session = {.user_id = USER_ADMIN,
                              .csrf = STR("token"),
                              .browser = STR("Browser/1"),
                              .network = STR("203.0.113.0"),
                              .created_ms = 5,
                              .seen_ms = 5};
    struct session got;

    for (uint8_t i = 1; i <= 3; i++) {
        session.hash[0] = i;
        session.seen_ms = 5 + i;
        assert_int_equal(sessions_insert(self->db, &session), OK);
    }
    struct stmt *rows = sessions_of_user(self->db, USER_ADMIN);
    for (uint8_t i = 3; i >= 1; i--) {
        assert_true(sessions_next(rows, &got));
        assert_int_equal(got.hash[0], i);
        assert_str(got.browser, "Browser/1");
        assert_str(got.network, "203.0.113.0");
    }
    assert_false(sessions_next(rows, &got));
    assert_false(sessions_next(sessions_of_user(self->db, 99), &got));
    session.hash[0] = 2;
    assert_int_equal(sessions_delete_of_user(self->db, 99, NULL), OK);
    assert_int_equal(sessions_delete_of_user(self->db, USER_ADMIN, session.hash), OK);
    assert_int_equal(sessions_find(self->db, &self->arena, session.hash, &got), OK);
    assert_int_equal(got.api_key_id, 0);
    session.hash[0] = 1;
    assert_int_equal(sessions_find(self->db, &self->arena, session.hash, &got), ERR_NOT_FOUND);
    session.hash[0] = 2;
    assert_int_equal(sessions_delete_of_user(self->db, USER_ADMIN, NULL), OK);
    assert_int_equal(sessions_find(self->db, &self->arena, session.hash, &got), ERR_NOT_FOUND);
}

static void keys__are_found_by_hash_alone(void **state)
{
    struct tempdb *self = *state;
    struct api_key key = new_key(0xaa);
    struct api_key got;

    key.owner_id = USER_ADMIN;
    key.domain_id = self->domain_id;
    key.expires_ms = 100;
    assert_int_equal(keys_insert(self->db, &key), OK);
    assert_int_equal(keys_find_hash(self->db, &self->arena, key.hash, &got), OK);
    assert_int_equal(got.id, key.id);
    assert_memory_equal(got.hash, key.hash, KEY_HASH_BYTES);
    assert_str(got.name, "script");
    assert_str(got.prefix, "lp_abc");
    assert_str(got.user, "admin");
    assert_str(got.role, "admin");
    assert_str(got.owner, "admin");
    assert_str(got.domain, "s.example.com");
    assert_int_equal(got.scopes, SCOPE_LINKS_READ | SCOPE_STATS_READ);
    assert_true(key_is_valid(&got, 99));
    assert_false(key_is_valid(&got, 100));
    uint8_t other[KEY_HASH_BYTES] = {0xaa};
    assert_int_equal(keys_find_hash(self->db, &self->arena, other, &got), ERR_NOT_FOUND);
    assert_int_equal(keys_insert(self->db, &key), ERR_CONFLICT);
    struct api_key stranger = new_key(0xbb);
    stranger.user_id = 77;
    assert_int_equal(keys_insert(self->db, &stranger), ERR_CONFLICT);

    assert_int_equal(keys_used(self->db, key.id, 55), OK);
    struct stmt *rows = keys_each(self->db);
    assert_true(keys_next(rows, &got));
    assert_int_equal(got.used_ms, 55);
    assert_int_equal(got.owner_id, USER_ADMIN);
    assert_int_equal(got.scopes, SCOPE_LINKS_READ | SCOPE_STATS_READ);
    assert_false(keys_next(rows, &got));
}

static void keys__end_with_their_sessions(void **state)
{
    struct tempdb *self = *state;
    struct api_key key = new_key(1);
    struct session session = {.csrf = STR("token"), .created_ms = 5, .seen_ms = 5};
    struct session got;
    int64_t deleted;

    assert_int_equal(keys_insert(self->db, &key), OK);
    session.user_id = USER_ADMIN;
    session.api_key_id = key.id;
    for (uint8_t i = 0; i < 4; i++) {
        session.hash[0] = i;
        session.seen_ms = 5 + i;
        assert_int_equal(sessions_insert(self->db, &session), OK);
    }
    assert_int_equal(sessions_seen(self->db, session.hash, 50), OK);
    assert_int_equal(sessions_find(self->db, &self->arena, session.hash, &got), OK);
    assert_int_equal(got.seen_ms, 50);
    assert_int_equal(got.api_key_id, key.id);
    assert_int_equal(got.user_id, USER_ADMIN);
    assert_str(got.csrf, "token");
    assert_int_equal(sessions_purge(self->db, 6, 5, &deleted), OK);
    assert_int_equal(deleted, 1);
    assert_int_equal(sessions_delete(self->db, session.hash), OK);
    assert_int_equal(sessions_find(self->db, &self->arena, session.hash, &got), ERR_NOT_FOUND);
    assert_int_equal(sessions_seen(self->db, session.hash, 50), ERR_NOT_FOUND);

    assert_int_equal(keys_revoke(self->db, key.id, 60), OK);
    assert_int_equal(keys_revoke(self->db, key.id, 61), ERR_NOT_FOUND);
    session.hash[0] = 1;
    assert_int_equal(sessions_find(self->db, &self->arena, session.hash, &got), ERR_NOT_FOUND);
    struct api_key revoked;
    assert_int_equal(keys_find(self->db, &self->arena, key.id, &revoked), OK);
    assert_false(key_is_valid(&revoked, 1));
}

static void scopes__have_names_both_ways(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < SCOPE_BITS; bit++) {
        assert_int_equal(scope_find(scope_name((enum scope_bit)bit)), 1u << bit);
    }
    assert_int_equal(scope_find(STR("links:")), 0);
    assert_int_equal(SCOPE_ADMIN, 8); /* stored */
}

static void answers__are_kept_per_key_and_time(void **state)
{
    struct tempdb *self = *state;
    struct idempotent row = {.caller = 1,
                             .key = STR("k"),
                             .request_hash = {1, 2, 3},
                             .status = 201,
                             .headers = STR("Location: /x\n"),
                             .body = STR("{}"),
                             .created_ms = 100};
    struct idempotent got;
    int64_t deleted;

    assert_int_equal(idempotency_insert(self->db, &row), OK);
    assert_int_equal(idempotency_insert(self->db, &row), ERR_CONFLICT);
    assert_int_equal(idempotency_find(self->db, &self->arena, 1, STR("k"), &got), OK);
    assert_memory_equal(got.request_hash, row.request_hash, KEY_HASH_BYTES);
    assert_int_equal(got.status, 201);
    assert_str(got.headers, "Location: /x\n");
    assert_str(got.body, "{}");
    assert_int_equal(idempotency_find(self->db, &self->arena, 2, STR("k"), &got), ERR_NOT_FOUND);
    assert_int_equal(idempotency_purge(self->db, 100, &deleted), OK);
    assert_int_equal(deleted, 0);
    assert_int_equal(idempotency_purge(self->db, 101, &deleted), OK);
    assert_int_equal(deleted, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(meta__keeps_bytes_and_numbers),
        TEST(domains__have_one_default),
        TEST(domains__go_only_when_nothing_is_printed_with_them),
        TEST(users__start_with_admin),
        TEST(users__are_found_by_login_in_any_case),
        TEST(users__change_and_are_counted_as_admins_while_active),
        TEST(tokens__are_one_of_a_user),
        TEST(sessions__of_a_user_end_but_for_one),
        TEST(keys__are_found_by_hash_alone),
        TEST(keys__end_with_their_sessions),
        TEST(scopes__have_names_both_ways),
        TEST(answers__are_kept_per_key_and_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
