/* SPDX-License-Identifier: MIT */
/* Goal: what guessers try first is no password here, and anything else that is long enough is one. */
#include "assert_str.h"
#include "linkpond/model/password.h"

static const char *code_of(const char *login, const char *password)
{
    static struct fault fault;
    fault = (struct fault){0};
    enum err err = password_check("password", str_from_c(login), str_from_c(password), &fault);
    assert_true(err == OK || (err == ERR_INVALID && strcmp(fault.field, "password") == 0));
    assert_true(err == OK || fault.message_zh[0]);
    return err == OK ? "" : fault.code;
}

static void password__is_ten_characters_not_bytes(void **state)
{
    (void)state;
    assert_string_equal(code_of("li", "chen7wate"), "too_short");
    assert_string_equal(code_of("li", "chen7water"), "");
    assert_string_equal(code_of("li", "山水之间有清风呀"), "too_short"); /* 8 characters in 24 bytes */
    assert_string_equal(code_of("li", "山水之间有清风明月呀"), "");
    assert_string_equal(code_of("li", ""), "too_short");
}

static void password__is_at_most_256_bytes(void **state)
{
    (void)state;
    char text[PASSWORD_BYTES_MAX + 2];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = "abcdxyz"[i * i % 7];
    }
    text[PASSWORD_BYTES_MAX] = '\0';
    assert_string_equal(code_of("li", text), "");
    text[PASSWORD_BYTES_MAX] = 'a';
    text[PASSWORD_BYTES_MAX + 1] = '\0';
    assert_string_equal(code_of("li", text), "too_long");
}

static void password__is_not_the_login(void **state)
{
    (void)state;
    assert_string_equal(code_of("lin.yue@example.com", "Lin.Yue@Example.com"), "is_login");
    assert_string_equal(code_of("linyue.linyue@example.com", "linyue.linyue"), "is_login");
    assert_string_equal(code_of("linyue", "linyueLinYue"), "is_login");
    assert_string_equal(code_of("linyue", "linyue-and-tea"), "");
}

static void password__is_not_what_everybody_takes(void **state)
{
    (void)state;
    static const char *const common[] = {"password123", "PassWord123", "1234567890", "0987654321",    "qwertyuiop",
                                         "abcdefghij",  "1212121212",  "aaaaaaaaaa", "woaini1314520", "admin@123456"};
    for (size_t i = 0; i < ARRAY_LEN(common); i++) {
        assert_string_equal(code_of("li", common[i]), "too_common");
    }
    assert_string_equal(code_of("li", "password123 tea"), "");
}

static void password__is_text(void **state)
{
    (void)state;
    struct fault fault = {0};
    assert_string_equal(code_of("li", "abc\xff"
                                      "defghijk"),
                        "bad_character");
    assert_int_equal(password_check("new", STR("li"), (str){"abcde\0fghij", 11}, &fault), ERR_INVALID);
    assert_string_equal(fault.code, "bad_character");
    assert_string_equal(fault.field, "new");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(password__is_ten_characters_not_bytes),
        cmocka_unit_test(password__is_at_most_256_bytes),
        cmocka_unit_test(password__is_not_the_login),
        cmocka_unit_test(password__is_not_what_everybody_takes),
        cmocka_unit_test(password__is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
