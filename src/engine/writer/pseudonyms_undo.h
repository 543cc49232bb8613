/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_PSEUDONYMS_UNDO_H
#define LINKPOND_ENGINE_PSEUDONYMS_UNDO_H

#include "linkpond/base/idmap.h"

/* What a batch changed in the maps of pseudonyms.c, so that a rollback can take it back. */
struct undo {
    struct idmap *map; /* NULL = gone since */
    uint64_t a, b;
    int64_t value;
    bool added;
};
struct undo_log {
    struct undo *list;
    size_t count, cap;
};
void undo_done(struct undo_log *self);
/* Notes and sets. False: not remembered (full, or out of memory). */
bool undo_set(struct undo_log *self, struct idmap_parts *maps, uint64_t a, uint64_t b, int64_t value);
/* The maps are going, so the notes about them mean nothing any more. */
void undo_forget(struct undo_log *self, const struct idmap_parts *maps);
void undo_committed(struct undo_log *self);
void undo_roll_back(struct undo_log *self);

#endif
