/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/behind_visitors.h"
#include "report_notes.h"

#define PAGES_BEFORE_WAY 128 /* counted in some 0.2 ms */

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
        out[kept] = place << VISITOR_PAGE_BITS | (out[i] & (VISITOR_BITS - 1));
        kept += place != VISITOR_NOWHERE;
    }
    return kept;
}

/* Each note once, where it is to be counted. In steps, so that misses of one are not behind wrong guesses of another.
 */
static enum err count_page(const struct visitors_question *question, const struct visitor_page *const pages[2],
                           struct notes_memory *memory, uint32_t *at)
{
    size_t notes_max = notes_of_page(pages[0]) + notes_of_page(pages[1]), count = 0, kept = 0;

    if (notes_max == 0) {
        return OK;
    }
    if (!notes_has_room(memory, notes_max)) {
        return ERR_NOMEM;
    }
    uint32_t *notes = memory->notes;
    for (size_t s = 0; s < ARRAY_LEN(question->sets); s++) {
        count += read_notes(pages[s], question->places[s], notes + count);
    }
    struct notes_table table = notes_table_empty(memory, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t note = notes[i];
        notes[kept] = note >> VISITOR_PAGE_BITS;
        kept += notes_table_put(&table, note);
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
    if (book && page + VISITOR_AHEAD < VISITOR_BOOK_PAGES) {
        look_at(book[page + VISITOR_AHEAD].block);
    }
    if (book && page + VISITOR_AHEAD / 2 < VISITOR_BOOK_PAGES && book[page + VISITOR_AHEAD / 2].block) {
        look_at(book[page + VISITOR_AHEAD / 2].block->before);
    }
}

static enum err count_book(const struct visitors_question *question, enum visitor_by by, size_t book,
                           struct notes_memory *memory, struct visitors_count *out)
{
    const struct visitor_page *books[2] = {book_of(question->sets[0], by, book), book_of(question->sets[1], by, book)};
    static const struct visitor_page empty;
    enum err err = OK;

    for (size_t i = 0; err == OK && (books[0] || books[1]) && i < VISITOR_BOOK_PAGES; i++) {
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

/* Where a place of that set is counted; false: nowhere. */
static bool is_asked_about(const struct visitors_question *question, size_t set, uint32_t *place)
{
    if (*place == VISITOR_ANYWHERE || !question->places[set]) {
        return true;
    }
    *place = question->places[set][*place];
    return *place != VISITOR_NOWHERE;
}

/* Those of numbers far apart; pairs of both sets at the same place once. */
static enum err count_far(const struct visitors_question *question, struct visitors_count *out)
{
    struct idmap told;
    enum err err = OK;

    idmap_init(&told, (size_t)2 * VISITOR_FAR_MAX);
    for (size_t s = 0; s < ARRAY_LEN(question->sets) && question->sets[s]; s++) {
        const struct idmap *far = &question->sets[s]->far;
        for (size_t i = 0; err == OK && i < far->cap; i++) {
            const struct idmap_slot *slot = &far->slots[i];
            uint32_t place = (uint32_t)slot->b;
            bool added = false;
            if (slot->a == IDMAP_NO_KEY || !is_asked_about(question, s, &place)) {
                continue;
            }
            err = idmap_put(&told, slot->a, (slot->b >> 32 << 32) | place, &added) ? OK : ERR_NOMEM;
            if (place == VISITOR_ANYWHERE) {
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
