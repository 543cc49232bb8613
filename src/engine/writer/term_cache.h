/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_TERM_CACHE_H
#define LINKPOND_ENGINE_TERM_CACHE_H

#include "linkpond/store/clicks.h"

/*
 * Texts of clicks to term ids, on the writer thread. In memory: the LIMIT_TERM_CACHE texts used last, by a hash under a
 * secret. The dictionary grows by at most LIMIT_TERMS_PER_HOUR an hour; past that, and when strangers' text is seen for
 * the first time, the text goes into the row itself, so that what is seen only once costs no dictionary entry.
 */
struct term_cache;

/* Loads the newest terms. */
enum err term_cache_open(struct db *db, struct term_cache **out);
void term_cache_free(struct term_cache *self);

enum term_origin {
    TERM_OURS,     /* from recognition tables: interned at once */
    TERM_STRANGERS /* from the request: interned when seen again */
};
/* Inside the batch's transaction. *out borrows `text` when it stays inline; empty text gives an empty value. */
enum err term_cache_intern(struct term_cache *self, struct db *db, str text, enum term_origin origin, int64_t now_ms,
                           struct click_value *out);
/* The transaction was rolled back: what it inserted does not exist. */
enum err term_cache_rolled_back(struct term_cache *self, struct db *db);

#endif
