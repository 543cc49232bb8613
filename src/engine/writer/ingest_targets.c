/* SPDX-License-Identifier: MIT */
#include "ingest_targets.h"

void ingest_targets_begin(struct ingest_targets *self)
{
    self->count = 0;
}

enum err ingest_targets_store(struct ingest_targets *self, struct db *db)
{
    enum err err = OK;

    for (size_t i = 0; !err && i < self->count; i++) {
        err = targets_hour_add(db, self->hours[i].target_id, self->hours[i].hour_ms, &self->hours[i].figures);
    }
    self->count = 0;
    return err;
}

static enum err hour_of(struct ingest_targets *self, struct db *db, int64_t target_id, int64_t hour_ms,
                        struct target_figures **out)
{
    for (size_t i = self->count; i > 0; i--) { /* the latest are asked for most */
        struct ingest_target_hour *hour = &self->hours[i - 1];
        if (hour->target_id == target_id && hour->hour_ms == hour_ms) {
            *out = &hour->figures;
            return OK;
        }
    }
    enum err err = self->count == INGEST_TARGETS_MAX ? ingest_targets_store(self, db) : OK;
    self->hours[self->count] = (struct ingest_target_hour){.target_id = target_id, .hour_ms = hour_ms};
    *out = &self->hours[self->count++].figures;
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

enum err ingest_targets_count(struct ingest_targets *self, struct db *db, struct live_places *places,
                              const struct record *record, const struct click_facts *facts)
{
    int64_t target_id = record->target.len > 0 ? target_name_read(record->target) : 0;
    struct target_figures *figures;
    struct live_when when;

    if (target_id == 0 || !places) {
        return OK;
    }
    live_when_of(live_places_zone(places), record->time_ms, &when);
    enum err err = hour_of(self, db, target_id, when.hour_ms, &figures);
    if (err) {
        return err;
    }
    bool counts = click_counts(facts->class, facts->outcome);
    figures->shown += counts;
    figures->visitors += counts && (facts->flags & CLICK_FLAG_FIRST_HERE) != 0;
    figures->reserved += (record->signals & SIGNAL_RESERVED_PLACE) != 0; /* whatever its class turned out to be */
    return counts ? keep_visitor(db, places, record, target_id) : OK;
}
