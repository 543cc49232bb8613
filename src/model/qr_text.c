/* SPDX-License-Identifier: MIT */
/* The addresses that WeChat and WeCom put into their codes. Hosts are compared whole: a code of somebody else's that
 * begins like one of these is not one. */
#include "linkpond/model/qr_text.h"

#include "linkpond/base/err.h"

#define QR_KIND_NAME(constant, name) [constant] = STR_INIT(name),
static const str names[QR_KIND_COUNT] = {QR_KIND_TABLE(QR_KIND_NAME)};
#undef QR_KIND_NAME

static const struct {
    str start; /* without its scheme */
    enum qr_kind kind;
} starts[] = {
    {STR_INIT("weixin.qq.com/g/"), QR_WECHAT_GROUP},
    {STR_INIT("weixin.qq.com/q/"), QR_WECHAT_ACCOUNT},
    {STR_INIT("u.wechat.com/"), QR_WECHAT_PERSONAL},
    {STR_INIT("work.weixin.qq.com/"), QR_WECOM},
};

str qr_kind_name(enum qr_kind kind)
{
    BUG_ON(kind >= QR_KIND_COUNT);
    return names[kind];
}

enum qr_kind qr_kind_of(str text)
{
    str rest = str_istarts(text, STR("https://"))  ? str_from(text, 8)
               : str_istarts(text, STR("http://")) ? str_from(text, 7)
                                                   : text;
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        if (str_istarts(rest, starts[i].start)) {
            return starts[i].kind;
        }
    }
    return QR_OTHER;
}
