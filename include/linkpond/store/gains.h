/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_GAINS_H
#define LINKPOND_STORE_GAINS_H

#include "linkpond/store/db.h"
#include "linkpond/store/link_numbers.h"

/*
 * What folds counted of links and have not brought home to link_stat and link_day yet (docs/decisions/0028). Links
 * stand in parts by id. A row is what one fold counted of the links of one part: a table of them by rising id, for each
 * its figures and how many bytes its days take, and those days one behind the other.
 *
 * Whoever reads a link's figures or days adds what waits: sums.h, links.h, labels.h and link_columns.h do. `reserved`
 * is never among it, and counts only grow by it; so whoever takes something from a link's sums brings its part home
 * first.
 */
struct link_stat;
#define GAIN_PART_SHIFT 12
enum gain_kind {
    GAIN_LINK,
    GAIN_CLICKS,
    GAIN_VISITORS,
    GAIN_BOTS,
    GAIN_TOTAL,
    GAIN_SCANS,
    GAIN_RESERVED,
    GAIN_LAST_MS, /* 0 = none of its clicks counts */
    GAIN_DAYS_BYTES,
    GAIN_KINDS
};

static inline int64_t gains_part_of(int64_t link_id)
{
    return link_id >> GAIN_PART_SHIFT;
}

/* ---- gathering those of one part ---- */
struct gains {
    struct buf links; /* rows of GAIN_KINDS whole numbers */
    struct buf days;
    size_t count;
    bool reserved; /* so they must not wait */
};
void gains_init(struct gains *self);
void gains_done(struct gains *self);
void gains_reset(struct gains *self);
/* Links by rising id, and behind each its days as they rise. What memory did not suffice for, gains_store and
 * gains_part_read say. */
void gains_add_link(struct gains *self, const struct link_stat *gain);
void gains_add_day(struct gains *self, int64_t day, str quarters);
/* Their table; the days are what self->days holds. */
enum err gains_pack(const struct gains *self, struct buf *out);

/* ---- what waits: in a transaction of the caller's ---- */
struct gains_waiting {
    int64_t links, rows;
};
enum err gains_waiting(struct db *db, int64_t part, struct gains_waiting *out);
enum err gains_store(const struct gains *self, struct db *db, int64_t part, const struct gains_waiting *before);
enum err gains_delete(struct db *db, int64_t part);
enum err gains_delete_all(struct db *db);
/* The first part from `part` on of which something waits; ERR_NOT_FOUND. */
enum err gains_next_part(struct db *db, int64_t part, int64_t *out);
/* Does anything wait at all? */
enum err gains_any(struct db *db, bool *any);
/* Adds what waits of one link to its figures. */
enum err gains_of_link(struct db *db, int64_t link_id, struct link_stat *stat);
/* The same of one row's `numbers`. false: they are not what was stored. */
bool gains_add_numbers(str numbers, int64_t link_id, struct link_stat *stat);

/* ---- a row ---- */
struct gain_row {
    size_t count, at; /* the next link */
    struct link_numbers numbers[GAIN_KINDS];
    str days; /* of that link and those behind it */
};
/* The bytes are lent. false: they are not what was stored. */
bool gain_row_open(struct gain_row *self, str numbers, str days);
static inline int64_t gain_number(const struct gain_row *self, enum gain_kind kind)
{
    return link_number(&self->numbers[kind], self->at);
}
/* Leaves that link in it alone, if it is there. */
void gain_row_keep(struct gain_row *self, int64_t link_id);
/* Takes the packed days (sums.h) of the next link and goes behind it. */
str gain_row_take(struct gain_row *self);
/* Adds the figures of the next link. */
void gain_row_add(const struct gain_row *self, struct link_stat *stat);

/* ---- all rows of a part, its links as one ---- */
struct gains_part;
struct gains_part *gains_part_new(struct db *db); /* NULL: no memory */
void gains_part_free(struct gains_part *self);
/* Reads what waits of a part, and what is `own` (may be NULL). */
enum err gains_part_read(struct gains_part *self, int64_t part, const struct gains *own);
/* Only those: nothing is read. */
enum err gains_part_of_own(struct gains_part *self, const struct gains *own);
/* The next link by rising id, with the sum of its figures. */
bool gains_part_next(struct gains_part *self, struct link_stat *sum);
/* That link's days as they rise; one may come again, with what another fold counted of it. */
bool gains_part_next_day(struct gains_part *self, int64_t *day, str *quarters);
/* Behind the last link: why it was the last. */
enum err gains_part_err(const struct gains_part *self);
/* All rows, the next link in each: for who looks at them otherwise. */
struct gain_row *gains_part_rows(struct gains_part *self, size_t *count);

#endif
