/* SPDX-License-Identifier: MIT */
#include "clicks_fill.h"

#include <string.h>

#include "linkpond/model/location.h"

static void fill_facts(const struct click_facts *facts, struct click *out)
{
    out->id = facts->id;
    out->time_ms = facts->time_ms;
    out->link_id = facts->link_id;
    out->class = facts->class;
    out->outcome = facts->outcome;
    out->signals = facts->signals;
    out->repeat = facts->flags & CLICK_FLAG_REPEAT;
    out->new_visitor = facts->flags & CLICK_FLAG_NEW_VISITOR;
    out->first_here = facts->flags & CLICK_FLAG_FIRST_HERE;
    out->qr = facts->flags & CLICK_FLAG_QR;
    out->visitor = click_facts_visitor(facts);
    out->visitor_by = facts->visitor_by;
    out->source_by = facts->source_by;
    out->channel_by = facts->channel_by;
    out->scene = facts->scene;
}

static void fill_ip(str bytes, struct addr *out)
{
    if (bytes.len == 3) {
        out->bytes[10] = out->bytes[11] = 0xFF;
        memcpy(out->bytes + 12, bytes.ptr, 3);
    } else if (bytes.len == 6) {
        memcpy(out->bytes, bytes.ptr, 6);
    }
}

static enum err fill_location(str form, char memory[LIMIT_LOCATION], struct click *out)
{
    struct buf joined;

    if (form.len == 0) {
        return OK;
    }
    buf_init_fixed(&joined, memory, LIMIT_LOCATION);
    if (!location_join(out->location, form, out->query, out->request_id, &joined)) {
        return ERR_CORRUPT;
    }
    out->location = buf_str(&joined);
    return OK;
}

void click_address_done(struct click_address *self)
{
    click_ids_free(self->ids);
    self->ids = NULL;
}

/* The id in place of its mark. Without the key that made it nobody can know it. */
static enum err fill_click_id(struct click_address *address, struct db *db, struct click *out)
{
    char mark = click_id_mark_in(out->location);
    enum err err = mark != 0 && !address->ids ? click_keys_open(db, &address->ids) : OK;
    struct buf filled;

    if (mark == 0 || err) {
        return err;
    }
    bool known = click_ids_write(address->ids, mark, out->id, out->time_ms, address->id);
    out->click_id = (str){address->id, known ? sizeof address->id : 0};
    buf_init_fixed(&filled, address->filled, sizeof address->filled);
    click_id_fill(out->location, mark, out->click_id, &filled);
    out->location = buf_str(&filled);
    return OK;
}

enum err clicks_fill(struct report_texts *texts, const struct clicks_scan *scan, struct db *db,
                     struct click_address *address, struct click *out)
{
    str form = {0};
    str *const fields[CLICK_COLUMNS] = {
        [CLICK_RULE] = &out->rule,
        [CLICK_HOST] = &out->host,
        [CLICK_CODE] = &out->code,
        [CLICK_TARGET] = &out->target,
        [CLICK_LOCATION] = &out->location,
        [CLICK_COUNTRY] = &out->country,
        [CLICK_REGION] = &out->region,
        [CLICK_CITY] = &out->city,
        [CLICK_APP] = &out->app,
        [CLICK_OS] = &out->os,
        [CLICK_DEVICE] = &out->device,
        [CLICK_BROWSER] = &out->browser,
        [CLICK_LANGUAGE] = &out->language,
        [CLICK_NET] = &out->net,
        [CLICK_REFERRER] = &out->referrer,
        [CLICK_REFERRER_HOST] = &out->referrer_host,
        [CLICK_QUERY] = &out->query,
        [CLICK_UTM_SOURCE] = &out->utm[UTM_SOURCE],
        [CLICK_UTM_MEDIUM] = &out->utm[UTM_MEDIUM],
        [CLICK_UTM_CAMPAIGN] = &out->utm[UTM_CAMPAIGN],
        [CLICK_UTM_TERM] = &out->utm[UTM_TERM],
        [CLICK_UTM_CONTENT] = &out->utm[UTM_CONTENT],
        [CLICK_UTM_ID] = &out->utm[UTM_ID],
        [CLICK_SOURCE] = &out->source,
        [CLICK_CHANNEL] = &out->channel,
        [CLICK_AD_CLICK_SOURCE] = &out->ad_click_source,
        [CLICK_AD_CLICK_ID] = &out->ad_click_id,
        [CLICK_REQUEST_ID] = &out->request_id,
        [CLICK_USER_AGENT] = &out->user_agent,
        [CLICK_CARRIER] = &out->carrier,
        [CLICK_APP_VERSION] = &out->app_version,
        [CLICK_MINI_PROGRAM] = &out->mini_program,
        [CLICK_PACKAGE] = &out->package,
        [CLICK_LOCATION_FORM] = &form,
    };
    enum err err = OK;

    *out = (struct click){0};
    fill_facts(&scan->facts, out);
    fill_ip(clicks_scan_ip(scan), &out->ip);
    for (int i = 0; err == OK && i < CLICK_COLUMNS; i++) {
        struct click_value value = clicks_scan_value(scan, (enum click_column)i);
        uint64_t number = 0;
        *fields[i] = value.text;
        if (value.term != 0) {
            err = report_texts_value(texts, &value, &number);
            *fields[i] = err == OK ? report_texts_text(texts, number) : STR("");
        }
    }
    err = err ? err : fill_location(form, address->joined, out);
    return err ? err : fill_click_id(address, db, out);
}
