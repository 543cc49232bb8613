/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_REDIRECT_HINTS_H
#define LINKPOND_HTTP_REDIRECT_HINTS_H

#include "linkpond/http/request.h"

/* What the headers tell about a visit, in one pass over them. Texts point into the request. */
struct hints {
    str user_agent, referrer, language, package;
    unsigned signals; /* enum click_signal */
};
void hints_read(const struct request *request, struct hints *out);

#endif
