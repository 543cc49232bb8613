/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_VISITORS_H
#define LINKPOND_ENGINE_REPORT_VISITORS_H

#include <stdatomic.h>

#include "linkpond/base/idmap.h"
#include "linkpond/model/click.h"

/*
 * Which visitors were seen at which places (buckets of time, groups): exact. What is seen is only noted, by
 * pages of 64 visitors, and counted once at the end: a page's notes are few enough to be told apart in the processor's
 * nearest cache, where asking at each click whether it is new cost a miss or a wrong guess each. Numbers of visitors
 * are dense and given in order of time, so notes of a day go to few pages. Numbers far apart are in a map. Bounded: 512
 * MiB of notes, of which those that repeat others are taken out as they gather, and 8 million pairs in the map.
 */
#define VISITOR_PAGE_BITS 6
#define VISITOR_BOOK_BITS 10 /* pages of a book */
#define VISITOR_NOTES     62
#define VISITOR_PLACES    ((UINT32_C(1) << 26) - 1) /* places are below */
#define VISITOR_NUMBERS   (INT64_C(1) << 34)        /* higher ones are hashes, far apart */

struct visitor_block {
    struct visitor_block *before;
    uint32_t notes[VISITOR_NOTES]; /* place << VISITOR_PAGE_BITS | the number's last bits */
};
struct visitor_page {
    uint64_t seen; /* by the number's last bits */
    struct visitor_block *block;
    uint32_t left;   /* notes that still fit into it */
    uint16_t blocks; /* since notes that repeat others were taken out */
    uint16_t due;    /* as many, and it is done again */
};
/* To tell the notes of one page apart. */
struct notes_memory {
    uint32_t *notes; /* cap / 4, and behind them a table of cap */
    size_t cap;
};
struct report_visitors {
    struct visitor_page **books[VISITOR_BY_COUNT]; /* by the higher bits of the number */
    size_t books_caps[VISITOR_BY_COUNT];
    void *slabs; /* the last of them; each begins with the one before */
    size_t slab_left, bytes;
    struct visitor_block *spare;
    struct notes_memory scratch;
    struct idmap far;
};
void report_visitors_init(struct report_visitors *self);
void report_visitors_done(struct report_visitors *self);

/* The visitor's page; NULL: nobody of it was seen. */
static inline struct visitor_page *report_visitors_page(const struct report_visitors *self, int64_t visitor,
                                                        enum visitor_by by)
{
    uint64_t page = (uint64_t)visitor >> VISITOR_PAGE_BITS;
    uint64_t at = page >> VISITOR_BOOK_BITS;
    struct visitor_page *book = at < self->books_caps[by] ? self->books[by][at] : NULL;

    return book ? &book[page & ((1U << VISITOR_BOOK_BITS) - 1)] : NULL;
}
/* The way of report_visitors_note when something has to be made for it. */
bool report_visitors_make(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place);
/* visitor != 0, place < VISITOR_PLACES. False: too many. */
static inline bool report_visitors_note(struct report_visitors *self, int64_t visitor, enum visitor_by by,
                                        uint32_t place)
{
    struct visitor_page *page = report_visitors_page(self, visitor, by);
    uint32_t bits = (uint32_t)visitor & ((1U << VISITOR_PAGE_BITS) - 1);

    if (__builtin_expect(!page || page->left == 0, 0)) {
        return report_visitors_make(self, visitor, by, place);
    }
    page->seen |= UINT64_C(1) << bits;
    page->block->notes[VISITOR_NOTES - page->left--] = place << VISITOR_PAGE_BITS | bits;
    return true;
}
/* Without a place. */
bool report_visitors_see(struct report_visitors *self, int64_t visitor, enum visitor_by by);

/*
 * Counting: by several threads at once, each with memory of its own, once nothing is noted any more. places[i]: of each
 * place of sets[i] the one to count at (NULL: the same), or VISITOR_NOWHERE for places that nobody asks about.
 */
#define VISITOR_NOWHERE UINT32_MAX
struct visitors_question {
    const struct report_visitors *sets[2]; /* sets[1] may be NULL */
    const uint32_t *places[2];
    size_t places_count; /* to count at */
    _Atomic size_t taken;
};
struct visitors_count {
    uint32_t *at; /* by place */
    int64_t visitors, cookies;
};
void report_visitors_ask(struct visitors_question *self, const struct report_visitors *set,
                         const struct report_visitors *other);
/* Counts until nothing is left to count; then the parts are added. ERR_NOMEM. */
enum err report_visitors_count(struct visitors_question *question, struct visitors_count *out);
void report_visitors_count_done(struct visitors_count *self);

#endif
