/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_IDEMPOTENCY_H
#define LINKPOND_STORE_IDEMPOTENCY_H

#include "linkpond/store/keys.h"

/* Answers kept for repeats of the same Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07). The row is
 * inserted in the transaction that does the work, so either both exist or neither. */
struct idempotent {
    int64_t caller; /* id of an API key; of a signed-in user, negative */
    str key;
    uint8_t request_hash[KEY_HASH_BYTES]; /* SHA-256 of method, path and body */
    int status;
    str headers; /* "Name: value\n" lines */
    str body;
    int64_t created_ms;
};
enum err idempotency_find(struct db *db, struct arena *arena, int64_t caller, str key, struct idempotent *out);
/* ERR_CONFLICT: the key is there already. */
enum err idempotency_insert(struct db *db, const struct idempotent *row);
enum err idempotency_purge(struct db *db, int64_t before_ms, int64_t *deleted); /* deleted may be NULL */

#endif
