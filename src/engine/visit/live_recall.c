/* SPDX-License-Identifier: MIT */
/*
 * Visitors without a cookie are known by a hash of address and User-Agent under a secret of this run, so a restart
 * would forget them. The journal has both of them anyhow, as long as it is kept: nothing more is stored for this.
 */
#include "linkpond/engine/journal.h"
#include "linkpond/engine/live_visitors.h"

static bool is_person(const struct live_recall *self, const struct record *record)
{
    const struct agent_request request = {.user_agent = record->user_agent,
                                          .language = record->language,
                                          .package = record->package,
                                          .signals = record->signals};
    struct agent agent;

    agent_recognise(self->rules, &request, &agent);
    return agent.class == CLASS_HUMAN;
}

/* By whom the visit's own thread remembered it (http/redirect_visitor.c): who brought a number is known by it alone. */
static void recall(void *arg, const struct record *record, int64_t click_id)
{
    (void)click_id;
    const struct live_recall *self = arg;
    struct live_visitors *visitors = self->visitors;
    int64_t target_id = record->target.len > 0 ? target_name_read(record->target) : 0;

    if (target_id == 0 || !click_counts(CLASS_HUMAN, record->outcome) ||
        !live_places_knows_visitors(self->places, record->link_id) || !is_person(self, record)) {
        return;
    }
    if (record->visitor != 0) {
        live_visitors_recall(visitors, live_visitors_by_number(visitors, record->visitor), record->link_id, target_id,
                             record->time_ms);
    }
    if (record->visitor == 0 || !(record->signals & SIGNAL_COOKIE)) {
        live_visitors_recall(visitors, live_visitors_by_day(visitors, self->today, &record->ip, record->user_agent),
                             record->link_id, target_id, record->time_ms);
    }
}

void live_visitors_recall_journal(struct live_recall *self, struct journal *journal, int64_t now_ms)
{
    const struct zone *zone = live_places_zone(self->places);

    self->today = zone_civil_day(zone, now_ms, NULL);
    if (live_places_know_any(self->places)) {
        journal_each_recent(journal, zone_day_start(zone, self->today), recall, self);
    }
}
