/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_PUBLISH_H
#define LINKPOND_ENGINE_PUBLISH_H

#include "linkpond/engine/cache.h"
#include "linkpond/engine/writer.h"
#include "linkpond/store/links.h"

/* What a redirect needs of a row. channel: the key of its channel, empty = none. Texts are borrowed. */
struct link_entry publish_entry(const struct link_hot *hot, str channel);
/* The key of that channel, into the arena; empty for id 0. */
enum err publish_channel(struct db *db, struct arena *arena, int64_t channel_id, str *out);
/* One committed link with its aliases into the cache; the running limit counter stays. Publisher's thread. used: where
 * the counter starts if the link had none. Texts pass through the arena. */
enum err publish_link(struct db *db, struct cache *cache, struct arena *arena, int64_t id, int64_t used);
/* The same of a link that was made in the transaction just committed: the struct is what its row says. */
enum err publish_fresh(struct cache *cache, struct arena *arena, const struct link *link, bool fold_case);
/* All live codes, compiled anew, as a task of the writer: what they are made of has changed beside the database. */
enum err publish_live_codes(struct writer *writer, struct cache *cache, struct fault *fault);
/* All committed domains. */
enum err publish_hosts(struct db *db, struct cache *cache, struct arena *arena);
/* How many of max_clicks are taken according to the ledger: sums and the rows behind their marks. */
enum err publish_used(struct db *db, int64_t link_id, int64_t *used);

#endif
