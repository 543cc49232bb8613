/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/loader.h"

#include "linkpond/base/log.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"
#include "linkpond/store/sums.h"

#include "linkpond/base/idmap.h"
#include "linkpond/engine/ledger.h"
#include "linkpond/engine/publish.h"
#include "loader_rows.h"

/*
 * First what links share and what is taken of their limits, then the links: a thread reads them (loader_rows.c), this
 * one puts them into the cache, as its one publisher.
 */
#define LOADER_LABELS_MAX ((size_t)64 * 1024 * 1024)
#define LOADER_USED_MAX   ((size_t)1 << 24)          /* links that ever had a limit */
#define LIVE_TEXTS_MAX    ((size_t)16 * 1024 * 1024) /* of one link */
#define PREFETCH_ROWS     8                          /* a slot is asked for so many rows before it is needed */

struct channel {
    int64_t id;
    str key;
};
struct loader {
    struct db *db;
    struct cache *cache;
    struct arena labels; /* for the whole load */
    struct channel *channels;
    size_t channels_count;
    struct idmap used; /* link id -> taken */
};

static enum err load_channels(struct loader *self)
{
    struct stmt *rows = labels_each(self->db);
    struct label label;
    size_t count = 0;

    while (labels_next(rows, &label)) {
        count += label.kind == LABEL_CHANNEL;
    }
    self->channels = ARENA_ARRAY(&self->labels, struct channel, count + 1);
    if (stmt_err(rows) || !self->channels) {
        return stmt_err(rows) ? stmt_err(rows) : ERR_NOMEM;
    }
    rows = labels_each(self->db);
    while (labels_next(rows, &label)) {
        if (label.kind == LABEL_CHANNEL && self->channels_count < count) {
            self->channels[self->channels_count++] = (struct channel){label.id, arena_str(&self->labels, label.key)};
        }
    }
    return self->labels.overflow ? ERR_NOMEM : stmt_err(rows);
}

static str channel_key(const struct loader *self, int64_t id)
{
    size_t low = 0;
    size_t high = self->channels_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->channels[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < self->channels_count && self->channels[low].id == id ? self->channels[low].key : (str){0};
}

/* ---- limits: what is taken ---- */

static enum err use(struct loader *self, int64_t link_id, int64_t more)
{
    int64_t *used = idmap_put(&self->used, (uint64_t)link_id, 0, NULL);

    if (!used) {
        return ERR_NOMEM;
    }
    *used += more;
    return OK;
}

static enum err used_by_sums(struct loader *self)
{
    struct stmt *rows = sums_reserved_each(self->db);
    int64_t link_id = 0, reserved = 0;
    enum err err = OK;

    while (!err && sums_reserved_next(rows, &link_id, &reserved)) {
        err = use(self, link_id, reserved);
    }
    if (err) {
        stmt_reset(rows);
        return err;
    }
    return stmt_err(rows);
}

static enum err use_click(void *arg, const struct clicks_scan *scan)
{
    return scan->facts.signals & SIGNAL_RESERVED_LIMIT ? use(arg, scan->facts.link_id, 1) : OK;
}

static enum err used_by_tail(struct loader *self)
{
    const struct ledger_range range = {.part = LEDGER_UNFOLDED, LEDGER_FOR_EVER};

    return ledger_each(self->db, &range, use_click, self);
}

struct unread {
    struct loader *loader;
    enum err err;
};

static void use_unread(void *arg, const struct record *record)
{
    struct unread *self = arg;

    if (record->signals & SIGNAL_RESERVED_LIMIT && self->err == OK) {
        self->err = use(self->loader, record->link_id, 1);
    }
}

static enum err used_by_journal(struct loader *self, struct journal *journal)
{
    struct unread unread = {.loader = self};

    journal_each_unread(journal, use_unread, &unread);
    return unread.err;
}

/* ---- links ---- */

static enum err put_link(struct loader *self, const struct loader_row *row)
{
    const struct link_hot *hot = &row->link;
    if (hot->live && !hot->tombstone) {
        return OK; /* load_live() */
    }
    struct link_entry entry = publish_entry(hot, channel_key(self, hot->channel_id));
    const int64_t *used = hot->max_clicks > 0 ? idmap_find(&self->used, (uint64_t)hot->id, 0) : NULL;
    enum err err = cache_put(self->cache, &entry, row->aliases, row->aliases_count, used ? *used : 0, false);

    return err == ERR_NOMEM ? OK : err; /* past its bound the cache knows that it is not complete */
}

static enum err put_batch(struct loader *self, const struct loader_batch *batch)
{
    enum err err = OK;

    for (size_t i = 0; i < PREFETCH_ROWS && i < batch->count; i++) {
        cache_prefetch(self->cache, batch->rows[i].link.code);
    }
    for (size_t i = 0; !err && i < batch->count; i++) {
        if (i + PREFETCH_ROWS < batch->count) {
            cache_prefetch(self->cache, batch->rows[i + PREFETCH_ROWS].link.code);
        }
        err = put_link(self, &batch->rows[i]);
    }
    return err;
}

static enum err load_links(struct loader *self)
{
    struct loader_rows *rows;
    const struct loader_batch *batch;
    int64_t next_id;
    enum err err = links_next_id(self->db, &next_id);

    err = err ? err : loader_rows_start(self->db, &rows);
    if (err) {
        return err;
    }
    cache_expect(self->cache, (size_t)next_id); /* few ids have no row: what is deleted leaves a tombstone */
    cache_set_complete(self->cache, true);
    while (!err && (batch = loader_rows_next(rows)) != NULL) {
        err = put_batch(self, batch);
    }
    enum err read_err = loader_rows_end(rows);
    err = err ? err : read_err;
    cache_synchronize(self->cache); /* frees the tables it outgrew: together as large as the last */
    if (err) {
        cache_set_complete(self->cache, false);
    }
    return err;
}

/* ---- live codes ---- */

static enum err live_ids(struct loader *self, int64_t **ids, size_t *count)
{
    struct stmt *rows = targets_links_each(self->db);
    int64_t id;
    size_t found = 0;

    while (targets_links_next(rows, &id)) {
        found++;
    }
    *ids = ARENA_ARRAY(&self->labels, int64_t, found + 1);
    *count = 0;
    if (stmt_err(rows) || !*ids) {
        return stmt_err(rows) ? stmt_err(rows) : ERR_NOMEM;
    }
    rows = targets_links_each(self->db);
    while (*count < found && targets_links_next(rows, &id)) {
        (*ids)[(*count)++] = id;
    }
    stmt_reset(rows);
    return OK;
}

/* A place taken whose click is no row yet. */
static void place_unread(void *arg, const struct record *record)
{
    struct live_places *places = arg;
    struct live_when when;

    if (!(record->signals & SIGNAL_RESERVED_PLACE)) {
        return;
    }
    struct live_cell *cell = live_places_find(places, target_name_read(record->target));
    if (cell) {
        live_when_of(live_places_zone(places), record->time_ms, &when);
        live_count_add(&cell->taken, &when, 1);
        atomic_fetch_add_explicit(&cell->shown, 1, memory_order_relaxed);
    }
}

/* After the others: there are few, and each is read like a link that was just edited. One that cannot be is answered
 * "try again", because the cache then does not call itself complete. */
static enum err load_live(struct loader *self, struct journal *journal)
{
    struct arena texts;
    int64_t *ids;
    size_t count;
    enum err err = live_ids(self, &ids, &count);

    if (err || count == 0) {
        return err;
    }
    arena_init(&texts, LIVE_TEXTS_MAX);
    for (size_t i = 0; i < count; i++) {
        const int64_t *used = idmap_find(&self->used, (uint64_t)ids[i], 0);
        err = publish_link(self->db, self->cache, &texts, ids[i], used ? *used : 0);
        if (err) {
            cache_set_complete(self->cache, false);
            log_event(LOG_ERROR, "live_code_not_loaded", "lnk_%lld: %s", (long long)ids[i], err_text(err, false));
        }
        arena_reset(&texts);
    }
    arena_done(&texts);
    journal_each_unread(journal, place_unread, cache_places(self->cache));
    return OK;
}

static enum err load_all(struct loader *self, struct journal *journal)
{
    enum err err = publish_hosts(self->db, self->cache, &self->labels);

    err = err ? err : load_channels(self);
    err = err ? err : used_by_sums(self);
    err = err ? err : used_by_tail(self);
    err = err ? err : used_by_journal(self, journal);
    err = err ? err : load_links(self);
    return err ? err : load_live(self, journal);
}

enum err loader_load(struct db *db, struct journal *journal, struct cache *cache, struct fault *fault)
{
    struct loader *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->db = db;
    self->cache = cache;
    arena_init(&self->labels, LOADER_LABELS_MAX);
    idmap_init(&self->used, LOADER_USED_MAX);
    enum err err = load_all(self, journal);
    idmap_done(&self->used);
    arena_done(&self->labels);
    free(self);
    return err ? fault_setf(fault, err, "", err_slug(err), "The links could not be loaded: %s", err_text(err, false))
               : OK;
}
