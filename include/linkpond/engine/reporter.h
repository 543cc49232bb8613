/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORTER_H
#define LINKPOND_ENGINE_REPORTER_H

#include "linkpond/base/json.h"
#include "linkpond/base/zone.h"
#include "linkpond/model/click.h"
#include "linkpond/store/db.h"

/*
 * Every number the program shows comes from here: one question, one answer, from one read snapshot, exact. The rows not
 * yet folded into the sums are scanned, so a click is visible as soon as it is ingested and never counted twice.
 *
 * Dimensions. As the link is now: link, campaign, owner, tag (a click of a link with two tags is in both
 * groups); all others as the click was, channel_group being the group its channel is in now. Empty text = none or not
 * known, as a value to filter by too. link: decimal id, 0 = unknown codes. referrer: the host alone. qr, test: true,
 * false. domain: the host asked. hour: 0..23 and weekday: 1..7 from Monday, in the zone asked for. utm_source to
 * utm_content: the value of the dictionary that the click's is a spelling of, as the dictionary is now
 * (store/utm_values.h); filters likewise.
 */
/* clang-format off */
#define DIM_TABLE(X) \
    X(LINK, "link") \
    X(CAMPAIGN, "campaign") \
    X(CHANNEL, "channel") \
    X(CHANNEL_GROUP, "channel_group") \
    X(SOURCE, "source") \
    X(SOURCE_BY, "source_by") \
    X(UTM_SOURCE, "utm_source") \
    X(UTM_MEDIUM, "utm_medium") \
    X(UTM_CAMPAIGN, "utm_campaign") \
    X(UTM_TERM, "utm_term") \
    X(UTM_CONTENT, "utm_content") \
    X(UTM_ID, "utm_id") \
    X(TAG, "tag") \
    X(OWNER, "owner") \
    X(DOMAIN, "domain") \
    X(CLASS, "class") \
    X(OUTCOME, "outcome") \
    X(APP, "app") \
    X(APP_VERSION, "app_version") \
    X(MINI_PROGRAM, "mini_program") \
    X(SCENE, "scene") \
    X(OS, "os") \
    X(DEVICE, "device") \
    X(BROWSER, "browser") \
    X(LANGUAGE, "language") \
    X(NET, "net") \
    X(COUNTRY, "country") \
    X(REGION, "region") \
    X(CITY, "city") \
    X(CARRIER, "carrier") \
    X(REFERRER, "referrer") \
    X(AD_CLICK_SOURCE, "ad_click_source") \
    X(TARGET, "target") \
    X(QR, "qr") \
    X(TEST, "test") \
    X(HOUR, "hour") \
    X(WEEKDAY, "weekday")
/* clang-format on */
enum dim {
#define DIM_ENUM(constant, name) DIM_##constant,
    DIM_TABLE(DIM_ENUM)
#undef DIM_ENUM
        DIM_COUNT
};
str dim_name(enum dim dim);
int dim_find(str name); /* -1 */

enum interval { INTERVAL_NONE, INTERVAL_HOUR, INTERVAL_DAY, INTERVAL_WEEK, INTERVAL_MONTH };

#define REPORT_FILTERS_MAX       16
#define REPORT_FILTER_VALUES_MAX 64
struct report_filter {
    enum dim dim;
    bool exclude;
    struct str_list values; /* OR; for DIM_LINK decimal ids */
};
/*
 * What counts as clicks: with all_classes, a filter on class, or groups by class or outcome: whatever passes. With a
 * filter on outcome: what passes and is human. Else what passes and is one of the PV (click_counts). Scans are PV
 * always. by_class obeys a filter on outcome but none on class, by_outcome the other way round: either shows what is
 * left out.
 */
struct report_query {
    int64_t from_ms, to_ms; /* [from, to); from 0 = since the first click */
    const struct zone *zone;
    enum interval interval;
    struct report_filter filters[REPORT_FILTERS_MAX];
    size_t filters_count;
    bool all_classes; /* see below */
    bool raw_utm;     /* UTM values as the clicks have them, whatever the dictionary says */
    enum dim group_by[2];
    size_t group_count;             /* 0..2 */
    size_t limit;                   /* groups returned, 1..1000 */
    bool want_visitors, want_scans; /* counted only when asked for; else 0 */
    bool owner_bound, domain_bound; /* the key sees only these links */
    int64_t owner_id, domain_id;
};
struct report_totals {
    int64_t clicks, visitors, new_visitors, scans;
    int64_t by_class[CLASS_COUNT], by_outcome[OUTCOME_COUNT];
    int64_t cookie_visitors; /* of visitors: found by cookie */
};
struct report_bucket {
    int64_t start_ms;
    int64_t clicks, visitors;
};
struct report_group {
    str values[2];
    int64_t clicks, visitors, scans;
};
/* Of clicks that retention deleted the sums tell totals, and what is kept of each day one dimension of everything. What
 * a report could not tell of them is left out of it: */
enum kept_part {
    KEPT_SINCE, /* only of the clicks that are left */
    KEPT_TOPS,  /* the most frequent values of each whole day that was deleted (in the installation's zone), exactly;
                   the rest is in other_clicks */
    KEPT_ALL,
};
struct report_kept {
    bool matters;                  /* the time asked for reaches back before the first click that is left */
    int64_t since_ms;              /* which is not before */
    enum kept_part totals, groups; /* totals, series; visitors and new visitors are always only of those left */
};
struct report {
    struct report_totals totals;
    struct report_bucket *series;
    size_t series_count;
    struct report_group *groups;
    size_t groups_count;
    int64_t other_clicks; /* clicks of groups past the limit */
    struct report_kept kept;
};
/*
 * A thread that reads chunks along with whoever asks for a report: one question at a time, from a read handle of its
 * own. Who finds it busy reads alone. Thread-safe; no report may run while it is stopped (NULL is fine).
 */
struct report_helper;
enum err report_helper_start(const char *db_path, struct report_helper **out, struct fault *fault);
void report_helper_stop(struct report_helper *self);

/* On a read handle, in one snapshot, by a thread that from then on stays behind visitors. helper NULL = alone.
 * Everything in `out` lives in the arena. ERR_UNAVAILABLE when the deadline of the handle passed; ERR_INVALID (field
 * "interval") when the series would have more than 10,000 buckets; ERR_NOMEM (field "group_by" or "metrics") past 8
 * million groups, or past 64 million visitors or 8 million more places of them. The first bucket starts where that
 * hour, day, week or month does, also before from_ms. A question without visitors whose dimensions are link, campaign,
 * owner, tag, class, hour, weekday (outcome: as a filter), with from and to on quarter-hours, is answered from sums;
 * others read the ledger, its chunks column by column. */
enum err report_run(struct db *db, struct report_helper *helper, struct arena *arena, const struct report_query *query,
                    struct report *out, struct fault *fault);

/* Names of periods to [from, to) in a zone. today yesterday 7d 30d mtd last_month 90d 1y all; false when unknown. "7d"
 * = today and the six days before. */
bool report_period(str name, const struct zone *zone, int64_t now_ms, int64_t *from_ms, int64_t *to_ms);

/* ---- the raw ledger, in order of time and, within a millisecond, of id. Ids alone are no such order: each redirect
 * thread fills a journal segment of its own. */
struct click_query {
    struct report_query filter; /* from, to, filters, bounds */
    bool descending;
    int64_t after_id; /* exclusive; 0 = from the start of that order */
    int64_t after_ms; /* that click's time; 0 = look it up */
    size_t limit;
    str request_id; /* empty = any */
};
/* By a thread that from then on stays behind visitors. Calls each with every matching click in that order, at most
 * limit; every class and outcome unless filtered. Texts are lent during the call. each returns false to stop. The
 * caller pages on with after_id, so that no read transaction outlives a page. ERR_NOT_FOUND: there is no click after_id
 * (any more) whose time could be looked up. */
enum err clicks_run(struct db *db, struct arena *arena, const struct click_query *query,
                    bool (*each)(void *arg, const struct click *click), void *arg);

#endif
