/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPOINT_H
#define LINKPOND_ENGINE_REPOINT_H

#include "linkpond/engine/editor.h"
#include "linkpond/store/links.h"
#include "linkpond/store/repoints.h"

/*
 * Many links led elsewhere at once: to another host, to another address, by another short domain; and all of it taken
 * back. A start, then steps of REPOINT_LINKS links, each a transaction of its own, until the state is done or undone.
 * What was done is kept and goes on after a crash; visits follow each step. Each blocks; callers of one repoint may
 * come at the same time.
 */
#define REPOINT_LINKS 200

/* how, target, from_host, chosen and note: checked, and made a running repoint; with dry_run only checked. Fields of
 * faults: host, url, domain, from_host. Texts of the result are in the arena, here and below. */
enum err editor_repoint_start(struct editor *self, const struct actor *actor, struct arena *arena, bool dry_run,
                              struct repoint *repoint, struct fault *fault);
/* The next links of repoint->id, in whichever direction it goes; nothing when it is at its end. filter: what `chosen`
 * says. A link that cannot be changed is noted with why. */
enum err editor_repoint_step(struct editor *self, const struct actor *actor, struct arena *arena,
                             const struct links_filter *filter, struct repoint *repoint, struct fault *fault);
/* From now on steps take it back. A link that was edited since is kept as it is and noted, unless forced; forced, those
 * that were kept before are taken back too. A domain that was closed meanwhile takes its links back. */
enum err editor_repoint_undo(struct editor *self, const struct actor *actor, struct arena *arena, bool force,
                             struct repoint *repoint, struct fault *fault);

#endif
