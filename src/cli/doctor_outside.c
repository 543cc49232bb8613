/* SPDX-License-Identifier: MIT */
/*
 * The doctor as a visitor: a code that cannot exist is asked for through the public address, and the ledger is asked
 * what arrived. The request carries an address and a request id of its own making; a proxy that passes those on lets
 * visitors forge them.
 */
#include <netdb.h>
#include <sys/socket.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/host.h"
#include "linkpond/cli/doctor.h"
#include "linkpond/cli/fetch.h"
#include "linkpond/cli/table.h"

#define FETCH_MS         10000
#define CLICK_WAIT_MS    3000
#define POLL_NS          (20 * 1000000L)
#define SKEW_WARN_S      5
#define SKEW_FAIL_S      60
#define CERT_WARN_DAYS   14
#define CLICKS_LOOKED_AT "50"
/* RFC 5737: an address nobody has. */
#define FORGED_ADDRESS "203.0.113.77"
#define FORGED_STORED  "203.0.113.0"

static bool look_at_names(struct doctor *self, str host)
{
    char name[HOST_TEXT_MAX];
    char text[ADDR_TEXT_MAX];
    struct addrinfo *found = NULL;
    struct addr addr;

    snprintf(name, sizeof name, STR_FMT, STR_ARG(host));
    int result = getaddrinfo(name, NULL, &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &found);
    if (result != 0 || !found || !addr_from_sockaddr(found->ai_addr, &addr)) {
        doctor_find(self, "dns", FINDING_FAIL, "%s has no address (%s); add an A or AAAA record", name,
                    result ? gai_strerror(result) : "none of IPv4 or IPv6");
        return false;
    }
    str shown = addr_format(&addr, text);
    bool is_private = addr_is_private(&addr);
    doctor_find(self, "dns", is_private ? FINDING_WARN : FINDING_OK, "%s is " STR_FMT "%s", name, STR_ARG(shown),
                is_private ? ", which visitors elsewhere cannot reach" : "");
    freeaddrinfo(found);
    return true;
}

/* "Nov 22 02:04:51 2026 GMT" or "Sun, 22 Nov 2026 02:04:51 GMT" by its strptime format. */
static bool time_parse(str text, const char *format, int64_t *out_s)
{
    char copy[64];
    struct tm tm = {0};

    snprintf(copy, sizeof copy, STR_FMT, STR_ARG(str_slice(text, 0, sizeof copy - 1)));
    if (!strptime(copy, format, &tm)) {
        return false;
    }
    *out_s = (int64_t)timegm(&tm);
    return true;
}

static void look_at_certificate(struct doctor *self, const struct fetch_reply *reply)
{
    int64_t expires_s;

    if (reply->certificate_expires.len == 0) {
        doctor_find(self, "tls", FINDING_WARN,
                    "no https: the address and the clicks can be read and changed on the way");
        return;
    }
    if (!time_parse(reply->certificate_expires, " %b %d %H:%M:%S %Y", &expires_s)) {
        doctor_find(self, "tls", FINDING_OK, "the certificate is valid");
        return;
    }
    int64_t days = (expires_s - clock_now_ms() / MS_PER_SECOND) / 86400;
    doctor_find(self, "tls", days < CERT_WARN_DAYS ? FINDING_WARN : FINDING_OK,
                "the certificate is valid for %lld days%s", (long long)days, days < CERT_WARN_DAYS ? "; renew it" : "");
}

static void look_at_clock(struct doctor *self, const struct fetch_reply *reply)
{
    int64_t there_s;

    if (!time_parse(fetch_header(reply, "Date"), "%a, %d %b %Y %H:%M:%S", &there_s)) {
        return;
    }
    int64_t skew = llabs(there_s - clock_now_ms() / MS_PER_SECOND);
    doctor_find(self, "clock",
                skew > SKEW_FAIL_S   ? FINDING_FAIL
                : skew > SKEW_WARN_S ? FINDING_WARN
                                     : FINDING_OK,
                "%lld s from the proxy's%s", (long long)skew, skew > SKEW_WARN_S ? "; run an NTP client on both" : "");
}

static const struct json *click_of(struct doctor *self, str code)
{
    struct arena *arena = self->cli->arena;
    struct client_request request = {
        .method = METHOD_GET,
        .timeout_ms = FETCH_MS,
        .path = "/api/v1/clicks?class=all&period=today&outcome=unknown&order=desc&limit=" CLICKS_LOOKED_AT};
    int64_t deadline_ns = clock_mono_ns() + CLICK_WAIT_MS * INT64_C(1000000);

    while (clock_mono_ns() < deadline_ns) {
        struct client_reply reply;
        struct json *page;
        if (client_call(self->client, &request, &reply, NULL) != OK || client_json(self->cli, &reply, &page) != OK) {
            return NULL;
        }
        JSON_EACH(click, json_get(page, STR("items")))
        {
            if (str_eq(cell_at(arena, click, "code"), code)) {
                return click;
            }
        }
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
    return NULL;
}

static void look_at_click(struct doctor *self, const struct json *click, str request_id)
{
    struct arena *arena = self->cli->arena;
    str ip = cell_at(arena, click, "ip");
    str id = cell_at(arena, click, "request_id");

    if (str_eq(ip, STR(FORGED_STORED))) {
        doctor_find(self, "address", FINDING_FAIL,
                    "visitors can forge their address; in nginx: proxy_set_header X-Forwarded-For $remote_addr;");
    } else if (str_starts(ip, STR("127.")) || str_eq(ip, STR("::"))) {
        doctor_find(self, "address", FINDING_WARN,
                    "the proxy's own address arrived; in nginx: proxy_set_header X-Forwarded-For $remote_addr; (and "
                    "trusted_proxies must name nginx)");
    } else {
        doctor_find(self, "address", FINDING_OK, "the visitor's address arrives (" STR_FMT ")", STR_ARG(ip));
    }
    if (id.len == 0) {
        doctor_find(self, "request_id", FINDING_WARN,
                    "none arrives, so a repeat by nginx counts twice; proxy_set_header X-Request-ID $request_id;");
    } else if (str_eq(id, request_id)) {
        doctor_find(self, "request_id", FINDING_FAIL,
                    "visitors can choose it and hide clicks; in nginx: proxy_set_header X-Request-ID $request_id;");
    } else {
        doctor_find(self, "request_id", FINDING_OK, "nginx gives each request its own");
    }
}

static void look_at_proxy(struct doctor *self, const char *url)
{
    struct arena *arena = self->cli->arena;
    uint8_t random[10];
    char memory[64];
    struct buf code;
    struct fetch_reply reply;
    struct fault fault = {0};

    crypt_random(random, sizeof random);
    buf_init_fixed(&code, memory, sizeof memory);
    buf_add_c(&code, "doctor-");
    buf_add_hex(&code, random, sizeof random);
    struct header headers[] = {{STR("X-Forwarded-For"), STR(FORGED_ADDRESS)},
                               {STR("X-Request-ID"), buf_str(&code)},
                               {STR("User-Agent"), STR("linkpond-doctor/" LINKPOND_VERSION)}};
    struct fetch_request request = {.method = METHOD_GET,
                                    .url = arena_f(arena, "%s/%s", url, buf_c(&code)).ptr,
                                    .headers = headers,
                                    .headers_count = ARRAY_LEN(headers),
                                    .body_fd = -1,
                                    .timeout_ms = FETCH_MS,
                                    .want_certificate = true};
    enum err err = request.url ? fetch(arena, &request, &reply, &fault) : ERR_NOMEM;
    if (err) {
        bool tls = strcmp(fault.code, "tls") == 0;
        doctor_find(self, tls ? "tls" : "reach", FINDING_FAIL, "%s",
                    fault.message[0] ? fault.message : err_text(err, false));
        return;
    }
    look_at_certificate(self, &reply);
    look_at_clock(self, &reply);
    const struct json *click = self->client ? click_of(self, buf_str(&code)) : NULL;
    if (!click) {
        doctor_find(self, "proxy", FINDING_FAIL,
                    "%s answers %d, but the request did not arrive here; does it lead to "
                    "this server's redirect listener?",
                    url, reply.status);
        return;
    }
    doctor_find(self, "proxy", FINDING_OK, "requests to %s arrive here", url);
    look_at_click(self, click, buf_str(&code));
}

void doctor_look_outside(struct doctor *self, const char *url)
{
    str text = str_from_c(url);
    str rest = str_istarts(text, STR("https://"))  ? str_from(text, 8)
               : str_istarts(text, STR("http://")) ? str_from(text, 7)
                                                   : (str){0};
    str authority, path, host;
    unsigned port;

    str_cut(rest, '/', &authority, &path);
    if (path.len > 0 || !host_split_port(authority, &host, &port)) {
        doctor_find(self, "url", FINDING_FAIL, "--url takes https://HOST, not %.200s", url);
        return;
    }
    str base = str_ends(text, STR("/")) ? str_slice(text, 0, text.len - 1) : text;
    if (look_at_names(self, host)) {
        look_at_proxy(self, arena_str(self->cli->arena, base).ptr);
    }
}
