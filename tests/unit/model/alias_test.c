/* SPDX-License-Identifier: MIT */
/* Goal: an alias made of a place's name is a valid alias, is the same every time, and differs where the names do. */
#include "assert_str.h"
#include "linkpond/model/alias.h"
#include "linkpond/model/code.h"

static str slug(const char *text)
{
    static char memory[ALIAS_SLUG_MAX];
    return alias_slug(str_from_c(text), memory);
}

static void alias_slug__keeps_what_an_alias_may_hold(void **state)
{
    (void)state;
    assert_str(slug("east3"), "east3");
    assert_str(slug("  East  Group_3 / North  "), "east-group-3-north");
    assert_str(slug("--a--"), "a");
    assert_str(slug(""), "");
    assert_str(slug(" \t "), "");
}

static void alias_slug__marks_what_it_had_to_drop(void **state)
{
    (void)state;
    /* Printed on paper once, so these never change. */
    assert_str(slug("华东3群"), "3-etntcv");
    assert_str(slug("华北3群"), "3-dnc3r5");
    assert_str(slug("渠道"), "e9pzm6");
    assert_str(slug("a-name-that-is-much-longer-than-a-slug"), "a-name-that-is-much-longe-ux42n7");
    assert_str(slug("!?"), "ycfnau");
}

static void alias_slug__is_always_part_of_an_alias(void **state)
{
    (void)state;
    char text[64], memory[ALIAS_SLUG_MAX], alias[80];
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        size_t len = 0;
        for (len = 0; len < (size_t)(round % 60); len++) {
            seed = seed * 1664525 + 1013904223;
            text[len] = (char)(seed >> 24); /* any byte */
        }
        str out = alias_slug((str){text, len}, memory);
        assert_true(out.len <= ALIAS_SLUG_MAX);
        snprintf(alias, sizeof alias, "x" STR_FMT "y", STR_ARG(out));
        assert_int_equal(alias_check(str_from_c(alias), false, NULL, 0, NULL), OK);
        assert_true(out.len == 0 || (out.ptr[0] != '-' && out.ptr[out.len - 1] != '-'));
    }
}

static void alias_pattern__is_refused_unless_it_tells_links_apart(void **state)
{
    (void)state;
    static const struct {
        str pattern;
        const char *code; /* NULL = fine */
    } rows[] = {
        {STR_INIT("spring-{channel}"), NULL},
        {STR_INIT("{campaign}_{location}_{date}"), NULL},
        {STR_INIT("spring"), "required"},
        {STR_INIT("{campaign}-{date}"), "required"},
        {STR_INIT("{channel}-{code}"), "unknown_placeholder"},
        {STR_INIT("{channel"), "unknown_placeholder"},
        {STR_INIT("{nobody}"), "unknown_placeholder"},
        {STR_INIT("春天-{channel}"), "bad_character"},
        {STR_INIT("a/{channel}"), "bad_character"},
        {STR_INIT("{channel} x"), "bad_character"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fault fault = {0};
        assert_int_equal(alias_pattern_check(rows[i].pattern, &fault), rows[i].code ? ERR_INVALID : OK);
        assert_string_equal(fault.code, rows[i].code ? rows[i].code : "");
        assert_string_equal(fault.field, rows[i].code ? "alias_pattern" : "");
    }
}

static void alias_pattern__is_filled_with_slugs(void **state)
{
    (void)state;
    struct arena arena;
    str out;
    arena_init(&arena, 1 << 16);
    const str slots[UTM_SLOT_COUNT] = {[UTM_SLOT_CHANNEL] = STR_INIT("East Group"),
                                       [UTM_SLOT_REGION] = STR_INIT(""),
                                       [UTM_SLOT_DATE] = STR_INIT("20260301")};
    assert_int_equal(alias_pattern_fill(&arena, STR("s-{channel}{region}-{date}"), slots, &out, NULL), OK);
    assert_str(out, "s-east-group-20260301");
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alias_slug__keeps_what_an_alias_may_hold),
        cmocka_unit_test(alias_slug__marks_what_it_had_to_drop),
        cmocka_unit_test(alias_slug__is_always_part_of_an_alias),
        cmocka_unit_test(alias_pattern__is_refused_unless_it_tells_links_apart),
        cmocka_unit_test(alias_pattern__is_filled_with_slugs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
