/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/notifier.h"

#include <stdlib.h>
#include <sys/prctl.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/robot_seal.h"
#include "notifier_private.h"

#define LOOK_MS    30000 /* at the latest, whatever nobody has told us of */
#define STUCK_MS   5000
#define GOODBYE_NS INT64_C(3000000000) /* for answers that are under way when we stop */
#define ARENA_MAX  ((size_t)16 * 1024 * 1024)

/* ---- the thread ---- */

static void take_answers(struct notifier *self)
{
    struct robot_answer answer;
    int slot;

    while (poster_next(self->poster, &slot, &answer)) {
        notifier_answered(self, slot, &answer, clock_now_ms());
    }
}

/* Looks at the outbox when something happened or something is due, works on what is under way else. */
static void *notifier_thread(void *arg)
{
    struct notifier *self = arg;
    int64_t next_ms = 0;
    bool failing = false;

    prctl(PR_SET_NAME, "notifier");
    while (!atomic_load(&self->stopping)) {
        int64_t now_ms = clock_now_ms();
        bool look = atomic_exchange(&self->woken, false) || now_ms >= next_ms || next_ms > now_ms + LOOK_MS;
        enum err err = look ? notifier_look(self, now_ms, &next_ms) : OK;
        if (err && !failing) {
            log_event(LOG_ERROR, "outbox_stuck", "notices cannot be sent for now: %s", err_text(err, false));
        }
        failing = look ? err != OK : failing;
        next_ms = err ? now_ms + STUCK_MS : look && next_ms > now_ms + LOOK_MS ? now_ms + LOOK_MS : next_ms;
        poster_wait(self->poster, next_ms - now_ms > 0 ? next_ms - now_ms : 0);
        take_answers(self);
        if (notifier_record(self)) {
            next_ms = 0;
        }
    }
    return NULL;
}

static void finish(struct notifier *self)
{
    int64_t until_ns = clock_mono_ns() + GOODBYE_NS;

    while (atomic_load(&self->under_way) > 0 && clock_mono_ns() < until_ns) {
        poster_wait(self->poster, 100);
        take_answers(self);
        notifier_record(self);
    }
}

/* ---- from other threads ---- */

void notifier_wake(struct notifier *self)
{
    if (self) {
        atomic_store(&self->woken, true);
        poster_wake(self->poster);
    }
}

void notifier_stats(const struct notifier *self, struct notifier_stats *out)
{
    *out = (struct notifier_stats){0};
    if (self) {
        out->sent = atomic_load_explicit(&self->sent, memory_order_relaxed);
        out->failed = atomic_load_explicit(&self->failed, memory_order_relaxed);
        out->under_way = atomic_load_explicit(&self->under_way, memory_order_relaxed);
    }
}

static void notifier_free(struct notifier *self)
{
    poster_free(self->poster);
    db_close(self->db);
    arena_done(&self->arena);
    free(self->path);
    free(self);
}

enum err notifier_start(const struct notifier_opts *opts, struct notifier **out, struct fault *fault)
{
    struct notifier *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->opts = *opts;
    self->path = strdup(opts->path);
    self->poster = poster_new(&(struct poster_opts){.allow_private = opts->allow_private});
    arena_init(&self->arena, ARENA_MAX);
    enum err err = self->path && self->poster ? db_open(self->path, DB_READ, &self->db, fault) : ERR_NOMEM;
    if (!err && pthread_create(&self->thread, NULL, notifier_thread, self) != 0) {
        err = ERR_NOMEM;
    }
    if (err) {
        notifier_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void notifier_stop(struct notifier *self)
{
    if (!self) {
        return;
    }
    atomic_store(&self->stopping, true);
    poster_wake(self->poster);
    pthread_join(self->thread, NULL);
    finish(self);
    notifier_free(self);
}

/* ---- a test ---- */

enum err notifier_try(const struct notifier_try_opts *opts, struct arena *arena, const struct robot *robot,
                      int64_t now_ms, struct robot_answer *answer, struct robot_judgement *judgement)
{
    struct notice notice = {.kind = NOTICE_TEST, .subject = robot->name, .time_ms = now_ms};
    const struct zone *zone = zone_find(robot->zone);
    struct robot_message message;
    struct robot_letter letter = {
        .kind = robot->kind,
        .markdown = robot->markdown,
        .chinese = robot->chinese,
        .zone = zone ? zone : opts->zone,
        .id = arena_f(arena, "msg_test_%lld_%lld", (long long)robot->id, (long long)now_ms),
        .now_ms = now_ms,
        .notices = &notice,
        .count = 1,
    };
    enum err err = robot_address(opts->seal_key, arena, robot, now_ms, &letter);

    err = err ? err : robot_write(arena, &letter, &message);
    err = err ? err : poster_once(&(struct poster_opts){opts->allow_private}, arena, &message, answer);
    if (!err) {
        robot_judge(robot->kind, answer, opts->chinese, judgement);
    }
    return err;
}
