/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_META_H
#define LINKPOND_STORE_META_H

#include "linkpond/store/db.h"

/* Facts about this installation by key: cipher keys, node number, choices made at init, counters. */

/* Made once, by engine_init. */
#define META_CODE_KEY     STR("code_key")     /* 16 bytes: row ids to codes (FF1) */
#define META_COOKIE_KEY   STR("cookie_key")   /* 16 bytes: visitor numbers to cookies (AES) */
#define META_HASH_KEY     STR("hash_key")     /* 16 bytes: pseudonyms and other keyed hashes (SipHash) */
#define META_SEAL_KEY     STR("seal_key")     /* 32 bytes: robots' addresses and secrets (AES-GCM) */
#define META_IDENTITY_KEY STR("identity_key") /* 32 bytes: phones and mail addresses of customers (HMAC) */
#define META_CLICK_KEYS   STR("click_keys")   /* 16 bytes for each version, oldest first: click ids (click_keys.h) */
#define META_NODE         STR("node")         /* 0..255, the first byte of click ids */
#define META_FOLD_CASE    STR("fold_case")    /* 1: aliases are compared without case */
#define META_CREATED_MS   STR("created_ms")
#define META_QR_LOGO      STR("qr_logo") /* pixels of the picture in the middle of codes: http/qr.h */
#define META_DEMO         STR("demo")    /* 1: made-up figures, and may be removed as a whole */

#define META_VISITOR_SALTS STR("visitor_salts") /* of the last days: engine/pseudonyms_salts.h */

#define META_RADAR_MS STR("radar_ms") /* visits before it were looked at for what sales are told */

#define META_COPY          STR("copy")          /* 1 in a backup, until the first start from it */
#define META_SEGMENT_FLOOR STR("segment_floor") /* no journal segment gets a smaller number */

/* ERR_NOT_FOUND when the key was never put. */
enum err meta_get_blob(struct db *db, struct arena *arena, str key, str *out);
enum err meta_get_i64(struct db *db, str key, int64_t *out);
/* Insert or replace. */
enum err meta_put_blob(struct db *db, str key, str value);
enum err meta_put_i64(struct db *db, str key, int64_t value);
/* OK also when there was none. */
enum err meta_delete(struct db *db, str key);

#endif
