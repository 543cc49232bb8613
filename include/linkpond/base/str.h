/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_STR_H
#define LINKPOND_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A slice of bytes: borrowed, not NUL-terminated, passed by value. An empty slice has len 0 and may
 * have any ptr. Functions never allocate and never read past len. ASCII rules only: "i" variants
 * fold A-Z. All functions are pure and safe in any thread.
 */
typedef struct {
    const char *ptr;
    size_t len;
} str;

#define STR(lit) ((str){"" lit, sizeof(lit) - 1})
/* For static tables. */
/* clang-format off */
#define STR_INIT(lit) {"" lit, sizeof(lit) - 1}
/* clang-format on */
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr

/* The bytes of a NUL-terminated string; NULL gives the empty slice. */
str str_from_c(const char *text);

bool str_eq(str a, str b);
bool str_ieq(str a, str b);
/* Byte order, shorter first on a common prefix; <0, 0, >0. */
int str_cmp(str a, str b);
bool str_starts(str s, str prefix);
bool str_istarts(str s, str prefix);
bool str_ends(str s, str suffix);
bool str_iends(str s, str suffix);

/* Index of the first match at or after `from`, or -1. */
ssize_t str_find_char(str s, char c, size_t from);
ssize_t str_find(str s, str needle, size_t from);
ssize_t str_ifind(str s, str needle, size_t from);

/* [from, to) clamped to the slice. */
str str_slice(str s, size_t from, size_t to);
str str_from(str s, size_t from);
/* Without leading and trailing space, tab, CR, LF. */
str str_trim(str s);

/* Splits at the first `sep`. Without one: before = s, after = empty, returns false. */
bool str_cut(str s, char sep, str *before, str *after);

/* Iterates over the pieces between `sep`: while (str_next(&rest, ',', &piece)). Empty pieces are
 * given too; an empty `rest` gives none, so nothing follows a trailing `sep`: "a,,b," gives "a", "", "b". */
bool str_next(str *rest, char sep, str *piece);

/* Whole slice is a decimal integer without sign (u64) or with an optional '-' (i64), no blanks, in
 * range. *out is untouched on false. */
bool str_to_u64(str s, uint64_t *out);
bool str_to_i64(str s, int64_t *out);

#endif
