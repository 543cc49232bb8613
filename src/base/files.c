/* SPDX-License-Identifier: MIT */
/*
 * What has to survive a power cut is written beside its place, synced, renamed over it, and the folder is synced
 * too: a rename is atomic for readers, but without the last step the name may come back old (fsync(2), rename(2)).
 * fsync is never retried after a failure, because Linux marks the pages clean and a second call would lie.
 *
 * Locks are flock(2), not fcntl(2): those vanish when any descriptor of the file is closed by anyone in the process.
 * The lock file is never unlinked, or two processes could each hold the lock of a different file by one name.
 */
#include "linkpond/base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define READ_CHUNK_BYTES 4096

static enum err err_from_errno(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    case ENOMEM:
        return ERR_NOMEM;
    default:
        return ERR_IO;
    }
}

static int open_again(const char *path, int flags, mode_t mode)
{
    int fd;

    do {
        fd = open(path, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

static enum err write_all(int fd, str bytes)
{
    while (bytes.len > 0) {
        ssize_t written = write(fd, bytes.ptr, bytes.len);

        if (written < 0 && errno != EINTR) {
            return err_from_errno(errno);
        }
        if (written > 0) {
            bytes = str_from(bytes, (size_t)written);
        }
    }
    return OK;
}

enum err files_sync_dir(const char *path)
{
    int fd = open_again(path, O_RDONLY | O_DIRECTORY, 0);

    if (fd < 0) {
        return err_from_errno(errno);
    }
    enum err err = fsync(fd) == 0 ? OK : err_from_errno(errno);
    close(fd);
    return err;
}

/* Syncs the folder that holds `path`. */
static enum err sync_parent(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : (size_t)(slash - path);

    if (slash == NULL) {
        return files_sync_dir(".");
    }
    if (len == 0) {
        return files_sync_dir("/");
    }
    BUG_ON(len >= sizeof folder); /* the path was opened, so it is shorter than PATH_MAX */
    memcpy(folder, path, len);
    folder[len] = '\0';
    return files_sync_dir(folder);
}

static enum err mkdir_one(const char *path)
{
    struct stat info;

    if (mkdir(path, 0700) == 0) {
        return sync_parent(path);
    }
    int code = errno;
    if (stat(path, &info) == 0) { /* a link to a folder will do; EEXIST is not the only answer for "it is there" */
        return S_ISDIR(info.st_mode) ? OK : ERR_IO;
    }
    return err_from_errno(code);
}

enum err files_mkdir(const char *path)
{
    char prefix[PATH_MAX];
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/') {
        len--;
    }
    if (len == 0 || len >= sizeof prefix) {
        return ERR_INVALID;
    }
    memcpy(prefix, path, len);
    prefix[len] = '\0';
    for (size_t i = 1; i < len; i++) {
        if (prefix[i] != '/' || prefix[i - 1] == '/') {
            continue;
        }
        prefix[i] = '\0';
        enum err err = mkdir_one(prefix);
        if (err != OK) {
            return err;
        }
        prefix[i] = '/';
    }
    return mkdir_one(prefix);
}

/* Reads to the end of the file or one byte past bytes_max. Grows as it goes, since /proc files and pipes tell no
 * size and a regular file may grow meanwhile. */
static enum err read_to_end(int fd, size_t bytes_max, char **out, size_t *out_len)
{
    char *bytes = NULL;
    size_t len = 0, cap = 0;

    for (;;) {
        if (len == cap) {
            cap = cap == 0 ? READ_CHUNK_BYTES : cap * 2;
            char *larger = realloc(bytes, cap);
            if (larger == NULL) {
                free(bytes);
                return ERR_NOMEM;
            }
            bytes = larger;
        }
        ssize_t got = read(fd, bytes + len, cap - len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        enum err err = got < 0 ? err_from_errno(errno) : (size_t)got > bytes_max - len ? ERR_TOO_LARGE : OK;
        if (err != OK) {
            free(bytes);
            return err;
        }
        if (got == 0) {
            *out = bytes;
            *out_len = len;
            return OK;
        }
        len += (size_t)got;
    }
}

enum err files_read(struct arena *arena, const char *path, size_t bytes_max, str *out)
{
    int fd = open_again(path, O_RDONLY, 0);
    char *bytes = NULL;
    size_t len = 0;

    if (fd < 0) {
        return err_from_errno(errno);
    }
    enum err err = read_to_end(fd, bytes_max, &bytes, &len);
    close(fd);
    if (err != OK) {
        return err;
    }
    char *copy = arena_alloc(arena, len + 1);
    if (copy == NULL) {
        free(bytes);
        return ERR_NOMEM;
    }
    if (len > 0) {
        memcpy(copy, bytes, len);
    }
    free(bytes);
    *out = (str){copy, len};
    return OK;
}

enum err files_write_atomic(const char *path, str bytes)
{
    char temporary[PATH_MAX];
    int len = snprintf(temporary, sizeof temporary, "%s.tmp-XXXXXX", path);

    if (len < 0 || (size_t)len >= sizeof temporary) {
        return ERR_INVALID;
    }
    int fd = mkostemp(temporary, O_CLOEXEC); /* 0600 */
    if (fd < 0) {
        return err_from_errno(errno);
    }
    enum err err = write_all(fd, bytes);
    if (err == OK && fsync(fd) != 0) {
        err = err_from_errno(errno);
    }
    if (close(fd) != 0 && err == OK) {
        err = err_from_errno(errno);
    }
    if (err == OK && rename(temporary, path) != 0) {
        err = err_from_errno(errno);
    }
    if (err != OK) {
        unlink(temporary);
        return err;
    }
    return sync_parent(path);
}

enum err files_spool(const char *dir, int *fd_out)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        char name[] = "/tmp/linkpond-spool-XXXXXX"; /* file systems without O_TMPFILE */
        fd = mkostemp(name, O_CLOEXEC);
        if (fd >= 0) {
            unlink(name);
        }
    }
    if (fd < 0) {
        return ERR_IO;
    }
    *fd_out = fd;
    return OK;
}

bool files_exists(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0;
}

const char *files_join(struct arena *arena, const char *dir, const char *name)
{
    size_t len = strlen(dir);
    const char *separator = len == 0 || dir[len - 1] == '/' ? "" : "/";
    str joined = arena_f(arena, "%s%s%s", dir, separator, name);

    return joined.len > 0 ? joined.ptr : NULL;
}

int64_t files_free_bytes(const char *path)
{
    struct statvfs info;
    uint64_t bytes;

    if (statvfs(path, &info) != 0) {
        return -1;
    }
    /* f_bavail: blocks for us, without the part kept for root. */
    if (__builtin_mul_overflow((uint64_t)info.f_bavail, (uint64_t)info.f_frsize, &bytes) || bytes > INT64_MAX) {
        return INT64_MAX;
    }
    return (int64_t)bytes;
}

/* What the holder left; it may be empty when the holder has only just got the lock. */
static void read_holder(int fd, char *holder, size_t holder_cap)
{
    if (holder == NULL || holder_cap == 0) {
        return;
    }
    ssize_t got = pread(fd, holder, holder_cap - 1, 0);
    holder[got > 0 ? (size_t)got : 0] = '\0';
}

enum err files_lock(const char *path, str holder_text, int *fd_out, char *holder, size_t holder_cap)
{
    int fd = open_again(path, O_RDWR | O_CREAT, 0600);
    enum err err = OK;

    if (fd < 0) {
        return err_from_errno(errno);
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        err = errno == EWOULDBLOCK ? ERR_BUSY : err_from_errno(errno);
        if (err == ERR_BUSY) {
            read_holder(fd, holder, holder_cap);
        }
        goto fail;
    }
    if (ftruncate(fd, 0) != 0) { /* a holder that was killed left its text */
        err = err_from_errno(errno);
        goto fail;
    }
    err = write_all(fd, holder_text);
    if (err != OK) {
        goto fail;
    }
    *fd_out = fd;
    return OK;

fail:
    close(fd);
    return err;
}

void files_unlock(int fd)
{
    /* Only the text goes; that it may fail to is no harm, for the lock itself ends with the descriptor. */
    if (ftruncate(fd, 0) != 0) {
        errno = 0;
    }
    close(fd);
}
