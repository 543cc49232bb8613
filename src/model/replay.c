/* SPDX-License-Identifier: MIT */
#include "linkpond/model/replay.h"

#include <stdlib.h>

#include "linkpond/base/hash.h"

/*
 * That Tencent asks again for pages opened in WeChat was described in 2017
 * (blog.codingroad.com/wechat-multiple-requst.html): machines in Tianjin and Shanghai, ordinary User-Agents, one page
 * each, no return. The memory is a table without chains: losing an older pair costs one replay that is taken for a
 * person, and nothing can make it grow.
 */
struct opened {
    uint64_t what; /* link, query and system; 0 = empty */
    int64_t time_ms;
    struct addr network;
};
struct replay {
    struct opened slots[REPLAY_SLOTS];
};

struct replay *replay_new(void)
{
    return calloc(1, sizeof(struct replay));
}

void replay_free(struct replay *self)
{
    free(self);
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

bool replay_seen(struct replay *self, const struct networks *networks, const struct record *record,
                 const struct agent *agent)
{
    if (agent->class != CLASS_HUMAN || record->link_id == 0) {
        return false;
    }
    uint64_t what = what_hash(record, agent);
    struct opened *slot = &self->slots[(what >> 1) % REPLAY_SLOTS];
    bool bare = !(record->signals & SIGNAL_COOKIE) && record->referrer.len == 0;
    bool candidate = slot->what == what && bare && follows(slot, record);

    if (candidate && networks_contain(networks, &record->ip)) {
        return true;
    }
    if (is_tencent_app(agent->app) && !networks_contain(networks, &record->ip)) {
        *slot = (struct opened){what, record->time_ms, addr_truncate(&record->ip)};
    }
    return false;
}
