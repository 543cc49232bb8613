/* SPDX-License-Identifier: MIT */
#include "event_report.h"

static void count_item(struct event_report *self, const struct event_item *item)
{
    const struct deal_result *result = &item->result;
    bool stored = result->err == OK && !result->existed;

    self->refused += result->err != OK;
    self->existed += result->err == OK && result->existed;
    self->stored += stored;
    self->unmatched += stored && result->event.state == EVENT_UNMATCHED;
    self->unnamed += stored && item->draft.event_id.len == 0;
}

static void write_item(struct event_report *self, struct arena *arena, const struct event_item *item)
{
    const struct fault *fault = &item->result.fault;
    const char *detail = self->chinese && fault->message_zh[0] ? fault->message_zh : fault->message;
    enum err err = item->result.err;
    struct json_writer json;

    json_writer_init(&json, &self->stream.text);
    json_object(&json);
    json_put_i64(&json, "row", item->row);
    json_put_i64(&json, "status", err ? err_http_status(err) : item->result.existed ? 200 : 201);
    if (err) {
        json_name(&json, "problem");
        json_object(&json);
        json_put_opt(&json, "field", str_from_c(fault->field));
        json_put_str(&json, "code", str_from_c(fault->code[0] ? fault->code : err_slug(err)));
        json_put_str(&json, "detail", str_from_c(detail[0] ? detail : err_text(err, self->chinese)));
        json_object_end(&json);
    } else {
        if (item->result.event.id > 0) {
            json_put_str(&json, "id", arena_f(arena, "evt_%lld", (long long)item->result.event.id));
        }
        json_put_str(&json, "state", event_state_name(item->result.event.state));
        if (item->result.event.customer_id > 0) {
            json_put_str(&json, "customer", arena_f(arena, "cus_%lld", (long long)item->result.event.customer_id));
        }
    }
    json_object_end(&json);
    buf_add_char(&self->stream.text, '\n');
}

void event_report_items(struct event_report *self, struct arena *arena, const struct event_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        count_item(self, &items[i]);
        if (self->all || items[i].result.err) {
            write_item(self, arena, &items[i]);
        }
    }
    if (self->progress) {
        buf_addf(&self->stream.text, "{\"progress\":{\"rows\":%lld}}\n", (long long)self->rows);
    }
}

void event_report_end(struct event_report *self, const struct event_columns *columns, bool complete)
{
    struct json_writer json;

    json_writer_init(&json, &self->stream.text);
    json_object(&json);
    json_name(&json, "summary");
    json_object(&json);
    json_put_i64(&json, "rows", self->rows);
    if (self->dry_run) {
        json_put_bool(&json, "dry_run", true);
    }
    json_put_i64(&json, "stored", self->stored);
    json_put_i64(&json, "existed", self->existed);
    json_put_i64(&json, "refused", self->refused);
    json_put_i64(&json, "unmatched", self->unmatched);
    json_put_i64(&json, "unnamed", self->unnamed);
    json_name(&json, "unknown_columns");
    json_array(&json);
    for (size_t i = 0; i < columns->unknown_count; i++) {
        json_str(&json, columns->unknown[i]);
    }
    json_array_end(&json);
    json_put_bool(&json, "complete", complete);
    json_object_end(&json);
    json_object_end(&json);
    buf_add_char(&self->stream.text, '\n');
    self->stream.over = true;
}
