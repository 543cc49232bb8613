/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/files.h"
#include "linkpond/base/turnstile.h"
#include "linkpond/engine/image.h"
#include "linkpond/engine/pool_needs.h"
#include "linkpond/engine/radar_watch.h"
#include "linkpond/model/code.h"
#include "linkpond/store/destinations.h"
#include "linkpond/store/links.h"
#include "linkpond/store/segments.h"

#include "engine_private.h"
#include "linkpond/engine/janitor.h"
#include "linkpond/engine/loader.h"
#include "linkpond/engine/publish.h"
#include "linkpond/engine/restored.h"

/* Parts are opened from the bottom up and closed the other way round; each step checks nothing but its own part, so a
 * failure half way is closed by the same function as a running engine. */
#define ENGINE_ARENA_MAX    ((size_t)16 * 1024 * 1024)
#define FALLBACK_TIMEOUT_MS 2000  /* a visitor waits no longer for a reader */
#define DAY_CLICKS          32768 /* read in some 30 ms */

enum err engine_lock(const char *data_dir, struct arena *arena, int *fd, struct fault *fault)
{
    const char *path = files_join(arena, data_dir, ENGINE_LOCK);
    char holder[32] = "";
    char pid[32];

    if (!path) {
        return ERR_NOMEM;
    }
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    errno = 0;
    enum err err = files_lock(path, str_from_c(pid), fd, holder, sizeof holder);
    int why = errno; /* a folder of somebody else's and a read-only disk are told apart by nothing else */
    if (err == ERR_BUSY) {
        return fault_setf(fault, err, "data", "in_use", "%s is in use by process %s.", data_dir,
                          holder[0] ? holder : "?");
    }
    return err ? fault_setf(fault, err, "data", err_slug(err), "%s cannot be locked: %s.", path,
                            why ? strerrordesc_np(why) : err_text(err, false))
               : OK;
}

/* ---- the redirect's way out while not every link is in the cache ---- */

/* What the cache would have noted. */
static unsigned bars_of(struct engine *self, const struct link_entry *link)
{
    bool url = destination_lists_judge(self->destinations, link->url).passes;
    bool fallback =
        link->fallback_url.len == 0 || destination_lists_judge(self->destinations, link->fallback_url).passes;

    return (url ? 0 : CACHE_BARRED_URL) | (fallback ? 0 : CACHE_BARRED_FALLBACK);
}

static bool find_in_db(struct engine *self, struct db *db, struct arena *arena, int64_t domain_id, str path,
                       struct link_entry *out)
{
    char memory[LIMIT_ALIAS_IMPORTED];
    struct link_hot hot;
    int64_t id;
    str alias = cache_fold(path, self->fold_case, memory);
    enum err err = links_find_alias(db, BOUNDS_ALL, domain_id, alias, &id);

    err = err == ERR_NOT_FOUND ? links_find_code_ever(db, path, &id) : err;
    err = err ? err : links_load_one(db, arena, id, &hot);
    str channel = {0};
    err = err ? err : publish_channel(db, arena, hot.channel_id, &channel);
    if (!err) {
        *out = publish_entry(&hot, channel);
        out->barred = bars_of(self, out);
    }
    return !err;
}

static bool fallback_find(void *arg, struct arena *arena, int64_t domain_id, str path, struct link_entry *out)
{
    struct engine *self = arg;
    struct db *db = readers_take(self->readers, FALLBACK_TIMEOUT_MS);
    bool found = db && find_in_db(self, db, arena, domain_id, path, out);

    readers_give(self->readers, db);
    return found;
}

/* ---- opening ---- */

/* The server starts without a file that cannot be read, and says so. */
static enum err open_geo(struct engine *self)
{
    const struct engine_opts *opts = &self->opts;

    if (opts->geo_files_count == 0) {
        return OK;
    }
    self->geo = geo_new(&(struct geo_opts){.files = opts->geo_files,
                                           .files_count = opts->geo_files_count,
                                           .english = opts->geo_english,
                                           .recognition_dir = opts->recognition_dir});
    if (!self->geo) {
        return ERR_NOMEM;
    }
    engine_refresh_geo(self, true);
    return OK;
}

static enum err check_folder(const char *data_dir, const char *path, struct fault *fault)
{
    if (path && files_exists(path)) {
        return OK;
    }
    return path ? fault_setf(fault, ERR_NOT_FOUND, "data", "no_data_folder",
                             "This is no data folder, linkpond init makes one: %s", data_dir)
                : ERR_NOMEM;
}

static enum err read_positions(struct engine *self, struct db *db, struct arena *arena,
                               struct journal_position **positions, size_t *count)
{
    struct stmt *rows = segments_each(db);
    struct segment segment;
    size_t cap = 0;

    while (segments_next(rows, &segment)) {
        cap++;
    }
    *positions = ARENA_ARRAY(arena, struct journal_position, cap + 1);
    *count = 0;
    if (stmt_err(rows) || !*positions) {
        return stmt_err(rows) ? stmt_err(rows) : ERR_NOMEM;
    }
    rows = segments_each(db);
    while (segments_next(rows, &segment)) {
        if ((uint64_t)segment.id >> 34 == self->node && *count < cap) {
            (*positions)[(*count)++] = (struct journal_position){.segment = segment.id & CLICK_ID_SEGMENT_MAX,
                                                                 .offset = (uint32_t)segment.ingested_to,
                                                                 .closed = segment.closed};
        }
    }
    return stmt_err(rows);
}

static enum err open_journal(struct engine *self, struct db *db, struct arena *arena, struct fault *fault)
{
    const struct engine_opts *opts = &self->opts;
    struct journal_position *positions;
    size_t count;
    uint64_t highest = 0, floor = 0;
    enum err err = restored_segment_floor(db, &floor);
    err = err ? err : read_positions(self, db, arena, &positions, &count);
    if (err) {
        return err;
    }
    for (size_t i = 0; i < count; i++) {
        highest = positions[i].segment > highest ? positions[i].segment : highest;
    }
    struct journal_opts journal = {.dir = files_join(arena, opts->data_dir, ENGINE_JOURNAL),
                                   .node = self->node,
                                   .lanes = opts->lanes,
                                   .segment_bytes = opts->segment_bytes,
                                   .fsync = opts->fsync,
                                   .keep_bytes = opts->journal_keep_bytes,
                                   .first_segment = highest < floor ? floor : highest + 1};
    err = journal.dir ? journal_open(&journal, &self->journal, fault) : ERR_NOMEM;
    if (!err) {
        journal_seek(self->journal, positions, count);
    }
    return err;
}

static enum err open_cache(struct engine *self, struct db *db, struct fault *fault)
{
    struct destinations *lists = NULL;

    self->cache = cache_new((size_t)self->opts.cache_bytes);
    self->destinations = destination_lists_new();
    self->places = live_places_new(self->zone);
    self->visitors = live_visitors_new(LIMIT_LIVE_VISITORS);
    self->pictures = turnstile_new(IMAGES_AT_ONCE, IMAGES_WAITING);
    if (!self->visitors || !self->pictures) {
        return ERR_NOMEM;
    }
    if (self->cache && self->places) {
        live_places_set_holidays(self->places, self->rules.holidays);
        cache_set_places(self->cache, self->places);
    }
    enum err err = self->cache && self->destinations ? destinations_load(db, NULL, &lists) : ERR_NOMEM;
    if (err) {
        return err;
    }
    destination_lists_swap(self->destinations, lists);
    cache_set_destinations(self->cache, lists);
    err = self->cache && self->places ? loader_load(db, self->journal, self->cache, fault) : ERR_NOMEM;
    if (err) {
        return err;
    }
    live_places_loaded(self->places);
    err = live_visitors_load(self->visitors, db, clock_now_ms() - LIVE_VISITORS_MS);
    if (err) {
        return err;
    }
    live_visitors_recall_journal(
        &(struct live_recall){.visitors = self->visitors, .places = self->places, .rules = self->rules.agents},
        self->journal, clock_now_ms());
    db_trim(db);
    malloc_trim(0); /* the batches that rows were read into */
    self->resolver = resolver_new(&(struct resolver_opts){.cache = self->cache,
                                                          .rules = self->rules.agents,
                                                          .visitors = self->visitors,
                                                          .geo = self->geo,
                                                          .fold_case = self->fold_case,
                                                          .fallback_find = fallback_find,
                                                          .fallback_arg = self});
    return self->resolver ? OK : ERR_NOMEM;
}

static enum err start_writer(struct engine *self, struct db *db, const char *path, struct fault *fault)
{
    str zone = zone_name(self->zone);
    char zone_text[64];

    snprintf(zone_text, sizeof zone_text, STR_FMT, STR_ARG(zone));
    return writer_start(&(struct writer_opts){.db = db,
                                              .path = path,
                                              .journal = self->journal,
                                              .cache = self->cache,
                                              .rules = self->rules,
                                              .geo = self->geo,
                                              .places = self->places,
                                              .zone_name = zone_text,
                                              .node = self->node,
                                              .repeat_window_ms = self->opts.repeat_window_ms,
                                              .fold_rows = self->opts.fold_rows,
                                              .chunk_rows = self->opts.chunk_rows,
                                              .day_clicks = DAY_CLICKS},
                        &self->writer, fault);
}

static enum err open_editor(struct engine *self, str code_key)
{
    const struct engine_opts *opts = &self->opts;

    self->cipher = code_cipher_new((const uint8_t *)code_key.ptr);
    if (!self->cipher) {
        return ERR_NOMEM;
    }
    self->editor = editor_new(&(struct editor_opts){.writer = self->writer,
                                                    .cache = self->cache,
                                                    .destinations = self->destinations,
                                                    .cipher = self->cipher,
                                                    .data_dir = opts->data_dir,
                                                    .chunk_rows = opts->chunk_rows,
                                                    .code_length = opts->code_length,
                                                    .sequential_codes = opts->sequential_codes,
                                                    .fold_case = self->fold_case,
                                                    .strict_dictionary = opts->strict_dictionary,
                                                    .allow_private_targets = opts->allow_private_targets,
                                                    .notify_allow_private = opts->notify_allow_private,
                                                    .seal_key = self->seal_key,
                                                    .click_keys = &self->click_keys,
                                                    .normalise_utm = opts->normalise_utm,
                                                    .zone = self->zone,
                                                    .extra_schemes = opts->extra_schemes,
                                                    .extra_schemes_count = opts->extra_schemes_count,
                                                    .reserved = opts->reserved,
                                                    .reserved_count = opts->reserved_count});
    return self->editor ? OK : ERR_NOMEM;
}

/* On a single core a helper would only take turns with whom it helps. */
static enum err open_helper(struct engine *self, const char *path, struct fault *fault)
{
    cpu_set_t cores;

    CPU_ZERO(&cores);
    bool several = sched_getaffinity(0, sizeof cores, &cores) == 0 && CPU_COUNT(&cores) > 1;
    return several ? report_helper_start(path, &self->report_helper, fault) : OK;
}

static enum err start_rewriter(struct engine *self, const char *path, struct fault *fault)
{
    return rewriter_start(&(struct rewriter_opts){.writer = self->writer,
                                                  .path = path,
                                                  .recognition_dir = self->opts.recognition_dir,
                                                  .chunk_rows = self->opts.chunk_rows,
                                                  .zone = self->zone},
                          &self->rewriter, fault);
}

static enum err start_joiner(struct engine *self, const char *path, struct fault *fault)
{
    struct joiner *joiner = NULL;
    enum err err = joiner_start(&(struct joiner_opts){.writer = self->writer, .path = path}, &joiner, fault);

    self->deals.writer = self->writer;
    self->deals.joiner = joiner;
    self->landings = landings_new(&self->deals);
    return err || self->landings ? err : ERR_NOMEM;
}

enum err engine_notify(struct engine *self, struct fault *fault)
{
    struct arena arena;

    arena_init(&arena, 64 * 1024);
    const char *path = files_join(&arena, self->opts.data_dir, ENGINE_DATABASE);
    struct notifier *notifier = NULL;
    enum err err = path ? notifier_start(&(struct notifier_opts){.writer = self->writer,
                                                                 .path = path,
                                                                 .seal_key = self->seal_key,
                                                                 .zone = self->zone,
                                                                 .allow_private = self->opts.notify_allow_private},
                                         &notifier, fault)
                        : ERR_NOMEM;
    self->notifier = notifier;
    arena_done(&arena);
    err = err ? err : radar_watch_start(self, &self->radar);
    if (!err) {
        (void)pool_needs_tell(self, clock_now_ms(), NULL); /* else the janitor does, in a minute */
    }
    return err;
}

static enum err open_parts(struct engine *self, struct arena *arena, struct fault *fault)
{
    const char *path = files_join(arena, self->opts.data_dir, ENGINE_DATABASE);
    struct db *db = NULL;
    str code_key = {0};
    enum err err = check_folder(self->opts.data_dir, path, fault);

    err = err ? err : engine_lock(self->opts.data_dir, arena, &self->lock_fd, fault);
    err = err ? err : db_open(path, DB_WRITE, &db, fault);
    self->db = db;
    err = err ? err : engine_read_facts(self, db, arena, &code_key, fault);
    err = err ? err : engine_stages(db, arena);
    err = err ? err : recognition_load(self->opts.recognition_dir, &self->rules, fault);
    self->sources = self->rules.sources;
    err = err ? err : restored_settle(db);
    err = err ? err : open_journal(self, db, arena, fault);
    err = err ? err : readers_open(path, LIMIT_READERS, &self->readers, fault);
    err = err ? err : open_helper(self, path, fault);
    err = err ? err : open_geo(self);
    err = err ? err : open_cache(self, db, fault);
    err = err ? err : visitor_numbers_open(&self->visitor_numbers, db);
    err = err ? err : start_writer(self, db, path, fault);
    err = err ? err : open_editor(self, code_key);
    self->presses = err ? NULL : presses_new(self->writer, self->zone);
    self->last_uses = err ? NULL : last_uses_new(self->writer);
    err = err || (self->presses && self->last_uses) ? err : ERR_NOMEM;
    err = err ? err : start_rewriter(self, path, fault);
    err = err ? err : start_joiner(self, path, fault);
    return err ? err : janitor_start(self, &self->janitor);
}

enum err engine_open(const struct engine_opts *opts, struct engine **out, struct fault *fault)
{
    struct arena arena;

    BUG_ON(opts->lanes == 0 || opts->lanes > LIMIT_REDIRECT_THREADS);
    const struct zone *zone = zone_find(str_from_c(opts->timezone));
    if (!zone) {
        return fault_setf(fault, ERR_INVALID, "timezone", "unknown", "There is no time zone %s.", opts->timezone);
    }
    struct engine *self = calloc(1, sizeof *self);
    if (!self) {
        return ERR_NOMEM;
    }
    click_keyring_init(&self->click_keys);
    umask(0077);
    self->opts = *opts;
    self->zone = zone;
    self->currency = opts->currency ? str_from_c(opts->currency) : STR("CNY");
    self->lock_fd = -1;
    self->started_ms = clock_now_ms();
    arena_init(&arena, ENGINE_ARENA_MAX);
    enum err err = open_parts(self, &arena, fault);
    arena_done(&arena);
    if (err) {
        engine_close(self);
        return err;
    }
    *out = self;
    return OK;
}

void engine_close(struct engine *self)
{
    if (!self) {
        return;
    }
    janitor_stop(self->janitor);
    radar_watch_stop(self->radar);
    notifier_stop(self->notifier);
    rewriter_stop(self->rewriter);
    joiner_stop(self->deals.joiner);
    landings_free(self->landings);
    engine_local_key_remove(self);
    presses_free(self->presses);
    last_uses_free(self->last_uses);
    writer_stop(self->writer);
    editor_free(self->editor);
    code_cipher_free(self->cipher);
    resolver_free(self->resolver);
    geo_free(self->geo);
    report_helper_stop(self->report_helper);
    readers_close(self->readers);
    journal_close(self->journal);
    db_close(self->db); /* last of the handles, so that it may fold the WAL into the file */
    cache_free(self->cache);
    destination_lists_free(self->destinations);
    turnstile_free(self->pictures);
    live_places_free(self->places);
    live_visitors_free(self->visitors);
    agent_rules_free(self->resolver_rules);
    if (self->sources != self->rules.sources) {
        source_rules_free(self->sources);
    }
    recognition_free(&self->rules);
    if (self->lock_fd >= 0) {
        files_unlock(self->lock_fd);
    }
    crypt_cleanse(self->seal_key, sizeof self->seal_key);
    click_keyring_done(&self->click_keys);
    crypt_cleanse(self->identity_key, sizeof self->identity_key);
    free(self);
}
