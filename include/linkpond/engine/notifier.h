/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_NOTIFIER_H
#define LINKPOND_ENGINE_NOTIFIER_H

#include "linkpond/base/crypt.h"
#include "linkpond/engine/poster.h"
#include "linkpond/engine/writer.h"
#include "linkpond/store/outbox.h"

/*
 * Empties the outbox (store/outbox.h), on a thread of its own: reads what is due through a read handle, posts it, and
 * records what came back by a task of the writer. Each robot is told one thing at a time and in order, so one that is
 * slow holds up nobody else; POSTER_SLOTS robots at a time.
 *
 * A notice is posted under one name (webhook-id) on every try, also after a restart, and never again once its success
 * is recorded. Between an answer and that record a crash may come: then it is posted again under the same name, by
 * which a program knows the repeat and which a chat program does not look at.
 */
struct notifier;
struct notifier_opts {
    struct writer *writer;
    const char *path;        /* of the database, for a read handle of its own */
    const uint8_t *seal_key; /* SEAL_KEY_BYTES; lent */
    const struct zone *zone; /* the installation's */
    bool allow_private;
};
enum err notifier_start(const struct notifier_opts *opts, struct notifier **out, struct fault *fault);
/* Begins no more posts, waits a little for the answers of those under way. NULL is fine. */
void notifier_stop(struct notifier *self);
/* Something new to tell was committed. Any thread; NULL is fine. */
void notifier_wake(struct notifier *self);

struct notifier_stats {
    uint64_t sent, failed; /* tries since the start */
    uint64_t under_way;
};
void notifier_stats(const struct notifier *self, struct notifier_stats *out); /* NULL: zeros */

/* A test notice to that robot, now and on the calling thread, past pace and quiet hours. Texts in the arena. */
struct notifier_try_opts {
    const uint8_t *seal_key;
    const struct zone *zone;
    bool allow_private, chinese; /* the language of what is told of the answer */
};
enum err notifier_try(const struct notifier_try_opts *opts, struct arena *arena, const struct robot *robot,
                      int64_t now_ms, struct robot_answer *answer, struct robot_judgement *judgement);

#endif
