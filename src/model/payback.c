/* SPDX-License-Identifier: MIT */
#include "linkpond/model/payback.h"

__extension__ typedef __int128 i128;

static const char *const payback_names[] = {
#define PAYBACK_NAME(constant, name) [constant] = name,
    PAYBACK_TABLE(PAYBACK_NAME)
#undef PAYBACK_NAME
};
static const char *const worth_names[] = {
#define WORTH_NAME(constant, name) [constant] = name,
    WORTH_TABLE(WORTH_NAME)
#undef WORTH_NAME
};

str payback_name(enum payback payback)
{
    return str_from_c(payback_names[payback]);
}

str worth_name(enum worth worth)
{
    return str_from_c(worth_names[worth]);
}

enum payback payback_find(int64_t cost, const int64_t *revenue, size_t count, int64_t margin_bp, size_t *step)
{
    i128 sum = 0;
    size_t covered_from = 0;
    bool any = false;

    if (cost <= 0) {
        return PAYBACK_NO_COST;
    }
    for (size_t i = 0; i < count; i++) {
        sum += revenue[i];
        any = any || revenue[i] != 0;
        covered_from = sum * margin_bp < (i128)cost * MARGIN_ONE ? i + 1 : covered_from;
    }
    if (!any) {
        return PAYBACK_NO_REVENUE;
    }
    if (covered_from == count) {
        return PAYBACK_NOT_YET;
    }
    *step = covered_from;
    return PAYBACK_REACHED;
}

/* among > 0 */
static int64_t nearest(i128 amount, i128 among)
{
    return (int64_t)((amount < 0 ? amount - among / 2 : amount + among / 2) / among);
}

static int64_t rate_of(int64_t part, int64_t whole)
{
    int64_t rate = nearest((i128)part * WORTH_ONE, whole);

    return rate > WORTH_ONE ? WORTH_ONE : rate;
}

/* What is left of all when that share goes on. */
static int64_t left_of(int64_t rate)
{
    return WORTH_ONE - (rate < WORTH_RATE_MAX ? rate : WORTH_RATE_MAX);
}

static int64_t rate_needed(const struct worth_answer *answer, int64_t order_left)
{
    if (answer->order_margin <= 0) {
        return WORTH_ONE;
    }
    int64_t left = nearest((i128)answer->order_margin * WORTH_ONE * WORTH_ONE, (i128)answer->cac * order_left);
    return left >= WORTH_ONE ? 0 : WORTH_ONE - left;
}

struct worth_answer worth_of(const struct worth_question *question)
{
    struct worth_answer out = {.worth = WORTH_UNKNOWN};

    if (question->cost <= 0 || question->customers <= 0 || question->orders <= 0 || question->buyers <= 0) {
        return out;
    }
    out.cac = nearest((i128)question->cost * WORTH_ONE, question->customers);
    out.order_margin =
        nearest((i128)question->revenue * question->margin_bp * (WORTH_ONE / MARGIN_ONE), question->orders);
    out.repeat_rate = rate_of(question->repeated, question->buyers);
    out.referral_rate = rate_of(question->referred, question->buyers);
    if (out.cac == 0) {
        return (struct worth_answer){.worth = WORTH_UNKNOWN};
    }
    int64_t repeat_left = left_of(out.repeat_rate), referral_left = left_of(out.referral_rate);
    int64_t with_repeat = nearest((i128)out.order_margin * WORTH_ONE, repeat_left);
    out.lifetime_margin = nearest((i128)out.order_margin * WORTH_ONE * WORTH_ONE, (i128)repeat_left * referral_left);
    out.repeat_rate_needed = rate_needed(&out, referral_left);
    out.worth = out.order_margin >= out.cac      ? WORTH_FIRST_ORDER
                : with_repeat >= out.cac         ? WORTH_REPEAT
                : out.lifetime_margin >= out.cac ? WORTH_REFERRAL
                                                 : WORTH_LOSS;
    return out;
}
