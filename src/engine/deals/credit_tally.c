/* SPDX-License-Identifier: MIT */
/*
 * For each customer: touches are read once, each is asked once where its credit goes, and then every event shares out
 * what it brought by every model. Sharing out by SQL (windows and sums) was rejected: parts that sum to the last minor
 * unit cannot be said in it, and ten million rows would be sorted for each model.
 */
#include "credit_tally.h"

#include <stdlib.h>
#include <string.h>

#define TOUCHES_MAX (4U << 20)  /* of one customer */
#define CELLS_MAX   (48U << 20) /* 384 MiB */

/* ---- opening */

static enum err make_lines(struct credit_tally *self, size_t currencies_count)
{
    self->width = 1 + (currencies_count > 0 ? currencies_count : 1);
    self->lines = self->width * self->query->models_count;
    self->credited = calloc(self->lines * 3 + self->width, sizeof *self->credited);
    if (!self->credited) {
        return ERR_NOMEM;
    }
    self->direct = self->credited + self->lines;
    self->elsewhere = self->direct + self->lines;
    self->unattributed = self->elsewhere + self->lines;
    return OK;
}

enum err credit_tally_open(struct credit_tally *self, struct db *db, const struct attribution_query *query,
                           size_t currencies_count)
{
    const struct report_query *report = &query->report;

    self->query = query;
    self->db = db;
    report_groups_init(&self->groups, report->group_count);
    enum err err = touch_match_open(&self->match, db, report);

    return err == OK ? make_lines(self, currencies_count) : err;
}

void credit_tally_done(struct credit_tally *self)
{
    if (self->query) {
        touch_match_done(&self->match);
        report_groups_done(&self->groups);
    }
    free(self->cells);
    free(self->credited);
    free(self->touches);
    free(self->places);
    free(self->weights);
    free(self->spare);
    free(self->group_list);
    credit_days_done(&self->days);
}

/* ---- where a touch's credit goes */

/* Cells for that group, and the group into the list of the touch at hand. */
static enum err note_group(struct credit_tally *self, uint32_t group)
{
    if (group >= self->cells_cap) {
        size_t cap = self->cells_cap > 0 ? self->cells_cap * 2 : 256;
        cap = cap > group ? cap : (size_t)group + 1;
        int64_t *cells =
            cap <= CELLS_MAX / self->lines ? realloc(self->cells, cap * self->lines * sizeof *cells) : NULL;
        if (!cells) {
            return ERR_TOO_LARGE;
        }
        memset(cells + self->cells_cap * self->lines, 0, (cap - self->cells_cap) * self->lines * sizeof *cells);
        self->cells = cells;
        self->cells_cap = cap;
    }
    if (self->group_list_count == self->group_list_cap) {
        size_t cap = self->group_list_cap > 0 ? self->group_list_cap * 2 : 256;
        uint32_t *list = realloc(self->group_list, cap * sizeof *list);
        if (!list) {
            return ERR_NOMEM;
        }
        self->group_list = list;
        self->group_list_cap = cap;
    }
    self->group_list[self->group_list_count++] = group;
    return OK;
}

static enum err note_groups(struct credit_tally *self, const struct credit_touch_row *row)
{
    uint64_t values[2][REPORT_DIM_VALUES_MAX] = {{0}};
    size_t counts[2] = {1, 1};
    enum err err = OK;

    for (size_t d = 0; err == OK && d < self->groups.dims; d++) {
        err = touch_match_values(&self->match, row, self->query->report.group_by[d], values[d], &counts[d]);
    }
    for (size_t i = 0; err == OK && i < counts[0] * counts[1]; i++) {
        uint64_t pair[2] = {values[0][i / counts[1]], values[1][i % counts[1]]};
        uint32_t group = 0;
        err = report_groups_put(&self->groups, pair, &group);
        err = err == OK ? note_group(self, group) : err;
    }
    return err;
}

static bool grow_touches(struct credit_tally *self)
{
    size_t cap = self->touches_cap > 0 ? self->touches_cap * 2 : 256;
    if (cap > TOUCHES_MAX) {
        return false;
    }
    struct credit_touch *touches = realloc(self->touches, cap * sizeof *touches);
    self->touches = touches ? touches : self->touches;
    struct credit_place *places = realloc(self->places, cap * sizeof *places);
    self->places = places ? places : self->places;
    int64_t *weights = realloc(self->weights, 3 * cap * sizeof *weights);
    self->weights = weights ? weights : self->weights;
    uint64_t *spare = realloc(self->spare, 2 * cap * sizeof *spare);
    self->spare = spare ? spare : self->spare;
    if (!touches || !places || !weights || !spare) {
        return false;
    }
    self->counted = self->weights + cap;
    self->valued = self->counted + cap;
    self->touches_cap = cap;
    return true;
}

static enum err note_touch(struct credit_tally *self, const struct credit_touch_row *row)
{
    if (self->touches_count == self->touches_cap && !grow_touches(self)) {
        return ERR_NOMEM;
    }
    struct credit_place *place = &self->places[self->touches_count];
    self->touches[self->touches_count++] = (struct credit_touch){
        .time_ms = row->time_ms,
        .click_id = row->click_id,
        .direct = touch_match_direct(&self->match, row),
    };
    *place = (struct credit_place){.first = (uint32_t)self->group_list_count};
    enum err err = touch_match_passes(&self->match, row, &place->passes);
    if (err == OK && place->passes && self->groups.dims > 0) {
        err = note_groups(self, row);
    }
    place->count = (uint32_t)self->group_list_count - place->first;
    return err;
}

static enum err read_touches(struct credit_tally *self, int64_t customer_id, int64_t to_ms)
{
    struct credit_touch_row row;
    enum err err = OK;

    self->touches_count = 0;
    self->group_list_count = 0;
    struct stmt *rows = credit_touches_of(self->db, customer_id, to_ms, self->match.whole);
    while (err == OK && credit_touches_next(rows, self->match.whole, &row)) {
        err = note_touch(self, &row);
    }
    err = err == OK ? stmt_err(rows) : err;
    stmt_reset(rows);
    return err;
}

/* ---- one event */

struct part {
    size_t line; /* of its model */
    int64_t conversions, value;
    size_t currency;
    int32_t day;
};

static void into_line(int64_t *line, const struct part *part)
{
    line[part->line] += part->conversions;
    line[part->line + 1 + part->currency] += part->value;
}

static void note_day(struct credit_tally *self, const struct credit_place *place, const struct part *part)
{
    struct attribution_day row = {ATTRIBUTION_CREDITED, part->day, (uint8_t)part->currency, part->value};

    credit_days_add(&self->days, &row);
    for (uint32_t i = 0; i < place->count; i++) {
        row.group = self->group_list[place->first + i];
        credit_days_add(&self->days, &row);
    }
}

static void give(struct credit_tally *self, size_t touch, const struct part *part)
{
    const struct credit_place *place = &self->places[touch];

    if (!place->passes) {
        into_line(self->elsewhere, part);
        return;
    }
    into_line(self->credited, part);
    if (self->touches[touch].direct) {
        into_line(self->direct, part);
    }
    for (uint32_t i = 0; i < place->count; i++) {
        into_line(self->cells + (size_t)self->group_list[place->first + i] * self->lines, part);
    }
    if (self->query->by_day && part->line == 0 && part->value != 0) {
        note_day(self, place, part);
    }
}

static void share_out(struct credit_tally *self, size_t model_at, size_t first, size_t count, struct part part)
{
    enum credit_model model = self->query->models[model_at];
    const struct credit_touch *touches = self->touches + first;
    int64_t conversions = part.conversions, value = part.value;

    part.line = model_at * self->width;
    if (count == 1 || credit_is_single(model)) {
        give(self, first + credit_single(model, touches, count), &part);
        return;
    }
    credit_weights(model, touches, count, self->query->half_life_ms, self->weights);
    credit_split(conversions, self->weights, count, self->spare, self->counted);
    if (value != 0) {
        credit_split(value, self->weights, count, self->spare, self->valued);
    } else {
        memset(self->valued, 0, count * sizeof *self->valued);
    }
    for (size_t i = 0; i < count; i++) {
        part.conversions = self->counted[i];
        part.value = self->valued[i];
        if (part.conversions != 0 || part.value != 0) {
            give(self, first + i, &part);
        }
    }
}

static void add_conversion(struct credit_tally *self, const struct conversion *row)
{
    struct part part = {
        .conversions = row->takes_back ? 0 : CREDIT_ONE,
        .value = row->value,
        .currency = row->currency,
        .day = row->day,
    };
    size_t first = 0;
    size_t count = credit_window(self->touches, self->touches_count, row->time_ms, self->query->window_ms, &first);

    if (count == 0) {
        into_line(self->unattributed, &part);
        return;
    }
    for (size_t i = 0; i < self->query->models_count; i++) {
        share_out(self, i, first, count, part);
    }
}

enum err credit_tally_add(struct credit_tally *self, const struct conversions *conversions, size_t first, size_t end)
{
    enum err err = OK;

    for (size_t i = first; err == OK && i < end;) {
        int64_t customer_id = conversions_at(conversions, i)->customer_id;
        err = read_touches(self, customer_id, self->query->report.to_ms);
        for (; err == OK && i < end && conversions_at(conversions, i)->customer_id == customer_id; i++) {
            add_conversion(self, conversions_at(conversions, i));
        }
        db_breathe(self->db);
    }
    return err == OK && self->days.failed ? ERR_TOO_LARGE : err;
}

/* ---- two threads */

static enum err number_here(struct credit_tally *self, const struct credit_tally *from, size_t dim, uint64_t *number)
{
    if (self->query->report.group_by[dim] == DIM_LINK) {
        return OK;
    }
    return report_texts_intern(&self->match.match.texts, report_texts_text(&from->match.match.texts, *number), number);
}

static void add_lines(int64_t *to, const int64_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i] += from[i];
    }
}

enum err credit_tally_merge(struct credit_tally *self, const struct credit_tally *from)
{
    uint32_t *here = malloc((from->groups.count + 1) * sizeof *here); /* places of its groups */
    enum err err = here ? OK : ERR_NOMEM;

    add_lines(self->credited, from->credited, self->lines * 3 + self->width); /* and what stands behind them */
    for (uint32_t i = 0; err == OK && i < from->groups.count; i++) {
        uint64_t values[2] = {0};
        uint32_t group = 0;
        for (size_t d = 0; err == OK && d < self->groups.dims; d++) {
            values[d] = report_groups_value(&from->groups, i, d);
            err = number_here(self, from, d, &values[d]);
        }
        err = err == OK ? report_groups_put(&self->groups, values, &group) : err;
        self->group_list_count = 0;
        err = err == OK ? note_group(self, group) : err;
        if (err == OK) {
            add_lines(self->cells + group * self->lines, from->cells + i * self->lines, self->lines);
            here[i] = group;
        }
    }
    if (err == OK) {
        credit_days_merge(&self->days, &from->days, here);
        err = self->days.failed ? ERR_TOO_LARGE : OK;
    }
    free(here);
    return err;
}
