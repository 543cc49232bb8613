/* SPDX-License-Identifier: MIT */
#include "links_ranking.h"

#include <stdlib.h>

static int compare(const void *a, const void *b, void *arg)
{
    return ranking_order(arg, a, b);
}

bool ranking_init(struct ranking *self, struct arena *arena, const struct links_filter *filter, size_t keep)
{
    *self = (struct ranking){.keep = keep, .cap = keep * 2, .arena = arena};
    self->rising =
        filter->sort == LINKS_BY_CREATED_ASC || filter->sort == LINKS_BY_TITLE || filter->sort == LINKS_BY_ID;
    self->after = (struct place){.id = filter->after.id};
    if (filter->sort == LINKS_BY_TITLE) {
        self->after.title = filter->after.title;
    } else if (filter->sort != LINKS_BY_ID) {
        self->after.key = filter->after.key;
    }
    self->places = ARENA_ARRAY(arena, struct place, self->cap);
    return self->places != NULL;
}

void ranking_sort(struct ranking *self)
{
    qsort_r(self->places, self->count, sizeof *self->places, compare, self);
    self->full = self->full || self->count >= self->keep;
    self->count = self->count < self->keep ? self->count : self->keep;
}

static bool is_before(const struct ranking *self, const struct place *a, const struct place *b)
{
    return ranking_order(self, a, b) < 0;
}

static void swap(struct place *a, struct place *b)
{
    struct place moving = *a;

    *a = *b;
    *b = moving;
}

/* The middle of the first, the middle and the last: what comes in order is halved, too. */
static struct place pivot_of(const struct ranking *self, ptrdiff_t low, ptrdiff_t high)
{
    const struct place *a = &self->places[low], *b = &self->places[low + (high - low) / 2], *c = &self->places[high];

    if (is_before(self, b, a)) {
        const struct place *other = a;
        a = b;
        b = other;
    }
    return is_before(self, c, a) ? *a : is_before(self, c, b) ? *c : *b;
}

/* The first `keep` to the front, the last of them at its end: Hoare's selection. To sort them each time took a third of
 * a search, for links come by id and many orders want the newest. */
static void drop_last(struct ranking *self)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)self->count - 1, wanted = (ptrdiff_t)self->keep - 1;

    while (low < high) {
        struct place pivot = pivot_of(self, low, high);
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (is_before(self, &self->places[i], &pivot)) {
                i++;
            }
            while (is_before(self, &pivot, &self->places[j])) {
                j--;
            }
            if (i <= j) {
                swap(&self->places[i++], &self->places[j--]);
            }
        }
        if (wanted <= j) {
            high = j;
        } else if (wanted >= i) {
            low = i;
        } else {
            break; /* between them all are the pivot */
        }
    }
    self->full = true;
    self->count = self->keep;
}

/* Places that fall out leave their memory to those that come after them. */
static void put(struct ranking *self, const struct place *place)
{
    struct place *into = &self->places[self->count];
    char *memory = (char *)into->title.ptr;
    size_t cap = into->title_cap;

    if (place->title.len > cap) {
        cap = (place->title.len + 63) / 64 * 64;
        memory = arena_alloc(self->arena, cap);
        if (!memory) {
            return;
        }
    }
    if (place->title.len > 0) {
        memcpy(memory, place->title.ptr, place->title.len);
    }
    *into = (struct place){place->id, place->key, {memory, place->title.len}, cap};
    self->count++;
}

void ranking_put(struct ranking *self, const struct place *place)
{
    if (self->count == self->cap) {
        drop_last(self);
    }
    put(self, place);
}
