/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_HISTORY_H
#define LINKPOND_TESTS_SUPPORT_HISTORY_H

#include <time.h>

#include "ledger.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"
#include "linkpond/base/hash.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/engine/rewriter.h"
#include "linkpond/store/chunks.h"

/*
 * A ledger with a past: random visits through journal and writer, sealed into small chunks, and a rewriter beside them.
 * What it says is held against a count by hand of the clicks as they are listed one by one.
 */
#define HISTORY_LINKS  7
#define HISTORY_CHUNK  40
#define HISTORY_PEOPLE 60
#define HISTORY_SPAN   (6 * MS_PER_DAY)

static const char *const history_agents[] = {
    LEDGER_UA_IPHONE,
    LEDGER_UA_BOT,
    "Mozilla/5.0 (Linux; Android 13; V2031A Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 "
    "Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.46.2540(0x28002E3C) NetType/WIFI Language/zh_CN",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.50(0x1800322b) NetType/4G Language/zh_CN miniProgram/wxcb459ae1e3e8f9f2",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 "
    "AcmeBrowser/2.1",
    "AcmeLinkChecker/1.0",
    "facebookexternalhit/1.1",
    "",
};
static const char *const history_queries[] = {
    "", "lp_qr=1", "utm_source=news&utm_medium=email", "lp_ch=poster", "from=groupmessage&exportkey=abc", "gclid=Xy_1",
};
static const char *const history_referrers[] = {
    "",
    "https://www.baidu.com/s?wd=x",
    "https://mp.weixin.qq.com/s/abc",
    "https://servicewechat.com/wx0123456789abcdef/12/page-frame.html",
    "https://shop.acme.example/a?b=c",
};

struct history {
    struct ledger ledger;
    struct tempdir rules; /* recognition_dir */
    struct rewriter *rewriter;
    size_t changes_at_once; /* rewriter_opts */
    struct db *db;          /* to read */
    struct arena arena;
    int64_t links[HISTORY_LINKS + 1];
    uint64_t seed;
};

static inline uint64_t history_roll(struct history *self, uint64_t sides)
{
    self->seed = hash_xxh3(&self->seed, sizeof self->seed, 11);
    return self->seed % sides;
}

static inline void history_init(struct history *self, uint64_t seed)
{
    *self = (struct history){.seed = seed};
    ledger_init(&self->ledger);
    tempdir_init(&self->rules);
    arena_init(&self->arena, 256 << 20);
    self->ledger.writer_opts.chunk_rows = HISTORY_CHUNK;
    for (size_t i = 1; i <= HISTORY_LINKS; i++) {
        self->links[i] = ledger_link(&self->ledger, NULL);
    }
    self->db = ledger_reader(&self->ledger);
    ledger_start(&self->ledger);
}

static inline void history_start_rewriter(struct history *self)
{
    struct fault fault = {0};
    const struct rewriter_opts opts = {.writer = self->ledger.writer,
                                       .path = tempdir_file(&self->ledger.db.dir, "test.db"),
                                       .recognition_dir = self->rules.path,
                                       .chunk_rows = HISTORY_CHUNK,
                                       .changes_at_once = self->changes_at_once,
                                       .zone = zone_find(STR("Asia/Shanghai"))};

    assert_int_equal(rewriter_start(&opts, &self->rewriter, &fault), OK);
}

static inline void history_stop_rewriter(struct history *self)
{
    rewriter_stop(self->rewriter);
    self->rewriter = NULL;
}

static inline void history_done(struct history *self)
{
    history_stop_rewriter(self);
    db_close(self->db);
    ledger_done(&self->ledger);
    tempdir_done(&self->rules);
    arena_done(&self->arena);
}

static inline void history_rules(struct history *self, const char *file, const char *text)
{
    assert_int_equal(files_write_atomic(tempdir_file(&self->rules, file), str_from_c(text)), OK);
}

static inline struct record history_visit(struct history *self, int64_t time_ms)
{
    size_t agent = history_roll(self, 3) ? history_roll(self, 5) : history_roll(self, ARRAY_LEN(history_agents));
    struct record record = ledger_visit(self->links[history_roll(self, HISTORY_LINKS + 1)], time_ms,
                                        (unsigned)history_roll(self, HISTORY_PEOPLE));

    record.outcome = record.link_id == 0         ? OUTCOME_UNKNOWN
                     : history_roll(self, 5) > 0 ? OUTCOME_REDIRECT
                                                 : (enum click_outcome)history_roll(self, OUTCOME_COUNT);
    record.user_agent = str_from_c(history_agents[agent]);
    record.language = history_roll(self, 3) ? STR("zh-CN,zh;q=0.9") : STR("");
    record.query = str_from_c(history_queries[history_roll(self, ARRAY_LEN(history_queries))]);
    record.referrer = str_from_c(history_referrers[history_roll(self, ARRAY_LEN(history_referrers))]);
    record.signals = (history_roll(self, 9) ? 0U : SIGNAL_HEAD) | (history_roll(self, 7) ? 0U : SIGNAL_RESERVED_LIMIT);
    if (history_roll(self, 6) == 0) {
        record.link_source = STR("spring");
        record.link_utm[UTM_MEDIUM] = STR("social");
        record.link_channel = STR("group-a");
    }
    if (history_roll(self, 5) == 0) {
        record.signals |= SIGNAL_WEBVIEW;
        record.package = STR("com.tencent.mobileqq");
    }
    if (history_roll(self, 4) == 0) {
        record.visitor = 1 + (int64_t)history_roll(self, 40);
        record.signals |= SIGNAL_COOKIE;
    }
    return record;
}

/* Mostly in order of time; one in ten is late. A tenth of them is looked at again by a machine of Tencent's. */
static inline void history_click(struct history *self, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t late = history_roll(self, 10) ? 0 : (int64_t)history_roll(self, (uint64_t)MS_PER_DAY);
        struct record record = history_visit(self, LEDGER_T0 + (int64_t)i * HISTORY_SPAN / (int64_t)count - late);
        ledger_append(&self->ledger, &record);
        if (history_roll(self, 10) == 0) {
            record.time_ms += 5000;
            record.ip.bytes[12] = 42;
            record.ip.bytes[13] = 192;
            record.visitor = 0;
            record.referrer = STR("");
            record.signals &= ~(unsigned)SIGNAL_COOKIE;
            ledger_append(&self->ledger, &record);
        }
    }
    ledger_drain(&self->ledger);
}

/* ---- rewriting */

struct history_asking {
    int64_t from_ms, to_ms;
    bool dry_run;
    struct rewrite rewrite;
};
static inline enum err history_ask_task(struct db *db, void *arg, struct fault *fault)
{
    struct history_asking *self = arg;
    bool existed = false;

    (void)fault;
    return rewriter_ask_reclassify(db, self->from_ms, self->to_ms, self->dry_run, 1, &self->rewrite, &existed);
}

static inline int64_t history_ask_reclassify(struct history *self, int64_t from_ms, int64_t to_ms, bool dry_run)
{
    struct history_asking asking = {from_ms, to_ms, dry_run, {0}};
    const struct writer_task task = {.run = history_ask_task, .arg = &asking};

    assert_int_equal(writer_submit(self->ledger.writer, &task, NULL), OK);
    if (self->rewriter) {
        rewriter_wake(self->rewriter);
    }
    return asking.rewrite.id;
}

/* Until it is over, or so many of its chunks are done. */
static inline struct rewrite history_wait(struct history *self, int64_t id, int64_t chunks)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int64_t deadline = clock_mono_ns() + INT64_C(60) * 1000000000;
    struct rewrite rewrite;

    for (;;) {
        assert_int_equal(rewrites_find(self->db, &self->arena, id, &rewrite), OK);
        if (rewrite.state >= REWRITE_DONE || rewrite.chunks_done >= chunks) {
            return rewrite;
        }
        assert_true(clock_mono_ns() < deadline);
        nanosleep(&pause, NULL);
    }
}

static inline struct rewrite history_reclassify(struct history *self)
{
    int64_t id = history_ask_reclassify(self, INT64_MIN, INT64_MAX, false);

    if (!self->rewriter) {
        history_start_rewriter(self);
    }
    struct rewrite rewrite = history_wait(self, id, INT64_MAX);
    assert_int_equal(rewrite.state, REWRITE_DONE);
    return rewrite;
}

/* ---- counting by hand */

#define HISTORY_WORDS 64
struct history_word {
    char text[64];
    int64_t clicks;
};
struct history_count {
    struct history *history;
    int64_t total, clicks, scans, new_visitors;
    int64_t by_class[CLASS_COUNT];
    int64_t of_link[HISTORY_LINKS + 1];
    struct history_word apps[HISTORY_WORDS];
    size_t apps_count;
    struct {
        int64_t number;
        enum visitor_by by;
    } visitors[4096];
    size_t visitors_count;
    uint64_t digest; /* of everything listed */
};

static inline void history_count_app(struct history_count *self, str app)
{
    size_t at = 0;

    while (at < self->apps_count && !str_eq(str_from_c(self->apps[at].text), app)) {
        at++;
    }
    assert_in_range(at, 0, HISTORY_WORDS - 1);
    if (at == self->apps_count) {
        snprintf(self->apps[self->apps_count++].text, 64, STR_FMT, STR_ARG(app));
    }
    self->apps[at].clicks++;
}

static inline void history_count_visitor(struct history_count *self, int64_t number, enum visitor_by by)
{
    size_t at = 0;

    while (at < self->visitors_count && (self->visitors[at].number != number || self->visitors[at].by != by)) {
        at++;
    }
    assert_in_range(at, 0, ARRAY_LEN(self->visitors) - 1);
    self->visitors[at].number = number;
    self->visitors[at].by = by;
    self->visitors_count += at == self->visitors_count;
}

static inline bool history_count_click(void *arg, const struct click *click)
{
    struct history_count *self = arg;
    const str texts[] = {click->rule,
                         click->app,
                         click->app_version,
                         click->mini_program,
                         click->os,
                         click->device,
                         click->browser,
                         click->language,
                         click->net,
                         click->ad_click_source,
                         click->ad_click_id,
                         click->source,
                         click->channel,
                         click->query,
                         click->referrer,
                         click->user_agent,
                         click->location,
                         click->referrer_host,
                         click->utm[UTM_SOURCE],
                         click->utm[UTM_MEDIUM]};
    const int64_t numbers[] = {click->id,         click->time_ms, click->link_id,          click->class,
                               click->outcome,    click->visitor, (int64_t)click->signals, click->source_by,
                               click->channel_by, click->repeat,  click->new_visitor,      click->qr};

    self->total++;
    self->by_class[click->class]++;
    self->digest = hash_xxh3(numbers, sizeof numbers, self->digest);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        self->digest = hash_xxh3(texts[i].ptr, texts[i].len, self->digest + i);
    }
    if (!click_counts(click->class, click->outcome)) {
        return true;
    }
    self->clicks++;
    self->scans += click->qr;
    for (size_t i = 0; i <= HISTORY_LINKS; i++) {
        self->of_link[i] += click->link_id == self->history->links[i];
    }
    history_count_app(self, click->app);
    if (click->visitor != 0) {
        history_count_visitor(self, click->visitor, click->visitor_by);
        self->new_visitors += click->new_visitor;
    }
    return true;
}

static inline struct history_count *history_count(struct history *self)
{
    struct history_count *count = ARENA_NEW(&self->arena, struct history_count);
    const struct click_query query = {
        .filter = {.to_ms = INT64_MAX / 2, .zone = zone_find(STR("UTC")), .all_classes = true, .limit = 1},
        .limit = SIZE_MAX,
    };

    count->history = self;
    assert_int_equal(clicks_run(self->db, &self->arena, &query, history_count_click, count), OK);
    return count;
}

static inline struct report history_report(struct history *self, struct report_query query)
{
    struct report report;
    struct fault fault = {0};

    query.zone = zone_find(STR("Asia/Shanghai"));
    query.limit = 1000;
    query.to_ms = LEDGER_T0 + 30 * MS_PER_DAY;
    assert_int_equal(report_run(self->db, NULL, &self->arena, &query, &report, &fault), OK);
    return report;
}

static inline void history_assert_totals(const struct history_count *count, const struct report *report)
{
    assert_int_equal(report->totals.clicks, count->clicks);
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        assert_int_equal(report->totals.by_class[i], count->by_class[i]);
    }
    int64_t series = 0, groups = 0;
    for (size_t i = 0; i < report->series_count; i++) {
        series += report->series[i].clicks;
    }
    for (size_t i = 0; i < report->groups_count; i++) {
        groups += report->groups[i].clicks;
    }
    assert_true(report->series_count == 0 || series == count->clicks);
    assert_true(report->groups_count == 0 || groups == count->clicks);
}

/* Reports of several shapes, some from sums and some from the rows, say the same as the count by hand; sums equal a
 * recount; what is stored is whole. */
static inline void history_assert_agrees(struct history *self)
{
    struct fault fault = {0};
    int64_t differences = 0;
    const struct history_count *count = history_count(self);
    struct report report = history_report(self, (struct report_query){.interval = INTERVAL_DAY, .want_scans = true});

    history_assert_totals(count, &report);
    assert_int_equal(report.totals.scans, count->scans);
    report = history_report(self, (struct report_query){.interval = INTERVAL_HOUR, .want_visitors = true});
    history_assert_totals(count, &report);
    assert_int_equal(report.totals.visitors, count->visitors_count);
    assert_int_equal(report.totals.new_visitors, count->new_visitors);
    report = history_report(self, (struct report_query){.group_count = 1, .group_by = {DIM_APP}});
    history_assert_totals(count, &report);
    for (size_t i = 0; i < report.groups_count; i++) {
        size_t at = 0;
        while (at < count->apps_count && !str_eq(str_from_c(count->apps[at].text), report.groups[i].values[0])) {
            at++;
        }
        assert_true(at < count->apps_count);
        assert_int_equal(report.groups[i].clicks, count->apps[at].clicks);
    }
    report = history_report(self, (struct report_query){.group_count = 1, .group_by = {DIM_LINK}});
    history_assert_totals(count, &report);
    for (size_t i = 1; i <= HISTORY_LINKS; i++) {
        struct link_stat stat;
        assert_int_equal(sums_stat_find(self->db, self->links[i], &stat), OK);
        assert_int_equal(stat.clicks, count->of_link[i]);
    }
    if (fold_verify(self->db, &differences, &fault) != OK) {
        fail_msg("%lld wrong: %s", (long long)differences, fault.message);
    }
    assert_int_equal(clicks_verify(self->db, &fault), OK);
    arena_reset(&self->arena);
}

#endif
