/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LANDINGS_H
#define LINKPOND_ENGINE_LANDINGS_H

#include "linkpond/engine/intake.h"
#include "linkpond/store/forwards.h"

/*
 * What the script on landing pages reports: that a page is looked at, and what people did there. Whoever reports waits
 * until it is stored; what several report meanwhile goes into one transaction, so a crowd costs as many as the disk can
 * do. Reports of pages that are looked at tell who forwarded a page, and are events of those who are customers already:
 * a look alone makes nobody one.
 */
#define LANDINGS_WAITING_MAX 512 /* reports that wait; a further one is told to come again */
#define LANDING_VIEW         STR("view")

struct landing {
    struct forward forward;  /* click_id, page, scene, time_ms */
    struct deal_event event; /* its type, event_id and metadata; the rest is put in here */
    struct deal_result result;
    bool known; /* a customer's browser */
    /* of landings.c */
    enum err err;
    bool done;
    struct landing *next;
};
struct landings;
/* NULL: out of memory. */
struct landings *landings_new(struct deals *deals);
void landings_free(struct landings *self);
/* Stored when it returns OK; result says what became of it (its err is OK too for a look that makes no event).
 * ERR_UNAVAILABLE: too many wait. Any thread but the writer's. */
enum err landings_take(struct landings *self, struct arena *arena, struct landing *landing);

#endif
