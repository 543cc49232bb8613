/* SPDX-License-Identifier: MIT */
/* Goal: a click comes back column for column whatever was asked for, the same click is never stored twice, and segments
 * and sums add up. */
#include "assert_str.h"

#include "linkpond/store/clicks.h"
#include "linkpond/store/segments.h"
#include "linkpond/store/sums.h"
#include "linkpond/store/terms.h"
#include "linkpond/store/visitors.h"

#include "db_sqlite.h"
#include "tempdb.h"

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    tempdb_init(self);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

/* Click i: every third value is a term, every third a text that looks like a number, every third unknown. */
static struct click_row row_of(struct tempdb *self, int64_t i)
{
    struct click_row row = {
        .facts = {.id = i,
                  .time_ms = 1000 + i,
                  .link_id = i % 3,
                  .class = CLASS_PREVIEW,
                  .outcome = OUTCOME_GATE,
                  .signals = 0xffff,
                  .flags = CLICK_FLAG_QR | CLICK_FLAG_REPEAT,
                  .visitor = INT64_C(1) << 40,
                  .visitor_by = VISITOR_BY_HASH,
                  .source_by = BY_APP,
                  .channel_by = BY_INFERRED,
                  .scene = SCENE_MOMENTS},
        .ip = i % 2 ? (str){"\x01\x00\x03", 3} : STR(""),
    };

    for (int c = 0; c < CLICK_COLUMNS; c++) {
        if ((c + i) % 3 == 0) {
            row.values[c].term = 100 + c;
        } else if ((c + i) % 3 == 1) {
            row.values[c].text = arena_f(&self->arena, "%d", c);
        }
    }
    return row;
}

static void assert_value(const struct clicks_scan *scan, const struct click_row *row, enum click_column column)
{
    struct click_value value = clicks_scan_value(scan, column);

    assert_int_equal(value.term, row->values[column].term);
    assert_str_same(value.text, row->values[column].text);
}

static void assert_facts(const struct click_facts *got, const struct click_facts *expected)
{
    assert_int_equal(got->id, expected->id);
    assert_int_equal(got->time_ms, expected->time_ms);
    assert_int_equal(got->link_id, expected->link_id);
    assert_int_equal(got->class, expected->class);
    assert_int_equal(got->outcome, expected->outcome);
    assert_int_equal(got->signals, expected->signals);
    assert_int_equal(got->flags, expected->flags);
    assert_int_equal(got->visitor, expected->visitor);
    assert_int_equal(got->visitor_by, expected->visitor_by);
    assert_int_equal(got->source_by, expected->source_by);
    assert_int_equal(got->channel_by, expected->channel_by);
    assert_int_equal(got->scene, expected->scene);
}

/* All clicks from..to with these columns, against what was stored. */
static void assert_scan(struct tempdb *self, int64_t from, int64_t to, bool descending, uint64_t columns)
{
    struct clicks_scan scan;
    int64_t expected = descending ? to : from;

    clicks_scan(&scan, self->db, from, to, descending, columns);
    while (clicks_scan_next(&scan)) {
        struct click_row row = row_of(self, expected);
        assert_facts(&scan.facts, &row.facts);
        for (int c = 0; c < CLICK_COLUMNS; c++) {
            if (columns & CLICK_BIT(c)) {
                assert_value(&scan, &row, (enum click_column)c);
            }
        }
        if (columns & CLICK_WITH_IP) {
            assert_str_same(clicks_scan_ip(&scan), row.ip);
        }
        expected += descending ? -1 : 1;
    }
    assert_int_equal(stmt_err(scan.rows), OK);
    assert_int_equal(expected, descending ? from - 1 : to + 1);
}

/* In one transaction. */
static void add_clicks_from(struct tempdb *self, int64_t from, int64_t to)
{
    static struct click_batch batch;

    assert_int_equal(db_begin(self->db, false), OK);
    click_batch_init(&batch);
    for (int64_t i = from; i <= to; i++) {
        struct click_row row = row_of(self, i);
        assert_int_equal(click_batch_add(&batch, self->db, &row), OK);
    }
    assert_int_equal(click_batch_flush(&batch, self->db), OK);
    assert_int_equal(db_commit(self->db), OK);
}

static void add_clicks(struct tempdb *self, int64_t count)
{
    add_clicks_from(self, 1, count);
}

static int64_t count_clicks(struct tempdb *self)
{
    int64_t count = -1;

    assert_int_equal(clicks_count(self->db, &count), OK);
    return count;
}

/* One number told by SQL that the program has no use for. */
static int64_t ask(struct tempdb *self, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    assert_int_equal(sqlite3_prepare_v2(self->db->raw, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return number;
}

static int64_t count_batches(struct tempdb *self)
{
    return ask(self, "SELECT count(*) FROM click_batch");
}

static void clicks__come_back_whatever_is_asked_for(void **state)
{
    struct tempdb *self = *state;

    add_clicks(self, 9);
    assert_scan(self, 1, 9, false, 0);
    assert_scan(self, 3, 7, false, CLICK_EVERYTHING | CLICK_WITH_IP);
    assert_scan(self, 3, 7, true, CLICK_EVERYTHING | CLICK_WITH_IP);
    assert_scan(self, 1, 9, false, CLICK_WITH_IP);
    assert_scan(self, 1, 9, true, 0);
    assert_scan(self, 1, 9, false, CLICK_BIT(CLICK_APP) | CLICK_BIT(CLICK_QUERY));
    for (int c = 0; c < CLICK_COLUMNS; c++) {
        assert_scan(self, 1, 9, false, CLICK_BIT(c));
        assert_scan(self, 2, 2, true, CLICK_BIT(c));
    }
}

/* Long enough for many batches; every edge of a batch is an edge of some scan. */
static void clicks__are_whole_over_many_batches(void **state)
{
    struct tempdb *self = *state;

    add_clicks(self, 1000);
    assert_in_range(count_batches(self), 4, 10);
    assert_int_equal(count_clicks(self), 1000);
    for (int64_t from = 1; from <= 1000; from += 61) {
        assert_scan(self, from, 1000, false, CLICK_BIT(CLICK_USER_AGENT));
        assert_scan(self, 1, from, true, CLICK_BIT(CLICK_RULE));
        assert_scan(self, from, from, false, CLICK_EVERYTHING);
        assert_scan(self, from, from, true, CLICK_EVERYTHING);
    }
    assert_scan(self, 200, 600, true, CLICK_EVERYTHING | CLICK_WITH_IP);
    assert_int_equal(clicks_verify(self->db, NULL), OK);
}

static void clicks__ahead_in_the_batch_are_skipped_to(void **state)
{
    struct tempdb *self = *state;
    struct clicks_scan scan;

    add_clicks(self, 1000);
    for (int descending = 0; descending < 2; descending++) {
        int64_t at = descending ? 1000 : 1, skipped = 0;
        clicks_scan(&scan, self->db, 1, 1000, descending, CLICK_EVERYTHING | CLICK_WITH_IP);
        assert_true(clicks_scan_next(&scan));
        for (; at >= 1 && at <= 1000; at += descending ? -7 : 7, skipped++) {
            struct click_row row = row_of(self, at);
            while (scan.facts.id != at && !clicks_scan_skip_to(&scan, at)) {
                clicks_scan(&scan, self->db, descending ? 1 : at, descending ? at : 1000, descending,
                            CLICK_EVERYTHING | CLICK_WITH_IP);
                assert_true(clicks_scan_next(&scan));
                skipped--;
            }
            assert_facts(&scan.facts, &row.facts);
            assert_value(&scan, &row, CLICK_REQUEST_ID);
            assert_str_same(clicks_scan_ip(&scan), row.ip);
        }
        assert_in_range(skipped, 130, 142);                      /* a new scan for each of the few batches only */
        assert_false(clicks_scan_skip_to(&scan, scan.facts.id)); /* not ahead */
        stmt_reset(scan.rows);
    }
}

static void clicks__of_two_segments_share_no_batch(void **state)
{
    struct tempdb *self = *state;
    int64_t edge = segment_first_click(1);

    add_clicks_from(self, edge - 5, edge + 4);
    assert_int_equal(count_batches(self), 2);
    assert_int_equal(ask(self, "SELECT max(first_id) FROM click_batch"), edge);
    assert_scan(self, edge - 5, edge + 4, false, CLICK_EVERYTHING);
    assert_scan(self, edge, edge + 4, true, 0);
    assert_scan(self, edge - 5, edge - 1, true, 0);
}

/* One click a transaction, as a quiet pond has it. */
static void clicks__of_many_small_transactions_grow_together(void **state)
{
    struct tempdb *self = *state;

    for (int64_t i = 1; i <= 300; i++) {
        add_clicks_from(self, i, i);
    }
    assert_in_range(count_batches(self), 2, 30);
    assert_scan(self, 1, 300, false, CLICK_EVERYTHING | CLICK_WITH_IP);
    assert_scan(self, 1, 300, true, CLICK_EVERYTHING);
    assert_int_equal(clicks_verify(self->db, NULL), OK);
}

static void clicks__the_same_click_is_stored_once(void **state)
{
    struct tempdb *self = *state;
    static struct click_batch batch;

    add_clicks_from(self, 5, 9);
    click_batch_init(&batch);
    for (int64_t i = 1; i <= 12; i++) {
        struct click_row row = row_of(self, i);
        assert_int_equal(click_batch_add(&batch, self->db, &row), i <= 9 ? ERR_CONFLICT : OK);
        assert_int_equal(click_batch_add(&batch, self->db, &row), ERR_CONFLICT);
    }
    assert_int_equal(click_batch_flush(&batch, self->db), OK);
    assert_int_equal(click_batch_flush(&batch, self->db), OK);
    assert_int_equal(count_clicks(self), 8);
    assert_scan(self, 5, 12, false, CLICK_EVERYTHING);
}

static void clicks__a_batch_rolled_back_leaves_nothing(void **state)
{
    struct tempdb *self = *state;
    static struct click_batch batch;

    add_clicks(self, 3);
    assert_int_equal(db_begin(self->db, false), OK);
    click_batch_init(&batch);
    for (int64_t i = 4; i <= 700; i++) {
        struct click_row row = row_of(self, i);
        assert_int_equal(click_batch_add(&batch, self->db, &row), OK);
    }
    db_rollback(self->db);
    assert_int_equal(count_clicks(self), 3);
    add_clicks_from(self, 4, 700);
    assert_scan(self, 1, 700, false, CLICK_EVERYTHING);
}

static void clicks__go_by_link_and_by_range(void **state)
{
    struct tempdb *self = *state;
    int64_t deleted;

    add_clicks(self, 900);
    assert_int_equal(clicks_delete_link_of_tail(self->db, 1, &deleted), OK);
    assert_int_equal(deleted, 300);
    assert_int_equal(clicks_delete_link_of_tail(self->db, 1, &deleted), OK);
    assert_int_equal(deleted, 0);
    assert_int_equal(clicks_delete_range(self->db, 1, 15, &deleted), OK);
    assert_int_equal(deleted, 10);
    assert_int_equal(clicks_delete_range(self->db, 301, 600, &deleted), OK); /* batches in part, and whole ones */
    assert_int_equal(deleted, 200);
    assert_int_equal(count_clicks(self), 390);
    assert_int_equal(clicks_verify(self->db, NULL), OK);

    struct clicks_scan scan;
    int64_t id = 0, seen = 0;
    clicks_scan(&scan, self->db, 0, INT64_MAX, false, CLICK_EVERYTHING | CLICK_WITH_IP);
    for (; clicks_scan_next(&scan); seen++) {
        struct click_row row = row_of(self, scan.facts.id);
        assert_true(scan.facts.id > id && scan.facts.link_id != 1 && scan.facts.id > 15);
        assert_false(scan.facts.id > 300 && scan.facts.id <= 600);
        assert_facts(&scan.facts, &row.facts);
        assert_value(&scan, &row, CLICK_USER_AGENT);
        assert_str_same(clicks_scan_ip(&scan), row.ip);
        id = scan.facts.id;
    }
    assert_int_equal(seen, 390);
    assert_int_equal(clicks_delete_range(self->db, 0, INT64_MAX, &deleted), OK);
    assert_int_equal(deleted, 390);
    assert_int_equal(count_batches(self), 0);
}

/* A scan pays SQLite for a batch, not for a click; counted in steps of its virtual machine. */
static void clicks__a_scan_costs_less_than_a_row_each(void **state)
{
    struct tempdb *self = *state;
    struct clicks_scan scan;

    add_clicks(self, 200);
    clicks_scan(&scan, self->db, 1, 200, false, CLICK_EVERYTHING);
    sqlite3_stmt_status(scan.rows->raw, SQLITE_STMTSTATUS_VM_STEP, 1);
    while (clicks_scan_next(&scan)) {
    }
    assert_true(sqlite3_stmt_status(scan.rows->raw, SQLITE_STMTSTATUS_VM_STEP, 0) < 100);
}

/* What the disk changed is told, wherever it is read; what goes as a whole goes unread. */
static void clicks__damaged_are_told(void **state)
{
    struct tempdb *self = *state;
    struct clicks_scan scan;
    struct fault fault = {0};
    int64_t deleted = 0;

    add_clicks(self, 600);
    ask(self, "UPDATE click_batch SET clicks = CAST(substr(clicks, 1, 99) || "
              "CASE substr(clicks, 100, 1) WHEN x'00' THEN x'01' ELSE x'00' END || substr(clicks, 101) AS BLOB) WHERE "
              "first_id = (SELECT max(first_id) FROM click_batch) RETURNING 1");
    assert_int_equal(clicks_verify(self->db, &fault), ERR_CORRUPT);
    assert_string_equal(fault.code, "damaged");
    for (int descending = 0; descending < 2; descending++) {
        clicks_scan(&scan, self->db, 1, 600, descending, 0);
        while (clicks_scan_next(&scan)) {
        }
        assert_false(clicks_scan_next(&scan));
        assert_int_equal(stmt_err(scan.rows), ERR_CORRUPT);
    }
    assert_int_equal(clicks_delete_link_of_tail(self->db, 1, &deleted), ERR_CORRUPT);
    assert_int_equal(clicks_delete_range(self->db, 0, INT64_MAX, &deleted), OK);
    assert_int_equal(count_batches(self), 0);
}

static void clicks__ranges_that_overlap_are_told(void **state)
{
    struct tempdb *self = *state;

    add_clicks(self, 600);
    assert_int_equal(clicks_verify(self->db, NULL), OK);
    ask(self, "UPDATE click_batch SET last_id = last_id + 1 WHERE first_id = 1 RETURNING 1");
    assert_int_equal(clicks_verify(self->db, NULL), ERR_CORRUPT);
}

static void terms__are_dense_and_lasting(void **state)
{
    struct tempdb *self = *state;
    str text;
    int64_t id;

    assert_int_equal(terms_max_id(self->db, &id), OK);
    assert_int_equal(id, 0);
    assert_int_equal(terms_insert(self->db, 1, STR("wechat")), OK);
    assert_int_equal(terms_insert(self->db, 2, (str){"a\0b", 3}), OK);
    assert_int_equal(terms_insert(self->db, 3, STR("wechat")), ERR_CONFLICT);
    assert_int_equal(terms_insert(self->db, 2, STR("other")), ERR_CONFLICT);
    assert_int_equal(terms_find(self->db, STR("wechat"), &id), OK);
    assert_int_equal(id, 1);
    assert_int_equal(terms_find(self->db, STR("WeChat"), &id), ERR_NOT_FOUND);
    assert_int_equal(terms_text(self->db, &self->arena, 2, &text), OK);
    assert_str_same(text, ((str){"a\0b", 3}));
    assert_int_equal(terms_text(self->db, &self->arena, 9, &text), ERR_NOT_FOUND);
    struct stmt *rows = terms_each(self->db, 1);
    assert_true(terms_next(rows, &id, &text));
    assert_int_equal(id, 2);
    assert_false(terms_next(rows, &id, &text));
}

static struct segment segment_at(struct tempdb *self, int64_t id)
{
    struct stmt *rows = segments_each(self->db);
    struct segment segment;

    while (segments_next(rows, &segment) && segment.id != id) {
    }
    stmt_reset(rows);
    assert_int_equal(segment.id, id);
    return segment;
}

static size_t count_segments(struct stmt *rows)
{
    struct segment segment;
    size_t count = 0;

    while (segments_next(rows, &segment)) {
        count++;
    }
    return count;
}

static void segments__add_up_over_batches(void **state)
{
    struct tempdb *self = *state;
    struct segment segment;

    assert_int_equal(segments_ingested(self->db, 7, 64, false, 0, INT64_MIN, INT64_MIN), OK);
    segment = segment_at(self, 7);
    assert_int_equal(segment.min_ms, INT64_MIN);
    assert_int_equal(segments_ingested(self->db, 7, 1000, false, 10, 500, 900), OK);
    assert_int_equal(segments_ingested(self->db, 7, 2000, true, 5, 450, 700), OK);
    assert_int_equal(segments_ingested(self->db, 7, 2000, true, 0, 1, 9999), OK);
    segment = segment_at(self, 7);
    assert_int_equal(segment.ingested_to, 2000);
    assert_true(segment.closed);
    assert_int_equal(segment.rows, 15);
    assert_int_equal(segment.min_ms, 450);
    assert_int_equal(segment.max_ms, 900);
    assert_int_equal(segments_ingested(self->db, 8, 500, false, 1, 2000, 2000), OK);

    assert_int_equal(count_segments(segments_each_in(self->db, 0, 450)), 0);
    assert_int_equal(count_segments(segments_each_in(self->db, 0, 451)), 1);
    assert_int_equal(count_segments(segments_each_in(self->db, 900, 2000)), 1);
    assert_int_equal(count_segments(segments_each_in(self->db, 901, 2000)), 0);
    assert_int_equal(count_segments(segments_each_in(self->db, 900, 2001)), 2);
    assert_int_equal(segments_folded(self->db, 7, 2000), OK);
    assert_int_equal(segments_folded(self->db, 99, 2000), ERR_NOT_FOUND);
    assert_int_equal(count_segments(segments_each_unfolded(self->db)), 1);
    assert_int_equal(segments_unfold_all(self->db), OK);
    assert_int_equal(count_segments(segments_each_unfolded(self->db)), 2);
    assert_int_equal(segments_rows_removed(self->db, 7, 4), OK);
    assert_int_equal(segment_at(self, 7).rows, 11);
    assert_int_equal(segment_id_of_click(segment_first_click(8)), 8);
    assert_int_equal(segment_id_of_click(segment_last_click(8)), 8);
    assert_int_equal(segment_last_click(8) + 1, segment_first_click(9));
}

static void visitors__go_by_day(void **state)
{
    struct tempdb *self = *state;
    const int64_t hashes[] = {5, INT64_MAX, 0};
    struct visitors_scan scan;
    int64_t number = -1, hash = -1;

    assert_int_equal(visitors_max_number(self->db, &number), OK);
    assert_int_equal(number, 0);
    assert_int_equal(visitors_insert(self->db, 10, 100, hashes, 3), OK);
    assert_int_equal(visitors_insert(self->db, 13, 101, hashes, 2), OK);
    assert_int_equal(visitors_insert(self->db, 15, 100, hashes + 1, 1), OK);
    assert_int_equal(visitors_insert(self->db, 13, 101, hashes, 1), ERR_CONFLICT);
    visitors_scan(&scan, self->db, 100);
    for (int64_t i = 0; i < 3; i++) {
        assert_true(visitors_scan_next(&scan, &number, &hash));
        assert_int_equal(number, 10 + i);
        assert_int_equal(hash, hashes[i]);
    }
    assert_true(visitors_scan_next(&scan, &number, &hash));
    assert_int_equal(number, 15);
    assert_int_equal(hash, INT64_MAX);
    assert_false(visitors_scan_next(&scan, &number, &hash));
    assert_int_equal(stmt_err(scan.rows), OK);
    assert_int_equal(visitors_delete_before(self->db, 101), OK);
    visitors_scan(&scan, self->db, 100);
    assert_false(visitors_scan_next(&scan, &number, &hash));
    assert_int_equal(visitors_max_number(self->db, &number), OK);
    assert_int_equal(number, 14);
}

/* The blob of a row as it is in the file, whatever its length. */
static void insert_damaged(struct db *db, int64_t first_number, str hashes)
{
    struct stmt *stmt = db_stmt(db, SQL_VISITOR_INSERT);

    stmt_bind_i64(stmt, "first_number", first_number);
    stmt_bind_i64(stmt, "day", 100);
    stmt_bind_blob(stmt, "hashes", hashes);
    assert_int_equal(stmt_run(stmt), OK);
}

static void visitors__a_damaged_row_gives_its_whole_hashes(void **state)
{
    struct tempdb *self = *state;
    struct visitors_scan scan;
    int64_t number = -1, hash = -1;

    insert_damaged(self->db, 1, STR(""));
    insert_damaged(self->db, 2, STR("\2\1\0\0\0\0\0\0ABCDEFG"));
    insert_damaged(self->db, 5, STR("ABC"));
    visitors_scan(&scan, self->db, 100);
    assert_true(visitors_scan_next(&scan, &number, &hash));
    assert_int_equal(number, 2);
    assert_int_equal(hash, 0x0102);
    assert_false(visitors_scan_next(&scan, &number, &hash));
    assert_int_equal(stmt_err(scan.rows), OK);
    assert_int_equal(visitors_max_number(self->db, &number), OK);
    assert_int_equal(number, 5); /* its row is there, so the number was given */
}

static void sums__add_and_keep_the_latest(void **state)
{
    struct tempdb *self = *state;
    struct link_stat delta = {1, 3, 2, 1, 4, 1, 5, 700};
    struct link_stat got;

    assert_int_equal(sums_stat_find(self->db, 1, &got), OK);
    assert_int_equal(got.clicks, 0);
    assert_int_equal(got.last_ms, INT64_MIN);
    assert_int_equal(sums_stat_add(self->db, &delta), OK);
    delta = (struct link_stat){1, -1, 0, 0, -1, 0, 1, 600};
    assert_int_equal(sums_stat_add(self->db, &delta), OK);
    delta.last_ms = INT64_MIN;
    assert_int_equal(sums_stat_add(self->db, &delta), OK);
    assert_int_equal(sums_stat_find(self->db, 1, &got), OK);
    assert_int_equal(got.clicks, 1);
    assert_int_equal(got.visitors, 2);
    assert_int_equal(got.bots, 1);
    assert_int_equal(got.total, 2);
    assert_int_equal(got.scans, 1);
    assert_int_equal(got.reserved, 7);
    assert_int_equal(got.last_ms, 700);
    struct sums_stats *stats = sums_stats_begin(self->db);
    assert_true(sums_stats_next(stats, &got));
    assert_int_equal(got.clicks, 1);
    assert_false(sums_stats_next(stats, &got));
    assert_int_equal(sums_stats_end(stats), OK);
    assert_int_equal(sums_link_delete(self->db, 1), OK);
    stats = sums_stats_begin(self->db);
    assert_false(sums_stats_next(stats, &got));
    assert_int_equal(sums_stats_end(stats), OK);
}

static void assert_days(struct sums_days rows, const int64_t *days, size_t count)
{
    int64_t day = 0;
    str bytes;

    for (size_t i = 0; i < count; i++) {
        assert_true(sums_days_next(&rows, &day, &bytes));
        assert_int_equal(day, days[i]);
    }
    assert_false(sums_days_next(&rows, &day, &bytes));
    assert_int_equal(stmt_err(rows.stmt), OK);
}

/* A link's newest day stands with its figures and is one of its days all the same. */
static void sums__of_a_link_are_one_row_and_its_days(void **state)
{
    static const int64_t whole[] = {10, 11, 20}, early[] = {10, 11};
    struct tempdb *self = *state;
    struct link_sums sums, got;
    int64_t id = 0, day = 0;
    str bytes;

    assert_int_equal(sums_link_find(self->db, &self->arena, 7, &sums), OK);
    assert_int_equal(sums.stat.total, 0);
    assert_int_equal(sums.stat.last_ms, INT64_MIN);
    assert_int_equal(sums.quarters.len, 0);
    assert_int_equal(sums_link_put(self->db, &sums), OK);
    assert_days(sums_link_days(self->db, 7, INT64_MIN, INT64_MAX), NULL, 0);

    sums.stat = (struct link_stat){7, 6, 5, 4, 3, 2, 1, 900};
    sums.day = 20;
    sums.quarters = STR("newest");
    assert_int_equal(sums_link_put(self->db, &sums), OK);
    assert_int_equal(sums_link_find(self->db, &self->arena, 7, &got), OK);
    assert_memory_equal(&got.stat, &sums.stat, sizeof got.stat);
    assert_int_equal(got.day, 20);
    assert_str(got.quarters, "newest");
    const struct link_stat more = {.link_id = 7, .clicks = 1, .last_ms = INT64_MIN};
    assert_int_equal(sums_stat_add(self->db, &more), OK); /* leaves the day alone */

    assert_int_equal(sums_link_day_put(self->db, 7, 11, STR("b")), OK);
    assert_int_equal(sums_link_day_put(self->db, 7, 10, STR("a")), OK);
    assert_int_equal(sums_link_day_put(self->db, 8, 15, STR("other")), OK);
    assert_days(sums_link_days(self->db, 7, INT64_MIN, INT64_MAX), whole, 3);
    assert_days(sums_link_days(self->db, 7, 10, 20), early, 2);
    assert_days(sums_link_days(self->db, 7, 20, 21), whole + 2, 1);
    struct sums_days rows = sums_all_link_days(self->db, 11, 21);
    for (size_t i = 0; i < 3; i++) {
        assert_true(sums_all_days_next(&rows, &id, &day, &bytes));
        assert_int_equal(id, i < 2 ? 7 : 8);
        assert_int_equal(day, i == 0 ? 11 : i == 1 ? 20 : 15);
    }
    assert_str(bytes, "other");
    assert_false(sums_all_days_next(&rows, &id, &day, &bytes));

    static const int64_t packed[] = {10, 11, 17, 19, 20};
    char memory[SUMS_OLDER_BYTES_MAX];
    struct buf older;
    buf_init_fixed(&older, memory, sizeof memory);
    assert_true(sums_older_add(&older, 17, STR("c")));
    assert_true(sums_older_add(&older, 19, STR("dd")));
    sums.older = buf_str(&older);
    assert_int_equal(sums_link_put(self->db, &sums), OK);
    assert_int_equal(sums_link_find(self->db, &self->arena, 7, &got), OK);
    assert_str_same(got.older, sums.older);
    assert_days(sums_link_days(self->db, 7, INT64_MIN, INT64_MAX), packed, 5);
    assert_days(sums_link_days(self->db, 7, 11, 19), packed + 1, 2);
    assert_days(sums_link_days(self->db, 7, 18, 20), packed + 3, 1);
    rows = sums_all_link_days(self->db, 17, 20);
    assert_true(sums_all_days_next(&rows, &id, &day, &bytes));
    assert_str(bytes, "c");
    assert_true(sums_all_days_next(&rows, &id, &day, &bytes));
    assert_str(bytes, "dd");
    assert_int_equal(id, 7);
    assert_int_equal(day, 19);
    assert_false(sums_all_days_next(&rows, &id, &day, &bytes));

    assert_int_equal(sums_link_delete(self->db, 7), OK);
    assert_days(sums_link_days(self->db, 7, INT64_MIN, INT64_MAX), NULL, 0);
    assert_int_equal(sums_link_find(self->db, &self->arena, 7, &got), OK);
    assert_int_equal(got.stat.clicks, 0);
}

static void sums__days_are_put_found_and_ranged(void **state)
{
    struct tempdb *self = *state;
    int64_t id;
    int64_t day;
    str bytes;

    for (int64_t d = 10; d < 15; d++) {
        assert_int_equal(sums_link_day_put(self->db, 1, d, STR("one")), OK);
        assert_int_equal(sums_link_day_put(self->db, 2, d, STR("two")), OK);
        assert_int_equal(sums_scope_day_put(self->db, SUMS_CHANNEL, 2, d, STR("s")), OK);
    }
    assert_int_equal(sums_scope_day_put(self->db, SUMS_ALL, 0, 12, (str){"\0\1", 2}), OK);
    assert_int_equal(sums_link_day_put(self->db, 1, 12, STR("new")), OK);
    assert_int_equal(sums_link_day_find(self->db, &self->arena, 1, 12, &bytes), OK);
    assert_str(bytes, "new");
    assert_int_equal(sums_link_day_put(self->db, 1, 12, STR("")), OK);
    assert_int_equal(sums_link_day_find(self->db, &self->arena, 1, 12, &bytes), ERR_NOT_FOUND);
    assert_int_equal(sums_scope_day_find(self->db, &self->arena, SUMS_ALL, 0, 12, &bytes), OK);
    assert_str_same(bytes, ((str){"\0\1", 2}));
    assert_int_equal(sums_scope_day_find(self->db, &self->arena, SUMS_OWNER, 0, 12, &bytes), ERR_NOT_FOUND);

    struct sums_days rows = sums_link_days(self->db, 1, 11, 14);
    assert_true(sums_days_next(&rows, &day, &bytes));
    assert_int_equal(day, 11);
    assert_true(sums_days_next(&rows, &day, &bytes));
    assert_int_equal(day, 13);
    assert_false(sums_days_next(&rows, &day, &bytes));
    rows = sums_scope_days(self->db, SUMS_CHANNEL, 2, 14, 99);
    assert_true(sums_days_next(&rows, &day, &bytes));
    assert_false(sums_days_next(&rows, &day, &bytes));
    rows = sums_all_link_days(self->db, 14, 15);
    assert_true(sums_all_days_next(&rows, &id, &day, &bytes));
    assert_int_equal(id, 1);
    assert_true(sums_all_days_next(&rows, &id, &day, &bytes));
    assert_int_equal(id, 2);
    assert_str(bytes, "two");
    assert_false(sums_all_days_next(&rows, &id, &day, &bytes));
    rows = sums_all_scope_days(self->db, SUMS_CHANNEL, 0, 11);
    assert_true(sums_all_days_next(&rows, &id, &day, &bytes));
    assert_int_equal(id, 2);
    stmt_reset(rows.stmt);

    assert_int_equal(sums_scope_delete(self->db, SUMS_CHANNEL, 2), OK);
    rows = sums_scope_days(self->db, SUMS_CHANNEL, 2, 0, 99);
    assert_false(sums_days_next(&rows, &day, &bytes));
    assert_int_equal(sums_reset(self->db), OK);
    rows = sums_all_link_days(self->db, 0, 99);
    assert_false(sums_all_days_next(&rows, &id, &day, &bytes));
    rows = sums_all_scope_days(self->db, SUMS_ALL, 0, 99);
    assert_false(sums_all_days_next(&rows, &id, &day, &bytes));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clicks__come_back_whatever_is_asked_for),
        TEST(clicks__are_whole_over_many_batches),
        TEST(clicks__ahead_in_the_batch_are_skipped_to),
        TEST(clicks__of_two_segments_share_no_batch),
        TEST(clicks__of_many_small_transactions_grow_together),
        TEST(clicks__the_same_click_is_stored_once),
        TEST(clicks__a_batch_rolled_back_leaves_nothing),
        TEST(clicks__go_by_link_and_by_range),
        TEST(clicks__a_scan_costs_less_than_a_row_each),
        TEST(clicks__damaged_are_told),
        TEST(clicks__ranges_that_overlap_are_told),
        TEST(terms__are_dense_and_lasting),
        TEST(segments__add_up_over_batches),
        TEST(visitors__go_by_day),
        TEST(visitors__a_damaged_row_gives_its_whole_hashes),
        TEST(sums__add_and_keep_the_latest),
        TEST(sums__of_a_link_are_one_row_and_its_days),
        TEST(sums__days_are_put_found_and_ranged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
