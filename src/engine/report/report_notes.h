/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_NOTES_H
#define LINKPOND_ENGINE_REPORT_NOTES_H

#include <stdlib.h>
#include <string.h>

#include "report_visitors.h"

#define VISITOR_AHEAD      4 /* blocks and pages that memory is asked for before they are needed */
#define VISITOR_BITS       (1U << VISITOR_PAGE_BITS)
#define VISITOR_BOOK_PAGES ((size_t)1 << VISITOR_BOOK_BITS)
#define VISITOR_ANYWHERE   UINT32_MAX /* place of a number far apart: it was seen */
#define VISITOR_FAR_MAX    (1U << 23)

/* The notes of one page, each once. */
struct notes_table {
    uint32_t *slots; /* note + 1; 0 = free */
    size_t cap;      /* a power of two, four times the notes at least */
    unsigned shift;
};

static inline size_t notes_table_cap(size_t notes)
{
    size_t cap = 64;

    while (cap < 4 * notes) {
        cap *= 2;
    }
    return cap;
}

static inline bool notes_has_room(struct notes_memory *memory, size_t notes)
{
    size_t cap = notes_table_cap(notes);

    if (cap > memory->cap) {
        free(memory->notes);
        memory->notes = malloc((cap / 4 + cap) * sizeof *memory->notes);
        memory->cap = memory->notes ? cap : 0;
    }
    return memory->notes != NULL;
}

/* There is room for so many notes. */
static inline struct notes_table notes_table_empty(const struct notes_memory *memory, size_t notes)
{
    size_t cap = notes_table_cap(notes);

    memset(memory->notes + memory->cap / 4, 0, cap * sizeof *memory->notes);
    return (struct notes_table){memory->notes + memory->cap / 4, cap, 32 - (unsigned)__builtin_ctzll(cap)};
}

/* Was it not there? */
static inline bool notes_table_put(const struct notes_table *table, uint32_t note)
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

static inline size_t notes_of_page(const struct visitor_page *page)
{
    size_t count = 0;

    for (const struct visitor_block *block = page->block; block; block = block->before) {
        count += VISITOR_NOTES;
    }
    return count - page->left;
}

#endif
