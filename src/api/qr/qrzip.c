/* SPDX-License-Identifier: MIT */
/*
 * The only user of libzip. The library asks for what it is to pack, and where to put it, by callbacks with a command
 * (zip_source_function(3)): entries are made when it opens them and forgotten when it closes them; the archive goes to
 * a descriptor instead of a path, since the file has no name.
 */
#include "qrzip.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>

struct sink {
    int fd;
    zip_error_t error;
    zip_int64_t at, length;
};
struct source {
    const struct qrzip *zip;
    size_t index;
    struct buf bytes;
    size_t read;
    bool made;
    zip_error_t error;
    enum err *err; /* of the whole */
    struct fault *fault;
};

/* ---- the archive ---- */

static zip_int64_t sink_write(struct sink *self, const char *bytes, zip_uint64_t len)
{
    zip_uint64_t done = 0;
    while (done < len) {
        ssize_t written = pwrite(self->fd, bytes + done, len - done, (off_t)(self->at + (zip_int64_t)done));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            zip_error_set(&self->error, ZIP_ER_WRITE, errno);
            return -1;
        }
        done += (zip_uint64_t)written;
    }
    self->at += (zip_int64_t)len;
    self->length = self->at > self->length ? self->at : self->length;
    return (zip_int64_t)len;
}

static zip_int64_t sink_seek(struct sink *self, void *data, zip_uint64_t len)
{
    zip_int64_t at =
        zip_source_seek_compute_offset((zip_uint64_t)self->at, (zip_uint64_t)self->length, data, len, &self->error);
    if (at < 0) {
        return -1;
    }
    self->at = at;
    return 0;
}

static zip_int64_t sink_stat(struct sink *self, zip_stat_t *out)
{
    zip_stat_init(out);
    out->size = (zip_uint64_t)self->length;
    out->valid = ZIP_STAT_SIZE;
    return sizeof *out;
}

static zip_int64_t sink_read(struct sink *self, void *data, zip_uint64_t len)
{
    ssize_t got = pread(self->fd, data, len, (off_t)self->at);
    self->at += got > 0 ? got : 0;
    return got;
}

static zip_int64_t sink_callback(void *arg, void *data, zip_uint64_t len, zip_source_cmd_t command)
{
    struct sink *self = arg;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_WRITABLE;
    case ZIP_SOURCE_STAT:
        return sink_stat(self, data);
    case ZIP_SOURCE_WRITE:
        return sink_write(self, data, len);
    case ZIP_SOURCE_READ:
        return sink_read(self, data, len);
    case ZIP_SOURCE_SEEK:
    case ZIP_SOURCE_SEEK_WRITE:
        return sink_seek(self, data, len);
    case ZIP_SOURCE_TELL:
    case ZIP_SOURCE_TELL_WRITE:
        return self->at;
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&self->error, data, len);
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_BEGIN_WRITE:
        self->at = 0;
        return 0;
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_COMMIT_WRITE:
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_REMOVE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&self->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* ---- what goes in ---- */

static zip_int64_t source_make(struct source *self)
{
    if (!self->made) {
        buf_init_heap(&self->bytes, self->zip->entry_max);
        self->made = true;
        enum err err = self->zip->make(self->zip->arg, self->index, &self->bytes, self->fault);
        err = err == OK && self->bytes.overflow ? ERR_NOMEM : err;
        if (err != OK) {
            *self->err = err;
            zip_error_set(&self->error, ZIP_ER_READ, EIO);
            return -1;
        }
    }
    self->read = 0;
    return 0;
}

static zip_int64_t source_stat(struct source *self, zip_stat_t *out)
{
    if (source_make(self) < 0) {
        return -1;
    }
    zip_stat_init(out);
    out->size = self->bytes.len;
    out->mtime = (time_t)(self->zip->now_ms / 1000);
    out->valid = ZIP_STAT_SIZE | ZIP_STAT_MTIME;
    return sizeof *out;
}

static zip_int64_t source_read(struct source *self, void *data, zip_uint64_t len)
{
    str piece = str_slice(buf_str(&self->bytes), self->read, self->read + len);
    memcpy(data, piece.ptr, piece.len);
    self->read += piece.len;
    return (zip_int64_t)piece.len;
}

static void source_forget(struct source *self)
{
    buf_done(&self->bytes);
    self->bytes = (struct buf){0};
    self->made = false;
}

static zip_int64_t source_callback(void *arg, void *data, zip_uint64_t len, zip_source_cmd_t command)
{
    struct source *self = arg;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_READABLE | ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_SUPPORTS);
    case ZIP_SOURCE_STAT:
        return source_stat(self, data);
    case ZIP_SOURCE_OPEN:
        return source_make(self);
    case ZIP_SOURCE_READ:
        return source_read(self, data, len);
    case ZIP_SOURCE_CLOSE:
        source_forget(self);
        return 0;
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&self->error, data, len);
    case ZIP_SOURCE_FREE:
        source_forget(self);
        return 0;
    default:
        zip_error_set(&self->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* ---- the whole ---- */

static bool add(zip_t *archive, struct source *source)
{
    const struct qrzip_entry *entry = &source->zip->entries[source->index];
    char name[512];
    struct buf text;
    buf_init_fixed(&text, name, sizeof name);
    buf_add(&text, entry->name);
    zip_source_t *handle = zip_source_function(archive, source_callback, source);
    zip_int64_t at = handle ? zip_file_add(archive, buf_c(&text), handle, ZIP_FL_ENC_UTF_8) : -1;
    if (at < 0) {
        zip_source_free(handle);
        return false;
    }
    return zip_set_file_compression(archive, (zip_uint64_t)at, entry->packed ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0) == 0;
}

static enum err trouble(const zip_t *archive)
{
    const zip_error_t *error = zip_get_error((zip_t *)(uintptr_t)archive);
    int system = zip_error_code_system(error);
    if (zip_error_code_zip(error) == ZIP_ER_MEMORY) {
        return ERR_NOMEM;
    }
    return system == ENOSPC || system == EDQUOT ? ERR_DISK_FULL : ERR_IO;
}

enum err qrzip_write(const struct qrzip *self, int fd, struct fault *fault)
{
    enum err err = OK;
    struct sink sink = {.fd = fd};
    struct source *sources = calloc(self->count, sizeof *sources);
    zip_error_init(&sink.error);
    zip_source_t *handle = sources ? zip_source_function_create(sink_callback, &sink, NULL) : NULL;
    zip_t *archive = handle ? zip_open_from_source(handle, ZIP_CREATE | ZIP_TRUNCATE, NULL) : NULL;
    if (!archive) {
        zip_source_free(handle);
        free(sources);
        return ERR_NOMEM;
    }
    bool added = true;
    for (size_t i = 0; added && i < self->count; i++) {
        sources[i] = (struct source){.zip = self, .index = i, .err = &err, .fault = fault};
        zip_error_init(&sources[i].error);
        added = add(archive, &sources[i]);
    }
    if (!added || zip_close(archive) != 0) {
        err = err != OK ? err : trouble(archive);
        zip_discard(archive);
    }
    free(sources);
    return err;
}
