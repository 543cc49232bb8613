/* SPDX-License-Identifier: MIT */
/* Goal: what was deleted and shall be nowhere is in neither the database file nor its log once a checkpoint has run
 * with nobody waiting, however long the log was before; a reader in the way is waited for by nobody and forgets
 * nothing. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "journal_fixture.h"
#include "linkpond/engine/checkpoint.h"
#include "linkpond/store/meta.h"
#include "tempdb.h"

#define SECRET STR("the salt of a day that is over")
#define SECOND INT64_C(1000000000)
#define DUE    (31 * SECOND)

static struct tempdb db;
static struct fixture journal;
static struct checkpoint checkpoint;
static int64_t now_ns;

static int setup(void **state)
{
    (void)state;
    tempdb_init(&db);
    fixture_init(&journal);
    fixture_open(&journal);
    checkpoint = (struct checkpoint){0};
    now_ns = SECOND;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_done(&journal);
    tempdb_done(&db);
    return 0;
}

static void run_later(bool idle)
{
    now_ns += DUE;
    checkpoint_run(&checkpoint, db.db, journal.journal, now_ns, idle);
}

static bool holds_secret(const char *name)
{
    static char bytes[4 << 20];
    FILE *file = fopen(tempdir_file(&db.dir, name), "rb");
    size_t len = file ? fread(bytes, 1, sizeof bytes, file) : 0;

    if (file) {
        fclose(file);
    }
    assert_true(len < sizeof bytes);
    return memmem(bytes, len, SECRET.ptr, SECRET.len) != NULL;
}

/* A log with the secret far behind its end, then what is over is deleted. */
static void write_and_delete(void)
{
    static char big[1 << 20];

    assert_int_equal(meta_put_blob(db.db, STR("big"), (str){big, sizeof big}), OK);
    assert_int_equal(meta_put_blob(db.db, STR("secret"), SECRET), OK);
    checkpoint_committed(&checkpoint, now_ns);
    run_later(true);
    assert_true(holds_secret("test.db") && holds_secret("test.db-wal"));
    assert_int_equal(meta_delete(db.db, STR("secret")), OK);
    checkpoint_committed(&checkpoint, now_ns);
}

static void checkpoint__without_a_word_the_log_keeps_what_was_deleted(void **state)
{
    (void)state;
    write_and_delete();
    run_later(true);
    assert_false(holds_secret("test.db"));
    assert_true(holds_secret("test.db-wal")); /* else this proves nothing */
}

static void checkpoint__what_is_to_be_forgotten_is_in_no_file(void **state)
{
    (void)state;
    write_and_delete();
    checkpoint_forget(&checkpoint, now_ns);
    run_later(true);
    assert_false(holds_secret("test.db") || holds_secret("test.db-wal"));
    assert_int_equal(db_wal_bytes(db.db), 0);
    assert_false(checkpoint.cut);
}

static void checkpoint__who_is_busy_forgets_later(void **state)
{
    (void)state;
    write_and_delete();
    checkpoint_forget(&checkpoint, now_ns);
    run_later(false);
    assert_true(holds_secret("test.db-wal"));
    run_later(true); /* though nothing was committed since */
    assert_false(holds_secret("test.db-wal"));
}

static void checkpoint__a_reader_in_the_log_puts_it_off(void **state)
{
    (void)state;
    struct db *reader = NULL;
    struct fault fault;
    int64_t bytes = 0;

    write_and_delete();
    assert_int_equal(db_open(tempdir_file(&db.dir, "test.db"), DB_READ, &reader, &fault), OK);
    assert_int_equal(db_begin(reader, false), OK);
    assert_int_equal(meta_get_i64(reader, STR("none"), &bytes), ERR_NOT_FOUND); /* its snapshot begins */
    checkpoint_forget(&checkpoint, now_ns);
    run_later(true);
    assert_true(holds_secret("test.db-wal"));
    db_rollback(reader);
    run_later(true);
    assert_false(holds_secret("test.db-wal"));
    db_close(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(checkpoint__without_a_word_the_log_keeps_what_was_deleted),
        TEST(checkpoint__what_is_to_be_forgotten_is_in_no_file),
        TEST(checkpoint__who_is_busy_forgets_later),
        TEST(checkpoint__a_reader_in_the_log_puts_it_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
