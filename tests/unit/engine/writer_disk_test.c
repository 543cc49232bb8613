/* SPDX-License-Identifier: MIT */
/* Goal: a full disk stops neither the writer nor loses or doubles a click: all is stored once there is room again, and
 * visitors are told apart as if nothing had happened. */
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>

#include "ledger.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/store/meta.h"

/* The disk as this test wants it: these stand in for libc's, for the database's writes. */
static atomic_bool full;
static atomic_int refused;

static ssize_t write_or_refuse(const char *name, int fd, const void *bytes, size_t len, off_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off_t) = NULL;

    if (atomic_load(&full)) {
        atomic_fetch_add(&refused, 1);
        errno = ENOSPC;
        return -1;
    }
    *(void **)&real = dlsym(RTLD_NEXT, name);
    return real(fd, bytes, len, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
    return write_or_refuse("pwrite", fd, bytes, len, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t offset)
{
    return write_or_refuse("pwrite64", fd, bytes, len, offset);
}

static struct ledger ledger;

static int setup(void **state)
{
    (void)state;
    log_set_fd(-1);
    ledger_init(&ledger);
    journal_close(ledger.journal);
    ledger.journal_opts.segment_bytes = 8 << 20; /* so that the journal itself needs no room */
    ledger_open_journal(&ledger);
    ledger_start(&ledger);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    atomic_store(&full, false);
    ledger_done(&ledger);
    return 0;
}

static bool says_disk_full(void)
{
    struct writer_stats stats;

    writer_stats(ledger.writer, &stats);
    return stats.disk_full;
}

static void wait_until_full(void)
{
    int64_t deadline = clock_mono_ns() + INT64_C(30000000000);

    while (!says_disk_full() && clock_mono_ns() < deadline) {
        sched_yield();
    }
    assert_true(says_disk_full());
}

static enum err put_one(struct db *db, void *arg, struct fault *fault)
{
    (void)arg;
    (void)fault;
    return meta_put_i64(db, STR("test"), 1);
}

static void writer__a_full_disk_is_said_and_survived(void **state)
{
    (void)state;
    const struct writer_task task = {.run = put_one};
    struct link_stat stat;
    int64_t count = 0, differences = 0;
    int64_t link = 1;
    ledger_hit(&ledger, link, LEDGER_T0, 1);
    ledger_drain(&ledger);
    atomic_store(&full, true);
    for (int i = 0; i < 3000; i++) { /* 200 visitors, one of them known */
        ledger_hit(&ledger, link, LEDGER_T0 + i, 1 + (unsigned)i % 200);
    }
    wait_until_full();
    assert_true(atomic_load(&refused) > 0);
    assert_int_equal(writer_submit(ledger.writer, &task, NULL), ERR_DISK_FULL);
    atomic_store(&full, false);
    assert_int_equal(writer_submit(ledger.writer, &task, NULL), OK);
    ledger_drain(&ledger);
    assert_false(says_disk_full());
    ledger_stop(&ledger);
    assert_int_equal(clicks_count(ledger.db.db, &count), OK);
    assert_int_equal(count, 3001);
    assert_int_equal(sums_stat_find(ledger.db.db, link, &stat), OK);
    assert_int_equal(stat.clicks, 3001);
    assert_int_equal(stat.visitors, 200);
    assert_int_equal(fold_verify(ledger.db.db, &differences, NULL), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writer__a_full_disk_is_said_and_survived, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
