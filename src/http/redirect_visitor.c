/* SPDX-License-Identifier: MIT */
#include "redirect_visitor.h"

#include "header_id.h"

static bool is_asked(const struct engine *engine, const struct verdict *verdict)
{
    return (engine->opts.visitor_cookie == VISITOR_COOKIE_ALL ||
            (engine->opts.visitor_cookie == VISITOR_COOKIE_CONVERSION && verdict->carries_click_id)) &&
           click_counts(CLASS_HUMAN, verdict->outcome);
}

/* Software that looks ahead is nobody yet. */
static bool may_get_number(unsigned signals)
{
    return !(signals & (SIGNAL_HEAD | SIGNAL_PREFETCH | SIGNAL_OPT_OUT));
}

void redirect_visitor(struct engine *engine, struct visitor_cookie *cookie, const struct request *request,
                      const struct verdict *verdict, char memory[VISITOR_COOKIE_MAX], struct visitor *out)
{
    *out = (struct visitor){.signals = verdict->signals};
    if (!cookie || !is_asked(engine, verdict)) {
        return;
    }
    enum visitor_said said = visitor_cookie_read(cookie, request, &out->number);
    if (said == VISITOR_SAID_NO) {
        out->signals |= SIGNAL_OPT_OUT;
        return;
    }
    if (out->signals & SIGNAL_OPT_OUT) {
        out->number = 0;
        if (said == VISITOR_SAID_NUMBER) {
            out->set_cookie = visitor_cookie_removal(request->https, memory);
        }
        return;
    }
    if (said == VISITOR_SAID_NUMBER) {
        out->signals |= SIGNAL_COOKIE;
        return;
    }
    if (may_get_number(out->signals)) {
        out->number = visitor_numbers_mint(&engine->visitor_numbers);
        out->set_cookie =
            out->number != 0 ? visitor_cookie_set(cookie, out->number, request->https, memory) : out->set_cookie;
    }
}
