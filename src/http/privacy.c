/* SPDX-License-Identifier: MIT */
/*
 * The page tells what is true of this install, from its settings. Saying no needs no number to be taken away first: the
 * refusal takes the number's place in the cookie.
 */
#include "privacy.h"

#include "linkpond/base/clock.h"
#include "linkpond/http/html.h"
#include "linkpond/http/visitor_number.h"
#include "visitor_cookie.h"

#define CONTENT_MAX 4096

struct words {
    const char *title, *kept, *cookie[VISITOR_COOKIE_ALL + 1], *retention, *for_ever, *refuse, *refused, *forget,
        *forgotten;
};
static const struct words words[2] = {
    {
        .title = "Privacy",
        .kept =
            "When you open a short link here, the time, the link, the kind of browser and app, the page you came from "
            "and the first part of your network address are kept, so that whoever published the link can see how "
            "often it is used and from where.",
        .cookie =
            {
                [VISITOR_COOKIE_OFF] = "No cookie is set. Visits of one day are told apart by a number that nobody can "
                                       "trace back after two days.",
                [VISITOR_COOKIE_CONVERSION] =
                    "Some links set a cookie with a random-looking number, valid for 13 months, "
                    "so that a later sign-up or order can be credited to the link.",
                [VISITOR_COOKIE_ALL] = "A cookie with a random-looking number, valid for 13 months, tells returning "
                                       "visitors from new ones.",
            },
        .retention = "Single visits are deleted after {{days}} days.",
        .for_ever = "Single visits are kept until the operator deletes them.",
        .refuse = "Do not recognise me",
        .refused = "You are not recognised: no number is kept in this browser.",
        .forget = "Forget me",
        .forgotten = "What is stored under this browser's number is being forgotten: the number, the part of the "
                     "network address, the browser's text, the page you came from and the whole address you opened. "
                     "That somebody clicked stays. The number is gone from this browser.",
    },
    {
        .title = "隐私说明",
        .kept = "打开这里的短链时，会记录访问时间、短链、浏览器和应用的类型、来源页面，以及网络地址的前半段，供发布者了"
                "解短链的使用情况。",
        .cookie =
            {
                [VISITOR_COOKIE_OFF] =
                    "不设置 Cookie。同一天内的访问用一个编号区分，两天后任何人都无法由编号追溯到您。",
                [VISITOR_COOKIE_CONVERSION] =
                    "部分短链会设置一个保存随机编号的 Cookie，有效期 13 个月，用于把之后的注册或订单归到该短链。",
                [VISITOR_COOKIE_ALL] = "会设置一个保存随机编号的 Cookie，有效期 13 个月，用于区分新访客与回访者。",
            },
        .retention = "单次访问的明细在 {{days}} 天后删除。",
        .for_ever = "单次访问的明细会保留到运营者删除为止。",
        .refuse = "不再识别我",
        .refused = "已停止识别：此浏览器中不保存任何编号。",
        .forget = "忘记我",
        .forgotten =
            "正在抹去本浏览器编号名下的记录：编号、网络地址片段、浏览器标识、来源页面和完整的访问地址。只保留“有人点"
            "击过”的计数。本浏览器中的编号已清除。",
    },
};

static void add_paragraph(struct buf *out, const char *text)
{
    buf_add_c(out, "<p>");
    buf_add_c(out, text); /* ours: no byte of it needs escaping */
    buf_add_c(out, "</p>");
}

static void add_retention(struct buf *out, const struct words *text, int64_t days, const struct request *request)
{
    const struct html_slot slot = {"days", arena_f(request->arena, "%lld", (long long)days), false};

    buf_add_c(out, "<p>");
    html_fill(out, str_from_c(days > 0 ? text->retention : text->for_ever), &slot, 1);
    buf_add_c(out, "</p>");
}

/* What there is to say of what was done. */
enum done { DONE_NOTHING, DONE_REFUSED, DONE_FORGOTTEN };

static bool number_of(const struct ctx *ctx, const struct request *request, int64_t *number)
{
    str value = {0};

    return request_cookie(request, VISITOR_COOKIE, &value) &&
           visitor_cookie_number(ctx->engine->cookie_key, value, number);
}

static void add_button(struct buf *out, const char *path, const char *text)
{
    buf_add_c(out, "<form method=\"post\" action=\"");
    buf_add_c(out, path);
    buf_add_c(out, "\"><button>");
    buf_add_c(out, text);
    buf_add_c(out, "</button></form>");
}

static void answer(const struct ctx *ctx, const struct request *request, struct reply *reply, enum done done)
{
    const struct engine_opts *opts = &ctx->engine->opts;
    const struct words *text = &words[request->chinese];
    char memory[CONTENT_MAX];
    struct buf content;
    int64_t number = 0;

    buf_init_fixed(&content, memory, sizeof memory);
    add_paragraph(&content, text->kept);
    add_paragraph(&content, text->cookie[opts->visitor_cookie]);
    add_retention(&content, text, opts->click_retention_ms / MS_PER_DAY, request);
    if (done == DONE_FORGOTTEN) {
        add_paragraph(&content, text->forgotten);
    } else if (number_of(ctx, request, &number)) {
        add_button(&content, "/-/privacy/forget", text->forget);
    }
    if (done == DONE_REFUSED) {
        add_paragraph(&content, text->refused);
    } else if (opts->visitor_cookie != VISITOR_COOKIE_OFF) {
        add_button(&content, "/-/privacy", text->refuse);
    }
    BUG_ON(content.overflow);
    reply_html_headers(reply);
    reply_header_set(reply, request, "Content-Security-Policy", pages_form_policy(ctx->pages));
    reply_header_static(reply, "X-Robots-Tag", "noindex");
    pages_write(ctx->pages, request->chinese, str_from_c(text->title), buf_str(&content), &reply->body);
}

static bool has_refused(const struct request *request)
{
    str value = {0};

    return request_cookie(request, VISITOR_COOKIE, &value) && str_eq(value, visitor_cookie_refused());
}

void privacy_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    answer(ctx, request, reply, has_refused(request) ? DONE_REFUSED : DONE_NOTHING);
}

void privacy_refuse(struct ctx *ctx, struct request *request, struct reply *reply)
{
    char memory[VISITOR_COOKIE_MAX];

    answer(ctx, request, reply, DONE_REFUSED);
    reply_header(reply, request, "Set-Cookie", visitor_cookie_refusal(request->https, memory));
}

struct forgetting {
    int64_t number, now_ms, id;
};

static enum err ask_forget(struct db *db, void *arg, struct fault *fault)
{
    struct forgetting *self = arg;

    (void)fault;
    return rewriter_ask_forget(db, self->number, VISITOR_BY_COOKIE, self->now_ms, &self->id);
}

/* The cookie is SameSite=Lax, so no other site's page can press this for somebody. */
void privacy_forget(struct ctx *ctx, struct request *request, struct reply *reply)
{
    char memory[VISITOR_COOKIE_MAX];
    struct forgetting forgetting = {.now_ms = request->now_ms};
    struct fault fault = {0};
    bool known = number_of(ctx, request, &forgetting.number);
    enum err err =
        known ? editor_run(ctx->engine->editor, &(struct writer_task){.run = ask_forget, .arg = &forgetting}, &fault)
              : OK;

    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    if (known) {
        rewriter_wake(ctx->engine->rewriter);
    }
    answer(ctx, request, reply, known ? DONE_FORGOTTEN : DONE_NOTHING);
    if (known) {
        reply_header(reply, request, "Set-Cookie", visitor_cookie_removal(request->https, memory));
    }
}
