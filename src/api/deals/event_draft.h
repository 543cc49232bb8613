/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_EVENT_DRAFT_H
#define LINKPOND_SRC_API_DEALS_EVENT_DRAFT_H

#include "linkpond/api/call.h"
#include "linkpond/engine/intake.h"

/* An event as senders write it. Texts are borrowed; the draft is what JSON and tables alike become first. */
enum event_who {
    EVENT_WHO_EXTERNAL_ID,
    EVENT_WHO_OPENID,
    EVENT_WHO_UNIONID,
    EVENT_WHO_EXTERNAL_USERID,
    EVENT_WHO_PHONE,
    EVENT_WHO_EMAIL,
    EVENT_WHO_PHONE_HASH,
    EVENT_WHO_EMAIL_HASH,
    EVENT_WHOS
};
struct event_draft {
    str event_id, type, click_id, page, currency, owner;
    bool has_time, has_value;
    int64_t time_ms, value;
    const struct json *metadata;
    str customer_id; /* "cus_12" */
    str name;
    str who[EVENT_WHOS];
};
const char *event_who_name(enum event_who who);

/* From a JSON object. ERR_INVALID names the field, as "customer.phone". */
enum err event_draft_decode(struct arena *arena, const struct json *json, struct event_draft *out, struct fault *fault);

/* Drafts to events, for one call. */
struct event_reader {
    struct engine *engine;
    struct arena *arena;
    struct click_ids *clicks; /* for this thread */
    struct db *db;            /* to look colleagues up; NULL = none is taken yet */
    str owner;                /* looked up last */
    int64_t owner_id;
};
/* ERR_NOMEM. */
enum err event_reader_open(struct event_reader *self, struct engine *engine, struct arena *arena);
void event_reader_close(struct event_reader *self);
/* ERR_INVALID: "click_id" (unknown: none of ours), "customer.id", "customer.phone", … (not_valid), "owner" (unknown),
 * "metadata". ERR_UNAVAILABLE: no read handle. What can be an event at all is the intake's to judge. */
enum err event_reader_read(struct event_reader *self, const struct event_draft *draft, enum event_origin origin,
                           struct deal_event *out, struct fault *fault);

/* An event as it is shown. */
void event_view_write(struct json_writer *json, struct arena *arena, const struct event *event);

#endif
