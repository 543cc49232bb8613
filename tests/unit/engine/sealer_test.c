/* SPDX-License-Identifier: MIT */
/* Goal: wherever a click is kept, in the tail or in a chunk, it is there once: through sealing, late clicks, clocks
 * that are set back, merging, purge, retention and a recount. What is listed equals a plain list in memory. */
#include "assert_str.h"
#include "impatience.h"
#include "ledger.h"
#include "linkpond/base/hash.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/engine/rewriter.h"
#include "linkpond/store/chunks.h"
#include "purge.h"

#include "linkpond/engine/sealer.h"

#define ROWS_MAX  6000
#define LINKS     5
#define CHUNK     70
#define SEGMENTS  8
#define TEXT_SIZE 40

static struct ledger ledger;
static uint64_t seed = 77;
static int64_t links[LINKS + 1], purged[LINKS + 1];

/* The plain list: a click as it was written. Gone ones have id 0. */
struct row {
    struct click_facts facts;
    char request_id[TEXT_SIZE], query[TEXT_SIZE];
};
static struct row rows[ROWS_MAX];
static size_t rows_count;
static uint32_t offsets[SEGMENTS]; /* of the next click of each segment */
static int64_t clock_ms[SEGMENTS / 2], set_back_ms;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static int set_up(void **state)
{
    (void)state;
    ledger_init(&ledger);
    rows_count = 0;
    set_back_ms = MS_PER_HOUR;
    for (size_t i = 0; i < SEGMENTS; i++) {
        offsets[i] = RECORD_ALIGN;
    }
    for (size_t i = 0; i < ARRAY_LEN(clock_ms); i++) {
        clock_ms[i] = LEDGER_T0;
    }
    for (size_t i = 1; i <= LINKS; i++) {
        links[i] = ledger_link(&ledger, NULL);
        purged[i] = 0;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ledger_done(&ledger);
    return 0;
}

/* ---- what happens to a ledger */

static void add_click(struct click_batch *batch, size_t segment, int64_t time_ms)
{
    struct row *row = &rows[rows_count++];
    struct click_row click = {0};
    int64_t id = click_id_make(LEDGER_NODE, 1 + segment, offsets[segment]);

    row->facts = (struct click_facts){
        .id = id,
        .time_ms = time_ms,
        .link_id = links[roll(LINKS + 1)],
        .class = roll(4) ? CLASS_HUMAN : (enum click_class)roll(CLASS_COUNT),
        .outcome = roll(4) ? OUTCOME_REDIRECT : (enum click_outcome)roll(OUTCOME_COUNT),
        .signals = roll(6) ? 0 : SIGNAL_RESERVED_LIMIT,
        .flags = (unsigned)roll(16),
        .visitor = (int64_t)roll(30),
        .visitor_by = VISITOR_BY_HASH,
    };
    for (size_t i = 1; i <= LINKS; i++) { /* a purged link gets no more visits */
        row->facts.link_id = purged[i] && row->facts.link_id == links[i] ? 0 : row->facts.link_id;
    }
    snprintf(row->request_id, TEXT_SIZE, "%016llx%016llx", (unsigned long long)roll(UINT64_MAX),
             (unsigned long long)id);
    snprintf(row->query, TEXT_SIZE, "q=%d", (int)roll(5000));
    click.facts = row->facts;
    click.values[CLICK_REQUEST_ID].text = str_from_c(row->request_id);
    click.values[CLICK_QUERY].text = str_from_c(row->query);
    offsets[segment] += (uint32_t)(RECORD_ALIGN * (1 + roll(4)));
    assert_int_equal(click_batch_add(batch, ledger.db.db, &click), OK);
    assert_int_equal(
        segments_ingested(ledger.db.db, segment_id_of_click(id), offsets[segment], false, 1, time_ms, time_ms), OK);
}

/* Four lanes, each with its own clock; now and then a click of an old segment comes late. */
static void add_clicks(size_t count)
{
    struct click_batch *batch = malloc(sizeof *batch);

    assert_int_equal(db_begin(ledger.db.db, false), OK);
    click_batch_init(batch);
    for (size_t i = 0; i < count && rows_count < ROWS_MAX; i++) {
        size_t lane = roll(ARRAY_LEN(clock_ms));
        clock_ms[lane] += (int64_t)roll(3) ? (int64_t)roll(2 * MS_PER_MINUTE) : roll(40) ? 0 : -set_back_ms;
        add_click(batch, roll(30) ? lane * 2 + rows_count / (ROWS_MAX / 2 + 1) : lane * 2, clock_ms[lane]);
    }
    assert_int_equal(click_batch_flush(batch, ledger.db.db), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    free(batch);
}

static void fold_some(size_t rows_max)
{
    size_t folded = 0;

    assert_int_equal(fold_run(ledger.db.db, &(struct fold_opts){.rows_max = rows_max}, &folded), OK);
}

static void fold_all(void)
{
    size_t folded = 1;

    while (folded > 0) {
        assert_int_equal(fold_run(ledger.db.db, &(struct fold_opts){.rows_max = FOLD_ROWS_MAX}, &folded), OK);
    }
}

static size_t seal_some(int64_t old_ms)
{
    struct sealing done;

    assert_int_equal(sealer_run(ledger.db.db, CHUNK, old_ms, NULL, &done), OK);
    assert_true(done.rows <= CHUNK);
    return done.rows;
}

static void purge(size_t link)
{
    struct db *db = ledger.db.db;
    struct link_ids ids = {.domain_id = ledger.db.domain_id};
    int64_t deleted = 0, expected = 0;

    purged[link] = links[link];
    for (size_t i = 0; i < rows_count; i++) {
        if (rows[i].facts.id != 0 && rows[i].facts.link_id == links[link]) {
            rows[i].facts.id = 0;
            expected++;
        }
    }
    fold_all();
    assert_int_equal(db_begin(db, true), OK);
    assert_int_equal(fold_forget(db, links[link], &ids), OK);
    assert_int_equal(purge_clicks(db, links[link], &deleted), OK);
    assert_int_equal(db_commit(db), OK);
    assert_int_equal(deleted, expected);
}

/* ---- against the plain list */

static const struct row *expected_order[ROWS_MAX];
static size_t expected_count, seen_count;
static bool descending;

static int in_order(const void *left, const void *right)
{
    const struct click_facts *a = &(*(const struct row *const *)left)->facts;
    const struct click_facts *b = &(*(const struct row *const *)right)->facts;
    int order = a->time_ms != b->time_ms ? (a->time_ms < b->time_ms ? -1 : 1) : (a->id > b->id) - (a->id < b->id);

    return descending ? -order : order;
}

static void expect(int64_t link_id, str request_id, int64_t from_ms, int64_t to_ms)
{
    expected_count = seen_count = 0;
    for (size_t i = 0; i < rows_count; i++) {
        const struct row *row = &rows[i];
        if (row->facts.id != 0 && (link_id < 0 || row->facts.link_id == link_id) && row->facts.time_ms >= from_ms &&
            row->facts.time_ms < to_ms && (request_id.len == 0 || str_eq(request_id, str_from_c(row->request_id)))) {
            expected_order[expected_count++] = row;
        }
    }
    qsort(expected_order, expected_count, sizeof *expected_order, in_order);
}

struct page {
    size_t count;
    int64_t last_id, last_ms;
};

static bool see(void *arg, const struct click *click)
{
    struct page *page = arg;

    assert_true(seen_count < expected_count);
    const struct row *row = expected_order[seen_count++];
    assert_int_equal(click->id, row->facts.id);
    assert_int_equal(click->time_ms, row->facts.time_ms);
    assert_int_equal(click->link_id, row->facts.link_id);
    assert_int_equal(click->class, row->facts.class);
    assert_int_equal(click->visitor, row->facts.class == CLASS_HUMAN ? row->facts.visitor : 0);
    assert_str_same(click->request_id, str_from_c(row->request_id));
    assert_str_same(click->query, str_from_c(row->query));
    page->count++;
    page->last_id = click->id;
    page->last_ms = click->time_ms;
    return true;
}

/* All pages, going on sometimes from an id alone. */
static void assert_listed(int64_t link_id, str request_id, int64_t from_ms, int64_t to_ms)
{
    char number[24];
    str word = {number, (size_t)snprintf(number, sizeof number, "%lld", (long long)link_id)};
    struct click_query query = {.filter = {.from_ms = from_ms, .to_ms = to_ms, .all_classes = true}};
    struct page page = {0};

    descending = roll(2);
    expect(link_id, request_id, from_ms, to_ms);
    query.descending = descending;
    query.limit = expected_count < 40 ? 7 : 100 + roll(900);
    query.request_id = request_id;
    if (link_id >= 0) {
        query.filter.filters_count = 1;
        query.filter.filters[0] = (struct report_filter){.dim = DIM_LINK, .values = {.items = &word, .count = 1}};
    }
    do {
        page.count = 0;
        assert_int_equal(clicks_run(ledger.db.db, &ledger.db.arena, &query, see, &page), OK);
        query.after_id = page.last_id;
        query.after_ms = roll(2) ? page.last_ms : 0;
    } while (page.count == query.limit);
    assert_int_equal(seen_count, expected_count);
}

static void assert_whole(bool sums_too)
{
    int64_t count = 0, differences = 0;
    struct fault fault = {0};

    assert_listed(-1, STR(""), 0, INT64_MAX);
    assert_int_equal(clicks_count(ledger.db.db, &count), OK);
    assert_int_equal(count, expected_count);
    assert_listed(links[1 + roll(LINKS)], STR(""), 0, INT64_MAX);
    assert_listed(-1, STR(""), LEDGER_T0 + (int64_t)roll(MS_PER_DAY), LEDGER_T0 + (int64_t)roll(2 * MS_PER_DAY));
    const struct row *row = &rows[roll(rows_count)];
    assert_listed(-1, str_from_c(row->request_id), 0, INT64_MAX);
    if (clicks_verify(ledger.db.db, &fault) != OK) {
        fail_msg("%s", fault.message);
    }
    if (sums_too && fold_verify(ledger.db.db, &differences, &fault) != OK) {
        fail_msg("%s", fault.message);
    }
}

static int64_t count_chunks(void)
{
    struct stmt *chunks = chunks_each(ledger.db.db);
    struct chunk_info info;
    int64_t count = 0;

    while (chunks_next(chunks, &info)) {
        count++;
    }
    return count;
}

/* ---- */

static void clicks__are_kept_once_whatever_happens(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        add_clicks(roll(160));
        fold_some(1 + roll(300));
        for (uint64_t i = roll(3); i > 0; i--) {
            seal_some(INT64_MIN);
        }
        if (round == 20 || round == 40) {
            purge((size_t)round / 20);
        }
        if (round % 10 == 3) {
            seal_some(INT64_MAX); /* as if all were old: a small one */
            bool merged = false;
            assert_int_equal(sealer_merge(ledger.db.db, CHUNK * 8, &merged), OK);
        }
        if (rows_count > 0 && round % 4 == 0) {
            assert_whole(true);
        }
    }
    assert_true(count_chunks() > 10);
    assert_whole(true);
}

static void sealing__leaves_nothing_behind_and_then_rests(void **state)
{
    (void)state;
    struct sealing done;

    add_clicks(1000);
    assert_int_equal(seal_some(INT64_MAX), 0); /* not in the sums yet */
    fold_some(FOLD_ROWS_MAX);
    size_t sealed = 0, rows_now = 0;
    while ((rows_now = seal_some(INT64_MIN)) > 0) {
        assert_int_equal(rows_now, CHUNK);
        sealed += rows_now;
    }
    assert_int_equal(sealed, 1000 / CHUNK * CHUNK);
    assert_int_equal(sealer_run(ledger.db.db, CHUNK, INT64_MIN, NULL, &done), OK);
    assert_int_equal(done.waiting, 1000 % CHUNK);
    assert_int_equal(seal_some(INT64_MAX), 1000 % CHUNK);
    assert_int_equal(seal_some(INT64_MAX), 0);
    assert_whole(true);
}

static void sealing__given_up_at_any_place_changes_nothing(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    struct sealing done;
    enum err err = ERR_UNAVAILABLE;
    int given_up = 0;

    add_clicks(2 * CHUNK);
    fold_some(FOLD_ROWS_MAX);
    while (err == ERR_UNAVAILABLE) {
        struct impatience impatience;
        impatience_begin(&impatience, db, given_up);
        err = sealer_run(db, CHUNK, INT64_MIN, &impatience.up, &done);
        impatience_end(&impatience, db);
        assert_true(err == OK ? done.rows == CHUNK : err == ERR_UNAVAILABLE && done.rows == 0);
        assert_false(db_in_transaction(db));
        if (given_up % 8 == 0) {
            assert_whole(true);
        }
        given_up++;
    }
    assert_int_equal(err, OK);
    assert_in_range(given_up, CHUNK / 4, 10 * CHUNK); /* several clicks stand in one row */
    assert_whole(true);
    assert_int_equal(seal_some(INT64_MIN), CHUNK);
}

static void chunks__follow_time(void **state)
{
    (void)state;
    struct chunk_info info;
    int64_t latest = INT64_MIN;

    for (size_t i = 0; i < ARRAY_LEN(clock_ms); i++) {
        clock_ms[i] = LEDGER_T0 + (int64_t)i; /* no two clicks at one time */
    }
    struct click_batch *batch = malloc(sizeof *batch);
    assert_int_equal(db_begin(ledger.db.db, false), OK);
    click_batch_init(batch);
    for (size_t i = 0; i < 1000; i++) {
        size_t lane = roll(ARRAY_LEN(clock_ms));
        clock_ms[lane] += 100;
        add_click(batch, lane, clock_ms[lane]);
    }
    assert_int_equal(click_batch_flush(batch, ledger.db.db), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    free(batch);
    fold_some(FOLD_ROWS_MAX);
    while (seal_some(INT64_MIN) > 0) {
    }
    struct stmt *chunks = chunks_each(ledger.db.db);
    while (chunks_next(chunks, &info)) {
        assert_true(info.bounds.min_ms >= latest);
        latest = info.bounds.max_ms;
    }
    assert_true(latest > LEDGER_T0);
}

static void a_recount__reads_chunks_too(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    int64_t differences = 0, waiting = 0;
    struct link_stat before, after;
    struct fault fault = {0};

    add_clicks(900);
    fold_some(700);
    while (seal_some(INT64_MIN) > 0) {
    }
    assert_int_equal(sums_stat_find(db, links[1], &before), OK);
    assert_int_equal(db_begin(db, true), OK);
    assert_int_equal(fold_reset(db, &fault), OK);
    assert_int_equal(db_commit(db), OK);
    assert_whole(true); /* in the middle of it nothing is folded, and nothing lost */
    assert_int_equal(fold_backlog(db, &waiting), OK);
    assert_true(waiting >= 700);
    fold_all();
    assert_int_equal(fold_verify(db, &differences, &fault), OK);
    assert_int_equal(sums_stat_find(db, links[1], &after), OK);
    assert_true(after.total >= before.total); /* the rest was folded too */
    assert_whole(true);
}

static void retain(int64_t before_ms)
{
    const struct rewriter_opts opts = {.chunk_rows = CHUNK, .zone = zone_find(STR("UTC"))};
    bool asked = false;

    assert_int_equal(db_begin(ledger.db.db, true), OK);
    assert_int_equal(rewriter_ask_retain(ledger.db.db, before_ms, 1, &asked), OK);
    assert_int_equal(db_commit(ledger.db.db), OK);
    assert_int_equal(rewriter_work_off(&opts, ledger.db.db), OK);
}

static void retention__takes_what_is_older(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;

    set_back_ms = 0;
    add_clicks(2000);
    fold_some(1500);
    while (seal_some(INT64_MIN) > 0) {
    }
    for (int step = 1; step < 6; step++) {
        int64_t before_ms = LEDGER_T0 + step * MS_PER_HOUR, all = 0, left = 0;
        assert_int_equal(clicks_count(db, &all), OK);
        retain(before_ms);
        assert_int_equal(clicks_count(db, &left), OK);
        struct stmt *chunks = chunks_each(db);
        struct chunk_info info;
        while (chunks_next(chunks, &info)) {
            assert_true(info.bounds.min_ms >= before_ms);
        }
        assert_listed(-1, STR(""), before_ms, INT64_MAX);
        assert_true(left < all);
    }
    assert_int_equal(clicks_verify(db, NULL), OK);
}

static void small_chunks__become_larger(void **state)
{
    (void)state;
    bool merged = true;

    for (int month = 0; month < 12; month++) {
        add_clicks(20);
        fold_some(FOLD_ROWS_MAX);
        assert_true(seal_some(INT64_MAX) > 0);
    }
    assert_int_equal(count_chunks(), 12);
    while (merged) {
        assert_int_equal(sealer_merge(ledger.db.db, 1000, &merged), OK);
    }
    assert_int_equal(count_chunks(), 1); /* 240 < 1000 / 4 */
    assert_whole(true);
}

static void a_record_read_again__is_not_stored_again(void **state)
{
    (void)state;
    struct click_batch *batch = malloc(sizeof *batch);
    struct click_row click = {0};

    add_clicks(300);
    fold_some(FOLD_ROWS_MAX);
    while (seal_some(INT64_MAX) > 0) {
    }
    click.facts = rows[5].facts;
    assert_int_equal(db_begin(ledger.db.db, false), OK);
    click_batch_init(batch);
    assert_int_equal(click_batch_add(batch, ledger.db.db, &click), ERR_CONFLICT);
    db_rollback(ledger.db.db);
    free(batch);
}

/* One bit of a stored column. */
static void damage(struct db *db, int64_t key)
{
    static char bytes[65536];
    struct stmt *stmt = db_stmt(db, SQL_CHUNK_COLUMN_FIND);

    stmt_bind_i64(stmt, "id", key);
    assert_true(stmt_next(stmt));
    str stored = stmt_blob(stmt, 0);
    assert_true(stored.len > 40 && stored.len < sizeof bytes);
    memcpy(bytes, stored.ptr, stored.len);
    bytes[roll(stored.len)] ^= 1;
    stmt_reset(stmt);
    stmt = db_stmt(db, SQL_CHUNK_COLUMNS_DELETE);
    stmt_bind_i64(stmt, "from_id", key);
    stmt_bind_i64(stmt, "to_id", key);
    assert_int_equal(stmt_run(stmt), OK);
    stmt = db_stmt(db, SQL_CHUNK_COLUMN_INSERT);
    stmt_bind_i64(stmt, "id", key);
    stmt_bind_blob(stmt, "data", (str){bytes, stored.len});
    assert_int_equal(stmt_run(stmt), OK);
}

static void chunks_older_than_a_column__hold_nothing_in_it(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    struct chunk_info info = {.rows = 9};
    struct arena arena;
    struct chunk chunk;
    char hex[CHUNK_HEX_MAX];
    const enum chunk_column last = CHUNK_COLUMNS - 1;
    struct stmt *stmt = db_stmt(db, SQL_CHUNK_INSERT);

    stmt_bind_i64(stmt, "rows", info.rows);
    stmt_bind_i64(stmt, "min_ms", 1);
    stmt_bind_i64(stmt, "max_ms", 1);
    stmt_bind_i64(stmt, "min_id", 1);
    stmt_bind_i64(stmt, "max_id", 1);
    stmt_bind_i64(stmt, "columns", last);
    stmt_bind_i64(stmt, "folded", 1);
    assert_int_equal(stmt_run(stmt), OK);
    info.id = db_last_id(db);
    arena_init(&arena, 16 << 20);
    assert_int_equal(chunks_load(db, &info, CHUNK_BIT(last - 1), &arena, &chunk), ERR_CORRUPT); /* it had that one */
    assert_int_equal(chunks_load(db, &info, CHUNK_BIT(last), &arena, &chunk), OK);
    for (size_t row = 0; row < chunk.rows; row++) {
        struct click_value value = chunk_column_value(&chunk, last, row, hex);
        assert_true(value.term == 0 && value.text.len == 0);
    }
    arena_done(&arena);
}

static void a_damaged_chunk__is_told_and_keeps_no_other(void **state)
{
    (void)state;
    struct db *db = ledger.db.db;
    struct fault fault = {0};
    struct chunk_info info;
    bool merged = false;
    int64_t deleted = 0;

    set_back_ms = 0;
    add_clicks(1000);
    fold_some(FOLD_ROWS_MAX);
    while (seal_some(INT64_MIN) > 0) {
    }
    struct stmt *chunks = chunks_each(db);
    assert_true(chunks_next(chunks, &info));
    stmt_reset(chunks);
    damage(db, CHUNK_KEY(info.id, CHUNK_TIME));
    assert_int_equal(clicks_verify(db, &fault), ERR_CORRUPT);
    assert_non_null(strstr(fault.message, "chunk 1 "));
    assert_int_equal(fold_verify(db, &deleted, &fault), ERR_CORRUPT);
    assert_int_equal(db_begin(db, true), OK);
    assert_int_equal(fold_reset(db, &fault), ERR_CORRUPT);
    assert_int_equal(purge_clicks(db, links[1], &deleted), ERR_CORRUPT);
    db_rollback(db);
    assert_int_equal(sealer_merge(db, CHUNK * 8, &merged), OK);
    assert_true(merged); /* of others */
    /* what lies behind it is still listed */
    struct click_query query = {.filter = {.from_ms = info.bounds.max_ms + 1, .to_ms = INT64_MAX}, .limit = 1000};
    struct page page = {0};
    query.filter.all_classes = true;
    descending = false;
    expect(-1, STR(""), query.filter.from_ms, INT64_MAX);
    assert_true(expected_count > 100);
    assert_int_equal(clicks_run(db, &ledger.db.arena, &query, see, &page), OK);
    assert_int_equal(seen_count, expected_count);
    query.filter.from_ms = 0;
    assert_int_equal(clicks_run(db, &ledger.db.arena, &query, see, &page), ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(clicks__are_kept_once_whatever_happens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sealing__leaves_nothing_behind_and_then_rests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sealing__given_up_at_any_place_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chunks__follow_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_recount__reads_chunks_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(retention__takes_what_is_older, set_up, tear_down),
        cmocka_unit_test_setup_teardown(small_chunks__become_larger, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_record_read_again__is_not_stored_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chunks_older_than_a_column__hold_nothing_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_chunk__is_told_and_keeps_no_other, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
