/* SPDX-License-Identifier: MIT */
/*
 * Within WeChat a code is held with a finger; from any other app its picture is saved and opened from WeChat; from a
 * larger screen a phone looks at it. So the page says what to do where it is seen. The picture stands on white in the
 * dark too, or it could not be read, and wholly within the screen, since WeChat reads what the screen shows.
 */
#include "live_page.h"

#include "linkpond/base/crypt.h"
#include "linkpond/http/html.h"
#include "linkpond/model/qr_text.h"

#define CONTENT_MAX   (24 * 1024)
#define VERSION_BYTES 8

enum seen_in { SEEN_IN_WECHAT, SEEN_ON_PHONE, SEEN_ON_DESKTOP };

static enum seen_in place_of(const struct request *request)
{
    str agent = request_header(request, "User-Agent");
    bool phone = str_ifind(agent, STR("mobile"), 0) >= 0 || str_ifind(agent, STR("android"), 0) >= 0 ||
                 str_ifind(agent, STR("iphone"), 0) >= 0 || str_ifind(agent, STR("openharmony"), 0) >= 0;
    bool wechat = str_ifind(agent, STR("micromessenger"), 0) >= 0 || str_ifind(agent, STR("wxwork"), 0) >= 0;
    /* WeChat for computers shows pages too, but nobody can hold a picture there. */
    return !phone ? SEEN_ON_DESKTOP : wechat ? SEEN_IN_WECHAT : SEEN_ON_PHONE;
}

/* ---- words: English, Chinese ------------------------------------------------------------------------------------- */

static const str titles[QR_KIND_COUNT][2] = {
    [QR_OTHER] = {STR_INIT("Scan this code"), STR_INIT("请识别二维码")},
    [QR_WECHAT_GROUP] = {STR_INIT("Join our group"), STR_INIT("扫码加入群聊")},
    [QR_WECHAT_PERSONAL] = {STR_INIT("Add us on WeChat"), STR_INIT("扫码添加微信")},
    [QR_WECHAT_ACCOUNT] = {STR_INIT("Follow us on WeChat"), STR_INIT("扫码关注公众号")},
    [QR_WECOM] = {STR_INIT("Get in touch on WeChat"), STR_INIT("扫码添加企业微信")},
};
static const str kind_titles[TARGET_KIND_COUNT][2] = {
    [TARGET_MINI_PROGRAM] = {STR_INIT("Open the mini program"), STR_INIT("打开小程序")},
    [TARGET_STAFF] = {STR_INIT("Get in touch"), STR_INIT("联系我们")},
    [TARGET_MESSAGE] = {STR_INIT("Please note"), STR_INIT("温馨提示")},
};
static const str captions[3][2] = {
    [SEEN_IN_WECHAT] = {STR_INIT("Press and hold the code"), STR_INIT("长按识别二维码")},
    [SEEN_ON_PHONE] = {STR_INIT("Save the picture, scan it in WeChat"), STR_INIT("保存图片，用微信扫一扫")},
    [SEEN_ON_DESKTOP] = {STR_INIT("Scan with WeChat on your phone"), STR_INIT("用手机微信扫一扫")},
};
static const str plain_captions[3][2] = {
    [SEEN_IN_WECHAT] = {STR_INIT("Press and hold the code"), STR_INIT("长按识别二维码")},
    [SEEN_ON_PHONE] = {STR_INIT("Press and hold the code, or save it"), STR_INIT("长按二维码识别或保存")},
    [SEEN_ON_DESKTOP] = {STR_INIT("Scan with your phone"), STR_INIT("用手机扫一扫")},
};
static const str steps[3][2] = {
    {STR_INIT("Press and hold the picture and save it"), STR_INIT("长按上方图片，保存到相册")},
    {STR_INIT("Open WeChat and choose Scan"), STR_INIT("打开微信，点「扫一扫」")},
    {STR_INIT("Choose the picture from your album"), STR_INIT("从相册选择刚保存的图片")},
};

static str title_of(const struct live_page *page, bool zh)
{
    const struct target *target = page->target;
    if (target->title.len > 0) {
        return target->title;
    }
    if (kind_titles[target->kind][zh].len > 0) {
        return kind_titles[target->kind][zh];
    }
    return page->image ? titles[qr_kind_of(page->image->qr_text)][zh] : kind_titles[TARGET_MESSAGE][zh];
}

/* Is there something to scan? A mini program's round code is none that is read here, but WeChat reads it. */
static bool is_scanned(const struct live_page *page)
{
    return page->image && (page->target->kind != TARGET_STAFF || page->image->qr_text.len > 0);
}

/* What has to be opened in WeChat: whatever is not known to be something else. */
static bool is_for_wechat(const struct live_page *page)
{
    return page->target->kind == TARGET_MINI_PROGRAM || page->image->qr_text.len == 0 ||
           qr_kind_of(page->image->qr_text) != QR_OTHER;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

static const char finger[] =
    "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><circle class=\"ripple\" cx=\"10\" cy=\"7\" "
    "r=\"5.5\"/><path stroke-linecap=\"round\" stroke-linejoin=\"round\" d=\"M8 16V7.5a2 2 0 0 1 "
    "4 0V12l4.6 1.2a2.5 2.5 0 0 1 1.9 2.9l-.5 2.9a3 3 0 0 1-3 2.5h-2.8a4 4 0 0 1-3-1.4L5.6 "
    "16a1.6 1.6 0 0 1 2.4-2\"/></svg>";

static void add_caption(struct buf *out, const struct live_page *page, enum seen_in place, bool zh)
{
    if (!is_scanned(page)) {
        return;
    }
    buf_add_c(out, "<figcaption>");
    buf_add_c(out, place == SEEN_ON_DESKTOP ? "" : finger);
    buf_add_c(out, "<span>");
    buf_add(out, is_for_wechat(page) ? captions[place][zh] : plain_captions[place][zh]);
    buf_add_c(out, "</span></figcaption>");
}

static void add_picture(struct buf *out, const struct live_page *page, enum seen_in place, bool zh)
{
    const struct image_row *image = page->image;
    char head[256];
    if (!image) {
        return;
    }
    snprintf(head, sizeof head,
             "<figure><div class=\"paper\"><img src=\"/-/image/" STR_FMT "\" width=\"%lld\" height=\"%lld\" alt=\"",
             STR_ARG(image->name), (long long)image->width, (long long)image->height);
    buf_add_c(out, head);
    if (is_scanned(page)) {
        buf_add(out, zh ? STR("二维码") : STR("QR code"));
    } else {
        html_escape(out, title_of(page, zh));
    }
    buf_add_c(out, "\"></div>");
    add_caption(out, page, place, zh);
    buf_add_c(out, "</figure>");
}

static void add_steps(struct buf *out, const struct live_page *page, enum seen_in place, bool zh)
{
    if (place != SEEN_ON_PHONE || !is_scanned(page) || !is_for_wechat(page)) {
        return;
    }
    buf_add_c(out, "<ol>");
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        buf_add_c(out, "<li>");
        buf_add(out, steps[i][zh]);
        buf_add_c(out, "</li>");
    }
    buf_add_c(out, zh ? "</ol><a class=\"button second\" href=\"weixin://\">打开微信</a>"
                      : "</ol><a class=\"button second\" href=\"weixin://\">Open WeChat</a>");
}

static void add_button(struct buf *out, const struct live_page *page, bool zh)
{
    if (page->target->url.len == 0) {
        return;
    }
    buf_add_c(out, "<a class=\"button\" rel=\"noreferrer\" href=\"");
    html_escape(out, page->target->url);
    buf_add_c(out, "\">");
    switch (page->target->kind) {
    case TARGET_MINI_PROGRAM:
        buf_add(out, zh ? STR("打开小程序") : STR("Open the mini program"));
        break;
    case TARGET_STAFF:
        buf_add(out, zh ? STR("立即添加") : STR("Add as a contact"));
        break;
    default:
        buf_add(out, zh ? STR("打开链接") : STR("Open the link"));
    }
    buf_add_c(out, "</a>");
}

static void write_content(struct buf *out, const struct live_page *page, enum seen_in place, bool zh)
{
    if (page->target->hint.len > 0) {
        buf_add_c(out, "<p class=\"hint\">");
        html_escape(out, page->target->hint);
        buf_add_c(out, "</p>");
    }
    add_picture(out, page, place, zh);
    add_button(out, page, zh);
    add_steps(out, page, place, zh);
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

static str hash_of(str text, size_t bytes, bool base64, char *memory, size_t cap)
{
    uint8_t sum[SHA256_BYTES];
    struct buf out;
    crypt_sha256(text, sum);
    buf_init_fixed(&out, memory, cap);
    if (base64) {
        buf_add_base64(&out, sum, bytes);
    } else {
        buf_add_hex(&out, sum, bytes);
    }
    return buf_str(&out);
}

/* This page's style and our own origin's script, picture and beacon: nothing else loads, runs or is asked. */
static void set_headers(struct request *request, str style, struct reply *reply)
{
    char memory[64];
    str hash = hash_of(style, SHA256_BYTES, true, memory, sizeof memory);
    reply_html_headers(reply);
    reply_header_set(reply, request, "Content-Security-Policy",
                     arena_f(request->arena,
                             "default-src 'none'; style-src 'sha256-" STR_FMT
                             "'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action "
                             "'none'; frame-ancestors 'none'",
                             STR_ARG(hash)));
    reply_header_set(reply, request, "Referrer-Policy", STR("no-referrer"));
    reply_header_static(reply, "X-Robots-Tag", "noindex");
    reply_header_set(reply, request, "Cache-Control", STR("no-store"));
}

static void write_page(struct request *request, str kind, str title, str content, struct reply *reply)
{
    char memory[2 * VERSION_BYTES + 1];
    str style = pages_file("live.css"), script = pages_file("live.js");
    str version = hash_of(script, VERSION_BYTES, false, memory, sizeof memory);
    const struct html_slot slots[] = {
        {"lang", request->chinese ? STR("zh-CN") : STR("en"), false},
        {"title", title, false},
        {"style", style, true},
        {"script", arena_f(request->arena, "/-/live.js?v=" STR_FMT, STR_ARG(version)), false},
        {"kind", kind, false},
        {"content", content, true},
        {"privacy", request->chinese ? STR("隐私说明") : STR("Privacy"), false},
    };
    set_headers(request, style, reply);
    html_fill(&reply->body, pages_file("live.html"), slots, ARRAY_LEN(slots));
}

void live_page_write(struct ctx *ctx, struct request *request, const struct live_page *page, struct reply *reply)
{
    bool zh = request->chinese;
    struct buf content;
    (void)ctx;
    buf_init_heap(&content, CONTENT_MAX);
    write_content(&content, page, place_of(request), zh);
    reply->status = 200;
    write_page(request, page->image ? target_kind_name(page->target->kind) : STR("message"), title_of(page, zh),
               buf_str(&content), reply);
    reply->body.overflow = reply->body.overflow || content.overflow;
    buf_done(&content);
}

void live_page_changed(struct ctx *ctx, struct request *request, str again, struct reply *reply)
{
    bool zh = request->chinese;
    struct buf content;
    (void)ctx;
    buf_init_heap(&content, CONTENT_MAX);
    buf_add_c(&content, "<p class=\"hint\">");
    buf_add_c(&content,
              zh ? "这个码已经停用，请重新打开一次。" : "This one is not in use any more. Please open it again.");
    buf_add_c(&content, "</p><a class=\"button\" href=\"");
    html_escape(&content, again);
    buf_add_c(&content, zh ? "\">重新打开</a>" : "\">Open again</a>");
    reply->status = 410;
    write_page(request, STR("message"), zh ? STR("二维码刚刚更换") : STR("The code has just changed"),
               buf_str(&content), reply);
    reply->body.overflow = reply->body.overflow || content.overflow;
    buf_done(&content);
}

static void answer_file(const struct ctx *ctx, const struct request *request, str name, const char *kept,
                        struct reply *reply)
{
    if (!assets_reply(ctx->assets, request, name, reply)) {
        reply_problem(reply, request, ERR_NOT_FOUND, NULL);
        return;
    }
    reply_header_set(reply, request, "Cache-Control", str_from_c(kept));
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
}

/* The address has the file's hash, so it never means another one. */
void live_page_script(struct ctx *ctx, struct request *request, struct reply *reply)
{
    answer_file(ctx, request, STR("live.js"), "public, max-age=31536000, immutable", reply);
}

void live_page_icon(struct ctx *ctx, struct request *request, struct reply *reply)
{
    answer_file(ctx, request, STR("icon.svg"), "public, max-age=86400", reply);
    reply_header_set(reply, request, "Content-Security-Policy", STR("default-src 'none'"));
}
