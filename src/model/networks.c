/* SPDX-License-Identifier: MIT */
#include "linkpond/model/networks.h"

#include <stdlib.h>
#include <string.h>

#include "linkpond/base/embedded.h"
#include "tsv.h"

/*
 * Two lists, for a network of IPv6 that is wide enough would hold the addresses of IPv4 as they are written in 16
 * bytes. Every click from WeChat is looked for, and addresses of China share their first bytes with most of the
 * networks.
 */
#define V4_PREFIX_BITS 96 /* ::ffff:0:0/96 (RFC 4291 2.5.5.2) */

struct list {
    struct cidr *networks; /* by address; none lies in another */
    size_t count;
};
struct networks {
    struct list v4, v6;
};

static int by_address(const void *left, const void *right)
{
    const struct cidr *a = left, *b = right;
    int order = memcmp(a->addr.bytes, b->addr.bytes, sizeof a->addr.bytes);

    return order != 0 ? order : (a->bits > b->bits) - (a->bits < b->bits);
}

/* Two networks are apart or one lies in the other, which then stands before it. */
static void list_sort(struct list *self)
{
    size_t kept = 0;

    qsort(self->networks, self->count, sizeof *self->networks, by_address);
    for (size_t i = 0; i < self->count; i++) {
        if (kept == 0 || !cidr_contains(&self->networks[kept - 1], &self->networks[i].addr)) {
            self->networks[kept++] = self->networks[i];
        }
    }
    self->count = kept;
}

static bool list_contains(const struct list *self, const struct addr *ip)
{
    size_t from = 0, to = self->count; /* the last that begins at or before the address is in [from - 1, to) */

    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (memcmp(self->networks[middle].addr.bytes, ip->bytes, sizeof ip->bytes) <= 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from > 0 && cidr_contains(&self->networks[from - 1], ip);
}

static enum err row_read(struct networks *self, const struct tsv *tsv, const struct tsv_row *row, struct fault *fault)
{
    struct cidr network;
    bool complete = row->count >= 3 && row->count <= 4 && !row->wide && row->fields[2].len > 0;

    if (!str_eq(row->fields[0], STR("network")) || !complete) {
        return tsv_fault(tsv, fault, "not network, addresses, owner, source:", row->fields[0]);
    }
    if (self->v4.count + self->v6.count == NETWORKS_MAX) {
        return tsv_fault(tsv, fault, "too many rows at", row->fields[1]);
    }
    if (!cidr_parse(row->fields[1], &network)) {
        return tsv_fault(tsv, fault, "no network", row->fields[1]);
    }
    bool v4 = addr_is_v4(&network.addr) && network.bits >= V4_PREFIX_BITS;
    struct list *list = v4 ? &self->v4 : &self->v6;
    list->networks[list->count++] = network;
    return OK;
}

static enum err table_read(struct networks *self, const struct networks_table *table, struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;
    enum err err = OK;

    tsv_init(&tsv, table->file, table->text);
    while (err == OK && tsv_next(&tsv, &row)) {
        err = row_read(self, &tsv, &row, fault);
    }
    return err;
}

enum err networks_compile(const struct networks_table *tables, size_t count, struct networks **out, struct fault *fault)
{
    struct networks *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->v4.networks = calloc(NETWORKS_MAX, sizeof *self->v4.networks);
    self->v6.networks = calloc(NETWORKS_MAX, sizeof *self->v6.networks);
    enum err err = self->v4.networks && self->v6.networks ? OK : ERR_NOMEM;
    for (size_t i = 0; err == OK && i < count; i++) {
        err = table_read(self, &tables[i], fault);
    }
    if (err != OK) {
        networks_free(self);
        return err;
    }
    list_sort(&self->v4);
    list_sort(&self->v6);
    *out = self;
    return OK;
}

struct networks *networks_builtin(void)
{
    struct networks *self = NULL;
    const struct networks_table table = {"networks.tsv", embedded_find(recognition_files, "networks.tsv")};

    BUG_ON(!table.text.ptr || networks_compile(&table, 1, &self, NULL) != OK);
    return self;
}

void networks_free(struct networks *self)
{
    if (self) {
        free(self->v4.networks);
        free(self->v6.networks);
        free(self);
    }
}

bool networks_contain(const struct networks *self, const struct addr *ip)
{
    return list_contains(addr_is_v4(ip) ? &self->v4 : &self->v6, ip);
}
