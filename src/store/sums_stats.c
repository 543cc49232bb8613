/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/model/link.h"
#include "sums_stat.h"

/* The figures of all links: those at home and those that wait, both by link, in step. */
struct sums_stats {
    struct db *db;
    struct stmt *rows;
    struct gains_part *gains;
    int64_t part; /* the one that is read, or was */
    bool has_home, has_gain;
    struct link_stat home, gain;
    enum err err;
};

static void step_home(struct sums_stats *self)
{
    self->has_home = stmt_next(self->rows);
    if (self->has_home) {
        sums_stat_read(self->rows, 1, stmt_i64(self->rows, 0), &self->home);
    }
}

static void step_gain(struct sums_stats *self)
{
    self->has_gain = gains_part_next(self->gains, &self->gain);
    self->err = self->err ? self->err : gains_part_err(self->gains);
    while (!self->has_gain && !self->err) {
        self->err = gains_next_part(self->db, self->part + 1, &self->part);
        if (self->err == ERR_NOT_FOUND) {
            self->err = OK;
            return;
        }
        self->err = self->err ? self->err : gains_part_read(self->gains, self->part, NULL);
        self->has_gain = !self->err && gains_part_next(self->gains, &self->gain);
    }
}

struct sums_stats *sums_stats_begin(struct db *db)
{
    struct sums_stats *self = calloc(1, sizeof *self);
    struct gains_part *gains = gains_part_new(db);

    if (!self || !gains) {
        gains_part_free(gains);
        free(self);
        return NULL;
    }
    *self = (struct sums_stats){.db = db, .rows = db_stmt(db, SQL_SUMS_STATS_EACH), .gains = gains, .part = -1};
    step_home(self);
    step_gain(self);
    return self;
}

bool sums_stats_next(struct sums_stats *self, struct link_stat *out)
{
    bool home = self->has_home && (!self->has_gain || self->home.link_id <= self->gain.link_id);
    bool gain = self->has_gain && (!self->has_home || self->gain.link_id <= self->home.link_id);

    if (self->err || !(home || gain)) {
        return false;
    }
    *out = home ? self->home : self->gain;
    if (home && gain) {
        link_stat_add(out, &self->gain);
    }
    if (home) {
        step_home(self);
    }
    if (gain) {
        step_gain(self);
    }
    return true;
}

enum err sums_stats_end(struct sums_stats *self)
{
    enum err err = self->err ? self->err : stmt_err(self->rows);

    stmt_reset(self->rows);
    gains_part_free(self->gains);
    free(self);
    return err;
}
