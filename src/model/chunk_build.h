/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CHUNK_BUILD_H
#define LINKPOND_MODEL_CHUNK_BUILD_H

#include "chunk_dict.h"
#include "linkpond/model/chunk.h"

/* What gathering (chunk_build.c) leaves to the blobs (chunk_encode.c). */
#define CHUNK_DICTS   (CHUNK_COLUMNS - CHUNK_CLASS)
#define CHUNK_NUMBERS (CHUNK_VISITOR + 1)
_Static_assert(CHUNK_LINK == 0 && CHUNK_VISITOR + 1 == CHUNK_CLASS, "numbers first");

struct chunk_builder {
    size_t rows, rows_max;
    uint64_t seed;
    struct arena texts;
    uint32_t *order, *spare;         /* of a sorted builder: its rows; all of these are rows_max long */
    int64_t *numbers[CHUNK_NUMBERS]; /* by enum chunk_column */
    uint16_t *codes[CHUNK_DICTS];    /* by enum chunk_column - CHUNK_CLASS, as are the next */
    struct chunk_dict dicts[CHUNK_DICTS];
    /* The value of the row before, where it is no text: its term, or 0 for none. CHUNK_NO_TERM: a text, or no row. */
    int64_t last_terms[CHUNK_DICTS];
    uint16_t last_codes[CHUNK_DICTS];
};
#define CHUNK_NO_TERM INT64_MIN /* no bytes of ours can say it */

#endif
