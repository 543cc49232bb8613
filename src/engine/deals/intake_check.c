/* SPDX-License-Identifier: MIT */
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"
#include "linkpond/engine/intake.h"
#include "linkpond/model/money.h"

static enum err check_text(str text, size_t low, size_t high, const char *field, struct fault *fault)
{
    if (text.len < low) {
        return fault_set(fault, ERR_INVALID, field, "too_short", "It must not be empty.", "不能为空。");
    }
    if (text.len > high) {
        fault_setf(fault, ERR_INVALID, field, "too_long", "It may have at most %zu bytes.", high);
        fault_chinesef(fault, "最多 %zu 字节。", high);
        return ERR_INVALID;
    }
    if (!utf8_valid(text)) { /* as JSON it is refused before; addresses and tables may bring any bytes */
        return fault_set(fault, ERR_INVALID, field, "invalid_utf8", "The text is not UTF-8.", "文本不是 UTF-8 编码。");
    }
    return utf8_has_control(text) ? fault_set(fault, ERR_INVALID, field, "control_character",
                                              "It may not hold control characters.", "不能包含控制字符。")
                                  : OK;
}

static enum err check_time(const struct deal_event *event, int64_t now_ms, struct fault *fault)
{
    if (event->has_time && event->time_ms > now_ms + LIMIT_EVENT_AHEAD_MS) {
        return fault_set(fault, ERR_INVALID, "time", "in_the_future", "An event cannot be in the future.",
                         "事件时间不能晚于现在。");
    }
    if (event->has_time && event->time_ms < now_ms - LIMIT_EVENT_AGE_MS) {
        return fault_set(fault, ERR_INVALID, "time", "too_old", "An event may be at most 1,095 days old.",
                         "事件时间最早为 1095 天前。");
    }
    return OK;
}

static enum err check_value(const struct deal_event *event, struct fault *fault)
{
    if (!event->has_value) {
        return event->currency.len == 0 ? OK
                                        : fault_set(fault, ERR_INVALID, "value", "required",
                                                    "A currency needs a value.", "填写币种时必须填写金额。");
    }
    if (event->value > LIMIT_EVENT_VALUE || event->value < -LIMIT_EVENT_VALUE) {
        return fault_set(fault, ERR_INVALID, "value", "out_of_range",
                         "A value is a whole number of minor units between -10^12 and 10^12.",
                         "金额为整数（最小货币单位），绝对值不超过 10^12。");
    }
    if (event->currency.len == 0) {
        return fault_set(fault, ERR_INVALID, "currency", "required", "A value needs a currency.", "金额需要币种。");
    }
    return money_find(event->currency) >= 0
               ? OK
               : fault_set(fault, ERR_INVALID, "currency", "unknown", "That is no currency of ISO 4217, like CNY.",
                           "不是 ISO 4217 币种代码（如 CNY）。");
}

enum err deal_event_check(const struct deal_event *event, int64_t now_ms, struct fault *fault)
{
    enum err err = check_text(event->type, 1, LIMIT_EVENT_TYPE, "type", fault);

    err = err ? err : check_text(event->event_id, 0, LIMIT_EVENT_ID, "event_id", fault);
    err = err ? err : check_text(event->name, 0, LIMIT_NAME, "customer.name", fault);
    err = err ? err : check_text(event->page, 0, IDENTITY_VALUE_MAX, "page", fault);
    err = err ? err : check_time(event, now_ms, fault);
    err = err ? err : check_value(event, fault);
    if (err == OK && event->metadata.len > LIMIT_METADATA) {
        err = fault_set(fault, ERR_INVALID, "metadata", "too_long", "It is too long.", "内容过长。");
    }
    return err;
}
