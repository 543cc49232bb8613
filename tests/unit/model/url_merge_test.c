/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/err.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/source.h"
#include "linkpond/model/url.h"

/* Goal: what a visit adds to a target is exactly what was promised, and the target's own bytes stay what they were. */

static char memory[2 * LIMIT_LOCATION];

static str merged(const struct url_merge *merge)
{
    struct buf out;

    buf_init_fixed(&out, memory, sizeof(memory));
    assert_true(url_merge(merge, &out));
    return buf_str(&out);
}

static void assert_text(str got, str expected)
{
    if (!str_eq(got, expected)) {
        fail_msg("got      " STR_FMT "\nexpected " STR_FMT, STR_ARG(got), STR_ARG(expected));
    }
}

struct merge_case {
    str target, query, location;
};

static void check_cases(const struct merge_case *cases, size_t count, bool visitor_wins)
{
    for (size_t i = 0; i < count; i++) {
        struct url_merge merge = {
            .target = cases[i].target, .query = cases[i].query, .forward_query = true, .visitor_wins = visitor_wins};
        assert_text(merged(&merge), cases[i].location);
    }
}
#define CASE(target, query, location)                                                                                  \
    {                                                                                                                  \
        STR_INIT(target), STR_INIT(query), STR_INIT(location)                                                          \
    }

static const str SIGNED_TARGETS[] = {
    STR_INIT("https://s.click.taobao.com/t?e=m%3D2%26s%3DxGz%2FQ1x%2BPz8cQipKwQzePOeEDrYVVa64K7Vc7tFgwiHjf2vlNIV67g%3D"
             "%3D&union_lens=lensId%3AOPT%401700000000"),
    STR_INIT(
        "https://union-click.jd.com/jdc?e=618%7Cpc%7C&p=JF8BAPMJK1olXwUCVlpYDkoXC18IG1sRXgQKUW4ZVxNJXF9RXh5UHw0cSgY"
        "YXBcIWDoXSQVJQwYBXVxeDEsUHDZNRwYlDwZ2Fjc=&t=W1dCFFlQCxxUHA"),
    STR_INIT("https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000000&idx=1&sn=0a1b2c3d4e5f&scene=21#wechat_"
             "redirect"),
    STR_INIT("https://a.example/?abc"),
    STR_INIT("https://a.example/?&&a=1&&b&#"),
    STR_INIT("https://a.example/x?a=%e4%BD%a0&b=+&c=%zz;d[]=1|2"),
    STR_INIT("https://a.example"),
    STR_INIT("weixin://dl/business/?t=AbC#x"),
};

static void merge__signed_targets_survive_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(SIGNED_TARGETS); i++) {
        struct url_merge merge = {.target = SIGNED_TARGETS[i], .forward_query = true};
        assert_text(merged(&merge), SIGNED_TARGETS[i]);
        merge.query = STR("lp_qr=1&lp_ch=x&lp_src=y&exportkey=z&pass_ticket=p&nsukey=n&abtest_cookie=c&&");
        assert_text(merged(&merge), SIGNED_TARGETS[i]);
        /* with an addition, all up to it and the fragment after it are still the target's */
        merge.query = STR("utm_source=wechat");
        str location = merged(&merge), before, fragment;
        bool has_fragment = str_cut(SIGNED_TARGETS[i], '#', &before, &fragment);
        assert_true(str_starts(location, before));
        ssize_t added = str_find(location, STR("utm_source=wechat"), before.len);
        assert_true(added > 0);
        str tail = str_from(location, (size_t)added + 17);
        assert_text(tail, str_from(SIGNED_TARGETS[i], has_fragment ? before.len : SIGNED_TARGETS[i].len));
    }
}

static void merge__additions_go_between_query_and_fragment(void **state)
{
    (void)state;
    static const struct merge_case CASES[] = {
        CASE("https://a.example/p", "x=1", "https://a.example/p?x=1"),
        CASE("https://a.example", "x=1", "https://a.example?x=1"),
        CASE("https://a.example/p#top", "x=1", "https://a.example/p?x=1#top"),
        CASE("https://a.example/#/route?y=2", "x=1", "https://a.example/?x=1#/route?y=2"),
        CASE("https://a.example/p?a=1#top", "x=1&y=2", "https://a.example/p?a=1&x=1&y=2#top"),
        CASE("https://a.example/p?", "x=1", "https://a.example/p?x=1"),
        CASE("https://a.example/p?a=1&", "x=1", "https://a.example/p?a=1&x=1"),
        CASE("https://a.example/p?a=what?", "x=1", "https://a.example/p?a=what?&x=1"),
        CASE("https://a.example/p&id=3", "x=1", "https://a.example/p&id=3?x=1"),
        CASE("https://a.example/p", "&&x=1&&y&", "https://a.example/p?x=1&y"),
        CASE("https://a.example/p", "abc", "https://a.example/p?abc"),
        CASE("https://a.example/p?abc", "def", "https://a.example/p?abc&def"),
        CASE("https://a.example/p", "=v", "https://a.example/p?=v"),
    };
    check_cases(CASES, ARRAY_LEN(CASES), false);
}

static void merge__the_target_keeps_its_own_parameters(void **state)
{
    (void)state;
    static const struct merge_case CASES[] = {
        CASE("https://a.example/?pid=mm_1", "pid=mm_2", "https://a.example/?pid=mm_1"),
        CASE("https://a.example/?pid=mm_1", "p%69d=mm_2&x=1", "https://a.example/?pid=mm_1&x=1"),
        CASE("https://a.example/?p%69d=mm_1", "pid=mm_2", "https://a.example/?p%69d=mm_1"),
        CASE("https://a.example/?a+b=1", "a%20b=2", "https://a.example/?a+b=1"),
        CASE("https://a.example/?pid=", "pid=mm_2", "https://a.example/?pid="),
        CASE("https://a.example/?pid", "pid=mm_2", "https://a.example/?pid"),
        CASE("https://a.example/?a=1&a=2", "a=3&b=4&b=5", "https://a.example/?a=1&a=2&b=4&b=5"),
        CASE("https://a.example/?callback=https://a.example/", "callback=https://b.example/",
             "https://a.example/?callback=https://a.example/"),
        CASE("https://a.example/?Pid=1", "pid=2", "https://a.example/?Pid=1&pid=2"),
    };
    check_cases(CASES, ARRAY_LEN(CASES), false);
}

static void merge__the_visitors_campaign_overrides_in_place(void **state)
{
    (void)state;
    static const struct merge_case CASES[] = {
        CASE("https://a.example/?utm_source=a&x=1#f", "utm_source=b", "https://a.example/?utm_source=b&x=1#f"),
        CASE("https://a.example/?x=1&utm_source=a", "utm_source=%E7%BE%A4&utm_medium=m",
             "https://a.example/?x=1&utm_source=%E7%BE%A4&utm_medium=m"),
        CASE("https://a.example/?utm_source=a", "utm_source=", "https://a.example/?utm_source="),
        CASE("https://a.example/?utm_source=a&x=1&utm_source=b&y=2", "utm_source=c",
             "https://a.example/?utm_source=c&x=1&y=2"),
        CASE("https://a.example/?utm_source=a", "utm_source=b&utm_source=c",
             "https://a.example/?utm_source=b&utm_source=c"),
        CASE("https://a.example/?gclid=old&pid=1", "gclid=Ab_-9%2B&pid=2", "https://a.example/?gclid=Ab_-9%2B&pid=1"),
        CASE("https://a.example/?bd_vid=old", "bd_vid=new", "https://a.example/?bd_vid=new"),
        CASE("https://a.example/?utm%5Fsource=a", "utm_source=b", "https://a.example/?utm_source=b"),
    };
    check_cases(CASES, ARRAY_LEN(CASES), false);
}

static void merge__query_conflict_visitor_turns_it_round(void **state)
{
    (void)state;
    static const struct merge_case CASES[] = {
        CASE("https://a.example/?pid=mm_1&x=1", "pid=mm_2", "https://a.example/?pid=mm_2&x=1"),
        CASE("https://a.example/?pid=mm_1", "q=2", "https://a.example/?pid=mm_1&q=2"),
        CASE("https://a.example/?a=1&b=2&a=3", "a=4&a=5", "https://a.example/?a=4&a=5&b=2"),
        CASE("https://a.example/?lp_ch=keep", "lp_ch=drop&nsukey=1", "https://a.example/?lp_ch=keep"),
    };
    check_cases(CASES, ARRAY_LEN(CASES), true);
}

static void merge__a_visitor_cannot_leave_the_query(void **state)
{
    (void)state;
    static const struct merge_case CASES[] = {
        CASE("https://a.example/p#f", "x=1#evil", "https://a.example/p?x=1%23evil#f"),
        CASE("https://a.example", "@evil.example/", "https://a.example?@evil.example/"),
        CASE("https://a.example/p", "x=\r\nSet-Cookie: a", "https://a.example/p?x=%0D%0ASet-Cookie:%20a"),
        CASE("https://a.example/p", "x=群&y=\x01\x7F", "https://a.example/p?x=%E7%BE%A4&y=%01%7F"),
    };
    check_cases(CASES, ARRAY_LEN(CASES), false);
}

static void merge__forward_query_off_ignores_the_visitor(void **state)
{
    (void)state;
    const str utm[UTM_COUNT] = {[UTM_SOURCE] = STR_INIT("wechat")};
    struct url_merge merge = {.target = STR("https://a.example/"), .query = STR("x=1&utm_source=b"), .utm = utm};
    assert_text(merged(&merge), STR("https://a.example/?utm_source=wechat"));
}

static void merge__link_utms_fill_what_is_absent_from_both(void **state)
{
    (void)state;
    const str utm[UTM_COUNT] = {
        [UTM_SOURCE] = STR_INIT("公众号"), [UTM_MEDIUM] = STR_INIT("a b&c"), [UTM_CAMPAIGN] = STR_INIT("11.11")};
    struct url_merge merge = {.target = STR("https://a.example/#f"), .forward_query = true, .utm = utm};
    assert_text(merged(&merge), STR("https://a.example/?utm_source=%E5%85%AC%E4%BC%97%E5%8F%B7&utm_medium=a%20b%26c&"
                                    "utm_campaign=11.11#f"));
    merge.target = STR("https://a.example/?utm_source=t");
    merge.query = STR("utm_medium=v");
    assert_text(merged(&merge), STR("https://a.example/?utm_source=t&utm_medium=v&utm_campaign=11.11"));
    merge.target = STR("https://a.example/?utm_medium=&utm%5Fcampaign=t");
    merge.query = STR("utm_source=");
    assert_text(merged(&merge), STR("https://a.example/?utm_medium=&utm%5Fcampaign=t&utm_source="));
}

static void merge__click_id_goes_under_its_name(void **state)
{
    (void)state;
    struct url_merge merge = {.target = STR("https://work.weixin.qq.com/ca/cawcde0000"),
                              .forward_query = true,
                              .click_id_param = STR("customer_channel"),
                              .click_mark = '\x10'};
    assert_text(merged(&merge), STR("https://work.weixin.qq.com/ca/cawcde0000?customer_channel=\x10"));
    merge.target = STR("https://a.example/?customer_channel=old&x=1&customer_channel=older#f");
    merge.query = STR("customer_channel=forged&y=2");
    assert_text(merged(&merge), STR("https://a.example/?customer_channel=\x10&x=1&y=2#f"));
    /* no click id this time: nothing is made up, and a forged one does not pass either */
    merge.click_mark = 0;
    assert_text(merged(&merge), STR("https://a.example/?customer_channel=old&x=1&customer_channel=older&y=2#f"));
    /* no name for it: absent */
    merge.click_mark = '\x10';
    merge.click_id_param = STR("");
    merge.target = STR("https://a.example/");
    merge.query = STR("");
    assert_text(merged(&merge), STR("https://a.example/"));
}

/* Mini programs get a query of their own as the value of one parameter. */
static void merge__click_id_joins_a_mini_programs_query(void **state)
{
    (void)state;
    struct url_merge merge = {.target =
                                  STR("weixin://dl/business/?appid=wx4e&path=a%2Fb&query=a%3D1&env_version=release"),
                              .query = STR("query=forged&utm_source=g"),
                              .forward_query = true,
                              .click_id_param = STR("query"),
                              .click_mark = '\x10'};
    assert_text(merged(&merge), STR("weixin://dl/business/?appid=wx4e&path=a%2Fb&query=a%3D1%26click_id%3D\x10"
                                    "&env_version=release&utm_source=g"));
    merge.query = STR("");
    merge.target = STR("weixin://dl/business/?appid=wx4e&query=");
    assert_text(merged(&merge), STR("weixin://dl/business/?appid=wx4e&query=click_id%3D\x10"));
    merge.target = STR("alipays://platformapi/startapp?appId=2017&query=a%3D1&query=b");
    assert_text(merged(&merge), STR("alipays://platformapi/startapp?appId=2017&query=a%3D1%26click_id%3D\x10&query=b"));
    merge.target = STR("https://wxaurl.cn/R9rhJJP6pzk");
    merge.click_id_param = STR("cq");
    assert_text(merged(&merge), STR("https://wxaurl.cn/R9rhJJP6pzk?cq=click_id%3D\x10"));
    merge.target = STR("https://a.example/?cq=1");
    assert_text(merged(&merge), STR("https://a.example/?cq=\x10"));
    merge.target = STR("https://a.example/?query=1");
    merge.click_id_param = STR("query");
    assert_text(merged(&merge), STR("https://a.example/?query=\x10"));
}

/* Marks of places in the target are its bytes like others. */
static void merge__marks_in_the_target_stay(void **state)
{
    (void)state;
    struct url_merge merge = {.target = STR("https://a.example/\x10?c=\x10&d=1#\x10"),
                              .query = STR("d=2&c=3&e=4"),
                              .forward_query = true,
                              .click_mark = '\x10'};
    assert_text(merged(&merge), STR("https://a.example/\x10?c=\x10&d=1&e=4#\x10"));
}

static str filled(char *text, size_t len, const char *head)
{
    memset(text, 'x', len);
    memcpy(text, head, strlen(head));
    return (str){text, len};
}

static void merge__what_does_not_fit_is_left_out_and_ours_comes_first(void **state)
{
    (void)state;
    char query[4096];
    const str utm[UTM_COUNT] = {[UTM_SOURCE] = STR_INIT("ours")};
    struct url_merge merge = {.target = STR("https://a.example/"), .forward_query = true};
    /* '&' or '?' counts: 1,023 bytes fit, 1,024 do not */
    merge.query = filled(query, LIMIT_FORWARD_QUERY - 1, "a=");
    assert_int_equal(merged(&merge).len, merge.target.len + LIMIT_FORWARD_QUERY);
    merge.query = filled(query, LIMIT_FORWARD_QUERY, "a=");
    assert_text(merged(&merge), merge.target);
    /* a parameter that is too long does not take the next one with it */
    filled(query, 2000, "a=");
    memcpy(query + 2000, "&b=2", 4);
    merge.query = (str){query, 2004};
    assert_text(merged(&merge), STR("https://a.example/?b=2"));
    /* a padded request cannot push out the click id or the link's UTMs */
    merge.query = filled(query, LIMIT_FORWARD_QUERY - 1, "a=");
    merge.utm = utm;
    merge.click_id_param = STR("cid");
    merge.click_mark = '\x10';
    assert_text(merged(&merge), STR("https://a.example/?utm_source=ours&cid=\x10"));
    /* the encoded length counts */
    merge = (struct url_merge){.target = STR("https://a.example/"), .query = (str){query, 400}, .forward_query = true};
    memset(query, '\xE7', 400);
    assert_text(merged(&merge), merge.target);
}

static void merge__the_longest_location_stays_under_its_limit(void **state)
{
    (void)state;
    char target[LIMIT_URL], query[4096];
    struct url_merge merge = {.target = filled(target, sizeof(target), "https://a.example/?utm_source=a&b="),
                              .forward_query = true};
    size_t len = 0;
    memcpy(query, "utm_source=", 11);
    memset(query + 11, 'v', 500);
    for (len = 511; len + 4 < sizeof(query); len += 4) {
        memcpy(query + len, "&k=1", 4);
    }
    merge.query = (str){query, len};
    str location = merged(&merge);
    assert_true(location.len <= LIMIT_URL + LIMIT_FORWARD_QUERY);
    assert_true(location.len <= LIMIT_LOCATION);
}

static void merge__a_small_buffer_is_said_not_overrun(void **state)
{
    (void)state;
    struct url_merge merge = {.target = STR("https://a.example/"), .query = STR("x=1"), .forward_query = true};
    struct buf out;
    char small[20];
    buf_init_fixed(&out, small, sizeof(small));
    assert_false(url_merge(&merge, &out));
}

static void params__names_that_mean_something(void **state)
{
    (void)state;
    static const str CAMPAIGN[] = {
        STR_INIT("utm_source"), STR_INIT("utm_creative_format"),
        STR_INIT("UTM_Source"), STR_INIT("gclid"),
        STR_INIT("GCLID"),      STR_INIT("bd_vid"),
        STR_INIT("qhclickid"),  STR_INIT("gdt_vid"),
        STR_INIT("ScCid"),      STR_INIT("mc_cid"),
    };
    static const str PLAIN[] = {STR_INIT(""),    STR_INIT("utm"), STR_INIT("pid"),      STR_INIT("gclid2"),
                                STR_INIT("gcl"), STR_INIT("cb"),  STR_INIT("callback"), STR_INIT("from")};
    for (size_t i = 0; i < ARRAY_LEN(CAMPAIGN); i++) {
        assert_true(source_is_campaign_param(CAMPAIGN[i]));
        assert_false(source_is_own_param(CAMPAIGN[i]) || source_is_volatile_param(CAMPAIGN[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(PLAIN); i++) {
        assert_false(source_is_campaign_param(PLAIN[i]));
        assert_false(source_is_own_param(PLAIN[i]) || source_is_volatile_param(PLAIN[i]));
    }
    assert_true(source_is_own_param(STR("lp_qr")) && source_is_own_param(STR("lp_ch")));
    assert_true(source_is_own_param(STR("lp_src")) && !source_is_own_param(STR("LP_SRC")));
    assert_true(source_is_volatile_param(STR("exportkey")) && source_is_volatile_param(STR("abtest_cookie")));
    assert_true(source_is_volatile_param(STR("pass_ticket")) && source_is_volatile_param(STR("nsukey")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merge__signed_targets_survive_byte_for_byte),
        cmocka_unit_test(merge__additions_go_between_query_and_fragment),
        cmocka_unit_test(merge__the_target_keeps_its_own_parameters),
        cmocka_unit_test(merge__the_visitors_campaign_overrides_in_place),
        cmocka_unit_test(merge__query_conflict_visitor_turns_it_round),
        cmocka_unit_test(merge__a_visitor_cannot_leave_the_query),
        cmocka_unit_test(merge__forward_query_off_ignores_the_visitor),
        cmocka_unit_test(merge__link_utms_fill_what_is_absent_from_both),
        cmocka_unit_test(merge__click_id_goes_under_its_name),
        cmocka_unit_test(merge__click_id_joins_a_mini_programs_query),
        cmocka_unit_test(merge__marks_in_the_target_stay),
        cmocka_unit_test(merge__what_does_not_fit_is_left_out_and_ours_comes_first),
        cmocka_unit_test(merge__the_longest_location_stays_under_its_limit),
        cmocka_unit_test(merge__a_small_buffer_is_said_not_overrun),
        cmocka_unit_test(params__names_that_mean_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
