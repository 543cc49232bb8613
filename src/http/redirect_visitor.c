/* SPDX-License-Identifier: MIT */
#include "redirect_visitor.h"

#include "header_id.h"

static bool is_asked(const struct engine *engine, const struct verdict *verdict)
{
    return (engine->opts.visitor_cookie == VISITOR_COOKIE_ALL ||
            (engine->opts.visitor_cookie == VISITOR_COOKIE_CONVERSION &&
             (verdict->carries_click_id || verdict->knows_visitors))) &&
           click_counts(CLASS_HUMAN, verdict->outcome);
}

/* Software that looks ahead is nobody yet. */
static bool may_get_number(unsigned signals)
{
    return !(signals & (SIGNAL_HEAD | SIGNAL_PREFETCH | SIGNAL_OPT_OUT));
}

static void find_visitor(struct visitor_ask *ask)
{
    struct visitor *out = &ask->visitor;

    *out = (struct visitor){.signals = ask->signals};
    ask->asked = true;
    enum visitor_said said = visitor_cookie_read(ask->cookie, ask->request, &out->number);
    if (said == VISITOR_SAID_NO) {
        out->signals |= SIGNAL_OPT_OUT;
        return;
    }
    if (out->signals & SIGNAL_OPT_OUT) {
        out->number = 0;
        if (said == VISITOR_SAID_NUMBER) {
            out->set_cookie = visitor_cookie_removal(ask->request->https, ask->memory);
        }
        return;
    }
    if (said == VISITOR_SAID_NUMBER) {
        out->signals |= SIGNAL_COOKIE;
        return;
    }
    if (may_get_number(out->signals)) {
        out->number = visitor_numbers_mint(&ask->engine->visitor_numbers);
        out->set_cookie = out->number != 0
                              ? visitor_cookie_set(ask->cookie, out->number, ask->request->https, ask->memory)
                              : out->set_cookie;
    }
}

void redirect_visitor(struct visitor_ask *ask, const struct verdict *verdict, struct visitor *out)
{
    *out = (struct visitor){.signals = verdict->signals};
    if (!ask->cookie || !is_asked(ask->engine, verdict)) {
        return;
    }
    if (!ask->asked) {
        find_visitor(ask);
    }
    *out = ask->visitor;
    out->signals |= verdict->signals;
}

/* A number that was only just given out may never come back, because the browser takes no cookies; so a new visitor is
 * known by both. Who brings one is known by it alone: behind one address others may look the same. */
void redirect_ask_visitor(void *arg, struct visitor_asked *out)
{
    struct visitor_ask *ask = arg;
    const struct live_visitors *visitors = ask->engine->visitors;
    bool cookies = ask->cookie && ask->engine->opts.visitor_cookie != VISITOR_COOKIE_OFF;

    *out = (struct visitor_asked){0};
    if (cookies && !ask->asked) {
        find_visitor(ask);
    }
    if (cookies && ask->visitor.number != 0) {
        out->keys[0] = live_visitors_by_number(visitors, ask->visitor.number);
        out->returning = (ask->visitor.signals & SIGNAL_COOKIE) != 0;
    }
    if (!out->returning) {
        int64_t day = zone_civil_day(ask->engine->zone, ask->request->now_ms, NULL);
        out->keys[1] = live_visitors_by_day(visitors, day, &ask->request->client, ask->user_agent);
    }
}
