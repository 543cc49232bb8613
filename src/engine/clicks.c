/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/reporter.h"
#include "linkpond/store/segments.h"
#include "report_match.h"

#include <stdlib.h>
#include <string.h>

/*
 * The raw ledger in order of time. Segments of several threads overlap, so the segments that can hold the next clicks
 * are read with no more columns than the filters need, the earliest matches are kept in a heap, and only these are read
 * whole. Looking at the rest of a segment costs a few milliseconds a page; positions per segment were rejected because
 * an id alone must do to go on from.
 */
#define TEXTS_BYTES (8U << 20)

/* A click's place in the order. */
struct place {
    int64_t time_ms, id;
};

struct listing {
    struct db *db;
    const struct click_query *query;
    struct report_match match;
    struct report_texts texts;
    struct place after; /* id 0 = none */
    struct place *best; /* heap of at most limit places, the last of them first */
    size_t count, cap;
    struct clicks_scan reading; /* of the clicks that are given */
    bool is_reading;
    bool (*each)(void *arg, const struct click *click);
    void *arg;
};

static enum err passes(struct listing *self, const struct clicks_scan *scan, bool *out)
{
    const struct report_query *query = &self->query->filter;
    const struct click_facts *facts = &scan->facts;
    const struct match_link *link = NULL;
    enum err err = OK;

    *out = facts->time_ms >= query->from_ms && facts->time_ms < query->to_ms &&
           report_match_class(&self->match, facts->class) && report_match_outcome(&self->match, facts->outcome);
    if (*out && self->query->request_id.len > 0) {
        *out = str_eq(clicks_scan_value(scan, CLICK_REQUEST_ID).text, self->query->request_id);
    }
    if (*out && self->match.needs_links) {
        err = report_match_link(&self->match, facts->link_id, &link);
        *out = err == OK && link->passes;
    }
    return *out ? report_match_click(&self->match, scan, out) : err;
}

static void fill_facts(const struct click_facts *facts, struct click *out)
{
    out->id = facts->id;
    out->time_ms = facts->time_ms;
    out->link_id = facts->link_id;
    out->class = facts->class;
    out->outcome = facts->outcome;
    out->signals = facts->signals;
    out->repeat = facts->flags & CLICK_FLAG_REPEAT;
    out->new_visitor = facts->flags & CLICK_FLAG_NEW_VISITOR;
    out->first_here = facts->flags & CLICK_FLAG_FIRST_HERE;
    out->qr = facts->flags & CLICK_FLAG_QR;
    out->visitor = facts->visitor;
    out->visitor_by = facts->visitor_by;
    out->source_by = facts->source_by;
    out->channel_by = facts->channel_by;
    out->scene = facts->scene;
}

static void fill_ip(str bytes, struct addr *out)
{
    if (bytes.len == 3) {
        out->bytes[10] = out->bytes[11] = 0xFF;
        memcpy(out->bytes + 12, bytes.ptr, 3);
    } else if (bytes.len == 6) {
        memcpy(out->bytes, bytes.ptr, 6);
    }
}

static enum err fill(struct listing *self, const struct clicks_scan *scan, struct click *out)
{
    str *const texts[CLICK_COLUMNS] = {
        [CLICK_RULE] = &out->rule,
        [CLICK_HOST] = &out->host,
        [CLICK_CODE] = &out->code,
        [CLICK_TARGET] = &out->target,
        [CLICK_LOCATION] = &out->location,
        [CLICK_COUNTRY] = &out->country,
        [CLICK_REGION] = &out->region,
        [CLICK_CITY] = &out->city,
        [CLICK_APP] = &out->app,
        [CLICK_OS] = &out->os,
        [CLICK_DEVICE] = &out->device,
        [CLICK_BROWSER] = &out->browser,
        [CLICK_LANGUAGE] = &out->language,
        [CLICK_NET] = &out->net,
        [CLICK_REFERRER] = &out->referrer,
        [CLICK_REFERRER_HOST] = &out->referrer_host,
        [CLICK_QUERY] = &out->query,
        [CLICK_UTM_SOURCE] = &out->utm[UTM_SOURCE],
        [CLICK_UTM_MEDIUM] = &out->utm[UTM_MEDIUM],
        [CLICK_UTM_CAMPAIGN] = &out->utm[UTM_CAMPAIGN],
        [CLICK_UTM_TERM] = &out->utm[UTM_TERM],
        [CLICK_UTM_CONTENT] = &out->utm[UTM_CONTENT],
        [CLICK_UTM_ID] = &out->utm[UTM_ID],
        [CLICK_SOURCE] = &out->source,
        [CLICK_CHANNEL] = &out->channel,
        [CLICK_AD_CLICK_SOURCE] = &out->ad_click_source,
        [CLICK_AD_CLICK_ID] = &out->ad_click_id,
        [CLICK_REQUEST_ID] = &out->request_id,
        [CLICK_USER_AGENT] = &out->user_agent,
        [CLICK_CARRIER] = &out->carrier,
    };
    enum err err = OK;

    *out = (struct click){0};
    fill_facts(&scan->facts, out);
    fill_ip(clicks_scan_ip(scan), &out->ip);
    for (int i = 0; err == OK && i < CLICK_COLUMNS; i++) {
        struct click_value value = clicks_scan_value(scan, (enum click_column)i);
        uint64_t number = 0;
        *texts[i] = value.text;
        if (value.term != 0) {
            err = report_texts_value(&self->texts, &value, &number);
            *texts[i] = err == OK ? report_texts_text(&self->texts, number) : STR("");
        }
    }
    return err;
}

/* ---- which clicks ---- */

/* Does a come before b in the order asked? */
static bool before(const struct listing *self, struct place a, struct place b)
{
    if (self->query->descending) {
        struct place swap = a;
        a = b;
        b = swap;
    }
    return a.time_ms != b.time_ms ? a.time_ms < b.time_ms : a.id < b.id;
}

static bool is_full(const struct listing *self)
{
    return self->count == self->query->limit;
}

/* Restores the heap below `at`, where a smaller place may stand. */
static void sink(struct listing *self, size_t at)
{
    struct place moving = self->best[at];
    for (size_t child = 2 * at + 1; child < self->count; child = 2 * at + 1) {
        if (child + 1 < self->count && before(self, self->best[child], self->best[child + 1])) {
            child++;
        }
        if (!before(self, moving, self->best[child])) {
            break;
        }
        self->best[at] = self->best[child];
        at = child;
    }
    self->best[at] = moving;
}

static enum err keep(struct listing *self, struct place place)
{
    if (is_full(self)) {
        if (before(self, place, self->best[0])) {
            self->best[0] = place;
            sink(self, 0);
        }
        return OK;
    }
    if (self->count == self->cap) {
        self->cap = self->cap > 0 ? self->cap * 2 : 128;
        struct place *bigger = realloc(self->best, self->cap * sizeof *bigger);
        if (!bigger) {
            return ERR_NOMEM;
        }
        self->best = bigger;
    }
    size_t at = self->count++;
    while (at > 0 && before(self, self->best[(at - 1) / 2], place)) {
        self->best[at] = self->best[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    self->best[at] = place;
    return OK;
}

static enum err pick_row(struct listing *self, const struct clicks_scan *scan)
{
    struct place place = {scan->facts.time_ms, scan->facts.id};
    bool wanted = (self->after.id == 0 || before(self, self->after, place)) &&
                  (!is_full(self) || before(self, place, self->best[0]));
    enum err err = wanted ? passes(self, scan, &wanted) : OK;

    return err == OK && wanted ? keep(self, place) : err;
}

static enum err pick_from(struct listing *self, int64_t segment_id)
{
    struct clicks_scan scan;
    uint64_t columns = self->match.columns;
    enum err err = OK;

    if (self->query->request_id.len > 0) {
        columns |= CLICK_BIT(CLICK_REQUEST_ID);
    }
    clicks_scan(&scan, self->db, segment_first_click(segment_id), segment_last_click(segment_id),
                self->query->descending, columns);
    while (err == OK && clicks_scan_next(&scan)) {
        err = pick_row(self, &scan);
    }
    if (err != OK) {
        stmt_reset(scan.rows);
        return err;
    }
    return stmt_err(scan.rows);
}

/* ---- which segments ---- */

/* A segment is at the place of its first click in the order asked. */
static int compare_ascending(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    return (left->time_ms > right->time_ms) - (left->time_ms < right->time_ms);
}

static int compare_descending(const void *a, const void *b)
{
    return compare_ascending(b, a);
}

static enum err find_segments(struct listing *self, struct place **out, size_t *count)
{
    const struct report_query *query = &self->query->filter;
    bool descending = self->query->descending, after = self->after.id != 0;
    int64_t from_ms =
        after && !descending && self->after.time_ms > query->from_ms ? self->after.time_ms : query->from_ms;
    int64_t to_ms = after && descending && self->after.time_ms < query->to_ms ? self->after.time_ms + 1 : query->to_ms;
    struct stmt *rows = segments_each_in(self->db, from_ms, to_ms);
    struct segment segment;
    size_t cap = 0;

    while (segments_next(rows, &segment)) {
        if (*count == cap) {
            cap = cap > 0 ? cap * 2 : 256;
            struct place *bigger = realloc(*out, cap * sizeof **out);
            if (!bigger) {
                stmt_reset(rows);
                return ERR_NOMEM;
            }
            *out = bigger;
        }
        (*out)[(*count)++] = (struct place){descending ? segment.max_ms : segment.min_ms, segment.id};
    }
    if (*count > 0) {
        qsort(*out, *count, sizeof **out, descending ? compare_descending : compare_ascending);
    }
    return stmt_err(rows);
}

/* A segment that begins behind the last of a full heap has nothing for it, nor have those behind it. */
static bool is_behind(const struct listing *self, const struct place *segment)
{
    return is_full(self) && (self->query->descending ? segment->time_ms < self->best[0].time_ms
                                                     : segment->time_ms > self->best[0].time_ms);
}

static enum err pick(struct listing *self)
{
    struct place *segments = NULL;
    size_t count = 0;
    enum err err = find_segments(self, &segments, &count);

    for (size_t i = 0; err == OK && i < count && !is_behind(self, &segments[i]); i++) {
        err = pick_from(self, segments[i].id);
    }
    free(segments);
    return err;
}

/* ---- the clicks themselves ---- */

/* Takes the heap apart from its end: what is left in `best` is in order. */
static void sort_best(struct listing *self)
{
    size_t all = self->count;
    while (self->count > 1) {
        struct place last = self->best[0];
        self->best[0] = self->best[--self->count];
        sink(self, 0);
        self->best[self->count] = last;
    }
    self->count = all;
}

/* Clicks that follow each other in time mostly do so in their batch, so the scan of one is kept for the next. */
static bool go_to(struct listing *self, int64_t id)
{
    bool down = self->query->descending;

    if (self->is_reading && clicks_scan_skip_to(&self->reading, id)) {
        return true;
    }
    self->is_reading = true;
    clicks_scan(&self->reading, self->db, down ? 0 : id, down ? id : INT64_MAX, down, CLICK_EVERYTHING | CLICK_WITH_IP);
    return clicks_scan_next(&self->reading) && self->reading.facts.id == id;
}

static enum err give(struct listing *self, int64_t id, bool *stop)
{
    struct click click;

    if (!go_to(self, id)) {
        return stmt_err(self->reading.rows);
    }
    report_texts_trim(&self->texts, TEXTS_BYTES);
    enum err err = fill(self, &self->reading, &click);
    if (err == OK) {
        *stop = !self->each(self->arg, &click);
    }
    return err;
}

static enum err list(struct listing *self)
{
    bool stop = false;
    enum err err = pick(self);

    sort_best(self);
    for (size_t i = 0; err == OK && !stop && i < self->count; i++) {
        err = give(self, self->best[i].id, &stop);
    }
    if (self->is_reading) {
        stmt_reset(self->reading.rows);
    }
    return err;
}

/* The place to go on from. */
static enum err find_after(struct listing *self)
{
    struct clicks_scan scan;

    self->after = (struct place){self->query->after_ms, self->query->after_id};
    if (self->after.id == 0 || self->after.time_ms != 0) {
        return OK;
    }
    clicks_scan(&scan, self->db, self->after.id, self->after.id, false, 0);
    if (!clicks_scan_next(&scan)) {
        return stmt_err(scan.rows) != OK ? stmt_err(scan.rows) : ERR_NOT_FOUND;
    }
    self->after.time_ms = scan.facts.time_ms;
    stmt_reset(scan.rows);
    return OK;
}

enum err clicks_run(struct db *db, struct arena *arena, const struct click_query *query,
                    bool (*each)(void *arg, const struct click *click), void *arg)
{
    struct listing self = {.db = db, .query = query, .each = each, .arg = arg};
    bool own = !db_in_transaction(db);
    enum err err = own ? db_begin(db, false) : OK;

    (void)arena; /* texts are lent for the call only */
    report_texts_init(&self.texts, db);
    err = err == OK ? find_after(&self) : err;
    if (err == OK && query->limit > 0) {
        err = report_match_open(&self.match, db, &query->filter, NULL, 0);
        err = err == OK ? list(&self) : err;
        report_match_done(&self.match);
    }
    report_texts_done(&self.texts);
    free(self.best);
    if (own) {
        db_rollback(db);
    }
    return err;
}
