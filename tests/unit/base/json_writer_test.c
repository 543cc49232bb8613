/* SPDX-License-Identifier: MIT */
/* Goal: whatever goes in, the writer's text is JSON that our own strict reader takes, and is safe inside HTML. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <math.h>

#include "linkpond/base/json.h"

struct bench {
    char memory[4096];
    struct buf out;
    struct json_writer json;
};

static int bench_setup(void **state)
{
    static struct bench bench;
    buf_init_fixed(&bench.out, bench.memory, sizeof bench.memory);
    json_writer_init(&bench.json, &bench.out);
    *state = &bench;
    return 0;
}

static void wrote(struct bench *bench, str expected)
{
    str actual = buf_str(&bench->out);
    if (!str_eq(actual, expected)) {
        fail_msg("'" STR_FMT "' instead of '" STR_FMT "'", STR_ARG(actual), STR_ARG(expected));
    }
    assert_false(bench->out.overflow);
}

static void writer__puts_commas_where_they_belong(void **state)
{
    struct bench *bench = *state;
    struct json_writer *json = &bench->json;
    json_object(json);
    json_put_i64(json, "a", 1);
    json_name(json, "b");
    json_array(json);
    json_i64(json, 1);
    json_object(json);
    json_object_end(json);
    json_array(json);
    json_array_end(json);
    json_null(json);
    json_array_end(json);
    json_name_str(json, STR("c"));
    json_object(json);
    json_put_bool(json, "d", true);
    json_put_bool(json, "e", false);
    json_object_end(json);
    json_put_str(json, "f", STR(""));
    json_put_opt(json, "g", STR(""));
    json_put_opt(json, "h", STR("x"));
    json_name(json, "i");
    json_raw(json, STR("[9]"));
    json_object_end(json);
    wrote(bench, STR("{\"a\":1,\"b\":[1,{},[],null],\"c\":{\"d\":true,\"e\":false},\"f\":\"\",\"g\":null,\"h\":\"x\","
                     "\"i\":[9]}"));
}

static void writer__keeps_integers_exact(void **state)
{
    struct bench *bench = *state;
    json_array(&bench->json);
    json_i64(&bench->json, INT64_MIN);
    json_i64(&bench->json, INT64_MAX);
    json_array_end(&bench->json);
    wrote(bench, STR("[-9223372036854775808,9223372036854775807]"));
}

static void writer__doubles_are_short_and_stay_doubles(void **state)
{
    struct bench *bench = *state;
    static const double VALUES[] = {0.1, 1.0, -0.0, 1e300, 1.0 / 3, 123456789.125, NAN, INFINITY, -INFINITY};
    json_array(&bench->json);
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++) {
        json_double(&bench->json, VALUES[i]);
    }
    json_array_end(&bench->json);
    wrote(bench, STR("[0.1,1.0,-0.0,1e+300,0.3333333333333333,123456789.125,null,null,null]"));
}

static void writer__escapes_what_is_unsafe_in_json_or_html(void **state)
{
    struct bench *bench = *state;
    json_str(&bench->json, STR("\"\\\n\r\t\b\x01\x1F\x7F</script>&\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA\xE4\xB8\xAD"));
    wrote(bench, STR("\"\\\"\\\\\\n\\r\\t\\u0008\\u0001\\u001f\\u007f\\u003c/script\\u003e&\\u2028\\u2029"
                     "\xE2\x80\xAA\xE4\xB8\xAD\""));
}

static void writer__escapes_names_like_values(void **state)
{
    struct bench *bench = *state;
    json_object(&bench->json);
    json_name_str(&bench->json, STR("a\"<"));
    json_null(&bench->json);
    json_object_end(&bench->json);
    wrote(bench, STR("{\"a\\\"\\u003c\":null}"));
}

static void writer__repairs_bytes_that_are_no_utf8(void **state)
{
    struct bench *bench = *state;
    json_str(&bench->json, STR("a\xFF<\xE4\xB8\xAD\xE4\xB8z\0"));
    wrote(bench, STR("\"a\\ufffd\\u003c\xE4\xB8\xAD\\ufffd\\ufffdz\\ufffd\""));
}

static void writer__null_for_what_is_absent(void **state)
{
    struct bench *bench = *state;
    json_array(&bench->json);
    json_c(&bench->json, NULL);
    json_c(&bench->json, "x");
    json_time(&bench->json, INT64_MIN);
    json_value(&bench->json, NULL);
    json_array_end(&bench->json);
    wrote(bench, STR("[null,\"x\",null,null]"));
}

static void writer__times_are_utc_with_milliseconds(void **state)
{
    struct bench *bench = *state;
    json_object(&bench->json);
    json_put_time(&bench->json, "t", INT64_C(1795313091123));
    json_object_end(&bench->json);
    wrote(bench, STR("{\"t\":\"2026-11-22T02:04:51.123Z\"}"));
}

static void writer__writes_a_parsed_tree_back(void **state)
{
    struct bench *bench = *state;
    str text = STR("{\"a\":[1,-2.5,true,false,null,\"\xE4\xB8\xAD\",{}],\"b\":{\"c\":[]},\"d\":1e+22}");
    struct arena arena;
    struct json *tree = NULL;
    arena_init(&arena, 65536);
    assert_int_equal(json_parse(&arena, text, &tree, NULL), OK);
    json_value(&bench->json, tree);
    wrote(bench, text);
    arena_done(&arena);
}

static void writer__overflow_is_sticky(void **state)
{
    (void)state;
    char memory[8];
    struct buf out;
    struct json_writer json;
    buf_init_fixed(&out, memory, sizeof memory);
    json_writer_init(&json, &out);
    json_array(&json);
    for (int i = 0; i < 10; i++) {
        json_str(&json, STR("0123456789"));
    }
    json_array_end(&json);
    assert_true(out.overflow);
}

#define TEST(f) cmocka_unit_test_setup(f, bench_setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writer__puts_commas_where_they_belong),
        TEST(writer__keeps_integers_exact),
        TEST(writer__doubles_are_short_and_stay_doubles),
        TEST(writer__escapes_what_is_unsafe_in_json_or_html),
        TEST(writer__escapes_names_like_values),
        TEST(writer__repairs_bytes_that_are_no_utf8),
        TEST(writer__null_for_what_is_absent),
        TEST(writer__times_are_utc_with_milliseconds),
        TEST(writer__writes_a_parsed_tree_back),
        TEST(writer__overflow_is_sticky),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
