/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_JANITOR_H
#define LINKPOND_ENGINE_JANITOR_H

#include "linkpond/engine/engine.h"

/*
 * What has to happen by itself, on two threads: `upkeep` of the journal ten times a second (its fdatasync may take
 * long, and nothing else may wait for it), and everything else once a minute: the bin, sessions, stored answers, click
 * retention, backups, geo files that have changed. All that writes goes through the writer.
 */
struct janitor;
enum err janitor_start(struct engine *engine, struct janitor **out);
/* Waits for what is under way. NULL is fine. */
void janitor_stop(struct janitor *self);
/* All jobs that are due at that instant, on the caller's thread. */
void janitor_run(struct janitor *self, int64_t now_ms);

#endif
