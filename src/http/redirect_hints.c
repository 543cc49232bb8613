/* SPDX-License-Identifier: MIT */
#include "redirect_hints.h"

#include "header_id.h"
#include "linkpond/model/click.h"

static unsigned if_it_is(bool condition, unsigned signal)
{
    return condition ? signal : 0;
}

static void take(struct hints *out, enum header_id id, str value)
{
    switch (id) {
    case HEADER_USER_AGENT:
        out->user_agent = value;
        break;
    case HEADER_REFERER:
        out->referrer = value;
        break;
    case HEADER_ACCEPT_LANGUAGE:
        out->language = value;
        break;
    case HEADER_REQUESTED_WITH:
        /* Android WebView puts the app's package name here, scripts put "XMLHttpRequest". */
        out->package = value;
        out->signals |= if_it_is(str_find_char(value, '.', 0) > 0, SIGNAL_WEBVIEW);
        break;
    case HEADER_ACCEPT:
        out->signals &= ~(unsigned)if_it_is(value.len > 0, SIGNAL_NO_ACCEPT);
        break;
    case HEADER_RANGE:
        out->signals |= if_it_is(str_istarts(value, STR("bytes=")), SIGNAL_RANGE);
        break;
    case HEADER_SEC_PURPOSE: /* "prefetch", "prefetch;prerender" */
    case HEADER_PURPOSE:
    case HEADER_X_MOZ:
        out->signals |= if_it_is(str_ifind(value, STR("prefetch"), 0) >= 0, SIGNAL_PREFETCH);
        break;
    case HEADER_X_PURPOSE:
        out->signals |= if_it_is(str_ieq(value, STR("preview")), SIGNAL_PREFETCH);
        break;
    case HEADER_SEC_FETCH_MODE:
        out->signals |= if_it_is(str_ieq(value, STR("navigate")), SIGNAL_FETCH_NAVIGATE);
        break;
    case HEADER_SEC_GPC:
    case HEADER_DNT:
        out->signals |= if_it_is(str_eq(value, STR("1")), SIGNAL_OPT_OUT);
        break;
    case HEADER_TENCENT_LEAKSCAN:
        out->signals |= SIGNAL_LEAKSCAN;
        break;
    default:
        break;
    }
}

void hints_read(const struct request *request, struct hints *out)
{
    *out = (struct hints){.signals = SIGNAL_NO_ACCEPT};
    for (size_t i = 0; i < request->headers_count; i++) {
        take(out, header_id(request->headers[i].name), request->headers[i].value);
    }
    out->signals |= if_it_is(request->method == METHOD_HEAD, SIGNAL_HEAD);
    out->signals |= if_it_is(request->https, SIGNAL_HTTPS);
    out->signals |= if_it_is(out->language.len == 0, SIGNAL_NO_ACCEPT_LANGUAGE);
}
