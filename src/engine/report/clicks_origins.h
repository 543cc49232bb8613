/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CLICKS_ORIGINS_H
#define LINKPOND_ENGINE_CLICKS_ORIGINS_H

#include "linkpond/store/chunks.h"

/* Where a listing reads: segments and chunks, each at the place of its first click in the order asked. */
struct origin {
    int64_t time_ms;
    int64_t segment_id;
    struct chunk_info chunk; /* id 0 = the segment */
};
struct origins {
    struct origin *items;
    size_t count, cap;
};
/* Those with clicks in [from, to), in order; `out` begins zeroed. */
enum err clicks_origins_find(struct db *db, int64_t from_ms, int64_t to_ms, bool descending, struct origins *out);
void clicks_origins_done(struct origins *self);

#endif
