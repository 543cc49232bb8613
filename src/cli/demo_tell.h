/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_DEMO_TELL_H
#define LINKPOND_SRC_CLI_DEMO_TELL_H

#include "demo_deals.h"
#include "linkpond/engine/engine.h"

/*
 * Tells a data folder what its story's customers did, the way every event goes: the intake stores what the page's
 * script, WeCom and the shop say, and the joiner finds the clicks. What was not led there by a click that got a click
 * id is not told. Of friends whose first deal is a large one sales write down the industry, as a tag.
 */
struct telling {
    const struct story *story;
    const struct deals_plan *deals;
    struct engine *const *engine;
    const struct actor *actor;
    const int64_t *owners; /* of the links, by index; 0 = nobody */
    int64_t *clicks;       /* of the customers: by which of the ledger they came; heap */
    uint64_t events, leads, sales;
    size_t next;
    struct arena arena; /* of one batch */
};
enum err telling_open(struct telling *self);
void telling_close(struct telling *self);
/* All that happened before the clock's time, then waits until it is joined. */
enum err telling_go_on(struct telling *self, struct fault *fault);

#endif
