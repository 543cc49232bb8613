/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/cost_book.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/money.h"
#include "linkpond/store/audit.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/users.h"

struct book_call {
    const struct actor *actor;
    struct arena *arena;
    const struct cost_draft *drafts;
    struct cost_result *results;
    size_t count;
    struct cost before; /* what is changed by its id */
    int64_t id;         /* to delete */
};

/* ---- checks */

static enum err check_text(const char *field, str text, size_t bytes_max, struct fault *fault)
{
    if (text.len > bytes_max) {
        return fault_set(fault, ERR_INVALID, field, "too_long", "This text is too long.", "文本过长。");
    }
    return utf8_valid(text) && !utf8_has_control(text)
               ? OK
               : fault_set(fault, ERR_INVALID, field, "control_character", "UTF-8 without control characters.",
                           "必须是不含控制字符的 UTF-8 文本。");
}

/* The last of the days may be yet to come: a month is paid for when it begins. */
static enum err check_days(const struct cost_draft *draft, struct cost *cost, struct fault *fault)
{
    int64_t first = 0, last = 0;
    bool spread = draft->last_day.len > 0;

    if (!date_parse(draft->day, &first) || (spread && !date_parse(draft->last_day, &last))) {
        const char *field = date_parse(draft->day, &first) ? "to" : "day";
        return fault_set(fault, ERR_INVALID, field, "not_a_time", "A date such as 2026-11-22.",
                         "应为日期，例如 2026-11-22。");
    }
    if (spread && last < first) {
        return fault_set(fault, ERR_INVALID, "to", "out_of_order", "The last day is before the first.",
                         "结束日期早于开始日期。");
    }
    if (spread && last - first >= COST_DAYS_MAX) {
        return fault_set(fault, ERR_INVALID, "to", "out_of_range", "Over 1,096 days at most.", "最多分摊到 1096 天。");
    }
    cost->last_day = spread ? draft->last_day : draft->day;
    if (first * MS_PER_DAY > cost->updated_ms + 2 * MS_PER_DAY) {
        return fault_set(fault, ERR_INVALID, "day", "out_of_range", "That day is yet to come.", "该日期尚未到来。");
    }
    return OK;
}

static enum err find_label(struct book_call *self, struct db *db, enum label_kind kind, str key, int64_t *id,
                           struct fault *fault)
{
    struct label label;

    if (key.len == 0) {
        return OK;
    }
    enum err err = labels_find(db, self->arena, kind, key, &label);
    *id = err == OK ? label.id : 0;
    return err != ERR_NOT_FOUND ? err
           : kind == LABEL_CAMPAIGN
               ? fault_set(fault, ERR_INVALID, "campaign", "unknown", "There is no such campaign.", "没有该营销活动。")
               : fault_set(fault, ERR_INVALID, "channel", "unknown", "There is no such channel.", "没有该渠道。");
}

static enum err find_owner(struct book_call *self, struct db *db, str key, int64_t *id, struct fault *fault)
{
    struct user user;

    if (key.len == 0) {
        return OK;
    }
    enum err err = users_find_key(db, self->arena, key, &user);
    *id = err == OK ? user.id : 0;
    return err == ERR_NOT_FOUND
               ? fault_set(fault, ERR_INVALID, "owner", "unknown", "There is no such user.", "没有该用户。")
               : err;
}

static enum err check(struct book_call *self, struct db *db, const struct cost_draft *draft, struct cost *cost,
                      struct fault *fault)
{
    int things = (draft->campaign.len > 0) + (draft->channel.len > 0) + (draft->link_id != 0) + (draft->owner.len > 0);

    if (things != 1) {
        return fault_set(fault, ERR_INVALID, "campaign", things == 0 ? "required" : "conflicting",
                         "One of campaign, channel, link and owner says what it was spent on.",
                         "campaign、channel、link、owner 必须且只能填写一项。");
    }
    if (draft->amount < 0 || draft->amount > COST_AMOUNT_MAX) {
        return fault_set(fault, ERR_INVALID, "amount", "out_of_range", "From 0 to 10^12 minor units.",
                         "应在 0 到 10^12 最小货币单位之间。");
    }
    if (money_find(draft->currency) < 0) {
        return fault_set(fault, ERR_INVALID, "currency", "unknown", "Not a currency of ISO 4217, such as CNY.",
                         "不是 ISO 4217 货币代码，例如 CNY。");
    }
    enum err err = check_text("note", draft->note, LIMIT_TITLE, fault);
    err = err ? err : check_text("external_id", draft->external_id, LIMIT_EXTERNAL_ID, fault);
    err = err ? err : check_days(draft, cost, fault);
    err = err ? err : find_label(self, db, LABEL_CAMPAIGN, draft->campaign, &cost->campaign_id, fault);
    err = err ? err : find_label(self, db, LABEL_CHANNEL, draft->channel, &cost->channel_id, fault);
    return err ? err : find_owner(self, db, draft->owner, &cost->owner_id, fault);
}

/* ---- one entry */

/* Which one becomes this, if any does. */
static enum err find_before(struct book_call *self, struct db *db, const struct cost_draft *draft, struct cost *cost,
                            struct cost_result *out)
{
    enum err err = OK;

    if (draft->id != 0) {
        cost->id = draft->id;
        err = costs_find(db, self->arena, draft->id, &self->before);
        out->existed = err == OK;
    } else if (cost->external_id.len > 0) {
        err = costs_find_external(db, cost->external_id, &cost->id);
        out->existed = err == OK;
        err = err == ERR_NOT_FOUND ? OK : err;
    }
    return err;
}

static enum err put(struct book_call *self, struct db *db, const struct cost_draft *draft, struct cost_result *out)
{
    struct cost cost = {.day = draft->day,
                        .link_id = draft->link_id,
                        .amount = draft->amount,
                        .currency = draft->currency,
                        .note = draft->note,
                        .external_id = draft->external_id,
                        .updated_ms = clock_now_ms()};
    enum err err = check(self, db, draft, &cost, &out->fault);

    err = err ? err : find_before(self, db, draft, &cost, out);
    err = err ? err : out->existed ? costs_update(db, &cost) : costs_insert(db, &cost);
    if (err == ERR_CONFLICT) {
        return fault_set(&out->fault, err, "external_id", "taken", "Another cost has this external_id.",
                         "另一笔花费已使用该 external_id。");
    }
    return err ? err : costs_find(db, self->arena, cost.id, &out->cost);
}

static str amount_text(const struct cost *cost, char text[MONEY_TEXT_MAX])
{
    return cost->id != 0 ? money_text(cost->amount, money_find(cost->currency), text) : STR("");
}

static enum err tell(struct book_call *self, struct db *db, const char *verb, const struct cost *cost, size_t count)
{
    struct audit_note note;

    audit_begin(&note, "cost", verb, cost->id, cost->day);
    if (count == 1) {
        const struct cost none = {0}, *from = self->id != 0 ? cost : &self->before, *to = self->id != 0 ? &none : cost;
        char before[MONEY_TEXT_MAX], after[MONEY_TEXT_MAX];
        audit_text(&note, "amount", amount_text(from, before), amount_text(to, after));
        audit_text(&note, "currency", from->currency, to->currency);
    } else {
        audit_i64(&note, "costs", 0, (int64_t)count);
    }
    return audit_end(&note, db, self->actor->user_id, self->actor->key_id, clock_now_ms(), false);
}

static enum err put_all(struct db *db, void *arg, struct fault *fault)
{
    struct book_call *self = arg;
    const struct cost *last = NULL;
    size_t made = 0;
    enum err err = OK;

    (void)fault;
    for (size_t i = 0; i < self->count && !err; i++) {
        struct cost_result *out = &self->results[i];
        *out = (struct cost_result){0};
        out->err = put(self, db, &self->drafts[i], out);
        err = out->err == ERR_INVALID || out->err == ERR_NOT_FOUND || out->err == ERR_CONFLICT ? OK : out->err;
        last = out->err == OK ? &out->cost : last;
        made += out->err == OK;
    }
    return err || !last ? err : tell(self, db, "put", last, made);
}

static enum err take_out(struct db *db, void *arg, struct fault *fault)
{
    struct book_call *self = arg;
    struct cost cost;
    enum err err = costs_find(db, self->arena, self->id, &cost);

    (void)fault;
    err = err ? err : costs_delete(db, self->id);
    return err ? err : tell(self, db, "delete", &cost, 1);
}

enum err cost_book_put(struct writer *writer, const struct actor *actor, struct arena *arena,
                       const struct cost_draft *drafts, size_t count, struct cost_result *results)
{
    struct book_call call = {.actor = actor, .arena = arena, .drafts = drafts, .results = results, .count = count};

    return writer_submit(writer, &(struct writer_task){.run = put_all, .arg = &call}, NULL);
}

enum err cost_book_delete(struct writer *writer, const struct actor *actor, struct arena *arena, int64_t id,
                          struct fault *fault)
{
    struct book_call call = {.actor = actor, .arena = arena, .id = id};

    return writer_submit(writer, &(struct writer_task){.run = take_out, .arg = &call}, fault);
}
