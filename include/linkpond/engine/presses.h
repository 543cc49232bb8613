/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_PRESSES_H
#define LINKPOND_ENGINE_PRESSES_H

#include "linkpond/base/zone.h"
#include "linkpond/engine/live_token.h"
#include "linkpond/engine/writer.h"

/*
 * Codes that were held with a finger, from the pages of live codes into target_hour, and by channel. A token presses
 * once, however often it says so and through restarts. Visitors never wait for each other: whoever comes while a
 * transaction runs leaves their press to it and goes; the first stays until what was left is stored.
 */
#define PRESSES_MAX 4096 /* that wait; more are dropped, and counted as such */

struct presses;
/* zone: the installation's, in which hours begin. NULL: out of memory. */
struct presses *presses_new(struct writer *writer, const struct zone *zone);
/* What waits is stored first. Nobody notes any more. */
void presses_free(struct presses *self);
/* Thread-safe. May wait for one transaction or a few. */
void presses_note(struct presses *self, const struct live_token *token, int64_t now_ms);
/* Not stored, because too many came at once or the disk refused them. */
uint64_t presses_dropped(const struct presses *self);

#endif
