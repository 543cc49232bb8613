/* SPDX-License-Identifier: MIT */
/* Goal: whatever moment the process is killed at, every record it said it had appended is read exactly once afterwards,
 * and every other at most once; and whatever byte of a segment is damaged, at most the record it belongs to is lost. */
#include "journal_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "journal_private.h"
#include "linkpond/base/log.h"

#define ROUNDS    25
#define IDS_MAX   100000
#define LANES     2
#define POSITIONS 4096

static struct fixture fx;
static uint8_t reported[IDS_MAX];

/* What a database would hold, shared with the child that is killed: positions and rows are committed together, by the
 * step to the other half. */
struct database {
    struct journal_position positions[POSITIONS];
    size_t positions_count;
    uint8_t seen[IDS_MAX];
};
static struct {
    struct database halves[2];
    atomic_int current;
} * shared;

static struct database *stored(void)
{
    return &shared->halves[atomic_load(&shared->current)];
}

static int setup(void **state)
{
    (void)state;
    fixture_init(&fx);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_done(&fx);
    return 0;
}

static void position_store(struct database *database, struct journal_position position)
{
    for (size_t i = 0; i < database->positions_count; i++) {
        if (database->positions[i].segment == position.segment) {
            database->positions[i] = position;
            return;
        }
    }
    assert_true(database->positions_count < POSITIONS);
    database->positions[database->positions_count++] = position;
}

static void ingest(bool commit)
{
    struct journal_position touched[JOURNAL_BATCH_SEGMENTS];
    struct database *next = &shared->halves[!atomic_load(&shared->current)];
    struct record record;
    int64_t id;

    *next = *stored();
    while (journal_next(fx.journal, &record, &id)) {
        assert_in_range(record.link_id, 0, IDS_MAX - 1);
        next->seen[record.link_id]++;
    }
    if (!commit) {
        journal_batch_rolled_back(fx.journal);
        return;
    }
    size_t count = journal_positions(fx.journal, touched, JOURNAL_BATCH_SEGMENTS);
    for (size_t i = 0; i < count; i++) {
        position_store(next, touched[i]);
    }
    atomic_store(&shared->current, !atomic_load(&shared->current));
    journal_batch_committed(fx.journal);
}

static void seek(void)
{
    journal_seek(fx.journal, stored()->positions, stored()->positions_count);
}

/* Segments whose file was another's, of which the lanes zero each page as they begin it. */
static size_t segments_upon_others(void)
{
    size_t count = 0;

    for (size_t i = 0; i < fx.journal->segments_count; i++) {
        count += fx.journal->segments[i]->previous != 0;
    }
    return count;
}

/* The child: appends numbers from `from` on and says each aloud once it is appended, until it is killed. Now and then
 * it reads what there is, so that its segments come into use again. */
static _Noreturn void append_until_killed(int out, int32_t from)
{
    struct fault fault;

    if (journal_open(&fx.opts, &fx.journal, &fault) != OK) {
        _exit(1);
    }
    seek();
    for (int32_t i = from; i < IDS_MAX; i++) {
        if (append_number(&fx, (unsigned)i % LANES, i) != OK || write(out, &i, sizeof i) != sizeof i) {
            _exit(2);
        }
        if (i % 40 == 0) {
            journal_upkeep(fx.journal, i * 100);
        }
        if (i % 60 == 0) {
            ingest(true);
            journal_release(fx.journal);
        }
    }
    _exit(3);
}

/* Kills the child after it said `after` numbers; returns one past the largest number it can have appended. */
static int32_t run_and_kill(int32_t from, int32_t after)
{
    int ends[2], status;
    int32_t number, last = from;

    assert_int_equal(pipe(ends), 0);
    assert_true(fcntl(ends[0], F_SETPIPE_SZ, 4096) > 0); /* so that the child cannot run far ahead of us */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        append_until_killed(ends[1], from);
    }
    close(ends[1]);
    for (int32_t heard = 0; read(ends[0], &number, sizeof number) == sizeof number; heard++) {
        reported[number] = 1;
        last = number + 1;
        if (heard == after) {
            assert_int_equal(kill(child, SIGKILL), 0);
        }
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    return last + 1; /* one more may have been appended and not said */
}

static void journal__what_was_said_survives_kill_exactly_once(void **state)
{
    uint32_t random = 12345;
    int32_t next = 0;
    size_t upon_others = 0;
    struct journal_stats stats;

    (void)state;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    fx.opts.lanes = LANES;
    for (int round = 0; round < ROUNDS; round++) {
        random = random * 1664525 + 1013904223;
        next = run_and_kill(next, (int32_t)(random >> 16) % (round % 5 == 0 ? 3 : 1200));
        if (round % 4 == 3) {
            continue; /* two kills in a row */
        }
        fixture_open(&fx);
        seek();
        upon_others += segments_upon_others();
        ingest(round % 3 != 0);
        journal_release(fx.journal);
        journal_stats(fx.journal, &stats);
        assert_int_equal(stats.bad, 0);
        journal_close(fx.journal);
        fx.journal = NULL;
    }
    fixture_open(&fx);
    seek();
    ingest(true);
    size_t said = 0;
    for (int32_t i = 0; i < next; i++) {
        assert_true(stored()->seen[i] <= 1);
        assert_true(stored()->seen[i] == 1 || !reported[i]);
        said += reported[i];
    }
    assert_true(said > ROUNDS);
    assert_true(upon_others > 0);
    munmap(shared, sizeof *shared);
}

/* ---- damage */
#define RECORDS 24

static char path[256];
static uint8_t whole[64 * 1024];
static size_t used;

static void file_write(const uint8_t *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

/* Until a file is filled, read, let go and taken again; the last record is the first in it. */
static void append_until_upon_another(const struct record *record, int64_t *id)
{
    size_t appended = 0;

    do {
        assert_int_equal(journal_append(fx.journal, 0, record, id), OK);
        if (!fx.journal->lanes[0].current->previous) {
            while (journal_next(fx.journal, &(struct record){0}, &(int64_t){0})) {
            }
            journal_batch_committed(fx.journal);
            journal_release(fx.journal);
            journal_upkeep(fx.journal, 0);
        }
        assert_true(++appended < 10000);
    } while (!fx.journal->lanes[0].current->previous);
}

/* One segment of RECORDS records as a file, and its bytes in `whole`. */
static void make_segment_upon(bool another)
{
    int64_t id = 0;

    fixture_open(&fx);
    for (int64_t i = 0; i < RECORDS; i++) {
        struct record record = numbered_record(i);
        if (another && i == 0) {
            append_until_upon_another(&record, &id);
        } else {
            assert_int_equal(journal_append(fx.journal, 0, &record, &id), OK);
        }
        used = click_id_offset(id) + record_size(&record);
    }
    snprintf(path, sizeof path, "%s/%011d.clk", fx.dir, (int)click_id_segment(id));
    journal_close(fx.journal);
    fx.journal = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, whole, sizeof whole), sizeof whole);
    close(fd);
}

static void make_segment(void)
{
    make_segment_upon(false);
}

struct reading {
    enum err err;
    size_t good;
    uint32_t bad;
};

static struct reading read_segment(void)
{
    struct journal journal = {.dir_fd = open(fx.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .node = fx.opts.node};
    struct segment *segment = NULL;
    struct reading got = {0};
    struct record record;
    uint64_t number;
    enum segment_suffix suffix;

    assert_true(segment_name_parse(str_from_c(strrchr(path, '/') + 1), &number, &suffix));
    got.err = segment_open(&journal, number, &segment);
    if (got.err == OK) {
        uint32_t offset = SEGMENT_HEAD_BYTES, at;
        int64_t before = -1;
        got.bad = segment->bad_read;
        while (segment_scan(segment, &offset, segment->bytes, &record, &at, &got.bad)) {
            struct record expected = numbered_record(record.link_id);
            assert_true(record.link_id > before && record.link_id < RECORDS);
            assert_str_same(record.user_agent, expected.user_agent);
            before = record.link_id;
            got.good++;
        }
    }
    segment_free(segment);
    close(journal.dir_fd);
    return got;
}

static void flip_each_byte(uint32_t bad_with_head)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    assert_int_equal(read_segment().good, RECORDS);
    for (size_t i = 0; i < used; i++) {
        uint8_t flipped = whole[i] ^ (uint8_t)(1u << i % 8);
        assert_int_equal(pwrite(fd, &flipped, 1, (off_t)i), 1);
        struct reading got = read_segment();
        assert_int_equal(got.err, OK);
        assert_true(got.good >= RECORDS - 1);
        assert_true(i >= SEGMENT_HEAD_BYTES || (got.good == RECORDS && got.bad == bad_with_head));
        bool last = i + 400 >= used; /* there, it cannot be told from a record cut short */
        assert_true(got.good == RECORDS || got.bad == 1 || last);
        assert_int_equal(pwrite(fd, &whole[i], 1, (off_t)i), 1);
    }
    close(fd);
}

static void journal__a_flipped_byte_costs_at_most_its_record_and_is_reported(void **state)
{
    (void)state;
    make_segment();
    flip_each_byte(1);
}

/* ---- a segment in another's file, of which it has begun only the first pages */

static size_t next_page(void)
{
    return (used + SEGMENT_PAGE - 1) / SEGMENT_PAGE * SEGMENT_PAGE;
}

static void journal__what_a_file_held_before_is_neither_read_nor_called_damage(void **state)
{
    (void)state;
    make_segment_upon(true);
    for (size_t page = next_page(); page < sizeof whole; page += SEGMENT_PAGE) {
        assert_int_not_equal(whole[page], 0); /* it is there */
    }
    struct reading got = read_segment();
    assert_int_equal(got.good, RECORDS);
    assert_int_equal(got.bad, 0);
}

static void count(void *arg, const struct record *record, int64_t click_id)
{
    (void)record, (void)click_id;
    ++*(size_t *)arg;
}

static void journal__what_a_file_held_before_is_not_recent(void **state)
{
    size_t recent = 0;

    (void)state;
    make_segment_upon(true);
    fixture_open(&fx);
    journal_each_recent(fx.journal, numbered_record(1).time_ms, count, &recent);
    assert_int_equal(recent, RECORDS - 1);
}

static void journal__a_page_that_was_being_zeroed_at_the_end_is_not_called_damage(void **state)
{
    static const size_t zeroed[] = {4, 8, 64, 100, 1000, 4000, SEGMENT_PAGE};

    (void)state;
    make_segment_upon(true);
    for (size_t i = 0; i < ARRAY_LEN(zeroed); i++) {
        memset(whole + next_page(), 0, zeroed[i]);
        file_write(whole, sizeof whole);
        struct reading got = read_segment();
        assert_int_equal(got.good, RECORDS);
        assert_int_equal(got.bad, 0);
    }
}

static void journal__damage_upon_another_costs_at_most_its_record_too(void **state)
{
    (void)state;
    make_segment_upon(true);
    flip_each_byte(2); /* without the head, what was before cannot be told from damage */
}

static void journal__a_file_cut_short_keeps_what_is_before(void **state)
{
    size_t before = RECORDS;

    (void)state;
    make_segment();
    for (size_t len = used + 100; len > 0; len -= len > 32 ? 31 : 1) {
        file_write(whole, len);
        struct reading got = read_segment();
        assert_true(got.good <= before);
        assert_true(got.good + 1 >= before || got.err != OK);
        before = got.good;
    }
    assert_int_equal(before, 0);
}

static void journal__two_damaged_places_are_two(void **state)
{
    (void)state;
    make_segment();
    whole[300] ^= 1;
    whole[used / 2] ^= 1;
    file_write(whole, sizeof whole);
    struct reading got = read_segment();
    assert_int_equal(got.good, RECORDS - 2);
    assert_int_equal(got.bad, 2);
}

static void journal__a_record_cut_short_by_the_end_is_not_called_damage(void **state)
{
    (void)state;
    make_segment();
    memset(whole + used + 8, 'x', 100); /* its commit word was never written */
    file_write(whole, sizeof whole);
    struct reading got = read_segment();
    assert_int_equal(got.good, RECORDS);
    assert_int_equal(got.bad, 0);
}

static void assert_set_aside(void)
{
    size_t aside = fixture_files(&fx, ".bad");

    fixture_open(&fx);
    assert_int_equal(fixture_files(&fx, ".bad"), aside + 1);
    journal_close(fx.journal);
    fx.journal = NULL;
}

static void journal__files_that_are_not_ours_are_set_aside(void **state)
{
    (void)state;
    make_segment();
    fx.opts.node++; /* another node's */
    assert_set_aside();
    fx.opts.node--;
    snprintf(path, sizeof path, "%s/00000000099.clk", fx.dir);
    file_write(whole, sizeof whole); /* a copy under another number */
    assert_set_aside();
    memset(whole, 0, sizeof whole);
    snprintf(path, sizeof path, "%s/00000000098.clk", fx.dir);
    file_write(whole, sizeof whole); /* nothing in it */
    assert_set_aside();
    snprintf(path, sizeof path, "%s/00000000097.clk", fx.dir);
    file_write(whole, 0);
    assert_set_aside();
    assert_int_equal(fixture_files(&fx, "99.clk"), 0);
}

static void journal__a_number_once_used_is_not_used_again(void **state)
{
    struct record record = numbered_record(1);
    int64_t id;

    (void)state;
    snprintf(path, sizeof path, "%s/00000000500.clk.bad", fx.dir);
    file_write(whole, 10);
    fixture_open(&fx);
    assert_int_equal(journal_append(fx.journal, 0, &record, &id), OK);
    assert_true(click_id_segment(id) > 500);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(journal__what_was_said_survives_kill_exactly_once),
        T(journal__a_flipped_byte_costs_at_most_its_record_and_is_reported),
        T(journal__what_a_file_held_before_is_neither_read_nor_called_damage),
        T(journal__what_a_file_held_before_is_not_recent),
        T(journal__a_page_that_was_being_zeroed_at_the_end_is_not_called_damage),
        T(journal__damage_upon_another_costs_at_most_its_record_too),
        T(journal__a_file_cut_short_keeps_what_is_before),
        T(journal__two_damaged_places_are_two),
        T(journal__a_record_cut_short_by_the_end_is_not_called_damage),
        T(journal__files_that_are_not_ours_are_set_aside),
        T(journal__a_number_once_used_is_not_used_again),
    };

    log_set_fd(-1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
