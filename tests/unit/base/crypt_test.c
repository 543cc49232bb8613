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

/* RFC 4231, test cases 1, 2 and 6 (a key longer than a block). */
static void hmac__gives_the_codes_of_rfc_4231(void **state)
{
    uint8_t out[SHA256_BYTES];
    char key[131];

    (void)state;
    memset(key, 0x0b, 20);
    crypt_hmac_sha256((str){key, 20}, STR("Hi There"), out);
    assert_hex(out, sizeof out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    crypt_hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), out);
    assert_hex(out, sizeof out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    crypt_hmac_sha256((str){key, sizeof key}, STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
    assert_hex(out, sizeof out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    crypt_hmac_sha256((str){0}, (str){0}, out);
    assert_hex(out, sizeof out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static size_t from_hex(const char *hex, uint8_t *out)
{
    size_t len = strlen(hex) / 2;

    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        out[i] = (uint8_t)byte;
    }
    return len;
}

/* "The Galois/Counter Mode of Operation" (McGrew, Viega), test case 16: nonce, text, tag, as we keep them. */
static void unseal__opens_the_published_vector(void **state)
{
    uint8_t key[32], what[20], sealed[128], plain[64];
    char out[128];
    size_t len = 0;

    (void)state;
    from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key);
    size_t what_len = from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", what);
    size_t sealed_len = from_hex("cafebabefacedbaddecaf888"
                                 "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                                 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                                 "76fc6ece0f4e1768cddf8853bb2d551b",
                                 sealed);
    size_t plain_len = from_hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                                "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                                plain);
    assert_true(crypt_unseal(key, (str){(char *)what, what_len}, (str){(char *)sealed, sealed_len}, out, &len));
    assert_int_equal(len, plain_len);
    assert_memory_equal(out, plain, plain_len);
}

static void seal__is_opened_by_its_key_as_what_it_is_and_whole(void **state)
{
    static const str texts[] = {STR_INIT(""), STR_INIT("x"), STR_INIT("https://example.com/hook?key=secret")};
    uint8_t key[32] = {1}, other[32] = {2}, sealed[128];
    char out[128];
    size_t len;

    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(texts); t++) {
        str whole = {(const char *)sealed, texts[t].len + SEAL_EXTRA};
        crypt_seal(key, STR("url"), texts[t], sealed);
        assert_true(crypt_unseal(key, STR("url"), whole, out, &len));
        assert_true(crypt_equal((str){out, len}, texts[t]));
        assert_false(crypt_unseal(other, STR("url"), whole, out, &len));
        assert_false(crypt_unseal(key, STR("secret"), whole, out, &len));
        assert_false(crypt_unseal(key, STR("url"), str_slice(whole, 0, whole.len - 1), out, &len));
        for (size_t i = 0; i < whole.len; i++) {
            sealed[i] ^= 0x40;
            assert_false(crypt_unseal(key, STR("url"), whole, out, &len));
            sealed[i] ^= 0x40;
        }
    }
    assert_false(crypt_unseal(key, STR("url"), STR(""), out, &len));
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
        cmocka_unit_test(hmac__gives_the_codes_of_rfc_4231),
        cmocka_unit_test(unseal__opens_the_published_vector),
        cmocka_unit_test(seal__is_opened_by_its_key_as_what_it_is_and_whole),
        cmocka_unit_test(equal__compares_whole_slices),
        cmocka_unit_test(cleanse__zeroes),
        cmocka_unit_test(random__does_not_repeat_and_fills_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
