/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_LEDGER_H
#define LINKPOND_TESTS_SUPPORT_LEDGER_H

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/engine/fold.h"
#include "linkpond/engine/writer.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/links.h"
#include "linkpond/store/segments.h"
#include "tempdb.h"

/* A database, a journal beside it and a writer between them; visits are appended as a redirect thread would. */
#define LEDGER_UA_IPHONE                                                                                               \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 "    \
    "Mobile/15E148 Safari/604.1"
#define LEDGER_UA_BOT "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
#define LEDGER_NODE   3
/* 2026-03-02T02:00:00Z, 10:00 in Shanghai */
#define LEDGER_T0 INT64_C(1772416800000)

struct ledger {
    struct tempdb db;
    struct tempdir journal_dir;
    struct journal_opts journal_opts;
    struct writer_opts writer_opts;
    struct journal *journal;
    struct writer *writer;
    struct recognition rules;
    unsigned hits;
};

static inline void ledger_open_journal(struct ledger *self)
{
    struct fault fault = {0};

    if (journal_open(&self->journal_opts, &self->journal, &fault) != OK) {
        fail_msg("%s: %s", fault.field, fault.message);
    }
}

static inline void ledger_init(struct ledger *self)
{
    *self = (struct ledger){0};
    tempdb_init(&self->db);
    tempdb_domain(&self->db);
    tempdir_init(&self->journal_dir);
    self->journal_opts = (struct journal_opts){
        .dir = self->journal_dir.path,
        .node = LEDGER_NODE,
        .lanes = 2,
        .segment_bytes = 64 * 1024,
        .fsync = JOURNAL_FSYNC_OS,
        .first_segment = 1,
    };
    ledger_open_journal(self);
    self->rules = recognition_builtin();
    self->writer_opts = (struct writer_opts){
        .db = self->db.db,
        .journal = self->journal,
        .rules = self->rules,
        .zone_name = "Asia/Shanghai",
        .node = LEDGER_NODE,
        .repeat_window_ms = 30 * 60 * 1000,
        .fold_rows = 1000,
    };
}

static inline void ledger_start(struct ledger *self)
{
    struct fault fault = {0};

    self->writer_opts.journal = self->journal;
    self->writer_opts.path = tempdir_file(&self->db.dir, "test.db");
    if (writer_start(&self->writer_opts, &self->writer, &fault) != OK) {
        fail_msg("%s: %s", fault.field, fault.message);
    }
}

static inline void ledger_stop(struct ledger *self)
{
    writer_stop(self->writer);
    self->writer = NULL;
}

static inline void ledger_done(struct ledger *self)
{
    ledger_stop(self);
    journal_close(self->journal);
    recognition_free(&self->rules);
    tempdir_done(&self->journal_dir);
    tempdb_done(&self->db);
}

/* While no writer runs. */
static inline int64_t ledger_link(struct ledger *self, const struct link_ids *ids)
{
    struct link link;
    int64_t id = 0;

    link_init(&link);
    assert_int_equal(db_begin(self->db.db, false), OK);
    assert_int_equal(links_next_id(self->db.db, &id), OK);
    link.id = id;
    link.code = arena_f(&self->db.arena, "code%d", (int)id);
    link.url = STR("https://example.com/");
    link.domain_id = ids && ids->domain_id ? ids->domain_id : self->db.domain_id;
    link.campaign_id = ids ? ids->campaign_id : 0;
    link.channel_id = ids ? ids->channel_id : 0;
    link.owner_id = ids ? ids->owner_id : 0;
    link.created_ms = link.updated_ms = 1;
    assert_int_equal(links_insert(self->db.db, &link), OK);
    assert_int_equal(db_commit(self->db.db), OK);
    return id;
}

/* An iPhone's visit from 203.0.113.<host>. */
static inline struct record ledger_visit(int64_t link_id, int64_t time_ms, unsigned host)
{
    return (struct record){
        .time_ms = time_ms,
        .link_id = link_id,
        .outcome = OUTCOME_REDIRECT,
        .status = 302,
        .ip = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 203, 0, 113, (uint8_t)host}},
        .host = STR("s.example.com"),
        .code = STR("code1"),
        .location = STR("https://example.com/"),
        .user_agent = STR(LEDGER_UA_IPHONE),
        .language = STR("zh-CN,zh;q=0.9"),
    };
}

static inline int64_t ledger_append(struct ledger *self, const struct record *record)
{
    int64_t id = 0;

    assert_int_equal(journal_append(self->journal, self->hits++ % self->journal_opts.lanes, record, &id), OK);
    return id;
}

static inline int64_t ledger_hit(struct ledger *self, int64_t link_id, int64_t time_ms, unsigned host)
{
    struct record record = ledger_visit(link_id, time_ms, host);

    return ledger_append(self, &record);
}

static inline void ledger_drain(struct ledger *self)
{
    assert_int_equal(writer_drain(self->writer, 30000), OK);
}

/* With a handle of its own while the writer runs. */
static inline struct db *ledger_reader(struct ledger *self)
{
    struct db *db = NULL;

    assert_int_equal(db_open(tempdir_file(&self->db.dir, "test.db"), DB_READ, &db, NULL), OK);
    return db;
}

static inline bool ledger_find(struct db *db, int64_t click_id, struct click_facts *out)
{
    struct clicks_scan scan;

    clicks_scan(&scan, db, click_id, click_id, false, 0);
    bool found = clicks_scan_next(&scan);
    *out = scan.facts;
    stmt_reset(scan.rows);
    return found;
}

#endif
