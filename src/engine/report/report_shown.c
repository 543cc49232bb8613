/* SPDX-License-Identifier: MIT */
#include "report_shown.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/engine/behind_visitors.h"

/* Bits for all places would miss the cache at each visit of a rare one, and lists for all would be as long as all
 * clicks. A place's visits are not a bit elsewhere too: setting bits in two planes misses the cache twice as often. */
#define BYTES_MAX         ((size_t)512 << 20)
#define NUMBERS           (UINT64_C(1) << 32)
#define MANY_CLICKS       (INT64_C(1) << 19) /* their numbers take as much as the bits of 17 million visitors */
#define BOOK_WORDS        ((size_t)1 << (SHOWN_BOOK_BITS - 6))
#define BLOCKS_BEFORE_WAY 256 /* counted in some 0.1 ms */

enum err report_shown_init(struct report_shown *self, const int64_t *clicks, size_t places_count)
{
    *self = (struct report_shown){.places_count = places_count};
    arena_init(&self->memory, BYTES_MAX);
    report_visitors_init(&self->others);
    self->places = ARENA_ARRAY(&self->memory, struct shown_place, places_count + 1);
    for (size_t i = 0; self->places && i <= places_count; i++) {
        bool many = i < places_count && clicks[i] >= MANY_CLICKS;
        self->places[i].plane = many ? ARENA_NEW(&self->memory, struct shown_plane) : &self->elsewhere;
        self->places[i].listed = i < places_count && !many;
    }
    return self->memory.overflow ? ERR_NOMEM : OK;
}

void report_shown_done(struct report_shown *self)
{
    arena_done(&self->memory);
    report_visitors_done(&self->others);
}

/* ---- bits */

static uint64_t *make_book(struct shown_plane *self, size_t at, enum visitor_by by, struct arena *memory)
{
    size_t cap = self->caps[by] > 0 ? self->caps[by] : 64;

    while (cap <= at) {
        cap *= 2;
    }
    if (cap > self->caps[by]) {
        uint64_t **books = ARENA_ARRAY(memory, uint64_t *, cap);
        if (!books) {
            return NULL;
        }
        if (self->caps[by] > 0) {
            memcpy(books, self->books[by], self->caps[by] * sizeof(uint64_t *));
        }
        self->books[by] = books;
        self->caps[by] = cap;
    }
    self->books[by][at] = ARENA_ARRAY(memory, uint64_t, BOOK_WORDS);
    return self->books[by][at];
}

static inline uint64_t bit_of(uint64_t number)
{
    return UINT64_C(1) << (number % 64);
}

/* NULL: memory ran out. */
static inline uint64_t *word_of(struct shown_plane *self, uint64_t number, enum visitor_by by, struct arena *memory)
{
    size_t at = (size_t)(number >> SHOWN_BOOK_BITS);
    uint64_t *book = at < self->caps[by] ? self->books[by][at] : NULL;

    book = __builtin_expect(!book, 0) ? make_book(self, at, by, memory) : book;
    return book ? &book[number / 64 % BOOK_WORDS] : NULL;
}

/* ---- adding */

static inline bool is_near(int64_t visitor)
{
    return (uint64_t)visitor < NUMBERS;
}

static inline bool set_bit(struct shown_plane *self, uint64_t number, enum visitor_by by, struct arena *memory)
{
    uint64_t *word = word_of(self, number, by, memory);

    if (word) {
        *word |= bit_of(number);
    }
    return word != NULL;
}

static inline bool list(struct shown_place *place, uint32_t number, enum visitor_by by, struct arena *memory)
{
    struct shown_block *block = place->blocks[by];

    if (!block || block->count == SHOWN_LISTED) {
        block = ARENA_NEW(memory, struct shown_block);
        if (!block) {
            return false;
        }
        block->before = place->blocks[by];
        place->blocks[by] = block;
    }
    block->numbers[block->count++] = number;
    return true;
}

static bool add_other(struct report_shown *self, int64_t visitor, enum visitor_by by, uint16_t place)
{
    return place == SHOWN_NOWHERE ? report_visitors_see(&self->others, visitor, by)
                                  : report_visitors_note(&self->others, visitor, by, place);
}

static inline struct shown_place *place_of(const struct report_shown *self, uint16_t place)
{
    return &self->places[place == SHOWN_NOWHERE ? self->places_count : place];
}

/* In steps, none of which guesses what the next visit is. */
bool report_shown_add(struct report_shown *self, const int64_t *visitors, const uint8_t *bys, const uint16_t *places,
                      size_t count)
{
    uint16_t left[SHOWN_AT_ONCE];
    size_t left_count = 0, listed_count = 0;
    bool fits = true;

    for (size_t i = 0; i < count; i++) {
        left[left_count] = (uint16_t)i;
        left_count += visitors[i] != 0;
    }
    for (size_t i = 0; fits && i < left_count; i++) {
        size_t at = left[i];
        struct shown_place *place = place_of(self, places[at]);
        fits = is_near(visitors[at])
                   ? set_bit(place->plane, (uint64_t)visitors[at], (enum visitor_by)bys[at], &self->memory)
                   : add_other(self, visitors[at], (enum visitor_by)bys[at], places[at]);
    }
    for (size_t i = 0; i < left_count; i++) {
        size_t at = left[i];
        left[listed_count] = (uint16_t)at;
        listed_count += (size_t)place_of(self, places[at])->listed & (size_t)is_near(visitors[at]);
    }
    for (size_t i = 0; fits && i < listed_count; i++) {
        size_t at = left[i];
        fits = list(&self->places[places[at]], (uint32_t)visitors[at], (enum visitor_by)bys[at], &self->memory);
    }
    return fits;
}

/* ---- counting */

static int64_t count_book(const struct shown_plane *const *planes, size_t planes_count, int by, size_t at)
{
    uint64_t any[BOOK_WORDS];
    size_t books = 0;
    int64_t count = 0;

    for (size_t i = 0; i < planes_count; i++) {
        const uint64_t *book = at < planes[i]->caps[by] ? planes[i]->books[by][at] : NULL;
        if (book && books++ == 0) {
            memcpy(any, book, sizeof any);
            continue;
        }
        for (size_t w = 0; book && w < BOOK_WORDS; w++) {
            any[w] |= book[w];
        }
    }
    for (size_t w = 0; books > 0 && w < BOOK_WORDS; w++) {
        count += __builtin_popcountll(any[w]);
    }
    return count;
}

/* Who is in any of them. */
static int64_t count_any(const struct shown_plane *const *planes, size_t planes_count, int by)
{
    size_t books = 0;
    int64_t count = 0;

    for (size_t i = 0; i < planes_count; i++) {
        books = planes[i]->caps[by] > books ? planes[i]->caps[by] : books;
    }
    for (size_t at = 0; at < books; at++) {
        count += count_book(planes, planes_count, by, at);
    }
    return count;
}

/* Bits of who was met already, all clear between two lists. */
struct bits {
    struct arena memory;
    struct shown_plane met;
};

/* -1: memory ran out. */
static int64_t count_block(const struct shown_block *block, enum visitor_by by, struct bits *bits)
{
    int64_t count = 0;

    for (size_t i = 0; i < block->count; i++) {
        uint64_t *word = word_of(&bits->met, block->numbers[i], by, &bits->memory);
        if (!word) {
            return -1;
        }
        count += (*word & bit_of(block->numbers[i])) == 0;
        *word |= bit_of(block->numbers[i]);
    }
    return count;
}

static void clear_block(const struct shown_block *block, enum visitor_by by, struct bits *bits)
{
    for (size_t i = 0; i < block->count; i++) {
        *word_of(&bits->met, block->numbers[i], by, &bits->memory) = 0;
    }
}

static enum err count_lists(const struct shown_block *const lists[2], enum visitor_by by, struct bits *bits,
                            int64_t *count)
{
    size_t blocks = 0;

    for (int s = 0; s < 2; s++) {
        for (const struct shown_block *block = lists[s]; block; block = block->before) {
            int64_t met = count_block(block, by, bits);
            if (met < 0) {
                return ERR_NOMEM;
            }
            *count += met;
            if (++blocks % BLOCKS_BEFORE_WAY == 0) {
                give_way();
            }
        }
    }
    for (int s = 0; s < 2; s++) {
        for (const struct shown_block *block = lists[s]; block; block = block->before) {
            clear_block(block, by, bits);
        }
    }
    return OK;
}

static enum err count_place(struct shown_question *self, size_t at, struct bits *bits)
{
    static const struct shown_place nobody;
    const struct shown_place *one = &self->sets[0].places[at];
    const struct shown_place *other = self->sets[1].places ? &self->sets[1].places[at] : &nobody;
    const struct shown_plane *const planes[2] = {one->plane, other->plane};
    enum err err = OK;

    for (int by = 0; err == OK && by < VISITOR_BY_COUNT; by++) {
        if (one->listed) {
            const struct shown_block *const lists[2] = {one->blocks[by], other->blocks[by]};
            err = count_lists(lists, (enum visitor_by)by, bits, &self->at[at]);
        } else {
            self->at[at] += count_any(planes, other->plane ? 2 : 1, by);
        }
    }
    return err;
}

/* All planes there are. */
static size_t list_planes(const struct shown_question *self, const struct shown_plane **out)
{
    size_t count = 0;

    for (size_t s = 0; s < ARRAY_LEN(self->sets); s++) {
        const struct report_shown *set = &self->sets[s];
        out[count++] = &set->elsewhere;
        for (size_t i = 0; i < set->places_count; i++) {
            out[count] = set->places[i].plane;
            count += !set->places[i].listed;
        }
    }
    return count;
}

/* Who was seen anywhere. */
static enum err count_all(struct shown_question *self)
{
    const struct report_shown *sets = self->sets;
    const struct shown_plane **planes = malloc(2 * (self->places_count + 1) * sizeof *planes);
    struct visitors_question question;

    if (!planes) {
        return ERR_NOMEM;
    }
    size_t count = list_planes(self, planes);
    for (int by = 0; by < VISITOR_BY_COUNT; by++) {
        int64_t visitors = count_any(planes, count, by);
        self->visitors += visitors;
        self->cookies += by == VISITOR_BY_COOKIE ? visitors : 0;
    }
    free(planes);
    report_visitors_ask(&question, &sets[0].others, sets[1].places ? &sets[1].others : NULL);
    question.places_count = self->places_count;
    return report_visitors_count(&question, &self->others);
}

enum err report_shown_count(struct shown_question *self)
{
    struct bits bits = {0};
    size_t part = 0;
    enum err err = OK;

    arena_init(&bits.memory, BYTES_MAX);
    while (err == OK && (part = atomic_fetch_add(&self->taken, 1)) <= self->places_count) {
        err = part > 0 ? count_place(self, part - 1, &bits) : count_all(self);
        give_way();
    }
    arena_done(&bits.memory);
    return err;
}
