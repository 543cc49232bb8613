/* SPDX-License-Identifier: MIT */
#include "redirect_hints.h"

#include "header_id.h"
#include "linkpond/model/click.h"

static unsigned if_it_is(bool condition, unsigned signal)
{
    return condition ? signal : 0;
}

static bool tells_prefetch(str value)
{
    return value.len > 0 && str_ifind(value, STR("prefetch"), 0) >= 0; /* "prefetch", "prefetch;prerender" */
}

static unsigned signals_of(const struct request *request, const str *first)
{
    str package = first[HEADER_REQUESTED_WITH];
    unsigned signals = if_it_is(request->method == METHOD_HEAD, SIGNAL_HEAD);

    signals |= if_it_is(request->https, SIGNAL_HTTPS);
    /* Android WebView puts the app's package name here, scripts put "XMLHttpRequest". */
    signals |= if_it_is(package.len > 0 && str_find_char(package, '.', 0) > 0, SIGNAL_WEBVIEW);
    signals |= if_it_is(first[HEADER_ACCEPT].len == 0, SIGNAL_NO_ACCEPT);
    signals |= if_it_is(first[HEADER_ACCEPT_LANGUAGE].len == 0, SIGNAL_NO_ACCEPT_LANGUAGE);
    signals |= if_it_is(str_istarts(first[HEADER_RANGE], STR("bytes=")), SIGNAL_RANGE);
    signals |= if_it_is(tells_prefetch(first[HEADER_SEC_PURPOSE]) || tells_prefetch(first[HEADER_PURPOSE]) ||
                            tells_prefetch(first[HEADER_X_MOZ]) || str_ieq(first[HEADER_X_PURPOSE], STR("preview")),
                        SIGNAL_PREFETCH);
    signals |= if_it_is(str_ieq(first[HEADER_SEC_FETCH_MODE], STR("navigate")), SIGNAL_FETCH_NAVIGATE);
    signals |= if_it_is(str_eq(first[HEADER_SEC_GPC], STR("1")) || str_eq(first[HEADER_DNT], STR("1")), SIGNAL_OPT_OUT);
    signals |= if_it_is(first[HEADER_TENCENT_LEAKSCAN].ptr != NULL, SIGNAL_LEAKSCAN);
    return signals;
}

void hints_read(const struct request *request, struct hints *out)
{
    str own[HEADER_COUNT];
    const str *first = request->first;

    if (!first) {
        headers_index(request->headers, request->headers_count, own);
        first = own;
    }
    *out = (struct hints){
        .user_agent = first[HEADER_USER_AGENT],
        .referrer = first[HEADER_REFERER],
        .language = first[HEADER_ACCEPT_LANGUAGE],
        .package = first[HEADER_REQUESTED_WITH],
        .signals = signals_of(request, first),
    };
}
