/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CLICK_ROW_H
#define LINKPOND_MODEL_CLICK_ROW_H

#include "linkpond/model/click.h"

/*
 * A click as the ledger stores it. What every report reads are plain numbers (struct click_facts); the rest are values,
 * each a term id or, once the hourly growth budget of terms is spent, the text itself. Places are stored
 * (click_pack.h), so columns are only ever added at the end. X(constant)
 */
#define CLICK_VALUE_TABLE(X)                                                                                           \
    X(RULE)                                                                                                            \
    X(HOST)                                                                                                            \
    X(CODE)                                                                                                            \
    X(TARGET)                                                                                                          \
    X(LOCATION)                                                                                                        \
    X(COUNTRY)                                                                                                         \
    X(REGION)                                                                                                          \
    X(CITY)                                                                                                            \
    X(APP)                                                                                                             \
    X(OS)                                                                                                              \
    X(DEVICE)                                                                                                          \
    X(BROWSER)                                                                                                         \
    X(LANGUAGE)                                                                                                        \
    X(NET)                                                                                                             \
    X(REFERRER)                                                                                                        \
    X(REFERRER_HOST)                                                                                                   \
    X(QUERY)                                                                                                           \
    X(UTM_SOURCE)                                                                                                      \
    X(UTM_MEDIUM)                                                                                                      \
    X(UTM_CAMPAIGN)                                                                                                    \
    X(UTM_TERM)                                                                                                        \
    X(UTM_CONTENT)                                                                                                     \
    X(UTM_ID)                                                                                                          \
    X(SOURCE)                                                                                                          \
    X(CHANNEL)                                                                                                         \
    X(AD_CLICK_SOURCE)                                                                                                 \
    X(AD_CLICK_ID)                                                                                                     \
    X(REQUEST_ID)                                                                                                      \
    X(USER_AGENT)                                                                                                      \
    X(CARRIER)                                                                                                         \
    X(APP_VERSION)                                                                                                     \
    X(MINI_PROGRAM)                                                                                                    \
    X(PACKAGE)       /* X-Requested-With, so that later rules can ask for it */                                        \
    X(LOCATION_FORM) /* where the query's parameters were in the address (location.h); none: it is kept whole */
enum click_column {
#define CLICK_COLUMN(constant) CLICK_##constant,
    CLICK_VALUE_TABLE(CLICK_COLUMN)
#undef CLICK_COLUMN
        CLICK_COLUMNS
};
#define CLICK_BIT(column) (UINT64_C(1) << (column))
#define CLICK_EVERYTHING  (CLICK_BIT(CLICK_COLUMNS) - 1)

/* term > 0: that term; else the text; both empty: not known. Inline text is never mistaken for a term. */
struct click_value {
    int64_t term;
    str text;
};

enum click_flag {
    CLICK_FLAG_REPEAT = 1 << 0,
    CLICK_FLAG_NEW_VISITOR = 1 << 1,
    CLICK_FLAG_FIRST_HERE = 1 << 2, /* first PV of this pseudonym on this link */
    CLICK_FLAG_QR = 1 << 3,
    CLICK_FLAG_FORGOTTEN = 1 << 4, /* what told of the person was taken away */
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
/* Who came: 0 for machines. A click that later rules call a machine's keeps its number unseen, so that rules which are
 * taken back bring the visitor back. */
static inline int64_t click_facts_visitor(const struct click_facts *facts)
{
    return facts->class == CLASS_HUMAN ? facts->visitor : 0;
}
struct click_row {
    struct click_facts facts;
    str ip; /* truncated: 3 bytes (IPv4 /24) or 6 (IPv6 /48); empty = not known */
    struct click_value values[CLICK_COLUMNS];
};

/* The texts that attribution (source.h) found, by column, the ad click's id apart: that one is never of two clicks. */
struct click_text {
    enum click_column column;
    str text;
};
#define CLICK_FOUND_TEXTS 11
void click_found_texts(const struct click *click, struct click_text out[CLICK_FOUND_TEXTS]);

#endif
