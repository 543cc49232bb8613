/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/model/replay.h"

/*
 * Goal: what Tencent's machines open again after a person is told from people, and a busy group chat is not: each mark
 * taken away alone makes a person of it.
 */

static struct networks *networks;
static struct replay *replay;

struct visit {
    int64_t time_ms, link_id, visitor;
    const char *ip, *query, *referrer, *app, *os;
    unsigned signals;
    enum click_class class;
};

#define PERSON                                                                                                         \
    .ip = "223.104.3.7", .query = "from=groupmessage", .referrer = "", .app = "wechat", .os = "ios", .link_id = 7
#define PLATFORM .ip = "101.42.9.9", .query = "from=groupmessage", .referrer = "", .app = "", .os = "ios", .link_id = 7

static bool seen(struct visit visit)
{
    struct record record = {.time_ms = visit.time_ms,
                            .link_id = visit.link_id,
                            .visitor = visit.visitor,
                            .signals = visit.signals,
                            .query = str_from_c(visit.query),
                            .referrer = str_from_c(visit.referrer)};
    struct agent agent = {.class = visit.class, .app = str_from_c(visit.app), .os = str_from_c(visit.os)};

    assert_true(addr_parse(str_from_c(visit.ip), &record.ip));
    return replay_seen(replay, networks, &record, &agent);
}

static void replay__is_what_tencent_opens_again(void **state)
{
    (void)state;
    assert_false(seen((struct visit){PERSON, .time_ms = 1000}));
    assert_true(seen((struct visit){PLATFORM, .time_ms = 3000}));
    assert_true(seen((struct visit){PLATFORM, .time_ms = 1000 + REPLAY_WINDOW_MS}));
    assert_false(seen((struct visit){PLATFORM, .time_ms = 1001 + REPLAY_WINDOW_MS}));
}

static void replay__needs_every_mark(void **state)
{
    (void)state;
    assert_false(seen((struct visit){PLATFORM, .time_ms = 900}));
    assert_false(seen((struct visit){PERSON, .time_ms = 1000}));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    assert_false(seen((struct visit){PLATFORM, .time_ms = 2000, .query = ""}));
    assert_false(seen((struct visit){PLATFORM, .time_ms = 2000, .link_id = 8}));
    assert_false(seen((struct visit){PLATFORM, .time_ms = 2000, .os = "android"}));
    assert_false(seen((struct visit){PLATFORM, .time_ms = 2000, .signals = SIGNAL_COOKIE}));
    assert_false(seen((struct visit){PLATFORM, .time_ms = 2000, .referrer = "https://mp.weixin.qq.com/"}));
    assert_false(seen((struct visit){PLATFORM, .time_ms = 2000, .class = CLASS_BOT}));
    assert_false(seen((struct visit){PLATFORM, .time_ms = 2000, .ip = "117.136.0.9"}));
    assert_true(
        seen((struct visit){PLATFORM, .time_ms = 2000, .visitor = 5})); /* a number just given came with no cookie */
#pragma GCC diagnostic pop
    assert_true(seen((struct visit){PLATFORM, .time_ms = 2000}));
}

/* A phone of another kind opens the link between a person and the second look at what that person opened. */
static void replay__is_found_in_a_crowd(void **state)
{
    (void)state;
    assert_false(seen((struct visit){PERSON, .time_ms = 1000}));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    assert_false(seen((struct visit){PERSON, .time_ms = 1500, .os = "android", .ip = "223.104.4.7"}));
#pragma GCC diagnostic pop
    assert_true(seen((struct visit){PLATFORM, .time_ms = 2000}));
}

static void replay__of_a_group_chat_are_people(void **state)
{
    (void)state;
    char ip[32];

    for (int i = 0; i < 200; i++) {
        snprintf(ip, sizeof ip, "223.104.%d.7", i);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
        assert_false(seen((struct visit){PERSON, .time_ms = 5000 + i, .ip = ip}));
#pragma GCC diagnostic pop
    }
}

/* A thousand links opened within a second are a quarter of what is remembered: nearly none is forgotten. */
static void replay__is_found_among_many_links(void **state)
{
    (void)state;
    int found = 0;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    for (int i = 0; i < 1000; i++) {
        assert_false(seen((struct visit){PERSON, .time_ms = 1000 + i, .link_id = 1 + i}));
    }
    for (int i = 0; i < 1000; i++) {
        found += seen((struct visit){PLATFORM, .time_ms = 3000 + i, .link_id = 1 + i});
    }
#pragma GCC diagnostic pop
    assert_in_range(found, 990, 1000);
}

static void replay__does_not_begin_with_a_machine(void **state)
{
    (void)state;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
    assert_false(seen((struct visit){PERSON, .time_ms = 1000, .ip = "119.29.0.1"}));
    assert_false(seen((struct visit){PERSON, .time_ms = 1000, .app = "", .ip = "223.104.9.9"}));
#pragma GCC diagnostic pop
    assert_false(seen((struct visit){PLATFORM, .time_ms = 2000}));
}

static int setup(void **state)
{
    (void)state;
    networks = networks_builtin();
    replay = replay_new();
    assert_non_null(replay);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    replay_free(replay);
    networks_free(networks);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(replay__is_what_tencent_opens_again, setup, teardown),
        cmocka_unit_test_setup_teardown(replay__needs_every_mark, setup, teardown),
        cmocka_unit_test_setup_teardown(replay__is_found_in_a_crowd, setup, teardown),
        cmocka_unit_test_setup_teardown(replay__is_found_among_many_links, setup, teardown),
        cmocka_unit_test_setup_teardown(replay__of_a_group_chat_are_people, setup, teardown),
        cmocka_unit_test_setup_teardown(replay__does_not_begin_with_a_machine, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
