/* SPDX-License-Identifier: MIT */
/* Goal: stored sums are what a recount of the folded rows gives, always: after folding in pieces, moves, merges, purges
 * and recounts; and a difference is found. */
#include "impatience.h"
#include "linkpond/store/rewrites.h"
#include "purge.h"
#include "report_world.h"

static int setup(void **state)
{
    (void)state;
    seed = 5;
    memset(world_rows, 0, sizeof world_rows);
    return make_world(state);
}

static void assert_sums_are_right(void)
{
    struct fault fault = {0};
    int64_t differences = -1;
    enum err err = fold_verify(ledger.db.db, &differences, &fault);

    if (err != OK || differences != 0) {
        fail_msg("%s: %s", err_name(err), fault.message);
    }
}

static int64_t scope_clicks(enum sums_scope scope, int64_t id)
{
    struct sums_days rows = sums_scope_days(ledger.db.db, scope, id, INT64_MIN, INT64_MAX);
    static struct sums_cell cells[SUMS_LIST_CELLS];
    int64_t day = 0, clicks = 0;
    str bytes = {0};

    while (sums_days_next(&rows, &day, &bytes)) {
        size_t count = 0;
        assert_true(sums_unpack(bytes, cells, &count));
        for (size_t i = 0; i < count; i++) {
            clicks += cells[i].key != SUMS_KEY_SCANS ? cells[i].count : 0;
        }
    }
    assert_int_equal(stmt_err(rows.stmt), OK);
    return clicks;
}

static void fold_everything(void)
{
    size_t rows = 1;

    while (rows > 0) {
        const struct fold_opts opts = fold_of_world(1 + roll(300));
        assert_int_equal(fold_run(ledger.db.db, &opts, &rows), OK);
    }
}

static void count_anew(void)
{
    struct fault fault = {0};

    assert_int_equal(db_begin(ledger.db.db, true), OK);
    assert_int_equal(fold_reset(ledger.db.db, &fault), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    fold_everything();
}

static int64_t total_of(int64_t link_id)
{
    struct link_stat stat;

    assert_int_equal(sums_stat_find(ledger.db.db, link_id, &stat), OK);
    return stat.total;
}

static void fold__pieces_of_any_size_add_up(void **state)
{
    (void)state;
    assert_sums_are_right();
    size_t rows = 1;
    while (rows > 0) {
        const struct fold_opts opts = fold_of_world(1 + roll(100));
        assert_int_equal(fold_run(ledger.db.db, &opts, &rows), OK);
        assert_sums_are_right();
    }
    assert_int_equal(scope_clicks(SUMS_ALL, 0), ROWS);
    int64_t backlog = -1;
    assert_int_equal(fold_backlog(ledger.db.db, &backlog), OK);
    assert_int_equal(backlog, 0);
}

static void fold__given_up_at_any_place_it_changes_nothing(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    int64_t before = 0, after = 0;
    enum err err = ERR_UNAVAILABLE;
    size_t rows = 1;
    int given_up = 0;
    assert_int_equal(fold_backlog(db, &before), OK);
    assert_true(before > 0);
    while (err == ERR_UNAVAILABLE) {
        struct impatience impatience;
        impatience_begin(&impatience, db, given_up);
        struct fold_opts opts = fold_of_world(FOLD_ROWS_MAX);
        opts.give_up = &impatience.up;
        err = fold_run(db, &opts, &rows);
        impatience_end(&impatience, db);
        assert_int_equal(fold_backlog(db, &after), OK);
        assert_true(err == OK || (rows == 0 && after == before));
        assert_sums_are_right();
        given_up++;
    }
    assert_int_equal(err, OK);
    assert_true(rows > 0 && after < before);
    assert_in_range(given_up, 30, 10000); /* links are read and written, not only rows read */
}

static void fold__a_moved_link_takes_its_sums_along(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    struct link link;
    struct link_ids before, after;
    int64_t id = link_ids_of[1];
    int64_t in_spring = scope_clicks(SUMS_CAMPAIGN, campaign_ids[1]);
    assert_int_equal(db_begin(db, true), OK);
    assert_int_equal(links_find(db, &ledger.db.arena, BOUNDS_ALL, id, &link), OK);
    assert_int_equal(links_ids(db, id, &before), OK);
    link.campaign_id = campaign_ids[2];
    link.owner_id = 0;
    link.domain_id = domain_ids[1];
    assert_int_equal(links_update(db, BOUNDS_ALL, &link), OK);
    assert_int_equal(links_ids(db, id, &after), OK);
    assert_int_equal(fold_move(db, id, &before, &after), OK);
    assert_int_equal(db_commit(db), OK);
    assert_int_equal(scope_clicks(SUMS_CAMPAIGN, campaign_ids[1]), in_spring - total_of(id));
    assert_sums_are_right();
    fold_everything();
    assert_sums_are_right();
}

/* All that is folded from now on waits beside its links, but for parts with a click of a limited link. */
static void leave_beside(void)
{
    const struct fold_opts opts = {.rows_max = 40, .links_many = 1, .part_many = 1, .part_due = 1U << 20};
    bool any = false;
    size_t rows = 1;

    while (rows > 0 && !any) {
        assert_int_equal(fold_run(ledger.db.db, &opts, &rows), OK);
        assert_int_equal(gains_any(ledger.db.db, &any), OK);
    }
    assert_true(any);
}

static void fold__a_purged_link_leaves_no_sums(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    leave_beside();
    struct link_ids ids;
    int64_t deleted = 0, before = scope_clicks(SUMS_ALL, 0), of_link = total_of(link_ids_of[2]);
    assert_true(of_link > 0);
    assert_int_equal(db_begin(db, true), OK);
    assert_int_equal(links_ids(db, link_ids_of[2], &ids), OK);
    assert_int_equal(fold_forget(db, link_ids_of[2], &ids), OK);
    assert_int_equal(purge_clicks(db, link_ids_of[2], &deleted), OK);
    assert_int_equal(db_commit(db), OK);
    assert_true(deleted > of_link); /* what was not folded goes too */
    assert_int_equal(scope_clicks(SUMS_ALL, 0), before - of_link);
    assert_int_equal(total_of(link_ids_of[2]), 0);
    assert_sums_are_right();
    fold_everything();
    assert_sums_are_right();
}

static void fold__a_merged_campaign_has_the_clicks_of_both(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    int64_t both = scope_clicks(SUMS_CAMPAIGN, campaign_ids[1]) + scope_clicks(SUMS_CAMPAIGN, campaign_ids[2]);
    assert_int_equal(db_begin(db, true), OK);
    assert_int_equal(labels_merge(db, campaign_ids[1], campaign_ids[2], 2), OK);
    assert_int_equal(fold_merge(db, SUMS_CAMPAIGN, campaign_ids[1], campaign_ids[2]), OK);
    assert_int_equal(db_commit(db), OK);
    assert_int_equal(scope_clicks(SUMS_CAMPAIGN, campaign_ids[1]), 0);
    assert_int_equal(scope_clicks(SUMS_CAMPAIGN, campaign_ids[2]), both);
    assert_sums_are_right();
}

static void fold__a_wrong_sum_is_found_and_counted_anew(void **state)
{
    (void)state;
    struct fault fault = {0};
    int64_t differences = 0;
    const struct link_stat wrong = {.link_id = link_ids_of[1], .bots = 1, .last_ms = TIME_NONE};
    assert_int_equal(sums_stat_add(ledger.db.db, &wrong), OK);
    assert_int_equal(sums_scope_day_put(ledger.db.db, SUMS_OWNER, USER_ADMIN, START / MS_PER_DAY, STR("")), OK);
    assert_int_equal(fold_verify(ledger.db.db, &differences, &fault), ERR_CORRUPT);
    assert_int_equal(differences, 2);
    assert_true(strlen(fault.message) > 0);
    count_anew();
    assert_sums_are_right();
    assert_int_equal(scope_clicks(SUMS_ALL, 0), ROWS);
}

/* A rewrite finds the clicks that are last now when all else is done, so until then a later one may stand there. */
static void fold__a_rewrite_under_way_owes_the_last_clicks(void **state)
{
    (void)state;
    struct fault fault = {0};
    int64_t differences = 0;
    const struct link_stat later = {.link_id = link_ids_of[1], .last_ms = START + 900 * MS_PER_DAY};
    struct rewrite rewrite = {.kind = REWRITE_RECLASSIFY, .from_ms = INT64_MIN, .to_ms = INT64_MAX};
    assert_int_equal(sums_stat_add(ledger.db.db, &later), OK);
    assert_int_equal(fold_verify(ledger.db.db, &differences, &fault), ERR_CORRUPT);
    assert_int_equal(rewrites_insert(ledger.db.db, &rewrite), OK);
    assert_sums_are_right();
    rewrite.state = REWRITE_DONE;
    assert_int_equal(rewrites_update(ledger.db.db, &rewrite), OK);
    assert_int_equal(fold_verify(ledger.db.db, &differences, &fault), ERR_CORRUPT);
    assert_int_equal(differences, 1);
}

static void fold__a_recount_keeps_what_an_import_brought_along(void **state)
{
    (void)state;
    struct link_stat stat;
    const struct link_stat brought = {.link_id = link_ids_of[1], .clicks = 1000, .total = 1000, .last_ms = TIME_NONE};
    fold_everything();
    assert_int_equal(sums_stat_find(ledger.db.db, link_ids_of[1], &stat), OK);
    int64_t clicks = stat.clicks;
    assert_int_equal(sums_stat_add(ledger.db.db, &brought), OK);
    assert_sums_are_right();
    count_anew();
    assert_int_equal(sums_stat_find(ledger.db.db, link_ids_of[1], &stat), OK);
    assert_int_equal(stat.clicks, clicks + 1000);
    assert_sums_are_right();
}

static void fold__retention_keeps_the_sums_of_what_it_deletes(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    struct fault fault = {0};
    int64_t left = 0, differences = 0;
    retain_world(START + 2 * SPAN); /* what is not folded stays */
    assert_int_equal(clicks_count(db, &left), OK);
    assert_int_equal(left, ROWS - 1100);
    fold_everything();
    assert_int_equal(scope_clicks(SUMS_ALL, 0), ROWS);
    assert_int_equal(fold_reset(db, &fault), ERR_CONFLICT);
    assert_int_equal(fold_verify(db, &differences, &fault), ERR_CONFLICT);
    assert_int_equal(scope_clicks(SUMS_ALL, 0), ROWS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, end_world)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fold__pieces_of_any_size_add_up),
        TEST(fold__given_up_at_any_place_it_changes_nothing),
        TEST(fold__a_moved_link_takes_its_sums_along),
        TEST(fold__a_purged_link_leaves_no_sums),
        TEST(fold__a_merged_campaign_has_the_clicks_of_both),
        TEST(fold__a_wrong_sum_is_found_and_counted_anew),
        TEST(fold__a_rewrite_under_way_owes_the_last_clicks),
        TEST(fold__a_recount_keeps_what_an_import_brought_along),
        TEST(fold__retention_keeps_the_sums_of_what_it_deletes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
