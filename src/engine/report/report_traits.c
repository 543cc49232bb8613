/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "linkpond/store/link_columns.h"
#include "report_columns.h"
#include "report_links.h"

/*
 * What links belong to, for chunks, which hold many links each. A look-up for each link would cost more than all else,
 * and an index of campaigns, owners or tags gives links in an order of its own, a tenth of a microsecond each; so all
 * links are read by their columns (link_columns.h), a block at a time, and judged there: what filters say of a key is a
 * table by its number. Ids are dense: an array of a few bytes each stays in the cache where a map does not. Two threads
 * of a report share what was read, for names have the same numbers in both: each interns them first, in the same order.
 */
#define TRAITS_MAX (INT64_C(1) << 26) /* by id; of more links each is looked up */
#define ARENA_MAX  (64U << 20)

/* What a filter says of keys: has[number of a key]. */
struct key_filter {
    const struct match_filter *filter;
    uint8_t *has;
};
/* Numbers of keys by small ids; those of others are in the map. */
#define SMALL_IDS 65536
struct key_numbers {
    const struct idmap *map;
    uint32_t *small;
};
struct reading {
    struct link_traits *traits;
    const struct report_match *match;
    struct link_blocks *blocks;
    struct key_numbers campaigns, owners, tags;
    struct key_filter filters[REPORT_FILTERS_MAX]; /* those that follow links */
    size_t filters_count, tags_cap;
};

void report_traits_done(struct link_traits *self)
{
    free(self->passes);
    free(self->campaigns);
    free(self->owners);
    free(self->tags_at);
    free(self->tags);
    *self = (struct link_traits){0};
}

/* ---- a block of links */

static inline uint32_t number_of(const struct key_numbers *keys, int64_t id)
{
    if ((uint64_t)id < SMALL_IDS) {
        return keys->small[id];
    }
    const int64_t *number = idmap_find(keys->map, (uint64_t)id, 0);
    return number ? (uint32_t)*number : 0;
}

static void take_keys(const struct reading *self, enum link_fact fact, const struct key_numbers *keys, uint32_t *out,
                      size_t count)
{
    for (unsigned i = 0; i < count; i++) {
        out[i] = number_of(keys, link_blocks_fact(self->blocks, fact, i));
    }
}

static bool has_room(struct reading *self, size_t tags)
{
    struct link_traits *traits = self->traits;

    if (tags <= self->tags_cap) {
        return true;
    }
    size_t cap = self->tags_cap > 0 ? self->tags_cap : traits->count;
    while (cap < tags) {
        cap *= 2;
    }
    uint32_t *bigger = cap <= UINT32_MAX ? realloc(traits->tags, cap * sizeof *bigger) : NULL;
    if (bigger) {
        traits->tags = bigger;
        self->tags_cap = cap;
    }
    return bigger != NULL;
}

static enum err take_tags(struct reading *self, size_t first, size_t count)
{
    struct link_traits *traits = self->traits;
    uint32_t at = traits->tags_at[first];
    size_t tags = 0;

    for (unsigned i = 0; i < count; i++) {
        tags += link_blocks_tags(self->blocks, i);
        traits->tags_at[first + i + 1] = at + (uint32_t)tags;
    }
    if (!has_room(self, at + tags)) {
        return ERR_NOMEM;
    }
    for (size_t tag = 0; tag < tags; tag++) {
        traits->tags[at + tag] = number_of(&self->tags, link_blocks_tag(self->blocks, 0, tag));
    }
    return OK;
}

static bool tags_have(const struct reading *self, const uint8_t *has, size_t id)
{
    const struct link_traits *traits = self->traits;
    uint32_t at = traits->tags_at[id], end = traits->tags_at[id + 1];
    uint8_t found = at == end ? has[0] : 0;

    for (; at < end; at++) {
        found |= has[traits->tags[at]];
    }
    return found;
}

static void judge_by(const struct reading *self, const struct key_filter *by, size_t first, size_t count)
{
    struct link_traits *traits = self->traits;
    const uint32_t *names = by->filter->dim == DIM_CAMPAIGN ? traits->campaigns : traits->owners;

    for (size_t id = first; id < first + count; id++) {
        const uint64_t link = id;
        bool passes = by->filter->dim == DIM_LINK  ? report_filter_passes(by->filter, &link, 1)
                      : by->filter->dim == DIM_TAG ? tags_have(self, by->has, id) != by->filter->exclude
                                                   : by->has[names[id]] != by->filter->exclude;
        traits->passes[id] &= passes;
    }
}

static bool is_bound(const struct report_query *query)
{
    return query->owner_bound || query->domain_bound;
}

static void judge(const struct reading *self, size_t first, size_t count)
{
    const struct report_query *query = self->match->query;

    memset(self->traits->passes + first, 1, count);
    for (unsigned i = 0; is_bound(query) && i < count; i++) {
        const struct link_ids ids = {.owner_id = link_blocks_fact(self->blocks, LINK_FACT_OWNER, i),
                                     .domain_id = link_blocks_fact(self->blocks, LINK_FACT_DOMAIN, i)};
        self->traits->passes[first + i] = report_links_in_bounds(query, &ids);
    }
    for (size_t i = 0; i < self->filters_count; i++) {
        judge_by(self, &self->filters[i], first, count);
    }
}

static enum err take_block(struct reading *self)
{
    struct link_traits *traits = self->traits;
    size_t first = (size_t)link_blocks_first_id(self->blocks);
    size_t rest = traits->count > first ? traits->count - first : 0;
    size_t count = rest < LINK_BLOCK_LINKS ? rest : LINK_BLOCK_LINKS;

    if (traits->campaigns) {
        take_keys(self, LINK_FACT_CAMPAIGN, &self->campaigns, traits->campaigns + first, count);
    }
    if (traits->owners) {
        take_keys(self, LINK_FACT_OWNER, &self->owners, traits->owners + first, count);
    }
    enum err err = traits->tags_at ? take_tags(self, first, count) : OK;
    if (err == OK && traits->passes) {
        judge(self, first, count);
    }
    return err;
}

/* ---- all of them */

static bool is_about(const struct report_match *match, enum dim dim)
{
    bool about = false;

    for (size_t i = 0; i < match->filters_count; i++) {
        about = about || match->filters[i].dim == dim;
    }
    for (size_t i = 0; i < match->query->group_count; i++) {
        about = about || match->query->group_by[i] == dim;
    }
    return about;
}

static bool open_keys(struct key_numbers *self, const struct idmap *map, struct arena *arena)
{
    *self = (struct key_numbers){map, ARENA_ARRAY(arena, uint32_t, SMALL_IDS)};
    for (size_t i = 0; self->small && i < map->cap; i++) {
        if (map->slots[i].a < SMALL_IDS) {
            self->small[map->slots[i].a] = (uint32_t)map->slots[i].value;
        }
    }
    return self->small != NULL;
}

static bool open_filters(struct reading *self, struct arena *arena)
{
    const struct report_match *match = self->match;

    for (size_t i = 0; i < match->filters_count; i++) {
        const struct match_filter *filter = &match->filters[i];
        if (!report_dim_of_link(filter->dim)) {
            continue;
        }
        struct key_filter *by = &self->filters[self->filters_count++];
        *by = (struct key_filter){filter, ARENA_ARRAY(arena, uint8_t, match->texts.count + 1)};
        for (size_t v = 0; by->has && filter->dim != DIM_LINK && v < filter->count; v++) {
            by->has[filter->values[v]] = 1;
        }
        if (!by->has) {
            return false;
        }
    }
    return true;
}

static bool make_room(struct reading *self)
{
    const struct report_match *match = self->match;
    struct link_traits *traits = self->traits;
    size_t count = traits->count;
    bool fits = true;

    if (report_select_by_links(match)) {
        traits->passes = calloc(count, 1);
        fits = traits->passes != NULL;
    }
    if (fits && is_about(match, DIM_CAMPAIGN)) {
        traits->campaigns = calloc(count, sizeof *traits->campaigns);
        fits = traits->campaigns != NULL;
    }
    if (fits && is_about(match, DIM_OWNER)) {
        traits->owners = calloc(count, sizeof *traits->owners);
        fits = traits->owners != NULL;
    }
    if (fits && is_about(match, DIM_TAG)) {
        traits->tags_at = calloc(count + 1, sizeof *traits->tags_at);
        fits = traits->tags_at != NULL;
    }
    return fits;
}

static bool open_reading(struct reading *self, struct arena *arena)
{
    const struct report_match *match = self->match;

    return make_room(self) && open_keys(&self->campaigns, &match->campaigns, arena) &&
           open_keys(&self->owners, &match->owners, arena) && open_keys(&self->tags, &match->tags, arena) &&
           open_filters(self, arena);
}

static enum err read_blocks(struct reading *self, struct db *db, struct arena *arena)
{
    const struct link_traits *traits = self->traits;
    bool facts = is_bound(self->match->query) || traits->campaigns || traits->owners;
    unsigned columns = (facts ? 1U << LINK_COLUMN_FACTS : 0) | (traits->tags_at ? 1U << LINK_COLUMN_TAGS : 0);
    enum err err = OK;

    self->blocks = link_blocks_new(db, arena, columns, NULL);
    while (err == OK && self->blocks && link_blocks_next(self->blocks)) {
        err = take_block(self);
    }
    enum err end = self->blocks ? link_blocks_end(self->blocks) : ERR_NOMEM;
    return err == OK ? end : err;
}

static bool names_links(const struct report_match *match)
{
    for (size_t i = 0; i < match->filters_count; i++) {
        if (match->filters[i].dim == DIM_LINK && !match->filters[i].exclude) {
            return true;
        }
    }
    return false;
}

enum err report_traits_load(struct link_traits *traits, const struct report_match *match, struct db *db)
{
    struct reading reading = {.traits = traits, .match = match};
    struct arena arena;
    int64_t next_id = 0;

    if (traits->read || names_links(match)) {
        return OK; /* a few links are looked up one by one */
    }
    enum err err = links_next_id(db, &next_id);
    if (err != OK || next_id > TRAITS_MAX) {
        return err;
    }
    traits->count = (size_t)next_id;
    arena_init(&arena, ARENA_MAX);
    err = open_reading(&reading, &arena) ? read_blocks(&reading, db, &arena) : ERR_NOMEM;
    arena_done(&arena);
    traits->read = err == OK;
    return err;
}

/* ---- asking */

static bool knows(const struct link_traits *self, int64_t link_id)
{
    return self->read && (uint64_t)link_id < self->count;
}

enum err report_traits_passes(const struct link_traits *self, struct report_match *match, int64_t link_id, bool *passes)
{
    const struct match_link *link = NULL;

    if (knows(self, link_id)) {
        *passes = self->passes[link_id];
        return OK;
    }
    enum err err = report_match_link(match, link_id, &link);
    *passes = err == OK && link->passes;
    return err;
}

static uint64_t only_value(const struct link_traits *self, enum dim dim, int64_t id)
{
    if (dim != DIM_TAG) {
        return dim == DIM_LINK ? (uint64_t)id : dim == DIM_CAMPAIGN ? self->campaigns[id] : self->owners[id];
    }
    uint32_t at = self->tags_at[id], count = self->tags_at[id + 1] - at;
    return count > 1 ? REPORT_TRAIT_UNKNOWN : count == 1 ? self->tags[at] : 0;
}

void report_traits_numbers(const struct link_traits *self, enum dim dim, const int64_t *ids, size_t count,
                           uint64_t *numbers)
{
    for (size_t i = 0; i < count; i++) {
        numbers[i] = knows(self, ids[i]) ? only_value(self, dim, ids[i]) : REPORT_TRAIT_UNKNOWN;
    }
}

enum err report_traits_values(const struct link_traits *self, struct report_match *match, int64_t link_id, enum dim dim,
                              uint64_t values[REPORT_DIM_VALUES_MAX], size_t *count)
{
    const struct match_link *link = NULL;

    if (!knows(self, link_id)) {
        enum err err = report_match_link(match, link_id, &link);
        *count = err == OK ? report_links_values(link, dim, values) : 0;
        return err;
    }
    values[0] = only_value(self, dim, link_id);
    *count = 1;
    if (values[0] == REPORT_TRAIT_UNKNOWN) {
        const uint32_t *tags = self->tags + self->tags_at[link_id];
        size_t all = self->tags_at[link_id + 1] - self->tags_at[link_id];
        *count = all < REPORT_DIM_VALUES_MAX ? all : REPORT_DIM_VALUES_MAX;
        for (size_t i = 0; i < *count; i++) {
            values[i] = tags[i];
        }
    }
    return OK;
}
