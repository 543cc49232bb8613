/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_STATS_PARSING_H
#define LINKPOND_API_STATS_PARSING_H

#include "stats_query.h"

/* What is known while a query string is read (stats_query.c); the parts that settle filters and times at the end. */
struct stats_parsing {
    struct arena *arena;
    enum stats_use use;
    struct stats_query *out;
    str from, to, period, cursor;
    bool limit_given, class_given, class_all;
    int64_t limit;
    uint32_t met;     /* which parameters there were: a bit for each row of their table */
    const char *name; /* of the parameter being read */
    struct fault *fault;
};
/* ERR_INVALID about the parameter being read. */
enum err stats_refuse(struct stats_parsing *self, const char *code, const char *message, const char *message_zh);

/* Index of a word in a list ended by NULL; -1. */
int stats_word_in(const char *const *words, str value);

/* Parameters of questions about deals (stats_deals.c). */
enum err stats_take_models(struct stats_parsing *self, str value);
enum err stats_take_window(struct stats_parsing *self, str value);
enum err stats_take_half_life(struct stats_parsing *self, str value);
enum err stats_take_type(struct stats_parsing *self, str value);
enum err stats_take_stage(struct stats_parsing *self, str value);
enum err stats_take_margin(struct stats_parsing *self, str value);
enum err stats_deals_settle(struct stats_parsing *self);

enum err stats_filter_add(struct stats_parsing *self, enum dim dim, bool exclude, str value);
/* What counts: clicks are the visits of people that led somewhere, unless class or outcome is asked about. */
enum err stats_filter_settle(struct stats_parsing *self);
enum err stats_time_settle(struct stats_parsing *self, int64_t now_ms);

#endif
