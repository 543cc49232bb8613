/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_DOMAIN_HOST_H
#define LINKPOND_ENGINE_DOMAIN_HOST_H

#include "linkpond/base/host.h"

/* The host of a short domain: canonical, with ":port" when one is written (development). */
#define DOMAIN_HOST_MAX (HOST_TEXT_MAX + 8)

/* "HOST" or "HOST:PORT" into `out`; *host is NUL-terminated there. False, with both untouched, when it is no host. */
bool domain_host_normalize(str text, char out[DOMAIN_HOST_MAX], str *host);
/* Takes the canonical form: localhost and its subdomains, 127/8, [::1]. */
bool domain_host_is_loopback(str host);
/* The host without its port, and the port (0 = none written). */
str domain_host_name(str host, unsigned *port);

#endif
