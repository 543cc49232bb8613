/* SPDX-License-Identifier: MIT */
/*
 * Lists of links, with a million of them. Candidates are ids from one index (links_source.c); each is checked against
 * the whole filter by the same statement, which also says what it is put in order by. Three ways, the first that can:
 *
 * - some condition leaves few links: all of them are checked and put in order here, whatever the order;
 * - the order has an index: it is walked until the page is full, which is soon, since no condition leaves few; where
 *   conditions meet rarely the walk is given up after so many looks;
 * - else one statement looks at every link and keeps the best.
 *
 * A search leaves out blocks of links that cannot hold the text (link_grams.h), as if that were one more condition.
 *
 * An index for each pair of condition and order was rejected: each costs every import and every edit, these cost one
 * look at a link for each candidate. The rows of the page are then read one by one with everything that belongs to
 * them, in the same snapshot; so there is one place that reads a link.
 */
#include "linkpond/store/links.h"

#include <stdlib.h>

#include "linkpond/store/link_grams.h"

#include "like.h"
#include "links_source.h"
#include "row.h"

/* The numbers in sql/queries/link_list.sql. */
_Static_assert(LINK_SCHEDULED == 0 && LINK_ACTIVE == 1 && LINK_EXPIRED == 2 && LINK_USED_UP == 3 &&
                   LINK_DISABLED == 4 && LINK_ARCHIVED == 5,
               "states as in link_list.sql");

#define WALK_LOOKS  60000 /* links looked at for one page before the walk is given up */
#define COUNT_LOOKS 25000 /* links looked at for a total */

/* ---- one statement with the whole filter ---- */

static struct stmt *filtered(struct db *db, struct arena *arena, enum sql_id text, const struct links_filter *filter)
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
    stmt_bind_str_opt(rows, "pattern", like_pattern(arena, filter->q));
    return rows;
}

/* Where a link stands in the order. */
struct place {
    int64_t id, key;
    str title;
};

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

static bool check(struct stmt *row, int64_t id)
{
    stmt_again(row);
    stmt_put_i64(row, 1, id);
    return stmt_next(row);
}

static int compare(const void *a, const void *b, void *arg)
{
    const struct place *x = a, *y = b;
    const enum links_sort *sort = arg;
    bool rising = *sort == LINKS_BY_CREATED_ASC || *sort == LINKS_BY_TITLE || *sort == LINKS_BY_ID;
    int order = x->key != y->key ? (x->key < y->key ? -1 : 1) : str_cmp(x->title, y->title);

    order = order != 0 ? order : x->id < y->id ? -1 : x->id > y->id;
    return rising ? order : -order;
}

/* ---- candidates in any order ---- */

/* Ids of an array, or of rows. */
struct candidates {
    const int64_t *ids;
    size_t count;
    struct stmt *rows;
};

static bool candidates_next(struct candidates *self, int64_t *id)
{
    if (self->rows) {
        bool found = stmt_next(self->rows);
        *id = found ? stmt_i64(self->rows, 0) : 0;
        return found;
    }
    if (self->count == 0) {
        return false;
    }
    *id = *self->ids++;
    self->count--;
    return true;
}

/* The first of all places that were added, behind one of them. */
struct ranking {
    struct place *places, after;
    size_t count, keep, cap;
    enum links_sort sort;
    struct arena *arena;
    bool full; /* what stands behind places[keep - 1] is not wanted any more */
};

static void ranking_sort(struct ranking *self)
{
    qsort_r(self->places, self->count, sizeof *self->places, compare, &self->sort);
    self->full = self->full || self->count >= self->keep;
    self->count = self->count < self->keep ? self->count : self->keep;
}

static void ranking_add(struct ranking *self, const struct place *place)
{
    bool before = self->after.id != 0 && compare(place, &self->after, &self->sort) <= 0;

    if (before || (self->full && compare(place, &self->places[self->keep - 1], &self->sort) > 0)) {
        return;
    }
    if (self->count == self->cap) {
        ranking_sort(self);
    }
    self->places[self->count] = *place;
    self->places[self->count++].title = arena_str(self->arena, place->title);
}

static bool ranking_init(struct ranking *self, struct arena *arena, const struct links_filter *filter)
{
    size_t keep = filter->limit + 1;

    *self = (struct ranking){.keep = keep, .cap = keep * 4, .sort = filter->sort, .arena = arena};
    self->after = (struct place){.id = filter->after.id};
    if (key_column[filter->sort] >= 0) {
        self->after.key = filter->after.key;
    } else if (filter->sort == LINKS_BY_TITLE) {
        self->after.title = filter->after.title;
    }
    self->places = ARENA_ARRAY(arena, struct place, self->cap);
    return self->places != NULL;
}

static enum err rank(const struct listing *self, struct candidates *candidates, int64_t *ids, size_t *found,
                     struct links_total *total)
{
    const struct links_filter *filter = self->filter;
    struct stmt *row = filtered(self->db, self->arena, SQL_LINK_LIST_CHECK, filter);
    int column = key_column[filter->sort];
    struct ranking ranking;
    struct place place = {0};
    int64_t matches = 0;

    if (!ranking_init(&ranking, self->arena, filter)) {
        return ERR_NOMEM;
    }
    while (candidates_next(candidates, &place.id)) {
        if (link_search_may(&self->search, place.id) && check(row, place.id)) {
            place.key = column >= 0 ? stmt_i64(row, column) : 0;
            place.title = filter->sort == LINKS_BY_TITLE ? stmt_str(row, 4) : (str){0};
            ranking_add(&ranking, &place);
            matches++;
        }
    }
    enum err err = candidates->rows ? stmt_err(candidates->rows) : OK;
    err = err ? err : stmt_err(row) ? stmt_err(row) : self->arena->overflow ? ERR_NOMEM : OK;
    stmt_reset(row);
    ranking_sort(&ranking);
    for (size_t i = 0; i < ranking.count; i++) {
        ids[i] = ranking.places[i].id;
    }
    *found = ranking.count;
    if (total) {
        bool exact = matches <= LIMIT_COUNT_EXACT;
        *total = (struct links_total){exact ? matches : LIMIT_COUNT_EXACT, exact};
    }
    return err;
}

/* ---- many ---- */

/* *given_up: so many looks, and the page is not full. */
static enum err walk(const struct listing *self, int64_t *ids, size_t *found, bool *given_up)
{
    struct stmt *row = filtered(self->db, self->arena, SQL_LINK_LIST_CHECK, self->filter);
    struct links_walk walk;
    int64_t id = 0;
    size_t limit = self->filter->limit, kept = 0, looks = 0;

    if (!links_walk_begin(&walk, self->db, self->filter)) {
        *given_up = true;
        return OK;
    }
    while (kept <= limit && looks < WALK_LOOKS && links_walk_next(&walk, &id)) {
        if (!link_search_may(&self->search, id)) {
            continue;
        }
        if (check(row, id)) {
            ids[kept++] = id;
        }
        looks++;
    }
    enum err err = links_walk_end(&walk);
    err = err ? err : stmt_err(row);
    stmt_reset(row);
    *found = kept;
    *given_up = kept <= limit && (looks == WALK_LOOKS || walk.partial);
    return err;
}

static enum err read_ids(struct stmt *rows, int64_t *ids, size_t cap, size_t *count)
{
    size_t found = 0;

    while (found < cap && stmt_next(rows)) {
        ids[found++] = stmt_i64(rows, 0);
    }
    stmt_reset(rows);
    if (!stmt_err(rows)) {
        *count = found;
    }
    return stmt_err(rows);
}

static enum err scan(struct db *db, struct arena *arena, const struct links_filter *filter, int64_t *ids, size_t *found)
{
    static const enum sql_id texts[] = {
        [LINKS_BY_CREATED] = SQL_LINK_SCAN_CREATED,
        [LINKS_BY_CREATED_ASC] = SQL_LINK_SCAN_CREATED_ASC,
        [LINKS_BY_CLICKS] = SQL_LINK_SCAN_CLICKS,
        [LINKS_BY_UPDATED] = SQL_LINK_SCAN_UPDATED,
        [LINKS_BY_LAST_CLICK] = SQL_LINK_SCAN_LAST_CLICK,
        [LINKS_BY_TITLE] = SQL_LINK_SCAN_TITLE,
        [LINKS_BY_ID] = SQL_LINK_SCAN_ID,
    };
    struct stmt *rows = filtered(db, arena, texts[filter->sort], filter);

    stmt_bind_i64(rows, "after_id", filter->after.id);
    if (filter->sort == LINKS_BY_TITLE) {
        stmt_bind_str(rows, "after_title", filter->after.title);
    } else if (filter->sort != LINKS_BY_ID) {
        stmt_bind_i64(rows, "after_key", filter->after.key);
    }
    stmt_bind_i64(rows, "limit", (int64_t)filter->limit + 1);
    return read_ids(rows, ids, filter->limit + 1, found);
}

static enum err count_many(const struct listing *self, struct links_total *total)
{
    struct stmt *row = filtered(self->db, self->arena, SQL_LINK_LIST_CHECK, self->filter);
    struct stmt *rows = links_source_all(self->db, self->filter);
    int64_t found = 0;
    size_t looks = 0;
    bool more = false;

    while (found <= LIMIT_COUNT_EXACT && looks < COUNT_LOOKS && (more = stmt_next(rows))) {
        int64_t id = stmt_i64(rows, 0);
        if (link_search_may(&self->search, id)) {
            found += check(row, id);
            looks++;
        }
    }
    enum err err = stmt_err(rows) ? stmt_err(rows) : stmt_err(row);
    stmt_reset(rows);
    stmt_reset(row);
    *total = (struct links_total){found <= LIMIT_COUNT_EXACT ? found : LIMIT_COUNT_EXACT, !more};
    return err;
}

/* ---- pages ---- */

/* What the narrowest condition leaves, the search counted as one. */
static enum err find_few(struct listing *self, struct links_few *out)
{
    enum err err = links_source_few(self->db, self->arena, self->filter, out);

    err = err ? err : link_search_init(&self->search, self->db, self->arena, self->filter->q);
    bool better = self->search.on && self->search.links <= LINKS_FEW &&
                  (!out->complete || self->search.links < (int64_t)out->count);
    if (!err && better) {
        err = link_search_ids(&self->search, self->db, out->ids, LINKS_FEW, &out->count);
        out->complete = true;
    }
    return err;
}

static enum err page_ids(struct listing *self, int64_t *ids, size_t *found, struct links_total *total)
{
    struct links_few few;
    bool given_up = false;
    enum err err = find_few(self, &few);

    if (err || few.complete) {
        return err ? err : rank(self, &(struct candidates){few.ids, few.count, NULL}, ids, found, total);
    }
    err = walk(self, ids, found, &given_up);
    if (!err && given_up && (self->search.on || links_source_narrows(self->filter))) {
        struct candidates candidates = {.rows = links_source_all(self->db, self->filter)};
        return rank(self, &candidates, ids, found, total);
    }
    if (!err && given_up) {
        err = scan(self->db, self->arena, self->filter, ids, found);
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
    struct stmt *row = filtered(db, arena, SQL_LINK_LIST_CHECK, filter);
    struct candidates candidates = {.ids = few.ids, .count = few.count};
    size_t found = 0;
    int64_t id;

    if (err) {
        return err;
    }
    if (few.complete) {
        qsort(few.ids, few.count, sizeof *few.ids, compare_ids);
    } else {
        candidates.rows = links_source_by_id(db, filter, after_id);
    }
    while (found < cap && candidates_next(&candidates, &id)) {
        if (id > after_id && link_search_may(&listing.search, id) && check(row, id)) {
            ids[found++] = id;
        }
    }
    if (candidates.rows) {
        err = stmt_err(candidates.rows);
        stmt_reset(candidates.rows);
    }
    err = err ? err : stmt_err(row) ? stmt_err(row) : arena->overflow ? ERR_NOMEM : OK;
    stmt_reset(row);
    if (!err) {
        *count = found;
    }
    return err;
}
