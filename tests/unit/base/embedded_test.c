/* SPDX-License-Identifier: MIT */
/* Goal: embedded files are found by their exact name, and a missing one is told from an empty one. */
#include "assert_str.h"

#include "linkpond/base/embedded.h"

static const struct embedded table[] = {
    {"apps.tsv", "a\0b", 3},
    {"empty.tsv", "", 0},
    {"", "", 0},
};

static void embedded__finds_by_exact_name(void **state)
{
    (void)state;
    assert_str(embedded_find(table, "apps.tsv"), "a\0b");
    assert_non_null(embedded_find(table, "empty.tsv").ptr);
    assert_int_equal(embedded_find(table, "empty.tsv").len, 0);
    assert_null(embedded_find(table, "apps").ptr);
    assert_null(embedded_find(table, "").ptr);
    assert_null(embedded_find(table + 2, "apps.tsv").ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(embedded__finds_by_exact_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
