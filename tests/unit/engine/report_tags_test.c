/* SPDX-License-Identifier: MIT */
/* Goal: what tags are credited with does not depend on how many links are asked about: few links are looked up, of many
 * the index of tags is read, and either way a click counts for each tag of its link. */
#include "assert_str.h"

#include "linkpond/engine/reporter.h"
#include "linkpond/engine/sealer.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/labels.h"

#include "ledger.h"

/* Numbers of links below 4,096 are kept together, of which one in 128 is few. */
#define FEW  32
#define MANY (FEW + 1)

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

    assert_int_equal(fold_run(ledger.db.db, FOLD_ROWS_MAX, &folded), OK);
    do {
        assert_int_equal(sealer_run(ledger.db.db, 40, INT64_MAX, &sealed), OK);
    } while (sealed.rows > 0);
    assert_int_equal(chunks_extent(ledger.db.db, &chunks, &seq_end), OK);
    assert_true(chunks > 1);
}

/* That many links with clicks, in chunks, and behind them one with tags and no click. */
static void make_links(size_t links)
{
    struct click_batch batch;

    click_batch_init(&batch);
    for (size_t i = 0; i < ARRAY_LEN(tag_ids); i++) {
        assert_int_equal(labels_ensure(ledger.db.db, LABEL_TAG, str_from_c(tag_names[i]), 1, &tag_ids[i]), OK);
    }
    for (size_t link = 1; link <= links + 1; link++) {
        int64_t id = ledger_link(&ledger, NULL);
        unsigned tags = link > links ? 4 : tags_of(link);
        for (unsigned i = 0; i < ARRAY_LEN(tag_ids); i++) {
            if (tags & (1U << i)) {
                assert_int_equal(links_tags_add(ledger.db.db, id, tag_ids[i]), OK);
            }
        }
        assert_int_equal(db_begin(ledger.db.db, false), OK);
        put_clicks(&batch, id, link > links ? 0 : clicks_on(link));
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

static struct report ask_by_tag(const char *filter)
{
    static str words[1];
    struct report report;
    struct report_query query = {.from_ms = LEDGER_T0 + 1, /* which sums do not tell */
                                 .to_ms = LEDGER_T0 + MS_PER_DAY,
                                 .zone = zone_find(STR("UTC")),
                                 .limit = 100,
                                 .want_scans = true,
                                 .group_by = {DIM_TAG},
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
static void assert_group(const struct report *report, const char *tag, size_t links, unsigned has)
{
    int64_t clicks = 0, scans = 0;
    const struct report_group *group = group_of(report, tag);

    for (size_t link = 1; link <= links; link++) {
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

static void assert_tags_of(size_t links)
{
    make_links(links);
    struct report report = ask_by_tag(NULL);
    assert_int_equal(report.groups_count, 3);
    assert_group(&report, "a", links, 1);
    assert_group(&report, "b", links, 2);
    assert_group(&report, "", links, 0);
}

static void report_tags__of_few_links_are_looked_up(void **state)
{
    (void)state;
    assert_tags_of(FEW);
}

static void report_tags__of_many_links_are_read_from_the_index(void **state)
{
    (void)state;
    assert_tags_of(MANY);
}

/* A link asked for because of one tag counts for its other tags, too. */
static void assert_other_tags(size_t links)
{
    make_links(links);
    struct report report = ask_by_tag("a");
    int64_t both = 0;

    for (size_t link = 1; link <= links; link++) {
        both += tags_of(link) == 3 ? clicks_on(link) : 0;
    }
    assert_true(both > 0);
    assert_int_equal(report.groups_count, 2);
    assert_group(&report, "a", links, 1);
    assert_group(&report, "b", links, 3);
    assert_int_equal(group_of(&report, "b")->clicks, both);
}

static void report_tags__few_links_asked_for_by_a_tag_count_for_their_others(void **state)
{
    (void)state;
    assert_other_tags(FEW);
}

static void report_tags__many_links_asked_for_by_a_tag_count_for_their_others(void **state)
{
    (void)state;
    assert_other_tags(FEW * 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(report_tags__of_few_links_are_looked_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(report_tags__of_many_links_are_read_from_the_index, set_up, tear_down),
        cmocka_unit_test_setup_teardown(report_tags__few_links_asked_for_by_a_tag_count_for_their_others, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(report_tags__many_links_asked_for_by_a_tag_count_for_their_others, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
