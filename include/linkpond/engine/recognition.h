/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_RECOGNITION_H
#define LINKPOND_ENGINE_RECOGNITION_H

#include "linkpond/model/agent.h"
#include "linkpond/model/holidays.h"
#include "linkpond/model/networks.h"
#include "linkpond/model/place.h"
#include "linkpond/model/source.h"

/* The compiled recognition tables. Immutable; whoever holds the struct says whether they are lent. */
struct recognition {
    struct agent_rules *agents;
    struct source_rules *sources;
    struct networks *networks;
    struct holidays *holidays; /* for the schedules of live codes */
};
struct recognition recognition_builtin(void);
/* Frees the tables, not the struct. */
void recognition_free(struct recognition *self);

/* bots, apps, referrers, channels, networks, holidays. NAME.own.tsv of the folder, where it is there, is asked before
 * the table it extends; NAME.tsv of the folder takes the place of the built-in one. NULL = no folder. The caller frees
 * it. On an error *out is untouched, and the fault names file and line. */
enum err recognition_load(const char *dir, struct recognition *out, struct fault *fault);
/* A number that is another one when one of those tables is that a stored click can be asked again by (all but
 * networks and holidays); never 0. ERR_IO and the like: one cannot be read. */
enum err recognition_fingerprint(const char *dir, int64_t *out, struct fault *fault);
/* The names of countries: countries.tsv of the folder, or the built-in one. */
enum err recognition_countries(const char *dir, struct countries **out, struct fault *fault);

#endif
