/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "report_columns.h"
#include "report_links.h"

/*
 * What links belong to, for chunks, which hold many links each. A look-up for each link would cost more than all else,
 * so campaigns and owners are read from their indices, and only of the values that a filter lets through; what is not
 * found there belongs to none. Ids are dense: an array of a few bytes each stays in the cache where a map does not.
 * Links with tags, and all links for a key bound to a domain, are looked up one by one. Two threads of a report share
 * what the indices say, for names have the same numbers in both: each interns them first, in the same order.
 */
#define TRAITS_MAX ((size_t)1 << 26) /* by id; links beyond are looked up each time */

struct reading {
    struct link_traits *traits;
    const struct report_match *match;
    struct db *db;
};

void report_traits_done(struct link_traits *self)
{
    free(self->marks);
    if (!self->borrowed) {
        free(self->campaigns);
        free(self->owners);
    }
}

enum err report_traits_borrow(struct link_traits *self, const struct link_traits *from)
{
    uint8_t *marks = malloc(from->count + 1);

    if (!marks) {
        return ERR_NOMEM;
    }
    if (from->count > 0) {
        memcpy(marks, from->marks, from->count);
    }
    *self = *from;
    self->marks = marks;
    self->borrowed = true;
    return OK;
}

static bool widen(void **array, size_t size, size_t from, size_t to)
{
    uint8_t *bigger = realloc(*array, to * size);

    if (bigger) {
        memset(bigger + from * size, 0, (to - from) * size);
        *array = bigger;
    }
    return bigger != NULL;
}

/* Room for that id; false when there is none. */
static bool has_room(struct link_traits *traits, int64_t link_id)
{
    size_t at = (size_t)link_id, count = traits->count > 0 ? traits->count : 1024;

    if (link_id < 0 || at >= TRAITS_MAX || (traits->borrowed && at >= traits->count)) {
        return false;
    }
    if (at < traits->count) {
        return true;
    }
    while (count <= at) {
        count *= 2;
    }
    void *marks = traits->marks, *campaigns = traits->campaigns, *owners = traits->owners;
    bool wide = widen(&marks, sizeof *traits->marks, traits->count, count) &&
                widen(&campaigns, sizeof *traits->campaigns, traits->count, count) &&
                widen(&owners, sizeof *traits->owners, traits->count, count);
    traits->marks = marks;
    traits->campaigns = campaigns;
    traits->owners = owners;
    traits->count = wide ? count : traits->count;
    return wide;
}

/* ---- reading the indices */

static enum err read_rows(const struct reading *self, struct stmt *rows, enum dim dim, const struct idmap *names)
{
    int64_t of = 0, link_id = 0;
    enum err err = OK;

    while (err == OK && links_of_next(rows, &of, &link_id)) {
        const int64_t *name = names ? idmap_find(names, (uint64_t)of, 0) : NULL;
        uint32_t number = name ? (uint32_t)*name : 0;
        if (!has_room(self->traits, link_id)) {
            err = link_id >= 0 && (size_t)link_id < TRAITS_MAX ? ERR_NOMEM : OK;
        } else if (dim == DIM_TAG) {
            self->traits->marks[link_id] |= LINK_TAGGED;
        } else {
            (dim == DIM_CAMPAIGN ? self->traits->campaigns : self->traits->owners)[link_id] = number;
        }
    }
    if (err != OK) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

/* A filter that only lets through what has a value of this dimension; NULL = there is none. */
static const struct match_filter *naming_filter(const struct report_match *match, enum dim dim)
{
    const uint64_t none = 0;

    for (size_t i = 0; i < match->filters_count; i++) {
        if (match->filters[i].dim == dim && !report_filter_passes(&match->filters[i], &none, 1)) {
            return match->filters[i].exclude ? NULL : &match->filters[i];
        }
    }
    return NULL;
}

static enum err read_tags(const struct reading *self)
{
    const struct report_match *match = self->match;
    const struct match_filter *named = naming_filter(match, DIM_TAG);
    enum err err = named ? OK : read_rows(self, links_each_of_tag(self->db, STR("")), DIM_TAG, NULL);

    for (size_t i = 0; err == OK && named && i < named->count; i++) {
        str key = report_texts_text(&match->texts, named->values[i]);
        err = read_rows(self, links_each_of_tag(self->db, key), DIM_TAG, NULL);
    }
    return err;
}

static enum err read_names(const struct reading *self, enum dim dim, const struct idmap *names,
                           struct stmt *(*each)(struct db *db, int64_t id))
{
    const struct match_filter *named = naming_filter(self->match, dim);
    enum err err = named ? OK : read_rows(self, each(self->db, 0), dim, names);

    for (size_t i = 0; err == OK && named && i < names->cap; i++) {
        uint64_t number = (uint64_t)names->slots[i].value;
        if (names->slots[i].a != IDMAP_NO_KEY && report_filter_passes(named, &number, 1)) {
            err = read_rows(self, each(self->db, (int64_t)names->slots[i].a), dim, names);
        }
    }
    return err;
}

static bool filters_by(const struct report_match *match, enum dim dim)
{
    bool filters = false;

    for (size_t i = 0; i < match->filters_count; i++) {
        filters = filters || match->filters[i].dim == dim;
    }
    return filters;
}

static bool asks_for(const struct report_match *match, enum dim dim)
{
    bool asks = filters_by(match, dim) || (dim == DIM_OWNER && match->query->owner_bound);

    for (size_t i = 0; i < match->query->group_count; i++) {
        asks = asks || match->query->group_by[i] == dim;
    }
    return asks;
}

enum err report_traits_load(struct link_traits *traits, const struct report_tally *tally, struct db *db)
{
    const struct report_match *match = tally->match;
    const struct reading reading = {traits, match, db};
    const struct reading *self = &reading;
    enum err err = OK;

    if (traits->read || naming_filter(match, DIM_LINK)) {
        return OK; /* a few links are looked up one by one */
    }
    traits->read = true;
    if (asks_for(match, DIM_CAMPAIGN)) {
        err = read_names(self, DIM_CAMPAIGN, &match->campaigns, links_each_of_campaign);
    }
    if (err == OK && asks_for(match, DIM_OWNER)) {
        err = read_names(self, DIM_OWNER, &match->owners, links_each_of_owner);
    }
    bool tags = tally->by_runs ? filters_by(match, DIM_TAG) : asks_for(match, DIM_TAG); /* report_tags.c */
    return err == OK && tags ? read_tags(self) : err;
}

/* ---- asking */

/* Must the link itself be asked? Else what the indices did not name belongs to none. Of tags they only say who has any:
 * tagged links are asked where tags are in question. */
static bool must_look_up(const struct report_columns *self, int64_t link_id, bool about_tags)
{
    const struct link_traits *traits = &self->traits;

    return !traits->read || self->tally->query->domain_bound || link_id < 0 || (size_t)link_id >= TRAITS_MAX ||
           (about_tags && (size_t)link_id < traits->count && traits->marks[link_id] & LINK_TAGGED);
}

static uint32_t number_of(const struct report_columns *self, const uint32_t *numbers, int64_t link_id)
{
    return (size_t)link_id < self->traits.count ? numbers[link_id] : 0;
}

static bool owner_is_bound(const struct report_match *match, uint64_t owner)
{
    const int64_t *bound = idmap_find(&match->owners, (uint64_t)match->query->owner_id, 0);

    return match->query->owner_id != 0 && bound && owner != 0 && (uint64_t)*bound == owner;
}

static enum err judge(struct report_columns *self, int64_t link_id, bool *passes)
{
    struct report_match *match = self->tally->match;
    const struct match_link *link = NULL;

    if (!must_look_up(self, link_id, filters_by(match, DIM_TAG))) {
        const struct match_link like = {.id = link_id,
                                        .campaign = number_of(self, self->traits.campaigns, link_id),
                                        .owner = number_of(self, self->traits.owners, link_id)};
        *passes = (!match->query->owner_bound || owner_is_bound(match, like.owner)) && report_links_pass(match, &like);
        return OK;
    }
    enum err err = report_match_link(match, link_id, &link);
    *passes = err == OK && link->passes;
    return err;
}

void report_traits_widen(struct report_columns *self, int64_t link_id)
{
    has_room(&self->traits, link_id);
}

enum err report_traits_judge(struct report_columns *self, int64_t link_id, bool *passes)
{
    enum err err = judge(self, link_id, passes);

    if (err == OK && (uint64_t)link_id < self->traits.count) {
        self->traits.marks[link_id] |= *passes ? LINK_PASSES : LINK_FAILS;
    }
    return err;
}

void report_traits_numbers(const struct report_columns *self, enum dim dim, const int64_t *ids, size_t count,
                           uint64_t *numbers)
{
    const struct link_traits *traits = &self->traits;
    const uint32_t *names = dim == DIM_CAMPAIGN ? traits->campaigns : dim == DIM_OWNER ? traits->owners : NULL;
    bool known = traits->read && !self->tally->query->domain_bound;

    for (size_t i = 0; i < count; i++) {
        uint64_t id = (uint64_t)ids[i];
        bool here = known && id < TRAITS_MAX;
        numbers[i] = !here ? REPORT_TRAIT_UNKNOWN : names && id < traits->count ? names[id] : 0;
    }
    for (size_t i = 0; i < count && dim == DIM_TAG; i++) {
        uint64_t id = (uint64_t)ids[i];
        bool tagged = id < traits->count && traits->marks[id] & LINK_TAGGED;
        numbers[i] = tagged ? REPORT_TRAIT_UNKNOWN : numbers[i];
    }
}

enum err report_traits_value(struct report_columns *self, int64_t link_id, enum dim dim, uint64_t *value, bool *single)
{
    uint64_t values[REPORT_DIM_VALUES_MAX];
    const struct match_link *link = NULL;

    *single = true;
    if (!must_look_up(self, link_id, dim == DIM_TAG)) {
        *value = dim == DIM_TAG
                     ? 0
                     : number_of(self, dim == DIM_CAMPAIGN ? self->traits.campaigns : self->traits.owners, link_id);
        return OK;
    }
    enum err err = report_match_link(self->tally->match, link_id, &link);
    if (err == OK) {
        *single = report_links_values(link, dim, values) == 1;
        *value = values[0];
    }
    return err;
}
