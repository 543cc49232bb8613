/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_REPLY_VIEW_H
#define LINKPOND_TESTS_REPLY_VIEW_H

#include "linkpond/http/reply.h"

/* What a header of the reply says; empty = it has none of that name. */
static inline str reply_header_said(const struct reply *reply, const char *name)
{
    const struct request view = {.headers = reply->headers, .headers_count = reply->headers_count};

    return request_header(&view, name);
}

#endif
