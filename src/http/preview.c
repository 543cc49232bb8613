/* SPDX-License-Identifier: MIT */
/*
 * The link is found by the resolver itself, asked as a HEAD so that no limit is used up: what a host serves and what it
 * does not is then the same here and on the redirect plane, and internal ids are no way in.
 */
#include "preview.h"

#include "linkpond/base/percent.h"
#include "linkpond/http/html.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/links.h"
#include "short_link.h"

#define READER_WAIT_MS 2000
#define CONTENT_MAX    (16 * 1024)

static void page_reply(const struct ctx *ctx, const struct request *request, struct reply *reply, int status)
{
    reply_html_headers(reply);
    reply->status = status;
    reply_header_set(reply, request, "Content-Security-Policy", pages_policy(ctx->pages));
    reply_header_static(reply, "X-Robots-Tag", "noindex");
}

static void answer_page(const struct ctx *ctx, const struct request *request, struct reply *reply, int status,
                        enum page page)
{
    page_reply(ctx, request, reply, status);
    reply->body_static = pages_get(ctx->pages, page, request->chinese);
}

/* False: nothing there that a visitor would reach. */
static bool resolve(const struct ctx *ctx, const struct request *request, str host, str code, struct verdict *out)
{
    struct resolver_scratch *scratch = ARENA_NEW(request->arena, struct resolver_scratch);
    if (!scratch) {
        return false;
    }
    const struct visit visit = {.host = host, .path = code, .now_ms = request->now_ms, .signals = SIGNAL_HEAD};
    cache_thread_register();
    resolver_resolve(ctx->engine->resolver, scratch, &visit, out);
    cache_thread_unregister();
    return out->kind == VERDICT_LINK && out->link_id > 0;
}

static str state_text(const struct verdict *verdict, bool chinese)
{
    switch (verdict->outcome) {
    case OUTCOME_NOT_STARTED:
        return chinese ? STR("未开始") : STR("not open yet");
    case OUTCOME_EXPIRED:
        return chinese ? STR("已过期") : STR("expired");
    case OUTCOME_USED_UP:
        return chinese ? STR("次数已用完") : STR("used up");
    case OUTCOME_FALLBACK:
        return chinese ? STR("将跳转到备用链接") : STR("leads to its fallback now");
    default:
        return chinese ? STR("有效") : STR("active");
    }
}

/* A mail to whoever answers for this server, with the link as its subject; nothing where none is named. */
static str report_html(const struct ctx *ctx, const struct request *request, str url)
{
    const char *email = ctx->engine->opts.abuse_email;
    char *memory = email ? arena_alloc(request->arena, CONTENT_MAX) : NULL;
    if (!memory) {
        return (str){0};
    }
    struct buf html;
    buf_init_fixed(&html, memory, CONTENT_MAX);
    buf_add_c(&html, "<p><a href=\"mailto:");
    html_escape(&html, str_from_c(email));
    buf_add_c(&html, "?subject=");
    percent_encode(&html, url);
    buf_add_c(&html, request->chinese ? "\">举报此链接</a></p>" : "\">Report this link</a></p>");
    return html.overflow ? (str){0} : buf_str(&html);
}

static void write_preview(const struct ctx *ctx, const struct request *request, const struct verdict *verdict,
                          const struct link *link, str go_url, struct reply *reply)
{
    bool zh = request->chinese;
    struct url url = {0};
    str target = verdict->location.len > 0 ? verdict->location : link->url;
    bool split = url_split(target, &url);
    str host = url.host.len > 0 ? url.host : url.scheme;
    const struct html_slot slots[] = {
        {"label_host", zh ? STR("目标网站") : STR("Leads to"), false},
        {"host", split ? host : STR("-"), false},
        {"label_title", zh ? STR("标题") : STR("Title"), false},
        {"title", link->title.len > 0 ? link->title : STR("-"), false},
        {"label_state", zh ? STR("状态") : STR("State"), false},
        {"state", state_text(verdict, zh), false},
        {"warning", zh ? STR("请确认该网站可信后再继续访问。") : STR("Go on only if you trust this site."), false},
        {"link", go_url, false},
        {"go", zh ? STR("继续访问") : STR("Go on"), false},
        {"report", report_html(ctx, request, go_url), true},
    };
    struct buf content;
    buf_init_heap(&content, CONTENT_MAX);
    str template = embedded_find(web_files, "preview.html");
    html_fill(&content, str_from(template, (size_t)str_find(template, STR("<dl>"), 0)), slots, ARRAY_LEN(slots));
    page_reply(ctx, request, reply, 200);
    pages_write(ctx->pages, zh, zh ? STR("短链预览") : STR("Where this link leads"), buf_str(&content), &reply->body);
    reply->body.overflow = reply->body.overflow || content.overflow;
    buf_done(&content);
}

static void answer_miss(const struct ctx *ctx, const struct request *request, struct reply *reply)
{
    if (auth_charge_failure(ctx->auth, &request->client) > 0) {
        answer_page(ctx, request, reply, 429, PAGE_SLOW_DOWN);
        reply_header_static(reply, "Retry-After", "10");
        return;
    }
    answer_page(ctx, request, reply, 404, PAGE_NOT_FOUND);
}

void preview_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    str code = {0};
    str host = {0};
    struct verdict verdict;
    bool asked = request_query(request, "code", &code) && request_query(request, "host", &host);
    if (!asked || code.len == 0 || code.len > LIMIT_ALIAS_IMPORTED || host.len > LIMIT_HOST + 8 ||
        !resolve(ctx, request, host, code, &verdict)) {
        answer_miss(ctx, request, reply);
        return;
    }
    if (verdict.outcome == OUTCOME_DISABLED) {
        answer_page(ctx, request, reply, 410, PAGE_DISABLED);
        return;
    }
    if (verdict.outcome == OUTCOME_DENIED) {
        answer_page(ctx, request, reply, 410, PAGE_DENIED);
        return;
    }
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        answer_page(ctx, request, reply, 503, PAGE_UNAVAILABLE);
        return;
    }
    struct link link;
    struct domain domain;
    enum err err = links_find(db, request->arena, BOUNDS_ALL, verdict.link_id, &link);
    err = err == OK ? domains_find(db, request->arena, verdict.domain_id, &domain) : err;
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        answer_miss(ctx, request, reply);
        return;
    }
    write_preview(ctx, request, &verdict, &link, short_link_url(request->arena, &domain, code), reply);
}
