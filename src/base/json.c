/* SPDX-License-Identifier: MIT */
/*
 * Text to tree. cJSON does the reading, after json_scan.c has made sure that it cannot misread; this is the only file
 * that knows it. Its nodes are copied into the caller's arena at once, so nobody has to remember to delete them.
 *
 * cJSON keeps a double only. Its nodes come in document order, so do the number tokens of the text: walking both side
 * by side gives every integer its exact 64 bits. cJSON_GetErrorPtr is never asked: it reads a process-wide variable.
 * cJSON follows LC_NUMERIC; the program stays in the C locale.
 */
#include <cjson/cJSON.h>

#include "json_scan.h"
#include "linkpond/base/json.h"

struct copy {
    struct arena *arena;
    str text;
    size_t cursor; /* behind the last number token taken */
    bool failed;   /* the arena is full */
};

static str copy_text(struct copy *self, const char *text)
{
    str copied = arena_str(self->arena, str_from_c(text));
    if (!copied.len && text[0]) {
        self->failed = true;
    }
    return copied;
}

static void copy_number(struct copy *self, const cJSON *from, struct json *to)
{
    str number = json_scan_next_number(self->text, &self->cursor);
    if (json_scan_is_integer(number)) {
        to->type = JSON_INT;
        BUG_ON(!str_to_i64(number, &to->integer));
        to->number = (double)to->integer;
        return;
    }
    to->type = JSON_DOUBLE;
    to->number = from->valuedouble;
}

static struct json *copy_node(struct copy *self, const cJSON *from);

/* Depth was bounded by the scan. */
static void copy_children(struct copy *self, const cJSON *from, struct json *to)
{
    struct json **tail = &to->child;
    for (const cJSON *item = from->child; item && !self->failed; item = item->next) {
        *tail = copy_node(self, item);
        if (!*tail) {
            return;
        }
        tail = &(*tail)->next;
        to->count++;
    }
}

static void copy_value(struct copy *self, const cJSON *from, struct json *to)
{
    switch (from->type & 0xFF) {
    case cJSON_False:
    case cJSON_True:
        to->type = JSON_BOOL;
        to->boolean = (from->type & 0xFF) == cJSON_True;
        return;
    case cJSON_Number:
        copy_number(self, from, to);
        return;
    case cJSON_String:
        to->type = JSON_STRING;
        to->string = copy_text(self, from->valuestring);
        return;
    case cJSON_Array:
    case cJSON_Object:
        to->type = (from->type & 0xFF) == cJSON_Array ? JSON_ARRAY : JSON_OBJECT;
        copy_children(self, from, to);
        return;
    default:
        to->type = JSON_NULL;
    }
}

static struct json *copy_node(struct copy *self, const cJSON *from)
{
    struct json *to = ARENA_NEW(self->arena, struct json);
    if (!to) {
        self->failed = true;
        return NULL;
    }
    if (from->string) {
        to->name = copy_text(self, from->string);
    }
    copy_value(self, from, to);
    return to;
}

enum err json_parse(struct arena *arena, str text, struct json **out, struct fault *fault)
{
    size_t values;
    enum err err = json_scan(arena, text, &values, fault);
    if (err != OK) {
        return err;
    }
    /* Said before cJSON spends several times as much on the heap. */
    if (values > (arena->bytes_max - arena->used) / sizeof(struct json)) {
        return fault_set(fault, ERR_TOO_LARGE, "", "too_many_values", "The JSON text holds too many values.",
                         "JSON 中的内容过多。");
    }
    cJSON *parsed = cJSON_ParseWithLength(text.ptr, text.len);
    if (!parsed) {
        return ERR_NOMEM; /* the scan passed, so nothing else can fail */
    }
    struct copy copy = {.arena = arena, .text = text};
    struct json *tree = copy_node(&copy, parsed);
    cJSON_Delete(parsed);
    if (copy.failed) {
        return ERR_NOMEM;
    }
    *out = tree;
    return OK;
}

const struct json *json_get(const struct json *object, str name)
{
    if (!object || object->type != JSON_OBJECT) {
        return NULL;
    }
    JSON_EACH(member, object)
    {
        if (str_eq(member->name, name)) {
            return member;
        }
    }
    return NULL;
}
