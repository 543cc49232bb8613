/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_INTAKE_H
#define LINKPOND_ENGINE_INTAKE_H

#include <stdatomic.h>

#include "linkpond/engine/writer.h"
#include "linkpond/model/identity.h"
#include "linkpond/store/events.h"

/*
 * Events in, whoever tells of them: the API, a table, the landing script, WeCom, a postback. What a batch holds is
 * stored in one durable transaction, all of what is accepted or nothing, with the customers that its events say; the
 * clicks are found afterwards (joiner.h). An event that comes again under the sender's own name for it is answered with
 * what is stored, so a sender repeats a batch of which it does not know what became.
 */
struct joiner;
struct deals {
    struct writer *writer;
    struct joiner *_Atomic joiner; /* woken by what comes in; NULL = nobody joins yet */
};

/* All that a sender may say. Texts are borrowed. Zeros and empty texts say nothing. */
struct deal_event {
    str event_id;
    str type;
    enum event_origin origin;
    bool has_time; /* else it happened when it arrived */
    int64_t time_ms;
    int64_t click_id; /* of the ledger, as the click id's text said it */
    int64_t link_id;  /* the link it came by, where no click is known; not part of what makes it a repeat */
    str page;         /* the landing script's number of the browser it came from */
    int generation;   /* 0 = as that page's forward says, else 1 */
    /* Who it happened with: a customer's number, or names of theirs. */
    int64_t customer_id;
    const struct identity *identities; /* at most IDENTITIES_MAX - 1 */
    size_t identities_count;
    str name; /* what they are called */
    bool has_value;
    int64_t value; /* minor units; negative takes back */
    str currency;
    int64_t owner_id; /* the colleague it happened with */
    str metadata;     /* JSON object */
};

/* Can that be an event? ERR_INVALID naming the field: "type", "event_id" (too_short, too_long, control_character,
 * invalid_utf8), "time" (in_the_future, too_old), "value" (out_of_range), "currency" (required, unknown), "metadata"
 * (too_long). */
enum err deal_event_check(const struct deal_event *event, int64_t now_ms, struct fault *fault);

struct deal_result {
    enum err err; /* OK; ERR_INVALID; ERR_EVENT_TAKEN: another event has that event_id, and `event` is it */
    struct fault fault;
    bool existed;       /* came before, under its event_id */
    struct event event; /* as stored: texts are the sender's, or in the arena */
};
/* Checks and stores. An error of the call itself means that nothing was stored; an event that is refused leaves the
 * others alone. Any thread but the writer's. */
enum err deals_intake(struct deals *self, struct arena *arena, const struct deal_event *events, size_t count,
                      int64_t now_ms, struct deal_result *results, struct fault *fault);
/* What deals_intake would say of them; nothing is stored, and what would be new has the id 0. Each is judged against
 * what is stored only, not against the others. `db` is read. Any thread. */
enum err deals_try(struct db *db, struct arena *arena, const struct deal_event *events, size_t count, int64_t now_ms,
                   struct deal_result *results);

#endif
