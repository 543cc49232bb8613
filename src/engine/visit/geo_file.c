/* SPDX-License-Identifier: MIT */
/*
 * A file in memory of its own (memfd_create(2)): libmaxminddb opens it by name, and neither it nor we can be
 * hit by a file that becomes shorter while it is mapped (SIGBUS). Copying 60 MB takes some tens of milliseconds, on a
 * thread that may wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "geo_private.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/xdb.h"

#define VOTES 512 /* texts looked at to tell the kind of an xdb file's fields */

struct geo_file {
    _Atomic unsigned users;
    struct countries *countries;
    str bytes; /* mapped; of xdb files */
    struct xdb xdb;
    bool has_code;         /* place_has_code of the file */
    struct geo_mmdb *mmdb; /* NULL: an xdb file */
};

/* ---- into memory */

static void stamp_fill(const struct stat *status, struct geo_stamp *out)
{
    *out = (struct geo_stamp){.device = status->st_dev,
                              .inode = status->st_ino,
                              .bytes = status->st_size,
                              .modified_s = status->st_mtim.tv_sec,
                              .modified_ns = status->st_mtim.tv_nsec,
                              .changed_s = status->st_ctim.tv_sec,
                              .changed_ns = status->st_ctim.tv_nsec};
}

void geo_stamp_of(const char *path, struct geo_stamp *out)
{
    struct stat status;

    *out = (struct geo_stamp){0};
    if (stat(path, &status) == 0) {
        stamp_fill(&status, out);
    }
}

bool geo_stamp_eq(const struct geo_stamp *a, const struct geo_stamp *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static enum err refuse_errno(struct fault *fault, enum err err)
{
    return fault_setf(fault, errno == ENOENT ? ERR_NOT_FOUND : err, "", "unreadable", "It cannot be read: %s.",
                      strerrordesc_np(errno));
}

static enum err read_all(int from, char *into, size_t len, struct fault *fault)
{
    size_t done = 0;

    while (done < len) {
        ssize_t got = read(from, into + done, len - done);
        if (got < 0 && errno != EINTR) {
            return refuse_errno(fault, ERR_IO);
        }
        if (got == 0) {
            return fault_set(fault, ERR_BUSY, "", "being_written", "It is being written.", "文件正在写入。");
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return OK;
}

/* The same state of the file before and after, or it was caught half way. */
static enum err copy_into(int from, const struct stat *before, int memory, struct fault *fault)
{
    size_t len = (size_t)before->st_size;
    struct stat after;
    struct geo_stamp stamps[2];

    if (ftruncate(memory, before->st_size) != 0) {
        return ERR_NOMEM;
    }
    char *bytes = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (bytes == MAP_FAILED) {
        return ERR_NOMEM;
    }
    enum err err = read_all(from, bytes, len, fault);
    munmap(bytes, len);
    if (err) {
        return err;
    }
    if (fstat(from, &after) != 0) {
        return refuse_errno(fault, ERR_IO);
    }
    stamp_fill(before, &stamps[0]);
    stamp_fill(&after, &stamps[1]);
    if (!geo_stamp_eq(&stamps[0], &stamps[1])) {
        return fault_set(fault, ERR_BUSY, "", "being_written", "It is being written.", "文件正在写入。");
    }
    return OK;
}

static enum err copy_file(const char *path, int memory, size_t *len, struct fault *fault)
{
    struct stat status;
    int from = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (from < 0) {
        return refuse_errno(fault, ERR_IO);
    }
    enum err err = fstat(from, &status) == 0 ? OK : refuse_errno(fault, ERR_IO);
    if (!err && (!S_ISREG(status.st_mode) || status.st_size <= 0 || status.st_size > LIMIT_GEO_FILE)) {
        err = fault_set(fault, ERR_CORRUPT, "", "not_a_file", "It is no file, empty, or larger than 1 GiB.",
                        "不是普通文件、为空，或超过 1 GiB。");
    }
    if (!err) {
        *len = (size_t)status.st_size;
        err = copy_into(from, &status, memory, fault);
    }
    close(from);
    return err;
}

/* ---- opening */

static enum err open_xdb(struct geo_file *self, struct geo_info *info, struct fault *fault)
{
    size_t votes = 0, seen = 0;
    struct xdb_entry entry;
    enum err err = xdb_open(self->bytes, &self->xdb, fault);

    if (err) {
        return err;
    }
    size_t step = self->xdb.count / VOTES + 1;
    for (size_t i = 0; i < self->xdb.count; i += step, seen++) {
        xdb_entry_at(&self->xdb, i, &entry);
        votes += place_has_code(self->countries, entry.text);
    }
    self->has_code = votes > 0 && votes * 4 >= seen; /* a carrier that looks like the country's code is rare */
    snprintf(info->kind, sizeof info->kind, "ip2region IPv%u", self->xdb.ip_version);
    info->built_ms = self->xdb.made_ms;
    return OK;
}

static bool looks_like_xdb(str bytes)
{
    return bytes.len > 2 && (bytes.ptr[0] == 2 || bytes.ptr[0] == 3) && bytes.ptr[1] == 0;
}

static enum err open_kind(struct geo_file *self, int memory, size_t len, struct geo_info *info, struct fault *fault)
{
    char name[32];
    void *bytes = mmap(NULL, len, PROT_READ, MAP_SHARED, memory, 0);

    if (bytes == MAP_FAILED) {
        return ERR_NOMEM;
    }
    self->bytes = (str){bytes, len};
    info->bytes = (int64_t)len;
    if (geo_mmdb_is(self->bytes)) {
        snprintf(name, sizeof name, "/proc/self/fd/%d", memory);
        return geo_mmdb_open(name, &self->mmdb, info, fault);
    }
    return looks_like_xdb(self->bytes)
               ? open_xdb(self, info, fault)
               : fault_set(fault, ERR_CORRUPT, "", "unknown_kind", "It is neither a whole mmdb nor an xdb file.",
                           "不是完整的 mmdb 或 xdb 文件。");
}

enum err geo_file_open(const char *path, struct countries *countries, struct geo_file **out, struct geo_info *info,
                       struct fault *fault)
{
    struct geo_file *self = calloc(1, sizeof *self);
    struct geo_info found = {0};
    size_t len = 0;

    if (!self) {
        countries_free(countries);
        return ERR_NOMEM;
    }
    atomic_store(&self->users, 1);
    self->countries = countries;
    int memory = memfd_create("linkpond-geo", MFD_CLOEXEC);
    enum err err = memory < 0 ? ERR_NOMEM : copy_file(path, memory, &len, fault);
    err = err ? err : open_kind(self, memory, len, &found, fault);
    if (memory >= 0) {
        close(memory);
    }
    if (err) {
        geo_file_close(self);
        return err;
    }
    *info = found;
    *out = self;
    return OK;
}

struct geo_file *geo_file_share(struct geo_file *self)
{
    if (self) {
        atomic_fetch_add(&self->users, 1);
    }
    return self;
}

void geo_file_close(struct geo_file *self)
{
    if (!self || atomic_fetch_sub(&self->users, 1) > 1) {
        return;
    }
    geo_mmdb_close(self->mmdb);
    if (self->bytes.ptr) {
        munmap((void *)(uintptr_t)self->bytes.ptr, self->bytes.len);
    }
    countries_free(self->countries);
    free(self);
}

/* ---- asking */

/* An entry of an xdb file is its text's place and length: equal texts are stored once. */
#define TEXT_LEN_BITS 16

static struct geo_spot locate_in_xdb(const struct geo_file *self, const struct addr *ip)
{
    struct xdb_entry entry;

    if (!xdb_find(&self->xdb, ip, &entry)) {
        return (struct geo_spot){.whole =
                                     addr_is_v4(ip) != (self->xdb.ip_version == 4)}; /* none of its kind is there */
    }
    struct addr first = addr_truncate(ip), last = first;
    memset(last.bytes + (addr_is_v4(ip) ? 15 : 6), 0xFF, addr_is_v4(ip) ? 1 : 10);
    return (struct geo_spot){
        .entry = (uint64_t)(entry.text.ptr - self->bytes.ptr) << TEXT_LEN_BITS | entry.text.len,
        .whole = memcmp(entry.first.bytes, first.bytes, sizeof first.bytes) <= 0 &&
                 memcmp(entry.last.bytes, last.bytes, sizeof last.bytes) >= 0,
    };
}

struct geo_spot geo_file_locate(const struct geo_file *self, const struct addr *ip)
{
    unsigned bits = 0;

    if (!self->mmdb) {
        return locate_in_xdb(self, ip);
    }
    uint64_t entry = geo_mmdb_locate(self->mmdb, ip, &bits);
    return (struct geo_spot){entry, bits <= (addr_is_v4(ip) ? 96 + 24 : 48)};
}

void geo_file_read(const struct geo_file *self, bool english, uint64_t entry, struct place *out)
{
    if (self->mmdb) {
        geo_mmdb_read(self->mmdb, self->countries, english, entry, out);
        return;
    }
    size_t at = (size_t)(entry >> TEXT_LEN_BITS), len = (size_t)(entry & ((1U << TEXT_LEN_BITS) - 1));
    place_read(self->countries, self->has_code, str_slice(self->bytes, at, at + len), out);
}
