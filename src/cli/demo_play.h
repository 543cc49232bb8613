/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_DEMO_PLAY_H
#define LINKPOND_SRC_CLI_DEMO_PLAY_H

#include "demo_deals.h"
#include "linkpond/cli/command.h"
#include "linkpond/engine/engine.h"

/*
 * Lets a plan happen in a data folder: labels and links by the editor, requests by the redirect handler, from there the
 * way of every click. The process lives in the story's time meanwhile (clock_set_ms).
 */
struct play_opts {
    struct cli *cli;
    const struct settings *settings;
    const struct story *story;
    const struct plan_opts *plan_opts;
    const struct plan *plan;
    const struct deals_plan *deals;
    struct engine **engine; /* open on this process's lane 0; another one after the story's restart, NULL if it fails */
    bool progress;          /* on stderr */
};
struct play_result {
    size_t links;
    uint64_t events, leads, sales;
    uint64_t answered, stored, by_class[CLASS_COUNT];
};
/* Leaves the clock in the story's time. ERR_CORRUPT: not every request became a row. */
enum err play(const struct play_opts *opts, struct play_result *out, struct fault *fault);

#endif
