/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CURRENCIES_H
#define LINKPOND_ENGINE_CURRENCIES_H

#include "linkpond/base/arena.h"

/* The currencies of one report, numbered as they are met. */
#define CURRENCIES_MAX 64
struct currencies {
    str codes[CURRENCIES_MAX];
    size_t count;
};
/* The place of a code, copied into the arena when it is new. False: there are too many. */
bool currencies_place(struct currencies *self, struct arena *arena, str code, uint8_t *place);
/* Into the order of their codes; now[i] is where what was at i is. */
void currencies_order(struct currencies *self, uint8_t now[CURRENCIES_MAX]);

#endif
