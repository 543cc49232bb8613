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

/* Two sets that number their places differently: what each counted, less what they have in common, is what one set of
 * all would have counted. */
static void report_visitors__two_sets_have_in_common_who_is_in_both(void **state)
{
    (void)state;
    static bool seen[2][3][VISITORS][PLACES];
    static int64_t same[PLACES], expected[PLACES];
    struct report_visitors sets[2];
    struct visitors_common common;
    struct visitor_seen out;
    uint32_t places[PLACES];
    int64_t visitors = 0, cookies = 0;
    for (uint32_t p = 0; p < PLACES; p++) {
        places[p] = (p * 7 + 3) % PLACES;
    }
    for (unsigned s = 0; s < 2; s++) {
        report_visitors_init(&sets[s]);
        for (int i = 0; i < 6000; i++) {
            unsigned visitor = (unsigned)roll(VISITORS), by = 1 + (unsigned)roll(2);
            uint32_t place = (uint32_t)roll(1 + roll(1 + visitor * 4));
            if (visitor % 5 == s || number_of(visitor) < 0) {
                continue; /* in the other one only */
            }
            assert_true(report_visitors_add(&sets[s], number_of(visitor), (enum visitor_by)by, place, &out));
            seen[s][by][visitor][s == 1 ? places[place] : place] = true;
        }
    }
    for (size_t at = 0; at < 3 * VISITORS; at++) {
        bool here = false, there = false;
        for (size_t p = 0; p < PLACES; p++) {
            bool a = seen[0][at / VISITORS][at % VISITORS][p], b = seen[1][at / VISITORS][at % VISITORS][p];
            here = here || a;
            there = there || b;
            expected[p] += a && b;
        }
        visitors += here && there;
        cookies += here && there && at / VISITORS == VISITOR_BY_COOKIE;
    }
    report_visitors_common(&sets[0], &sets[1], places, same, &common);
    assert_memory_equal(same, expected, sizeof same);
    assert_int_equal(common.visitors, visitors);
    assert_int_equal(common.cookies, cookies);
    assert_true(visitors > 20 && visitors < 2 * VISITORS);
    report_visitors_done(&sets[0]);
    report_visitors_done(&sets[1]);
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
        cmocka_unit_test(report_visitors__two_sets_have_in_common_who_is_in_both),
        cmocka_unit_test(report_visitors__too_many_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
