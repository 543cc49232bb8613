/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/sink.h"

#include <errno.h>
#include <unistd.h>

enum err sink_open(struct sink *self, struct arena *arena, const char *path, struct fault *fault)
{
    *self = (struct sink){.file = stdout};
    if (!path || strcmp(path, "-") == 0) {
        return OK;
    }
    self->path = path;
    self->part = arena_f(arena, "%s.part", path).ptr;
    self->file = self->part ? fopen(self->part, "wbe") : NULL;
    if (!self->file) {
        return fault_setf(fault, ERR_IO, "", "io", "%.120s cannot be written: %s", path, strerrordesc_np(errno));
    }
    return OK;
}

bool sink_take(void *arg, str bytes)
{
    struct sink *self = arg;

    return fwrite(bytes.ptr, 1, bytes.len, self->file) == bytes.len;
}

enum err sink_close(struct sink *self, enum err err, struct fault *fault)
{
    if (!self->path) {
        return err;
    }
    bool written = fflush(self->file) == 0 && fsync(fileno(self->file)) == 0;
    written = fclose(self->file) == 0 && written;
    if (!err && written && rename(self->part, self->path) == 0) {
        return OK;
    }
    enum err own = errno == ENOSPC ? ERR_DISK_FULL : ERR_IO;
    unlink(self->part);
    return err ? err : fault_setf(fault, own, "", "io", "%.120s cannot be written", self->path);
}
