/* SPDX-License-Identifier: MIT */
/*
 * A redirect thread: its own listening socket, its own epoll loop, its own journal lane. Driving the library by
 * MHD_run_wait from a thread of ours is faster than its thread pool and gives the thread a place to register with the
 * cache. Measured: an answer queued in the handler's first call costs three times as much as one queued in the second,
 * so the first call only looks at the head. A keep-alive request is one recv and one send.
 */
#include <sys/prctl.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "server_private.h"
#include "visitor_cookie.h"

/* Cleared on every request, so a larger one costs time. A head of some 11,000 bytes fits with a short Location. */
#define POOL_BYTES     (12 * 1024)
#define LOOP_MS        250
#define BODY_DROP_MAX  (64 * 1024) /* nobody has a reason to send a body here */
#define FINISH_ROUNDS  100
#define FINISH_WAIT_MS 10

struct lane {
    struct redirect *redirect;
    struct trust trust;
    struct timing timing;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    atomic_bool stopping;
    int64_t now_ns, swept_ns;
    struct conn_list conns;
    struct head head;
    struct request request;
    const struct conn *head_of; /* whose head `head` and `request` hold */
    struct redirect_lane redirect_lane;
    struct moulds *moulds;
};

/* Of a target in its usual form, "/…"; others are foreseen wrong, which costs nothing. */
static str raw_path(const struct conn *conn)
{
    return (str){conn->uri, conn->uri_len <= LIMIT_URI ? conn->path_len : 0};
}

static void *take_uri(void *arg, const char *uri, struct MHD_Connection *wire)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(wire, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct conn *conn = info ? info->socket_context : NULL;
    struct lane *self = arg;
    if (conn) {
        conn_take_uri(conn, uri);
        redirect_foresee(self->redirect, raw_path(conn)); /* comes while the library reads the headers */
    }
    return conn;
}

static enum MHD_Result refuse(struct conn *conn, struct MHD_Connection *wire, enum err err)
{
    conn->stage = CONN_ANSWERED;
    return send_refusal(wire, err);
}

static enum MHD_Result answer(struct lane *self, struct conn *conn, struct MHD_Connection *wire, bool close)
{
    struct reply reply;
    reply_init(&reply);
    self->request.now_ms = clock_now_ms();
    redirect_handle(self->redirect, &self->redirect_lane, &self->request, &reply);
    conn->stage = CONN_ANSWERED;
    conn->waiting_since_ns = 0;
    self->head_of = NULL;
    enum MHD_Result result =
        close || self->stopping ? send_reply(wire, &reply, true) : send_redirect(self->moulds, wire, &reply);
    reply_done(&reply);
    return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *wire, const char *url, const char *method,
                                  const char *version, const char *data, size_t *data_len, void **state)
{
    struct lane *self = arg;
    struct conn *conn = *state;
    (void)url;
    (void)data;
    if (!conn || conn->magic != CONN_MAGIC) {
        return MHD_NO;
    }
    if (conn->stage == CONN_ANSWERED) {
        *data_len = 0; /* the rest of a body that was refused */
        return MHD_YES;
    }
    if (self->head_of != conn || conn->stage == CONN_URI) {
        redirect_foresee_link(self->redirect, raw_path(conn)); /* comes while we read them */
        enum err err = head_read(&self->head, conn, wire, method, version, &self->trust, &self->request);
        if (err != OK) {
            return refuse(conn, wire, err);
        }
        self->head_of = conn;
    }
    bool reading = self->request.method == METHOD_GET || self->request.method == METHOD_HEAD;
    if (conn->stage == CONN_URI) {
        conn->stage = CONN_HEAD;
        if (!reading && head_has_body(&self->head)) {
            return answer(self, conn, wire, true); /* without waiting for a body that nobody will read */
        }
        return MHD_YES;
    }
    if (*data_len > 0) {
        conn->body_bytes += (int64_t)*data_len;
        *data_len = 0;
        return conn->body_bytes <= BODY_DROP_MAX ? MHD_YES : MHD_NO;
    }
    return answer(self, conn, wire, false);
}

static void on_completed(void *arg, struct MHD_Connection *wire, void **state, enum MHD_RequestTerminationCode code)
{
    struct lane *self = arg;
    struct conn *conn = *state;
    (void)wire;
    (void)code;
    if (conn) {
        conn->stage = CONN_IDLE;
        conn->waiting_since_ns = self->now_ns;
    }
}

static void on_connection(void *arg, struct MHD_Connection *wire, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct lane *self = arg;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct conn *conn = conn_new(wire, &self->trust);
        if (conn) {
            conn_link(&self->conns, conn);
        }
        *context = conn;
        return;
    }
    struct conn *conn = *context;
    if (conn) {
        self->head_of = self->head_of == conn ? NULL : self->head_of;
        conn_unlink(&self->conns, conn);
        conn_free(conn);
        *context = NULL;
    }
}

static void turn(struct lane *self, int wait_ms)
{
    if (MHD_run_wait(self->daemon, wait_ms) != MHD_YES) {
        log_event(LOG_ERROR, "redirect_loop", "The event loop failed; it is tried again.");
        usleep(FINISH_WAIT_MS * 1000);
    }
    self->now_ns = clock_mono_ns();
    if (self->now_ns - self->swept_ns > MS_PER_SECOND * 1000000) {
        self->swept_ns = self->now_ns;
        conn_list_cut(&self->conns, self->now_ns - self->timing.wait_max_ns);
    }
}

static bool is_working(const struct lane *self)
{
    for (const struct conn *conn = self->conns.first; conn; conn = conn->next) {
        if (conn->stage != CONN_IDLE) {
            return true;
        }
    }
    return false;
}

static void *lane_main(void *arg)
{
    struct lane *self = arg;
    char name[16];
    snprintf(name, sizeof name, "redirect-%u", self->redirect_lane.lane);
    prctl(PR_SET_NAME, name);
    cache_thread_register();
    while (!self->stopping) {
        turn(self, LOOP_MS);
    }
    /* What already waits in the queue is taken once more; then nobody new comes in. */
    turn(self, 0);
    int fd = MHD_quiesce_daemon(self->daemon);
    for (int i = 0; i < FINISH_ROUNDS && is_working(self); i++) {
        turn(self, FINISH_WAIT_MS);
    }
    MHD_stop_daemon(self->daemon);
    if (fd >= 0) {
        close(fd);
    }
    cache_thread_unregister();
    return NULL;
}

static void lane_free(struct lane *self)
{
    if (!self) {
        return;
    }
    moulds_free(self->moulds);
    visitor_cookie_free(self->redirect_lane.cookie);
    live_seal_free(self->redirect_lane.seal);
    click_ids_free(self->redirect_lane.click_ids);
    free(self);
}

struct lane *lane_start(const struct lane_opts *opts)
{
    struct lane *self = calloc(1, sizeof *self);
    bool named = click_keyring_turned(opts->click_keys, 0); /* there are keys */
    if (self) {
        self->moulds = moulds_new();
        self->redirect_lane.cookie = opts->cookie_key ? visitor_cookie_new(opts->cookie_key) : NULL;
        self->redirect_lane.seal = live_seal_new(opts->seal_key);
        if (named) {
            self->redirect_lane.click_ids = click_keyring_ids(opts->click_keys, &self->redirect_lane.click_turn);
        }
    }
    if (!self || !self->moulds || !self->redirect_lane.seal || (named && !self->redirect_lane.click_ids) ||
        (opts->cookie_key && !self->redirect_lane.cookie)) {
        lane_free(self);
        close(opts->fd);
        return NULL;
    }
    self->head.pool_bytes = POOL_BYTES;
    self->redirect = opts->redirect;
    self->trust = *opts->trust;
    self->timing = opts->timing;
    self->redirect_lane.lane = opts->number;
    self->now_ns = self->swept_ns = clock_mono_ns();
    self->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_TURBO, 0, NULL, NULL, on_request, self, MHD_OPTION_LISTEN_SOCKET, opts->fd,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)LIMIT_CONNECTIONS_REDIRECT, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)opts->timing.idle_timeout_s,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, take_uri, self, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, self, MHD_OPTION_NOTIFY_COMPLETED, on_completed, self, MHD_OPTION_END);
    if (!self->daemon) {
        close(opts->fd);
        lane_free(self);
        return NULL;
    }
    if (pthread_create(&self->thread, NULL, lane_main, self) != 0) {
        MHD_stop_daemon(self->daemon); /* closes the socket */
        lane_free(self);
        return NULL;
    }
    return self;
}

void lane_finish(struct lane *self)
{
    if (self) {
        self->stopping = true;
    }
}

void lane_join(struct lane *self)
{
    if (self) {
        pthread_join(self->thread, NULL);
        lane_free(self);
    }
}
