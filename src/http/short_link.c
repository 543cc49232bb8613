/* SPDX-License-Identifier: MIT */
#include "short_link.h"

#include "linkpond/base/limits.h"
#include "linkpond/base/percent.h"

str short_link_url(struct arena *arena, const struct domain *domain, str code)
{
    char memory[3 * LIMIT_ALIAS_IMPORTED + 1];
    struct buf path;
    buf_init_fixed(&path, memory, sizeof memory);
    for (size_t i = 0; i < code.len; i++) {
        if (code.ptr[i] == '/') {
            buf_add_char(&path, '/');
        } else {
            percent_encode(&path, str_slice(code, i, i + 1));
        }
    }
    str encoded = buf_str(&path);
    return arena_f(arena, STR_FMT "://" STR_FMT "/" STR_FMT, STR_ARG(domain->scheme), STR_ARG(domain->host),
                   STR_ARG(encoded));
}
