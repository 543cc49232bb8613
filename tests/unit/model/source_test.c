/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/embedded.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/source.h"

/*
 * Goal: of all that hints at where a visitor came from, the most deliberate wins, in one fixed order; and what was
 * guessed says that it was.
 */

static struct source_rules *rules;
static struct arena arena;

static enum err compile(const char *referrers, const char *channels, struct source_rules **out, struct fault *fault)
{
    const struct source_table tables[] = {
        {SOURCE_REFERRERS, "referrers.tsv", str_from_c(referrers)},
        {SOURCE_CHANNELS, "channels.tsv", str_from_c(channels)},
    };

    return source_rules_compile(tables, ARRAY_LEN(tables), out, fault);
}

static void assert_text(str got, const char *expected)
{
    if (!str_eq(got, str_from_c(expected))) {
        fail_msg("got '" STR_FMT "', expected '%s'", STR_ARG(got), expected);
    }
}

static struct click attribute(struct record record, const char *app)
{
    struct click click = {0};
    struct agent agent = {.app = str_from_c(app)};

    if (record.host.len == 0) {
        record.host = STR("s.example.cn");
    }
    source_attribute(rules, &arena, &record, &agent, &click);
    return click;
}

static struct click of_query(const char *query)
{
    return attribute((struct record){.query = str_from_c(query)}, "");
}

static struct click of_referrer(const char *referrer)
{
    return attribute((struct record){.referrer = str_from_c(referrer)}, "");
}

static void assert_source(struct click click, const char *source, enum click_by by)
{
    assert_text(click.source, source);
    assert_int_equal(click.source_by, by);
}

static void assert_channel(struct click click, const char *channel, enum click_by by)
{
    assert_text(click.channel, channel);
    assert_int_equal(click.channel_by, by);
}

static void source__is_asked_in_one_order(void **state)
{
    (void)state;
    struct record record = {
        .query = STR("utm_source=Poster&lp_src=other&bd_vid=123"),
        .link_source = STR("kol"),
        .referrer = STR("https://www.zhihu.com/question/1"),
    };
    record.link_utm[UTM_SOURCE] = STR("set-on-link");
    assert_source(attribute(record, "wechat"), "poster", BY_REQUEST);
    record.query = STR("lp_src=Other&bd_vid=123");
    assert_source(attribute(record, "wechat"), "other", BY_REQUEST);
    record.query = STR("bd_vid=123");
    assert_source(attribute(record, "wechat"), "kol", BY_LINK);
    record.link_source = STR("");
    assert_source(attribute(record, "wechat"), "set-on-link", BY_LINK);
    record.link_utm[UTM_SOURCE] = STR("");
    assert_source(attribute(record, "wechat"), "baidu", BY_AD_CLICK);
    record.query = STR("");
    assert_source(attribute(record, "wechat"), "wechat", BY_APP);
    assert_source(attribute(record, ""), "zhihu", BY_REFERRER);
    record.referrer = STR("");
    assert_source(attribute(record, ""), "direct", BY_DIRECT);
}

static void channel__is_asked_in_one_order(void **state)
{
    (void)state;
    struct record record = {.query = STR("lp_ch=East-3&from=groupmessage"), .link_channel = STR("booth")};
    assert_channel(attribute(record, "wechat"), "East-3", BY_REQUEST);
    record.query = STR("from=groupmessage");
    assert_channel(attribute(record, "wechat"), "booth", BY_LINK);
    record.link_channel = STR("");
    assert_channel(attribute(record, "wechat"), "group", BY_INFERRED);
    record.query = STR("");
    assert_channel(attribute(record, "wechat"), "", BY_NONE);
}

static void utm__keeps_what_was_given_and_source_folds_it(void **state)
{
    (void)state;
    struct click click = of_query("utm_source=%20WeChat%20&utm_medium=Social&utm_campaign=618+%E5%A4%A7%E4%BF%83&"
                                  "utm_term=&UTM_Content=a%0Ab&utm_id=7&utm_source=second");
    assert_text(click.utm[UTM_SOURCE], "WeChat");
    assert_text(click.source, "wechat");
    assert_text(click.utm[UTM_MEDIUM], "Social");
    assert_text(click.utm[UTM_CAMPAIGN], "618 大促");
    assert_text(click.utm[UTM_TERM], "");
    assert_text(click.utm[UTM_CONTENT], "a b");
    assert_text(click.utm[UTM_ID], "7");
}

static void utm__in_gbk_is_readable_and_kept_raw(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *shown;
    } cases[] = {
        {"%B9%AB%D6%DA%BA%C5", "公众号"},       {"%b9%ab%D6%DA%BA%C5-618", "公众号-618"},
        {"\xb9\xab\xd6\xda\xba\xc5", "公众号"}, {"%E5%85%AC%E4%BC%97%E5%8F%B7", "公众号"},
        {"caf%E9s", "caf\xef\xbf\xbds"},        {"%B9%AB%D6", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"%FF%FE", "\xef\xbf\xbd\xef\xbf\xbd"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        str query = arena_f(&arena, "utm_source=%s&utm_medium=%s", cases[i].sent, cases[i].sent);
        struct click click = attribute((struct record){.query = query}, "");
        assert_text(click.utm[UTM_MEDIUM], cases[i].shown);
        assert_text(click.source, cases[i].shown);
        assert_true(str_eq(click.query, query));
    }
    assert_channel(of_query("utm_medium=%B9%AB%D6%DA%BA%C5"), "official-account", BY_INFERRED);
    assert_channel(of_query("utm_source=%B9%AB%D6%DA%BA%C5"), "official-account", BY_INFERRED);
}

static void utm__of_the_link_stands_in_for_what_the_request_lacks(void **state)
{
    (void)state;
    struct record record = {.query = STR("utm_medium=poster&utm_campaign=")};
    record.link_utm[UTM_MEDIUM] = STR("email");
    record.link_utm[UTM_CAMPAIGN] = STR("spring");
    struct click click = attribute(record, "");
    assert_text(click.utm[UTM_MEDIUM], "poster");
    assert_text(click.utm[UTM_CAMPAIGN], "spring");
    assert_channel(click, "offline", BY_INFERRED);
}

static void utm__is_cut_to_its_limit_between_characters(void **state)
{
    (void)state;
    char query[1100] = "utm_campaign=";
    size_t len = strlen(query);

    for (; len + 3 < 1000; len += 3) {
        memcpy(query + len, "链", 3);
    }
    query[len] = '\0';
    assert_int_equal(of_query(query).utm[UTM_CAMPAIGN].len, LIMIT_UTM / 3 * 3);
}

static void scene__comes_from_wechats_own_mark(void **state)
{
    (void)state;
    static const struct {
        const char *query, *channel;
        enum click_scene scene;
    } cases[] = {
        {"from=singlemessage&isappinstalled=0", "single-chat", SCENE_SINGLE},
        {"a=1&from=groupmessage", "group", SCENE_GROUP},
        {"from=timeline", "moments", SCENE_MOMENTS},
        {"from=home", "", SCENE_UNKNOWN},
        {"", "", SCENE_UNKNOWN},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct click click = attribute((struct record){.query = str_from_c(cases[i].query)}, "wechat");
        assert_int_equal(click.scene, cases[i].scene);
        assert_text(click.channel, cases[i].channel);
    }
}

static void ad_click__ids_are_kept_byte_exact(void **state)
{
    (void)state;
    struct click click = of_query("bd_vid=uA%2fx+Y%3D%3D&x=1");
    assert_text(click.ad_click_source, "baidu");
    assert_text(click.ad_click_id, "uA%2fx+Y%3D%3D");
    assert_channel(click, "sem", BY_INFERRED);
    click = of_query("GCLID=Cj0K&gad_source=1");
    assert_text(click.ad_click_source, "google");
    assert_text(click.ad_click_id, "Cj0K");
    click = of_query("gad_source=1&gclid=Cj0K");
    assert_text(click.ad_click_id, "Cj0K");
    assert_source(of_query("gdt_vid=1"), "tencent-ads", BY_AD_CLICK);
    assert_source(of_query("qhclickid=1"), "360", BY_AD_CLICK);
    assert_source(of_query("bd_vid="), "direct", BY_DIRECT);
    click = of_query("clickid=abc");
    assert_text(click.ad_click_source, "clickid");
    assert_text(click.ad_click_id, "abc");
    assert_source(click, "direct", BY_DIRECT);
}

static void ad_click__of_affiliate_networks_is_theirs(void **state)
{
    (void)state;
    static const struct {
        const char *query, *source;
    } cases[] = {
        {"irclickid=a", "impact"}, {"awc=1_2_3", "awin"}, {"cjevent=a", "cj"}, {"ranMID=1&ranSiteID=a", "rakuten"}};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct click click = of_query(cases[i].query);
        assert_source(click, cases[i].source, BY_AD_CLICK);
        assert_channel(click, "affiliate", BY_INFERRED);
    }
    assert_text(of_query("ranMID=1&ranSiteID=a").ad_click_id, "a"); /* the click's own, not the shop's number */
}

static void ad_click__every_parameter_in_the_table_is_handed_on(void **state)
{
    (void)state;
    str rest = embedded_find(recognition_files, "referrers.tsv"), line, kind, name;
    size_t count = 0;

    while (str_next(&rest, '\n', &line)) {
        str_cut(line, '\t', &kind, &line);
        if (str_eq(kind, STR("ad"))) {
            str_cut(line, '\t', &name, &line);
            assert_true(source_is_campaign_param(name));
            count++;
        }
    }
    assert_true(count > 20);
}

static void macro__left_in_place_marks_test_traffic(void **state)
{
    (void)state;
    static const char *const tests[] = {"clickid=__CLICKID__", "cb=__CALLBACK__", "gclid={gclid}",
                                        "utm_id=%7B%7Bcampaign.id%7D%7D"};
    static const char *const real[] = {"clickid=__click__", "gclid=x{y}", "a=____", "a=_", "a={}", "utm_id=%7B"};

    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        assert_int_equal(of_query(tests[i]).signals, SIGNAL_TEST);
    }
    for (size_t i = 0; i < ARRAY_LEN(real); i++) {
        assert_int_equal(of_query(real[i]).signals, 0);
    }
}

static void query__loses_only_volatile_values(void **state)
{
    (void)state;
    assert_text(of_query("a=1&exportkey=AbC%2B&b&&pass_ticket=x=y&c=2&nsukey=&abtest_cookie=q").query,
                "a=1&exportkey=&b&&pass_ticket=&c=2&nsukey=&abtest_cookie=");
    assert_text(of_query("exportkeys=1&Exportkey=2").query, "exportkeys=1&Exportkey=2");
    assert_true(of_query("lp_qr").qr);
    assert_true(of_query("lp_qr=1").qr);
    assert_false(of_query("lp_qr=0").qr);
    assert_false(of_query("LP_QR=1").qr);
}

static void referrer__is_matched_by_whole_labels(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host, *source;
    } cases[] = {
        {"https://www.baidu.com/link?url=x", "www.baidu.com", "baidu"},
        {"https://tieba.baidu.com/p/1", "tieba.baidu.com", "tieba"},
        {"https://mp.weixin.qq.com/", "mp.weixin.qq.com", "wechat"},
        {"https://servicewechat.com/wx1/2/page-frame.html", "servicewechat.com", "wechat"},
        {"HTTPS://M.Weibo.CN:443/x", "m.weibo.cn", "weibo"},
        {"https://www.xiaohongshu.com/explore/1", "www.xiaohongshu.com", "xiaohongshu"},
        {"https://c.pc.qq.com/middlem.html?pfurl=x", "c.pc.qq.com", "qq"},
        {"https://doc.weixin.qq.com/doc/w3_x", "doc.weixin.qq.com", "wecom"},
        {"https://haohuo.jinritemai.com/ecommerce/x", "haohuo.jinritemai.com", "douyin"},
        {"https://guba.eastmoney.com/news,1.html", "guba.eastmoney.com", "eastmoney"},
        {"https://appx1.h5.xiaoeknow.com/p/course", "appx1.h5.xiaoeknow.com", "xiaoe"},
        {"https://urlsand.esvalabs.com/?u=x", "urlsand.esvalabs.com", "email"},
        {"https://www.google.com.hk", "www.google.com.hk", "google"},
        {"https://google.com.evil.example/", "google.com.evil.example", "evil.example"},
        {"https://notbaidu.com/", "notbaidu.com", "notbaidu.com"},
        {"https://baidu.com@evil.example/", "evil.example", "evil.example"},
        {"https://a.b.shop.com.cn/x", "a.b.shop.com.cn", "shop.com.cn"},
        {"http://192.0.2.7/", "192.0.2.7", "192.0.2.7"},
        {"android-app://com.google.android.gm/", "com.google.android.gm", "gmail"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct click click = of_referrer(cases[i].url);
        assert_text(click.referrer_host, cases[i].host);
        assert_source(click, cases[i].source, BY_REFERRER);
    }
}

static void referrer__that_cannot_be_read_is_nobody(void **state)
{
    (void)state;
    static const char *const junk[] = {
        "", "://", "https://", "baidu.com", "javascript://baidu.com", "https://a..b/", "https://\xff\xfe/"};

    for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
        struct click click = of_referrer(junk[i]);
        assert_text(click.referrer_host, "");
        assert_source(click, "direct", BY_DIRECT);
    }
    /* Neither are we ourselves. */
    assert_source(of_referrer("https://s.example.cn/abc+"), "direct", BY_DIRECT);
}

static void referrer__of_a_mail_gateway_is_marked(void **state)
{
    (void)state;
    struct click click = of_referrer("https://protect-eu.mimecastprotect.com/x");
    assert_int_equal(click.signals, SIGNAL_FROM_MAIL_GATEWAY);
    assert_source(click, "email", BY_REFERRER);
}

static void channel__is_inferred_from_the_most_telling_fact(void **state)
{
    (void)state;
    assert_channel(of_query("utm_medium=CPC"), "sem", BY_INFERRED);
    assert_channel(of_query("utm_medium=%E7%A4%BE%E7%BE%A4"), "group", BY_INFERRED);
    assert_channel(of_query("utm_medium=cpm"), "display", BY_INFERRED);
    assert_channel(of_query("utm_medium=paid-anything"), "sem", BY_INFERRED);
    assert_channel(of_query("utm_medium=nothing-known"), "", BY_NONE);
    assert_channel(of_referrer("https://www.so.com/s?q=1"), "seo", BY_INFERRED);
    assert_channel(of_referrer("https://chatgpt.com/"), "ai", BY_INFERRED);
    struct record article = {.referrer = STR("https://mp.weixin.qq.com/s/abc")};
    assert_channel(attribute(article, "wechat"), "official-account", BY_INFERRED);
    struct click mini = attribute((struct record){0}, "wechat-miniprogram");
    assert_source(mini, "wechat", BY_APP);
    assert_channel(mini, "mini-program", BY_INFERRED);
    assert_channel(attribute((struct record){0}, "xiaohongshu"), "social", BY_INFERRED);
}

static void channel__of_paid_and_organic_visits_by_the_kind_of_source(void **state)
{
    (void)state;
    static const struct {
        const char *query, *channel;
    } cases[] = {
        {"utm_source=baidu&utm_medium=cpc", "sem"},
        {"utm_source=Zhihu&utm_medium=cpc", "feed"},
        {"utm_source=zhihu.com&utm_medium=paid-post", "feed"},
        {"utm_source=douyin&utm_medium=cpm", "paid-video"},
        {"utm_source=taobao&utm_medium=cpc", "paid-shopping"},
        {"utm_source=nobody&utm_medium=cpm", "display"},
        {"utm_source=nobody&utm_medium=cpa", "sem"},
        {"utm_source=nobody&utm_medium=ppc&utm_campaign=Spring%20Shop", "paid-shopping"},
        {"utm_source=nobody&utm_medium=ppc&utm_campaign=eshop", "paid-shopping"},
        {"utm_source=nobody&utm_medium=ppc&utm_campaign=bishop", "sem"},
        {"utm_source=google&utm_campaign=Cross-Network", "cross-network"},
        {"utm_source=baidu", "seo"},
        {"utm_source=weibo", "social"},
        {"utm_source=bilibili", "video"},
        {"utm_source=jd", "shopping"},
        {"utm_source=nobody", ""},
        {"utm_source=nobody&utm_medium=web-push", "push"},
        {"utm_source=firebase", "push"},
        {"utm_source=sms", "sms"},
        {"utm_source=e-mail", "email"},
        {"utm_source=%E4%BC%81%E5%BE%AE", "wecom"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct click click = of_query(cases[i].query);
        if (!str_eq(click.channel, str_from_c(cases[i].channel))) {
            fail_msg("%s: got '" STR_FMT "', expected '%s'", cases[i].query, STR_ARG(click.channel), cases[i].channel);
        }
    }
    /* An app says where it was opened, not that its search led here. */
    assert_channel(attribute((struct record){0}, "baidu"), "", BY_NONE);
}

static void channel__set_of_the_private_domain_is_whole(void **state)
{
    (void)state;
    static const struct {
        const char *medium, *channel;
    } cases[] = {
        {"公众号", "official-account"},
        {"企微", "wecom"},
        {"社群", "group"},
        {"朋友圈", "moments"},
        {"单聊", "single-chat"},
        {"小程序", "mini-program"},
        {"视频号", "video-account"},
        {"官网", "website"},
        {"内容学院", "content"},
        {"门店", "store"},
        {"展会", "expo"},
        {"沙龙", "salon"},
        {"KOL", "kol"},
        {"KOC", "koc"},
        {"裂变", "referral"},
        {"短信", "sms"},
        {"邮件", "email"},
        {"SEM", "sem"},
        {"SEO", "seo"},
        {"信息流", "feed"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct record record = {.query = arena_f(&arena, "utm_medium=%s", cases[i].medium)};
        assert_channel(attribute(record, ""), cases[i].channel, BY_INFERRED);
    }
}

static void referrer__of_a_mini_program_tells_the_channel(void **state)
{
    (void)state;
    static const char frame[] = "https://servicewechat.com/wxcb459ae1e3e8f9f2/12/page-frame.html";

    struct record record = {.referrer = str_from_c(frame)};
    assert_channel(attribute(record, ""), "mini-program", BY_INFERRED);
}

static void referrer__of_chinas_sites_that_common_lists_lack(void **state)
{
    (void)state;
    static const struct {
        const char *url, *source;
    } cases[] = {
        {"https://mp.weixin.qq.com/s/x", "wechat"},
        {"https://work.weixin.qq.com/ca/x", "wecom"},
        {"https://v.douyin.com/x/", "douyin"},
        {"https://v.kuaishou.com/x", "kuaishou"},
        {"https://xhslink.com/x", "xiaohongshu"},
        {"https://link.zhihu.com/?target=x", "zhihu"},
        {"https://m.toutiao.com/x", "toutiao"},
        {"https://b23.tv/x", "bilibili"},
        {"https://item.taobao.com/x", "taobao"},
        {"https://detail.tmall.com/x", "tmall"},
        {"https://item.m.jd.com/x", "jd"},
        {"https://mobile.yangkeduo.com/x", "pinduoduo"},
        {"https://im.dingtalk.com/", "dingtalk"},
        {"https://acme.feishu.cn/docs/x", "feishu"},
        {"https://channels.weixin.qq.com/x", "wechat"},
        {"android-app://com.xingin.xhs/x", "xiaohongshu"},
        {"android-app://com.ss.android.ugc.aweme", "douyin"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_source(of_referrer(cases[i].url), cases[i].source, BY_REFERRER);
    }
}

static void channels__are_called_what_the_first_row_with_a_name_says(void **state)
{
    (void)state;
    const struct source_table tables[] = {
        {SOURCE_CHANNELS, "channels.own.tsv",
         STR("medium\tours\tours\t\tOurs\nmedium\tsms\tsms\t我们的短信\tOur SMS\n")},
        {SOURCE_CHANNELS, "channels.tsv",
         STR("medium\tsms\tsms\t短信\tSMS\nmedium\tours2\tours\t自有\tOthers\nscene\tgroup\tgroup\t社群\tGroup\n")},
    };
    static const struct source_channel expected[] = {
        {STR_INIT("ours"), STR_INIT("自有"), STR_INIT("Ours")},
        {STR_INIT("sms"), STR_INIT("我们的短信"), STR_INIT("Our SMS")},
        {STR_INIT("group"), STR_INIT("社群"), STR_INIT("Group")},
    };
    struct source_rules *compiled = NULL;
    size_t count = 0;

    assert_int_equal(source_rules_compile(tables, ARRAY_LEN(tables), &compiled, NULL), OK);
    const struct source_channel *channels = source_channels(compiled, &count);
    assert_int_equal(count, ARRAY_LEN(expected));
    for (size_t i = 0; i < count; i++) {
        assert_true(str_eq(channels[i].key, expected[i].key));
        assert_true(str_eq(channels[i].zh, expected[i].zh));
        assert_true(str_eq(channels[i].en, expected[i].en));
    }
    source_rules_free(compiled);
}

static void rules__broken_tables_name_the_line(void **state)
{
    (void)state;
    static const char *const referrers[] = {"#\nsite\tx\ty\n",     "#\nhost\tx.com\n",           "#\nhost\tX.com\tx\n",
                                            "#\nhost\t\tx\n",      "#\nhost\tx.com\t\tsearch\n", "#\napp\ta\tb\tc\td\n",
                                            "app\ta\tb\napp\ta\tb"};
    static const char *const channels[] = {
        "#\nplace\tx\ty\tz\tz\n",     "#\nscene\tx\ty\n",
        "#\nscene\t*\ty\tz\tz\n",     "#\nscene\tx\t\tz\tz\n",
        "#\nwhen\tx\ty\tz\tz\n",      "#\nwhen\tplace=x\ty\tz\tz\n",
        "#\nwhen\tscene=\ty\tz\tz\n", "#\nwhen\tscene=a,scene=b,scene=c,scene=d\ty\tz\tz\n",
        "#\nscene\ta||b\ty\tz\tz\n"};
    struct source_rules *compiled = NULL;

    for (size_t i = 0; i < ARRAY_LEN(referrers); i++) {
        struct fault fault = {0};
        assert_int_equal(compile(referrers[i], "", &compiled, &fault), ERR_INVALID);
        assert_non_null(strstr(fault.message, "referrers.tsv:2:"));
    }
    for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
        struct fault fault = {0};
        assert_int_equal(compile("", channels[i], &compiled, &fault), ERR_INVALID);
        assert_non_null(strstr(fault.message, "channels.tsv:2:"));
    }
    assert_null(compiled);
}

static int setup(void **state)
{
    (void)state;
    rules = source_rules_builtin();
    arena_init(&arena, 4 * 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    source_rules_free(rules);
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source__is_asked_in_one_order),
        cmocka_unit_test(channel__is_asked_in_one_order),
        cmocka_unit_test(utm__keeps_what_was_given_and_source_folds_it),
        cmocka_unit_test(utm__in_gbk_is_readable_and_kept_raw),
        cmocka_unit_test(utm__of_the_link_stands_in_for_what_the_request_lacks),
        cmocka_unit_test(utm__is_cut_to_its_limit_between_characters),
        cmocka_unit_test(scene__comes_from_wechats_own_mark),
        cmocka_unit_test(ad_click__ids_are_kept_byte_exact),
        cmocka_unit_test(ad_click__of_affiliate_networks_is_theirs),
        cmocka_unit_test(ad_click__every_parameter_in_the_table_is_handed_on),
        cmocka_unit_test(macro__left_in_place_marks_test_traffic),
        cmocka_unit_test(query__loses_only_volatile_values),
        cmocka_unit_test(referrer__is_matched_by_whole_labels),
        cmocka_unit_test(referrer__that_cannot_be_read_is_nobody),
        cmocka_unit_test(referrer__of_a_mail_gateway_is_marked),
        cmocka_unit_test(channel__is_inferred_from_the_most_telling_fact),
        cmocka_unit_test(channel__of_paid_and_organic_visits_by_the_kind_of_source),
        cmocka_unit_test(channel__set_of_the_private_domain_is_whole),
        cmocka_unit_test(referrer__of_a_mini_program_tells_the_channel),
        cmocka_unit_test(referrer__of_chinas_sites_that_common_lists_lack),
        cmocka_unit_test(channels__are_called_what_the_first_row_with_a_name_says),
        cmocka_unit_test(rules__broken_tables_name_the_line),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
