/* SPDX-License-Identifier: MIT */
/*
 * Sums over the links of many labels: one look at all links by their columns (link_columns.h), instead of one at the
 * links of each label by an index, which takes fifty times as long where a page of labels has most links.
 */
#include "linkpond/store/link_columns.h"

#include "labels_row.h"

/* Label id -> its place in the list: open addressing. */
#define SLOTS 4096 /* four times LIMIT_PAGE: mostly one look */
_Static_assert(SLOTS >= 4 * LIMIT_PAGE, "room for a page");

struct places {
    int64_t ids[SLOTS]; /* 0 = free */
    struct label *labels[SLOTS];
};

static size_t slot_of(const struct places *self, int64_t id)
{
    size_t slot = (size_t)((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15) >> 52) % SLOTS;

    while (self->ids[slot] != 0 && self->ids[slot] != id) {
        slot = (slot + 1) % SLOTS;
    }
    return slot;
}

static void count(struct places *self, const struct link_blocks *links, unsigned i, int64_t id)
{
    size_t slot = slot_of(self, id);

    if (id == 0 || self->ids[slot] == 0) {
        return;
    }
    struct label *label = self->labels[slot];
    struct link_counts *counts = &label->counts;
    int64_t last_ms = link_blocks_figure(links, LINK_FIGURE_LAST_MS, i);
    label->links++;
    counts->clicks += link_blocks_figure(links, LINK_FIGURE_CLICKS, i);
    counts->visitors += link_blocks_figure(links, LINK_FIGURE_VISITORS, i);
    counts->bots += link_blocks_figure(links, LINK_FIGURE_BOTS, i);
    counts->total += link_blocks_figure(links, LINK_FIGURE_TOTAL, i);
    counts->scans += link_blocks_figure(links, LINK_FIGURE_SCANS, i);
    counts->last_ms =
        last_ms != 0 && last_ms > counts->last_ms ? last_ms : counts->last_ms; /* TIME_NONE is the least */
}

static bool is_counted(const struct link_blocks *links, unsigned i, const struct bounds *bounds)
{
    int64_t flags = link_blocks_fact(links, LINK_FACT_FLAGS, i);

    return flags & LINK_FLAG_HERE && !(flags & LINK_FLAG_BIN) &&
           bounds_hold(bounds, link_blocks_fact(links, LINK_FACT_OWNER, i),
                       link_blocks_fact(links, LINK_FACT_DOMAIN, i));
}

static void count_link(struct places *self, const struct link_blocks *links, unsigned i, enum label_kind kind)
{
    if (kind != LABEL_TAG) {
        count(self, links, i,
              link_blocks_fact(links, kind == LABEL_CAMPAIGN ? LINK_FACT_CAMPAIGN : LINK_FACT_CHANNEL, i));
        return;
    }
    for (size_t tag = 0; tag < link_blocks_tags(links, i); tag++) {
        count(self, links, i, link_blocks_tag(links, i, tag));
    }
}

enum err labels_sum_up(struct db *db, struct arena *arena, const struct bounds *bounds, struct label *labels,
                       size_t labels_count)
{
    enum label_kind kind = labels_count > 0 ? labels[0].kind : LABEL_CAMPAIGN;
    unsigned columns =
        1U << LINK_COLUMN_FACTS | 1U << LINK_COLUMN_FIGURES | (kind == LABEL_TAG ? 1U << LINK_COLUMN_TAGS : 0);
    struct places *places = ARENA_NEW(arena, struct places);
    struct link_blocks *links = labels_count > 0 ? link_blocks_new(db, arena, columns, NULL) : NULL;

    if (labels_count == 0) {
        return OK;
    }
    if (!places || !links) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < labels_count; i++) {
        size_t slot = slot_of(places, labels[i].id);
        places->ids[slot] = labels[i].id;
        places->labels[slot] = &labels[i];
    }
    while (link_blocks_next(links)) {
        for (unsigned i = 0; i < LINK_BLOCK_LINKS; i++) {
            if (is_counted(links, i, bounds)) {
                count_link(places, links, i, kind);
            }
        }
    }
    return link_blocks_end(links);
}
