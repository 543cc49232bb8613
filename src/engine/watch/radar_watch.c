/* SPDX-License-Identifier: MIT */
/*
 * The ledger is followed by time, because several segments fill at once and their ids tell no order: up to
 * engine_settled_ms nothing earlier still comes. While no link is for one person nothing is read and next to nothing
 * written.
 */
#include "linkpond/engine/radar_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/idmap.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/engine.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/radar.h"

#define LOOK_MS        2000
#define STUCK_MS       5000
#define READER_WAIT_MS 5000
#define SPAN_MS        MS_PER_HOUR /* of one look, when there is much behind */
#define VISITS_MAX     2000        /* of one transaction, about */
#define LINKS_MAX      (1 << 20)
#define MARK_EVERY_MS  MS_PER_MINUTE
#define IDLE_EVERY_MS  MS_PER_HOUR
#define ARENA_MAX      ((size_t)128 << 20)

struct radar_watch {
    struct engine *engine;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;
    /* The thread's own: */
    bool marked;
    int64_t looked_ms; /* visits before were looked at */
    int64_t stored_ms; /* the same as it is stored */
    bool failing;
};

/* ---- reading ---- */

struct seen_visit {
    struct radar_visit visit;
    int64_t link_id, click_id;
};
struct look {
    struct engine *engine;
    struct db *db;
    struct arena arena;
    struct idmap links; /* whether they are watched */
    int64_t from_ms, to_ms;
    struct seen_visit *visits;
    size_t count, cap;
    int64_t put;
};

static enum err is_watched(struct look *self, int64_t link_id, bool *watched)
{
    const int64_t *known = idmap_find(&self->links, (uint64_t)link_id, 0);

    if (known) {
        *watched = *known;
        return OK;
    }
    enum err err = radar_is_watched(self->db, link_id, watched);
    int64_t *place = err ? NULL : idmap_put(&self->links, (uint64_t)link_id, 0, NULL);
    if (place) { /* else it is looked up again */
        *place = *watched;
    }
    return err;
}

static enum err take_visit(void *arg, const struct clicks_scan *scan)
{
    struct look *self = arg;
    const struct click_facts *facts = &scan->facts;
    bool watched = false;

    if (facts->time_ms < self->from_ms || facts->time_ms >= self->to_ms || facts->link_id == 0 ||
        !click_counts(facts->class, facts->outcome)) {
        return OK;
    }
    enum err err = is_watched(self, facts->link_id, &watched);
    if (err || !watched) {
        return err;
    }
    struct seen_visit *visits = ARENA_GROW(&self->arena, self->visits, self->count, &self->cap);
    if (!visits) {
        return ERR_NOMEM;
    }
    self->visits = visits;
    visits[self->count++] =
        (struct seen_visit){.visit = {.time_ms = facts->time_ms,
                                      .visitor = click_facts_visitor(facts),
                                      .by = facts->visitor_by,
                                      .day = zone_civil_day(self->engine->zone, facts->time_ms, NULL)},
                            .link_id = facts->link_id,
                            .click_id = facts->id};
    return OK;
}

static int by_time(const void *left, const void *right)
{
    const struct seen_visit *a = left, *b = right;

    if (a->visit.time_ms != b->visit.time_ms) {
        return a->visit.time_ms < b->visit.time_ms ? -1 : 1;
    }
    return (a->click_id > b->click_id) - (a->click_id < b->click_id);
}

/* Visits of one millisecond stay together, for the mark between them and the rest is a time. */
static void cut(struct look *self)
{
    size_t count = VISITS_MAX;

    if (self->count <= VISITS_MAX) {
        return;
    }
    while (count < self->count && self->visits[count].visit.time_ms == self->visits[count - 1].visit.time_ms) {
        count++;
    }
    if (count < self->count) {
        self->to_ms = self->visits[count].visit.time_ms;
        self->count = count;
    }
}

static enum err read_visits(struct look *self)
{
    const struct ledger_range range = {.part = LEDGER_ALL, .from_ms = self->from_ms, .to_ms = self->to_ms};
    enum err err = ledger_each(self->db, &range, take_visit, self);

    if (!err && self->count > 1) {
        qsort(self->visits, self->count, sizeof self->visits[0], by_time);
    }
    cut(self);
    return err;
}

/* ---- telling ---- */

static enum notice_kind kind_of(enum radar_news news)
{
    return news == RADAR_FIRST   ? NOTICE_LINK_OPENED
           : news == RADAR_AGAIN ? NOTICE_LINK_REOPENED
                                 : NOTICE_LINK_FORWARDED;
}

static enum err tell(struct look *self, struct db *db, const struct radar_link *link, const struct seen_visit *seen,
                     enum notice_kind kind)
{
    struct notice notice = {
        .kind = kind, .subject = link->title.len > 0 ? link->title : link->short_url, .time_ms = clock_now_ms()};
    struct radar_item item = {.kind = kind,
                              .time_ms = seen->visit.time_ms,
                              .link_id = link->link_id,
                              .click_id = seen->click_id,
                              .customer = link->customer};
    char dedupe[64];
    int64_t put = 0;

    snprintf(dedupe, sizeof dedupe, "radar:%lld:%lld", (long long)link->link_id, (long long)seen->click_id);
    notice_put_text(&notice, NOTICE_FACT_LINK, link->short_url);
    notice_put_text(&notice, NOTICE_FACT_OWNER, link->owner);
    notice_put_text(&notice, NOTICE_FACT_CUSTOMER, link->customer);
    notice_put_time(&notice, NOTICE_FACT_OPENED_AT, seen->visit.time_ms);
    enum err err = radar_news_insert(db, &item);
    err = err ? err : outbox_put_owned(db, &notice, str_from_c(dedupe), link->owner_id, &put);
    self->put += put;
    return err;
}

static enum err judge(struct look *self, struct db *db, const struct seen_visit *seen)
{
    struct radar_link link;
    enum err err = radar_link_find(db, &self->arena, seen->link_id, &link);

    if (err == ERR_NOT_FOUND || (!err && seen->visit.time_ms < link.since_ms)) {
        return OK;
    }
    enum radar_news news = err ? RADAR_NOTHING : radar_judge(&link.seen, &seen->visit);
    err = err ? err : radar_link_saw(db, &link);
    return err || news == RADAR_NOTHING ? err : tell(self, db, &link, seen, kind_of(news));
}

static enum err note(struct db *db, void *arg, struct fault *fault)
{
    struct look *self = arg;
    enum err err = OK;

    (void)fault;
    for (size_t i = 0; !err && i < self->count; i++) {
        err = judge(self, db, &self->visits[i]);
    }
    return err ? err : meta_put_i64(db, META_RADAR_MS, self->to_ms);
}

/* ---- the thread ---- */

static enum err begin(struct radar_watch *self, struct db *db, int64_t settled_ms)
{
    enum err err = self->marked ? OK : meta_get_i64(db, META_RADAR_MS, &self->stored_ms);

    if (!self->marked && err == ERR_NOT_FOUND) { /* from now on */
        self->stored_ms = 0;
        self->looked_ms = settled_ms;
        self->marked = true;
        return OK;
    }
    if (!err && !self->marked) {
        self->looked_ms = self->stored_ms;
        self->marked = true;
    }
    return err;
}

static enum err find(struct radar_watch *self, struct look *look, int64_t settled_ms, bool *any)
{
    enum err err = db_begin(look->db, false);

    err = err ? err : begin(self, look->db, settled_ms);
    err = err ? err : radar_any(look->db, any);
    look->from_ms = self->looked_ms;
    look->to_ms = *any && settled_ms - look->from_ms > SPAN_MS ? look->from_ms + SPAN_MS : settled_ms;
    return err || !*any || look->to_ms <= look->from_ms ? err : read_visits(look);
}

/* *more: there is more to be read at once. */
static enum err look_once(struct radar_watch *self, bool *more)
{
    struct look look = {.engine = self->engine};
    int64_t settled_ms = engine_settled_ms(self->engine);
    bool any = false;

    look.db = readers_take(self->engine->readers, READER_WAIT_MS);
    if (!look.db) {
        return ERR_BUSY;
    }
    arena_init(&look.arena, ARENA_MAX);
    idmap_init(&look.links, LINKS_MAX);
    enum err err = find(self, &look, settled_ms, &any);
    readers_give(self->engine->readers, look.db);
    bool goes_on = !err && look.to_ms > look.from_ms;
    bool stores = !err && (look.count > 0 || self->stored_ms == 0 ||
                           look.to_ms - self->stored_ms >= (any ? MARK_EVERY_MS : IDLE_EVERY_MS));
    if (stores) {
        err = writer_submit(self->engine->writer, &(struct writer_task){.run = note, .arg = &look}, NULL);
        self->stored_ms = err ? self->stored_ms : look.to_ms;
    }
    if (!err && goes_on) {
        self->looked_ms = look.to_ms;
        *more = look.to_ms < settled_ms;
    }
    if (!err && look.put > 0) {
        notifier_wake(self->engine->notifier);
    }
    idmap_done(&look.links);
    arena_done(&look.arena);
    return err;
}

static bool rest(struct radar_watch *self, int64_t rest_ms)
{
    struct timespec until = clock_mono_after_ms(rest_ms);
    int rc = 0;

    pthread_mutex_lock(&self->lock);
    while (!self->stopping && rc == 0 && rest_ms > 0) {
        rc = pthread_cond_timedwait(&self->changed, &self->lock, &until);
    }
    bool stopping = self->stopping;
    pthread_mutex_unlock(&self->lock);
    return !stopping;
}

static void *radar_thread(void *arg)
{
    struct radar_watch *self = arg;
    bool more = false;
    enum err err = OK;

    prctl(PR_SET_NAME, "radar");
    do {
        more = false;
        err = look_once(self, &more);
        if (err && !self->failing) {
            log_event(LOG_ERROR, "radar_stuck", "visits of customers cannot be told for now: %s", err_text(err, false));
        }
        self->failing = err != OK;
    } while (rest(self, err ? STUCK_MS : more ? 0 : LOOK_MS));
    return NULL;
}

enum err radar_watch_start(struct engine *engine, struct radar_watch **out)
{
    struct radar_watch *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->engine = engine;
    pthread_mutex_init(&self->lock, NULL);
    clock_cond_init(&self->changed);
    if (pthread_create(&self->thread, NULL, radar_thread, self) != 0) {
        pthread_cond_destroy(&self->changed);
        pthread_mutex_destroy(&self->lock);
        free(self);
        return ERR_NOMEM;
    }
    *out = self;
    return OK;
}

void radar_watch_stop(struct radar_watch *self)
{
    if (!self) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    self->stopping = true;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
    pthread_join(self->thread, NULL);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self);
}
