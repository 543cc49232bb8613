/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/table.h"

#include "linkpond/base/utf8.h"
#include "linkpond/model/money.h"

#define GAP            2
#define NAME_MAX_BYTES 96

/* East Asian wide characters and emoji (Unicode TR 11, the blocks that matter here). */
static bool is_wide(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
                {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

    for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
        if (c >= wide[i].first && c <= wide[i].last) {
            return true;
        }
    }
    return false;
}

size_t table_width(str text)
{
    size_t width = 0;

    for (size_t at = 0; at < text.len;) {
        uint32_t code_point = 0;
        size_t len = utf8_decode(text, at, &code_point);
        width += len && is_wide(code_point) ? 2 : 1;
        at += len ? len : 1;
    }
    return width;
}

void table_init(struct table *self, struct arena *arena, size_t columns, unsigned right)
{
    BUG_ON(columns > TABLE_COLUMNS_MAX);
    *self = (struct table){.arena = arena, .columns = columns, .right = right};
}

void table_row(struct table *self, const str *cells)
{
    if (self->count + self->columns > self->cap) {
        size_t cap = self->cap ? self->cap * 2 : 64 * self->columns;
        str *more = ARENA_ARRAY(self->arena, str, cap);
        if (!more) {
            return;
        }
        for (size_t i = 0; i < self->count; i++) {
            more[i] = self->cells[i];
        }
        self->cells = more;
        self->cap = cap;
    }
    for (size_t i = 0; i < self->columns; i++) {
        self->cells[self->count++] = cells[i];
    }
}

static void pad(size_t count)
{
    while (count-- > 0) {
        putchar(' ');
    }
}

void table_print(const struct table *self)
{
    size_t widths[TABLE_COLUMNS_MAX] = {0};

    for (size_t i = 0; i < self->count; i++) {
        size_t width = table_width(self->cells[i]);
        size_t column = i % self->columns;
        widths[column] = width > widths[column] ? width : widths[column];
    }
    for (size_t i = 0; i < self->count; i++) {
        size_t column = i % self->columns;
        size_t space = widths[column] - table_width(self->cells[i]);
        bool last = column + 1 == self->columns;
        bool to_right = self->right >> column & 1;
        pad(to_right ? space : 0);
        cli_print(self->cells[i]);
        pad(last ? 0 : GAP + (to_right ? 0 : space));
        if (last) {
            putchar('\n');
        }
    }
}

static str list_cell(struct arena *arena, const struct json *list)
{
    str joined = {0};

    JSON_EACH(item, list)
    {
        str cell = cell_of(arena, item);
        if (cell.len == 0) {
            continue; /* an object has no cell */
        }
        joined = joined.len ? arena_f(arena, STR_FMT ", " STR_FMT, STR_ARG(joined), STR_ARG(cell)) : cell;
    }
    return joined;
}

str cell_of(struct arena *arena, const struct json *value)
{
    switch (value ? value->type : JSON_NULL) {
    case JSON_BOOL:
        return value->boolean ? STR("true") : STR("false");
    case JSON_INT:
        return arena_f(arena, "%lld", (long long)value->integer);
    case JSON_DOUBLE:
        return arena_f(arena, "%.4g", value->number);
    case JSON_STRING:
        return value->string;
    case JSON_ARRAY:
        return list_cell(arena, value);
    default:
        return (str){0};
    }
}

str cell_at(struct arena *arena, const struct json *object, const char *name)
{
    return cell_of(arena, json_get(object, str_from_c(name)));
}

/* "1280.00" -> "1,280.00" */
static str with_commas(struct arena *arena, str text)
{
    char memory[2 * MONEY_TEXT_MAX];
    struct buf out;
    const char *point = memchr(text.ptr, '.', text.len);
    size_t whole = point ? (size_t)(point - text.ptr) : text.len;

    buf_init_fixed(&out, memory, sizeof memory);
    for (size_t i = 0; i < text.len; i++) {
        bool between = i > 0 && i < whole && (whole - i) % 3 == 0 && text.ptr[i - 1] != '-';
        if (between) {
            buf_add_c(&out, ",");
        }
        buf_add(&out, (str){text.ptr + i, 1});
    }
    return arena_str(arena, buf_str(&out));
}

str cell_money(struct arena *arena, const struct json *object)
{
    char text[MONEY_TEXT_MAX];
    const struct json *value = json_get(object, STR("value"));
    str code = cell_at(arena, object, "currency");
    int currency = money_find(code);

    if (!value || value->type != JSON_INT || currency < 0) {
        return cell_of(arena, value);
    }
    str amount = with_commas(arena, money_text(value->integer, currency, text));
    return arena_f(arena, STR_FMT " " STR_FMT, STR_ARG(amount), STR_ARG(code));
}

/* The cell of a member that lines show; empty = it has no line of its own. */
static str member_cell(struct arena *arena, const struct json *object, const struct json *member)
{
    bool money = json_get(object, STR("value")) && json_get(object, STR("currency"));

    if (money && str_eq(member->name, STR("value"))) {
        return cell_money(arena, object);
    }
    return money && str_eq(member->name, STR("currency")) ? (str){0} : cell_of(arena, member);
}

static void add_members(struct table *table, const struct json *object, const char *prefix)
{
    JSON_EACH(member, object)
    {
        char name[NAME_MAX_BYTES];
        snprintf(name, sizeof name, "%s" STR_FMT, prefix, STR_ARG(member->name));
        str cell = member_cell(table->arena, object, member);
        if (member->type == JSON_OBJECT && !*prefix) {
            char inner[NAME_MAX_BYTES + 1];
            snprintf(inner, sizeof inner, "%s.", name);
            add_members(table, member, inner);
        } else if (cell.len > 0) {
            table_row(table, (str[]){arena_str(table->arena, str_from_c(name)), cell});
        }
    }
}

void table_print_object(struct arena *arena, const struct json *object)
{
    struct table table;

    table_init(&table, arena, 2, 0);
    add_members(&table, object, "");
    table_print(&table);
}
