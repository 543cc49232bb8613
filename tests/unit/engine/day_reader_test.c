/* SPDX-License-Identifier: MIT */
/* Goal: what a day's visitors did is found again after a restart though a thread reads it, no task waits for that
 * thread, and whatever becomes of it, every record becomes a row once. */
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "day_reader.h"
#include "ledger.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/store/meta.h"
#include "pseudonyms.h"

#define DAYS 6

static struct ledger ledger;
static struct pseudonyms *self;

static int setup(void **state)
{
    (void)state;
    ledger_init(&ledger);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pseudonyms_free(self);
    self = NULL;
    ledger_done(&ledger);
    return 0;
}

static int64_t time_of(int day)
{
    return LEDGER_T0 + day * MS_PER_DAY;
}

/* Ten visitors a day at link 1, and every second of them at link 2. */
static void fill_days(void)
{
    ledger.journal_opts.lanes = 1;
    ledger_start(&ledger);
    for (int day = 0; day < DAYS; day++) {
        for (unsigned host = 0; host < 10; host++) {
            ledger_hit(&ledger, 1, time_of(day) + host, host);
            if (host % 2 == 0) {
                ledger_hit(&ledger, 2, time_of(day) + 100 + host, host);
            }
        }
    }
    ledger_drain(&ledger);
    ledger_stop(&ledger);
}

/* As a restart on the day `today` finds it; everything is left to the thread. */
static void open_on(int today)
{
    pseudonyms_free(self);
    self = NULL;
    const struct pseudonyms_opts opts = {.zone = zone_find(STR("Asia/Shanghai")),
                                         .repeat_window_ms = 1000,
                                         .path = tempdir_file(&ledger.db.dir, "test.db"),
                                         .clicks_here = 0,
                                         .now_ms = time_of(today)};
    assert_int_equal(pseudonyms_open(ledger.db.db, &opts, &self), OK);
}

static enum err wait_until_ready(void)
{
    enum err err = ERR_UNAVAILABLE;
    for (int64_t end = clock_mono_ns() + 60000 * NS_PER_MS; err == ERR_UNAVAILABLE && clock_mono_ns() < end;) {
        err = pseudonyms_ready(self);
        sched_yield();
    }
    return err;
}

static enum err find(int day, int64_t link, unsigned host, struct pseudonym *out)
{
    const struct record record = ledger_visit(link, time_of(day) + 500, host);
    const struct visit_agent agent = {.text = record.user_agent, .digest = {1, 2}};
    return pseudonyms_find(self, ledger.db.db, &record, &agent, true, out);
}

/* One click of each of these days in one batch, begun anew as often as it must be. How often that was. */
static int batch_over(const int *days, size_t count, struct pseudonym *out)
{
    for (int times = 1; times <= 20; times++) {
        assert_int_equal(wait_until_ready(), OK);
        assert_int_equal(db_begin(ledger.db.db, false), OK);
        enum err err = OK;
        for (size_t i = 0; err == OK && i < count; i++) {
            err = find(days[i], 1, 3, &out[i]);
        }
        if (err == OK) {
            assert_int_equal(pseudonyms_save(self, ledger.db.db), OK);
            assert_int_equal(db_commit(ledger.db.db), OK);
            pseudonyms_committed(self);
            return times;
        }
        assert_int_equal(err, ERR_UNAVAILABLE);
        db_rollback(ledger.db.db);
        pseudonyms_rolled_back(self);
    }
    return 0;
}

static void day_reader__a_memory_read_by_the_thread_is_the_one_read_here(void **state)
{
    (void)state;
    fill_days();
    struct day_memory here, there;
    const struct zone *zone = zone_find(STR("Asia/Shanghai"));
    int64_t day = zone_civil_day(zone, time_of(2), NULL), clicks = 0;
    day_memory_init(&here, zone, day, 1000);
    assert_int_equal(day_memory_work(&here, ledger.db.db, &clicks), OK);
    assert_true(clicks >= 15);
    assert_int_equal(day_memory_read(&here, ledger.db.db, NULL), OK);
    assert_int_equal(idmap_parts_count(&here.numbers), 10);
    assert_int_equal(idmap_parts_count(&here.pairs), 15);
    struct day_reader *reader = day_reader_new(tempdir_file(&ledger.db.dir, "test.db"));
    assert_int_equal(day_reader_take(reader, &there), ERR_NOT_FOUND);
    day_memory_init(&there, zone, day, 1000);
    assert_int_equal(day_reader_begin(reader, &there), OK);
    assert_int_equal(day_reader_begin(reader, &there), ERR_BUSY);
    enum err err = ERR_UNAVAILABLE;
    while (err == ERR_UNAVAILABLE) {
        err = day_reader_take(reader, &there);
    }
    assert_int_equal(err, OK);
    assert_int_equal(idmap_parts_count(&there.pairs), 15);
    for (size_t part = 0; part < IDMAP_PARTS; part++) {
        const struct idmap *pairs = &here.pairs.parts[part];
        for (size_t i = 0; i < pairs->cap; i++) {
            const struct idmap_slot *slot = &pairs->slots[i];
            if (slot->a != IDMAP_NO_KEY) {
                const int64_t *other = idmap_parts_find(&there.pairs, slot->a, slot->b);
                assert_non_null(other);
                assert_int_equal(*other, slot->value);
            }
        }
    }
    assert_int_equal(idmap_parts_count(&there.numbers), 10);
    day_reader_free(reader);
    day_memory_done(&here);
    day_memory_done(&there);
}

/* In whatever order they come: a record may be late. */
static void day_reader__a_pairs_last_view_is_its_latest(void **state)
{
    (void)state;
    struct day_memory memory;
    const struct zone *zone = zone_find(STR("Asia/Shanghai"));
    ledger.journal_opts.lanes = 1;
    ledger_start(&ledger);
    ledger_hit(&ledger, 1, time_of(2) + 900, 1);
    ledger_drain(&ledger);
    ledger_hit(&ledger, 1, time_of(2) + 800, 1);
    ledger_drain(&ledger);
    ledger_stop(&ledger);
    day_memory_init(&memory, zone, zone_civil_day(zone, time_of(2), NULL), 1000);
    assert_int_equal(day_memory_read(&memory, ledger.db.db, NULL), OK);
    assert_int_equal(idmap_parts_count(&memory.pairs), 1);
    const int64_t *last = idmap_parts_find(&memory.pairs, day_memory_visitor(1, VISITOR_BY_HASH), 1);
    assert_non_null(last);
    assert_int_equal(*last, time_of(2) + 900);
    day_memory_done(&memory);
}

static void day_reader__reading_ends_when_it_is_told_to(void **state)
{
    (void)state;
    fill_days();
    const atomic_bool give_up = true;
    struct day_memory memory;
    day_memory_init(&memory, zone_find(STR("UTC")), time_of(2) / MS_PER_DAY, 1000);
    for (int i = 0; i < 10; i++) { /* so many clicks that it looks up at least once */
        fill_days();
    }
    assert_int_equal(day_memory_read(&memory, ledger.db.db, &give_up), ERR_UNAVAILABLE);
    day_memory_done(&memory);
}

static void day_reader__today_is_there_before_the_first_click(void **state)
{
    (void)state;
    fill_days();
    open_on(DAYS - 1);
    struct pseudonym who;
    const int today = DAYS - 1;
    assert_int_equal(batch_over(&today, 1, &who), 1);
    assert_false(who.first_here);
    assert_true(who.repeat);
}

/* Each day that must be read sends the batch back once at most, and one that was read stays read. */
static void day_reader__a_batch_over_many_days_comes_to_its_end(void **state)
{
    (void)state;
    struct pseudonym who[8] = {0};
    const int days[] = {5, 4, 3, 2, 1, 0, 4, 5};
    fill_days();
    open_on(5);
    int times = batch_over(days, ARRAY_LEN(days), who);
    assert_in_range(times, 1, PSEUDONYMS_DAYS);
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        assert_int_equal(who[i].first_here, days[i] < DAYS - PSEUDONYMS_DAYS); /* whose salt is kept no longer */
    }
    assert_int_equal(who[1].number, who[6].number);
    assert_int_equal(who[0].number, who[7].number);
}

/* A salt that a batch made goes with the batch; the numbers given under it in the next one are its own. */
static void day_reader__a_salt_that_was_taken_back_is_not_used_again(void **state)
{
    (void)state;
    struct pseudonym who;
    fill_days();
    assert_int_equal(db_begin(ledger.db.db, false), OK);
    assert_int_equal(meta_delete(ledger.db.db, STR("visitor_salts")), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    open_on(5);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(wait_until_ready(), OK);
        assert_int_equal(db_begin(ledger.db.db, false), OK);
        assert_int_equal(find(5, 1, 3, &who), OK);
        assert_true(who.new_visitor);
        db_rollback(ledger.db.db);
        pseudonyms_rolled_back(self);
    }
    const int day = 5;
    assert_int_equal(batch_over(&day, 1, &who), 1);
    int64_t number = who.number;
    open_on(5);
    assert_int_equal(batch_over(&day, 1, &who), 1);
    assert_int_equal(who.number, number);
}

static void day_reader__may_be_freed_while_it_reads(void **state)
{
    (void)state;
    fill_days();
    for (int i = 0; i < 20; i++) {
        open_on(5);
    }
}

/* ---- in the writer */

static enum err note(struct db *db, void *arg, struct fault *fault)
{
    (void)arg;
    (void)fault;
    return meta_put_i64(db, STR("noted"), 1);
}

static int64_t rows(void)
{
    int64_t count = -1;
    struct db *db = ledger_reader(&ledger);
    assert_int_equal(clicks_count(db, &count), OK);
    db_close(db);
    return count;
}

static void *open_for_writing(void *arg)
{
    FILE *file = fopen(arg, "w"); /* waits for the reader, and lets it go on */
    if (file) {
        fclose(file);
    }
    return NULL;
}

/* The thread opens a pipe that nobody writes to, and so hangs for as long as this test wants. Then it finds no database
 * there; and at its next attempt it does. */
static void day_reader__tasks_do_not_wait_for_it_and_clicks_come_when_they_can(void **state)
{
    (void)state;
    char *database = strdup(tempdir_file(&ledger.db.dir, "test.db"));
    char *path = strdup(tempdir_file(&ledger.db.dir, "other.db"));
    const struct writer_task task = {.run = note};
    struct fault fault = {0};
    pthread_t opener;
    fill_days();
    assert_int_equal(mkfifo(path, 0600), 0);
    ledger.writer_opts.path = path;
    assert_int_equal(writer_start(&ledger.writer_opts, &ledger.writer, &fault), OK);
    ledger_hit(&ledger, 1, time_of(5) + 1000, 3);
    ledger_hit(&ledger, 1, time_of(5) + 1001, 200);
    assert_int_equal(writer_drain(ledger.writer, 300), ERR_UNAVAILABLE);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(writer_submit(ledger.writer, &task, NULL), OK);
    }
    assert_int_equal(rows(), DAYS * 15);
    assert_int_equal(pthread_create(&opener, NULL, open_for_writing, path), 0);
    assert_int_equal(pthread_join(opener, NULL), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(database, path), 0);
    ledger_drain(&ledger);
    assert_int_equal(rows(), DAYS * 15 + 2);
    free(database);
    free(path);
}

/* A stop does not wait for it, though the last checkpoint waits for readers; the next start takes the clicks. */
static void day_reader__a_stop_leaves_clicks_to_the_next_start(void **state)
{
    (void)state;
    fill_days();
    ledger_start(&ledger);
    for (unsigned host = 0; host < 10; host++) {
        ledger_hit(&ledger, 1, time_of(5) + 1000 + host, host);
    }
    ledger_stop(&ledger);
    assert_int_equal(db_wal_bytes(ledger.db.db), 0);
    ledger_start(&ledger);
    ledger_drain(&ledger);
    assert_int_equal(rows(), DAYS * 15 + 10);
}

/* Which is what a disk is said to do that refuses clicks. */
static void day_reader__waiting_for_it_is_no_failure(void **state)
{
    (void)state;
    FILE *log = tmpfile();
    assert_non_null(log);
    fill_days();
    log_set_fd(fileno(log));
    ledger_start(&ledger);
    ledger_hit(&ledger, 1, time_of(5) + 1000, 1);
    ledger_hit(&ledger, 1, time_of(4) + 1000, 1);
    ledger_drain(&ledger);
    ledger_stop(&ledger);
    log_set_fd(STDERR_FILENO);
    assert_int_equal(fseek(log, 0, SEEK_END), 0);
    assert_int_equal(ftell(log), 0);
    fclose(log);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(day_reader__a_memory_read_by_the_thread_is_the_one_read_here),
        TEST(day_reader__a_pairs_last_view_is_its_latest),
        TEST(day_reader__reading_ends_when_it_is_told_to),
        TEST(day_reader__today_is_there_before_the_first_click),
        TEST(day_reader__a_batch_over_many_days_comes_to_its_end),
        TEST(day_reader__a_salt_that_was_taken_back_is_not_used_again),
        TEST(day_reader__may_be_freed_while_it_reads),
        TEST(day_reader__a_stop_leaves_clicks_to_the_next_start),
        TEST(day_reader__waiting_for_it_is_no_failure),
        TEST(day_reader__tasks_do_not_wait_for_it_and_clicks_come_when_they_can),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
