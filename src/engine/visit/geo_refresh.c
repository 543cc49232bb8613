/* SPDX-License-Identifier: MIT */
/*
 * Files are read on any thread under a lock of their own; the writer never takes it. What it reads from is a set that
 * never changes: a new one is left in `fresh` by one exchange and taken from there by another, and whoever gets a set
 * that nobody took lets go of it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "geo_private.h"
#include "linkpond/base/arena.h"
#include "linkpond/base/limits.h"
#include "linkpond/engine/cache.h"
#include "linkpond/engine/recognition.h"

#define PATHS_MAX ((size_t)64 * 1024)
#define READ_BITS 12 /* entries kept as they were read, of each file: 288 KiB */

struct geo_set {
    struct geo_file *files[LIMIT_GEO_FILES];
};
/* Direct-mapped. */
struct read_entry {
    uint64_t entry; /* 0 = empty */
    struct place place;
};
struct geo {
    struct arena arena;
    const char *paths[LIMIT_GEO_FILES];
    size_t count;
    bool english;
    const char *recognition_dir;
    pthread_mutex_t lock;
    struct geo_stamp seen[LIMIT_GEO_FILES];    /* under the lock */
    struct geo_file *current[LIMIT_GEO_FILES]; /* under the lock */
    bool looked[LIMIT_GEO_FILES];              /* under the lock */
    _Atomic(struct geo_set *) fresh;
    _Atomic(struct geo_set *) shared; /* of those who read inside the cache's read sections */
    _Atomic size_t in_use;
    /* the writer's */
    struct geo_set *own;
    struct read_entry read[LIMIT_GEO_FILES][1U << READ_BITS];
};

struct geo *geo_new(const struct geo_opts *opts)
{
    struct geo *self = calloc(1, sizeof *self);

    if (!self) {
        return NULL;
    }
    pthread_mutex_init(&self->lock, NULL);
    arena_init(&self->arena, PATHS_MAX);
    self->english = opts->english;
    self->recognition_dir = opts->recognition_dir;
    for (size_t i = 0; i < opts->files_count && i < LIMIT_GEO_FILES; i++) {
        self->paths[self->count++] = arena_str(&self->arena, opts->files[i]).ptr;
    }
    if (self->arena.overflow) {
        geo_free(self);
        return NULL;
    }
    return self;
}

static void set_free(struct geo_set *set)
{
    for (size_t i = 0; set && i < LIMIT_GEO_FILES; i++) {
        geo_file_close(set->files[i]);
    }
    free(set);
}

void geo_free(struct geo *self)
{
    if (!self) {
        return;
    }
    set_free(atomic_load(&self->fresh));
    set_free(atomic_load(&self->shared));
    set_free(self->own);
    for (size_t i = 0; i < self->count; i++) {
        geo_file_close(self->current[i]);
    }
    pthread_mutex_destroy(&self->lock);
    arena_done(&self->arena);
    free(self);
}

size_t geo_count(const struct geo *self)
{
    return self->count;
}

str geo_path(const struct geo *self, size_t index)
{
    return str_from_c(self->paths[index]);
}

size_t geo_in_use(const struct geo *self)
{
    return self ? atomic_load_explicit(&self->in_use, memory_order_relaxed) : 0;
}

/* ---- reading files */

static enum err open_path(const char *path, const char *recognition_dir, struct geo_file **out, struct geo_info *info,
                          struct fault *fault)
{
    struct countries *countries = NULL;
    enum err err = recognition_countries(recognition_dir, &countries, fault);

    return err ? err : geo_file_open(path, countries, out, info, fault);
}

static struct geo_set *set_of_current(const struct geo *self)
{
    struct geo_set *set = calloc(1, sizeof *set);

    for (size_t i = 0; set && i < self->count; i++) {
        set->files[i] = geo_file_share(self->current[i]);
    }
    return set;
}

static enum err publish(struct geo *self)
{
    struct geo_set *set = set_of_current(self), *shared = set_of_current(self);
    size_t in_use = 0;

    if (!set || !shared) {
        set_free(set);
        set_free(shared);
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < self->count; i++) {
        in_use += set->files[i] != NULL;
    }
    shared = atomic_exchange(&self->shared, shared);
    cache_wait_readers();
    set_free(shared);
    set_free(atomic_exchange(&self->fresh, set));
    atomic_store_explicit(&self->in_use, in_use, memory_order_relaxed);
    return OK;
}

static enum err refresh(struct geo *self, size_t index, bool in_any_case, struct geo_info *taken, struct fault *fault)
{
    struct geo_stamp stamp;
    struct geo_file *file = NULL;

    geo_stamp_of(self->paths[index], &stamp);
    if (!in_any_case && self->looked[index] && geo_stamp_eq(&stamp, &self->seen[index])) {
        return OK;
    }
    self->looked[index] = true;
    self->seen[index] = stamp; /* taken first: who writes meanwhile is seen by the next look */
    enum err err = open_path(self->paths[index], self->recognition_dir, &file, taken, fault);
    if (err) {
        return err;
    }
    geo_file_close(self->current[index]);
    self->current[index] = file;
    return publish(self);
}

enum err geo_refresh(struct geo *self, size_t index, bool in_any_case, struct geo_info *taken, struct fault *fault)
{
    *taken = (struct geo_info){0};
    pthread_mutex_lock(&self->lock);
    enum err err = refresh(self, index, in_any_case, taken, fault);
    pthread_mutex_unlock(&self->lock);
    return err;
}

enum err geo_look(const char *path, struct geo_info *out, struct fault *fault)
{
    struct geo_file *file = NULL;
    enum err err = open_path(path, NULL, &file, out, fault);

    if (!err) {
        geo_file_close(file);
    }
    return err;
}

/* ---- the writer's thread */

bool geo_turn(struct geo *self)
{
    if (!atomic_load_explicit(&self->fresh, memory_order_relaxed)) {
        return false;
    }
    struct geo_set *set = atomic_exchange(&self->fresh, NULL);
    if (!set) {
        return false;
    }
    set_free(self->own);
    self->own = set;
    for (size_t i = 0; i < self->count; i++) {
        memset(self->read[i], 0, sizeof self->read[i]);
    }
    return true;
}

static const struct place *read_place(struct geo *self, size_t index, uint64_t entry)
{
    struct read_entry *read =
        &self->read[index][entry * UINT64_C(0x9E3779B97F4A7C15) >> (64 - READ_BITS)]; /* Fibonacci hashing */

    if (read->entry != entry) {
        read->entry = entry;
        geo_file_read(self->own->files[index], self->english, entry, &read->place);
    }
    return &read->place;
}

static void take_over(str *field, str value)
{
    if (field->len == 0) {
        *field = value;
    }
}

bool geo_find(struct geo *self, const struct addr *ip, struct place *out)
{
    bool whole = true;

    *out = (struct place){0};
    if (addr_is_private(ip) && !addr_is_documentation(ip)) {
        return addr_is_v4(ip); /* no such range is narrower than /24; of IPv6, those that hold an IPv4 are */
    }
    for (size_t i = 0; self->own && i < self->count; i++) {
        if (!self->own->files[i]) {
            continue;
        }
        struct geo_spot spot = geo_file_locate(self->own->files[i], ip);
        whole = whole && spot.whole;
        if (spot.entry != 0) {
            const struct place *place = read_place(self, i, spot.entry);
            take_over(&out->country, place->country);
            take_over(&out->region, place->region);
            take_over(&out->city, place->city);
            take_over(&out->carrier, place->carrier);
        }
    }
    return whole;
}

/* ---- threads that answer visits */

void geo_find_shared(const struct geo *self, const struct addr *ip, struct place *out)
{
    const struct geo_set *set = atomic_load_explicit(&self->shared, memory_order_acquire);

    *out = (struct place){0};
    if (!set || (addr_is_private(ip) && !addr_is_documentation(ip))) {
        return;
    }
    for (size_t i = 0; i < self->count; i++) {
        struct geo_spot spot = set->files[i] ? geo_file_locate(set->files[i], ip) : (struct geo_spot){0};
        struct place place = {0};
        if (spot.entry != 0) {
            geo_file_read(set->files[i], self->english, spot.entry, &place);
            take_over(&out->country, place.country);
            take_over(&out->region, place.region);
            take_over(&out->city, place.city);
        }
    }
}
