/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CREDIT_H
#define LINKPOND_MODEL_CREDIT_H

#include "linkpond/base/clock.h"

/*
 * Who gets the credit for what a customer did: models share it out over the customer's touches, and what is shared out
 * sums to the whole, to the last minor unit. Pure.
 *
 * X(constant, name, Chinese)
 */
#define CREDIT_MODEL_TABLE(X)                                                                                          \
    X(CREDIT_FIRST, "first", "首次触点")                                                                               \
    X(CREDIT_LAST, "last", "末次触点")                                                                                 \
    X(CREDIT_LAST_NON_DIRECT, "last_non_direct", "末次非直接触点")                                                     \
    X(CREDIT_LINEAR, "linear", "平均分配")                                                                             \
    X(CREDIT_POSITION, "position", "首尾加权")                                                                         \
    X(CREDIT_TIME_DECAY, "time_decay", "时间衰减")
enum credit_model {
#define CREDIT_ENUM(constant, name, zh) constant,
    CREDIT_MODEL_TABLE(CREDIT_ENUM)
#undef CREDIT_ENUM
        CREDIT_MODELS
};
str credit_model_name(enum credit_model model);
str credit_model_zh(enum credit_model model);
int credit_model_find(str name); /* -1 */

/* One conversion is so many parts: fractions of conversions are whole numbers of them. */
#define CREDIT_ONE             1000000
#define CREDIT_WINDOW_DAYS     90 /* unless asked otherwise */
#define CREDIT_WINDOW_DAYS_MAX 1095
#define CREDIT_HALF_LIFE_DAYS  7

/* direct: nobody knows who sent them: the source is `direct`, and no channel is known. */
struct credit_touch {
    int64_t time_ms, click_id;
    bool direct;
};
/* The order of touches everywhere: by time, then by click id. < 0, 0, > 0. */
int credit_compare(const struct credit_touch *a, const struct credit_touch *b);
/* Of touches in that order those from window_ms before the event up to it, both ends in: how many, and *first. */
size_t credit_window(const struct credit_touch *touches, size_t count, int64_t event_ms, int64_t window_ms,
                     size_t *first);

/* Does the model credit one touch alone? Then the place of that one among count >= 1 touches in order. */
bool credit_is_single(enum credit_model model);
size_t credit_single(enum credit_model model, const struct credit_touch *touches, size_t count);
/* What each touch weighs, as whole numbers >= 0 with a sum > 0, for every model. position: 40 % the first, 40 % the
 * last, 20 % all between; two: half each. time_decay: 2^(-age/half_life), the newest weighing 2^30; beyond 31 half
 * lives a touch weighs nothing. */
void credit_weights(enum credit_model model, const struct credit_touch *touches, size_t count, int64_t half_life_ms,
                    int64_t *weights);
/* The amount by those weights, by the method of the largest remainder; of equal remainders the earlier comes first. The
 * parts sum to the amount; those of -amount are those of amount, negated. Weights as above, at most 2^31 each; `spare`
 * is memory for 2 * count numbers. */
void credit_split(int64_t amount, const int64_t *weights, size_t count, uint64_t *spare, int64_t *parts);

#endif
