/* SPDX-License-Identifier: MIT */
#include "linkpond/model/agent.h"

/*
 * WeChat says in the User-Agent of a mini program's web-view whose it is; requests of the mini program's own come with
 * a Referer that names it (developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html).
 */
#define APPID_DIGITS 16

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The appid that stands there and ends there. */
static str appid_at(str text, size_t at)
{
    static const str wx = STR_INIT("wx");
    str rest = str_from(text, at);
    size_t len = wx.len;

    if (!str_starts(rest, wx)) {
        return (str){0};
    }
    while (len < rest.len && is_hex(rest.ptr[len])) {
        len++;
    }
    bool ends = len == rest.len || rest.ptr[len] == '/' || rest.ptr[len] == ' ' || rest.ptr[len] == ';';
    return ends && len == wx.len + APPID_DIGITS ? str_slice(rest, 0, len) : (str){0};
}

str agent_mini_program(const struct agent *agent, str user_agent, str referrer)
{
    static const str token = STR_INIT("miniProgram/"), page = STR_INIT("https://servicewechat.com/");
    bool inside = str_eq(agent->app, STR("wechat-miniprogram"));
    ssize_t at = inside ? str_find(user_agent, token, 0) : -1;
    str appid = at >= 0 ? appid_at(user_agent, (size_t)at + token.len) : (str){0};

    return appid.len == 0 && str_starts(referrer, page) ? appid_at(referrer, page.len) : appid;
}
