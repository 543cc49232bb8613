/* SPDX-License-Identifier: MIT */
/*
 * A redirect wants a dozen headers of perhaps twenty; asking for each by name would walk the list a dozen times. So the
 * list is walked once and each name is looked up among ours by its length first.
 */
#include "redirect_hints.h"

#include "linkpond/model/click.h"

enum hint {
    HINT_USER_AGENT,
    HINT_REFERRER,
    HINT_LANGUAGE,
    HINT_PACKAGE,
    HINT_ACCEPT,
    HINT_RANGE,
    HINT_PURPOSE,
    HINT_SEC_PURPOSE,
    HINT_X_MOZ,
    HINT_X_PURPOSE,
    HINT_FETCH_MODE,
    HINT_GPC,
    HINT_DNT,
    HINT_LEAKSCAN,
};

static const struct {
    str name;
    enum hint hint;
} names[] = {
    {STR_INIT("User-Agent"), HINT_USER_AGENT},
    {STR_INIT("Referer"), HINT_REFERRER},
    {STR_INIT("Accept-Language"), HINT_LANGUAGE},
    {STR_INIT("X-Requested-With"), HINT_PACKAGE},
    {STR_INIT("Accept"), HINT_ACCEPT},
    {STR_INIT("Range"), HINT_RANGE},
    {STR_INIT("Purpose"), HINT_PURPOSE},
    {STR_INIT("Sec-Purpose"), HINT_SEC_PURPOSE},
    {STR_INIT("X-Moz"), HINT_X_MOZ},
    {STR_INIT("X-Purpose"), HINT_X_PURPOSE},
    {STR_INIT("Sec-Fetch-Mode"), HINT_FETCH_MODE},
    {STR_INIT("Sec-GPC"), HINT_GPC},
    {STR_INIT("DNT"), HINT_DNT},
    {STR_INIT("Tencent-Leakscan"), HINT_LEAKSCAN},
};

static unsigned if_it_is(bool condition, unsigned signal)
{
    return condition ? signal : 0;
}

static void take(struct hints *out, enum hint hint, str value)
{
    switch (hint) {
    case HINT_USER_AGENT:
        out->user_agent = value;
        break;
    case HINT_REFERRER:
        out->referrer = value;
        break;
    case HINT_LANGUAGE:
        out->language = value;
        break;
    case HINT_PACKAGE:
        /* Android WebView puts the app's package name here, scripts put "XMLHttpRequest". */
        out->package = value;
        out->signals |= if_it_is(str_find_char(value, '.', 0) > 0, SIGNAL_WEBVIEW);
        break;
    case HINT_ACCEPT:
        out->signals &= ~(unsigned)if_it_is(value.len > 0, SIGNAL_NO_ACCEPT);
        break;
    case HINT_RANGE:
        out->signals |= if_it_is(str_istarts(value, STR("bytes=")), SIGNAL_RANGE);
        break;
    case HINT_SEC_PURPOSE: /* "prefetch", "prefetch;prerender" */
    case HINT_PURPOSE:
    case HINT_X_MOZ:
        out->signals |= if_it_is(str_ifind(value, STR("prefetch"), 0) >= 0, SIGNAL_PREFETCH);
        break;
    case HINT_X_PURPOSE:
        out->signals |= if_it_is(str_ieq(value, STR("preview")), SIGNAL_PREFETCH);
        break;
    case HINT_FETCH_MODE:
        out->signals |= if_it_is(str_ieq(value, STR("navigate")), SIGNAL_FETCH_NAVIGATE);
        break;
    case HINT_GPC:
    case HINT_DNT:
        out->signals |= if_it_is(str_eq(value, STR("1")), SIGNAL_OPT_OUT);
        break;
    case HINT_LEAKSCAN:
        out->signals |= SIGNAL_LEAKSCAN;
        break;
    }
}

void hints_read(const struct request *request, struct hints *out)
{
    *out = (struct hints){.signals = SIGNAL_NO_ACCEPT};
    for (size_t i = 0; i < request->headers_count; i++) {
        str name = request->headers[i].name;
        size_t row = 0;
        while (row < ARRAY_LEN(names) && (names[row].name.len != name.len || !str_ieq(names[row].name, name))) {
            row++;
        }
        if (row < ARRAY_LEN(names)) {
            take(out, names[row].hint, request->headers[i].value);
        }
    }
    out->signals |= if_it_is(request->method == METHOD_HEAD, SIGNAL_HEAD);
    out->signals |= if_it_is(request->https, SIGNAL_HTTPS);
    out->signals |= if_it_is(out->language.len == 0, SIGNAL_NO_ACCEPT_LANGUAGE);
}
