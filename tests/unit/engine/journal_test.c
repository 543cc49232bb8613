/* SPDX-License-Identifier: MIT */
/* Goal: what was appended is read exactly once, in order, over rotations, restarts and rolled back batches; segments go
 * only when they may; a full or failing disk is said and survived. */
#include "journal_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"

/* The disk as this test wants it: these stand in for libc's. */
static struct {
    int fallocate_errno, fallocate_failures; /* so many fail; negative = all from now on */
    int fdatasync_errno;
    atomic_int fdatasyncs, fsyncs;
} disk;

int fallocate(int fd, int mode, off_t offset, off_t len)
{
    if (disk.fallocate_errno && disk.fallocate_failures != 0) {
        disk.fallocate_failures--;
        errno = disk.fallocate_errno;
        return -1;
    }
    return (int)syscall(SYS_fallocate, fd, mode, offset, len);
}

int fdatasync(int fd)
{
    disk.fdatasyncs++;
    if (disk.fdatasync_errno) {
        errno = disk.fdatasync_errno;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    disk.fsyncs++;
    return (int)syscall(SYS_fsync, fd);
}

static struct fixture fx;
static int64_t numbers[100000];

static int setup(void **state)
{
    (void)state;
    disk.fallocate_errno = disk.fdatasync_errno = 0;
    disk.fallocate_failures = -1;
    fixture_init(&fx);
    return 0;
}

static int setup_open(void **state)
{
    setup(state);
    fixture_open(&fx);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_done(&fx);
    return 0;
}

static void append_range(int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        assert_int_equal(append_number(&fx, 0, i), OK);
    }
}

static void assert_read_range(int64_t from, int64_t to)
{
    assert_int_equal(read_numbers(&fx, numbers, ARRAY_LEN(numbers)), to - from);
    for (int64_t i = from; i < to; i++) {
        assert_int_equal(numbers[i - from], i);
    }
}

static void reopen(void)
{
    journal_close(fx.journal);
    fixture_open(&fx);
}

static void journal__gives_back_what_was_appended_in_order(void **state)
{
    (void)state;
    append_range(0, 3000);
    assert_read_range(0, 3000);
    append_range(3000, 3010);
    assert_read_range(3000, 3010);
    assert_read_range(0, 0);
}

/* The lane goes on to a second segment while the first is being read. */
static void journal__gives_one_lanes_records_in_order_while_it_appends(void **state)
{
    struct record got;
    int64_t read_id;

    (void)state;
    append_range(0, 2);
    for (int64_t i = 0; i < 3000; i++) {
        if (i % 300 == 1) {
            append_range(i + 1, i + 301);
        }
        assert_true(journal_next(fx.journal, &got, &read_id));
        assert_int_equal(got.link_id, i);
    }
    assert_true(click_id_segment(read_id) > 2);
}

static void journal__a_record_comes_back_whole_under_its_place(void **state)
{
    struct record record = numbered_record(41), got;
    int64_t id, read_id;

    (void)state;
    record.signals = SIGNAL_HEAD | SIGNAL_RESERVED_LIMIT;
    record.request_id = STR("0123456789abcdef");
    append_range(0, 5);
    assert_int_equal(journal_append(fx.journal, 0, &record, &id), OK);
    assert_int_equal(read_numbers(&fx, numbers, 5 + 1), 6);
    journal_batch_rolled_back(fx.journal);
    for (int i = 0; i < 6; i++) {
        assert_true(journal_next(fx.journal, &got, &read_id));
    }
    assert_int_equal(read_id, id);
    assert_int_equal(click_id_node(id), 7);
    assert_int_equal(got.signals, record.signals);
    assert_str(got.request_id, "0123456789abcdef");
    assert_str_same(got.user_agent, record.user_agent);
    assert_str_same(got.location, record.location);
}

static void journal__records_never_cross_a_page_and_ids_rise(void **state)
{
    int64_t id, before = 0;

    (void)state;
    for (int64_t i = 0; i < 2000; i++) {
        struct record record = numbered_record(i);
        assert_int_equal(journal_append(fx.journal, 0, &record, &id), OK);
        uint64_t at = click_id_offset(id);
        assert_int_equal(at / 4096, (at + record_size(&record) - 1) / 4096);
        assert_true(id > before);
        before = id;
    }
}

static void journal__the_longest_record_fits_everywhere(void **state)
{
    static char text[4000];
    struct record record = numbered_record(1), got;
    int64_t id;

    (void)state;
    memset(text, 'x', sizeof text);
    record.location = record.query = record.user_agent = record.referrer = (str){text, sizeof text};
    for (int i = 0; i < 40; i++) {
        assert_int_equal(journal_append(fx.journal, 0, &record, &id), OK);
    }
    for (int i = 0; i < 40; i++) {
        assert_true(journal_next(fx.journal, &got, &id));
    }
    assert_false(journal_next(fx.journal, &got, &id));
}

static void journal__a_rolled_back_batch_is_read_again(void **state)
{
    (void)state;
    append_range(0, 1000);
    assert_read_range(0, 1000);
    journal_batch_rolled_back(fx.journal);
    assert_read_range(0, 1000);
    journal_batch_committed(fx.journal);
    append_range(1000, 1001);
    journal_batch_rolled_back(fx.journal);
    assert_read_range(1000, 1001);
}

static void journal__positions_name_each_touched_segment_once(void **state)
{
    struct journal_position positions[JOURNAL_BATCH_SEGMENTS];

    (void)state;
    append_range(0, 1000);
    read_numbers(&fx, numbers, ARRAY_LEN(numbers));
    size_t count = journal_positions(fx.journal, positions, JOURNAL_BATCH_SEGMENTS);
    assert_true(count > 2);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(positions[i].closed, i + 1 < count);
        assert_true(i == 0 || positions[i].segment > positions[i - 1].segment);
    }
    journal_batch_committed(fx.journal);
    assert_int_equal(journal_positions(fx.journal, positions, JOURNAL_BATCH_SEGMENTS), 0);
}

static void journal__after_a_restart_goes_on_where_the_database_stands(void **state)
{
    struct journal_position positions[JOURNAL_BATCH_SEGMENTS];
    struct journal_stats stats;

    (void)state;
    append_range(0, 700);
    for (int i = 0; i < 500; i++) {
        struct record record;
        int64_t id;
        assert_true(journal_next(fx.journal, &record, &id));
    }
    size_t count = journal_positions(fx.journal, positions, JOURNAL_BATCH_SEGMENTS);
    reopen();
    journal_seek(fx.journal, positions, count);
    append_range(700, 710);
    journal_stats(fx.journal, &stats);
    assert_int_equal(stats.found, 200);
    assert_read_range(500, 710);
}

static void journal__without_positions_everything_on_disk_is_read_again(void **state)
{
    (void)state;
    append_range(0, 700);
    assert_read_range(0, 700);
    journal_batch_committed(fx.journal);
    reopen();
    journal_seek(fx.journal, NULL, 0);
    assert_read_range(0, 700);
}

static void journal__numbers_never_go_back(void **state)
{
    int64_t before, after;
    struct record record = numbered_record(1);

    (void)state;
    assert_int_equal(journal_append(fx.journal, 0, &record, &before), OK);
    reopen();
    assert_int_equal(journal_append(fx.journal, 0, &record, &after), OK);
    assert_true(click_id_segment(after) > click_id_segment(before));
    fx.opts.first_segment = 5000;
    reopen();
    assert_int_equal(journal_append(fx.journal, 0, &record, &after), OK);
    assert_true(click_id_segment(after) >= 5000);
}

static void journal__releases_only_what_is_committed_and_past_its_keep(void **state)
{
    (void)state;
    fx.opts.keep_bytes = 3 * 64 * 1024;
    reopen();
    journal_seek(fx.journal, NULL, 0);
    append_range(0, 3000);
    size_t files = fixture_files(&fx, ".clk");
    assert_true(files > 8);
    read_numbers(&fx, numbers, ARRAY_LEN(numbers));
    journal_batch_rolled_back(fx.journal);
    assert_int_equal(journal_release(fx.journal), 0);
    assert_read_range(0, 3000);
    assert_int_equal(journal_release(fx.journal), 0);
    journal_batch_committed(fx.journal);
    assert_true(journal_release(fx.journal) > 0);
    /* kept: three that are ingested, and the one that is written to */
    assert_int_equal(fixture_files(&fx, ".clk"), 4);
    assert_int_equal(journal_release(fx.journal), 0);
}

static void journal__a_recycled_segment_keeps_nothing_of_its_former_life(void **state)
{
    (void)state;
    for (int round = 0; round < 30; round++) {
        int64_t base = round * 1000;
        append_range(base, base + 300);
        journal_upkeep(fx.journal, round * 100);
        assert_read_range(base, base + 300);
        journal_batch_committed(fx.journal);
        journal_release(fx.journal);
    }
    append_range(50000, 50010); /* into a segment used before */
    reopen();
    journal_seek(fx.journal, NULL, 0);
    size_t count = read_numbers(&fx, numbers, ARRAY_LEN(numbers));
    assert_in_range(count, 10, 300);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(numbers[count - 10 + i], 50000 + i);
    }
    struct journal_stats stats;
    journal_batch_committed(fx.journal);
    journal_stats(fx.journal, &stats);
    assert_int_equal(stats.bad, 0);
    assert_true(fixture_files(&fx, "") < 12);
}

static void journal__a_busy_lane_does_not_keep_the_others_waiting(void **state)
{
    (void)state;
    fx.opts.lanes = 3;
    reopen();
    for (int64_t i = 0; i < 40; i++) {
        assert_int_equal(append_number(&fx, 0, i), OK);
    }
    assert_int_equal(append_number(&fx, 2, 100), OK);
    bool seen = false;
    for (int64_t i = 0; i < 60 && !seen; i++) {
        struct record record;
        int64_t id;
        assert_int_equal(append_number(&fx, 0, 1000 + i), OK);
        assert_true(journal_next(fx.journal, &record, &id));
        seen = record.link_id == 100;
    }
    assert_true(seen);
}

/* Lanes that take turns by tens, over several segments each: read by time whatever lane and segment they are in. */
static void journal__gives_what_is_published_by_time(void **state)
{
    enum { LANES_HERE = 3, ALL = 9000, COMMITTED = 1000, ROLLED_BACK = 1777 };
    struct record record;
    int64_t id;

    (void)state;
    fx.opts.lanes = LANES_HERE;
    reopen();
    for (int64_t i = 0; i < ALL; i++) {
        assert_int_equal(append_number(&fx, (unsigned)(LANES_HERE - 1 - i / 10 % LANES_HERE), i), OK);
    }
    for (int64_t i = 0; i < ROLLED_BACK; i++) {
        assert_true(journal_next(fx.journal, &record, &id));
        assert_int_equal(record.link_id, i);
        if (i == COMMITTED - 1) {
            journal_batch_committed(fx.journal);
        }
    }
    journal_batch_rolled_back(fx.journal);
    assert_read_range(COMMITTED, ALL);
}

static void journal__tells_lag_and_counts(void **state)
{
    struct journal_stats stats;

    (void)state;
    journal_stats(fx.journal, &stats);
    assert_int_equal(stats.oldest_unread_ms, 0);
    append_range(5, 25);
    journal_stats(fx.journal, &stats);
    assert_int_equal(stats.appended, 20);
    assert_int_equal(stats.oldest_unread_ms, 1700000000005);
    assert_read_range(5, 25);
    journal_batch_committed(fx.journal);
    journal_stats(fx.journal, &stats);
    assert_int_equal(stats.read, 20);
    assert_int_equal(stats.oldest_unread_ms, 0);
}

static void journal__a_full_disk_is_said_and_survived(void **state)
{
    struct journal_stats stats;
    int64_t written = 0;

    (void)state;
    disk.fallocate_errno = ENOSPC;
    while (append_number(&fx, 0, written) == OK) {
        written++;
        assert_true(written < 10000);
    }
    assert_int_equal(append_number(&fx, 0, written), ERR_DISK_FULL);
    journal_upkeep(fx.journal, 100);
    assert_int_equal(append_number(&fx, 0, written), ERR_DISK_FULL);
    journal_stats(fx.journal, &stats);
    assert_int_equal(stats.dropped, 3);
    assert_int_equal(fixture_files(&fx, ".spare"), 0); /* the ballast went */
    assert_read_range(0, written);
    disk.fallocate_errno = 0;
    journal_upkeep(fx.journal, 200);
    append_range(written, written + 300);
    assert_read_range(written, written + 300);
    assert_int_equal(fixture_files(&fx, ".spare"), 1);
}

static void journal__one_failure_loses_no_record(void **state)
{
    struct journal_stats stats;
    int64_t number = 0;

    (void)state;
    disk.fallocate_errno = EIO;
    disk.fallocate_failures = 0;
    for (int i = 0; i < 8; i++) { /* nobody makes a segment ahead, so the lane makes each */
        append_range(number, number + 200);
        number += 200;
        disk.fallocate_failures = 1;
    }
    journal_stats(fx.journal, &stats);
    assert_int_equal(stats.dropped, 0);
    assert_read_range(0, number);
}

static void journal__a_lane_tries_again_by_itself(void **state)
{
    struct journal_stats stats;
    int64_t written = 0, refused = 0;
    enum err err;

    (void)state;
    disk.fallocate_errno = EIO;
    while (append_number(&fx, 0, written) == OK) {
        written++;
        assert_true(written < 10000);
    }
    refused++;
    disk.fallocate_errno = 0;
    int64_t deadline_ns = clock_mono_ns() + INT64_C(60000000000);
    do {
        err = append_number(&fx, 0, written);
        refused += err != OK;
    } while (err && clock_mono_ns() < deadline_ns);
    append_range(written + 1, written + 300);
    journal_stats(fx.journal, &stats);
    assert_int_equal(stats.dropped, refused); /* each was told, so `strict` refuses those and no other */
    assert_read_range(0, written + 300);
}

static void journal__opens_on_a_full_disk(void **state)
{
    (void)state;
    disk.fallocate_errno = ENOSPC;
    fixture_open(&fx);
    assert_int_equal(append_number(&fx, 0, 1), ERR_DISK_FULL);
    disk.fallocate_errno = 0;
    journal_upkeep(fx.journal, 100);
    append_range(0, 300);
    assert_read_range(0, 300);
}

static void journal__writes_where_blocks_cannot_be_promised(void **state)
{
    (void)state;
    disk.fallocate_errno = EOPNOTSUPP;
    fixture_open(&fx);
    for (int round = 0; round < 10; round++) {
        append_range(round * 500, round * 500 + 500);
        journal_upkeep(fx.journal, round);
        assert_read_range(round * 500, round * 500 + 500);
        journal_batch_committed(fx.journal);
        journal_release(fx.journal);
    }
    append_range(0, 10);
    reopen();
    journal_seek(fx.journal, NULL, 0);
    size_t count = read_numbers(&fx, numbers, ARRAY_LEN(numbers));
    assert_in_range(count, 10, 400);
    assert_int_equal(numbers[count - 1], 9);
}

static void journal__syncs_as_promised(void **state)
{
    (void)state;
    fixture_open(&fx);
    disk.fdatasyncs = 0;
    append_range(0, 10);
    journal_upkeep(fx.journal, 100000);
    assert_int_equal(disk.fdatasyncs, 0);

    fx.opts.fsync = JOURNAL_FSYNC_INTERVAL;
    reopen();
    journal_upkeep(fx.journal, 100000);
    disk.fdatasyncs = 0;
    append_range(0, 10);
    assert_int_equal(disk.fdatasyncs, 0);
    journal_upkeep(fx.journal, 100999);
    assert_int_equal(disk.fdatasyncs, 0);
    journal_upkeep(fx.journal, 101000);
    assert_int_equal(disk.fdatasyncs, 1);
    journal_upkeep(fx.journal, 102000);
    assert_int_equal(disk.fdatasyncs, 1);

    fx.opts.fsync = JOURNAL_FSYNC_ALWAYS;
    reopen();
    disk.fdatasyncs = 0;
    append_range(0, 10);
    assert_int_equal(disk.fdatasyncs, 10);
}

/* Nothing prepares segments here: the lane that is full makes its own. */
static void journal__with_always_the_name_of_a_new_segment_lasts_too(void **state)
{
    (void)state;
    fx.opts.fsync = JOURNAL_FSYNC_ALWAYS;
    reopen();
    size_t segments = fixture_files(&fx, ".clk");
    int64_t number = 0;
    for (disk.fsyncs = 0; fixture_files(&fx, ".clk") == segments; number++) {
        assert_int_equal(disk.fsyncs, 0);
        assert_int_equal(append_number(&fx, 0, number), OK);
    }
    assert_int_equal(disk.fsyncs, 2); /* the file with its head, and the folder */
}

static void check_failing_sync(bool plain_writes)
{
    fx.opts.fsync = JOURNAL_FSYNC_ALWAYS;
    fx.opts.plain_writes = plain_writes;
    reopen();
    append_range(0, 5);
    disk.fdatasync_errno = EIO;
    assert_int_equal(append_number(&fx, 0, 666), ERR_IO);
    disk.fdatasync_errno = 0;
    append_range(5, 10);
    assert_read_range(0, 10);
    reopen();
    journal_seek(fx.journal, NULL, 0);
    assert_read_range(0, 10);
}

static void journal__a_record_that_could_not_be_synced_is_not_read(void **state)
{
    (void)state;
    check_failing_sync(false);
}

static void journal__a_written_record_that_could_not_be_synced_is_not_read(void **state)
{
    (void)state;
    check_failing_sync(true);
}

static void add_number(void *arg, const struct record *record, int64_t click_id)
{
    size_t *count = arg;
    (void)click_id;

    assert_true(str_starts(record->request_id, STR("req-")));
    (*count)++;
}

static void journal__recent_records_reach_back_to_an_instant(void **state)
{
    size_t count = 0;

    (void)state;
    for (int64_t i = 0; i < 1000; i++) {
        struct record record = numbered_record(i);
        char text[32];
        int64_t id;
        record.request_id = (str){text, (size_t)snprintf(text, sizeof text, "req-%04d", (int)i)};
        assert_int_equal(journal_append(fx.journal, 0, &record, &id), OK);
    }
    reopen();
    journal_each_recent(fx.journal, 1700000000000 + 990, add_number, &count);
    assert_int_equal(count, 10);
    count = 0;
    journal_each_recent(fx.journal, 0, add_number, &count);
    assert_int_equal(count, 1000);
}

static void journal__refuses_settings_it_cannot_keep(void **state)
{
    struct fault fault;
    struct journal *journal;

    (void)state;
    fx.opts.segment_bytes = 16 * 1024 * 1024;
    assert_int_equal(journal_open(&fx.opts, &journal, &fault), ERR_INVALID);
    assert_string_equal(fault.field, "segment_bytes");
    fx.opts.segment_bytes = 64 * 1024;
    fx.opts.lanes = 0;
    assert_int_equal(journal_open(&fx.opts, &journal, &fault), ERR_INVALID);
}

/* ---- threads */
#define LANES 3
#define EACH  8000
static atomic_int lanes_running;

static void *append_lane(void *arg)
{
    unsigned lane = (unsigned)(uintptr_t)arg;

    for (int64_t i = 0; i < EACH; i++) {
        assert_int_equal(append_number(&fx, lane, lane * EACH + i), OK);
    }
    lanes_running--;
    return NULL;
}

static void *keep_up(void *arg)
{
    (void)arg;
    for (int64_t now = 0; lanes_running > 0; now += 300) {
        journal_upkeep(fx.journal, now);
        sched_yield();
    }
    return NULL;
}

static void journal__every_record_of_every_lane_is_read_once(void **state)
{
    static uint8_t seen[LANES * EACH];
    pthread_t threads[LANES + 1];
    struct record record;
    int64_t id;
    size_t count = 0;

    (void)state;
    memset(seen, 0, sizeof seen);
    fx.opts.lanes = LANES;
    fx.opts.fsync = JOURNAL_FSYNC_INTERVAL;
    reopen();
    lanes_running = LANES;
    for (uintptr_t i = 0; i < LANES; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, append_lane, (void *)i), 0);
    }
    assert_int_equal(pthread_create(&threads[LANES], NULL, keep_up, NULL), 0);
    for (int batch = 0; count < LANES * EACH; batch++) {
        while (journal_next(fx.journal, &record, &id)) {
            seen[record.link_id]++;
            count++;
        }
        struct journal_stats stats;
        journal_stats(fx.journal, &stats);
        journal_batch_committed(fx.journal);
        journal_release(fx.journal);
    }
    for (size_t i = 0; i <= LANES; i++) {
        pthread_join(threads[i], NULL);
    }
    for (size_t i = 0; i < LANES * EACH; i++) {
        assert_int_equal(seen[i], 1);
    }
    assert_false(journal_next(fx.journal, &record, &id));
}

#define T(name)      cmocka_unit_test_setup_teardown(name, setup_open, teardown)
#define CLOSED(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(journal__gives_back_what_was_appended_in_order),
        T(journal__gives_one_lanes_records_in_order_while_it_appends),
        T(journal__a_record_comes_back_whole_under_its_place),
        T(journal__records_never_cross_a_page_and_ids_rise),
        T(journal__the_longest_record_fits_everywhere),
        T(journal__a_rolled_back_batch_is_read_again),
        T(journal__positions_name_each_touched_segment_once),
        T(journal__after_a_restart_goes_on_where_the_database_stands),
        T(journal__without_positions_everything_on_disk_is_read_again),
        T(journal__numbers_never_go_back),
        T(journal__releases_only_what_is_committed_and_past_its_keep),
        T(journal__a_recycled_segment_keeps_nothing_of_its_former_life),
        T(journal__a_busy_lane_does_not_keep_the_others_waiting),
        T(journal__gives_what_is_published_by_time),
        T(journal__tells_lag_and_counts),
        T(journal__a_full_disk_is_said_and_survived),
        T(journal__one_failure_loses_no_record),
        T(journal__a_lane_tries_again_by_itself),
        CLOSED(journal__opens_on_a_full_disk),
        CLOSED(journal__writes_where_blocks_cannot_be_promised),
        CLOSED(journal__syncs_as_promised),
        CLOSED(journal__with_always_the_name_of_a_new_segment_lasts_too),
        T(journal__a_record_that_could_not_be_synced_is_not_read),
        T(journal__a_written_record_that_could_not_be_synced_is_not_read),
        T(journal__recent_records_reach_back_to_an_instant),
        CLOSED(journal__refuses_settings_it_cannot_keep),
        T(journal__every_record_of_every_lane_is_read_once),
    };

    log_set_fd(-1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
