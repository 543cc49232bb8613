/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/model/networks.h"

/* Goal: an address is in a table's networks or it is not, whatever its family, and a mistake in a table is named. */

static struct networks *compiled(const char *first, const char *second)
{
    const struct networks_table tables[] = {{"a.tsv", str_from_c(first)}, {"b.tsv", str_from_c(second)}};
    struct networks *self = NULL;
    struct fault fault = {0};

    assert_int_equal(networks_compile(tables, ARRAY_LEN(tables), &self, &fault), OK);
    return self;
}

static bool contain(const struct networks *self, const char *text)
{
    struct addr addr;

    assert_true(addr_parse(str_from_c(text), &addr));
    return networks_contain(self, &addr);
}

static void networks__of_all_tables_count(void **state)
{
    (void)state;
    struct networks *self = compiled("# ours\nnetwork\t10.1.2.0/23\tx\nnetwork\t2001:db8::/33\tx\n",
                                     "network\t192.0.2.7\ty\twhere it is from\n");

    assert_true(contain(self, "10.1.2.0"));
    assert_true(contain(self, "10.1.3.255"));
    assert_false(contain(self, "10.1.4.0"));
    assert_false(contain(self, "10.1.1.255"));
    assert_true(contain(self, "192.0.2.7"));
    assert_false(contain(self, "192.0.2.8"));
    assert_true(contain(self, "2001:db8:7fff::1"));
    assert_false(contain(self, "2001:db8:8000::1"));
    assert_true(contain(self, "::ffff:10.1.2.3"));
    networks_free(self);
}

/* Shorter than the byte by which lists are passed over. */
static void networks__may_be_wide(void **state)
{
    (void)state;
    struct networks *self = compiled("network\t64.0.0.0/3\tx\n", "network\t4000::/2\tx\n");

    assert_true(contain(self, "64.0.0.1"));
    assert_true(contain(self, "95.255.255.255"));
    assert_false(contain(self, "96.0.0.0"));
    assert_true(contain(self, "7fff::1"));
    assert_false(contain(self, "8000::1"));
    networks_free(self);
}

/* At either end of the numbers, one in another, two with one beginning. */
static void networks__are_found_among_many(void **state)
{
    (void)state;
    struct networks *self = compiled("network\t43.136.0.0/13\tx\nnetwork\t0.0.0.0/32\tx\nnetwork\t43.136.7.0/24\tx\n"
                                     "network\t43.144.0.0/16\tx\n",
                                     "network\t255.255.255.255/32\tx\nnetwork\t43.136.0.0/16\tx\n"
                                     "network\t::/1\tx\nnetwork\tffff::/16\tx\n");
    static const char *const inside[] = {
        "0.0.0.0",        "43.136.0.0",      "43.136.7.9", "43.136.8.0", "43.143.255.255",
        "43.144.255.255", "255.255.255.255", "7fff::1",    "::1",        "ffff::2"};
    static const char *const outside[] = {"0.0.0.1",         "43.135.255.255", "43.145.0.0",
                                          "255.255.255.254", "8000::",         "fffe::"};

    for (size_t i = 0; i < ARRAY_LEN(inside); i++) {
        assert_true(contain(self, inside[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
        assert_false(contain(self, outside[i]));
    }
    networks_free(self);
}

static void networks__of_no_table_are_none(void **state)
{
    (void)state;
    struct networks *self = compiled("", "# nothing\n");

    assert_false(contain(self, "0.0.0.0"));
    assert_false(contain(self, "119.29.0.1"));
    assert_false(contain(self, "::1"));
    networks_free(self);
}

static void networks__broken_tables_name_the_line(void **state)
{
    (void)state;
    static const char *const broken[] = {"#\nnet\t1.2.3.0/24\tx\n", "#\nnetwork\t1.2.3.4.5\tx\n",
                                         "#\nnetwork\t1.2.3.0/24\n", "#\nnetwork\t1.2.3.0/99\tx\n",
                                         "#\nnetwork\t1.2.3.0/24\tx\ty\tz\n"};

    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        const struct networks_table tables[] = {{"good.tsv", STR("network\t1.2.3.4\tx\n")},
                                                {"own.tsv", str_from_c(broken[i])}};
        struct networks *none = NULL;
        struct fault fault = {0};
        assert_int_equal(networks_compile(tables, ARRAY_LEN(tables), &none, &fault), ERR_INVALID);
        assert_non_null(strstr(fault.message, "own.tsv:2:"));
        assert_null(none);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks__of_all_tables_count),         cmocka_unit_test(networks__may_be_wide),
        cmocka_unit_test(networks__are_found_among_many),        cmocka_unit_test(networks__of_no_table_are_none),
        cmocka_unit_test(networks__broken_tables_name_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
