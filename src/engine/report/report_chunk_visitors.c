/* SPDX-License-Identifier: MIT */
#include "report_columns.h"

/* The visitors of a chunk's rows. Most were seen at the same place before, or never: these cost a load and a store. */

struct visits {
    struct report_columns *columns;
    const struct chunk_numbers *numbers;
    struct row_codes by_codes, flag_codes;
    const uint8_t *bys, *news; /* by code: enum visitor_by; 1 = a new visitor */
    struct row_codes class_codes;
    const uint8_t *people; /* by code: 1 = human; NULL: all are */
    bool several_buckets;
    size_t bucket;
    const uint16_t *runs; /* report_chunk_visitors_of_runs; else NULL */
    uint32_t *run_news;
};

static enum err map_codes(struct report_columns *self, enum chunk_column column, struct row_codes *codes,
                          const uint8_t **out)
{
    const struct chunk_codes *stored = &self->chunk.codes[column];
    uint8_t *map = ARENA_ARRAY(&self->arena, uint8_t, stored->count);

    for (size_t i = 0; map && i < stored->count; i++) {
        int64_t number = stored->entries[i].term;
        map[i] = column == CHUNK_FLAGS   ? (number & CLICK_FLAG_NEW_VISITOR) != 0
                 : column == CHUNK_CLASS ? number == CLASS_HUMAN
                                         : (uint8_t)number;
    }
    *out = map;
    return map ? report_rows_codes(self, stored, codes) : ERR_NOMEM;
}

static enum err open_visits(struct visits *self)
{
    struct report_columns *columns = self->columns;
    const uint64_t wanted = CHUNK_BIT(CHUNK_VISITOR) | CHUNK_BIT(CHUNK_FLAGS) | CHUNK_BIT(CHUNK_VISITOR_BY);
    uint64_t times = self->several_buckets ? CHUNK_BIT(CHUNK_TIME) : 0;
    enum err err = chunks_load_more(columns->db, &columns->chunk, wanted | times);

    self->numbers = &columns->chunk.numbers[CHUNK_VISITOR];
    err = err == OK ? map_codes(columns, CHUNK_VISITOR_BY, &self->by_codes, &self->bys) : err;
    err = err == OK ? map_codes(columns, CHUNK_FLAGS, &self->flag_codes, &self->news) : err;
    if (err == OK && columns->tally->counts_all) { /* machines too, which may keep a number unseen */
        err = report_columns_load(columns, CHUNK_CLASS);
        err = err == OK ? map_codes(columns, CHUNK_CLASS, &self->class_codes, &self->people) : err;
    }
    return err;
}

/* As click_facts_visitor says it. */
static inline int64_t visitor_at(const struct visits *self, size_t place)
{
    bool person = !self->people || self->people[row_code(&self->class_codes, place)];

    return person ? chunk_number(self->numbers, report_row(self->columns, place)) : 0;
}

static enum err add_visit(struct visits *self, size_t place, int64_t visitor)
{
    struct report_columns *columns = self->columns;
    uint32_t groups[REPORT_DIM_VALUES_MAX * REPORT_DIM_VALUES_MAX];
    struct tally_visit visit = {
        .visitor = visitor,
        .visitor_by = (enum visitor_by)self->bys[row_code(&self->by_codes, place)],
        .new_visitor = self->news[row_code(&self->flag_codes, place)],
        .bucket = self->bucket,
        .groups = groups,
    };
    enum err err = OK;

    if (self->several_buckets) {
        int64_t ms = chunk_number(&columns->chunk.numbers[CHUNK_TIME], report_row(columns, place));
        visit.bucket = report_times_at(&columns->times, ms)->bucket;
    }
    if (columns->tally->query->group_count > 0) {
        err = report_cells_groups(columns, place, groups, &visit.groups_count);
    }
    return err == OK ? report_tally_visit(columns->tally, &visit) : err;
}

/* Rows that are looked up together, so that they need not wait for each other's memory. */
#define BLOCK 512

struct block {
    size_t first, count;
    struct visitor_slot *slots[BLOCK];
    uint16_t later[BLOCK]; /* places of those that take more than a look and a store */
    size_t later_count;
};

static void find_block(const struct visits *self, struct block *block, struct visitor_slot *elsewhere)
{
    const struct report_columns *columns = self->columns;

    for (size_t i = 0; i < block->count; i++) {
        size_t place = block->first + i;
        int64_t visitor = visitor_at(self, place);
        enum visitor_by by = (enum visitor_by)self->bys[row_code(&self->by_codes, place)];
        struct visitor_slot *slot = visitor != 0 ? report_visitors_slot(&columns->tally->visitors, visitor, by) : NULL;
        block->slots[i] = slot ? slot : elsewhere;
        __builtin_prefetch(block->slots[i], 1);
    }
}

/* Without branches where it is as good as chance whether a visitor was here before. `runs`: counts go to runs. */
static inline __attribute__((always_inline)) void count_block(const struct visits *self, struct block *block, bool runs)
{
    const struct report_columns *columns = self->columns;
    struct report_tally *tally = columns->tally;
    const uint32_t *groups = tally->query->group_count > 0 ? columns->group : NULL;
    struct group_count nowhere = {0, 0}, *counts = groups ? tally->groups.counts : &nowhere;
    int64_t visitors = 0, cookies = 0, news = 0;

    for (size_t i = 0; i < block->count; i++) {
        size_t place = block->first + i;
        struct visitor_slot *slot = block->slots[i];
        uint32_t group = groups ? groups[place] : 0, mark = group + 1;
        bool one = group != REPORT_MANY_GROUPS, known = one & ((slot->first == mark) | (slot->second == mark));
        bool first = slot->first == 0, takes = one & !known & (first | (slot->second == 0));
        uint32_t *at = first ? &slot->first : &slot->second;
        *at = takes ? mark : *at;
        block->later[block->later_count] = (uint16_t)place;
        block->later_count += !(takes | known);
        if (runs) {
            self->run_news[self->runs[place]] += takes;
        } else {
            counts[one ? group : 0].visitors += takes;
        }
        visitors += takes & first;
        cookies += takes & first & (self->bys[row_code(&self->by_codes, place)] == VISITOR_BY_COOKIE);
        news += (takes | known) & self->news[row_code(&self->flag_codes, place)];
    }
    tally->out->totals.visitors += visitors;
    tally->out->totals.cookie_visitors += cookies;
    tally->out->totals.new_visitors += news;
}

static void count_block_of_runs(const struct visits *self, struct block *block)
{
    count_block(self, block, true);
}

static void count_block_of_groups(const struct visits *self, struct block *block)
{
    count_block(self, block, false);
}

/* One at one place. */
static enum err add_later(struct visits *self, size_t place)
{
    struct report_columns *columns = self->columns;
    struct report_tally *tally = columns->tally;
    int64_t visitor = visitor_at(self, place);
    enum visitor_by by = (enum visitor_by)self->bys[row_code(&self->by_codes, place)];
    uint32_t group = tally->query->group_count > 0 ? columns->group[place] : 0;
    struct visitor_seen seen;

    if (visitor == 0) {
        return OK;
    }
    if (group == REPORT_MANY_GROUPS) {
        return add_visit(self, place, visitor);
    }
    if (!report_visitors_add(&tally->visitors, visitor, by, group, &seen)) {
        return report_tally_too_many(tally);
    }
    if (self->runs) {
        self->run_news[self->runs[place]] += seen.here;
    } else if (tally->query->group_count > 0) {
        tally->groups.counts[group].visitors += seen.here;
    }
    tally->out->totals.visitors += seen.first;
    tally->out->totals.cookie_visitors += seen.first && by == VISITOR_BY_COOKIE;
    tally->out->totals.new_visitors += self->news[row_code(&self->flag_codes, place)];
    return OK;
}

static enum err add_all_later(struct visits *self, const struct block *block)
{
    enum err err = OK;

    for (size_t i = 0; i < block->later_count; i++) {
        size_t place = block->later[i];
        enum visitor_by by = (enum visitor_by)self->bys[row_code(&self->by_codes, place)];
        report_visitors_prefetch(&self->columns->tally->visitors, visitor_at(self, place), by);
    }
    for (size_t i = 0; err == OK && i < block->later_count; i++) {
        err = add_later(self, block->later[i]);
    }
    return err;
}

/* Each at one place at most: its group, or none where there are no groups. */
static enum err add_simple(struct visits *self)
{
    const struct report_columns *columns = self->columns;
    struct visitor_slot elsewhere = {UINT32_MAX, UINT32_MAX}; /* where no group is */
    struct block block = {0};
    enum err err = OK;

    for (; err == OK && block.first < columns->count; block.first += block.count) {
        block.count = columns->count - block.first < BLOCK ? columns->count - block.first : BLOCK;
        block.later_count = 0;
        find_block(self, &block, &elsewhere);
        if (self->runs) {
            count_block_of_runs(self, &block);
        } else {
            count_block_of_groups(self, &block);
        }
        err = add_all_later(self, &block);
    }
    return err;
}

static enum err add_each(struct visits *self)
{
    struct report_columns *columns = self->columns;
    enum err err = OK;

    for (size_t i = 0; err == OK && i < columns->count; i++) {
        int64_t visitor = visitor_at(self, i);
        err = visitor != 0 ? add_visit(self, i, visitor) : OK;
    }
    return err;
}

enum err report_chunk_visitors(struct report_columns *self, bool several_buckets, size_t bucket)
{
    struct visits visits = {.columns = self, .several_buckets = several_buckets, .bucket = bucket};
    enum err err = open_visits(&visits);

    if (err != OK) {
        return err;
    }
    return self->tally->starts ? add_each(&visits) : add_simple(&visits);
}

enum err report_chunk_visitors_of_runs(struct report_columns *self, const uint16_t *runs, uint32_t *news)
{
    struct visits visits = {.columns = self, .runs = runs, .run_news = news};
    enum err err = open_visits(&visits);

    return err == OK ? add_simple(&visits) : err;
}
