/* SPDX-License-Identifier: MIT */
#include "click_arrivals.h"

#define GROUP_QUERY "from=groupmessage&isappinstalled=0"

/* clang-format off */
static const struct arrival arrivals[] = {
    {.where = AT_ANY, .weight = 60, .query = ""},
    {.where = AT_ANY, .weight = 8, .query = "lp_qr=1", .qr = true},

    /* campaigns' own words; GBK is what older tools send */
    {.where = AT_ANY, .weight = 3, .query = "utm_source=Zhihu&utm_medium=cpc&utm_campaign=autumn$", .request_source = "zhihu",
     .has_medium = true, .evidence = {{BY_MEDIUM, "feed"}}},
    {.where = AT_ANY, .weight = 3, .query = "utm_source=%E5%85%AC%E4%BC%97%E5%8F%B7&utm_content=a$", .request_source = "公众号",
     .evidence = {{BY_SOURCE_NAME, "official-account"}}},
    {.where = AT_ANY, .weight = 1, .query = "utm_source=%B9%AB%D6%DA%BA%C5", .request_source = "公众号",
     .evidence = {{BY_SOURCE_NAME, "official-account"}}},
    {.where = AT_ANY, .weight = 4, .query = "utm_source=wechat&utm_medium=%E7%A4%BE%E7%BE%A4&utm_campaign=c$",
     .request_source = "wechat", .has_medium = true, .evidence = {{BY_MEDIUM, "group"}}},
    {.where = AT_ANY, .weight = 2, .query = "utm_medium=email&utm_source=newsletter", .request_source = "newsletter",
     .has_medium = true, .evidence = {{BY_MEDIUM, "email"}}},
    {.where = AT_ANY, .weight = 1, .query = "utm_source=partner&utm_medium=cooperation", .request_source = "partner",
     .has_medium = true},
    {.where = AT_ANY, .weight = 1, .query = "UTM_SOURCE=Baidu&utm_medium=cpc", .request_source = "baidu", .has_medium = true,
     .evidence = {{BY_MEDIUM, "sem"}}},
    {.where = AT_ANY, .weight = 1, .query = "utm_source=xiaohongshu&utm_content=note$", .request_source = "xiaohongshu",
     .evidence = {{BY_KIND_OF_SOURCE, "social"}}},
    {.where = AT_ANY, .weight = 1, .query = "utm_source=first&utm_source=second", .request_source = "first"},
    {.where = AT_ANY, .weight = 2, .query = "lp_src=KOL-Li&lp_ch=live-7", .request_source = "kol-li", .named_channel = "live-7"},
    {.where = AT_ANY, .weight = 1, .query = "lp_ch=%E9%97%A8%E5%BA%97-3&lp_qr=1", .named_channel = "门店-3", .qr = true},

    /* ad networks' ids */
    {.where = AT_ANY, .weight = 3, .query = "bd_vid=$nIKFaYbqOqNi", .ad_source = "baidu", .evidence = {{BY_AD_ID, "sem"}}},
    {.where = AT_ANY, .weight = 2, .query = "gdt_vid=wx0$&weixinadinfo=1", .ad_source = "tencent-ads",
     .evidence = {{BY_AD_ID, "feed"}}},
    {.where = AT_ANY, .weight = 2, .query = "qz_gdt=$ia", .ad_source = "tencent-ads", .evidence = {{BY_AD_ID, "feed"}}},
    {.where = AT_ANY, .weight = 2, .query = "clickid=$&adid=17", .evidence = {{BY_AD_ID, "feed"}}}, /* whose it is, nobody knows */
    {.where = AT_ANY, .weight = 1, .query = "clickid=__CLICKID__", .evidence = {{BY_AD_ID, "feed"}}},
    {.where = AT_ANY, .weight = 1, .query = "qhclickid=$", .ad_source = "360", .evidence = {{BY_AD_ID, "sem"}}},
    {.where = AT_ANY, .weight = 1, .query = "GCLID=Cj0K$", .ad_source = "google", .evidence = {{BY_AD_ID, "sem"}}},
    {.where = AT_ANY, .weight = 1, .query = "fbclid=IwAR$", .ad_source = "facebook", .evidence = {{BY_KIND_OF_SOURCE, "social"}}},

    /* WeChat: forwarded, from an article, from a mini program */
    {.where = AT_WECHAT, .weight = 25, .query = GROUP_QUERY, .scene = SCENE_GROUP, .evidence = {{BY_SCENE, "group"}}},
    {.where = AT_WECHAT, .weight = 15, .query = "from=timeline&isappinstalled=0", .scene = SCENE_MOMENTS,
     .evidence = {{BY_SCENE, "moments"}}},
    {.where = AT_WECHAT, .weight = 10, .query = "from=singlemessage", .scene = SCENE_SINGLE, .evidence = {{BY_SCENE, "single-chat"}}},
    {.where = AT_WECHAT, .weight = 3, .query = "utm_source=wechat&utm_medium=%E6%9C%8B%E5%8F%8B%E5%9C%88&from=groupmessage",
     .request_source = "wechat", .has_medium = true, .scene = SCENE_GROUP, .evidence = {{BY_SCENE, "group"}, {BY_MEDIUM, "moments"}}},
    {.where = AT_WECHAT, .weight = 3, .query = "exportkey=A$&pass_ticket=b$&from=timeline&nsukey=c$", .scene = SCENE_MOMENTS,
     .evidence = {{BY_SCENE, "moments"}}},
    {.where = AT_WECHAT, .weight = 1, .query = "from=weixin"},
    {.where = AT_WECHAT, .weight = 12, .query = "", .referrer = "https://mp.weixin.qq.com/", .referrer_source = "wechat",
     .evidence = {{BY_PAGE, "official-account"}}},
    {.where = AT_WECHAT, .weight = 4, .query = "", .referrer = "https://servicewechat.com/wx0123456789abcdef/12/page-frame.html",
     .referrer_source = "wechat", .evidence = {{BY_KIND_OF_REFERRER, "mini-program"}}},

    /* pages, by what they are called and not by how their names end */
    {.where = AT_BAIDU, .weight = 40, .query = "", .referrer = "https://m.baidu.com/s?wd=$", .referrer_source = "baidu",
     .evidence = {{BY_KIND_OF_REFERRER, "seo"}}},
#define PAGE(weight_, url, source, channel) \
    {.where = AT_BROWSER, .weight = weight_, .query = "", .referrer = url, .referrer_source = source, \
     .evidence = {{BY_KIND_OF_REFERRER, channel}}},
#define NOBODY(url, source) \
    {.where = AT_BROWSER, .weight = 1, .query = "", .referrer = url, .referrer_source = source},
    PAGE(12, "https://www.baidu.com/link?url=$", "baidu", "seo")
    PAGE(2, "https://www.sogou.com/", "sogou", "seo")
    PAGE(2, "https://www.so.com/s?q=$", "360", "seo")
    PAGE(3, "https://cn.bing.com/", "bing", "seo")
    PAGE(2, "https://www.google.com.hk/", "google", "seo")
    PAGE(1, "https://www.google.com/", "google", "seo")
    PAGE(4, "https://www.zhihu.com/question/$", "zhihu", "social")
    PAGE(3, "https://weibo.com/", "weibo", "social")
    PAGE(2, "http://t.cn/A6$", "weibo", "social")
    PAGE(2, "https://www.xiaohongshu.com/", "xiaohongshu", "social")
    PAGE(2, "https://tieba.baidu.com/p/$", "tieba", "social")
    PAGE(2, "https://www.bilibili.com/video/av$", "bilibili", "video")
    PAGE(2, "https://www.douyin.com/", "douyin", "video")
    PAGE(2, "https://item.taobao.com/item.htm?id=$", "taobao", "shopping")
    PAGE(2, "https://chatgpt.com/", "chatgpt", "ai")
    PAGE(2, "https://mail.qq.com/", "qqmail", "email")
    PAGE(1, "https://url.emailprotection.link/?b$", "email", "email")
    PAGE(1, "android-app://com.google.android.gm/", "gmail", "email")
    {.where = AT_BROWSER, .weight = 1, .query = "", .referrer = "https://mp.weixin.qq.com/s/$", .referrer_source = "wechat",
     .evidence = {{BY_PAGE, "official-account"}}},
    NOBODY("android-app://com.tencent.mm", "wechat")
    NOBODY("https://www.toutiao.com/article/$", "toutiao")
    NOBODY("https://google.com.evil.example/", "evil.example")
    NOBODY("https://mp.weixin.qq.com.evil.example/s", "evil.example")
    NOBODY("https://baidu.com@evil.example/", "evil.example")
    NOBODY("https://notbaidu.com/", "notbaidu.com")
    NOBODY("http://blog.acme.com.cn/post/$", "acme.com.cn")
    NOBODY("http://203.0.113.80:8080/x", "203.0.113.80")
    NOBODY("https://s.example.com/other", NULL) /* the short domain itself is nobody */
    NOBODY("about:blank", NULL)
};

/* What an app is, where that is more than its key: source, or a channel by itself or by its kind. */
static const struct {
    const char *app, *source;
    struct evidence evidence;
} app_facts[] = {
    {"wechat-miniprogram", "wechat", {BY_APP_ITSELF, "mini-program"}},
    {"wecom", "wecom", {BY_APP_ITSELF, "wecom"}},
    {"netease-news", "netease", {NO_EVIDENCE, NULL}},
#define KIND(app, channel) {app, app, {BY_KIND_OF_APP, channel}},
    KIND("weibo", "social") KIND("xiaohongshu", "social") KIND("zhihu", "social") KIND("douban", "social")
    KIND("tieba", "social") KIND("facebook", "social") KIND("instagram", "social") KIND("threads", "social")
    KIND("x", "social") KIND("linkedin", "social") KIND("pinterest", "social") KIND("snapchat", "social")
    KIND("reddit", "social") KIND("vk", "social") KIND("momo", "social")
    KIND("douyin", "video") KIND("tiktok", "video") KIND("kuaishou", "video") KIND("bilibili", "video")
    KIND("iqiyi", "video") KIND("xigua", "video") KIND("youku", "video") KIND("tencent-video", "video")
    KIND("taobao", "shopping") KIND("tmall", "shopping") KIND("1688", "shopping") KIND("alibaba", "shopping")
    KIND("lazada", "shopping") KIND("jd", "shopping") KIND("pinduoduo", "shopping") KIND("meituan", "shopping")
    KIND("dianping", "shopping") KIND("suning", "shopping") KIND("xianyu", "shopping") KIND("eleme", "shopping")
    KIND("vipshop", "shopping")
};
/* clang-format on */

size_t arrivals_count(void)
{
    return ARRAY_LEN(arrivals);
}

const struct arrival *arrival_at(size_t index)
{
    BUG_ON(index >= ARRAY_LEN(arrivals));
    return &arrivals[index];
}

static enum where where_of(str app)
{
    if (str_eq(app, STR("wechat"))) {
        return AT_WECHAT;
    }
    if (str_eq(app, STR("baidu"))) {
        return AT_BAIDU;
    }
    return app.len == 0 ? AT_BROWSER : AT_ANY;
}

uint16_t arrival_choose(str app, uint64_t roll)
{
    enum where where = where_of(app);
    unsigned total = 0;

    for (size_t i = 0; i < ARRAY_LEN(arrivals); i++) {
        total += arrivals[i].where == AT_ANY || arrivals[i].where == where ? arrivals[i].weight : 0;
    }
    unsigned left = (unsigned)(roll % total);
    for (size_t i = 0; i < ARRAY_LEN(arrivals); i++) {
        if (arrivals[i].where != AT_ANY && arrivals[i].where != where) {
            continue;
        }
        if (left < arrivals[i].weight) {
            return (uint16_t)i;
        }
        left -= arrivals[i].weight;
    }
    return arrival_plain();
}

uint16_t arrival_plain(void)
{
    return 0;
}

uint16_t arrival_in_group(void)
{
    for (size_t i = 0; i < ARRAY_LEN(arrivals); i++) {
        if (arrivals[i].where == AT_WECHAT && strcmp(arrivals[i].query, GROUP_QUERY) == 0) {
            return (uint16_t)i;
        }
    }
    BUG_ON(true);
    return 0;
}

static const char *app_source(str app, struct evidence *evidence)
{
    for (size_t i = 0; i < ARRAY_LEN(app_facts); i++) {
        if (str_eq(app, str_from_c(app_facts[i].app))) {
            *evidence = app_facts[i].evidence;
            return app_facts[i].source;
        }
    }
    return NULL;
}

static bool given(const char *text)
{
    return text && *text;
}

static void weigh(struct evidence candidate, struct evidence *best)
{
    if (candidate.rank != NO_EVIDENCE && (best->rank == NO_EVIDENCE || candidate.rank < best->rank)) {
        *best = candidate;
    }
}

void arrival_truth(const struct arrival *arrival, const struct stream_link *link, str app, struct click_truth *out)
{
    struct evidence best = {0}, of_app = {0};
    const char *of_the_app = app_source(app, &of_app);
    bool link_names_source = given(link->source) || given(link->utm_source);
    bool arrival_names_source = given(arrival->request_source) || (!link_names_source && given(arrival->ad_source));

    if (given(arrival->request_source)) {
        out->source = str_from_c(arrival->request_source);
    } else if (link_names_source) {
        out->source = str_from_c(given(link->source) ? link->source : link->utm_source);
    } else if (given(arrival->ad_source)) {
        out->source = str_from_c(arrival->ad_source);
    } else if (app.len > 0) {
        out->source = of_the_app ? str_from_c(of_the_app) : app;
    } else {
        out->source = given(arrival->referrer_source) ? str_from_c(arrival->referrer_source) : STR("direct");
    }
    for (size_t i = 0; i < ARRAY_LEN(arrival->evidence); i++) {
        if (arrival->evidence[i].rank != BY_KIND_OF_SOURCE || arrival_names_source) {
            weigh(arrival->evidence[i], &best);
        }
    }
    weigh(of_app, &best);
    if (given(link->utm_medium) && !arrival->has_medium) {
        weigh((struct evidence){BY_MEDIUM, "group"}, &best); /* the only medium links have here */
    }
    if (given(arrival->named_channel)) {
        out->channel = str_from_c(arrival->named_channel);
    } else if (given(link->channel)) {
        out->channel = str_from_c(link->channel);
    } else {
        out->channel = best.rank != NO_EVIDENCE ? str_from_c(best.channel) : STR("");
    }
    out->scene = arrival->scene;
    out->qr = arrival->qr;
}
