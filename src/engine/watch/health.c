/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/health.h"

#include <dirent.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"
#include "linkpond/engine/readers.h"

#define MIB              INT64_C(1048576)
#define FREE_WARN        (2048 * MIB)
#define FREE_FAIL        (256 * MIB)
#define BACKUP_WARN_DAYS 3
#define LAG_WARN_MS      5000
#define LAG_FAIL_MS      60000
#define WAL_WARN         (512 * MIB)
#define READER_WAIT_MS   1000

str health_state_name(enum health_state state)
{
    static const char *const names[] = {"ok", "warn", "fail"};

    return str_from_c(names[state]);
}

enum health_state health_of_disk(int64_t free_bytes)
{
    return free_bytes < 0           ? HEALTH_OK
           : free_bytes < FREE_FAIL ? HEALTH_FAIL
           : free_bytes < FREE_WARN ? HEALTH_WARN
                                    : HEALTH_OK;
}

enum health_state health_of_backup(int64_t newest_ms, int64_t now_ms)
{
    return newest_ms == 0 || (now_ms - newest_ms) / MS_PER_DAY > BACKUP_WARN_DAYS ? HEALTH_WARN : HEALTH_OK;
}

enum health_state health_of_lag(int64_t lag_ms)
{
    return lag_ms > LAG_FAIL_MS ? HEALTH_FAIL : lag_ms > LAG_WARN_MS ? HEALTH_WARN : HEALTH_OK;
}

enum health_state health_of_drops(uint64_t dropped)
{
    return dropped > 0 ? HEALTH_FAIL : HEALTH_OK;
}

enum health_state health_of_wal(int64_t wal_bytes)
{
    return wal_bytes > WAL_WARN ? HEALTH_WARN : HEALTH_OK;
}

int64_t health_newest_backup(const char *dir)
{
    DIR *handle = opendir(dir);
    int64_t newest = 0;

    for (struct dirent *entry = handle ? readdir(handle) : NULL; entry; entry = readdir(handle)) {
        struct stat status;
        if (str_ends(str_from_c(entry->d_name), STR(".db")) && fstatat(dirfd(handle), entry->d_name, &status, 0) == 0) {
            newest = status.st_mtime > newest ? status.st_mtime : newest;
        }
    }
    if (handle) {
        closedir(handle);
    }
    return newest * MS_PER_SECOND;
}

/* Resident pages from /proc/self/statm, its second number. */
static int64_t resident_bytes(void)
{
    char text[128];
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) {
        return 0;
    }
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    str rest = {text, len}, size, resident;
    int64_t pages = 0;
    if (str_next(&rest, ' ', &size) && str_next(&rest, ' ', &resident)) {
        str_to_i64(resident, &pages);
    }
    return pages * sysconf(_SC_PAGESIZE);
}

void engine_health(struct engine *engine, struct health *out)
{
    *out = (struct health){.db_bytes = -1, .outbox = {.waiting = -1}};
    engine_balance(engine, &out->balance);
    journal_stats(engine->journal, &out->journal);
    writer_stats(engine->writer, &out->writer);
    cache_stats(engine->cache, &out->cache);
    out->cache_complete = cache_complete(engine->cache);
    out->unknown_excess = atomic_load_explicit(&engine->unknown_excess, memory_order_relaxed);
    notifier_stats(engine->notifier, &out->notifier);
    out->resident_bytes = resident_bytes();
    out->free_bytes = files_free_bytes(engine->opts.data_dir);
    out->newest_backup_ms = engine->opts.backup_dir ? health_newest_backup(engine->opts.backup_dir) : 0;
    struct db *db = readers_take(engine->readers, READER_WAIT_MS);
    if (db) {
        out->db_bytes = db_file_bytes(db);
        if (outbox_counts(db, &out->outbox) != OK) {
            out->outbox.waiting = -1;
        }
        readers_give(engine->readers, db);
    }
}
