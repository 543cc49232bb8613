/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"

#include "linkpond/engine/publish.h"

#include "engine_private.h"

/* A running engine looked at and told to read its tables again. */

/* A request is appended to the journal well within this time of its arrival. */
#define SETTLE_MS 500

static bool same_holidays(const struct holidays *a, const struct holidays *b)
{
    size_t a_count = 0, b_count = 0;
    const struct rule_holiday *a_days = a ? holidays_list(a, &a_count) : NULL;
    const struct rule_holiday *b_days = b ? holidays_list(b, &b_count) : NULL;

    if (a_count != b_count) {
        return false;
    }
    for (size_t i = 0; i < a_count; i++) {
        if (a_days[i].civil_day != b_days[i].civil_day || a_days[i].kind != b_days[i].kind) {
            return false;
        }
    }
    return true;
}

/* Schedules were compiled with the days off that were known then. */
static enum err reload_holidays(struct engine *self, struct recognition *fresh, struct fault *fault)
{
    if (same_holidays(live_places_holidays(self->places), fresh->holidays)) {
        return OK;
    }
    enum err err = live_places_take_holidays(self->places, fresh->holidays);
    if (!err) {
        fresh->holidays = NULL;
        err = publish_live_codes(self->writer, self->cache, fault);
    }
    return err;
}

/* The writer takes its copy over at its next batch and frees it itself, so the resolver gets one of its own. */
enum err engine_reload(struct engine *self, struct fault *fault)
{
    struct recognition writers = {0}, resolvers = {0};
    enum err err = recognition_load(self->opts.recognition_dir, &writers, fault);

    err = err ? err : recognition_load(self->opts.recognition_dir, &resolvers, fault);
    if (err) {
        recognition_free(&writers);
        return err;
    }
    struct source_rules *former = atomic_exchange(&self->sources, resolvers.sources);
    resolver_set_rules(self->resolver, resolvers.agents); /* returns when no reader has what there was before */
    agent_rules_free(self->resolver_rules);
    self->resolver_rules = resolvers.agents;
    if (former != self->rules.sources) {
        source_rules_free(former);
    }
    resolvers.agents = NULL;
    resolvers.sources = NULL;
    writer_set_rules(self->writer, &writers);
    err = reload_holidays(self, &resolvers, fault);
    recognition_free(&resolvers);
    return err;
}

void engine_refresh_geo(struct engine *self, bool in_any_case)
{
    for (size_t i = 0; self->geo && i < geo_count(self->geo); i++) {
        struct fault fault = {0};
        struct geo_info info;
        str path = geo_path(self->geo, i);
        enum err err = geo_refresh(self->geo, i, in_any_case, &info, &fault);
        if (err) {
            log_event(LOG_WARN, "geo_refused", STR_FMT ": %s What is in use stays.", STR_ARG(path),
                      fault.message[0] ? fault.message : err_text(err, false));
        } else if (info.bytes > 0) {
            log_event(LOG_INFO, "geo_loaded", STR_FMT ": %s, %lld KiB", STR_ARG(path), info.kind,
                      (long long)(info.bytes / 1024));
        }
    }
}

void engine_balance(const struct engine *self, struct engine_balance *out)
{
    struct journal_stats journal;
    struct writer_stats writer;

    /* The rows are counted before the records, so that the lag is never below zero. What a former run left unread is
     * journalled as well. */
    writer_stats(self->writer, &writer);
    journal_stats(self->journal, &journal);
    uint64_t journalled = journal.found + journal.appended;
    uint64_t lag = journalled > writer.ingested ? journalled - writer.ingested : 0;
    lag = lag == 0 && journal.oldest_unread_ms != 0 ? 1 : lag; /* a record is there before it is counted */
    int64_t age = journal.oldest_unread_ms ? clock_now_ms() - journal.oldest_unread_ms : 0;
    int64_t since_end = writer.at_end_ns ? (clock_mono_ns() - writer.at_end_ns) / 1000000 : age;
    age = age < since_end ? age : since_end; /* a clock that was set forward makes no click old */
    *out = (struct engine_balance){.answered = atomic_load(&self->clicks_answered),
                                   .journalled = journalled,
                                   .ingested = writer.ingested,
                                   .dropped = atomic_load(&self->clicks_dropped),
                                   .lag_records = lag,
                                   .lag_ms = age > 0 ? age : 0};
}

int64_t engine_settled_ms(const struct engine *self)
{
    int64_t settled = clock_now_ms() - SETTLE_MS; /* taken first: what is appended meanwhile is younger */
    struct journal_stats journal;

    journal_stats(self->journal, &journal);
    return journal.oldest_unread_ms && journal.oldest_unread_ms < settled ? journal.oldest_unread_ms : settled;
}
