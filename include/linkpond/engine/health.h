/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_HEALTH_H
#define LINKPOND_ENGINE_HEALTH_H

#include "linkpond/engine/cache.h"
#include "linkpond/engine/engine.h"
#include "linkpond/engine/journal.h"
#include "linkpond/engine/writer.h"

/* How the installation is, in one place: /metrics, /api/v1/health and linkpond doctor tell the same. */
struct health {
    struct engine_balance balance;
    struct journal_stats journal;
    struct writer_stats writer;
    struct cache_stats cache;
    bool cache_complete;
    struct notifier_stats notifier;
    struct outbox_counts outbox; /* waiting -1: no reader came free */
    uint64_t unknown_excess;
    int64_t db_bytes;         /* -1: no reader came free */
    int64_t resident_bytes;   /* 0 = not known */
    int64_t free_bytes;       /* of the disk of the data folder; -1 = not known */
    int64_t newest_backup_ms; /* 0 = none */
};
void engine_health(struct engine *engine, struct health *out);

enum health_state { HEALTH_OK, HEALTH_WARN, HEALTH_FAIL };
/* "ok", "warn", "fail" */
str health_state_name(enum health_state state);
/* When an operator should look, and when clicks are, or are about to be, lost. */
enum health_state health_of_disk(int64_t free_bytes);
enum health_state health_of_backup(int64_t newest_ms, int64_t now_ms);
enum health_state health_of_lag(int64_t lag_ms);
enum health_state health_of_drops(uint64_t dropped);
enum health_state health_of_wal(int64_t wal_bytes);
/* When the newest backup in that folder was written, made on a schedule or by hand; 0 = there is none. */
int64_t health_newest_backup(const char *dir);

#endif
