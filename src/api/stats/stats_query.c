/* SPDX-License-Identifier: MIT */
/*
 * One pass over the query string: each parameter is a row of a table, or a dimension. Times are read at the end, since
 * a plain date means nothing before tz is known.
 */
#include "linkpond/api/call.h"
#include "linkpond/base/percent.h"
#include "linkpond/model/payback.h"
#include "linkpond/store/segments.h"
#include "linkpond/store/sums.h"
#include "stats_parsing.h"

enum err stats_refuse(struct stats_parsing *self, const char *code, const char *message, const char *message_zh)
{
    return fault_set(self->fault, ERR_INVALID, self->name, code, message, message_zh);
}

/* ---- one parameter ---------------------------------------------------------------------------------------------- */

static enum err take_tz(struct stats_parsing *self, str value)
{
    const struct zone *zone = zone_find(value);
    if (!zone) {
        return stats_refuse(self, "unknown", "Not an IANA time zone such as Asia/Shanghai.",
                            "不是有效的 IANA 时区，例如 Asia/Shanghai。");
    }
    self->out->report.zone = zone;
    return OK;
}

static enum err take_from(struct stats_parsing *self, str value)
{
    self->from = value;
    return OK;
}

static enum err take_to(struct stats_parsing *self, str value)
{
    self->to = value;
    return OK;
}

static enum err take_period(struct stats_parsing *self, str value)
{
    self->period = value;
    return OK;
}

int stats_word_in(const char *const *words, str value)
{
    for (int i = 0; words[i]; i++) {
        if (str_eq(str_from_c(words[i]), value)) {
            return i;
        }
    }
    return -1;
}

static enum err take_interval(struct stats_parsing *self, str value)
{
    static const char *const words[] = {"hour", "day", "week", "month", NULL};
    int found = stats_word_in(words, value);
    if (found < 0) {
        return stats_refuse(self, "not_allowed", "hour, day, week or month.", "只能是 hour、day、week 或 month。");
    }
    self->out->report.interval = (enum interval)(INTERVAL_HOUR + found);
    return OK;
}

/* Touches have not all that clicks have. */
static bool dim_allowed(const struct stats_parsing *self, enum dim dim)
{
    return !((unsigned)self->use & USE_DEALS) || attribution_dim(dim);
}

static enum err take_group_by(struct stats_parsing *self, str value)
{
    struct report_query *report = &self->out->report;
    str piece;
    while (str_next(&value, ',', &piece)) {
        int dim = dim_find(str_trim(piece));
        if (dim < 0 || !dim_allowed(self, (enum dim)dim)) {
            return stats_refuse(self, "not_allowed", "Not a dimension.", "没有该维度。");
        }
        if (report->group_count == 1 && (self->use == USE_FUNNEL || self->use == USE_MONEY)) {
            return stats_refuse(self, "too_many", "One dimension.", "只能有一个维度。");
        }
        if (report->group_count == ARRAY_LEN(report->group_by)) {
            return stats_refuse(self, "too_many", "At most two dimensions.", "最多两个维度。");
        }
        if (report->group_count == 1 && report->group_by[0] == (enum dim)dim) {
            return stats_refuse(self, "conflicting", "The two dimensions are the same.", "两个维度相同。");
        }
        report->group_by[report->group_count++] = (enum dim)dim;
    }
    return OK;
}

static enum err take_metrics(struct stats_parsing *self, str value)
{
    static const char *const words[] = {"clicks", "visitors", "new_visitors", "scans", NULL};
    str piece;
    while (str_next(&value, ',', &piece)) {
        int found = stats_word_in(words, str_trim(piece));
        if (found < 0) {
            return stats_refuse(self, "not_allowed", "clicks, visitors, new_visitors or scans.",
                                "只能是 clicks、visitors、new_visitors 或 scans。");
        }
        self->out->metrics |= 1u << found;
    }
    return OK;
}

static enum err take_compare(struct stats_parsing *self, str value)
{
    static const char *const words[] = {"none", "previous", "year", NULL};
    int found = stats_word_in(words, value);
    if (found < 0) {
        return stats_refuse(self, "not_allowed", "previous or year.", "只能是 previous 或 year。");
    }
    self->out->compare = (enum stats_compare)found;
    return OK;
}

static enum err take_limit(struct stats_parsing *self, str value)
{
    if (!str_to_i64(value, &self->limit)) {
        return stats_refuse(self, "wrong_type", "A whole number is needed.", "请填写整数。");
    }
    self->limit_given = true;
    return OK;
}

static enum err take_order(struct stats_parsing *self, str value)
{
    static const char *const words[] = {"desc", "asc", NULL};
    int found = stats_word_in(words, value);
    if (found < 0) {
        return stats_refuse(self, "not_allowed", "asc or desc.", "只能是 asc 或 desc。");
    }
    self->out->ascending = found == 1;
    return OK;
}

static enum err take_after(struct stats_parsing *self, str value)
{
    if (!str_to_i64(value, &self->out->after_id) || self->out->after_id < 0) {
        return stats_refuse(self, "wrong_type", "The id of a click is needed.", "请填写访问记录的 id。");
    }
    return OK;
}

static enum err take_cursor(struct stats_parsing *self, str value)
{
    self->cursor = value;
    return OK;
}

static enum err take_format(struct stats_parsing *self, str value)
{
    static const char *const words[] = {"json", "ndjson", "csv", NULL};
    int found = stats_word_in(words, value);
    if (found < 0) {
        return stats_refuse(self, "not_allowed", "json, ndjson or csv.", "只能是 json、ndjson 或 csv。");
    }
    self->out->format = (enum stats_format)found;
    return OK;
}

static enum err take_flag(struct stats_parsing *self, str value, bool *flag)
{
    static const char *const words[] = {"false", "true", "0", "1", NULL};
    int found = stats_word_in(words, value);
    if (found < 0) {
        return stats_refuse(self, "wrong_type", "Must be true or false.", "只能是 true 或 false。");
    }
    *flag = found & 1;
    return OK;
}

static enum err take_count(struct stats_parsing *self, str value)
{
    return take_flag(self, value, &self->out->count);
}

static enum err take_bom(struct stats_parsing *self, str value)
{
    return take_flag(self, value, &self->out->bom);
}

static enum err take_raw(struct stats_parsing *self, str value)
{
    return take_flag(self, value, &self->out->report.raw_utm);
}

static enum err take_request_id(struct stats_parsing *self, str value)
{
    self->out->request_id = value;
    return OK;
}

static const struct {
    const char *name;
    unsigned uses; /* enum stats_use */
    enum err (*take)(struct stats_parsing *self, str value);
} parameters[] = {
    {"tz", USE_STATS | USE_CLICKS | USE_DEALS, take_tz},
    {"from", USE_STATS | USE_CLICKS | USE_DEALS, take_from},
    {"to", USE_STATS | USE_CLICKS | USE_DEALS, take_to},
    {"period", USE_STATS | USE_CLICKS | USE_DEALS, take_period},
    {"limit", USE_STATS | USE_CLICKS | USE_ATTRIBUTION | USE_FUNNEL | USE_MONEY, take_limit},
    {"raw", USE_STATS | USE_CLICKS | USE_DEALS, take_raw},
    {"interval", USE_STATS, take_interval},
    {"group_by", USE_STATS | USE_ATTRIBUTION | USE_FUNNEL | USE_MONEY, take_group_by},
    {"metrics", USE_STATS, take_metrics},
    {"compare", USE_STATS, take_compare},
    {"order", USE_CLICKS, take_order},
    {"after", USE_CLICKS, take_after},
    {"cursor", USE_CLICKS, take_cursor},
    {"format", USE_CLICKS, take_format},
    {"count", USE_CLICKS, take_count},
    {"bom", USE_CLICKS, take_bom},
    {"request_id", USE_CLICKS, take_request_id},
    {"models", USE_ATTRIBUTION | USE_MONEY, stats_take_models},
    {"window", USE_ATTRIBUTION | USE_MONEY, stats_take_window},
    {"half_life", USE_ATTRIBUTION | USE_MONEY, stats_take_half_life},
    {"margin", USE_MONEY | USE_COHORTS, stats_take_margin},
    {"type", USE_ATTRIBUTION, stats_take_type},
    {"stage", USE_ATTRIBUTION, stats_take_stage},
};

_Static_assert(ARRAY_LEN(parameters) <= 32, "a bit for each");

static enum err take_parameter(struct stats_parsing *self, str name, str value)
{
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
        if (!(parameters[i].uses & (unsigned)self->use) || !str_eq(str_from_c(parameters[i].name), name)) {
            continue;
        }
        bool again = self->met & UINT32_C(1) << i && parameters[i].take != stats_take_type;
        self->met |= UINT32_C(1) << i;
        return again ? stats_refuse(self, "conflicting", "This parameter is given twice.", "该参数重复。")
                     : parameters[i].take(self, value);
    }
    int dim = dim_find(name);
    if (dim >= 0 && dim_allowed(self, (enum dim)dim)) {
        return stats_filter_add(self, (enum dim)dim, false, value);
    }
    dim = str_starts(name, STR("not_")) ? dim_find(str_from(name, 4)) : -1;
    if (dim >= 0 && dim_allowed(self, (enum dim)dim)) {
        return stats_filter_add(self, (enum dim)dim, true, value);
    }
    return stats_refuse(self, "unknown_parameter", "This parameter is not known.", "没有该参数。");
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

static enum err settle_limit(struct stats_parsing *self)
{
    struct stats_query *out = self->out;
    bool stream = self->use == USE_CLICKS && out->format != FORMAT_JSON;
    int64_t high = stream ? INT64_MAX : LIMIT_PAGE;
    self->name = "limit";
    if (!self->limit_given) {
        /* NOLINTNEXTLINE(bugprone-branch-clone): two choices that happen to be the same number */
        self->limit = self->use != USE_CLICKS ? STATS_GROUPS_DEFAULT : CLICKS_PAGE_DEFAULT;
        out->limit = stream ? 0 : self->limit;
        out->report.limit = (size_t)self->limit;
        return OK;
    }
    if (self->limit < 1 || self->limit > high) {
        return stats_refuse(self, "out_of_range", "From 1 to 1000.", "应在 1 到 1000 之间。");
    }
    out->limit = self->limit;
    out->report.limit = (size_t)self->limit;
    return OK;
}

str stats_query_cursor(struct arena *arena, bool ascending, int64_t time_ms, int64_t click_id)
{
    return cursor_encode(
        arena, arena_f(arena, "%s %lld %lld", ascending ? "asc" : "desc", (long long)time_ms, (long long)click_id));
}

static enum err settle_cursor(struct stats_parsing *self)
{
    struct stats_query *out = self->out;
    str text, order, time;
    if (self->cursor.len == 0) {
        return OK;
    }
    self->name = "cursor";
    if (!cursor_decode(self->arena, self->cursor, &text) || !str_cut(text, ' ', &order, &text) ||
        !str_eq(order, out->ascending ? STR("asc") : STR("desc")) || !str_cut(text, ' ', &time, &text) ||
        !str_to_i64(time, &out->after_ms) || !str_to_i64(text, &out->after_id)) {
        return stats_refuse(self, "bad_cursor", "This cursor was not given out for this list.",
                            "此游标不属于当前列表。");
    }
    return OK;
}

enum err stats_query_parse(struct arena *arena, str query, enum stats_use use, const struct zone *zone, int64_t now_ms,
                           struct stats_query *out, struct fault *fault)
{
    *out = (struct stats_query){.report = {.zone = zone}, .margin_bp = MARGIN_ONE};
    struct stats_parsing self = {.arena = arena, .use = use, .out = out, .fault = fault, .name = ""};
    struct query_param param;
    enum err err = OK;
    while (err == OK && query_next(&query, &param)) {
        str name = arena_str(arena, percent_form_text(arena, param.name));
        self.name = name.len > 0 ? name.ptr : "";
        err = take_parameter(&self, name, percent_form_text(arena, param.value));
    }
    if (err == OK) {
        err = stats_filter_settle(&self);
    }
    if (err == OK) {
        err = stats_time_settle(&self, now_ms);
    }
    if (err == OK) {
        err = settle_limit(&self);
    }
    if (err == OK) {
        err = settle_cursor(&self);
    }
    if (err == OK && (use == USE_ATTRIBUTION || use == USE_MONEY)) {
        err = stats_deals_settle(&self);
    }
    if (err == OK && arena->overflow) {
        err = ERR_NOMEM;
    }
    out->metrics = out->metrics ? out->metrics : METRIC_DEFAULT;
    out->report.want_scans = (out->metrics & METRIC_SCANS) != 0;
    out->report.want_visitors = (out->metrics & (METRIC_VISITORS | METRIC_NEW_VISITORS)) != 0;
    return err;
}

enum err stats_query_first_day(struct db *db, const struct zone *zone, int64_t now_ms, int64_t *from_ms)
{
    int64_t first_ms = now_ms, day;
    str bytes;
    struct segment segment;

    struct stmt *rows = segments_each(db);
    while (segments_next(rows, &segment)) {
        if (segment.rows > 0 && segment.min_ms != TIME_NONE && segment.min_ms < first_ms) {
            first_ms = segment.min_ms;
        }
    }
    enum err err = stmt_err(rows);
    if (err != OK) {
        return err;
    }
    struct sums_days days = sums_scope_days(db, SUMS_ALL, 0, 0, now_ms / MS_PER_DAY + 1);
    if (sums_days_next(&days, &day, &bytes)) {
        first_ms = day * MS_PER_DAY < first_ms ? day * MS_PER_DAY : first_ms;
    }
    err = stmt_err(days.stmt);
    stmt_reset(days.stmt);
    *from_ms = zone_day_start(zone, zone_civil_day(zone, first_ms, NULL));
    return err;
}
