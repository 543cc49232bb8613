/* SPDX-License-Identifier: MIT */
/* Goal: the address is found in whatever people paste, whole and without what stands around it. */
#include "assert_str.h"
#include "linkpond/base/err.h"
#include "linkpond/model/paste.h"

#define C(name) (1U << PASTE_##name)

static void expect(const char *text, const char *url, unsigned changes)
{
    char memory[4096];
    struct buf out;
    struct paste found;
    buf_init_fixed(&out, memory, sizeof memory);
    bool any = paste_find_url(str_from_c(text), &out, &found);
    if (!any) {
        print_message("nothing found in: %s\n", text);
    }
    assert_true(any);
    assert_str_same(buf_str(&out), str_from_c(url));
    if (found.changes != changes) {
        print_message("of: %s\n", text);
    }
    assert_int_equal(found.changes, changes);
}

static void expect_none(const char *text)
{
    char memory[4096];
    struct buf out;
    struct paste found;
    buf_init_fixed(&out, memory, sizeof memory);
    bool any = paste_find_url(str_from_c(text), &out, &found);
    if (any) {
        print_message("in %s: " STR_FMT "\n", text, STR_ARG(buf_str(&out)));
    }
    assert_false(any);
    assert_int_equal(out.len, 0);
}

static unsigned notes_of(const char *text)
{
    char memory[4096];
    struct buf out;
    struct paste found;
    buf_init_fixed(&out, memory, sizeof memory);
    assert_true(paste_find_url(str_from_c(text), &out, &found));
    return found.notes;
}

static void paste__leaves_a_good_address_alone(void **state)
{
    (void)state;
    static const char *const good[] = {
        "https://www.example.com/landing",
        "https://mp.weixin.qq.com/s?__biz=MzA4==&mid=1&idx=2&sn=ab&chksm=x#wechat_redirect",
        "https://s.click.taobao.com/t?e=m%3D2%26s%3Dabc%2B%2B&scm=1.2.3",
        "https://example.com/a_(b)",
        "https://example.com:8443/?a=[1]&b={x}|y#/route?z=1",
        "http://[2001:db8::1]:8080/x",
        "https://example.com/a,b;c'd!e*f",
    };
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        expect(good[i], good[i], 0);
    }
    expect("  https://example.com/a \r\n", "https://example.com/a", 0);
}

static void paste__takes_the_address_out_of_a_message(void **state)
{
    (void)state;
    expect("【春季上新】全场五折，点击查看：https://example.com/a?x=1，先到先得！", "https://example.com/a?x=1",
           C(TEXT_REMOVED));
    expect("复制链接https://example.com/abc打开浏览器", "https://example.com/abc", C(TEXT_REMOVED));
    expect("看这里（https://example.com/a）。", "https://example.com/a", C(TEXT_REMOVED));
    expect("“https://example.com/a”", "https://example.com/a", C(TEXT_REMOVED));
    expect("See https://example.com/a. Then go.", "https://example.com/a", C(TEXT_REMOVED) | C(PUNCTUATION_REMOVED));
    expect("[page](https://example.com/a)", "https://example.com/a", C(TEXT_REMOVED) | C(PUNCTUATION_REMOVED));
    expect("(see https://example.com/a_(b))", "https://example.com/a_(b)", C(TEXT_REMOVED) | C(PUNCTUATION_REMOVED));
    expect("<a href=\"https://example.com/a?x=1&amp;y=2\">", "https://example.com/a?x=1&y=2",
           C(TEXT_REMOVED) | C(ENTITIES_DECODED));
    expect("Name\thttps://example.com/a\tShop", "https://example.com/a", C(TEXT_REMOVED));
    expect("https://example.com/a?", "https://example.com/a", C(PUNCTUATION_REMOVED));
    expect("https://example.com点击", "https://example.com", C(TEXT_REMOVED));
}

static void paste__repairs_what_word_and_chats_do(void **state)
{
    (void)state;
    expect("\xef\xbb\xbfhttps://exam\xe2\x80\x8bple.com/a\xc2\xad\x62\xe2\x80\x8e", "https://example.com/ab",
           C(INVISIBLE_REMOVED));
    expect("https://example.com/a\x0b\x07", "https://example.com/a", 0); /* ends of lines and cells in Word */
    expect("https://example.com/a\xe2\x80\xa8next", "https://example.com/a", C(TEXT_REMOVED));
    expect("ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｃｏｍ／ａ？ｘ＝１", "https://example.com/a?x=1", C(FULL_WIDTH));
    expect("https：//example.com/a", "https://example.com/a", C(FULL_WIDTH));
    expect("https://example。com/a。", "https://example.com/a", C(FULL_WIDTH) | C(TEXT_REMOVED));
    expect("https://example.com/a？好吗", "https://example.com/a", C(TEXT_REMOVED));
    expect("HTTPS:\\\\example.com/a", "https://example.com/a", C(SCHEME_REPAIRED));
    expect("https:/example.com/a", "https://example.com/a", C(SCHEME_REPAIRED));
    expect("https;//example.com/a", "https://example.com/a", C(SCHEME_REPAIRED));
    expect("http//example.com/a", "http://example.com/a", C(SCHEME_REPAIRED));
    expect("http://https://example.com/a", "https://example.com/a", C(SCHEME_REPAIRED));
    expect("https://example.com/a?x=1&\r\ny=2 end", "https://example.com/a?x=1&y=2", C(LINE_JOINED) | C(TEXT_REMOVED));
    expect("https://example.com/a\nhttps://example.com/b", "https://example.com/a", C(TEXT_REMOVED));
}

static void paste__finds_an_address_without_a_scheme(void **state)
{
    (void)state;
    expect("www.example.com", "https://www.example.com", C(SCHEME_ADDED));
    expect("官网 example.com.cn/spring，欢迎", "https://example.com.cn/spring", C(SCHEME_ADDED) | C(TEXT_REMOVED));
    expect("shop.example.com", "https://shop.example.com", C(SCHEME_ADDED));
    expect("example.com.", "https://example.com", C(SCHEME_ADDED) | C(PUNCTUATION_REMOVED));
    expect("a@b.com https://example.com/x", "https://example.com/x", C(TEXT_REMOVED));
}

static void paste__finds_nothing_where_there_is_nothing(void **state)
{
    (void)state;
    static const char *const none[] = {
        "",       " \n",      "你好",       "amy@example.com", "1.5",   "report.pdf", "e.g. this",
        "v2.0.1", "https://", "https:// x", "C:\\docs\\a.txt", "和/或", "://",        "https://\xe2\x80\x9d",
        "a..com/"};
    for (size_t i = 0; i < ARRAY_LEN(none) - 1; i++) {
        expect_none(none[i]);
    }
}

static void paste__keeps_chinese_that_belongs_to_the_address(void **state)
{
    (void)state;
    expect("https://zh.wikipedia.org/wiki/上海", "https://zh.wikipedia.org/wiki/上海", 0);
    expect("https://example.com/s?q=春天&p=2 ok", "https://example.com/s?q=春天&p=2", C(TEXT_REMOVED));
    expect("https://例子.中国/a", "https://例子.中国/a", 0);
    assert_true(notes_of("https://example.com/s?q=春天") & C(NON_ASCII));
}

static void paste__keeps_dashes_and_letters_with_marks_in_their_word(void **state)
{
    (void)state;
    static const char *const whole[] = {
        "https://example.com/x\u2013y",
        "https://example.com/2025\u20132026/a?x=1\u20132&y=3",
        "https://example.com/non\u2011breaking",
        "https://en.wikipedia.org/wiki/Michelson\u2013Morley_experiment",
        "https://example.com/caf\u00e9/men\u00fa?q=fran\u00e7ois",
        "https://example.com/cafe\u0301/x", /* as macOS writes it */
        "https://m\u00fcnchen.example/a",
    };
    for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
        expect(whole[i], whole[i], 0);
        assert_true(notes_of(whole[i]) & C(NON_ASCII));
    }
    expect("https://example.com/a \u2013 the page", "https://example.com/a", C(TEXT_REMOVED));
    expect("https://example.com/a\u2013", "https://example.com/a", C(TEXT_REMOVED));
    expect("https://example.com/a\u2013\u770b", "https://example.com/a", C(TEXT_REMOVED));
    expect("https://example.com/a\u2014see", "https://example.com/a", C(TEXT_REMOVED));
    expect("https://example.com/a\u2014\u2014\u8be6\u60c5", "https://example.com/a", C(TEXT_REMOVED));
}

static void paste__says_what_will_not_work(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned notes;
    } rows[] = {
        {"https://u.wechat.com/EAbc123", C(WECHAT_CARD)},
        {"https://weixin.qq.com/g/AwYAAAbc", C(SCAN_ONLY)},
        {"http://weixin.qq.com/r/abc", C(SCAN_ONLY) | C(INSECURE)},
        {"wxp://f2f0abc", C(SCAN_ONLY)},
        {"weixin://dl/business/?t=abc", C(APP_SCHEME)},
        {"https://mp.weixin.qq.com/s?tempkey=abc&__biz=x", C(TEMPORARY)},
        {"https://example.com/?tempkey=abc", 0},
        {"https://example.com/?utm_source=x", C(HAS_UTM)},
        {"http://example.com/", C(INSECURE)},
        {"https://t.cn/A6abc", C(SHORT_LINK)},
        {"https://work.weixin.qq.com/ca/cawcde", 0},
        {"https://a.example/1 https://b.example/2", C(SEVERAL)},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        unsigned notes = notes_of(rows[i].text);
        if (notes != rows[i].notes) {
            print_message("of: %s\n", rows[i].text);
        }
        assert_int_equal(notes, rows[i].notes);
    }
    for (int i = 0; i < PASTE_NOTES; i++) {
        assert_true(paste_note_code((enum paste_note)i)[0] && paste_note_text((enum paste_note)i, true)[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paste__leaves_a_good_address_alone),
        cmocka_unit_test(paste__takes_the_address_out_of_a_message),
        cmocka_unit_test(paste__repairs_what_word_and_chats_do),
        cmocka_unit_test(paste__finds_an_address_without_a_scheme),
        cmocka_unit_test(paste__finds_nothing_where_there_is_nothing),
        cmocka_unit_test(paste__keeps_chinese_that_belongs_to_the_address),
        cmocka_unit_test(paste__keeps_dashes_and_letters_with_marks_in_their_word),
        cmocka_unit_test(paste__says_what_will_not_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
