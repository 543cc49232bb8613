/* SPDX-License-Identifier: MIT */
/* Goal: the primitives compute what their standards say, and empty input is input like any other. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/crypt.h"

static void assert_hex(const uint8_t *bytes, size_t len, const char *expected)
{
    char hex[65] = "";

    for (size_t i = 0; i < len; i++) {
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    }
    assert_string_equal(hex, expected);
}

static void sha256__gives_the_digests_of_fips_180_4(void **state)
{
    uint8_t out[SHA256_BYTES];

    (void)state;
    crypt_sha256(STR("abc"), out);
    assert_hex(out, sizeof out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypt_sha256(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), out);
    assert_hex(out, sizeof out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    crypt_sha256((str){NULL, 0}, out);
    assert_hex(out, sizeof out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* FIPS 197, appendix C.1 and C.3: keys 000102..., plain text 00112233...eeff. */
static void aes__enciphers_and_deciphers_the_blocks_of_fips_197(void **state)
{
    static const char *const expected[] = {"69c4e0d86a7b0430d8cdb78070b4c55a", "8ea2b7ca516745bfeafc49904b496089"};
    static const size_t key_lens[] = {16, 32};
    uint8_t key[32], plain[16], block[16];

    (void)state;
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (uint8_t)(i * 0x11);
    }
    for (size_t i = 0; i < ARRAY_LEN(key_lens); i++) {
        struct aes_key *enc = aes_key_new(key, key_lens[i], false);
        struct aes_key *dec = aes_key_new(key, key_lens[i], true);

        for (int again = 0; again < 3; again++) { /* a block leaves nothing behind in the key */
            aes_block(enc, plain, block);
            assert_hex(block, sizeof block, expected[i]);
            aes_block(dec, block, block); /* in place */
            assert_memory_equal(block, plain, sizeof plain);
        }
        aes_key_free(enc);
        aes_key_free(dec);
    }
    aes_key_free(NULL);
}

static void equal__compares_whole_slices(void **state)
{
    (void)state;
    assert_true(crypt_equal(STR("secret"), STR("secret")));
    assert_true(crypt_equal((str){NULL, 0}, STR("")));
    assert_false(crypt_equal(STR("secret"), STR("secreT")));
    assert_false(crypt_equal(STR("secret"), STR("secre")));
    assert_false(crypt_equal(STR(""), STR("x")));
}

static void cleanse__zeroes(void **state)
{
    char secret[32];

    (void)state;
    memset(secret, 'x', sizeof secret);
    crypt_cleanse(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++) {
        assert_int_equal(secret[i], 0);
    }
    crypt_cleanse(NULL, 0);
}

/* A sound generator fails this less than once in 2^240 runs. */
static void random__does_not_repeat_and_fills_every_byte(void **state)
{
    uint8_t a[32], b[32], seen[32] = {0};

    (void)state;
    crypt_random(a, sizeof a);
    crypt_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    for (int round = 0; round < 64; round++) {
        crypt_random(b, sizeof b);
        for (size_t i = 0; i < sizeof seen; i++) {
            seen[i] |= b[i];
        }
    }
    for (size_t i = 0; i < sizeof seen; i++) {
        assert_int_not_equal(seen[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256__gives_the_digests_of_fips_180_4),
        cmocka_unit_test(aes__enciphers_and_deciphers_the_blocks_of_fips_197),
        cmocka_unit_test(equal__compares_whole_slices),
        cmocka_unit_test(cleanse__zeroes),
        cmocka_unit_test(random__does_not_repeat_and_fills_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
