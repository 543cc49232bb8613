/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_RECOGNITION_H
#define LINKPOND_SRC_ENGINE_RECOGNITION_H

#include "linkpond/model/agent.h"
#include "linkpond/model/place.h"
#include "linkpond/model/source.h"

/* The recognition tables (bots, apps, referrers, channels). NAME.own.tsv of the folder, where it is there, is asked
 * before the table it extends; NAME.tsv of the folder takes the place of the built-in one. NULL = no folder. The caller
 * frees both. On an error neither is touched, and the fault names file and line. */
enum err recognition_load(const char *dir, struct agent_rules **agents, struct source_rules **sources,
                          struct fault *fault);
/* The names of countries: countries.tsv of the folder, or the built-in one. */
enum err recognition_countries(const char *dir, struct countries **out, struct fault *fault);

#endif
