/* SPDX-License-Identifier: MIT */
/* Goal: numbers and blocks come back from base62 unchanged, and what is out of range is refused. */
#include "assert_str.h"

#include "linkpond/base/base62.h"

static void base62__digits_are_in_ascii_order(void **state)
{
    (void)state;
    int digits = 0;

    for (unsigned value = 0; value < 62; value++) {
        assert_int_equal(base62_value(base62_digit(value)), value);
        assert_true(value == 0 || base62_digit(value) > base62_digit(value - 1));
    }
    for (int c = -128; c < 128; c++) {
        digits += base62_value((char)c) >= 0;
    }
    assert_int_equal(digits, 62);
}

static void base62__pads_to_the_width(void **state)
{
    (void)state;
    char out[BASE62_U64_MAX + 1];

    assert_str(base62_encode(0, 0, out), "0");
    assert_str(base62_encode(0, 3, out), "000");
    assert_str(base62_encode(61, 1, out), "z");
    assert_str(base62_encode(62, 1, out), "10");
    assert_str(base62_encode(3843, 7, out), "00000zz");
    assert_str(base62_encode(UINT64_MAX, 0, out), "LygHa16AHYF");
    assert_str(base62_encode(1, 99, out), "00000000001");
    assert_string_equal(out, "00000000001");
}

static void base62__numbers_come_back(void **state)
{
    (void)state;
    char out[BASE62_U64_MAX + 1];
    uint64_t value = 1, back;

    for (int i = 0; i < 2000; i++) {
        assert_true(base62_decode(base62_encode(value, (size_t)i % 12, out), &back));
        assert_true(back == value);
        value = value * UINT64_C(6364136223846793005) + 1442695;
        value >>= i % 60;
    }
}

static void base62__refuses_what_is_no_number_or_too_large(void **state)
{
    (void)state;
    static const str bad[] = {
        STR_INIT(""),
        STR_INIT("a-b"),
        STR_INIT(" 1"),
        STR_INIT("LygHa16AHYG"), /* 2^64 */
        STR_INIT("zzzzzzzzzzz"),
        STR_INIT("000000000001"), /* twelve digits */
        STR_INIT("1\0"),
    };
    uint64_t value = 7;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(base62_decode(bad[i], &value));
    }
    assert_int_equal(value, 7);
    assert_true(base62_decode(STR("LygHa16AHYF"), &value));
    assert_true(value == UINT64_MAX);
}

static void block_is(uint8_t byte, str text)
{
    uint8_t block[16], back[16];
    char out[22];

    memset(block, byte, sizeof block);
    base62_encode_block(block, out);
    assert_str_same(((str){out, sizeof out}), text);
    assert_true(base62_decode_block(text, back));
    assert_memory_equal(back, block, sizeof block);
}

static void base62_block__is_a_big_endian_number_of_22_digits(void **state)
{
    (void)state;
    uint8_t block[16] = {[15] = 61};
    char out[22];

    block_is(0, STR("0000000000000000000000"));
    block_is(0xFF, STR("7n42DGM5Tflk9n8mt7Fhc7")); /* 2^128 - 1 */
    base62_encode_block(block, out);
    assert_str(((str){out, sizeof out}), "000000000000000000000z");
}

static void base62_block__comes_back(void **state)
{
    (void)state;
    uint8_t block[16] = {1}, back[16];
    char out[22];

    for (int i = 0; i < 2000; i++) {
        block[i % 16] = (uint8_t)(block[(i + 5) % 16] * 167 + i);
        base62_encode_block(block, out);
        assert_true(base62_decode_block((str){out, sizeof out}, back));
        assert_memory_equal(back, block, sizeof block);
    }
}

static void base62_block__refuses_overflow_and_other_lengths(void **state)
{
    (void)state;
    uint8_t block[16];
    uint8_t untouched[16];

    memset(block, 7, sizeof block);
    memset(untouched, 7, sizeof untouched);
    assert_false(base62_decode_block(STR("7n42DGM5Tflk9n8mt7Fhc8"), block)); /* 2^128 */
    assert_false(base62_decode_block(STR("zzzzzzzzzzzzzzzzzzzzzz"), block));
    assert_false(base62_decode_block(STR("000000000000000000000"), block));
    assert_false(base62_decode_block(STR("00000000000000000000000"), block));
    assert_false(base62_decode_block(STR("000000000000000000000-"), block));
    assert_memory_equal(block, untouched, sizeof block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base62__digits_are_in_ascii_order),
        cmocka_unit_test(base62__pads_to_the_width),
        cmocka_unit_test(base62__numbers_come_back),
        cmocka_unit_test(base62__refuses_what_is_no_number_or_too_large),
        cmocka_unit_test(base62_block__is_a_big_endian_number_of_22_digits),
        cmocka_unit_test(base62_block__comes_back),
        cmocka_unit_test(base62_block__refuses_overflow_and_other_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
