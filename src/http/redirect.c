/* SPDX-License-Identifier: MIT */
/*
 * What the redirect plane answers. The order of resolve, append, answer is the promise of the ledger: a redirect that a
 * visitor got is recorded, whatever happens to the process afterwards. Everything an answer needs stands in the lane's
 * scratch, in the verdict or in pages written at start, so nothing is allocated here.
 */
#include "linkpond/http/redirect.h"

#include <stdatomic.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/gcra.h"
#include "linkpond/base/percent.h"
#include "linkpond/base/zone.h"
#include "linkpond/http/pages.h"
#include "redirect_click.h"
#include "redirect_hints.h"
#include "redirect_visitor.h"

#define MISS_ENTRIES 65536 /* addresses remembered: 1 MiB */
#define NS_PER_S     INT64_C(1000000000)
_Static_assert(sizeof((struct redirect_lane *)0)->set_cookie == VISITOR_COOKIE_MAX, "a lane holds one Set-Cookie line");

struct redirect {
    struct engine *engine;
    str public_url;
    str public_host; /* of public_url, with its port */
    unsigned unknown_per_lane;
    struct gcra *misses;
    struct pages *pages;
};

struct redirect *redirect_new(const struct redirect_opts *opts)
{
    struct redirect *self = calloc(1, sizeof *self);
    BUG_ON(!self);
    self->engine = opts->engine;
    self->public_url = str_from_c(opts->public_url);
    ssize_t slashes = str_find(self->public_url, STR("://"), 0);
    str path;
    str_cut(str_from(self->public_url, slashes < 0 ? 0 : (size_t)slashes + 3), '/', &self->public_host, &path);
    unsigned lanes = opts->engine->opts.lanes > 0 ? opts->engine->opts.lanes : 1;
    self->unknown_per_lane = LIMIT_UNKNOWN_PER_SECOND / lanes + 1;
    self->misses = gcra_new(MISS_ENTRIES, MISSES_BURST, NS_PER_S / MISSES_PER_SECOND);
    BUG_ON(!self->misses);
    self->pages = pages_new();
    return self;
}

void redirect_free(struct redirect *self)
{
    if (self) {
        gcra_free(self->misses);
        pages_free(self->pages);
        free(self);
    }
}

/* ---- answers --------------------------------------------------------------------------------------------------- */

/* Asked only when a page is shown: a redirect has no words. */
static bool wants_chinese(const struct request *request)
{
    return language_is_chinese(request_header(request, "Accept-Language"));
}

static void page_headers(const struct redirect *self, struct reply *reply, int status)
{
    reply->status = status;
    reply_header_static(reply, "Content-Type", "text/html; charset=utf-8");
    reply_header_static(reply, "Cache-Control", "no-store");
    reply_header_lend(reply, "Content-Security-Policy", pages_policy(self->pages));
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
    reply_header_static(reply, "X-Frame-Options", "DENY");
    reply_header_static(reply, "X-Robots-Tag", "noindex");
    reply_header_static(reply, "Vary", "Accept-Language");
}

static void answer_page(const struct redirect *self, const struct request *request, struct reply *reply, int status,
                        enum page page)
{
    page_headers(self, reply, status);
    reply->body_static = pages_get(self->pages, page, wants_chinese(request));
}

/* "2026-11-22 10:04 (UTC+08:00)": the install's own time, and said so. */
static str readable_time(const struct zone *zone, int64_t ms, char out[TIMESTAMP_TEXT_MAX * 2])
{
    char text[TIMESTAMP_TEXT_MAX];
    int offset_s = zone ? zone_offset_s(zone, ms) : 0;
    timestamp_offset(ms - ms % MS_PER_MINUTE, offset_s, text);
    int minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    int len = snprintf(out, TIMESTAMP_TEXT_MAX * 2, "%.10s %.5s (UTC%c%02d:%02d)", text, text + 11,
                       offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return (str){out, (size_t)len};
}

static void answer_not_started(const struct redirect *self, struct redirect_lane *lane, const struct request *request,
                               const struct verdict *verdict, struct reply *reply)
{
    char when[TIMESTAMP_TEXT_MAX * 2];
    page_headers(self, reply, verdict->status);
    buf_init_fixed(&reply->body, lane->page, sizeof lane->page);
    pages_not_started(self->pages, wants_chinese(request),
                      readable_time(self->engine->zone, verdict->valid_from_ms, when), &reply->body);
    BUG_ON(reply->body.overflow);
}

/* The last look at what leaves us: a byte that could end the header or that a browser would rewrite never goes out. */
static bool is_clean_location(str location)
{
    uint8_t dirty = location.len == 0;
    for (size_t i = 0; i < location.len; i++) {
        dirty |= (uint8_t)(location.ptr[i] - 0x21) > 0x7e - 0x21; /* without an early end: many bytes at once */
    }
    return !dirty;
}

static void answer_verdict(const struct redirect *self, struct redirect_lane *lane, const struct request *request,
                           const struct verdict *verdict, struct reply *reply)
{
    static const enum page pages[OUTCOME_COUNT] = {
        [OUTCOME_NOT_STARTED] = PAGE_NOT_STARTED, [OUTCOME_EXPIRED] = PAGE_EXPIRED,   [OUTCOME_USED_UP] = PAGE_USED_UP,
        [OUTCOME_DISABLED] = PAGE_DISABLED,       [OUTCOME_UNKNOWN] = PAGE_NOT_FOUND, [OUTCOME_DENIED] = PAGE_DENIED,
    };
    if (verdict->location.len > 0) {
        if (!is_clean_location(verdict->location)) {
            answer_page(self, request, reply, 500, PAGE_UNAVAILABLE);
            return;
        }
        reply->status = verdict->status;
        reply_header_lend(reply, "Location", verdict->location);
        reply_header_static(reply, "Cache-Control", verdict->cacheable ? "private, max-age=90" : "no-store");
        if (!verdict->crawlable) {
            reply_header_static(reply, "X-Robots-Tag", "noindex");
        }
    } else if (verdict->outcome == OUTCOME_NOT_STARTED) {
        answer_not_started(self, lane, request, verdict, reply);
    } else {
        answer_page(self, request, reply, verdict->status, pages[verdict->outcome]);
    }
}

/* Sends the visitor to the public plane. When the request came to that very host, whoever stands in front of us sends
 * /-/ here by mistake, and a redirect would go round for ever. */
static void answer_public(const struct redirect *self, const struct request *request, const struct buf *built,
                          struct reply *reply)
{
    if (built->overflow || str_ieq(request->host, self->public_host)) {
        answer_page(self, request, reply, 404, PAGE_NOT_FOUND);
        return;
    }
    reply->status = 302;
    reply_header_lend(reply, "Location", buf_str(built));
    reply_header_static(reply, "Cache-Control", "no-store");
    reply_header_static(reply, "X-Robots-Tag", "noindex");
}

static void answer_preview(const struct redirect *self, struct redirect_lane *lane, const struct request *request,
                           const struct verdict *verdict, struct reply *reply)
{
    struct buf out;
    buf_init_fixed(&out, lane->location, sizeof lane->location);
    str code = verdict->code;
    code.len -= str_ends(code, STR("+")) ? 1 : 0;
    buf_add(&out, self->public_url);
    buf_add_c(&out, "/-/preview?code=");
    percent_encode(&out, code);
    buf_add_c(&out, "&host=");
    percent_encode(&out, verdict->host);
    answer_public(self, request, &out, reply);
}

/* ---- paths that no code can be --------------------------------------------------------------------------------- */

static void add_encoded(struct buf *out, str text, const char *kept)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= 0x21 && c <= 0x7e && strchr(kept, c)) {
            buf_add_char(out, c);
        } else {
            percent_encode(out, str_slice(text, i, i + 1));
        }
    }
}

static bool answer_reserved(const struct redirect *self, struct redirect_lane *lane, const struct request *request,
                            struct reply *reply)
{
    if (str_eq(request->path, STR("/robots.txt"))) {
        /* Nothing here is worth an index, and crawlers that keep away leave no clicks. Links marked crawlable cannot
         * be listed: the list would tell their codes. */
        reply_header_static(reply, "Content-Type", "text/plain; charset=utf-8");
        reply_header_static(reply, "Cache-Control", "public, max-age=86400");
        reply->body_static = STR("User-agent: *\nDisallow: /\n");
        return true;
    }
    if (str_eq(request->path, STR("/favicon.ico"))) {
        reply->status = 204;
        reply_header_static(reply, "Cache-Control", "public, max-age=86400");
        return true;
    }
    if (!str_starts(request->path, STR("/-/"))) {
        return false;
    }
    struct buf out;
    buf_init_fixed(&out, lane->location, sizeof lane->location);
    buf_add(&out, self->public_url);
    add_encoded(&out, request->path, "/");
    if (request->query.len > 0) {
        buf_add_char(&out, '?');
        add_encoded(&out, request->query, "!$&'()*+,;=:@/?%[]|{}^`\"<>\\");
    }
    answer_public(self, request, &out, reply);
    return true;
}

/* ---- links ----------------------------------------------------------------------------------------------------- */

static void count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* Guessing codes is answered by 429 after a while; IPv6 counts by /64, since one customer has all of it. */
static bool refuse_guesser(struct redirect *self, const struct request *request, struct reply *reply)
{
    str key = {(const char *)request->client.bytes, addr_is_v4(&request->client) ? 16 : 8};
    if (gcra_charge(self->misses, key, clock_mono_ns()) == 0) {
        return false;
    }
    count(&self->engine->unknown_excess);
    answer_page(self, request, reply, 429, PAGE_SLOW_DOWN);
    reply_header_static(reply, "Retry-After", "10");
    return true;
}

/* Unknown codes go to the ledger up to so many a second, or a scan would fill the disk. */
static bool may_record_unknown(const struct redirect *self, struct redirect_lane *lane, int64_t now_ms)
{
    int64_t second = now_ms / MS_PER_SECOND;
    if (second != lane->unknown_second) {
        lane->unknown_second = second;
        lane->unknown_count = 0;
    }
    if (lane->unknown_count >= self->unknown_per_lane) {
        count(&self->engine->unknown_excess);
        return false;
    }
    lane->unknown_count++;
    return true;
}

static enum err append(const struct redirect *self, const struct redirect_lane *lane, const struct request *request,
                       const struct hints *hints, const struct verdict *verdict, const struct visitor *visitor,
                       int64_t *click)
{
    struct record record = {
        .time_ms = request->now_ms,
        .link_id = verdict->link_id,
        .outcome = verdict->outcome,
        .visitor = visitor->number,
        .signals = visitor->signals,
        .status = verdict->status,
        .ip = request->client,
        .host = verdict->host,
        .code = verdict->code,
        .location = verdict->location,
        .user_agent = hints->user_agent,
        .referrer = hints->referrer,
        .query = request->query,
        .language = hints->language,
        .package = hints->package,
        .request_id = request->request_id,
        .link_source = verdict->source,
        .link_channel = verdict->channel,
        .target = verdict->target,
    };
    memcpy(record.link_utm, verdict->utm, sizeof record.link_utm);
    return journal_append(self->engine->journal, lane->lane, &record, click);
}

/* To the page of the chosen target, on the public plane. The token says which, when, and the how-manieth, so that two
 * who came in one millisecond press for themselves, and nothing else. */
static void lead_to_page(const struct redirect *self, struct redirect_lane *lane, const struct request *request,
                         struct verdict *verdict)
{
    const struct live_token token = {.target_id = verdict->page_target,
                                     .clicked_ms = request->now_ms,
                                     .number = (uint16_t)(lane->pages++ << 6 | (lane->lane & 63))};
    char text[LIVE_TOKEN_MAX];
    struct buf out;

    BUG_ON(!lane->seal);
    buf_init_fixed(&out, lane->location, sizeof lane->location);
    buf_add(&out, self->public_url);
    buf_add_c(&out, LIVE_TOKEN_PATH);
    buf_add(&out, live_token_write(lane->seal, &token, text));
    verdict->location = buf_str(&out);
}

static void handle_link(struct redirect *self, struct redirect_lane *lane, const struct request *request,
                        const struct hints *hints, struct visitor_ask *ask, struct verdict *verdict,
                        struct reply *reply)
{
    struct engine *engine = self->engine;
    if (verdict->outcome == OUTCOME_UNKNOWN) {
        if (refuse_guesser(self, request, reply)) {
            return;
        }
        if (!may_record_unknown(self, lane, request->now_ms)) {
            answer_verdict(self, lane, request, verdict, reply);
            return;
        }
    }
    if (verdict->page_target != 0) {
        lead_to_page(self, lane, request, verdict);
    }
    if (!redirect_click_fits(request, verdict)) {
        resolver_undo(engine->resolver, verdict);
        answer_page(self, request, reply, 431,
                    PAGE_BAD_REQUEST); /* the answer could not be sent: nothing is recorded */
        return;
    }
    struct visitor visitor;
    int64_t click = 0;
    redirect_visitor(ask, verdict, &visitor);
    if (append(self, lane, request, hints, verdict, &visitor, &click) != OK) {
        if (verdict->limited || engine->opts.strict_clicks) {
            resolver_undo(engine->resolver, verdict);
            answer_page(self, request, reply, 503, PAGE_UNAVAILABLE);
            reply_header_static(reply, "Retry-After", "5");
            return;
        }
        count(&engine->clicks_dropped);
        click = 0;
    }
    if (verdict->target.len > 0) {
        resolver_remember(engine->resolver, verdict, request->now_ms);
    }
    count(&engine->clicks_answered);
    if (verdict->click_mark != 0) {
        redirect_click_name(lane, request, click, verdict);
        reply->once = true;
    }
    answer_verdict(self, lane, request, verdict, reply);
    if (visitor.set_cookie.len > 0) {
        reply_header_lend(reply, "Set-Cookie", visitor.set_cookie);
    }
}

static void answer_root(const struct redirect *self, struct redirect_lane *lane, const struct request *request,
                        const struct verdict *verdict, struct reply *reply)
{
    if (verdict->location.len > 0) {
        answer_verdict(self, lane, request, verdict, reply);
    } else {
        answer_page(self, request, reply, 200, PAGE_FRONT);
    }
}

void redirect_foresee(const struct redirect *self, str raw_path)
{
    resolver_foresee(self->engine->resolver, str_from(raw_path, 1));
}

void redirect_foresee_link(const struct redirect *self, str raw_path)
{
    resolver_foresee_link(self->engine->resolver, str_from(raw_path, 1));
}

void redirect_handle(struct redirect *self, struct redirect_lane *lane, const struct request *request,
                     struct reply *reply)
{
    if (request->method != METHOD_GET && request->method != METHOD_HEAD) {
        answer_page(self, request, reply, 405, PAGE_BAD_REQUEST);
        reply_header_static(reply, "Allow", "GET, HEAD");
        return;
    }
    if (answer_reserved(self, lane, request, reply)) {
        return;
    }
    struct hints hints;
    hints_read(request, &hints);
    struct visitor_ask ask = {.engine = self->engine,
                              .cookie = lane->cookie,
                              .request = request,
                              .user_agent = hints.user_agent,
                              .signals = hints.signals,
                              .memory = lane->set_cookie};
    const struct visit visit = {
        .host = request->host,
        .path = str_from(request->path, 1),
        .query = request->query,
        .now_ms = request->now_ms,
        .signals = hints.signals,
        .user_agent = hints.user_agent,
        .language = hints.language,
        .package = hints.package,
        .referrer = hints.referrer,
        .ip = &request->client,
        .ask_visitor = redirect_ask_visitor,
        .ask_arg = &ask,
        .click_mark = redirect_click_mark(lane, &self->engine->click_keys),
    };
    struct verdict verdict;
    resolver_resolve(self->engine->resolver, &lane->scratch, &visit, &verdict);
    switch (verdict.kind) {
    case VERDICT_LINK:
        handle_link(self, lane, request, &hints, &ask, &verdict, reply);
        return;
    case VERDICT_ROOT:
        answer_root(self, lane, request, &verdict, reply);
        return;
    case VERDICT_PREVIEW:
        answer_preview(self, lane, request, &verdict, reply);
        return;
    case VERDICT_NO_HOST:
        answer_page(self, request, reply, 404, PAGE_NO_HOST);
        return;
    case VERDICT_BUSY:
        answer_page(self, request, reply, 503, PAGE_UNAVAILABLE);
        reply_header_static(reply, "Retry-After", "5");
        return;
    }
}

unsigned redirect_signals(const struct request *request)
{
    struct hints hints;
    hints_read(request, &hints);
    return hints.signals;
}
