/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_MATCH_H
#define LINKPOND_BASE_MATCH_H

#include "linkpond/base/err.h"

/*
 * Aho-Corasick: finds every one of many needles in one pass, ASCII case folded. Built once, then read-only
 * and shared by threads.
 */
struct match;
/* The table costs 4 bytes per needle byte and kind of byte in use: 300 needles of 10 bytes about half a megabyte. */
#define MATCH_TABLE_BYTES_MAX ((size_t)64 << 20)
/* needles[i] non-empty, at most 128 bytes each; i is reported on a hit. NULL when out of memory or when the table
 * would pass its maximum. The needles' bytes are not needed afterwards. */
struct match *match_new(const str *needles, size_t count);
void match_free(struct match *self);
/* Calls `hit(arg, needle index, end offset)` for each occurrence in text order (needles that end at one place:
 * longest first; equal ones by index). `end` is the offset after the last byte. Stops when hit returns false. */
void match_run(const struct match *self, str text, bool (*hit)(void *arg, size_t needle, size_t end), void *arg);

#endif
