/* SPDX-License-Identifier: MIT */
/*
 * The visitors' pages: one template, one style, a title and a sentence each. The style stands inside the page, so that
 * a page works on every short domain without a second request; the policy allows exactly these bytes by their hash and
 * nothing else, so text that slipped into a page could neither run nor load anything.
 */
#include "linkpond/http/pages.h"

#include "linkpond/base/crypt.h"
#include "linkpond/base/embedded.h"
#include "linkpond/base/err.h"
#include "linkpond/http/html.h"

#define PAGE_BYTES_MAX   (16 * 1024)
#define POLICY_BYTES_MAX 256
#define CONTENT_MAX      1024

struct words {
    const char *title, *sentence;
};

/* English, Chinese */
static const struct words texts[PAGE_COUNT][2] = {
    [PAGE_FRONT] = {{"Short links live here", "Please open the complete link that you were given."},
                    {"这里是短链服务", "请使用收到的完整链接访问。"}},
    [PAGE_NOT_FOUND] = {{"There is no such link", "Please check that the address is complete, or ask who shared it."},
                        {"没有找到这个链接", "请检查网址是否完整，或联系分享者。"}},
    [PAGE_NOT_STARTED] = {{"Not open yet", "This link opens on {{when}}."}, {"链接尚未生效", "将于 {{when}} 开放。"}},
    [PAGE_EXPIRED] = {{"This link has expired", "Please ask who shared it for a new one."},
                      {"链接已过期", "该链接已超过有效期，请联系分享者获取新的链接。"}},
    [PAGE_USED_UP] = {{"This link is used up", "It has been opened as often as it may be."},
                      {"链接次数已用完", "该链接的可访问次数已用完。"}},
    [PAGE_DISABLED] = {{"This link is switched off", "Please ask who shared it."},
                       {"链接已停用", "该链接已被停用，请联系分享者。"}},
    [PAGE_DENIED] = {{"This link's destination is blocked",
                      "Whoever runs this service does not let links lead there. Please ask who shared it."},
                     {"链接的目标已被禁止访问", "本服务不允许跳转到该目标，请联系分享者。"}},
    [PAGE_NO_HOST] = {{"Nothing is served here", "No short links belong to this address."},
                      {"此处没有内容", "该域名下没有短链服务。"}},
    [PAGE_SLOW_DOWN] = {{"Too many attempts", "Please wait a little and try again."}, {"访问过于频繁", "请稍后再试。"}},
    [PAGE_UNAVAILABLE] = {{"Not possible right now", "Please try again in a moment."},
                          {"暂时无法访问", "请稍后再试。"}},
    [PAGE_BAD_REQUEST] = {{"This address cannot be read", "Please check that it is complete."},
                          {"网址无法识别", "请检查网址是否完整。"}},
};

struct pages {
    str page, style; /* the built-in files */
    struct buf text[PAGE_COUNT][2];
    char policy[POLICY_BYTES_MAX], form_policy[POLICY_BYTES_MAX];
};

static void make_policy(const struct pages *self, const char *own, char memory[POLICY_BYTES_MAX])
{
    uint8_t sum[SHA256_BYTES];
    struct buf out;
    crypt_sha256(self->style, sum);
    buf_init_fixed(&out, memory, POLICY_BYTES_MAX);
    buf_add_c(&out, "default-src 'none'; style-src 'sha256-");
    buf_add_base64(&out, sum, sizeof sum);
    buf_addf(&out, "'; base-uri 'none'; frame-ancestors 'none'; %s", own);
    buf_c(&out);
    BUG_ON(out.overflow);
}

void pages_write(const struct pages *self, bool chinese, str title, str content_html, struct buf *out)
{
    const struct html_slot slots[] = {
        {"lang", chinese ? STR("zh-CN") : STR("en"), false},
        {"title", title, false},
        {"style", self->style, true},
        {"content", content_html, true},
    };
    html_fill(out, self->page, slots, ARRAY_LEN(slots));
}

static void write_page(const struct pages *self, enum page page, bool chinese, str when, struct buf *out)
{
    char memory[CONTENT_MAX];
    struct buf content;
    const struct words *words = &texts[page][chinese];
    const struct html_slot slot = {"when", when, false};
    buf_init_fixed(&content, memory, sizeof memory);
    buf_add_c(&content, "<p>");
    html_fill(&content, str_from_c(words->sentence), &slot, 1);
    buf_add_c(&content, "</p>");
    BUG_ON(content.overflow);
    pages_write(self, chinese, str_from_c(words->title), buf_str(&content), out);
}

str pages_file(const char *name)
{
    str text = embedded_find(web_files, name);
    ssize_t at = str_find(text, STR("SPDX-License-Identifier"), 0);
    ssize_t end = at < 0 ? -1 : str_find_char(text, '\n', (size_t)at);
    BUG_ON(end < 0);
    return str_from(text, (size_t)end + 1);
}

struct pages *pages_new(void)
{
    struct pages *self = calloc(1, sizeof *self);
    BUG_ON(!self);
    self->page = pages_file("page.html");
    self->style = pages_file("page.css");
    make_policy(self, "form-action 'none'", self->policy);
    make_policy(self, "form-action 'self'; img-src 'self'", self->form_policy);
    for (int page = 0; page < PAGE_COUNT; page++) {
        for (int chinese = 0; chinese < 2; chinese++) {
            struct buf *text = &self->text[page][chinese];
            buf_init_heap(text, PAGE_BYTES_MAX);
            write_page(self, (enum page)page, chinese, (str){0}, text);
            BUG_ON(text->overflow);
        }
    }
    return self;
}

void pages_free(struct pages *self)
{
    if (!self) {
        return;
    }
    for (int page = 0; page < PAGE_COUNT; page++) {
        buf_done(&self->text[page][0]);
        buf_done(&self->text[page][1]);
    }
    free(self);
}

str pages_get(const struct pages *self, enum page page, bool chinese)
{
    return buf_str(&self->text[page][chinese]);
}

void pages_not_started(const struct pages *self, bool chinese, str when, struct buf *out)
{
    write_page(self, PAGE_NOT_STARTED, chinese, when, out);
}

str pages_policy(const struct pages *self)
{
    return str_from_c(self->policy);
}

str pages_form_policy(const struct pages *self)
{
    return str_from_c(self->form_policy);
}
