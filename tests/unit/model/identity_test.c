/* SPDX-License-Identifier: MIT */
/* Goal: one person's number or address is one text however it is written, and its hash tells nobody what it was. */
#include "assert_str.h"

#include "linkpond/model/identity.h"

static void assert_phone(const char *text, const char *wanted)
{
    char memory[IDENTITY_TEXT_MAX];
    str normal;

    if (!wanted) {
        assert_false(identity_phone(str_from_c(text), memory, &normal));
        return;
    }
    assert_true(identity_phone(str_from_c(text), memory, &normal));
    assert_str_same(normal, str_from_c(wanted));
}

static void identity__a_phone_is_one_text_however_it_is_written(void **state)
{
    (void)state;
    assert_phone("13800138000", "+8613800138000");
    assert_phone(" 138-0013-8000 ", "+8613800138000");
    assert_phone("+86 138 0013 8000", "+8613800138000");
    assert_phone("0086-13800138000", "+8613800138000");
    assert_phone("８６13800138000", "+8613800138000");
    assert_phone("１３８００１３８０００", "+8613800138000");
    assert_phone("＋86　138－0013－8000", "+8613800138000");
    assert_phone("(010) 6552-9988", "+861065529988");
    assert_phone("0755-86013388", "+8675586013388");
    assert_phone("+1 (415) 555-2671", "+14155552671");
    assert_phone("00852 2123 4567", "+85221234567");
}

static void identity__what_is_no_phone_is_refused(void **state)
{
    (void)state;
    assert_phone("", NULL);
    assert_phone("123456", NULL);
    assert_phone("call me", NULL);
    assert_phone("13800138000x", NULL);
    assert_phone("1+3800138000", NULL);
    assert_phone("++8613800138000", NULL);
    assert_phone("1234567890123456", NULL);
    assert_phone("138001380\xff", NULL);
}

static void assert_email(const char *text, const char *wanted)
{
    char memory[IDENTITY_TEXT_MAX];
    str normal;

    if (!wanted) {
        assert_false(identity_email(str_from_c(text), memory, &normal));
        return;
    }
    assert_true(identity_email(str_from_c(text), memory, &normal));
    assert_str_same(normal, str_from_c(wanted));
}

static void identity__an_address_is_lower_case(void **state)
{
    (void)state;
    assert_email(" Wang.Li@Example.COM ", "wang.li@example.com");
    assert_email("a@b.c", "a@b.c");
    assert_email("a", NULL);
    assert_email("@example.com", NULL);
    assert_email("a@b", NULL);
    assert_email("a@.cn", NULL);
    assert_email("a@b@c.cn", NULL);
    assert_email("a b@c.cn", NULL);
    assert_email("a\n@c.cn", NULL);
}

/* The hash of another key, kind or text is another; the hash that others made of the text is the same person. */
static void identity__hashes_depend_on_key_kind_and_text(void **state)
{
    const uint8_t key[IDENTITY_KEY_BYTES] = {1}, other[IDENTITY_KEY_BYTES] = {2};
    char a[IDENTITY_HASH_LEN + 1], b[IDENTITY_HASH_LEN + 1];

    (void)state;
    identity_hash(key, IDENTITY_PHONE, STR("+8613800138000"), a);
    assert_int_equal(strlen(a), IDENTITY_HASH_LEN);
    identity_hash(other, IDENTITY_PHONE, STR("+8613800138000"), b);
    assert_string_not_equal(a, b);
    identity_hash(key, IDENTITY_EMAIL, STR("+8613800138000"), b);
    assert_string_not_equal(a, b);
    identity_hash(key, IDENTITY_PHONE, STR("+8613800138001"), b);
    assert_string_not_equal(a, b);
    /* printf +8613800138000 | sha256sum */
    assert_true(identity_hash_given(key, IDENTITY_PHONE,
                                    STR("EC61F3C620A98BDEAD8C1F1F0AE747ABD1B62A0C2DBA4FD4BC22CF0D1D8653E5"), b));
    assert_string_equal(a, b);
    assert_false(identity_hash_given(key, IDENTITY_PHONE, STR("abcd"), b));
    assert_false(identity_hash_given(key, IDENTITY_PHONE,
                                     STR("zz64b4c4b3ec3d2c01e9f05dfb64ac4fc0dd0c4f0b0e8b8d7ad6c7e5f0b2a1zz"), b));
}

static void identity__kinds_are_found_by_name(void **state)
{
    enum identity_kind kind;

    (void)state;
    for (int i = 0; i < IDENTITY_KINDS; i++) {
        assert_true(identity_kind_find(identity_kind_name((enum identity_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(identity_kind_find(STR("Phone"), &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity__a_phone_is_one_text_however_it_is_written),
        cmocka_unit_test(identity__what_is_no_phone_is_refused),
        cmocka_unit_test(identity__an_address_is_lower_case),
        cmocka_unit_test(identity__hashes_depend_on_key_kind_and_text),
        cmocka_unit_test(identity__kinds_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
