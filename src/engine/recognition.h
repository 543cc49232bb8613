/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_RECOGNITION_H
#define LINKPOND_SRC_ENGINE_RECOGNITION_H

#include "linkpond/model/agent.h"
#include "linkpond/model/source.h"

/* The recognition tables: files of that folder where it has them (NULL = no folder), else the built-in ones. The caller
 * frees both. On an error neither is touched. */
enum err recognition_load(const char *dir, struct agent_rules **agents, struct source_rules **sources,
                          struct fault *fault);

#endif
