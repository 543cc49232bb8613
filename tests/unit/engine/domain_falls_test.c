/* SPDX-License-Identifier: MIT */
/* Goal: a domain that WeChat's visits leave while others go on is marked and told once; one that never had any, one
 * that everybody leaves and one that people have judged are not. */
#include "engine_fixture.h"

#include "assert_str.h"
#include "linkpond/engine/domain_falls.h"
#include "linkpond/store/domain_blocks.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/outbox.h"

#define WECHAT                                                                                                         \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "                 \
    "Mobile/15E148 MicroMessenger/8.0.50(0x1800323d) NetType/4G Language/zh_CN"
#define ENOUGH (7 * FALL_USUAL_MIN) /* of a week, for a usual day */

/* All of now: the looks come days later. */
static void visit(struct pond *pond, const char *agent, int count)
{
    struct link link = CREATE(pond, "url=https://example.org/").link;

    for (int i = 0; i < count; i++) {
        assert_int_equal(pond_visit_as(pond, "s.example.com", link.code, agent).outcome, OUTCOME_REDIRECT);
    }
    assert_int_equal(writer_drain(pond->engine->writer, 10000), OK);
}

static void look(struct pond *pond, int64_t after_ms)
{
    struct fault fault = {0};

    assert_int_equal(domain_falls_mark(pond->engine, clock_now_ms() + after_ms, &fault), OK);
}

/* "none" where nothing is known. */
static const char *known(struct pond *pond, bool *found)
{
    struct db *db = readers_take(pond->engine->readers, 5000);
    struct domain_block block;
    struct domain domain;

    assert_int_equal(domains_find_host(db, &pond->arena, STR("s.example.com"), &domain), OK);
    enum err err = domain_blocks_find(db, &pond->arena, domain.id, STR("wechat"), &block);
    readers_give(pond->engine->readers, db);
    *found = !err && block.found;
    return err ? "none" : block_state_name(block.state).ptr;
}
#define ASSERT_KNOWN(pond, state, by_program)                                                                          \
    do {                                                                                                               \
        bool found;                                                                                                    \
        assert_string_equal(known(pond, &found), state);                                                               \
        assert_int_equal(found, by_program);                                                                           \
    } while (0)

static void say(struct pond *pond, enum block_state state)
{
    struct db *db = readers_take(pond->engine->readers, 5000);
    struct fault fault = {0};
    struct domain domain;
    int64_t told;

    assert_int_equal(domains_find_host(db, &pond->arena, STR("s.example.com"), &domain), OK);
    readers_give(pond->engine->readers, db);
    struct domain_block block = {.domain_id = domain.id, .app = STR("wechat"), .state = state, .note = STR("")};
    assert_int_equal(editor_domain_block(pond->engine->editor, &pond->admin, &block, &told, &fault), OK);
}

static void falls__are_marked_when_they_last_and_taken_back_when_visits_come_again(void **state)
{
    struct pond *pond = *state;

    visit(pond, WECHAT, ENOUGH);
    visit(pond, POND_UA_PHONE, 3); /* too few to say that they fell too */
    look(pond, 0);
    ASSERT_KNOWN(pond, "none", false);
    look(pond, 2 * MS_PER_DAY);
    ASSERT_KNOWN(pond, "suspected", true);
    look(pond, 2 * MS_PER_DAY);
    look(pond, 20 * MS_PER_DAY); /* nobody has come since: that is no recovery */
    ASSERT_KNOWN(pond, "suspected", true);
    look(pond, 0); /* the last day has them again */
    ASSERT_KNOWN(pond, "ok", true);
}

static void falls__of_few_visits_or_of_all_apps_are_none(void **state)
{
    struct pond *pond = *state;

    visit(pond, WECHAT, ENOUGH - 7);
    look(pond, 2 * MS_PER_DAY);
    ASSERT_KNOWN(pond, "none", false);
    visit(pond, WECHAT, 7);
    visit(pond, POND_UA_PHONE, ENOUGH); /* the campaign is over */
    look(pond, 2 * MS_PER_DAY);
    ASSERT_KNOWN(pond, "none", false);
}

static void falls__leave_what_people_said_lately(void **state)
{
    struct pond *pond = *state;

    visit(pond, WECHAT, ENOUGH);
    say(pond, BLOCK_OK); /* somebody looked */
    look(pond, 2 * MS_PER_DAY);
    ASSERT_KNOWN(pond, "ok", false);
    say(pond, BLOCK_BLOCKED);
    look(pond, 2 * MS_PER_DAY);
    look(pond, 0);
    ASSERT_KNOWN(pond, "blocked", false);
    say(pond, BLOCK_SUSPECTED);
    look(pond, 0); /* it is theirs to take back */
    ASSERT_KNOWN(pond, "suspected", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POND_TEST(falls__are_marked_when_they_last_and_taken_back_when_visits_come_again),
        POND_TEST(falls__of_few_visits_or_of_all_apps_are_none),
        POND_TEST(falls__leave_what_people_said_lately),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
