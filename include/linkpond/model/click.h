/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CLICK_H
#define LINKPOND_MODEL_CLICK_H

#include "linkpond/base/addr.h"
#include "linkpond/base/err.h"

/*
 * The vocabulary of a click: one GET or HEAD for a code, stored once. Numbers are stored in the ledger and in
 * the journal, so rows are only ever added at the end. Names are the API's, the Chinese is what screens show.
 * X(constant, name, Chinese)
 */
#define CLICK_CLASS_TABLE(X)                                                                                           \
    X(CLASS_HUMAN, "human", "真实访问")                                                                                \
    X(CLASS_BOT, "bot", "机器访问")                                                                                    \
    X(CLASS_PREVIEW, "preview", "链接预览")                                                                            \
    X(CLASS_PREFETCH, "prefetch", "预加载")                                                                            \
    X(CLASS_HEAD, "head", "链接检测")                                                                                  \
    X(CLASS_REPLAY, "replay", "平台复检")                                                                              \
    X(CLASS_DUPLICATE, "duplicate", "重复上报")

#define CLICK_OUTCOME_TABLE(X)                                                                                         \
    X(OUTCOME_REDIRECT, "redirect", "已跳转")                                                                          \
    X(OUTCOME_FALLBACK, "fallback", "备用链接")                                                                        \
    X(OUTCOME_PAGE, "page", "页面")                                                                                    \
    X(OUTCOME_GATE, "gate", "门槛页")                                                                                  \
    X(OUTCOME_NOT_STARTED, "not_started", "未开始")                                                                    \
    X(OUTCOME_EXPIRED, "expired", "已过期")                                                                            \
    X(OUTCOME_USED_UP, "used_up", "次数已用完")                                                                        \
    X(OUTCOME_DISABLED, "disabled", "已停用")                                                                          \
    X(OUTCOME_UNKNOWN, "unknown", "无效短链")                                                                          \
    X(OUTCOME_DENIED, "denied", "目标被禁止")

/* WeChat's from= when the short link itself was forwarded; unknown is not "direct". */
#define CLICK_SCENE_TABLE(X)                                                                                           \
    X(SCENE_UNKNOWN, "", "未知")                                                                                       \
    X(SCENE_SINGLE, "single", "单聊")                                                                                  \
    X(SCENE_GROUP, "group", "群聊")                                                                                    \
    X(SCENE_MOMENTS, "moments", "朋友圈")

/* Which rule named the source or the channel, in the order they are asked. */
#define CLICK_BY_TABLE(X)                                                                                              \
    X(BY_NONE, "none", "无")                                                                                           \
    X(BY_REQUEST, "request", "访问参数")                                                                               \
    X(BY_LINK, "link", "短链设置")                                                                                     \
    X(BY_AD_CLICK, "ad_click", "广告点击 ID")                                                                          \
    X(BY_APP, "app", "打开环境")                                                                                       \
    X(BY_REFERRER, "referrer", "来源页")                                                                               \
    X(BY_DIRECT, "direct", "直接访问")                                                                                 \
    X(BY_INFERRED, "inferred", "推断")

#define VISITOR_BY_TABLE(X)                                                                                            \
    X(VISITOR_BY_NONE, "none", "无")                                                                                   \
    X(VISITOR_BY_COOKIE, "cookie", "Cookie")                                                                           \
    X(VISITOR_BY_HASH, "hash", "当日哈希")

#define CLICK_ENUM(constant, name, zh) constant,
enum click_class { CLICK_CLASS_TABLE(CLICK_ENUM) CLASS_COUNT };
enum click_outcome { CLICK_OUTCOME_TABLE(CLICK_ENUM) OUTCOME_COUNT };
enum click_scene { CLICK_SCENE_TABLE(CLICK_ENUM) SCENE_COUNT };
enum click_by { CLICK_BY_TABLE(CLICK_ENUM) BY_COUNT };
enum visitor_by { VISITOR_BY_TABLE(CLICK_ENUM) VISITOR_BY_COUNT };
#undef CLICK_ENUM

/* API names and Chinese names; an out-of-range value gives the empty slice. */
str click_class_name(enum click_class value);
str click_outcome_name(enum click_outcome value);
str click_scene_name(enum click_scene value);
str click_by_name(enum click_by value);
str visitor_by_name(enum visitor_by value);
str click_class_zh(enum click_class value);
str click_outcome_zh(enum click_outcome value);
/* -1 when no such name. */
int click_class_find(str name);
int click_outcome_find(str name);
int click_scene_find(str name);
int click_by_find(str name);

/* Is this one of the PV: class human, outcome redirect, fallback, page or gate. */
bool click_counts(enum click_class class, enum click_outcome outcome);

/* What was seen of the request besides its texts; 16 bits, stored with the click so that history can be classified
 * anew under later rules. */
enum click_signal {
    SIGNAL_HEAD = 1 << 0,     /* method HEAD */
    SIGNAL_PREFETCH = 1 << 1, /* Sec-Purpose / Purpose / X-Moz: prefetch, X-Purpose: preview */
    SIGNAL_RANGE = 1 << 2,    /* Range: bytes= on a redirect: unfurlers read only the head */
    SIGNAL_COOKIE = 1 << 3,   /* a valid visitor cookie came */
    SIGNAL_WEBVIEW = 1 << 4,  /* X-Requested-With names an Android package */
    SIGNAL_LEAKSCAN = 1 << 5, /* header Tencent-Leakscan */
    SIGNAL_NO_ACCEPT_LANGUAGE = 1 << 6,
    SIGNAL_NO_ACCEPT = 1 << 7,
    SIGNAL_FETCH_NAVIGATE = 1 << 8,  /* Sec-Fetch-Mode: navigate */
    SIGNAL_OPT_OUT = 1 << 9,         /* Sec-GPC: 1 or DNT: 1 */
    SIGNAL_RESERVED_LIMIT = 1 << 10, /* took one of the link's max_clicks; the start-up recount sums these */
    SIGNAL_HTTPS = 1 << 11,          /* X-Forwarded-Proto: https from a trusted proxy */
    SIGNAL_FROM_MAIL_GATEWAY = 1 << 12,
    SIGNAL_TEST = 1 << 13,           /* unexpanded ad macro: test traffic */
    SIGNAL_RESERVED_PLACE = 1 << 14, /* took a place of its target; likewise */
};

/* utm_source utm_medium utm_campaign utm_term utm_content utm_id, in this order everywhere. */
enum utm { UTM_SOURCE, UTM_MEDIUM, UTM_CAMPAIGN, UTM_TERM, UTM_CONTENT, UTM_ID, UTM_COUNT };
str utm_name(enum utm value); /* "utm_source" … */

/*
 * A click as the ledger keeps it. Texts are borrowed from whoever filled it. Empty text = not known. Campaign,
 * owner and tags are not here: they follow the link as it is now.
 */
struct click {
    int64_t id; /* node:8 | segment:34 | offset/64:17, top bit 0 */
    int64_t time_ms;
    int64_t link_id; /* 0 = unknown code */
    enum click_class class;
    enum click_outcome outcome;
    unsigned signals; /* enum click_signal */
    bool repeat;      /* this visitor opened this link within repeat_window */
    bool new_visitor; /* first click of this pseudonym */
    bool first_here;  /* first PV of this pseudonym on this link: their sum is the link's visitors */
    bool qr;
    int64_t visitor; /* pseudonym number; 0 = none (non-human classes have none) */
    enum visitor_by visitor_by;
    str rule;       /* which recognition rule gave the class */
    str host;       /* short domain asked, canonical */
    str code;       /* the path asked, decoded, without the slash */
    str target;     /* key of the target in a pool; empty for a plain link */
    str location;   /* what was answered in Location; empty for pages */
    str click_id;   /* its name out in the world (click_id.h); empty where none was given out */
    struct addr ip; /* truncated to /24 or /48 */
    str country, region, city, carrier;
    str app, app_version; /* "8.0" of 8.0.46 */
    str mini_program;     /* appid of the WeChat mini program it was opened in */
    str os, device, browser, language, net;
    str referrer, referrer_host;
    str query; /* raw, at most LIMIT_CLICK_QUERY, volatile values cut */
    str utm[UTM_COUNT];
    str source, channel;
    enum click_by source_by, channel_by;
    enum click_scene scene;
    str ad_click_source, ad_click_id; /* the id byte-exact */
    str request_id;
    str user_agent;
    str package; /* X-Requested-With */
};

#endif
