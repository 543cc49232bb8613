/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_SERVER_PRIVATE_H
#define LINKPOND_HTTP_SERVER_PRIVATE_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "header_id.h"
#include "linkpond/http/redirect.h"
#include "linkpond/http/server.h"

/*
 * What the server's files share. A connection (conn) lives as long as its socket; on the slow planes it owns one
 * exchange, reused by every request that comes over it.
 */

/* ---- listening (server_listen.c) ------------------------------------------------------------------------------- */
#define LISTEN_URL_MAX 64
/* Binds and listens; count sockets that share the port when count > 1 or `shared`. Port 0: the first one's port is
 * everybody's. url gets "http://ADDRESS:PORT". On failure nothing stays open. */
enum err listen_open(const char *where, bool shared, unsigned count, int *fds, char url[LISTEN_URL_MAX],
                     struct fault *fault);

/* ---- heads (server_head.c) ------------------------------------------------------------------------------------- */
#define CONN_MAGIC 0x6c706373u
enum conn_stage {
    CONN_IDLE,     /* between requests */
    CONN_URI,      /* the request line came; the handler was not called yet */
    CONN_HEAD,     /* the head was read and found good */
    CONN_ANSWERED, /* refused or answered */
};
struct conn_list {
    struct conn *first;
};
struct exchange;
struct conn {
    uint32_t magic;
    enum conn_stage stage;
    struct exchange *exchange; /* slow planes only */
    struct conn *next, *previous;
    int fd;
    _Atomic int64_t waiting_since_ns; /* 0 while we work on a request; read by the sweep */
    int64_t body_bytes;
    struct addr peer;
    bool peer_trusted;
    const char *uri_end; /* where the request target ended in the library's buffer */
    size_t uri_len;      /* LIMIT_URI + 1 = too long */
    size_t path_len;     /* of uri before its '?' */
    char uri[LIMIT_URI + 1];
};
struct trust {
    const struct cidr *proxies;
    size_t count;
};
struct conn *conn_new(struct MHD_Connection *wire, const struct trust *trust);
void conn_free(struct conn *self);
void conn_link(struct conn_list *list, struct conn *conn);
void conn_unlink(struct conn_list *list, struct conn *conn);
/* Cuts connections that have made us wait since before that instant: the library's own timeout is idle time only, so
 * a byte now and then would hold a connection for ever. */
void conn_list_cut(struct conn_list *list, int64_t before_ns);
/* The library calls it with the request line, before it parses the query: keeps a copy of the target and hides the
 * query, because parsing a thousand '&' would exhaust the connection's memory and end in no answer at all. */
void conn_take_uri(struct conn *self, const char *uri);

/* The library keeps a request's head and the head of its answer in one pool; when the second does not fit, the
 * connection is cut without a word. So much of it is an answer's head without its Location. */
#define REPLY_HEAD_BYTES 512

struct head {
    size_t pool_bytes; /* of the connection in the library; set once by the owner */
    struct header headers[LIMIT_HEADERS];
    size_t count;
    char path[LIMIT_URI + 1];
    str first[HEADER_COUNT]; /* value of the first line of each known name; ptr NULL = there is none */
};
/* Reads and checks the head, and fills the request but for now_ms, arena and body. OK, ERR_MALFORMED, ERR_URI_TOO_LONG
 * or ERR_HEADERS_TOO_LARGE: answer that and close. */
enum err head_read(struct head *self, const struct conn *conn, struct MHD_Connection *wire, const char *method,
                   const char *version, const struct trust *trust, struct request *request);
/* Is there a body (or will there be)? */
bool head_has_body(const struct head *self);

/* The parts below are pure, for tests. "GET http://host/path?query" is taken as RFC 9112 3.2.2 wants it. */
struct raw_target {
    str host; /* of an absolute target, else empty */
    str path; /* raw */
    str query;
};
bool target_split(str raw, struct raw_target *out);
bool header_name_is_token(str name);
struct framing {
    unsigned content_lengths, transfer_encodings, hosts;
    bool bad_name, bad_coding;
};
/* Says which header it is; HEADER_OTHER also for a name that is none. */
enum header_id framing_add(struct framing *self, str name, str value);
bool framing_is_good(const struct framing *self);
/* X-Forwarded-For over all its lines, right to left. */
struct addr forwarded_client(const struct addr *peer, const struct header *headers, size_t count,
                             const struct trust *trust);

/* ---- bodies (server_body.c) ------------------------------------------------------------------------------------ */
struct body {
    struct buf memory;
    int fd; /* -1 until it is spooled */
    int64_t bytes, bytes_max;
    enum err err; /* sticky: ERR_TOO_LARGE, ERR_DISK_FULL, ERR_IO; what comes after is dropped */
};
void body_init(struct body *self);
void body_begin(struct body *self, int64_t bytes_max);
void body_add(struct body *self, str piece, const char *dir);
/* Ends it: a spooled file is wound back. */
void body_finish(struct body *self, struct request *request);
void body_done(struct body *self);

/* ---- answers (server_send.c) ----------------------------------------------------------------------------------- */
/* Hands the reply to the library. The reply must live until the request is completed, but for what a fixed body buffer
 * holds: that is copied. close: this answer ends the connection. */
enum MHD_Result send_reply(struct MHD_Connection *wire, const struct reply *reply, bool close);
/* A refusal of what cannot be read, as text, and the end of the connection. */
enum MHD_Result send_refusal(struct MHD_Connection *wire, enum err err);

/* ---- redirects (server_mould.c) -------------------------------------------------------------------------------- */
/* Answers that one redirect thread uses again and again. NULL: out of memory. */
struct moulds;
struct moulds *moulds_new(void);
/* After the library has stopped. */
void moulds_free(struct moulds *self);
/* As send_reply, faster for a redirect; the answer that lends more than its Location is made anew.
 * The connection stays open. */
enum MHD_Result send_redirect(struct moulds *self, struct MHD_Connection *wire, const struct reply *reply);

/* ---- the planes ------------------------------------------------------------------------------------------------ */
struct timing {
    int idle_timeout_s;
    int64_t wait_max_ns; /* idle time and request deadline together */
};

/* One redirect thread (server_redirect.c). */
struct lane;
struct lane_opts {
    struct redirect *redirect;
    const uint8_t *seal_key;          /* 16 bytes for what leads to live codes' pages */
    const uint8_t *cookie_key;        /* 16 bytes for visitors' cookies; NULL = none are set */
    struct click_keyring *click_keys; /* for click ids; without any none are made */
    unsigned number;
    int fd; /* owned from lane_start on */
    const struct trust *trust;
    struct timing timing;
};
struct lane *lane_start(const struct lane_opts *opts);
/* Both phases are bounded: first all lanes stop accepting and finish, then each is joined. */
void lane_finish(struct lane *self);
void lane_join(struct lane *self);

/* ADMIN or PUBLIC (server_plane.c). */
struct plane_server;
struct plane_opts {
    struct router *router;
    enum plane plane;
    const char *spool_dir;
    unsigned connections_max;
    int fd; /* owned from plane_start on */
    const struct trust *trust;
    struct timing timing;
};
struct plane_server *plane_start(const struct plane_opts *opts);
void plane_sweep(struct plane_server *self);
/* Stops accepting, waits until what is being answered is answered, at most so long, and ends it. */
void plane_stop(struct plane_server *self, int64_t timeout_ms);

#endif
