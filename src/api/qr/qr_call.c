/* SPDX-License-Identifier: MIT */
#include "qr_call.h"

#include "linkpond/api/call.h"
#include "linkpond/base/utf8.h"
#include "linkpond/store/labels.h"
#include "qr_bulk.h"

/* ---- what is asked for ---- */

struct wishes {
    struct request *request;
    struct reply *reply;
    const struct json *object;
};

/* A member as the text that a query would hold. */
static bool get(const struct wishes *self, const char *name, str *out)
{
    if (!self->object) {
        return request_query(self->request, name, out);
    }
    const struct json *member = json_get(self->object, str_from_c(name));
    if (!member || member->type == JSON_NULL) {
        return false;
    }
    *out = member->type == JSON_STRING ? member->string
           : member->type == JSON_BOOL ? (member->boolean ? STR("1") : STR("0"))
           : member->type == JSON_INT  ? arena_f(self->request->arena, "%lld", (long long)member->integer)
                                       : STR("?"); /* no field takes that */
    return true;
}

static bool refuse(const struct wishes *self, const char *name, const char *message, const char *message_zh)
{
    call_bad_query(self->request, self->reply, name, "not_allowed", message, message_zh);
    return false;
}

static bool read_number(const struct wishes *self, const char *name, int low, int high, int *out)
{
    str text;
    int64_t value;
    if (!get(self, name, &text)) {
        return true;
    }
    if (!str_to_i64(text, &value) || value < low || value > high) {
        struct fault fault = {0};
        enum err err =
            fault_setf(&fault, ERR_INVALID, name, "out_of_range", "A whole number from %d to %d.", low, high);
        fault_chinesef(&fault, "应为 %d 到 %d 的整数。", low, high);
        reply_problem(self->reply, self->request, err, &fault);
        return false;
    }
    *out = (int)value;
    return true;
}

static bool read_format(const struct wishes *self, struct qr_wish *out)
{
    str text;
    if (!get(self, "format", &text)) {
        return true;
    }
    out->png = str_eq(text, STR("png"));
    return out->png || str_eq(text, STR("svg")) || refuse(self, "format", "svg or png.", "只能是 svg 或 png。");
}

static bool read_level(const struct wishes *self, struct qr_wish *out)
{
    str text;
    if (!get(self, "level", &text)) {
        return true;
    }
    if (text.len != 1 || !memchr("LMQH", text.ptr[0], 4)) {
        return refuse(self, "level", "The level is L, M, Q or H.", "纠错等级只能是 L、M、Q、H。");
    }
    out->opts.level = text.ptr[0];
    return true;
}

static bool read_colour(const struct wishes *self, const char *name, struct qr_opts *opts, uint32_t *out)
{
    str text;
    if (!get(self, name, &text)) {
        return true;
    }
    opts->coloured = true;
    return qr_colour_parse(text, out) ||
           refuse(self, name, "Six hexadecimal digits, for example 1a3c6e.", "应为六位十六进制颜色，例如 1a3c6e。");
}

static void read_caption(const struct wishes *self, struct qr_wish *out)
{
    if (!get(self, "caption", &out->caption_text) || str_eq(out->caption_text, STR("0"))) {
        return;
    }
    out->caption = str_eq(out->caption_text, STR("1")) ? QR_CAPTION_PLACE : QR_CAPTION_TEXT;
}

static bool read_logo(const struct wishes *self, struct qr_wish *out)
{
    str text;
    if (!get(self, "logo", &text)) {
        return true;
    }
    out->logo = str_eq(text, STR("1")) || str_eq(text, STR("true"));
    return out->logo || str_eq(text, STR("0")) || str_eq(text, STR("false")) ||
           refuse(self, "logo", "1 or 0.", "只能是 1 或 0。");
}

bool qr_call_read(struct request *request, struct reply *reply, const struct json *object, struct qr_wish *out)
{
    const struct wishes wishes = {request, reply, object};
    struct qr_opts *opts = &out->opts;
    *out = (struct qr_wish){.opts = {.size = QR_SIZE, .margin = QR_MARGIN, .light = 0xffffff}};
    read_caption(&wishes, out);
    return read_format(&wishes, out) && read_number(&wishes, "size", QR_SIZE_MIN, QR_SIZE_MAX, &opts->size) &&
           read_number(&wishes, "margin", 0, QR_MARGIN_MAX, &opts->margin) && read_level(&wishes, out) &&
           read_colour(&wishes, "dark", opts, &opts->dark) && read_colour(&wishes, "light", opts, &opts->light) &&
           read_logo(&wishes, out);
}

/* ---- what it needs ---- */

bool qr_call_open(struct request *request, struct reply *reply, struct db *db, struct qr_wish *self)
{
    enum err err = self->logo ? qr_logo_load(db, request->arena, &self->opts.logo) : OK;
    if (err == ERR_NOT_FOUND) {
        call_bad_query(request, reply, "logo", "unknown", "No logo was uploaded: PUT /api/v1/qr-logo.",
                       "尚未上传标志图片（PUT /api/v1/qr-logo）。");
        return false;
    }
    if (err == OK && self->png && self->caption != QR_CAPTION_NONE) {
        err = qr_font_open(&self->opts.font);
        err = err == ERR_NOT_FOUND ? OK : err; /* drawing says so when there is something to write */
    }
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
    return err == OK;
}

void qr_call_done(struct qr_wish *self)
{
    qr_font_close(self->opts.font);
    self->opts.font = NULL;
}

/* ---- the picture ---- */

enum err qr_call_draw(const struct qr_wish *self, const struct link_view *view, const struct link *link, str place,
                      struct buf *out, struct fault *fault)
{
    struct qr_opts opts = self->opts;
    /* The address a printed code carries: lp_qr marks the visit as a scan. */
    str text = arena_f(view->arena, STR_FMT "?lp_qr=1", STR_ARG(link_short_url(view, link)));
    opts.caption = self->caption == QR_CAPTION_PLACE  ? place
                   : self->caption == QR_CAPTION_TEXT ? self->caption_text
                                                      : (str){0};
    opts.caption = utf8_cut(opts.caption, self->caption == QR_CAPTION_PLACE ? QR_CAPTION_MAX : opts.caption.len);
    return self->png ? qr_png(out, text, &opts, fault) : qr_svg(out, text, &opts, fault);
}

const char *qr_call_type(const struct qr_wish *self)
{
    return self->png ? "image/png" : "image/svg+xml";
}

static str name_of(const struct label *channel, bool chinese)
{
    str own = chinese ? channel->name_zh : channel->name_en;
    return own.len > 0 ? own : channel->name.len > 0 ? channel->name : channel->key;
}

enum err qr_call_place(struct db *db, struct arena *arena, const struct link *link, bool chinese, struct qr_place *last,
                       str *out)
{
    if (link->channel_id == 0) {
        *out = link->title;
        return OK;
    }
    if (last->channel_id != link->channel_id) {
        struct label channel;
        enum err err = labels_find_id(db, arena, link->channel_id, &channel);
        if (err != OK) {
            return err;
        }
        *last = (struct qr_place){link->channel_id, name_of(&channel, chinese)};
    }
    *out = last->name;
    return OK;
}
