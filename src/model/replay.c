/* SPDX-License-Identifier: MIT */
#include "linkpond/model/replay.h"

#include <stdlib.h>

#include "linkpond/base/hash.h"

/*
 * That Tencent asks again for pages opened in WeChat was described in 2017
 * (blog.codingroad.com/wechat-multiple-requst.html): machines in Tianjin and Shanghai, ordinary User-Agents, one page
 * each, no return. The memory is a table of small sets, of which the oldest gives way: losing a pair costs one replay
 * that is taken for a person, and nothing can make it grow. One place for each hash lost as many as opens came in
 * between, by 4,096; of four places a pair is lost to the fourth that comes.
 */
#define WAYS 4
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

/* Where it is, or where it goes: the one opened longest ago. */
static struct opened *slot_of(struct replay *self, uint64_t what)
{
    struct opened *set = &self->slots[(what >> 1) % (REPLAY_SLOTS / WAYS) * WAYS], *oldest = set;

    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].what == what) {
            return &set[i];
        }
        oldest = set[i].time_ms < oldest->time_ms ? &set[i] : oldest;
    }
    return oldest;
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
    struct opened *slot = slot_of(self, what);
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
