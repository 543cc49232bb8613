/* SPDX-License-Identifier: MIT */
#include "ingest.h"

#include <stdlib.h>
#include <string.h>

#include "ingest_row.h"
#include "ingest_targets.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/idmap.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/live_visitors.h"
#include "linkpond/store/click_repeats.h"
#include "linkpond/store/segments.h"
#include "pseudonyms.h"

#define POSITIONS_MAX   4096
#define SEGMENTS_MAX    1024   /* of one batch; more begin another batch */
#define EXPIRED_MAX     100000 /* who was sent where, an hour */
#define DUPLICATE_MS    (60 * MS_PER_SECOND)
#define REQUEST_IDS_MAX (1U << 22)
#define CLICKS_A_BREATH 8              /* some 20 microseconds */
#define PACKS_MAX       JOURNAL_MERGED /* a segment of each lane; its clicks come between others' */

/* What a batch adds to one segment. */
struct gain {
    int64_t segment_id;
    int64_t rows;
    int64_t min_ms, max_ms;
};
struct ingest {
    struct ingest_opts opts;
    struct ingest_row *rows;
    struct pseudonyms *pseudonyms;
    struct idmap request_ids; /* seen shortly before the start: the first click of each */
    struct siphash_key request_id_key;
    struct journal_position positions[POSITIONS_MAX];
    struct gain gains[SEGMENTS_MAX];
    size_t gains_count;
    struct click_batch packs[PACKS_MAX]; /* of this transaction, one a segment */
    size_t packs_count, pack_last, pack_oldest;
    struct ingest_targets targets; /* of this transaction */
    bool day_awaited;              /* by clicks that were seen in the journal */
    struct ingest_batch batch;
};

/* ---- start */

static enum err seek(struct ingest *self)
{
    struct journal_position *positions = NULL;
    struct segment segment;
    size_t count = 0, cap = 0;
    struct stmt *rows = segments_each(self->opts.db);

    while (segments_next(rows, &segment)) {
        int64_t first = segment_first_click(segment.id);
        if (click_id_node(first) != self->opts.node) {
            continue;
        }
        if (count == cap) {
            cap = cap > 0 ? cap * 2 : 256;
            struct journal_position *bigger = realloc(positions, cap * sizeof *positions);
            if (!bigger) {
                free(positions);
                stmt_reset(rows);
                return ERR_NOMEM;
            }
            positions = bigger;
        }
        positions[count++] =
            (struct journal_position){click_id_segment(first), (uint32_t)segment.ingested_to, segment.closed};
    }
    if (stmt_err(rows) == OK) {
        journal_seek(self->opts.journal, positions, count);
    }
    free(positions);
    return stmt_err(rows);
}

static uint64_t request_id_hash(const struct ingest *self, str request_id)
{
    return hash_sip(&self->request_id_key, request_id.ptr, request_id.len) >> 1;
}

/* Of two runs the earlier has the lower ids. */
static void remember_request_id(void *arg, const struct record *record, int64_t click_id)
{
    struct ingest *self = arg;

    if (record->request_id.len > 0) {
        int64_t *first = idmap_put(&self->request_ids, request_id_hash(self, record->request_id), 0, NULL);
        if (first && (*first == 0 || click_id < *first)) {
            *first = click_id;
        }
    }
}

enum err ingest_open(const struct ingest_opts *opts, struct ingest **out)
{
    struct ingest *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->opts = *opts;
    crypt_random(&self->request_id_key, sizeof self->request_id_key);
    idmap_init(&self->request_ids, REQUEST_IDS_MAX);
    enum err err = ingest_row_open(opts->db, &opts->rules, opts->geo, &self->rows);
    if (err == OK) {
        const struct pseudonyms_opts visitors = {.zone = opts->zone,
                                                 .repeat_window_ms = opts->repeat_window_ms,
                                                 .path = opts->path,
                                                 .clicks_here = opts->day_clicks,
                                                 .now_ms = opts->started_ms};
        err = pseudonyms_open(opts->db, &visitors, &self->pseudonyms);
    }
    if (err == OK) {
        err = seek(self);
    }
    if (err != OK) {
        ingest_free(self);
        return err;
    }
    journal_each_recent(opts->journal, opts->started_ms - DUPLICATE_MS, remember_request_id, self);
    *out = self;
    return OK;
}

void ingest_end(struct ingest *self)
{
    pseudonyms_end(self->pseudonyms);
}

void ingest_free(struct ingest *self)
{
    if (self) {
        ingest_row_free(self->rows);
        pseudonyms_free(self->pseudonyms);
        idmap_done(&self->request_ids);
        free(self);
    }
}

void ingest_set_rules(struct ingest *self, const struct recognition *rules)
{
    ingest_row_set_rules(self->rows, rules);
}

/* ---- one batch */

/* nginx sends a request again to a daemon that came back. Only what was appended since the start is asked: the unread
 * records of the run before are in the set themselves. The click that it repeats; 0 = none. */
static int64_t repeated(struct ingest *self, const struct record *record)
{
    if (record->request_id.len == 0 || record->time_ms <= self->opts.started_ms) {
        return 0;
    }
    if (record->time_ms >= self->opts.started_ms + DUPLICATE_MS) {
        idmap_clear(&self->request_ids);
        return 0;
    }
    const int64_t *first = idmap_find(&self->request_ids, request_id_hash(self, record->request_id), 0);
    return first ? *first : 0;
}

static struct gain *gain_of(struct ingest *self, int64_t click_id)
{
    int64_t segment_id = segment_id_of_click(click_id);

    for (size_t i = self->gains_count; i > 0; i--) {
        if (self->gains[i - 1].segment_id == segment_id) {
            return &self->gains[i - 1];
        }
    }
    struct gain *gain = &self->gains[self->gains_count++];
    *gain = (struct gain){segment_id, 0, INT64_MAX, INT64_MIN};
    return gain;
}

static void count(struct ingest *self, const struct click_facts *facts)
{
    struct gain *gain = gain_of(self, facts->id);

    gain->rows++;
    gain->min_ms = facts->time_ms < gain->min_ms ? facts->time_ms : gain->min_ms;
    gain->max_ms = facts->time_ms > gain->max_ms ? facts->time_ms : gain->max_ms;
    self->batch.rows++;
    self->batch.by_class[facts->class]++;
}

/* The pack of the click's segment; past PACKS_MAX of them the one begun first is stored and makes room. */
static enum err pack_of(struct ingest *self, int64_t click_id, struct click_batch **out)
{
    int64_t segment_id = segment_id_of_click(click_id);
    size_t i = self->pack_last;
    enum err err = OK;

    if (i >= self->packs_count || self->packs[i].segment_id != segment_id) {
        i = 0;
        while (i < self->packs_count && self->packs[i].segment_id != segment_id) {
            i++;
        }
    }
    if (i == PACKS_MAX) {
        i = self->pack_oldest++ % PACKS_MAX;
        err = click_batch_flush(&self->packs[i], self->opts.db);
        click_batch_init(&self->packs[i]);
    } else if (i == self->packs_count) {
        click_batch_init(&self->packs[self->packs_count++]);
    }
    self->pack_last = i;
    *out = &self->packs[i];
    return err;
}

static enum err packs_flush(struct ingest *self)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < self->packs_count; i++) {
        err = click_batch_flush(&self->packs[i], self->opts.db);
    }
    return err;
}

static enum err find_visitor(struct ingest *self, const struct record *record, struct click_facts *facts,
                             bool *first_there)
{
    struct pseudonym who;
    enum err err = pseudonyms_find(self->pseudonyms, self->opts.db, record, ingest_row_agent(self->rows),
                                   click_counts(facts->class, facts->outcome), &who);

    *first_there = err == OK && who.first_there;
    if (err == OK) {
        facts->visitor = who.number;
        facts->visitor_by = who.by;
        facts->flags |= (who.repeat ? CLICK_FLAG_REPEAT : 0U) | (who.new_visitor ? CLICK_FLAG_NEW_VISITOR : 0U) |
                        (who.first_here ? CLICK_FLAG_FIRST_HERE : 0U);
    }
    return err;
}

static enum err insert(struct ingest *self, const struct record *record, int64_t click_id, int64_t now_ms)
{
    struct click_row *row = NULL;
    struct click_batch *pack = NULL;
    bool first_there = false;
    enum err err = ingest_row_build(self->rows, self->opts.db, record, click_id, now_ms, &row);

    int64_t first_id = err == OK ? repeated(self, record) : 0;
    if (first_id != 0) {
        row->facts.class = CLASS_DUPLICATE;
        err = click_repeats_put(self->opts.db, click_id, first_id);
    }
    if (err == OK && row->facts.class == CLASS_HUMAN) {
        err = find_visitor(self, record, &row->facts, &first_there);
    }
    if (err == OK) {
        err = pack_of(self, click_id, &pack);
    }
    if (err != OK) {
        return err;
    }
    err = click_batch_add(pack, self->opts.db, row);
    if (err == OK) {
        count(self, &row->facts);
        err = ingest_targets_count(&self->targets, self->opts.db, self->opts.places, record, row, first_there);
    }
    return err == ERR_CONFLICT ? OK : err; /* it is there though its position was lost: it counts once */
}

static enum err save_positions(struct ingest *self, size_t positions_count)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < positions_count; i++) {
        const struct journal_position *position = &self->positions[i];
        int64_t id = segment_id_of_click(click_id_make(self->opts.node, position->segment, 0));
        struct gain gain = {id, 0, INT64_MIN, INT64_MIN};
        for (size_t g = 0; g < self->gains_count; g++) {
            gain = self->gains[g].segment_id == id ? self->gains[g] : gain;
        }
        err = segments_ingested(self->opts.db, id, position->offset, position->closed, gain.rows, gain.min_ms,
                                gain.max_ms);
    }
    return err == OK ? pseudonyms_save(self->pseudonyms, self->opts.db) : err;
}

/* The click that a batch begins with, if there is one. A day that clicks wait for is asked after first, because looking
 * at them costs. ERR_UNAVAILABLE: they still wait. */
static enum err look(struct ingest *self, struct record *record, int64_t *click_id, bool *any)
{
    enum err err = self->day_awaited ? pseudonyms_ready(self->pseudonyms) : OK;

    *any = err == OK && journal_next(self->opts.journal, record, click_id);
    err = *any ? pseudonyms_ready(self->pseudonyms) : err;
    self->day_awaited = err == ERR_UNAVAILABLE;
    return err;
}

static enum err run_transaction(struct ingest *self, int64_t now_ms, struct record *record, int64_t click_id, bool any)
{
    size_t read = 0, positions = any ? 0 : journal_positions(self->opts.journal, self->positions, POSITIONS_MAX);

    if (!any && positions == 0) {
        return OK;
    }
    self->packs_count = self->pack_last = self->pack_oldest = 0;
    ingest_targets_begin(&self->targets);
    enum err err = db_begin(self->opts.db, false);
    while (err == OK && any) {
        err = insert(self, record, click_id, now_ms);
        read++;
        if (read % CLICKS_A_BREATH == 0) {
            db_breathe(self->opts.db);
        }
        self->batch.more = read >= LIMIT_CLICK_BATCH || self->gains_count >= SEGMENTS_MAX;
        any = !self->batch.more && journal_next(self->opts.journal, record, &click_id);
    }
    if (err == OK && read > 0) {
        positions = journal_positions(self->opts.journal, self->positions, POSITIONS_MAX);
        self->batch.more = self->batch.more || positions >= JOURNAL_BATCH_SEGMENTS;
    }
    if (err == OK) {
        err = packs_flush(self);
    }
    if (err == OK) {
        err = ingest_targets_store(&self->targets, self->opts.db);
    }
    if (err == OK) {
        err = save_positions(self, positions);
    }
    return err == OK ? db_commit(self->opts.db) : err;
}

enum err ingest_run(struct ingest *self, int64_t now_ms, struct ingest_batch *out)
{
    self->batch = (struct ingest_batch){0};
    self->gains_count = 0;
    struct record first;
    int64_t click_id = 0;
    bool any = false;
    enum err err = look(self, &first, &click_id, &any);
    bool begun = err == OK;
    err = begun ? run_transaction(self, now_ms, &first, click_id, any) : err;
    if (err == OK) {
        journal_batch_committed(self->opts.journal);
        pseudonyms_committed(self->pseudonyms);
        *out = self->batch;
        return OK;
    }
    *out = (struct ingest_batch){0};
    journal_batch_rolled_back(self->opts.journal);
    if (begun) {
        db_rollback(self->opts.db);
        pseudonyms_rolled_back(self->pseudonyms);
        ingest_row_rolled_back(self->rows, self->opts.db);
    }
    return err;
}

enum err ingest_expire(struct ingest *self, int64_t now_ms)
{
    enum err err = db_begin(self->opts.db, false);

    if (err == OK) {
        err = pseudonyms_expire(self->pseudonyms, self->opts.db, now_ms);
    }
    if (err == OK) {
        int64_t deleted;
        err = target_visitors_expire(self->opts.db, now_ms - LIVE_VISITORS_MS, EXPIRED_MAX, &deleted);
    }
    if (err == OK) {
        err = db_commit(self->opts.db);
    }
    if (err != OK) {
        db_rollback(self->opts.db);
    }
    return err;
}
