/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_ASSERT_STR_H
#define LINKPOND_TESTS_ASSERT_STR_H

/* cmocka with what it wants included before it, and comparisons of slices that print both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "linkpond/base/str.h"

#define assert_str(actual, expected)      assert_str_at((actual), STR(expected), __FILE__, __LINE__)
#define assert_str_same(actual, expected) assert_str_at((actual), (expected), __FILE__, __LINE__)

static inline void assert_str_at(str actual, str expected, const char *file, int line)
{
    if (!str_eq(actual, expected)) {
        print_error("\"" STR_FMT "\" (%zu bytes) is not \"" STR_FMT "\" (%zu bytes)\n", STR_ARG(actual), actual.len,
                    STR_ARG(expected), expected.len);
        _fail(file, line);
    }
}

#endif
