/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_FETCH_H
#define LINKPOND_CLI_FETCH_H

#include "linkpond/base/buf.h"
#include "linkpond/http/request.h"

/* One HTTP exchange of the command line (libcurl). No redirects are followed, no proxy is asked, certificates are
 * checked. */
struct fetch_request {
    enum method method;
    const char *url; /* http:// or https:// */
    const struct header *headers;
    size_t headers_count;
    str body;
    int body_fd;        /* -1, or the body: body_bytes from offset 0 */
    int64_t body_bytes; /* of body_fd */
    int64_t timeout_ms; /* of everything; 0 = as long as it takes */
    bool want_certificate;
    /* Where the body of a 2xx goes piece by piece; false breaks off. NULL = into the reply. */
    bool (*sink)(void *arg, str bytes);
    void *sink_arg;
};
#define FETCH_BODY_MAX    (64 * 1024 * 1024) /* of a body that is kept */
#define FETCH_HEADERS_MAX 64
struct fetch_reply {
    int status;
    struct header headers[FETCH_HEADERS_MAX]; /* of the final answer; more are left out */
    size_t headers_count;
    str body;
    str certificate_expires; /* "Nov 22 02:04:51 2026 GMT"; empty when there is none */
};
/* Texts of the reply live in the arena. ERR_UNAVAILABLE: no answer, and the fault says why in libcurl's words (code
 * "dns", "connect", "tls" or "broken"). ERR_IO: the sink or the body broke off. */
enum err fetch(struct arena *arena, const struct fetch_request *request, struct fetch_reply *out, struct fault *fault);
/* First header of that name (any case); empty when absent. */
str fetch_header(const struct fetch_reply *self, const char *name);

#endif
