/* SPDX-License-Identifier: MIT */
#include "linkpond/model/agent.h"

/* What recognising one User-Agent costs, in nanoseconds, for a few typical ones. Prints; asserts nothing. */

#define ROUNDS 200000

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

int main(void)
{
    static const struct {
        const char *name;
        str text;
    } cases[] = {
        {"wechat android",
         STR_INIT("Mozilla/5.0 (Linux; Android 13; V2148A Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like "
                  "Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20231202 "
                  "MMWEBID/4213 MicroMessenger/8.0.46.2540(0x28002E3C) WeChat/arm64 Weixin NetType/5G Language/zh_CN "
                  "ABI/arm64")},
        {"wechat ios", STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
                                "like Gecko) Mobile/15E148 MicroMessenger/8.0.28(0x18001c2d) NetType/WIFI "
                                "Language/zh_CN")},
        {"chrome windows", STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                                    "Chrome/126.0.0.0 Safari/537.36")},
        {"googlebot", STR_INIT("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")},
    };
    struct agent_rules *rules = agent_rules_builtin();
    size_t people = 0;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct agent_request request = {.user_agent = cases[i].text, .language = STR("zh-CN,zh;q=0.9")};
        struct agent agent;
        int64_t start = now_ns();
        for (int round = 0; round < ROUNDS; round++) {
            agent_recognise(rules, &request, &agent);
            people += agent.class == CLASS_HUMAN;
        }
        printf("%-16s %4zu bytes %6.0f ns\n", cases[i].name, cases[i].text.len,
               (double)(now_ns() - start) / (double)ROUNDS);
    }
    agent_rules_free(rules);
    return people > 0 ? 0 : 1;
}
