/* SPDX-License-Identifier: MIT */
/* Goal: base64 is read as RFC 4648 writes it, padded or not, and nothing else is taken for it. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/base64.h"
#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

static void assert_reads(const char *text, const char *expected)
{
    uint8_t out[64];
    size_t len = 99;

    assert_true(base64_decode(str_from_c(text), out, sizeof out, &len));
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(out, expected, len);
}

static void base64__reads_the_vectors_of_rfc_4648(void **state)
{
    (void)state;
    assert_reads("", "");
    assert_reads("Zg==", "f");
    assert_reads("Zm8=", "fo");
    assert_reads("Zm9v", "foo");
    assert_reads("Zm9vYg==", "foob");
    assert_reads("Zm9vYmE=", "fooba");
    assert_reads("Zm9vYmFy", "foobar");
    assert_reads("Zm9vYg", "foob");
    assert_reads("Zm9vYmE", "fooba");
}

static void base64__reads_what_is_written(void **state)
{
    uint8_t bytes[64], out[64];
    char memory[128];
    size_t len;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
    for (size_t i = 0; i <= sizeof bytes; i++) {
        struct buf text;
        buf_init_fixed(&text, memory, sizeof memory);
        buf_add_base64(&text, bytes, i);
        assert_true(base64_decode(buf_str(&text), out, sizeof out, &len));
        assert_int_equal(len, i);
        assert_memory_equal(out, bytes, i);
    }
}

static void base64__refuses_everything_else(void **state)
{
    static const char *const bad[] = {"Z", "Zg=", "Zh==", "Zm9=", "Z===", "Zm9v=", "Zm 9v", "Zm9v\n", "Zm-_", "=Zg="};
    uint8_t out[64];
    size_t len = 99;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (base64_decode(str_from_c(bad[i]), out, sizeof out, &len)) {
            fail_msg("taken: %s", bad[i]);
        }
    }
    assert_false(base64_decode(STR("Zm9vYmFy"), out, 5, &len));
    assert_int_equal(len, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64__reads_the_vectors_of_rfc_4648),
        cmocka_unit_test(base64__reads_what_is_written),
        cmocka_unit_test(base64__refuses_everything_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
