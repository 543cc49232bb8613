/* SPDX-License-Identifier: MIT */
#include "linkpond/model/event_word.h"

#include "linkpond/base/err.h"

static const struct {
    str word, type;
} words[] = {
    {STR_INIT("线索"), STR_INIT("lead")},         {STR_INIT("留资"), STR_INIT("lead")},
    {STR_INIT("表单"), STR_INIT("lead")},         {STR_INIT("提交表单"), STR_INIT("lead")},
    {STR_INIT("加好友"), STR_INIT("add_friend")}, {STR_INIT("添加好友"), STR_INIT("add_friend")},
    {STR_INIT("加微信"), STR_INIT("add_friend")}, {STR_INIT("加企微"), STR_INIT("add_friend")},
    {STR_INIT("加粉"), STR_INIT("add_friend")},   {STR_INIT("入群"), STR_INIT("join_group")},
    {STR_INIT("进群"), STR_INIT("join_group")},   {STR_INIT("加群"), STR_INIT("join_group")},
    {STR_INIT("成交"), STR_INIT("deal")},         {STR_INIT("支付"), STR_INIT("deal")},
    {STR_INIT("付款"), STR_INIT("deal")},         {STR_INIT("退款"), STR_INIT("refund")},
    {STR_INIT("服务"), STR_INIT("service")},      {STR_INIT("复购"), STR_INIT("repurchase")},
    {STR_INIT("转介绍"), STR_INIT("referral")},
};

str event_word_type(str word)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq(words[i].word, word)) {
            return words[i].type;
        }
    }
    return word;
}
