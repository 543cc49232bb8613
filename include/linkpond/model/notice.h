/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_NOTICE_H
#define LINKPOND_MODEL_NOTICE_H

#include "linkpond/base/json.h"
#include "linkpond/base/zone.h"

/*
 * What the installation tells people by itself: a kind, a subject, and facts. A notice is kept as these and becomes a
 * text in a robot's language only when it is sent. Kinds are stored by name and chosen by bit, so rows are only ever
 * added at the end. Urgent ones are told at night as well.
 *
 * X(constant, name, urgent, English, Chinese)
 */
#define NOTICE_TABLE(X)                                                                                                \
    X(TEST, "test", true, "This robot works", "机器人已接通")                                                          \
    X(DIGEST, "digest", false, "Several notices", "多条通知")                                                          \
    X(POOL_EMPTY, "pool_empty", true, "A live code has no open target left", "活码已无可用子码")                       \
    X(TARGET_NEARLY_FULL, "target_nearly_full", false, "A target is nearly full", "子码即将满员")                      \
    X(TARGET_FULL, "target_full", false, "A target is full", "子码已满员")                                             \
    X(TARGET_ENDING, "target_ending", false, "A target ends soon", "子码即将到期")                                     \
    X(TARGET_ENDED, "target_ended", false, "A target has ended", "子码已到期")                                         \
    X(DISK, "disk", true, "The disk is nearly full", "磁盘空间不足")                                                   \
    X(CLICKS_DROPPED, "clicks_dropped", true, "Visits could not be recorded", "有访问未能记录")                        \
    X(BACKUP_OVERDUE, "backup_overdue", false, "There is no recent backup", "近期没有备份")                            \
    X(DOMAIN_BLOCKED, "domain_blocked", true, "A domain is marked blocked", "域名被标记为已封")                        \
    X(DOMAIN_SUSPECTED, "domain_suspected", false, "A domain may be blocked", "域名疑似被封")                          \
    X(LINK_OPENED, "link_opened", false, "A customer opened their link", "客户首次打开链接")                           \
    X(LINK_REOPENED, "link_reopened", false, "A customer came back to their link", "客户再次打开链接")                 \
    X(LINK_FORWARDED, "link_forwarded", false, "A customer's link was opened by somebody else", "客户链接被转发打开")  \
    X(KEY_EVENT, "key_event", false, "A customer did what a rule watches for", "客户触发了关键行为")
enum notice_kind {
#define NOTICE_ENUM(constant, name, urgent, en, zh) NOTICE_##constant,
    NOTICE_TABLE(NOTICE_ENUM)
#undef NOTICE_ENUM
        NOTICE_KINDS
};
str notice_name(enum notice_kind kind);
bool notice_find(str name, enum notice_kind *out);
bool notice_urgent(enum notice_kind kind);
str notice_title(enum notice_kind kind, bool chinese);
/* Kinds a robot may be told of or not; a test and a digest belong to none. */
bool notice_is_chosen(enum notice_kind kind);

/* What can be said of a subject, in the order it is told. X(constant, name, type, English, Chinese) */
#define NOTICE_FACT_TABLE(X)                                                                                           \
    X(LINK, "link", TEXT, "Short link", "短链")                                                                        \
    X(TARGET, "target", TEXT, "Target", "子码")                                                                        \
    X(CHANNEL, "channel", TEXT, "Channel", "渠道")                                                                     \
    X(OWNER, "owner", TEXT, "Owner", "负责人")                                                                         \
    X(SHOWN, "shown", NUMBER, "Shown", "已展示")                                                                       \
    X(LIMIT, "limit", NUMBER, "Limit", "上限")                                                                         \
    X(LEFT, "left", NUMBER, "Open targets left", "剩余可用子码")                                                       \
    X(ENDS_AT, "ends_at", TIME, "Ends", "到期时间")                                                                    \
    X(COUNT, "count", NUMBER, "Number", "数量")                                                                        \
    X(FREE_BYTES, "free_bytes", NUMBER, "Free bytes", "剩余字节")                                                      \
    X(SINCE, "since", TIME, "Since", "自")                                                                             \
    X(DETAIL, "detail", TEXT, "Note", "说明")                                                                          \
    X(URL, "url", TEXT, "Open", "查看")                                                                                \
    X(LIMIT_DAY, "limit_day", NUMBER, "Limit a day", "每日上限")                                                       \
    X(LIMIT_HOUR, "limit_hour", NUMBER, "Limit an hour", "每小时上限")                                                 \
    X(APP, "app", TEXT, "In", "所在应用")                                                                              \
    X(CUSTOMER, "customer", TEXT, "Customer", "客户")                                                                  \
    X(OPENED_AT, "opened_at", TIME, "Opened", "打开时间")                                                              \
    X(EVENT, "event", TEXT, "Event", "事件")                                                                           \
    X(HAPPENED_AT, "happened_at", TIME, "When", "发生时间")
enum fact_name {
#define NOTICE_FACT_ENUM(constant, name, type, en, zh) NOTICE_FACT_##constant,
    NOTICE_FACT_TABLE(NOTICE_FACT_ENUM)
#undef NOTICE_FACT_ENUM
        NOTICE_FACT_NAMES
};
enum fact_type { NOTICE_FACT_TYPE_TEXT, NOTICE_FACT_TYPE_NUMBER, NOTICE_FACT_TYPE_TIME };
enum fact_type fact_type(enum fact_name name);
struct fact {
    bool set;
    str text;       /* of a TEXT; cut to LIMIT_NOTICE_TEXT when it is packed */
    int64_t number; /* of a NUMBER, or ms of a TIME */
};
struct notice {
    enum notice_kind kind;
    str subject; /* what it is about, as people call it; at most LIMIT_TITLE bytes are kept */
    int64_t time_ms;
    struct fact facts[NOTICE_FACT_NAMES];
};
void notice_put_text(struct notice *self, enum fact_name name, str text); /* an empty one is left out */
void notice_put_number(struct notice *self, enum fact_name name, int64_t number);
void notice_put_time(struct notice *self, enum fact_name name, int64_t ms); /* TIME_NONE is left out */

/* The facts as a JSON object, for the database and for programs; at most NOTICE_PACKED_MAX bytes. */
#define NOTICE_PACKED_MAX (12 * 1024)
void notice_pack(const struct notice *self, struct buf *out);
/* Facts out of that; names that are not known (of another release) are left out. Texts in the arena. */
enum err notice_unpack(struct arena *arena, str packed, struct notice *out);

/* How a text is to be marked: as it is, or with the few marks that chat programs know in common. */
enum notice_form { NOTICE_PLAIN, NOTICE_MARKDOWN, NOTICE_SLACK };
/* The whole text: a first line with the product's name (some robots demand a word that is always there), the subject, a
 * line for each fact; times in the zone. What people wrote is escaped for the form and is never a mark itself. */
void notice_write(const struct notice *self, bool chinese, const struct zone *zone, enum notice_form form,
                  struct buf *out);
/* Several in one, a line each, as many as fit into bytes_max; returns how many, at least one (which is cut if it must
 * be). `total` is what the first line says. */
size_t notice_digest(const struct notice *notices, size_t count, size_t total, bool chinese, const struct zone *zone,
                     enum notice_form form, size_t bytes_max, struct buf *out);

#endif
