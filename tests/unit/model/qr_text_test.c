/* SPDX-License-Identifier: MIT */
/* Goal: codes of WeChat and WeCom are told apart, and nobody else's is taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "linkpond/base/err.h"
#include "linkpond/model/qr_text.h"

static void qr_text__addresses_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        str text;
        enum qr_kind kind;
    } rows[] = {
        {STR_INIT("https://weixin.qq.com/g/AwYAAGdhY5"), QR_WECHAT_GROUP},
        {STR_INIT("http://weixin.qq.com/g/AwYAAGdhY5"), QR_WECHAT_GROUP},
        {STR_INIT("HTTPS://WEIXIN.QQ.COM/g/AwYAAGdhY5"), QR_WECHAT_GROUP},
        {STR_INIT("http://weixin.qq.com/q/kZgfwMTm72WWPkovabbI"), QR_WECHAT_ACCOUNT},
        {STR_INIT("https://u.wechat.com/MEaBcDeFgHiJkLm"), QR_WECHAT_PERSONAL},
        {STR_INIT("https://work.weixin.qq.com/gm/0123456789abcdef"), QR_WECOM},
        {STR_INIT("https://work.weixin.qq.com/ca/cawcde1234"), QR_WECOM},
        {STR_INIT("https://weixin.qq.com.example.com/g/1"), QR_OTHER},
        {STR_INIT("https://example.com/?to=https://weixin.qq.com/g/1"), QR_OTHER},
        {STR_INIT("weixin.qq.com"), QR_OTHER},
        {STR_INIT(""), QR_OTHER},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(qr_kind_of(rows[i].text), rows[i].kind);
    }
}

static void qr_text__every_kind_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < QR_KIND_COUNT; a++) {
        assert_true(qr_kind_name((enum qr_kind)a).len > 0);
        for (int b = 0; b < a; b++) {
            assert_false(str_eq(qr_kind_name((enum qr_kind)a), qr_kind_name((enum qr_kind)b)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qr_text__addresses_are_told_apart),
        cmocka_unit_test(qr_text__every_kind_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
