/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_DOMAIN_BLOCKS_H
#define LINKPOND_STORE_DOMAIN_BLOCKS_H

#include "linkpond/store/db.h"

/* What is known of a short domain in an app. Apps by the words of reports; other: all that have none here. */
#define BLOCK_APP_TABLE(X)                                                                                             \
    X("wechat")                                                                                                        \
    X("wecom")                                                                                                         \
    X("qq") X("douyin") X("kuaishou") X("xiaohongshu") X("weibo") X("alipay") X("dingtalk") X("feishu") X("other")
#define BLOCK_STATE_TABLE(X)                                                                                           \
    X(BLOCK_OK, "ok")                                                                                                  \
    X(BLOCK_SUSPECTED, "suspected")                                                                                    \
    X(BLOCK_BLOCKED, "blocked")
#define BLOCK_STATE_ENUM(constant, name) constant,
enum block_state { BLOCK_STATE_TABLE(BLOCK_STATE_ENUM) BLOCK_STATES };
#undef BLOCK_STATE_ENUM
str block_state_name(enum block_state state);
int block_state_find(str name); /* -1 when no such word */
bool block_app_is(str name);

struct domain_block {
    int64_t domain_id;
    str app;
    enum block_state state;
    int64_t since_ms;
    int64_t user_id; /* who said so last; 0 = nobody known */
    str user;        /* key; read only */
    bool found;      /* nobody said so: seen in the visits (engine/domain_falls.h) */
    str note;
    int64_t updated_ms;
};
enum err domain_blocks_put(struct db *db, const struct domain_block *block);
/* ERR_NOT_FOUND: nothing is known. */
enum err domain_blocks_find(struct db *db, struct arena *arena, int64_t domain_id, str app, struct domain_block *out);
/* Of one domain, by app; texts are lent until the next step. */
struct stmt *domain_blocks_each(struct db *db, int64_t domain_id);
bool domain_blocks_next(struct stmt *rows, struct domain_block *out);

#endif
