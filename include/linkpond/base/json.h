/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_JSON_H
#define LINKPOND_BASE_JSON_H

#include "linkpond/base/arena.h"
#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

/*
 * JSON (RFC 8259). Reading: a strict scan of our own first (depth, duplicate names, NUL escapes, UTF-8, lone
 * surrogates, number range), then cJSON, then a read-only tree in the caller's arena. Integers keep all 64 bits.
 * Writing: a bounded writer onto a buf.
 */
enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_DOUBLE, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
struct json {
    enum json_type type;
    str name; /* as a member of an object */
    bool boolean;
    int64_t integer;
    double number; /* set for INT too */
    str string;
    struct json *child; /* first item or member */
    struct json *next;
    size_t count; /* items or members */
};

/* Depth at most LIMIT_JSON_DEPTH. On ERR_MALFORMED the fault has a code and says what and at which byte, counted from
 * 0: syntax, cut_off, trailing_bytes, byte_order_mark, too_deep, duplicate_name, control_character, bad_escape,
 * nul_character, lone_surrogate, invalid_utf8, bad_number, number_too_long, out_of_range. ERR_TOO_LARGE: more values
 * than the arena has room for. Slices point into the arena, not into `text`. *out is untouched unless OK. */
enum err json_parse(struct arena *arena, str text, struct json **out, struct fault *fault);
/* Member by name, or NULL (also for NULL or a non-object). */
const struct json *json_get(const struct json *object, str name);
#define JSON_EACH(item, container)                                                                                     \
    for (const struct json *item = (container) ? (container)->child : NULL; item; item = item->next)

/* ---- decoding by tables --------------------------------------------------------------------------------------- */
enum json_kind {
    JSON_KIND_STR,     /* str; limit_low..limit_high bytes */
    JSON_KIND_I64,     /* int64_t; limit_low..limit_high, both 0 = any */
    JSON_KIND_BOOL,    /* bool */
    JSON_KIND_TIME,    /* int64_t ms; RFC 3339 text */
    JSON_KIND_STRLIST, /* struct str_list; limit_low..limit_high items of at most limit_item bytes */
    JSON_KIND_JSON,    /* const struct json *: as it is; NULL for the null of a nullable field */
};
struct str_list {
    str *items;
    size_t count;
};
enum {
    JSON_REQUIRED = 1,
    JSON_NULLABLE = 2,  /* null clears: sets the present and the null bit, stores the zero value */
    JSON_MULTILINE = 4, /* STR: tab, LF and CR may stand in it */
};
struct json_field {
    const char *name;
    enum json_kind kind;
    size_t offset;
    unsigned flags;
    int64_t limit_low, limit_high; /* for texts and lists a limit_high of 0 = as much as the body may hold */
    int64_t limit_item;            /* likewise */
};
/* Bit i is field i of the table; at most 64 fields. */
struct json_presence {
    uint64_t present;
    uint64_t null;
};
/* Fills the struct at `target` from an object; fields that are absent stay as they are. Codes: "unknown_field",
 * "wrong_type", "required", "too_long", "too_short" (bytes), "too_many", "too_few" (items), "out_of_range",
 * "not_a_time", "control_character"; the fault names the field, or the item as "tags[2]". ERR_INVALID leaves target and
 * presence untouched. presence may be NULL. */
enum err json_decode(struct arena *arena, const struct json *object, const struct json_field *fields, size_t count,
                     void *target, struct json_presence *presence, struct fault *fault);

/* ---- writing -------------------------------------------------------------------------------------------------- */
struct json_writer {
    struct buf *out;
    uint64_t has_item; /* bit per depth: a comma is due */
    unsigned depth;
};
void json_writer_init(struct json_writer *self, struct buf *out);
void json_object(struct json_writer *self); /* '{' */
void json_object_end(struct json_writer *self);
void json_array(struct json_writer *self);
void json_array_end(struct json_writer *self);
void json_name(struct json_writer *self, const char *name);
void json_name_str(struct json_writer *self, str name);
/* Escaped, < > U+2028 U+2029 too; invalid UTF-8 and NUL become U+FFFD. */
void json_str(struct json_writer *self, str value);
void json_c(struct json_writer *self, const char *value); /* NULL writes null */
void json_i64(struct json_writer *self, int64_t value);
/* Reads back as the same DOUBLE (1 is written 1.0); NaN and infinities write null. */
void json_double(struct json_writer *self, double value);
void json_bool(struct json_writer *self, bool value);
void json_null(struct json_writer *self);
void json_raw(struct json_writer *self, str json_text);              /* already JSON */
void json_time(struct json_writer *self, int64_t ms);                /* RFC 3339 UTC; INT64_MIN writes null */
void json_value(struct json_writer *self, const struct json *value); /* a whole parsed tree; NULL writes null */
/* name and value in one call */
void json_put_str(struct json_writer *self, const char *name, str value);
void json_put_opt(struct json_writer *self, const char *name, str value); /* empty writes null */
void json_put_i64(struct json_writer *self, const char *name, int64_t value);
void json_put_bool(struct json_writer *self, const char *name, bool value);
void json_put_time(struct json_writer *self, const char *name, int64_t ms);

#endif
