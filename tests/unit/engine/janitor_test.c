/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include "assert_str.h"
#include "janitor_jobs.h"
#include "linkpond/engine/janitor.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/links.h"
#include "linkpond/store/radar.h"
#include "linkpond/store/segments.h"
#include "linkpond/store/sums.h"

/* Goal: what has had its time goes, and nothing else; a backup that has a name can be restored. The clock is an
 * argument, so a month passes at once. */

static void janitor__the_bin_is_emptied_after_its_time(void **state)
{
    struct pond *pond = *state;
    struct link old = CREATE(pond, "url=https://example.org/1", "alias=old").link;
    struct link live = CREATE(pond, "url=https://example.org/2").link;
    int64_t now_ms = clock_now_ms();

    assert_int_equal(pond_act(pond, old.id, LINK_DELETE).err, OK);
    janitor_run(pond->engine->janitor, now_ms + 29 * MS_PER_DAY);
    assert_int_equal(pond_act(pond, old.id, LINK_RESTORE).err, OK);
    assert_int_equal(pond_act(pond, old.id, LINK_DELETE).err, OK);
    janitor_run(pond->engine->janitor, now_ms + 31 * MS_PER_DAY);
    assert_int_equal(pond_act(pond, old.id, LINK_RESTORE).err, ERR_NOT_FOUND);
    assert_int_equal(pond_visit(pond, old.code).outcome, OUTCOME_DISABLED);
    assert_int_equal(pond_visit(pond, STR("old")).outcome, OUTCOME_UNKNOWN);
    assert_int_equal(pond_visit(pond, live.code).outcome, OUTCOME_REDIRECT);
    assert_int_equal(CREATE(pond, "url=https://example.org/3", "alias=old").err, OK);
}

static struct link ended(struct pond *pond, const char *maker, const char *tag, int64_t end_ms)
{
    const struct actor actor = {.name = str_from_c(maker), .scopes = SCOPE_LINKS_WRITE};
    struct link_draft draft = DRAFT(pond, "url=https://example.org/", tag);

    draft.valid_until_ms = end_ms;
    draft.presence.present |= UINT64_C(1) << LF_VALID_UNTIL;
    return pond_create_as(pond, &actor, draft).link;
}

static bool in_bin(struct pond *pond, const struct link *link)
{
    return pond_visit(pond, link->code).outcome == OUTCOME_DISABLED;
}

/* Only what strangers made, and nobody of ours took for their own. */
static void janitor__what_anybody_made_goes_to_the_bin_some_time_after_its_end(void **state)
{
    struct pond *pond = *state;
    int64_t now_ms = clock_now_ms(), end_ms = now_ms + MS_PER_DAY;

    pond->opts.public_create_keep_ms = 30 * MS_PER_DAY;
    pond_reopen(pond);
    struct link theirs = ended(pond, "public-page", "tags=public-page", end_ms);
    struct link later = ended(pond, "public-page", "tags=public-page", end_ms + 2 * MS_PER_DAY);
    struct link taken = ended(pond, "public-page", "tags=ours", end_ms);
    struct link ours = ended(pond, "wang", "tags=public-page", end_ms);
    janitor_run(pond->engine->janitor, end_ms + 30 * MS_PER_DAY - 1);
    assert_false(in_bin(pond, &theirs));
    janitor_run(pond->engine->janitor, end_ms + 31 * MS_PER_DAY);
    assert_true(in_bin(pond, &theirs));
    assert_false(in_bin(pond, &later));
    assert_false(in_bin(pond, &taken));
    assert_false(in_bin(pond, &ours));
}

static int64_t clicks_left(struct pond *pond)
{
    struct db *db = readers_take(pond->engine->readers, 5000);
    int64_t count = -1;

    assert_int_equal(clicks_count(db, &count), OK);
    readers_give(pond->engine->readers, db);
    return count;
}

static void wait_for_rewrites(struct pond *pond)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int64_t deadline = clock_mono_ns() + INT64_C(60) * 1000000000;
    bool any = true;

    while (any) {
        struct db *db = readers_take(pond->engine->readers, 1000);
        assert_non_null(db);
        assert_int_equal(rewrites_any(db, &any), OK);
        readers_give(pond->engine->readers, db);
        assert_true(clock_mono_ns() < deadline);
        nanosleep(&pause, NULL);
    }
}

static void janitor__expired_clicks_go_and_their_sums_stay(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/").link;
    int64_t now_ms = clock_now_ms();

    for (int i = 0; i < 3; i++) {
        pond_visit(pond, link.code);
    }
    pond->opts.click_retention_ms = 90 * MS_PER_DAY;
    pond_reopen(pond);
    pond_visit(pond, link.code); /* in a segment that is still open */
    assert_int_equal(writer_drain(pond->engine->writer, 60000), OK);
    janitor_run(pond->engine->janitor, now_ms + 89 * MS_PER_DAY);
    assert_int_equal(clicks_left(pond), 4);
    janitor_run(pond->engine->janitor, now_ms + 91 * MS_PER_DAY);
    wait_for_rewrites(pond);
    assert_int_equal(clicks_left(pond), 0);
    assert_int_equal(UPDATE(pond, link.id, "title=x").link.counts.clicks, 4);
    pond_visit(pond, link.code);
    assert_int_equal(writer_drain(pond->engine->writer, 60000), OK);
    assert_int_equal(clicks_left(pond), 1);
    assert_int_equal(UPDATE(pond, link.id, "title=y").link.counts.clicks, 5);
}

static enum err tell_sales(struct db *db, void *arg, struct fault *fault)
{
    const int64_t *time_ms = arg;
    const struct radar_item item = {.kind = NOTICE_KEY_EVENT, .time_ms = *time_ms};

    (void)fault;
    return radar_news_insert(db, &item);
}

static int64_t told_left(struct pond *pond)
{
    struct db *db = readers_take(pond->engine->readers, 5000);
    struct radar_page page;
    struct arena arena;
    int64_t count = -1;

    arena_init(&arena, (size_t)1 << 20);
    assert_int_equal(
        radar_news_list(db, &arena, &(struct radar_filter){.bounds = BOUNDS_ALL, .limit = 10}, &page, &count), OK);
    readers_give(pond->engine->readers, db);
    arena_done(&arena);
    return count;
}

static void janitor__what_sales_were_told_goes_after_its_time(void **state)
{
    struct pond *pond = *state;
    int64_t now_ms = clock_now_ms(), times[] = {now_ms, now_ms + 10 * MS_PER_DAY};

    pond->opts.radar_retention_ms = 90 * MS_PER_DAY;
    pond_reopen(pond);
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        assert_int_equal(
            writer_submit(pond->engine->writer, &(struct writer_task){.run = tell_sales, .arg = &times[i]}, NULL), OK);
    }
    janitor_run(pond->engine->janitor, now_ms + 89 * MS_PER_DAY);
    assert_int_equal(told_left(pond), 2);
    janitor_run(pond->engine->janitor, now_ms + 91 * MS_PER_DAY);
    assert_int_equal(told_left(pond), 1);
    pond->opts.radar_retention_ms = 0;
    pond_reopen(pond);
    janitor_run(pond->engine->janitor, now_ms + 1000 * MS_PER_DAY);
    assert_int_equal(told_left(pond), 1);
}

static size_t backups(struct pond *pond, char name[64])
{
    const char *path = tempdir_file(&pond->dir, "backups");
    DIR *dir = opendir(path);
    size_t count = 0;

    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        if (entry->d_name[0] != '.') {
            snprintf(name, 64, "%.63s", entry->d_name);
            count++;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return count;
}

static void open_with_backups(struct pond *pond)
{
    pond->opts.backup_dir = arena_str(&pond->arena, str_from_c(tempdir_file(&pond->dir, "backups"))).ptr;
    pond->opts.backup_every_ms = MS_PER_DAY;
    pond_reopen(pond);
}

static void janitor__a_backup_is_a_whole_database(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/kept").link;
    struct link found;
    struct fault fault;
    struct db *db = NULL;
    char name[64];
    char path[PATH_MAX];

    open_with_backups(pond);
    janitor_run(pond->engine->janitor, INT64_C(1795312922000));
    assert_int_equal(backups(pond, name), 1);
    assert_string_equal(name, "linkpond-20261122-020202.db");
    snprintf(path, sizeof path, "%s/%s", pond->opts.backup_dir, name);
    assert_int_equal(db_open(path, DB_READ, &db, &fault), OK);
    assert_int_equal(links_find(db, &pond->arena, BOUNDS_ALL, link.id, &found), OK);
    assert_str(found.url, "https://example.org/kept");
    db_close(db);
}

static void janitor__backups_keep_their_rhythm_over_restarts_and_the_newest_seven(void **state)
{
    struct pond *pond = *state;
    int64_t now_ms = INT64_C(1795312922000);
    char name[64];

    open_with_backups(pond);
    janitor_run(pond->engine->janitor, now_ms);
    pond_reopen(pond);
    janitor_run(pond->engine->janitor, now_ms + MS_PER_HOUR);
    assert_int_equal(backups(pond, name), 1);
    for (int day = 1; day <= 9; day++) {
        janitor_run(pond->engine->janitor, now_ms + day * MS_PER_DAY);
    }
    assert_int_equal(backups(pond, name), BACKUPS_KEPT);
    assert_int_equal(janitor_newest_backup(pond->opts.backup_dir), now_ms + 9 * MS_PER_DAY);
    pond_close(pond);
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/linkpond-20261122-020202.db", pond->opts.backup_dir);
    assert_false(files_exists(path));
}

static void janitor__a_failed_backup_leaves_no_file(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};
    const char *inside = arena_str(&pond->arena, str_from_c(tempdir_file(&pond->dir, "missing/b.db"))).ptr;

    assert_int_not_equal(engine_backup(pond->engine, inside, &fault), OK);
    assert_non_null(strstr(fault.message, "b.db"));
    assert_false(files_exists(inside));
}

static void janitor__a_broken_table_is_refused_and_the_old_stay(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};
    struct link link = CREATE(pond, "url=https://example.org/", "max_clicks=1").link;

    pond->opts.recognition_dir = pond->dir.path;
    pond_reopen(pond);
    assert_int_equal(files_write_atomic(tempdir_file(&pond->dir, "bots.tsv"), STR("no\ttable\tof\tours\tat\tall\n")),
                     OK);
    assert_int_not_equal(engine_reload(pond->engine, &fault), OK);
    pond_visit_as(pond, "s.example.com", link.code, POND_UA_BOT);
    assert_int_equal(pond_visit(pond, link.code).outcome, OUTCOME_REDIRECT);
    unlink(tempdir_file(&pond->dir, "bots.tsv"));
    assert_int_equal(engine_reload(pond->engine, &fault), OK);
    assert_int_equal(engine_reload(pond->engine, &fault), OK);
    assert_int_equal(pond_visit(pond, link.code).outcome, OUTCOME_USED_UP);
}

static void janitor__the_balance_closes_after_a_drain(void **state)
{
    struct pond *pond = *state;
    str code = CREATE(pond, "url=https://example.org/").link.code;
    struct engine_balance balance;

    for (int i = 0; i < 10; i++) {
        pond_visit(pond, code);
    }
    assert_int_equal(writer_drain(pond->engine->writer, 60000), OK);
    engine_balance(pond->engine, &balance);
    assert_int_equal(balance.journalled, 10);
    assert_int_equal(balance.ingested, 10);
    assert_int_equal(balance.lag_records, 0);
    assert_int_equal(balance.lag_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POND_TEST(janitor__the_bin_is_emptied_after_its_time),
        POND_TEST(janitor__what_anybody_made_goes_to_the_bin_some_time_after_its_end),
        POND_TEST(janitor__expired_clicks_go_and_their_sums_stay),
        POND_TEST(janitor__what_sales_were_told_goes_after_its_time),
        POND_TEST(janitor__a_backup_is_a_whole_database),
        POND_TEST(janitor__backups_keep_their_rhythm_over_restarts_and_the_newest_seven),
        POND_TEST(janitor__a_failed_backup_leaves_no_file),
        POND_TEST(janitor__a_broken_table_is_refused_and_the_old_stay),
        POND_TEST(janitor__the_balance_closes_after_a_drain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
