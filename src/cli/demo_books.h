/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_DEMO_BOOKS_H
#define LINKPOND_SRC_CLI_DEMO_BOOKS_H

#include "demo_plan.h"
#include "linkpond/engine/engine.h"

/* What a story's company spent, day by day, and by which rules it tags customers. */
struct books {
    const struct story *story;
    const struct plan_opts *opts;
    struct engine *engine;
    const struct actor *actor;
    struct arena *arena;
    const int64_t *links; /* ids, by index */
};
enum err books_put_costs(const struct books *self, struct fault *fault);
/* The rules of that kind and key; label_id as campaign or channel, 0 of events. */
enum err books_put_rules(const struct books *self, str kind, str key, int64_t label_id, struct fault *fault);

#endif
