/* SPDX-License-Identifier: MIT */
/*
 * Lists of links, with a million of them. Three ways, the first that can:
 *
 * - some condition leaves few links, as its index says (links_source.c): each is checked by one statement with the
 * whole filter and put in order here, whatever the order;
 * - the order has an index: it is walked, each link checked likewise, until the page is full, which is soon, since no
 *   condition leaves few; where conditions meet rarely the walk is given up after so many looks;
 * - else all links are looked at by their columns (links_sweep.c), and the best are kept.
 *
 * A search leaves out blocks of links that cannot hold the text (link_grams.h); of the others each is looked at.
 *
 * An index for each order and each pair of condition and order was rejected: they cost every import and every fold. The
 * rows of the page are then read one by one with everything that belongs to them, in the same snapshot; so there is one
 * place that reads a link.
 */
#include "linkpond/store/links.h"

#include <stdlib.h>

#include "linkpond/store/gains.h"
#include "links_source.h"
#include "links_sweep.h"
#include "links_text.h"
#include "row.h"

/* The numbers in sql/queries/link_list.sql. */
_Static_assert(LINK_SCHEDULED == 0 && LINK_ACTIVE == 1 && LINK_EXPIRED == 2 && LINK_USED_UP == 3 &&
                   LINK_DISABLED == 4 && LINK_ARCHIVED == 5,
               "states as in link_list.sql");

#define WALK_LOOKS     4000   /* links looked at for one page before the walk is given up */
#define SEARCH_ALL     131072 /* links that may hold a text: all of them are looked at, a block at a time */
#define SEARCH_AT_ONCE 4096   /* links whose text is looked at before the next are put in order */
#define SEARCH_GROWS   4
#define SEARCH_RANKED  65536 /* at once at most: what is rarer is looked for in all texts, which takes no memory */
#define COUNT_LOOKS    25000 /* links whose text is looked at for a total */
#define COUNT_UNMADE   128   /* blocks that have no columns yet, read for a total */

/* ---- one statement with the whole filter ---- */

static struct stmt *filtered(struct db *db, enum sql_id text, const struct links_filter *filter)
{
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_i64(rows, "bin", filter->bin);
    bounds_bind(rows, filter->bounds);
    stmt_bind_id_opt(rows, "campaign_id", filter->campaign_id);
    stmt_bind_id_opt(rows, "channel_id", filter->channel_id);
    stmt_bind_id_opt(rows, "owner_id", filter->owner_id);
    stmt_bind_id_opt(rows, "domain_id", filter->domain_id);
    stmt_bind_id_opt(rows, "tag_id", filter->tag_id);
    stmt_bind_i64(rows, "archived", filter->state >= 0 ? -1 : filter->archived);
    stmt_bind_id_opt(rows, "created_from_ms", filter->created_from_ms);
    stmt_bind_id_opt(rows, "created_to_ms", filter->created_to_ms);
    stmt_bind_i64(rows, "state", filter->state);
    stmt_bind_i64(rows, "now_ms", filter->now_ms);
    stmt_bind_str_opt(rows, "text", filter->q);
    return rows;
}

/* Columns of link_list_check. */
static const int key_column[] = {
    [LINKS_BY_CREATED] = 0,    [LINKS_BY_CREATED_ASC] = 0, [LINKS_BY_UPDATED] = 1, [LINKS_BY_CLICKS] = 2,
    [LINKS_BY_LAST_CLICK] = 3, [LINKS_BY_TITLE] = -1,      [LINKS_BY_ID] = -1,
};

/* What one list is made with. */
struct listing {
    struct db *db;
    struct arena *arena;
    const struct links_filter *filter;
    struct link_search search;
};

/* ---- candidates in any order ---- */

static void keep_ids(const struct ranking *ranking, int64_t *ids, size_t *found)
{
    for (size_t i = 0; i < ranking->count; i++) {
        ids[i] = ranking->places[i].id;
    }
    *found = ranking->count;
}

static enum err rank_few(const struct listing *self, const struct links_few *few, int64_t *ids, size_t *found,
                         struct links_total *total)
{
    const struct links_filter *filter = self->filter;
    struct stmt *row = filtered(self->db, SQL_LINK_LIST_CHECK, filter);
    int column = key_column[filter->sort];
    struct ranking ranking;
    int64_t matches = 0;

    if (!ranking_init(&ranking, self->arena, filter, filter->limit + 1)) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < few->count; i++) {
        if (link_search_may(&self->search, few->ids[i]) && links_check(row, few->ids[i])) {
            ranking_add(&ranking,
                        &(struct place){.id = few->ids[i],
                                        .key = column >= 0 ? stmt_i64(row, column) : 0,
                                        .title = filter->sort == LINKS_BY_TITLE ? stmt_str(row, 4) : STR("")});
            matches++;
        }
    }
    enum err err = stmt_err(row) ? stmt_err(row) : self->arena->overflow ? ERR_NOMEM : OK;
    stmt_reset(row);
    ranking_sort(&ranking);
    keep_ids(&ranking, ids, found);
    if (total) {
        *total = (struct links_total){matches, true};
    }
    return err;
}

/* ---- many ---- */

/* *given_up: so many looks, and the page is not full. */
static enum err walk(const struct listing *self, int64_t *ids, size_t *found, bool *given_up)
{
    struct stmt *row = filtered(self->db, SQL_LINK_LIST_CHECK, self->filter);
    struct links_walk walk;
    int64_t id = 0;
    size_t limit = self->filter->limit, kept = 0, looks = 0;

    if (!links_walk_begin(&walk, self->db, self->filter)) {
        *given_up = true;
        return OK;
    }
    for (; kept <= limit && looks < WALK_LOOKS + limit && links_walk_next(&walk, &id); looks++) {
        if (link_search_may(&self->search, id) && links_check(row, id)) {
            ids[kept++] = id;
        }
    }
    enum err err = links_walk_end(&walk);
    err = err ? err : stmt_err(row);
    stmt_reset(row);
    *found = kept;
    *given_up = kept <= limit && looks == WALK_LOOKS + limit;
    return err;
}

/* The first of all that are meant, the text of a search apart. */
static enum err sweep_ranked(const struct listing *self, const struct links_filter *filter, struct ranking *ranking,
                             int64_t *matches)
{
    struct links_sweep sweep;
    int64_t id;

    if (!links_sweep_begin(&sweep, self->db, self->arena, filter, &self->search, true)) {
        return ERR_NOMEM;
    }
    for (*matches = 0; links_sweep_next(&sweep, &id); (*matches)++) {
        struct place place;
        links_sweep_place(&sweep, &place);
        ranking_add(ranking, &place);
    }
    ranking_sort(ranking);
    enum err err = links_sweep_end(&sweep);
    return err ? err : self->arena->overflow ? ERR_NOMEM : OK;
}

static enum err sweep(const struct listing *self, int64_t *ids, size_t *found, struct links_total *total)
{
    struct ranking ranking;
    int64_t matches = 0;

    if (!ranking_init(&ranking, self->arena, self->filter, self->filter->limit + 1)) {
        return ERR_NOMEM;
    }
    enum err err = sweep_ranked(self, self->filter, &ranking, &matches);
    keep_ids(&ranking, ids, found);
    if (total) {
        *total = (struct links_total){matches, true};
    }
    return err;
}

/* ---- with a text ---- */

/* Where a search leaves out most blocks, or the text is rare, all of the others are read. */
static enum err sweep_texts(const struct listing *self, int64_t *ids, size_t *found, struct links_total *total)
{
    struct ranking ranking;
    struct links_sweep sweep;
    int64_t id, block = -1, matches = 0;
    bool hits[LINK_BLOCK_LINKS];
    enum err err = OK;

    if (!ranking_init(&ranking, self->arena, self->filter, self->filter->limit + 1) ||
        !links_sweep_begin(&sweep, self->db, self->arena, self->filter, &self->search, true)) {
        return ERR_NOMEM;
    }
    while (!err && links_sweep_next(&sweep, &id)) {
        if (id >> LINK_BLOCK_SHIFT != block) {
            block = id >> LINK_BLOCK_SHIFT;
            memset(hits, 0, sizeof hits);
            err = links_text_block(self->db, self->filter->q, block << LINK_BLOCK_SHIFT, hits);
        }
        if (hits[id & (LINK_BLOCK_LINKS - 1)]) {
            struct place place;
            links_sweep_place(&sweep, &place);
            ranking_add(&ranking, &place);
            matches++;
        }
    }
    ranking_sort(&ranking);
    keep_ids(&ranking, ids, found);
    if (total) {
        *total = (struct links_total){matches, true};
    }
    enum err end = links_sweep_end(&sweep);
    return err ? err : end ? end : self->arena->overflow ? ERR_NOMEM : OK;
}

/* Else texts are looked at in the order of the list, so many of them that the page is full. *rare: it was not, though
 * a great many were; so it is just after an import, before there are grams that leave out blocks. */
static enum err sweep_search(const struct listing *self, int64_t *ids, size_t *found, bool *rare)
{
    struct links_filter filter = *self->filter;
    struct stmt *row = links_text_check(self->db, self->filter->q);
    size_t limit = filter.limit, kept = 0;
    bool more = true;
    enum err err = OK;

    for (size_t keep = SEARCH_AT_ONCE; !err && more && kept <= limit && keep <= SEARCH_RANKED; keep *= SEARCH_GROWS) {
        struct ranking ranking;
        int64_t matches = 0;
        if (!ranking_init(&ranking, self->arena, &filter, keep)) {
            return ERR_NOMEM;
        }
        err = sweep_ranked(self, &filter, &ranking, &matches);
        for (size_t i = 0; !err && i < ranking.count && kept <= limit; i++) {
            if (links_check(row, ranking.places[i].id)) {
                ids[kept++] = ranking.places[i].id;
            }
        }
        more = ranking.count == keep;
        if (more) {
            const struct place *last = &ranking.places[keep - 1];
            filter.after = (struct links_after){last->id, last->key, last->title};
        }
    }
    err = err ? err : stmt_err(row);
    stmt_reset(row);
    *found = kept;
    *rare = more && kept <= limit;
    return err;
}

static enum err count_with_text(const struct listing *self, struct links_total *total)
{
    struct links_sweep sweep;
    int64_t ids[LINK_BLOCK_LINKS], found = 0, id = 0;
    size_t looks = 0, count = 0;
    bool more = true;
    enum err err = OK;

    if (!links_sweep_begin(&sweep, self->db, self->arena, self->filter, &self->search, false)) {
        return ERR_NOMEM;
    }
    while (!err && more && looks < COUNT_LOOKS && links_sweep_unmade(&sweep) < COUNT_UNMADE) {
        more = links_sweep_next(&sweep, &id);
        if (count > 0 && (!more || id >> LINK_BLOCK_SHIFT != ids[0] >> LINK_BLOCK_SHIFT)) {
            err = links_text_count(self->db, self->filter->q, ids, count, &found);
            looks += count;
            count = 0;
        }
        ids[count] = id;
        count += more;
    }
    enum err end = links_sweep_end(&sweep);
    *total = (struct links_total){found, !more};
    return err ? err : end;
}

static enum err count_many(const struct listing *self, struct links_total *total)
{
    struct links_sweep sweep;
    int64_t found = 0, id = 0;
    bool more = true;

    if (self->filter->q.len > 0) {
        return count_with_text(self, total);
    }
    if (!links_sweep_begin(&sweep, self->db, self->arena, self->filter, &self->search, false)) {
        return ERR_NOMEM;
    }
    while (more && links_sweep_unmade(&sweep) < COUNT_UNMADE) {
        more = links_sweep_next(&sweep, &id);
        found += more;
    }
    *total = (struct links_total){found, !more};
    return links_sweep_end(&sweep);
}

/* ---- pages ---- */

static enum err find_few(struct listing *self, struct links_few *out)
{
    enum err err = links_source_few(self->db, self->arena, self->filter, out);

    return err ? err : link_search_init(&self->search, self->db, self->arena, self->filter->q);
}

static enum err page_ids(struct listing *self, int64_t *ids, size_t *found, struct links_total *total)
{
    struct links_few few;
    bool given_up = false, rare = false, waits = false;
    enum err err = find_few(self, &few);

    if (links_sorts_by_figures(
            self->filter->sort)) { /* what folds have not brought home yet is added to columns only */
        err = err ? err : gains_any(self->db, &waits);
    }
    if (err || (few.complete && !waits)) {
        return err ? err : rank_few(self, &few, ids, found, total);
    }
    if (self->search.on && self->search.links <= SEARCH_ALL) {
        return sweep_texts(self, ids, found, total);
    }
    err = walk(self, ids, found, &given_up);
    if (!err && given_up && self->filter->q.len == 0) {
        return sweep(self, ids, found, total);
    }
    if (!err && given_up) {
        err = sweep_search(self, ids, found, &rare);
    }
    if (!err && rare) {
        return sweep_texts(self, ids, found, total);
    }
    return err || !total ? err : count_many(self, total);
}

static enum err list(struct db *db, struct arena *arena, const struct links_filter *filter, struct links_page *out,
                     struct links_total *total)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, filter->limit + 1);
    struct link *links = ARENA_ARRAY(arena, struct link, filter->limit);
    size_t found = 0;

    if (!ids || !links) {
        return ERR_NOMEM;
    }
    struct listing listing = {.db = db, .arena = arena, .filter = filter};
    enum err err = page_ids(&listing, ids, &found, total);
    bool more = !err && found > filter->limit;
    for (size_t i = 0; !err && i < found - more; i++) {
        err = links_find(db, arena, filter->bounds, ids[i], &links[i]);
    }
    if (!err && arena->overflow) {
        err = ERR_NOMEM;
    }
    if (!err) {
        *out = (struct links_page){links, found - more, more};
    }
    return err;
}

enum err links_list(struct db *db, struct arena *arena, const struct links_filter *filter, struct links_page *out,
                    struct links_total *total)
{
    bool own = false;

    if (filter->limit == 0 || filter->limit > LIMIT_PAGE) {
        return ERR_INVALID;
    }
    enum err err = db_snapshot_begin(db, &own);
    if (err) {
        return err;
    }
    err = list(db, arena, filter, out, total);
    db_snapshot_end(db, own);
    return err;
}

struct links_after links_after(const struct link *link, enum links_sort sort)
{
    struct links_after after = {.id = link->id};

    switch (sort) {
    case LINKS_BY_CREATED:
    case LINKS_BY_CREATED_ASC:
        after.key = link->created_ms;
        break;
    case LINKS_BY_CLICKS:
        after.key = link->counts.clicks;
        break;
    case LINKS_BY_UPDATED:
        after.key = link->updated_ms;
        break;
    case LINKS_BY_LAST_CLICK:
        after.key = link->counts.last_ms == TIME_NONE ? 0 : link->counts.last_ms;
        break;
    case LINKS_BY_TITLE:
        after.title = link->title;
        break;
    case LINKS_BY_ID:
        break;
    }
    return after;
}

static int compare_ids(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

enum err links_list_ids(struct db *db, struct arena *arena, const struct links_filter *filter, int64_t after_id,
                        int64_t *ids, size_t cap, size_t *count)
{
    struct listing listing = {.db = db, .arena = arena, .filter = filter};
    struct links_few few;
    enum err err = find_few(&listing, &few);
    struct stmt *row = filtered(db, SQL_LINK_LIST_CHECK, filter);
    struct stmt *rows = NULL;
    size_t found = 0;
    int64_t id = 0;

    if (err) {
        return err;
    }
    if (few.complete) {
        qsort(few.ids, few.count, sizeof *few.ids, compare_ids);
    } else {
        rows = links_source_by_id(db, filter, after_id);
    }
    for (size_t i = 0; found < cap && (rows ? stmt_next(rows) : i < few.count); i++) {
        id = rows ? stmt_i64(rows, 0) : few.ids[i];
        if (id > after_id && link_search_may(&listing.search, id) && links_check(row, id)) {
            ids[found++] = id;
        }
    }
    if (rows) {
        err = stmt_err(rows);
        stmt_reset(rows);
    }
    err = err ? err : stmt_err(row) ? stmt_err(row) : arena->overflow ? ERR_NOMEM : OK;
    stmt_reset(row);
    if (!err) {
        *count = found;
    }
    return err;
}
