/* SPDX-License-Identifier: MIT */
#include "janitor_jobs.h"

#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"

#include "linkpond/engine/restored.h"

/*
 * A copy of the database by VACUUM INTO on a reader: one snapshot, and the writer goes on. It is checked before it gets
 * its name, so what has a name can be restored. The journal needs no copy: what it holds beyond the database is a
 * second of clicks.
 */
#define READER_WAIT_MS 10000
#define NAME_FORMAT    "linkpond-%04d%02d%02d-%02d%02d%02d.db"
#define NAME_LEN       (sizeof "linkpond-20261122-010203.db" - 1)

static void backup_name(int64_t now_ms, char out[NAME_LEN + 1])
{
    char text[64];
    int year = 0, month = 0, day = 0;
    int64_t days = now_ms / MS_PER_DAY;
    int second = (int)(now_ms % MS_PER_DAY / MS_PER_SECOND);

    civil_from_days(days, &year, &month, &day);
    snprintf(text, sizeof text, NAME_FORMAT, year % 10000, month % 100, day % 100, second / 3600, second / 60 % 60,
             second % 60);
    memcpy(out, text, NAME_LEN + 1);
}

static bool two_digits(const char *text, int *out)
{
    uint64_t value;
    bool is_number = str_to_u64((str){text, 2}, &value);

    *out = is_number ? (int)value : 0;
    return is_number;
}

/* The time in a backup's name; 0 when it is no such name. */
static int64_t time_of_name(const char *name)
{
    int part[7]; /* century, year, month, day, hour, minute, second */
    static const size_t AT[7] = {9, 11, 13, 15, 18, 20, 22};

    if (strlen(name) != NAME_LEN || memcmp(name, "linkpond-", 9) != 0 || strcmp(name + NAME_LEN - 3, ".db") != 0) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(AT); i++) {
        if (!two_digits(name + AT[i], &part[i])) {
            return 0;
        }
    }
    int64_t days = days_from_civil(part[0] * 100 + part[1], part[2], part[3]);
    return days * MS_PER_DAY + ((part[4] * 60 + part[5]) * 60 + part[6]) * MS_PER_SECOND;
}

/* How many backups there are; the oldest and the newest by their names' times. */
static size_t survey(const char *dir, char oldest[NAME_LEN + 1], int64_t *newest_ms)
{
    DIR *handle = opendir(dir);
    int64_t oldest_ms = INT64_MAX;
    size_t count = 0;

    *newest_ms = 0;
    for (struct dirent *entry = handle ? readdir(handle) : NULL; entry; entry = readdir(handle)) {
        int64_t ms = time_of_name(entry->d_name);
        count += ms != 0;
        *newest_ms = ms > *newest_ms ? ms : *newest_ms;
        if (ms != 0 && ms < oldest_ms) {
            oldest_ms = ms;
            memcpy(oldest, entry->d_name, NAME_LEN + 1);
        }
    }
    if (handle) {
        closedir(handle);
    }
    return count;
}

int64_t janitor_newest_backup(const char *dir)
{
    char oldest[NAME_LEN + 1];
    int64_t newest_ms;

    survey(dir, oldest, &newest_ms);
    return newest_ms;
}

static void prune(struct arena *arena, const char *dir)
{
    char oldest[NAME_LEN + 1];
    int64_t newest_ms;

    while (survey(dir, oldest, &newest_ms) > BACKUPS_KEPT) {
        const char *path = files_join(arena, dir, oldest);
        if (!path || unlink(path) != 0) {
            return;
        }
    }
}

static enum err copy(struct engine *engine, const char *path, struct fault *fault)
{
    struct db *db = readers_take(engine->readers, READER_WAIT_MS);
    enum err err = db ? db_copy_to(db, path) : ERR_UNAVAILABLE;

    if (db) {
        db_trim(db); /* it has read the whole file */
    }
    readers_give(engine->readers, db);
    return err ? fault_setf(fault, err, "", err_slug(err), "The copy %s could not be written.", path) : OK;
}

static enum err verify(const char *path, struct fault *fault)
{
    struct db *db = NULL;
    enum err err = db_open(path, DB_READ, &db, fault);

    err = err ? err : db_integrity(db, false, fault);
    db_close(db);
    if (err) {
        return err;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return synced ? OK : ERR_IO;
}

enum err engine_backup(struct engine *self, const char *path, struct fault *fault)
{
    struct arena arena;

    arena_init(&arena, 64 * 1024);
    const char *part = arena_f(&arena, "%s.part", path).ptr;
    if (!part || arena.overflow) {
        arena_done(&arena);
        return ERR_NOMEM;
    }
    unlink(part);
    enum err err = copy(self, part, fault);
    err = err ? err : verify(part, fault);
    err = err ? err : restored_mark(part, fault); /* last: its log goes with its handle */
    if (!err && rename(part, path) != 0) {
        err = ERR_IO;
    }
    if (err) {
        unlink(part);
    }
    arena_done(&arena);
    malloc_trim(0); /* the copy's pages went through many small blocks, which the allocator would keep */
    return err;
}

enum err janitor_backup(struct engine *engine, int64_t now_ms, struct fault *fault)
{
    const char *dir = engine->opts.backup_dir;
    char name[NAME_LEN + 1];
    struct arena arena;

    arena_init(&arena, 256 * 1024);
    backup_name(now_ms, name);
    const char *path = files_join(&arena, dir, name);
    enum err err = path ? files_mkdir(dir) : ERR_NOMEM;
    err = err ? err : engine_backup(engine, path, fault);
    err = err ? err : files_sync_dir(dir);
    if (!err) {
        prune(&arena, dir);
    }
    arena_done(&arena);
    return err;
}
