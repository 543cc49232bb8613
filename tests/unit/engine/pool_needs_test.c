/* SPDX-License-Identifier: MIT */
/* Goal: what needs somebody is judged by one table: places, ends and pictures of a target, at their exact limits. */
#include "assert_str.h"

#include "linkpond/engine/pool_needs.h"

#define NOW  INT64_C(1763784000000)
#define B(x) (1U << (x))

static struct watched_target plain(void)
{
    struct watched_target target = {.id = 1, .enabled = true, .valid_from_ms = INT64_MIN, .valid_until_ms = INT64_MIN};

    for (int span = 0; span < WATCH_SPANS; span++) {
        target.caps[span].cap = TARGET_NO_CAP;
    }
    return target;
}

static void needs__begin_at_80_percent_and_at_the_last_place(void **state)
{
    static const struct {
        int64_t cap, taken;
        unsigned needs;
    } rows[] = {
        {200, 159, 0},
        {200, 160, B(NEED_NEARLY_FULL)},
        {200, 199, B(NEED_NEARLY_FULL)},
        {200, 200, B(NEED_FULL)},
        {200, 250, B(NEED_FULL)},
        {1, 0, 0},
        {1, 1, B(NEED_FULL)},
        {0, 0, 0},
        {TARGET_NO_CAP, 9, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct watched_target target = plain();
        target.caps[WATCH_TOTAL] = (struct watched_cap){rows[i].cap, rows[i].taken};
        assert_int_equal(pool_needs_of(&target, NOW, true), rows[i].needs);
        assert_int_equal(pool_target_is_open(&target, NOW),
                         rows[i].cap == TARGET_NO_CAP || rows[i].taken < rows[i].cap);
    }
}

static void needs__tell_a_full_hour_from_a_full_target(void **state)
{
    struct watched_target target = plain();

    (void)state;
    target.caps[WATCH_HOUR] = (struct watched_cap){10, 10};
    assert_int_equal(pool_needs_of(&target, NOW, true), B(NEED_FULL_TODAY));
    assert_false(pool_target_is_open(&target, NOW));
    target.caps[WATCH_TOTAL] = (struct watched_cap){10, 10};
    assert_int_equal(pool_needs_of(&target, NOW, true), B(NEED_FULL)); /* the hour says nothing more */
    target.enabled = false;
    assert_int_equal(pool_needs_of(&target, NOW, true), 0);
}

static void needs__begin_a_day_before_the_end(void **state)
{
    static const struct {
        int64_t left_ms;
        unsigned needs;
    } rows[] = {{POOL_ENDING_MS + 1, 0},
                {POOL_ENDING_MS, B(NEED_ENDING)},
                {1, B(NEED_ENDING)},
                {0, B(NEED_ENDED)},
                {-POOL_ENDING_MS * 30, B(NEED_ENDED)}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct watched_target target = plain();
        target.valid_until_ms = NOW + rows[i].left_ms;
        assert_int_equal(pool_needs_of(&target, NOW, true), rows[i].needs);
        assert_int_equal(pool_target_is_open(&target, NOW), rows[i].left_ms > 0);
    }
}

static void needs__know_which_kinds_are_nothing_without_a_picture(void **state)
{
    static const struct {
        enum target_kind kind;
        bool url, image, code, reads;
        unsigned needs;
    } rows[] = {
        {TARGET_QR, false, false, false, true, B(NEED_IMAGE_MISSING)},
        {TARGET_QR, true, false, false, true, B(NEED_IMAGE_MISSING)},
        {TARGET_QR, false, true, true, true, 0},
        {TARGET_QR, false, true, false, true, B(NEED_IMAGE_UNREADABLE)},
        {TARGET_QR, false, true, false, false, 0}, /* nobody has looked */
        {TARGET_STAFF, false, false, false, true, B(NEED_IMAGE_MISSING)},
        {TARGET_STAFF, true, false, false, true, 0},
        {TARGET_MINI_PROGRAM, false, true, false, true, 0}, /* no QR code at all */
        {TARGET_URL, true, false, false, true, 0},
        {TARGET_MESSAGE, false, false, false, true, 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct watched_target target = plain();
        target.kind = rows[i].kind;
        target.has_url = rows[i].url;
        target.has_image = rows[i].image;
        target.has_code = rows[i].code;
        assert_int_equal(pool_needs_of(&target, NOW, rows[i].reads), rows[i].needs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(needs__begin_at_80_percent_and_at_the_last_place),
        cmocka_unit_test(needs__tell_a_full_hour_from_a_full_target),
        cmocka_unit_test(needs__begin_a_day_before_the_end),
        cmocka_unit_test(needs__know_which_kinds_are_nothing_without_a_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
