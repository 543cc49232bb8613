/* SPDX-License-Identifier: MIT */
#include "linkpond/model/agent.h"

/* The first row whose text the rule is, or begins with when that ends in ':' or '-'. The rest of the rule is the key.
 */
static const struct {
    str rule;
    const char *en, *zh; /* with one {} for the key, or none */
} reasons[] = {
    {STR_INIT("bot:empty"), "It sent no User-Agent, and every browser does.", "没有 User-Agent，浏览器都会发送。"},
    {STR_INIT("bot:tencent-leakscan"), "It carries the header of Tencent's security scanner.",
     "带有腾讯安全扫描的请求头。"},
    {STR_INIT("bot:strange"), "Its User-Agent names neither a browser nor a system, so it is a program's.",
     "User-Agent 既没有浏览器也没有系统名，是程序而非浏览器。"},
    {STR_INIT("bot:generic-"), "Its User-Agent carries a mark that only machines have: {}.",
     "User-Agent 含有只有机器才有的标识：{}。"},
    {STR_INIT("bot:"), "Its User-Agent is a known machine's: {}.", "User-Agent 属于已知的机器：{}。"},
    {STR_INIT("preview:generic-"), "Its User-Agent says that it draws link previews.",
     "User-Agent 表明它在生成链接预览。"},
    {STR_INIT("preview:"), "It fetched the link to show a preview: {}.", "为生成链接预览而抓取：{}。"},
    {STR_INIT("method:head"), "A HEAD request only checks whether the link works.", "HEAD 请求只检测链接是否可用。"},
    {STR_INIT("header:prefetch"), "A browser loaded it ahead of a visit that may never come.",
     "浏览器预加载，用户可能并未打开。"},
    {STR_INIT("replay:"), "A machine of the platform opened again what a person had opened in its app.",
     "用户在应用内打开后，平台的机器又访问了一次。"},
    {STR_INIT("app:"), "A person in an app's built-in browser: {}.", "真人，在应用内打开：{}。"},
    {STR_INIT("package:"), "A person in an Android app that names itself in X-Requested-With: {}.",
     "真人，X-Requested-With 表明在该应用内打开：{}。"},
    {STR_INIT("browser:"), "A person in a browser: {}.", "真人，使用浏览器：{}。"},
    {STR_INIT("human:default"), "Nothing says that it is a machine.", "没有任何机器的迹象，算作真人。"},
};

static bool is_of(str rule, str row)
{
    char last = row.ptr[row.len - 1];

    return last == ':' || last == '-' ? str_starts(rule, row) && rule.len > row.len : str_eq(rule, row);
}

str agent_why(struct arena *arena, str rule, bool chinese)
{
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        if (!is_of(rule, reasons[i].rule)) {
            continue;
        }
        const char *text = chinese ? reasons[i].zh : reasons[i].en;
        str key = str_from(rule, reasons[i].rule.len);
        str template = str_from_c(text);
        ssize_t at = str_find(template, STR("{}"), 0);
        if (at < 0) {
            return template;
        }
        str head = str_slice(template, 0, (size_t)at);
        str tail = str_from(template, (size_t)at + 2);
        return arena_f(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(head), STR_ARG(key), STR_ARG(tail));
    }
    return STR("");
}
