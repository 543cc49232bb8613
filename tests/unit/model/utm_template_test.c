/* SPDX-License-Identifier: MIT */
#include "assert_str.h"

#include "linkpond/base/hash.h"
#include "linkpond/model/utm.h"

/* Goal: a template that was saved fills in whatever a link has, and nothing that is no template is saved. */

static const str SLOTS[UTM_SLOT_COUNT] = {
    [UTM_SLOT_CHANNEL] = STR_INIT("g3"),      [UTM_SLOT_CHANNEL_GROUP] = STR_INIT("社群"),
    [UTM_SLOT_CODE] = STR_INIT("x7Kp2Qa"),    [UTM_SLOT_DATE] = STR_INIT("20260401"),
    [UTM_SLOT_CUSTOMER] = STR_INIT("{code}"),
};
static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1024 * 1024);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static str fill(const char *text)
{
    str out;

    assert_int_equal(utm_template_check(str_from_c(text), "utm_source", NULL), OK);
    assert_int_equal(utm_template_fill(&arena, str_from_c(text), SLOTS, "utm_source", &out, NULL), OK);
    return out;
}

static void utm_template__slots_are_filled_in(void **state)
{
    (void)state;
    assert_str(fill("{channel_group}-{channel}"), "社群-g3");
    assert_str(fill("{code}{code}"), "x7Kp2Qax7Kp2Qa");
    assert_str(fill("plain"), "plain");
    assert_str(fill(" {region} at {date} "), "at 20260401");
    assert_str(fill("{region}"), "");
    assert_str(fill(""), "");
}

static void utm_template__what_is_filled_in_is_not_read_again(void **state)
{
    (void)state;
    assert_str(fill("<{customer}>"), "<{code}>");
}

static void utm_template__stray_braces_and_unknown_names_are_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = {"{",        "}",          "{}",          "{nothing}", "{channel",
                                      "channel}", "{ channel}", "{{channel}}", "{Channel}"};

    for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
        struct fault fault = {0};
        assert_int_equal(utm_template_check(str_from_c(BAD[i]), "utm_term", &fault), ERR_INVALID);
        assert_string_equal(fault.field, "utm_term");
        assert_string_equal(fault.code, "unknown_placeholder");
    }
}

static void utm_template__a_value_is_as_long_as_a_utm_value_may_be(void **state)
{
    (void)state;
    char memory[LIMIT_UTM + 1];
    struct fault fault = {0};
    str slots[UTM_SLOT_COUNT] = {0};
    str out = {0};

    memset(memory, 'x', sizeof memory);
    slots[UTM_SLOT_CAMPAIGN] = (str){memory, LIMIT_UTM};
    assert_int_equal(utm_template_fill(&arena, STR("{campaign}"), slots, "utm_id", &out, &fault), OK);
    assert_int_equal(out.len, LIMIT_UTM);
    slots[UTM_SLOT_CAMPAIGN].len++;
    assert_int_equal(utm_template_fill(&arena, STR("{campaign}"), slots, "utm_id", &out, &fault), ERR_INVALID);
    assert_string_equal(fault.code, "too_long");
    assert_string_equal(fault.field, "utm_id");
}

/* Whatever passes the check has no brace left over that was written in it. */
static void utm_template__random_texts_are_judged_as_they_are_filled(void **state)
{
    (void)state;
    static const char *const PIECES[] = {"{", "}", "{code}", "{date}", "a", "{region}", "公", "{nothing}"};
    static const str NONE[UTM_SLOT_COUNT] = {{0}};
    uint64_t seed = 7;

    for (int round = 0; round < 5000; round++) {
        char text[64];
        size_t len = 0, plain = 0;
        bool good = true;
        for (int i = 0; i < 5; i++) {
            seed = hash_xxh3(&seed, sizeof seed, 3);
            const char *piece = PIECES[seed % ARRAY_LEN(PIECES)];
            bool slot = piece[0] == '{' && piece[1] != '\0' && piece[1] != 'n';
            good = good && (slot || (piece[0] != '{' && piece[0] != '}'));
            plain += slot ? 0 : strlen(piece);
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        str out;
        assert_int_equal(utm_template_check((str){text, len}, "f", NULL), good ? OK : ERR_INVALID);
        if (good) {
            assert_int_equal(utm_template_fill(&arena, (str){text, len}, NONE, "f", &out, NULL), OK);
            assert_int_equal(out.len, plain);
        }
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(utm_template__slots_are_filled_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utm_template__what_is_filled_in_is_not_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utm_template__stray_braces_and_unknown_names_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utm_template__a_value_is_as_long_as_a_utm_value_may_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utm_template__random_texts_are_judged_as_they_are_filled, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
