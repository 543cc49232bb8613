/* SPDX-License-Identifier: MIT */
/*
 * The three planes together: addresses first (so that a taken port stops the start before anything runs), then the
 * threads. A sweep once a second cuts connections of the slow planes that drip; redirect threads sweep their own.
 */
#include "linkpond/http/server.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "server_private.h"

#define STOP_TIMEOUT_MS 10000
#define IDLE_TIMEOUT_S  30
#define REQUEST_MS      30000
#define FILES_BESIDES   512 /* database handles, journal segments, spooled bodies */
#define SWEEP_SECONDS   1

struct server {
    struct server_addresses addresses;
    struct cidr *proxies;
    struct trust trust;
    struct redirect *redirect;
    struct lane *lanes[LIMIT_REDIRECT_THREADS];
    unsigned lanes_count;
    struct plane_server *admin, *public;
    pthread_t sweeper;
    bool sweeping;
    pthread_mutex_t lock; /* of stopping */
    pthread_cond_t wake;
    bool stopping;
};

struct sockets {
    int redirect[LIMIT_REDIRECT_THREADS];
    int admin, public;
};

/* Every connection is a descriptor; at the soft limit accepting would stall. */
static void raise_file_limit(unsigned threads)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return;
    }
    rlim_t wanted = (rlim_t)threads * LIMIT_CONNECTIONS_REDIRECT + LIMIT_CONNECTIONS_ADMIN + LIMIT_CONNECTIONS_PUBLIC +
                    FILES_BESIDES;
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) {
        limit.rlim_cur = limit.rlim_max == RLIM_INFINITY || limit.rlim_max > wanted ? wanted : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < wanted) {
        log_event(LOG_WARN, "file_limit", "%llu files may be open; %llu would let every connection in (LimitNOFILE).",
                  (unsigned long long)limit.rlim_cur, (unsigned long long)wanted);
    }
}

static void close_all(int *fds, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        close(fds[i]);
    }
}

static enum err open_sockets(const struct server_opts *opts, unsigned threads, struct sockets *out,
                             struct server_addresses *addresses, struct fault *fault)
{
    enum err err = listen_open(opts->redirect_listen, true, threads, out->redirect, addresses->redirect, fault);
    if (err != OK) {
        return err;
    }
    err = listen_open(opts->admin_listen, false, 1, &out->admin, addresses->admin, fault);
    if (err != OK) {
        close_all(out->redirect, threads);
        return err;
    }
    err = listen_open(opts->public_listen, false, 1, &out->public, addresses->public, fault);
    if (err != OK) {
        close_all(out->redirect, threads);
        close(out->admin);
    }
    return err;
}

static void *sweep_main(void *arg)
{
    struct server *self = arg;
    prctl(PR_SET_NAME, "sweep");
    pthread_mutex_lock(&self->lock);
    while (!self->stopping) {
        struct timespec until = clock_mono_after_ms(SWEEP_SECONDS * MS_PER_SECOND);
        pthread_cond_timedwait(&self->wake, &self->lock, &until);
        if (!self->stopping) {
            pthread_mutex_unlock(&self->lock);
            plane_sweep(self->admin);
            plane_sweep(self->public);
            pthread_mutex_lock(&self->lock);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

/* Sockets are owned by the planes from here on, also when one cannot start. */
static bool start_planes(struct server *self, const struct server_opts *opts, const struct sockets *sockets)
{
    struct timing timing = {.idle_timeout_s = opts->idle_timeout_s > 0 ? opts->idle_timeout_s : IDLE_TIMEOUT_S};
    int64_t deadline_ms = opts->request_deadline_ms > 0 ? opts->request_deadline_ms : REQUEST_MS;
    timing.wait_max_ns = (timing.idle_timeout_s * MS_PER_SECOND + deadline_ms) * 1000000;
    for (unsigned i = 0; i < self->lanes_count; i++) {
        self->lanes[i] = lane_start(&(struct lane_opts){
            .redirect = self->redirect,
            .seal_key = opts->engine->cookie_key,
            .cookie_key = opts->engine->opts.visitor_cookie != VISITOR_COOKIE_OFF ? opts->engine->cookie_key : NULL,
            .click_keys = &opts->engine->click_keys,
            .number = i,
            .fd = sockets->redirect[i],
            .trust = &self->trust,
            .timing = timing});
    }
    struct plane_opts plane = {.router = opts->router,
                               .plane = PLANE_ADMIN,
                               .spool_dir = opts->engine->opts.data_dir,
                               .connections_max = LIMIT_CONNECTIONS_ADMIN,
                               .fd = sockets->admin,
                               .trust = &self->trust,
                               .timing = timing};
    self->admin = plane_start(&plane);
    plane.plane = PLANE_PUBLIC;
    plane.connections_max = LIMIT_CONNECTIONS_PUBLIC;
    plane.fd = sockets->public;
    self->public = plane_start(&plane);
    for (unsigned i = 0; i < self->lanes_count; i++) {
        if (!self->lanes[i]) {
            return false;
        }
    }
    if (!self->admin || !self->public) {
        return false;
    }
    self->sweeping = pthread_create(&self->sweeper, NULL, sweep_main, self) == 0;
    return self->sweeping;
}

static bool copy_proxies(struct server *self, const struct server_opts *opts)
{
    size_t count = opts->trusted_proxies_count;
    self->proxies = calloc(count + 1, sizeof *self->proxies);
    if (!self->proxies) {
        return false;
    }
    if (count > 0) {
        memcpy(self->proxies, opts->trusted_proxies, count * sizeof *self->proxies);
    }
    self->trust = (struct trust){self->proxies, count};
    return true;
}

enum err server_start(const struct server_opts *opts, struct server **out, struct fault *fault)
{
    BUG_ON(opts->redirect_threads < 1 || opts->redirect_threads > LIMIT_REDIRECT_THREADS);
    struct server *self = calloc(1, sizeof *self);
    if (!self || !copy_proxies(self, opts)) {
        free(self);
        return ERR_NOMEM;
    }
    struct sockets sockets;
    enum err err = open_sockets(opts, opts->redirect_threads, &sockets, &self->addresses, fault);
    if (err != OK) {
        free(self->proxies);
        free(self);
        return err;
    }
    raise_file_limit(opts->redirect_threads);
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->wake);
    self->lanes_count = opts->redirect_threads;
    const char *public_url = opts->engine->opts.public_url;
    self->redirect = redirect_new(&(struct redirect_opts){
        .engine = opts->engine, .public_url = public_url ? public_url : self->addresses.public});
    router_set_admin_address(opts->router, self->addresses.admin);
    if (!start_planes(self, opts, &sockets)) {
        server_stop(self);
        return fault_set(fault, ERR_UNAVAILABLE, "", "", "The listeners' threads cannot be started.", NULL);
    }
    *out = self;
    return OK;
}

void server_stop(struct server *self)
{
    if (!self) {
        return;
    }
    for (unsigned i = 0; i < self->lanes_count; i++) {
        lane_finish(self->lanes[i]);
    }
    pthread_mutex_lock(&self->lock);
    self->stopping = true;
    pthread_cond_broadcast(&self->wake);
    pthread_mutex_unlock(&self->lock);
    if (self->sweeping) {
        pthread_join(self->sweeper, NULL);
    }
    plane_stop(self->public, STOP_TIMEOUT_MS);
    plane_stop(self->admin, STOP_TIMEOUT_MS);
    for (unsigned i = 0; i < self->lanes_count; i++) {
        lane_join(self->lanes[i]);
    }
    redirect_free(self->redirect);
    pthread_cond_destroy(&self->wake);
    pthread_mutex_destroy(&self->lock);
    free(self->proxies);
    free(self);
}

void server_addresses(const struct server *self, struct server_addresses *out)
{
    *out = self->addresses;
}
