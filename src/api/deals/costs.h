/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_COSTS_H
#define LINKPOND_API_COSTS_H

#include "linkpond/api/call.h"
#include "linkpond/engine/cost_book.h"

/* Costs as callers write them. */
struct cost_entry {
    struct cost_draft draft;
    str from;     /* another word for the day, of those that have a `to` */
    str link;     /* any reference; resolved later */
    enum err err; /* not OK: it was refused before it was looked at */
    struct fault fault;
};
struct cost_entries {
    struct cost_entry *items;
    size_t count;
};
/* costs_csv.c: a header, then a row for each; what is wrong with one row is that row's. Amounts
 * that name none are of `currency`. ERR_INVALID (field "body"): the
 * header, or too many rows. */
enum err costs_csv_read(struct arena *arena, str currency, str body, struct cost_entries *out, struct fault *fault);
void costs_csv_header(struct buf *out);
void costs_csv_row(struct buf *out, struct arena *arena, const struct cost *cost);

#endif
