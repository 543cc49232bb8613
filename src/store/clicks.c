/* SPDX-License-Identifier: MIT */
/*
 * The ledger's batches. A row of SQLite with a column for each value was rejected: writing one took 9,000 instructions
 * and reading it back 1,500, most of them spent on columns, not on clicks.
 */
#include "linkpond/store/clicks.h"

#include <inttypes.h>

#include "clicks_batches.h"
#include "linkpond/model/record.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/segments.h"
#include "row.h"

/* A last batch up to this size is gone on with. With what is added it still lies on one page of the database, which a
 * transaction writes anyway. */
#define RESUMED_BYTES_MAX 3000

/* ---- writing */

static void start(struct click_batch *self)
{
    click_pack_init(&self->pack);
    self->stored = self->changed = false;
}

void click_batch_init(struct click_batch *self)
{
    start(self);
    self->segment_id = -1;
    self->stored_to = 0;
}

enum err click_batch_flush(struct click_batch *self, struct db *db)
{
    enum err err = OK;

    if (self->changed) {
        err = self->stored ? clicks_batch_replace(db, self->pack.first_id, &self->pack)
                           : clicks_batch_insert(db, &self->pack);
        self->stored = true;
        self->changed = false;
    }
    return err;
}

static enum err turn_to_segment(struct click_batch *self, struct db *db, int64_t segment_id)
{
    int64_t sealed_to = 0;
    enum err err = click_batch_flush(self, db);

    if (err == OK) {
        err = segments_sealed_to(db, segment_id, &sealed_to);
    }
    if (err != OK) {
        return err;
    }
    struct stmt *last = db_stmt(db, SQL_CLICK_BATCH_LAST);
    stmt_bind_i64(last, "bytes_max", RESUMED_BYTES_MAX);
    stmt_bind_i64(last, "from_id", segment_first_click(segment_id));
    stmt_bind_i64(last, "to_id", segment_last_click(segment_id));
    start(self);
    self->segment_id = segment_id;
    self->stored_to = segment_first_click(segment_id) + sealed_to / RECORD_ALIGN - 1; /* what is in chunks counts too */
    if (!stmt_next(last)) {
        return stmt_err(last);
    }
    self->stored_to = stmt_i64(last, 1);
    str bytes = stmt_blob(last, 2);
    self->stored = bytes.len > 0 && click_pack_resume(&self->pack, bytes, stmt_i64(last, 0));
    return row_done(last, NULL);
}

enum err click_batch_add(struct click_batch *self, struct db *db, const struct click_row *row)
{
    int64_t segment_id = segment_id_of_click(row->facts.id);
    enum err err = segment_id == self->segment_id ? OK : turn_to_segment(self, db, segment_id);

    if (err == OK && row->facts.id <= self->stored_to) {
        return ERR_CONFLICT;
    }
    if (err == OK && !click_pack_add(&self->pack, row)) {
        err = click_batch_flush(self, db);
        start(self);
        BUG_ON(!click_pack_add(&self->pack, row));
    }
    self->stored_to = row->facts.id;
    self->changed = true;
    return err;
}

/* ---- reading */

void clicks_scan(struct clicks_scan *self, struct db *db, int64_t from_id, int64_t to_id, bool descending,
                 uint64_t columns)
{
    self->rows = clicks_batch_scan(db, from_id, to_id, descending); /* field by field: most of it need not be cleared */
    self->facts = (struct click_facts){0};
    self->columns = columns;
    self->from_id = from_id;
    self->to_id = to_id;
    self->descending = descending;
    self->in_batch = self->batch.damaged = false;
    self->chunk = NULL;
}

uint64_t clicks_scan_chunk_columns(uint64_t columns)
{
    return CHUNK_FACTS | CHUNK_VALUES(columns & CLICK_EVERYTHING) | (columns & CLICK_WITH_IP ? CHUNK_BIT(CHUNK_IP) : 0);
}

void clicks_scan_chunk(struct clicks_scan *self, const struct chunk *chunk, size_t from_row, size_t to_row,
                       uint64_t columns)
{
    BUG_ON(to_row > chunk->rows);
    self->rows = NULL;
    self->facts = (struct click_facts){0};
    self->columns = columns;
    self->chunk = chunk;
    self->row = from_row;
    self->row_end = to_row;
}

static bool step_chunk(struct clicks_scan *self)
{
    if (self->row >= self->row_end) {
        return false;
    }
    chunk_facts(self->chunk, self->row, &self->facts);
    for (uint64_t left = self->columns & CLICK_EVERYTHING; left; left &= left - 1) {
        int column = __builtin_ctzll(left);
        self->values[column] =
            chunk_column_value(self->chunk, (enum chunk_column)(CHUNK_VALUE + column), self->row, self->hex[column]);
    }
    if (self->columns & CLICK_WITH_IP) {
        self->batch.ip = chunk_column_value(self->chunk, CHUNK_IP, self->row, self->hex[CLICK_COLUMNS]).text;
    }
    self->row++;
    return true;
}

static bool fail(struct clicks_scan *self)
{
    self->in_batch = false;
    stmt_fail(self->rows, ERR_CORRUPT);
    return false;
}

static bool open_batch(struct clicks_scan *self)
{
    stmt_breathe(self->rows); /* a row is up to 256 clicks */
    if (!stmt_next(self->rows)) {
        return false;
    }
    struct clicks_stored stored = clicks_batch_stored(self->rows);
    return click_pack_open(&self->batch, stored.bytes, stored.first_id) &&
           (!self->descending || click_pack_turn(&self->batch));
}

/* The batch's next click that is in the range. */
static bool step(struct clicks_scan *self)
{
    struct click_pack_reader *batch = &self->batch;
    bool before = true;

    while (before) {
        if (!(self->descending ? click_pack_previous(batch, &self->facts) : click_pack_next(batch, &self->facts))) {
            return false;
        }
        before = self->descending ? self->facts.id > self->to_id : self->facts.id < self->from_id;
    }
    return self->descending ? self->facts.id >= self->from_id : self->facts.id <= self->to_id;
}

/* Values of the click that was stepped to. */
static bool give(struct clicks_scan *self, bool found)
{
    self->in_batch = found;
    if (found && (self->columns & CLICK_EVERYTHING)) {
        found = click_pack_values(&self->batch, self->columns & CLICK_EVERYTHING, self->values);
    }
    return !self->batch.damaged ? found : fail(self);
}

bool clicks_scan_next(struct clicks_scan *self)
{
    if (self->chunk) {
        return step_chunk(self);
    }
    bool found = self->in_batch && step(self);
    while (!found && !self->batch.damaged && open_batch(self)) {
        found = step(self);
    }
    return give(self, found);
}

/* Where the batch ends that is being read, in the direction of the scan. */
static bool is_ahead(const struct clicks_scan *self, int64_t id)
{
    if (!self->in_batch) {
        return false;
    }
    struct clicks_stored stored = clicks_batch_stored(self->rows);
    return self->descending ? id < self->facts.id && id >= stored.first_id && id >= self->from_id
                            : id > self->facts.id && id <= stored.last_id && id <= self->to_id;
}

bool clicks_scan_skip_to(struct clicks_scan *self, int64_t id)
{
    if (!is_ahead(self, id)) {
        return false;
    }
    bool found = true;
    while (found && self->facts.id != id) {
        found = step(self) && (self->descending ? self->facts.id >= id : self->facts.id <= id);
    }
    return give(self, found);
}

struct click_value clicks_scan_value(const struct clicks_scan *self, enum click_column column)
{
    BUG_ON(!(self->columns & CLICK_BIT(column)));
    return self->values[column];
}

str clicks_scan_ip(const struct clicks_scan *self)
{
    BUG_ON(!(self->columns & CLICK_WITH_IP));
    return self->batch.ip;
}

void clicks_scan_row(const struct clicks_scan *self, struct click_row *out)
{
    BUG_ON((self->columns & (CLICK_EVERYTHING | CLICK_WITH_IP)) != (CLICK_EVERYTHING | CLICK_WITH_IP));
    out->facts = self->facts;
    out->ip = self->batch.ip;
    memcpy(out->values, self->values, sizeof out->values);
}

enum err clicks_count(struct db *db, int64_t *count)
{
    return row_i64(db_stmt(db, SQL_CLICK_COUNT), count);
}

static enum err note_damage(struct fault *fault, const struct clicks_stored *stored)
{
    enum err err = fault_setf(fault, ERR_CORRUPT, "", "damaged",
                              "The clicks from %" PRId64 " to %" PRId64 " are not as they were written.",
                              stored->first_id, stored->last_id);

    fault_chinesef(fault, "编号 %" PRId64 " 到 %" PRId64 " 的访问流水已损坏。", stored->first_id, stored->last_id);
    return err;
}

enum err clicks_verify(struct db *db, struct fault *fault)
{
    struct stmt *rows = clicks_batch_scan(db, 0, INT64_MAX, false);
    int64_t before = -1;

    while (stmt_next(rows)) {
        struct clicks_stored stored = clicks_batch_stored(rows);
        bool good = stored.first_id > before &&
                    segment_id_of_click(stored.first_id) == segment_id_of_click(stored.last_id) &&
                    click_pack_verify(stored.bytes, stored.first_id, stored.last_id, stored.rows);
        before = stored.last_id;
        if (!good) {
            stmt_reset(rows);
            return note_damage(fault, &stored);
        }
    }
    return stmt_err(rows) == OK ? chunks_verify(db, fault) : stmt_err(rows);
}
