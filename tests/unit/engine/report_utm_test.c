/* SPDX-License-Identifier: MIT */
/* Goal: tidying the dictionary tidies history: groups and filters count every spelling as the value it stands for now,
 * while the rows stay as the visitors sent them. */
#include "assert_str.h"

#include "linkpond/engine/reporter.h"
#include "linkpond/store/terms.h"
#include "linkpond/store/utm_values.h"

#include "ledger.h"

static struct ledger ledger;

static void put_click(struct click_batch *batch, unsigned at, const char *text, int64_t term)
{
    struct click_row click = {.facts = {.id = click_id_make(LEDGER_NODE, 1, 64 + at * 64),
                                        .time_ms = LEDGER_T0 + at,
                                        .class = CLASS_HUMAN,
                                        .outcome = OUTCOME_REDIRECT}};

    click.values[CLICK_UTM_SOURCE] = (struct click_value){.term = term, .text = str_from_c(text)};
    click.values[CLICK_UTM_MEDIUM].text = STR("GZH");
    assert_int_equal(click_batch_add(batch, ledger.db.db, &click), OK);
    assert_int_equal(segments_ingested(ledger.db.db, segment_id_of_click(click.facts.id),
                                       (int64_t)click_id_offset(click.facts.id) + 64, false, 1, click.facts.time_ms,
                                       click.facts.time_ms),
                     OK);
}

static int set_up(void **state)
{
    struct click_batch batch;
    (void)state;
    ledger_init(&ledger);
    click_batch_init(&batch);
    assert_int_equal(db_begin(ledger.db.db, false), OK);
    assert_int_equal(terms_insert(ledger.db.db, 1, STR("公众号")), OK);
    put_click(&batch, 0, "公众号", 0);
    put_click(&batch, 1, "", 1); /* the same as a term */
    put_click(&batch, 2, "GZH ", 0);
    put_click(&batch, 3, "wechat-mp", 0);
    put_click(&batch, 4, "douyin", 0);
    put_click(&batch, 5, "", 0);
    assert_int_equal(click_batch_flush(&batch, ledger.db.db), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ledger_done(&ledger);
    return 0;
}

static void teach(void)
{
    str aliases[] = {STR("公众号"), STR("gzh")};
    struct utm_value value = {.field = UTM_SOURCE,
                              .value = STR("wechat-mp"),
                              .aliases = {.items = aliases, .count = 2},
                              .created_ms = 1,
                              .updated_ms = 1};

    assert_int_equal(utm_values_insert(ledger.db.db, &value), OK);
}

static int64_t clicks_of(const struct report *report, const char *value)
{
    for (size_t i = 0; i < report->groups_count; i++) {
        if (str_eq(report->groups[i].values[0], str_from_c(value))) {
            return report->groups[i].clicks;
        }
    }
    return 0;
}

static struct report ask(enum dim dim, bool raw, const char *filter, bool exclude)
{
    static str words[1];
    struct report report;
    struct report_query query = {.from_ms = LEDGER_T0,
                                 .to_ms = LEDGER_T0 + 100,
                                 .zone = zone_find(STR("UTC")),
                                 .limit = 100,
                                 .raw_utm = raw,
                                 .group_by = {dim},
                                 .group_count = 1};

    if (filter) {
        words[0] = str_from_c(filter);
        query.filters[query.filters_count++] =
            (struct report_filter){.dim = DIM_UTM_SOURCE, .exclude = exclude, .values = {words, 1}};
    }
    assert_int_equal(report_run(ledger.db.db, NULL, &ledger.db.arena, &query, &report, NULL), OK);
    return report;
}

static void report_utm__without_a_dictionary_values_are_as_sent(void **state)
{
    (void)state;
    struct report report = ask(DIM_UTM_SOURCE, false, NULL, false);
    assert_int_equal(report.groups_count, 5);
    assert_int_equal(clicks_of(&report, "公众号"), 2);
}

static void report_utm__groups_count_every_spelling_as_the_value(void **state)
{
    (void)state;
    teach();
    struct report report = ask(DIM_UTM_SOURCE, false, NULL, false);
    assert_int_equal(report.groups_count, 3);
    assert_int_equal(clicks_of(&report, "wechat-mp"), 4);
    assert_int_equal(clicks_of(&report, "douyin"), 1);
    assert_int_equal(clicks_of(&report, ""), 1);
    assert_int_equal(report.totals.clicks, 6);
}

static void report_utm__raw_shows_what_was_sent(void **state)
{
    (void)state;
    teach();
    struct report report = ask(DIM_UTM_SOURCE, true, NULL, false);
    assert_int_equal(report.groups_count, 5);
    assert_int_equal(clicks_of(&report, "GZH "), 1);
    assert_int_equal(ask(DIM_UTM_SOURCE, true, "gzh", false).totals.clicks, 0);
}

static void report_utm__filters_take_any_spelling(void **state)
{
    (void)state;
    teach();
    assert_int_equal(ask(DIM_UTM_SOURCE, false, "wechat-mp", false).totals.clicks, 4);
    assert_int_equal(ask(DIM_UTM_SOURCE, false, " Gzh", false).totals.clicks, 4);
    assert_int_equal(ask(DIM_UTM_SOURCE, false, "公众号", true).totals.clicks, 2);
    assert_int_equal(ask(DIM_APP, false, "公众号", false).totals.clicks, 4);
    assert_int_equal(ask(DIM_UTM_SOURCE, false, "", false).totals.clicks, 1);
}

static void report_utm__a_field_knows_only_its_own_spellings(void **state)
{
    (void)state;
    teach();
    struct report report = ask(DIM_UTM_MEDIUM, false, NULL, false);
    assert_int_equal(clicks_of(&report, "GZH"), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(report_utm__without_a_dictionary_values_are_as_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(report_utm__groups_count_every_spelling_as_the_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(report_utm__raw_shows_what_was_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(report_utm__filters_take_any_spelling, set_up, tear_down),
        cmocka_unit_test_setup_teardown(report_utm__a_field_knows_only_its_own_spellings, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
