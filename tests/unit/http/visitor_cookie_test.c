/* SPDX-License-Identifier: MIT */
/* Goal: a number comes back from its own cookie and from no other bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "assert_str.h"
#include "linkpond/base/err.h"
#include "visitor_cookie.h"

static const uint8_t key[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static enum visitor_said read_back(struct visitor_cookie *cookie, str sent, int64_t *number)
{
    const struct header headers[] = {{STR("Cookie"), sent}};
    const struct request request = {.headers = headers, .headers_count = 1};

    return visitor_cookie_read(cookie, &request, number);
}

static str name_and_value(str line)
{
    return str_slice(line, 0, (size_t)str_find_char(line, ';', 0));
}

static void visitor_cookie__every_number_comes_back(void **state)
{
    const int64_t numbers[] = {1, 2, 255, 256, 1 << 20, (INT64_C(1) << 40) - 1};
    struct visitor_cookie *cookie = visitor_cookie_new(key);
    char line[VISITOR_COOKIE_MAX];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        int64_t number = 0;
        str set = visitor_cookie_set(cookie, numbers[i], true, line);
        assert_int_equal(read_back(cookie, name_and_value(set), &number), VISITOR_SAID_NUMBER);
        assert_int_equal(number, numbers[i]);
    }
    visitor_cookie_free(cookie);
}

static void visitor_cookie__no_changed_digit_is_a_number(void **state)
{
    struct visitor_cookie *cookie = visitor_cookie_new(key);
    char line[VISITOR_COOKIE_MAX];
    str sent = name_and_value(visitor_cookie_set(cookie, 4711, false, line));

    (void)state;
    for (size_t i = strlen("lp_v="); i < sent.len; i++) {
        char changed[VISITOR_COOKIE_MAX];
        int64_t number = 0;
        memcpy(changed, sent.ptr, sent.len);
        changed[i] = changed[i] == '0' ? '1' : '0';
        assert_int_equal(read_back(cookie, (str){changed, sent.len}, &number), VISITOR_SAID_NOTHING);
        assert_int_equal(number, 0);
    }
    visitor_cookie_free(cookie);
}

static void visitor_cookie__a_refusal_is_no_number(void **state)
{
    struct visitor_cookie *cookie = visitor_cookie_new(key);
    char line[VISITOR_COOKIE_MAX];
    int64_t number = 0;

    (void)state;
    str refusal = visitor_cookie_refusal(true, line);
    assert_true(str_ends(refusal, STR("; Secure")));
    assert_int_equal(read_back(cookie, name_and_value(refusal), &number), VISITOR_SAID_NO);
    assert_int_equal(read_back(cookie, STR("other=1; lp_v=no; x=y"), &number), VISITOR_SAID_NO);
    assert_int_equal(read_back(cookie, STR("other=1"), &number), VISITOR_SAID_NOTHING);
    visitor_cookie_free(cookie);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visitor_cookie__every_number_comes_back),
        cmocka_unit_test(visitor_cookie__no_changed_digit_is_a_number),
        cmocka_unit_test(visitor_cookie__a_refusal_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
