/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_INLETS_H
#define LINKPOND_STORE_INLETS_H

#include "linkpond/store/db.h"

/* Doors through which others tell of events: WeCom's callbacks, and addresses that any tool can call. */

struct wecom_callback {
    int64_t id;
    str name;           /* unique */
    str path;           /* the end of its address; does not change */
    str receiver;       /* whom messages must be for */
    str token, aes_key; /* sealed by the installation's own key */
    str members;        /* JSON object, WeCom's UserID to a user's key; empty = {} */
    int64_t heard_ms;   /* TIME_NONE; when it last told of something, about */
    int64_t created_ms, updated_ms;
};
/* Sets ->id. ERR_CONFLICT: another one has that name. */
enum err wecom_insert(struct db *db, struct wecom_callback *callback);
enum err wecom_update(struct db *db, const struct wecom_callback *callback); /* ERR_NOT_FOUND, ERR_CONFLICT */
enum err wecom_delete(struct db *db, int64_t id);
enum err wecom_find(struct db *db, struct arena *arena, int64_t id, struct wecom_callback *out);
enum err wecom_find_path(struct db *db, struct arena *arena, str path, struct wecom_callback *out);
enum err wecom_heard(struct db *db, int64_t id, int64_t now_ms);
/* All, by id; texts are lent until the next step. */
struct stmt *wecom_each(struct db *db);
bool wecom_next(struct stmt *rows, struct wecom_callback *out);

#define POSTBACK_HASH_BYTES 32
/* Why a call was refused, in words of ours: nothing that its sender wrote. */
struct postback_failure {
    int64_t time_ms; /* TIME_NONE = there was none */
    int64_t status;  /* HTTP */
    str slug, field, code;
};
struct postback {
    int64_t id;
    str name; /* unique */
    uint8_t hash[POSTBACK_HASH_BYTES];
    str prefix;
    str type, currency; /* of events whose sender names none; empty = they must */
    bool major;         /* amounts are written as people do ("12.50"), not in minor units */
    str params;         /* JSON object, our name of a parameter to the sender's; empty = {} */
    str secret;         /* sealed by the installation's own key; does not change */
    bool is_signed;     /* takes nothing but what is signed with it */
    bool is_paused;     /* takes nothing */
    int64_t heard_ms;   /* TIME_NONE */
    int64_t created_ms, updated_ms;
    struct postback_failure failure; /* the last; written by postbacks_failed alone */
};
enum err postbacks_insert(struct db *db, struct postback *postback);
enum err postbacks_update(struct db *db, const struct postback *postback);
enum err postbacks_delete(struct db *db, int64_t id);
enum err postbacks_find(struct db *db, struct arena *arena, int64_t id, struct postback *out);
enum err postbacks_find_hash(struct db *db, struct arena *arena, const uint8_t hash[POSTBACK_HASH_BYTES],
                             struct postback *out);
enum err postbacks_heard(struct db *db, int64_t id, int64_t now_ms);
enum err postbacks_failed(struct db *db, int64_t id, const struct postback_failure *failure);
struct stmt *postbacks_each(struct db *db);
bool postbacks_next(struct stmt *rows, struct postback *out);

#endif
