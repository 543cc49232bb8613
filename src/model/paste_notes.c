/* SPDX-License-Identifier: MIT */
/* What an address tells by itself. Only what is known to go wrong is said: a page that merely looks odd is not. */
#include "linkpond/base/err.h"
#include "linkpond/model/paste.h"
#include "linkpond/model/url.h"

#define BIT(name) (1U << PASTE_##name)

struct text {
    const char *code, *en, *zh;
};
#define PASTE_TEXT(constant, code, en, zh) [PASTE_##constant] = {code, en, zh},
static const struct text changes[PASTE_CHANGES] = {PASTE_CHANGE_TABLE(PASTE_TEXT)};
static const struct text notes[PASTE_NOTES] = {PASTE_NOTE_TABLE(PASTE_TEXT)};
#undef PASTE_TEXT

const char *paste_change_code(enum paste_change change)
{
    return changes[change].code;
}

const char *paste_change_text(enum paste_change change, bool chinese)
{
    return chinese ? changes[change].zh : changes[change].en;
}

const char *paste_note_code(enum paste_note note)
{
    return notes[note].code;
}

const char *paste_note_text(enum paste_note note, bool chinese)
{
    return chinese ? notes[note].zh : notes[note].en;
}

/* Addresses that are the content of a WeChat code rather than a page, and hosts of other shorteners. */
static const struct {
    str host, path; /* the path begins with it */
    unsigned note;
} places[] = {
    {STR_INIT("u.wechat.com"), STR_INIT("/"), BIT(WECHAT_CARD)},
    {STR_INIT("weixin.qq.com"), STR_INIT("/g/"), BIT(SCAN_ONLY)},  /* a group */
    {STR_INIT("weixin.qq.com"), STR_INIT("/r/"), BIT(SCAN_ONLY)},  /* an official account */
    {STR_INIT("weixin.qq.com"), STR_INIT("/q/"), BIT(SCAN_ONLY)},  /* the same with a scene */
    {STR_INIT("wx.tenpay.com"), STR_INIT("/f2f"), BIT(SCAN_ONLY)}, /* a shop's payment code */
    {STR_INIT("t.cn"), STR_INIT("/"), BIT(SHORT_LINK)},
    {STR_INIT("url.cn"), STR_INIT("/"), BIT(SHORT_LINK)},
    {STR_INIT("dwz.cn"), STR_INIT("/"), BIT(SHORT_LINK)},
    {STR_INIT("suo.im"), STR_INIT("/"), BIT(SHORT_LINK)},
    {STR_INIT("m.tb.cn"), STR_INIT("/"), BIT(SHORT_LINK)},
    {STR_INIT("bit.ly"), STR_INIT("/"), BIT(SHORT_LINK)},
    {STR_INIT("tinyurl.com"), STR_INIT("/"), BIT(SHORT_LINK)},
    {STR_INIT("t.co"), STR_INIT("/"), BIT(SHORT_LINK)},
    {STR_INIT("is.gd"), STR_INIT("/"), BIT(SHORT_LINK)},
};

static unsigned place_notes(const struct url *url)
{
    unsigned found = 0;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (str_ieq(url->host, places[i].host) && str_istarts(url->path, places[i].path)) {
            found |= places[i].note;
        }
    }
    return found;
}

static unsigned query_notes(const struct url *url)
{
    unsigned found = 0;
    str rest = url->query, piece;
    while (str_next(&rest, '&', &piece)) {
        bool temporary = str_starts(piece, STR("tempkey=")) && str_ieq(url->host, STR("mp.weixin.qq.com"));
        found |= str_istarts(piece, STR("utm_")) ? BIT(HAS_UTM) : 0;
        found |= temporary ? BIT(TEMPORARY) : 0;
    }
    return found;
}

unsigned paste_url_notes(str text)
{
    struct url url;
    if (!url_split(text, &url)) {
        return 0;
    }
    bool http = str_ieq(url.scheme, STR("http"));
    if (!http && !str_ieq(url.scheme, STR("https"))) {
        return str_ieq(url.scheme, STR("wxp")) ? BIT(SCAN_ONLY) : BIT(APP_SCHEME);
    }
    return (http ? BIT(INSECURE) : 0) | place_notes(&url) | query_notes(&url);
}
