/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_URLCHECK_H
#define LINKPOND_BASE_URLCHECK_H

#include "linkpond/base/err.h"

/* A second opinion from libcurl's URL parser: does it read the same scheme, host and port out of these bytes as we
 * did? Two parsers that disagree about a URL are how filters get bypassed. The bytes stored are always ours.
 * port 0 = none written. Thread-safe. */
bool urlcheck_agrees(str url, str scheme, str host, unsigned port);

#endif
