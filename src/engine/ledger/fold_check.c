/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "fold_rows.h"
#include "linkpond/engine/fold.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/rewrites.h"
#include "linkpond/store/segments.h"

/* The sums against the rows they were made of: recount and comparison. */

/* Clicks older than this were deleted; 0 or absent = none ever. */
#define META_LEDGER_STARTS STR("ledger_starts_ms")

enum err fold_ledger_starts(struct db *db, int64_t *ms)
{
    enum err err = meta_get_i64(db, META_LEDGER_STARTS, ms);

    if (err == ERR_NOT_FOUND) {
        *ms = INT64_MIN;
        return OK;
    }
    return err;
}

enum err fold_set_ledger_starts(struct db *db, int64_t ms)
{
    int64_t before = 0;
    enum err err = fold_ledger_starts(db, &before);

    return err == OK && ms > before ? meta_put_i64(db, META_LEDGER_STARTS, ms) : err;
}

static enum err ledger_is_whole(struct db *db, struct fault *fault)
{
    int64_t starts_ms = 0;
    enum err err = fold_ledger_starts(db, &starts_ms);

    if (err != OK || starts_ms == INT64_MIN) {
        return err;
    }
    return fault_set(fault, ERR_CONFLICT, "", "clicks_deleted",
                     "Old clicks were deleted, so their sums cannot be counted again.",
                     "旧的访问流水已删除，无法重新统计。");
}

/* ---- recount */

/* What a link counts beyond its days: brought along when it was imported. */
struct carried {
    int64_t link_id, clicks;
};

static enum err pv_of_days(struct db *db, int64_t link_id, struct sums_cell *memory, int64_t *pv)
{
    struct sums_days rows = sums_link_days(db, link_id, INT64_MIN, INT64_MAX);
    int64_t day = 0;
    str bytes = {0};

    *pv = 0;
    while (sums_days_next(&rows, &day, &bytes)) {
        size_t count = 0;
        if (!sums_unpack(bytes, memory, &count)) {
            continue; /* damaged: that is why it is counted again */
        }
        for (size_t i = 0; i < count; i++) {
            enum click_class class;
            enum click_outcome outcome;
            *pv +=
                sums_key_split(memory[i].key, &class, &outcome) && click_counts(class, outcome) ? memory[i].count : 0;
        }
    }
    return stmt_err(rows.stmt);
}

static enum err find_carried(struct db *db, struct carried **out, size_t *count)
{
    struct sums_cell *memory = malloc(SUMS_LIST_CELLS * sizeof *memory);
    struct carried *list = NULL;
    struct link_stat stat;
    size_t cap = 0;
    struct sums_stats *stats = sums_stats_begin(db);
    enum err err = memory && stats ? OK : ERR_NOMEM;

    *count = 0;
    while (err == OK && sums_stats_next(stats, &stat)) {
        int64_t pv = 0;
        err = pv_of_days(db, stat.link_id, memory, &pv);
        if (err != OK || stat.clicks <= pv) {
            continue;
        }
        if (*count == cap) {
            cap = cap > 0 ? cap * 2 : 64;
            struct carried *bigger = realloc(list, cap * sizeof *list);
            err = bigger ? OK : ERR_NOMEM;
            list = bigger ? bigger : list;
        }
        if (err == OK) {
            list[(*count)++] = (struct carried){stat.link_id, stat.clicks - pv};
        }
    }
    enum err end = stats ? sums_stats_end(stats) : OK;
    free(memory);
    *out = list;
    return err == OK ? end : err;
}

enum err fold_reset(struct db *db, struct fault *fault)
{
    struct carried *carried = NULL;
    size_t count = 0;
    enum err err = ledger_is_whole(db, fault);

    if (err == OK) { /* from a damaged chunk no sums can be made again: keep those there are */
        err = chunks_verify(db, fault);
    }
    if (err == OK) {
        err = find_carried(db, &carried, &count);
    }
    if (err == OK) {
        err = sums_reset(db);
    }
    for (size_t i = 0; err == OK && i < count; i++) {
        const struct link_stat stat = {.link_id = carried[i].link_id,
                                       .clicks = carried[i].clicks,
                                       .total = carried[i].clicks,
                                       .last_ms = TIME_NONE};
        err = sums_stat_add(db, &stat);
    }
    free(carried);
    if (err == OK) {
        err = chunks_unfold_all(db);
    }
    return err == OK ? segments_unfold_all(db) : err;
}

/* ---- comparison */
struct comparison {
    struct db *db;
    struct fold_rows counted;
    struct sums_cell *memory;
    int64_t differences;
    bool lasts_owed; /* a rewrite is under way: it finds the clicks that are last now when all else is done */
    struct fault *fault;
};

static void note_difference(struct comparison *self, const char *what, int64_t id, int64_t day, int64_t stored,
                            int64_t counted)
{
    if (self->differences++ == 0) {
        fault_setf(self->fault, ERR_CORRUPT, "", "sums_differ",
                   "%s %" PRId64 ", day %" PRId64 ": stored %" PRId64 ", counted %" PRId64, what, id, day, stored,
                   counted);
    }
}

static enum err count_row(void *arg, const struct clicks_scan *scan)
{
    struct comparison *self = arg;

    return fold_rows_add(&self->counted, &scan->facts);
}

static enum err count_folded(struct comparison *self)
{
    const struct ledger_range range = {.part = LEDGER_FOLDED, LEDGER_FOR_EVER};

    return ledger_each(self->db, &range, count_row, self);
}

/* Takes the stored cells of one owner's day out of what was counted; what is left over differs. */
static enum err subtract(struct comparison *self, struct fold_cells *cells, int64_t owner, int64_t day, str bytes)
{
    size_t count = 0;
    enum err err = OK;

    if (!sums_unpack(bytes, self->memory, &count)) {
        note_difference(self, "damaged bytes of", owner, day, 0, 0);
        return OK;
    }
    for (size_t i = 0; err == OK && i < count; i++) {
        err = fold_cells_count(cells, owner, day, self->memory[i].quarter, self->memory[i].key, -self->memory[i].count);
    }
    return err;
}

static enum err subtract_days(struct comparison *self, struct sums_days rows, bool links, enum sums_scope scope)
{
    struct fold_cells *cells = links ? &self->counted.links : &self->counted.scopes;
    int64_t id = 0, day = 0;
    str bytes = {0};
    enum err err = OK;

    while (err == OK && sums_all_days_next(&rows, &id, &day, &bytes)) {
        err = subtract(self, cells, links ? fold_owner_link(id) : fold_owner_scope(scope, id), day, bytes);
    }
    if (err != OK) {
        stmt_reset(rows.stmt);
        return err;
    }
    return stmt_err(rows.stmt);
}

static enum err note_day(void *arg, const struct fold_day *day)
{
    static const char *const names[] = {"all", "campaign", "channel", "owner", "domain"};
    struct comparison *self = arg;
    enum sums_scope scope = SUMS_ALL;
    int64_t id = 0, left = 0;
    bool link = fold_owner_split(day->owner, &scope, &id);

    if (day->owner == fold_owner_link(0)) {
        return OK; /* unknown codes are of no link */
    }
    for (size_t i = 0; i < day->count; i++) {
        left += day->cells[i].count;
    }
    note_difference(self, link ? "link" : names[scope], id, day->day, 0, left);
    return OK;
}

static void compare_stat(struct comparison *self, const struct link_stat *stored, const struct link_stat *counted)
{
    const struct {
        const char *name;
        int64_t stored, counted;
        bool may_exceed; /* imported links bring clicks along, rewrites owe the last one */
    } figures[] = {
        {"clicks of link", stored->clicks, counted->clicks, true},
        {"visitors of link", stored->visitors, counted->visitors, false},
        {"bots of link", stored->bots, counted->bots, false},
        {"total of link", stored->total, counted->total, true},
        {"scans of link", stored->scans, counted->scans, false},
        {"reserved of link", stored->reserved, counted->reserved, false},
        {"last click of link", stored->last_ms, counted->last_ms, self->lasts_owed},
    };

    for (size_t i = 0; i < ARRAY_LEN(figures); i++) {
        bool same =
            figures[i].may_exceed ? figures[i].stored >= figures[i].counted : figures[i].stored == figures[i].counted;
        if (!same) {
            note_difference(self, figures[i].name, stored->link_id, 0, figures[i].stored, figures[i].counted);
        }
    }
}

static enum err compare_stats(struct comparison *self)
{
    struct link_stat stored;
    struct sums_stats *stats = sums_stats_begin(self->db);

    while (stats && sums_stats_next(stats, &stored)) {
        const int64_t *index = idmap_find(&self->counted.index, (uint64_t)stored.link_id, 0);
        struct link_stat none = {.link_id = stored.link_id, .last_ms = TIME_NONE};
        struct link_stat *counted = index ? &self->counted.list[*index] : &none;
        compare_stat(self, &stored, counted);
        *counted = (struct link_stat){.last_ms = TIME_NONE}; /* seen */
    }
    for (size_t i = 0; i < self->counted.list_count; i++) {
        const struct link_stat *left = &self->counted.list[i];
        if (left->link_id != 0 && left->total != 0) {
            note_difference(self, "total of link", left->link_id, 0, 0, left->total);
        }
    }
    return stats ? sums_stats_end(stats) : ERR_NOMEM;
}

static enum err compare(struct comparison *self)
{
    int64_t rewrites = 0;
    enum err err = ledger_is_whole(self->db, self->fault);

    if (err == OK) {
        err = rewrites_count_unfinished(self->db, &rewrites);
    }
    if (err == OK) {
        self->lasts_owed = rewrites > 0;
        err = count_folded(self);
    }
    if (err == OK) {
        err = fold_rows_spread(&self->counted, self->db);
    }
    if (err == OK) {
        err = subtract_days(self, sums_all_link_days(self->db, INT64_MIN, INT64_MAX), true, SUMS_ALL);
    }
    for (int scope = SUMS_ALL; err == OK && scope <= SUMS_DOMAIN; scope++) {
        err = subtract_days(self, sums_all_scope_days(self->db, (enum sums_scope)scope, INT64_MIN, INT64_MAX), false,
                            (enum sums_scope)scope);
    }
    if (err == OK) {
        err = fold_cells_each(&self->counted.links, note_day, self);
    }
    if (err == OK) {
        err = fold_cells_each(&self->counted.scopes, note_day, self);
    }
    return err == OK ? compare_stats(self) : err;
}

enum err fold_verify(struct db *db, int64_t *differences, struct fault *fault)
{
    struct comparison self = {.db = db, .fault = fault, .memory = malloc(SUMS_LIST_CELLS * sizeof(struct sums_cell))};
    enum err err = self.memory ? db_begin(db, false) : ERR_NOMEM;

    fold_rows_init(&self.counted, NULL);
    if (err == OK) {
        err = compare(&self);
        db_rollback(db);
    }
    fold_rows_done(&self.counted);
    free(self.memory);
    if (err == OK) {
        *differences = self.differences;
        err = self.differences > 0 ? ERR_CORRUPT : OK;
    }
    return err;
}
