/* SPDX-License-Identifier: MIT */
/* Goal: json_parse takes RFC 8259 and nothing looser, keeps 64-bit integers exact, and says what is wrong and where. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/json.h"
#include "linkpond/base/limits.h"

static int arena_setup(void **state)
{
    static struct arena arena;
    arena_init(&arena, 1024 * 1024);
    *state = &arena;
    return 0;
}

static int arena_teardown(void **state)
{
    arena_done(*state);
    return 0;
}

static const struct json *parse(void **state, str text)
{
    struct json *tree = NULL;
    struct fault fault = {0};
    enum err err = json_parse(*state, text, &tree, &fault);
    if (err != OK) {
        fail_msg("refused: %s %s", err_name(err), fault.message);
    }
    return tree;
}

/* `at` is the byte that the message must name. */
static void refused(void **state, str text, const char *code, size_t at)
{
    struct json untouched, *tree = &untouched;
    struct fault fault = {0};
    char place[32];
    enum err err = json_parse(*state, text, &tree, &fault);
    if (err != ERR_MALFORMED) {
        fail_msg("%s instead of ERR_MALFORMED for " STR_FMT, err_name(err), STR_ARG(text));
    }
    assert_string_equal(fault.code, code);
    snprintf(place, sizeof place, "(byte %zu)", at);
    if (!strstr(fault.message, place)) {
        fail_msg("%s in '%s'", place, fault.message);
    }
    assert_true(fault.message_zh[0]);
    assert_ptr_equal(tree, &untouched);
}

static void assert_str(str actual, str expected)
{
    if (!str_eq(actual, expected)) {
        fail_msg("'" STR_FMT "' instead of '" STR_FMT "'", STR_ARG(actual), STR_ARG(expected));
    }
}

static void json__reads_every_type(void **state)
{
    const struct json *tree = parse(
        state, STR(" {\"s\":\"x\",\"i\":-7,\"d\":1.5,\"t\":true,\"f\":false,\"n\":null,\"a\":[1,[2]],\"o\":{}}\r\n"));
    assert_int_equal(tree->type, JSON_OBJECT);
    assert_int_equal(tree->count, 8);
    assert_str(json_get(tree, STR("s"))->string, STR("x"));
    assert_int_equal(json_get(tree, STR("i"))->integer, -7);
    assert_true(json_get(tree, STR("i"))->number == -7.0);
    assert_int_equal(json_get(tree, STR("d"))->type, JSON_DOUBLE);
    assert_true(json_get(tree, STR("d"))->number == 1.5);
    assert_true(json_get(tree, STR("t"))->boolean);
    assert_int_equal(json_get(tree, STR("f"))->type, JSON_BOOL);
    assert_false(json_get(tree, STR("f"))->boolean);
    assert_int_equal(json_get(tree, STR("n"))->type, JSON_NULL);
    const struct json *array = json_get(tree, STR("a"));
    assert_int_equal(array->count, 2);
    assert_int_equal(array->child->integer, 1);
    assert_int_equal(array->child->next->child->integer, 2);
    assert_int_equal(json_get(tree, STR("o"))->count, 0);
}

static void json__get_is_null_safe_and_case_sensitive(void **state)
{
    const struct json *tree = parse(state, STR("{\"a\":1}"));
    assert_null(json_get(tree, STR("A")));
    assert_null(json_get(NULL, STR("a")));
    assert_null(json_get(tree->child, STR("a")));
}

static void json__integers_keep_all_64_bits(void **state)
{
    const struct json *tree = parse(state, STR("[9223372036854775807,-9223372036854775808,9007199254740993,0,-0,"
                                               "\"1\\\"2\",3,{\"4-5e6\":[1.0,1e3,1E-2,7]}]"));
    const struct json *item = tree->child;
    assert_true(item->integer == INT64_MAX && item->type == JSON_INT);
    item = item->next;
    assert_true(item->integer == INT64_MIN);
    item = item->next;
    assert_true(item->integer == INT64_C(9007199254740993));
    item = item->next->next;
    assert_true(item->type == JSON_INT && item->integer == 0);
    item = item->next->next;
    assert_int_equal(item->integer, 3); /* the string before it held digits and an escaped quote */
    item = item->next->child->child;
    assert_true(item->type == JSON_DOUBLE && item->number == 1.0);
    item = item->next;
    assert_true(item->type == JSON_DOUBLE && item->number == 1000.0);
    item = item->next;
    assert_true(item->type == JSON_DOUBLE && item->number == 0.01);
    assert_int_equal(item->next->integer, 7);
}

static void json__strings_are_unescaped_to_utf8(void **state)
{
    const struct json *tree =
        parse(state, STR("\"\\u4e2d\\uD83D\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\xE9\x93\xBE\""));
    assert_str(tree->string, STR("\xE4\xB8\xAD\xF0\x9F\x98\x80\"\\/\b\f\n\r\t\xC3\xA9\xE9\x93\xBE"));
    assert_str(parse(state, STR("\"\""))->string, STR(""));
}

static void json__slices_outlive_the_text(void **state)
{
    char text[] = "{\"name\":\"value\"}";
    const struct json *tree = parse(state, str_from_c(text));
    memset(text, 'x', sizeof text);
    assert_str(json_get(tree, STR("name"))->string, STR("value"));
}

static void json__reads_no_byte_past_the_slice(void **state)
{
    char *exact = malloc(2);
    memcpy(exact, "12", 2);
    assert_int_equal(parse(state, (str){exact, 2})->integer, 12);
    assert_int_equal(parse(state, (str){exact, 1})->integer, 1);
    free(exact);
}

static void json__refuses_duplicate_names_even_in_disguise(void **state)
{
    refused(state, STR("{\"a\":1,\"a\":2}"), "duplicate_name", 7);
    refused(state, STR("{\"url\":1,\"\\u0075rl\":2}"), "duplicate_name", 9);
    refused(state, STR("{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}"), "duplicate_name", 18);
    refused(state, STR("[{\"o\":{\"x\":1,\"y\":{\"x\":1},\"x\":2}}]"), "duplicate_name", 25);
    /* The same name in different objects, or in another case, is fine. */
    parse(state, STR("[{\"a\":{\"a\":{\"A\":1,\"a\":2}}},{\"a\":1}]"));
}

static void json__finds_a_duplicate_among_many_names(void **state)
{
    struct buf text;
    buf_init_heap(&text, 1024 * 1024);
    buf_add_char(&text, '{');
    for (int i = 0; i < 2000; i++) {
        buf_addf(&text, "\"n%d\":%d,", i, i);
    }
    size_t at = text.len;
    buf_add_c(&text, "\"n77\":0}");
    refused(state, buf_str(&text), "duplicate_name", at);
    text.len = at - 1;
    buf_add_char(&text, '}');
    assert_int_equal(parse(state, buf_str(&text))->count, 2000);
    buf_done(&text);
}

static void json__refuses_what_strings_must_not_hold(void **state)
{
    refused(state, STR("[\"a\\u0000b\"]"), "nul_character", 3);
    refused(state, STR("\"\0\""), "nul_character", 1);
    refused(state, STR("{\"\\u0000\":1}"), "nul_character", 2);
    refused(state, STR("\"a\nb\""), "control_character", 2);
    refused(state, STR("\"\\ud800\""), "lone_surrogate", 1);
    refused(state, STR("\"\\udc00\""), "lone_surrogate", 1);
    refused(state, STR("\"\\ud800\\u0041\""), "lone_surrogate", 1);
    refused(state, STR("\"\\ud800\\ud800\""), "lone_surrogate", 1);
    refused(state, STR("\"ab\xFF\""), "invalid_utf8", 3);
    refused(state, STR("\"\xC0\xAF\""), "invalid_utf8", 1);
    refused(state, STR("\"x\xED\xA0\x80\""), "invalid_utf8", 2);
    refused(state, STR("{\"\xE4\xB8\":1}"), "invalid_utf8", 2);
    refused(state, STR("\"\\x41\""), "bad_escape", 1);
    refused(state, STR("\"\\u12g4\""), "bad_escape", 1);
}

static void json__refuses_numbers_out_of_range(void **state)
{
    refused(state, STR("9223372036854775808"), "out_of_range", 0);
    refused(state, STR("[-9223372036854775809]"), "out_of_range", 1);
    refused(state, STR("[1,1e999]"), "out_of_range", 3);
    refused(state, STR("100000000000000000000000000000000000000000000000000000000000000000000000"), "out_of_range", 0);
    refused(state, STR("0.1000000000000000000000000000000000000000000000000000000000000000000000"), "number_too_long",
            0);
    refused(state, STR("[01]"), "syntax", 2);
    refused(state, STR("[1.]"), "bad_number", 3);
    refused(state, STR("[-x]"), "bad_number", 2);
    refused(state, STR("[1e+]"), "bad_number", 4);
    refused(state, STR("[+1]"), "syntax", 1);
    refused(state, STR("[.5]"), "syntax", 1);
    refused(state, STR("[NaN]"), "syntax", 1);
    refused(state, STR("[-Infinity]"), "bad_number", 2);
    refused(state, STR("[0x10]"), "syntax", 2);
}

static void json__refuses_loose_syntax(void **state)
{
    refused(state, STR(""), "cut_off", 0);
    refused(state, STR("  "), "cut_off", 2);
    refused(state, STR("\xEF\xBB\xBF{}"), "byte_order_mark", 0);
    refused(state, STR("{} x"), "trailing_bytes", 3);
    refused(state, STR("1 2"), "trailing_bytes", 2);
    refused(state, STR("{}\0"), "trailing_bytes", 2);
    refused(state, STR("[1,]"), "syntax", 3);
    refused(state, STR("{\"a\":1,}"), "syntax", 7);
    refused(state, STR("{a:1}"), "syntax", 1);
    refused(state, STR("{'a':1}"), "syntax", 1);
    refused(state, STR("{\"a\" 1}"), "syntax", 5);
    refused(state, STR("[1 2]"), "syntax", 3);
    refused(state, STR("[1}"), "syntax", 2);
    refused(state, STR("//c\n1"), "syntax", 0);
    refused(state, STR("\v1"), "syntax", 0);
    refused(state, STR("True"), "syntax", 0);
    refused(state, STR("nul"), "cut_off", 0);
    refused(state, STR("\"abc"), "cut_off", 4);
    refused(state, STR("\"abc\\"), "cut_off", 5);
    refused(state, STR("[[]"), "cut_off", 3);
}

static str nested(struct buf *out, unsigned depth)
{
    buf_reset(out);
    for (unsigned i = 0; i < depth; i++) {
        buf_add_c(out, i % 2 ? "{\"k\":" : "[");
    }
    buf_add_char(out, '1');
    for (unsigned i = depth; i-- > 0;) {
        buf_add_char(out, i % 2 ? '}' : ']');
    }
    return buf_str(out);
}

static void json__nests_to_the_limit_and_no_deeper(void **state)
{
    char memory[4096];
    struct buf text;
    buf_init_fixed(&text, memory, sizeof memory);
    parse(state, nested(&text, LIMIT_JSON_DEPTH));
    refused(state, nested(&text, LIMIT_JSON_DEPTH + 1), "too_deep", LIMIT_JSON_DEPTH * 3);
}

static void json__says_too_large_when_the_arena_cannot_hold_the_tree(void **state)
{
    (void)state;
    struct arena small;
    struct json *tree = NULL;
    struct fault fault = {0};
    arena_init(&small, 1024);
    assert_int_equal(json_parse(&small, STR("[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]"), &tree, &fault),
                     ERR_TOO_LARGE);
    assert_string_equal(fault.code, "too_many_values");
    arena_done(&small);
    arena_init(&small, 256);
    assert_int_equal(json_parse(&small,
                                STR("\"0123456789012345678901234567890123456789012345678901234567890123456789"
                                    "01234567890123456789012345678901234567890123456789012345678901234567890123456789"
                                    "0123456789012345678901234567890123456789012345678901234567890123456789\""),
                                &tree, NULL),
                     ERR_NOMEM);
    assert_null(tree);
    arena_done(&small);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(json__reads_every_type),
        TEST(json__get_is_null_safe_and_case_sensitive),
        TEST(json__integers_keep_all_64_bits),
        TEST(json__strings_are_unescaped_to_utf8),
        TEST(json__slices_outlive_the_text),
        TEST(json__reads_no_byte_past_the_slice),
        TEST(json__refuses_duplicate_names_even_in_disguise),
        TEST(json__finds_a_duplicate_among_many_names),
        TEST(json__refuses_what_strings_must_not_hold),
        TEST(json__refuses_numbers_out_of_range),
        TEST(json__refuses_loose_syntax),
        TEST(json__nests_to_the_limit_and_no_deeper),
        TEST(json__says_too_large_when_the_arena_cannot_hold_the_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
