/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/embedded.h"
#include "linkpond/model/agent.h"

/*
 * Goal: the User-Agents people and machines really send get the right class and app, above all those that fool common
 * lists: a person in a Chinese in-app browser is never a bot, a scanner that poses as WeChat is never a person.
 */

static struct agent_rules *rules;

static struct agent recognise(struct agent_request request)
{
    struct agent agent;

    agent_recognise(rules, &request, &agent);
    return agent;
}

static struct agent of(const char *user_agent)
{
    return recognise((struct agent_request){.user_agent = str_from_c(user_agent)});
}

static enum err compile(const char *bots, const char *apps, struct agent_rules **out, struct fault *fault)
{
    const struct agent_table tables[] = {
        {AGENT_BOTS, "bots.tsv", str_from_c(bots)},
        {AGENT_APPS, "apps.tsv", str_from_c(apps)},
    };

    return agent_rules_compile(tables, ARRAY_LEN(tables), out, fault);
}

static void assert_text(str got, const char *expected)
{
    if (!str_eq(got, str_from_c(expected))) {
        fail_msg("got '" STR_FMT "', expected '%s'", STR_ARG(got), expected);
    }
}

static void assert_human(const char *user_agent, const char *app, const char *os, const char *device)
{
    struct agent agent = of(user_agent);

    if (agent.class != CLASS_HUMAN) {
        fail_msg("called " STR_FMT ": %s", STR_ARG(agent.rule), user_agent);
    }
    assert_text(agent.app, app);
    assert_text(agent.os, os);
    assert_text(agent.device, device);
}

static void assert_machine(const char *user_agent, enum click_class class, const char *rule)
{
    struct agent agent = of(user_agent);

    assert_text(agent.rule, rule);
    assert_int_equal(agent.class, class);
    assert_int_equal(agent.app.len, 0);
    assert_int_equal(agent.browser.len, 0);
}

#define IOS "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define ANDROID                                                                                                        \
    "Mozilla/5.0 (Linux; Android 10; V1986A Build/QP1A.190711.020; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
#define WINDOWS "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "

#define SAFARI         IOS "Version/16.0 Mobile/15E148 Safari/604.1"
#define CHROME_WINDOWS WINDOWS "Chrome/126.0.0.0 Safari/537.36"
#define WECHAT_IOS     IOS "Mobile/15E148 MicroMessenger/8.0.28(0x18001c2d) NetType/WIFI Language/zh_CN"

static void agent__wecom_is_told_from_the_wechat_inside_it(void **state)
{
    (void)state;
    assert_human(IOS
                 "Mobile/15E148 wxwork/4.1.39 MicroMessenger/7.0.1 Language/zh ColorScheme/Light wwmver/3.26.38.377",
                 "wecom", "ios", "phone");
    assert_human("wxwork/5.0.2 (MicroMessenger/6.2) WindowsWechat MailPlugin_Electron", "wecom", "windows", "desktop");
    assert_text(of("wxwork/5.0.2 (MicroMessenger/6.2)").rule, "app:wecom");
}

static void agent__wechat_on_every_system(void **state)
{
    (void)state;
    struct agent agent = of(ANDROID "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20231202 "
                                    "MMWEBID/4213 MicroMessenger/8.0.46.2540(0x28002E3C) WeChat/arm64 Weixin "
                                    "NetType/5G Language/zh_CN ABI/arm64");
    assert_int_equal(agent.class, CLASS_HUMAN);
    assert_text(agent.rule, "app:wechat");
    assert_text(agent.app, "wechat");
    assert_text(agent.os, "android");
    assert_text(agent.browser, "wechat-webview");
    assert_text(agent.net, "5g");
    assert_text(agent.language, "zh-cn");
    assert_human(WECHAT_IOS, "wechat", "ios", "phone");
    assert_human(WINDOWS "Chrome/126 Safari/537.36 NetType/WIFI MicroMessenger/7.0.20.1781(0x6700143B) "
                         "WindowsWechat(0x63090c33) XWEB/14315 Flue",
                 "wechat", "windows", "desktop");
    assert_human("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                 "MicroMessenger/6.8.0(0x16080000) MacWechat/3.8.10(0x13080a10) XWEB/1227 Flue",
                 "wechat", "macos", "desktop");
    assert_human("Mozilla/5.0 (Phone; OpenHarmony 5.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 "
                 "Safari/537.36 ArkWeb/4.1.6.1 Mobile MicroMessenger/8.0.9.39",
                 "wechat", "harmonyos", "phone");
}

static void agent__wechat_marks_that_others_take_for_bots(void **state)
{
    (void)state;
    assert_human(ANDROID "Version/4.0 Chrome/78.0.3904.62 XWEB/2691 MMWEBSDK/200901 Mobile Safari/537.36 MMWEBID/2166 "
                         "MicroMessenger/7.0.19.1760(0x27001335) Process/tools WeChat/arm64 NetType/WIFI "
                         "Language/zh_CN ABI/arm64",
                 "wechat", "android", "phone");
    /* Older ones carry QQ Browser's engine. */
    assert_human(ANDROID "Version/4.0 Chrome/57.0.2987.132 MQQBrowser/6.2 TBS/044429 Mobile Safari/537.36 "
                         "MMWEBID/8812 MicroMessenger/7.0.1380(0x27000038) Process/tools NetType/4G Language/zh_CN",
                 "wechat", "android", "phone");
}

static void agent__mini_programs_are_their_own_app(void **state)
{
    (void)state;
    assert_human(IOS "Mobile/15E148 MicroMessenger/8.0.42.2460(0x28002A58) WeChat/arm64 Weixin NetType/WIFI "
                     "Language/zh_CN ABI/arm64 miniProgram/wxcb459ae1e3e8f9f2",
                 "wechat-miniprogram", "ios", "phone");
    assert_human(WINDOWS "Chrome/116 Safari/537.36 MicroMessenger/7.0.20 NetType/WIFI MiniProgramEnv/Windows "
                         "WindowsWechat/WMPF WindowsWechat(0x63090a13) XWEB/9129",
                 "wechat-miniprogram", "windows", "desktop");
    assert_human(IOS "Version/16.0 Mobile/15E148 Safari/604.1 miniProgram", "", "ios", "phone");
}

static void agent__qq_is_not_a_build_number(void **state)
{
    (void)state;
    assert_human(ANDROID "Version/4.0 Chrome/109 MQQBrowser/6.2 TBS/046715 Mobile Safari/537.36 "
                         "V1_AND_SQ_8.9.78_4548_YYB_D QQ/8.9.78.12275 NetType/WIFI WebP/0.4.1",
                 "qq", "android", "phone");
    assert_human(IOS "Mobile/20A362 QQ/8.9.10.668 V1_IPH_SQ_8.9.10_1_APP_A Pixel/1170", "qq", "ios", "phone");
    assert_human("Mozilla/5.0 (Linux; Android 10; Redmi K20 Build/QQ3A.200805.001) AppleWebKit/537.36 (KHTML, like "
                 "Gecko) Chrome/90.0 Mobile Safari/537.36",
                 "", "android", "phone");
    assert_human("Mozilla/5.0 (Linux; Android 10; Redmi K20 Build/QQ3A.200805.001; wv) Chrome/90.0 Mobile "
                 "Safari/537.36 trill_2022003030 JsSdk/1.0",
                 "tiktok", "android", "phone");
    assert_human(ANDROID "MQQBrowser/6.2 TBS/045114 Mobile Safari/537.36 V1_AND_SQ_8.1.0_1232_TIM_D TIM/3.0.0.2860 "
                         "QQ/6.5.5 NetType/WIFI",
                 "tim", "android", "phone");
    assert_human("Nokia5130c-2/2.0 (07.97) Profile/MIDP-2.1 TIM/2.1", "", "other", "phone");
}

static void agent__alibaba_family_by_its_inner_name(void **state)
{
    (void)state;
    assert_human(ANDROID
                 "UWS/3.22.1.228 Mobile Safari/537.36 AliApp(DingTalk/6.5.30) com.alibaba.android.rimet/25293052 "
                 "Channel/227200 language/zh-CN",
                 "dingtalk", "android", "phone");
    assert_human("Mozilla/5.0 (Linux; U; Android 8.1.0; zh-CN; MI 6 Build/OPM1) AppleWebKit/537.36 (KHTML, like Gecko) "
                 "Version/4.0 Chrome/57.0.2987.108 UCBrowser/11.9.4.974 UWS/2.14.0.3 Mobile Safari/537.36 "
                 "AliApp(TB/7.8.3) UCBS/2.11.1.1 TTID/600000@taobao_android_7.8.3 WindVane/8.3.0 1080X1920",
                 "taobao", "android", "phone");
    assert_human(IOS "Mobile/15E148 AliApp(TM/13.6.0.3090) WindVane/8.7.2 1170x2532 TMIOS/201200@tmall_iphone", "tmall",
                 "ios", "phone");
    struct agent uc = of("Mozilla/5.0 (Linux; U; Android 9; zh-CN; MI 8) AppleWebKit/537.36 (KHTML, like Gecko) "
                         "Version/4.0 Chrome/57.0.2987.108 UCBrowser/12.9.8.1068 Mobile Safari/537.36 "
                         "AliApp(TUnionSDK/0.1.20.3)");
    assert_int_equal(uc.class, CLASS_HUMAN);
    assert_text(uc.app, "");
    assert_text(uc.browser, "uc");
    struct agent alipay = of(ANDROID "UCBS/3.22.1.152 Mobile Safari/537.36 NebulaSDK/1.8.100112 Nebula "
                                     "AlipayDefined(nt:WIFI,ws:360|0|3.0) AliApp(AP/10.3.0.8000) "
                                     "AlipayClient/10.3.0.8000 Language/zh-Hans isConcaveScreen/false");
    assert_text(alipay.app, "alipay");
    assert_text(alipay.rule, "app:alipay");
    assert_text(alipay.net, "wifi");
}

static void agent__feishu_and_lark(void **state)
{
    (void)state;
    assert_human(IOS "Version/16.0 Mobile/15E148 Safari/604.1 Lark/7.62.12 LarkLocale/zh_CN ChannelName/Feishu "
                     "appid/1378; LKBrowserIdentifier/1",
                 "feishu", "ios", "phone");
    assert_human(WINDOWS "Chrome/128 Electron/32 Safari/537.36 Lark/7.30.9 LarkLocale/en_US ChannelName/Lark", "lark",
                 "windows", "desktop");
    assert_machine("clark-crawler2/Nutch-1.19-SNAPSHOT", CLASS_BOT, "bot:nutch");
}

static void agent__bytedance_family(void **state)
{
    (void)state;
    assert_human(ANDROID "Version/4.0 Chrome/75.0.3770.142 Mobile Safari/537.36 aweme_230400 JsSdk/1.0 NetType/WIFI "
                         "AppName/aweme app_version/23.4.0 ByteLocale/zh-CN Region/CN BytedanceWebview/d8a21c6",
                 "douyin", "android", "phone");
    assert_human(ANDROID "Chrome/83.0 Mobile Safari/537.36 trill_2022003030 JsSdk/1.0 NetType/WIFI Channel/googleplay "
                         "AppName/musical_ly app_version/20.7.5 ByteLocale/ru-RU Region/RU BytedanceWebview/d8a21c6",
                 "tiktok", "android", "phone");
    assert_machine(ANDROID "Chrome/83.0 Mobile Safari/537.36 trill_2022003030 AppName/musical_ly "
                           "thirdLandingPageFeInfra",
                   CLASS_BOT, "bot:tiktok-preload");
    assert_human(IOS "Mobile/15E148 NewsArticle/8.1.3.05 JsSdk/2.0 NetType/WIFI (NewsLite 8.1.3 15.000000)", "toutiao",
                 "ios", "phone");
    assert_machine("Mozilla/5.0 (compatible; Bytespider;https://zhanzhang.toutiao.com/) AppleWebKit/537.36", CLASS_BOT,
                   "bot:bytespider");
}

static void agent__chinese_content_apps(void **state)
{
    (void)state;
    assert_human(ANDROID "KsWebView/1.8.90.675 (rel) Mobile Safari/537.36 Yoda/3.1.7 ksNebula/12.5.20.8014 "
                         "OS_PRO_BIT/64 NetType/WIFI",
                 "kuaishou", "android", "phone");
    assert_human(IOS "Mobile/15E148 Kwai/12.9.10.8962 ISLP/0 StatusHT/47", "kuaishou", "ios", "phone");
    assert_human(IOS "Mobile/15E148 discover/9.1 Device/(Apple Inc.;iPhone15,3) NetType/WiFi", "xiaohongshu", "ios",
                 "phone");
    assert_text(of(IOS "Mobile/15E148 discover/9.1 NetType/WiFi").net, "wifi");
    assert_human(WINDOWS "Chrome/80 Safari/537.36 WebDiscover/4.28.2", "", "windows", "desktop");
    assert_human("Mozilla/5.0 (Linux; Android 5.1; Discovery V8) AppleWebKit/537.36 Chrome/90 Mobile Safari/537.36", "",
                 "android", "phone");
    assert_human(IOS "Mobile/15E148 Weibo (iPhone17,1__weibo__15.4.1__iphone__os18.5)", "weibo", "ios", "phone");
    assert_human("osee2unifiedRelease/11518 osee2unifiedReleaseVersion/8.38.0 " IOS "Mobile/15E148", "zhihu", "ios",
                 "phone");
    assert_human("ZhihuHybrid com.zhihu.android/Futureve/5.32.1 Mozilla/5.0 (Linux; Android 10; MI 9) Chrome/80 Mobile "
                 "Safari/537.36",
                 "zhihu", "android", "phone");
    assert_human(IOS "Mobile/22B91 BiliApp/83000100 os/ios model/iPhone 13 mobi_app/iphone", "bilibili", "ios",
                 "phone");
    assert_human("com.douban.group/2.2.0(220) " IOS "Mobile/15E148", "douban", "ios", "phone");
}

static void agent__shops_that_put_themselves_first(void **state)
{
    (void)state;
    assert_human(
        "jdapp;iPhone;12.3.2;;;M/5.0;appBuild/169031;jdSupportDarkMode/0;network/wifi;Mozilla/5.0 (iPhone; CPU "
        "iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148;supportJDSHWK/1",
        "jd", "ios", "phone");
    assert_human("android Mozilla/5.0 (Linux; Android 9; MI 6 Build/PKQ1.190118.001; wv) AppleWebKit/537.36 (KHTML, "
                 "like Gecko) Version/4.0 Chrome/126 Mobile Safari/537.36 phh_android_version/7.29.0 "
                 "phh_android_build/5a2f phh_android_channel/xm pversion/0",
                 "pinduoduo", "android", "phone");
}

static void agent__baidu_users_are_people_and_its_spider_is_not(void **state)
{
    (void)state;
    assert_human(ANDROID "Version/4.0 Chrome/76.0.3809.89 Mobile Safari/537.36 T7/12.24 SP-engine/2.28.0 "
                         "baiduboxapp/12.25.0.11 (Baidu; P1 10) NABar/1.0",
                 "baidu", "android", "phone");
    assert_human(ANDROID "Chrome/90 Mobile Safari/537.36 tieba/12.10.0.1", "tieba", "android", "phone");
    assert_machine("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", CLASS_BOT,
                   "bot:baidu");
    assert_machine(IOS "Version/9.0 Mobile/13B143 Safari/601.1 (compatible; Baiduspider-render/2.0; "
                       "+http://www.baidu.com/search/spider.html)",
                   CLASS_BOT, "bot:baidu");
}

static void agent__apps_from_elsewhere(void **state)
{
    (void)state;
    assert_human(ANDROID "Version/4.0 Chrome/120 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/442.0.0.33.113;"
                         "FBMF/Google;FBBD/google]",
                 "facebook", "android", "phone");
    assert_human(ANDROID "Chrome/120 Mobile Safari/537.36 [FB_IAB/Orca-Android;FBAV/440.0.0.24.106;]", "messenger",
                 "android", "phone");
    assert_human(IOS "Mobile/15E148 [FBAN/FBIOS;FBAV/194.0.0.38.99;FBBV/1]", "facebook", "ios", "phone");
    assert_human(IOS "Mobile/15E148 Instagram 300.0.0.0 (iPhone14,2; iOS 16_0; zh_CN)", "instagram", "ios", "phone");
    assert_human("Barcelona 341.0.0.42.109 Android (33/13; 420dpi)", "threads", "android", "phone");
    assert_human(ANDROID "Chrome/120 Mobile Safari/537.36 TwitterAndroid", "x", "android", "phone");
    assert_human(IOS "Mobile/15E148 [LinkedInApp]/9.24.1488", "linkedin", "ios", "phone");
    assert_human(ANDROID "Chrome/120 Mobile Safari/537.36 [Pinterest/Android]", "pinterest", "android", "phone");
    assert_human(ANDROID "Chrome/120 Mobile Safari/537.36Snapchat11.59.0.35 (Pixel 3; Android 11)", "snapchat",
                 "android", "phone");
    assert_human(ANDROID "Chrome/120 Mobile Safari/537.36 Line/12.6.1/IAB", "line", "android", "phone");
    assert_human(ANDROID "Chrome/120 Mobile Safari/537.36;KAKAOTALK 2309520", "kakaotalk", "android", "phone");
    assert_human(WINDOWS "Chrome/90 Safari/537.36 Online/3.2", "", "windows", "desktop");
    assert_human(ANDROID "Chrome/143 Mobile Safari/537.36 Telegram-Android/12.4.1 (Xiaomi 2201; Android 13)",
                 "telegram", "android", "phone");
    assert_human(ANDROID "Chrome/90 Mobile Safari/537.36 Viber/18.0", "viber", "android", "phone");
}

static void agent__phones_with_bot_in_their_name_are_phones(void **state)
{
    (void)state;
    assert_human(
        "Mozilla/5.0 (Linux; Android 8.1.0; CUBOT_P20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90 Mobile "
        "Safari/537.36",
        "", "android", "phone");
    assert_human("Mozilla/5.0 (Linux; Android 9; CUBOT X19 Build/PPR1) AppleWebKit/537.36 Chrome/90 Mobile "
                 "Safari/537.36",
                 "", "android", "phone");
    assert_human("Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP3A.240617.008) AppleWebKit/537.36 Chrome/130 Mobile "
                 "Safari/537.36",
                 "", "android", "phone");
    assert_human(WINDOWS "Chrome/58 Safari/537.36 SE 2.X MetaSr 1.0", "", "windows", "desktop");
}

static void agent__hard_tokens_beat_any_app(void **state)
{
    (void)state;
    assert_machine(IOS "Mobile/15E148 MicroMessenger/8.0.38(0x1800262b) NetType/WIFI Language/zh_CN qcloudcdn-xinan "
                       "Request-Source=4 Request-Channel=99",
                   CLASS_BOT, "bot:tencent-cdn");
    assert_machine(IOS "Mobile/15E148 wechatdevtools/1.06 MicroMessenger/8.0.5 webview/", CLASS_BOT,
                   "bot:wechat-devtools");
    assert_machine("TST(Tencent_Security_Team)", CLASS_BOT, "bot:tencent-security");
    assert_machine("DingTalkBot-SecurityService/1.0", CLASS_BOT, "bot:dingtalk");
    assert_machine("Mozilla/5.0 AliyunSecBot/Aliyun (AliyunSecBot@service.alibaba.com)", CLASS_BOT,
                   "bot:aliyun-security");
    assert_machine("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0 "
                   "Safari/537.36",
                   CLASS_BOT, "bot:headless-chrome");
    assert_machine("Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 PhantomJS/2.1.1 Safari/538.1", CLASS_BOT,
                   "bot:phantomjs");
    assert_machine("", CLASS_BOT, "bot:empty");
    assert_machine("  \t ", CLASS_BOT, "bot:empty");
    struct agent scan = recognise((struct agent_request){.user_agent = STR(WECHAT_IOS), .signals = SIGNAL_LEAKSCAN});
    assert_int_equal(scan.class, CLASS_BOT);
    assert_text(scan.rule, "bot:tencent-leakscan");
}

static void agent__previewers_are_previews(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rule;
    } cases[] = {
        {"Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "preview:slack"},
        {"Slack-ImgProxy (+https://api.slack.com/robots)", "preview:slack"},
        {"Twitterbot/1.0", "preview:twitter"},
        {"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "preview:facebook"},
        {"facebookexternalhit/1.1;kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984", "preview:kakaotalk"},
        {"TelegramBot (like TwitterBot)", "preview:telegram"},
        {"WhatsApp/2.23.20.0", "preview:whatsapp"},
        {"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "preview:discord"},
        {"LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)", "preview:linkedin"},
        {"Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)", "preview:reddit"},
        {"Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)", "preview:pinterest"},
        {"Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)", "preview:bluesky"},
        {"http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)", "preview:mastodon"},
        {"Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
         "preview:skype"},
        {"Mozilla/5.0 AppleWebKit/537.36 (compatible; MicrosoftPreview/2.0) Chrome/120 Safari/537.36",
         "preview:microsoft"},
        {"Snap URL Preview Service; bot; snapchat; https://developers.snap.com/robots", "preview:snapchat"},
        {"Mozilla/5.0 (compatible; Linespider/1.1; +https://lin.ee/4dwXkTH)", "preview:line"},
        {"Viber", "preview:viber"},
        {"DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/doc)", "preview:dingtalk"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_machine(cases[i].text, CLASS_PREVIEW, cases[i].rule);
    }
}

static void agent__robots_and_programs_are_bots(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rule;
    } cases[] = {
        {"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "bot:googlebot"},
        {"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "bot:bing"},
        {"Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)", "bot:sogou"},
        {"Mozilla/5.0 (compatible; YisouSpider/5.0; +http://m.sm.cn)", "bot:shenma"},
        {"Mozilla/5.0 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)", "bot:petal"},
        {"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)", "bot:openai"},
        {"Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", "bot:anthropic"},
        {"curl/8.5.0", "bot:curl"},
        {"python-requests/2.31.0", "bot:python"},
        {"Go-http-client/2.0", "bot:go"},
        {"okhttp/4.12.0", "bot:okhttp"},
        {"Java/17.0.2", "bot:java"},
        {"Mozilla/5.0 (compatible; SomeNewBot/0.1)", "bot:generic-bot"},
        {"Acme (+https://acme.example/about)", "bot:generic-address"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_machine(cases[i].text, CLASS_BOT, cases[i].rule);
    }
}

static void agent__head_and_prefetch_are_not_visits(void **state)
{
    (void)state;
    struct agent head = recognise((struct agent_request){.user_agent = STR(SAFARI), .signals = SIGNAL_HEAD});
    assert_int_equal(head.class, CLASS_HEAD);
    assert_text(head.rule, "method:head");
    struct agent fetch = recognise((struct agent_request){.user_agent = STR(SAFARI), .signals = SIGNAL_PREFETCH});
    assert_int_equal(fetch.class, CLASS_PREFETCH);
    assert_text(fetch.rule, "header:prefetch");
    /* A hard bot stays one, HEAD or not. */
    head = recognise((struct agent_request){.user_agent = STR(""), .signals = SIGNAL_HEAD});
    assert_int_equal(head.class, CLASS_BOT);
}

static void agent__plain_browsers(void **state)
{
    (void)state;
    assert_text(of(SAFARI).browser, "safari");
    assert_text(of(SAFARI).rule, "browser:safari");
    assert_text(of(CHROME_WINDOWS).browser, "chrome");
    assert_text(of(CHROME_WINDOWS " Edg/126.0.0.0").browser, "edge");
    assert_text(of("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0").browser, "firefox");
    assert_human("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36", "",
                 "chromeos", "desktop");
    assert_human("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "", "linux", "desktop");
    /* iPadOS says it is a Mac: there is nothing to tell it by. */
    assert_human("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                 "Version/17.0 Safari/605.1.15",
                 "", "macos", "desktop");
    assert_human("Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 "
                 "Mobile/15E148 Safari/604.1",
                 "", "ios", "tablet");
    assert_human("Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126 "
                 "Safari/537.36",
                 "", "android", "tablet");
    assert_human("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114 Safari/537.36 "
                 "ArkWeb/4.1.6.1 Mobile",
                 "", "harmonyos", "phone");
    assert_human("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126 Mobile Safari/537.36 "
                 "HuaweiBrowser/15.0 HMSCore/6.14",
                 "", "android", "phone");
    assert_machine("something nobody has heard of", CLASS_BOT, "bot:strange");
}

static void agent__package_names_the_app_when_the_text_does_not(void **state)
{
    (void)state;
    struct agent agent = recognise((struct agent_request){
        .user_agent = STR(ANDROID "Version/4.0 Chrome/120 Mobile Safari/537.36"), .package = STR("com.xingin.xhs")});
    assert_int_equal(agent.class, CLASS_HUMAN);
    assert_text(agent.app, "xiaohongshu");
    assert_text(agent.rule, "package:xiaohongshu");
    assert_text(agent.browser, "xiaohongshu-webview");
    agent = recognise((struct agent_request){.user_agent = STR(WECHAT_IOS), .package = STR("com.xingin.xhs")});
    assert_text(agent.app, "wechat");
    agent = recognise((struct agent_request){.user_agent = STR(SAFARI), .package = STR("XMLHttpRequest")});
    assert_text(agent.app, "");
}

static void agent__language_is_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *sent, *got;
    } cases[] = {
        {"zh-CN,zh;q=0.9,en;q=0.8", "zh-cn"},
        {"ZH-cn", "zh-cn"},
        {"zh-Hans-CN", "zh-cn"},
        {"en-US;q=0.7", "en-us"},
        {"xx-Latn-YY", "xx"},
        {"*", ""},
        {" ja ", "ja"},
        {"<script>", ""},
        {"abcdefghijklmnopqrstuvw", ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct agent_request request = {.user_agent = STR(SAFARI), .language = str_from_c(cases[i].sent)};
        assert_text(recognise(request).language, cases[i].got);
    }
    assert_text(of(WECHAT_IOS).language, "zh-cn");
    assert_text(of(SAFARI).language, "");
}

static void why__is_a_sentence_in_both_languages(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *en, *zh;
    } cases[] = {
        {"bot:googlebot", "Its User-Agent is a known machine's: googlebot.", "User-Agent 属于已知的机器：googlebot。"},
        {"bot:generic-crawler", "Its User-Agent carries a mark that only machines have: crawler.",
         "User-Agent 含有只有机器才有的标识：crawler。"},
        {"bot:empty", "It sent no User-Agent, and every browser does.", "没有 User-Agent，浏览器都会发送。"},
        {"app:wechat", "A person in an app's built-in browser: wechat.", "真人，在应用内打开：wechat。"},
        {"bot:", "", ""},
        {"nothing", "", ""},
        {"", "", ""},
    };
    struct arena arena;

    arena_init(&arena, 64 * 1024);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_text(agent_why(&arena, str_from_c(cases[i].rule), false), cases[i].en);
        assert_text(agent_why(&arena, str_from_c(cases[i].rule), true), cases[i].zh);
    }
    arena_done(&arena);
}

static void rules__broken_tables_name_the_line(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "# c\nsoft\tx\ty\n",       "# c\nbot\tx\n",           "# c\nbot\t\ty\n",
        "# c\nbot\tx\t\t\n",       "# c\nbot\tx\ty\tsoon\n",  "# c\nbot\tx\ty\twith=\n",
        "# c\nbot\tx\ty\tword\tz", "# c\napp\twechat\tMicro", "# c\nos\tios\tiPhone",
    };

    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct agent_rules *compiled = NULL;
        struct fault fault = {0};
        enum err err = compile(broken[i], "", &compiled, &fault);
        assert_int_equal(err, ERR_INVALID);
        assert_null(compiled);
        assert_string_equal(fault.field, "bots.tsv");
        assert_non_null(strstr(fault.message, "bots.tsv:2:"));
    }
}

static void rules__first_line_that_holds_wins(void **state)
{
    (void)state;
    struct agent_rules *own = rules;
    struct fault fault = {0};

    assert_int_equal(compile("bot\ta\t\"x y\"\tword\nbot\tb\tx\twithout=q,end\nbot\tc\tx\tprefix\n",
                             "app\tz\tzz\twith=one,with=two\nos\tother\tq\n", &rules, &fault),
                     OK);
    assert_text(of("-x y").rule, "bot:a");
    assert_text(of("ax y").rule, "bot:b");
    assert_text(of("xq").rule, "bot:c");
    assert_text(of("Mozilla/5.0 (aXq").rule, "human:default");
    assert_text(of("aXq").rule, "bot:strange");
    assert_text(of("zz one").rule, "bot:strange");
    assert_text(of("two zz one").rule, "app:z");
    agent_rules_free(rules);
    rules = own;
}

static void rules__know_the_end_of_a_domain_name_and_a_nameless_text(void **state)
{
    (void)state;
    struct agent_rules *own = rules;
    struct fault fault = {0};

    assert_int_equal(compile("bot\tsite\t.com\tdomain\nbot\tlost\t(compatible\tnameless\n",
                             "os\twindows\tWindows\nbrowser\tnamed\tNamed/\n", &rules, &fault),
                     OK);
    static const char *const sites[] = {"watcher.com", "watcher.com/1.2", "x (watcher.com)", "x watcher.com; y"};
    static const char *const others[] = {".com",          "x .com",       "cn.com.example", "watcher.community",
                                         "watcher.com-x", "watcher.com_x"};
    for (size_t i = 0; i < ARRAY_LEN(sites); i++) {
        assert_text(of(sites[i]).rule, "bot:site");
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_text(of(others[i]).rule, "bot:strange");
    }
    assert_text(of("Mozilla/4.5 (compatible; Copier 3.0; Windows 98)").rule, "bot:lost");
    assert_text(of("Mozilla/4.5 (compatible; Windows 98) Named/1").rule, "browser:named");
    agent_rules_free(rules);
    rules = own;
}

static void rules__tell_a_device_name_and_a_strange_text(void **state)
{
    (void)state;
    struct agent_rules *own = rules;
    struct fault fault = {0};

    assert_int_equal(compile("bot\tout\trobot\toutside\nbot\tlost\tx\tstrange\n",
                             "os\tandroid\tAndroid\napp\ta\tApp/\tversion=app_version/\napp\tb\tOther\n", &rules,
                             &fault),
                     OK);
    assert_text(of("Mozilla/5.0 (Linux; Android 9; Robot 5) x").rule, "human:default");
    assert_text(of("Mozilla/5.0 (Linux; Android 9; Five) Robot").rule, "bot:out");
    assert_text(of("Mozilla/5.0 (robot; Android 9)").rule, "bot:out");
    assert_text(of("x (Android 9)").rule, "bot:lost");
    static const struct {
        const char *text, *version;
    } cases[] = {
        {"App/1.2.3 app_version/23.4.0", "23.4"},
        {"App/1.2.3", "1.2"},
        {"App/8.1_x", "8.1"},
        {"App/8.", ""},
        {"App/83000100", ""},
        {"App/", ""},
        {"Other(7.0)", "7.0"},
        {"Other 7.0.1", "7.0"},
        {"Other..7", ""},
        {"Other((7.0", ""},
        {"App/123456789012345.1", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_string_equal(of(cases[i].text).app_version, cases[i].version);
    }
    agent_rules_free(rules);
    rules = own;
}

static int setup(void **state)
{
    (void)state;
    rules = agent_rules_builtin();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    agent_rules_free(rules);
    return 0;
}

static void agent__names_the_mini_program(void **state)
{
    (void)state;
    const struct agent inside = {.app = STR("wechat-miniprogram")}, machine = {.app = STR("")};
    static const struct {
        const char *user_agent, *referrer, *appid;
    } cases[] = {
        {"x MicroMessenger/8.0.42 miniProgram/wxcb459ae1e3e8f9f2", "", "wxcb459ae1e3e8f9f2"},
        {"x miniProgram/wxcb459ae1e3e8f9f2 NetType/WIFI", "https://servicewechat.com/wx0123456789abcdef/1/page.html",
         "wxcb459ae1e3e8f9f2"},
        {"x miniProgram", "https://servicewechat.com/wx0123456789abcdef/42/page-frame.html", "wx0123456789abcdef"},
        {"", "https://servicewechat.com/wx0123456789abcdef", "wx0123456789abcdef"},
        {"x miniProgram/wxcb459ae1e3e8f9f", "", ""},
        {"x miniProgram/wxcb459ae1e3e8f9f20", "", ""},
        {"x miniProgram/wxcb459ae1e3e8f9f2z", "", ""},
        {"x miniProgram/", "", ""},
        {"x miniProgram", "", ""},
        {"", "https://servicewechat.com.evil.example/wx0123456789abcdef/1/", ""},
        {"", "https://evil.example/?https://servicewechat.com/wx0123456789abcdef/1/", ""},
        {"", "", ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        str user_agent = str_from_c(cases[i].user_agent), referrer = str_from_c(cases[i].referrer);
        assert_text(agent_mini_program(&inside, user_agent, referrer), cases[i].appid);
    }
    /* elsewhere the Referer alone tells */
    assert_text(agent_mini_program(&machine, str_from_c(cases[0].user_agent), STR("")), "");
    assert_text(agent_mini_program(&machine, STR(""), str_from_c(cases[3].referrer)), cases[3].appid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agent__wecom_is_told_from_the_wechat_inside_it),
        cmocka_unit_test(agent__wechat_on_every_system),
        cmocka_unit_test(agent__wechat_marks_that_others_take_for_bots),
        cmocka_unit_test(agent__mini_programs_are_their_own_app),
        cmocka_unit_test(agent__qq_is_not_a_build_number),
        cmocka_unit_test(agent__alibaba_family_by_its_inner_name),
        cmocka_unit_test(agent__feishu_and_lark),
        cmocka_unit_test(agent__bytedance_family),
        cmocka_unit_test(agent__chinese_content_apps),
        cmocka_unit_test(agent__shops_that_put_themselves_first),
        cmocka_unit_test(agent__baidu_users_are_people_and_its_spider_is_not),
        cmocka_unit_test(agent__apps_from_elsewhere),
        cmocka_unit_test(agent__phones_with_bot_in_their_name_are_phones),
        cmocka_unit_test(agent__hard_tokens_beat_any_app),
        cmocka_unit_test(agent__previewers_are_previews),
        cmocka_unit_test(agent__robots_and_programs_are_bots),
        cmocka_unit_test(agent__head_and_prefetch_are_not_visits),
        cmocka_unit_test(agent__plain_browsers),
        cmocka_unit_test(agent__package_names_the_app_when_the_text_does_not),
        cmocka_unit_test(agent__language_is_one_spelling),
        cmocka_unit_test(why__is_a_sentence_in_both_languages),
        cmocka_unit_test(rules__broken_tables_name_the_line),
        cmocka_unit_test(rules__first_line_that_holds_wins),
        cmocka_unit_test(rules__know_the_end_of_a_domain_name_and_a_nameless_text),
        cmocka_unit_test(rules__tell_a_device_name_and_a_strange_text),
        cmocka_unit_test(agent__names_the_mini_program),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
