/* SPDX-License-Identifier: MIT */
/*
 * The ADMIN and PUBLIC planes: a thread per connection, bounded, because their handlers may wait for the database and
 * for the writer. The wire library calls again and again while a request comes in; here the calls are gathered into one
 * complete request, and the router sees it once.
 */
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "server_private.h"

#define POOL_BYTES    (64 * 1024)
#define STACK_BYTES   (1024 * 1024)
#define BODY_DROP_MAX (4 * LIMIT_BODY) /* read and dropped after a body grew too large, so that our answer is read */
#define WAIT_SLICE_MS 50

struct exchange {
    struct head head;
    struct request request;
    struct reply reply;
    struct arena arena;
    struct body body;
};

struct plane_server {
    struct router *router;
    enum plane plane;
    const char *spool_dir;
    struct trust trust;
    struct timing timing;
    struct MHD_Daemon *daemon;
    atomic_bool stopping;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t idle;
    struct conn_list conns;
    unsigned working; /* requests between their first line and the end of their answer */
};

static struct exchange *exchange_new(void)
{
    struct exchange *self = calloc(1, sizeof *self);
    if (self) {
        arena_init(&self->arena, LIMIT_ARENA_REQUEST);
        self->head.pool_bytes = POOL_BYTES;
        body_init(&self->body);
        reply_init(&self->reply);
    }
    return self;
}

static void exchange_reset(struct exchange *self)
{
    reply_done(&self->reply);
    reply_init(&self->reply);
    body_done(&self->body);
    arena_reset(&self->arena);
}

static void exchange_free(struct exchange *self)
{
    if (self) {
        exchange_reset(self);
        arena_done(&self->arena);
        free(self);
    }
}

static void *take_uri(void *arg, const char *uri, struct MHD_Connection *wire)
{
    struct plane_server *self = arg;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(wire, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct conn *conn = info ? info->socket_context : NULL;
    if (conn) {
        conn_take_uri(conn, uri);
        pthread_mutex_lock(&self->lock);
        self->working++;
        pthread_mutex_unlock(&self->lock);
    }
    return conn;
}

static enum MHD_Result answer_problem(struct plane_server *self, struct conn *conn, struct MHD_Connection *wire,
                                      enum err err)
{
    struct exchange *exchange = conn->exchange;
    (void)self;
    conn->stage = CONN_ANSWERED;
    exchange->request.arena = &exchange->arena;
    reply_problem(&exchange->reply, &exchange->request, err, NULL);
    return send_reply(wire, &exchange->reply, true);
}

static enum MHD_Result begin(struct plane_server *self, struct conn *conn, struct MHD_Connection *wire,
                             const char *method, const char *version)
{
    struct exchange *exchange = conn->exchange;
    struct request *request = &exchange->request;
    enum err err = head_read(&exchange->head, conn, wire, method, version, &self->trust, request);
    if (err != OK) {
        conn->stage = CONN_ANSWERED;
        return send_refusal(wire, err);
    }
    conn->stage = CONN_HEAD;
    request->chinese = language_is_chinese(exchange->head.first[HEADER_ACCEPT_LANGUAGE]);
    int64_t bytes_max = router_body_max(self->router, self->plane, request->method, request->path);
    body_begin(&exchange->body, bytes_max);
    str length = exchange->head.first[HEADER_CONTENT_LENGTH];
    int64_t announced = 0;
    if (length.len > 0 && (!str_to_i64(length, &announced) || announced > bytes_max)) {
        return answer_problem(self, conn, wire, ERR_TOO_LARGE);
    }
    return MHD_YES;
}

static enum MHD_Result gather(struct plane_server *self, struct conn *conn, const char *data, size_t *data_len)
{
    struct body *body = &conn->exchange->body;
    body_add(body, (str){data, *data_len}, self->spool_dir);
    *data_len = 0;
    return body->err != OK && body->bytes > body->bytes_max + BODY_DROP_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result answer(struct plane_server *self, struct conn *conn, struct MHD_Connection *wire)
{
    struct exchange *exchange = conn->exchange;
    struct request *request = &exchange->request;
    body_finish(&exchange->body, request);
    conn->waiting_since_ns = 0;
    if (exchange->body.err != OK) {
        return answer_problem(self, conn, wire, exchange->body.err);
    }
    conn->stage = CONN_ANSWERED;
    request->arena = &exchange->arena;
    request->now_ms = clock_now_ms();
    router_handle(self->router, self->plane, request, &exchange->reply);
    return send_reply(wire, &exchange->reply, self->stopping);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *wire, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_len, void **state)
{
    struct plane_server *self = arg;
    struct conn *conn = *state;
    (void)url;
    if (!conn || conn->magic != CONN_MAGIC) {
        return MHD_NO;
    }
    switch (conn->stage) {
    case CONN_URI:
        return begin(self, conn, wire, method, version);
    case CONN_HEAD:
        return *data_len > 0 ? gather(self, conn, data, data_len) : answer(self, conn, wire);
    case CONN_ANSWERED:
    case CONN_IDLE:
        break;
    }
    *data_len = 0; /* the rest of a body that was refused */
    return MHD_YES;
}

static void request_over(struct plane_server *self, struct conn *conn)
{
    if (conn->stage == CONN_IDLE) {
        return;
    }
    conn->stage = CONN_IDLE;
    exchange_reset(conn->exchange);
    conn->waiting_since_ns = clock_mono_ns();
    pthread_mutex_lock(&self->lock);
    self->working--;
    pthread_cond_broadcast(&self->idle);
    pthread_mutex_unlock(&self->lock);
}

static void on_completed(void *arg, struct MHD_Connection *wire, void **state, enum MHD_RequestTerminationCode code)
{
    (void)wire;
    (void)code;
    if (*state) {
        request_over(arg, *state);
    }
}

static void on_connection(void *arg, struct MHD_Connection *wire, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct plane_server *self = arg;
    struct conn *conn = *context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        conn = conn_new(wire, &self->trust);
        struct exchange *exchange = conn ? exchange_new() : NULL;
        if (!exchange) {
            conn_free(conn);
            *context = NULL;
            return;
        }
        conn->exchange = exchange;
        pthread_mutex_lock(&self->lock);
        conn_link(&self->conns, conn);
        pthread_mutex_unlock(&self->lock);
        *context = conn;
        return;
    }
    if (!conn) {
        return;
    }
    request_over(self, conn);
    pthread_mutex_lock(&self->lock);
    conn_unlink(&self->conns, conn);
    pthread_mutex_unlock(&self->lock);
    exchange_free(conn->exchange);
    conn_free(conn);
    *context = NULL;
}

struct plane_server *plane_start(const struct plane_opts *opts)
{
    struct plane_server *self = calloc(1, sizeof *self);
    if (!self) {
        close(opts->fd);
        return NULL;
    }
    self->router = opts->router;
    self->plane = opts->plane;
    self->spool_dir = opts->spool_dir;
    self->trust = *opts->trust;
    self->timing = opts->timing;
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->idle);
    self->daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC, 0, NULL, NULL,
        on_request, self, MHD_OPTION_LISTEN_SOCKET, opts->fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_CONNECTION_LIMIT, opts->connections_max, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)opts->timing.idle_timeout_s, MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, take_uri, self, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, self, MHD_OPTION_NOTIFY_COMPLETED, on_completed, self, MHD_OPTION_END);
    if (!self->daemon) {
        close(opts->fd);
        free(self);
        return NULL;
    }
    return self;
}

void plane_sweep(struct plane_server *self)
{
    int64_t before_ns = clock_mono_ns() - self->timing.wait_max_ns;
    pthread_mutex_lock(&self->lock);
    conn_list_cut(&self->conns, before_ns);
    pthread_mutex_unlock(&self->lock);
}

static void wait_until_idle(struct plane_server *self, int64_t timeout_ms)
{
    int64_t deadline_ns = clock_mono_ns() + timeout_ms * 1000000;
    pthread_mutex_lock(&self->lock);
    while (self->working > 0 && clock_mono_ns() < deadline_ns) {
        struct timespec until = clock_mono_after_ms(WAIT_SLICE_MS);
        pthread_cond_timedwait(&self->idle, &self->lock, &until);
    }
    pthread_mutex_unlock(&self->lock);
}

void plane_stop(struct plane_server *self, int64_t timeout_ms)
{
    if (!self) {
        return;
    }
    self->stopping = true;
    int fd = MHD_quiesce_daemon(self->daemon);
    wait_until_idle(self, timeout_ms);
    MHD_stop_daemon(self->daemon);
    if (fd >= 0) {
        close(fd);
    }
    pthread_cond_destroy(&self->idle);
    pthread_mutex_destroy(&self->lock);
    free(self);
}
