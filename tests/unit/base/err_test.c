/* SPDX-License-Identifier: MIT */
/* Goal: every error has a status, an exit code, a slug of its own and words in both languages; fault texts are cut
 * between characters, never inside. */
#include "assert_str.h"

#include "linkpond/base/err.h"
#include "linkpond/base/utf8.h"

static void err__every_row_is_complete(void **state)
{
    (void)state;
    for (int i = 0; i < ERR_COUNT; i++) {
        enum err err = (enum err)i;
        assert_in_range(err_http_status(err), 200, 599);
        assert_in_range(err_exit_code(err), 0, 7);
        assert_true(err == OK || err_exit_code(err) > 0);
        assert_true(err == OK || err_http_status(err) >= 400);
        assert_true(strlen(err_name(err)) > 0 && strlen(err_text(err, false)) > 0);
        assert_true(utf8_valid(str_from_c(err_text(err, true))));
        assert_string_not_equal(err_text(err, false), err_text(err, true));
        for (int other = 0; other < i; other++) {
            assert_string_not_equal(err_slug(err), err_slug((enum err)other));
        }
    }
}

static void err__slugs_are_stable(void **state)
{
    (void)state;
    assert_string_equal(err_slug(ERR_ALIAS_TAKEN), "alias-taken");
    assert_int_equal(err_http_status(ERR_ALIAS_TAKEN), 409);
    assert_int_equal(err_exit_code(ERR_NOT_FOUND), 3);
    assert_string_equal(err_name(ERR_GONE), "ERR_GONE");
}

static void fault__is_optional(void **state)
{
    (void)state;
    assert_int_equal(fault_set(NULL, ERR_INVALID, "url", "too_long", "Too long.", NULL), ERR_INVALID);
    assert_int_equal(fault_setf(NULL, ERR_BUSY, "url", "busy", "%d", 1), ERR_BUSY);
}

static void fault__keeps_field_code_and_both_messages(void **state)
{
    (void)state;
    struct fault fault;

    memset(&fault, 'x', sizeof fault);
    assert_int_equal(fault_set(&fault, ERR_INVALID, "url", "too_long", "Too long.", "太长。"), ERR_INVALID);
    assert_string_equal(fault.field, "url");
    assert_string_equal(fault.code, "too_long");
    assert_string_equal(fault.message, "Too long.");
    assert_string_equal(fault.message_zh, "太长。");
    fault_setf(&fault, ERR_INVALID, NULL, "too_long", "%d > %d", 5, 4);
    assert_string_equal(fault.field, "");
    assert_string_equal(fault.message, "5 > 4");
    assert_string_equal(fault.message_zh, "");
}

static void fault__cuts_between_characters(void **state)
{
    (void)state;
    struct fault fault;
    char text[400] = "a"; /* one byte, so that three-byte characters straddle the cut */

    for (size_t at = 1; at + 3 < sizeof text; at += 3) {
        memcpy(text + at, "链", 3);
    }
    fault_set(&fault, ERR_INVALID, text, "code", text, text);
    assert_true(utf8_valid(str_from_c(fault.field)));
    assert_true(utf8_valid(str_from_c(fault.message)));
    assert_true(utf8_valid(str_from_c(fault.message_zh)));
    assert_int_equal(strlen(fault.message), 190); /* 1 + 63 * 3 <= 191 */
    fault_setf(&fault, ERR_INVALID, "", "code", "%s", text);
    assert_int_equal(strlen(fault.message), 190);
    memset(text, 'a', sizeof text - 1);
    fault_set(&fault, ERR_INVALID, text, text, text, text);
    assert_int_equal(strlen(fault.field), sizeof fault.field - 1);
    assert_int_equal(strlen(fault.code), sizeof fault.code - 1);
    assert_int_equal(strlen(fault.message), sizeof fault.message - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err__every_row_is_complete),
        cmocka_unit_test(err__slugs_are_stable),
        cmocka_unit_test(fault__is_optional),
        cmocka_unit_test(fault__keeps_field_code_and_both_messages),
        cmocka_unit_test(fault__cuts_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
