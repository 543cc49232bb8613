/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_JANITOR_JOBS_H
#define LINKPOND_SRC_ENGINE_JANITOR_JOBS_H

#include "linkpond/engine/engine.h"

#include "alarms.h"

/* When what was done last; all 0 at start: everything is due, a backup by the age of the
 * newest one. */
struct janitor_state {
    int64_t hourly_ms, backup_ms;
    struct alarms alarms;
};
/* Everything that is due. A failure is logged and tried again at the next sweep. */
void janitor_sweep(struct engine *engine, struct janitor_state *state, int64_t now_ms);
/* A verified copy of the database in the backup folder; the oldest past BACKUPS_KEPT go. */
#define BACKUPS_KEPT 7
enum err janitor_backup(struct engine *engine, int64_t now_ms, struct fault *fault);
/* When the newest backup in that folder was made, by its name; 0 = there is none. */
int64_t janitor_newest_backup(const char *dir);
/* Asks for clicks older than that instant to go, if there are any. */
enum err janitor_retention(struct engine *engine, int64_t before_ms, int64_t now_ms, struct fault *fault);
/* Lines of the audit log older than that instant, some thousand in a transaction. */
enum err janitor_forget_lines(struct engine *engine, int64_t before_ms, struct fault *fault);
/* Browsers of landing pages (store/forwards.h) first seen before that instant. */
enum err janitor_forget_forwards(struct engine *engine, int64_t before_ms, struct fault *fault);
/* What sales were told of before that instant (store/radar.h), and what was seen of people who stayed away since. */
enum err janitor_forget_radar(struct engine *engine, int64_t before_ms, int64_t now_ms, struct fault *fault);
/* Notices that were sent, or that died, before that instant. */
enum err janitor_forget_notices(struct engine *engine, enum outbox_state state, int64_t before_ms, struct fault *fault);
/* What lists look at of all links (store/link_columns.h), with what folds wrote since, and which links a search need
 * not look at (store/link_grams.h): about half a second of the writer's. True: there is more to make. */
bool janitor_make_lists(struct engine *engine);
/* Links that anybody made, and that ended before that instant, go to the bin; ENDED_BATCH in a transaction. */
#define ENDED_BATCH 100
enum err janitor_bin_ended(struct engine *engine, int64_t before_ms, struct fault *fault);
/* Links that have been in the bin since before that instant become tombstones, BIN_BATCH in a transaction. */
#define BIN_BATCH 500
enum err janitor_empty_bin(struct engine *engine, int64_t before_ms, int64_t now_ms, struct fault *fault);

#endif
