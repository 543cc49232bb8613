/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_BASE64_H
#define LINKPOND_BASE_BASE64_H

#include "linkpond/base/str.h"

/* Reading base64 (RFC 4648 4); buf_add_base64 writes it. The padding may be missing, as it often is where people copy.
 * False when there is anything else in it, when bits are left over that say something, or when it does not fit. */
bool base64_decode(str text, uint8_t *out, size_t cap, size_t *len);

#endif
