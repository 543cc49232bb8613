/* SPDX-License-Identifier: MIT */
/*
 * Names by their length, at most three of each, so that almost every header is decided by its length, first and last
 * letter.
 */
#include "header_id.h"

#include "linkpond/base/err.h"

#define SAME_LENGTH_MAX 3

struct row {
    str name;
    enum header_id id;
};

/* clang-format off */
static const struct row rows[][SAME_LENGTH_MAX] = {
    [3] = {{STR_INIT("DNT"), HEADER_DNT}},
    [4] = {{STR_INIT("Host"), HEADER_HOST}},
    [5] = {{STR_INIT("Range"), HEADER_RANGE}, {STR_INIT("X-Moz"), HEADER_X_MOZ}},
    [6] = {{STR_INIT("Accept"), HEADER_ACCEPT}},
    [7] = {{STR_INIT("Referer"), HEADER_REFERER}, {STR_INIT("Sec-GPC"), HEADER_SEC_GPC},
           {STR_INIT("Purpose"), HEADER_PURPOSE}},
    [9] = {{STR_INIT("X-Purpose"), HEADER_X_PURPOSE}},
    [10] = {{STR_INIT("User-Agent"), HEADER_USER_AGENT}},
    [11] = {{STR_INIT("Sec-Purpose"), HEADER_SEC_PURPOSE}},
    [12] = {{STR_INIT("X-Request-ID"), HEADER_REQUEST_ID}},
    [14] = {{STR_INIT("Sec-Fetch-Mode"), HEADER_SEC_FETCH_MODE}, {STR_INIT("Content-Length"), HEADER_CONTENT_LENGTH}},
    [15] = {{STR_INIT("Accept-Language"), HEADER_ACCEPT_LANGUAGE}, {STR_INIT("X-Forwarded-For"), HEADER_FORWARDED_FOR}},
    [16] = {{STR_INIT("X-Requested-With"), HEADER_REQUESTED_WITH},
            {STR_INIT("Tencent-Leakscan"), HEADER_TENCENT_LEAKSCAN}},
    [17] = {{STR_INIT("X-Forwarded-Proto"), HEADER_FORWARDED_PROTO},
            {STR_INIT("Transfer-Encoding"), HEADER_TRANSFER_ENCODING}},
};
/* clang-format on */

static bool same_letter(char a, char b)
{
    return ((a ^ b) & ~0x20) == 0;
}

/* Nearly everybody writes a name as the standard does, or all in lower case. */
static bool is_name(str name, str wanted)
{
    return memcmp(name.ptr, wanted.ptr, wanted.len) == 0 || str_ieq(name, wanted);
}

enum header_id header_id(str name)
{
    if (name.len >= ARRAY_LEN(rows)) {
        return HEADER_OTHER;
    }
    const struct row *row = rows[name.len];
    for (size_t i = 0; i < SAME_LENGTH_MAX && row[i].name.len > 0; i++) {
        str wanted = row[i].name;
        if (same_letter(wanted.ptr[0], name.ptr[0]) &&
            same_letter(wanted.ptr[wanted.len - 1], name.ptr[name.len - 1]) && is_name(name, wanted)) {
            return row[i].id;
        }
    }
    return HEADER_OTHER;
}

void headers_index(const struct header *headers, size_t count, str first[HEADER_COUNT])
{
    memset(first, 0, HEADER_COUNT * sizeof *first);
    for (size_t i = 0; i < count; i++) {
        enum header_id id = header_id(headers[i].name);
        if (!first[id].ptr) {
            first[id] = headers[i].value;
        }
    }
}
