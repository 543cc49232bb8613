/* SPDX-License-Identifier: MIT */
#include "linkpond/model/link.h"

static const str STATE_NAMES[LINK_STATE_COUNT] = {
#define STATE_NAME(constant, name) [constant] = STR_INIT(name),
    LINK_STATE_TABLE(STATE_NAME)
#undef STATE_NAME
};

str link_state_name(enum link_state state)
{
    return (unsigned)state < LINK_STATE_COUNT ? STATE_NAMES[state] : (str){0};
}

int link_state_find(str name)
{
    for (int i = 0; i < LINK_STATE_COUNT; i++) {
        if (str_eq(name, STATE_NAMES[i])) {
            return i;
        }
    }
    return -1;
}

enum click_outcome link_gate_check(const struct link_gate *gate, int64_t now_ms)
{
    if (!gate->enabled) {
        return OUTCOME_DISABLED;
    }
    if (gate->valid_from_ms != TIME_NONE && now_ms < gate->valid_from_ms) {
        return OUTCOME_NOT_STARTED;
    }
    if (gate->valid_until_ms != TIME_NONE && now_ms >= gate->valid_until_ms) {
        return OUTCOME_EXPIRED;
    }
    return OUTCOME_REDIRECT;
}

enum link_state link_state_at(const struct link *link, int64_t now_ms)
{
    struct link_gate gate = {
        .valid_from_ms = link->valid_from_ms,
        .valid_until_ms = link->valid_until_ms,
        .enabled = link->enabled && link->deleted_ms == TIME_NONE && !link->tombstone,
    };

    if (link->archived) {
        return LINK_ARCHIVED;
    }
    switch (link_gate_check(&gate, now_ms)) {
    case OUTCOME_DISABLED:
        return LINK_DISABLED;
    case OUTCOME_NOT_STARTED:
        return LINK_SCHEDULED;
    case OUTCOME_EXPIRED:
        return LINK_EXPIRED;
    default:
        return link->max_clicks > 0 && link->used_clicks >= link->max_clicks ? LINK_USED_UP : LINK_ACTIVE;
    }
}

void link_init(struct link *self)
{
    *self = (struct link){
        .redirect_status = LINK_STATUS_DEFAULT,
        .valid_from_ms = TIME_NONE,
        .valid_until_ms = TIME_NONE,
        .forward_query = true,
        .enabled = true,
        .deleted_ms = TIME_NONE,
        .created_ms = TIME_NONE,
        .updated_ms = TIME_NONE,
        .counts.last_ms = TIME_NONE,
    };
}
