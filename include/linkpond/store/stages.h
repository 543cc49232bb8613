/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_STAGES_H
#define LINKPOND_STORE_STAGES_H

#include "linkpond/model/stage.h"
#include "linkpond/store/db.h"

/* The steps that count, in order: one list at a time. Steps that left the list stay as rows, for those who come back.
 */

/* These from now on (stages_check holds); where each customer stands is found anew. Within a transaction. */
enum err stages_put(struct db *db, const struct stage *stages, size_t count, int64_t now_ms);
/* In order, in the arena; none on an installation that is being made. */
enum err stages_list(struct db *db, struct arena *arena, struct stage **out, size_t *count);
/* The id of a step that counts. ERR_NOT_FOUND. */
enum err stages_find(struct db *db, str key, int64_t *id);

#endif
