/* SPDX-License-Identifier: MIT */
#include "agent_language.h"

#include "linkpond/base/err.h"

#define TAG_BYTES_MAX 16

/* A table rather than lower-casing: the result then needs no memory of its own, and reports get one spelling per
 * language ("zh-CN", "zh_CN" and "zh-Hans-CN" are the same readers). */
static const struct {
    str sent;
    str tag;
} tags[] = {
    {STR_INIT("zh-cn"), STR_INIT("zh-cn")},
    {STR_INIT("zh"), STR_INIT("zh")},
    {STR_INIT("en-us"), STR_INIT("en-us")},
    {STR_INIT("zh-hans-cn"), STR_INIT("zh-cn")},
    {STR_INIT("zh-hans"), STR_INIT("zh-cn")},
    {STR_INIT("zh-tw"), STR_INIT("zh-tw")},
    {STR_INIT("zh-hant-tw"), STR_INIT("zh-tw")},
    {STR_INIT("zh-hant"), STR_INIT("zh-tw")},
    {STR_INIT("zh-hk"), STR_INIT("zh-hk")},
    {STR_INIT("zh-hant-hk"), STR_INIT("zh-hk")},
    {STR_INIT("zh-mo"), STR_INIT("zh-mo")},
    {STR_INIT("zh-sg"), STR_INIT("zh-sg")},
    {STR_INIT("en"), STR_INIT("en")},
    {STR_INIT("en-gb"), STR_INIT("en-gb")},
    {STR_INIT("en-au"), STR_INIT("en-au")},
    {STR_INIT("en-ca"), STR_INIT("en-ca")},
    {STR_INIT("en-in"), STR_INIT("en-in")},
    {STR_INIT("en-sg"), STR_INIT("en-sg")},
    {STR_INIT("ja"), STR_INIT("ja")},
    {STR_INIT("ja-jp"), STR_INIT("ja-jp")},
    {STR_INIT("ko"), STR_INIT("ko")},
    {STR_INIT("ko-kr"), STR_INIT("ko-kr")},
    {STR_INIT("de"), STR_INIT("de")},
    {STR_INIT("de-de"), STR_INIT("de-de")},
    {STR_INIT("fr"), STR_INIT("fr")},
    {STR_INIT("fr-fr"), STR_INIT("fr-fr")},
    {STR_INIT("es"), STR_INIT("es")},
    {STR_INIT("es-es"), STR_INIT("es-es")},
    {STR_INIT("es-mx"), STR_INIT("es-mx")},
    {STR_INIT("pt"), STR_INIT("pt")},
    {STR_INIT("pt-br"), STR_INIT("pt-br")},
    {STR_INIT("ru"), STR_INIT("ru")},
    {STR_INIT("ru-ru"), STR_INIT("ru-ru")},
    {STR_INIT("it-it"), STR_INIT("it-it")},
    {STR_INIT("th-th"), STR_INIT("th-th")},
    {STR_INIT("vi-vn"), STR_INIT("vi-vn")},
    {STR_INIT("id-id"), STR_INIT("id-id")},
    {STR_INIT("ms-my"), STR_INIT("ms-my")},
};

static bool is_tag_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static str tag_at(str text)
{
    size_t len = 0;

    while (len < text.len && is_tag_char(text.ptr[len])) {
        len++;
    }
    return str_slice(text, 0, len);
}

static bool tag_eq(str sent, str known)
{
    if (sent.len != known.len) {
        return false;
    }
    for (size_t i = 0; i < sent.len; i++) {
        char c = sent.ptr[i];
        if (c == '_') {
            c = '-';
        }
        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        if (c != known.ptr[i]) {
            return false;
        }
    }
    return true;
}

str agent_language(str accept_language, str user_agent)
{
    static const str in_agent = STR_INIT("Language/");
    str sent = tag_at(str_trim(accept_language));

    if (str_trim(accept_language).len == 0) {
        ssize_t at = str_find(user_agent, in_agent, 0);
        sent = at < 0 ? STR("") : tag_at(str_from(user_agent, (size_t)at + in_agent.len));
    }
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (tag_eq(sent, tags[i].sent)) {
            return tags[i].tag;
        }
    }
    for (size_t i = 0; i < sent.len; i++) {
        if (sent.ptr[i] == '-' || sent.ptr[i] == '_') {
            sent = str_slice(sent, 0, i);
        }
    }
    return sent.len <= TAG_BYTES_MAX ? sent : STR("");
}
