/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_RADAR_WATCH_H
#define LINKPOND_ENGINE_RADAR_WATCH_H

#include "linkpond/base/err.h"

/*
 * Tells sales what customers do (model/radar.h): a thread that reads, every two seconds, the visits that came into the
 * ledger since it last did, and puts what is to be told into the feed and the outbox. How far it looked, what it saw
 * and what it told are one transaction, so each is told once whatever ends the process. A daemon's to do.
 */
struct engine;
struct radar_watch;
enum err radar_watch_start(struct engine *engine, struct radar_watch **out);
void radar_watch_stop(struct radar_watch *self); /* NULL is fine */

#endif
