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

struct seen {
    bool at[VISITOR_BY_COUNT][VISITORS][PLACES], anywhere[VISITOR_BY_COUNT][VISITORS];
};

static int64_t count_at(const struct seen *seen, size_t place)
{
    int64_t count = 0;

    for (size_t i = 0; i < (size_t)VISITOR_BY_COUNT * VISITORS; i++) {
        count += seen->at[i / VISITORS][i % VISITORS][place];
    }
    return count;
}

static int64_t count_anywhere(const struct seen *seen, int from, int to)
{
    int64_t count = 0;

    for (int by = from; by < to; by++) {
        for (size_t i = 0; i < VISITORS; i++) {
            count += seen->anywhere[by][i];
        }
    }
    return count;
}

static void assert_counted(struct visitors_question *question, const struct seen *seen)
{
    struct visitors_count count;

    question->places_count = PLACES;
    assert_int_equal(report_visitors_count(question, &count), OK);
    assert_int_equal(count.visitors, count_anywhere(seen, 0, VISITOR_BY_COUNT));
    assert_int_equal(count.cookies, count_anywhere(seen, VISITOR_BY_COOKIE, VISITOR_BY_COOKIE + 1));
    for (size_t place = 0; place < PLACES; place++) {
        assert_int_equal(count.at[place], count_at(seen, place));
    }
    report_visitors_count_done(&count);
}

/* Some have few places, some nearly all; some are only seen. */
static void note_some(struct report_visitors *set, struct seen *seen, int times, const uint32_t *places, unsigned leave)
{
    for (int i = 0; i < times; i++) {
        unsigned visitor = (unsigned)roll(VISITORS), by = 1 + (unsigned)roll(VISITOR_BY_COUNT - 1);
        uint32_t place = (uint32_t)roll(1 + roll(1 + visitor * 4));
        if (visitor % 5 == leave) {
            continue;
        }
        seen->anywhere[by][visitor] = true;
        if (visitor % 7 == 0) {
            assert_true(report_visitors_see(set, number_of(visitor), (enum visitor_by)by));
            continue;
        }
        assert_true(report_visitors_note(set, number_of(visitor), (enum visitor_by)by, place));
        place = places ? places[place] : place;
        if (place != VISITOR_NOWHERE) {
            seen->at[by][visitor][place] = true;
        }
    }
}

/* So many notes that those which repeat others are taken out many times meanwhile. */
static void report_visitors__each_pair_counts_once(void **state)
{
    (void)state;
    static struct seen seen;
    struct report_visitors set;
    struct visitors_question question;
    report_visitors_init(&set);
    note_some(&set, &seen, 200000, NULL, 5);
    report_visitors_ask(&question, &set, NULL);
    assert_counted(&question, &seen);
    assert_true(set.bytes < 2 << 20);
    report_visitors_done(&set);
}

/* Two sets that number their places differently count as one set of all would. */
static void report_visitors__who_is_in_both_sets_counts_once(void **state)
{
    (void)state;
    static struct seen seen;
    struct report_visitors sets[2];
    struct visitors_question question;
    uint32_t places[PLACES];
    for (uint32_t p = 0; p < PLACES; p++) {
        places[p] = (p * 7 + 3) % PLACES;
    }
    for (unsigned s = 0; s < 2; s++) {
        report_visitors_init(&sets[s]);
        note_some(&sets[s], &seen, 6000, s == 1 ? places : NULL, s);
    }
    report_visitors_ask(&question, &sets[0], &sets[1]);
    question.places[1] = places;
    assert_counted(&question, &seen);
    report_visitors_done(&sets[0]);
    report_visitors_done(&sets[1]);
}

/* Places that come to the same one, as campaigns of many links do. */
static void report_visitors__places_that_are_one_count_once(void **state)
{
    (void)state;
    static struct seen seen;
    struct report_visitors set;
    struct visitors_question question;
    uint32_t places[PLACES];
    for (uint32_t p = 0; p < PLACES; p++) {
        places[p] = p % 6;
    }
    report_visitors_init(&set);
    note_some(&set, &seen, 20000, places, 5);
    report_visitors_ask(&question, &set, NULL);
    question.places[0] = places;
    assert_counted(&question, &seen);
    report_visitors_done(&set);
}

/* Whoever was only there counts still, but at no place. */
static void report_visitors__places_nobody_asks_about_count_nowhere(void **state)
{
    (void)state;
    static struct seen seen;
    struct report_visitors sets[2];
    struct visitors_question question;
    uint32_t places[2][PLACES];
    for (uint32_t p = 0; p < PLACES; p++) {
        places[0][p] = p % 3 == 0 ? p : VISITOR_NOWHERE;
        places[1][p] = p % 4 == 0 ? p / 4 : VISITOR_NOWHERE;
    }
    for (unsigned s = 0; s < 2; s++) {
        report_visitors_init(&sets[s]);
        note_some(&sets[s], &seen, 6000, places[s], s);
    }
    report_visitors_ask(&question, &sets[0], &sets[1]);
    question.places[0] = places[0];
    question.places[1] = places[1];
    assert_counted(&question, &seen);
    report_visitors_done(&sets[0]);
    report_visitors_done(&sets[1]);
}

static void report_visitors__too_many_are_refused(void **state)
{
    (void)state;
    struct report_visitors set;
    int64_t far = 0;
    report_visitors_init(&set);
    while (far < VISITOR_NUMBERS && report_visitors_see(&set, 1 + far, VISITOR_BY_HASH)) {
        far += INT64_C(1) << (VISITOR_PAGE_BITS + VISITOR_BOOK_BITS); /* a book for each */
    }
    assert_in_range(set.bytes, 511 << 20, 512 << 20);
    assert_false(report_visitors_note(&set, 1 + far, VISITOR_BY_HASH, 0));
    report_visitors_done(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_visitors__each_pair_counts_once),
        cmocka_unit_test(report_visitors__who_is_in_both_sets_counts_once),
        cmocka_unit_test(report_visitors__places_that_are_one_count_once),
        cmocka_unit_test(report_visitors__places_nobody_asks_about_count_nowhere),
        cmocka_unit_test(report_visitors__too_many_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
