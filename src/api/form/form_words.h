/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_FORM_WORDS_H
#define LINKPOND_API_FORM_WORDS_H

#include "linkpond/http/html.h"
#include "linkpond/model/link.h"

/* Every word the form shows, in both languages. A template names them {{w_sign_in}}. */
#define WORD_TABLE(X)                                                                                                  \
    X(lang, "zh-CN", "en")                                                                                             \
    X(name, "链塘", "Linkpond")                                                                                        \
    X(tagline, "每一次访问，都知道从哪里来", "Know where every visit came from")                                       \
    X(demo, "演示数据", "Demo data")                                                                                   \
    X(sign_in, "登录", "Sign in")                                                                                      \
    X(sign_out, "退出登录", "Sign out")                                                                                \
    X(key, "API 密钥", "API key")                                                                                      \
    X(key_hint, "以 lp_ 开头，安装时由 linkpond init 打印。", "Begins with lp_; linkpond init printed it.")            \
    X(ended, "登录已过期，请重新登录。刚才填写的内容会保留。",                                                         \
      "Your session has ended. Sign in again; what you entered is kept.")                                              \
    X(ended_here, "登录已过期，请重新登录。", "Your session has ended. Sign in again.")                                \
    X(wrong_key, "密钥不正确、已过期或已撤销。", "That key is wrong, expired or revoked.")                             \
    X(key_missing, "请输入 API 密钥。", "Enter an API key.")                                                           \
    X(too_often, "尝试次数过多，请稍后再试。", "Too many attempts. Wait a little and try again.")                      \
    X(cross_site, "请求不是从本站页面发出的，请刷新页面后重试。",                                                      \
      "The request did not come from this page. Reload it and try again.")                                             \
    X(no_scope, "当前密钥没有创建短链的权限。", "This key may not create links.")                                      \
    X(failed, "没有成功，请稍后再试。", "That did not work. Please try again.")                                        \
    X(new_link, "新建短链", "New short link")                                                                          \
    X(url, "跳转目标", "Target")                                                                                       \
    X(url_hint, "粘贴完整网址，原有参数一个字节都不会改动。",                                                          \
      "Paste the whole address; its own parameters stay as they are, byte for byte.")                                  \
    X(alias, "自定义后缀", "Alias")                                                                                    \
    X(alias_hint, "留空则自动生成短码", "Empty: a code is made for you")                                               \
    X(domain, "域名", "Domain")                                                                                        \
    X(channel, "渠道", "Channel")                                                                                      \
    X(channel_hint, "如：华东3群", "e.g. east-group-3")                                                                \
    X(campaign, "营销活动", "Campaign")                                                                                \
    X(campaign_hint, "如：双十一", "e.g. autumn-sale")                                                                 \
    X(utm, "UTM 参数", "UTM parameters")                                                                               \
    X(utm_note, "目标网址里没有的才会补上", "Added where the target lacks them")                                       \
    X(utm_source, "来源", "Source")                                                                                    \
    X(utm_medium, "媒介", "Medium")                                                                                    \
    X(utm_campaign, "活动", "Campaign")                                                                                \
    X(utm_content, "内容", "Content")                                                                                  \
    X(utm_term, "关键词", "Term")                                                                                      \
    X(optional, "选填", "optional")                                                                                    \
    X(create, "生成短链", "Create short link")                                                                         \
    X(made, "短链已生成", "Your short link is ready")                                                                  \
    X(short_url, "短链", "Short link")                                                                                 \
    X(copy_hint, "点进框内按 Ctrl+A 全选复制；手机上长按复制。",                                                       \
      "Click into it, press Ctrl+A and copy; on a phone press and hold.")                                              \
    X(not_public, "这个域名在公网打不开，只有本机或内网能访问。",                                                      \
      "This domain is not on the public internet: only this machine or network can open it.")                          \
    X(open, "打开", "Open")                                                                                            \
    X(qr, "二维码", "QR code")                                                                                         \
    X(qr_note, "扫码访问单独计入扫码次数", "Visits by QR count as scans")                                              \
    X(png, "下载 PNG", "PNG ↓")                                                                                        \
    X(svg, "下载 SVG", "SVG ↓")                                                                                        \
    X(recent, "最近的短链", "Latest links")                                                                            \
    X(recent_note, "最新 20 条", "The newest 20")                                                                      \
    X(none_yet, "还没有短链。在上面粘贴一个网址，就有第一条了。", "No links yet. Paste an address above to make one.") \
    X(target, "跳转目标", "Target")                                                                                    \
    X(clicks, "访问次数", "Clicks")                                                                                    \
    X(visitors, "访问人数", "Visitors")                                                                                \
    X(scans, "扫码次数", "Scans")                                                                                      \
    X(pv, "访问次数(PV)", "Clicks (PV)")                                                                               \
    X(uv, "访问人数(UV)", "Visitors (UV)")                                                                             \
    X(state, "状态", "State")                                                                                          \
    X(created, "创建时间", "Created")                                                                                  \
    X(week, "近 7 天", "Last 7 days")                                                                                  \
    X(week_note, "含今天", "Today included")                                                                           \
    X(classes, "每一次请求都在账上", "Every request is accounted for")                                                 \
    X(counted, "计入访问次数", "Counts as a click")                                                                    \
    X(not_counted, "不计入", "Not counted")                                                                            \
    X(balance, "对账", "Balance")                                                                                      \
    X(received, "收到", "received")                                                                                    \
    X(pending, "待入账", "pending")                                                                                    \
    X(lost, "丢失", "lost")                                                                                            \
    X(since_start, "启动以来", "since the start")

enum word {
#define WORD_ENUM(id, zh, en) WORD_##id,
    WORD_TABLE(WORD_ENUM)
#undef WORD_ENUM
        WORD_COUNT
};
str word(enum word id, bool chinese);
/* One slot per word: out has room for WORD_COUNT. */
void word_slots(bool chinese, struct html_slot *out);

/* What a class of requests is called, and why it is or is not counted. */
str class_word(enum click_class class, bool chinese);
str class_reason(enum click_class class, bool chinese);
str state_word(enum link_state state, bool chinese);

#endif
