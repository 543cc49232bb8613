/* SPDX-License-Identifier: MIT */
#include "rule_words.h"

#define NAMED_MAX 5 /* of a list */

/* Written like the desk does. Others are names in themselves. */
static const struct {
    str value;
    const char *en, *zh;
} WORDS[] = {
    {STR_INIT(""), "not known", "未知"},
    {STR_INIT("wechat"), "WeChat", "微信"},
    {STR_INIT("wecom"), "WeCom", "企业微信"},
    {STR_INIT("qq"), "QQ", "QQ"},
    {STR_INIT("dingtalk"), "DingTalk", "钉钉"},
    {STR_INIT("feishu"), "Feishu", "飞书"},
    {STR_INIT("alipay"), "Alipay", "支付宝"},
    {STR_INIT("taobao"), "Taobao", "淘宝"},
    {STR_INIT("douyin"), "Douyin", "抖音"},
    {STR_INIT("kuaishou"), "Kuaishou", "快手"},
    {STR_INIT("xiaohongshu"), "Xiaohongshu", "小红书"},
    {STR_INIT("weibo"), "Weibo", "微博"},
    {STR_INIT("safari"), "Safari", "Safari"},
    {STR_INIT("chrome"), "Chrome", "Chrome"},
    {STR_INIT("edge"), "Edge", "Edge"},
    {STR_INIT("firefox"), "Firefox", "Firefox"},
    {STR_INIT("qqbrowser"), "QQ Browser", "QQ 浏览器"},
    {STR_INIT("ios"), "iOS", "iOS"},
    {STR_INIT("android"), "Android", "安卓"},
    {STR_INIT("harmonyos"), "HarmonyOS", "鸿蒙"},
    {STR_INIT("windows"), "Windows", "Windows"},
    {STR_INIT("macos"), "macOS", "macOS"},
    {STR_INIT("linux"), "Linux", "Linux"},
    {STR_INIT("phone"), "a phone", "手机"},
    {STR_INIT("tablet"), "a tablet", "平板"},
    {STR_INIT("desktop"), "a computer", "电脑"},
    {STR_INIT("single"), "a chat of two", "单聊"},
    {STR_INIT("group"), "a group chat", "群聊"},
    {STR_INIT("moments"), "Moments", "朋友圈"},
    {STR_INIT("new"), "new", "新访客"},
    {STR_INIT("returning"), "returning", "老访客"},
};

str rule_word_text(str value, bool chinese)
{
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        if (str_eq(WORDS[i].value, value)) {
            return str_from_c(chinese ? WORDS[i].zh : WORDS[i].en);
        }
    }
    return value;
}

const char *rule_fact_text(enum rule_fact fact, bool chinese)
{
    static const char *const TEXTS[FACT_COUNT][2] = {
        [FACT_APP] = {"The app", "打开环境"},       [FACT_OS] = {"The system", "操作系统"},
        [FACT_DEVICE] = {"The device", "设备"},     [FACT_BROWSER] = {"The browser", "浏览器"},
        [FACT_LANGUAGE] = {"The language", "语言"}, [FACT_COUNTRY] = {"The country", "国家/地区"},
        [FACT_REGION] = {"The region", "省份"},     [FACT_CITY] = {"The city", "城市"},
        [FACT_IP] = {"The address", "IP 地址"},     [FACT_SCENE] = {"The scene", "转发场景"},
        [FACT_CHANNEL] = {"The channel", "渠道"},   [FACT_QUERY] = {"The parameter", "网址参数"},
        [FACT_VISITOR] = {"The visitor", "访客"},   [FACT_DATE] = {"The date", "日期"},
        [FACT_SCHEDULE] = {"The hour", "时段"},     [FACT_REFERRER] = {"The referrer", "来源网页"},
    };
    return TEXTS[fact][chinese];
}

const char *weekday_text(unsigned weekday, bool chinese)
{
    static const char *const TEXTS[7][2] = {
        {"Monday", "周一"}, {"Tuesday", "周二"},  {"Wednesday", "周三"}, {"Thursday", "周四"},
        {"Friday", "周五"}, {"Saturday", "周六"}, {"Sunday", "周日"},
    };
    return TEXTS[weekday][chinese];
}

/* Before item i of so many. */
static void separate(struct buf *out, size_t i, size_t count, bool chinese)
{
    if (i == 0) {
        return;
    }
    buf_add_c(out, chinese ? "、" : i + 1 == count ? " or " : ", ");
}

static void cut_short(struct buf *out, size_t count, bool chinese)
{
    if (count > NAMED_MAX) {
        buf_add_c(out, chinese ? " 等" : " and more");
    }
}

static size_t named(size_t count)
{
    return count < NAMED_MAX ? count : NAMED_MAX;
}

void words_text(struct buf *out, const struct words *words, bool chinese)
{
    for (size_t i = 0; i < named(words->count); i++) {
        separate(out, i, words->count, chinese);
        buf_add(out, rule_word_text(words->items[i], chinese));
    }
    cut_short(out, words->count, chinese);
}

void local_time_text(struct buf *out, const struct zone *zone, int64_t ms)
{
    int second, year, month, day;

    civil_from_days(zone_civil_day(zone, ms, &second), &year, &month, &day);
    buf_addf(out, "%04d-%02d-%02d %02d:%02d", year, month, day, second / 3600, second / 60 % 60);
}

/* "Mon-Wed, Fri", as few ranges as there are. */
static void days_text(struct buf *out, unsigned days, bool chinese)
{
    static const char *const TEXTS[7][2] = {{"Mon", "周一"}, {"Tue", "周二"}, {"Wed", "周三"}, {"Thu", "周四"},
                                            {"Fri", "周五"}, {"Sat", "周六"}, {"Sun", "周日"}};
    const char *comma = "";

    for (unsigned day = 0; day < 7; day++) {
        unsigned last = day;
        if (!(days >> day & 1)) {
            continue;
        }
        while (days >> (last + 1) & 1) {
            last++;
        }
        buf_addf(out, "%s%s", comma, TEXTS[day][chinese]);
        if (last > day) {
            buf_addf(out, "%s%s", chinese ? "至" : "-", TEXTS[last][chinese]);
        }
        comma = chinese ? "、" : ", ";
        day = last;
    }
}

void slots_text(struct buf *out, const struct slots *slots, bool chinese)
{
    for (size_t i = 0; i < named(slots->count); i++) {
        const struct rule_slot *slot = &slots->items[i];
        buf_add_c(out, i > 0 ? "; " : "");
        if (slot->days != 0x7f) {
            days_text(out, slot->days, chinese);
            buf_add_char(out, ' ');
        }
        buf_addf(out, "%02d:%02d-%02d:%02d", slot->from_minute / 60, slot->from_minute % 60, slot->to_minute / 60,
                 slot->to_minute % 60);
    }
    cut_short(out, slots->count, chinese);
}

static unsigned bits_of(const uint64_t mask[2])
{
    return (unsigned)(__builtin_popcountll(mask[0]) + __builtin_popcountll(mask[1]));
}

static void networks_text(struct buf *out, const struct condition *self, bool chinese)
{
    for (size_t i = 0; i < named(self->networks.count); i++) {
        const struct network *network = &self->networks.items[i];
        char memory[ADDR_TEXT_MAX];
        struct addr addr;
        unsigned bits = bits_of(network->mask);
        memcpy(addr.bytes, network->net, sizeof addr.bytes);
        bool v4 = addr_is_v4(&addr) && bits >= 96;
        separate(out, i, self->networks.count, chinese);
        buf_add(out, addr_format(&addr, memory));
        if (bits < 128) {
            buf_addf(out, "/%u", v4 ? bits - 96 : bits);
        }
    }
    cut_short(out, self->networks.count, chinese);
}

static void mask_text(struct buf *out, const struct condition *self, bool chinese)
{
    str items[SCENE_COUNT];
    struct words words = {items, 0};

    for (unsigned bit = 0; bit < SCENE_COUNT; bit++) {
        str name = self->fact == FACT_SCENE ? click_scene_name((enum click_scene)bit)
                   : bit == 0               ? STR("new")
                                            : STR("returning");
        if (self->mask >> bit & 1) {
            items[words.count++] = name;
        }
    }
    words_text(out, &words, chinese);
}

static void dates_text(struct buf *out, const struct condition *self, const struct rules *rules, bool chinese)
{
    const struct zone *zone = rules->zones[self->zone];

    if (self->dates.from_ms != INT64_MIN) {
        buf_add_c(out, chinese ? "" : "from ");
        local_time_text(out, zone, self->dates.from_ms);
        buf_add_c(out, chinese ? " 起" : " ");
    }
    if (self->dates.until_ms != INT64_MAX) {
        buf_add_c(out, chinese ? "至 " : "until ");
        local_time_text(out, zone, self->dates.until_ms);
        buf_add_c(out, chinese ? "" : " ");
    }
    buf_add_c(out, chinese ? "（" : "in ");
    buf_add(out, zone_name(zone));
    buf_add_c(out, chinese ? "）" : "");
}

void condition_text(struct buf *out, const struct condition *self, const struct rules *rules, bool chinese)
{
    switch (self->fact) {
    case FACT_IP:
        networks_text(out, self, chinese);
        return;
    case FACT_SCENE:
    case FACT_VISITOR:
        mask_text(out, self, chinese);
        return;
    case FACT_DATE:
        dates_text(out, self, rules, chinese);
        return;
    case FACT_SCHEDULE:
        slots_text(out, &self->schedule.usual, chinese);
        return;
    default:
        words_text(out, &self->words, chinese);
    }
}
