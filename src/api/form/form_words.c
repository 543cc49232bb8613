/* SPDX-License-Identifier: MIT */
#include "form_words.h"

static const struct {
    const char *slot;
    str zh, en;
} words[WORD_COUNT] = {
#define WORD_ROW(id, zh, en) [WORD_##id] = {"w_" #id, STR_INIT(zh), STR_INIT(en)},
    WORD_TABLE(WORD_ROW)
#undef WORD_ROW
};

static const struct {
    str en, why_zh, why_en;
} classes[CLASS_COUNT] = {
    [CLASS_HUMAN] = {STR_INIT("Real visits"), STR_INIT("有人打开了短链"), STR_INIT("Somebody opened the link")},
    [CLASS_BOT] = {STR_INIT("Bots"), STR_INIT("搜索引擎、爬虫和脚本在抓取"),
                   STR_INIT("Search engines, crawlers and scripts")},
    [CLASS_PREVIEW] = {STR_INIT("Link previews"), STR_INIT("聊天软件在生成卡片，没有人点"),
                       STR_INIT("A chat app made its card; nobody clicked")},
    [CLASS_PREFETCH] = {STR_INIT("Prefetches"), STR_INIT("浏览器提前加载，还没有人看到"),
                        STR_INIT("A browser loaded it ahead; nobody saw it yet")},
    [CLASS_HEAD] = {STR_INIT("Link checks"), STR_INIT("只探测链接通不通，没有打开"),
                    STR_INIT("Only asked whether the link works")},
    [CLASS_REPLAY] = {STR_INIT("Platform re-checks"), STR_INIT("用户打开后，平台为安全又查了一遍"),
                      STR_INIT("The platform looked again after a visitor")},
    [CLASS_DUPLICATE] = {STR_INIT("Duplicate reports"), STR_INIT("同一次访问因网络重试被发来两遍"),
                         STR_INIT("One visit sent twice by a retry")},
};

static const struct {
    str zh, en;
} states[LINK_STATE_COUNT] = {
    [LINK_SCHEDULED] = {STR_INIT("未开始"), STR_INIT("Scheduled")},
    [LINK_ACTIVE] = {STR_INIT("生效中"), STR_INIT("Active")},
    [LINK_EXPIRED] = {STR_INIT("已过期"), STR_INIT("Expired")},
    [LINK_USED_UP] = {STR_INIT("次数已用完"), STR_INIT("Used up")},
    [LINK_DISABLED] = {STR_INIT("已停用"), STR_INIT("Disabled")},
    [LINK_ARCHIVED] = {STR_INIT("已归档"), STR_INIT("Archived")},
};

str word(enum word id, bool chinese)
{
    return chinese ? words[id].zh : words[id].en;
}

void word_slots(bool chinese, struct html_slot *out)
{
    for (int i = 0; i < WORD_COUNT; i++) {
        out[i] = (struct html_slot){.name = words[i].slot, .value = word((enum word)i, chinese)};
    }
}

str class_word(enum click_class class, bool chinese)
{
    return chinese ? click_class_zh(class) : classes[class].en;
}

str class_reason(enum click_class class, bool chinese)
{
    return chinese ? classes[class].why_zh : classes[class].why_en;
}

str state_word(enum link_state state, bool chinese)
{
    return chinese ? states[state].zh : states[state].en;
}
