/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_URLCHECK_H
#define LINKPOND_BASE_URLCHECK_H

#include "linkpond/base/err.h"

/* A second opinion from libcurl's URL parser: does it read the same scheme, host and port out of these bytes as we
 * did? Two parsers that disagree about a URL are how filters get bypassed. The bytes stored are always ours.
 * port 0 = none written. OK, ERR_INVALID when it does not, ERR_NOMEM. Thread-safe. */
enum err urlcheck(str url, str scheme, str host, unsigned port);

#endif
