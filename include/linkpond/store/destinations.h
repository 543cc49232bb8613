/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_DESTINATIONS_H
#define LINKPOND_STORE_DESTINATIONS_H

#include "linkpond/model/destinations.h"
#include "linkpond/store/db.h"

/* Hosts that links may not, or may alone, lead to. */
struct destination {
    int64_t id;
    enum destination_list list;
    str pattern; /* stored form */
    str note;
    int64_t user_id; /* who put it there; 0 = nobody known */
    str user;        /* key; read only */
    int64_t created_ms;
};

/* Sets destination->id. ERR_CONFLICT: that list has that pattern. */
enum err destinations_insert(struct db *db, struct destination *destination);
enum err destinations_delete(struct db *db, int64_t id); /* ERR_NOT_FOUND */
enum err destinations_find(struct db *db, struct arena *arena, int64_t id, struct destination *out);
enum err destinations_size(struct db *db, int64_t *count);
/* All, by id; texts are lent until the next step. */
struct stmt *destinations_each(struct db *db);
bool destinations_next(struct stmt *rows, struct destination *out);
/* All of them compiled, and with them one that is not stored (NULL = none). ERR_NOMEM. The caller frees. */
enum err destinations_load(struct db *db, const struct destination *more, struct destinations **out);

#endif
