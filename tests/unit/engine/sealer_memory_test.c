/* SPDX-License-Identifier: MIT */
/* Goal: whichever allocation of sealing, merging, purging or reading chunks fails, nothing is lost, nothing is double,
 * and the next try succeeds. The linker wraps our allocations. */
#include <stdatomic.h>
#include <stdlib.h>

#include "ledger.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/store/chunks.h"
#include "purge.h"
#include "refusing_memory.h"

#include "linkpond/engine/sealer.h"

#define CLICKS    120
#define CHUNK     50
#define TRIES_MAX 400 /* allocations of one call, at most */

static _Atomic int64_t left = -1; /* allocations that still succeed; negative = all */
static atomic_uint refusals;

static bool refuse(void)
{
    if (atomic_load(&left) < 0 || atomic_fetch_sub(&left, 1) > 0) {
        return false;
    }
    atomic_store(&left, -1); /* one only */
    atomic_fetch_add(&refusals, 1);
    return true;
}

static struct ledger ledger;
static int64_t link_id, other_id;
static uint32_t next_offset;
static int64_t clicks_made;

static int set_up(void **state)
{
    (void)state;
    ledger_init(&ledger);
    link_id = ledger_link(&ledger, NULL);
    other_id = ledger_link(&ledger, NULL);
    next_offset = RECORD_ALIGN;
    clicks_made = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ledger_done(&ledger);
    return 0;
}

static void add_folded(int64_t count)
{
    struct click_batch *batch = malloc(sizeof *batch);
    size_t folded = 0;
    char text[40];

    assert_int_equal(db_begin(ledger.db.db, false), OK);
    click_batch_init(batch);
    for (int64_t i = 0; i < count; i++) {
        struct click_row click = {.facts = {.id = click_id_make(LEDGER_NODE, 1, next_offset),
                                            .time_ms = LEDGER_T0 + clicks_made++,
                                            .link_id = i % 3 ? link_id : other_id,
                                            .outcome = OUTCOME_REDIRECT}};
        snprintf(text, sizeof text, "%032llx", (unsigned long long)clicks_made);
        click.values[CLICK_REQUEST_ID].text = str_from_c(text);
        next_offset += RECORD_ALIGN;
        assert_int_equal(click_batch_add(batch, ledger.db.db, &click), OK);
        assert_int_equal(segments_ingested(ledger.db.db, segment_id_of_click(click.facts.id), next_offset, false, 1,
                                           click.facts.time_ms, click.facts.time_ms),
                         OK);
    }
    assert_int_equal(click_batch_flush(batch, ledger.db.db), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    free(batch);
    assert_int_equal(fold_run(ledger.db.db, &(struct fold_opts){.rows_max = FOLD_ROWS_MAX}, &folded), OK);
}

static void assert_whole(int64_t expected)
{
    int64_t count = 0, differences = 0;

    assert_int_equal(clicks_count(ledger.db.db, &count), OK);
    assert_int_equal(count, expected);
    assert_int_equal(clicks_verify(ledger.db.db, NULL), OK);
    assert_int_equal(fold_verify(ledger.db.db, &differences, NULL), OK);
}

/* Fails the first allocation of the call, then the second and so on, until one passes. */
static void try_all(enum err (*call)(void), void (*check)(void))
{
    enum err err = ERR_NOMEM;
    unsigned refused = 0;

    for (int64_t n = 0; err != OK; n++) {
        assert_true(n < TRIES_MAX);
        atomic_store(&refusals, 0);
        atomic_store(&left, n);
        err = call();
        atomic_store(&left, -1);
        assert_true(err == OK || err == ERR_NOMEM);
        refused += atomic_load(&refusals);
        check();
    }
    assert_true(refused > 3); /* or nothing was tried */
}

static enum err seal_once(void)
{
    struct sealing done;

    return sealer_run(ledger.db.db, CHUNK, INT64_MIN, NULL, &done);
}

static void check_whole(void)
{
    assert_whole(clicks_made);
}

static void sealing__without_memory_loses_nothing(void **state)
{
    (void)state;
    add_folded(CLICKS);
    try_all(seal_once, check_whole);
}

static enum err merge_once(void)
{
    bool merged = false;

    return sealer_merge(ledger.db.db, CHUNK * 10, &merged);
}

static void merging__without_memory_loses_nothing(void **state)
{
    (void)state;
    add_folded(CLICKS);
    assert_int_equal(seal_once(), OK);
    assert_int_equal(seal_once(), OK);
    try_all(merge_once, check_whole);
}

static enum err purge_once(void)
{
    struct link_ids ids = {.domain_id = ledger.db.domain_id};
    int64_t deleted = 0;
    enum err err = db_begin(ledger.db.db, true);

    if (err == OK) {
        err = purge_clicks(ledger.db.db, other_id, &deleted);
    }
    if (err == OK) {
        err = fold_forget(ledger.db.db, other_id, &ids);
    }
    if (err == OK) {
        assert_int_equal(deleted, CLICKS / 3);
        return db_commit(ledger.db.db);
    }
    db_rollback(ledger.db.db);
    return err;
}

static void check_purge(void)
{
    int64_t count = 0;

    assert_int_equal(clicks_count(ledger.db.db, &count), OK);
    assert_true(count == CLICKS || count == CLICKS - CLICKS / 3);
    assert_whole(count);
}

static void a_purge__without_memory_is_whole_or_not_at_all(void **state)
{
    (void)state;
    add_folded(CLICKS);
    assert_int_equal(seal_once(), OK);
    assert_int_equal(seal_once(), OK);
    try_all(purge_once, check_purge);
}

static int64_t listed;

static bool count_click(void *arg, const struct click *click)
{
    (void)arg;
    listed += click->request_id.len == 32;
    return true;
}

static enum err list_once(void)
{
    const struct click_query query = {.filter = {.to_ms = INT64_MAX, .all_classes = true}, .limit = 1000};

    listed = 0;
    return clicks_run(ledger.db.db, &ledger.db.arena, &query, count_click, NULL);
}

static void check_nothing(void)
{
    assert_true(listed <= CLICKS);
}

static void listing__without_memory_says_so(void **state)
{
    (void)state;
    add_folded(CLICKS);
    assert_int_equal(seal_once(), OK);
    assert_int_equal(seal_once(), OK);
    try_all(list_once, check_nothing);
    assert_int_equal(listed, CLICKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sealing__without_memory_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(merging__without_memory_loses_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_purge__without_memory_is_whole_or_not_at_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listing__without_memory_says_so, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
