/* SPDX-License-Identifier: MIT */
#include "linkpond/base/utf8.h"
#include "linkpond/store/audit.h"

void audit_begin(struct audit_note *self, const char *kind, const char *verb, int64_t object_id, str name)
{
    snprintf(self->action, sizeof self->action, "%s.%s", kind, verb);
    self->line = (struct audit_line){
        .action = str_from_c(self->action), .kind = str_from_c(kind), .object_id = object_id, .name = name};
    self->changed = false;
    buf_init_fixed(&self->text, self->memory, sizeof self->memory);
    json_writer_init(&self->json, &self->text);
    json_object(&self->json);
}

static void begin_pair(struct audit_note *self, const char *field)
{
    self->changed = true;
    json_name(&self->json, field);
    json_array(&self->json);
}

static void put_text(struct audit_note *self, str text)
{
    char memory[AUDIT_TEXT_MAX + 8];
    struct buf cut;

    if (text.len == 0) {
        json_null(&self->json);
        return;
    }
    buf_init_fixed(&cut, memory, sizeof memory);
    buf_add(&cut, utf8_cut(text, AUDIT_TEXT_MAX));
    buf_add_c(&cut, text.len > AUDIT_TEXT_MAX ? "…" : "");
    json_str(&self->json, buf_str(&cut));
}

void audit_text(struct audit_note *self, const char *field, str before, str after)
{
    if (str_eq(before, after)) {
        return;
    }
    begin_pair(self, field);
    put_text(self, before);
    put_text(self, after);
    json_array_end(&self->json);
}

static bool same_lists(const struct str_list *a, const struct str_list *b)
{
    bool same = a->count == b->count;

    for (size_t i = 0; same && i < a->count; i++) {
        same = str_eq(a->items[i], b->items[i]);
    }
    return same;
}

/* "a, b, c": what fits. */
static void put_list(struct audit_note *self, const struct str_list *list)
{
    char memory[2 * AUDIT_TEXT_MAX];
    struct buf joined;

    buf_init_fixed(&joined, memory, sizeof memory);
    for (size_t i = 0; i < list->count && joined.len + list->items[i].len + 2 < sizeof memory; i++) {
        buf_add_c(&joined, i > 0 ? ", " : "");
        buf_add(&joined, list->items[i]);
    }
    put_text(self, buf_str(&joined));
}

void audit_list_of(struct audit_note *self, const char *field, const struct str_list *before,
                   const struct str_list *after)
{
    if (same_lists(before, after)) {
        return;
    }
    begin_pair(self, field);
    put_list(self, before);
    put_list(self, after);
    json_array_end(&self->json);
}

void audit_i64(struct audit_note *self, const char *field, int64_t before, int64_t after)
{
    if (before != after) {
        begin_pair(self, field);
        json_i64(&self->json, before);
        json_i64(&self->json, after);
        json_array_end(&self->json);
    }
}

void audit_bool(struct audit_note *self, const char *field, bool before, bool after)
{
    if (before != after) {
        begin_pair(self, field);
        json_bool(&self->json, before);
        json_bool(&self->json, after);
        json_array_end(&self->json);
    }
}

void audit_time(struct audit_note *self, const char *field, int64_t before_ms, int64_t after_ms)
{
    if (before_ms != after_ms) {
        begin_pair(self, field);
        json_time(&self->json, before_ms);
        json_time(&self->json, after_ms);
        json_array_end(&self->json);
    }
}

enum err audit_end(struct audit_note *self, struct db *db, int64_t user_id, int64_t key_id, int64_t now_ms,
                   bool only_if_changed)
{
    if (only_if_changed && !self->changed) {
        return OK;
    }
    json_object_end(&self->json);
    self->line.user_id = user_id;
    self->line.key_id = key_id;
    self->line.time_ms = now_ms;
    self->line.changes = self->changed && !self->text.overflow ? buf_str(&self->text) : (str){0};
    return audit_insert(db, &self->line);
}
