/* SPDX-License-Identifier: MIT */
#include "report_visitors.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "linkpond/engine/behind_visitors.h"

/* Asking at each click whether a visitor was seen at a place before, by arrays of the first places of each and lists of
 * the others, took three times as long where visitors have many places: lists are walked with a miss each, and half of
 * all questions about links are guessed wrong. */
#define BYTES_MAX        ((size_t)512 << 20)
#define FAR_MAX          (1U << 23)
#define SLAB_BYTES       ((size_t)256 << 10)
#define HUGE_BYTES       ((size_t)2 << 20) /* slabs of a question about many visitors: a page of memory each */
#define SLAB_HEAD        64                /* where the one before is */
#define AHEAD            4                 /* blocks and pages that memory is asked for before they are needed */
#define PAGES_BEFORE_WAY 128               /* counted in some 0.2 ms */
#define BLOCKS_CLEAN     16                /* of a page, before repeated notes are looked for */
#define BOOK_PAGES       ((size_t)1 << VISITOR_BOOK_BITS)
#define BIT_COUNT        (1U << VISITOR_PAGE_BITS)
#define ANYWHERE         UINT32_MAX

void report_visitors_init(struct report_visitors *self)
{
    *self = (struct report_visitors){0};
    idmap_init(&self->far, FAR_MAX);
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

/* ---- telling notes apart */

struct notes_table {
    uint32_t *slots; /* note + 1; 0 = free */
    size_t cap;      /* a power of two, four times the notes at least */
    unsigned shift;
};

static size_t table_cap(size_t notes)
{
    size_t cap = 64;

    while (cap < 4 * notes) {
        cap *= 2;
    }
    return cap;
}

static bool has_room(struct notes_memory *memory, size_t notes)
{
    size_t cap = table_cap(notes);

    if (cap > memory->cap) {
        free(memory->notes);
        memory->notes = malloc((cap / 4 + cap) * sizeof *memory->notes);
        memory->cap = memory->notes ? cap : 0;
    }
    return memory->notes != NULL;
}

/* There is room for so many notes. */
static struct notes_table empty_table(const struct notes_memory *memory, size_t notes)
{
    size_t cap = table_cap(notes);

    memset(memory->notes + memory->cap / 4, 0, cap * sizeof *memory->notes);
    return (struct notes_table){memory->notes + memory->cap / 4, cap, 32 - (unsigned)__builtin_ctzll(cap)};
}

/* Was it not there? */
static inline bool table_put(const struct notes_table *table, uint32_t note)
{
    uint32_t key = note + 1;
    size_t at = (uint32_t)(key * UINT32_C(0x9E3779B1)) >> table->shift;

    while (table->slots[at] != 0 && table->slots[at] != key) {
        at = (at + 1) & (table->cap - 1);
    }
    bool added = table->slots[at] == 0;
    table->slots[at] = key;
    return added;
}

static size_t notes_of(const struct visitor_page *page)
{
    size_t count = 0;

    for (const struct visitor_block *block = page->block; block; block = block->before) {
        count += VISITOR_NOTES;
    }
    return count - page->left;
}

/* ---- noting */

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
        bool fits = self->bytes + BOOK_PAGES * sizeof(struct visitor_page) <= BYTES_MAX;
        self->books[by][at] = fits ? calloc(BOOK_PAGES, sizeof(struct visitor_page)) : NULL;
        self->bytes += self->books[by][at] ? BOOK_PAGES * sizeof(struct visitor_page) : 0;
    }
    return self->books[by][at] ? &self->books[by][at][page & (BOOK_PAGES - 1)] : NULL;
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
    if (self->slab_left > AHEAD) {
        __builtin_prefetch(first + (self->slab_left - 1 - AHEAD) * sizeof(struct visitor_block), 1);
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

    if (!has_room(&self->scratch, notes_of(page))) {
        return false;
    }
    struct notes_table table = empty_table(&self->scratch, notes_of(page));
    for (const struct visitor_block *block = page->block; block; block = block->before) {
        for (size_t i = 0; i < VISITOR_NOTES; i++) {
            uint32_t note = block->notes[i];
            if (!table_put(&table, note)) {
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
        return add_far(self, visitor, by, ANYWHERE) && add_far(self, visitor, by, place);
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
        return add_far(self, visitor, by, ANYWHERE);
    }
    struct visitor_page *page = page_of(self, visitor, by);
    if (page) {
        page->seen |= UINT64_C(1) << ((uint64_t)visitor & (BIT_COUNT - 1));
    }
    return page != NULL;
}

/* ---- counting */

void report_visitors_ask(struct visitors_question *self, const struct report_visitors *set,
                         const struct report_visitors *other)
{
    *self = (struct visitors_question){.sets = {set, other}};
    atomic_init(&self->taken, 0);
}

void report_visitors_count_done(struct visitors_count *self)
{
    free(self->at);
    *self = (struct visitors_count){0};
}

static const struct visitor_page *book_of(const struct report_visitors *set, enum visitor_by by, size_t book)
{
    return set && book < set->books_caps[by] ? set->books[by][book] : NULL;
}

/* A page's notes of one set, their places as those to count at. Returns how many there are. */
static size_t read_notes(const struct visitor_page *page, const uint32_t *places, uint32_t *out)
{
    size_t left = page->left, count = 0;

    for (const struct visitor_block *block = page->block; block; block = block->before) {
        memcpy(out + count, block->notes, (VISITOR_NOTES - left) * sizeof *out);
        count += VISITOR_NOTES - left;
        left = 0;
    }
    if (!places) {
        return count;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) { /* loads that do not wait for each other */
        uint32_t place = places[out[i] >> VISITOR_PAGE_BITS];
        out[kept] = place << VISITOR_PAGE_BITS | (out[i] & (BIT_COUNT - 1));
        kept += place != VISITOR_NOWHERE;
    }
    return kept;
}

/* Each note once, where it is to be counted. In steps, so that misses of one are not behind wrong guesses of another.
 */
static enum err count_page(const struct visitors_question *question, const struct visitor_page *const pages[2],
                           struct notes_memory *memory, uint32_t *at)
{
    size_t notes_max = notes_of(pages[0]) + notes_of(pages[1]), count = 0, kept = 0;

    if (notes_max == 0) {
        return OK;
    }
    if (!has_room(memory, notes_max)) {
        return ERR_NOMEM;
    }
    uint32_t *notes = memory->notes;
    for (size_t s = 0; s < ARRAY_LEN(question->sets); s++) {
        count += read_notes(pages[s], question->places[s], notes + count);
    }
    struct notes_table table = empty_table(memory, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t note = notes[i];
        notes[kept] = note >> VISITOR_PAGE_BITS;
        kept += table_put(&table, note);
    }
    for (size_t i = 0; i < kept; i++) {
        at[notes[i]]++;
    }
    return OK;
}

/* Pages ahead of the one being counted: their notes were written long ago. */
static inline void look_at(const struct visitor_block *block)
{
    for (size_t at = 0; block && at < sizeof *block; at += 64) {
        __builtin_prefetch((const char *)block + at);
    }
}

static inline void look_ahead(const struct visitor_page *book, size_t page)
{
    if (book && page + AHEAD < BOOK_PAGES) {
        look_at(book[page + AHEAD].block);
    }
    if (book && page + AHEAD / 2 < BOOK_PAGES && book[page + AHEAD / 2].block) {
        look_at(book[page + AHEAD / 2].block->before);
    }
}

static enum err count_book(const struct visitors_question *question, enum visitor_by by, size_t book,
                           struct notes_memory *memory, struct visitors_count *out)
{
    const struct visitor_page *books[2] = {book_of(question->sets[0], by, book), book_of(question->sets[1], by, book)};
    static const struct visitor_page empty;
    enum err err = OK;

    for (size_t i = 0; err == OK && (books[0] || books[1]) && i < BOOK_PAGES; i++) {
        const struct visitor_page *pages[2] = {books[0] ? &books[0][i] : &empty, books[1] ? &books[1][i] : &empty};
        if (i % PAGES_BEFORE_WAY == 0) {
            give_way();
        }
        look_ahead(books[0], i);
        look_ahead(books[1], i);
        int visitors = __builtin_popcountll(pages[0]->seen | pages[1]->seen);
        out->visitors += visitors;
        out->cookies += by == VISITOR_BY_COOKIE ? visitors : 0;
        err = count_page(question, pages, memory, out->at);
    }
    return err;
}

/* Those of numbers far apart; pairs of both sets at the same place once. */
static enum err count_far(const struct visitors_question *question, struct visitors_count *out)
{
    struct idmap told;
    enum err err = OK;

    idmap_init(&told, (size_t)2 * FAR_MAX);
    for (size_t s = 0; s < ARRAY_LEN(question->sets) && question->sets[s]; s++) {
        const struct idmap *far = &question->sets[s]->far;
        for (size_t i = 0; err == OK && i < far->cap; i++) {
            const struct idmap_slot *slot = &far->slots[i];
            uint32_t place = (uint32_t)slot->b;
            bool added = false;
            if (slot->a == IDMAP_NO_KEY) {
                continue;
            }
            if (place != ANYWHERE && question->places[s]) {
                place = question->places[s][place];
                if (place == VISITOR_NOWHERE) {
                    continue;
                }
            }
            err = idmap_put(&told, slot->a, (slot->b >> 32 << 32) | place, &added) ? OK : ERR_NOMEM;
            if (place == ANYWHERE) {
                out->visitors += added;
                out->cookies += added && slot->b >> 32 == VISITOR_BY_COOKIE;
            } else {
                out->at[place] += added;
            }
        }
    }
    idmap_done(&told);
    return err;
}

static size_t books_count(const struct visitors_question *question, int by)
{
    size_t count = question->sets[0]->books_caps[by];
    size_t other = question->sets[1] ? question->sets[1]->books_caps[by] : 0;

    return count > other ? count : other;
}

/* The part of that number; *more = false: there are no more. */
static enum err count_part(const struct visitors_question *question, size_t part, struct notes_memory *memory,
                           struct visitors_count *out, bool *more)
{
    for (int by = 0; by < VISITOR_BY_COUNT; by++) {
        size_t books = books_count(question, by);
        if (part < books) {
            return count_book(question, (enum visitor_by)by, part, memory, out);
        }
        part -= books;
    }
    *more = part == 0;
    return part == 0 ? count_far(question, out) : OK;
}

enum err report_visitors_count(struct visitors_question *question, struct visitors_count *out)
{
    struct notes_memory memory = {0};
    bool more = true;
    enum err err = OK;

    *out = (struct visitors_count){.at = calloc(question->places_count + 1, sizeof *out->at)};
    err = out->at ? OK : ERR_NOMEM;
    while (err == OK && more) {
        err = count_part(question, atomic_fetch_add(&question->taken, 1), &memory, out, &more);
    }
    free(memory.notes);
    return err;
}
