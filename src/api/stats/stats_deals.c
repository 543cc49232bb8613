/* SPDX-License-Identifier: MIT */
/* What questions about deals say besides filters and time: which events, which models, how far back. */
#include "linkpond/engine/spending.h"
#include "linkpond/model/payback.h"
#include "stats_parsing.h"

#define TYPES_MAX          16
#define HALF_LIFE_DAYS_MAX 365

enum err stats_take_models(struct stats_parsing *self, str value)
{
    struct attribution_query *deals = &self->out->deals;
    str piece;

    deals->models_count = 0;
    while (str_next(&value, ',', &piece)) {
        int model = credit_model_find(str_trim(piece));
        if (model < 0) {
            return stats_refuse(self, "not_allowed",
                                "first, last, last_non_direct, linear, position or time_decay, with commas between.",
                                "只能是 first、last、last_non_direct、linear、position、time_decay，用逗号分隔。");
        }
        for (size_t i = 0; i < deals->models_count; i++) {
            if (deals->models[i] == (enum credit_model)model) {
                return stats_refuse(self, "conflicting", "A model is named twice.", "模型重复。");
            }
        }
        deals->models[deals->models_count++] = (enum credit_model)model;
    }
    return OK;
}

static enum err take_days(struct stats_parsing *self, str value, int64_t most, int64_t *ms)
{
    int64_t days = 0;

    if (!str_to_i64(value, &days)) {
        return stats_refuse(self, "wrong_type", "A whole number of days is needed.", "请填写整数天数。");
    }
    if (days < 1 || days > most) {
        return most == CREDIT_WINDOW_DAYS_MAX
                   ? stats_refuse(self, "out_of_range", "From 1 to 1095 days.", "应在 1 到 1095 天之间。")
                   : stats_refuse(self, "out_of_range", "From 1 to 365 days.", "应在 1 到 365 天之间。");
    }
    *ms = days * MS_PER_DAY;
    return OK;
}

enum err stats_take_window(struct stats_parsing *self, str value)
{
    return take_days(self, value, CREDIT_WINDOW_DAYS_MAX, &self->out->deals.window_ms);
}

enum err stats_take_half_life(struct stats_parsing *self, str value)
{
    return take_days(self, value, HALF_LIFE_DAYS_MAX, &self->out->deals.half_life_ms);
}

enum err stats_take_margin(struct stats_parsing *self, str value)
{
    str whole, part;
    int64_t percent = 0, hundredths = 0;

    str_cut(value, '.', &whole, &part);
    bool read = str_to_i64(whole, &percent) && (part.len == 0 || str_to_i64(part, &hundredths)) && part.len <= 2 &&
                percent >= 0 && percent <= 100 && hundredths >= 0;
    self->out->margin_bp = read ? percent * 100 + (part.len == 1 ? hundredths * 10 : hundredths) : 0;
    if (self->out->margin_bp < 1 || self->out->margin_bp > MARGIN_ONE) {
        return stats_refuse(self, "out_of_range", "From 0.01 to 100 percent.", "应在 0.01 到 100（百分比）之间。");
    }
    return OK;
}

/* What is spent on is a campaign, a channel, a link or a colleague's work; and only such can be filtered by. */
static enum err settle_money(struct stats_parsing *self)
{
    struct report_query *report = &self->out->report;
    struct attribution_query *deals = &self->out->deals;

    self->name = "group_by";
    report->group_by[0] = report->group_count > 0 ? report->group_by[0] : DIM_CAMPAIGN;
    report->group_count = 1;
    enum dim dim = report->group_by[0];
    if (!spending_dim(dim)) {
        return stats_refuse(self, "not_allowed", "campaign, channel, channel_group, link or owner.",
                            "只能是 campaign、channel、channel_group、link 或 owner。");
    }
    for (size_t i = 0; i < report->filters_count; i++) {
        if (report->filters[i].dim != dim) {
            self->name = dim_name(report->filters[i].dim).ptr;
            return stats_refuse(self, "not_allowed", "Costs are known by what group_by names alone.",
                                "费用只能按 group_by 的维度筛选。");
        }
    }
    self->name = "models";
    if (deals->models_count > 1) {
        return stats_refuse(self, "too_many", "One model.", "只能有一种模型。");
    }
    if (deals->models_count == 0) {
        deals->models[deals->models_count++] = CREDIT_LAST_NON_DIRECT;
    }
    return OK;
}

enum err stats_take_type(struct stats_parsing *self, str value)
{
    struct str_list *types = &self->out->deals.types;

    types->items = types->items ? types->items : ARENA_ARRAY(self->arena, str, TYPES_MAX);
    if (!types->items) {
        return ERR_NOMEM;
    }
    if (types->count == TYPES_MAX) {
        return stats_refuse(self, "too_many", "At most 16 types of events.", "最多 16 种事件。");
    }
    types->items[types->count++] = value;
    return OK;
}

enum err stats_take_stage(struct stats_parsing *self, str value)
{
    self->out->deals.stage = value;
    return OK;
}

enum err stats_deals_settle(struct stats_parsing *self)
{
    struct attribution_query *deals = &self->out->deals;
    enum err err = self->use == USE_MONEY ? settle_money(self) : OK;

    if (err != OK) {
        return err;
    }
    for (int i = 0; deals->models_count == 0 && i < CREDIT_MODELS; i++) {
        deals->models[i] = (enum credit_model)i;
    }
    deals->models_count = deals->models_count > 0 ? deals->models_count : CREDIT_MODELS;
    deals->window_ms = deals->window_ms > 0 ? deals->window_ms : CREDIT_WINDOW_DAYS * MS_PER_DAY;
    deals->half_life_ms = deals->half_life_ms > 0 ? deals->half_life_ms : CREDIT_HALF_LIFE_DAYS * MS_PER_DAY;
    return OK;
}
