/* SPDX-License-Identifier: MIT */
/* The filters of a question: which clicks it is about. */
#include "stats_parsing.h"

static struct report_filter *find_filter(struct report_query *report, enum dim dim, bool exclude)
{
    for (size_t i = 0; i < report->filters_count; i++) {
        if (report->filters[i].dim == dim && report->filters[i].exclude == exclude) {
            return &report->filters[i];
        }
    }
    return NULL;
}

static struct report_filter *need_filter(struct stats_parsing *self, enum dim dim, bool exclude)
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

static bool is_truth(str value)
{
    return str_eq(value, STR("true")) || str_eq(value, STR("false")) || str_eq(value, STR("1")) ||
           str_eq(value, STR("0"));
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
    case DIM_QR:
    case DIM_TEST:
        return is_truth(value);
    default:
        return true;
    }
}

enum err stats_filter_add(struct stats_parsing *self, enum dim dim, bool exclude, str value)
{
    if (dim == DIM_CLASS && !exclude) {
        self->class_given = true;
        if (str_eq(value, STR("all"))) {
            self->class_all = true;
            return OK;
        }
    }
    if (!is_word_of(dim, value)) {
        return stats_refuse(self, "not_allowed", "That word is not one of them.", "没有这个取值。");
    }
    struct report_filter *filter = need_filter(self, dim, exclude);
    if (!filter) {
        return stats_refuse(self, "too_many", "At most 16 different filters.", "最多 16 个筛选条件。");
    }
    if (filter->values.count == REPORT_FILTER_VALUES_MAX) {
        return stats_refuse(self, "too_many", "At most 64 values of one filter.", "每个筛选条件最多 64 个取值。");
    }
    filter->values.items[filter->values.count++] = value;
    return OK;
}

enum err stats_filter_settle(struct stats_parsing *self)
{
    struct report_query *report = &self->out->report;
    struct report_filter *classes = find_filter(report, DIM_CLASS, false);
    if (self->use == USE_CLICKS) {
        report->all_classes = true; /* the raw ledger shows everything; class= narrows it like any other word */
        if (classes && self->class_all) {
            *classes = report->filters[--report->filters_count];
        }
        return OK;
    }
    bool grouped = false;
    for (size_t i = 0; i < report->group_count; i++) {
        grouped = grouped || report->group_by[i] == DIM_CLASS || report->group_by[i] == DIM_OUTCOME;
    }
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
        return stats_filter_add(self, DIM_CLASS, false, STR("human"));
    }
    return OK;
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
