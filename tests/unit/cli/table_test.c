/* SPDX-License-Identifier: MIT */
/* Goal: columns stand under each other also where characters are wide, and values read as people write them. */
#include "assert_str.h"

#include "linkpond/cli/table.h"

static void table__chinese_takes_two_places(void **state)
{
    (void)state;
    assert_int_equal(table_width(STR("abc")), 3);
    assert_int_equal(table_width(STR("短链abc")), 7);
    assert_int_equal(table_width(STR("（全角）")), 8);
    assert_int_equal(table_width(STR("é\xff")), 2); /* an invalid byte shows as one sign */
    assert_int_equal(table_width(STR("")), 0);
}

static void cell__shows_each_kind_of_value(void **state)
{
    (void)state;
    struct arena arena;
    struct json *object;

    arena_init(&arena, 1 << 20);
    assert_int_equal(json_parse(&arena,
                                STR("{\"n\":-9007199254740993,\"b\":true,\"s\":\"塘\",\"z\":null,\"l\":[\"a\",2],"
                                    "\"e\":[],\"d\":0.25,\"o\":{}}"),
                                &object, NULL),
                     OK);
    assert_str(cell_at(&arena, object, "n"), "-9007199254740993");
    assert_str(cell_at(&arena, object, "b"), "true");
    assert_str(cell_at(&arena, object, "s"), "塘");
    assert_str(cell_at(&arena, object, "l"), "a, 2");
    assert_str(cell_at(&arena, object, "d"), "0.25");
    assert_int_equal(cell_at(&arena, object, "z").len, 0);
    assert_int_equal(cell_at(&arena, object, "e").len, 0);
    assert_int_equal(cell_at(&arena, object, "o").len, 0);
    assert_int_equal(cell_at(&arena, object, "missing").len, 0);
    assert_int_equal(cell_at(&arena, NULL, "n").len, 0);
    arena_done(&arena);
}

static void cell__writes_money_with_its_currency(void **state)
{
    (void)state;
    struct arena arena;
    static const char *const cases[][2] = {
        {"{\"value\":128000,\"currency\":\"CNY\"}", "1,280.00 CNY"},
        {"{\"value\":-5,\"currency\":\"USD\"}", "-0.05 USD"},
        {"{\"value\":-12345678,\"currency\":\"JPY\"}", "-12,345,678 JPY"},
        {"{\"value\":-100,\"currency\":\"JPY\"}", "-100 JPY"},
        {"{\"value\":7,\"currency\":null}", "7"},
        {"{\"value\":null,\"currency\":\"CNY\"}", ""},
        {"{\"currency\":\"CNY\"}", ""},
    };

    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json *object = NULL;
        assert_int_equal(json_parse(&arena, str_from_c(cases[i][0]), &object, NULL), OK);
        assert_str_same(cell_money(&arena, object), str_from_c(cases[i][1]));
    }
    arena_done(&arena);
}

static void table__keeps_more_rows_than_it_began_with(void **state)
{
    (void)state;
    struct arena arena;
    struct table table;

    arena_init(&arena, 1 << 20);
    table_init(&table, &arena, 2, 0);
    for (int i = 0; i < 500; i++) {
        table_row(&table, (str[]){arena_f(&arena, "%d", i), STR("x")});
    }
    assert_int_equal(table.count, 1000);
    assert_str(table.cells[0], "0");
    assert_str(table.cells[998], "499");
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table__chinese_takes_two_places),
        cmocka_unit_test(cell__shows_each_kind_of_value),
        cmocka_unit_test(cell__writes_money_with_its_currency),
        cmocka_unit_test(table__keeps_more_rows_than_it_began_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
