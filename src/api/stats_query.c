/* SPDX-License-Identifier: MIT */
/*
 * One pass over the query string: each parameter is a row of a table, or a dimension. Times are read at the end, since
 * a plain date means nothing before tz is known.
 */
#include "stats_query.h"

#include "call.h"
#include "linkpond/base/percent.h"

struct parsing {
    struct arena *arena;
    enum stats_use use;
    struct stats_query *out;
    str from, to, period, cursor;
    bool limit_given, class_given, class_all;
    int64_t limit;
    const char *name; /* of the parameter being read */
    struct fault *fault;
};

static enum err refuse(struct parsing *self, const char *code, const char *message, const char *message_zh)
{
    return fault_set(self->fault, ERR_INVALID, self->name, code, message, message_zh);
}

static str decode(struct arena *arena, str raw)
{
    char *memory = arena_alloc(arena, raw.len + 1);
    if (!memory) {
        return (str){0};
    }
    struct buf out;
    buf_init_fixed(&out, memory, raw.len + 1);
    percent_decode_form(&out, raw);
    return buf_str(&out);
}

/* ---- filters --------------------------------------------------------------------------------------------------- */

static struct report_filter *find_filter(struct report_query *report, enum dim dim, bool exclude)
{
    for (size_t i = 0; i < report->filters_count; i++) {
        if (report->filters[i].dim == dim && report->filters[i].exclude == exclude) {
            return &report->filters[i];
        }
    }
    return NULL;
}

static struct report_filter *need_filter(struct parsing *self, enum dim dim, bool exclude)
{
    struct report_query *report = &self->out->report;
    struct report_filter *filter = find_filter(report, dim, exclude);
    if (filter || report->filters_count == REPORT_FILTERS_MAX) {
        return filter;
    }
    str *values = ARENA_ARRAY(self->arena, str, REPORT_FILTER_VALUES_MAX);
    if (!values) {
        return NULL;
    }
    filter = &report->filters[report->filters_count++];
    *filter = (struct report_filter){.dim = dim, .exclude = exclude, .values = {.items = values}};
    return filter;
}

/* Dimensions with a fixed vocabulary: a word outside it is a mistake, not an empty answer. */
static bool is_word_of(enum dim dim, str value)
{
    switch (dim) {
    case DIM_CLASS:
        return click_class_find(value) >= 0;
    case DIM_OUTCOME:
        return click_outcome_find(value) >= 0;
    case DIM_SCENE:
        return value.len == 0 || click_scene_find(value) >= 0;
    case DIM_SOURCE_BY:
        return click_by_find(value) >= 0;
    default:
        return true;
    }
}

static enum err add_filter(struct parsing *self, enum dim dim, bool exclude, str value)
{
    if (dim == DIM_CLASS && !exclude) {
        self->class_given = true;
        if (str_eq(value, STR("all"))) {
            self->class_all = true;
            return OK;
        }
    }
    if (!is_word_of(dim, value)) {
        return refuse(self, "not_allowed", "That word is not one of them.", "没有这个取值。");
    }
    struct report_filter *filter = need_filter(self, dim, exclude);
    if (!filter) {
        return refuse(self, "too_many", "At most 16 different filters.", "最多 16 个筛选条件。");
    }
    if (filter->values.count == REPORT_FILTER_VALUES_MAX) {
        return refuse(self, "too_many", "At most 64 values of one filter.", "每个筛选条件最多 64 个取值。");
    }
    filter->values.items[filter->values.count++] = value;
    return OK;
}

/* What counts: clicks are the visits of people that led somewhere, unless class or outcome is asked about. */
static enum err settle_classes(struct parsing *self)
{
    struct report_query *report = &self->out->report;
    if (self->use == USE_CLICKS) {
        report->all_classes = true; /* the raw ledger shows everything; class= narrows it like any other word */
        return OK;
    }
    bool grouped = false;
    for (size_t i = 0; i < report->group_count; i++) {
        grouped = grouped || report->group_by[i] == DIM_CLASS || report->group_by[i] == DIM_OUTCOME;
    }
    struct report_filter *classes = find_filter(report, DIM_CLASS, false);
    bool by_outcome = find_filter(report, DIM_OUTCOME, false) != NULL;
    bool only_human =
        classes && classes->values.count == 1 && str_eq(classes->values.items[0], STR("human")) && !self->class_all;
    if (only_human && !grouped && !by_outcome) {
        *classes = report->filters[--report->filters_count];
        return OK;
    }
    report->all_classes = self->class_given || grouped || by_outcome || find_filter(report, DIM_CLASS, true);
    if (classes && self->class_all) {
        *classes = report->filters[--report->filters_count];
    }
    if (by_outcome && !grouped && !self->class_given && !find_filter(report, DIM_CLASS, true)) {
        self->name = "outcome";
        return add_filter(self, DIM_CLASS, false, STR("human"));
    }
    return OK;
}

/* ---- the other parameters -------------------------------------------------------------------------------------- */

static enum err take_tz(struct parsing *self, str value)
{
    const struct zone *zone = zone_find(value);
    if (!zone) {
        return refuse(self, "unknown", "Not an IANA time zone such as Asia/Shanghai.",
                      "不是有效的 IANA 时区，例如 Asia/Shanghai。");
    }
    self->out->report.zone = zone;
    return OK;
}

static enum err take_from(struct parsing *self, str value)
{
    self->from = value;
    return OK;
}

static enum err take_to(struct parsing *self, str value)
{
    self->to = value;
    return OK;
}

static enum err take_period(struct parsing *self, str value)
{
    self->period = value;
    return OK;
}

/* Index of a word in a list ended by NULL; -1. */
static int word_in(const char *const *words, str value)
{
    for (int i = 0; words[i]; i++) {
        if (str_eq(str_from_c(words[i]), value)) {
            return i;
        }
    }
    return -1;
}

static enum err take_interval(struct parsing *self, str value)
{
    static const char *const words[] = {"hour", "day", "week", "month", NULL};
    int found = word_in(words, value);
    if (found < 0) {
        return refuse(self, "not_allowed", "hour, day, week or month.", "只能是 hour、day、week 或 month。");
    }
    self->out->report.interval = (enum interval)(INTERVAL_HOUR + found);
    return OK;
}

static enum err take_group_by(struct parsing *self, str value)
{
    struct report_query *report = &self->out->report;
    str piece;
    while (str_next(&value, ',', &piece)) {
        int dim = dim_find(str_trim(piece));
        if (dim < 0) {
            return refuse(self, "not_allowed", "Not a dimension.", "没有该维度。");
        }
        if (report->group_count == ARRAY_LEN(report->group_by)) {
            return refuse(self, "too_many", "At most two dimensions.", "最多两个维度。");
        }
        if (report->group_count == 1 && report->group_by[0] == (enum dim)dim) {
            return refuse(self, "conflicting", "The two dimensions are the same.", "两个维度相同。");
        }
        report->group_by[report->group_count++] = (enum dim)dim;
    }
    return OK;
}

static enum err take_metrics(struct parsing *self, str value)
{
    static const char *const words[] = {"clicks", "visitors", "new_visitors", "scans", NULL};
    str piece;
    while (str_next(&value, ',', &piece)) {
        int found = word_in(words, str_trim(piece));
        if (found < 0) {
            return refuse(self, "not_allowed", "clicks, visitors, new_visitors or scans.",
                          "只能是 clicks、visitors、new_visitors 或 scans。");
        }
        self->out->metrics |= 1u << found;
    }
    return OK;
}

static enum err take_compare(struct parsing *self, str value)
{
    static const char *const words[] = {"none", "previous", "year", NULL};
    int found = word_in(words, value);
    if (found < 0) {
        return refuse(self, "not_allowed", "previous or year.", "只能是 previous 或 year。");
    }
    self->out->compare = (enum stats_compare)found;
    return OK;
}

static enum err take_limit(struct parsing *self, str value)
{
    if (!str_to_i64(value, &self->limit)) {
        return refuse(self, "wrong_type", "A whole number is needed.", "请填写整数。");
    }
    self->limit_given = true;
    return OK;
}

static enum err take_order(struct parsing *self, str value)
{
    static const char *const words[] = {"desc", "asc", NULL};
    int found = word_in(words, value);
    if (found < 0) {
        return refuse(self, "not_allowed", "asc or desc.", "只能是 asc 或 desc。");
    }
    self->out->ascending = found == 1;
    return OK;
}

static enum err take_after(struct parsing *self, str value)
{
    if (!str_to_i64(value, &self->out->after_id) || self->out->after_id < 0) {
        return refuse(self, "wrong_type", "The id of a click is needed.", "请填写访问记录的 id。");
    }
    return OK;
}

static enum err take_cursor(struct parsing *self, str value)
{
    self->cursor = value;
    return OK;
}

static enum err take_format(struct parsing *self, str value)
{
    static const char *const words[] = {"json", "ndjson", "csv", NULL};
    int found = word_in(words, value);
    if (found < 0) {
        return refuse(self, "not_allowed", "json, ndjson or csv.", "只能是 json、ndjson 或 csv。");
    }
    self->out->format = (enum stats_format)found;
    return OK;
}

static enum err take_flag(struct parsing *self, str value, bool *flag)
{
    static const char *const words[] = {"false", "true", "0", "1", NULL};
    int found = word_in(words, value);
    if (found < 0) {
        return refuse(self, "wrong_type", "Must be true or false.", "只能是 true 或 false。");
    }
    *flag = found & 1;
    return OK;
}

static enum err take_count(struct parsing *self, str value)
{
    return take_flag(self, value, &self->out->count);
}

static enum err take_bom(struct parsing *self, str value)
{
    return take_flag(self, value, &self->out->bom);
}

static enum err take_request_id(struct parsing *self, str value)
{
    self->out->request_id = value;
    return OK;
}

static const struct {
    const char *name;
    unsigned uses; /* enum stats_use */
    enum err (*take)(struct parsing *self, str value);
} parameters[] = {
    {"tz", USE_STATS | USE_CLICKS, take_tz},
    {"from", USE_STATS | USE_CLICKS, take_from},
    {"to", USE_STATS | USE_CLICKS, take_to},
    {"period", USE_STATS | USE_CLICKS, take_period},
    {"limit", USE_STATS | USE_CLICKS, take_limit},
    {"interval", USE_STATS, take_interval},
    {"group_by", USE_STATS, take_group_by},
    {"metrics", USE_STATS, take_metrics},
    {"compare", USE_STATS, take_compare},
    {"order", USE_CLICKS, take_order},
    {"after", USE_CLICKS, take_after},
    {"cursor", USE_CLICKS, take_cursor},
    {"format", USE_CLICKS, take_format},
    {"count", USE_CLICKS, take_count},
    {"bom", USE_CLICKS, take_bom},
    {"request_id", USE_CLICKS, take_request_id},
};

static enum err take_parameter(struct parsing *self, str name, str value)
{
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
        if (parameters[i].uses & (unsigned)self->use && str_eq(str_from_c(parameters[i].name), name)) {
            return parameters[i].take(self, value);
        }
    }
    int dim = dim_find(name);
    if (dim >= 0) {
        return add_filter(self, (enum dim)dim, false, value);
    }
    dim = str_starts(name, STR("not_")) ? dim_find(str_from(name, 4)) : -1;
    if (dim >= 0) {
        return add_filter(self, (enum dim)dim, true, value);
    }
    return refuse(self, "unknown_parameter", "This parameter is not known.", "没有该参数。");
}

/* ---- time ------------------------------------------------------------------------------------------------------ */

/* RFC 3339, or a plain date: whole days in the zone, both ends in. A '+' of an offset that nobody percent-encoded has
 * become a space, and is meant. */
static bool read_instant(struct arena *arena, str text, const struct zone *zone, bool end, int64_t *ms)
{
    int64_t days;
    if (date_parse(text, &days)) {
        *ms = zone_day_start(zone, days + end);
        return true;
    }
    if (timestamp_parse(text, ms)) {
        return true;
    }
    if (text.len < 17 || text.ptr[text.len - 6] != ' ') {
        return false;
    }
    text = arena_f(arena, STR_FMT "+" STR_FMT, STR_ARG(str_slice(text, 0, text.len - 6)),
                   STR_ARG(str_from(text, text.len - 5)));
    return timestamp_parse(text, ms);
}

static enum err settle_time(struct parsing *self, int64_t now_ms)
{
    struct stats_query *out = self->out;
    struct report_query *report = &out->report;
    int64_t today_ms;
    report_period(STR("today"), report->zone, now_ms, &today_ms, &report->to_ms);
    out->from_first = self->from.len == 0 && (self->period.len == 0 || str_eq(self->period, STR("all")));

    self->name = "period";
    if (self->period.len > 0 && (self->from.len > 0 || self->to.len > 0)) {
        return refuse(self, "conflicting", "Either period, or from and to.", "period 不能与 from、to 同时使用。");
    }
    if (self->period.len > 0 && !out->from_first &&
        !report_period(self->period, report->zone, now_ms, &report->from_ms, &report->to_ms)) {
        return refuse(self, "not_allowed", "today, yesterday, 7d, 30d, mtd, last_month, 90d, 1y or all.",
                      "只能是 today、yesterday、7d、30d、mtd、last_month、90d、1y 或 all。");
    }
    self->name = "from";
    if (self->from.len > 0 && !read_instant(self->arena, self->from, report->zone, false, &report->from_ms)) {
        return refuse(self, "not_a_time", "A date or an RFC 3339 time.", "应为日期或 RFC 3339 时间。");
    }
    self->name = "to";
    if (self->to.len > 0 && !read_instant(self->arena, self->to, report->zone, true, &report->to_ms)) {
        return refuse(self, "not_a_time", "A date or an RFC 3339 time.", "应为日期或 RFC 3339 时间。");
    }
    if (report->from_ms >= report->to_ms) {
        return refuse(self, "out_of_order", "Nothing lies between from and to.", "结束时间必须晚于开始时间。");
    }
    return OK;
}

/* ---- the whole ------------------------------------------------------------------------------------------------- */

static enum err settle_limit(struct parsing *self)
{
    struct stats_query *out = self->out;
    bool stream = self->use == USE_CLICKS && out->format != FORMAT_JSON;
    int64_t high = stream ? INT64_MAX : LIMIT_PAGE;
    self->name = "limit";
    if (!self->limit_given) {
        self->limit = self->use == USE_STATS ? STATS_GROUPS_DEFAULT : CLICKS_PAGE_DEFAULT;
        out->limit = stream ? 0 : self->limit;
        out->report.limit = (size_t)self->limit;
        return OK;
    }
    if (self->limit < 1 || self->limit > high) {
        return refuse(self, "out_of_range", "From 1 to 1000.", "应在 1 到 1000 之间。");
    }
    out->limit = self->limit;
    out->report.limit = (size_t)self->limit;
    return OK;
}

str stats_query_cursor(struct arena *arena, bool ascending, int64_t click_id)
{
    return cursor_encode(arena, arena_f(arena, "%s %lld", ascending ? "asc" : "desc", (long long)click_id));
}

static enum err settle_cursor(struct parsing *self)
{
    str text, order, id;
    if (self->cursor.len == 0) {
        return OK;
    }
    self->name = "cursor";
    if (!cursor_decode(self->arena, self->cursor, &text) || !str_cut(text, ' ', &order, &id) ||
        !str_eq(order, self->out->ascending ? STR("asc") : STR("desc")) || !str_to_i64(id, &self->out->after_id)) {
        return refuse(self, "bad_cursor", "This cursor was not given out for this list.", "此游标不属于当前列表。");
    }
    return OK;
}

enum err stats_query_parse(struct arena *arena, str query, enum stats_use use, const struct zone *zone, int64_t now_ms,
                           struct stats_query *out, struct fault *fault)
{
    *out = (struct stats_query){.report = {.zone = zone}};
    struct parsing self = {.arena = arena, .use = use, .out = out, .fault = fault, .name = ""};
    struct query_param param;
    enum err err = OK;
    while (err == OK && query_next(&query, &param)) {
        str name = arena_str(arena, decode(arena, param.name));
        self.name = name.len > 0 ? name.ptr : "";
        err = take_parameter(&self, name, decode(arena, param.value));
    }
    if (err == OK) {
        err = settle_classes(&self);
    }
    if (err == OK) {
        err = settle_time(&self, now_ms);
    }
    if (err == OK) {
        err = settle_limit(&self);
    }
    if (err == OK) {
        err = settle_cursor(&self);
    }
    if (err == OK && arena->overflow) {
        err = ERR_NOMEM;
    }
    out->metrics = out->metrics ? out->metrics : METRIC_ALL;
    out->report.want_visitors = (out->metrics & (METRIC_VISITORS | METRIC_NEW_VISITORS)) != 0;
    return err;
}

enum err stats_query_links(struct db *db, struct arena *arena, const struct actor *actor, bool fold_case,
                           struct stats_query *query, struct fault *fault)
{
    struct report_query *report = &query->report;
    const struct report_filter *domains = find_filter(report, DIM_DOMAIN, false);
    str domain = domains && domains->values.count == 1 ? domains->values.items[0] : (str){0};
    for (size_t i = 0; i < report->filters_count; i++) {
        struct str_list *values = &report->filters[i].values;
        for (size_t j = 0; report->filters[i].dim == DIM_LINK && j < values->count; j++) {
            struct link_ref ref = {.text = values->items[j], .domain = domain};
            int64_t id;
            enum err err = link_ref_find(db, actor, &ref, fold_case, &id, NULL, NULL);
            if (err != OK) {
                return fault_set(fault, err, "link", err == ERR_AMBIGUOUS ? "ambiguous" : "unknown",
                                 err_text(err, false), err_text(err, true));
            }
            values->items[j] = arena_f(arena, "%lld", (long long)id);
        }
    }
    return OK;
}

void stats_query_bounds(struct stats_query *query, const struct actor *actor)
{
    query->report.owner_bound = actor->owner_bound;
    query->report.domain_bound = actor->domain_bound;
    query->report.owner_id = actor->owner_id;
    query->report.domain_id = actor->domain_id;
}

/* ---- comparing ------------------------------------------------------------------------------------------------- */

/* The same time of day so many local days earlier, or on that day of the year before (29 February: the 28th). */
static int64_t earlier(const struct zone *zone, int64_t ms, int64_t days, bool year)
{
    int second;
    int64_t day = zone_civil_day(zone, ms, &second);
    int64_t into_second = ((ms % MS_PER_SECOND) + MS_PER_SECOND) % MS_PER_SECOND;
    int64_t target = day - days;
    if (year) {
        int y, m, d;
        civil_from_days(day, &y, &m, &d);
        target = days_from_civil(y - 1, m, m == 2 && d == 29 ? 28 : d);
    }
    return zone_day_start(zone, target) + second * MS_PER_SECOND + into_second;
}

void stats_query_compared(const struct stats_query *query, int64_t *from_ms, int64_t *to_ms)
{
    const struct report_query *report = &query->report;
    int from_second, to_second;
    int64_t from_day = zone_civil_day(report->zone, report->from_ms, &from_second);
    int64_t to_day = zone_civil_day(report->zone, report->to_ms, &to_second);
    if (query->compare == COMPARE_YEAR) {
        *from_ms = earlier(report->zone, report->from_ms, 0, true);
        *to_ms = earlier(report->zone, report->to_ms, 0, true);
        return;
    }
    *to_ms = report->from_ms;
    *from_ms = from_second == to_second && to_day > from_day
                   ? earlier(report->zone, report->from_ms, to_day - from_day, false)
                   : report->from_ms - (report->to_ms - report->from_ms);
}
