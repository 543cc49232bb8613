/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/reporter.h"
#include "linkpond/store/segments.h"
#include "report_match.h"

#include <stdlib.h>
#include <string.h>

/*
 * The raw ledger, segment by segment in order of id. Rows are matched by the same filters as reports; their texts are
 * looked up only for those that match.
 */
#define TEXTS_BYTES (8U << 20)

struct listing {
    struct db *db;
    const struct click_query *query;
    struct report_match match;
    struct report_texts texts;
    size_t left;
    bool stopped;
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

static enum err list_row(struct listing *self, const struct clicks_scan *scan)
{
    struct click click;
    bool wanted = false;
    enum err err = passes(self, scan, &wanted);

    if (err != OK || !wanted) {
        return err;
    }
    report_texts_trim(&self->texts, TEXTS_BYTES);
    err = fill(self, scan, &click);
    if (err == OK) {
        self->stopped = !self->each(self->arg, &click) || --self->left == 0;
    }
    return err;
}

static enum err list_segment(struct listing *self, int64_t segment_id)
{
    int64_t from = segment_first_click(segment_id), to = segment_last_click(segment_id);
    int64_t after = self->query->after_id;
    struct clicks_scan scan;
    enum err err = OK;

    if (after != 0 && self->query->descending) {
        to = after - 1 < to ? after - 1 : to;
    } else if (after != 0) {
        from = after + 1 > from ? after + 1 : from;
    }
    if (from > to) {
        return OK;
    }
    clicks_scan(&scan, self->db, from, to, self->query->descending, CLICK_EVERYTHING | CLICK_WITH_IP);
    while (err == OK && !self->stopped && clicks_scan_next(&scan)) {
        err = list_row(self, &scan);
    }
    if (err != OK || self->stopped) {
        stmt_reset(scan.rows);
        return err;
    }
    return stmt_err(scan.rows);
}

/* Read first, because they are walked from either end. */
static enum err find_segments(struct listing *self, int64_t **ids, size_t *count)
{
    const struct report_query *query = &self->query->filter;
    struct stmt *rows = segments_each_in(self->db, query->from_ms, query->to_ms);
    struct segment segment;
    size_t cap = 0;

    *ids = NULL;
    *count = 0;
    while (segments_next(rows, &segment)) {
        if (*count == cap) {
            cap = cap > 0 ? cap * 2 : 256;
            int64_t *bigger = realloc(*ids, cap * sizeof **ids);
            if (!bigger) {
                stmt_reset(rows);
                return ERR_NOMEM;
            }
            *ids = bigger;
        }
        (*ids)[(*count)++] = segment.id;
    }
    return stmt_err(rows);
}

static enum err list(struct listing *self)
{
    int64_t *ids = NULL;
    size_t count = 0;
    enum err err = find_segments(self, &ids, &count);

    for (size_t i = 0; err == OK && !self->stopped && i < count; i++) {
        err = list_segment(self, ids[self->query->descending ? count - 1 - i : i]);
    }
    free(ids);
    return err;
}

enum err clicks_run(struct db *db, struct arena *arena, const struct click_query *query,
                    bool (*each)(void *arg, const struct click *click), void *arg)
{
    struct listing self = {
        .db = db, .query = query, .left = query->limit, .stopped = query->limit == 0, .each = each, .arg = arg};
    bool own = !db_in_transaction(db);
    enum err err = own ? db_begin(db, false) : OK;

    (void)arena; /* texts are lent for the call only */
    report_texts_init(&self.texts, db);
    if (err == OK) {
        err = report_match_open(&self.match, db, &query->filter, NULL, 0);
        err = err == OK ? list(&self) : err;
        report_match_done(&self.match);
    }
    report_texts_done(&self.texts);
    if (own) {
        db_rollback(db);
    }
    return err;
}
