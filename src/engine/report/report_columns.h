/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_COLUMNS_H
#define LINKPOND_ENGINE_REPORT_COLUMNS_H

#include "link_days.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/rewrites.h"
#include "report_times.h"

/*
 * A report over chunks, column by column. Of a chunk's rows those stay that the question is about: filters look at each
 * different value once and strike rows out by their codes, what is left is counted by codes, and only what occurs goes
 * to the report. Only the columns that the question is about are read, and of a chunk that no filter lets through not
 * all of these. Finds what report_scan.c finds row by row.
 */
/* What links belong to, by id: each an array of its own, so that what is asked for most stays in the cache. Of what a
 * question is not about, there is none: at most 13 bytes a link and 4 a tag of it, while the question lasts. */
struct link_traits {
    bool read;
    size_t count;                 /* ids 0 to count - 1 are known, which are all */
    uint8_t *passes;              /* bounds, and all filters that follow links */
    uint32_t *campaigns, *owners; /* numbers of their keys */
    uint32_t *tags_at, *tags; /* numbers of keys: those of a link stand from tags_at[id] to before tags_at[id + 1] */
};

struct report_columns {
    struct report_tally *tally;
    struct db *db;
    struct report_times times;
    struct link_traits *traits; /* not owned */
    struct gone_links gone;
    struct link_days days; /* of the only link asked for */
    /* of the chunk being read */
    struct arena arena;
    const struct chunk_info *info;
    struct chunk chunk;
    /* the rows that are left, by place 0, 1, 2... */
    size_t count;
    bool in_one; /* they are first, first + 1, ...; else as listed */
    size_t first;
    uint16_t *rows;
    uint8_t *keep;   /* a byte by place, for the next to be struck out */
    uint8_t *kinds;  /* report_chunk.c: by place, what each row is */
    uint8_t *scans;  /* by place: 1 = is a scan; when these are asked for */
    uint8_t *zeros;  /* codes of a column with one value */
    uint32_t *group; /* by place; REPORT_MANY_GROUPS: ask report_cells_groups */
    struct cell_table *cells;
};
/* traits: loaded already, or zeroed and nobody else's; they stay the caller's. NULL: nobody asks about links. */
enum err report_columns_init(struct report_columns *self, struct report_tally *tally, struct db *db,
                             struct link_traits *traits);
void report_columns_done(struct report_columns *self);
/* One chunk into the tally. *taken = false: it has to be read row by row. */
enum err report_columns_add(struct report_columns *self, const struct chunk_info *info, bool *taken);

/* ---- its parts */

/* The next chunk, with all its rows left and no column open. */
void report_columns_begin(struct report_columns *self, const struct chunk_info *info);
enum err report_columns_load(struct report_columns *self, enum chunk_column column);
/* The chunk column that a dimension reads; CHUNK_COLUMNS = none. */
enum chunk_column report_chunk_column(enum dim dim);

/* report_rows.c: the rows that are left. */
static inline size_t report_row(const struct report_columns *self, size_t place)
{
    return self->in_one ? self->first + place : self->rows[place];
}
/* Codes by place, of one byte or of two. */
struct row_codes {
    const uint8_t *narrow;
    const uint16_t *wide; /* NULL: they are narrow */
};
static inline size_t row_code(const struct row_codes *self, size_t place)
{
    return self->wide ? self->wide[place] : self->narrow[place];
}
/* Of an open column that has codes. */
enum err report_rows_codes(struct report_columns *self, const struct chunk_codes *codes, struct row_codes *out);
/* out[place] = map[its code]. */
void report_rows_map(const struct report_columns *self, const struct row_codes *codes, const uint8_t *map,
                     uint8_t *out);
/* The run of its link, by place; the directory of links is open. NULL: out of memory. */
const uint16_t *report_rows_runs(struct report_columns *self);
/* What is left are the first `count` of `rows`, which rise. */
void report_rows_listed(struct report_columns *self, size_t count);
/* Strikes out the places with keep = 0; `along` (may be NULL) are bytes by place that move with them. */
void report_rows_strike(struct report_columns *self, uint8_t *along);

/* report_select.c: of all rows those that pass all filters but those on class and outcome. */
enum err report_select(struct report_columns *self);
/* Do filters or bounds follow links? */
bool report_select_by_links(const struct report_match *match);

/* report_cells.c: counts what is left by the dimensions asked for, and sets `group` when visitors are. */
#define REPORT_MANY_GROUPS UINT32_MAX
enum err report_cells(struct report_columns *self);
enum err report_cells_groups(struct report_columns *self, size_t place,
                             uint32_t groups[REPORT_DIM_VALUES_MAX * REPORT_DIM_VALUES_MAX], size_t *count);

/* report_runs.c: when the tally says by_runs, what is marked in `keep` and `scans` is counted by runs, these by link,
 * and what is counted by link goes to groups after all that others counted was added. */
bool report_runs_can(const struct report_tally *tally);
/* Says by_runs where these chunks can be counted so. */
enum err report_runs_want(struct report_tally *self, struct db *db, const struct chunk_list *list);
/* Nobody needs to know what links belong to before report_runs_settle. */
bool report_runs_ask_late(const struct report_tally *tally);
enum err report_runs(struct report_columns *self);
/* Sets tally->runs.groups where visitors are asked for. */
enum err report_runs_settle(struct report_tally *tally, struct db *db, struct link_traits *traits);

/* report_chunk_visitors.c: notes the visitors of what is left, at places by row: buckets, groups, or (both NULL) none.
 */
enum err report_chunk_visitors(struct report_columns *self, const uint32_t *buckets, const uint32_t *groups);

/* report_traits.c. Frees what it holds; harmless on zeroed ones. */
void report_traits_done(struct link_traits *self);
/* Into zeroed ones, before the others; once is enough, and then nothing is written. Nothing is read where filters name
 * links, for they are few: these are looked up as they are met. */
enum err report_traits_load(struct link_traits *traits, const struct report_match *match, struct db *db);
/* Does that link pass bounds and all filters that follow links, of which there are some? */
enum err report_traits_passes(const struct link_traits *self, struct report_match *match, int64_t link_id,
                              bool *passes);
/* Values of many links at once, as far as each has one and that is at hand; else REPORT_TRAIT_UNKNOWN: ask for the
 * link's. Loads that do not wait for each other, where a look at one after the other would miss the cache each time. */
#define REPORT_TRAIT_UNKNOWN UINT64_MAX
void report_traits_numbers(const struct link_traits *self, enum dim dim, const int64_t *ids, size_t count,
                           uint64_t *numbers);
/* All values of a dimension that follows the link and that the question is about; at least one. */
enum err report_traits_values(const struct link_traits *self, struct report_match *match, int64_t link_id, enum dim dim,
                              uint64_t values[REPORT_DIM_VALUES_MAX], size_t *count);

#endif
