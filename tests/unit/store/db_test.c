/* SPDX-License-Identifier: MIT */
/* Goal: the driver keeps its promises about files it must refuse, disks that fill up, transactions that fail and
 * handles that may only read; and every SQL text of the program compiles. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>

#include "linkpond/base/clock.h"
#include "linkpond/store/db.h"

#include "db_sqlite.h"
#include "tempdir.h"

struct fixture {
    struct tempdir dir;
    char path[PATH_MAX];
    struct db *db;
    struct fault fault;
};

static int set_up(void **state)
{
    struct fixture *self = calloc(1, sizeof *self);

    tempdir_init(&self->dir);
    snprintf(self->path, sizeof self->path, "%s", tempdir_file(&self->dir, "test.db"));
    assert_int_equal(db_open(self->path, DB_WRITE, &self->db, &self->fault), OK);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *self = *state;

    db_close(self->db);
    tempdir_done(&self->dir);
    free(self);
    return 0;
}

static void put(struct db *db, const char *key, str value, enum err expected)
{
    struct stmt *stmt = db_stmt(db, SQL_META_PUT);

    stmt_bind_str(stmt, "key", str_from_c(key));
    stmt_bind_blob(stmt, "value", value);
    assert_int_equal(stmt_run(stmt), expected);
}

static bool has(struct db *db, const char *key)
{
    struct stmt *stmt = db_stmt(db, SQL_META_GET);

    stmt_bind_str(stmt, "key", str_from_c(key));
    bool found = stmt_next(stmt);
    stmt_reset(stmt);
    assert_int_equal(stmt_err(stmt), OK);
    return found;
}

/* Closes the write handle and runs a text on the file behind our back. */
static void tamper(struct fixture *self, const char *text)
{
    sqlite3 *raw;

    db_close(self->db);
    self->db = NULL;
    assert_int_equal(sqlite3_open(self->path, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(raw), SQLITE_OK);
}

static void db__every_text_compiles(void **state)
{
    struct fixture *self = *state;

    for (size_t i = 0; i < SQL_COUNT; i++) {
        for (const char *text = sql_text[i]; *text;) {
            sqlite3_stmt *stmt = NULL;
            int rc = sqlite3_prepare_v2(self->db->raw, text, -1, &stmt, &text);
            if (rc != SQLITE_OK) {
                fail_msg("%s: %s", sql_name[i], sqlite3_errmsg(self->db->raw));
            }
            for (int n = 1; stmt && n <= sqlite3_bind_parameter_count(stmt); n++) {
                const char *name = sqlite3_bind_parameter_name(stmt, n);
                assert_non_null(name);
                assert_int_equal(name[0], ':');
            }
            sqlite3_finalize(stmt);
        }
    }
    /* Compiling a pragma is already doing it; the handle goes with the fixture. */
}

static void db__opens_again_what_it_made(void **state)
{
    struct fixture *self = *state;

    put(self->db, "k", STR("v"), OK);
    db_close(self->db);
    assert_int_equal(db_open(self->path, DB_WRITE, &self->db, &self->fault), OK);
    assert_true(has(self->db, "k"));
}

static void db__is_private(void **state)
{
    struct fixture *self = *state;
    struct stat status;

    assert_int_equal(stat(self->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void db__refuses_a_newer_schema(void **state)
{
    struct fixture *self = *state;

    for (enum db_mode mode = DB_READ; mode <= DB_WRITE; mode++) {
        if (self->db) {
            tamper(self, "INSERT INTO schema_migration VALUES (9999, 'future', 1, 1)");
        }
        assert_int_equal(db_open(self->path, mode, &self->db, &self->fault), ERR_NEWER_SCHEMA);
        assert_string_equal(self->fault.code, "newer_schema");
        assert_null(self->db);
    }
}

static void db__refuses_a_changed_migration(void **state)
{
    struct fixture *self = *state;

    tamper(self, "UPDATE schema_migration SET checksum = checksum + 1 WHERE number = 1");
    assert_int_equal(db_open(self->path, DB_WRITE, &self->db, &self->fault), ERR_CONFLICT);
    assert_string_equal(self->fault.code, "migration_changed");
    assert_non_null(strstr(self->fault.message, "core"));
}

static void db__refuses_the_database_of_another_program(void **state)
{
    struct fixture *self = *state;

    tamper(self, "DROP TABLE schema_migration");
    assert_int_equal(db_open(self->path, DB_WRITE, &self->db, &self->fault), ERR_CONFLICT);
    assert_string_equal(self->fault.code, "foreign_database");
}

static void db__a_reader_does_not_migrate(void **state)
{
    struct fixture *self = *state;
    struct db *reader = NULL;

    tamper(self, "DELETE FROM schema_migration");
    assert_int_equal(db_open(self->path, DB_READ, &reader, &self->fault), ERR_UNAVAILABLE);
    assert_string_equal(self->fault.code, "not_migrated");
    assert_int_equal(db_open(tempdir_file(&self->dir, "none.db"), DB_READ, &reader, &self->fault), ERR_NOT_FOUND);
    assert_null(reader);
}

/* Overwrites `bytes` bytes at offset of the closed file. */
static void damage(struct fixture *self, long offset, size_t bytes)
{
    db_close(self->db);
    self->db = NULL;
    FILE *file = fopen(self->path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    for (size_t i = 0; i < bytes; i++) {
        assert_int_equal(putc(0x5a, file), 0x5a);
    }
    assert_int_equal(fclose(file), 0);
}

static void db__says_a_damaged_header_is_corrupt(void **state)
{
    struct fixture *self = *state;

    damage(self, 0, 100);
    assert_int_equal(db_open(self->path, DB_WRITE, &self->db, &self->fault), ERR_CORRUPT);
    assert_null(self->db);
    assert_int_equal(db_open(self->path, DB_READ, &self->db, &self->fault), ERR_CORRUPT);
}

static void db__finds_a_damaged_page(void **state)
{
    struct fixture *self = *state;
    int64_t root;

    struct stmt *stmt = db_stmt(self->db, SQL_DB_FILE_BYTES);
    assert_true(stmt_next(stmt));
    root = stmt_i64(stmt, 0) - 4096;
    stmt_reset(stmt);
    assert_int_equal(db_integrity(self->db, false, &self->fault), OK);
    damage(self, (long)root, 512);
    enum err err = db_open(self->path, DB_WRITE, &self->db, &self->fault);
    assert_int_equal(err ? err : db_integrity(self->db, false, &self->fault), ERR_CORRUPT);
}

static void db__a_read_handle_cannot_write(void **state)
{
    struct fixture *self = *state;
    struct db *reader;

    assert_int_equal(db_open(self->path, DB_READ, &reader, &self->fault), OK);
    put(reader, "k", STR("v"), ERR_INTERNAL);
    assert_false(has(self->db, "k"));
    put(self->db, "k", STR("v"), OK);
    assert_true(has(reader, "k"));
    db_close(reader);
}

static void db__a_reader_sees_one_snapshot(void **state)
{
    struct fixture *self = *state;
    struct db *reader;

    assert_int_equal(db_open(self->path, DB_READ, &reader, &self->fault), OK);
    assert_int_equal(db_begin(reader, false), OK);
    assert_false(has(reader, "k"));
    put(self->db, "k", STR("v"), OK);
    assert_false(has(reader, "k"));
    assert_int_equal(db_commit(reader), OK);
    assert_true(has(reader, "k"));
    db_close(reader);
}

#define COMMITS 3000

static void *commit_often(void *arg)
{
    struct fixture *self = arg;
    char text[16];

    for (int i = 0; i < COMMITS; i++) {
        snprintf(text, sizeof text, "%d", i);
        put(self->db, "k", str_from_c(text), OK);
        if (i % 100 == 0) {
            db_checkpoint(self->db, true, NULL, NULL); /* readers may be in its way */
        }
    }
    return NULL;
}

static uint64_t value_of(struct db *db)
{
    uint64_t value = 0;
    struct stmt *stmt = db_stmt(db, SQL_META_GET);

    stmt_bind_str(stmt, "key", STR("k"));
    assert_true(stmt_next(stmt) && str_to_u64(stmt_blob(stmt, 0), &value));
    stmt_reset(stmt);
    return value;
}

static void db__two_readers_see_the_same_state(void **state)
{
    struct fixture *self = *state;
    struct db *readers[2];
    pthread_t writer;

    put(self->db, "k", STR("0"), OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_open(self->path, DB_READ, &readers[i], &self->fault), OK);
    }
    assert_int_equal(pthread_create(&writer, NULL, commit_often, self), 0);
    for (uint64_t last = 0; last < COMMITS - 1;) {
        enum err err = db_begin_same(readers[0], readers[1]);
        assert_true(err == OK || err == ERR_BUSY);
        assert_int_equal(db_in_transaction(readers[0]), err == OK);
        assert_int_equal(db_in_transaction(readers[1]), err == OK);
        if (err == OK) {
            uint64_t first = value_of(readers[0]);
            assert_int_equal(first, value_of(readers[1]));
            assert_true(first >= last);
            last = first;
        }
        db_rollback(readers[0]);
        db_rollback(readers[1]);
    }
    pthread_join(writer, NULL);
    db_close(readers[0]);
    db_close(readers[1]);
}

static void db__a_rollback_leaves_nothing(void **state)
{
    struct fixture *self = *state;

    assert_int_equal(db_begin(self->db, true), OK);
    assert_true(db_in_transaction(self->db));
    put(self->db, "k", STR("v"), OK);
    db_rollback(self->db);
    assert_false(db_in_transaction(self->db));
    db_rollback(self->db);
    assert_false(has(self->db, "k"));
}

static void db__one_item_of_many_can_fail(void **state)
{
    struct fixture *self = *state;

    assert_int_equal(db_begin(self->db, true), OK);
    assert_int_equal(db_nested(self->db), OK);
    put(self->db, "a", STR("v"), OK);
    assert_int_equal(db_nested_release(self->db), OK);
    assert_int_equal(db_nested(self->db), OK);
    put(self->db, "b", STR("v"), OK);
    assert_int_equal(db_nested_rollback(self->db), OK);
    assert_int_equal(db_nested(self->db), OK);
    put(self->db, "c", STR("v"), OK);
    assert_int_equal(db_nested_release(self->db), OK);
    assert_int_equal(db_commit(self->db), OK);
    assert_true(has(self->db, "a"));
    assert_false(has(self->db, "b"));
    assert_true(has(self->db, "c"));
}

/* max_page_count makes SQLite answer exactly as a full disk does. */
static void db__is_usable_after_the_disk_was_full(void **state)
{
    struct fixture *self = *state;
    static char big[200000];
    char text[64];

    put(self->db, "before", STR("v"), OK);
    snprintf(text, sizeof text, "PRAGMA max_page_count = %d", (int)(db_file_bytes(self->db) / 4096 + 8));
    assert_int_equal(db_sqlite_exec(self->db, text), SQLITE_OK);

    assert_int_equal(db_begin(self->db, false), OK);
    put(self->db, "small", STR("v"), OK);
    put(self->db, "big", (str){big, sizeof big}, ERR_DISK_FULL);
    enum err err = db_commit(self->db);
    assert_true(err == OK || err == ERR_DISK_FULL);
    assert_false(db_in_transaction(self->db));
    assert_int_equal(has(self->db, "small"), err == OK);
    assert_true(has(self->db, "before"));

    assert_int_equal(db_sqlite_exec(self->db, "PRAGMA max_page_count = 100000"), SQLITE_OK);
    assert_int_equal(db_begin(self->db, true), OK);
    put(self->db, "big", (str){big, sizeof big}, OK);
    assert_int_equal(db_commit(self->db), OK);
    assert_true(has(self->db, "big"));
    assert_int_equal(db_integrity(self->db, false, &self->fault), OK);
}

/* SQLite ends a transaction by itself on some errors; what follows must not slip out as single commits. */
static void db__a_lost_transaction_does_not_commit(void **state)
{
    struct fixture *self = *state;

    assert_int_equal(db_begin(self->db, false), OK);
    put(self->db, "k", STR("v"), OK);
    assert_int_equal(db_sqlite_exec(self->db, "ROLLBACK"), SQLITE_OK);
    db_sqlite_note(self->db, ERR_DISK_FULL);
    assert_int_equal(db_nested(self->db), ERR_DISK_FULL);
    assert_int_equal(db_commit(self->db), ERR_DISK_FULL);
    assert_int_equal(db_begin(self->db, false), OK);
    put(self->db, "k", STR("v"), OK);
    assert_int_equal(db_commit(self->db), OK);
}

static void db__checkpoints_only_when_told(void **state)
{
    struct fixture *self = *state;
    static char big[8 << 20];
    int64_t pages = 0;
    int64_t moved = 0;

    put(self->db, "big", (str){big, sizeof big}, OK);
    assert_true(db_wal_bytes(self->db) > (int64_t)sizeof big);
    assert_int_equal(db_checkpoint(self->db, false, &pages, &moved), OK);
    assert_true(pages > 2000);
    assert_int_equal(pages, moved);
    assert_int_equal(db_checkpoint(self->db, true, NULL, NULL), OK);
    assert_int_equal(db_wal_bytes(self->db), 0);
    assert_true(db_file_bytes(self->db) > (int64_t)sizeof big);
}

/* What is in the log decides when a checkpoint is due, so it is counted and not guessed from what a task is about. */
static void db__tells_what_no_checkpoint_has_moved(void **state)
{
    struct fixture *self = *state;
    static char big[1 << 20];

    assert_int_equal(db_checkpoint(self->db, true, NULL, NULL), OK);
    assert_int_equal(db_unmoved_pages(self->db), 0);
    put(self->db, "big", (str){big, sizeof big}, OK);
    int64_t unmoved = db_unmoved_pages(self->db);
    assert_in_range(unmoved, 256, 300);
    put(self->db, "small", STR("v"), OK);
    assert_in_range(db_unmoved_pages(self->db), unmoved + 1, unmoved + 8);
    assert_int_equal(db_checkpoint(self->db, false, NULL, NULL), OK);
    assert_int_equal(db_unmoved_pages(self->db), 0);
    put(self->db, "small", STR("w"), OK); /* the log begins anew */
    assert_in_range(db_unmoved_pages(self->db), 1, 8);
}

static int open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(folder)) {
        count++;
    }
    closedir(folder);
    return count;
}

/* The log is held open to be sent to the disk by and by; a handle that is closed holds nothing. */
static void db__keeps_no_file_open_behind_its_end(void **state)
{
    struct fixture *self = *state;
    static char big[1 << 20];
    struct fault fault;

    db_close(self->db);
    int before = open_files();
    for (int round = 0; round < 3; round++) {
        assert_int_equal(db_open(self->path, DB_WRITE, &self->db, &fault), OK);
        for (int i = 0; i < 4; i++) {
            put(self->db, "big", (str){big, sizeof big}, OK);
            assert_int_equal(db_begin(self->db, i % 2), OK);
            assert_int_equal(db_commit(self->db), OK);
        }
        assert_true(open_files() > before);
        db_close(self->db);
        assert_int_equal(open_files(), before);
    }
    assert_int_equal(db_open(self->path, DB_WRITE, &self->db, &fault), OK);
}

static void db__a_statement_gives_up_at_its_deadline(void **state)
{
    struct fixture *self = *state;

    for (int i = 0; i < 20000; i++) {
        char key[16];
        snprintf(key, sizeof key, "%d", i);
        put(self->db, key, STR("v"), OK);
    }
    db_set_deadline(self->db, clock_mono_ns() - 1);
    assert_int_equal(db_integrity(self->db, false, NULL), ERR_UNAVAILABLE);
    db_set_deadline(self->db, 0);
    assert_int_equal(db_integrity(self->db, false, NULL), OK);
}

struct counted {
    struct breather breather; /* first: one pointer is the other */
    int breaths;
};

static void count_breath(struct breather *breather)
{
    ((struct counted *)(void *)breather)->breaths++;
}

static void db__a_breather_is_asked_behind_each_step_and_within_long_ones(void **state)
{
    struct fixture *self = *state;
    struct counted counted = {.breather = {count_breath}};

    db_set_breather(self->db, &counted.breather);
    for (int i = 0; i < 2000; i++) {
        char key[16];
        snprintf(key, sizeof key, "%d", i);
        put(self->db, key, STR("v"), OK);
    }
    assert_true(counted.breaths >= 2000);
    counted.breaths = 0;
    assert_int_equal(db_integrity(self->db, false, NULL), OK); /* gives one row, after long */
    assert_true(counted.breaths > 10);
    db_set_deadline(self->db, clock_mono_ns() - 1);
    assert_int_equal(db_integrity(self->db, false, NULL), ERR_UNAVAILABLE);
    db_set_deadline(self->db, 0);
    db_set_breather(self->db, NULL);
    counted.breaths = 0;
    db_breathe(self->db);
    assert_int_equal(db_integrity(self->db, false, NULL), OK);
    assert_int_equal(counted.breaths, 0);
}

static void db__copies_from_any_handle(void **state)
{
    struct fixture *self = *state;
    struct db *reader;
    struct db *copy;

    put(self->db, "k", STR("v"), OK);
    assert_int_equal(db_open(self->path, DB_READ, &reader, &self->fault), OK);
    assert_int_equal(db_copy_to(reader, tempdir_file(&self->dir, "one.db")), OK);
    db_close(reader);
    assert_int_equal(db_copy_to(self->db, tempdir_file(&self->dir, "two.db")), OK);
    assert_int_equal(db_copy_to(self->db, tempdir_file(&self->dir, "two.db")), ERR_INTERNAL);
    for (int i = 0; i < 2; i++) {
        const char *path = tempdir_file(&self->dir, i ? "two.db" : "one.db");
        assert_int_equal(db_open(path, DB_WRITE, &copy, &self->fault), OK);
        assert_true(has(copy, "k"));
        db_close(copy);
    }
}

static void db__binds_in_any_order_and_tells_null_from_empty(void **state)
{
    struct fixture *self = *state;
    struct stmt *stmt = db_stmt(self->db, SQL_META_PUT);

    stmt_bind_blob(stmt, "value", (str){NULL, 0});
    stmt_bind_str(stmt, "key", STR("k"));
    assert_int_equal(stmt_run(stmt), OK);
    stmt = db_stmt(self->db, SQL_META_PUT);
    stmt_bind_str(stmt, "key", STR("n"));
    assert_int_equal(stmt_run(stmt), ERR_CONFLICT); /* nothing bound is NULL, and the column refuses it */
    assert_false(stmt_next(stmt));
    assert_true(has(self->db, "k"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(db__every_text_compiles),
        TEST(db__opens_again_what_it_made),
        TEST(db__is_private),
        TEST(db__refuses_a_newer_schema),
        TEST(db__refuses_a_changed_migration),
        TEST(db__refuses_the_database_of_another_program),
        TEST(db__a_reader_does_not_migrate),
        TEST(db__says_a_damaged_header_is_corrupt),
        TEST(db__finds_a_damaged_page),
        TEST(db__a_read_handle_cannot_write),
        TEST(db__a_reader_sees_one_snapshot),
        TEST(db__two_readers_see_the_same_state),
        TEST(db__a_rollback_leaves_nothing),
        TEST(db__one_item_of_many_can_fail),
        TEST(db__is_usable_after_the_disk_was_full),
        TEST(db__a_lost_transaction_does_not_commit),
        TEST(db__checkpoints_only_when_told),
        TEST(db__tells_what_no_checkpoint_has_moved),
        TEST(db__keeps_no_file_open_behind_its_end),
        TEST(db__a_statement_gives_up_at_its_deadline),
        TEST(db__a_breather_is_asked_behind_each_step_and_within_long_ones),
        TEST(db__copies_from_any_handle),
        TEST(db__binds_in_any_order_and_tells_null_from_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
