/* SPDX-License-Identifier: MIT */
/* Goal: a visitor is known at the target they were sent to and at no other, whatever threads write beside each other in
 * however small a table; who was seen longest ago is who is forgotten. */
#include <pthread.h>
#include <stdatomic.h>

#include "assert_str.h"

#include "linkpond/engine/live_visitors.h"

#define BUCKET  8 /* the smallest table there is */
#define THREADS 4
#define ROUNDS  200000
#define NOW     INT64_C(1800000000000)
#define LINK    7

/* Each visitor has a target of their own. */
static int64_t target_of(int64_t number)
{
    return 1000 + number;
}

static void live_visitors__whoever_was_sent_is_known_there(void **state)
{
    struct live_visitors *table = live_visitors_new(BUCKET * 16);
    uint64_t visitor = live_visitors_by_number(table, 5), other = live_visitors_by_number(table, 6);
    int64_t target, seen_ms;

    (void)state;
    assert_false(live_visitors_sent(table, visitor, LINK, &target, &seen_ms));
    live_visitors_remember(table, visitor, LINK, 11, NOW);
    live_visitors_remember(table, visitor, LINK, 12, NOW + 5000);
    assert_true(live_visitors_sent(table, visitor, LINK, &target, &seen_ms));
    assert_int_equal(target, 12);
    assert_int_equal(seen_ms, NOW + 5000);
    assert_true(live_visitors_held(table, visitor, 11, &seen_ms));
    assert_int_equal(seen_ms, NOW);
    assert_false(live_visitors_held(table, other, 11, &seen_ms));
    assert_false(live_visitors_sent(table, visitor, LINK + 1, &target, &seen_ms));
    live_visitors_free(table);
}

/* What a start reads comes in no order. */
static void live_visitors__what_is_recalled_takes_nobody_from_where_they_went_last(void **state)
{
    struct live_visitors *table = live_visitors_new(BUCKET * 16);
    uint64_t visitor = live_visitors_by_number(table, 5);
    int64_t target, seen_ms;

    (void)state;
    live_visitors_recall(table, visitor, LINK, 12, NOW + 5000);
    live_visitors_recall(table, visitor, LINK, 11, NOW);
    assert_true(live_visitors_sent(table, visitor, LINK, &target, &seen_ms));
    assert_int_equal(target, 12);
    assert_int_equal(seen_ms, NOW + 5000);
    assert_true(live_visitors_held(table, visitor, 11, &seen_ms));
    assert_int_equal(seen_ms, NOW);
    live_visitors_recall(table, visitor, LINK, 11, NOW + 9000);
    live_visitors_recall(table, visitor, LINK, 11, NOW + 7000);
    assert_true(live_visitors_sent(table, visitor, LINK, &target, &seen_ms));
    assert_int_equal(target, 11);
    assert_true(live_visitors_held(table, visitor, 11, &seen_ms));
    assert_int_equal(seen_ms, NOW + 9000);
    live_visitors_free(table);
}

static void live_visitors__a_full_table_forgets_who_was_seen_longest_ago(void **state)
{
    struct live_visitors *table = live_visitors_new(BUCKET);
    int64_t target, seen_ms;

    (void)state;
    for (int64_t number = 0; number < 100; number++) {
        live_visitors_remember(table, live_visitors_by_number(table, number), LINK, target_of(number),
                               NOW + number * 1000);
    }
    assert_true(live_visitors_sent(table, live_visitors_by_number(table, 99), LINK, &target, &seen_ms));
    assert_int_equal(target, target_of(99));
    assert_false(live_visitors_sent(table, live_visitors_by_number(table, 3), LINK, &target, &seen_ms));
    live_visitors_free(table);
}

struct crowd {
    struct live_visitors *table;
    int64_t first; /* of its visitors' numbers */
    _Atomic int *wrong;
};

static void look(const struct crowd *self, int64_t number)
{
    uint64_t visitor = live_visitors_by_number(self->table, number);
    int64_t target, seen_ms;

    if (live_visitors_sent(self->table, visitor, LINK, &target, &seen_ms) && target != target_of(number)) {
        atomic_fetch_add(self->wrong, 1);
    }
}

static void *come(void *arg)
{
    struct crowd *self = arg;

    for (int64_t i = 0; i < ROUNDS; i++) {
        int64_t number = (self->first + i) % 64;
        live_visitors_remember(self->table, live_visitors_by_number(self->table, number), LINK, target_of(number),
                               NOW + i * 1000);
        look(self, number);
        look(self, (number + 1) % 64);
    }
    return NULL;
}

static void live_visitors__nobody_is_taken_for_another_in_a_crowd(void **state)
{
    struct live_visitors *table = live_visitors_new(BUCKET);
    struct crowd crowds[THREADS];
    pthread_t threads[THREADS];
    _Atomic int wrong = 0;

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        crowds[i] = (struct crowd){table, INT64_C(17) * i, &wrong};
        assert_int_equal(pthread_create(&threads[i], NULL, come, &crowds[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(wrong, 0);
    live_visitors_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_visitors__whoever_was_sent_is_known_there),
        cmocka_unit_test(live_visitors__what_is_recalled_takes_nobody_from_where_they_went_last),
        cmocka_unit_test(live_visitors__a_full_table_forgets_who_was_seen_longest_ago),
        cmocka_unit_test(live_visitors__nobody_is_taken_for_another_in_a_crowd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
