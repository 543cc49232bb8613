/* SPDX-License-Identifier: MIT */
/*
 * A request's body as it comes in: in memory while small, then in a file that has no name, so that it is gone with the
 * descriptor whatever happens. Past its bound nothing is kept; the rest is read and dropped so that the sender can read
 * our answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/files.h"
#include "server_private.h"

void body_init(struct body *self)
{
    *self = (struct body){.fd = -1};
    buf_init_heap(&self->memory, LIMIT_BODY_MEMORY);
}

void body_begin(struct body *self, int64_t bytes_max)
{
    self->bytes_max = bytes_max;
}

static enum err write_all(int fd, str bytes)
{
    while (bytes.len > 0) {
        ssize_t written = write(fd, bytes.ptr, bytes.len);
        if (written < 0 && errno != EINTR) {
            return errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_IO;
        }
        bytes = str_from(bytes, written > 0 ? (size_t)written : 0);
    }
    return OK;
}

static enum err spool(struct body *self, str piece, const char *dir)
{
    if (self->fd < 0) {
        enum err err = files_spool(dir, &self->fd);
        err = err == OK ? write_all(self->fd, buf_str(&self->memory)) : err;
        if (err != OK) {
            return err;
        }
        buf_reset(&self->memory);
    }
    return write_all(self->fd, piece);
}

void body_add(struct body *self, str piece, const char *dir)
{
    self->bytes += (int64_t)piece.len;
    if (self->err != OK) {
        return;
    }
    if (self->bytes > self->bytes_max) {
        self->err = ERR_TOO_LARGE;
        return;
    }
    if (self->fd < 0 && self->memory.len + piece.len <= LIMIT_BODY_MEMORY) {
        buf_add(&self->memory, piece);
        self->err = self->memory.overflow ? ERR_NOMEM : OK;
        return;
    }
    self->err = spool(self, piece, dir);
}

void body_finish(struct body *self, struct request *request)
{
    request->body_bytes = self->bytes;
    request->body = buf_str(&self->memory);
    request->body_fd = self->fd;
    if (self->fd >= 0 && lseek(self->fd, 0, SEEK_SET) != 0) {
        self->err = ERR_IO;
    }
}

void body_done(struct body *self)
{
    if (self->fd >= 0) {
        close(self->fd);
    }
    buf_done(&self->memory);
    body_init(self);
}
