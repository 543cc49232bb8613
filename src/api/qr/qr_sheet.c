/* SPDX-License-Identifier: MIT */
/* GET /api/v1/qr-sheet: codes on pages to print and cut, each with its place and short URL. A page without script: the
 * reader's own print command does the rest. */
#include "linkpond/base/embedded.h"
#include "linkpond/http/html.h"
#include "qr_bulk.h"

#define PAGE_BYTES LIMIT_REPLY
#define LOGO_ID    "logo"

/* How many fit on a page; src/web/qr_sheet.css has a grid for each. */
static const int per_page_choices[] = {1, 2, 4, 6, 9, 12, 16, 20, 24, 30};
#define PER_PAGE 12

struct sheet {
    struct qr_wish wish;
    struct qr_links links;
    int64_t per_page;
    bool chinese;
};

static str template_text(const char *name)
{
    str text = embedded_find(web_files, name);
    ssize_t comment = str_find(text, STR("-->\n"), 0);
    return comment >= 0 ? str_from(text, (size_t)comment + 4) : text;
}

static bool read_per_page(struct request *request, struct reply *reply, struct sheet *self)
{
    self->per_page = PER_PAGE;
    if (!call_query_i64(request, reply, "per_page", 1, 30, &self->per_page)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(per_page_choices); i++) {
        if (self->per_page == per_page_choices[i]) {
            return true;
        }
    }
    call_bad_query(request, reply, "per_page", "not_allowed", "1, 2, 4, 6, 9, 12, 16, 20, 24 or 30.",
                   "只能是 1、2、4、6、9、12、16、20、24 或 30。");
    return false;
}

/* What stands under a code: the sheet writes it, not the picture. */
static str place_of(const struct sheet *self, const struct qr_link *item)
{
    return self->wish.caption == QR_CAPTION_PLACE  ? item->place
           : self->wish.caption == QR_CAPTION_TEXT ? self->wish.caption_text
                                                   : (str){0};
}

static enum err add_code(const struct sheet *self, const struct qr_link *item, struct buf *out, struct fault *fault)
{
    struct qr_wish bare = self->wish;
    struct buf svg;
    bare.caption = QR_CAPTION_NONE;
    bare.opts.logo_id = LOGO_ID;
    buf_init_heap(&svg, PAGE_BYTES);
    enum err err = qr_call_draw(&bare, &self->links.view, &item->link, (str){0}, &svg, fault);
    if (err == OK) {
        const struct html_slot slots[] = {
            {"code", buf_str(&svg), true},
            {"place", place_of(self, item), false},
            {"short_url", link_short_url(&self->links.view, &item->link), false},
        };
        html_fill(out, template_text("qr_sheet_code.html"), slots, ARRAY_LEN(slots));
    }
    buf_done(&svg);
    return err;
}

/* Once for all codes: a thousand copies would be more than a page may hold. */
static enum err add_logo(const struct sheet *self, struct buf *out)
{
    if (!self->wish.opts.logo) {
        return OK;
    }
    buf_add_c(out, "<svg class=\"shared\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>");
    enum err err = qr_logo_svg(out, self->wish.opts.logo, "id=\"" LOGO_ID "\" width=\"1\" height=\"1\"");
    buf_add_c(out, "</defs></svg>\n");
    return err;
}

static enum err add_pages(const struct sheet *self, struct buf *out, struct fault *fault)
{
    enum err err = add_logo(self, out);
    for (size_t i = 0; err == OK && i < self->links.count; i++) {
        bool first = i % (size_t)self->per_page == 0;
        bool last = (i + 1) % (size_t)self->per_page == 0 || i + 1 == self->links.count;
        if (first) {
            buf_addf(out, "<section class=\"sheet per-%lld\">\n", (long long)self->per_page);
        }
        err = add_code(self, &self->links.items[i], out, fault);
        if (last) {
            buf_add_c(out, "</section>\n");
        }
    }
    return err;
}

static const char *notice_of(const struct sheet *self)
{
    for (size_t i = 0; i < self->links.count; i++) {
        if (!link_host_is_public(self->links.items[i].link.domain)) {
            return self->chinese ? "这些短链的域名尚未对外开放：其他人扫码打不开，请先配置域名再印刷。"
                                 : "The short domain is not public yet: nobody else can open these codes. Set up the "
                                   "domain before you print.";
        }
    }
    return NULL;
}

static enum err write_sheet(const struct sheet *self, struct reply *reply, struct fault *fault)
{
    struct buf pages, notice;
    const char *warning = notice_of(self);
    buf_init_heap(&pages, PAGE_BYTES);
    buf_init_heap(&notice, 1024);
    if (warning) {
        buf_addf(&notice, "<p class=\"notice\" role=\"note\">%s</p>", warning);
    }
    enum err err = add_pages(self, &pages, fault);
    if (err == OK) {
        const struct html_slot slots[] = {
            {"lang", self->chinese ? STR("zh-CN") : STR("en"), false},
            {"title", self->chinese ? STR("二维码打印页") : STR("QR codes to print"), false},
            {"notice", buf_str(&notice), true},
            {"pages", buf_str(&pages), true},
        };
        reply->status = 200;
        reply_html_headers(reply);
        html_fill(&reply->body, template_text("qr_sheet.html"), slots, ARRAY_LEN(slots));
        err = pages.overflow || reply->body.overflow ? ERR_NOMEM : OK;
    }
    buf_done(&pages);
    buf_done(&notice);
    return err;
}

static void answer(struct ctx *ctx, struct request *request, struct reply *reply, struct sheet *sheet)
{
    struct fault fault = {0};
    struct link_selection selection;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    bool ready = link_select_query(ctx, request, reply, db, &selection) &&
                 link_select_all_found(request, reply, &selection) && qr_call_open(request, reply, db, &sheet->wish);
    enum err err = ready ? qr_links_load(ctx, request, db, &selection, &sheet->links) : OK;
    readers_give(ctx->engine->readers, db);
    if (!ready) {
        return;
    }
    err = err ? err : write_sheet(sheet, reply, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
    }
}

void qr_sheet(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct sheet sheet = {.chinese = request->chinese};
    str text;
    if (!read_per_page(request, reply, &sheet) || !qr_call_read(request, reply, NULL, &sheet.wish)) {
        return;
    }
    sheet.wish.png = false;
    if (!request_query(request, "caption", &text)) {
        sheet.wish.caption = QR_CAPTION_PLACE;
    }
    answer(ctx, request, reply, &sheet);
    qr_call_done(&sheet.wish);
}
