/* SPDX-License-Identifier: MIT */
/* Goal: what models share out is what the books say, to the last minor unit: known vectors, and on random histories the
 * parts sum to the whole, keep to what each touch weighs within one unit, and are the same whatever the sign. */
#include "assert_str.h"

#include "linkpond/base/err.h"
#include "linkpond/model/credit.h"

#define TOUCHES_MAX 300
#define HALF_LIFE   (CREDIT_HALF_LIFE_DAYS * MS_PER_DAY)
#define NOW         INT64_C(1763776800000)

/* Touches of those ages in days, oldest first, none direct. */
static void touches_of_ages(const double *days, size_t count, struct credit_touch *out)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct credit_touch){NOW - (int64_t)(days[i] * (double)MS_PER_DAY), (int64_t)i + 1, false};
    }
}

static void share(enum credit_model model, const struct credit_touch *touches, size_t count, int64_t amount,
                  int64_t *parts)
{
    int64_t weights[TOUCHES_MAX];
    uint64_t spare[2 * TOUCHES_MAX];

    credit_weights(model, touches, count, HALF_LIFE, weights);
    credit_split(amount, weights, count, spare, parts);
}

static void assert_shares(enum credit_model model, const double *days, size_t count, int64_t amount,
                          const int64_t *expected)
{
    struct credit_touch touches[TOUCHES_MAX];
    int64_t parts[TOUCHES_MAX];

    touches_of_ages(days, count, touches);
    share(model, touches, count, amount, parts);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(parts[i], expected[i]);
    }
}

static void credit__time_decay_halves_every_seven_days(void **state)
{
    (void)state;
    assert_shares(CREDIT_TIME_DECAY, (double[]){14, 7, 0}, 3, CREDIT_ONE, (int64_t[]){142857, 285714, 571429});
    assert_shares(CREDIT_TIME_DECAY, (double[]){20, 13, 2, 0}, 4, CREDIT_ONE,
                  (int64_t[]){61767, 123535, 367144, 447554});
    assert_shares(CREDIT_TIME_DECAY, (double[]){1000, 1000, 0}, 3, 99999, (int64_t[]){0, 0, 99999});
}

static void credit__position_gives_forty_to_the_ends(void **state)
{
    (void)state;
    assert_shares(CREDIT_POSITION, (double[]){3}, 1, 10001, (int64_t[]){10001});
    assert_shares(CREDIT_POSITION, (double[]){3, 2}, 2, 10001, (int64_t[]){5001, 5000});
    assert_shares(CREDIT_POSITION, (double[]){3, 2, 1}, 3, 10000, (int64_t[]){4000, 2000, 4000});
    assert_shares(CREDIT_POSITION, (double[]){5, 4, 3, 2, 1}, 5, CREDIT_ONE,
                  (int64_t[]){400000, 66667, 66667, 66666, 400000});
}

static void credit__linear_leaves_the_odd_unit_to_the_earliest(void **state)
{
    (void)state;
    assert_shares(CREDIT_LINEAR, (double[]){3, 2, 1}, 3, 100, (int64_t[]){34, 33, 33});
    assert_shares(CREDIT_LINEAR, (double[]){3, 2, 1}, 3, -101, (int64_t[]){-34, -34, -33});
    assert_shares(CREDIT_LINEAR, (double[]){3, 2, 1}, 3, 0, (int64_t[]){0, 0, 0});
}

static void credit__single_touch_models_pick_one(void **state)
{
    struct credit_touch touches[] = {{NOW - 5, 1, true}, {NOW - 4, 2, false}, {NOW - 3, 3, false}, {NOW - 2, 4, true}};
    int64_t parts[4];

    (void)state;
    assert_int_equal(credit_single(CREDIT_FIRST, touches, 4), 0);
    assert_int_equal(credit_single(CREDIT_LAST, touches, 4), 3);
    assert_int_equal(credit_single(CREDIT_LAST_NON_DIRECT, touches, 4), 2);
    assert_int_equal(credit_single(CREDIT_LAST_NON_DIRECT, touches, 1), 0); /* direct alone: then that one */
    share(CREDIT_LAST_NON_DIRECT, touches, 4, 700, parts);
    assert_int_equal(parts[2], 700);
    assert_int_equal(parts[0] + parts[1] + parts[3], 0);
}

static void credit__window_holds_both_its_ends(void **state)
{
    struct credit_touch touches[5];
    size_t first = 9;

    (void)state;
    touches_of_ages((double[]){7.5, 7, 3, 0, -1}, 5, touches);
    assert_int_equal(credit_window(touches, 5, NOW, 7 * MS_PER_DAY, &first), 3);
    assert_int_equal(first, 1);
    assert_int_equal(credit_window(touches, 5, NOW, 7 * MS_PER_DAY - 1, &first), 2);
    assert_int_equal(credit_window(touches, 5, NOW - 1, 7 * MS_PER_DAY, &first), 2);
    assert_int_equal(first, 1);
    assert_int_equal(credit_window(touches, 5, NOW - 30 * MS_PER_DAY, 7 * MS_PER_DAY, &first), 0);
    assert_int_equal(credit_window(touches, 0, NOW, 7 * MS_PER_DAY, &first), 0);
}

static void credit__touches_at_one_time_go_by_click_id(void **state)
{
    struct credit_touch a = {NOW, 7, false}, b = {NOW, 8, true}, c = {NOW - 1, 9, true};

    (void)state;
    assert_true(credit_compare(&a, &b) < 0 && credit_compare(&b, &a) > 0);
    assert_true(credit_compare(&c, &a) < 0);
    assert_int_equal(credit_compare(&a, &a), 0);
}

static void credit__names_are_found_again(void **state)
{
    (void)state;
    for (int i = 0; i < CREDIT_MODELS; i++) {
        assert_int_equal(credit_model_find(credit_model_name((enum credit_model)i)), i);
        assert_true(credit_model_zh((enum credit_model)i).len > 0);
    }
    assert_int_equal(credit_model_find(STR("shapley")), -1);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* The exact share of a part, as far as a long double tells it. */
static long double exact_share(int64_t amount, const int64_t *weights, size_t count, size_t place)
{
    long double sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += (long double)weights[i];
    }
    return (long double)amount * (long double)weights[place] / sum;
}

static void assert_fair(enum credit_model model, const struct credit_touch *touches, size_t count, int64_t amount)
{
    int64_t weights[TOUCHES_MAX], parts[TOUCHES_MAX], mirrored[TOUCHES_MAX];
    uint64_t spare[2 * TOUCHES_MAX];
    __extension__ __int128 sum = 0;

    credit_weights(model, touches, count, HALF_LIFE, weights);
    credit_split(amount, weights, count, spare, parts);
    credit_split(-amount, weights, count, spare, mirrored);
    for (size_t i = 0; i < count; i++) {
        long double off = (long double)parts[i] - exact_share(amount, weights, count, i);
        sum += parts[i];
        assert_true(weights[i] >= 0 && off < 1.001L && off > -1.001L);
        assert_true(weights[i] > 0 || parts[i] == 0);
        assert_int_equal(parts[i], -mirrored[i]);
    }
    assert_true(sum == amount);
}

static void credit__parts_sum_to_the_whole_on_any_history(void **state)
{
    static const int64_t amounts[] = {0, 1, 2, 99, CREDIT_ONE, 123456789, INT64_C(1) << 40, INT64_MAX};
    struct credit_touch touches[TOUCHES_MAX];
    uint64_t seed = 20261122;

    (void)state;
    for (int round = 0; round < 400; round++) {
        size_t count = 1 + (round % 20 == 0 ? next_random(&seed) % TOUCHES_MAX : next_random(&seed) % 12);
        int64_t at = NOW;
        for (size_t i = 0; i < count; i++) {
            at += (int64_t)(next_random(&seed) % (uint64_t)(5 * MS_PER_DAY));
            touches[i] = (struct credit_touch){at, (int64_t)i, next_random(&seed) % 3 == 0};
        }
        for (int model = 0; model < CREDIT_MODELS; model++) {
            assert_fair((enum credit_model)model, touches, count, amounts[next_random(&seed) % ARRAY_LEN(amounts)]);
            assert_fair((enum credit_model)model, touches, count, (int64_t)(next_random(&seed) % 100000));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credit__time_decay_halves_every_seven_days),
        cmocka_unit_test(credit__position_gives_forty_to_the_ends),
        cmocka_unit_test(credit__linear_leaves_the_odd_unit_to_the_earliest),
        cmocka_unit_test(credit__single_touch_models_pick_one),
        cmocka_unit_test(credit__window_holds_both_its_ends),
        cmocka_unit_test(credit__touches_at_one_time_go_by_click_id),
        cmocka_unit_test(credit__names_are_found_again),
        cmocka_unit_test(credit__parts_sum_to_the_whole_on_any_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
