/* SPDX-License-Identifier: MIT */
#include "linkpond/model/replay.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/hash.h"
#include "tsv.h"

/*
 * That Tencent asks again for pages opened in WeChat was described in 2017
 * (blog.codingroad.com/wechat-multiple-requst.html): machines in Tianjin and Shanghai, ordinary User-Agents, one page
 * each, no return. The memory is a table without chains: losing an older pair costs one replay that is taken for a
 * person, and nothing can make it grow.
 */
#define NETWORKS_MAX   4096
#define V4_PREFIX_BITS 96 /* ::ffff:0:0/96 (RFC 4291 2.5.5.2) */

struct opened {
    uint64_t what; /* link, query and system; 0 = empty */
    int64_t time_ms;
    struct addr network;
};
struct replay {
    struct cidr *networks;
    size_t network_count;
    bool begins[256]; /* with which first bytes an IPv4 address may lie in one: spares nearly everybody the list */
    struct opened slots[REPLAY_SLOTS];
};

static void note_beginning(struct replay *self, const struct cidr *network)
{
    bool whole_byte = network->bits >= V4_PREFIX_BITS + 8;

    for (size_t i = 0; i < ARRAY_LEN(self->begins); i++) {
        self->begins[i] = self->begins[i] || !whole_byte || network->addr.bytes[V4_PREFIX_BITS / 8] == i;
    }
}

static enum err network_read(struct replay *self, const struct tsv *tsv, const struct tsv_row *row, struct fault *fault)
{
    if (!str_eq(row->fields[0], STR("network")) || row->count != 3 || row->wide || row->fields[2].len == 0) {
        return tsv_fault(tsv, fault, "not network, addresses, owner:", row->fields[0]);
    }
    if (self->network_count == NETWORKS_MAX) {
        return tsv_fault(tsv, fault, "too many rows at", row->fields[1]);
    }
    if (!cidr_parse(row->fields[1], &self->networks[self->network_count])) {
        return tsv_fault(tsv, fault, "no network", row->fields[1]);
    }
    note_beginning(self, &self->networks[self->network_count++]);
    return OK;
}

static enum err networks_read(struct replay *self, str text, struct fault *fault)
{
    struct tsv tsv;
    struct tsv_row row;
    enum err err = OK;

    tsv_init(&tsv, "networks.tsv", text);
    while (err == OK && tsv_next(&tsv, &row)) {
        err = network_read(self, &tsv, &row, fault);
    }
    return err;
}

enum err replay_new(str networks, struct replay **out, struct fault *fault)
{
    struct replay *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->networks = calloc(NETWORKS_MAX, sizeof *self->networks);
    enum err err = self->networks ? networks_read(self, networks, fault) : ERR_NOMEM;
    if (err != OK) {
        replay_free(self);
        return err;
    }
    *out = self;
    return OK;
}

struct replay *replay_builtin(void)
{
    struct replay *self = NULL;
    str networks = embedded_find(recognition_files, "networks.tsv");

    BUG_ON(!networks.ptr || replay_new(networks, &self, NULL) != OK);
    return self;
}

void replay_free(struct replay *self)
{
    if (self) {
        free(self->networks);
        free(self);
    }
}

bool replay_is_platform(const struct replay *self, const struct addr *ip)
{
    if (addr_is_v4(ip) && !self->begins[ip->bytes[V4_PREFIX_BITS / 8]]) {
        return false;
    }
    for (size_t i = 0; i < self->network_count; i++) {
        if (cidr_contains(&self->networks[i], ip)) {
            return true;
        }
    }
    return false;
}

/* With the system, or in a group of many phones the last to open would hide the others. */
static uint64_t what_hash(const struct record *record, const struct agent *agent)
{
    uint64_t system = hash_xxh3(agent->os.ptr, agent->os.len, (uint64_t)record->link_id);

    return hash_xxh3(record->query.ptr, record->query.len, system) | 1;
}

static bool is_tencent_app(str app)
{
    static const str apps[] = {STR_INIT("wechat"), STR_INIT("wechat-miniprogram"), STR_INIT("wecom"), STR_INIT("qq"),
                               STR_INIT("tim")};

    for (size_t i = 0; i < ARRAY_LEN(apps); i++) {
        if (str_eq(app, apps[i])) {
            return true;
        }
    }
    return false;
}

static bool follows(const struct opened *opened, const struct record *record)
{
    struct addr network = addr_truncate(&record->ip);
    int64_t after_ms = record->time_ms - opened->time_ms;

    return after_ms >= 0 && after_ms <= REPLAY_WINDOW_MS && !addr_eq(&opened->network, &network);
}

bool replay_seen(struct replay *self, const struct record *record, const struct agent *agent)
{
    if (agent->class != CLASS_HUMAN || record->link_id == 0) {
        return false;
    }
    uint64_t what = what_hash(record, agent);
    struct opened *slot = &self->slots[(what >> 1) % REPLAY_SLOTS];
    bool bare = !(record->signals & SIGNAL_COOKIE) && record->referrer.len == 0;
    bool candidate = slot->what == what && bare && follows(slot, record);

    if (candidate && replay_is_platform(self, &record->ip)) {
        return true;
    }
    if (is_tencent_app(agent->app) && !replay_is_platform(self, &record->ip)) {
        *slot = (struct opened){what, record->time_ms, addr_truncate(&record->ip)};
    }
    return false;
}
