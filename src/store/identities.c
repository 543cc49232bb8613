/* SPDX-License-Identifier: MIT */
/* Who somebody is, by what is said of them. */
#include "linkpond/store/customers.h"

#include "customers_row.h"
#include "row.h"

enum err identities_find(struct db *db, const struct identity *identity, int64_t *customer_id)
{
    struct stmt *row = db_stmt(db, SQL_IDENTITY_FIND);

    stmt_bind_str(row, "kind", identity_kind_name(identity->kind));
    stmt_bind_str(row, "value", identity->value);
    return row_i64(row, customer_id);
}

static enum err identity_add(struct db *db, const struct identity *identity, int64_t customer_id, int64_t now_ms)
{
    struct stmt *stmt = db_stmt(db, SQL_IDENTITY_INSERT);

    stmt_bind_str(stmt, "kind", identity_kind_name(identity->kind));
    stmt_bind_str(stmt, "value", identity->value);
    stmt_bind_i64(stmt, "customer_id", customer_id);
    stmt_bind_i64(stmt, "now_ms", now_ms);
    enum err err = stmt_run(stmt);
    if (err || identity->kind != IDENTITY_VISITOR || db_changes(db) == 0) {
        return err;
    }
    return customers_touched(db, customer_id, 0);
}

static enum err customer_new(struct db *db, int64_t now_ms, int64_t *id)
{
    struct stmt *stmt = db_stmt(db, SQL_CUSTOMER_INSERT);

    stmt_bind_i64(stmt, "now_ms", now_ms);
    enum err err = stmt_run(stmt);
    if (!err) {
        *id = db_last_id(db);
    }
    return err;
}

struct resolving {
    struct db *db;
    const struct identity *identities;
    size_t count;
    int64_t event_id, now_ms;
    bool missing[IDENTITIES_MAX]; /* nobody's yet */
    int64_t one;                  /* who it is, as far as is known; 0 = nobody yet */
};

static enum err ask(struct stmt *row, bool *yes)
{
    int64_t value = 0;
    enum err err = row_i64(row, &value);

    *yes = value != 0;
    return err;
}

/* Has the customer a strong identity of a kind of which this one, or what is said now, has another? */
static enum err conflicts(const struct resolving *self, int64_t customer_id, bool *yes)
{
    enum err err = OK;

    *yes = false;
    if (self->one > 0) {
        struct stmt *row = db_stmt(self->db, SQL_IDENTITY_CONFLICT);
        stmt_bind_i64(row, "a", self->one);
        stmt_bind_i64(row, "b", customer_id);
        err = ask(row, yes);
    }
    for (size_t i = 0; i < self->count && !err && !*yes; i++) {
        if (self->missing[i] && identity_is_strong(self->identities[i].kind)) {
            struct stmt *row = db_stmt(self->db, SQL_IDENTITY_HAS_KIND);
            stmt_bind_i64(row, "customer_id", customer_id);
            stmt_bind_str(row, "kind", identity_kind_name(self->identities[i].kind));
            err = ask(row, yes);
        }
    }
    return err;
}

static enum err take_identity(struct resolving *self, size_t at)
{
    const struct identity *identity = &self->identities[at];
    int64_t found = 0;
    bool apart = false;
    enum err err = identities_find(self->db, identity, &found);

    self->missing[at] = err == ERR_NOT_FOUND;
    if (err || found == self->one) {
        return self->missing[at] ? OK : err;
    }
    err = identity_is_strong(identity->kind) ? OK : conflicts(self, found, &apart);
    if (err || apart) {
        return err;
    }
    if (self->one > 0) {
        err = customers_merge(self->db, self->one, found, identity_kind_name(identity->kind), self->event_id,
                              self->now_ms, &found);
    }
    self->one = err ? self->one : found;
    return err;
}

/* What names people comes first; so a browser is judged by all that is said of whose it is. */
static enum err take_identities(struct resolving *self)
{
    enum err err = OK;

    for (int strong = 1; strong >= 0; strong--) {
        for (size_t i = 0; i < self->count && !err; i++) {
            err = identity_is_strong(self->identities[i].kind) == (strong == 1) ? take_identity(self, i) : OK;
        }
    }
    return err;
}

enum err identities_resolve(struct db *db, const struct identity *identities, size_t count, int64_t event_id,
                            int64_t now_ms, int64_t *customer_id)
{
    struct resolving self = {
        .db = db, .identities = identities, .count = count, .event_id = event_id, .now_ms = now_ms};
    enum err err = *customer_id > 0 ? customers_now(db, *customer_id, &self.one) : OK;

    BUG_ON((count == 0 && *customer_id <= 0) || count > IDENTITIES_MAX);
    err = err ? err : take_identities(&self);
    if (!err && self.one == 0) {
        err = customer_new(db, now_ms, &self.one);
    }
    for (size_t i = 0; i < count && !err; i++) {
        err = self.missing[i] ? identity_add(db, &identities[i], self.one, now_ms) : OK;
    }
    if (!err) {
        *customer_id = self.one;
    }
    return err;
}

enum err identities_of(struct db *db, struct arena *arena, int64_t customer_id, struct identity_row **out,
                       size_t *count)
{
    struct stmt *rows = db_stmt(db, SQL_IDENTITY_OF);
    struct identity_row *items = NULL;
    size_t n = 0, cap = 0;

    stmt_bind_i64(rows, "customer_id", customer_id);
    while (stmt_next(rows)) {
        struct identity_row *grown = ARENA_GROW(arena, items, n, &cap);
        if (!grown) {
            stmt_fail(rows, ERR_NOMEM);
            break;
        }
        items = grown;
        items[n].created_ms = stmt_i64(rows, 2);
        items[n].identity.value = row_str(rows, 1, arena);
        if (!identity_kind_find(stmt_str(rows, 0), &items[n].identity.kind)) {
            stmt_fail(rows, ERR_CORRUPT);
            break;
        }
        n++;
    }
    enum err err = stmt_err(rows);
    err = err ? err : arena->overflow ? ERR_NOMEM : OK;
    if (!err) {
        *out = items;
        *count = n;
    }
    return err;
}
