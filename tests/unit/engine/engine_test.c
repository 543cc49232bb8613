/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include <sys/stat.h>

#include "assert_str.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/links.h"

/* Goal: a data folder is made once, opened by one process at a time, and has everything again after a restart. */

static void engine__a_created_link_redirects_when_the_call_returns(void **state)
{
    struct pond *pond = *state;
    struct link_result made = CREATE(pond, "url=https://example.org/a?x=1");

    assert_int_equal(made.err, OK);
    assert_int_equal(made.link.code.len, 7);
    struct verdict verdict = pond_visit(pond, made.link.code);
    assert_int_equal(verdict.outcome, OUTCOME_REDIRECT);
    assert_str_same(verdict.location, STR("https://example.org/a?x=1"));
}

static void engine__a_restart_keeps_links_aliases_and_hosts(void **state)
{
    struct pond *pond = *state;
    struct link_result made = CREATE(pond, "url=https://example.org/a", "alias=summer", "channel=group-3");

    pond_reopen(pond);
    struct verdict by_code = pond_visit(pond, made.link.code);
    struct verdict by_alias = pond_visit(pond, STR("summer"));
    assert_int_equal(by_code.link_id, made.link.id);
    assert_int_equal(by_alias.link_id, made.link.id);
    assert_str_same(by_alias.channel, STR("group-3"));
    assert_str_same(by_alias.host, STR("s.example.com"));
    assert_true(cache_complete(pond->engine->cache));
}

/* More than the batches in which they are read, one link with more aliases than fit into a batch. */
static void engine__a_restart_finds_every_link_of_many(void **state)
{
    enum { LINKS = 2000, ALIASES = 1500 };
    struct pond *pond = *state;
    struct link_result made = CREATE(pond, "url=https://example.org/0");
    int64_t first = made.link.id, domain_id = made.link.domain_id;
    struct db *db = NULL;
    struct cache_stats stats;

    pond_close(pond);
    assert_int_equal(db_open(tempdir_file(&pond->dir, "linkpond.db"), DB_WRITE, &db, NULL), OK);
    assert_int_equal(db_begin(db, false), OK);
    for (int i = 1; i <= LINKS; i++) {
        struct link link;
        link_init(&link);
        link.id = first + i;
        link.domain_id = domain_id;
        link.code = arena_f(&pond->arena, "c%d", i);
        link.url = arena_f(&pond->arena, "https://example.org/%d", i);
        link.redirect_status = i % 3 == 0 ? 301 : 302;
        assert_int_equal(links_insert(db, &link), OK);
    }
    for (int i = 0; i < ALIASES; i++) {
        str alias = arena_f(&pond->arena, "alias-of-some-length-%d-%0100d", i, i);
        struct link_alias row = {first + LINKS / 2, domain_id, alias, alias, 0};
        assert_int_equal(links_alias_add(db, &row, 1), OK);
    }
    assert_int_equal(db_commit(db), OK);
    db_close(db);
    pond_open(pond);
    for (int i = 1; i <= LINKS; i++) {
        arena_reset(&pond->arena);
        struct verdict verdict = pond_visit(pond, arena_f(&pond->arena, "c%d", i));
        assert_int_equal(verdict.link_id, first + i);
        assert_int_equal(verdict.status, i % 3 == 0 ? 301 : 302);
    }
    for (int i = 0; i < ALIASES; i++) {
        arena_reset(&pond->arena);
        str alias = arena_f(&pond->arena, "alias-of-some-length-%d-%0100d", i, i);
        assert_int_equal(pond_visit(pond, alias).link_id, first + LINKS / 2);
    }
    cache_stats(pond->engine->cache, &stats);
    assert_true(cache_complete(pond->engine->cache));
    assert_int_equal(stats.links, LINKS + 1);
    assert_int_equal(stats.aliases, ALIASES);
}

/* Links past the bound of the cache are asked of the database; edits and limits hold for them too. */
static void engine__a_cache_too_small_for_all_links_misses_none(void **state)
{
    enum { LINKS = 500 };
    struct pond *pond = *state;
    struct link links[LINKS];

    for (int i = 0; i < LINKS; i++) {
        const char *url = arena_f(&pond->arena, "url=https://example.org/%d", i).ptr;
        bool last = i == LINKS - 1;
        struct link_result made = last ? CREATE(pond, url, "max_clicks=1", "alias=last") : CREATE(pond, url);
        links[i] = made.link;
    }
    pond->opts.cache_bytes = 32 * 1024;
    pond_reopen(pond);
    assert_false(cache_complete(pond->engine->cache));
    for (int i = 0; i < LINKS; i++) {
        assert_int_equal(pond_visit(pond, links[i].code).link_id, links[i].id);
    }
    assert_int_equal(pond_visit(pond, STR("last")).outcome, OUTCOME_USED_UP);
    assert_int_equal(pond_visit(pond, STR("nobody")).outcome, OUTCOME_UNKNOWN);
    struct link_result purged;
    editor_link_action(pond->engine->editor, &pond->admin, &pond->arena, links[LINKS - 2].id, LINK_PURGE, &purged);
    assert_int_equal(purged.err, OK);
    assert_int_equal(pond_visit(pond, links[LINKS - 2].code).outcome, OUTCOME_DISABLED);
    pond_reopen(pond);
    assert_false(cache_complete(pond->engine->cache));
    assert_int_equal(pond_visit(pond, links[LINKS - 2].code).outcome, OUTCOME_DISABLED);
    int64_t middle = links[LINKS / 2].id;
    assert_int_equal(UPDATE(pond, middle, "url=https://example.org/new", "alias=mid").err, OK);
    assert_str_same(pond_visit(pond, links[LINKS / 2].code).location, STR("https://example.org/new"));
    assert_int_equal(pond_visit(pond, STR("mid")).link_id, middle);
}

/* Closes the pond and leaves records in its journal as a killed run would. */
static void leave_unread(struct pond *pond, const struct record *record, int count, uint32_t segment_bytes)
{
    struct journal *journal;
    struct journal_opts opts = {.dir = tempdir_file(&pond->dir, "journal"),
                                .node = pond->engine->node,
                                .lanes = 1,
                                .segment_bytes = segment_bytes,
                                .first_segment = 1000};
    int64_t id;

    pond_close(pond);
    assert_int_equal(journal_open(&opts, &journal, NULL), OK);
    for (int i = 0; i < count; i++) {
        assert_int_equal(journal_append(journal, 0, record, &id), OK);
    }
    journal_close(journal);
}

/* The recount at the start sees all of it, also what is more than one batch may read. */
static void engine__a_limit_counts_all_that_a_former_run_left_unread(void **state)
{
    enum { LEFT = (JOURNAL_BATCH_SEGMENTS + 40) * 16 }; /* 16 of these fill a segment */
    static char filling[LIMIT_CLICK_UA];
    struct pond *pond = *state;
    char limit[32];

    snprintf(limit, sizeof limit, "max_clicks=%d", LEFT + 1);
    struct link_result made = CREATE(pond, "url=https://example.org/", "alias=limited", limit);
    memset(filling, 'x', sizeof filling);
    str text = {filling, sizeof filling};
    struct record record = {.time_ms = 1,
                            .link_id = made.link.id,
                            .outcome = OUTCOME_REDIRECT,
                            .signals = SIGNAL_RESERVED_LIMIT,
                            .status = 302,
                            .host = STR("s.example.com"),
                            .user_agent = text,
                            .query = text,
                            .location = text};
    leave_unread(pond, &record, LEFT, 64 * 1024);
    pond_open(pond);
    assert_int_equal(pond_visit(pond, STR("limited")).outcome, OUTCOME_REDIRECT);
    assert_int_equal(pond_visit(pond, STR("limited")).outcome, OUTCOME_USED_UP);
}

/* What a killed run left in the journal counts as journalled from the first moment, or the balance would call a ledger
 * complete that still lacks rows. */
static void engine__the_balance_knows_what_a_former_run_left_unread(void **state)
{
    enum { LEFT = 9000 }; /* more than one batch */
    struct pond *pond = *state;
    struct engine_balance balance;
    struct record record = {.time_ms = 1, .outcome = OUTCOME_UNKNOWN, .status = 404, .host = STR("s.example.com")};

    leave_unread(pond, &record, LEFT, 1 << 20);
    pond_open(pond);
    do {
        engine_balance(pond->engine, &balance);
        assert_int_equal(balance.journalled, LEFT);
        assert_int_equal(balance.ingested + balance.lag_records, LEFT);
    } while (balance.lag_records > 0);
}

static void engine__a_second_process_is_refused_and_told_the_pid(void **state)
{
    struct pond *pond = *state;
    struct engine *second = NULL;
    struct fault fault = {0};
    char pid[32];

    snprintf(pid, sizeof pid, "%d", (int)getpid());
    assert_int_equal(engine_open(&pond->opts, &second, &fault), ERR_BUSY);
    assert_null(second);
    assert_non_null(strstr(fault.message, pid));
}

static void engine__a_folder_without_a_database_names_init(void **state)
{
    struct pond *pond = *state;
    struct tempdir empty;
    struct engine *engine = NULL;
    struct fault fault = {0};

    tempdir_init(&empty);
    struct engine_opts opts = pond->opts;
    opts.data_dir = empty.path;
    assert_int_equal(engine_open(&opts, &engine, &fault), ERR_NOT_FOUND);
    assert_non_null(strstr(fault.message, "init"));
    assert_false(files_exists(tempdir_file(&empty, "linkpond.db")));
    tempdir_done(&empty);
}

static void engine__init_refuses_a_folder_that_is_one(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};
    char secret[KEY_SECRET_MAX] = "untouched";

    pond_close(pond);
    struct engine_init_opts init = {.data_dir = pond->dir.path, .domain = "other.example.com"};
    assert_int_equal(engine_init(&init, secret, &fault), ERR_CONFLICT);
    assert_string_equal(secret, "untouched");
    pond_open(pond);
}

static void engine__a_newer_schema_is_refused(void **state)
{
    struct pond *pond = *state;
    struct engine *engine = NULL;
    struct fault fault = {0};
    struct db *db = NULL;

    pond_close(pond);
    assert_int_equal(db_open(tempdir_file(&pond->dir, "linkpond.db"), DB_WRITE, &db, &fault), OK);
    struct stmt *stmt = db_stmt(db, SQL_DB_MIGRATION_INSERT);
    stmt_bind_i64(stmt, "number", 9999);
    stmt_bind_str(stmt, "name", STR("9999_of_the_future.sql"));
    stmt_bind_i64(stmt, "checksum", 1);
    stmt_bind_i64(stmt, "applied_ms", 1);
    assert_int_equal(stmt_run(stmt), OK);
    db_close(db);
    assert_int_equal(engine_open(&pond->opts, &engine, &fault), ERR_NEWER_SCHEMA);
    assert_null(engine);
}

static void engine__a_damaged_database_is_refused(void **state)
{
    struct pond *pond = *state;
    struct engine *engine = NULL;
    struct fault fault = {0};

    pond_close(pond);
    assert_int_equal(files_write_atomic(tempdir_file(&pond->dir, "linkpond.db"), STR("This is not a database at all, "
                                                                                     "but it is long enough to be "
                                                                                     "looked at as one: 0123456789 "
                                                                                     "0123456789 0123456789.")),
                     OK);
    assert_int_equal(engine_open(&pond->opts, &engine, &fault), ERR_CORRUPT);
    assert_null(engine);
}

static void engine__the_folder_is_for_its_owner_only(void **state)
{
    struct pond *pond = *state;
    struct stat status;
    char secret[KEY_SECRET_MAX];
    struct fault fault;

    assert_int_equal(engine_local_key(pond->engine, true, secret, &fault), OK);
    static const char *const NAMES[] = {"linkpond.db", "linkpond.db-wal", "lock", "local.key", "journal"};
    for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
        assert_int_equal(stat(tempdir_file(&pond->dir, NAMES[i]), &status), 0);
        assert_int_equal(status.st_mode & 077, 0);
    }
}

static bool key_works(struct pond *pond, const char *secret)
{
    uint8_t hash[SHA256_BYTES];
    struct api_key key = {0};
    struct db *db = readers_take(pond->engine->readers, 5000);

    crypt_sha256(str_from_c(secret), hash);
    enum err err = keys_find_hash(db, &pond->arena, hash, &key);
    readers_give(pond->engine->readers, db);
    return err == OK && key_is_valid(&key, clock_now_ms()) && key.scopes == SCOPE_ALL;
}

static void engine__init_gives_one_admin_key_that_is_stored_as_a_hash(void **state)
{
    struct pond *pond = *state;

    assert_int_equal(strlen(pond->secret), 46);
    assert_int_equal(memcmp(pond->secret, "lp_", 3), 0);
    assert_true(key_works(pond, pond->secret));
    pond->secret[20] ^= 1;
    assert_false(key_works(pond, pond->secret));
}

static void engine__the_local_key_changes_at_every_start(void **state)
{
    struct pond *pond = *state;
    char first[KEY_SECRET_MAX];
    char second[KEY_SECRET_MAX];
    struct fault fault;
    str text;

    assert_int_equal(engine_local_key(pond->engine, true, first, &fault), OK);
    assert_true(key_works(pond, first));
    assert_int_equal(files_read(&pond->arena, tempdir_file(&pond->dir, "local.key"), 100, &text), OK);
    assert_str_same(text, str_from_c(first));
    pond_reopen(pond);
    assert_false(files_exists(tempdir_file(&pond->dir, "local.key")));
    assert_int_equal(engine_local_key(pond->engine, false, second, &fault), OK);
    assert_true(key_works(pond, second));
    assert_false(key_works(pond, first));
    assert_false(files_exists(tempdir_file(&pond->dir, "local.key")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(engine__a_created_link_redirects_when_the_call_returns, pond_setup,
                                        pond_teardown),
        cmocka_unit_test_setup_teardown(engine__a_restart_keeps_links_aliases_and_hosts, pond_setup, pond_teardown),
        cmocka_unit_test_setup_teardown(engine__a_restart_finds_every_link_of_many, pond_setup, pond_teardown),
        cmocka_unit_test_setup_teardown(engine__a_cache_too_small_for_all_links_misses_none, pond_setup, pond_teardown),
        cmocka_unit_test_setup_teardown(engine__a_damaged_database_is_refused, pond_setup, pond_teardown),
        POND_TEST(engine__a_limit_counts_all_that_a_former_run_left_unread),
        POND_TEST(engine__the_balance_knows_what_a_former_run_left_unread),
        cmocka_unit_test_setup_teardown(engine__a_second_process_is_refused_and_told_the_pid, pond_setup,
                                        pond_teardown),
        cmocka_unit_test_setup_teardown(engine__a_folder_without_a_database_names_init, pond_setup, pond_teardown),
        cmocka_unit_test_setup_teardown(engine__init_refuses_a_folder_that_is_one, pond_setup, pond_teardown),
        cmocka_unit_test_setup_teardown(engine__a_newer_schema_is_refused, pond_setup, pond_teardown),
        cmocka_unit_test_setup_teardown(engine__the_folder_is_for_its_owner_only, pond_setup, pond_teardown),
        cmocka_unit_test_setup_teardown(engine__init_gives_one_admin_key_that_is_stored_as_a_hash, pond_setup,
                                        pond_teardown),
        cmocka_unit_test_setup_teardown(engine__the_local_key_changes_at_every_start, pond_setup, pond_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
