/* SPDX-License-Identifier: MIT */
/* Events that say a link and no click: somebody scanned the static code of a colleague, which WeCom hands back. */
#include "linkpond/engine/publish.h"
#include "linkpond/store/events.h"
#include "linkpond/store/links.h"

#include "joiner_private.h"

/* What the source of a click is decided by, as far as a link says it; and else where the code was scanned. */
static str source_of(const struct link_hot *link)
{
    str utm = link->utm[UTM_SOURCE];

    return link->source.len > 0 ? link->source : utm.len > 0 ? utm : STR("wecom");
}

enum err join_said_touch(struct db *db, struct arena *arena, const struct event *event, struct touch *out)
{
    struct link_hot link;
    str channel = {0};
    enum err err = links_load_one(db, arena, event->link_id, &link);

    err = err == OK && link.tombstone ? ERR_NOT_FOUND : err;
    err = err ? err : publish_channel(db, arena, link.channel_id, &channel);
    *out =
        (struct touch){.time_ms = event->time_ms, .click_id = -event->id, .generation = 1, .link_id = event->link_id};
    err = err ? err : touches_term(db, source_of(&link), &out->terms[TOUCH_SOURCE]);
    err = err ? err : touches_term(db, channel, &out->terms[TOUCH_CHANNEL]);
    for (size_t i = 0; err == OK && i < UTM_COUNT && TOUCH_UTM_SOURCE + i <= TOUCH_UTM_ID; i++) {
        err = touches_term(db, link.utm[i], &out->terms[TOUCH_UTM_SOURCE + i]);
    }
    return err ? err : touches_term(db, link.code, &out->terms[TOUCH_CODE]);
}
