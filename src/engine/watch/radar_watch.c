/* SPDX-License-Identifier: MIT */
/*
 * The ledger is followed by time, because several segments fill at once and their ids tell no order: up to
 * engine_settled_ms nothing earlier still comes. While no link is for one person and no rule is about visits nothing is
 * read and next to nothing written. Events come to be known by themselves: the database notes those that a rule is
 * about.
 */
#include "linkpond/engine/radar_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/engine.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/store/customers.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/radar.h"

#include "radar_look.h"

#define LOOK_MS        2000
#define STUCK_MS       5000
#define READER_WAIT_MS 5000
#define SPAN_MS        MS_PER_HOUR /* of one look, when there is much behind */
#define VISITS_MAX     2000        /* of one transaction, about */
#define KNOWN_MAX      (1 << 20)   /* links, and visitors, that one look remembers */
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

/* Whether the link is for one person, and which rules are about it. */
static enum err look_up_link(struct radar_look *self, int64_t link_id, bool *watched, uint64_t *rules)
{
    const int64_t *known = idmap_find(&self->links, (uint64_t)link_id, 0);

    if (known) {
        *watched = *known & 1;
        *rules = (uint64_t)*known >> 1;
        return OK;
    }
    enum err err = radar_is_watched(self->db, link_id, watched);
    err = err || self->rules_count == 0 ? err
                                        : radar_rules_of_link(self->db, self->rules, self->rules_count, link_id, rules);
    int64_t *place = err ? NULL : idmap_put(&self->links, (uint64_t)link_id, 0, NULL);
    if (place) { /* else it is looked up again */
        *place = (int64_t)(*rules << 1 | *watched);
    }
    return err;
}

/* The customer whose browser it was; 0 = nobody known. Others' pseudonyms are nobody's on another day. */
static enum err look_up_customer(struct radar_look *self, const struct click_facts *facts, int64_t *customer_id)
{
    int64_t visitor = click_facts_visitor(facts);
    char number[24];

    *customer_id = 0;
    if (visitor <= 0 || facts->visitor_by != VISITOR_BY_COOKIE) {
        return OK;
    }
    const int64_t *known = idmap_find(&self->visitors, (uint64_t)visitor, 0);
    if (known) {
        *customer_id = *known;
        return OK;
    }
    int len = snprintf(number, sizeof number, "%lld", (long long)visitor);
    const struct identity identity = {IDENTITY_VISITOR, {number, (size_t)len}};
    enum err err = identities_find(self->db, &identity, customer_id);
    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    int64_t *place = idmap_put(&self->visitors, (uint64_t)visitor, 0, NULL);
    if (place) {
        *place = *customer_id;
    }
    return OK;
}

static enum err take_visit(void *arg, const struct clicks_scan *scan)
{
    struct radar_look *self = arg;
    const struct click_facts *facts = &scan->facts;
    bool watched = false;
    uint64_t rules = 0;
    int64_t customer_id = 0;

    if (facts->time_ms < self->from_ms || facts->time_ms >= self->to_ms || facts->link_id == 0 ||
        !click_counts(facts->class, facts->outcome)) {
        return OK;
    }
    enum err err = look_up_link(self, facts->link_id, &watched, &rules);
    err = err || rules == 0 ? err : look_up_customer(self, facts, &customer_id);
    if (err || (!watched && customer_id == 0)) {
        return err;
    }
    struct radar_look_visit *visits = ARENA_GROW(&self->arena, self->visits, self->count, &self->cap);
    if (!visits) {
        return ERR_NOMEM;
    }
    self->visits = visits;
    visits[self->count++] =
        (struct radar_look_visit){.visit = {.time_ms = facts->time_ms,
                                            .visitor = click_facts_visitor(facts),
                                            .by = facts->visitor_by,
                                            .day = zone_civil_day(self->engine->zone, facts->time_ms, NULL)},
                                  .link_id = facts->link_id,
                                  .click_id = facts->id,
                                  .customer_id = customer_id,
                                  .watched = watched,
                                  .rules = rules};
    return OK;
}

static int by_time(const void *left, const void *right)
{
    const struct radar_look_visit *a = left, *b = right;

    if (a->visit.time_ms != b->visit.time_ms) {
        return a->visit.time_ms < b->visit.time_ms ? -1 : 1;
    }
    return (a->click_id > b->click_id) - (a->click_id < b->click_id);
}

/* Visits of one millisecond stay together, for the mark between them and the rest is a time. */
static void cut(struct radar_look *self)
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

static enum err read_visits(struct radar_look *self)
{
    const struct ledger_range range = {.part = LEDGER_ALL, .from_ms = self->from_ms, .to_ms = self->to_ms};
    enum err err = ledger_each(self->db, &range, take_visit, self);

    if (!err && self->count > 1) {
        qsort(self->visits, self->count, sizeof self->visits[0], by_time);
    }
    cut(self);
    return err;
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

static enum err find(struct radar_watch *self, struct radar_look *look, int64_t settled_ms, bool *any)
{
    enum err err = db_begin(look->db, false);

    err = err ? err : begin(self, look->db, settled_ms);
    err = err ? err : radar_any(look->db, any);
    err = err ? err : radar_due_any(look->db, &look->due);
    err = err || !*any ? err : radar_rules_load(look->db, &look->arena, &look->rules, &look->rules_count);
    look->from_ms = self->looked_ms;
    look->to_ms = *any && settled_ms - look->from_ms > SPAN_MS ? look->from_ms + SPAN_MS : settled_ms;
    look->to_ms = look->to_ms < look->from_ms ? look->from_ms : look->to_ms; /* a clock was set back */
    return err || !*any || look->to_ms == look->from_ms ? err : read_visits(look);
}

/* *more: there is more to be read at once. */
static enum err look_once(struct radar_watch *self, bool *more)
{
    struct radar_look look = {.engine = self->engine};
    int64_t settled_ms = engine_settled_ms(self->engine);
    bool any = false;

    look.db = readers_take(self->engine->readers, READER_WAIT_MS);
    if (!look.db) {
        return ERR_BUSY;
    }
    arena_init(&look.arena, ARENA_MAX);
    idmap_init(&look.links, KNOWN_MAX);
    idmap_init(&look.visitors, KNOWN_MAX);
    enum err err = find(self, &look, settled_ms, &any);
    readers_give(self->engine->readers, look.db);
    bool goes_on = !err && look.to_ms > look.from_ms;
    bool stores = !err && (look.count > 0 || look.due || self->stored_ms == 0 ||
                           look.to_ms - self->stored_ms >= (any ? MARK_EVERY_MS : IDLE_EVERY_MS));
    if (stores) {
        err = writer_submit(self->engine->writer, &(struct writer_task){.run = radar_tell, .arg = &look}, NULL);
        self->stored_ms = err ? self->stored_ms : look.to_ms;
    }
    if (!err && goes_on) {
        self->looked_ms = look.to_ms;
    }
    *more = !err && (look.to_ms < settled_ms || look.due_left);
    if (!err && look.put > 0) {
        notifier_wake(self->engine->notifier);
    }
    idmap_done(&look.links);
    idmap_done(&look.visitors);
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
