/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_ROBOTS_H
#define LINKPOND_STORE_ROBOTS_H

#include "linkpond/model/delivery.h"
#include "linkpond/model/robot.h"
#include "linkpond/store/db.h"

/* Robots that notices go to. Address and secrets are kept sealed; engine/robot_seal.h opens them. */
struct robot {
    int64_t id;
    str name; /* unique */
    enum robot_kind kind;
    str url_sealed, url_shown;
    str secret_sealed, secret_before_sealed; /* empty = none */
    int64_t secret_before_ms;                /* until when the one before still signs; TIME_NONE */
    bool markdown, chinese;
    int quiet_from_min, quiet_to_min;
    str zone; /* empty = the installation's */
    bool enabled;
    int64_t gone_ms;  /* TIME_NONE: it is not disabled by an answer */
    unsigned notices; /* bits 1 << enum notice_kind */
    int64_t owner_id; /* 0 = nobody */
    str owner;        /* its key; read only */
    int64_t paced_ms, held_ms;
    int64_t created_ms, updated_ms;
};

/* Sets robot->id. ERR_CONFLICT: another one has that name, or there is no such owner. */
enum err robots_insert(struct db *db, struct robot *robot);
/* All but id, pace and created_ms; a pause that it asked for ends. ERR_NOT_FOUND; ERR_CONFLICT. */
enum err robots_update(struct db *db, const struct robot *robot);
/* With all that was, or was to be, told to it. */
enum err robots_delete(struct db *db, int64_t id);
enum err robots_find(struct db *db, struct arena *arena, int64_t id, struct robot *out);
enum err robots_size(struct db *db, int64_t *count);
/* All, by id; texts are lent until the next step (arena NULL) or in the arena. */
struct stmt *robots_each(struct db *db);
bool robots_next(struct stmt *rows, struct arena *arena, struct robot *out);
/* After a try. */
enum err robots_paced(struct db *db, int64_t id, int64_t paced_ms, int64_t held_ms);
/* It asked for no more: disabled until somebody enables it. */
enum err robots_gone(struct db *db, int64_t id, int64_t now_ms);

#endif
