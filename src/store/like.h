/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_LIKE_H
#define LINKPOND_STORE_LIKE_H

#include "linkpond/base/arena.h"

/* "%text%" for LIKE … ESCAPE '\', with %, _ and \ of the text escaped; the empty slice for an empty text (no filter)
 * and when memory ran out. */
str like_pattern(struct arena *arena, str text);

#endif
