/* SPDX-License-Identifier: MIT */
/*
 * A click's fields in the order in which they are shown. A field gives a cell; JSON and CSV each know how to write a
 * cell, so the two can never name or order things differently.
 */
#include "click_view.h"

#include "linkpond/api/csv_cell.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/agent.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"

enum cell_type { CELL_NULL, CELL_TEXT, CELL_I64, CELL_BOOL };
struct cell {
    enum cell_type type;
    str text;
    int64_t number;
    bool boolean;
};

static struct cell text_cell(str text)
{
    return (struct cell){.type = CELL_TEXT, .text = text};
}

static struct cell text_or_null(str text)
{
    return (struct cell){.type = text.len > 0 ? CELL_TEXT : CELL_NULL, .text = text};
}

static struct cell bool_cell(bool value)
{
    return (struct cell){.type = CELL_BOOL, .boolean = value};
}

/* ---- why ------------------------------------------------------------------------------------------------------- */

struct reason {
    const char *en, *zh;
};
static const struct reason class_reasons[CLASS_COUNT] = {
    [CLASS_BOT] = {"An automated client asked, not a person.", "机器访问，不是真人。"},
    [CLASS_PREVIEW] = {"An app or a site fetched the link to show a preview.", "应用或网站为生成链接预览而抓取。"},
    [CLASS_PREFETCH] = {"A browser loaded it ahead of a visit that may never come.",
                        "浏览器预加载，用户可能并未打开。"},
    [CLASS_HEAD] = {"A HEAD request only checks whether the link works.", "HEAD 请求只检测链接是否可用。"},
    [CLASS_REPLAY] = {"A platform opened it again to check what a person had opened.",
                      "平台在用户打开后再次访问以复检。"},
    [CLASS_DUPLICATE] = {"The same request came twice; it counts once.", "同一请求重复上报，只计一次。"},
};
static const struct reason outcome_reasons[OUTCOME_COUNT] = {
    [OUTCOME_NOT_STARTED] = {"The link was not valid yet.", "短链尚未生效。"},
    [OUTCOME_EXPIRED] = {"The link had expired.", "短链已过期。"},
    [OUTCOME_USED_UP] = {"The link's number of visits was used up.", "短链访问次数已用完。"},
    [OUTCOME_DISABLED] = {"The link was disabled.", "短链已停用。"},
    [OUTCOME_UNKNOWN] = {"There is no such link.", "没有该短链。"},
    [OUTCOME_DENIED] = {"Its destination is on the list of denied ones.", "目标网站不允许跳转。"},
};

const char *click_why(const struct click *click, bool chinese)
{
    const struct reason *reason = &class_reasons[click->class];
    if (!reason->en) {
        reason = &outcome_reasons[click->outcome];
    }
    return chinese ? reason->zh : reason->en;
}

/* ---- fields that are more than a text of the click -------------------------------------------------------------- */

static str campaign_of_link(struct click_view *self, int64_t link_id)
{
    struct link_ids ids;
    struct label label;
    if (links_ids(self->db, link_id, &ids) != OK || ids.campaign_id == 0 ||
        labels_find_id(self->db, self->arena, ids.campaign_id, &label) != OK) {
        return (str){0};
    }
    return label.key;
}

static struct cell campaign_cell(struct click_view *self, const struct click *click)
{
    if (click->link_id == 0) {
        return text_or_null((str){0});
    }
    size_t at = (size_t)click->link_id % CLICK_VIEW_SLOTS;
    if (self->slots[at].link_id != click->link_id) {
        self->slots[at].link_id = click->link_id;
        self->slots[at].campaign = campaign_of_link(self, click->link_id);
    }
    return text_or_null(self->slots[at].campaign);
}

/* Past 2^53, so a text: a script's number would be another click. */
static struct cell id_cell(struct click_view *self, const struct click *click)
{
    return text_cell(arena_f(self->arena, "%lld", (long long)click->id));
}

static struct cell time_cell(struct click_view *self, const struct click *click)
{
    char text[TIMESTAMP_TEXT_MAX];
    return text_cell(arena_str(self->arena, timestamp_utc(click->time_ms, text)));
}

static struct cell link_cell(struct click_view *self, const struct click *click)
{
    return text_or_null(click->link_id ? arena_f(self->arena, "lnk_%lld", (long long)click->link_id) : (str){0});
}

static struct cell class_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return text_cell(click_class_name(click->class));
}

static struct cell why_cell(struct click_view *self, const struct click *click)
{
    /* Of machines the rule says more than the class; a duplicate keeps the rule of the visit it repeats. */
    str why = click->class == CLASS_BOT || click->class == CLASS_PREVIEW
                  ? agent_why(self->arena, click->rule, self->chinese)
                  : STR("");
    return text_or_null(why.len > 0 ? why : str_from_c(click_why(click, self->chinese)));
}

static struct cell outcome_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return text_cell(click_outcome_name(click->outcome));
}

static struct cell repeat_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return bool_cell(click->repeat);
}

static struct cell source_by_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return text_cell(click_by_name(click->source_by));
}

static struct cell channel_by_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return text_cell(click_by_name(click->channel_by));
}

static struct cell scene_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return text_cell(click_scene_name(click->scene)); /* empty is a word of its own: unknown */
}

/* A part of an address, as it came. Old browsers send GBK as it is, and neither JSON nor CSV can hold such bytes; as
 * %XX they mean the same (RFC 3986 2.1). */
static struct cell address_cell(struct click_view *self, str text)
{
    char *out = utf8_valid(text) ? NULL : ARENA_ARRAY(self->arena, char, text.len * 3);
    size_t len = 0;

    for (size_t i = 0; out && i < text.len; i++) {
        unsigned byte = (unsigned char)text.ptr[i];
        if (byte < 0x80) {
            out[len++] = text.ptr[i];
        } else {
            out[len++] = '%';
            out[len++] = "0123456789ABCDEF"[byte >> 4];
            out[len++] = "0123456789ABCDEF"[byte & 15];
        }
    }
    return text_or_null(out ? (str){out, len} : text);
}

static struct cell query_cell(struct click_view *self, const struct click *click)
{
    return address_cell(self, click->query);
}

static struct cell referrer_cell(struct click_view *self, const struct click *click)
{
    return address_cell(self, click->referrer);
}

static struct cell ad_click_id_cell(struct click_view *self, const struct click *click)
{
    return address_cell(self, click->ad_click_id);
}

static struct cell location_cell(struct click_view *self, const struct click *click)
{
    return address_cell(self, click->location);
}

static struct cell ip_cell(struct click_view *self, const struct click *click)
{
    char text[ADDR_TEXT_MAX];
    static const struct addr none;
    return text_or_null(addr_eq(&click->ip, &none) ? (str){0} : arena_str(self->arena, addr_format(&click->ip, text)));
}

static struct cell visitor_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return (struct cell){.type = click->visitor ? CELL_I64 : CELL_NULL, .number = click->visitor};
}

static struct cell visitor_by_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return text_cell(visitor_by_name(click->visitor_by));
}

static struct cell new_visitor_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return bool_cell(click->new_visitor);
}

static struct cell qr_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return bool_cell(click->qr);
}

static struct cell test_cell(struct click_view *self, const struct click *click)
{
    (void)self;
    return bool_cell((click->signals & SIGNAL_TEST) != 0);
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

struct field {
    const char *name;
    struct cell (*cell)(struct click_view *self, const struct click *click); /* NULL = the text at offset */
    size_t offset;
};
#define TEXT(name)                                                                                                     \
    {                                                                                                                  \
#name, NULL, offsetof(struct click, name)                                                                      \
    }
#define UTM(index)                                                                                                     \
    {                                                                                                                  \
        "utm_" index##_NAME, NULL, offsetof(struct click, utm) + sizeof(str) * (size_t)(index)                         \
    }
#define UTM_SOURCE_NAME   "source"
#define UTM_MEDIUM_NAME   "medium"
#define UTM_CAMPAIGN_NAME "campaign"
#define UTM_TERM_NAME     "term"
#define UTM_CONTENT_NAME  "content"
#define UTM_ID_NAME       "id"
/* clang-format off */
static const struct field fields[] = {
    {"id", id_cell, 0},
    {"time", time_cell, 0},
    {"link", link_cell, 0},
    TEXT(code),
    TEXT(host),
    {"class", class_cell, 0},
    TEXT(rule),
    {"why", why_cell, 0},
    {"outcome", outcome_cell, 0},
    {"repeat", repeat_cell, 0},
    TEXT(app),
    TEXT(app_version),
    TEXT(mini_program),
    TEXT(os),
    TEXT(device),
    TEXT(browser),
    TEXT(language),
    TEXT(net),
    TEXT(source),
    {"source_by", source_by_cell, 0},
    TEXT(channel),
    {"channel_by", channel_by_cell, 0},
    {"campaign", campaign_cell, 0},
    {"scene", scene_cell, 0},
    UTM(UTM_SOURCE),
    UTM(UTM_MEDIUM),
    UTM(UTM_CAMPAIGN),
    UTM(UTM_TERM),
    UTM(UTM_CONTENT),
    UTM(UTM_ID),
    {"query", query_cell, 0},
    {"referrer", referrer_cell, 0},
    TEXT(referrer_host),
    TEXT(ad_click_source),
    {"ad_click_id", ad_click_id_cell, 0},
    {"ip", ip_cell, 0},
    TEXT(country),
    TEXT(region),
    TEXT(city),
    TEXT(carrier),
    {"visitor", visitor_cell, 0},
    {"visitor_by", visitor_by_cell, 0},
    {"new_visitor", new_visitor_cell, 0},
    {"qr", qr_cell, 0},
    {"test", test_cell, 0},
    TEXT(target),
    {"location", location_cell, 0},
    TEXT(click_id),
    TEXT(request_id),
    TEXT(user_agent),
};
/* clang-format on */

static struct cell cell_of(struct click_view *self, const struct field *field, const struct click *click)
{
    if (field->cell) {
        return field->cell(self, click);
    }
    str text;
    memcpy(&text, (const char *)click + field->offset, sizeof(text));
    return text_or_null(text);
}

void click_view_init(struct click_view *self, struct db *db, struct arena *arena, bool chinese)
{
    *self = (struct click_view){.db = db, .arena = arena, .chinese = chinese};
}

void click_view_json(struct click_view *self, struct json_writer *json, const struct click *click)
{
    json_object(json);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct cell cell = cell_of(self, &fields[i], click);
        json_name(json, fields[i].name);
        switch (cell.type) {
        case CELL_NULL:
            json_null(json);
            break;
        case CELL_TEXT:
            json_str(json, cell.text);
            break;
        case CELL_I64:
            json_i64(json, cell.number);
            break;
        case CELL_BOOL:
            json_bool(json, cell.boolean);
            break;
        }
    }
    json_object_end(json);
}

/* A query or a User-Agent may be any bytes; a file that says UTF-8 must hold it. */
static str readable(struct click_view *self, str text)
{
    if (utf8_valid(text)) {
        return text;
    }
    size_t cap = text.len * 3 + 1;
    char *memory = arena_alloc(self->arena, cap);
    if (!memory) {
        return (str){0};
    }
    struct buf out;
    buf_init_fixed(&out, memory, cap);
    utf8_repair(&out, text);
    return buf_str(&out);
}

void click_view_csv(struct click_view *self, struct buf *out, const struct click *click)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct cell cell = cell_of(self, &fields[i], click);
        if (cell.type == CELL_I64) {
            csv_cell_i64(out, i == 0, cell.number);
        } else if (cell.type == CELL_BOOL) {
            csv_cell(out, i == 0, cell.boolean ? STR("true") : STR("false"));
        } else {
            csv_cell(out, i == 0, readable(self, cell.text));
        }
    }
    csv_line_end(out);
}

void click_view_csv_head(struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        csv_cell(out, i == 0, str_from_c(fields[i].name));
    }
    csv_line_end(out);
}
