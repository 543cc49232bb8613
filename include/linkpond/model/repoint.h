/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_REPOINT_H
#define LINKPOND_MODEL_REPOINT_H

#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"
#include "linkpond/base/host.h"

/* Leading links elsewhere: to another host with all else of the address as it is, to another address, or by another
 * short domain. Pure. */
#define REPOINT_HOW_TABLE(X)                                                                                           \
    X(REPOINT_HOST, "host")                                                                                            \
    X(REPOINT_URL, "url")                                                                                              \
    X(REPOINT_DOMAIN, "domain")
#define REPOINT_HOW_ENUM(constant, name) constant,
enum repoint_how { REPOINT_HOW_TABLE(REPOINT_HOW_ENUM) REPOINT_HOWS };
#undef REPOINT_HOW_ENUM
str repoint_how_name(enum repoint_how how);
int repoint_how_find(str name); /* -1 when no such word */

/* The stored address `url` on `host` ("host" or "host:port", canonical): the port is the new host's own, every other
 * byte stays. False: it has no host, or out overflows. Appended. */
bool repoint_url(str url, str host, struct buf *out);
/* Does that address lead to this very host (canonical, without port)? */
bool repoint_leads_to(str url, str host);
/* Which of a live code's targets are led along, by the host that they lead to now: the one that was named, else, with
 * another host for the link, the one its own address had; empty = none are. url: the link's own, as it was. In
 * memory. */
str repoint_along(enum repoint_how how, str from_host, str url, char memory[HOST_TEXT_MAX]);

#endif
