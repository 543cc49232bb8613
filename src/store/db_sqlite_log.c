/* SPDX-License-Identifier: MIT */
/*
 * The write-ahead log: how long it is, and when it goes to the disk. An ordinary commit only writes it, and the first
 * durable one waits until all that was written since the last is on the disk. So that this is little, the system is
 * told to begin with it now and then.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db_sqlite.h"

#define PAGES_AT_ONCE 256 /* or what one commit writes */

static void begin_writing(struct db *self)
{
    if (self->log_fd < 0) {
        char path[PATH_MAX + 4];
        snprintf(path, sizeof path, "%s-wal", self->path);
        self->log_fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (self->log_fd >= 0) {
        sync_file_range(self->log_fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* what fails, the durable commit does again */
    }
}

/* The log begins anew, with fewer pages, when all of it was moved and nobody reads in it. */
static int note_commit(void *arg, sqlite3 *raw, const char *name, int pages)
{
    struct db *self = arg;

    (void)raw;
    (void)name;
    self->log_moved = pages < self->log_pages ? 0 : self->log_moved;
    self->log_begun = pages < self->log_begun ? 0 : self->log_begun;
    self->log_pages = pages;
    if (self->sync_full) {
        self->log_begun = pages;
    } else if (pages - self->log_begun >= PAGES_AT_ONCE) {
        begin_writing(self);
        self->log_begun = pages;
    }
    return SQLITE_OK;
}

void db_sqlite_watch_log(struct db *self)
{
    sqlite3_wal_hook(self->raw, note_commit, self);
}

void db_sqlite_leave_log(struct db *self)
{
    if (self->log_fd >= 0) {
        close(self->log_fd); /* nobody holds locks on this file, which closing would let go */
    }
}

enum err db_checkpoint(struct db *self, bool truncate, int64_t *wal_pages, int64_t *moved)
{
    int log = 0;
    int done = 0;

    BUG_ON(self->mode != DB_WRITE);
    int rc = sqlite3_wal_checkpoint_v2(self->raw, NULL,
                                       truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &log, &done);
    if (rc == SQLITE_OK) {
        self->log_pages = log;
        self->log_moved = done;
    }
    if (wal_pages) {
        *wal_pages = log;
    }
    if (moved) {
        *moved = done;
    }
    return db_sqlite_err(rc);
}

enum err db_cut_log(struct db *self)
{
    sqlite3_busy_timeout(self->raw, 0);
    enum err err = db_checkpoint(self, true, NULL, NULL);
    sqlite3_busy_timeout(self->raw, DB_BUSY_TIMEOUT_MS);
    return err;
}

int64_t db_unmoved_pages(const struct db *self)
{
    return self->log_pages - self->log_moved;
}

int64_t db_wal_bytes(const struct db *self)
{
    char path[PATH_MAX + 4];
    struct stat status;

    snprintf(path, sizeof path, "%s-wal", self->path);
    return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}
