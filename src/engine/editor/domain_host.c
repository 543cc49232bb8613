/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/domain_host.h"

#include "linkpond/base/buf.h"

str domain_host_name(str host, unsigned *port)
{
    str name = host;

    *port = 0;
    return host_split_port(host, &name, port) ? name : host;
}

bool domain_host_normalize(str text, char out[DOMAIN_HOST_MAX], str *host)
{
    char memory[HOST_TEXT_MAX];
    struct buf whole;
    str name;
    unsigned port = 0;

    text = str_trim(text);
    if (!host_split_port(text, &name, &port) || !host_normalize(name, memory, &name)) {
        return false;
    }
    buf_init_fixed(&whole, out, DOMAIN_HOST_MAX);
    buf_add(&whole, name);
    if (port != 0) {
        buf_addf(&whole, ":%u", port);
    }
    buf_c(&whole);
    *host = buf_str(&whole);
    return true;
}

bool domain_host_is_loopback(str host)
{
    unsigned port;
    str name = domain_host_name(host, &port);

    return host_is_within(name, STR("localhost")) || str_eq(name, STR("[::1]")) ||
           (host_is_ip(name) && str_starts(name, STR("127.")));
}
