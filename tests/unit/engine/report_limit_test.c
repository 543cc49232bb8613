/* SPDX-License-Identifier: MIT */
/* Goal: the first few groups of a question are the first of all its groups, and the rest is what the others have,
 * though two threads that count do not tell each other of groups that both have met rarely. */
#include "report_world.h"

#define QUESTIONS 400

static void ask_for_groups(struct report_query *query)
{
    ask(query);
    query->interval = INTERVAL_NONE;
    query->from_ms = START - MS_PER_DAY + (int64_t)roll(1000); /* most of the chunks */
    query->to_ms = START + SPAN;
    query->filters_count = roll(2) ? query->filters_count : 0;
    query->owner_bound = query->domain_bound = false;
    query->group_count = 1 + roll(2);
}

/* Groups that have as many clicks are in order of their values. */
static void assert_first_of(const struct report *all, const struct report *few, size_t limit)
{
    int64_t rest = 0;

    assert_int_equal(few->groups_count, limit < all->groups_count ? limit : all->groups_count);
    for (size_t i = 0; i < all->groups_count; i++) {
        if (i >= few->groups_count) {
            rest += all->groups[i].clicks;
            continue;
        }
        assert_true(str_eq(few->groups[i].values[0], all->groups[i].values[0]));
        assert_true(str_eq(few->groups[i].values[1], all->groups[i].values[1]));
        assert_int_equal(few->groups[i].clicks, all->groups[i].clicks);
        assert_int_equal(few->groups[i].scans, all->groups[i].scans);
        assert_int_equal(few->groups[i].visitors, all->groups[i].visitors);
    }
    assert_int_equal(few->other_clicks, rest);
    assert_int_equal(few->totals.clicks, all->totals.clicks);
}

static void report_limit__shows_the_first_of_all_groups(void **state)
{
    const char *path = NULL;
    struct report_helper *helper = NULL;
    struct db *reader = NULL;
    size_t cut = 0;

    (void)state;
    make_tail();
    fold_rows_of_world(ROWS);
    seal_world(100);
    path = tempdir_file(&ledger.db.dir, "test.db");
    assert_int_equal(db_open(path, DB_READ, &reader, NULL), OK);
    assert_int_equal(report_helper_start(path, &helper, NULL), OK);
    for (int q = 0; q < QUESTIONS; q++) {
        struct report_query query;
        struct report all, few;
        struct arena arena;
        arena_init(&arena, 16 << 20);
        ask_for_groups(&query);
        assert_int_equal(report_run(ledger.db.db, NULL, &arena, &query, &all, NULL), OK);
        query.limit = 1 + roll(6);
        assert_int_equal(report_run(reader, helper, &arena, &query, &few, NULL), OK);
        assert_first_of(&all, &few, query.limit);
        cut += all.groups_count > 4 * query.limit;
        arena_done(&arena);
    }
    assert_true(cut > QUESTIONS / 4); /* many groups are not shown */
    report_helper_stop(helper);
    db_close(reader);
    ledger_done(&ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(report_limit__shows_the_first_of_all_groups)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
