/* SPDX-License-Identifier: MIT */
/* Goal: both hashes are the published ones, bit for bit, because stored checksums and pseudonyms outlive a release. */
#include "assert_str.h"

#include "linkpond/base/hash.h"

/* SipHash-2-4 of 00, 00 01, ... with the key 00 01 .. 0f: the table of the authors' reference implementation
 * (https://github.com/veorq/SipHash, vectors.h), read as little-endian words. */
static const uint64_t sip_vectors[64] = {
    UINT64_C(0x726fdb47dd0e0e31), UINT64_C(0x74f839c593dc67fd), UINT64_C(0x0d6c8009d9a94f5a),
    UINT64_C(0x85676696d7fb7e2d), UINT64_C(0xcf2794e0277187b7), UINT64_C(0x18765564cd99a68d),
    UINT64_C(0xcbc9466e58fee3ce), UINT64_C(0xab0200f58b01d137), UINT64_C(0x93f5f5799a932462),
    UINT64_C(0x9e0082df0ba9e4b0), UINT64_C(0x7a5dbbc594ddb9f3), UINT64_C(0xf4b32f46226bada7),
    UINT64_C(0x751e8fbc860ee5fb), UINT64_C(0x14ea5627c0843d90), UINT64_C(0xf723ca908e7af2ee),
    UINT64_C(0xa129ca6149be45e5), UINT64_C(0x3f2acc7f57c29bdb), UINT64_C(0x699ae9f52cbe4794),
    UINT64_C(0x4bc1b3f0968dd39c), UINT64_C(0xbb6dc91da77961bd), UINT64_C(0xbed65cf21aa2ee98),
    UINT64_C(0xd0f2cbb02e3b67c7), UINT64_C(0x93536795e3a33e88), UINT64_C(0xa80c038ccd5ccec8),
    UINT64_C(0xb8ad50c6f649af94), UINT64_C(0xbce192de8a85b8ea), UINT64_C(0x17d835b85bbb15f3),
    UINT64_C(0x2f2e6163076bcfad), UINT64_C(0xde4daaaca71dc9a5), UINT64_C(0xa6a2506687956571),
    UINT64_C(0xad87a3535c49ef28), UINT64_C(0x32d892fad841c342), UINT64_C(0x7127512f72f27cce),
    UINT64_C(0xa7f32346f95978e3), UINT64_C(0x12e0b01abb051238), UINT64_C(0x15e034d40fa197ae),
    UINT64_C(0x314dffbe0815a3b4), UINT64_C(0x027990f029623981), UINT64_C(0xcadcd4e59ef40c4d),
    UINT64_C(0x9abfd8766a33735c), UINT64_C(0x0e3ea96b5304a7d0), UINT64_C(0xad0c42d6fc585992),
    UINT64_C(0x187306c89bc215a9), UINT64_C(0xd4a60abcf3792b95), UINT64_C(0xf935451de4f21df2),
    UINT64_C(0xa9538f0419755787), UINT64_C(0xdb9acddff56ca510), UINT64_C(0xd06c98cd5c0975eb),
    UINT64_C(0xe612a3cb9ecba951), UINT64_C(0xc766e62cfcadaf96), UINT64_C(0xee64435a9752fe72),
    UINT64_C(0xa192d576b245165a), UINT64_C(0x0a8787bf8ecb74b2), UINT64_C(0x81b3e73d20b49b6f),
    UINT64_C(0x7fa8220ba3b2ecea), UINT64_C(0x245731c13ca42499), UINT64_C(0xb78dbfaf3a8d83bd),
    UINT64_C(0xea1ad565322a1a0b), UINT64_C(0x60e61c23a3795013), UINT64_C(0x6606d7e446282b93),
    UINT64_C(0x6ca4ecb15c5f91e1), UINT64_C(0x9f626da15c9625f3), UINT64_C(0xe51b38608ef25f57),
    UINT64_C(0x958a324ceb064572),
};

static void siphash__gives_the_authors_vectors(void **state)
{
    (void)state;
    const struct siphash_key key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    unsigned char message[65];

    /* From an odd address, to show that alignment does not matter. */
    for (unsigned i = 0; i < 64; i++) {
        message[i + 1] = (unsigned char)i;
    }
    for (size_t len = 0; len < 64; len++) {
        assert_true(hash_sip(&key, message + 1, len) == sip_vectors[len]);
    }
    assert_true(hash_sip(&key, NULL, 0) == sip_vectors[0]);
}

static void siphash__depends_on_both_halves_of_the_key(void **state)
{
    (void)state;
    const struct siphash_key a = {1, 2}, b = {3, 2}, c = {1, 3};

    assert_true(hash_sip(&a, "x", 1) != hash_sip(&b, "x", 1));
    assert_true(hash_sip(&a, "x", 1) != hash_sip(&c, "x", 1));
}

static void xxh3__gives_the_published_values(void **state)
{
    (void)state;
    assert_true(hash_xxh3("", 0, 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(hash_xxh3(NULL, 0, 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(hash_xxh3("a", 1, 0) == UINT64_C(0xe6c632b61e964e1f));
    assert_true(hash_xxh3("abc", 3, 0) == UINT64_C(0x78af5f94892f3950));
    assert_true(hash_xxh3("", 0, UINT64_C(0x9e3779b185ebca8d)) == UINT64_C(0xa8a6b918b2f0364a));
}

static void xxh3__depends_on_the_seed_and_every_byte(void **state)
{
    (void)state;
    char text[300] = {0};
    uint64_t first = hash_xxh3(text, sizeof text, 1);

    assert_true(first != hash_xxh3(text, sizeof text, 2));
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = 1;
        assert_true(hash_xxh3(text, sizeof text, 1) != first);
        text[i] = 0;
    }
}

static void xxh3_128__depends_on_the_secret_the_length_and_every_byte(void **state)
{
    (void)state;
    struct hash_secret secret, other;
    char text[300] = {0};
    for (size_t i = 0; i < sizeof secret.bytes; i++) {
        secret.bytes[i] = (uint8_t)hash_xxh3(&i, sizeof i, 1);
        other.bytes[i] = (uint8_t)hash_xxh3(&i, sizeof i, 2);
    }
    struct hash128 first = hash_xxh3_128(&secret, text, sizeof text), again = hash_xxh3_128(&secret, text, sizeof text);

    assert_true(first.low == again.low && first.high == again.high);
    assert_true(first.low != hash_xxh3_128(&other, text, sizeof text).low);
    assert_true(first.low != hash_xxh3_128(&secret, text, sizeof text - 1).low);
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = 1;
        struct hash128 changed = hash_xxh3_128(&secret, text, sizeof text);
        assert_true(changed.low != first.low && changed.high != first.high);
        text[i] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(siphash__gives_the_authors_vectors),
        cmocka_unit_test(siphash__depends_on_both_halves_of_the_key),
        cmocka_unit_test(xxh3__gives_the_published_values),
        cmocka_unit_test(xxh3__depends_on_the_seed_and_every_byte),
        cmocka_unit_test(xxh3_128__depends_on_the_secret_the_length_and_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
