/* SPDX-License-Identifier: MIT */
/*
 * linkpond serve: the daemon. Signals are blocked before the first thread starts, so every thread inherits that and
 * they are taken here, one after the other, by sigwaitinfo: no handler, no flag, nothing that must be
 * async-signal-safe.
 */
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include "linkpond/base/crypt.h"
#include "linkpond/base/log.h"
#include "linkpond/cli/boot.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/folder.h"

#define RELOAD_ARENA_MAX ((size_t)4 * 1024 * 1024)
#define GIVEN_BACK_BYTES (256 * 1024)

struct daemon {
    struct cli *cli;
    struct settings settings;
    struct engine *engine;
    struct router *router;
    struct server *server;
};

static enum err daemon_publish(struct daemon *self, struct fault *fault)
{
    struct arena *arena = self->cli->arena;
    struct server_addresses addresses;
    char secret[KEY_SECRET_MAX];

    server_addresses(self->server, &addresses);
    enum err err = engine_local_key(self->engine, true, secret, fault);
    crypt_cleanse(secret, sizeof secret);
    err = err ? err : listening_write(arena, self->cli->data_dir, &addresses, getpid());
    if (!err) {
        log_event(LOG_INFO, "ready", "linkpond %s%s: redirects on %s, desk and API on %s, visitors' pages on %s",
                  LINKPOND_VERSION, self->engine->demo ? " with demo data" : "", addresses.redirect, addresses.admin,
                  addresses.public);
    }
    return err;
}

/* Said to whoever starts the server, not to its log, which more people read and which is kept. */
static void say_first_link(struct daemon *self)
{
    struct server_addresses addresses;
    struct fault fault = {0};
    char secret[USER_TOKEN_MAX];
    bool made = false;
    const char *base = self->engine->opts.admin_url;

    enum err err = engine_first_link(self->engine, secret, &made, &fault);
    if (err) {
        log_event(LOG_WARN, "no_first_link", "%s", err_text(err, false));
    }
    if (made) {
        server_addresses(self->server, &addresses);
        printf("%s\n%s/desk/accept#%s\n",
               cli_text(self->cli, "To sign in as admin, set a password here (once, within 7 days):",
                        "首次登录（admin）请在此设置密码，仅可使用一次，7 天内有效："),
               base ? base : addresses.admin, secret);
        (void)fflush(stdout);
        crypt_cleanse(secret, sizeof secret);
    }
}

static enum err daemon_start(struct daemon *self, struct fault *fault)
{
    const struct settings *settings = &self->settings;
    struct arena *arena = self->cli->arena;
    unsigned lanes = boot_lanes(settings);
    const struct cidr *proxies = boot_proxies(arena, settings);
    enum err err = proxies ? boot_engine(arena, settings, self->cli->data_dir, lanes, &self->engine, fault) : ERR_NOMEM;

    if (err) {
        return err;
    }
    self->router = boot_router(arena, self->engine, settings);
    err = server_start(&(struct server_opts){.engine = self->engine,
                                             .router = self->router,
                                             .redirect_listen = settings->listen,
                                             .admin_listen = settings->admin_listen,
                                             .public_listen = settings->public_listen,
                                             .redirect_threads = lanes,
                                             .trusted_proxies = proxies,
                                             .trusted_proxies_count = settings->trusted_proxies.count,
                                             .idle_timeout_s = (int)((settings->idle_timeout_ms + 999) / 1000),
                                             .request_deadline_ms = settings->request_deadline_ms},
                       &self->server, fault);
    err = err ? err : engine_notify(self->engine, fault);
    err = err ? err : daemon_publish(self, fault);
    if (!err) {
        say_first_link(self);
    }
    return err;
}

/* Also after a start that failed half way. */
static void daemon_stop(struct daemon *self)
{
    if (self->server) {
        listening_remove(self->cli->arena, self->cli->data_dir);
        server_stop(self->server);
    }
    router_free(self->router);
    engine_close(self->engine);
}

/* What changed is put in force where that is possible, and named where it is not. */
static void settings_apply(struct daemon *self, const struct settings *fresh)
{
    for (const struct setting *row = settings_table; row->name; row++) {
        if (!row->reloads && !setting_equal(row, &self->settings, fresh)) {
            log_event(LOG_WARN, "needs_restart", "%s has changed; it is in force after a restart.", row->name);
        }
    }
    self->settings.log_level = fresh->log_level;
    log_set_level((enum log_level)fresh->log_level);
}

static void daemon_reload(struct daemon *self)
{
    struct arena arena;
    struct cli cli = *self->cli;
    struct settings fresh;
    struct fault fault = {0};

    arena_init(&arena, RELOAD_ARENA_MAX);
    cli.arena = &arena;
    enum err err = cli_settings(&cli, &fresh, &fault);
    if (err) {
        log_event(LOG_ERROR, "settings_refused", "The settings stay as they are. %s", fault.message);
    } else {
        settings_apply(self, &fresh);
    }
    engine_refresh_geo(self->engine, true);
    fault = (struct fault){0};
    enum err reload_err = engine_reload(self->engine, &fault);
    if (reload_err) {
        log_event(LOG_ERROR, "recognition_refused", "The old recognition files stay in use. %s",
                  fault.message[0] ? fault.message : err_text(reload_err, false));
    }
    if (!err && !reload_err) {
        log_event(LOG_INFO, "reloaded", "Settings and recognition files were read again.");
    }
    arena_done(&arena);
}

/* The allocator learns from each large block that is freed to keep such ones (mallopt(3), M_MMAP_THRESHOLD), so what
 * folding and sealing take for a moment would stay with us for good: 10 MiB. */
static void give_memory_back(void)
{
    mallopt(M_MMAP_THRESHOLD, GIVEN_BACK_BYTES); /* NOLINT(concurrency-mt-unsafe): no other thread runs yet */
}

static void signals_block(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

/* Until it is time to stop. */
static void daemon_wait(struct daemon *self, const sigset_t *set)
{
    for (;;) {
        int signal_number = sigwaitinfo(set, NULL);

        if (signal_number == SIGHUP) {
            daemon_reload(self);
        } else if (signal_number > 0) {
            log_event(LOG_INFO, "stopping", "Stopping after SIG%s; once more ends at once.",
                      sigabbrev_np(signal_number));
            /* Nothing is lost by being impatient: the journal is read at the next start. */
            pthread_sigmask(SIG_UNBLOCK, set, NULL);
            return;
        }
    }
}

enum err cmd_serve(struct cli *cli, struct fault *fault)
{
    struct daemon daemon = {.cli = cli};
    sigset_t set;
    enum err err = cli_settings(cli, &daemon.settings, fault);

    if (err) {
        return err;
    }
    log_set_level((enum log_level)daemon.settings.log_level);
    if (geteuid() == 0) {
        log_event(LOG_WARN, "root", "Running as root, which nothing here needs; use a user of its own.");
    }
    give_memory_back();
    signals_block(&set);
    err = daemon_start(&daemon, fault);
    if (!err) {
        daemon_wait(&daemon, &set);
    }
    daemon_stop(&daemon);
    if (!err) {
        log_event(LOG_INFO, "stopped", "Stopped.");
    }
    return err;
}
