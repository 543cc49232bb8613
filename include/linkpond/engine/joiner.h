/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_JOINER_H
#define LINKPOND_ENGINE_JOINER_H

#include "linkpond/engine/writer.h"

/*
 * Joins events to clicks, on a thread of its own: finds the click of each waiting event in the ledger and by it the
 * visitor, which may show that two customers are one; then copies all clicks of the visitors of these customers to
 * touches, and the event is joined. A batch of events costs one pass over the ledger's visitor column, as far back as
 * any of its customers needs.
 *
 * Once an event is joined, every click of its customer that was answered before the event came is a touch. A visitor
 * who is known by cookie brings all their clicks; one of the day (a keyed hash) the clicks of that pseudonym, for this
 * customer alone; a click without either only itself.
 *
 * When nothing presses it rests nine times as long as it worked. A crash loses nothing: what was not joined waits, and
 * what was written twice is there once.
 */
struct joiner;
struct joiner_opts {
    struct writer *writer;
    const char *path; /* of the database, for a read handle of its own */
};
enum err joiner_start(const struct joiner_opts *opts, struct joiner **out, struct fault *fault);
/* What waits then waits for the next start. NULL is fine. */
void joiner_stop(struct joiner *self);
/* Events were committed. Any thread; NULL is fine. */
void joiner_wake(struct joiner *self);
/* Blocks until every event that was stored before the call is joined or unmatched. ERR_UNAVAILABLE: timeout_ms passed.
 * A report on customers asks this first. NULL is fine. */
enum err joiner_drain(struct joiner *self, int64_t timeout_ms);

struct joiner_stats {
    uint64_t joined, unmatched, touches, rounds; /* since the start */
};
void joiner_stats(const struct joiner *self, struct joiner_stats *out); /* NULL: zeros */

#endif
