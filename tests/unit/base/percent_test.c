/* SPDX-License-Identifier: MIT */
/* Goal: paths are decoded strictly, forms leniently, and query strings are walked without changing a byte. */
#include "assert_str.h"

#include "linkpond/base/percent.h"

static char memory[1024];
static struct buf out;

static int fresh_out(void **state)
{
    (void)state;
    buf_init_fixed(&out, memory, sizeof memory);
    return 0;
}

static void percent__decodes_paths_and_keeps_plus(void **state)
{
    (void)state;
    assert_true(percent_decode(&out, STR("a%2Fb%e9%93%BE+%25%7e")));
    assert_str(buf_str(&out), "a/b链+%~");
    buf_reset(&out);
    assert_true(percent_decode(&out, STR("")));
    assert_str(buf_str(&out), "");
}

static void percent__paths_with_bad_escapes_are_refused(void **state)
{
    (void)state;
    static const str bad[] = {
        STR_INIT("%"),    STR_INIT("a%2"),  STR_INIT("%zz"), STR_INIT("%2g"),  STR_INIT("%g2"),
        STR_INIT("%%41"), STR_INIT("%+41"), STR_INIT("%00"), STR_INIT("a\0b"), STR_INIT("% 1"),
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        buf_reset(&out);
        assert_false(percent_decode(&out, bad[i]));
    }
    /* The slice ends inside the escape, though memory goes on. */
    buf_reset(&out);
    assert_false(percent_decode(&out, str_slice(STR("%41"), 0, 2)));
}

static void percent__a_path_too_long_for_out_is_refused(void **state)
{
    (void)state;
    buf_init_fixed(&out, memory, 2);
    assert_false(percent_decode(&out, STR("%41%42%43")));
}

static void percent__forms_are_decoded_leniently(void **state)
{
    (void)state;
    percent_decode_form(&out, STR("a+b%2Bc%zz%4%00\0d%"));
    assert_str(buf_str(&out), "a b+c%zz%4d%");
}

static void percent__only_unreserved_bytes_stay(void **state)
{
    (void)state;
    percent_encode(&out, STR("AZaz09-._~ /?&=%+\xE9\0"));
    assert_str(buf_str(&out), "AZaz09-._~%20%2F%3F%26%3D%25%2B%E9%00");
}

static void percent__every_byte_but_nul_comes_back(void **state)
{
    (void)state;
    char all[255], back[255];
    struct buf decoded;

    for (int i = 0; i < 255; i++) {
        all[i] = (char)(i + 1);
    }
    percent_encode(&out, (str){all, sizeof all});
    buf_init_fixed(&decoded, back, sizeof back);
    assert_true(percent_decode(&decoded, buf_str(&out)));
    assert_memory_equal(back, all, sizeof all);
    buf_reset(&decoded);
    percent_decode_form(&decoded, buf_str(&out));
    assert_memory_equal(back, all, sizeof all);
}

static void query__walks_raw_pieces(void **state)
{
    (void)state;
    str rest = STR("&&a=1&b&=c&d==%20&e=&");
    struct query_param param;

    assert_true(query_next(&rest, &param));
    assert_str(param.raw, "a=1");
    assert_str(param.name, "a");
    assert_str(param.value, "1");
    assert_true(param.has_value);
    assert_true(query_next(&rest, &param));
    assert_str(param.name, "b");
    assert_false(param.has_value);
    assert_int_equal(param.value.len, 0);
    assert_true(query_next(&rest, &param));
    assert_str(param.name, "");
    assert_str(param.value, "c");
    assert_true(query_next(&rest, &param));
    assert_str(param.raw, "d==%20");
    assert_str(param.value, "=%20");
    assert_true(query_next(&rest, &param));
    assert_str(param.name, "e");
    assert_true(param.has_value);
    assert_false(query_next(&rest, &param));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(percent__decodes_paths_and_keeps_plus, fresh_out),
        cmocka_unit_test_setup(percent__paths_with_bad_escapes_are_refused, fresh_out),
        cmocka_unit_test_setup(percent__a_path_too_long_for_out_is_refused, fresh_out),
        cmocka_unit_test_setup(percent__forms_are_decoded_leniently, fresh_out),
        cmocka_unit_test_setup(percent__only_unreserved_bytes_stay, fresh_out),
        cmocka_unit_test_setup(percent__every_byte_but_nul_comes_back, fresh_out),
        cmocka_unit_test(query__walks_raw_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
