/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_USERS_H
#define LINKPOND_STORE_USERS_H

#include "linkpond/store/db.h"

/* People who answer for links. One row `admin` (id USER_ADMIN) exists from the start. */
#define USER_ADMIN 1

struct user {
    int64_t id;
    str key; /* what they sign in by */
    str name;
    str role;                          /* "admin" | "editor" | "viewer" */
    str language;                      /* "zh" | "en" | "" = the browser's */
    str password;                      /* as base/password.h writes it; empty = none. Never told to anybody */
    int64_t disabled_ms, signed_in_ms; /* TIME_NONE (INT64_MIN) */
    int64_t created_ms, updated_ms;
};

/* Sets user->id; neither password nor the times of disabling and signing in. ERR_CONFLICT: the key exists, in whatever
 * case. */
enum err users_insert(struct db *db, struct user *user);
/* name, role, language, disabled_ms, updated_ms. */
enum err users_update(struct db *db, const struct user *user);
enum err users_set_password(struct db *db, int64_t id, str password);
enum err users_signed_in(struct db *db, int64_t id, int64_t now_ms);
enum err users_find(struct db *db, struct arena *arena, int64_t id, struct user *out);
enum err users_find_key(struct db *db, struct arena *arena, str key, struct user *out);
/* The same in whatever case of ASCII letters: what people type. */
enum err users_find_login(struct db *db, struct arena *arena, str login, struct user *out);
/* Admins who are not disabled, leaving out the one with that id. */
enum err users_count_admins(struct db *db, int64_t but_id, int64_t *count);
/* Has anybody a password, disabled or not? */
enum err users_any_password(struct db *db, bool *any);
/* Links the user answers for, those in the bin too. */
enum err users_count_links(struct db *db, int64_t id, int64_t *count);

/* All, by key; texts are lent until the next step. */
struct stmt *users_each(struct db *db);
bool users_next(struct stmt *rows, struct user *out);

/* One-time links by which a user sets a password. Only the SHA-256 of the token is kept; a user has one at most. */
#define TOKEN_HASH_BYTES 32
struct user_token {
    uint8_t hash[TOKEN_HASH_BYTES];
    int64_t user_id;
    bool reset; /* of a forgotten password; else an invitation */
    int64_t created_ms, expires_ms;
};
/* Ends the user's token before. */
enum err user_tokens_put(struct db *db, const struct user_token *token);
/* Expired ones too: that is the caller's to judge. */
enum err user_tokens_find(struct db *db, const uint8_t hash[TOKEN_HASH_BYTES], struct user_token *out);
/* Without its hash. */
enum err user_tokens_of_user(struct db *db, int64_t user_id, struct user_token *out);
enum err user_tokens_delete(struct db *db, int64_t user_id); /* OK when there is none */
enum err user_tokens_purge(struct db *db, int64_t now_ms);

#endif
