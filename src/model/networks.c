/* SPDX-License-Identifier: MIT */
#include "linkpond/model/networks.h"

#include <stdlib.h>

#include "linkpond/base/embedded.h"
#include "tsv.h"

/*
 * Two lists, for some platforms have a hundred networks of IPv4 and one of IPv6. A list is gone through only for an
 * address whose first byte begins one of its networks, which spares nearly everybody the longer one.
 */
#define V4_PREFIX_BITS 96 /* ::ffff:0:0/96 (RFC 4291 2.5.5.2) */

struct list {
    struct cidr *networks;
    size_t count;
    bool begins[256]; /* with which first bytes an address may lie in one */
};
struct networks {
    struct list v4, v6;
};

static uint8_t first_byte(const struct addr *addr, unsigned skipped_bits)
{
    return addr->bytes[skipped_bits / 8];
}

static void list_add(struct list *self, const struct cidr *network, unsigned skipped_bits)
{
    bool whole_byte = network->bits >= skipped_bits + 8;

    for (size_t i = 0; i < ARRAY_LEN(self->begins); i++) {
        self->begins[i] = self->begins[i] || !whole_byte || first_byte(&network->addr, skipped_bits) == i;
    }
    self->networks[self->count++] = *network;
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
    list_add(v4 ? &self->v4 : &self->v6, &network, v4 ? V4_PREFIX_BITS : 0);
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
    bool v4 = addr_is_v4(ip);
    const struct list *list = v4 ? &self->v4 : &self->v6;
    bool found = false;

    if (!list->begins[first_byte(ip, v4 ? V4_PREFIX_BITS : 0)]) {
        return false;
    }
    for (size_t i = 0; !found && i < list->count; i++) {
        found = cidr_contains(&list->networks[i], ip);
    }
    return found;
}
