/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_CLICKS_H
#define LINKPOND_STORE_CLICKS_H

#include "linkpond/model/click.h"
#include "linkpond/store/db.h"

/*
 * The ledger: one row a click, appended in order of id, without secondary index (one costs 8-17 us a click). What is
 * read by every report are plain numbers (struct click_facts); the rest are values, each a term id or, once the hourly
 * growth budget of terms is spent, the text itself.
 * X(constant, column)
 */
#define CLICK_VALUE_TABLE(X)                                                                                           \
    X(RULE, "rule")                                                                                                    \
    X(HOST, "host")                                                                                                    \
    X(CODE, "code")                                                                                                    \
    X(TARGET, "target")                                                                                                \
    X(LOCATION, "location")                                                                                            \
    X(COUNTRY, "country")                                                                                              \
    X(REGION, "region")                                                                                                \
    X(CITY, "city")                                                                                                    \
    X(APP, "app")                                                                                                      \
    X(OS, "os")                                                                                                        \
    X(DEVICE, "device")                                                                                                \
    X(BROWSER, "browser")                                                                                              \
    X(LANGUAGE, "language")                                                                                            \
    X(NET, "net")                                                                                                      \
    X(REFERRER, "referrer")                                                                                            \
    X(REFERRER_HOST, "referrer_host")                                                                                  \
    X(QUERY, "query")                                                                                                  \
    X(UTM_SOURCE, "utm_source")                                                                                        \
    X(UTM_MEDIUM, "utm_medium")                                                                                        \
    X(UTM_CAMPAIGN, "utm_campaign")                                                                                    \
    X(UTM_TERM, "utm_term")                                                                                            \
    X(UTM_CONTENT, "utm_content")                                                                                      \
    X(UTM_ID, "utm_id")                                                                                                \
    X(SOURCE, "source")                                                                                                \
    X(CHANNEL, "channel")                                                                                              \
    X(AD_CLICK_SOURCE, "ad_click_source")                                                                              \
    X(AD_CLICK_ID, "ad_click_id")                                                                                      \
    X(REQUEST_ID, "request_id")                                                                                        \
    X(USER_AGENT, "user_agent")
enum click_column {
#define CLICK_COLUMN(constant, column) CLICK_##constant,
    CLICK_VALUE_TABLE(CLICK_COLUMN)
#undef CLICK_COLUMN
        CLICK_COLUMNS
};
#define CLICK_BIT(column) (UINT64_C(1) << (column))
#define CLICK_EVERYTHING  (CLICK_BIT(CLICK_COLUMNS) - 1)

/* term != 0: that term; else the text; both empty: not known (NULL). Inline text is never mistaken for a term. */
struct click_value {
    int64_t term;
    str text;
};

enum click_flag {
    CLICK_FLAG_REPEAT = 1 << 0,
    CLICK_FLAG_NEW_VISITOR = 1 << 1,
    CLICK_FLAG_FIRST_HERE = 1 << 2, /* first PV of this pseudonym on this link */
    CLICK_FLAG_QR = 1 << 3,
};
struct click_facts {
    int64_t id;
    int64_t time_ms;
    int64_t link_id; /* 0 = unknown code */
    enum click_class class;
    enum click_outcome outcome;
    unsigned signals; /* enum click_signal */
    unsigned flags;   /* enum click_flag */
    int64_t visitor;
    enum visitor_by visitor_by;
    enum click_by source_by, channel_by;
    enum click_scene scene;
};
struct click_row {
    struct click_facts facts;
    str ip; /* truncated: 3 bytes (IPv4 /24) or 6 (IPv6 /48); empty = not known */
    struct click_value values[CLICK_COLUMNS];
};

/* ERR_CONFLICT: that id is there (a batch read again). Texts need to live only during the call. */
enum err clicks_insert(struct db *db, const struct click_row *row);

/*
 * A scan of ids [from_id, to_id] in order. `columns`: bits of the values that will be asked for; a scan without values
 * or with a single one runs a statement of just these columns and costs a fraction of the wide one. CLICK_WITH_IP asks
 * for the address. One scan of a handle at a time; end it by reading on until false, or by stmt_reset(scan.rows).
 *
 *     struct clicks_scan scan;
 *     clicks_scan(&scan, db, from, to, false, CLICK_BIT(CLICK_APP));
 *     while (clicks_scan_next(&scan)) { … scan.facts … clicks_scan_value(&scan, CLICK_APP) … }
 *     err = stmt_err(scan.rows);
 */
#define CLICK_WITH_IP (UINT64_C(1) << 63)
struct clicks_scan {
    struct stmt *rows;
    struct click_facts facts; /* of the current row */
    uint64_t columns;
    int single; /* the one column of a narrow statement; -1 = wide or none */
};
void clicks_scan(struct clicks_scan *self, struct db *db, int64_t from_id, int64_t to_id, bool descending,
                 uint64_t columns);
bool clicks_scan_next(struct clicks_scan *self);
/* Of the current row; text lent until the next step. Asking for a column that was not announced is a bug. */
struct click_value clicks_scan_value(const struct clicks_scan *self, enum click_column column);
str clicks_scan_ip(const struct clicks_scan *self);

/* Purge of one link: reads the whole ledger. */
enum err clicks_delete_link(struct db *db, int64_t link_id, int64_t *deleted);
/* Retention: ids [from, to]. */
enum err clicks_delete_range(struct db *db, int64_t from_id, int64_t to_id, int64_t *deleted);
enum err clicks_count(struct db *db, int64_t *count);

#endif
