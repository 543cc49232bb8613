/* SPDX-License-Identifier: MIT */
#include "stats_view.h"

#include "linkpond/model/credit.h"

#define REPORT_RETRY_S 30 /* at once it would run into its deadline again */

void stats_report_failed(struct reply *reply, const struct request *request, enum err err, struct fault *fault)
{
    if (err != ERR_UNAVAILABLE || fault->code[0] != '\0') {
        reply_problem(reply, request, err, fault);
        return;
    }
    fault_set(fault, err, "from", "took_too_long",
              "The report was not done in its time: ask about less time, or when less is going on.",
              "统计未能在时限内完成：请缩短时间范围，或等系统空闲时再试。");
    reply_problem_retry(reply, request, err, fault, REPORT_RETRY_S);
}

void stats_put_instant(struct json_writer *json, const char *name, const struct zone *zone, int64_t ms)
{
    char text[TIMESTAMP_TEXT_MAX];

    json_put_str(json, name, timestamp_offset(ms, zone_offset_s(zone, ms), text));
}

void stats_write_dim(struct json_writer *json, struct arena *arena, enum dim dim, str value)
{
    json_name_str(json, dim_name(dim));
    if (dim != DIM_LINK) {
        json_str(json, value);
    } else if (value.len == 0 || str_eq(value, STR("0"))) {
        json_null(json);
    } else {
        json_str(json, arena_f(arena, "lnk_" STR_FMT, STR_ARG(value)));
    }
}

void stats_put_fraction(struct json_writer *json, struct arena *arena, const char *name, int64_t millionths)
{
    long long whole = millionths / CREDIT_ONE, rest = millionths % CREDIT_ONE;
    str text = rest == 0 ? arena_f(arena, "%lld", whole) : arena_f(arena, "%lld.%06lld", whole, rest);

    while (rest != 0 && text.len > 0 && text.ptr[text.len - 1] == '0') {
        text.len--;
    }
    json_name(json, name);
    json_raw(json, text);
}
