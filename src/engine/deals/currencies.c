/* SPDX-License-Identifier: MIT */
#include "currencies.h"

#include <stdlib.h>

bool currencies_place(struct currencies *self, struct arena *arena, str code, uint8_t *place)
{
    for (size_t i = 0; i < self->count; i++) {
        if (str_eq(self->codes[i], code)) {
            *place = (uint8_t)i;
            return true;
        }
    }
    if (self->count == CURRENCIES_MAX) {
        return false;
    }
    *place = (uint8_t)self->count;
    self->codes[self->count++] = arena_str(arena, code);
    return true;
}

static int compare_codes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

void currencies_order(struct currencies *self, uint8_t now[CURRENCIES_MAX])
{
    str met[CURRENCIES_MAX];

    for (size_t i = 0; i < self->count; i++) {
        met[i] = self->codes[i];
    }
    qsort(self->codes, self->count, sizeof *self->codes, compare_codes);
    for (size_t i = 0; i < self->count; i++) {
        for (size_t j = 0; j < self->count; j++) {
            now[i] = str_eq(met[i], self->codes[j]) ? (uint8_t)j : now[i];
        }
    }
}
