/* SPDX-License-Identifier: MIT */
#include "visit_agent.h"

#include <ctype.h>
#include <string.h>

#include "linkpond/base/limits.h"

static str cut_device_number(str user_agent, char *memory, str *device)
{
    static const str name = STR_INIT("MMWEBID/");
    ssize_t at = str_find(user_agent, name, 0);

    *device = STR("");
    if (at < 0) {
        return user_agent;
    }
    size_t from = (size_t)at + name.len, to = from;
    while (to < user_agent.len && isdigit((unsigned char)user_agent.ptr[to])) {
        to++;
    }
    *device = str_slice(user_agent, from, to);
    size_t rest = user_agent.len - to;
    if (from + rest > LIMIT_CLICK_UA) {
        rest = from > LIMIT_CLICK_UA ? 0 : LIMIT_CLICK_UA - from;
    }
    from = from > LIMIT_CLICK_UA ? LIMIT_CLICK_UA : from;
    memcpy(memory, user_agent.ptr, from);
    memcpy(memory + from, user_agent.ptr + to, rest);
    return (str){memory, from + rest};
}

void visit_agent_read(struct visit_agent *self, const struct hash_secret *secret, str user_agent, char *memory)
{
    self->text = cut_device_number(user_agent, memory, &self->device);
    self->digest = hash_xxh3_128(secret, self->text.ptr, self->text.len);
}
