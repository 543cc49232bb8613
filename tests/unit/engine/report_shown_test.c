/* SPDX-License-Identifier: MIT */
/* Goal: whoever was seen counts once in all and once at each place that is shown, whether the place has many clicks or
 * few, whatever the visitor's number and whoever of two has seen it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "linkpond/base/hash.h"
#include "report_shown.h"

#define VISITORS 300
#define PLACES   9

static uint64_t seed = 11;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

/* Dense, on both sides of a book's end and of four bytes' end, far up, from hashes, and not what any program gives. */
static int64_t number_of(size_t visitor)
{
    static const int64_t bases[] = {
        1, (1 << SHOWN_BOOK_BITS) - 100, (INT64_C(1) << 32) - 100, INT64_C(1) << 33, INT64_MIN, -(VISITORS + 1)};

    return bases[visitor % ARRAY_LEN(bases)] + (int64_t)visitor;
}

struct seen {
    bool at[VISITOR_BY_COUNT][VISITORS][PLACES], anywhere[VISITOR_BY_COUNT][VISITORS];
};

/* As many visits as fit at once and fewer; some of nobody, some at no place. */
static void add_some(struct report_shown *shown, struct seen *seen, int rounds)
{
    int64_t visitors[SHOWN_AT_ONCE];
    uint8_t bys[SHOWN_AT_ONCE];
    uint16_t places[SHOWN_AT_ONCE];

    for (int round = 0; round < rounds; round++) {
        size_t count = roll(2) == 0 ? SHOWN_AT_ONCE : roll(SHOWN_AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            size_t visitor = roll(VISITORS), by = roll(VISITOR_BY_COUNT), place = roll(1 + roll(PLACES + 3));
            bool somebody = roll(5) > 0, shows = place < PLACES;
            visitors[i] = somebody ? number_of(visitor) : 0;
            bys[i] = (uint8_t)by;
            places[i] = shows ? (uint16_t)place : SHOWN_NOWHERE;
            seen->anywhere[by][visitor] |= somebody;
            if (somebody && shows) {
                seen->at[by][visitor][place] = true;
            }
        }
        assert_true(report_shown_add(shown, visitors, bys, places, count));
    }
}

static void assert_counted(struct shown_question *question, const struct seen *seen)
{
    int64_t at[PLACES] = {0}, visitors = 0, cookies = 0;

    question->places_count = PLACES;
    question->at = calloc(PLACES, sizeof *question->at);
    assert_int_equal(report_shown_count(question), OK);
    for (size_t i = 0; i < (size_t)VISITOR_BY_COUNT * VISITORS; i++) {
        size_t by = i / VISITORS, visitor = i % VISITORS;
        visitors += seen->anywhere[by][visitor];
        cookies += by == VISITOR_BY_COOKIE && seen->anywhere[by][visitor];
        for (size_t place = 0; place < PLACES; place++) {
            at[place] += seen->at[by][visitor][place];
        }
    }
    assert_int_equal(question->visitors + question->others.visitors, visitors);
    assert_int_equal(question->cookies + question->others.cookies, cookies);
    for (size_t place = 0; place < PLACES; place++) {
        assert_int_equal(question->at[place] + question->others.at[place], at[place]);
    }
}

static void done(struct shown_question *question)
{
    free(question->at);
    report_visitors_count_done(&question->others);
    report_shown_done(&question->sets[0]);
    report_shown_done(&question->sets[1]);
}

/* By the clicks that places are said to have, they are kept in either way. */
static void some_clicks(int64_t clicks[PLACES], unsigned round)
{
    for (unsigned place = 0; place < PLACES; place++) {
        clicks[place] = (round >> place & 1) ? INT64_C(1) << 30 : 1;
    }
}

static void report_shown__counts_who_one_has_seen(void **state)
{
    (void)state;
    static struct seen seen;
    struct shown_question question = {.places_count = PLACES};
    int64_t clicks[PLACES];
    some_clicks(clicks, 0x155);
    assert_int_equal(report_shown_init(&question.sets[0], clicks, PLACES), OK);
    add_some(&question.sets[0], &seen, 30);
    assert_counted(&question, &seen);
    done(&question);
}

static void report_shown__counts_once_who_both_have_seen(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 1 << PLACES; round += 37) {
        struct seen *seen = calloc(1, sizeof *seen);
        struct shown_question question = {.places_count = PLACES};
        int64_t clicks[PLACES];
        some_clicks(clicks, round);
        for (int s = 0; s < 2; s++) {
            assert_int_equal(report_shown_init(&question.sets[s], clicks, PLACES), OK);
            add_some(&question.sets[s], seen, (int)(round % 5));
        }
        assert_counted(&question, seen);
        done(&question);
        free(seen);
    }
}

static void report_shown__too_many_are_refused(void **state)
{
    (void)state;
    struct report_shown shown;
    int64_t far = 1, clicks = 1;
    const uint8_t by = VISITOR_BY_HASH;
    const uint16_t place = 0;
    assert_int_equal(report_shown_init(&shown, &clicks, 1), OK);
    while (far < INT64_C(1) << 32 && report_shown_add(&shown, &far, &by, &place, 1)) {
        far += 1 << SHOWN_BOOK_BITS; /* a book for each */
    }
    assert_true(far < INT64_C(1) << 32);
    assert_in_range(shown.memory.used, 500 << 20, 512 << 20);
    report_shown_done(&shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_shown__counts_who_one_has_seen),
        cmocka_unit_test(report_shown__counts_once_who_both_have_seen),
        cmocka_unit_test(report_shown__too_many_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
