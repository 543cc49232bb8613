/* SPDX-License-Identifier: MIT */
#include "links_sweep.h"

static unsigned needed(const struct links_filter *filter)
{
    unsigned columns = 1U << LINK_COLUMN_FACTS;

    if (filter->tag_id != 0) {
        columns |= 1U << LINK_COLUMN_TAGS;
    }
    if (filter->state == LINK_ACTIVE || filter->state == LINK_USED_UP) {
        columns |= 1U << LINK_COLUMN_FIGURES;
    }
    return columns;
}

static unsigned needed_to_sort(enum links_sort sort)
{
    return sort == LINKS_BY_TITLE         ? 1U << LINK_COLUMN_TITLES
           : links_sorts_by_figures(sort) ? 1U << LINK_COLUMN_FIGURES
                                          : 0;
}

bool links_sweep_begin(struct links_sweep *self, struct db *db, struct arena *arena, const struct links_filter *filter,
                       const struct link_search *search, bool placed)
{
    unsigned columns = needed(filter) | (placed ? needed_to_sort(filter->sort) : 0);

    *self = (struct links_sweep){.filter = filter, .blocks = link_blocks_new(db, arena, columns, search)};
    return self->blocks != NULL;
}

/* ---- is a link meant? As in link_list_check. ---- */

static bool belongs(int64_t wanted, const struct links_sweep *self, enum link_fact fact)
{
    return wanted == 0 || link_blocks_fact(self->blocks, fact, self->i) == wanted;
}

static bool in_bounds(const struct links_sweep *self)
{
    return bounds_hold(self->filter->bounds, link_blocks_fact(self->blocks, LINK_FACT_OWNER, self->i),
                       link_blocks_fact(self->blocks, LINK_FACT_DOMAIN, self->i));
}

static bool has_tag(const struct links_sweep *self)
{
    size_t count = self->filter->tag_id != 0 ? link_blocks_tags(self->blocks, self->i) : 0;

    for (size_t tag = 0; tag < count; tag++) {
        if (link_blocks_tag(self->blocks, self->i, tag) == self->filter->tag_id) {
            return true;
        }
    }
    return self->filter->tag_id == 0;
}

static bool in_days(const struct links_sweep *self)
{
    int64_t from = self->filter->created_from_ms, to = self->filter->created_to_ms;

    if (from == 0 && to == 0) {
        return true;
    }
    int64_t created = link_blocks_fact(self->blocks, LINK_FACT_CREATED_MS, self->i);
    return (from == 0 || created >= from) && (to == 0 || created < to);
}

static bool used_up(const struct links_sweep *self)
{
    int64_t max = link_blocks_fact(self->blocks, LINK_FACT_MAX_CLICKS, self->i);

    return max > 0 && link_blocks_figure(self->blocks, LINK_FIGURE_RESERVED, self->i) >= max;
}

static bool in_state(const struct links_sweep *self, int64_t flags)
{
    int64_t now = self->filter->now_ms;

    if (self->filter->state < 0) {
        return self->filter->archived < 0 || !(flags & LINK_FLAG_ARCHIVED) == !self->filter->archived;
    }
    enum link_state state =
        flags & LINK_FLAG_ARCHIVED                                                                      ? LINK_ARCHIVED
        : flags & (LINK_FLAG_OFF | LINK_FLAG_BIN)                                                       ? LINK_DISABLED
        : flags & LINK_FLAG_FROM && link_blocks_fact(self->blocks, LINK_FACT_FROM_MS, self->i) > now    ? LINK_SCHEDULED
        : flags & LINK_FLAG_UNTIL && link_blocks_fact(self->blocks, LINK_FACT_UNTIL_MS, self->i) <= now ? LINK_EXPIRED
        : self->filter->state != LINK_ACTIVE && self->filter->state != LINK_USED_UP
            ? LINK_ACTIVE /* or used up: another */
        : used_up(self) ? LINK_USED_UP
                        : LINK_ACTIVE;
    return (int)state == self->filter->state;
}

static bool is_meant(const struct links_sweep *self)
{
    const struct links_filter *filter = self->filter;
    int64_t flags = link_blocks_fact(self->blocks, LINK_FACT_FLAGS, self->i);

    return flags & LINK_FLAG_HERE && !(flags & LINK_FLAG_BIN) == !filter->bin && in_bounds(self) &&
           belongs(filter->campaign_id, self, LINK_FACT_CAMPAIGN) &&
           belongs(filter->channel_id, self, LINK_FACT_CHANNEL) && belongs(filter->owner_id, self, LINK_FACT_OWNER) &&
           belongs(filter->domain_id, self, LINK_FACT_DOMAIN) && in_days(self) && in_state(self, flags) &&
           has_tag(self);
}

bool links_sweep_next(struct links_sweep *self, int64_t *id)
{
    self->i += self->open;
    for (;;) {
        if (!self->open || self->i == LINK_BLOCK_LINKS) {
            self->open = link_blocks_next(self->blocks);
            self->i = 0;
            if (!self->open) {
                return false;
            }
            self->first_id = link_blocks_first_id(self->blocks);
        }
        if (is_meant(self)) {
            *id = self->first_id + self->i;
            return true;
        }
        self->i++;
    }
}

void links_sweep_place(const struct links_sweep *self, struct place *out)
{
    out->id = self->first_id + self->i;
    out->key = 0;
    out->title = STR("");
    out->title_cap = 0;

    switch (self->filter->sort) {
    case LINKS_BY_CREATED:
    case LINKS_BY_CREATED_ASC:
        out->key = link_blocks_fact(self->blocks, LINK_FACT_CREATED_MS, self->i);
        break;
    case LINKS_BY_UPDATED:
        out->key = link_blocks_fact(self->blocks, LINK_FACT_UPDATED_MS, self->i);
        break;
    case LINKS_BY_CLICKS:
        out->key = link_blocks_figure(self->blocks, LINK_FIGURE_CLICKS, self->i);
        break;
    case LINKS_BY_LAST_CLICK:
        out->key = link_blocks_figure(self->blocks, LINK_FIGURE_LAST_MS, self->i);
        break;
    case LINKS_BY_TITLE:
        out->title = link_blocks_title(self->blocks, self->i);
        break;
    case LINKS_BY_ID:
        break;
    }
}

size_t links_sweep_unmade(const struct links_sweep *self)
{
    return link_blocks_unmade(self->blocks);
}

enum err links_sweep_end(struct links_sweep *self)
{
    return link_blocks_end(self->blocks);
}
