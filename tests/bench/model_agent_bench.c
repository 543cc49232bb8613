/* SPDX-License-Identifier: MIT */
#include "linkpond/model/agent.h"

/*
 * What recognising one User-Agent costs, in nanoseconds, for a few typical ones and for the worst a stranger can send
 * in 8 KiB. Prints; asserts nothing. An argument sets the number of rounds: with 1000 under valgrind --tool=callgrind
 * --toggle-collect=agent_recognise the instructions of one are counted.
 */
#define ROUNDS        200000
#define HOSTILE_BYTES 8192

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

struct sample {
    const char *name;
    str text;
};

static size_t measure(const struct agent_rules *rules, const struct sample *sample, int rounds)
{
    struct agent_request request = {.user_agent = sample->text, .language = STR("zh-CN,zh;q=0.9")};
    struct agent agent;
    size_t people = 0;
    int64_t start = now_ns();

    for (int round = 0; round < rounds; round++) {
        agent_recognise(rules, &request, &agent);
        people += agent.class == CLASS_HUMAN;
    }
    printf("%-24s %4zu bytes %6.0f ns\n", sample->name, sample->text.len, (double)(now_ns() - start) / (double)rounds);
    return people;
}

/* The same few bytes until 8 KiB are full. */
static size_t measure_hostile(const struct agent_rules *rules, const char *part, int rounds)
{
    static char text[HOSTILE_BYTES];
    size_t len = strlen(part);

    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = part[i % len];
    }
    return measure(rules, &(struct sample){part, {text, sizeof text}}, rounds);
}

int main(int count, char **args)
{
    static const struct sample cases[] = {
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
    static const char *const hostile[] = {"a",       "Mobile ", "bot ",      "@",   "Android (", "http://",
                                          "crawler", "QQ/",     "MicroMess", "TV ", ")Android@", "; AGS"};
    int rounds = count > 1 ? (int)strtol(args[1], NULL, 10) : ROUNDS;
    size_t people = 0;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        people += measure(rules, &cases[i], rounds);
    }
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        people += measure_hostile(rules, hostile[i], rounds / 10);
    }
    agent_rules_free(rules);
    return people > 0 ? 0 : 1;
}
