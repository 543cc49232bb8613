/* SPDX-License-Identifier: MIT */
/* Goal: a click counts for each tag of its link, whether what links belong to is read from their tables or from their
 * columns, and for what a link that is gone belonged to. */
#include "assert_str.h"

#include "linkpond/engine/reporter.h"
#include "linkpond/engine/sealer.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/link_columns.h"

#include "ledger.h"

#define LINKS (LINK_BLOCK_LINKS + 50) /* a full block, and one that is not */

static struct ledger ledger;
static unsigned clicks_put;
static int64_t tag_ids[3];

static const char *const tag_names[] = {"a", "b", "c"};

/* Of the third link and each third after it none, of the others a or b, and of some both. c belongs to none of them. */
static unsigned tags_of(size_t link)
{
    return link % 3 == 0 ? 0 : link % 3 == 1 ? 1 : 2 + (link % 2);
}

static int64_t clicks_on(size_t link)
{
    return (int64_t)(1 + link % 4);
}

static bool is_scan(int64_t click)
{
    return click % 2 == 0;
}

static void put_clicks(struct click_batch *batch, int64_t link_id, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        unsigned at = clicks_put++;
        struct click_row click = {.facts = {.id = click_id_make(LEDGER_NODE, 1, 64 + at * 64),
                                            .time_ms = LEDGER_T0 + at,
                                            .link_id = link_id,
                                            .class = CLASS_HUMAN,
                                            .outcome = OUTCOME_REDIRECT,
                                            .flags = is_scan(i) ? CLICK_FLAG_QR : 0}};
        assert_int_equal(click_batch_add(batch, ledger.db.db, &click), OK);
        assert_int_equal(segments_ingested(ledger.db.db, segment_id_of_click(click.facts.id),
                                           (int64_t)click_id_offset(click.facts.id) + 64, false, 1, click.facts.time_ms,
                                           click.facts.time_ms),
                         OK);
    }
}

static void seal_everything(void)
{
    struct sealing sealed = {0};
    size_t folded = 0;
    int64_t chunks = 0, seq_end = 0;

    assert_int_equal(fold_run(ledger.db.db, &(struct fold_opts){.rows_max = FOLD_ROWS_MAX}, &folded), OK);
    do {
        assert_int_equal(sealer_run(ledger.db.db, 40, INT64_MAX, NULL, &sealed), OK);
    } while (sealed.rows > 0);
    assert_int_equal(chunks_extent(ledger.db.db, &chunks, &seq_end), OK);
    assert_true(chunks > 1);
}

/* Links with clicks, in chunks, and behind them one with tags and no click. */
static void make_links(void)
{
    struct click_batch batch;
    struct link_ids ids = {0};

    click_batch_init(&batch);
    assert_int_equal(labels_ensure(ledger.db.db, LABEL_CAMPAIGN, STR("c"), 1, &ids.campaign_id), OK);
    for (size_t i = 0; i < ARRAY_LEN(tag_ids); i++) {
        assert_int_equal(labels_ensure(ledger.db.db, LABEL_TAG, str_from_c(tag_names[i]), 1, &tag_ids[i]), OK);
    }
    for (size_t link = 1; link <= LINKS + 1; link++) {
        int64_t id = ledger_link(&ledger, link % 2 ? &ids : NULL);
        unsigned tags = link > LINKS ? 4 : tags_of(link);
        for (unsigned i = 0; i < ARRAY_LEN(tag_ids); i++) {
            if (tags & (1U << i)) {
                assert_int_equal(links_tags_add(ledger.db.db, id, tag_ids[i]), OK);
            }
        }
        assert_int_equal(db_begin(ledger.db.db, false), OK);
        put_clicks(&batch, id, link > LINKS ? 0 : clicks_on(link));
        assert_int_equal(click_batch_flush(&batch, ledger.db.db), OK);
        assert_int_equal(db_commit(ledger.db.db), OK);
    }
    seal_everything();
}

static int set_up(void **state)
{
    (void)state;
    clicks_put = 0;
    ledger_init(&ledger);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ledger_done(&ledger);
    return 0;
}

/* With visitors, clicks are counted a row at a time. */
static struct report ask_by(enum dim dim, const char *filter, bool visitors)
{
    static str words[1];
    struct report report;
    struct report_query query = {.from_ms = LEDGER_T0 + 1, /* which sums do not tell */
                                 .to_ms = LEDGER_T0 + MS_PER_DAY,
                                 .zone = zone_find(STR("UTC")),
                                 .limit = 100,
                                 .want_scans = true,
                                 .want_visitors = visitors,
                                 .group_by = {dim},
                                 .group_count = 1};

    if (filter) {
        words[0] = str_from_c(filter);
        query.filters[query.filters_count++] = (struct report_filter){.dim = DIM_TAG, .values = {words, 1}};
    }
    assert_int_equal(report_run(ledger.db.db, NULL, &ledger.db.arena, &query, &report, NULL), OK);
    return report;
}

static const struct report_group *group_of(const struct report *report, const char *tag)
{
    for (size_t i = 0; i < report->groups_count; i++) {
        if (str_eq(report->groups[i].values[0], str_from_c(tag))) {
            return &report->groups[i];
        }
    }
    return NULL;
}

/* Links that have all of `has`; has = 0: those that have none. The very first click is not in the time asked for. */
static void assert_group(const struct report *report, const char *tag, unsigned has)
{
    int64_t clicks = 0, scans = 0;
    const struct report_group *group = group_of(report, tag);

    for (size_t link = 1; link <= LINKS; link++) {
        bool counts = has ? (tags_of(link) & has) == has : tags_of(link) == 0;
        for (int64_t i = link == 1 ? 1 : 0; counts && i < clicks_on(link); i++) {
            clicks++;
            scans += is_scan(i);
        }
    }
    assert_non_null(group);
    assert_int_equal(group->clicks, clicks);
    assert_int_equal(group->scans, scans);
}

static void make_columns(size_t rows)
{
    size_t made = 0;

    assert_int_equal(db_begin(ledger.db.db, false), OK);
    assert_int_equal(link_columns_make(ledger.db.db, 100, &made), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    assert_int_equal(made, rows);
}

static void assert_all_tags(bool visitors)
{
    struct report report = ask_by(DIM_TAG, NULL, visitors);

    assert_int_equal(report.groups_count, 3);
    assert_group(&report, "a", 1);
    assert_group(&report, "b", 2);
    assert_group(&report, "", 0);
}

static void report_tags__count_all_clicks_of_their_links(void **state)
{
    (void)state;
    make_links();
    assert_all_tags(false);
    make_columns(LINK_COLUMNS);
    assert_all_tags(false);
    assert_all_tags(true);
}

/* A link asked for because of one tag counts for its other tags, too. */
static void assert_other_tags(bool visitors)
{
    struct report report = ask_by(DIM_TAG, "a", visitors);
    int64_t both = 0;

    for (size_t link = 1; link <= LINKS; link++) {
        both += tags_of(link) == 3 ? clicks_on(link) : 0;
    }
    assert_true(both > 0);
    assert_int_equal(report.groups_count, 2);
    assert_group(&report, "a", 1);
    assert_group(&report, "b", 3);
    assert_int_equal(group_of(&report, "b")->clicks, both);
}

static void report_tags__count_for_links_asked_for_by_another(void **state)
{
    (void)state;
    make_links();
    assert_other_tags(false);
    make_columns(LINK_COLUMNS);
    assert_other_tags(false);
    assert_other_tags(true);
}

static void assert_same_report(const struct report *one, const struct report *other)
{
    assert_int_equal(one->groups_count, other->groups_count);
    for (size_t i = 0; i < one->groups_count; i++) {
        assert_true(str_eq(one->groups[i].values[0], other->groups[i].values[0]));
        assert_int_equal(one->groups[i].clicks, other->groups[i].clicks);
    }
}

static void report_tags__keep_the_clicks_of_a_link_that_is_gone(void **state)
{
    (void)state;
    make_links();
    make_columns(LINK_COLUMNS);
    struct report before = ask_by(DIM_CAMPAIGN, NULL, false);
    assert_int_equal(before.groups_count, 2);
    for (int64_t id = 2; id <= 20; id++) {
        assert_int_equal(links_tombstone(ledger.db.db, id, 1, false), OK);
    }
    struct report from_tables = ask_by(DIM_CAMPAIGN, NULL, false);
    make_columns(1); /* of facts */
    struct report from_columns = ask_by(DIM_CAMPAIGN, NULL, false);
    assert_same_report(&before, &from_tables);
    assert_same_report(&before, &from_columns);
    assert_all_tags(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(report_tags__count_all_clicks_of_their_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(report_tags__count_for_links_asked_for_by_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(report_tags__keep_the_clicks_of_a_link_that_is_gone, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
