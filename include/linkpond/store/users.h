/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_USERS_H
#define LINKPOND_STORE_USERS_H

#include "linkpond/store/db.h"

/* People who answer for links. One row `admin` (id USER_ADMIN) exists from the start. */
#define USER_ADMIN 1

struct user {
    int64_t id;
    str key;
    str name;
    str role; /* "admin" | "editor" | "viewer" */
    int64_t created_ms, updated_ms;
};

/* Sets user->id. ERR_CONFLICT: the key exists. */
enum err users_insert(struct db *db, struct user *user);
enum err users_find(struct db *db, struct arena *arena, int64_t id, struct user *out);
enum err users_find_key(struct db *db, struct arena *arena, str key, struct user *out);

/* All, by key; texts are lent until the next step. */
struct stmt *users_each(struct db *db);
bool users_next(struct stmt *rows, struct user *out);

#endif
