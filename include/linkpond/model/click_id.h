/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CLICK_ID_H
#define LINKPOND_MODEL_CLICK_ID_H

#include "linkpond/base/buf.h"

/*
 * The name of a click out in the world: one AES-128 block as exactly 22 base62 characters, so that nobody makes one up,
 * counts our clicks by it or reads when it was.
 *
 *   bytes 0-7    the click's id in the ledger, big endian
 *   bytes 8-11   the second of the click since 1970, big endian
 *   bytes 12-15  zero: what some other key, another installation or a guess made has other bytes here (but for one in
 *                2^32), and is refused without any look-up
 *
 * Keys have versions, counted from 1: the newest makes ids, each reads them. A version that was dropped is sixteen
 * zero bytes: it keeps its place, because marks in the ledger count places, and neither makes nor reads any id. Pure
 * but for AES.
 *
 * Until a click has its place in the journal, and in the ledger for ever, one byte stands for its id in the address
 * answered: the mark, which also says which version makes it. No address has such a byte otherwise.
 */
#define CLICK_ID_LEN          22
#define CLICK_ID_KEY_BYTES    16
#define CLICK_ID_VERSIONS_MAX 15
#define CLICK_ID_PLACES_MAX   4 /* in one target: it may not grow without bound */

struct click_ids;
bool click_id_key_dropped(const uint8_t key[CLICK_ID_KEY_BYTES]);
/* keys: all versions, oldest first, CLICK_ID_KEY_BYTES each, at least one, the newest not dropped. One thread at a time
 * may use what comes back (crypt.h). NULL: out of memory, or no such keys. */
struct click_ids *click_ids_new(str keys);
void click_ids_free(struct click_ids *self);

/* Of the newest version. */
char click_ids_mark(const struct click_ids *self);
/* False: no version has that mark, or such a click cannot be (click <= 0, a second before 1970 or after 2106). */
bool click_ids_write(struct click_ids *self, char mark, int64_t click, int64_t time_ms, char out[CLICK_ID_LEN]);
/* False: not 22 base62 characters, or nothing that any of the versions made. */
struct click_named {
    int64_t click;
    int64_t second; /* when it was: the ledger says the same of that click */
};
bool click_ids_read(struct click_ids *self, str text, struct click_named *out);

/* The mark in an address; 0 = none. */
char click_id_mark_in(str address);
/* The address as it goes out: every mark replaced by `id`, which is empty where there is none after all. */
void click_id_fill(str address, char mark, str id, struct buf *out);
/* How long that will be. */
size_t click_id_filled_len(str address, char mark);

/* "{click_id}" in a target, or the same with its braces percent-encoded, is where the id goes. How many there are. */
size_t click_id_places(str target);
/* The target with a mark in each of the first CLICK_ID_PLACES_MAX of them. */
void click_id_put_marks(str target, char mark, struct buf *out);

#endif
