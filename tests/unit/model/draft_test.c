/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/model/link.h"

/* Goal: JSON and text ask for the same things under the same checks, and every refusal names its field. */

static int setup(void **state)
{
    static struct arena arena;
    arena_init(&arena, 1 << 20);
    *state = &arena;
    return 0;
}

static int teardown(void **state)
{
    arena_done(*state);
    return 0;
}

static enum err decode(struct arena *arena, str text, struct link_draft *draft, struct fault *fault)
{
    struct json *object = NULL;
    assert_int_equal(json_parse(arena, text, &object, fault), OK);
    return link_draft_decode(arena, object, draft, fault);
}

static void assert_text(str got, const char *expected)
{
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.ptr, expected, got.len);
}

static void draft__the_table_and_the_numbers_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < LF_COUNT; i++) {
        assert_non_null(link_draft_fields[i].name);
    }
    assert_string_equal(link_draft_fields[LF_URL].name, "url");
    assert_string_equal(link_draft_fields[LF_UTM_ID].name, "utm_id");
    assert_string_equal(link_draft_fields[LF_IF_EXISTS].name, "if_exists");
    for (size_t i = 0; i < UTM_COUNT; i++) {
        assert_true(str_eq(str_from_c(link_draft_fields[LF_UTM_SOURCE + i].name), utm_name((enum utm)i)));
    }
}

static void draft__a_whole_body_is_read(void **state)
{
    struct link_draft draft;
    struct fault fault = {0};
    link_draft_init(&draft);
    enum err err =
        decode(*state,
               STR("{\"url\":\"https://a.example/\",\"alias\":\"sale\",\"title\":\"双十一\",\"tags\":[\"a\",\"b\"],"
                   "\"utm_source\":\"wechat\",\"utm_id\":\"7\",\"redirect_status\":307,"
                   "\"valid_from\":\"2026-11-11T00:00:00+08:00\",\"max_clicks\":5,\"forward_query\":false,"
                   "\"query_conflict\":\"visitor\",\"notes\":\"line one\\nline two\",\"metadata\":{\"k\":1},"
                   "\"if_exists\":\"return\"}"),
               &draft, &fault);
    assert_string_equal(fault.message, "");
    assert_int_equal(err, OK);
    assert_text(draft.url, "https://a.example/");
    assert_text(draft.title, "双十一");
    assert_int_equal(draft.tags.count, 2);
    assert_text(draft.tags.items[1], "b");
    assert_text(draft.utm[UTM_SOURCE], "wechat");
    assert_text(draft.utm[UTM_ID], "7");
    assert_int_equal(draft.redirect_status, 307);
    assert_int_equal(draft.valid_from_ms, INT64_C(1794326400000));
    assert_true(draft.valid_until_ms == TIME_NONE);
    assert_int_equal(draft.max_clicks, 5);
    assert_false(draft.forward_query);
    assert_true(draft.enabled);
    assert_non_null(draft.metadata);
    assert_true(link_draft_has(&draft, LF_URL) && link_draft_has(&draft, LF_METADATA));
    assert_false(link_draft_has(&draft, LF_ENABLED) || link_draft_has(&draft, LF_CAMPAIGN));
}

static void draft__null_gives_the_default_and_is_present(void **state)
{
    struct link_draft draft;
    struct fault fault = {0};
    link_draft_init(&draft);
    assert_int_equal(decode(*state,
                            STR("{\"forward_query\":null,\"enabled\":null,\"redirect_status\":null,\"valid_from\":null,"
                                "\"valid_until\":null,\"title\":null,\"tags\":null,\"metadata\":null,"
                                "\"max_clicks\":null,\"query_conflict\":null}"),
                            &draft, &fault),
                     OK);
    assert_true(draft.forward_query && draft.enabled);
    assert_int_equal(draft.redirect_status, 302);
    assert_true(draft.valid_from_ms == TIME_NONE && draft.valid_until_ms == TIME_NONE);
    assert_null(draft.metadata);
    assert_true(link_draft_has(&draft, LF_TITLE) && link_draft_has(&draft, LF_VALID_FROM));
}

static void draft__refusals_name_the_field(void **state)
{
    static const struct {
        str body;
        const char *field, *code;
    } CASES[] = {
        {STR_INIT("{\"password\":\"x\"}"), "password", "not_available_yet"},
        {STR_INIT("{\"rules\":[]}"), "rules", "not_changeable"},
        {STR_INIT("{\"targets\":[]}"), "targets", "not_changeable"},
        {STR_INIT("{\"og\":{}}"), "og", "not_available_yet"},
        {STR_INIT("{\"colour\":1}"), "colour", "unknown_field"},
        {STR_INIT("{\"url\":1}"), "url", "wrong_type"},
        {STR_INIT("{\"max_clicks\":\"5\"}"), "max_clicks", "wrong_type"},
        {STR_INIT("{\"max_clicks\":-1}"), "max_clicks", "out_of_range"},
        {STR_INIT("{\"redirect_status\":200}"), "redirect_status", "out_of_range"},
        {STR_INIT("{\"redirect_status\":304}"), "redirect_status", "not_allowed"},
        {STR_INIT("{\"query_conflict\":\"both\"}"), "query_conflict", "not_allowed"},
        {STR_INIT("{\"if_exists\":\"ignore\"}"), "if_exists", "not_allowed"},
        {STR_INIT("{\"valid_from\":\"tomorrow\"}"), "valid_from", "not_a_time"},
        {STR_INIT("{\"title\":\"a\\u0007\"}"), "title", "control_character"},
        {STR_INIT("{\"tags\":\"a\"}"), "tags", "wrong_type"},
        {STR_INIT("[]"), "", "wrong_type"},
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct link_draft draft;
        struct fault fault = {0};
        link_draft_init(&draft);
        assert_int_equal(decode(*state, CASES[i].body, &draft, &fault), ERR_INVALID);
        assert_string_equal(fault.field, CASES[i].field);
        assert_string_equal(fault.code, CASES[i].code);
        assert_true(draft.presence.present == 0);
    }
}

static void draft__text_fields_too_long_are_refused_at_the_first_byte_over(void **state)
{
    static const struct {
        const char *name;
        size_t bytes_max;
    } CASES[] = {{"title", LIMIT_TITLE},   {"notes", LIMIT_NOTES},       {"campaign", LIMIT_TAG},
                 {"source", LIMIT_SOURCE}, {"utm_term", LIMIT_UTM},      {"external_id", LIMIT_EXTERNAL_ID},
                 {"domain", LIMIT_HOST},   {"customer", LIMIT_CUSTOMER}, {"click_id_param", LIMIT_CLICK_ID_PARAM},
                 {"tags", LIMIT_TAG}};
    static char text[LIMIT_NOTES + 1];
    memset(text, 'a', sizeof(text));
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct link_draft draft;
        struct fault fault = {0};
        link_draft_init(&draft);
        assert_int_equal(link_draft_set_text(*state, &draft, CASES[i].name, (str){text, CASES[i].bytes_max}, &fault),
                         OK);
        assert_int_equal(
            link_draft_set_text(*state, &draft, CASES[i].name, (str){text, CASES[i].bytes_max + 1}, &fault),
            ERR_INVALID);
        assert_string_equal(fault.code, "too_long");
        assert_int_equal(strncmp(fault.field, CASES[i].name, strlen(CASES[i].name)), 0);
    }
}

static void draft__text_is_read_like_json(void **state)
{
    struct link_draft draft;
    struct fault fault = {0};
    static const struct {
        const char *name;
        str value;
    } SETS[] = {{"url", STR_INIT("https://a.example/")},
                {"tags", STR_INIT("a, b ,,c")},
                {"max_clicks", STR_INIT(" 12 ")},
                {"forward_query", STR_INIT("No")},
                {"crawlable", STR_INIT("是")},
                {"valid_until", STR_INIT("2026-11-11T00:00:00+08:00")},
                {"metadata", STR_INIT("{\"k\":\"v\"}")},
                {"title", STR_INIT("")},
                {"campaign", STR_INIT("  ")}};
    link_draft_init(&draft);
    for (size_t i = 0; i < ARRAY_LEN(SETS); i++) {
        assert_int_equal(link_draft_set_text(*state, &draft, SETS[i].name, SETS[i].value, &fault), OK);
    }
    assert_text(draft.url, "https://a.example/");
    assert_int_equal(draft.tags.count, 3);
    assert_text(draft.tags.items[1], "b");
    assert_int_equal(draft.max_clicks, 12);
    assert_false(draft.forward_query);
    assert_true(draft.crawlable);
    assert_int_equal(draft.valid_until_ms, INT64_C(1794326400000));
    assert_true(str_eq(json_get(draft.metadata, STR("k"))->string, STR("v")));
    assert_true(link_draft_has(&draft, LF_URL) && link_draft_has(&draft, LF_TAGS));
    assert_false(link_draft_has(&draft, LF_TITLE) || link_draft_has(&draft, LF_CAMPAIGN));
}

static void draft__bad_text_is_refused_by_name(void **state)
{
    static const struct {
        const char *name;
        str value;
        const char *code;
    } CASES[] = {
        {"max_clicks", STR_INIT("many"), "wrong_type"},      {"enabled", STR_INIT("maybe"), "wrong_type"},
        {"valid_from", STR_INIT("soon"), "not_a_time"},      {"metadata", STR_INIT("{"), "wrong_type"},
        {"title", STR_INIT("\xB9\xAB"), "invalid_utf8"},     {"title", STR_INIT("a\x01"), "control_character"},
        {"colour", STR_INIT("red"), "unknown_field"},        {"password", STR_INIT("x"), "not_available_yet"},
        {"redirect_status", STR_INIT("305"), "not_allowed"},
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct link_draft draft;
        struct fault fault = {0};
        link_draft_init(&draft);
        assert_int_equal(link_draft_set_text(*state, &draft, CASES[i].name, CASES[i].value, &fault), ERR_INVALID);
        assert_string_equal(fault.field, CASES[i].name);
        assert_string_equal(fault.code, CASES[i].code);
        assert_true(draft.presence.present == 0);
    }
}

static void draft__a_full_arena_is_said(void **state)
{
    (void)state;
    struct arena small;
    struct link_draft draft;
    static char text[LIMIT_NOTES];
    memset(text, 'a', sizeof(text));
    arena_init(&small, 64);
    link_draft_init(&draft);
    assert_int_equal(link_draft_set_text(&small, &draft, "notes", (str){text, sizeof(text)}, NULL), ERR_NOMEM);
    assert_false(link_draft_has(&draft, LF_NOTES));
    arena_done(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draft__the_table_and_the_numbers_agree),
        cmocka_unit_test(draft__a_whole_body_is_read),
        cmocka_unit_test(draft__null_gives_the_default_and_is_present),
        cmocka_unit_test(draft__refusals_name_the_field),
        cmocka_unit_test(draft__text_fields_too_long_are_refused_at_the_first_byte_over),
        cmocka_unit_test(draft__text_is_read_like_json),
        cmocka_unit_test(draft__bad_text_is_refused_by_name),
        cmocka_unit_test(draft__a_full_arena_is_said),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
