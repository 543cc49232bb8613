/* SPDX-License-Identifier: MIT */
#include "report_visitors.h"

#include <sys/mman.h>

#include "report_notes.h"

/* Asking at each click whether a visitor was seen at a place before, by arrays of the first places of each and lists of
 * the others, took three times as long where visitors have many places: lists are walked with a miss each, and half of
 * all questions about links are guessed wrong. */
#define BYTES_MAX    ((size_t)512 << 20)
#define SLAB_BYTES   ((size_t)256 << 10)
#define HUGE_BYTES   ((size_t)2 << 20) /* slabs of a question about many visitors: a page of memory each */
#define SLAB_HEAD    64                /* where the one before is */
#define BLOCKS_CLEAN 16                /* of a page, before repeated notes are looked for */

void report_visitors_init(struct report_visitors *self)
{
    *self = (struct report_visitors){0};
    idmap_init(&self->far, VISITOR_FAR_MAX);
}

void report_visitors_done(struct report_visitors *self)
{
    for (int by = 0; by < VISITOR_BY_COUNT; by++) {
        for (size_t i = 0; i < self->books_caps[by]; i++) {
            free(self->books[by][i]);
        }
        free(self->books[by]);
    }
    for (void *slab = self->slabs, *before = NULL; slab; slab = before) {
        memcpy(&before, slab, sizeof before);
        free(slab);
    }
    free(self->scratch.notes);
    idmap_done(&self->far);
    *self = (struct report_visitors){0};
}

static bool widen_books(struct report_visitors *self, enum visitor_by by, size_t at)
{
    size_t cap = self->books_caps[by] > 0 ? self->books_caps[by] : 64;

    while (cap <= at) {
        cap *= 2;
    }
    struct visitor_page **books = realloc(self->books[by], cap * sizeof *books);
    if (!books) {
        return false;
    }
    memset(books + self->books_caps[by], 0, (cap - self->books_caps[by]) * sizeof *books);
    self->books[by] = books;
    self->books_caps[by] = cap;
    return true;
}

static struct visitor_page *page_of(struct report_visitors *self, int64_t visitor, enum visitor_by by)
{
    size_t page = (size_t)visitor >> VISITOR_PAGE_BITS, at = page >> VISITOR_BOOK_BITS;

    if (at >= self->books_caps[by] && !widen_books(self, by, at)) {
        return NULL;
    }
    if (!self->books[by][at]) {
        bool fits = self->bytes + VISITOR_BOOK_PAGES * sizeof(struct visitor_page) <= BYTES_MAX;
        self->books[by][at] = fits ? calloc(VISITOR_BOOK_PAGES, sizeof(struct visitor_page)) : NULL;
        self->bytes += self->books[by][at] ? VISITOR_BOOK_PAGES * sizeof(struct visitor_page) : 0;
    }
    return self->books[by][at] ? &self->books[by][at][page & (VISITOR_BOOK_PAGES - 1)] : NULL;
}

static bool add_slab(struct report_visitors *self)
{
    bool huge = self->bytes >= HUGE_BYTES;
    size_t bytes = huge ? HUGE_BYTES : SLAB_BYTES;
    void *slab = self->bytes + bytes <= BYTES_MAX ? aligned_alloc(huge ? HUGE_BYTES : SLAB_HEAD, bytes) : NULL;

    if (!slab) {
        return false;
    }
    if (huge) {
        madvise(slab, bytes, MADV_HUGEPAGE);
    }
    memcpy(slab, &self->slabs, sizeof self->slabs);
    self->slabs = slab;
    self->bytes += bytes;
    self->slab_left = (bytes - SLAB_HEAD) / sizeof(struct visitor_block);
    return true;
}

static struct visitor_block *take_block(struct report_visitors *self)
{
    struct visitor_block *spare = self->spare;

    if (spare) {
        self->spare = spare->before;
        return spare;
    }
    if (self->slab_left == 0 && !add_slab(self)) {
        return NULL;
    }
    uint8_t *first = (uint8_t *)self->slabs + SLAB_HEAD;
    if (self->slab_left > VISITOR_AHEAD) {
        __builtin_prefetch(first + (self->slab_left - 1 - VISITOR_AHEAD) * sizeof(struct visitor_block), 1);
    }
    return (struct visitor_block *)(void *)(first + --self->slab_left * sizeof(struct visitor_block));
}

static bool add_block(struct report_visitors *self, struct visitor_page *page)
{
    struct visitor_block *block = take_block(self);

    if (block) {
        block->before = page->block;
        page->block = block;
        page->left = VISITOR_NOTES;
        page->blocks++;
    }
    return block != NULL;
}

/* Blocks behind the `last` that is still used are spare; that one has room left and so comes first. */
static void shorten(struct report_visitors *self, struct visitor_page *page, struct visitor_block *last)
{
    struct visitor_block *unused = last->before, *full = page->block;

    last->before = NULL;
    if (last != full) {
        while (full->before != last) {
            full = full->before;
        }
        full->before = NULL;
        last->before = page->block;
        page->block = last;
    }
    while (unused) {
        struct visitor_block *next = unused->before;
        unused->before = self->spare;
        self->spare = unused;
        unused = next;
    }
}

/* Takes out what repeats another note, where all blocks are full. What stays is written to the blocks it is read from.
 */
static bool clean(struct report_visitors *self, struct visitor_page *page)
{
    struct visitor_block *to = page->block;
    uint32_t used = 0, blocks = 1;

    if (!notes_has_room(&self->scratch, notes_of_page(page))) {
        return false;
    }
    struct notes_table table = notes_table_empty(&self->scratch, notes_of_page(page));
    for (const struct visitor_block *block = page->block; block; block = block->before) {
        for (size_t i = 0; i < VISITOR_NOTES; i++) {
            uint32_t note = block->notes[i];
            if (!notes_table_put(&table, note)) {
                continue;
            }
            if (used == VISITOR_NOTES) {
                to = to->before;
                used = 0;
                blocks++;
            }
            to->notes[used++] = note;
        }
    }
    shorten(self, page, to);
    page->left = VISITOR_NOTES - used;
    page->blocks = 0;
    page->due = (uint16_t)(blocks < BLOCKS_CLEAN ? BLOCKS_CLEAN : blocks < UINT16_MAX ? blocks : UINT16_MAX);
    return true;
}

static bool add_far(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place)
{
    return idmap_put(&self->far, (uint64_t)visitor & INT64_MAX, (uint64_t)by << 32 | place, NULL) != NULL;
}

static bool is_far(int64_t visitor)
{
    return visitor < 0 || visitor >= VISITOR_NUMBERS;
}

bool report_visitors_make(struct report_visitors *self, int64_t visitor, enum visitor_by by, uint32_t place)
{
    if (is_far(visitor)) {
        return add_far(self, visitor, by, VISITOR_ANYWHERE) && add_far(self, visitor, by, place);
    }
    struct visitor_page *page = page_of(self, visitor, by);
    if (!page) {
        return false;
    }
    if (page->left == 0 && page->block && page->blocks >= page->due && !clean(self, page)) {
        return false;
    }
    return (page->left > 0 || add_block(self, page)) && report_visitors_note(self, visitor, by, place);
}

bool report_visitors_see(struct report_visitors *self, int64_t visitor, enum visitor_by by)
{
    if (is_far(visitor)) {
        return add_far(self, visitor, by, VISITOR_ANYWHERE);
    }
    struct visitor_page *page = page_of(self, visitor, by);
    if (page) {
        page->seen |= UINT64_C(1) << ((uint64_t)visitor & (VISITOR_BITS - 1));
    }
    return page != NULL;
}
