/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_PASTE_H
#define LINKPOND_MODEL_PASTE_H

#include "linkpond/base/buf.h"

/* People paste a whole chat message, a paragraph of an article, a cell of Word: the address in it is found and freed
 * from what the way has done to it. What it leads to is then judged by url_check (model/url.h). Pure. */
#define PASTE_TEXT_MAX (16 * 1024)

/* X(constant, code, English, Chinese) */
#define PASTE_CHANGE_TABLE(X)                                                                                          \
    X(TEXT_REMOVED, "text_removed", "The text around the address was left out.", "已去掉网址前后的文字。")             \
    X(INVISIBLE_REMOVED, "invisible_removed", "Invisible characters were removed.", "已去掉不可见字符。")              \
    X(FULL_WIDTH, "full_width_converted", "Full-width characters were written as usual.", "已把全角字符改为半角。")    \
    X(SCHEME_ADDED, "scheme_added", "https:// was put in front.", "已补上 https://。")                                 \
    X(SCHEME_REPAIRED, "scheme_repaired", "The start of the address was repaired.", "已修正网址开头。")                \
    X(PUNCTUATION_REMOVED, "punctuation_removed", "Punctuation behind the address was left out.",                      \
      "已去掉网址后面的标点。")                                                                                        \
    X(ENTITIES_DECODED, "entities_decoded", "&amp; was written as &.", "已把 &amp; 还原为 &。")                        \
    X(LINE_JOINED, "line_break_joined", "An address broken over two lines was joined.", "已合并被换行断开的网址。")
/* What people should know about an address, though it may be right. */
#define PASTE_NOTE_TABLE(X)                                                                                            \
    X(SEVERAL, "several_urls", "There are more addresses in the text; this is the first.",                             \
      "文字中有多个网址，这里取第一个。")                                                                              \
    X(NON_ASCII, "non_ascii", "The address has characters that are not Latin: check where it ends.",                   \
      "网址中含有非英文字符，请确认结尾是否正确。")                                                                    \
    X(WECHAT_CARD, "wechat_card",                                                                                      \
      "A personal WeChat card: it opens only when it is scanned or tapped itself, not behind a short link. Make its "  \
      "QR picture a live code instead.",                                                                               \
      "这是微信个人名片码：只有直接扫码或点开才有效，经短链跳转后通常打不开。请改用活码，上传它的二维码图片。")        \
    X(SCAN_ONLY, "wechat_scan_only",                                                                                   \
      "What a WeChat code for groups, accounts or payments holds: WeChat takes it from its own scanner only. Make a "  \
      "live code of its picture instead.",                                                                             \
      "这是微信群码、公众号码或收款码的内容：只能由微信扫一扫识别，经短链跳转无效。请改用活码，上传二维码图片。")      \
    X(APP_SCHEME, "app_scheme", "It opens an app and not a page: many browsers refuse to be redirected to it.",        \
      "这是应用内链接（非 http）：很多浏览器不允许跳转到这类地址。")                                                   \
    X(TEMPORARY, "wechat_temporary", "A preview of a WeChat article (tempkey): it ends after a short time.",           \
      "这是公众号文章的临时预览链接（含 tempkey），很快会失效。")                                                      \
    X(INSECURE, "insecure_http", "http, not https: browsers warn and WeChat may block it.",                            \
      "这是 http 而非 https：浏览器会提示不安全，微信可能拦截。")                                                      \
    X(HAS_UTM, "has_utm", "It has UTM parameters of its own: these win over those of the link.",                       \
      "网址本身已带 UTM 参数：以网址上的为准。")                                                                       \
    X(SHORT_LINK, "other_short_link",                                                                                  \
      "Somebody else's short link: one more hop, and its owner can change the target.",                                \
      "这是其他平台的短链：会多跳转一次，且目标可能被对方更改。")
enum paste_change {
#define PASTE_ENUM(constant, code, en, zh) PASTE_##constant,
    PASTE_CHANGE_TABLE(PASTE_ENUM) PASTE_CHANGES
};
enum paste_note {
    PASTE_NOTE_TABLE(PASTE_ENUM) PASTE_NOTES
#undef PASTE_ENUM
};
const char *paste_change_code(enum paste_change change);
const char *paste_change_text(enum paste_change change, bool chinese);
const char *paste_note_code(enum paste_note note);
const char *paste_note_text(enum paste_note note, bool chinese);

/* Bits are 1 << enum. */
struct paste {
    unsigned changes, notes;
};
/* The first address in the text (at most PASTE_TEXT_MAX bytes are looked at), repaired, onto `out`; else false and
 * nothing is added. First is who has a scheme; without any "www.example.com" and "example.com/page" count too. */
bool paste_find_url(str text, struct buf *out, struct paste *found);
/* The notes that an address alone tells. */
unsigned paste_url_notes(str url);

#endif
