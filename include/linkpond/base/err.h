/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_ERR_H
#define LINKPOND_BASE_ERR_H

#include "linkpond/base/str.h"

/*
 * One table of everything that can go wrong: what the API answers (status and the last part of
 * `urn:linkpond:problem:<slug>`, RFC 9457), what the command line exits with, and the words in English
 * and Chinese. Exit codes: 1 = refused or failed, 2 = wrong usage, 3 = not found, 4 = conflict or busy,
 * 5 = not allowed, 6 = damaged data, 7 = resources exhausted.
 *
 * X(name, HTTP status, exit code, slug, English, Chinese)
 */
#define ERR_TABLE(X)                                                                                                   \
    X(OK, 200, 0, "ok", "OK", "成功")                                                                                  \
    X(ERR_INVALID, 422, 1, "invalid", "A field is not valid.", "字段内容不符合要求。")                                 \
    X(ERR_MALFORMED, 400, 1, "malformed", "The request cannot be read.", "请求格式无法识别。")                         \
    X(ERR_USAGE, 400, 2, "usage", "The command is not used as it should be.", "命令用法不正确。")                      \
    X(ERR_UNAUTHORIZED, 401, 5, "unauthorized", "Sign in or send an API key.", "请先登录或提供 API 密钥。")            \
    X(ERR_FORBIDDEN, 403, 5, "forbidden", "This key may not do that.", "此密钥没有该权限。")                           \
    X(ERR_CSRF, 403, 5, "cross-site", "The request did not come from this site.", "请求不是从本站页面发出的。")        \
    X(ERR_NOT_FOUND, 404, 3, "not-found", "There is nothing by that name.", "没有找到对应的内容。")                    \
    X(ERR_METHOD, 405, 2, "method-not-allowed", "This address does not take that method.", "该地址不支持此请求方法。") \
    X(ERR_NOT_ACCEPTABLE, 406, 2, "not-acceptable", "That form is not offered.", "不提供该返回格式。")                 \
    X(ERR_CONFLICT, 409, 4, "conflict", "This clashes with something that exists.", "与已有内容冲突。")                \
    X(ERR_ALIAS_TAKEN, 409, 4, "alias-taken", "That alias is in use.", "该自定义后缀已被使用。")                       \
    X(ERR_EVENT_TAKEN, 409, 4, "event-id-taken", "That event_id came with another event.",                             \
      "该 event_id 已用于另一事件。")                                                                                  \
    X(ERR_AMBIGUOUS, 409, 4, "ambiguous", "More than one link goes by that name.", "有多条短链使用这个名称。")         \
    X(ERR_KEY_REUSED, 422, 4, "idempotency-key-reused", "That Idempotency-Key came with another body.",                \
      "该 Idempotency-Key 已用于不同的请求内容。")                                                                     \
    X(ERR_IN_PROGRESS, 409, 4, "in-progress", "The first request with that key still runs.", "相同请求仍在处理中。")   \
    X(ERR_GONE, 410, 3, "gone", "It existed and is gone.", "内容已失效。")                                             \
    X(ERR_PRECONDITION, 412, 4, "changed-meanwhile", "Somebody changed it meanwhile.", "内容已被他人修改，请刷新。")   \
    X(ERR_TOO_LARGE, 413, 1, "too-large", "The body is too large.", "请求内容过大。")                                  \
    X(ERR_URI_TOO_LONG, 414, 1, "uri-too-long", "The address is too long.", "网址过长。")                              \
    X(ERR_MEDIA_TYPE, 415, 2, "unsupported-media-type", "That content type is not taken here.", "不支持该内容类型。")  \
    X(ERR_RATE_LIMITED, 429, 7, "rate-limited", "Too many requests; wait a little.", "请求过于频繁，请稍后再试。")     \
    X(ERR_HEADERS_TOO_LARGE, 431, 1, "headers-too-large", "The request's headers are too large.", "请求头过大。")      \
    X(ERR_INTERNAL, 500, 1, "internal", "Something broke on our side.", "服务器内部错误。")                            \
    X(ERR_UNAVAILABLE, 503, 7, "unavailable", "Not possible right now; try again.", "暂时无法处理，请稍后再试。")      \
    X(ERR_NOMEM, 503, 7, "out-of-memory", "Out of memory for this request.", "内存不足，请稍后再试。")                 \
    X(ERR_BUSY, 503, 4, "busy", "It is in use by somebody else.", "资源正被占用。")                                    \
    X(ERR_IO, 503, 7, "io", "Reading or writing the disk failed.", "磁盘读写失败。")                                   \
    X(ERR_DISK_FULL, 507, 7, "disk-full", "The disk is full.", "磁盘空间不足。")                                       \
    X(ERR_CORRUPT, 500, 6, "corrupt", "Stored data is damaged.", "存储的数据已损坏。")                                 \
    X(ERR_NEWER_SCHEMA, 500, 6, "newer-schema", "The data was written by a newer release.", "数据由更新的版本写入。")

enum err {
#define ERR_ENUM(name, status, exit_code, slug, en, zh) name,
    ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
        ERR_COUNT
};

int err_http_status(enum err err);
int err_exit_code(enum err err);
const char *err_name(enum err err);
const char *err_slug(enum err err);
const char *err_text(enum err err, bool chinese);

/*
 * What a person needs beyond the code: which field, a stable reason code for scripts (snake_case, for
 * example "too_long"), and a sentence. Functions take it last and optional; NULL is fine. Empty strings
 * mean "nothing to add".
 */
struct fault {
    char field[64];
    char code[32];
    char message[192];
    char message_zh[192];
};

/* Fills the fault (if any) and returns `err`, so a check reads `return fault_set(...)`. The Chinese text
 * may be NULL (the English is then shown). Text is cut at a UTF-8 boundary. */
enum err fault_set(struct fault *fault, enum err err, const char *field, const char *code, const char *message,
                   const char *message_zh);
/* The same with a printf-built English message and no Chinese one. */
enum err fault_setf(struct fault *fault, enum err err, const char *field, const char *code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* The Chinese text of a fault made by fault_setf. */
void fault_chinesef(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A fault of one item is one of the list's: "url" becomes "targets[2].url". NULL is fine. */
void fault_in_item(struct fault *fault, const char *list, size_t at);

/* For faults of our own only: prints the place and aborts. */
#define BUG_ON(condition)                                                                                              \
    do {                                                                                                               \
        if (__builtin_expect(!!(condition), 0)) {                                                                      \
            bug_abort(#condition, __FILE__, __LINE__);                                                                 \
        }                                                                                                              \
    } while (0)
_Noreturn void bug_abort(const char *condition, const char *file, int line);

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
