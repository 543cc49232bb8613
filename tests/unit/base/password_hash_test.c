/* SPDX-License-Identifier: MIT */
/* Goal: a password at rest is a salted scrypt that only the same password opens, and that says when it has become too
 * weak; a broken row neither opens nor hangs anything. */
#include "assert_str.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/password_hash.h"

/* RFC 7914 12, the second and third vectors. */
static void scrypt__gives_the_vectors_of_the_rfc(void **state)
{
    (void)state;
    static const uint8_t second[] = {0xfd, 0xba, 0xbe, 0x1c, 0x9d, 0x34, 0x72, 0x00, 0x78, 0x56, 0xe7,
                                     0x19, 0x0d, 0x01, 0xe9, 0xfe, 0x7c, 0x6a, 0xd7, 0xcb, 0xc8, 0x23,
                                     0x78, 0x30, 0xe7, 0x73, 0x76, 0x63, 0x4b, 0x37, 0x31, 0x62};
    static const uint8_t third[] = {0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06,
                                    0xcd, 0x81, 0xfd, 0x38, 0xeb, 0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f,
                                    0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2};
    uint8_t out[32];
    assert_true(crypt_scrypt(STR("password"), STR("NaCl"), 10, 8, 16, out, sizeof out));
    assert_memory_equal(out, second, sizeof out);
    assert_true(crypt_scrypt(STR("pleaseletmein"), STR("SodiumChloride"), 14, 8, 1, out, sizeof out));
    assert_memory_equal(out, third, sizeof out);
    assert_false(crypt_scrypt(STR("x"), STR("y"), 25, 8, 1, out, sizeof out)); /* 32 GiB */
}

static void hash__opens_to_its_password_only(void **state)
{
    (void)state;
    char first_memory[PASSWORD_HASH_TEXT_MAX], second_memory[PASSWORD_HASH_TEXT_MAX];
    str first, second;
    bool same = false, outdated = true;
    assert_int_equal(password_hash_make(STR("正确的 horse"), first_memory, &first), OK);
    assert_int_equal(password_hash_make(STR("正确的 horse"), second_memory, &second), OK);
    assert_false(str_eq(first, second)); /* each has a salt of its own */
    assert_true(str_starts(first, STR("$scrypt$ln=15,r=8,p=1$")));
    assert_int_equal(password_hash_check(first, STR("正确的 horse"), &same, &outdated), OK);
    assert_true(same && !outdated);
    assert_int_equal(password_hash_check(second, STR("正确的 Horse"), &same, NULL), OK);
    assert_false(same);
    assert_int_equal(password_hash_check(second, STR(""), &same, NULL), OK);
    assert_false(same);
}

/* The third vector of the RFC as a PHC string, with 2^14 rounds and a short salt. */
static void hash__of_another_strength_opens_and_is_outdated(void **state)
{
    (void)state;
    bool same = false, outdated = false;
    str weak = STR("$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI");
    assert_int_equal(password_hash_check(weak, STR("pleaseletmein"), &same, &outdated), OK);
    assert_true(same && outdated);
    assert_int_equal(password_hash_check(weak, STR("pleaseletmeout"), &same, &outdated), OK);
    assert_false(same);
}

static void hash__that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        "$",
        "plain",
        "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA",
        "$scrypt$ln=15,r=8,p=1$c2FsdA",
        "$scrypt$ln=15,r=8$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=15,r=8,p=1,q=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=63,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=15,r=8,p=4000$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=15,r=8,p=1$c2FsdA$AAAA",
        "$scrypt$ln=15,r=8,p=1$c2F*dA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=15,r=8,p=1$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    bool same = true;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        assert_int_equal(password_hash_check(str_from_c(broken[i]), STR("x"), &same, NULL), ERR_CORRUPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scrypt__gives_the_vectors_of_the_rfc),
        cmocka_unit_test(hash__opens_to_its_password_only),
        cmocka_unit_test(hash__of_another_strength_opens_and_is_outdated),
        cmocka_unit_test(hash__that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
