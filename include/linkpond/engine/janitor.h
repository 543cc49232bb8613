/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_JANITOR_H
#define LINKPOND_ENGINE_JANITOR_H

#include "linkpond/engine/engine.h"

/*
 * What has to happen by itself, on three threads: `upkeep` of the journal forty times a second (its fdatasync may take
 * long, and nothing else may wait for it); `lists`, what lists and searches look at instead of links, once a minute, or
 * half of the time while much is new; and everything else once a minute: the bin, sessions, stored answers, click
 * retention, backups, geo files that have changed. All that writes goes through the writer.
 */
struct janitor;
enum err janitor_start(struct engine *engine, struct janitor **out);
/* Waits for what is under way. NULL is fine. */
void janitor_stop(struct janitor *self);
/* All jobs that are due at that instant, on the caller's thread. */
void janitor_run(struct janitor *self, int64_t now_ms);

#endif
