/* SPDX-License-Identifier: MIT */
#include "costs.h"

#include "linkpond/api/csv_cell.h"
#include "linkpond/api/csv_table.h"
#include "linkpond/model/money.h"

#define AMOUNT_UNSAID INT64_MIN

enum column {
    COLUMN_DAY,
    COLUMN_FROM,
    COLUMN_TO,
    COLUMN_CAMPAIGN,
    COLUMN_CHANNEL,
    COLUMN_LINK,
    COLUMN_OWNER,
    COLUMN_AMOUNT,
    COLUMN_COST,
    COLUMN_CURRENCY,
    COLUMN_NOTE,
    COLUMN_EXTERNAL_ID,
    COLUMNS
};
/* `amount` is in minor units, as in JSON; `cost` as people write money. */
static const struct csv_column columns[COLUMNS] = {
    [COLUMN_DAY] = {"day", "日期"},         [COLUMN_FROM] = {"from", "开始日期"},
    [COLUMN_TO] = {"to", "结束日期"},       [COLUMN_CAMPAIGN] = {"campaign", "营销活动"},
    [COLUMN_CHANNEL] = {"channel", "渠道"}, [COLUMN_LINK] = {"link", "短链"},
    [COLUMN_OWNER] = {"owner", "负责人"},   [COLUMN_AMOUNT] = {"amount", "金额（分）"},
    [COLUMN_COST] = {"cost", "金额"},       [COLUMN_CURRENCY] = {"currency", "币种"},
    [COLUMN_NOTE] = {"note", "备注"},       [COLUMN_EXTERNAL_ID] = {"external_id", "外部编号"},
};
struct costs_table {
    struct arena *arena;
    str currency; /* of amounts that name none */
    struct cost_entries *out;
};

static enum err take_cell(struct cost_entry *entry, enum column column, str cell, str *money)
{
    struct cost_draft *draft = &entry->draft;
    str *texts[COLUMNS] = {
        [COLUMN_DAY] = &draft->day,
        [COLUMN_FROM] = &entry->from,
        [COLUMN_TO] = &draft->last_day,
        [COLUMN_CAMPAIGN] = &draft->campaign,
        [COLUMN_CHANNEL] = &draft->channel,
        [COLUMN_LINK] = &entry->link,
        [COLUMN_OWNER] = &draft->owner,
        [COLUMN_COST] = money,
        [COLUMN_CURRENCY] = &draft->currency,
        [COLUMN_NOTE] = &draft->note,
        [COLUMN_EXTERNAL_ID] = &draft->external_id,
    };

    if (column != COLUMN_AMOUNT) {
        *texts[column] = cell;
        return OK;
    }
    return cell.len == 0 || str_to_i64(cell, &draft->amount)
               ? OK
               : fault_set(&entry->fault, ERR_INVALID, "amount", "wrong_type", "A whole number of minor units.",
                           "应为最小货币单位的整数。");
}

/* As JSON has it: a day or from, an amount in minor units or as people write it. */
static enum err settle(struct cost_entry *entry, str money)
{
    struct cost_draft *draft = &entry->draft;

    if (draft->day.len > 0 && entry->from.len > 0) {
        return fault_set(&entry->fault, ERR_INVALID, "day", "conflicting", "Either a day, or from and to.",
                         "请填写 day，或 from 与 to。");
    }
    if (money.len > 0 && draft->amount != AMOUNT_UNSAID) {
        return fault_set(&entry->fault, ERR_INVALID, "amount", "conflicting", "Either an amount, or a cost.",
                         "请只填写金额或金额（分）之一。");
    }
    if (money.len == 0 && draft->amount == AMOUNT_UNSAID) {
        return fault_set(&entry->fault, ERR_INVALID, "amount", "required", "This field is required.", "缺少该字段。");
    }
    draft->day = entry->from.len > 0 ? entry->from : draft->day;
    return money.len == 0 || money_parse(money, money_find(draft->currency), &draft->amount)
               ? OK
               : fault_set(&entry->fault, ERR_INVALID, "cost", "wrong_type", "An amount such as 1,234.50.",
                           "应为金额，例如 1,234.50。");
}

static enum err take_row(void *arg, const struct csv_table_row *row)
{
    struct costs_table *self = arg;
    struct cost_entry *entry = &self->out->items[self->out->count++];
    str money = {0};

    *entry = (struct cost_entry){.draft = {.amount = AMOUNT_UNSAID}};
    entry->err = row->too_wide ? csv_table_too_wide(&entry->fault) : OK;
    for (size_t i = 0; entry->err == OK && i < row->count; i++) {
        str cell = arena_str(self->arena, str_trim(csv_unguard(row->cells[i])));
        entry->err = take_cell(entry, (enum column)row->columns[i], cell, &money);
    }
    struct cost_draft *draft = &entry->draft;
    draft->currency = draft->currency.len > 0 ? draft->currency : self->currency;
    entry->err = entry->err == OK ? settle(entry, money) : entry->err;
    return OK;
}

enum err costs_csv_read(struct arena *arena, str currency, str body, struct cost_entries *out, struct fault *fault)
{
    struct costs_table costs = {.arena = arena, .currency = currency, .out = out};
    const struct csv_table table = {
        .columns = columns,
        .columns_count = COLUMNS,
        .names = "The first line names columns: day, to, campaign, channel, link, owner, amount or cost, currency, "
                 "note, external_id.",
        .names_zh = "首行为列名：日期、结束日期、营销活动、渠道、短链、负责人、金额、币种、备注、外部编号。",
        .take = take_row,
        .arg = &costs,
    };

    out->items = ARENA_ARRAY(arena, struct cost_entry, LIMIT_BULK);
    enum err err = out->items ? csv_table_read(&table, body, fault) : ERR_NOMEM;
    return err == OK && arena->overflow ? ERR_NOMEM : err;
}

void costs_csv_header(struct buf *out)
{
    static const enum column shown[] = {COLUMN_DAY,   COLUMN_TO,   COLUMN_CAMPAIGN, COLUMN_CHANNEL, COLUMN_LINK,
                                        COLUMN_OWNER, COLUMN_COST, COLUMN_CURRENCY, COLUMN_NOTE,    COLUMN_EXTERNAL_ID};

    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        csv_cell(out, i == 0, str_from_c(columns[shown[i]].name));
    }
    csv_line_end(out);
}

void costs_csv_row(struct buf *out, struct arena *arena, const struct cost *cost)
{
    char text[MONEY_TEXT_MAX];

    csv_cell(out, true, cost->day);
    csv_cell(out, false, cost->last_day);
    csv_cell(out, false, cost->campaign);
    csv_cell(out, false, cost->channel);
    csv_cell(out, false, cost->link_id != 0 ? arena_f(arena, "lnk_%lld", (long long)cost->link_id) : STR(""));
    csv_cell(out, false, cost->owner);
    csv_cell(out, false, money_text(cost->amount, money_find(cost->currency), text));
    csv_cell(out, false, cost->currency);
    csv_cell(out, false, cost->note);
    csv_cell(out, false, cost->external_id);
    csv_line_end(out);
}
