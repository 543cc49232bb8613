/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_COLUMNS_H
#define LINKPOND_ENGINE_REPORT_COLUMNS_H

#include "linkpond/store/chunks.h"
#include "report_times.h"

/*
 * A report over chunks, column by column: filters and groups look at each different value of a chunk once, rows are
 * bytes in plain arrays. Only the columns that the question is about are read, and of a chunk that no filter lets
 * through not all of these. Finds what report_scan.c finds row by row.
 */
/* What links belong to, by id: each an array of its own, so that what is asked for most stays in the cache. */
enum link_mark { LINK_TAGGED = 1, LINK_PASSES = 2, LINK_FAILS = 4 };
struct link_traits {
    size_t count;
    uint8_t *marks;               /* enum link_mark */
    uint32_t *campaigns, *owners; /* numbers of their keys */
    bool read;
};

struct report_columns {
    struct report_tally *tally;
    struct db *db;
    struct report_times times;
    struct link_traits traits;
    uint32_t *notes; /* report_cells.c */
    size_t notes_count;
    bool knows_days; /* on which (UTC) the only link asked for was clicked */
    int64_t *days;
    size_t days_count;
    /* of the chunk being read */
    struct arena arena;
    const struct chunk_info *info;
    struct chunk chunk;
    size_t from, to;  /* the rows that may matter */
    uint8_t *live;    /* by row: 1 = passes all but the filters on class and outcome */
    uint8_t *kinds;   /* class * OUTCOME_COUNT + outcome */
    uint8_t *counted; /* 1 = is one of the clicks */
    uint8_t *scans;   /* 1 = and a scan */
    uint8_t *spare;
    uint32_t *cells;                     /* which combination of values it has; see report_cells.c */
    uint32_t *cell_starts, *cell_groups; /* groups of a cell: [starts[cell], starts[cell + 1]) */
    int64_t clicks;                      /* counted */
};
enum err report_columns_init(struct report_columns *self, struct report_tally *tally, struct db *db);
void report_columns_done(struct report_columns *self);
/* One chunk into the tally. *taken = false: it has to be read row by row. */
enum err report_columns_add(struct report_columns *self, const struct chunk_info *info, bool *taken);

/* ---- its parts */

enum err report_columns_load(struct report_columns *self, enum chunk_column column);
/* The chunk column that a dimension reads; CHUNK_COLUMNS = none. */
enum chunk_column report_chunk_column(enum dim dim);
/* out[row] = map[code of the row], for rows [from, to). */
void report_codes_map(const struct report_columns *self, const struct chunk_codes *codes, const uint8_t *map,
                      uint8_t *out);

/* report_select.c: live, from and to. */
enum err report_select(struct report_columns *self);
/* report_cells.c: counts the counted rows by the dimensions asked for; cells and their groups are set afterwards. */
enum err report_cells(struct report_columns *self);

/* report_traits.c */
void report_traits_done(struct link_traits *self);
/* Before the others. */
enum err report_traits_read(struct report_columns *self);
enum err report_traits_passes(struct report_columns *self, int64_t link_id, bool *passes);
/* The only value of a dimension that follows the link, or *single = false. */
enum err report_traits_value(struct report_columns *self, int64_t link_id, enum dim dim, uint64_t *value, bool *single);

#endif
