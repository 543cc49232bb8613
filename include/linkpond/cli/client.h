/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_CLIENT_H
#define LINKPOND_CLI_CLIENT_H

#include "linkpond/cli/command.h"
#include "linkpond/cli/folder.h"

/*
 * How commands ask the ADMIN API (docs/decisions/0003-the-command-line-is-an-api-client.md): by HTTP when a daemon
 * serves the data folder, else by opening the folder in this process and handing the same request to the same router.
 * Commands cannot tell the difference.
 */
struct client;
/* ERR_BUSY: somebody has the folder but does not answer. Progress (loading) is not shown. */
enum err client_open(struct cli *cli, struct client **out, struct fault *fault);
/* Releases the folder. NULL is fine. */
void client_close(struct client *self);
/* Where a daemon listens; NULL when there is none and the folder is open here. */
const struct listening *client_daemon(const struct client *self);
/* The engine opened here; NULL while a daemon serves. */
struct engine *client_engine(struct client *self);

struct client_request {
    enum method method;
    const char *path;         /* with its query: "/api/v1/links?limit=10" */
    const char *content_type; /* of the body; NULL = application/json when there is one */
    const char *accept;       /* NULL = application/json */
    str body;
    bool has_fd; /* the body is body_fd, a regular file, from its start */
    int body_fd;
    int64_t timeout_ms; /* of an answer by HTTP; 0 = as long as it takes */
    /* Where the body of a 2xx goes piece by piece; false breaks off. NULL = into the reply. */
    bool (*sink)(void *arg, str bytes);
    void *sink_arg;
};
struct client_reply {
    int status;
    str body; /* in the command's arena */
};
/* Any answer is OK, also 4xx and 5xx; ERR_UNAVAILABLE, ERR_IO and the like when there was none. */
enum err client_call(struct client *self, const struct client_request *request, struct client_reply *out,
                     struct fault *fault);
/* What the answer means: OK for a 2xx, else the error that the problem names. The problem is told on stderr (as it came
 * with --json, else as sentences). */
enum err client_verdict(struct cli *cli, const struct client_reply *reply);

/* The usual round: open, one call, verdict, close. *out may be NULL. */
enum err client_ask(struct cli *cli, const struct client_request *request, struct client_reply *out,
                    struct fault *fault);
/* The usual round with an answer in JSON. `path` NULL: it was too long (ERR_URI_TOO_LONG); an empty body: none. */
enum err client_send(struct cli *cli, enum method method, const char *path, str body, struct client_reply *reply,
                     struct json **answer, struct fault *fault);
/* DELETE of the one of that collection (a path) which the first operand names. */
enum err client_delete(struct cli *cli, const char *collection, struct fault *fault);
/* The answer parsed; ERR_CORRUPT when it is no JSON. */
enum err client_json(struct cli *cli, const struct client_reply *reply, struct json **out);

/* Paths are built onto a buf: words as they are, values percent-encoded. */
void path_segment(struct buf *path, const char *value);
/* "&name=value", or "?" before the first; a flag's name becomes a parameter's: '-' is '_' there. A NULL value adds
 * nothing. */
void path_param(struct buf *path, const char *name, const char *value);

#endif
