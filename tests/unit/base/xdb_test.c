/* SPDX-License-Identifier: MIT */
#include "assert_str.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/xdb.h"
#include "xdb_file.h"

/* Goal: every address of a range gets its text and none beside it; a file that is not whole is refused, and nothing
 * that is written into one makes the reader look outside of it. */

static const struct xdb_range ranges_v4[] = {
    {"192.0.2.0", "192.0.2.127", "one"},
    {"192.0.2.128", "192.0.2.255", "two"},
    {"198.51.100.0", "198.51.100.255", "three"},
    {"203.0.0.0", "203.0.255.255", "four"},
    {NULL, NULL, NULL},
};
static const struct xdb_range ranges_v6[] = {
    {"2001:db8::", "2001:db8::ffff", "one"},
    {"2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff", "two"},
    {NULL, NULL, NULL},
};

static str text_of(const struct xdb *xdb, const char *ip)
{
    struct addr addr;
    struct xdb_entry entry;

    assert_true(addr_parse(str_from_c(ip), &addr));
    return xdb_find(xdb, &addr, &entry) ? entry.text : STR("(none)");
}

static void xdb__a_range_is_its_first_to_its_last_address(void **state)
{
    for (unsigned version = 2; version <= 3; version++) {
        struct xdb_file file = xdb_file_make(version, 4, ranges_v4);
        struct xdb xdb;

        (void)state;
        assert_int_equal(xdb_open(xdb_file_str(&file), &xdb, NULL), OK);
        assert_int_equal(xdb.ip_version, 4);
        assert_int_equal(xdb.count, 4);
        assert_int_equal(xdb.made_ms, (int64_t)XDB_FILE_MADE * MS_PER_SECOND);
        assert_str(text_of(&xdb, "192.0.1.255"), "(none)");
        assert_str(text_of(&xdb, "192.0.2.0"), "one");
        assert_str(text_of(&xdb, "192.0.2.127"), "one");
        assert_str(text_of(&xdb, "192.0.2.128"), "two");
        assert_str(text_of(&xdb, "192.0.2.255"), "two");
        assert_str(text_of(&xdb, "192.0.3.0"), "(none)");
        assert_str(text_of(&xdb, "198.51.100.7"), "three");
        assert_str(text_of(&xdb, "203.0.0.0"), "four");
        assert_str(text_of(&xdb, "203.0.255.255"), "four");
        assert_str(text_of(&xdb, "203.1.0.0"), "(none)");
        assert_str(text_of(&xdb, "255.255.255.255"), "(none)");
        assert_str(text_of(&xdb, "2001:db8::1"), "(none)");
        free(file.bytes);
    }
}

static void xdb__ipv6_is_read_as_it_is_on_the_wire(void **state)
{
    struct xdb_file file = xdb_file_make(3, 6, ranges_v6);
    struct xdb_entry entry;
    struct xdb xdb;
    char text[ADDR_TEXT_MAX];

    (void)state;
    assert_int_equal(xdb_open(xdb_file_str(&file), &xdb, NULL), OK);
    assert_int_equal(xdb.ip_version, 6);
    assert_str(text_of(&xdb, "2001:db8::"), "one");
    assert_str(text_of(&xdb, "2001:db8::ffff"), "one");
    assert_str(text_of(&xdb, "2001:db8::1:0"), "(none)");
    assert_str(text_of(&xdb, "2001:db8:1:2::3"), "two");
    assert_str(text_of(&xdb, "192.0.2.1"), "(none)");
    xdb_entry_at(&xdb, 1, &entry);
    assert_str(addr_format(&entry.first, text), "2001:db8:1::");
    free(file.bytes);
}

static void xdb__a_file_cut_short_is_refused(void **state)
{
    struct xdb_file file = xdb_file_make(2, 4, ranges_v4);
    struct xdb xdb;
    struct fault fault;

    (void)state;
    for (size_t len = 0; len<file.len; len += len> XDB_FILE_HEAD - 64 ? 1 : 64) {
        uint8_t *cut = malloc(len + 1); /* of its own, so that a sanitizer sees a step behind the end */
        memcpy(cut, file.bytes, len);
        assert_int_equal(xdb_open((str){(const char *)cut, len}, &xdb, &fault), ERR_CORRUPT);
        assert_string_equal(fault.code, "cut_short");
        free(cut);
    }
    assert_int_equal(xdb_open(xdb_file_str(&file), &xdb, NULL), OK);
    free(file.bytes);
}

static void refused(size_t at, size_t bytes, size_t value, const char *code)
{
    struct xdb_file file = xdb_file_make(3, 4, ranges_v4);
    struct xdb xdb;
    struct fault fault = {0};

    xdb_file_number(file.bytes + at, bytes, value);
    if (xdb_open(xdb_file_str(&file), &xdb, &fault) != ERR_CORRUPT) {
        fail_msg("%zu at %zu was taken", value, at);
    }
    assert_string_equal(fault.code, code);
    free(file.bytes);
}

static void xdb__a_damaged_file_is_refused(void **state)
{
    struct xdb_file file = xdb_file_make(3, 4, ranges_v4);
    size_t row = 256 + (192 * 256 + 0) * 8, entry = file.first, len = file.len;

    (void)state;
    free(file.bytes);
    refused(0, 2, 4, "unknown_version");
    refused(16, 2, 5, "unknown_version");
    refused(18, 2, 5, "unknown_version");
    refused(8, 4, 0, "bad_index");
    refused(8, 4, entry + 1, "bad_index");
    refused(8, 4, len, "bad_index");
    refused(12, 4, len, "cut_short");
    refused(12, 4, UINT32_MAX, "bad_index");
    refused(row, 4, entry + 1, "bad_index");
    refused(row, 4, 0, "bad_index");
    refused(row, 4, len + 14, "bad_index");
    refused(row + 4, 4, entry - 14, "bad_index");
    refused(row + 4, 4, UINT32_MAX, "bad_index");
    refused(entry + 4, 4, 0, "bad_index");           /* ends before it begins */
    refused(entry + 4, 4, 0xC00002FF, "bad_index");  /* reaches into the next */
    refused(entry + 8, 2, UINT16_MAX, "bad_index");  /* a text over the end */
    refused(entry + 10, 4, UINT32_MAX, "bad_index"); /* a text behind the end */
    refused(entry + 10, 4, len - 2, "bad_index");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xdb__a_range_is_its_first_to_its_last_address),
        cmocka_unit_test(xdb__ipv6_is_read_as_it_is_on_the_wire),
        cmocka_unit_test(xdb__a_file_cut_short_is_refused),
        cmocka_unit_test(xdb__a_damaged_file_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
