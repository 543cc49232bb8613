/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/err.h"
#include "linkpond/base/gbk.h"

/* Goal: what Chinese software sends in GBK is read; what only might be GBK is left alone. */

static bool convert(str text, char *memory, size_t size, str *out)
{
    struct buf buf;

    buf_init_fixed(&buf, memory, size);
    bool read = gbk_to_utf8(&buf, text);
    *out = buf_str(&buf);
    return read;
}

static void gbk__is_read_as_chinese(void **state)
{
    (void)state;
    char memory[64];
    str out;

    assert_true(convert(STR("\xb9\xab\xd6\xda\xba\xc5 618"), memory, sizeof memory, &out));
    assert_true(str_eq(out, STR("公众号 618")));
}

static void gbk__is_not_guessed(void **state)
{
    (void)state;
    static const str others[] = {STR_INIT(""),         STR_INIT("plain"),        STR_INIT("caf\xe9s"),
                                 STR_INIT("\xb9"),     STR_INIT("\xb9\xab\xd6"), STR_INIT("\xff\xfe"),
                                 STR_INIT("\x80\xa1"), STR_INIT("\xaa\xa1")};
    char memory[64];
    str out;

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_false(convert(others[i], memory, sizeof memory, &out));
        assert_int_equal(out.len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gbk__is_read_as_chinese),
        cmocka_unit_test(gbk__is_not_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
