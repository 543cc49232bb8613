/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_WATCH_RADAR_LOOK_H
#define LINKPOND_SRC_ENGINE_WATCH_RADAR_LOOK_H

#include "linkpond/base/idmap.h"
#include "linkpond/engine/engine.h"
#include "linkpond/store/radar.h"
#include "linkpond/store/radar_rules.h"

/* One look of the radar: what was read, for a task that judges and tells. */
struct radar_look_visit {
    struct radar_visit visit;
    int64_t link_id, click_id;
    int64_t customer_id; /* whose browser it was when it was read; 0 = nobody known */
    bool watched;        /* the link is for one person */
    uint64_t rules;      /* a bit for each of the look's rules that is about the link */
};
struct radar_look {
    struct engine *engine;
    struct db *db; /* for reading */
    struct arena arena;
    struct idmap links;    /* rules and whether they are watched */
    struct idmap visitors; /* customers */
    int64_t from_ms, to_ms;
    struct radar_rule *rules; /* as they were when it was read */
    size_t rules_count;
    struct radar_look_visit *visits;
    size_t count, cap;
    bool due;      /* there are events to be told of, maybe */
    bool due_left; /* out: more than one task takes */
    int64_t put;   /* out: rows of the outbox */
};
/* A writer's task (arg: the look): judges and tells, and notes up to when visits were looked at. */
enum err radar_tell(struct db *db, void *arg, struct fault *fault);

#endif
