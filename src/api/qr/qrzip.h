/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_QRZIP_H
#define LINKPOND_API_QRZIP_H

#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

/* A ZIP file of things that are made one after the other while it is written, so that no more than one is in memory. */
struct qrzip_entry {
    str name;    /* UTF-8; unique */
    bool packed; /* compressed already: stored as it is */
};
struct qrzip {
    const struct qrzip_entry *entries;
    size_t count;
    int64_t now_ms;
    size_t entry_max; /* bytes of the largest */
    /* Adds entry i to `out`. What it says ends the whole. */
    enum err (*make)(void *arg, size_t i, struct buf *out, struct fault *fault);
    void *arg;
};
/* Onto an empty file. ERR_NOMEM, ERR_IO, ERR_DISK_FULL, or what `make` said. */
enum err qrzip_write(const struct qrzip *self, int fd, struct fault *fault);

#endif
