/* SPDX-License-Identifier: MIT */
#include "fold_gains.h"
#include "fold_rows.h"
#include "fold_store.h"
#include "linkpond/engine/fold.h"

/* Stored sums that follow a link or a merge to other scopes, or clicks that became others. */

#define CELLS_MAX (1U << 24)

/* Adds sign x every cell of `rows` (days of one link or scope) to the owner. */
static enum err gather(struct fold_cells *cells, struct sums_cell *memory, struct sums_days rows, const int64_t *owners,
                       const int *signs, size_t owners_count)
{
    int64_t day = 0;
    str bytes = {0};
    enum err err = OK;

    while (err == OK && sums_days_next(&rows, &day, &bytes)) {
        size_t count = 0;
        err = sums_unpack(bytes, memory, &count) ? OK : ERR_CORRUPT;
        for (size_t i = 0; err == OK && i < count * owners_count; i++) {
            const struct sums_cell *cell = &memory[i / owners_count];
            err = fold_cells_count(cells, owners[i % owners_count], day, cell->quarter, cell->key,
                                   signs[i % owners_count] * cell->count);
        }
    }
    if (err != OK) {
        stmt_reset(rows.stmt);
        return err;
    }
    return stmt_err(rows.stmt);
}

static enum err store_day(void *arg, const struct fold_day *day)
{
    return fold_store_scope_day(arg, day);
}

static enum err apply(struct db *db, struct sums_days rows, const int64_t *owners, const int *signs,
                      size_t owners_count)
{
    struct arena arena;
    struct fold_cells cells;

    arena_init(&arena, 1 << 20);
    fold_cells_init(&cells, CELLS_MAX);
    struct sums_cell *memory = ARENA_ARRAY(&arena, struct sums_cell, SUMS_LIST_CELLS);
    struct fold_store *store = fold_store_new(db);
    enum err err = memory && store ? gather(&cells, memory, rows, owners, signs, owners_count) : ERR_NOMEM;
    if (err == OK) {
        err = fold_cells_each(&cells, store_day, store);
    }
    fold_store_free(store);
    fold_cells_done(&cells);
    arena_done(&arena);
    return err;
}

static size_t add_owner(int64_t *owners, int *signs, size_t count, enum sums_scope scope, int64_t id, int sign)
{
    if (id != 0) {
        owners[count] = fold_owner_scope(scope, id);
        signs[count++] = sign;
    }
    return count;
}

enum err fold_move(struct db *db, int64_t link_id, const struct link_ids *from, const struct link_ids *into)
{
    const struct {
        enum sums_scope scope;
        int64_t from, into;
    } scopes[] = {
        {SUMS_CAMPAIGN, from->campaign_id, into->campaign_id},
        {SUMS_CHANNEL, from->channel_id, into->channel_id},
        {SUMS_OWNER, from->owner_id, into->owner_id},
        {SUMS_DOMAIN, from->domain_id, into->domain_id},
    };
    int64_t owners[2 * ARRAY_LEN(scopes)];
    int signs[2 * ARRAY_LEN(scopes)];
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
        if (scopes[i].from != scopes[i].into) {
            count = add_owner(owners, signs, count, scopes[i].scope, scopes[i].from, -1);
            count = add_owner(owners, signs, count, scopes[i].scope, scopes[i].into, 1);
        }
    }
    if (count == 0) {
        return OK;
    }
    return apply(db, sums_link_days(db, link_id, INT64_MIN, INT64_MAX), owners, signs, count);
}

enum err fold_forget(struct db *db, int64_t link_id, const struct link_ids *ids)
{
    int64_t owners[5] = {fold_owner_scope(SUMS_ALL, 0)};
    int signs[5] = {-1};
    size_t count = 1;

    count = add_owner(owners, signs, count, SUMS_CAMPAIGN, ids->campaign_id, -1);
    count = add_owner(owners, signs, count, SUMS_CHANNEL, ids->channel_id, -1);
    count = add_owner(owners, signs, count, SUMS_OWNER, ids->owner_id, -1);
    count = add_owner(owners, signs, count, SUMS_DOMAIN, ids->domain_id, -1);
    enum err err = fold_gains_home(db, link_id);
    if (err == OK) {
        err = apply(db, sums_link_days(db, link_id, INT64_MIN, INT64_MAX), owners, signs, count);
    }
    return err == OK ? sums_link_delete(db, link_id) : err;
}

enum err fold_merge(struct db *db, enum sums_scope scope, int64_t from_id, int64_t into_id)
{
    BUG_ON(scope == SUMS_ALL);
    if (from_id == 0 || from_id == into_id) {
        return OK;
    }
    enum err err = OK;
    if (into_id != 0) {
        const int64_t owner = fold_owner_scope(scope, into_id);
        const int sign = 1;
        err = apply(db, sums_scope_days(db, scope, from_id, INT64_MIN, INT64_MAX), &owner, &sign, 1);
    }
    return err == OK ? sums_scope_delete(db, scope, from_id) : err;
}

enum err fold_change(struct db *db, const struct fold_change *changes, size_t count)
{
    struct fold_rows rows;
    enum err err = OK;

    fold_rows_init(&rows, NULL);
    for (size_t i = 0; err == OK && i < count; i++) {
        err = fold_rows_count(&rows, &changes[i].from, -1);
        if (err == OK) {
            err = fold_rows_count(&rows, &changes[i].into, 1);
        }
    }
    if (err == OK) {
        err = fold_rows_store(&rows, db);
    }
    fold_rows_done(&rows);
    return err;
}
