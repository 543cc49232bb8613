/* SPDX-License-Identifier: MIT */
/* Values of settings: from text, to text, and what is allowed. */
#include "linkpond/cli/settings.h"

#include "linkpond/base/addr.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/host.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/zone.h"
#include "linkpond/model/money.h"

#define LIST_ITEMS_MAX    256
#define PATH_BYTES_MAX    1024
#define JOURNAL_PAGE      4096
#define SETTING_BYTES_MAX 4096 /* of one value */

struct unit {
    str name;
    int64_t factor;
};
/* Largest first, so that a value is written with the largest unit that divides it. */
static const struct unit byte_units[] = {
    {STR_INIT("GiB"), INT64_C(1) << 30}, {STR_INIT("MiB"), INT64_C(1) << 20}, {STR_INIT("KiB"), INT64_C(1) << 10}};
static const struct unit duration_units[] = {{STR_INIT("d"), MS_PER_DAY},
                                             {STR_INIT("h"), MS_PER_HOUR},
                                             {STR_INIT("m"), MS_PER_MINUTE},
                                             {STR_INIT("s"), MS_PER_SECOND},
                                             {STR_INIT("ms"), 1}};

/* "64KiB" by a table of units; a bare number needs bare_factor (0 = only the number 0 may stand bare). */
static bool quantity_parse(str text, const struct unit *units, size_t count, int64_t bare_factor, int64_t *out)
{
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    int64_t number;
    if (!str_to_i64(str_slice(text, 0, digits), &number)) {
        return false;
    }
    str name = str_trim(str_from(text, digits));
    int64_t factor = name.len == 0 ? bare_factor : 0;
    for (size_t i = 0; i < count && name.len > 0; i++) {
        factor = str_ieq(name, units[i].name) ? units[i].factor : factor;
    }
    if ((factor == 0 && (number != 0 || name.len > 0)) || (factor && number > INT64_MAX / factor)) {
        return false;
    }
    *out = number * factor;
    return true;
}

static void quantity_write(int64_t value, const struct unit *units, size_t count, struct buf *out)
{
    size_t i = 0;

    while (i < count && (value == 0 || value % units[i].factor != 0)) {
        i++;
    }
    buf_add_i64(out, i < count ? value / units[i].factor : value);
    if (i < count) {
        buf_add(out, units[i].name);
    }
}

static bool bool_parse(str text, bool *out)
{
    static const str words[] = {STR_INIT("true"), STR_INIT("false"), STR_INIT("yes"), STR_INIT("no"),
                                STR_INIT("on"),   STR_INIT("off"),   STR_INIT("1"),   STR_INIT("0")};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_ieq(text, words[i])) {
            *out = i % 2 == 0;
            return true;
        }
    }
    return false;
}

static bool choice_parse(const char *choices, str text, int64_t *out)
{
    str rest = str_from_c(choices);
    str choice;

    for (int64_t place = 0; str_next(&rest, '|', &choice); place++) {
        if (str_eq(text, choice)) {
            *out = place;
            return true;
        }
    }
    return false;
}

static bool listen_is_valid(str text)
{
    str host;
    unsigned port;
    char memory[HOST_TEXT_MAX];
    str canonical;

    /* Without a colon there is no port, and 0 would silently mean "any". */
    return str_find_char(text, ':', 0) >= 0 && !str_ends(text, STR("]")) && host_split_port(text, &host, &port) &&
           !str_ends(text, STR(":")) && host_normalize(host, memory, &canonical);
}

/* http(s)://HOST[:PORT] and, unless an origin, a path that does not end in a slash. */
static bool url_is_valid(str text, bool is_origin)
{
    str rest = str_istarts(text, STR("https://"))  ? str_from(text, 8)
               : str_istarts(text, STR("http://")) ? str_from(text, 7)
                                                   : (str){0};
    str authority, path, host, canonical;
    unsigned port;
    char memory[HOST_TEXT_MAX];

    bool has_path = str_cut(rest, '/', &authority, &path);
    if ((has_path && (is_origin || str_ends(text, STR("/")))) || text.len > LIMIT_URL) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] <= ' ' || strchr("?#\\\"<>", text.ptr[i])) {
            return false;
        }
    }
    return host_split_port(authority, &host, &port) && host_normalize(host, memory, &canonical);
}

static bool scheme_is_valid(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || !strchr("0123456789+-.", c))) {
            return false;
        }
    }
    return text.len > 0;
}

static bool item_is_valid(const struct setting *setting, str item)
{
    struct cidr cidr;

    switch (setting->type) {
    case SETTING_NETS:
        return cidr_parse(item, &cidr);
    case SETTING_ORIGINS:
        return url_is_valid(item, true);
    case SETTING_PATHS:
        return item.len < PATH_BYTES_MAX;
    default:
        return scheme_is_valid(item);
    }
}

static enum err list_parse(struct arena *arena, const struct setting *setting, str text, struct str_list *out)
{
    struct str_list list = {.items = ARENA_ARRAY(arena, str, LIST_ITEMS_MAX)};
    size_t items_max = setting->type == SETTING_PATHS ? LIMIT_GEO_FILES : LIST_ITEMS_MAX;
    str item;

    if (!list.items) {
        return ERR_NOMEM;
    }
    while (str_next(&text, ',', &item)) {
        item = str_trim(item);
        if (item.len == 0) {
            continue;
        }
        if (list.count == items_max || !item_is_valid(setting, item)) {
            return ERR_USAGE;
        }
        list.items[list.count] = arena_str(arena, item);
        if (!list.items[list.count++].ptr) {
            return ERR_NOMEM;
        }
    }
    *out = list;
    return OK;
}

static enum err text_parse(struct arena *arena, const struct setting *setting, str text, const char **out)
{
    bool valid = setting->type == SETTING_TEXT || text.len == 0;

    if (setting->type == SETTING_LISTEN) {
        valid = listen_is_valid(text);
    } else if (setting->type == SETTING_URL && text.len > 0) {
        valid = url_is_valid(text, false);
    } else if (setting->type == SETTING_ZONE && text.len > 0) {
        valid = zone_find(text) != NULL;
    } else if (setting->type == SETTING_CURRENCY) {
        valid = money_find(text) >= 0;
    }
    if (!valid) {
        return ERR_USAGE;
    }
    str copy = arena_str(arena, text);
    if (!copy.ptr) {
        return ERR_NOMEM;
    }
    *out = copy.ptr;
    return OK;
}

static bool number_parse(const struct setting *setting, str text, int64_t *out)
{
    int64_t value;
    bool read = setting->type == SETTING_BYTES ? quantity_parse(text, byte_units, ARRAY_LEN(byte_units), 1, &value)
                : setting->type == SETTING_DURATION
                    ? quantity_parse(text, duration_units, ARRAY_LEN(duration_units), 0, &value)
                    : str_to_i64(text, &value);

    if (!read || value < setting->min || value > setting->max) {
        return false;
    }
    if (setting->type == SETTING_BYTES && setting->max > 0 && value % JOURNAL_PAGE != 0) {
        return false;
    }
    *out = value;
    return true;
}

enum err setting_parse(struct arena *arena, const struct setting *setting, str text, void *field)
{
    text = str_trim(text);
    if (text.len > SETTING_BYTES_MAX) {
        return ERR_USAGE;
    }
    switch (setting->type) {
    case SETTING_TEXT:
    case SETTING_LISTEN:
    case SETTING_URL:
    case SETTING_ZONE:
    case SETTING_CURRENCY:
        return text_parse(arena, setting, text, field);
    case SETTING_BYTES:
    case SETTING_DURATION:
    case SETTING_INT:
        return number_parse(setting, text, field) ? OK : ERR_USAGE;
    case SETTING_BOOL:
        return bool_parse(text, field) ? OK : ERR_USAGE;
    case SETTING_CHOICE:
        return choice_parse(setting->choices, text, field) ? OK : ERR_USAGE;
    case SETTING_LIST:
    case SETTING_PATHS:
    case SETTING_NETS:
    case SETTING_ORIGINS:
        return list_parse(arena, setting, text, field);
    }
    return ERR_USAGE;
}

static void number_write(const struct setting *setting, int64_t value, struct buf *out)
{
    switch (setting->type) {
    case SETTING_BYTES:
        quantity_write(value, byte_units, ARRAY_LEN(byte_units), out);
        return;
    case SETTING_DURATION:
        quantity_write(value, duration_units, ARRAY_LEN(duration_units), out);
        return;
    default:
        buf_add_i64(out, value);
    }
}

static void choice_write(const char *choices, int64_t place, struct buf *out)
{
    str rest = str_from_c(choices);
    str choice = {0};

    for (int64_t i = 0; i <= place; i++) {
        str_next(&rest, '|', &choice);
    }
    buf_add(out, choice);
}

void setting_write(const struct setting *setting, const struct settings *settings, struct buf *out)
{
    const void *field = (const char *)settings + setting->offset;
    const struct str_list *list = field;

    switch (setting->type) {
    case SETTING_TEXT:
    case SETTING_LISTEN:
    case SETTING_URL:
    case SETTING_ZONE:
    case SETTING_CURRENCY:
        buf_add_c(out, *(const char *const *)field);
        return;
    case SETTING_BYTES:
    case SETTING_DURATION:
    case SETTING_INT:
        number_write(setting, *(const int64_t *)field, out);
        return;
    case SETTING_BOOL:
        buf_add_c(out, *(const bool *)field ? "true" : "false");
        return;
    case SETTING_CHOICE:
        choice_write(setting->choices, *(const int64_t *)field, out);
        return;
    case SETTING_LIST:
    case SETTING_PATHS:
    case SETTING_NETS:
    case SETTING_ORIGINS:
        for (size_t i = 0; i < list->count; i++) {
            buf_add_c(out, i ? ", " : "");
            buf_add(out, list->items[i]);
        }
    }
}

bool setting_equal(const struct setting *setting, const struct settings *a, const struct settings *b)
{
    char memory[2][8192];
    struct buf texts[2];

    buf_init_fixed(&texts[0], memory[0], sizeof memory[0]);
    buf_init_fixed(&texts[1], memory[1], sizeof memory[1]);
    setting_write(setting, a, &texts[0]);
    setting_write(setting, b, &texts[1]);
    return str_eq(buf_str(&texts[0]), buf_str(&texts[1]));
}

_Static_assert(LIMIT_GEO_FILES == 4, "the text below says so");
static const char *const allowed_words[][2] = {
    [SETTING_TEXT] = {"must be a text", "须为文本"},
    [SETTING_LISTEN] = {"must be HOST:PORT, port 0 = any", "须为 主机:端口，端口 0 即任意"},
    [SETTING_URL] = {"must be http(s)://HOST[:PORT][/PATH] without a slash at the end",
                     "须为 http(s)://主机[:端口][/路径]，末尾不带斜杠"},
    [SETTING_ZONE] = {"must be a time zone like Asia/Shanghai", "须为时区名，如 Asia/Shanghai"},
    [SETTING_CURRENCY] = {"must be a currency of ISO 4217 in capitals, like CNY",
                          "须为大写的 ISO 4217 货币代码，如 CNY"},
    [SETTING_BYTES] = {"must be a size", "须为大小"},
    [SETTING_DURATION] = {"must be a duration (ms, s, m, h, d)", "须为时长（ms、s、m、h、d）"},
    [SETTING_INT] = {"must be a whole number", "须为整数"},
    [SETTING_BOOL] = {"must be true or false", "须为 true 或 false"},
    [SETTING_CHOICE] = {"must be one of", "须为以下之一"},
    [SETTING_LIST] = {"must be names parted by commas", "须为逗号分隔的名称"},
    [SETTING_PATHS] = {"must be at most 4 paths of files parted by commas", "须为逗号分隔的文件路径，最多 4 个"},
    [SETTING_NETS] = {"must be addresses or networks parted by commas, like 10.0.0.0/8",
                      "须为逗号分隔的地址或网段，如 10.0.0.0/8"},
    [SETTING_ORIGINS] = {"must be origins parted by commas, like https://app.example.com",
                         "须为逗号分隔的来源，如 https://app.example.com"},
};

void setting_allowed(const struct setting *setting, bool chinese, struct buf *out)
{
    buf_add_c(out, allowed_words[setting->type][chinese]);
    if (setting->type == SETTING_CHOICE) {
        str rest = str_from_c(setting->choices);
        str choice;
        for (const char *comma = " "; str_next(&rest, '|', &choice); comma = ", ") {
            buf_add_c(out, comma);
            buf_add(out, choice);
        }
    }
    if (setting->max == 0) {
        return;
    }
    buf_add_c(out, chinese ? "，" : " from ");
    number_write(setting, setting->min, out);
    buf_add_c(out, chinese ? " 至 " : " to ");
    number_write(setting, setting->max, out);
    if (setting->type == SETTING_BYTES) {
        buf_add_c(out, chinese ? "，4KiB 的倍数" : ", a multiple of 4KiB");
    }
}
