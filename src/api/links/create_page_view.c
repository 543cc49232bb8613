/* SPDX-License-Identifier: MIT */
#include "create_page.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/zone.h"
#include "linkpond/http/html.h"
#include "linkpond/http/strangers.h"
#include "linkpond/model/paste.h"

#define CONTENT_MAX (128 * 1024) /* what was pasted, every byte of it escaped */

struct words {
    const char *title, *lead, *label, *send, *fine, *privacy;
    const char *made_title, *hint, *host, *until, *again, *qr;
    const char *old, *elsewhere, *too_many, *pause;
};
static const struct words words[2] = {
    {
        .title = "Make a short link",
        .lead = "Paste a long address, or a message with one in it. The short link works for {{days}} days.",
        .label = "Long address",
        .send = "Shorten",
        .fine = "A + behind a short link shows where it leads. Links that are misused are removed.",
        .privacy = "Privacy",
        .made_title = "Your short link is ready",
        .hint = "Touch it to select it, then copy. To keep the code, press and hold the picture.",
        .host = "Leads to",
        .until = "Works until",
        .again = "Make another",
        .qr = "QR code of the short link",
        .old = "This page was open for too long. Please press the button once more.",
        .elsewhere = "That did not come from this page. Please press the button once more.",
        .too_many = "Many links were made from your network just now. Please try again in {{minutes}} min.",
        .pause = "So many links were made here that there is a pause. Please try again in {{minutes}} min.",
    },
    {
        .title = "生成短链",
        .lead = "粘贴长网址，或带网址的整段文字。短链有效期 {{days}} 天。",
        .label = "长网址",
        .send = "生成短链",
        .fine = "在短链后面加 + 可查看它指向哪里。被滥用的短链会被移除。",
        .privacy = "隐私说明",
        .made_title = "短链已生成",
        .hint = "点一下选中短链即可复制；长按二维码可保存图片。",
        .host = "目标网站",
        .until = "有效期至",
        .again = "再生成一条",
        .qr = "短链的二维码",
        .old = "页面打开太久，请再点一次按钮。",
        .elsewhere = "请求不是从本页面发出的，请再点一次按钮。",
        .too_many = "您所在的网络刚才生成了很多短链，请 {{minutes}} 分钟后再试。",
        .pause = "此处生成的短链过多，暂停一会儿，请 {{minutes}} 分钟后再试。",
    },
};

static void answer(struct ctx *ctx, struct request *request, struct reply *reply, int status, const char *title,
                   const char *template, const struct html_slot *slots, size_t count)
{
    struct buf content;
    str text = embedded_find(web_files, template);
    ssize_t end = str_find(text, STR("-->\n"), 0);

    BUG_ON(end < 0);
    buf_init_heap(&content, CONTENT_MAX);
    html_fill(&content, str_from(text, (size_t)end + 4), slots, count);
    reply_html_headers(reply);
    reply->status = status;
    reply->secret = true; /* it carries a token, and a refusal is not worth a row */
    reply_header_set(reply, request, "Content-Security-Policy", pages_form_policy(ctx->pages));
    reply_header_static(reply, "X-Robots-Tag", "noindex");
    pages_write(ctx->pages, request->chinese, str_from_c(title), buf_str(&content), &reply->body);
    reply->body.overflow = reply->body.overflow || content.overflow;
    buf_done(&content);
}

/* ---- the form ---------------------------------------------------------------------------------------------------- */

static int status_of(const struct create_form *form)
{
    switch (form->notice) {
    case CREATE_NOTHING:
        return 200;
    case CREATE_OLD:
    case CREATE_ELSEWHERE:
        return 403;
    case CREATE_TOO_MANY:
    case CREATE_PAUSE:
        return 429;
    case CREATE_FAULT:
        break;
    }
    return err_http_status(form->err);
}

static const char *fault_text(const struct create_form *form, bool chinese)
{
    const char *own = chinese && form->fault.message_zh[0] ? form->fault.message_zh : form->fault.message;
    return own[0] ? own : err_text(form->err, chinese);
}

static const char *notice_text(const struct create_form *form, bool chinese)
{
    const struct words *text = &words[chinese];
    switch (form->notice) {
    case CREATE_NOTHING:
        return "";
    case CREATE_OLD:
        return text->old;
    case CREATE_ELSEWHERE:
        return text->elsewhere;
    case CREATE_TOO_MANY:
        return text->too_many;
    case CREATE_PAUSE:
        return text->pause;
    case CREATE_FAULT:
        break;
    }
    return fault_text(form, chinese);
}

static str notice_html(const struct request *request, const struct create_form *form)
{
    char memory[2048];
    struct buf out;
    const char *text = notice_text(form, request->chinese);
    const struct html_slot minutes = {"minutes", arena_f(request->arena, "%lld", (long long)(form->wait_s / 60 + 1)),
                                      false};

    if (text[0] == '\0') {
        return (str){0};
    }
    buf_init_fixed(&out, memory, sizeof memory);
    buf_add_c(&out, "<p class=\"notice\" id=\"notice\" role=\"alert\">");
    if (form->wait_s > 0) {
        html_fill(&out, str_from_c(text), &minutes, 1);
    } else {
        html_escape(&out, str_from_c(text));
    }
    buf_add_c(&out, "</p>");
    return arena_str(request->arena, buf_str(&out));
}

void create_page_form(struct ctx *ctx, struct request *request, struct reply *reply, const struct create_form *form)
{
    const struct words *text = &words[request->chinese];
    char token[STRANGER_TOKEN_CHARS + 1], lead[256];
    struct buf out;
    const struct html_slot days = {
        "days", arena_f(request->arena, "%lld", (long long)ctx->engine->opts.public_create_days), false};

    buf_init_fixed(&out, lead, sizeof lead);
    html_fill(&out, str_from_c(text->lead), &days, 1);
    const struct html_slot slots[] = {
        {"lead", buf_str(&out), false},
        {"notice", notice_html(request, form), true},
        {"label", str_from_c(text->label), false},
        {"url", str_slice(form->url, 0, form->url.len < PASTE_TEXT_MAX ? form->url.len : PASTE_TEXT_MAX), false},
        {"invalid", form->notice == CREATE_FAULT ? STR(" aria-invalid=\"true\" aria-describedby=\"notice\"") : (str){0},
         true},
        {"token", strangers_token(ctx->strangers, request->now_ms, token), false},
        {"send", str_from_c(text->send), false},
        {"fine", str_from_c(text->fine), false},
        {"privacy", str_from_c(text->privacy), false},
    };
    answer(ctx, request, reply, status_of(form), text->title, "create.html", slots, ARRAY_LEN(slots));
}

/* ---- the link ---------------------------------------------------------------------------------------------------- */

void create_page_made(struct ctx *ctx, struct request *request, struct reply *reply, const struct create_made *made)
{
    const struct words *text = &words[request->chinese];
    char until[TIMESTAMP_TEXT_MAX];
    struct url url = {0};

    url_split(made->link.url, &url);
    timestamp_offset(made->link.valid_until_ms, zone_offset_s(ctx->engine->zone, made->link.valid_until_ms), until);
    const struct html_slot slots[] = {
        {"short_url", link_short_url(&made->view, &made->link), false},
        {"hint", str_from_c(text->hint), false},
        {"code", made->link.code, false},
        {"qr", str_from_c(text->qr), false},
        {"label_host", str_from_c(text->host), false},
        {"host", url.host, false},
        {"label_until", str_from_c(text->until), false},
        {"until", str_slice(str_from_c(until), 0, 10), false},
        {"again", str_from_c(text->again), false},
    };
    answer(ctx, request, reply, 200, text->made_title, "create_made.html", slots, ARRAY_LEN(slots));
}

/* ---- nothing to show --------------------------------------------------------------------------------------------- */

static void answer_page(struct ctx *ctx, struct request *request, struct reply *reply, int status, enum page page)
{
    reply_html_headers(reply);
    reply->status = status;
    reply_header_set(reply, request, "Content-Security-Policy", pages_policy(ctx->pages));
    reply_header_static(reply, "X-Robots-Tag", "noindex");
    reply->body_static = pages_get(ctx->pages, page, request->chinese);
}

void create_page_none(struct ctx *ctx, struct request *request, struct reply *reply)
{
    answer_page(ctx, request, reply, 404, PAGE_NOT_FOUND);
}

void create_page_busy(struct ctx *ctx, struct request *request, struct reply *reply, bool down)
{
    answer_page(ctx, request, reply, down ? 503 : 429, down ? PAGE_UNAVAILABLE : PAGE_SLOW_DOWN);
    reply_header_static(reply, "Retry-After", "10");
}
