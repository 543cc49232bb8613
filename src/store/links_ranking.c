/* SPDX-License-Identifier: MIT */
#include "links_ranking.h"

#include <stdlib.h>

static int compare(const void *a, const void *b, void *arg)
{
    const struct place *x = a, *y = b;
    const enum links_sort *sort = arg;
    bool rising = *sort == LINKS_BY_CREATED_ASC || *sort == LINKS_BY_TITLE || *sort == LINKS_BY_ID;
    int order = x->key != y->key ? (x->key < y->key ? -1 : 1) : str_cmp(x->title, y->title);

    order = order != 0 ? order : x->id < y->id ? -1 : x->id > y->id;
    return rising ? order : -order;
}

bool ranking_init(struct ranking *self, struct arena *arena, const struct links_filter *filter, size_t keep)
{
    *self = (struct ranking){.keep = keep, .cap = keep * 2, .sort = filter->sort, .arena = arena};
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
    qsort_r(self->places, self->count, sizeof *self->places, compare, &self->sort);
    self->full = self->full || self->count >= self->keep;
    self->count = self->count < self->keep ? self->count : self->keep;
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

void ranking_add(struct ranking *self, const struct place *place)
{
    bool before = self->after.id != 0 && compare(place, &self->after, &self->sort) <= 0;

    if (before || (self->full && compare(place, &self->places[self->keep - 1], &self->sort) > 0)) {
        return;
    }
    if (self->count == self->cap) {
        ranking_sort(self);
    }
    put(self, place);
}
