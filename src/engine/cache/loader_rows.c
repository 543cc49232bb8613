/* SPDX-License-Identifier: MIT */
#include "loader_rows.h"

#include <pthread.h>
#include <sys/prctl.h>

#include "linkpond/base/limits.h"

/*
 * Reading rows takes as long as building entries from them, so each has a core where there are two. Batches go round in
 * a ring; the lock is taken once a batch and held for an index. One publisher stays one publisher, and one thread at a
 * time has the handle. Two readers of half the ids each were not needed: reading is no longer the longer half.
 *
 * Links and aliases are two statements, each in order of link id, merged as they are read: no link is looked up. A join
 * would make SQLite do the look-ups that are avoided here.
 */
#define BATCHES     4
#define TEXTS_FULL  ((size_t)256 * 1024)       /* closes a batch early */
#define TEXTS_BYTES ((size_t)64 * 1024 * 1024) /* the last link of a batch and all its aliases come on top */

struct loader_rows {
    struct db *db;
    struct links_load links;
    struct stmt *aliases;
    struct link_alias next; /* alias read ahead */
    bool has_next;
    enum err err; /* the thread's, until it was joined */
    struct loader_batch batches[BATCHES];

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock: */
    uint64_t filled, given_back; /* batches, since the start */
    bool ended, stop;
    /* The caller's: */
    uint64_t taken;
};

/* ---- reading: the thread */

static str keep(struct arena *texts, str text)
{
    return text.len > 0 ? arena_str(texts, text) : (str){0};
}

static void keep_texts(struct arena *texts, struct link_hot *link)
{
    link->code = keep(texts, link->code);
    link->url = keep(texts, link->url);
    link->fallback_url = keep(texts, link->fallback_url);
    link->source = keep(texts, link->source);
    link->click_id_param = keep(texts, link->click_id_param);
    for (size_t i = 0; i < UTM_COUNT; i++) {
        link->utm[i] = keep(texts, link->utm[i]);
    }
}

/* Rows of one link stand together, so its list is what the arena hands out in a row; it doubles when it is full. */
static enum err read_aliases(struct loader_rows *self, struct arena *texts, struct loader_row *row)
{
    struct cache_alias *list = NULL;
    size_t count = 0, cap = 0;

    while (self->has_next && self->next.link_id < row->link.id) { /* of a row that is no more */
        self->has_next = links_aliases_next(self->aliases, &self->next);
    }
    while (self->has_next && self->next.link_id == row->link.id) {
        list = ARENA_GROW(texts, list, count, &cap);
        if (!list) {
            return ERR_NOMEM;
        }
        list[count++] = (struct cache_alias){self->next.domain_id, keep(texts, self->next.folded)};
        self->has_next = links_aliases_next(self->aliases, &self->next);
    }
    row->aliases = list;
    row->aliases_count = count;
    return texts->overflow ? ERR_NOMEM : OK;
}

/* False: there are no more rows, or an error stands in self->err. */
static bool fill(struct loader_rows *self, struct loader_batch *batch)
{
    struct arena *texts = &batch->texts;

    arena_reset(texts);
    for (batch->count = 0; batch->count < LOADER_BATCH_ROWS && texts->used < TEXTS_FULL; batch->count++) {
        struct loader_row *row = &batch->rows[batch->count];
        if (!links_load_next(&self->links, &row->link)) {
            return false;
        }
        keep_texts(texts, &row->link);
        self->err = read_aliases(self, texts, row);
        if (self->err) {
            return false;
        }
    }
    return true;
}

/* NULL: the caller has had enough. */
static struct loader_batch *batch_wait(struct loader_rows *self)
{
    pthread_mutex_lock(&self->lock);
    while (!self->stop && self->filled - self->given_back == BATCHES) {
        pthread_cond_wait(&self->changed, &self->lock);
    }
    struct loader_batch *batch = self->stop ? NULL : &self->batches[self->filled % BATCHES];
    pthread_mutex_unlock(&self->lock);
    return batch;
}

static void batch_filled(struct loader_rows *self, bool more)
{
    pthread_mutex_lock(&self->lock);
    self->filled++;
    self->ended = !more;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static void *rows_main(void *arg)
{
    struct loader_rows *self = arg;
    bool more = true;

    prctl(PR_SET_NAME, "loader");
    links_load_each(&self->links, self->db);
    self->aliases = links_aliases_each(self->db);
    self->has_next = links_aliases_next(self->aliases, &self->next);
    while (more) {
        struct loader_batch *batch = batch_wait(self);
        if (!batch) {
            break;
        }
        more = fill(self, batch);
        batch_filled(self, more);
    }
    enum err err = links_load_end(&self->links);
    self->err = self->err ? self->err : err;
    self->err = self->err ? self->err : stmt_err(self->aliases);
    stmt_reset(self->aliases);
    return NULL;
}

/* ---- the caller */

static void rows_free(struct loader_rows *self)
{
    for (size_t i = 0; i < BATCHES; i++) {
        arena_done(&self->batches[i].texts);
    }
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

enum err loader_rows_start(struct db *db, struct loader_rows **out)
{
    struct loader_rows *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->db = db;
    for (size_t i = 0; i < BATCHES; i++) {
        arena_init(&self->batches[i].texts, TEXTS_BYTES);
    }
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    if (pthread_create(&self->thread, NULL, rows_main, self) != 0) {
        rows_free(self);
        return ERR_NOMEM;
    }
    *out = self;
    return OK;
}

const struct loader_batch *loader_rows_next(struct loader_rows *self)
{
    pthread_mutex_lock(&self->lock);
    if (self->taken > self->given_back) {
        self->given_back = self->taken;
        pthread_cond_signal(&self->changed);
    }
    while (self->filled == self->taken && !self->ended) {
        pthread_cond_wait(&self->changed, &self->lock);
    }
    const struct loader_batch *batch = self->filled > self->taken ? &self->batches[self->taken % BATCHES] : NULL;
    self->taken += batch != NULL;
    pthread_mutex_unlock(&self->lock);
    return batch;
}

enum err loader_rows_end(struct loader_rows *self)
{
    pthread_mutex_lock(&self->lock);
    self->stop = true;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
    pthread_join(self->thread, NULL);
    enum err err = self->err;
    rows_free(self);
    return err;
}
