/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_SESSIONS_H
#define LINKPOND_STORE_SESSIONS_H

#include "linkpond/store/keys.h"

#define SESSION_BROWSER_MAX 256

/* Signed-in browsers. Only the SHA-256 of the session id is kept. */
struct session {
    uint8_t hash[KEY_HASH_BYTES];
    int64_t user_id;
    int64_t api_key_id; /* signed in with that key, whose scopes and bounds hold; 0 = by password */
    str csrf;           /* token the page sends back */
    /* Of sessions_of_user, and to insert. */
    str browser; /* its User-Agent, at most SESSION_BROWSER_MAX bytes */
    str network; /* an address without its last part */
    int64_t created_ms, seen_ms;
};
enum err sessions_insert(struct db *db, const struct session *session);
/* Age is the caller's to judge. */
enum err sessions_find(struct db *db, struct arena *arena, const uint8_t hash[KEY_HASH_BYTES], struct session *out);
/* Those of a user, the one used last first: without csrf; texts are lent until the next step. Age is the caller's to
 * judge. */
struct stmt *sessions_of_user(struct db *db, int64_t user_id);
bool sessions_next(struct stmt *rows, struct session *out);
enum err sessions_seen(struct db *db, const uint8_t hash[KEY_HASH_BYTES], int64_t now_ms);
enum err sessions_delete(struct db *db, const uint8_t hash[KEY_HASH_BYTES]); /* OK when there is none */
enum err sessions_delete_of_key(struct db *db, int64_t api_key_id);
/* All but the one of that hash (NULL = really all). */
enum err sessions_delete_of_user(struct db *db, int64_t user_id, const uint8_t *but_hash);
/* Idle since before, or made before; *deleted may be NULL. */
enum err sessions_purge(struct db *db, int64_t seen_before_ms, int64_t created_before_ms, int64_t *deleted);

#endif
