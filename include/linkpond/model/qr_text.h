/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_QR_TEXT_H
#define LINKPOND_MODEL_QR_TEXT_H

#include "linkpond/base/str.h"

/* What somebody's QR code is of, by what it says. X(constant, API name) */
#define QR_KIND_TABLE(X)                                                                                               \
    X(QR_OTHER, "other")                                                                                               \
    X(QR_WECHAT_GROUP, "wechat_group")       /* stops after 7 days and at 200 members */                               \
    X(QR_WECHAT_PERSONAL, "wechat_personal") /* somebody's card */                                                     \
    X(QR_WECHAT_ACCOUNT, "wechat_account")   /* an official account's, made by its API */                              \
    X(QR_WECOM, "wecom")
#define QR_KIND_ENUM(constant, name) constant,
enum qr_kind { QR_KIND_TABLE(QR_KIND_ENUM) QR_KIND_COUNT };
#undef QR_KIND_ENUM
str qr_kind_name(enum qr_kind kind);
enum qr_kind qr_kind_of(str text);

#endif
