/* SPDX-License-Identifier: MIT */
/*
 * Places out of JSON and out of what people paste: a table from a spreadsheet with a first line that names its columns,
 * or a list of groups or colleagues, one a line.
 */
#include "fan_out.h"
#include "linkpond/api/csv_cell.h"
#include "linkpond/api/csv_reader.h"
#include "linkpond/api/import_columns.h"
#include "linkpond/base/utf8.h"

#define AT(member) offsetof(struct fan_place, member)
#define TEXT(name, member, max)                                                                                        \
    {                                                                                                                  \
        name, JSON_KIND_STR, AT(member), JSON_NULLABLE, 0, (max), 0                                                    \
    }
static const struct json_field fields[] = {
    TEXT("channel", channel, LIMIT_TAG),
    TEXT("name", name, LIMIT_NAME),
    TEXT("group", group, LIMIT_NAME),
    TEXT("region", region, LIMIT_NAME),
    TEXT("location", location, LIMIT_NAME),
    TEXT("owner", owner, LIMIT_TAG),
    TEXT("customer", customer, LIMIT_CUSTOMER),
    TEXT("alias", alias, LIMIT_ALIAS),
    TEXT("title", title, LIMIT_TITLE),
    TEXT("utm_source", utm[UTM_SOURCE], LIMIT_UTM),
    TEXT("utm_medium", utm[UTM_MEDIUM], LIMIT_UTM),
    TEXT("utm_campaign", utm[UTM_CAMPAIGN], LIMIT_UTM),
    TEXT("utm_term", utm[UTM_TERM], LIMIT_UTM),
    TEXT("utm_content", utm[UTM_CONTENT], LIMIT_UTM),
    TEXT("utm_id", utm[UTM_ID], LIMIT_UTM),
};
#undef TEXT
#undef AT

/* What else columns are called, as column_word writes it. */
static const struct {
    const char *word, *field;
} words[] = {
    {"渠道", "channel"},
    {"渠道编码", "channel"},
    {"channelkey", "channel"},
    {"群名", "name"},
    {"群名称", "name"},
    {"群", "name"},
    {"渠道名", "name"},
    {"渠道名称", "name"},
    {"名称", "name"},
    {"姓名", "name"},
    {"员工", "name"},
    {"门店", "name"},
    {"place", "name"},
    {"staff", "name"},
    {"渠道分类", "group"},
    {"分类", "group"},
    {"channelgroup", "group"},
    {"区域", "region"},
    {"地区", "region"},
    {"大区", "region"},
    {"位置", "location"},
    {"地点", "location"},
    {"地址", "location"},
    {"负责人", "owner"},
    {"客户", "customer"},
    {"自定义后缀", "alias"},
    {"后缀", "alias"},
    {"别名", "alias"},
    {"slug", "alias"},
    {"标题", "title"},
    {"utmsource", "utm_source"},
    {"utmmedium", "utm_medium"},
    {"utmcampaign", "utm_campaign"},
    {"utmterm", "utm_term"},
    {"utmcontent", "utm_content"},
    {"utmid", "utm_id"},
};

static str *text_of(struct fan_place *place, const struct json_field *field)
{
    return (str *)(void *)((char *)place + field->offset);
}

static enum err too_many(struct fault *fault)
{
    return fault_set(fault, ERR_INVALID, "places", "too_many", "At most 1,000 places in one call.",
                     "一次最多 1000 个渠道。");
}

/* What any place must have, wherever it came from. */
static enum err check_place(struct fan_place *place)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        str *text = text_of(place, &fields[i]);
        *text = str_trim(*text);
        if (!utf8_valid(*text) || utf8_has_control(*text)) {
            return fault_set(&place->fault, ERR_INVALID, fields[i].name, "control_character",
                             "UTF-8 without control characters.", "必须是不含控制字符的 UTF-8 文本。");
        }
        if ((int64_t)text->len > fields[i].limit_high) {
            fault_setf(&place->fault, ERR_INVALID, fields[i].name, "too_long", "At most %lld bytes.",
                       (long long)fields[i].limit_high);
            fault_chinesef(&place->fault, "最多 %lld 字节。", (long long)fields[i].limit_high);
            return ERR_INVALID;
        }
    }
    if (place->channel.len == 0 && place->name.len == 0) {
        return fault_set(&place->fault, ERR_INVALID, "name", "required", "A place needs a name or a channel.",
                         "请填写群名（name）或渠道（channel）。");
    }
    return OK;
}

/* ---- JSON ---- */

enum err fan_places_json(struct arena *arena, const struct json *list, struct fan_places *out, struct fault *fault)
{
    *out = (struct fan_places){0};
    if (list->type != JSON_ARRAY || list->count == 0) {
        return fault_set(fault, ERR_INVALID, "places", "required", "A list with at least one place is needed.",
                         "请至少提供一个渠道。");
    }
    if (list->count > LIMIT_BULK) {
        return too_many(fault);
    }
    out->items = ARENA_ARRAY(arena, struct fan_place, list->count);
    if (!out->items) {
        return ERR_NOMEM;
    }
    JSON_EACH(item, list)
    {
        struct fan_place *place = &out->items[out->count++];
        if (item->type == JSON_STRING) {
            place->name = item->string;
        } else if (item->type != JSON_OBJECT) {
            place->err = fault_set(&place->fault, ERR_INVALID, "places", "wrong_type",
                                   "A place is a name or an object.", "每个渠道应为名称或对象。");
        } else {
            place->err = json_decode(arena, item, fields, ARRAY_LEN(fields), place, NULL, &place->fault);
        }
        place->err = place->err ? place->err : check_place(place);
    }
    return OK;
}

/* ---- what was pasted ---- */

struct table {
    struct arena *arena;
    struct fan_places *out;
    const struct json_field *columns[CSV_COLUMNS_MAX]; /* NULL = not used */
    size_t columns_count;                              /* 0: names alone */
    bool begun;
    struct fault *fault;
};

static const struct json_field *field_named(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (strcmp(fields[i].name, name) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static const struct json_field *column_of(str header)
{
    char memory[COLUMN_WORD_MAX];
    str word = column_word(csv_unguard(header), memory);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(word, str_from_c(words[i].word))) {
            return field_named(words[i].field);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (str_eq(word, str_from_c(fields[i].name))) {
            return &fields[i];
        }
    }
    return NULL;
}

static enum err keep_unknown(struct table *self, const struct csv_row *header)
{
    struct fan_places *out = self->out;
    out->unknown = ARENA_ARRAY(self->arena, str, header->count);
    if (!out->unknown) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < header->count; i++) {
        str cell = utf8_cut(str_trim(csv_unguard(header->cells[i])), COLUMN_WORD_MAX);
        if (!self->columns[i] && cell.len > 0 && utf8_valid(cell)) {
            out->unknown[out->unknown_count++] = arena_str(self->arena, cell);
        }
    }
    return OK;
}

/* A first line with a word we know names the columns, if one of them says which place it is. */
static bool read_header(struct table *self, const struct csv_row *row)
{
    bool names = false;
    for (size_t i = 0; i < row->count && i < CSV_COLUMNS_MAX; i++) {
        self->columns[i] = column_of(row->cells[i]);
        const char *name = self->columns[i] ? self->columns[i]->name : "";
        names = names || strcmp(name, "name") == 0 || strcmp(name, "channel") == 0;
    }
    self->columns_count = names ? row->count : 0;
    return names;
}

static bool is_blank(const struct csv_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (str_trim(row->cells[i]).len > 0) {
            return false;
        }
    }
    return true;
}

static enum err read_cells(struct table *self, const struct csv_row *row, struct fan_place *place)
{
    for (size_t i = 0; i < row->count; i++) {
        str text = csv_unguard(row->cells[i]);
        if (self->columns_count == 0 && i > 0 && str_trim(text).len > 0) {
            return fault_set(self->fault, ERR_INVALID, "places", "header_missing",
                             "Several columns need a first line that names them: name, region, location, customer …",
                             "多列数据需要首行列名，例如：群名、区域、位置、负责人、客户。");
        }
        const struct json_field *field = self->columns_count == 0 ? (i == 0 ? field_named("name") : NULL)
                                                                  : (i < self->columns_count ? self->columns[i] : NULL);
        str *cell = field ? text_of(place, field) : NULL;
        if (cell && cell->len == 0) { /* of two columns for one field the first that has something */
            *cell = arena_str(self->arena, str_trim(text));
        }
    }
    return OK;
}

static enum err take_row(struct table *self, const struct csv_row *row)
{
    if (is_blank(row)) {
        return OK;
    }
    if (!self->begun) {
        self->begun = true;
        if (read_header(self, row)) {
            return keep_unknown(self, row);
        }
    }
    if (self->out->count == LIMIT_BULK) {
        return too_many(self->fault);
    }
    struct fan_place *place = &self->out->items[self->out->count++];
    enum err err = read_cells(self, row, place);
    place->err = err ? OK : check_place(place);
    return err;
}

static enum err take_rows(struct table *self, struct csv_reader *reader)
{
    struct csv_row row;
    enum err err = OK;
    while (err == OK && csv_reader_next(reader, &row)) {
        err = take_row(self, &row);
    }
    return err;
}

static enum err read_table(struct table *self, str text)
{
    struct csv_reader *reader = csv_reader_new(csv_sniff(text));
    enum err err = reader ? OK : ERR_NOMEM;
    while (err == OK && text.len > 0) {
        str piece = str_slice(text, 0, CSV_PIECE_MAX);
        text = str_from(text, piece.len);
        err = csv_reader_feed(reader, piece);
        err = err ? err : take_rows(self, reader);
    }
    err = err ? err : csv_reader_end(reader);
    err = err ? err : take_rows(self, reader);
    csv_reader_free(reader);
    if (err == ERR_TOO_LARGE) {
        return fault_set(self->fault, ERR_INVALID, "places", "line_too_long", "A quote is not closed.",
                         "可能缺少结尾引号。");
    }
    return err;
}

enum err fan_places_text(struct arena *arena, str text, struct fan_places *out, struct fault *fault)
{
    struct table table = {.arena = arena, .out = out, .fault = fault};
    *out = (struct fan_places){.items = ARENA_ARRAY(arena, struct fan_place, LIMIT_BULK)};
    if (!out->items) {
        return ERR_NOMEM;
    }
    if (!utf8_valid(text)) {
        return fault_set(fault, ERR_INVALID, "places", "invalid_utf8",
                         "The text is not UTF-8; save it as \"CSV UTF-8\".",
                         "文本不是 UTF-8 编码，请另存为“CSV UTF-8”格式。");
    }
    enum err err = read_table(&table, str_starts(text, STR(CSV_BOM)) ? str_from(text, 3) : text);
    if (err == OK && out->count == 0) {
        return fault_set(fault, ERR_INVALID, "places", "required", "There is no place in it.", "内容中没有渠道。");
    }
    return err == OK && arena->overflow ? ERR_NOMEM : err;
}
