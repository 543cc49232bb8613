/* SPDX-License-Identifier: MIT */
/* Goal: a key gets its burst, then one per interval, never one more (whatever other keys and threads do), and is told
 * exactly how long to wait. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/gcra.h"

#define SECOND INT64_C(1000000000)

static void gcra__allows_the_burst_then_one_per_interval(void **state)
{
    struct gcra *gcra = gcra_new(1024, 3, SECOND);
    int64_t now = 1000 * SECOND;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gcra_charge(gcra, STR("key"), now), 0);
    }
    assert_int_equal(gcra_charge(gcra, STR("key"), now), SECOND);
    assert_int_equal(gcra_charge(gcra, STR("key"), now + SECOND - 1), 1);
    assert_int_equal(gcra_charge(gcra, STR("key"), now + SECOND), 0);
    assert_int_equal(gcra_charge(gcra, STR("key"), now + SECOND), SECOND);
    gcra_free(gcra);
    gcra_free(NULL);
}

static void gcra__refills_no_further_than_the_burst(void **state)
{
    struct gcra *gcra = gcra_new(1024, 2, SECOND);
    int64_t now = 0;

    (void)state;
    assert_int_equal(gcra_charge(gcra, STR("key"), now), 0);
    now += 1000 * SECOND;
    assert_int_equal(gcra_charge(gcra, STR("key"), now), 0);
    assert_int_equal(gcra_charge(gcra, STR("key"), now), 0);
    assert_int_equal(gcra_charge(gcra, STR("key"), now), SECOND);
    gcra_free(gcra);
}

static void gcra__charges_nothing_for_a_refusal(void **state)
{
    struct gcra *gcra = gcra_new(1024, 1, SECOND);

    (void)state;
    assert_int_equal(gcra_charge(gcra, STR("key"), 5), 0);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(gcra_charge(gcra, STR("key"), 5), SECOND);
    }
    assert_int_equal(gcra_charge(gcra, STR("key"), 5 + SECOND), 0);
    gcra_free(gcra);
}

static void gcra__keeps_keys_apart(void **state)
{
    struct gcra *gcra = gcra_new(1024, 1, SECOND);

    (void)state;
    assert_int_equal(gcra_charge(gcra, STR("a"), 0), 0);
    assert_int_equal(gcra_charge(gcra, STR("b"), 0), 0);
    assert_int_equal(gcra_charge(gcra, STR(""), 0), 0);
    assert_int_equal(gcra_charge(gcra, STR("a"), 0), SECOND);
    assert_int_equal(gcra_charge(gcra, (str){NULL, 0}, 0), SECOND);
    gcra_free(gcra);
}

/* One bucket of 8: ten thousand strangers charge once each, while one key is far ahead of its rate. */
static void gcra__never_forgets_the_worst_offender_when_strangers_flood_the_table(void **state)
{
    struct gcra *gcra = gcra_new(1, 5, SECOND);

    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(gcra_charge(gcra, STR("offender"), 0), 0);
    }
    for (int i = 0; i < 10000; i++) {
        char key[16];
        int len = snprintf(key, sizeof key, "stranger %d", i);

        assert_int_equal(gcra_charge(gcra, (str){key, (size_t)len}, 0), 0);
    }
    assert_int_equal(gcra_charge(gcra, STR("offender"), 0), SECOND);
    gcra_free(gcra);
}

static void gcra__survives_limits_and_times_at_the_end_of_int64(void **state)
{
    struct gcra *gcra = gcra_new(8, UINT32_MAX, INT64_MAX);

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(gcra_charge(gcra, STR("key"), INT64_MAX - 1), 0);
    }
    gcra_free(gcra);
    gcra = gcra_new(8, 1, INT64_MAX);
    assert_int_equal(gcra_charge(gcra, STR("key"), 100), 0);
    assert_int_equal(gcra_charge(gcra, STR("key"), 100), INT64_MAX - 100);
    gcra_free(gcra);
}

/* Threads charge the same 64 keys as fast as they can, the clock standing still: each key allows its burst exactly. */
enum { THREADS = 4, KEYS = 64, BURST = 50, ROUNDS = 40 };

struct flood {
    struct gcra *gcra;
    unsigned allowed[KEYS];
};

static void *flood_run(void *arg)
{
    struct flood *flood = arg;

    for (int round = 0; round < ROUNDS; round++) {
        for (unsigned key = 0; key < KEYS; key++) {
            str name = {(const char *)&key, sizeof key};

            flood->allowed[key] += gcra_charge(flood->gcra, name, 77) == 0;
        }
    }
    return NULL;
}

static void gcra__grants_the_burst_exactly_when_threads_compete(void **state)
{
    struct gcra *gcra = gcra_new(8192, BURST, SECOND);
    struct flood floods[THREADS] = {0};
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        floods[i].gcra = gcra;
        assert_int_equal(pthread_create(&threads[i], NULL, flood_run, &floods[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    for (int key = 0; key < KEYS; key++) {
        unsigned sum = 0;

        for (int i = 0; i < THREADS; i++) {
            sum += floods[i].allowed[key];
        }
        assert_int_equal(sum, BURST);
    }
    gcra_free(gcra);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gcra__allows_the_burst_then_one_per_interval),
        cmocka_unit_test(gcra__refills_no_further_than_the_burst),
        cmocka_unit_test(gcra__charges_nothing_for_a_refusal),
        cmocka_unit_test(gcra__keeps_keys_apart),
        cmocka_unit_test(gcra__never_forgets_the_worst_offender_when_strangers_flood_the_table),
        cmocka_unit_test(gcra__survives_limits_and_times_at_the_end_of_int64),
        cmocka_unit_test(gcra__grants_the_burst_exactly_when_threads_compete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
