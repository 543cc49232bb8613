/* SPDX-License-Identifier: MIT */
/* Goal: a query string becomes exactly the question it asks, or is refused by the name of the parameter at fault. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "assert_str.h"
#include "stats_query.h"

/* 2026-11-22T02:04:51Z, a Sunday; 10:04 in Shanghai, still the 21st in New York. */
#define NOW INT64_C(1795313091000)

static struct arena arena;
static struct stats_query query;
static struct fault fault;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 4 << 20);
    fault = (struct fault){0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static enum err parse(const char *text, enum stats_use use)
{
    return stats_query_parse(&arena, str_from_c(text), use, zone_find(STR("Asia/Shanghai")), NOW, &query, &fault);
}

static int64_t at(const char *text)
{
    int64_t ms = 0;
    assert_true(timestamp_parse(str_from_c(text), &ms));
    return ms;
}

static void assert_range(const char *from, const char *to)
{
    assert_int_equal(query.report.from_ms, at(from));
    assert_int_equal(query.report.to_ms, at(to));
}

static void query__without_words_asks_for_all_clicks_until_tonight(void **state)
{
    (void)state;
    assert_int_equal(parse("", USE_STATS), OK);
    assert_true(query.from_first);
    assert_int_equal(query.report.to_ms, at("2026-11-23T00:00:00+08:00"));
    assert_int_equal(query.metrics, METRIC_CLICKS | METRIC_SCANS);
    assert_true(query.report.want_scans);
    assert_false(query.report.want_visitors);
    assert_false(query.report.all_classes);
    assert_int_equal(query.report.filters_count, 0);
    assert_int_equal(query.report.limit, STATS_GROUPS_DEFAULT);
}

static void metrics__what_is_not_asked_for_is_not_wanted(void **state)
{
    static const struct {
        const char *text;
        bool visitors, scans;
    } asked[] = {
        {"metrics=", false, true},
        {"metrics=clicks", false, false},
        {"metrics=scans", false, true},
        {"metrics=visitors", true, false},
        {"metrics=new_visitors", true, false},
        {"metrics=scans,visitors", true, true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
        assert_int_equal(parse(asked[i].text, USE_STATS), OK);
        assert_int_equal(query.report.want_visitors, asked[i].visitors);
        assert_int_equal(query.report.want_scans, asked[i].scans);
    }
}

static void filters__repeat_for_or_and_exclude_by_not(void **state)
{
    (void)state;
    assert_int_equal(parse("app=wechat&not_campaign=&app=qq&utm_term=%E6%98%A5+%26&app=", USE_STATS), OK);
    assert_int_equal(query.report.filters_count, 3);
    const struct report_filter *filters = query.report.filters;
    assert_int_equal(filters[0].dim, DIM_APP);
    assert_int_equal(filters[0].values.count, 3);
    assert_str(filters[0].values.items[1], "qq");
    assert_int_equal(filters[0].values.items[2].len, 0);
    assert_int_equal(filters[1].dim, DIM_CAMPAIGN);
    assert_true(filters[1].exclude);
    assert_str(filters[2].values.items[0], "春 &");
}

static void class__human_is_what_counts_and_anything_else_is_taken_by_its_word(void **state)
{
    (void)state;
    assert_int_equal(parse("class=human", USE_STATS), OK);
    assert_false(query.report.all_classes);
    assert_int_equal(query.report.filters_count, 0);
    assert_int_equal(parse("app=wechat&class=all&class=bot", USE_STATS), OK);
    assert_true(query.report.all_classes);
    assert_int_equal(query.report.filters_count, 1);
    assert_int_equal(parse("class=bot", USE_STATS), OK);
    assert_true(query.report.all_classes);
    assert_int_equal(query.report.filters_count, 1);
    assert_int_equal(parse("not_class=bot", USE_STATS), OK);
    assert_true(query.report.all_classes);
    assert_int_equal(parse("group_by=outcome", USE_STATS), OK);
    assert_true(query.report.all_classes);
    assert_int_equal(query.report.filters_count, 0);
    assert_int_equal(parse("outcome=expired", USE_STATS), OK);
    assert_true(query.report.all_classes);
    assert_int_equal(query.report.filters[1].dim, DIM_CLASS);
    assert_str(query.report.filters[1].values.items[0], "human");
}

static void class__of_raw_clicks_narrows_but_is_never_assumed(void **state)
{
    (void)state;
    assert_int_equal(parse("", USE_CLICKS), OK);
    assert_true(query.report.all_classes);
    assert_int_equal(query.report.filters_count, 0);
    assert_int_equal(parse("class=human", USE_CLICKS), OK);
    assert_int_equal(query.report.filters_count, 1);
    assert_int_equal(parse("class=all&class=bot", USE_CLICKS), OK);
    assert_int_equal(query.report.filters_count, 0);
}

static void dates__are_whole_days_of_the_zone_with_both_ends_in(void **state)
{
    (void)state;
    assert_int_equal(parse("from=2026-03-08&to=2026-03-08&tz=America%2FNew_York", USE_STATS), OK);
    assert_range("2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00");
    assert_int_equal(parse("to=2026-03-08T10:30:00%2B08:00&from=2026-03-08", USE_STATS), OK);
    assert_range("2026-03-08T00:00:00+08:00", "2026-03-08T10:30:00+08:00");
    assert_int_equal(parse("from=2026-03-08T10:30:00+08:00", USE_STATS), OK); /* a bare '+' arrives as a blank */
    assert_int_equal(query.report.from_ms, at("2026-03-08T10:30:00+08:00"));
    assert_false(query.from_first);
}

static void periods__are_of_the_zone_asked_for_wherever_it_stands(void **state)
{
    (void)state;
    assert_int_equal(parse("period=today&tz=America/New_York", USE_STATS), OK);
    assert_range("2026-11-21T00:00:00-05:00", "2026-11-22T00:00:00-05:00");
    assert_int_equal(parse("tz=America/New_York&period=today", USE_STATS), OK);
    assert_range("2026-11-21T00:00:00-05:00", "2026-11-22T00:00:00-05:00");
}

static void comparing__shifts_days_not_hours_over_a_clock_change(void **state)
{
    (void)state;
    int64_t from_ms, to_ms;
    assert_int_equal(parse("from=2026-03-08&to=2026-03-14&tz=America/New_York&compare=previous", USE_STATS), OK);
    stats_query_compared(&query, &from_ms, &to_ms);
    assert_int_equal(from_ms, at("2026-03-01T00:00:00-05:00"));
    assert_int_equal(to_ms, at("2026-03-08T00:00:00-05:00"));
    assert_int_equal(parse("from=2026-03-15T10:00:00-04:00&to=2026-03-22T10:00:00-04:00&tz=America/New_York&"
                           "compare=previous",
                           USE_STATS),
                     OK);
    stats_query_compared(&query, &from_ms, &to_ms);
    assert_int_equal(from_ms, at("2026-03-08T10:00:00-04:00")); /* that day had lost an hour by then */
    assert_int_equal(parse("from=2026-03-01T10:00:00Z&to=2026-03-01T12:00:00Z&compare=previous", USE_STATS), OK);
    stats_query_compared(&query, &from_ms, &to_ms);
    assert_int_equal(from_ms, at("2026-03-01T08:00:00Z"));
    assert_int_equal(parse("from=2028-02-29&to=2028-02-29&tz=UTC&compare=year", USE_STATS), OK);
    stats_query_compared(&query, &from_ms, &to_ms);
    assert_int_equal(from_ms, at("2027-02-28T00:00:00Z"));
    assert_int_equal(to_ms, at("2027-03-01T00:00:00Z"));
}

static void cursor__comes_back_as_the_place_it_was_made_from(void **state)
{
    (void)state;
    str cursor = stats_query_cursor(&arena, true, NOW, INT64_C(1) << 60);
    str text = arena_f(&arena, "order=asc&cursor=" STR_FMT, STR_ARG(cursor));
    assert_int_equal(parse(text.ptr, USE_CLICKS), OK);
    assert_int_equal(query.after_ms, NOW);
    assert_int_equal(query.after_id, INT64_C(1) << 60);
    text = arena_f(&arena, "order=desc&cursor=" STR_FMT, STR_ARG(cursor));
    assert_int_equal(parse(text.ptr, USE_CLICKS), ERR_INVALID);
    assert_string_equal(fault.code, "bad_cursor");
}

static void limits__are_of_pages_not_of_streams(void **state)
{
    (void)state;
    assert_int_equal(parse("format=csv", USE_CLICKS), OK);
    assert_int_equal(query.limit, 0);
    assert_int_equal(parse("limit=5000000&format=ndjson", USE_CLICKS), OK);
    assert_int_equal(query.limit, 5000000);
    assert_int_equal(parse("limit=5000000", USE_CLICKS), ERR_INVALID);
}

static void refusals__name_the_parameter(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field, *code;
    } rows[] = {
        {"capmaign=x", "capmaign", "unknown_parameter"},
        {"not_from=x", "not_from", "unknown_parameter"},
        {"=x", "", "unknown_parameter"},
        {"order=asc", "order", "unknown_parameter"},
        {"scene=office", "scene", "not_allowed"},
        {"not_class=all", "not_class", "not_allowed"},
        {"source_by=magic", "source_by", "not_allowed"},
        {"period=today&to=2026-01-01", "period", "conflicting"},
        {"from=2026-13-01", "from", "not_a_time"},
        {"from=2026-11-22T00:00:00%2B08:00&to=2026-11-22T00:00:00%2B08:00", "to", "out_of_order"},
        {"limit=1001", "limit", "out_of_range"},
        {"group_by=app,app", "group_by", "conflicting"},
        {"tz=", "tz", "unknown"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(parse(rows[i].text, USE_STATS), ERR_INVALID);
        assert_string_equal(fault.field, rows[i].field);
        assert_string_equal(fault.code, rows[i].code);
    }
}

static void refusals__are_for_what_is_given_twice(void **state)
{
    (void)state;
    static const char *const twice[] = {"limit=1&limit=2", "group_by=app&group_by=os",
                                        "from=2026-11-01&tz=UTC&from=2026-11-02"};
    for (size_t i = 0; i < ARRAY_LEN(twice); i++) {
        assert_int_equal(parse(twice[i], USE_STATS), ERR_INVALID);
        assert_string_equal(fault.code, "conflicting");
    }
    assert_int_equal(parse("window=7&window=30", USE_ATTRIBUTION), ERR_INVALID);
    assert_string_equal(fault.field, "window");
    assert_int_equal(parse("type=lead&type=deal&app=qq&app=wechat", USE_ATTRIBUTION), OK);
}

static void refusals__come_before_too_many_filters_or_values(void **state)
{
    (void)state;
    struct buf text;
    buf_init_heap(&text, 64 * 1024);
    for (int i = 0; i <= REPORT_FILTER_VALUES_MAX; i++) {
        buf_addf(&text, "app=%d&", i);
    }
    assert_int_equal(parse(buf_c(&text), USE_STATS), ERR_INVALID);
    assert_string_equal(fault.code, "too_many");
    buf_reset(&text);
    for (int i = 0; i <= REPORT_FILTERS_MAX; i++) {
        str name = dim_name((enum dim)(DIM_UTM_SOURCE + i % 8));
        buf_addf(&text, "%s" STR_FMT "=&", i < 8 ? "" : "not_", STR_ARG(name));
    }
    buf_add_c(&text, "country=");
    assert_int_equal(parse(buf_c(&text), USE_STATS), ERR_INVALID);
    assert_string_equal(fault.field, "country");
    buf_done(&text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(query__without_words_asks_for_all_clicks_until_tonight),
        TEST(metrics__what_is_not_asked_for_is_not_wanted),
        TEST(filters__repeat_for_or_and_exclude_by_not),
        TEST(class__human_is_what_counts_and_anything_else_is_taken_by_its_word),
        TEST(class__of_raw_clicks_narrows_but_is_never_assumed),
        TEST(dates__are_whole_days_of_the_zone_with_both_ends_in),
        TEST(periods__are_of_the_zone_asked_for_wherever_it_stands),
        TEST(comparing__shifts_days_not_hours_over_a_clock_change),
        TEST(cursor__comes_back_as_the_place_it_was_made_from),
        TEST(limits__are_of_pages_not_of_streams),
        TEST(refusals__name_the_parameter),
        TEST(refusals__are_for_what_is_given_twice),
        TEST(refusals__come_before_too_many_filters_or_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
