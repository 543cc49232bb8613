/* SPDX-License-Identifier: MIT */
#include "linkpond/store/outbox.h"

#include "linkpond/base/crypt.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"

#include "row.h"

#define MESSAGE_MAX 48 /* "msg_" and 16 bytes in hex */

static const str state_names[OUTBOX_STATES] = {STR_INIT("waiting"), STR_INIT("sent"), STR_INIT("dead")};

str outbox_state_name(enum outbox_state state)
{
    return state_names[state];
}

bool outbox_state_find(str name, enum outbox_state *out)
{
    for (int i = 0; i < OUTBOX_STATES; i++) {
        if (str_eq(name, state_names[i])) {
            *out = (enum outbox_state)i;
            return true;
        }
    }
    return false;
}

/* ---- putting in ---- */

/* Not the row's id: that would come again after a restore from a backup, and a receiver would take a new notice for one
 * it has had. */
static str message_name(char out[MESSAGE_MAX])
{
    uint8_t bytes[16];
    struct buf text;

    crypt_random(bytes, sizeof bytes);
    buf_init_fixed(&text, out, MESSAGE_MAX);
    buf_add_c(&text, "msg_");
    buf_add_hex(&text, bytes, sizeof bytes);
    return buf_str(&text);
}

static enum err put_one(struct db *db, int64_t robot_id, const struct notice *notice, str facts, str dedupe)
{
    struct stmt *stmt = db_stmt(db, SQL_OUTBOX_INSERT);
    char message[MESSAGE_MAX];

    stmt_bind_str(stmt, "message", message_name(message));
    stmt_bind_i64(stmt, "robot_id", robot_id);
    stmt_bind_str(stmt, "kind", notice_name(notice->kind));
    stmt_bind_i64(stmt, "urgent", notice_urgent(notice->kind));
    stmt_bind_str(stmt, "subject", utf8_cut(notice->subject, LIMIT_TITLE));
    stmt_bind_str(stmt, "facts", facts);
    stmt_bind_str_opt(stmt, "dedupe", dedupe);
    stmt_bind_i64(stmt, "created_ms", notice->time_ms);
    return stmt_run(stmt);
}

/* owner_id: only robots of that owner; 0 = all. */
static enum err told(struct db *db, enum notice_kind kind, int64_t owner_id, int64_t ids[LIMIT_ROBOTS], size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_ROBOT_TOLD);

    *count = 0;
    stmt_bind_i64(rows, "bit", kind);
    stmt_bind_id_opt(rows, "owner_id", owner_id);
    while (*count < LIMIT_ROBOTS && stmt_next(rows)) {
        ids[(*count)++] = stmt_i64(rows, 0);
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    return err;
}

enum err outbox_put(struct db *db, const struct notice *notice, str dedupe, int64_t *count)
{
    return outbox_put_owned(db, notice, dedupe, 0, count);
}

enum err outbox_put_owned(struct db *db, const struct notice *notice, str dedupe, int64_t owner_id, int64_t *count)
{
    int64_t ids[LIMIT_ROBOTS], put = 0;
    size_t ids_count;
    struct buf facts;

    BUG_ON(dedupe.len == 0 || dedupe.len > LIMIT_DEDUPE);
    buf_init_heap(&facts, (size_t)4 * NOTICE_PACKED_MAX);
    enum err err = told(db, notice->kind, owner_id, ids, &ids_count);
    if (!err && owner_id && ids_count == 0) {
        err = told(db, notice->kind, 0, ids, &ids_count);
    }
    if (!err && ids_count > 0) {
        notice_pack(notice, &facts);
        err = facts.overflow ? ERR_NOMEM : OK;
    }
    for (size_t i = 0; !err && i < ids_count; i++) {
        err = put_one(db, ids[i], notice, buf_str(&facts), dedupe);
        put += err ? 0 : db_changes(db);
    }
    buf_done(&facts);
    if (!err && count) {
        *count = put;
    }
    return err;
}

/* ---- rows ---- */

static bool read_item(struct stmt *row, struct arena *arena, struct outbox_item *out)
{
    *out = (struct outbox_item){
        .id = stmt_i64(row, 0),
        .message = row_str(row, 1, arena),
        .robot_id = stmt_i64(row, 2),
        .robot_name = row_str(row, 3, arena),
        .urgent = stmt_i64(row, 6),
        .facts = row_str(row, 8, arena),
        .digest_id = stmt_i64(row, 9),
        .created_ms = stmt_i64(row, 11),
        .due_ms = stmt_i64(row, 12),
        .attempts = stmt_i64(row, 13),
        .tried_ms = stmt_time(row, 14),
        .status = (int)stmt_i64(row, 15),
        .error = row_str(row, 16, arena),
        .sent_ms = stmt_time(row, 17),
    };
    out->notice.subject = row_str(row, 7, arena);
    out->notice.time_ms = out->created_ms;
    return robot_kind_find(stmt_str(row, 4), &out->robot_kind) && notice_find(stmt_str(row, 5), &out->notice.kind) &&
           outbox_state_find(stmt_str(row, 10), &out->state);
}

static bool next_item(struct stmt *rows, struct arena *arena, struct outbox_item *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    if (!read_item(rows, arena, out)) {
        stmt_fail(rows, ERR_CORRUPT);
        return false;
    }
    return true;
}

static enum err read_items(struct stmt *rows, struct arena *arena, size_t max, struct outbox_item **out, size_t *count)
{
    struct outbox_item *items = ARENA_ARRAY(arena, struct outbox_item, max);
    size_t done = 0;

    if (!items) {
        stmt_reset(rows);
        return ERR_NOMEM;
    }
    while (done < max && next_item(rows, arena, &items[done])) {
        done++;
    }
    enum err err = stmt_err(rows);
    stmt_reset(rows);
    err = err ? err : arena->overflow ? ERR_NOMEM : OK;
    if (!err) {
        *out = items;
        *count = done;
    }
    return err;
}

enum err outbox_find(struct db *db, struct arena *arena, int64_t id, struct outbox_item *out)
{
    struct stmt *row = db_stmt(db, SQL_OUTBOX_FIND);
    struct outbox_item *items;
    size_t count;

    stmt_bind_i64(row, "id", id);
    enum err err = read_items(row, arena, 1, &items, &count);
    err = err ? err : count == 0 ? ERR_NOT_FOUND : OK;
    if (!err) {
        *out = items[0];
    }
    return err;
}

enum err outbox_facts(struct arena *arena, struct outbox_item *item)
{
    return notice_unpack(arena, item->facts, &item->notice);
}

enum err outbox_due(struct db *db, struct arena *arena, int64_t robot_id, int64_t now_ms, bool urgent_only,
                    size_t limit, struct outbox_item **out, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_OUTBOX_DUE);

    stmt_bind_i64(rows, "robot_id", robot_id);
    stmt_bind_i64(rows, "now_ms", now_ms);
    stmt_bind_i64(rows, "urgent", urgent_only);
    stmt_bind_i64(rows, "limit", (int64_t)limit);
    return read_items(rows, arena, limit, out, count);
}

enum err outbox_next(struct db *db, int64_t robot_id, bool urgent_only, int64_t *due_ms)
{
    struct stmt *row = db_stmt(db, SQL_OUTBOX_NEXT);

    stmt_bind_i64(row, "robot_id", robot_id);
    stmt_bind_i64(row, "urgent", urgent_only);
    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *due_ms = stmt_time(row, 0);
    return row_done(row, NULL);
}

enum err outbox_members(struct db *db, struct arena *arena, int64_t digest_id, struct outbox_item **out, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_OUTBOX_MEMBERS);

    stmt_bind_i64(rows, "digest_id", digest_id);
    return read_items(rows, arena, OUTBOX_DIGEST_MAX, out, count);
}

/* ---- what becomes of them ---- */

enum err outbox_gather(struct db *db, int64_t robot_id, const int64_t *ids, size_t count, int64_t now_ms, int64_t *id)
{
    struct notice notice = {.kind = NOTICE_DIGEST, .time_ms = now_ms};
    int64_t joined = 0;

    BUG_ON(count > OUTBOX_DIGEST_MAX);
    enum err err = put_one(db, robot_id, &notice, STR("{}"), (str){0});
    int64_t digest_id = db_last_id(db);
    for (size_t i = 0; !err && i < count; i++) {
        struct stmt *stmt = db_stmt(db, SQL_OUTBOX_JOIN);
        stmt_bind_i64(stmt, "digest_id", digest_id);
        stmt_bind_i64(stmt, "id", ids[i]);
        err = stmt_run(stmt);
        joined += err ? 0 : db_changes(db);
    }
    err = err ? err : joined == 0 ? ERR_NOT_FOUND : OK;
    if (!err) {
        *id = digest_id;
    }
    return err;
}

enum err outbox_record(struct db *db, int64_t id, const struct outbox_result *result)
{
    struct stmt *stmt = db_stmt(db, SQL_OUTBOX_RECORD);

    stmt_bind_str(stmt, "state", outbox_state_name(result->state));
    stmt_bind_i64(stmt, "due_ms", result->state == OUTBOX_WAITING ? result->due_ms : result->now_ms);
    stmt_bind_i64(stmt, "attempts", result->attempts);
    stmt_bind_i64(stmt, "now_ms", result->now_ms);
    stmt_bind_i64(stmt, "status", result->status);
    stmt_bind_str(stmt, "error", result->error);
    stmt_bind_time_opt(stmt, "sent_ms", result->state == OUTBOX_SENT ? result->now_ms : INT64_MIN);
    stmt_bind_i64(stmt, "id", id);
    return stmt_run(stmt);
}

enum err outbox_retry(struct db *db, int64_t id, int64_t now_ms)
{
    struct arena arena;
    struct outbox_item item;

    arena_init(&arena, (size_t)256 * 1024);
    enum err err = outbox_find(db, &arena, id, &item);
    arena_done(&arena);
    if (err || item.state == OUTBOX_SENT) {
        return err ? err : ERR_CONFLICT;
    }
    struct stmt *stmt = db_stmt(db, SQL_OUTBOX_RETRY);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", item.digest_id ? item.digest_id : id);
    return row_run(db, stmt);
}

/* ---- lists and figures ---- */

static struct stmt *filtered(struct db *db, enum sql_id text, const struct outbox_filter *filter)
{
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_str_opt(rows, "state",
                      filter->state < 0 ? (str){0} : outbox_state_name((enum outbox_state)filter->state));
    stmt_bind_id_opt(rows, "robot_id", filter->robot_id);
    return rows;
}

enum err outbox_list(struct db *db, struct arena *arena, const struct outbox_filter *filter, struct outbox_page *out,
                     int64_t *total)
{
    struct outbox_page page = {0};
    bool own = false;

    if (filter->limit == 0 || filter->limit > LIMIT_PAGE) {
        return ERR_INVALID;
    }
    enum err err = db_snapshot_begin(db, &own);
    if (err) {
        return err;
    }
    struct stmt *rows = filtered(db, SQL_OUTBOX_LIST, filter);
    stmt_bind_id_opt(rows, "before_id", filter->before_id);
    stmt_bind_i64(rows, "limit", (int64_t)filter->limit + 1);
    err = read_items(rows, arena, filter->limit + 1, &page.items, &page.count);
    err = err ? err : row_i64(filtered(db, SQL_OUTBOX_COUNT, filter), total);
    db_snapshot_end(db, own);
    if (!err) {
        page.more = page.count > filter->limit;
        page.count = page.more ? filter->limit : page.count;
        *out = page;
    }
    return err;
}

enum err outbox_counts(struct db *db, struct outbox_counts *out)
{
    struct stmt *row = db_stmt(db, SQL_OUTBOX_COUNTS);

    if (!stmt_next(row)) {
        return row_missing(row);
    }
    *out = (struct outbox_counts){stmt_i64(row, 0), stmt_i64(row, 1), stmt_time(row, 2)};
    return row_done(row, NULL);
}

struct stmt *outbox_troubled_each(struct db *db)
{
    return db_stmt(db, SQL_OUTBOX_TROUBLED);
}

bool outbox_troubled_next(struct stmt *rows, struct outbox_trouble *out)
{
    if (!stmt_next(rows)) {
        return false;
    }
    *out = (struct outbox_trouble){.robot_id = stmt_i64(rows, 0),
                                   .name = stmt_str(rows, 1),
                                   .gone_ms = stmt_time(rows, 3),
                                   .dead = stmt_i64(rows, 4),
                                   .tried_ms = stmt_time(rows, 5)};
    robot_kind_find(stmt_str(rows, 2), &out->kind);
    return true;
}

static enum err keep_told(struct db *db, int64_t before_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_OUTBOX_KEEP_TOLD);

    stmt_bind_i64(stmt, "before_ms", before_ms);
    return stmt_run(stmt);
}

enum err outbox_purge(struct db *db, enum outbox_state state, int64_t before_ms, int64_t limit, int64_t *deleted)
{
    enum err err = state == OUTBOX_SENT ? keep_told(db, before_ms) : OK;

    if (err) {
        return err;
    }
    struct stmt *stmt = db_stmt(db, SQL_OUTBOX_PURGE);
    stmt_bind_str(stmt, "state", outbox_state_name(state));
    stmt_bind_i64(stmt, "before_ms", before_ms);
    stmt_bind_i64(stmt, "limit", limit);
    err = stmt_run(stmt);
    if (!err && deleted) {
        *deleted = db_changes(db);
    }
    return err;
}
