/* SPDX-License-Identifier: MIT */
/*
 * One transaction for a batch. An event of a known name is looked for first; then its customer is found or made, under
 * the number the event is going to have, and then the row is written once, complete. Numbers are given here and not by
 * the table, so that a merge can say which event showed it without a second write.
 */
#include "linkpond/engine/intake.h"

#include <inttypes.h>
#include <stdio.h>

#include "linkpond/base/crypt.h"
#include "linkpond/base/limits.h"
#include "linkpond/engine/joiner.h"
#include "linkpond/store/customers.h"

struct intake {
    struct arena *arena;
    const struct deal_event *events;
    size_t count;
    struct deal_result *results;
    int64_t now_ms, last_id;
};

/* ---- what was sent, to tell a repeat from another event of that name ---- */

static void add_text(struct buf *out, str text)
{
    buf_add_i64(out, (int64_t)text.len);
    buf_add_char(out, ':');
    buf_add(out, text);
}

static void add_number(struct buf *out, bool there, int64_t number)
{
    buf_add_char(out, there ? '+' : '-');
    if (there) {
        buf_add_i64(out, number);
    }
    buf_add_char(out, ';');
}

/* Of identities only what is stored of them: a digest must not be a way round the hashes of phones. */
#define SENT_MAX (LIMIT_METADATA + 8 * 1024)
static enum err digest(const struct deal_event *event, uint8_t out[EVENT_DIGEST_BYTES])
{
    char memory[SENT_MAX];
    uint8_t sum[SHA256_BYTES];
    struct buf sent;

    buf_init_fixed(&sent, memory, sizeof memory);
    add_text(&sent, event->type);
    add_number(&sent, event->has_time, event->time_ms);
    add_number(&sent, event->click_id > 0, event->click_id);
    add_text(&sent, event->page);
    add_number(&sent, event->customer_id > 0, event->customer_id);
    for (size_t i = 0; i < event->identities_count; i++) {
        add_number(&sent, true, event->identities[i].kind);
        add_text(&sent, event->identities[i].value);
    }
    add_text(&sent, event->name);
    add_number(&sent, event->has_value, event->value);
    add_text(&sent, event->currency);
    add_number(&sent, event->owner_id > 0, event->owner_id);
    add_text(&sent, event->metadata);
    if (sent.overflow) {
        return ERR_TOO_LARGE;
    }
    crypt_sha256(buf_str(&sent), sum);
    memcpy(out, sum, EVENT_DIGEST_BYTES);
    return OK;
}

/* ---- one ---- */

static enum err find_repeat(struct db *db, struct intake *self, const struct deal_event *event,
                            struct deal_result *result)
{
    uint8_t sent[EVENT_DIGEST_BYTES];

    memcpy(sent, result->event.digest, sizeof sent);
    enum err err = events_find_event_id(db, self->arena, event->event_id, &result->event);
    if (err == OK) {
        result->existed = true;
        result->err = memcmp(sent, result->event.digest, sizeof sent) == 0 ? OK : ERR_EVENT_TAKEN;
    }
    return err;
}

static enum err follow_page(struct db *db, const struct deal_event *event, struct event *row)
{
    int64_t click_id = 0;
    int generation = 1;
    enum err err = event->page.len > 0 && event->generation == 0
                       ? events_forward(db, event->page, &click_id, &generation)
                       : ERR_NOT_FOUND;

    if (err == OK && (row->click_id == 0 || row->click_id == click_id)) {
        row->click_id = click_id;
        row->generation = generation;
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

/* ERR_NOT_FOUND: there is no customer of that number. */
static enum err find_customer(struct db *db, const struct intake *self, const struct deal_event *event,
                              struct event *row)
{
    struct identity identities[IDENTITIES_MAX];
    char number[24];
    size_t count = 0;

    BUG_ON(event->identities_count >= IDENTITIES_MAX);
    for (; count < event->identities_count; count++) {
        identities[count] = event->identities[count];
    }
    if (event->page.len > 0) {
        identities[count++] = (struct identity){IDENTITY_PAGE, event->page};
    }
    if (count == 0 && event->customer_id == 0 && event->name.len > 0 && row->click_id > 0 && row->generation == 1) {
        int len = snprintf(number, sizeof number, "%" PRId64, row->click_id); /* somebody to bear the name */
        identities[count++] = (struct identity){IDENTITY_CLICK, {number, (size_t)len}};
    }
    row->customer_id = event->customer_id;
    if (count == 0 && row->customer_id == 0) {
        return OK;
    }
    return identities_resolve(db, identities, count, row->id, self->now_ms, &row->customer_id);
}

static enum err note(struct db *db, const struct intake *self, const struct deal_event *event, const struct event *row)
{
    enum err err = OK;

    if (row->customer_id == 0) {
        return OK;
    }
    const struct customer_event noted = {row->id, row->type, row->time_ms, row->has_value && row->value < 0};
    err = customers_note_event(db, row->customer_id, &noted, self->now_ms);
    err = err || event->name.len == 0 ? err : customers_say_name(db, row->customer_id, event->name, row->time_ms);
    return err || row->owner_id == 0 ? err : customers_say_owner(db, row->customer_id, row->owner_id, row->time_ms);
}

static void refuse_customer(struct deal_result *result)
{
    result->event.id = 0;
    result->err =
        fault_set(&result->fault, ERR_INVALID, "customer.id", "unknown", "There is no such customer.", "没有该客户。");
}

static enum err take_one(struct db *db, struct intake *self, const struct deal_event *event, struct deal_result *result)
{
    struct event *row = &result->event;
    enum err err = event->event_id.len > 0 ? find_repeat(db, self, event, result) : ERR_NOT_FOUND;

    if (err != ERR_NOT_FOUND) {
        return err;
    }
    row->id = self->last_id + 1;
    err = follow_page(db, event, row);
    row->link_id = row->click_id == 0 ? event->link_id : 0;
    err = err ? err : find_customer(db, self, event, row);
    if (err == ERR_NOT_FOUND) {
        refuse_customer(result);
        return OK;
    }
    row->state = row->customer_id == 0 && row->click_id == 0 ? EVENT_UNMATCHED : EVENT_WAITING;
    err = err ? err : events_insert(db, row);
    err = err ? err : note(db, self, event, row);
    self->last_id += err == OK;
    return err;
}

/* ---- all ---- */

static void prepare(const struct intake *self, size_t at)
{
    const struct deal_event *event = &self->events[at];
    struct deal_result *result = &self->results[at];

    *result = (struct deal_result){0};
    result->err = deal_event_check(event, self->now_ms, &result->fault);
    result->event = (struct event){
        .event_id = event->event_id,
        .type = event->type,
        .origin = event->origin,
        .time_ms = event->has_time ? event->time_ms : self->now_ms,
        .received_ms = self->now_ms,
        .has_value = event->has_value,
        .value = event->value,
        .currency = event->currency,
        .click_id = event->click_id,
        .owner_id = event->owner_id,
        .generation = event->generation > 1 ? 2 : 1,
        .metadata = event->metadata,
    };
    if (result->err == OK) {
        result->err = digest(event, result->event.digest);
    }
}

static enum err take_all(struct db *db, void *arg, struct fault *fault)
{
    struct intake *self = arg;
    enum err err = events_last_id(db, &self->last_id);
    (void)fault;

    for (size_t i = 0; err == OK && i < self->count; i++) {
        if (self->results[i].err == OK) {
            err = take_one(db, self, &self->events[i], &self->results[i]);
        }
    }
    return err;
}

enum err deals_intake(struct deals *self, struct arena *arena, const struct deal_event *events, size_t count,
                      int64_t now_ms, struct deal_result *results, struct fault *fault)
{
    struct intake intake = {arena, events, count, results, now_ms, 0};
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        prepare(&intake, i);
        any = any || results[i].err == OK;
    }
    if (!any) {
        return OK;
    }
    enum err err = writer_submit(self->writer, &(struct writer_task){.run = take_all, .arg = &intake}, fault);
    if (err == OK) {
        joiner_wake(atomic_load(&self->joiner));
    }
    return err;
}

/* ---- what would be ---- */

static enum err try_one(struct db *db, struct intake *self, const struct deal_event *event, struct deal_result *result)
{
    struct customer customer;
    enum err err = event->event_id.len > 0 ? find_repeat(db, self, event, result) : ERR_NOT_FOUND;

    if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = event->customer_id > 0 ? customers_find(db, self->arena, event->customer_id, &customer) : OK;
    if (err == ERR_NOT_FOUND) {
        refuse_customer(result);
        return OK;
    }
    bool known = event->customer_id > 0 || event->identities_count > 0 || event->page.len > 0 || event->click_id > 0;
    result->event.state = known ? EVENT_WAITING : EVENT_UNMATCHED;
    return err;
}

enum err deals_try(struct db *db, struct arena *arena, const struct deal_event *events, size_t count, int64_t now_ms,
                   struct deal_result *results)
{
    struct intake intake = {arena, events, count, results, now_ms, 0};
    enum err err = OK;

    for (size_t i = 0; err == OK && i < count; i++) {
        prepare(&intake, i);
        err = results[i].err == OK ? try_one(db, &intake, &events[i], &results[i]) : OK;
    }
    return err;
}
