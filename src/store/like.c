/* SPDX-License-Identifier: MIT */
#include "like.h"

str like_pattern(struct arena *arena, str text)
{
    char *out = text.len > 0 ? arena_alloc_array(arena, 2, text.len + 1) : NULL;
    size_t len = 0;

    if (!out) {
        return STR("");
    }
    out[len++] = '%';
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' || c == '_' || c == '\\') {
            out[len++] = '\\';
        }
        out[len++] = c;
    }
    out[len++] = '%';
    return (str){out, len};
}
