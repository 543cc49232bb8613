/* SPDX-License-Identifier: MIT */
#include "journal_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "linkpond/base/files.h"
#include "linkpond/base/log.h"

/* Opening and closing the journal, and the list of its segments. */
#define MAGIC_BTRFS    0x9123683eL
#define MAGIC_ZFS      0x2fc12fc1L
#define MAGIC_BCACHEFS 0xca451a4eL
#define MAGIC_NFS      0x6969L

void journal_lock(struct journal *self)
{
    pthread_mutex_lock(&self->lock);
}

void journal_unlock(struct journal *self)
{
    pthread_mutex_unlock(&self->lock);
}

bool journal_sync_dir(struct journal *self)
{
    return fsync(self->dir_fd) == 0;
}

bool journal_list_add(struct journal *self, struct segment *segment)
{
    bool added = true;

    journal_lock(self);
    if (self->segments_count == self->segments_cap) {
        size_t cap = self->segments_cap ? self->segments_cap * 2 : 64;
        struct segment **grown = realloc(self->segments, cap * sizeof(struct segment *));
        added = grown != NULL;
        self->segments = added ? grown : self->segments;
        self->segments_cap = added ? cap : self->segments_cap;
    }
    if (added) {
        size_t at = self->segments_count++;
        for (; at > 0 && self->segments[at - 1]->number > segment->number; at--) {
            self->segments[at] = self->segments[at - 1];
        }
        self->segments[at] = segment;
    }
    journal_unlock(self);
    return added;
}

void journal_list_remove(struct journal *self, const struct segment *segment)
{
    size_t kept = 0;

    for (size_t i = 0; i < self->segments_count; i++) {
        if (self->segments[i] != segment) {
            self->segments[kept++] = self->segments[i];
        }
    }
    self->segments_count = kept;
}

/* File systems whose fallocate does not keep a later store from failing, because they write every block anew. */
static bool promises_no_blocks(int dir_fd)
{
    struct statfs info;

    return fstatfs(dir_fd, &info) == 0 && (info.f_type == MAGIC_BTRFS || info.f_type == MAGIC_ZFS ||
                                           info.f_type == MAGIC_BCACHEFS || info.f_type == MAGIC_NFS);
}

static void set_aside(struct journal *self, uint64_t number)
{
    char from[SEGMENT_NAME_MAX], to[SEGMENT_NAME_MAX];

    segment_name(number, SEGMENT_CLICKS, from);
    segment_name(number, SEGMENT_BAD, to);
    log_event(LOG_ERROR, "journal_segment_set_aside", "%s is not a segment of this node; renamed %s", from, to);
    if (renameat(self->dir_fd, from, self->dir_fd, to) != 0) {
        log_event(LOG_ERROR, "journal_segment_set_aside", "cannot rename %s: %s", from, strerrordesc_np(errno));
    }
}

static enum err found_segment(struct journal *self, uint64_t number)
{
    struct segment *segment;
    enum err err = segment_open(self, number, &segment);

    if (err == ERR_CORRUPT) {
        set_aside(self, number);
        return OK;
    }
    if (!err && segment->bad_read > 0) {
        log_event(LOG_ERROR, "journal_head_damaged", "segment %" PRIu64 ": its records are read all the same", number);
    }
    if (!err && !journal_list_add(self, segment)) {
        segment_free(segment);
        err = ERR_NOMEM;
    }
    return err;
}

static void found_spare(struct journal *self, uint64_t number)
{
    char name[SEGMENT_NAME_MAX];
    struct stat status;

    segment_name(number, SEGMENT_SPARE, name);
    bool usable = fstatat(self->dir_fd, name, &status, 0) == 0 && status.st_size == (off_t)self->segment_bytes;
    if (usable && self->spares_count < SPARES_MAX) {
        self->spares[self->spares_count++] = (struct spare){number, false};
    } else {
        unlinkat(self->dir_fd, name, 0);
    }
}

static enum err read_dir(struct journal *self, const char *path)
{
    DIR *dir = opendir(path);
    enum err err = dir ? OK : ERR_IO;

    for (struct dirent *row = dir ? readdir(dir) : NULL; row && !err; row = readdir(dir)) {
        enum segment_suffix suffix;
        uint64_t number;
        if (!segment_name_parse(str_from_c(row->d_name), &number, &suffix)) {
            continue;
        }
        if (number >= self->next_number) {
            self->next_number = number + 1;
        }
        if (suffix == SEGMENT_CLICKS) {
            err = found_segment(self, number);
        } else if (suffix == SEGMENT_SPARE) {
            found_spare(self, number);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return err;
}

static enum err lanes_open(struct journal *self)
{
    for (unsigned i = 0; i < self->lanes_count && self->plain_writes; i++) {
        self->lanes[i].buffer = aligned_alloc(RECORD_ALIGN, LIMIT_JOURNAL_RECORD);
        if (!self->lanes[i].buffer) {
            return ERR_NOMEM;
        }
    }
    journal_prepare_next(self);
    return OK;
}

static enum err check_opts(const struct journal_opts *opts, struct fault *fault)
{
    if (opts->segment_bytes < SEGMENT_BYTES_MIN || opts->segment_bytes > SEGMENT_BYTES_MAX ||
        opts->segment_bytes % SEGMENT_PAGE != 0) {
        return fault_set(fault, ERR_INVALID, "segment_bytes", "out_of_range",
                         "Journal segments are 64 KiB to 8 MiB, in steps of 4096 bytes.", NULL);
    }
    if (opts->node > 255 || opts->lanes == 0 || opts->lanes > LIMIT_REDIRECT_THREADS) {
        return fault_set(fault, ERR_INVALID, opts->node > 255 ? "node" : "lanes", "out_of_range",
                         "A journal has a node of 0 to 255 and 1 to 64 lanes.", NULL);
    }
    return OK;
}

enum err journal_open(const struct journal_opts *opts, struct journal **out, struct fault *fault)
{
    enum err err = check_opts(opts, fault);

    if (!err && (err = files_mkdir(opts->dir)) != OK) {
        return fault_setf(fault, err, "journal", "folder", "cannot make %s", opts->dir);
    }
    struct journal *self = err ? NULL : calloc(1, sizeof *self);
    if (!self) {
        return err ? err : ERR_NOMEM;
    }
    pthread_mutex_init(&self->lock, NULL);
    self->dir_fd = open(opts->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    self->node = opts->node;
    self->lanes_count = opts->lanes;
    self->lanes = aligned_alloc(_Alignof(struct lane), opts->lanes * sizeof(struct lane));
    BUG_ON(!self->lanes);
    memset(self->lanes, 0, opts->lanes * sizeof(struct lane));
    self->segment_bytes = opts->segment_bytes;
    self->fsync = opts->fsync;
    self->keep_bytes = opts->keep_bytes;
    self->next_number = opts->first_segment > 0 ? opts->first_segment : 1;
    self->plain_writes = opts->plain_writes || promises_no_blocks(self->dir_fd);
    err = self->dir_fd < 0 ? ERR_IO : read_dir(self, opts->dir);
    if (!err) {
        self->opening = true;
        journal_keep_ballast(self);
        err = lanes_open(self);
        self->opening = false;
    }
    if (err) {
        journal_close(self);
        return fault_setf(fault, err, "journal", "open", "cannot read the journal in %s", opts->dir);
    }
    *out = self;
    return OK;
}

/* A segment nobody appended to goes back to the spares. */
static void give_back(struct journal *self, struct segment *segment)
{
    char from[SEGMENT_NAME_MAX], to[SEGMENT_NAME_MAX];

    segment_name(segment->number, SEGMENT_CLICKS, from);
    segment_name(segment->number, SEGMENT_SPARE, to);
    if (renameat(self->dir_fd, from, self->dir_fd, to) != 0) {
        unlinkat(self->dir_fd, from, 0);
    }
}

void journal_close(struct journal *self)
{
    if (!self) {
        return;
    }
    for (unsigned i = 0; i < self->lanes_count; i++) {
        struct lane *lane = &self->lanes[i];
        struct segment *next = atomic_load(&lane->next);
        if (next) {
            give_back(self, next);
        }
        free(lane->buffer);
    }
    for (size_t i = 0; i < self->segments_count; i++) {
        struct segment *segment = self->segments[i];
        if (segment->fd >= 0 && self->fsync != JOURNAL_FSYNC_OS && fdatasync(segment->fd) != 0) {
            log_event(LOG_ERROR, "journal_sync_failed", "segment %" PRIu64 ": %s", segment->number,
                      strerrordesc_np(errno));
        }
        segment_free(segment);
    }
    free(self->segments);
    free(self->lanes);
    if (self->dir_fd >= 0) {
        close(self->dir_fd);
    }
    pthread_mutex_destroy(&self->lock);
    free(self);
}
