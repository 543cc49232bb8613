/* SPDX-License-Identifier: MIT */
/* Goal: many texts looked up at once get the numbers that each gets alone, whatever is known already. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "linkpond/engine/report_texts.h"

#define TEXTS 1000

static char memory[TEXTS][16];
static str texts[TEXTS];

/* Every seventh is empty, every third stood there before. */
static void make_texts(void)
{
    for (size_t i = 0; i < TEXTS; i++) {
        snprintf(memory[i], sizeof memory[i], "text %zu", i % 3 == 0 ? i / 2 : i);
        texts[i] = i % 7 == 0 ? (str){0} : str_from_c(memory[i]);
    }
}

static void texts__many_have_the_numbers_that_each_has_alone(void **state)
{
    (void)state;
    struct report_texts self;
    uint64_t numbers[TEXTS], found[TEXTS], one = 0;
    make_texts();
    report_texts_init(&self, NULL);
    for (size_t i = 0; i < TEXTS; i += 5) { /* known before */
        assert_int_equal(report_texts_intern(&self, texts[i], &one), OK);
    }
    size_t known = self.count;
    report_texts_find_many(&self, texts, TEXTS, found);
    assert_int_equal(self.count, known);
    assert_int_equal(report_texts_intern_many(&self, texts, TEXTS, numbers), OK);
    for (size_t i = 0; i < TEXTS; i++) {
        assert_int_equal(report_texts_intern(&self, texts[i], &one), OK);
        assert_int_equal(numbers[i], one);
        assert_true(str_eq(report_texts_text(&self, numbers[i]), texts[i]));
        assert_true(found[i] == (numbers[i] <= known ? numbers[i] : REPORT_NO_TEXT));
    }
    report_texts_done(&self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts__many_have_the_numbers_that_each_has_alone)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
