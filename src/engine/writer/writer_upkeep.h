/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_WRITER_UPKEEP_H
#define LINKPOND_ENGINE_WRITER_UPKEEP_H

#include "writer_private.h"

/* What the writer does between batches: folding, sealing, expiry, checkpoints. On its thread. */
#define RETRY_MAX_NS (5000 * NS_PER_MS)
void writer_upkeep(struct writer *self);
/* One fold, due or not. */
enum err writer_fold(struct writer *self, int64_t now_ns);
/* Salts and visitors of days that are over. */
void writer_expire(struct writer *self, int64_t now_ns);

#endif
