/* SPDX-License-Identifier: MIT */
#include "cache_private.h"

/* The hosts we serve, in one block: sorted rows, then their texts. An installation has a handful, an agency some
 * hundreds; binary search over them stays in a few cache lines. */
struct host_table {
    size_t count;
    const struct host_entry *fallback; /* the default host; NULL = none */
    struct host_entry rows[];
};

static str text_take(char **at, str text)
{
    str taken = {*at, text.len};

    if (text.len > 0) {
        memcpy(*at, text.ptr, text.len);
    }
    *at += text.len;
    return taken;
}

static int compare_hosts(const void *a, const void *b)
{
    const struct host_entry *left = a;
    const struct host_entry *right = b;

    return str_cmp(left->host, right->host);
}

struct host_table *host_table_new(const struct host_entry *hosts, size_t count)
{
    size_t bytes = sizeof(struct host_table) + count * sizeof(struct host_entry);

    for (size_t i = 0; i < count; i++) {
        bytes += hosts[i].host.len + hosts[i].scheme.len + hosts[i].root_url.len + hosts[i].not_found_url.len +
                 hosts[i].expired_url.len;
    }
    struct host_table *self = malloc(bytes);
    if (!self) {
        return NULL;
    }
    char *at = (char *)&self->rows[count];
    self->count = count;
    self->fallback = NULL;
    for (size_t i = 0; i < count; i++) {
        struct host_entry *row = &self->rows[i];
        *row = hosts[i];
        row->host = text_take(&at, row->host);
        row->scheme = text_take(&at, row->scheme);
        row->root_url = text_take(&at, row->root_url);
        row->not_found_url = text_take(&at, row->not_found_url);
        row->expired_url = text_take(&at, row->expired_url);
    }
    qsort(self->rows, count, sizeof self->rows[0], compare_hosts);
    for (size_t i = 0; i < count && !self->fallback; i++) {
        self->fallback = self->rows[i].is_default ? &self->rows[i] : NULL;
    }
    return self;
}

const struct host_entry *host_table_find(const struct host_table *self, str host, bool or_default)
{
    size_t low = 0;
    size_t high = self->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(host, self->rows[middle].host);
        if (order == 0) {
            return &self->rows[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return or_default ? self->fallback : NULL;
}
