/* SPDX-License-Identifier: MIT */
#include "linkpond/base/limits.h"
#include "linkpond/base/percent.h"
#include "linkpond/model/click_id.h"
#include "linkpond/model/source.h"
#include "linkpond/model/url.h"

/*
 * How a visit's parameters join a target. Names are compared as the landing page will see them (percent-decoded), or
 * `p%69d=` would slip a second `pid=` past the rule that the target's value stays. The target is copied piece by piece
 * between '&', so what is not replaced keeps its bytes, empty pieces and order included. The room is given first to the
 * click id (without it no conversion can be told), then to the link's UTMs, then to the visitor's parameters in
 * order: a padded request cannot push ours out.
 */

#define VISITOR_PARAMS_MAX 64                 /* bounds the comparisons with a target of a thousand parameters */
#define NAME_MAX_BYTES     64                 /* longer than any name that has a meaning here */
#define INSIDE             STR("click_id%3D") /* the id's name in a query that is a parameter's value */
#define INSIDE_SEPARATOR   STR("%26")

struct visitor_param {
    str raw, name;
    uint32_t hash; /* of the decoded name */
    bool wins;     /* over the target's value */
    bool in_target, kept, written;
};

struct plan {
    const struct url_merge *merge;
    str base, query; /* the target before '?', and between '?' and '#' */
    str tail;        /* '#' and the fragment, as they stand */
    bool has_query;
    bool has_click_id, click_id_written;
    bool click_id_inside; /* the value of a parameter that holds a query itself */
    bool add_utm[UTM_COUNT];
    size_t room;
    size_t query_at; /* where the query begins in the Location */
    size_t count;
    struct visitor_param params[VISITOR_PARAMS_MAX];
};

/* The next decoded byte of a name, or -1 at its end. */
static int name_next(str name, size_t *at)
{
    if (*at >= name.len) {
        return -1;
    }
    char c = name.ptr[(*at)++];
    if (c == '+') {
        return ' ';
    }
    if (c != '%' || *at + 2 > name.len || hex_value(name.ptr[*at]) < 0 || hex_value(name.ptr[*at + 1]) < 0) {
        return (unsigned char)c;
    }
    int value = hex_value(name.ptr[*at]) * 16 + hex_value(name.ptr[*at + 1]);
    *at += 2;
    return value;
}

static bool names_equal(str a, str b)
{
    size_t at_a = 0, at_b = 0;

    for (;;) {
        int byte_a = name_next(a, &at_a), byte_b = name_next(b, &at_b);
        if (byte_a != byte_b) {
            return false;
        }
        if (byte_a < 0) {
            return true;
        }
    }
}

/* FNV-1a of the decoded name: most of the comparisons of two lists of names end at one number. */
static uint32_t name_hash(str name)
{
    uint32_t hash = 2166136261u;
    size_t at = 0;

    for (int byte; (byte = name_next(name, &at)) >= 0;) {
        hash = (hash ^ (uint32_t)byte) * 16777619u;
    }
    return hash;
}

static bool is_param(const struct visitor_param *param, str name, uint32_t hash)
{
    return param->hash == hash && names_equal(param->name, name);
}

/* The first bytes of the decoded name. */
static str name_decode(str name, char out[NAME_MAX_BYTES])
{
    size_t at = 0, len = 0;

    for (int byte; len < NAME_MAX_BYTES && (byte = name_next(name, &at)) >= 0;) {
        out[len++] = (char)byte;
    }
    return (str){out, len};
}

/* Pieces between '&', empty ones too, also the one after a trailing '&'. `at` starts at 0. */
static bool piece_next(str query, size_t *at, str *piece)
{
    if (*at > query.len) {
        return false;
    }
    ssize_t end = str_find_char(query, '&', *at);
    size_t stop = end < 0 ? query.len : (size_t)end;
    *piece = str_slice(query, *at, stop);
    *at = stop + 1;
    return true;
}

static str piece_name(str piece)
{
    str name, value;

    str_cut(piece, '=', &name, &value);
    return name;
}

/* A raw '#' would begin a fragment of the visitor's making. */
static bool travels(unsigned char c)
{
    return c >= 0x21 && c <= 0x7E && c != '#';
}

static size_t travelling_length(str raw)
{
    size_t len = raw.len;

    for (size_t i = 0; i < raw.len; i++) {
        len += travels((unsigned char)raw.ptr[i]) ? 0 : 2;
    }
    return len;
}

static void add_travelling(struct buf *out, str raw)
{
    for (size_t i = 0; i < raw.len; i++) {
        if (travels((unsigned char)raw.ptr[i])) {
            buf_add_char(out, raw.ptr[i]);
        } else {
            percent_encode(out, str_slice(raw, i, i + 1));
        }
    }
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

static size_t encoded_length(str text)
{
    size_t len = text.len;

    for (size_t i = 0; i < text.len; i++) {
        len += is_unreserved(text.ptr[i]) ? 0 : 2;
    }
    return len;
}

/* Parameters in which mini programs get a query of their own:
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/url-scheme.html and url-link.html. */
static bool holds_a_query(const struct url_merge *merge)
{
    static const str weblink = STR_INIT("https://wxaurl.cn/");
    str name = merge->click_id_param;

    if (!str_eq(name, STR("query")) && !str_eq(name, STR("cq"))) {
        return false;
    }
    return !str_istarts(merge->target, STR("http")) || str_istarts(merge->target, weblink);
}

static void plan_target(struct plan *self)
{
    str target = self->merge->target, fragment;

    str_cut(target, '#', &self->base, &fragment);
    self->tail = str_from(target, self->base.len);
    self->has_query = str_cut(self->base, '?', &self->base, &self->query);
}

/* The visitor's parameters that may travel at all. */
static void plan_visitor(struct plan *self)
{
    const struct url_merge *merge = self->merge;
    char memory[NAME_MAX_BYTES];
    struct query_param param;
    str rest = merge->query;

    while (self->count < VISITOR_PARAMS_MAX && query_next(&rest, &param)) {
        str name = name_decode(param.name, memory);
        if (source_is_own_param(name) || source_is_volatile_param(name)) {
            continue;
        }
        if (merge->click_id_param.len > 0 && names_equal(param.name, merge->click_id_param)) {
            continue; /* only we name clicks */
        }
        self->params[self->count++] = (struct visitor_param){
            .raw = param.raw,
            .name = param.name,
            .hash = name_hash(param.name),
            .wins = merge->visitor_wins || source_is_campaign_param(name),
        };
    }
}

static bool adds_utm(const struct plan *self)
{
    bool adds = false;

    for (size_t utm = 0; utm < UTM_COUNT; utm++) {
        adds = adds || self->add_utm[utm];
    }
    return adds;
}

/* The link's own UTMs that neither the visitor nor the target brings. */
static void plan_compare(struct plan *self)
{
    const struct url_merge *merge = self->merge;
    str piece;

    for (size_t utm = 0; utm < UTM_COUNT; utm++) {
        self->add_utm[utm] = merge->utm && merge->utm[utm].len > 0;
        for (size_t i = 0; i < self->count && self->add_utm[utm]; i++) {
            self->add_utm[utm] = !names_equal(self->params[i].name, utm_name((enum utm)utm));
        }
    }
    bool compares = self->has_query && (self->count > 0 || adds_utm(self));
    for (size_t at = 0; compares && piece_next(self->query, &at, &piece);) {
        str name = piece_name(piece);
        uint32_t hash = name_hash(name);
        for (size_t i = 0; i < self->count; i++) {
            self->params[i].in_target = self->params[i].in_target || is_param(&self->params[i], name, hash);
        }
        for (size_t utm = 0; utm < UTM_COUNT; utm++) {
            self->add_utm[utm] = self->add_utm[utm] && !names_equal(name, utm_name((enum utm)utm));
        }
    }
}

static bool plan_take(struct plan *self, size_t bytes)
{
    if (bytes > self->room) {
        return false;
    }
    self->room -= bytes;
    return true;
}

static void plan_room(struct plan *self)
{
    const struct url_merge *merge = self->merge;

    self->room = LIMIT_FORWARD_QUERY;
    if (self->has_click_id) {
        size_t bytes = merge->click_id_param.len + CLICK_ID_LEN + 2;
        self->has_click_id = plan_take(self, bytes + (self->click_id_inside ? INSIDE_SEPARATOR.len + INSIDE.len : 0));
    }
    for (size_t utm = 0; utm < UTM_COUNT; utm++) {
        if (self->add_utm[utm]) {
            size_t bytes = utm_name((enum utm)utm).len + encoded_length(merge->utm[utm]) + 2;
            self->add_utm[utm] = plan_take(self, bytes);
        }
    }
    for (size_t i = 0; i < self->count; i++) {
        struct visitor_param *param = &self->params[i];
        param->kept =
            (!param->in_target || param->wins) && plan_take(self, travelling_length(param->raw) + 1 /* '&' */);
    }
}

/* Writes a separator where one is due: not at the start, not after an '&' that the target ends in. */
static void add_separator(const struct plan *self, struct buf *out)
{
    str query = str_from(buf_str(out), self->query_at);

    if (query.len > 0 && !str_ends(query, STR("&"))) {
        buf_add_char(out, '&');
    }
}

static void write_click_id(struct plan *self, struct buf *out)
{
    buf_add(out, self->merge->click_id_param);
    buf_add_char(out, '=');
    buf_add(out, self->click_id_inside ? INSIDE : STR(""));
    buf_add_char(out, self->merge->click_mark);
    self->click_id_written = true;
}

static void write_click_id_inside(struct plan *self, str piece, struct buf *out)
{
    str name, value;

    if (!str_cut(piece, '=', &name, &value) || value.len == 0) {
        write_click_id(self, out);
        return;
    }
    buf_add(out, piece);
    buf_add(out, INSIDE_SEPARATOR);
    buf_add(out, INSIDE);
    buf_add_char(out, self->merge->click_mark);
    self->click_id_written = true;
}

/* The click id in place of a piece of its name, or joined to it. False: the piece stays. */
static bool replace_by_click_id(struct plan *self, str piece, struct buf *out, const char *separator)
{
    if (self->click_id_written) {
        return !self->click_id_inside;
    }
    buf_add_c(out, separator);
    if (self->click_id_inside) {
        write_click_id_inside(self, piece, out);
    } else {
        write_click_id(self, out);
    }
    return true;
}

/* What stands in for a piece of the target. Sets *replaced; writes nothing for a repeated name already replaced. */
static void write_replacement(struct plan *self, str piece, struct buf *out, const char *separator, bool *replaced)
{
    str name = piece_name(piece);

    *replaced = false;
    if (self->has_click_id && names_equal(name, self->merge->click_id_param)) {
        *replaced = replace_by_click_id(self, piece, out, separator);
        return;
    }
    uint32_t hash = self->count > 0 ? name_hash(name) : 0;
    for (size_t i = 0; i < self->count; i++) {
        struct visitor_param *param = &self->params[i];
        if (!param->kept || !param->in_target || !is_param(param, name, hash)) {
            continue;
        }
        *replaced = true;
        if (param->written) {
            return; /* all of that name went in at its first place */
        }
        buf_add_c(out, separator);
        add_travelling(out, param->raw);
        param->written = true;
        separator = "&";
    }
}

static void write_target_query(struct plan *self, struct buf *out)
{
    const char *separator = "";
    str piece;

    for (size_t at = 0; piece_next(self->query, &at, &piece); separator = "&") {
        bool replaced = false;
        if (piece.len > 0) {
            write_replacement(self, piece, out, separator, &replaced);
        }
        if (!replaced) {
            buf_add_c(out, separator);
            buf_add(out, piece);
        }
    }
}

static void write_additions(struct plan *self, struct buf *out)
{
    for (size_t i = 0; i < self->count; i++) {
        if (self->params[i].kept && !self->params[i].written) {
            add_separator(self, out);
            add_travelling(out, self->params[i].raw);
        }
    }
    for (size_t utm = 0; utm < UTM_COUNT; utm++) {
        if (self->add_utm[utm]) {
            add_separator(self, out);
            buf_add(out, utm_name((enum utm)utm));
            buf_add_char(out, '=');
            percent_encode(out, self->merge->utm[utm]);
        }
    }
    if (self->has_click_id && !self->click_id_written) {
        add_separator(self, out);
        write_click_id(self, out);
    }
}

static bool plan_adds(const struct plan *self)
{
    bool adds = self->has_click_id || adds_utm(self);

    for (size_t i = 0; i < self->count; i++) {
        adds = adds || self->params[i].kept;
    }
    return adds;
}

/* Is there anything that could join the target? */
static bool may_add(const struct url_merge *merge)
{
    bool may =
        (merge->forward_query && merge->query.len > 0) || (merge->click_id_param.len > 0 && merge->click_mark != 0);

    for (size_t utm = 0; merge->utm && utm < UTM_COUNT; utm++) {
        may = may || merge->utm[utm].len > 0;
    }
    return may;
}

bool url_merge(const struct url_merge *merge, struct buf *out)
{
    struct plan plan;

    if (!may_add(merge)) { /* most visits: the target as it stands */
        buf_add(out, merge->target);
        return !out->overflow;
    }
    plan.merge = merge;
    plan.count = 0;
    plan.has_click_id = merge->click_id_param.len > 0 && merge->click_mark != 0;
    plan.click_id_written = false;
    plan_target(&plan);
    plan.click_id_inside = plan.has_click_id && holds_a_query(merge);
    if (merge->forward_query) {
        plan_visitor(&plan);
    }
    plan_compare(&plan);
    plan_room(&plan);
    if (!plan_adds(&plan)) {
        buf_add(out, merge->target);
        return !out->overflow;
    }
    buf_add(out, plan.base);
    buf_add_char(out, '?');
    plan.query_at = out->len;
    if (plan.has_query) {
        write_target_query(&plan, out);
    }
    write_additions(&plan, out);
    buf_add(out, plan.tail);
    return !out->overflow;
}
