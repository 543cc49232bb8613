/* SPDX-License-Identifier: MIT */
/* Goal: every header that a redirect looks at is known by its name in any case, and nothing else is taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <string.h>

#include "header_id.h"
#include "linkpond/base/err.h"

static const struct {
    const char *name;
    enum header_id id;
} known[] = {
    {"Accept", HEADER_ACCEPT},
    {"Accept-Language", HEADER_ACCEPT_LANGUAGE},
    {"Content-Length", HEADER_CONTENT_LENGTH},
    {"DNT", HEADER_DNT},
    {"Host", HEADER_HOST},
    {"Purpose", HEADER_PURPOSE},
    {"Range", HEADER_RANGE},
    {"Referer", HEADER_REFERER},
    {"Sec-Fetch-Mode", HEADER_SEC_FETCH_MODE},
    {"Sec-GPC", HEADER_SEC_GPC},
    {"Sec-Purpose", HEADER_SEC_PURPOSE},
    {"Tencent-Leakscan", HEADER_TENCENT_LEAKSCAN},
    {"Transfer-Encoding", HEADER_TRANSFER_ENCODING},
    {"User-Agent", HEADER_USER_AGENT},
    {"X-Forwarded-For", HEADER_FORWARDED_FOR},
    {"X-Forwarded-Proto", HEADER_FORWARDED_PROTO},
    {"X-Moz", HEADER_X_MOZ},
    {"X-Purpose", HEADER_X_PURPOSE},
    {"X-Request-ID", HEADER_REQUEST_ID},
    {"X-Requested-With", HEADER_REQUESTED_WITH},
};

static void header_id__knows_every_name_in_any_case(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_LEN(known), HEADER_COUNT - 1);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        char upper[32] = "", lower[32] = "";
        for (size_t c = 0; known[i].name[c]; c++) {
            upper[c] = (char)toupper((unsigned char)known[i].name[c]);
            lower[c] = (char)tolower((unsigned char)known[i].name[c]);
        }
        assert_int_equal(header_id(str_from_c(known[i].name)), known[i].id);
        assert_int_equal(header_id(str_from_c(upper)), known[i].id);
        assert_int_equal(header_id(str_from_c(lower)), known[i].id);
    }
}

static void header_id__takes_no_other_name_for_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        char name[32] = "";
        size_t len = strlen(known[i].name);
        for (size_t c = 0; c < len; c++) {
            memcpy(name, known[i].name, len);
            name[c] ^= 1;
            assert_int_equal(header_id((str){name, len}), HEADER_OTHER);
            name[c] = (char)(known[i].name[c] ^ 0x80);
            assert_int_equal(header_id((str){name, len}), HEADER_OTHER);
        }
        memcpy(name, known[i].name, len);
        assert_int_equal(header_id((str){name, len - 1}), HEADER_OTHER);
        name[len] = 's';
        assert_int_equal(header_id((str){name, len + 1}), HEADER_OTHER);
    }
    assert_int_equal(header_id((str){NULL, 0}), HEADER_OTHER);
    assert_int_equal(header_id(STR("Sec-CH-UA-Full-Version-List")), HEADER_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_id__knows_every_name_in_any_case),
        cmocka_unit_test(header_id__takes_no_other_name_for_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
