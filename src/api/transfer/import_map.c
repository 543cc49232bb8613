/* SPDX-License-Identifier: MIT */
#include "import_map.h"

#include "import_tool.h"

#include "linkpond/api/csv_cell.h"

#include "linkpond/base/utf8.h"

/* ---- the header --------------------------------------------------------------------------------------------------
 */

static bool has_column(const struct import_map *self, enum column column, const char *word)
{
    for (size_t i = 0; i < self->count; i++) {
        const struct column_name *name = self->columns[i].name;
        if (name && name->column == column && (!word || str_eq(str_from_c(name->name), str_from_c(word)))) {
            return true;
        }
    }
    return false;
}

static enum err no_url(const struct csv_row *header, struct fault *fault)
{
    char seen[120] = {0};
    struct buf list;
    buf_init_fixed(&list, seen, sizeof(seen));
    for (size_t i = 0; i < header->count && i < CSV_COLUMNS_MAX; i++) {
        str cell = utf8_cut(str_trim(header->cells[i]), 24);
        if (list.len + cell.len + 3 >= sizeof(seen)) {
            break;
        }
        buf_add(&list, i > 0 ? STR(", ") : (str){0});
        utf8_repair(&list, cell);
    }
    char zh[sizeof(((struct fault *)0)->message_zh)];
    str text = utf8_cut(buf_str(&list), 110);
    snprintf(zh, sizeof(zh), "没有网址列（例如 url、长链接）。表头: " STR_FMT, STR_ARG(text));
    fault_setf(fault, ERR_INVALID, "header", "url_column_missing",
               "No column holds URLs (name it url or long_url). Header: " STR_FMT, STR_ARG(text));
    if (fault) {
        str cut = utf8_cut(str_from_c(zh), sizeof(fault->message_zh) - 1);
        memcpy(fault->message_zh, cut.ptr, cut.len);
        fault->message_zh[cut.len] = '\0';
    }
    return ERR_INVALID;
}

enum err import_map_read(struct import_map *self, const struct csv_row *header, struct fault *fault)
{
    *self = (struct import_map){.count = header->count};
    for (size_t i = 0; i < header->count; i++) {
        if (!utf8_valid(header->cells[i])) {
            return fault_set(fault, ERR_INVALID, "header", "invalid_utf8",
                             "The file is not UTF-8; save it as \"CSV UTF-8\".",
                             "文件不是 UTF-8 编码，请另存为“CSV UTF-8”格式。");
        }
        self->columns[i].name = column_find(csv_unguard(header->cells[i]));
    }
    self->ours = has_column(self, COLUMN_NAMES, "aliases") && has_column(self, COLUMN_CODE, "code") &&
                 has_column(self, COLUMN_PLAIN, "crawlable");
    self->tool = self->ours ? "Linkpond" : import_tool_find(header);
    self->has_title = has_column(self, COLUMN_TITLE, NULL);
    bool has_url = has_column(self, COLUMN_URL, NULL);
    for (size_t i = 0; i < self->count; i++) {
        if (self->columns[i].name && self->columns[i].name->column == COLUMN_EITHER) {
            self->columns[i].short_name = has_url;
            has_url = true; /* of two such columns the first is the target */
        }
    }
    return has_url ? OK : no_url(header, fault);
}

/* ---- one row -----------------------------------------------------------------------------------------------------
 */

/* What is known while a row is read. */
struct reading {
    const struct import_map *map;
    const struct import_rules *rules;
    struct arena *arena;
    struct import_row *out;
    struct fault *fault;
    str short_host; /* of the first short URL */
    uint8_t name_ranks[IMPORT_NAMES_MAX];
    uint8_t ranks[LF_COUNT];
};

static enum err add_name(struct reading *self, str name, uint8_t rank)
{
    struct import_row *row = self->out;
    size_t at = row->names_count;
    if (name.len == 0) {
        return OK;
    }
    for (size_t i = 0; i < row->names_count; i++) {
        if (str_eq(row->names[i], name)) {
            return OK;
        }
        at = rank < self->name_ranks[i] && at == row->names_count ? i : at;
    }
    if (row->names_count == IMPORT_NAMES_MAX) {
        return fault_set(self->fault, ERR_INVALID, "aliases", "too_many", "At most 16 names for one link.",
                         "一条短链最多 16 个名称。");
    }
    memmove(&row->names[at + 1], &row->names[at], (row->names_count - at) * sizeof(str));
    memmove(&self->name_ranks[at + 1], &self->name_ranks[at], row->names_count - at);
    row->names[at] = name;
    self->name_ranks[at] = rank;
    row->names_count++;
    return OK;
}

/* A short name as it stands or within a URL. */
static enum err read_name(struct reading *self, str text, bool bare_host, uint8_t rank)
{
    str host;
    str name = import_name(self->arena, text, bare_host, &host);
    if (self->short_host.len == 0) {
        self->short_host = host;
    }
    return add_name(self, name, rank);
}

/* One a line in our own exports; vendors separate by commas or blanks. */
static enum err read_names(struct reading *self, str text, uint8_t rank)
{
    char separator = self->map->ours ? '\n' : (str_find_char(text, ',', 0) >= 0 ? ',' : ' ');
    str piece;
    while (str_next(&text, separator, &piece)) {
        piece = self->map->ours && str_ends(piece, STR("\r")) ? str_slice(piece, 0, piece.len - 1) : str_trim(piece);
        enum err err =
            self->map->ours ? add_name(self, arena_str(self->arena, piece), rank) : read_name(self, piece, true, rank);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

/* Of several columns for one field the best named one counts. */
static enum err set_field(struct reading *self, enum link_field field, str value, uint8_t rank)
{
    struct link_draft *draft = &self->out->draft;
    if (link_draft_has(draft, field) && self->ranks[field] <= rank) {
        return OK;
    }
    self->ranks[field] = rank;
    return link_draft_set_text(self->arena, draft, link_draft_fields[field].name, value, self->fault);
}

static enum err set_named(struct reading *self, const struct column_name *name, str value)
{
    for (size_t i = 0; i < LF_COUNT; i++) {
        if (strcmp(link_draft_fields[i].name, name->field) == 0) {
            return set_field(self, (enum link_field)i, value, name->rank);
        }
    }
    return ERR_INTERNAL;
}

static enum err read_tags(struct reading *self, str text)
{
    bool commas_only = self->map->ours || str_find_char(text, ',', 0) >= 0;
    char *copy = arena_alloc(self->arena, text.len + 1);
    if (!copy) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < text.len; i++) {
        bool separator = !commas_only && (text.ptr[i] == ';' || text.ptr[i] == '|');
        copy[i] = separator ? ',' : text.ptr[i];
    }
    return set_field(self, LF_TAGS, (str){copy, text.len}, 0);
}

static enum err read_time(struct reading *self, const char *field, str text, bool end_of_day, int64_t *ms)
{
    if (import_time(text, self->rules->zone, end_of_day, ms)) {
        return OK;
    }
    return fault_set(self->fault, ERR_INVALID, field, "not_a_time",
                     "Not a time: 2026-11-22, 2026-11-22 10:04:51 or RFC 3339.",
                     "时间格式不正确，例如 2026-11-22 10:04:51。");
}

static enum err read_limit(struct reading *self, enum link_field field, str text, int64_t *ms)
{
    enum err err = read_time(self, link_draft_fields[field].name, text, field == LF_VALID_UNTIL, ms);
    if (err == OK) {
        self->out->draft.presence.present |= UINT64_C(1) << field;
    }
    return err;
}

/* "1,234" and "1234.0" are how spreadsheets write it. */
static enum err read_clicks(struct reading *self, str text)
{
    char digits[24];
    size_t len = 0;
    str whole, fraction;
    int64_t value;
    str_cut(text, '.', &whole, &fraction);
    for (size_t i = 0; i < whole.len && len < sizeof(digits); i++) {
        if (whole.ptr[i] != ',' && whole.ptr[i] != ' ') {
            digits[len++] = whole.ptr[i];
        }
    }
    if (!str_to_i64((str){digits, len}, &value) || value < 0) {
        return fault_set(self->fault, ERR_INVALID, "clicks", "wrong_type", "Not a count of clicks.",
                         "访问次数应为整数。");
    }
    self->out->extra.clicks += value;
    return OK;
}

/* Some files only say whether there is one. */
static enum err read_password(struct reading *self, str text)
{
    static const str none[] = {STR_INIT("0"), STR_INIT("false"), STR_INIT("no"), STR_INIT("n/a"), STR_INIT("-")};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        if (str_ieq(text, none[i])) {
            return OK;
        }
    }
    return link_draft_set_text(self->arena, &self->out->draft, "password", text, self->fault);
}

static bool is_ours(const struct reading *self, str host)
{
    for (size_t i = 0; i < self->rules->hosts_count; i++) {
        if (str_ieq(self->rules->hosts[i], host)) {
            return true;
        }
    }
    return false;
}

/* Links of a foreign domain move to the one asked for or our default. Those of our own export only when asked, or links
 * that two domains kept apart would collide unseen. */
static enum err read_domain(struct reading *self, str text)
{
    str host;
    import_name(self->arena, text, true, &host);
    host = host.len > 0 ? host : text;
    bool strict = self->map->ours && self->rules->domain.len == 0;
    return strict || is_ours(self, host) ? set_field(self, LF_DOMAIN, host, 0) : OK;
}

static enum err read_cell(struct reading *self, const struct column_name *name, bool short_name, str text)
{
    struct import_row *row = self->out;
    switch (name->column) {
    case COLUMN_EITHER:
        return short_name ? read_name(self, text, true, name->rank) : set_field(self, LF_URL, text, name->rank);
    case COLUMN_URL:
        return set_field(self, LF_URL, text, name->rank);
    case COLUMN_NAMES:
        return read_names(self, text, name->rank);
    case COLUMN_ALIAS:
    case COLUMN_CODE:
        return read_name(self, text, false, name->rank);
    case COLUMN_SHORT_URL:
        return self->map->ours ? OK : read_name(self, text, true, name->rank);
    case COLUMN_TITLE:
        return set_field(self, LF_TITLE, text, name->rank);
    case COLUMN_TEXT_ABOUT:
        return set_field(self, self->map->has_title ? LF_NOTES : LF_TITLE, text, name->rank);
    case COLUMN_NOTES:
        return set_field(self, LF_NOTES, text, name->rank);
    case COLUMN_TAGS:
        return read_tags(self, text);
    case COLUMN_CREATED:
        return row->extra.created_ms == TIME_NONE ? read_time(self, "created", text, false, &row->extra.created_ms)
                                                  : OK;
    case COLUMN_CLICKS:
        return read_clicks(self, text);
    case COLUMN_FROM:
        return read_limit(self, LF_VALID_FROM, text, &row->draft.valid_from_ms);
    case COLUMN_UNTIL:
        return read_limit(self, LF_VALID_UNTIL, text, &row->draft.valid_until_ms);
    case COLUMN_DOMAIN:
        return read_domain(self, text);
    case COLUMN_PASSWORD:
        return read_password(self, text);
    case COLUMN_PLAIN:
        return set_named(self, name, text);
    }
    return ERR_INTERNAL;
}

static enum err read_cells(struct reading *self, const struct csv_row *row, bool *blank)
{
    for (size_t i = 0; i < row->count; i++) {
        str text = csv_unguard(row->cells[i]);
        bool empty = str_trim(text).len == 0;
        *blank = *blank && empty;
        if (empty || i >= self->map->count || !self->map->columns[i].name) {
            continue;
        }
        if (!utf8_valid(text)) {
            return fault_set(self->fault, ERR_INVALID, self->map->columns[i].name->name, "invalid_utf8",
                             "The text is not UTF-8.", "文本不是 UTF-8 编码。");
        }
        enum err err = read_cell(self, self->map->columns[i].name, self->map->columns[i].short_name, text);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

enum err import_map_row(const struct import_map *self, struct arena *arena, const struct import_rules *rules,
                        const struct csv_row *row, struct import_row *out, bool *blank, struct fault *fault)
{
    struct reading reading = {.map = self, .rules = rules, .arena = arena, .out = out, .fault = fault};
    *out = (struct import_row){.extra = {.imported = true, .created_ms = TIME_NONE}};
    *blank = true;
    link_draft_init(&out->draft);
    enum err err = read_cells(&reading, row, blank);
    if (err == OK && row->too_long) {
        err = fault_set(fault, ERR_INVALID, "row", "line_too_long", "The row is longer than 64 KiB or 128 columns.",
                        "该行超过 64 KiB 或 128 列。");
    }
    if (err != OK || *blank) {
        return err;
    }
    if (!link_draft_has(&out->draft, LF_DOMAIN) && is_ours(&reading, reading.short_host)) {
        err = set_field(&reading, LF_DOMAIN, reading.short_host, 0);
    }
    if (err == OK && !link_draft_has(&out->draft, LF_DOMAIN)) {
        err = set_field(&reading, LF_DOMAIN, rules->domain, 0);
    }
    if (err == OK && out->names_count > 0) {
        err = link_draft_set_text(arena, &out->draft, "alias", out->names[0], fault);
    }
    return err == OK && arena->overflow ? ERR_NOMEM : err;
}
