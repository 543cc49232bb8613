/* SPDX-License-Identifier: MIT */
#include "linkpond/model/repoint.h"

#include "linkpond/model/url.h"

static const str HOW_NAMES[REPOINT_HOWS] = {
#define HOW_NAME(constant, name) [constant] = STR_INIT(name),
    REPOINT_HOW_TABLE(HOW_NAME)
#undef HOW_NAME
};

str repoint_how_name(enum repoint_how how)
{
    return (unsigned)how < REPOINT_HOWS ? HOW_NAMES[how] : (str){0};
}

int repoint_how_find(str name)
{
    for (int i = 0; i < REPOINT_HOWS; i++) {
        if (str_eq(name, HOW_NAMES[i])) {
            return i;
        }
    }
    return -1;
}

bool repoint_url(str url, str host, struct buf *out)
{
    struct url parts;

    if (!url_split(url, &parts) || parts.host.len == 0) {
        return false;
    }
    size_t path_at = (size_t)(parts.path.ptr - url.ptr); /* behind host and port, also where it is empty */
    buf_add(out, parts.scheme);
    buf_add_c(out, "://");
    buf_add(out, host);
    buf_add(out, str_from(url, path_at));
    return !out->overflow;
}

bool repoint_leads_to(str url, str host)
{
    char memory[HOST_TEXT_MAX];
    struct url parts;
    str canonical;

    return url_split(url, &parts) && host_normalize(parts.host, memory, &canonical) && str_eq(canonical, host);
}

str repoint_along(enum repoint_how how, str from_host, str url, char memory[HOST_TEXT_MAX])
{
    struct url parts;
    str host = {0};

    if (how == REPOINT_DOMAIN || from_host.len > 0) {
        return how == REPOINT_DOMAIN ? host : from_host;
    }
    bool found = how == REPOINT_HOST && url_split(url, &parts) && host_normalize(parts.host, memory, &host);
    return found ? host : (str){0};
}
