/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_VISITOR_NUMBER_H
#define LINKPOND_HTTP_VISITOR_NUMBER_H

#include "linkpond/base/str.h"

/* The number in the value of a visitor's cookie, under the install's key (16 bytes). False: it is none of ours. */
bool visitor_cookie_number(const uint8_t key[16], str value, int64_t *number);

/* Makes and reads such cookies for one thread; see src/http/visitor_cookie.h. NULL: out of memory. */
struct visitor_cookie;
struct visitor_cookie *visitor_cookie_new(const uint8_t key[16]);
void visitor_cookie_free(struct visitor_cookie *self);

#endif
