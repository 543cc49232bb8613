/* SPDX-License-Identifier: MIT */
#include "fold_store.h"

#include <stdlib.h>

#include "linkpond/model/link.h"
#include "linkpond/store/link_columns.h"

/*
 * A link that is stored costs one read and one write, because most clicks are of the newest day, which stands in the
 * row of its figures. The days before it stay in that row too, until they are too many for it, because a link's rows of
 * single days are on pages that nothing else of the fold needs. A click of an older day, from a lane that lagged or a
 * clock set back, finds that day in its own row, after the packed ones went to theirs.
 */
#define FIGURES_BYTES_MAX (INT64_C(1) << 32) /* a recount touches every link */

struct fold_store {
    struct db *db;
    struct arena arena; /* of the bytes read */
    struct link_sums link;
    struct link_figures figures; /* of all links it has written */
    struct sums_cell stored[SUMS_LIST_CELLS], sum[2 * SUMS_LIST_CELLS];
    char bytes[SUMS_DAY_BYTES_MAX]; /* of the link's newest day while the link is open */
    char older[SUMS_DAY_BYTES_MAX];
    char packed[SUMS_OLDER_BYTES_MAX]; /* of link.older, once it changed */
};

struct fold_store *fold_store_new(struct db *db)
{
    struct fold_store *self = malloc(sizeof *self);

    if (self) {
        self->db = db;
        arena_init(&self->arena, SUMS_DAY_BYTES_MAX * 4);
        self->figures = (struct link_figures){0};
        buf_init_heap(&self->figures.bytes, FIGURES_BYTES_MAX);
    }
    return self;
}

void fold_store_free(struct fold_store *self)
{
    if (self) {
        arena_done(&self->arena);
        buf_done(&self->figures.bytes);
        free(self);
    }
}

/* What is stored of a day and what is added to it, packed into `memory`, which may be where `stored` is. */
static enum err add(struct fold_store *self, str stored, const struct fold_day *day, char *memory, str *out)
{
    struct buf packed;
    size_t count = 0;

    if (!sums_unpack(stored, self->stored, &count)) {
        return ERR_CORRUPT;
    }
    count = sums_cells_add(self->stored, count, day->cells, day->count, self->sum);
    buf_init_fixed(&packed, memory, SUMS_DAY_BYTES_MAX);
    sums_pack(self->sum, count, &packed);
    *out = buf_str(&packed);
    return packed.overflow ? ERR_INTERNAL : OK;
}

enum err fold_store_scope_day(struct fold_store *self, const struct fold_day *day)
{
    enum sums_scope scope = SUMS_ALL;
    int64_t id = 0;
    str stored = {0}, packed = {0};

    BUG_ON(fold_owner_split(day->owner, &scope, &id));
    arena_reset(&self->arena);
    enum err err = sums_scope_day_find(self->db, &self->arena, scope, id, day->day, &stored);
    if (err == OK || err == ERR_NOT_FOUND) {
        err = add(self, stored, day, self->bytes, &packed);
    }
    return err == OK ? sums_scope_day_put(self->db, scope, id, day->day, packed) : err;
}

/* ---- a link */

enum err fold_store_link(struct fold_store *self, const struct link_stat *gain)
{
    arena_reset(&self->arena);
    enum err err = sums_link_find(self->db, &self->arena, gain->link_id, &self->link);
    if (err == OK) {
        link_stat_add(&self->link.stat, gain);
    }
    return err;
}

/* The packed days into rows of their own. */
static enum err move_older(struct fold_store *self)
{
    struct link_sums *link = &self->link;
    int64_t day = 0;
    str quarters = {0};
    enum err err = OK;

    while (err == OK && sums_packed_next(&link->older, &day, &quarters)) {
        err = sums_link_day_put(self->db, link->stat.link_id, day, quarters);
    }
    return err == OK && link->older.len > 0 ? ERR_CORRUPT : err;
}

/* The newest day is so no longer. */
static enum err keep_newest(struct fold_store *self)
{
    struct link_sums *link = &self->link;
    struct buf packed;

    buf_init_fixed(&packed, self->packed, sizeof self->packed);
    if (link->older.ptr == self->packed) {
        packed.len = link->older.len;
    } else {
        buf_add(&packed, link->older);
    }
    if (packed.overflow) {
        return ERR_CORRUPT;
    }
    if (sums_older_add(&packed, link->day, link->quarters)) {
        link->older = buf_str(&packed);
        return OK;
    }
    enum err err = move_older(self);
    return err == OK ? sums_link_day_put(self->db, link->stat.link_id, link->day, link->quarters) : err;
}

static enum err add_older_day(struct fold_store *self, const struct fold_day *day)
{
    str stored = {0}, packed = {0}, rest = self->link.older;
    int64_t first = 0;
    enum err err = sums_packed_next(&rest, &first, &stored) && first <= day->day ? move_older(self) : OK;

    stored = STR("");
    if (err == OK) {
        err = sums_link_day_find(self->db, &self->arena, self->link.stat.link_id, day->day, &stored);
    }
    if (err == OK || err == ERR_NOT_FOUND) {
        err = add(self, stored, day, self->older, &packed);
    }
    return err == OK ? sums_link_day_put(self->db, self->link.stat.link_id, day->day, packed) : err;
}

enum err fold_store_link_day(struct fold_store *self, const struct fold_day *day)
{
    struct link_sums *link = &self->link;
    enum err err = OK;

    if (link->quarters.len > 0 && day->day < link->day) {
        return add_older_day(self, day);
    }
    if (link->quarters.len > 0 && day->day > link->day) {
        err = keep_newest(self);
        link->quarters = STR("");
    }
    if (err == OK) {
        link->day = day->day;
        err = add(self, link->quarters, day, self->bytes, &link->quarters);
    }
    return err;
}

/* The last of the packed days leaves them. */
static void take_older(struct link_sums *link)
{
    str rest = link->older, before = link->older;

    while (sums_packed_next(&rest, &link->day, &link->quarters)) {
        link->older = (str){before.ptr, (size_t)(link->quarters.ptr - before.ptr) - SUMS_PACKED_HEAD};
    }
}

/* When clicks leave the sums the newest day may come to nothing: then the one before it is the newest. */
enum err fold_store_link_end(struct fold_store *self)
{
    struct link_sums *link = &self->link;
    enum err err = OK;

    if (link->quarters.len == 0) {
        take_older(link);
    }
    if (link->quarters.len == 0) {
        err = sums_link_day_take(self->db, &self->arena, link->stat.link_id, &link->day, &link->quarters);
    }
    if (err != OK && err != ERR_NOT_FOUND) {
        return err;
    }
    link_figures_add(&self->figures, &link->stat);
    return sums_link_put(self->db, link);
}

enum err fold_store_figures(struct fold_store *self)
{
    return link_figures_store(&self->figures, self->db);
}
