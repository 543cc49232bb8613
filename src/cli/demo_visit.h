/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_DEMO_VISIT_H
#define LINKPOND_SRC_CLI_DEMO_VISIT_H

#include "demo_plan.h"
#include "linkpond/http/request.h"

/* One request of a plan as nginx would hand it on. */
#define VISIT_HEADERS_MAX 8
#define VISIT_TEXT_MAX    1024
struct visit_request {
    struct request request; /* points into what follows and into the story */
    struct header headers[VISIT_HEADERS_MAX];
    char path[VISIT_TEXT_MAX], query[VISIT_TEXT_MAX], request_id[33];
};
/* host: of the short domain; cookie: what the visitor's browser kept, empty = nothing. Out must stay where it is while
 * the request is used. Pure. */
void visit_make(const struct story *story, uint64_t seed, const struct step *step, str host, str cookie,
                struct visit_request *out);
/* Whose browser it is: visits of one number share their cookies. 0: nobody's. Pure. */
uint64_t visit_browser(const struct story *story, const struct step *step);

#endif
