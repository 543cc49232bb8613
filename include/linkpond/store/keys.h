/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_KEYS_H
#define LINKPOND_STORE_KEYS_H

#include "linkpond/store/db.h"

/* API keys. Only the SHA-256 of a key is kept. Scope bits are stored, so rows are only ever added at the end.
 * X(constant, name, English, Chinese) */
#define SCOPE_TABLE(X)                                                                                                 \
    X(LINKS_READ, "links:read", "Read links and their dictionaries", "查看短链")                                       \
    X(LINKS_WRITE, "links:write", "Create, change and delete links", "创建和修改短链")                                 \
    X(STATS_READ, "stats:read", "Read statistics and clicks", "查看统计和访问流水")                                    \
    X(ADMIN, "admin", "Domains, users, keys and purging", "管理域名、用户和密钥")                                      \
    X(EVENTS_WRITE, "events:write", "Send in events, and nothing else", "上报事件")                                    \
    X(CUSTOMERS_READ, "customers:read", "Read customers and events", "查看客户和事件")                                 \
    X(CUSTOMERS_WRITE, "customers:write", "Change and forget customers", "修改和删除客户")
enum scope_bit {
#define SCOPE_BIT(constant, name, en, zh) SCOPE_BIT_##constant,
    SCOPE_TABLE(SCOPE_BIT)
#undef SCOPE_BIT
        SCOPE_BITS
};
enum scope {
    SCOPE_NONE = 0, /* any signed-in caller */
#define SCOPE_VALUE(constant, name, en, zh) SCOPE_##constant = 1 << SCOPE_BIT_##constant,
    SCOPE_TABLE(SCOPE_VALUE)
#undef SCOPE_VALUE
        SCOPE_ALL = (1 << SCOPE_BITS) - 1
};
str scope_name(enum scope_bit bit);
/* The bit's value; 0 when there is no such scope. */
unsigned scope_find(str name);

#define KEY_HASH_BYTES 32
struct api_key {
    int64_t id;
    str name;
    str prefix; /* first characters of the key, to recognise it in lists */
    uint8_t hash[KEY_HASH_BYTES];
    unsigned scopes;
    int64_t user_id;    /* who acts */
    str user;           /* its key; read only */
    str role;           /* its role; read only */
    bool user_disabled; /* read only */
    int64_t owner_id;   /* bound to one owner's links; 0 = not bound */
    str owner;          /* its key; read only */
    int64_t domain_id;  /* bound to one domain's links; 0 = not bound */
    str domain;         /* its host; read only */
    int64_t created_ms;
    int64_t expires_ms, revoked_ms, used_ms; /* TIME_NONE (INT64_MIN) */
};
/* Neither revoked nor expired at that instant, and its user not disabled. */
bool key_is_valid(const struct api_key *key, int64_t now_ms);

/* Sets key->id. ERR_CONFLICT: a hash, user, owner or domain that clashes or does not exist. */
enum err keys_insert(struct db *db, struct api_key *key);
/* Revoked and expired ones too: ask key_is_valid. */
enum err keys_find(struct db *db, struct arena *arena, int64_t id, struct api_key *out);
enum err keys_find_hash(struct db *db, struct arena *arena, const uint8_t hash[KEY_HASH_BYTES], struct api_key *out);
/* A new secret for the same row: hash and prefix. ERR_NOT_FOUND when there is none or it is revoked. */
enum err keys_rekey(struct db *db, const struct api_key *key);
/* For ever; its sessions end with it. ERR_NOT_FOUND when there is none or it is revoked already. */
enum err keys_revoke(struct db *db, int64_t id, int64_t now_ms);
/* Last use; call it at most once a minute and key. */
enum err keys_used(struct db *db, int64_t id, int64_t now_ms);
/* All, by id; texts are lent until the next step. */
struct stmt *keys_each(struct db *db);
bool keys_next(struct stmt *rows, struct api_key *out);

#endif
