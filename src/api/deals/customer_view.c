/* SPDX-License-Identifier: MIT */
#include "customer_view.h"

#include "linkpond/model/click.h"

/* Ids as the API writes them; of clicks too, which a script's numbers cannot hold. */
static void put_id(struct json_writer *json, const char *name, const char *prefix, int64_t id)
{
    char text[32];

    json_name(json, name);
    if (id <= 0) { /* a touch without a click is named by its event */
        json_null(json);
        return;
    }
    snprintf(text, sizeof text, "%s%lld", prefix, (long long)id);
    json_c(json, text);
}

bool customer_id_read(str text, int64_t *id)
{
    return str_starts(text, STR("cus_")) && str_to_i64(str_from(text, 4), id) && *id > 0;
}

enum err customer_view_fields(struct json_writer *json, struct db *db, struct arena *arena,
                              const struct customer *customer, bool notes)
{
    struct str_list tags = {0};
    enum err err = customers_tags(db, arena, customer->id, &tags);

    put_id(json, "id", "cus_", customer->id);
    json_put_opt(json, "name", customer->name);
    if (notes) {
        json_put_opt(json, "notes", customer->notes);
    }
    json_put_opt(json, "owner", customer->owner);
    json_put_opt(json, "stage", customer->stage);
    json_put_opt(json, "stage_set", customer->stage_set);
    json_name(json, "tags");
    json_array(json);
    for (size_t i = 0; i < tags.count; i++) {
        json_str(json, tags.items[i]);
    }
    json_array_end(json);
    json_put_i64(json, "events", customer->events);
    json_put_i64(json, "touches", customer->touches);
    json_put_time(json, "first_touch_at", customer->first_touch_ms);
    json_put_time(json, "last_touch_at", customer->last_touch_ms);
    json_put_time(json, "last_event_at", customer->last_event_ms);
    json_put_time(json, "forgotten_at", customer->forgotten_ms);
    json_put_time(json, "created_at", customer->created_ms);
    json_put_time(json, "updated_at", customer->updated_ms);
    return err;
}

enum err customer_view_identities(struct json_writer *json, struct db *db, struct arena *arena, int64_t id)
{
    struct identity_row *rows = NULL;
    size_t count = 0;
    enum err err = identities_of(db, arena, id, &rows, &count);

    json_name(json, "identities");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        const struct identity *identity = &rows[i].identity;
        bool hashed = identity->kind == IDENTITY_PHONE || identity->kind == IDENTITY_EMAIL;
        json_object(json);
        json_put_str(json, "kind", identity_kind_name(identity->kind));
        json_put_opt(json, "value", hashed ? (str){0} : identity->value);
        json_put_time(json, "since", rows[i].created_ms);
        json_object_end(json);
    }
    json_array_end(json);
    return err;
}

enum err customer_view_merges(struct json_writer *json, struct db *db, int64_t id)
{
    struct stmt *rows = customer_merges_of(db, id);
    struct customer_merge merge;

    json_name(json, "merges");
    json_array(json);
    while (customer_merges_next(rows, &merge)) {
        json_object(json);
        json_put_time(json, "time", merge.time_ms);
        put_id(json, "from", "cus_", merge.from_id);
        put_id(json, "into", "cus_", merge.into_id);
        json_put_opt(json, "by", merge.kind);
        put_id(json, "event", "evt_", merge.event_id);
        json_object_end(json);
    }
    json_array_end(json);
    return stmt_err(rows);
}

static void write_link(struct json_writer *json, const struct customer_moment *moment)
{
    json_name(json, "link");
    if (moment->link_id == 0) {
        json_null(json);
        return;
    }
    json_object(json);
    put_id(json, "id", "lnk_", moment->link_id);
    json_put_str(json, "code", moment->code);
    json_put_opt(json, "title", moment->title);
    json_put_opt(json, "host", moment->host);
    json_put_opt(json, "campaign", moment->campaign);
    json_put_opt(json, "channel", moment->link_channel);
    json_object_end(json);
}

static void write_event(struct json_writer *json, const struct customer_moment *moment)
{
    put_id(json, "id", "evt_", moment->id);
    json_put_str(json, "type", moment->type);
    json_put_opt(json, "event_id", moment->event_id);
    json_put_str(json, "origin", moment->origin);
    json_put_str(json, "state", moment->state);
    json_name(json, "value");
    if (moment->has_value) {
        json_i64(json, moment->value);
    } else {
        json_null(json);
    }
    json_put_opt(json, "currency", moment->currency);
    json_put_opt(json, "owner", moment->owner);
    put_id(json, "click", "", moment->click_id);
    json_name(json, "metadata");
    json_raw(json, moment->metadata.len > 0 ? moment->metadata : STR("{}"));
}

static void write_touch(struct json_writer *json, const struct customer_moment *moment)
{
    static const char *const utm[] = {"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"};

    put_id(json, "click", "", moment->id);
    json_put_opt(json, "opened", moment->link_id ? moment->opened : (str){0});
    json_put_opt(json, "source", moment->source);
    json_put_opt(json, "channel", moment->channel);
    json_put_opt(json, "app", moment->app);
    json_put_opt(json, "scene", click_scene_name((enum click_scene)moment->scene));
    for (size_t i = 0; i < ARRAY_LEN(utm); i++) {
        json_put_opt(json, utm[i], moment->utm[i]);
    }
}

void customer_view_moment(struct json_writer *json, const struct customer_moment *moment)
{
    json_object(json);
    json_put_str(json, "kind", moment->is_event ? STR("event") : STR("touch"));
    json_put_time(json, "time", moment->time_ms);
    json_put_i64(json, "generation", moment->generation);
    write_link(json, moment);
    if (moment->is_event) {
        write_event(json, moment);
    } else {
        write_touch(json, moment);
    }
    json_object_end(json);
}
