/* SPDX-License-Identifier: MIT */
/* Goal: a buffer never grows past its maximum, its overflow flag sticks, and an add is whole or not at all. */
#include "assert_str.h"

#include "linkpond/base/buf.h"

static void buf__fixed_uses_every_byte_and_then_overflows(void **state)
{
    (void)state;
    char memory[5] = "....";
    struct buf buf;

    memory[4] = '!';
    buf_init_fixed(&buf, memory, 4);
    buf_add(&buf, STR("ab"));
    buf_addf(&buf, "%d", 42);
    assert_str(buf_str(&buf), "ab42");
    assert_false(buf.overflow);
    assert_int_equal(memory[4], '!');

    buf_add_char(&buf, 'x');
    assert_true(buf.overflow);
    assert_str(buf_str(&buf), "ab42");
    assert_int_equal(memory[4], '!');
}

static void buf__overflow_sticks_until_reset(void **state)
{
    (void)state;
    char memory[4];
    struct buf buf;

    buf_init_fixed(&buf, memory, sizeof memory);
    buf_add(&buf, STR("abcde"));
    assert_true(buf.overflow);
    assert_int_equal(buf.len, 0);
    buf_add_char(&buf, 'a');
    buf_addf(&buf, "%s", "a");
    buf_add_hex(&buf, "a", 1);
    assert_int_equal(buf.len, 0);
    assert_string_equal(buf_c(&buf), "");
    buf_reset(&buf);
    buf_add(&buf, STR("abc"));
    assert_string_equal(buf_c(&buf), "abc");
    assert_false(buf.overflow);
}

static void buf__c_string_needs_a_byte_more_in_fixed_memory(void **state)
{
    (void)state;
    char memory[3];
    struct buf buf;

    buf_init_fixed(&buf, memory, sizeof memory);
    buf_add(&buf, STR("abc"));
    assert_string_equal(buf_c(&buf), "");
    assert_true(buf.overflow);

    buf_init_fixed(&buf, NULL, 0);
    assert_string_equal(buf_c(&buf), "");
    assert_str(buf_str(&buf), "");
}

static void buf__heap_grows_to_exactly_its_maximum(void **state)
{
    (void)state;
    struct buf buf;

    buf_init_heap(&buf, 1000);
    assert_null(buf.ptr);
    assert_string_equal(buf_c(&buf), "");
    for (int i = 0; i < 1000; i++) {
        buf_add_char(&buf, 'x');
    }
    assert_false(buf.overflow);
    assert_int_equal(buf.len, 1000);
    assert_int_equal(strlen(buf_c(&buf)), 1000);
    buf_add_char(&buf, 'x');
    assert_true(buf.overflow);
    assert_int_equal(buf.len, 1000);
    buf_done(&buf);
    buf_done(&buf);
}

static void buf__printf_to_the_brim_of_the_heap(void **state)
{
    (void)state;
    struct buf buf;

    buf_init_heap(&buf, 300);
    buf_addf(&buf, "%0300d", 7);
    assert_false(buf.overflow);
    assert_int_equal(buf_str(&buf).len, 300);
    assert_int_equal(buf_str(&buf).ptr[299], '7');
    buf_reset(&buf);
    buf_addf(&buf, "%0301d", 7);
    assert_true(buf.overflow);
    assert_int_equal(buf.len, 0);
    buf_done(&buf);
}

static void buf__numbers_and_hex(void **state)
{
    (void)state;
    struct buf buf;

    buf_init_heap(&buf, 200);
    buf_add_u64(&buf, 0);
    buf_add_char(&buf, ' ');
    buf_add_u64(&buf, UINT64_MAX);
    buf_add_char(&buf, ' ');
    buf_add_i64(&buf, INT64_MIN);
    buf_add_c(&buf, " ");
    buf_add_i64(&buf, 12);
    buf_add_c(&buf, NULL);
    buf_add_char(&buf, ' ');
    buf_add_hex(&buf, "\x00\x7f\xff", 3);
    assert_str(buf_str(&buf), "0 18446744073709551615 -9223372036854775808 12 007fff");
    buf_done(&buf);
}

static void buf__base64_is_padded(void **state)
{
    (void)state;
    char memory[64];
    struct buf buf;

    buf_init_fixed(&buf, memory, sizeof memory); /* RFC 4648 10 */
    buf_add_base64(&buf, "", 0);
    buf_add_base64(&buf, "f", 1);
    buf_add_base64(&buf, "fo", 2);
    buf_add_base64(&buf, "foo", 3);
    buf_add_base64(&buf, "foobar", 6);
    buf_add_base64(&buf, "\xfb\xff", 2);
    assert_str(buf_str(&buf), "Zg==Zm8=Zm9vZm9vYmFy+/8=");
}

static void buf__a_number_that_does_not_fit_leaves_no_sign(void **state)
{
    (void)state;
    char memory[2];
    struct buf buf;

    buf_init_fixed(&buf, memory, sizeof memory);
    buf_add_i64(&buf, -12);
    assert_true(buf.overflow);
    assert_int_equal(buf.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf__fixed_uses_every_byte_and_then_overflows),
        cmocka_unit_test(buf__overflow_sticks_until_reset),
        cmocka_unit_test(buf__c_string_needs_a_byte_more_in_fixed_memory),
        cmocka_unit_test(buf__heap_grows_to_exactly_its_maximum),
        cmocka_unit_test(buf__printf_to_the_brim_of_the_heap),
        cmocka_unit_test(buf__numbers_and_hex),
        cmocka_unit_test(buf__base64_is_padded),
        cmocka_unit_test(buf__a_number_that_does_not_fit_leaves_no_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
