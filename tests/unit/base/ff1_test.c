/* SPDX-License-Identifier: MIT */
/* Goal: FF1 is NIST's FF1 (so a code made today is found by any later release) and a permutation (so two ids never
 * share a code), within the bounds it promises and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/ff1.h"

/* NIST's example values for FF1, samples 1-3 (AES-128) and 7-9 (AES-256). The 128-bit key is the other's first half. */
static const uint8_t nist_key[32] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15,
                                     0x88, 0x09, 0xcf, 0x4f, 0x3c, 0xef, 0x43, 0x59, 0xd8, 0xd5, 0x80,
                                     0xaa, 0x4f, 0x7f, 0x03, 0x6d, 0x6f, 0x04, 0xfc, 0x6a, 0x94};

struct sample {
    size_t key_len;
    unsigned radix;
    str tweak;
    const char *plain;
    const char *cipher;
};

static const struct sample samples[] = {
    {16, 10, STR_INIT(""), "0123456789", "2433477484"},
    {16, 10, STR_INIT("9876543210"), "0123456789", "6124200773"},
    {16, 36, STR_INIT("7777pqrs777"), "0123456789abcdefghi", "a9tv40mll9kdu509eum"},
    {32, 10, STR_INIT(""), "0123456789", "6657667009"},
    {32, 10, STR_INIT("9876543210"), "0123456789", "1001623463"},
    {32, 36, STR_INIT("7777pqrs777"), "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"},
};

static size_t numerals_from(const char *text, uint8_t *numerals)
{
    size_t count = strlen(text);

    for (size_t i = 0; i < count; i++) {
        numerals[i] = (uint8_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
    }
    return count;
}

static void ff1__gives_the_sample_values_of_nist(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct ff1 *ff1 = ff1_new(nist_key, samples[i].key_len);
        uint8_t numerals[FF1_NUMERALS_MAX], plain[FF1_NUMERALS_MAX], cipher[FF1_NUMERALS_MAX];
        size_t count = numerals_from(samples[i].plain, plain);

        numerals_from(samples[i].cipher, cipher);
        memcpy(numerals, plain, count);
        assert_true(ff1_encrypt(ff1, samples[i].radix, samples[i].tweak, numerals, count));
        assert_memory_equal(numerals, cipher, count);
        assert_true(ff1_decrypt(ff1, samples[i].radix, samples[i].tweak, numerals, count));
        assert_memory_equal(numerals, plain, count);
        ff1_free(ff1);
    }
    ff1_free(NULL);
}

static void numerals_of(uint32_t value, unsigned radix, uint8_t *numerals, size_t count)
{
    for (size_t i = count; i > 0; i--) {
        numerals[i - 1] = (uint8_t)(value % radix);
        value /= radix;
    }
}

static uint32_t value_of(const uint8_t *numerals, unsigned radix, size_t count)
{
    uint32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        value = value * radix + numerals[i];
    }
    return value;
}

/* 16^5: an odd length, so the two halves differ in size, just above the least domain allowed. */
static void ff1__is_a_bijection_over_a_whole_domain(void **state)
{
    const unsigned radix = 16;
    const size_t count = 5;
    const uint32_t size = 1u << 20;
    struct ff1 *ff1 = ff1_new(nist_key, 32);
    uint8_t *seen = calloc(size, 1);
    uint32_t fixed_points = 0;

    (void)state;
    for (uint32_t value = 0; value < size; value++) {
        uint8_t numerals[5];

        numerals_of(value, radix, numerals, count);
        assert_true(ff1_encrypt(ff1, radix, STR("5"), numerals, count));
        uint32_t image = value_of(numerals, radix, count);
        if (image >= size || seen[image]) {
            fail_msg("%u has image %u, which is taken or out of the domain", value, image);
        }
        seen[image] = 1;
        fixed_points += image == value;
    }
    assert_true(fixed_points < 20); /* a random permutation has one on average */
    free(seen);
    ff1_free(ff1);
}

static void ff1__decrypts_what_it_encrypted_for_every_length_of_code(void **state)
{
    uint8_t key[16], plain[FF1_NUMERALS_MAX], numerals[FF1_NUMERALS_MAX];

    (void)state;
    crypt_random(key, sizeof key);
    struct ff1 *ff1 = ff1_new(key, sizeof key);
    for (size_t count = 4; count <= FF1_NUMERALS_MAX; count++) {
        for (size_t i = 0; i < 2000; i++) {
            char tweak[16];
            str slice = {tweak, i % 17};

            crypt_random(plain, count);
            crypt_random(tweak, sizeof tweak);
            for (size_t j = 0; j < count; j++) {
                plain[j] %= 62;
            }
            memcpy(numerals, plain, count);
            assert_true(ff1_encrypt(ff1, 62, slice, numerals, count));
            for (size_t j = 0; j < count; j++) {
                assert_in_range(numerals[j], 0, 61);
            }
            assert_true(ff1_decrypt(ff1, 62, slice, numerals, count));
            assert_memory_equal(numerals, plain, count);
        }
    }
    ff1_free(ff1);
}

/* Lengths 5 and 13 share a cache slot, and so do tweaks of one length: none may answer for another. */
static void ff1__answers_the_same_in_whatever_order_lengths_and_tweaks_come(void **state)
{
    static const struct {
        size_t count;
        str tweak;
    } uses[] = {{5, STR_INIT("a")}, {13, STR_INIT("a")}, {5, STR_INIT("b")}, {5, STR_INIT("")}, {13, STR_INIT("aa")}};
    uint8_t expected[ARRAY_LEN(uses)][FF1_NUMERALS_MAX];
    struct ff1 *shared = ff1_new(nist_key, 16);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
        struct ff1 *fresh = ff1_new(nist_key, 16);

        memset(expected[i], 1, FF1_NUMERALS_MAX);
        assert_true(ff1_encrypt(fresh, 62, uses[i].tweak, expected[i], uses[i].count));
        ff1_free(fresh);
    }
    for (size_t round = 0; round < 20; round++) {
        size_t i = round * 3 % ARRAY_LEN(uses);
        uint8_t numerals[FF1_NUMERALS_MAX];

        memset(numerals, 1, sizeof numerals);
        assert_true(ff1_encrypt(shared, 62, uses[i].tweak, numerals, uses[i].count));
        assert_memory_equal(numerals, expected[i], FF1_NUMERALS_MAX);
    }
    assert_memory_not_equal(expected[0], expected[2], 5); /* the tweak matters */
    ff1_free(shared);
}

static void ff1__refuses_what_is_out_of_bounds_and_changes_nothing(void **state)
{
    static const struct {
        unsigned radix;
        size_t count;
        size_t tweak_len;
        uint8_t first;
    } bad[] = {{62, 3, 0, 0}, {10, 5, 0, 0}, {2, 19, 0, 0},  {62, 21, 0, 0}, {63, 7, 0, 0},
               {1, 20, 0, 0}, {0, 7, 0, 0},  {62, 7, 17, 0}, {62, 7, 0, 62}, {10, 0, 0, 0}};
    struct ff1 *ff1 = ff1_new(nist_key, 16);
    uint8_t smallest[FF1_NUMERALS_MAX] = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        uint8_t numerals[24] = {bad[i].first}, before[24];
        str tweak = {"0123456789abcdefg", bad[i].tweak_len};

        memcpy(before, numerals, sizeof before);
        assert_false(ff1_encrypt(ff1, bad[i].radix, tweak, numerals, bad[i].count));
        assert_false(ff1_decrypt(ff1, bad[i].radix, tweak, numerals, bad[i].count));
        assert_memory_equal(numerals, before, sizeof before);
    }
    assert_true(ff1_encrypt(ff1, 10, STR(""), smallest, 6)); /* exactly 1,000,000 */
    memset(smallest, 1, sizeof smallest);
    assert_true(ff1_encrypt(ff1, 2, STR(""), smallest, 20));
    ff1_free(ff1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ff1__gives_the_sample_values_of_nist),
        cmocka_unit_test(ff1__is_a_bijection_over_a_whole_domain),
        cmocka_unit_test(ff1__decrypts_what_it_encrypted_for_every_length_of_code),
        cmocka_unit_test(ff1__answers_the_same_in_whatever_order_lengths_and_tweaks_come),
        cmocka_unit_test(ff1__refuses_what_is_out_of_bounds_and_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
