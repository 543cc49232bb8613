/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/live_places.h"

#include <pthread.h>
#include <stdlib.h>

#include "linkpond/base/idmap.h"
#include "linkpond/base/limits.h"

/* Cells are allocated one by one and found by a map of their addresses. They are not let go before the end: a target
 * costs as much memory as its row on disk, and a visit under way may hold the cell of one that was just deleted. */
#define MS_PER_QUARTER INT64_C(900000)
#define SLOT_COUNT     UINT64_C(0xffffffff)

struct live_places {
    const struct zone *zone;
    const struct holidays *_Atomic holidays;
    struct taken_holidays {
        struct taken_holidays *next;
        struct holidays *days;
    } * taken_holidays;   /* by whoever reloads */
    bool loaded;          /* before any thread but the loader's */
    pthread_mutex_t lock; /* of the maps; no visit looks anything up in them */
    struct idmap cells;   /* target id -> struct live_cell * */
    struct idmap known;   /* links that have to know who comes again */
    struct idmap turns;   /* rule id -> _Atomic uint64_t * */
};

void live_when_of(const struct zone *zone, int64_t ms, struct live_when *out)
{
    int second;
    int64_t day = zone_civil_day(zone, ms, &second);
    int64_t into_ms = (int64_t)(second % 3600) * MS_PER_SECOND + (ms % MS_PER_SECOND + MS_PER_SECOND) % MS_PER_SECOND;

    out->day = day > 0 ? (uint32_t)day : 0;
    out->hour_ms = ms - into_ms;
    out->hour = out->hour_ms > 0 ? (uint32_t)(out->hour_ms / MS_PER_QUARTER) : 0;
}

/* ---- one count ---- */

static _Atomic uint64_t *hour_slot(const struct live_count *self, const struct live_when *when)
{
    return (_Atomic uint64_t *)&self->hours[when->hour >> 2 & 1];
}

static _Atomic uint64_t *day_slot(const struct live_count *self, const struct live_when *when)
{
    return (_Atomic uint64_t *)&self->days[when->day & 1];
}

/* How many that slot holds of the day or hour `key`; what it holds of a newer one counts too. */
static uint64_t slot_used(uint64_t word, uint32_t key)
{
    return word >> 32 < key ? 0 : word & SLOT_COUNT;
}

static uint64_t slot_word(uint64_t word, uint32_t key, uint64_t used)
{
    uint64_t at = word >> 32 < key ? key : word >> 32;

    return at << 32 | used;
}

static bool slot_swap(_Atomic uint64_t *slot, uint64_t *seen, uint64_t next)
{
    return atomic_compare_exchange_weak_explicit(slot, seen, next, memory_order_relaxed, memory_order_relaxed);
}

static bool slot_take(_Atomic uint64_t *slot, uint32_t key, int64_t cap)
{
    uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
    uint64_t used;

    do {
        used = slot_used(word, key);
        if ((int64_t)used >= cap || used == SLOT_COUNT) {
            return false;
        }
    } while (!slot_swap(slot, &word, slot_word(word, key, used + 1)));
    return true;
}

static uint64_t between(int64_t n, int64_t low, int64_t high)
{
    return (uint64_t)(n < low ? low : n > high ? high : n);
}

/* By n, never below none. Of a day or hour that is over nothing is given back: nobody asks for its places any more. */
static void slot_add(_Atomic uint64_t *slot, uint32_t key, int64_t n)
{
    uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
    uint64_t used;

    do {
        used = between((int64_t)slot_used(word, key) + n, 0, (int64_t)SLOT_COUNT);
    } while ((n > 0 || word >> 32 == key) && !slot_swap(slot, &word, slot_word(word, key, used)));
}

static bool total_take(_Atomic int64_t *total, int64_t cap)
{
    int64_t used = atomic_load_explicit(total, memory_order_relaxed);

    while (used < cap) {
        if (atomic_compare_exchange_weak_explicit(total, &used, used + 1, memory_order_relaxed, memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

bool live_count_take(struct live_count *self, const struct live_caps *caps, const struct live_when *when)
{
    if (!slot_take(hour_slot(self, when), when->hour, caps->hour)) {
        return false;
    }
    if (!slot_take(day_slot(self, when), when->day, caps->day)) {
        slot_add(hour_slot(self, when), when->hour, -1);
        return false;
    }
    if (!total_take(&self->total, caps->total)) {
        slot_add(day_slot(self, when), when->day, -1);
        slot_add(hour_slot(self, when), when->hour, -1);
        return false;
    }
    return true;
}

void live_count_add(struct live_count *self, const struct live_when *when, int64_t n)
{
    slot_add(hour_slot(self, when), when->hour, n);
    slot_add(day_slot(self, when), when->day, n);
    atomic_fetch_add_explicit(&self->total, n, memory_order_relaxed);
}

void live_count_give_back(struct live_count *self, const struct live_when *when)
{
    live_count_add(self, when, -1);
}

void live_count_taken(const struct live_count *self, const struct live_when *when, struct live_taken *out)
{
    out->total = atomic_load_explicit(&self->total, memory_order_relaxed);
    out->day = (int64_t)slot_used(atomic_load_explicit(day_slot(self, when), memory_order_relaxed), when->day);
    out->hour = (int64_t)slot_used(atomic_load_explicit(hour_slot(self, when), memory_order_relaxed), when->hour);
}

static int64_t left_of(int64_t cap, int64_t used)
{
    if (cap == LIVE_NO_CAP) {
        return LIVE_NO_CAP;
    }
    return used < cap ? cap - used : 0;
}

int64_t live_count_left(const struct live_count *self, const struct live_caps *caps, const struct live_when *when)
{
    uint64_t hour = atomic_load_explicit(hour_slot(self, when), memory_order_relaxed);
    uint64_t day = atomic_load_explicit(day_slot(self, when), memory_order_relaxed);
    int64_t left = left_of(caps->total, atomic_load_explicit(&self->total, memory_order_relaxed));
    int64_t of_day = left_of(caps->day, (int64_t)slot_used(day, when->day));
    int64_t of_hour = left_of(caps->hour, (int64_t)slot_used(hour, when->hour));

    left = of_day < left ? of_day : left;
    return of_hour < left ? of_hour : left;
}

bool live_count_has(const struct live_count *self, const struct live_caps *caps, const struct live_when *when)
{
    return live_count_left(self, caps, when) > 0;
}

/* ---- all of them ---- */

struct live_places *live_places_new(const struct zone *zone)
{
    struct live_places *self = calloc(1, sizeof *self);

    if (self) {
        self->zone = zone;
        pthread_mutex_init(&self->lock, NULL);
        idmap_init(&self->cells, (size_t)1 << 26);
        idmap_init(&self->known, (size_t)1 << 26);
        idmap_init(&self->turns, (size_t)1 << 26);
    }
    return self;
}

static void free_values(struct idmap *map)
{
    for (size_t i = 0; map->slots && i < map->cap; i++) {
        if (map->slots[i].a != IDMAP_NO_KEY) {
            free((void *)(uintptr_t)map->slots[i].value);
        }
    }
    idmap_done(map);
}

void live_places_free(struct live_places *self)
{
    if (self) {
        free_values(&self->cells);
        free_values(&self->turns);
        idmap_done(&self->known);
        while (self->taken_holidays) {
            struct taken_holidays *next = self->taken_holidays->next;
            holidays_free(self->taken_holidays->days);
            free(self->taken_holidays);
            self->taken_holidays = next;
        }
        pthread_mutex_destroy(&self->lock);
        free(self);
    }
}

const struct zone *live_places_zone(const struct live_places *self)
{
    return self->zone;
}

void live_places_set_holidays(struct live_places *self, const struct holidays *holidays)
{
    self->holidays = holidays;
}

enum err live_places_take_holidays(struct live_places *self, struct holidays *holidays)
{
    struct taken_holidays *taken = malloc(sizeof *taken);

    if (!taken) {
        return ERR_NOMEM;
    }
    *taken = (struct taken_holidays){self->taken_holidays, holidays};
    self->taken_holidays = taken;
    self->holidays = holidays;
    return OK;
}

const struct holidays *live_places_holidays(const struct live_places *self)
{
    return self->holidays;
}

/* The block of that size under that id; zeros when it is new. NULL: out of memory. */
static void *block_of(struct idmap *map, int64_t id, size_t bytes)
{
    const int64_t *known = idmap_find(map, (uint64_t)id, 0);

    if (known) {
        return (void *)(uintptr_t)*known;
    }
    void *block = calloc(1, bytes);
    int64_t *at = block ? idmap_put(map, (uint64_t)id, 0, NULL) : NULL;
    if (!at) {
        free(block);
        return NULL;
    }
    *at = (int64_t)(uintptr_t)block;
    return block;
}

/* What a full hour or day leaves behind: the target was full once. */
static bool was_full(const struct target *target, int64_t of_hour, int64_t of_day)
{
    return (target->cap_hour != TARGET_NO_CAP && of_hour >= target->cap_hour) ||
           (target->cap_day != TARGET_NO_CAP && of_day >= target->cap_day);
}

static void read_hour(struct live_places *self, const struct target *target, int64_t hour_ms,
                      const struct target_figures *figures, struct live_cell *cell)
{
    struct live_when when;

    live_when_of(self->zone, hour_ms, &when);
    live_count_add(&cell->taken, &when, figures->reserved);
    live_count_add(&cell->joined, &when, figures->joined - figures->left);
    cell->shown += figures->shown;
    bool by_joined = target->cap_on == CAP_ON_JOINED;
    struct live_count *count = by_joined ? &cell->joined : &cell->taken;
    int64_t of_hour = (int64_t)slot_used(atomic_load(hour_slot(count, &when)), when.hour);
    int64_t of_day = (int64_t)slot_used(atomic_load(day_slot(count, &when)), when.day);
    if (hour_ms + MS_PER_HOUR > target->updated_ms && was_full(target, of_hour, of_day)) {
        cell->filled = true;
    }
}

static enum err read_cell(struct live_places *self, struct db *db, const struct target *target, struct live_cell *cell)
{
    struct stmt *rows = targets_hours(db, target->id, INT64_MIN, INT64_MAX);
    struct target_figures figures;
    int64_t hour_ms;

    while (targets_hours_next(rows, &hour_ms, &figures)) {
        read_hour(self, target, hour_ms, &figures, cell);
    }
    cell->edited_ms = target->updated_ms;
    return stmt_err(rows);
}

static struct live_cell *cell_find(struct live_places *self, int64_t target_id)
{
    const int64_t *at = idmap_find(&self->cells, (uint64_t)target_id, 0);

    return at ? (struct live_cell *)(uintptr_t)*at : NULL;
}

struct live_cell *live_places_find(struct live_places *self, int64_t target_id)
{
    pthread_mutex_lock(&self->lock);
    struct live_cell *cell = cell_find(self, target_id);
    pthread_mutex_unlock(&self->lock);
    return cell;
}

/* An edit is somebody saying otherwise: what was passed over for being full once is asked again. */
static void reopen(struct live_cell *cell, int64_t edited_ms)
{
    if (atomic_load_explicit(&cell->edited_ms, memory_order_relaxed) != edited_ms) {
        atomic_store_explicit(&cell->edited_ms, edited_ms, memory_order_relaxed);
        atomic_store_explicit(&cell->filled, false, memory_order_relaxed);
    }
}

enum err live_places_cell(struct live_places *self, struct db *db, const struct target *target, struct live_cell **out)
{
    struct live_cell *known = live_places_find(self, target->id);
    struct live_cell *cell = known ? known : calloc(1, sizeof *cell);
    enum err err = !cell ? ERR_NOMEM : known ? OK : read_cell(self, db, target, cell);

    if (!err && !known) {
        pthread_mutex_lock(&self->lock);
        int64_t *at = idmap_put(&self->cells, (uint64_t)target->id, 0, NULL);
        if (at) {
            *at = (int64_t)(uintptr_t)cell;
        }
        pthread_mutex_unlock(&self->lock);
        err = at ? OK : ERR_NOMEM;
    }
    if (err) {
        free(known ? NULL : cell);
        return err;
    }
    reopen(cell, target->updated_ms);
    *out = cell;
    return OK;
}

_Atomic uint64_t *live_places_turn(struct live_places *self, int64_t rule_id, uint64_t start)
{
    pthread_mutex_lock(&self->lock);
    bool known = idmap_find(&self->turns, (uint64_t)rule_id, 0) != NULL;
    _Atomic uint64_t *turn = block_of(&self->turns, rule_id, sizeof *turn);
    if (turn && !known && !self->loaded) {
        atomic_store_explicit(turn, start, memory_order_relaxed);
    }
    pthread_mutex_unlock(&self->lock);
    return turn;
}

void live_places_loaded(struct live_places *self)
{
    self->loaded = true;
}

enum err live_places_know_visitors(struct live_places *self, int64_t link_id, bool know)
{
    bool known = true;

    pthread_mutex_lock(&self->lock);
    if (know) {
        known = idmap_put(&self->known, (uint64_t)link_id, 0, NULL) != NULL;
    } else {
        idmap_remove(&self->known, (uint64_t)link_id, 0);
    }
    pthread_mutex_unlock(&self->lock);
    return known ? OK : ERR_NOMEM;
}

bool live_places_know_any(struct live_places *self)
{
    pthread_mutex_lock(&self->lock);
    bool any = self->known.count > 0;
    pthread_mutex_unlock(&self->lock);
    return any;
}

bool live_places_knows_visitors(struct live_places *self, int64_t link_id)
{
    pthread_mutex_lock(&self->lock);
    bool known = idmap_find(&self->known, (uint64_t)link_id, 0) != NULL;
    pthread_mutex_unlock(&self->lock);
    return known;
}
