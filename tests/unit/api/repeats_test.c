/* SPDX-License-Identifier: MIT */
/*
 * Goal: whatever a call with an Idempotency-Key changes, its answer is kept in the very transaction of the change, so
 * no crash can part the two: one task of the writer does the work, and a repeat is no task at all.
 */
#include "engine_fixture.h"
#include "linkpond/api/routes.h"
#include "linkpond/http/router.h"

static struct world {
    struct pond pond;
    struct router *router;
    char bearer[KEY_SECRET_MAX + 8];
    char said[4096];
} world;

static int ask(enum method method, const char *path, const char *key, const char *body)
{
    struct header headers[] = {{STR("Authorization"), str_from_c(world.bearer)},
                               {STR("Content-Type"), STR("application/json")},
                               {STR("Idempotency-Key"), str_from_c(key)}};
    struct arena arena;
    struct reply reply;
    struct request request = {.method = method,
                              .path = str_from_c(path),
                              .headers = headers,
                              .headers_count = ARRAY_LEN(headers),
                              .body = str_from_c(body),
                              .body_bytes = (int64_t)strlen(body),
                              .body_fd = -1,
                              .host = STR("desk.example"),
                              .now_ms = clock_now_ms(),
                              .arena = &arena};

    arena_init(&arena, LIMIT_ARENA_REQUEST);
    reply_init(&reply);
    router_handle(world.router, PLANE_ADMIN, &request, &reply);
    int status = reply.status;
    snprintf(world.said, sizeof world.said, STR_FMT, STR_ARG(buf_str(&reply.body)));
    reply_done(&reply);
    arena_done(&arena);
    return status;
}

static uint64_t tasks(void)
{
    struct writer_stats stats;

    writer_stats(world.pond.engine->writer, &stats);
    return stats.tasks;
}

static void once(enum method method, const char *path, const char *body, int expected)
{
    static unsigned number;
    char key[32], first[sizeof world.said];
    uint64_t before = tasks();

    snprintf(key, sizeof key, "k-%u", ++number);
    int status = ask(method, path, key, body);
    if (status != expected) {
        fail_msg("%s %s: %d %s", method_name(method), path, status, world.said);
    }
    assert_int_equal(tasks(), before + 1);
    memcpy(first, world.said, sizeof first);
    assert_int_equal(ask(method, path, key, body), expected);
    assert_string_equal(world.said, first);
    assert_int_equal(tasks(), before + 1);
}

static void repeats__of_links(void **state)
{
    (void)state;
    once(METHOD_POST, "/api/v1/links", "{\"url\":\"https://www.example.com/\"}", 201);
    once(METHOD_PATCH, "/api/v1/links/lnk_1", "{\"title\":\"t\"}", 200);
    once(METHOD_DELETE, "/api/v1/links/lnk_1", "", 204);
}

static void repeats__of_domains(void **state)
{
    (void)state;
    once(METHOD_POST, "/api/v1/domains", "{\"host\":\"t.example.com\"}", 201);
    once(METHOD_PATCH, "/api/v1/domains/t.example.com", "{\"serves\":\"own\"}", 200);
    once(METHOD_DELETE, "/api/v1/domains/t.example.com", "", 204);
}

static void repeats__of_words(void **state)
{
    (void)state;
    once(METHOD_POST, "/api/v1/channels", "{\"key\":\"a\"}", 201);
    once(METHOD_POST, "/api/v1/channels", "{\"key\":\"b\"}", 201);
    once(METHOD_PATCH, "/api/v1/channels/a", "{\"key\":\"c\"}", 200);
    once(METHOD_POST, "/api/v1/channels/c/merge", "{\"into\":\"b\"}", 200);
    once(METHOD_DELETE, "/api/v1/channels/b", "", 204);
}

static void repeats__of_revoking_a_key(void **state)
{
    char path[64];
    struct fault fault = {0};
    char secret[KEY_SECRET_MAX];
    struct api_key key = {.name = STR("k"), .scopes = SCOPE_LINKS_READ};

    (void)state;
    assert_int_equal(editor_key_create(world.pond.engine->editor, &world.pond.admin, &key, secret, &fault), OK);
    snprintf(path, sizeof path, "/api/v1/keys/%lld", (long long)key.id);
    once(METHOD_DELETE, path, "", 204);
}

static int setup(void **state)
{
    (void)state;
    pond_init(&world.pond, false);
    pond_open(&world.pond);
    snprintf(world.bearer, sizeof world.bearer, "Bearer %s", world.pond.secret);
    world.router = router_new(&(struct router_opts){.engine = world.pond.engine, .tables = api_route_tables});
    assert_int_equal(ask(METHOD_GET, "/api/v1/me", "", ""), 200); /* notes the key's use, once a minute */
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    router_free(world.router);
    pond_done(&world.pond);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeats__of_links),
        cmocka_unit_test(repeats__of_domains),
        cmocka_unit_test(repeats__of_words),
        cmocka_unit_test(repeats__of_revoking_a_key),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
