/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_OUTBOX_H
#define LINKPOND_STORE_OUTBOX_H

#include "linkpond/store/robots.h"

/*
 * What is to be told and what was. A notice is put here in the transaction of what it tells of, so there is never one
 * without the other; engine/notifier.h takes it from here. Reading only needs a read handle, everything else belongs on
 * the writer thread.
 */
enum outbox_state { OUTBOX_WAITING, OUTBOX_SENT, OUTBOX_DEAD, OUTBOX_STATES };
str outbox_state_name(enum outbox_state state);
bool outbox_state_find(str name, enum outbox_state *out);

/* A row for each enabled robot that is told of that kind. `dedupe` names what happened ("target:12:full:3", at most
 * LIMIT_DEDUPE bytes): of one name a robot is told once, however often it is put. *count (may be NULL): new rows; with
 * any, call notifier_wake after the commit. */
enum err outbox_put(struct db *db, const struct notice *notice, str dedupe, int64_t *count);
/* The same, but only for the robots of that user where one is told of that kind. owner_id 0 = nobody: for all. */
enum err outbox_put_owned(struct db *db, const struct notice *notice, str dedupe, int64_t owner_id, int64_t *count);

struct outbox_item {
    int64_t id;
    str message; /* its name on the wire */
    int64_t robot_id;
    str robot_name;
    enum robot_kind robot_kind;
    struct notice notice; /* facts only after outbox_facts */
    str facts;            /* packed */
    bool urgent;
    int64_t digest_id; /* 0 = told by itself */
    enum outbox_state state;
    int64_t created_ms, due_ms;
    int64_t attempts; /* failed tries */
    int64_t tried_ms; /* TIME_NONE */
    int status;
    str error;
    int64_t sent_ms; /* TIME_NONE */
};
enum err outbox_find(struct db *db, struct arena *arena, int64_t id, struct outbox_item *out);
/* The item's facts out of what is packed. */
enum err outbox_facts(struct arena *arena, struct outbox_item *item);

/* What is due for that robot at that time, the longest due first; at most `limit`. */
enum err outbox_due(struct db *db, struct arena *arena, int64_t robot_id, int64_t now_ms, bool urgent_only,
                    size_t limit, struct outbox_item **out, size_t *count);
/* When the next falls due; TIME_NONE = none waits. */
enum err outbox_next(struct db *db, int64_t robot_id, bool urgent_only, int64_t *due_ms);
/* Several that are due become one digest, due now; *id: its. Those that are no longer waiting are left out. */
enum err outbox_gather(struct db *db, int64_t robot_id, const int64_t *ids, size_t count, int64_t now_ms, int64_t *id);
enum err outbox_members(struct db *db, struct arena *arena, int64_t digest_id, struct outbox_item **out, size_t *count);
#define OUTBOX_DIGEST_MAX 64 /* notices of one digest */

/* What became of a try, also of the notices of a digest. Of what is not waiting nothing is changed. */
struct outbox_result {
    enum outbox_state state;
    int64_t due_ms; /* WAITING: the next try */
    int64_t attempts;
    int64_t now_ms;
    int status;
    str error;
};
enum err outbox_record(struct db *db, int64_t id, const struct outbox_result *result);
/* From the beginning, now. Of a digest's notice: the digest. ERR_CONFLICT: it was sent. */
enum err outbox_retry(struct db *db, int64_t id, int64_t now_ms);

struct outbox_filter {
    int state;         /* enum outbox_state; -1 = any */
    int64_t robot_id;  /* 0 = any */
    int64_t before_id; /* keyset cursor; 0 = the latest */
    size_t limit;      /* 1..LIMIT_PAGE */
};
struct outbox_page {
    struct outbox_item *items;
    size_t count;
    bool more;
};
/* The latest first. *total: without cursor and limit. */
enum err outbox_list(struct db *db, struct arena *arena, const struct outbox_filter *filter, struct outbox_page *out,
                     int64_t *total);
/* Notices that wait or are dead, and since when the oldest waits (TIME_NONE). */
struct outbox_counts {
    int64_t waiting, dead, oldest_ms;
};
enum err outbox_counts(struct db *db, struct outbox_counts *out);
/* Robots that notices do not get through to. */
struct outbox_trouble {
    int64_t robot_id;
    str name; /* lent until the next step */
    enum robot_kind kind;
    int64_t gone_ms; /* said that nobody is there, and is switched off for it; TIME_NONE */
    int64_t dead;    /* notices */
    int64_t tried_ms;
};
struct stmt *outbox_troubled_each(struct db *db);
bool outbox_troubled_next(struct stmt *rows, struct outbox_trouble *out);
/* At most `limit` rows of that state that are older; *deleted tells how many went. What was told and may still be so is
 * not told again for that. */
enum err outbox_purge(struct db *db, enum outbox_state state, int64_t before_ms, int64_t limit, int64_t *deleted);

#endif
