/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/export/words and /api/v1/import/words: the marketer's own words as a file of one line each, an object with
 * one member that says of what kind it is: {"channel": {…}}, {"utm_value": {…}}. Channels carry their UTM templates.
 * What is there already is brought up to date, so a file may be sent again, and to another installation.
 */
#include "labels.h"
#include "linkpond/api/routes.h"
#include "utm_values.h"

#define UTM_VALUE STR("utm_value")

/* ---- out ------------------------------------------------------------------------------------------------------- */

static enum err write_labels(struct db *db, struct buf *out)
{
    struct json_writer json;
    struct label label;
    struct stmt *rows = labels_each(db);

    while (labels_next(rows, &label)) {
        json_writer_init(&json, out);
        json_object(&json);
        json_name(&json, label_kind_name(label.kind).ptr);
        json_object(&json);
        label_write_members(&json, &label);
        json_object_end(&json);
        json_object_end(&json);
        buf_add_char(out, '\n');
    }
    return stmt_err(rows);
}

static enum err write_values(struct db *db, struct arena *arena, struct buf *out)
{
    struct utm_values_filter filter = {.field = -1, .archived = -1, .limit = LIMIT_PAGE};
    struct utm_values_page page = {.more = true};
    enum err err = OK;

    while (err == OK && page.more) {
        int64_t total = 0;
        err = utm_values_list(db, arena, &filter, &page, &total);
        for (size_t i = 0; err == OK && i < page.count; i++) {
            struct json_writer json;
            json_writer_init(&json, out);
            json_object(&json);
            json_name(&json, UTM_VALUE.ptr);
            json_object(&json);
            utm_value_write_members(&json, &page.values[i]);
            json_object_end(&json);
            json_object_end(&json);
            buf_add_char(out, '\n');
            filter.after_id = page.values[i].id;
        }
    }
    return err;
}

static void words_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = write_labels(db, &reply->body);
    err = err == OK ? write_values(db, request->arena, &reply->body) : err;
    readers_give(ctx->engine->readers, db);
    if (err == OK && (reply->body.overflow || request->arena->overflow)) {
        err = ERR_TOO_LARGE;
    }
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", "application/x-ndjson");
    reply_header_static(reply, "Content-Disposition", "attachment; filename=\"words.ndjson\"");
    reply_header_static(reply, "Cache-Control", "no-store");
}

/* ---- in -------------------------------------------------------------------------------------------------------- */

struct words {
    struct ctx *ctx;
    struct request *request;
    struct actor actor;
    struct json_writer json; /* the answer, inside "problems" */
    int64_t created, updated, failed;
};

static enum err put_label(struct words *self, enum label_kind kind, const struct json *object, bool *existed,
                          struct fault *fault)
{
    struct request *request = self->request;
    const struct json *key = json_get(object, STR("key"));
    struct label label = {.kind = kind};
    struct db *db = key && key->type == JSON_STRING ? readers_take(self->ctx->engine->readers, READER_WAIT_MS) : NULL;

    if (!db) {
        return key && key->type == JSON_STRING
                   ? ERR_UNAVAILABLE
                   : fault_set(fault, ERR_INVALID, "key", "required", "A key is needed.", "缺少 key。");
    }
    enum err err = labels_find(db, request->arena, kind, key->string, &label);
    readers_give(self->ctx->engine->readers, db);
    *existed = err == OK;
    if (err != OK && err != ERR_NOT_FOUND) {
        return err;
    }
    err = label_decode(self->ctx, request, object, &label, fault);
    return err == OK ? editor_label_put(self->ctx->engine->editor, &self->actor, &label, fault) : err;
}

static enum err put_value(struct words *self, const struct json *object, bool *existed, struct fault *fault)
{
    struct utm_value_draft draft;
    struct utm_value_result result = {0};
    enum err err = utm_value_decode(self->request->arena, object, &draft, fault);

    if (err == OK) {
        err = editor_utm_values_merge(self->ctx->engine->editor, &self->actor, self->request->arena, &draft, 1, false,
                                      &result);
    }
    if (err == OK && result.err != OK) {
        *fault = result.fault;
        err = result.err;
    }
    *existed = result.existed;
    return err;
}

static enum err put_line(struct words *self, str line, bool *existed, struct fault *fault)
{
    struct json *json = NULL;
    enum err err = json_parse(self->request->arena, line, &json, fault);
    const struct json *object = err == OK && json->type == JSON_OBJECT && json->count == 1 ? json->child : NULL;

    if (err != OK) {
        return err;
    }
    for (int kind = 0; object && object->type == JSON_OBJECT && kind < LABEL_KINDS; kind++) {
        if (str_eq(object->name, label_kind_name((enum label_kind)kind))) {
            return put_label(self, (enum label_kind)kind, object, existed, fault);
        }
    }
    if (object && object->type == JSON_OBJECT && str_eq(object->name, UTM_VALUE)) {
        return put_value(self, object, existed, fault);
    }
    return fault_set(fault, ERR_INVALID, "body", "unknown_field",
                     "A line is an object with one of campaign, channel, tag, utm_value.",
                     "每行应为包含 campaign、channel、tag 或 utm_value 之一的对象。");
}

static void note_problem(struct words *self, int64_t line, enum err err, const struct fault *fault)
{
    bool chinese = self->request->chinese;
    const char *detail = chinese && fault->message_zh[0] ? fault->message_zh : fault->message;
    struct json_writer *json = &self->json;

    json_object(json);
    json_put_i64(json, "line", line);
    json_put_opt(json, "field", str_from_c(fault->field));
    json_put_str(json, "code", str_from_c(fault->code[0] ? fault->code : err_slug(err)));
    json_put_str(json, "detail", str_from_c(detail[0] ? detail : err_text(err, chinese)));
    json_object_end(json);
}

static void put_lines(struct words *self, str body)
{
    str line;
    int64_t number = 0;

    while (str_next(&body, '\n', &line)) {
        struct fault fault = {0};
        bool existed = false;
        number++;
        if (str_trim(line).len == 0) {
            continue;
        }
        enum err err = put_line(self, str_trim(line), &existed, &fault);
        self->failed += err != OK;
        self->created += err == OK && !existed;
        self->updated += err == OK && existed;
        if (err != OK) {
            note_problem(self, number, err, &fault);
        }
    }
}

static void words_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct words self = {.ctx = ctx, .request = request};
    str body = {0};

    if (!call_unbound(request, reply)) {
        return;
    }
    enum err err = call_body(request, &body);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    self.actor = *request->actor;
    self.actor.witness = NULL; /* sent again it does the same again */
    reply_json_begin(reply, 200, &self.json);
    json_object(&self.json);
    json_name(&self.json, "problems");
    json_array(&self.json);
    put_lines(&self, body);
    json_array_end(&self.json);
    json_put_i64(&self.json, "created", self.created);
    json_put_i64(&self.json, "updated", self.updated);
    json_put_i64(&self.json, "failed", self.failed);
    json_object_end(&self.json);
}

const struct route api_word_routes[] = {
    {METHOD_GET, "/api/v1/export/words", PLANE_ADMIN, words_get, SCOPE_LINKS_READ,
     "Campaigns, channels with their UTM templates, tags and the UTM dictionary", 0, NULL},
    {METHOD_POST, "/api/v1/import/words", PLANE_ADMIN, words_post, SCOPE_LINKS_WRITE,
     "Add or bring up to date words from such a file", 0, NULL},
    {0},
};
