/* SPDX-License-Identifier: MIT */
#include "ingest_targets.h"

#include "linkpond/engine/live_token.h"
#include "linkpond/model/link.h"
#include "linkpond/store/target_events.h"

void ingest_targets_begin(struct ingest_targets *self)
{
    self->count = 0;
}

static struct click_value channel_of(const struct ingest_target_hour *hour)
{
    return (struct click_value){hour->channel_term, {hour->channel, hour->channel_len}};
}

static bool has_channel(const struct click_value *channel)
{
    return channel->term > 0 || channel->text.len > 0;
}

enum err ingest_targets_store(struct ingest_targets *self, struct db *db)
{
    enum err err = OK;

    for (size_t i = 0; !err && i < self->count; i++) {
        const struct ingest_target_hour *hour = &self->hours[i];
        const struct click_value channel = channel_of(hour);
        err = targets_hour_add(db, hour->target_id, hour->hour_ms, &hour->figures);
        if (!err && has_channel(&channel)) {
            err = targets_channel_add(db, hour->target_id, hour->hour_ms, &channel, &hour->figures);
        }
    }
    self->count = 0;
    return err;
}

static bool same_channel(const struct ingest_target_hour *hour, const struct click_value *channel)
{
    return hour->channel_term == channel->term && str_eq(channel_of(hour).text, channel->text);
}

static enum err hour_of(struct ingest_targets *self, struct db *db, int64_t target_id, int64_t hour_ms,
                        const struct click_value *channel, struct target_figures **out)
{
    for (size_t i = self->count; i > 0; i--) { /* the latest are asked for most */
        struct ingest_target_hour *hour = &self->hours[i - 1];
        if (hour->target_id == target_id && hour->hour_ms == hour_ms && same_channel(hour, channel)) {
            *out = &hour->figures;
            return OK;
        }
    }
    enum err err = self->count == INGEST_TARGETS_MAX ? ingest_targets_store(self, db) : OK;
    struct ingest_target_hour *hour = &self->hours[self->count++];
    hour->target_id = target_id;
    hour->hour_ms = hour_ms;
    hour->channel_term = channel->term;
    hour->channel_len = channel->text.len;
    if (channel->text.len > 0) {
        memcpy(hour->channel, channel->text.ptr, channel->text.len);
    }
    hour->figures = (struct target_figures){0};
    *out = &hour->figures;
    return err;
}

/* Who has a number is known again after a restart, where the link asks for it. */
static enum err keep_visitor(struct db *db, struct live_places *places, const struct record *record, int64_t target_id)
{
    if (record->visitor == 0 || !live_places_knows_visitors(places, record->link_id)) {
        return OK;
    }
    return target_visitors_put(db, &(struct target_visitor){.link_id = record->link_id,
                                                            .visitor = record->visitor,
                                                            .target_id = target_id,
                                                            .seen_ms = record->time_ms});
}

/* A page that is pressed later counts for the channel its visit came from; one that was pressed before does so now. */
static enum err keep_page(struct db *db, struct live_places *places, const struct target_page *page,
                          const struct click_value *channel)
{
    int64_t pressed_ms;
    struct live_when when;
    enum err err = target_presses_channel(db, page, channel, &pressed_ms);

    if (err || pressed_ms == TIME_NONE) {
        return err;
    }
    live_when_of(live_places_zone(places), pressed_ms, &when);
    return targets_channel_add(db, page->target_id, when.hour_ms, channel, &(struct target_figures){.pressed = 1});
}

enum err ingest_targets_count(struct ingest_targets *self, struct db *db, struct live_places *places,
                              const struct record *record, const struct click_row *row, bool first_there)
{
    int64_t target_id = record->target.len > 0 ? target_name_read(record->target) : 0;
    const struct click_facts *facts = &row->facts;
    struct click_value channel = row->values[CLICK_CHANNEL];
    struct target_figures *figures;
    struct live_when when;

    if (target_id == 0 || !places) {
        return OK;
    }
    channel.text = str_slice(channel.text, 0, LIMIT_TAG);
    live_when_of(live_places_zone(places), record->time_ms, &when);
    enum err err = hour_of(self, db, target_id, when.hour_ms, &channel, &figures);
    if (err) {
        return err;
    }
    bool counts = click_counts(facts->class, facts->outcome);
    figures->shown += counts;
    figures->visitors += counts && first_there;
    figures->reserved += (record->signals & SIGNAL_RESERVED_PLACE) != 0; /* whatever its class turned out to be */
    if (counts && facts->outcome == OUTCOME_PAGE && has_channel(&channel)) {
        const struct target_page page = {target_id, record->time_ms, live_token_page(record->location)};
        err = keep_page(db, places, &page, &channel);
    }
    return err || !counts ? err : keep_visitor(db, places, record, target_id);
}
