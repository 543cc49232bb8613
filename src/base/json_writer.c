/* SPDX-License-Identifier: MIT */
/*
 * Tree and values to text. Ours rather than cJSON's printer because that one knows doubles only, builds a tree first
 * and grows without bound. Whatever bytes come in, the output is valid JSON that may stand inside a <script>:
 * '<' and '>' are escaped, U+2028 and U+2029 because older JavaScript ends a line there. '&' stays: people copy URLs
 * out of answers.
 *
 * A comma is due when the bit of the depth is set. A name clears it, its value sets it again.
 */
#include <math.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/json.h"
#include "linkpond/base/utf8.h"

#define WRITER_DEPTH_MAX 63
#define DOUBLE_TEXT_MAX  32

void json_writer_init(struct json_writer *self, struct buf *out)
{
    *self = (struct json_writer){.out = out};
}

static void begin_item(struct json_writer *self)
{
    uint64_t bit = UINT64_C(1) << self->depth;
    if (self->has_item & bit) {
        buf_add_char(self->out, ',');
    }
    self->has_item |= bit;
}

static void open_container(struct json_writer *self, char bracket)
{
    begin_item(self);
    buf_add_char(self->out, bracket);
    BUG_ON(self->depth >= WRITER_DEPTH_MAX);
    self->depth++;
    self->has_item &= ~(UINT64_C(1) << self->depth);
}

static void close_container(struct json_writer *self, char bracket)
{
    BUG_ON(self->depth == 0);
    self->depth--;
    buf_add_char(self->out, bracket);
}

void json_object(struct json_writer *self)
{
    open_container(self, '{');
}

void json_object_end(struct json_writer *self)
{
    close_container(self, '}');
}

void json_array(struct json_writer *self)
{
    open_container(self, '[');
}

void json_array_end(struct json_writer *self)
{
    close_container(self, ']');
}

/* What a byte is written as; NULL: as it is, or as a number when it is a control. */
static const char *escape_of(char byte)
{
    switch (byte) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '<':
        return "\\u003c";
    case '>':
        return "\\u003e";
    case '\0':
        return "\\ufffd";
    case '\x7F':
        return "\\u007f";
    default:
        return NULL;
    }
}

/* The line separators that end a line in older JavaScript; NULL: other text. Three bytes, E2 80 A8 or A9. */
static const char *separator_of(str s, size_t at)
{
    str rest = str_from(s, at);
    if (str_starts(rest, STR("\xE2\x80\xA8"))) {
        return "\\u2028";
    }
    return str_starts(rest, STR("\xE2\x80\xA9")) ? "\\u2029" : NULL;
}

/* `s` is UTF-8. Runs of plain bytes are added whole: nearly every byte of a long answer is looked at here. */
static void add_escaped(struct buf *out, str s)
{
    size_t plain = 0;
    for (size_t at = 0; at < s.len; at++) {
        unsigned char byte = (unsigned char)s.ptr[at];
        size_t width = byte == 0xE2 ? 3 : 1;
        const char *escape = width == 3 ? separator_of(s, at) : escape_of(s.ptr[at]);
        if (!escape && byte >= 0x20) {
            continue;
        }
        buf_add(out, str_slice(s, plain, at));
        if (escape) {
            buf_add_c(out, escape);
        } else {
            buf_addf(out, "\\u%04x", (unsigned)byte);
        }
        plain = at + width;
        at += width - 1;
    }
    buf_add(out, str_from(s, plain));
}

/* Bytes that are no UTF-8 become U+FFFD one by one. */
static void add_repaired(struct buf *out, str s)
{
    uint32_t point;
    size_t valid = 0;
    for (size_t at = 0, len; at < s.len; at += len) {
        len = utf8_decode(s, at, &point);
        if (len == 0) {
            add_escaped(out, str_slice(s, valid, at));
            buf_add_c(out, "\\ufffd");
            len = 1;
            valid = at + 1;
        }
    }
    add_escaped(out, str_from(s, valid));
}

static void add_quoted(struct buf *out, str s)
{
    buf_add_char(out, '"');
    if (utf8_valid(s)) {
        add_escaped(out, s);
    } else {
        add_repaired(out, s);
    }
    buf_add_char(out, '"');
}

void json_name_str(struct json_writer *self, str name)
{
    begin_item(self);
    add_quoted(self->out, name);
    buf_add_char(self->out, ':');
    self->has_item &= ~(UINT64_C(1) << self->depth);
}

void json_name(struct json_writer *self, const char *name)
{
    json_name_str(self, str_from_c(name));
}

void json_str(struct json_writer *self, str value)
{
    begin_item(self);
    add_quoted(self->out, value);
}

void json_c(struct json_writer *self, const char *value)
{
    if (!value) {
        json_null(self);
        return;
    }
    json_str(self, str_from_c(value));
}

void json_i64(struct json_writer *self, int64_t value)
{
    begin_item(self);
    buf_add_i64(self->out, value);
}

/* 15 digits always survive the way back, 17 always suffice (IEEE 754 binary64). */
void json_double(struct json_writer *self, double value)
{
    if (!isfinite(value)) {
        json_null(self);
        return;
    }
    char text[DOUBLE_TEXT_MAX];
    int digits = 15;
    do {
        snprintf(text, sizeof text, "%.*g", digits, value);
    } while (strtod(text, NULL) != value && digits++ < 17);
    begin_item(self);
    buf_add_c(self->out, text);
    if (!strpbrk(text, ".e")) {
        buf_add_c(self->out, ".0"); /* it comes back as what it was, not as an integer */
    }
}

void json_bool(struct json_writer *self, bool value)
{
    json_raw(self, value ? STR("true") : STR("false"));
}

void json_null(struct json_writer *self)
{
    json_raw(self, STR("null"));
}

void json_raw(struct json_writer *self, str json_text)
{
    begin_item(self);
    buf_add(self->out, json_text);
}

void json_time(struct json_writer *self, int64_t ms)
{
    if (ms == INT64_MIN) {
        json_null(self);
        return;
    }
    char text[TIMESTAMP_TEXT_MAX];
    json_str(self, timestamp_utc(ms, text));
}

static void write_children(struct json_writer *self, const struct json *value)
{
    JSON_EACH(item, value)
    {
        if (value->type == JSON_OBJECT) {
            json_name_str(self, item->name);
        }
        json_value(self, item);
    }
}

void json_value(struct json_writer *self, const struct json *value)
{
    if (!value) {
        json_null(self);
        return;
    }
    switch (value->type) {
    case JSON_NULL:
        json_null(self);
        break;
    case JSON_BOOL:
        json_bool(self, value->boolean);
        break;
    case JSON_INT:
        json_i64(self, value->integer);
        break;
    case JSON_DOUBLE:
        json_double(self, value->number);
        break;
    case JSON_STRING:
        json_str(self, value->string);
        break;
    case JSON_ARRAY:
        json_array(self);
        write_children(self, value);
        json_array_end(self);
        break;
    case JSON_OBJECT:
        json_object(self);
        write_children(self, value);
        json_object_end(self);
        break;
    }
}

void json_put_str(struct json_writer *self, const char *name, str value)
{
    json_name(self, name);
    json_str(self, value);
}

void json_put_opt(struct json_writer *self, const char *name, str value)
{
    json_name(self, name);
    if (value.len) {
        json_str(self, value);
    } else {
        json_null(self);
    }
}

void json_put_i64(struct json_writer *self, const char *name, int64_t value)
{
    json_name(self, name);
    json_i64(self, value);
}

void json_put_bool(struct json_writer *self, const char *name, bool value)
{
    json_name(self, name);
    json_bool(self, value);
}

void json_put_time(struct json_writer *self, const char *name, int64_t ms)
{
    json_name(self, name);
    json_time(self, ms);
}
