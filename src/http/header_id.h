/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_HEADER_ID_H
#define LINKPOND_HTTP_HEADER_ID_H

#include "linkpond/http/request.h"

/*
 * The request headers that a redirect looks at. A head is walked once and each name becomes a number at the first look:
 * asking for a dozen headers by name would walk twenty lines a dozen times.
 */
enum header_id {
    HEADER_OTHER,
    HEADER_ACCEPT,
    HEADER_ACCEPT_LANGUAGE,
    HEADER_CONTENT_LENGTH,
    HEADER_DNT,
    HEADER_FORWARDED_FOR,
    HEADER_FORWARDED_PROTO,
    HEADER_HOST,
    HEADER_PURPOSE,
    HEADER_RANGE,
    HEADER_REFERER,
    HEADER_REQUESTED_WITH,
    HEADER_REQUEST_ID,
    HEADER_SEC_FETCH_MODE,
    HEADER_SEC_GPC,
    HEADER_SEC_PURPOSE,
    HEADER_TENCENT_LEAKSCAN,
    HEADER_TRANSFER_ENCODING,
    HEADER_USER_AGENT,
    HEADER_X_MOZ,
    HEADER_X_PURPOSE,
    HEADER_COUNT
};

/* Any case; HEADER_OTHER when it is none of them. */
enum header_id header_id(str name);

/* first[id] = value of the first line of that name; ptr NULL = there is none. */
void headers_index(const struct header *headers, size_t count, str first[HEADER_COUNT]);

#endif
