/* SPDX-License-Identifier: MIT */
#include "event_columns.h"

#include "linkpond/api/csv_cell.h"
#include "linkpond/api/import_columns.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/event_word.h"
#include "linkpond/model/money.h"

enum meaning {
    MEANS_TYPE,
    MEANS_EVENT_ID,
    MEANS_TIME,
    MEANS_CLICK_ID,
    MEANS_AMOUNT, /* as people write it */
    MEANS_VALUE,  /* minor units */
    MEANS_CURRENCY,
    MEANS_OWNER,
    MEANS_CUSTOMER,
    MEANS_NAME,
    MEANS_WHO /* + enum event_who */
};
_Static_assert(MEANS_WHO + EVENT_WHOS <= 32, "a bit for each");

/* As column_word() makes them of header cells. */
static const struct {
    const char *word;
    int8_t meaning;
} words[] = {
    {"type", MEANS_TYPE},
    {"event", MEANS_TYPE},
    {"eventname", MEANS_TYPE},
    {"conversionname", MEANS_TYPE}, /* Google Ads' offline conversions */
    {"事件", MEANS_TYPE},
    {"事件类型", MEANS_TYPE},
    {"类型", MEANS_TYPE},
    {"eventid", MEANS_EVENT_ID},
    {"orderid", MEANS_EVENT_ID},
    {"事件编号", MEANS_EVENT_ID},
    {"订单号", MEANS_EVENT_ID},
    {"订单编号", MEANS_EVENT_ID},
    {"time", MEANS_TIME},
    {"date", MEANS_TIME},
    {"eventtime", MEANS_TIME},
    {"conversiontime", MEANS_TIME},
    {"时间", MEANS_TIME},
    {"日期", MEANS_TIME},
    {"成交时间", MEANS_TIME},
    {"成交日期", MEANS_TIME},
    {"clickid", MEANS_CLICK_ID},
    {"click", MEANS_CLICK_ID},
    {"点击id", MEANS_CLICK_ID},
    {"amount", MEANS_AMOUNT},
    {"conversionvalue", MEANS_AMOUNT},
    {"金额", MEANS_AMOUNT},
    {"成交金额", MEANS_AMOUNT},
    {"成交额", MEANS_AMOUNT},
    {"value", MEANS_VALUE},
    {"valueminor", MEANS_VALUE},
    {"金额分", MEANS_VALUE},
    {"currency", MEANS_CURRENCY},
    {"conversioncurrency", MEANS_CURRENCY},
    {"币种", MEANS_CURRENCY},
    {"owner", MEANS_OWNER},
    {"负责人", MEANS_OWNER},
    {"销售", MEANS_OWNER},
    {"customer", MEANS_CUSTOMER},
    {"name", MEANS_NAME},
    {"姓名", MEANS_NAME},
    {"客户姓名", MEANS_NAME},
    {"客户", MEANS_NAME},
    {"externalid", MEANS_WHO + EVENT_WHO_EXTERNAL_ID},
    {"customerid", MEANS_WHO + EVENT_WHO_EXTERNAL_ID},
    {"客户编号", MEANS_WHO + EVENT_WHO_EXTERNAL_ID},
    {"openid", MEANS_WHO + EVENT_WHO_OPENID},
    {"unionid", MEANS_WHO + EVENT_WHO_UNIONID},
    {"externaluserid", MEANS_WHO + EVENT_WHO_EXTERNAL_USERID},
    {"外部联系人id", MEANS_WHO + EVENT_WHO_EXTERNAL_USERID},
    {"phone", MEANS_WHO + EVENT_WHO_PHONE},
    {"mobile", MEANS_WHO + EVENT_WHO_PHONE},
    {"手机", MEANS_WHO + EVENT_WHO_PHONE},
    {"手机号", MEANS_WHO + EVENT_WHO_PHONE},
    {"手机号码", MEANS_WHO + EVENT_WHO_PHONE},
    {"电话", MEANS_WHO + EVENT_WHO_PHONE},
    {"email", MEANS_WHO + EVENT_WHO_EMAIL},
    {"邮箱", MEANS_WHO + EVENT_WHO_EMAIL},
    {"phonehash", MEANS_WHO + EVENT_WHO_PHONE_HASH},
    {"emailhash", MEANS_WHO + EVENT_WHO_EMAIL_HASH},
};

static int8_t meaning_of(str header)
{
    char memory[COLUMN_WORD_MAX];
    str word = column_word(csv_unguard(header), memory);

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(word, str_from_c(words[i].word))) {
            return words[i].meaning;
        }
    }
    return -1;
}

/* One of two would be passed over, and nobody could tell which. */
static enum err refuse_twice(str cell, struct fault *fault)
{
    str name = utf8_cut(str_trim(csv_unguard(cell)), COLUMN_WORD_MAX);

    fault_setf(fault, ERR_INVALID, "header", "conflicting", "The column \"" STR_FMT "\" says what another one says.",
               STR_ARG(name));
    fault_chinesef(fault, "列“" STR_FMT "”与另一列含义相同。", STR_ARG(name));
    return ERR_INVALID;
}

static void note_unknown(struct event_columns *self, struct arena *arena, str cell)
{
    str name = utf8_cut(str_trim(csv_unguard(cell)), COLUMN_WORD_MAX);

    if (name.len > 0) {
        self->unknown[self->unknown_count++] = arena_str(arena, name);
    }
}

enum err event_columns_read(struct event_columns *self, struct arena *arena, const struct csv_row *header, str type,
                            struct fault *fault)
{
    bool typed = type.len > 0;
    uint32_t met = 0;

    self->count = header->count;
    self->unknown_count = 0;
    self->type = event_word_type(type);
    for (size_t i = 0; i < header->count; i++) {
        if (!utf8_valid(header->cells[i])) {
            return fault_set(fault, ERR_INVALID, "header", "invalid_utf8",
                             "The file is not UTF-8; save it as \"CSV UTF-8\".",
                             "文件不是 UTF-8 编码，请另存为“CSV UTF-8”格式。");
        }
        int8_t meaning = meaning_of(header->cells[i]);
        uint32_t kind = meaning >= 0 ? UINT32_C(1) << (meaning == MEANS_VALUE ? MEANS_AMOUNT : meaning) : 0;
        if (met & kind) {
            return refuse_twice(header->cells[i], fault);
        }
        met |= kind;
        self->meaning[i] = meaning;
        typed = typed || meaning == MEANS_TYPE;
        if (meaning < 0) {
            note_unknown(self, arena, header->cells[i]);
        }
    }
    if (met == 0) {
        return fault_set(fault, ERR_INVALID, "header", "unknown",
                         "No column has a name that is known here, such as phone, amount or type.",
                         "没有可识别的列名，如“手机号”“金额”“事件类型”。");
    }
    return typed ? OK
                 : fault_set(fault, ERR_INVALID, "header", "required", "A column \"type\" says what happened.",
                             "缺少“事件类型”列。");
}

/* ---- rows ---- */

/* The amount waits for the currency, which may stand behind it. */
struct row_reading {
    struct event_draft *draft;
    const struct engine *engine;
    str time, amount, value;
};

static void take_cell(struct row_reading *self, int8_t meaning, str cell)
{
    struct event_draft *draft = self->draft;
    str *const places[] = {
        [MEANS_TYPE] = &draft->type,
        [MEANS_EVENT_ID] = &draft->event_id,
        [MEANS_TIME] = &self->time,
        [MEANS_CLICK_ID] = &draft->click_id,
        [MEANS_AMOUNT] = &self->amount,
        [MEANS_VALUE] = &self->value,
        [MEANS_CURRENCY] = &draft->currency,
        [MEANS_OWNER] = &draft->owner,
        [MEANS_CUSTOMER] = &draft->customer_id,
        [MEANS_NAME] = &draft->name,
    };

    *(meaning >= MEANS_WHO ? &draft->who[meaning - MEANS_WHO] : places[meaning]) =
        meaning == MEANS_TYPE ? event_word_type(cell) : cell;
}

enum err event_text_value(struct event_draft *draft, str text, bool major, const struct engine *engine,
                          struct fault *fault)
{
    int currency = money_find(draft->currency.len > 0 ? draft->currency : engine->currency);
    bool good = !major ? str_to_i64(text, &draft->value) : currency < 0 || money_parse(text, currency, &draft->value);

    draft->has_value = true;
    return good ? OK
                : fault_set(fault, ERR_INVALID, "value", "not_a_number", "That is no amount of this currency.",
                            "金额格式不正确。");
}

static enum err read_value(struct row_reading *self, struct fault *fault)
{
    if (self->value.len == 0 && self->amount.len == 0) {
        self->draft->currency = STR(""); /* a column of currencies says nothing of a row without money */
        return OK;
    }
    bool major = self->value.len == 0;
    return event_text_value(self->draft, major ? self->amount : self->value, major, self->engine, fault);
}

enum err event_text_time(struct event_draft *draft, str text, struct arena *arena, const struct engine *engine,
                         struct fault *fault)
{
    const struct zone *zone = engine->zone;
    int64_t days = 0;

    draft->has_time = true;
    if (call_instant(arena, text, zone, false, &draft->time_ms)) {
        return OK;
    }
    /* "2026-11-22 10:00" and "2026-11-22 10:00:00" */
    str date, rest;
    str_cut(text, ' ', &date, &rest);
    str clock = rest.len == 5 ? arena_f(arena, STR_FMT ":00", STR_ARG(rest)) : rest;
    str utc = arena_f(arena, STR_FMT "T" STR_FMT "Z", STR_ARG(date), STR_ARG(clock));
    int64_t in_utc = 0;
    if (!date_parse(date, &days) || !timestamp_parse(utc, &in_utc)) {
        return fault_set(fault, ERR_INVALID, "time", "not_a_time", "Write it like 2026-11-22 10:00.",
                         "请写成 2026-11-22 10:00 的形式。");
    }
    int64_t guess = in_utc - (int64_t)zone_offset_s(zone, in_utc) * 1000;
    draft->time_ms = in_utc - (int64_t)zone_offset_s(zone, guess) * 1000;
    return OK;
}

enum err event_columns_row(const struct event_columns *self, struct arena *arena, const struct engine *engine,
                           const struct csv_row *row, struct event_draft *out, bool *blank, struct fault *fault)
{
    struct row_reading reading = {.draft = out, .engine = engine};
    bool more_than_named = false;

    *out = (struct event_draft){0};
    *blank = true;
    for (size_t i = self->count; i < row->count; i++) {
        more_than_named = more_than_named || str_trim(row->cells[i]).len > 0;
    }
    for (size_t i = 0; i < row->count && i < self->count; i++) {
        str cell = str_trim(csv_unguard(row->cells[i]));
        *blank = *blank && cell.len == 0;
        if (self->meaning[i] >= 0 && cell.len > 0) {
            take_cell(&reading, self->meaning[i], arena_str(arena, cell));
        }
    }
    out->type = out->type.len > 0 ? out->type : self->type;
    if (row->too_long) {
        return fault_set(fault, ERR_INVALID, "row", "line_too_long", "The row is too long.", "该行过长。");
    }
    if (more_than_named) { /* an amount such as 1,234.50 without quotes is two cells, and the first is not the amount */
        return fault_set(
            fault, ERR_INVALID, "row", "too_many",
            "The row has more cells than the first line: a cell with a comma in it, such as 1,234.50, needs quotes.",
            "该行的列数多于首行；含逗号的内容（如 1,234.50）需要加引号。");
    }
    enum err err = reading.time.len > 0 ? event_text_time(out, reading.time, arena, engine, fault) : OK;
    err = err ? err : read_value(&reading, fault);
    return err ? err : arena->overflow ? ERR_NOMEM : OK;
}
