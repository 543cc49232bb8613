/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/files.h"
#include "linkpond/engine/recognition.h"
#include "tempdir.h"

/*
 * Goal: an operator adds to the built-in tables with a small file, replaces one with a whole file, and a mistake in
 * either is named with file and line while nothing is put in force.
 */

static struct tempdir dir;
static struct recognition rules;

static void put(const char *name, const char *text)
{
    assert_int_equal(files_write_atomic(tempdir_file(&dir, name), str_from_c(text)), OK);
}

static void load(void)
{
    struct fault fault = {0};

    recognition_free(&rules);
    rules = (struct recognition){0};
    assert_int_equal(recognition_load(dir.path, &rules, &fault), OK);
}

static void assert_rule(const char *user_agent, const char *rule)
{
    struct agent_request request = {.user_agent = str_from_c(user_agent)};
    struct agent agent;

    agent_recognise(rules.agents, &request, &agent);
    if (!str_eq(agent.rule, str_from_c(rule))) {
        fail_msg("got '" STR_FMT "', expected '%s'", STR_ARG(agent.rule), rule);
    }
}

static void assert_came(const char *referrer, const char *source, const char *channel)
{
    struct arena arena;
    struct record record = {.host = STR("s.example"), .referrer = str_from_c(referrer)};
    struct agent agent = {0};
    struct click click = {0};

    arena_init(&arena, 64 * 1024);
    source_attribute(rules.sources, &arena, &record, &agent, &click);
    assert_true(str_eq(click.source, str_from_c(source)));
    assert_true(str_eq(click.channel, str_from_c(channel)));
    arena_done(&arena);
}

#define PHONE                                                                                                          \
    "Mozilla/5.0 (Linux; Android 13; V2148A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Mobile Safari/537.36"

static void recognition__own_rows_are_asked_before_the_built_in_ones(void **state)
{
    (void)state;
    load();
    assert_rule(PHONE " AcmeApp/3.2", "browser:chrome");
    assert_rule("Mozilla/5.0 (compatible; Googlebot/2.1)", "bot:googlebot");
    assert_came("https://www.zhihu.com/", "zhihu", "social");
    put("apps.own.tsv", "app\tacme\tAcmeApp/\n");
    put("bots.own.tsv", "bot\tour-google\tGooglebot\n");
    put("referrers.own.tsv", "host\twww.zhihu.com\tour-zhihu\tour-kind\nhost\tacme.example\tacme\tour-kind\n");
    put("channels.own.tsv", "category\tour-kind\tour-place\t我们\tOurs\n");
    load();
    assert_rule(PHONE " AcmeApp/3.2", "app:acme");
    assert_rule("Mozilla/5.0 (compatible; Googlebot/2.1)", "bot:our-google");
    assert_rule("Mozilla/5.0 (compatible; bingbot/2.0)", "bot:bing");
    assert_came("https://www.zhihu.com/", "our-zhihu", "our-place");
    assert_came("https://m.zhihu.com/", "zhihu", "social");
    assert_came("https://shop.acme.example/", "acme", "our-place");
}

static void recognition__a_whole_table_takes_the_built_in_ones_place(void **state)
{
    (void)state;
    put("bots.tsv", "bot\tonly\tonlybot\n");
    load();
    assert_rule("Mozilla/5.0 (Windows NT 10.0) Firefox/120.0 onlybot", "bot:only");
    assert_rule("Mozilla/5.0 (Windows NT 10.0) Firefox/120.0 Googlebot", "browser:firefox");
}

static bool is_platform(const char *text)
{
    struct addr addr;

    assert_true(addr_parse(str_from_c(text), &addr));
    return networks_contain(rules.networks, &addr);
}

static void recognition__networks_are_added_to_and_replaced(void **state)
{
    (void)state;
    load();
    assert_true(is_platform("119.29.3.4"));
    assert_false(is_platform("198.51.100.7"));
    put("networks.own.tsv", "network\t198.51.100.0/24\ttencent\nnetwork\t2001:db8:77::/48\ttencent\tour logs\n");
    load();
    assert_true(is_platform("119.29.3.4"));
    assert_true(is_platform("198.51.100.7"));
    assert_true(is_platform("2001:db8:77:1::5"));
    assert_false(is_platform("2001:db8:78::5"));
    put("networks.tsv", "network\t192.0.2.0/24\ttencent\n");
    load();
    assert_false(is_platform("119.29.3.4"));
    assert_true(is_platform("198.51.100.7"));
    assert_true(is_platform("192.0.2.9"));
}

static bool is_off(const char *date)
{
    size_t count;
    const struct rule_holiday *list = holidays_list(rules.holidays, &count);
    int64_t day;

    assert_true(date_parse(str_from_c(date), &day));
    for (size_t i = 0; i < count; i++) {
        if (list[i].civil_day == day) {
            return list[i].kind == HOLIDAY_OFF;
        }
    }
    return false;
}

static void recognition__holidays_are_added_to_and_replaced(void **state)
{
    (void)state;
    load();
    assert_true(is_off("2026-10-01"));
    put("holidays.own.tsv", "off\t2026-12-24\nordinary\t2026-10-01\n");
    load();
    assert_true(is_off("2026-12-24"));
    assert_false(is_off("2026-10-01"));
    assert_true(is_off("2026-10-02"));
    put("holidays.tsv", "off\t2027-01-01\n");
    load();
    assert_true(is_off("2026-12-24") && is_off("2027-01-01"));
    assert_false(is_off("2026-10-02"));
}

static void recognition__a_mistake_in_an_own_file_is_named(void **state)
{
    (void)state;
    static const char *const files[] = {"apps.own.tsv",     "bots.own.tsv",     "referrers.own.tsv",
                                        "channels.own.tsv", "networks.own.tsv", "holidays.own.tsv"};

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct recognition none = {0};
        struct fault fault = {0};
        put(files[i], "# ours\nnonsense\tx\ty\n");
        assert_int_equal(recognition_load(dir.path, &none, &fault), ERR_INVALID);
        assert_true(!none.agents && !none.sources && !none.networks && !none.holidays);
        assert_non_null(strstr(fault.message, files[i]));
        assert_non_null(strstr(fault.message, ":2:"));
        unlink(tempdir_file(&dir, files[i]));
    }
}

static int setup(void **state)
{
    (void)state;
    tempdir_init(&dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    recognition_free(&rules);
    rules = (struct recognition){0};
    tempdir_done(&dir);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(recognition__own_rows_are_asked_before_the_built_in_ones, setup, teardown),
        cmocka_unit_test_setup_teardown(recognition__a_whole_table_takes_the_built_in_ones_place, setup, teardown),
        cmocka_unit_test_setup_teardown(recognition__networks_are_added_to_and_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(recognition__holidays_are_added_to_and_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(recognition__a_mistake_in_an_own_file_is_named, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
