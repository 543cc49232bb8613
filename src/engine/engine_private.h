/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_ENGINE_PRIVATE_H
#define LINKPOND_SRC_ENGINE_ENGINE_PRIVATE_H

#include "linkpond/engine/engine.h"

/* Names inside a data folder. */
#define ENGINE_DATABASE  "linkpond.db"
#define ENGINE_JOURNAL   "journal"
#define ENGINE_LOCK      "lock"
#define ENGINE_LOCAL_KEY "local.key"
#define ENGINE_LISTEN    "listen.json" /* a daemon's */
#define ENGINE_BACKUPS   "backups"     /* unless a setting says another place */

/* The folder's lock, with our pid for whoever meets it. ERR_BUSY names the holder. */
enum err engine_lock(const char *data_dir, struct arena *arena, int *fd, struct fault *fault);
/* What stands in meta, into the engine; the key of codes into the arena. ERR_CORRUPT: keys are missing or damaged. */
enum err engine_read_facts(struct engine *self, struct db *db, struct arena *arena, str *code_key, struct fault *fault);
/* Where nobody has chosen the steps that events lead to, they are those of the first preset. */
enum err engine_stages(struct db *db, struct arena *arena);
/* Takes local.key away if this engine wrote it. */
void engine_local_key_remove(struct engine *self);

#endif
