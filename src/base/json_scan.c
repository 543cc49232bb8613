/* SPDX-License-Identifier: MIT */
/*
 * A recursive descent over RFC 8259 that builds nothing. It exists because cJSON is lenient where an API must not be:
 * it takes any byte below 0x21 as white space, keeps duplicate names (two readers then see two documents), passes
 * invalid UTF-8 on, cuts strings at an escaped NUL, reads numbers as doubles only and stops at their 63rd byte.
 * Recursion is bounded by LIMIT_JSON_DEPTH.
 */
#include <math.h>

#include "json_escape.h"
#include "json_names.h"
#include "json_scan.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"

#define NUMBER_BYTES_MAX 63 /* cJSON copies a number into 64 bytes */

enum defect {
    DEFECT_SYNTAX,
    DEFECT_CUT,
    DEFECT_TRAILING,
    DEFECT_BOM,
    DEFECT_DEPTH,
    DEFECT_DUPLICATE,
    DEFECT_CONTROL,
    DEFECT_ESCAPE,
    DEFECT_NUL,
    DEFECT_SURROGATE,
    DEFECT_UTF8,
    DEFECT_NUMBER,
    DEFECT_NUMBER_LONG,
    DEFECT_RANGE,
};

static const struct {
    const char *code, *en, *zh;
} DEFECTS[] = {
    [DEFECT_SYNTAX] = {"syntax", "Not JSON", "不是合法的 JSON"},
    [DEFECT_CUT] = {"cut_off", "The JSON text ends too early", "JSON 内容不完整"},
    [DEFECT_TRAILING] = {"trailing_bytes", "Something follows the JSON text", "JSON 之后还有多余内容"},
    [DEFECT_BOM] = {"byte_order_mark", "JSON must not begin with a byte order mark", "JSON 不能以 BOM 开头"},
    [DEFECT_DEPTH] = {"too_deep", "The JSON text is nested too deeply", "JSON 嵌套层数过多"},
    [DEFECT_DUPLICATE] = {"duplicate_name", "The same name twice in one object", "同一对象中有重复的字段名"},
    [DEFECT_CONTROL] = {"control_character", "A raw control character in a string", "字符串中有未转义的控制字符"},
    [DEFECT_ESCAPE] = {"bad_escape", "An unknown escape in a string", "字符串中有无效的转义"},
    [DEFECT_NUL] = {"nul_character", "A NUL character in a string", "字符串中有空字符"},
    [DEFECT_SURROGATE] = {"lone_surrogate", "Half a surrogate pair in a string", "字符串中有不成对的代理项"},
    [DEFECT_UTF8] = {"invalid_utf8", "A string is not UTF-8", "字符串不是有效的 UTF-8"},
    [DEFECT_NUMBER] = {"bad_number", "A number is not written as JSON wants it", "数字写法不符合 JSON"},
    [DEFECT_NUMBER_LONG] = {"number_too_long", "A number has too many digits", "数字位数过多"},
    [DEFECT_RANGE] = {"out_of_range", "A number is out of range", "数字超出范围"},
};

struct scan {
    str text;
    size_t at;
    unsigned depth;
    size_t values;
    struct arena *arena;
    struct json_names names; /* of all open objects */
    struct fault *fault;
};

static enum err scan_value(struct scan *self);

static enum err refuse(const struct scan *self, enum defect defect, size_t at)
{
    char en[128], zh[128];
    snprintf(en, sizeof en, "%s (byte %zu).", DEFECTS[defect].en, at);
    snprintf(zh, sizeof zh, "%s（第 %zu 字节）。", DEFECTS[defect].zh, at);
    return fault_set(self->fault, ERR_MALFORMED, "", DEFECTS[defect].code, en, zh);
}

/* The byte at the cursor, or -1 at the end. */
static int peek(const struct scan *self)
{
    return self->at < self->text.len ? (unsigned char)self->text.ptr[self->at] : -1;
}

static enum err refuse_here(const struct scan *self, enum defect defect)
{
    return refuse(self, peek(self) < 0 ? DEFECT_CUT : defect, self->at);
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static void skip_space(struct scan *self)
{
    for (int c = peek(self); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(self)) {
        self->at++;
    }
}

/* A "\uXXXX" sequence, or two that make a pair; the cursor is on the backslash. */
static enum err scan_unicode_escape(struct scan *self)
{
    size_t start = self->at;
    int32_t unit = json_escape_unit(self->text, start + 2);
    if (unit < 0) {
        return refuse(self, start + 6 > self->text.len ? DEFECT_CUT : DEFECT_ESCAPE, start);
    }
    if (unit == 0) {
        return refuse(self, DEFECT_NUL, start);
    }
    if (json_escape_is_low(unit)) {
        return refuse(self, DEFECT_SURROGATE, start);
    }
    self->at += 6;
    if (!json_escape_is_high(unit)) {
        return OK;
    }
    if (!str_starts(str_from(self->text, self->at), STR("\\u")) ||
        !json_escape_is_low(json_escape_unit(self->text, self->at + 2))) {
        return refuse(self, DEFECT_SURROGATE, start);
    }
    self->at += 6;
    return OK;
}

static enum err scan_escape(struct scan *self)
{
    if (self->at + 1 >= self->text.len) {
        return refuse(self, DEFECT_CUT, self->text.len);
    }
    char c = self->text.ptr[self->at + 1];
    if (c == 'u') {
        return scan_unicode_escape(self);
    }
    if (str_find_char(STR("\"\\/bfnrt"), c, 0) < 0) {
        return refuse(self, DEFECT_ESCAPE, self->at);
    }
    self->at += 2;
    return OK;
}

/* Where the first byte lies that is no part of a UTF-8 sequence; s.len when there is none. */
static size_t first_invalid_byte(str s)
{
    uint32_t point;
    size_t at = 0;
    for (size_t len = utf8_decode(s, at, &point); len > 0; len = utf8_decode(s, at, &point)) {
        at += len;
    }
    return at;
}

/* Gives the bytes between the quotes, still escaped. */
static enum err scan_string(struct scan *self, str *raw)
{
    size_t start = ++self->at;
    for (int c = peek(self); c != '"'; c = peek(self)) {
        if (c < 0x20) {
            return refuse_here(self, c == 0 ? DEFECT_NUL : DEFECT_CONTROL);
        }
        if (c != '\\') {
            self->at++;
            continue;
        }
        enum err err = scan_escape(self);
        if (err != OK) {
            return err;
        }
    }
    *raw = str_slice(self->text, start, self->at++);
    size_t invalid = first_invalid_byte(*raw);
    return invalid < raw->len ? refuse(self, DEFECT_UTF8, start + invalid) : OK;
}

static enum err scan_member(struct scan *self)
{
    size_t at = self->at;
    if (peek(self) != '"') {
        return refuse_here(self, DEFECT_SYNTAX);
    }
    str raw, name;
    enum err err = scan_string(self, &raw);
    if (err == OK) {
        err = json_unescape(self->arena, raw, &name);
    }
    if (err == OK) {
        err = json_names_push(&self->names, name, at);
    }
    if (err != OK) {
        return err;
    }
    skip_space(self);
    if (peek(self) != ':') {
        return refuse_here(self, DEFECT_SYNTAX);
    }
    self->at++;
    return scan_value(self);
}

/* The items or members between the brackets; the cursor is behind the opening one. */
static enum err scan_items(struct scan *self, bool object)
{
    const char close = object ? '}' : ']';
    skip_space(self);
    if (peek(self) == close) {
        self->at++;
        return OK;
    }
    for (;;) {
        skip_space(self);
        enum err err = object ? scan_member(self) : scan_value(self);
        if (err != OK) {
            return err;
        }
        skip_space(self);
        int c = peek(self);
        if (c != ',' && c != close) {
            return refuse_here(self, DEFECT_SYNTAX);
        }
        self->at++;
        if (c == close) {
            return OK;
        }
    }
}

static enum err scan_container(struct scan *self, bool object)
{
    if (self->depth == LIMIT_JSON_DEPTH) {
        return refuse(self, DEFECT_DEPTH, self->at);
    }
    size_t own = self->names.count, duplicate_at;
    self->depth++;
    self->at++;
    enum err err = scan_items(self, object);
    self->depth--;
    if (err == OK && json_names_pop(&self->names, own, &duplicate_at)) {
        err = refuse(self, DEFECT_DUPLICATE, duplicate_at);
    }
    return err;
}

static bool skip_digits(struct scan *self)
{
    size_t start = self->at;
    while (is_digit(peek(self))) {
        self->at++;
    }
    return self->at > start;
}

/* int [ frac ] [ exp ], RFC 8259 section 6. */
static bool skip_number(struct scan *self)
{
    self->at += peek(self) == '-';
    if (peek(self) == '0') {
        self->at++;
    } else if (!skip_digits(self)) {
        return false;
    }
    if (peek(self) == '.') {
        self->at++;
        if (!skip_digits(self)) {
            return false;
        }
    }
    if (peek(self) == 'e' || peek(self) == 'E') {
        self->at++;
        self->at += peek(self) == '-' || peek(self) == '+';
        return skip_digits(self);
    }
    return true;
}

static enum err scan_number(struct scan *self)
{
    size_t start = self->at;
    if (!skip_number(self)) {
        return refuse_here(self, DEFECT_NUMBER);
    }
    str number = str_slice(self->text, start, self->at);
    if (json_scan_is_integer(number)) {
        int64_t value;
        return str_to_i64(number, &value) ? OK : refuse(self, DEFECT_RANGE, start);
    }
    if (number.len > NUMBER_BYTES_MAX) {
        return refuse(self, DEFECT_NUMBER_LONG, start);
    }
    char text[NUMBER_BYTES_MAX + 1] = {0};
    memcpy(text, number.ptr, number.len);
    return isfinite(strtod(text, NULL)) ? OK : refuse(self, DEFECT_RANGE, start);
}

static enum err scan_word(struct scan *self, str word)
{
    str rest = str_from(self->text, self->at);
    if (!str_starts(rest, word)) {
        return refuse(self, str_starts(word, rest) ? DEFECT_CUT : DEFECT_SYNTAX, self->at);
    }
    self->at += word.len;
    return OK;
}

static enum err scan_value(struct scan *self)
{
    str ignored;
    self->values++;
    skip_space(self);
    switch (peek(self)) {
    case '{':
        return scan_container(self, true);
    case '[':
        return scan_container(self, false);
    case '"':
        return scan_string(self, &ignored);
    case 't':
        return scan_word(self, STR("true"));
    case 'f':
        return scan_word(self, STR("false"));
    case 'n':
        return scan_word(self, STR("null"));
    default:
        return is_digit(peek(self)) || peek(self) == '-' ? scan_number(self) : refuse_here(self, DEFECT_SYNTAX);
    }
}

enum err json_scan(struct arena *arena, str text, size_t *values, struct fault *fault)
{
    struct scan self = {.text = text, .arena = arena, .fault = fault};
    if (str_starts(text, STR("\xEF\xBB\xBF"))) {
        return refuse(&self, DEFECT_BOM, 0);
    }
    enum err err = scan_value(&self);
    if (err == OK) {
        skip_space(&self);
        err = self.at < text.len ? refuse(&self, DEFECT_TRAILING, self.at) : OK;
    }
    json_names_done(&self.names);
    if (err == OK) {
        *values = self.values;
    }
    return err;
}

/* Outside strings, digits and '-' occur in numbers only. */
str json_scan_next_number(str text, size_t *cursor)
{
    bool quoted = false;
    size_t start = *cursor;
    for (; start < text.len; start++) {
        char c = text.ptr[start];
        if (quoted && c == '\\') {
            start++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '-' || is_digit(c))) {
            break;
        }
    }
    size_t end = start;
    while (end < text.len && (is_digit(text.ptr[end]) || str_find_char(STR("+-.eE"), text.ptr[end], 0) >= 0)) {
        end++;
    }
    *cursor = end;
    return str_slice(text, start, end);
}

bool json_scan_is_integer(str number)
{
    for (size_t i = 0; i < number.len; i++) {
        if (number.ptr[i] != '-' && !is_digit(number.ptr[i])) {
            return false;
        }
    }
    return number.len > 0;
}
