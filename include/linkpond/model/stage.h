/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_STAGE_H
#define LINKPOND_MODEL_STAGE_H

#include "linkpond/base/err.h"
#include "linkpond/base/str.h"

/*
 * The ordered steps that events lead to. The first is having clicked at all: no event leads there, a touch does. An
 * event leads to a step by its type and how many of that type the customer has: the nth and all after it. Events whose
 * value is negative take back and lead nowhere.
 */
#define STAGES_MAX       12
#define STAGE_EVENTS_MAX 16 /* of one step */
#define STAGE_NTH_MAX    1000
#define LIMIT_STAGE_KEY  32
#define LIMIT_EVENT_TYPE 64

struct stage_event {
    str type;
    int64_t nth; /* 1..STAGE_NTH_MAX */
};
struct stage {
    int64_t id; /* 0 in what is to be stored */
    str key, name_zh, name_en;
    struct stage_event events[STAGE_EVENTS_MAX];
    size_t events_count;
};

struct stage_preset {
    str key; /* "traffic" */
    str name_zh, name_en;
    const struct stage *stages;
    size_t count;
};
/* The presets in their order, the default first; NULL behind the last. */
const struct stage_preset *stage_preset_at(size_t at);
const struct stage_preset *stage_preset_find(str key);
/* Are these the preset's steps, names and all? */
bool stage_preset_is(const struct stage_preset *preset, const struct stage *stages, size_t count);

/* 1-64 bytes of UTF-8 without control characters and without blanks at the ends. */
bool event_type_valid(str type);
/* Steps that may be stored: 2..STAGES_MAX, keys of [a-z0-9_-] and not twice, types as above and a type's nth not twice;
 * nothing leads to the first. ERR_INVALID with the field. */
enum err stages_check(const struct stage *stages, size_t count, struct fault *fault);

#endif
