/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_VISITOR_NUMBER_H
#define LINKPOND_HTTP_VISITOR_NUMBER_H

#include "linkpond/base/str.h"

/* The number in the value of a visitor's cookie, under the install's key (16 bytes). False: it is none of ours. */
bool visitor_cookie_number(const uint8_t key[16], str value, int64_t *number);

#endif
