/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_TOPS_H
#define LINKPOND_MODEL_TOPS_H

#include "linkpond/base/arena.h"
#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

/*
 * The most frequent values of one dimension on one day, with how often, and what all others come to: what is kept of
 * clicks that are deleted. The sum over all is exact; a value's count is exact unless the value was among the others
 * before, then it is too low by what it had there. Pure.
 *
 *   u8 version   1
 *   varint       how many values, then each: varint clicks, total, scans, bytes of the text, the text
 *   varint       clicks, total, scans of the others
 */
#define TOPS_KEPT 100  /* of a day that is over */
#define TOPS_OPEN 1000 /* of a day that is still being deleted, so that pieces of it add up */
#define TOPS_TEXT 1024 /* bytes of one value */
struct top {
    str text;
    int64_t clicks; /* PV */
    int64_t total;  /* of every class and outcome */
    int64_t scans;
};
struct tops {
    struct top *items; /* most clicks first, then most of all, then by text; each text once */
    size_t count;
    struct top other;
};
/* Both together, at most `kept` values; texts are borrowed, the list is in the arena. ERR_NOMEM. */
enum err tops_merge(struct arena *arena, const struct tops *a, const struct tops *b, size_t kept, struct tops *out);
void tops_encode(const struct tops *self, struct buf *out);
/* Texts point into the bytes. False when they are damaged or the arena is full. */
bool tops_decode(struct arena *arena, str bytes, struct tops *out);

#endif
