/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_EVENT_STREAM_H
#define LINKPOND_SRC_API_DEALS_EVENT_STREAM_H

#include "linkpond/api/call.h"

/* Bodies that are no JSON: NDJSON (application/x-ndjson, application/jsonl) and CSV. Is it one of these? Then the
 * answer is given: NDJSON, a line for each row and a summary as the last; the work is done while it is read. */
bool event_stream_begin(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
