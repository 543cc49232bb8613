/* SPDX-License-Identifier: MIT */
/* Goal: an app's visits that stop while the others go on are noticed, and the end of a campaign is not taken for it. */
#include "assert_str.h"
#include "linkpond/model/traffic_fall.h"

/* `usual` and `last` visits a day of the app, and of the others. */
static struct traffic_fall fall(int64_t usual, int64_t last, int64_t others_usual, int64_t others_last)
{
    int64_t app[FALL_HOURS] = {0}, all[FALL_HOURS] = {0};
    struct traffic_fall out;

    for (size_t day = 0; day < FALL_HOURS / 24; day++) {
        bool latest = day == FALL_HOURS / 24 - 1;
        app[day * 24 + day] = latest ? last : usual;
        all[day * 24 + day] = latest ? last : usual;
        all[day * 24] += latest ? others_last : others_usual;
    }
    traffic_fall_find(app, all, &out);
    return out;
}

static void traffic_fall__is_seen_at_a_fifth_of_the_usual_day(void **state)
{
    (void)state;
    assert_true(fall(100, 19, 0, 0).fell);
    assert_false(fall(100, 20, 0, 0).fell);
    assert_true(fall(20, 0, 50, 50).fell);
    assert_false(fall(19, 0, 50, 50).fell); /* too few to say anything */
    assert_false(fall(0, 0, 0, 0).fell);
}

static void traffic_fall__of_everybody_is_the_end_of_a_campaign(void **state)
{
    (void)state;
    assert_false(fall(100, 5, 100, 10).fell);
    assert_false(fall(100, 5, 100, 49).fell);
    assert_true(fall(100, 5, 100, 50).fell);
    assert_true(fall(100, 5, 10, 0).fell); /* the others are too few to say anything */
}

static void traffic_fall__tells_its_figures(void **state)
{
    (void)state;
    struct traffic_fall out = fall(70, 7, 30, 21);
    assert_int_equal(out.usual_day, 70);
    assert_int_equal(out.last_day, 7);
    assert_int_equal(out.others_usual, 30);
    assert_int_equal(out.others_last, 21);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traffic_fall__is_seen_at_a_fifth_of_the_usual_day),
        cmocka_unit_test(traffic_fall__of_everybody_is_the_end_of_a_campaign),
        cmocka_unit_test(traffic_fall__tells_its_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
