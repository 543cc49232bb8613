/* SPDX-License-Identifier: MIT */
/* Goal: when what was spent came back, and whether returning customers make it come back, is what the formulas of
 * docs/attribution.md say, by hand-made vectors and to the last minor unit. */
#include "assert_str.h"

#include "linkpond/model/payback.h"

static void assert_reached(int64_t cost, const int64_t *revenue, size_t count, int64_t margin_bp, size_t expected)
{
    size_t step = 99;

    assert_int_equal(payback_find(cost, revenue, count, margin_bp, &step), PAYBACK_REACHED);
    assert_int_equal(step, expected);
}

static void payback__is_the_first_step_that_covers_the_cost(void **state)
{
    const int64_t months[] = {3000, 0, 4000, 5000};

    (void)state;
    assert_reached(3000, months, 4, MARGIN_ONE, 0);
    assert_reached(3001, months, 4, MARGIN_ONE, 2);
    assert_reached(7000, months, 4, MARGIN_ONE, 2);
    assert_reached(12000, months, 4, MARGIN_ONE, 3);
    assert_reached(6000, months, 4, 5000, 3);
    assert_reached(3500, months, 4, 5000, 2);
    assert_reached(INT64_MAX, (int64_t[]){INT64_MAX, INT64_MAX}, 2, 5000, 1); /* no sum leaves its type */
}

static void payback__says_why_there_is_none(void **state)
{
    size_t step = 99;

    (void)state;
    assert_int_equal(payback_find(0, (int64_t[]){5}, 1, MARGIN_ONE, &step), PAYBACK_NO_COST);
    assert_int_equal(payback_find(5, (int64_t[]){0, 0}, 2, MARGIN_ONE, &step), PAYBACK_NO_REVENUE);
    assert_int_equal(payback_find(5, NULL, 0, MARGIN_ONE, &step), PAYBACK_NO_REVENUE);
    assert_int_equal(payback_find(6, (int64_t[]){2, 3}, 2, MARGIN_ONE, &step), PAYBACK_NOT_YET);
    assert_int_equal(payback_find(5, (int64_t[]){2, 3}, 2, MARGIN_ONE - 1, &step), PAYBACK_NOT_YET);
    assert_int_equal(step, 99);
    assert_str(payback_name(PAYBACK_NOT_YET), "not_yet");
}

static void payback__a_refund_undoes_it(void **state)
{
    const int64_t days[] = {100, -1, 0, 1}, gone[] = {100, -1};
    size_t step = 99;

    (void)state;
    assert_reached(100, days, 4, MARGIN_ONE, 3);
    assert_int_equal(payback_find(100, gone, 2, MARGIN_ONE, &step), PAYBACK_NOT_YET);
}

/* 450,000 spent on ten customers; 1,200,000 by twelve orders; of ten buyers two came back, one brought somebody. */
static struct worth_question poster(int64_t margin_bp)
{
    return (struct worth_question){450000, 1200000, margin_bp, 10 * WORTH_ONE, 12 * WORTH_ONE, 10, 2, 1};
}

static void assert_worth(int64_t margin_bp, enum worth worth, int64_t order_margin, int64_t lifetime, int64_t needed)
{
    const struct worth_question question = poster(margin_bp);
    const struct worth_answer answer = worth_of(&question);

    assert_int_equal(answer.worth, worth);
    assert_int_equal(answer.cac, 45000);
    assert_int_equal(answer.order_margin, order_margin);
    assert_int_equal(answer.repeat_rate, 200000);
    assert_int_equal(answer.referral_rate, 100000);
    assert_int_equal(answer.lifetime_margin, lifetime);
    assert_int_equal(answer.repeat_rate_needed, needed);
}

static void worth__says_what_covers_the_cost_of_a_customer(void **state)
{
    (void)state;
    assert_worth(4500, WORTH_FIRST_ORDER, 45000, 62500, 0);
    assert_worth(4499, WORTH_REPEAT, 44990, 62486, 0);
    assert_worth(3600, WORTH_REPEAT, 36000, 50000, 111111);
    assert_worth(3599, WORTH_REFERRAL, 35990, 49986, 111358);
    assert_worth(3240, WORTH_REFERRAL, 32400, 45000, 200000);
    assert_worth(3000, WORTH_LOSS, 30000, 41667, 259259);
}

static void worth__is_unknown_without_figures(void **state)
{
    struct worth_question question = poster(MARGIN_ONE);

    (void)state;
    int64_t *figures[] = {&question.cost, &question.customers, &question.orders, &question.buyers};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        question = poster(MARGIN_ONE);
        *figures[i] = 0;
        assert_int_equal(worth_of(&question).worth, WORTH_UNKNOWN);
    }
}

static void worth__of_extremes_stays_finite(void **state)
{
    struct worth_question question = poster(MARGIN_ONE);

    (void)state;
    question.repeated = question.referred = question.buyers;
    assert_int_equal(worth_of(&question).lifetime_margin, 40000000); /* 20 orders by each of 20 customers */
    question = poster(MARGIN_ONE);
    question.revenue = -1200000; /* more was given back than came in */
    assert_int_equal(worth_of(&question).worth, WORTH_LOSS);
    assert_int_equal(worth_of(&question).repeat_rate_needed, WORTH_ONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payback__is_the_first_step_that_covers_the_cost),
        cmocka_unit_test(payback__says_why_there_is_none),
        cmocka_unit_test(payback__a_refund_undoes_it),
        cmocka_unit_test(worth__says_what_covers_the_cost_of_a_customer),
        cmocka_unit_test(worth__is_unknown_without_figures),
        cmocka_unit_test(worth__of_extremes_stays_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
