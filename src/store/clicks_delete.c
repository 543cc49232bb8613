/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "clicks_batches.h"
#include "linkpond/store/clicks.h"
#include "row.h"

/*
 * Clicks taken out of the tail. A batch that is hit in part is written anew without them; one that goes as a whole is
 * not even read. Rows are not changed under a running read: after each hit the read begins again behind it.
 */
struct cut {
    struct db *db;
    int64_t from_id, to_id;
    int64_t link_id; /* -1 = whichever */
    int64_t deleted;
    struct click_pack *left; /* of the batch being cut */
    struct clicks_stored batch;
};

static bool goes(const struct cut *self, const struct click_facts *facts)
{
    return facts->id >= self->from_id && facts->id <= self->to_id &&
           (self->link_id < 0 || facts->link_id == self->link_id);
}

static enum err find_hit(const struct cut *self, bool *hit)
{
    struct click_pack_reader reader;
    struct click_facts facts;

    click_pack_open(&reader, self->batch.bytes, self->batch.first_id);
    while (!*hit && click_pack_next(&reader, &facts)) {
        *hit = goes(self, &facts);
    }
    return reader.damaged ? ERR_CORRUPT : OK;
}

static enum err keep_others(struct cut *self)
{
    struct click_pack_reader reader;
    struct click_row row;

    click_pack_open(&reader, self->batch.bytes, self->batch.first_id);
    while (click_pack_next(&reader, &row.facts)) {
        if (goes(self, &row.facts)) {
            self->deleted++;
        } else if (click_pack_values(&reader, CLICK_EVERYTHING, row.values)) {
            row.ip = reader.ip;
            BUG_ON(!click_pack_add(self->left, &row)); /* they fitted with others between them */
        }
    }
    return reader.damaged ? ERR_CORRUPT : OK;
}

/* What stays of the batch of the current row. */
static enum err look_at(struct cut *self, struct stmt *row, bool *hit)
{
    self->batch = clicks_batch_stored(row);
    click_pack_init(self->left);
    *hit = self->link_id < 0 && self->batch.first_id >= self->from_id && self->batch.last_id <= self->to_id;
    if (*hit) {
        self->deleted += self->batch.rows;
        return OK;
    }
    enum err err = find_hit(self, hit);
    return err == OK && *hit ? keep_others(self) : err;
}

/* Goes to the next batch that is hit, and cuts it. */
static enum err cut_next(struct cut *self, int64_t from_id, bool *hit)
{
    struct stmt *rows = clicks_batch_scan(self->db, from_id, self->to_id, false);
    enum err err = OK;

    *hit = false;
    while (err == OK && !*hit && stmt_next(rows)) {
        err = look_at(self, rows, hit);
    }
    if (err == OK && !*hit) {
        return stmt_err(rows);
    }
    stmt_reset(rows);
    return err == OK ? clicks_batch_replace(self->db, self->batch.first_id, self->left) : err;
}

static enum err run(struct cut *self, int64_t *deleted)
{
    bool hit = true;
    enum err err = OK;

    self->left = malloc(sizeof *self->left);
    if (!self->left) {
        return ERR_NOMEM;
    }
    self->batch.last_id = self->from_id - 1;
    while (err == OK && hit && self->batch.last_id < self->to_id) {
        err = cut_next(self, self->batch.last_id + 1, &hit);
    }
    free(self->left);
    if (err == OK && deleted) {
        *deleted = self->deleted;
    }
    return err;
}

enum err clicks_delete_link_of_tail(struct db *db, int64_t link_id, int64_t *deleted)
{
    return run(&(struct cut){.db = db, .from_id = 0, .to_id = INT64_MAX, .link_id = link_id}, deleted);
}

enum err clicks_delete_range(struct db *db, int64_t from_id, int64_t to_id, int64_t *deleted)
{
    return run(&(struct cut){.db = db, .from_id = from_id, .to_id = to_id, .link_id = -1}, deleted);
}
