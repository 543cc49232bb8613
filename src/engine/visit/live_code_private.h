/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_LIVE_CODE_PRIVATE_H
#define LINKPOND_SRC_ENGINE_LIVE_CODE_PRIVATE_H

#include "linkpond/engine/live_code.h"

/* One block: the head, the targets, what each rule needs besides being compiled, the addresses. */
struct live_target {
    int64_t id;
    int64_t replaced_ms;
    struct live_cell *cell;
    struct live_caps caps;
    enum target_cap_on cap_on;
    bool page;
    atomic_bool barred; /* no link may lead there */
    str url;
};
struct live_rule {
    _Atomic uint64_t *turn;
    bool sequential;
};
struct live_code {
    struct rules *rules;
    const struct zone *zone;
    unsigned needs;
    bool capped, knows_visitors;
    struct live_rule *of_rules;
    struct live_target *targets;
    size_t targets_count;
};

/* What a target may take, with what it had taken before its places were counted here. */
struct live_caps live_caps_of(const struct target *target);

#endif
