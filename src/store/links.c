/* SPDX-License-Identifier: MIT */
/*
 * One link at a time. The id is asked for before the row is written, rather than the row being written without its code
 * and changed afterwards, so a link is one write and no row ever stands without a code.
 */
#include "linkpond/store/links.h"

#include "linkpond/base/hash.h"

#include "linkpond/store/sums.h"
#include "links_more.h"
#include "row.h"

static const char *const utm_columns[UTM_COUNT] = {"utm_source", "utm_medium",  "utm_campaign",
                                                   "utm_term",   "utm_content", "utm_id"};

static int64_t url_hash(str url)
{
    return (int64_t)hash_xxh3(url.ptr, url.len, 0);
}

enum err links_next_id(struct db *db, int64_t *id)
{
    return row_i64(db_stmt(db, SQL_LINK_NEXT_ID), id);
}

enum err links_skip_ids(struct db *db, int64_t count)
{
    enum err err = stmt_run(db_stmt(db, SQL_LINK_SKIP_IDS_FIRST));
    struct stmt *stmt = db_stmt(db, SQL_LINK_SKIP_IDS);

    stmt_bind_i64(stmt, "count", count);
    return err ? err : stmt_run(stmt);
}

enum err links_code_taken(struct db *db, str code, bool *taken)
{
    struct stmt *row = db_stmt(db, SQL_LINK_CODE_TAKEN);
    int64_t found = 0;

    stmt_bind_str(row, "code", code);
    enum err err = row_i64(row, &found);
    if (!err) {
        *taken = found != 0;
    }
    return err;
}

/* The column `more`: which groups of columns a start has to read. The table refuses a bit too few. */
static int64_t more_of(const struct link *link)
{
    bool origin = link->channel_id != 0 || link->source.len > 0;
    bool rules = link->redirect_status != 302 || link->valid_from_ms != TIME_NONE ||
                 link->valid_until_ms != TIME_NONE || link->max_clicks != 0 || !link->forward_query ||
                 link->visitor_wins || !link->enabled || link->crawlable || link->fallback_url.len > 0 ||
                 link->click_id_param.len > 0;

    for (size_t i = 0; i < UTM_COUNT; i++) {
        origin = origin || link->utm[i].len > 0;
    }
    return (origin ? LINK_MORE_ORIGIN : 0) | (rules ? LINK_MORE_RULES : 0);
}

/* What insert and update have in common, in the order of their texts. */
static void bind_link(struct stmt *stmt, const struct link *link)
{
    stmt_bind_i64(stmt, "domain_id", link->domain_id);
    stmt_bind_str(stmt, "url", link->url);
    stmt_bind_i64(stmt, "more", more_of(link));
    stmt_bind_i64(stmt, "redirect_status", link->redirect_status);
    stmt_bind_time_opt(stmt, "valid_from_ms", link->valid_from_ms);
    stmt_bind_time_opt(stmt, "valid_until_ms", link->valid_until_ms);
    stmt_bind_i64(stmt, "max_clicks", link->max_clicks);
    stmt_bind_i64(stmt, "forward_query", link->forward_query);
    stmt_bind_i64(stmt, "visitor_wins", link->visitor_wins);
    stmt_bind_i64(stmt, "enabled", link->enabled);
    stmt_bind_i64(stmt, "archived", link->archived);
    stmt_bind_i64(stmt, "crawlable", link->crawlable);
    stmt_bind_id_opt(stmt, "campaign_id", link->campaign_id);
    stmt_bind_id_opt(stmt, "channel_id", link->channel_id);
    stmt_bind_id_opt(stmt, "owner_id", link->owner_id);
    stmt_bind_str(stmt, "fallback_url", link->fallback_url);
    stmt_bind_str(stmt, "source", link->source);
    for (int i = 0; i < UTM_COUNT; i++) {
        stmt_bind_str(stmt, utm_columns[i], link->utm[i]);
    }
    stmt_bind_str(stmt, "click_id_param", link->click_id_param);
    stmt_bind_i64(stmt, "url_hash", url_hash(link->url));
    stmt_bind_str(stmt, "customer", link->customer);
    stmt_bind_str_opt(stmt, "external_id", link->external_id);
    stmt_bind_str(stmt, "title", link->title);
    stmt_bind_str(stmt, "notes", link->notes);
    stmt_bind_str(stmt, "metadata", link->metadata);
    stmt_bind_i64(stmt, "updated_ms", link->updated_ms);
}

enum err links_insert(struct db *db, const struct link *link)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_INSERT);

    bind_link(stmt, link);
    stmt_bind_i64(stmt, "id", link->id);
    stmt_bind_str(stmt, "code", link->code);
    stmt_bind_str(stmt, "created_by", link->created_by);
    stmt_bind_i64(stmt, "created_ms", link->created_ms);
    return stmt_run(stmt);
}

enum err links_update(struct db *db, const struct bounds *bounds, struct link *link)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_UPDATE);

    bind_link(stmt, link);
    stmt_bind_i64(stmt, "id", link->id);
    stmt_bind_i64(stmt, "revision", link->revision);
    bounds_bind(stmt, bounds);
    enum err err = row_run(db, stmt);
    if (!err) {
        link->revision++;
    }
    return err == ERR_NOT_FOUND ? ERR_PRECONDITION : err;
}

static void read_counts(struct stmt *row, int column, struct link *link)
{
    link->counts = (struct link_counts){
        .clicks = stmt_i64(row, column),
        .visitors = stmt_i64(row, column + 1),
        .bots = stmt_i64(row, column + 2),
        .total = stmt_i64(row, column + 3),
        .scans = stmt_i64(row, column + 4),
        .last_ms = stmt_time(row, column + 6),
    };
    link->used_clicks = stmt_i64(row, column + 5);
}

static void read_link(struct stmt *row, struct arena *arena, struct link *out)
{
    *out = (struct link){
        .id = stmt_i64(row, 0),
        .code = row_str(row, 1, arena),
        .domain_id = stmt_i64(row, 2),
        .domain = row_str(row, 3, arena),
        .url = row_str(row, 4, arena),
        .redirect_status = (int)stmt_i64(row, 5),
        .valid_from_ms = stmt_time(row, 6),
        .valid_until_ms = stmt_time(row, 7),
        .max_clicks = stmt_i64(row, 8),
        .forward_query = stmt_i64(row, 9),
        .visitor_wins = stmt_i64(row, 10),
        .enabled = stmt_i64(row, 11),
        .archived = stmt_i64(row, 12),
        .crawlable = stmt_i64(row, 13),
        .deleted_ms = stmt_time(row, 14),
        .campaign_id = stmt_i64(row, 15),
        .campaign = row_str(row, 16, arena),
        .channel_id = stmt_i64(row, 17),
        .channel = row_str(row, 18, arena),
        .owner_id = stmt_i64(row, 19),
        .owner = row_str(row, 20, arena),
        .fallback_url = row_str(row, 21, arena),
        .source = row_str(row, 22, arena),
        .click_id_param = row_str(row, 29, arena),
        .customer = row_str(row, 30, arena),
        .external_id = row_str(row, 31, arena),
        .title = row_str(row, 32, arena),
        .created_by = row_str(row, 33, arena),
        .created_ms = stmt_i64(row, 34),
        .updated_ms = stmt_i64(row, 35),
        .revision = stmt_i64(row, 36),
        .notes = row_str(row, 37, arena),
        .metadata = row_str(row, 38, arena),
        .live = stmt_i64(row, 46) != 0,
        .targets = stmt_i64(row, 47),
        .targets_enabled = stmt_i64(row, 48),
        .rules = stmt_i64(row, 49),
    };
    for (int i = 0; i < UTM_COUNT; i++) {
        out->utm[i] = row_str(row, 23 + i, arena);
    }
    read_counts(row, 39, out);
}

/* struct link shows aliases as plain texts. */
static enum err read_aliases(struct db *db, struct arena *arena, struct link *link)
{
    struct link_alias *aliases;
    size_t count;
    enum err err = links_aliases(db, arena, link->id, &aliases, &count);

    if (err || count == 0) {
        return err;
    }
    link->aliases.items = ARENA_ARRAY(arena, str, count);
    if (!link->aliases.items) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        link->aliases.items[i] = aliases[i].alias;
    }
    link->aliases.count = count;
    return OK;
}

_Static_assert(GAIN_PART_SHIFT == 12, "parts as in link.sql");

/* What folds have not brought home yet. To the last of the rows. */
static enum err add_gains(struct stmt *rows, struct link *link)
{
    struct link_stat gain = {.last_ms = link->counts.last_ms};

    do {
        str numbers = stmt_blob(rows, 50);
        if (numbers.len > 0 && !gains_add_numbers(numbers, link->id, &gain)) {
            stmt_fail(rows, ERR_CORRUPT);
            return ERR_CORRUPT;
        }
    } while (stmt_next(rows));
    link->counts.clicks += gain.clicks;
    link->counts.visitors += gain.visitors;
    link->counts.bots += gain.bots;
    link->counts.total += gain.total;
    link->counts.scans += gain.scans;
    link->counts.last_ms = gain.last_ms;
    return stmt_err(rows);
}

enum err links_find(struct db *db, struct arena *arena, const struct bounds *bounds, int64_t id, struct link *out)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_FIND);
    struct link link;

    stmt_bind_i64(rows, "id", id);
    bounds_bind(rows, bounds);
    if (!stmt_next(rows)) {
        return row_missing(rows);
    }
    read_link(rows, arena, &link);
    enum err err = add_gains(rows, &link);
    err = err ? err : row_done(rows, arena);
    err = err ? err : links_tags(db, arena, id, &link.tags);
    err = err ? err : read_aliases(db, arena, &link);
    if (!err) {
        *out = link;
    }
    return err;
}

enum err links_find_code(struct db *db, const struct bounds *bounds, str code, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_LINK_FIND_CODE);

    stmt_bind_str(row, "code", code);
    bounds_bind(row, bounds);
    return row_i64(row, id);
}

enum err links_find_code_ever(struct db *db, str code, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_LINK_FIND_CODE_EVER);

    stmt_bind_str(row, "code", code);
    return row_i64(row, id);
}

enum err links_find_external(struct db *db, const struct bounds *bounds, str external_id, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_LINK_FIND_EXTERNAL);

    stmt_bind_str(row, "external_id", external_id);
    bounds_bind(row, bounds);
    return row_i64(row, id);
}

enum err links_find_same(struct db *db, const struct bounds *bounds, str url, int64_t domain_id, int64_t campaign_id,
                         int64_t channel_id, str customer, int64_t *id)
{
    struct stmt *row = db_stmt(db, SQL_LINK_FIND_SAME);

    stmt_bind_i64(row, "url_hash", url_hash(url));
    stmt_bind_str(row, "url", url);
    stmt_bind_i64(row, "domain_id", domain_id);
    stmt_bind_id_opt(row, "campaign_id", campaign_id);
    stmt_bind_id_opt(row, "channel_id", channel_id);
    stmt_bind_str(row, "customer", customer);
    bounds_bind(row, bounds);
    return row_i64(row, id);
}

static enum err mark(struct db *db, enum sql_id text, const struct bounds *bounds, int64_t id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, text);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    if (bounds) {
        bounds_bind(stmt, bounds);
    }
    return row_run(db, stmt);
}

enum err links_hand_over(struct db *db, int64_t id, int64_t from_id, int64_t into_id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_LINK_HAND_OVER);

    stmt_bind_i64(stmt, "into_id", into_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    stmt_bind_i64(stmt, "id", id);
    stmt_bind_i64(stmt, "from_id", from_id);
    return row_run(db, stmt);
}

enum err links_bin(struct db *db, const struct bounds *bounds, int64_t id, int64_t now_ms)
{
    return mark(db, SQL_LINK_BIN, bounds, id, now_ms);
}

enum err links_restore(struct db *db, const struct bounds *bounds, int64_t id, int64_t now_ms)
{
    return mark(db, SQL_LINK_RESTORE, bounds, id, now_ms);
}

enum err links_tombstone(struct db *db, int64_t id, int64_t now_ms, bool wipe)
{
    enum err err = mark(db, wipe ? SQL_LINK_WIPE : SQL_LINK_TOMBSTONE, NULL, id, now_ms);

    if (!err && wipe) {
        err = links_tags_set(db, id, NULL, 0);
    }
    if (err) {
        return err;
    }
    struct stmt *stmt = db_stmt(db, SQL_LINK_ALIAS_DELETE_ALL);
    stmt_bind_i64(stmt, "link_id", id);
    return stmt_run(stmt);
}

enum err links_binned_before(struct db *db, int64_t before_ms, int64_t *ids, size_t cap, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_BINNED_BEFORE);
    size_t found = 0;

    stmt_bind_i64(rows, "before_ms", before_ms);
    stmt_bind_i64(rows, "limit", (int64_t)cap);
    while (stmt_next(rows)) {
        ids[found++] = stmt_i64(rows, 0);
    }
    if (!stmt_err(rows)) {
        *count = found;
    }
    return stmt_err(rows);
}

enum err links_ended_of_maker(struct db *db, str created_by, int64_t before_ms, int64_t after_id, int64_t *ids,
                              size_t cap, size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_LINK_ENDED_OF_MAKER);
    size_t found = 0;

    stmt_bind_str(rows, "created_by", created_by);
    stmt_bind_i64(rows, "after_id", after_id);
    stmt_bind_i64(rows, "before_ms", before_ms);
    stmt_bind_i64(rows, "limit", (int64_t)cap);
    while (found < cap && stmt_next(rows)) {
        ids[found++] = stmt_i64(rows, 0);
    }
    stmt_reset(rows);
    if (!stmt_err(rows)) {
        *count = found;
    }
    return stmt_err(rows);
}
