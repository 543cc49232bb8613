/* SPDX-License-Identifier: MIT */
/*
 * Which row answers a path. There are some dozens of rows and a call to the API costs a database read at least, so the
 * tables are walked; what matters is that the rule is plain: same number of segments, literals equal, and where two
 * rows fit the one with fewer ":name"s; a "*name" at the end takes whatever is left and yields to every other row.
 */
#include "router_private.h"

#include "linkpond/base/percent.h"

static bool literal_matches(str row, str segment)
{
    char memory[64];
    struct buf decoded;
    if (str_eq(row, segment)) {
        return true;
    }
    buf_init_fixed(&decoded, memory, sizeof memory);
    return percent_decode(&decoded, segment) && str_eq(row, buf_str(&decoded));
}

/* How many parameters the row takes out of the path; -1 when it does not fit. */
static int fit(str row, str path, str params[PATH_PARAMS_MAX])
{
    int count = 0;
    row = str_from(row, 1);
    path = str_from(path, 1);
    for (;;) {
        str wanted, segment, row_rest, path_rest;
        bool more_row = str_cut(row, '/', &wanted, &row_rest);
        bool more_path = str_cut(path, '/', &segment, &path_rest);
        if (str_starts(wanted, STR("*"))) {
            params[count] = path;
            return PATH_PARAMS_MAX;
        }
        if (more_row != more_path) {
            return -1;
        }
        if (str_starts(wanted, STR(":"))) {
            if (segment.len == 0) {
                return -1;
            }
            BUG_ON(count == PATH_PARAMS_MAX);
            params[count++] = segment;
        } else if (!literal_matches(wanted, segment)) {
            return -1;
        }
        if (!more_row) {
            return count;
        }
        row = row_rest;
        path = path_rest;
    }
}

void routes_match(const struct route *const *tables, enum plane plane, enum method method, str path, struct match *out)
{
    enum method wanted = method == METHOD_HEAD ? METHOD_GET : method;
    int best = PATH_PARAMS_MAX + 1;
    *out = (struct match){0};
    if (!str_starts(path, STR("/"))) {
        return;
    }
    for (; *tables; tables++) {
        for (const struct route *route = *tables; route->path; route++) {
            str params[PATH_PARAMS_MAX] = {0};
            int taken = route->plane == plane ? fit(str_from_c(route->path), path, params) : -1;
            if (taken < 0) {
                continue;
            }
            out->methods |= 1u << route->method;
            if (route->method == wanted && taken < best) {
                best = taken;
                out->route = route;
                memcpy(out->params, params, sizeof params);
            }
        }
    }
    if (out->methods & (1u << METHOD_GET)) {
        out->methods |= 1u << METHOD_HEAD;
    }
}

void methods_format(unsigned methods, struct buf *out)
{
    for (int method = 0; method < METHOD_OTHER; method++) {
        if (methods & (1u << method)) {
            buf_add_c(out, out->len > 0 ? ", " : "");
            buf_add_c(out, method_name((enum method)method));
        }
    }
}

size_t routes_reserved(const struct route *const *tables, str *out, size_t cap)
{
    size_t count = 0;
    for (; *tables; tables++) {
        for (const struct route *route = *tables; route->path; route++) {
            str segment, rest;
            str_cut(str_from(str_from_c(route->path), 1), '/', &segment, &rest);
            size_t known = 0;
            while (known < count && known < cap && !str_eq(out[known], segment)) {
                known++;
            }
            if (segment.len == 0 || segment.ptr[0] == ':' || (known < count && known < cap)) {
                continue;
            }
            if (count < cap) {
                out[count] = segment;
            }
            count++;
        }
    }
    return count;
}
