/* SPDX-License-Identifier: MIT */
/* Goal: every journalled record becomes a row exactly once, with its visitor told from others; tasks are whole or not
 * at all, and seen by their submitter when done. */
#include <pthread.h>

#include "ledger.h"
#include "linkpond/base/clock.h"
#include "linkpond/store/click_repeats.h"
#include "linkpond/store/meta.h"

static struct ledger ledger;

static int setup(void **state)
{
    (void)state;
    ledger_init(&ledger);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ledger_done(&ledger);
    return 0;
}

static int64_t rows(void)
{
    struct db *db = ledger_reader(&ledger);
    int64_t count = -1;

    assert_int_equal(clicks_count(db, &count), OK);
    db_close(db);
    return count;
}

static struct click_facts facts_of(int64_t click_id)
{
    struct db *db = ledger_reader(&ledger);
    struct click_facts facts;

    assert_true(ledger_find(db, click_id, &facts));
    db_close(db);
    return facts;
}

static void writer__a_record_becomes_a_row_once(void **state)
{
    (void)state;
    int64_t link = ledger_link(&ledger, NULL), first = 0;
    ledger_start(&ledger);
    for (int i = 0; i < 300; i++) {
        int64_t id = ledger_hit(&ledger, link, LEDGER_T0 + i, (unsigned)i % 250);
        first = i == 0 ? id : first;
    }
    ledger_drain(&ledger);
    assert_int_equal(rows(), 300);
    ledger_stop(&ledger);
    ledger_start(&ledger);
    ledger_drain(&ledger);
    assert_int_equal(rows(), 300);
    struct click_facts facts = facts_of(first);
    assert_int_equal(facts.link_id, link);
    assert_int_equal(facts.class, CLASS_HUMAN);
    assert_int_equal(facts.time_ms, LEDGER_T0);
}

static void writer__records_of_a_run_before_are_taken_too(void **state)
{
    (void)state;
    for (int i = 0; i < 700; i++) { /* more than a segment of either lane */
        ledger_hit(&ledger, 1, LEDGER_T0 + i, 1);
    }
    journal_close(ledger.journal);
    ledger_open_journal(&ledger);
    ledger_start(&ledger);
    ledger_hit(&ledger, 1, LEDGER_T0, 2);
    ledger_drain(&ledger);
    assert_int_equal(rows(), 701);
    struct writer_stats stats;
    writer_stats(ledger.writer, &stats);
    assert_int_equal(stats.ingested, 701);
    assert_int_equal(stats.by_class[CLASS_HUMAN], 701);
    assert_int_equal(stats.folded, 701);
}

static void writer__an_address_and_browser_is_one_visitor_for_the_day(void **state)
{
    (void)state;
    ledger_start(&ledger);
    int64_t a1 = ledger_hit(&ledger, 1, LEDGER_T0, 1), b1 = ledger_hit(&ledger, 1, LEDGER_T0 + 1, 2);
    int64_t a2 = ledger_hit(&ledger, 2, LEDGER_T0 + 2, 1);
    int64_t next_day = ledger_hit(&ledger, 1, LEDGER_T0 + MS_PER_DAY, 1);
    ledger_drain(&ledger);
    struct click_facts first = facts_of(a1), other = facts_of(b1), again = facts_of(a2), later = facts_of(next_day);
    assert_true(first.visitor > 0);
    assert_int_equal(first.visitor_by, VISITOR_BY_HASH);
    assert_int_equal(first.visitor, again.visitor);
    assert_true(first.visitor != other.visitor);
    assert_true(first.visitor != later.visitor);
    assert_int_equal(first.flags, CLICK_FLAG_NEW_VISITOR | CLICK_FLAG_FIRST_HERE);
    assert_int_equal(again.flags, CLICK_FLAG_FIRST_HERE);
    assert_int_equal(later.flags, CLICK_FLAG_NEW_VISITOR | CLICK_FLAG_FIRST_HERE);
}

static void writer__the_visitors_day_turns_at_the_zones_midnight(void **state)
{
    (void)state;
    const int64_t midnight = LEDGER_T0 + 14 * MS_PER_HOUR; /* 2026-03-03T00:00 in Shanghai */
    ledger_start(&ledger);
    int64_t before = ledger_hit(&ledger, 1, midnight - 1, 1), at = ledger_hit(&ledger, 1, midnight, 1);
    ledger_drain(&ledger);
    assert_true(facts_of(before).visitor != facts_of(at).visitor);
}

static void writer__a_visit_within_the_window_is_a_repeat(void **state)
{
    (void)state;
    const int64_t window = ledger.writer_opts.repeat_window_ms;
    ledger.journal_opts.lanes = 1;
    ledger_start(&ledger);
    ledger_hit(&ledger, 1, LEDGER_T0, 1);
    int64_t at_the_end = ledger_hit(&ledger, 1, LEDGER_T0 + window, 1);
    int64_t past_it = ledger_hit(&ledger, 1, LEDGER_T0 + 2 * window + 1, 1);
    int64_t other_link = ledger_hit(&ledger, 2, LEDGER_T0 + 2 * window + 2, 1);
    ledger_drain(&ledger);
    assert_int_equal(facts_of(at_the_end).flags, CLICK_FLAG_REPEAT);
    assert_int_equal(facts_of(past_it).flags, 0);
    assert_int_equal(facts_of(other_link).flags, CLICK_FLAG_FIRST_HERE);
}

/* The first lane is read first unless time decides: on it is what came later. */
static void writer__what_came_later_is_judged_by_what_came_before_on_another_lane(void **state)
{
    (void)state;
    int64_t link = ledger_link(&ledger, NULL);
    struct record person = ledger_visit(link, LEDGER_T0, 9), machine = ledger_visit(link, LEDGER_T0 + 5000, 9);
    person.user_agent = machine.user_agent =
        STR("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Mobile/15E148 MicroMessenger/8.0.50(0x18003222) NetType/WIFI Language/zh_CN");
    memcpy(machine.ip.bytes + 12, (const uint8_t[]){1, 12, 34, 56}, 4); /* Tencent's */
    int64_t second_look = ledger_append(&ledger, &machine);
    int64_t first_look = ledger_append(&ledger, &person);
    int64_t again = ledger_hit(&ledger, link, LEDGER_T0 + 60000, 20);
    int64_t before = ledger_hit(&ledger, link, LEDGER_T0 + 1000, 20);
    ledger_start(&ledger);
    ledger_drain(&ledger);
    assert_int_equal(facts_of(first_look).class, CLASS_HUMAN);
    assert_int_equal(facts_of(second_look).class, CLASS_REPLAY);
    assert_int_equal(facts_of(before).flags & (CLICK_FLAG_REPEAT | CLICK_FLAG_NEW_VISITOR), CLICK_FLAG_NEW_VISITOR);
    assert_int_equal(facts_of(again).flags & (CLICK_FLAG_REPEAT | CLICK_FLAG_NEW_VISITOR), CLICK_FLAG_REPEAT);
    assert_int_equal(rows(), 4);
}

static void writer__a_restart_today_keeps_visitors(void **state)
{
    (void)state;
    int64_t now = clock_now_ms();
    ledger_start(&ledger);
    int64_t before = ledger_hit(&ledger, 1, now - 1, 1);
    ledger_drain(&ledger);
    ledger_stop(&ledger);
    ledger_start(&ledger);
    int64_t after = ledger_hit(&ledger, 1, now - 1, 1), other = ledger_hit(&ledger, 1, now - 1, 2);
    ledger_drain(&ledger);
    assert_int_equal(facts_of(before).visitor, facts_of(after).visitor);
    assert_int_equal(facts_of(after).flags, CLICK_FLAG_REPEAT);
    assert_true(facts_of(other).visitor > facts_of(after).visitor);
}

static void writer__machines_have_no_visitor(void **state)
{
    (void)state;
    struct record record = ledger_visit(1, LEDGER_T0, 1);
    record.user_agent = STR(LEDGER_UA_BOT);
    ledger_start(&ledger);
    int64_t id = ledger_append(&ledger, &record);
    ledger_drain(&ledger);
    assert_int_equal(facts_of(id).class, CLASS_BOT);
    assert_int_equal(facts_of(id).visitor, 0);
    assert_int_equal(facts_of(id).flags, 0);
}

static void writer__only_what_counts_makes_a_first_visit(void **state)
{
    (void)state;
    struct record record = ledger_visit(1, LEDGER_T0, 1);
    record.outcome = OUTCOME_EXPIRED;
    ledger.journal_opts.lanes = 1;
    ledger_start(&ledger);
    int64_t expired = ledger_append(&ledger, &record), counted = ledger_hit(&ledger, 1, LEDGER_T0 + 1, 1);
    ledger_drain(&ledger);
    assert_int_equal(facts_of(expired).flags, CLICK_FLAG_NEW_VISITOR);
    assert_int_equal(facts_of(counted).flags, CLICK_FLAG_FIRST_HERE);
    assert_int_equal(facts_of(counted).visitor, facts_of(expired).visitor);
}

static int64_t first_of(int64_t click_id)
{
    int64_t first = 0;

    assert_int_equal(click_repeats_first(ledger.db.db, click_id, &first), OK);
    return first;
}

static void writer__a_repeated_request_id_after_a_restart_is_a_duplicate(void **state)
{
    (void)state;
    struct record record = ledger_visit(1, clock_now_ms(), 1);
    record.request_id = STR("7f3c21");
    int64_t tail = ledger_append(&ledger, &record); /* answered before the crash, not ingested */
    journal_close(ledger.journal);
    ledger_open_journal(&ledger);
    ledger_start(&ledger);
    record.time_ms = clock_now_ms() + 1;
    int64_t again = ledger_append(&ledger, &record);
    record.request_id = STR("7f3c22");
    int64_t other = ledger_append(&ledger, &record);
    ledger_drain(&ledger);
    assert_int_equal(facts_of(tail).class, CLASS_HUMAN);
    assert_int_equal(facts_of(again).class, CLASS_DUPLICATE);
    assert_int_equal(facts_of(again).visitor, 0);
    assert_int_equal(facts_of(other).class, CLASS_HUMAN);
    assert_int_equal(first_of(again), tail);
    assert_int_equal(first_of(other), other);
}

static enum err put_twice(struct db *db, void *arg, struct fault *fault)
{
    (void)arg;
    enum err err = meta_put_i64(db, STR("test"), 1);
    return err != OK ? err : fault_set(fault, ERR_CONFLICT, "test", "taken", "already there", NULL);
}

static enum err put_arg(struct db *db, void *arg, struct fault *fault)
{
    (void)fault;
    return meta_put_i64(db, STR("test"), *(int64_t *)arg);
}

static void mark_published(void *arg)
{
    *(int64_t *)arg *= -1;
}

static void writer__a_task_that_fails_leaves_nothing(void **state)
{
    (void)state;
    struct fault fault = {0};
    int64_t value = 0;
    ledger_start(&ledger);
    assert_int_equal(writer_submit(ledger.writer, &(struct writer_task){.run = put_twice, .arg = &value}, &fault),
                     ERR_CONFLICT);
    assert_string_equal(fault.field, "test");
    struct db *db = ledger_reader(&ledger);
    assert_int_equal(meta_get_i64(db, STR("test"), &value), ERR_NOT_FOUND);
    db_close(db);
}

static int64_t rows_of_segment(int64_t id)
{
    struct stmt *segments = segments_each(ledger.db.db);
    struct segment segment;
    int64_t count = -1;

    while (segments_next(segments, &segment)) {
        count = segment.id == id ? segment.rows : count;
    }
    return count;
}

static void writer__a_click_counts_once_though_its_position_was_lost(void **state)
{
    (void)state;
    int64_t last = 0;
    ledger.journal_opts.lanes = 1;
    journal_close(ledger.journal);
    ledger_open_journal(&ledger);
    ledger_start(&ledger);
    for (int i = 0; i < 40; i++) {
        last = ledger_hit(&ledger, 1, LEDGER_T0 + i, 1);
    }
    ledger_drain(&ledger);
    ledger_stop(&ledger);
    int64_t segment = segment_id_of_click(last);
    assert_int_equal(rows_of_segment(segment), 40);
    assert_int_equal(segments_ingested(ledger.db.db, segment, 64, false, 0, INT64_MIN, INT64_MIN), OK);
    journal_close(ledger.journal);
    ledger_open_journal(&ledger);
    ledger_start(&ledger);
    int64_t later = ledger_hit(&ledger, 1, LEDGER_T0 + 41, 1);
    ledger_drain(&ledger);
    ledger_stop(&ledger);
    assert_int_not_equal(segment_id_of_click(later), segment);
    assert_int_equal(rows(), 41);
    assert_int_equal(rows_of_segment(segment), 40);
}

static void writer__a_task_is_committed_and_published_when_submit_returns(void **state)
{
    (void)state;
    int64_t value = 41, stored = 0;
    const struct writer_task task = {.run = put_arg, .published = mark_published, .arg = &value};
    ledger_start(&ledger);
    assert_int_equal(writer_submit(ledger.writer, &task, NULL), OK);
    assert_int_equal(value, -41);
    struct db *db = ledger_reader(&ledger);
    assert_int_equal(meta_get_i64(db, STR("test"), &stored), OK);
    assert_int_equal(stored, 41);
    db_close(db);
}

static enum err add_one(struct db *db, void *arg, struct fault *fault)
{
    (void)fault;
    int64_t value = 0;
    (void)arg;
    enum err err = meta_get_i64(db, STR("sum"), &value);
    return err == OK || err == ERR_NOT_FOUND ? meta_put_i64(db, STR("sum"), value + 1) : err;
}

static void *submit_many(void *arg)
{
    for (int i = 0; i < 20; i++) {
        const struct writer_task task = {.run = add_one};
        if (writer_submit(arg, &task, NULL) != OK) {
            return arg;
        }
    }
    return NULL;
}

static void writer__tasks_of_many_threads_run_one_after_the_other(void **state)
{
    (void)state;
    pthread_t threads[8];
    void *failed = NULL;
    int64_t sum = 0;
    ledger_start(&ledger);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, ledger.writer), 0);
    }
    for (int i = 0; i < 500; i++) {
        ledger_hit(&ledger, 1, LEDGER_T0 + i, 1);
    }
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    ledger_stop(&ledger);
    assert_int_equal(meta_get_i64(ledger.db.db, STR("sum"), &sum), OK);
    assert_int_equal(sum, 160);
    assert_int_equal(rows(), 500);
}

static void writer__stop_ingests_what_is_journalled(void **state)
{
    (void)state;
    ledger_start(&ledger);
    for (int i = 0; i < 5000; i++) { /* more than one batch */
        ledger_hit(&ledger, 1, LEDGER_T0 + i, 1);
    }
    ledger_stop(&ledger);
    assert_int_equal(rows(), 5000);
    assert_int_equal(db_wal_bytes(ledger.db.db), 0);
}

static enum err reset_sums(struct db *db, void *arg, struct fault *fault)
{
    (void)arg;
    return fold_reset(db, fault);
}

static void writer__sums_emptied_by_a_task_are_counted_anew(void **state)
{
    (void)state;
    const struct writer_task task = {.run = reset_sums};
    struct link_stat stat;
    ledger_start(&ledger);
    for (int i = 0; i < 50; i++) {
        ledger_hit(&ledger, 1, LEDGER_T0 + i, 1);
    }
    ledger_drain(&ledger);
    assert_int_equal(writer_submit(ledger.writer, &task, NULL), OK);
    ledger_drain(&ledger); /* no click came meanwhile */
    ledger_stop(&ledger);
    assert_int_equal(sums_stat_find(ledger.db.db, 1, &stat), OK);
    assert_int_equal(stat.total, 50);
}

static void writer__a_fold_stops_at_many_links_and_the_rest_follows(void **state)
{
    (void)state;
    const int64_t links = FOLD_LINKS_MAX + 200;
    struct writer_stats stats;
    size_t rows = 0;
    ledger.writer_opts.fold_rows = FOLD_ROWS_MAX;
    ledger_start(&ledger);
    for (int64_t i = 0; i < links; i++) {
        ledger_hit(&ledger, 1 + i, LEDGER_T0, 1);
    }
    ledger_drain(&ledger);
    writer_stats(ledger.writer, &stats);
    assert_int_equal(stats.folded, links);
    ledger_stop(&ledger);
    assert_int_equal(db_begin(ledger.db.db, false), OK);
    assert_int_equal(fold_reset(ledger.db.db, NULL), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    assert_int_equal(fold_run(ledger.db.db, &(struct fold_opts){.rows_max = FOLD_ROWS_MAX}, &rows), OK);
    assert_int_equal(rows, FOLD_LINKS_MAX);
    assert_int_equal(fold_run(ledger.db.db, &(struct fold_opts){.rows_max = FOLD_ROWS_MAX}, &rows), OK);
    assert_int_equal(rows, 200);
    assert_int_equal(fold_run(ledger.db.db, &(struct fold_opts){.rows_max = FOLD_ROWS_MAX}, &rows), OK);
    assert_int_equal(rows, 0);
}

static enum err nothing(struct db *db, void *arg, struct fault *fault)
{
    (void)db, (void)arg, (void)fault;
    return OK;
}

/* The next edit waits for one of them at most. */
static void writer__while_edits_come_folds_are_small(void **state)
{
    (void)state;
    const int64_t clicks = 40000;
    struct writer_stats stats;

    ledger.writer_opts.fold_rows = FOLD_ROWS_MAX;
    ledger_start(&ledger);
    assert_int_equal(writer_submit(ledger.writer, &(struct writer_task){.run = nothing}, NULL), OK);
    for (int64_t i = 0; i < clicks; i++) {
        ledger_hit(&ledger, 1 + i % 500, LEDGER_T0, 1);
    }
    ledger_drain(&ledger);
    writer_stats(ledger.writer, &stats);
    assert_int_equal(stats.folded, clicks);
    assert_true(stats.folds >= 3); /* of 16,384 clicks at most; one without the edit */
    ledger_stop(&ledger);
}

/* As runs do that are killed one after the other: each leaves its commits to the log, and none lives to move them. */
static void leave_in_log(size_t bytes)
{
    char *big = calloc(1, bytes);

    assert_non_null(big);
    assert_int_equal(meta_put_blob(ledger.db.db, STR("big"), (str){big, bytes}), OK);
    free(big);
    assert_true(db_wal_bytes(ledger.db.db) > (int64_t)bytes);
}

static void writer__a_long_log_of_earlier_runs_goes_into_the_file_at_the_start(void **state)
{
    (void)state;
    leave_in_log(20 << 20);
    ledger_start(&ledger);
    assert_true(db_wal_bytes(ledger.db.db) < 1 << 20);
    ledger_hit(&ledger, 1, LEDGER_T0, 1);
    ledger_drain(&ledger);
    assert_int_equal(rows(), 1);
}

static void writer__a_short_log_of_earlier_runs_is_left_to_the_next_checkpoint(void **state)
{
    (void)state;
    leave_in_log(1 << 20);
    ledger_start(&ledger);
    assert_true(db_wal_bytes(ledger.db.db) > 1 << 20);
    ledger_stop(&ledger);
    assert_int_equal(db_wal_bytes(ledger.db.db), 0);
}

static void writer__an_unknown_zone_is_refused(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct writer *writer = NULL;
    ledger.writer_opts.zone_name = "Mars/Olympus";
    assert_int_equal(writer_start(&ledger.writer_opts, &writer, &fault), ERR_INVALID);
    assert_string_equal(fault.field, "timezone");
    assert_null(writer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writer__a_record_becomes_a_row_once),
        TEST(writer__records_of_a_run_before_are_taken_too),
        TEST(writer__an_address_and_browser_is_one_visitor_for_the_day),
        TEST(writer__the_visitors_day_turns_at_the_zones_midnight),
        TEST(writer__a_visit_within_the_window_is_a_repeat),
        TEST(writer__what_came_later_is_judged_by_what_came_before_on_another_lane),
        TEST(writer__a_restart_today_keeps_visitors),
        TEST(writer__machines_have_no_visitor),
        TEST(writer__only_what_counts_makes_a_first_visit),
        TEST(writer__a_repeated_request_id_after_a_restart_is_a_duplicate),
        TEST(writer__a_click_counts_once_though_its_position_was_lost),
        TEST(writer__a_task_that_fails_leaves_nothing),
        TEST(writer__a_task_is_committed_and_published_when_submit_returns),
        TEST(writer__tasks_of_many_threads_run_one_after_the_other),
        TEST(writer__stop_ingests_what_is_journalled),
        TEST(writer__sums_emptied_by_a_task_are_counted_anew),
        TEST(writer__a_fold_stops_at_many_links_and_the_rest_follows),
        TEST(writer__while_edits_come_folds_are_small),
        TEST(writer__a_long_log_of_earlier_runs_goes_into_the_file_at_the_start),
        TEST(writer__a_short_log_of_earlier_runs_is_left_to_the_next_checkpoint),
        TEST(writer__an_unknown_zone_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
