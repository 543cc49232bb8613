/* SPDX-License-Identifier: MIT */
/* Goal: no text can become markup, and the policy allows the page's own style and nothing else. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "assert_str.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/err.h"
#include "linkpond/http/html.h"
#include "linkpond/http/pages.h"

static void html__escapes_what_could_be_markup(void **state)
{
    (void)state;
    char memory[128];
    struct buf out;
    buf_init_fixed(&out, memory, sizeof memory);
    html_escape(&out, STR("<a href=\"x\" id='y'>&短"));
    assert_str(buf_str(&out), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;短");
}

static void html__fills_slots_and_escapes_unless_told(void **state)
{
    (void)state;
    char memory[128];
    struct buf out;
    const struct html_slot slots[] = {{"a", STR("<1>"), false}, {"b", STR("<br>"), true}};
    buf_init_fixed(&out, memory, sizeof memory);
    html_fill(&out, STR("{{b}}x{{a}}{{a}}y"), slots, ARRAY_LEN(slots));
    assert_str(buf_str(&out), "<br>x&lt;1&gt;&lt;1&gt;y");
    buf_reset(&out);
    html_fill(&out, STR("{{a}}"), &(struct html_slot){"a", STR("{{b}}"), false}, 1);
    assert_str(buf_str(&out), "{{b}}"); /* a value is not a template */
}

static void pages__each_exists_in_both_languages(void **state)
{
    (void)state;
    struct pages *pages = pages_new();
    for (int page = 0; page < PAGE_COUNT; page++) {
        str english = pages_get(pages, (enum page)page, false);
        str chinese = pages_get(pages, (enum page)page, true);
        assert_true(str_starts(english, STR("<!doctype html>")));
        assert_true(str_find(english, STR("lang=\"en\""), 0) > 0);
        assert_true(str_find(chinese, STR("lang=\"zh-CN\""), 0) > 0);
        assert_true(str_find(english, STR("<h1></h1>"), 0) < 0);
        assert_false(str_eq(english, chinese));
        assert_true(str_find(english, STR("<script"), 0) < 0);
        assert_true(str_find(english, STR("style=\""), 0) < 0);
    }
    pages_free(pages);
}

/* The hash in the policy is of the bytes between <style> and </style>, or browsers would show a bare page. */
static void pages__policy_names_the_style_by_its_hash(void **state)
{
    (void)state;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct pages *pages = pages_new();
    str page = pages_get(pages, PAGE_FRONT, false);
    ssize_t from = str_find(page, STR("<style>"), 0) + 7;
    ssize_t to = str_find(page, STR("</style>"), 0);
    assert_true(from > 7 && to > from);
    uint8_t sum[SHA256_BYTES];
    crypt_sha256(str_slice(page, (size_t)from, (size_t)to), sum);
    str policy = pages_policy(pages);
    ssize_t at = str_find(policy, STR("'sha256-"), 0);
    assert_true(at > 0);
    str encoded = str_slice(policy, (size_t)at + 8, (size_t)at + 8 + 43);
    for (size_t i = 0; i < 43; i++) { /* 256 bits are 42 digits and a half */
        size_t bit = i * 6;
        unsigned word = (unsigned)sum[bit / 8] << 8 | (bit / 8 + 1 < sizeof sum ? sum[bit / 8 + 1] : 0u);
        assert_int_equal(encoded.ptr[i], digits[(word >> (10 - bit % 8)) & 63]);
    }
    pages_free(pages);
}

static void pages__title_cannot_break_out(void **state)
{
    (void)state;
    static char memory[16384];
    struct buf out;
    struct pages *pages = pages_new();
    buf_init_fixed(&out, memory, sizeof memory);
    pages_write(pages, false, STR("</title><script>alert(1)</script>"), STR("<p>x</p>"), &out);
    assert_false(out.overflow);
    assert_true(str_find(buf_str(&out), STR("<script>"), 0) < 0);
    assert_true(str_find(buf_str(&out), STR("<p>x</p>"), 0) > 0);
    pages_free(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html__escapes_what_could_be_markup),
        cmocka_unit_test(html__fills_slots_and_escapes_unless_told),
        cmocka_unit_test(pages__each_exists_in_both_languages),
        cmocka_unit_test(pages__policy_names_the_style_by_its_hash),
        cmocka_unit_test(pages__title_cannot_break_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
