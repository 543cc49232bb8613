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
#define LINKS_MAX   (4 << 20)   /* by whose numbers is counted */

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

/* Are filters and groups of what belongs to the link alone, one value of each? */
static bool link_says_all(const struct credit_tally *self)
{
    const struct report_query *report = &self->query->report;
    bool alone = true;

    for (size_t i = 0; i < self->match.match.filters_count; i++) {
        alone = alone && report_dim_of_link(self->match.match.filters[i].dim);
    }
    for (size_t i = 0; i < report->group_count; i++) {
        alone = alone && report_dim_of_link(report->group_by[i]) && report->group_by[i] != DIM_TAG;
    }
    return alone;
}

enum err credit_tally_open(struct credit_tally *self, struct db *db, const struct attribution_query *query,
                           size_t currencies_count)
{
    const struct report_query *report = &query->report;

    self->query = query;
    self->db = db;
    report_groups_init(&self->groups, report->group_count);
    enum err err = touch_match_open(&self->match, db, report);
    credit_touches_open(&self->rows, db, self->match.whole);
    self->by_link = !self->match.whole && link_says_all(self);
    return err == OK ? make_lines(self, currencies_count) : err;
}

void credit_tally_done(struct credit_tally *self)
{
    if (self->query) {
        credit_touches_close(&self->rows);
        touch_match_done(&self->match);
        report_groups_done(&self->groups);
    }
    free(self->links);
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

static enum err list_group(struct credit_tally *self, uint32_t group, struct credit_place *place)
{
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
    place->count++;
    return OK;
}

/* Cells for that group. */
static enum err make_cells(struct credit_tally *self, uint32_t group)
{
    if (group < self->cells_cap) {
        return OK;
    }
    size_t cap = self->cells_cap > 0 ? self->cells_cap * 2 : 256;
    cap = cap > group ? cap : (size_t)group + 1;
    int64_t *cells = cap <= CELLS_MAX / self->lines ? realloc(self->cells, cap * self->lines * sizeof *cells) : NULL;
    if (!cells) {
        return ERR_TOO_LARGE;
    }
    memset(cells + self->cells_cap * self->lines, 0, (cap - self->cells_cap) * self->lines * sizeof *cells);
    self->cells = cells;
    self->cells_cap = cap;
    return OK;
}

static enum err note_groups(struct credit_tally *self, const struct credit_touch_row *row, struct credit_place *place)
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
        err = err == OK ? make_cells(self, group) : err;
        err = err == OK ? list_group(self, group, place) : err;
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

/* Where credit of that touch goes, asked of the match. */
static enum err find_place(struct credit_tally *self, const struct credit_touch_row *row, struct credit_place *place)
{
    enum err err = touch_match_passes(&self->match, row, &place->passes);

    if (err == OK && place->passes && self->groups.dims > 0) {
        err = note_groups(self, row, place);
    }
    return err;
}

/* What was found for a link: where all its touches go. NULL: its number is none to count by. */
static struct credit_link *known_link(struct credit_tally *self, int64_t link_id)
{
    if (link_id < 0 || link_id >= LINKS_MAX) {
        return NULL;
    }
    if ((size_t)link_id >= self->links_cap) {
        size_t cap = (size_t)link_id * 2 + 64;
        struct credit_link *links = realloc(self->links, cap * sizeof *links);
        if (!links) {
            return NULL;
        }
        memset(links + self->links_cap, 0, (cap - self->links_cap) * sizeof *links);
        self->links = links;
        self->links_cap = cap;
    }
    return &self->links[link_id];
}

static enum err find_place_by_link(struct credit_tally *self, const struct credit_touch_row *row,
                                   struct credit_place *place)
{
    struct credit_link *link = known_link(self, row->link_id);

    if (!link || !link->known) {
        enum err err = find_place(self, row, place);
        if (link && err == OK) {
            *link = (struct credit_link){
                .group = place->count > 0 ? self->group_list[place->first] : 0, .known = true, .passes = place->passes};
        }
        return err;
    }
    place->passes = link->passes;
    return link->passes && self->groups.dims > 0 ? list_group(self, link->group, place) : OK;
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
    return self->by_link ? find_place_by_link(self, row, place) : find_place(self, row, place);
}

static enum err read_touches(struct credit_tally *self, int64_t customer_id)
{
    struct credit_touch_row row;
    enum err err = OK;

    self->touches_count = 0;
    self->group_list_count = 0;
    credit_touches_seek(&self->rows, customer_id);
    while (err == OK && credit_touches_next(&self->rows, &row)) {
        err = row.time_ms <= self->query->report.to_ms ? note_touch(self, &row) : OK;
    }
    return err == OK ? credit_touches_err(&self->rows) : err;
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
        err = read_touches(self, customer_id);
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
        err = err == OK ? make_cells(self, group) : err;
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
