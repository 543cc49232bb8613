/* SPDX-License-Identifier: MIT */
/* Goal: a visitor counts once anywhere and once at each place, however many places it has and whatever its number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "linkpond/base/hash.h"
#include "report_visitors.h"

#define VISITORS 50
#define PLACES   200

static uint64_t seed = 5;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

/* Dense, far up, from hashes, and not what any program gives. */
static int64_t number_of(unsigned visitor)
{
    static const int64_t bases[] = {1, INT64_C(1) << 20, INT64_C(1) << 33, INT64_C(1) << 40, INT64_MIN, -50};

    return bases[visitor % ARRAY_LEN(bases)] + visitor;
}

static void report_visitors__each_pair_is_new_once(void **state)
{
    (void)state;
    static bool seen[2][VISITORS][PLACES], anywhere[2][VISITORS];
    struct report_visitors set;
    report_visitors_init(&set);
    for (int i = 0; i < 60000; i++) {
        unsigned visitor = (unsigned)roll(VISITORS), by = (unsigned)roll(2);
        uint32_t place = (uint32_t)roll(1 + roll(1 + visitor * 4)); /* some have few places, some nearly all */
        struct visitor_seen out;
        assert_true(report_visitors_add(&set, number_of(visitor), (enum visitor_by)(1 + by), place, &out));
        assert_int_equal(out.here, !seen[by][visitor][place]);
        assert_int_equal(out.first, !anywhere[by][visitor]);
        seen[by][visitor][place] = anywhere[by][visitor] = true;
    }
    report_visitors_done(&set);
}

static void report_visitors__too_many_are_refused(void **state)
{
    (void)state;
    struct report_visitors set;
    struct visitor_seen out;
    int64_t far = 0;
    report_visitors_init(&set);
    while (far < INT64_C(1) << 27 && report_visitors_add(&set, 1 + far, VISITOR_BY_HASH, 0, &out)) {
        far += 1 << 14; /* a page for each */
    }
    assert_int_equal(far, INT64_C(4096) << 14);
    report_visitors_done(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_visitors__each_pair_is_new_once),
        cmocka_unit_test(report_visitors__too_many_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
