/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_LIMITS_H
#define LINKPOND_BASE_LIMITS_H

/*
 * Every bound of the program in one place, each with its reason. Sizes are bytes unless the name says otherwise.
 * Going over one on input is a clear 4xx that names the field; on output it is a bug.
 */

/* What people store */
#define LIMIT_URL            2048 /* + forwarded query must stay under nginx's 4 KiB header buffer */
#define LIMIT_FORWARD_QUERY  1024
#define LIMIT_LOCATION       3584 /* the longest Location ever answered */
#define LIMIT_TITLE          512
#define LIMIT_NOTES          4096
#define LIMIT_TAG            64   /* keys of tags, campaigns, channels */
#define LIMIT_TAGS           50   /* per link */
#define LIMIT_NAME           128  /* display names */
#define LIMIT_UTM            255  /* one UTM value */
#define LIMIT_UTM_VALUES     5000 /* of the dictionary: a report that normalises reads them all */
#define LIMIT_UTM_ALIASES    20   /* of one of them */
#define LIMIT_SOURCE         128
#define LIMIT_EXTERNAL_ID    128
#define LIMIT_CUSTOMER       128
#define LIMIT_CLICK_ID_PARAM 64
#define LIMIT_METADATA_KEYS  20
#define LIMIT_MAX_CLICKS     1000000000 /* the largest max_clicks; more is no limit worth keeping count of */
#define LIMIT_METADATA       4096       /* as JSON */
#define LIMIT_NOTICE_TEXT    512        /* one fact of a notice; the rest is cut */
#define LIMIT_DEDUPE         128        /* the name of what a notice tells of */
#define LIMIT_DESTINATIONS   10000      /* hosts denied or allowed: a list is read whole, and edits compile it anew */
#define LIMIT_ROBOTS         100        /* each has a try of its own at a time, and a row for each notice */
#define LIMIT_ALIAS_MIN      2
#define LIMIT_ALIAS          64 /* new aliases */
#define LIMIT_ALIAS_IMPORTED 255
#define LIMIT_HOST           253 /* RFC 1035 */
#define LIMIT_CODE_MIN       5
#define LIMIT_CODE_MAX       10 /* 62^10 < 2^63 */
#define LIMIT_EVENT_TYPE     64
#define LIMIT_EVENT_ID       128
#define LIMIT_EVENT_VALUE    INT64_C(1000000000000)     /* minor units, either way: nine million such still add up */
#define LIMIT_EVENT_AHEAD_MS (5 * INT64_C(60000))       /* senders' clocks */
#define LIMIT_EVENT_AGE_MS   (1095 * INT64_C(86400000)) /* the longest window of attribution */
#define LIMIT_TOUCHES        10000 /* of one browser when an event is joined: nobody, but a program, clicks so often */

/* What a request may be */
#define LIMIT_BODY            (1024 * 1024)      /* an API body */
#define LIMIT_BODY_MEMORY     (256 * 1024)       /* past this it is spooled to an unlinked file */
#define LIMIT_BODY_IMPORT     (INT64_C(2) << 30) /* a CSV import, spooled */
#define LIMIT_BODY_PICTURE    (8 * 1024 * 1024)  /* a photo of 12 megapixels as phones write it: 3 to 7 MiB */
#define LIMIT_REPLY           (32 * 1024 * 1024) /* a built (not streamed) answer: 1,000 links with every field full */
#define LIMIT_ARENA_REQUEST   (96 * 1024 * 1024) /* the same links before and after an edit; taken as needed only */
#define LIMIT_URI             4096               /* raw request target */
#define LIMIT_HEADERS         100                /* header lines */
#define LIMIT_BULK            1000               /* items of one bulk call */
#define LIMIT_JSON_DEPTH      16
#define LIMIT_PAGE            1000  /* items of one list page */
#define LIMIT_COUNT_EXACT     10000 /* lists count exactly up to here */
#define LIMIT_IDEMPOTENCY_KEY 128
#define LIMIT_OWN_KEYS        20 /* valid API keys that a person may have made for themselves */

/* What a click keeps */
#define LIMIT_JOURNAL_RECORD 4032 /* never across a page, commit word included */
#define LIMIT_CLICK_QUERY    1024
#define LIMIT_CLICK_UA       1024
#define LIMIT_CLICK_REFERRER 512
#define LIMIT_CLICK_LANGUAGE 64
#define LIMIT_CLICK_PACKAGE  128 /* X-Requested-With: an Android package name */
#define LIMIT_REQUEST_ID     64
#define LIMIT_PLACE          128 /* names of regions, cities, carriers: a file's are short */

/* Threads, connections, queues */
#define LIMIT_REDIRECT_THREADS     64
#define LIMIT_CONNECTIONS_REDIRECT 4096 /* per redirect thread */
#define LIMIT_CONNECTIONS_PUBLIC   256
#define LIMIT_CONNECTIONS_ADMIN    128
#define LIMIT_READERS              8      /* read-only database connections */
#define LIMIT_WRITER_TASKS         1024   /* waiting API writes; more answer 503 */
#define LIMIT_CLICK_BATCH          4096   /* clicks of one transaction */
#define LIMIT_TERM_CACHE           65536  /* interned texts kept in memory */
#define LIMIT_TERMS_PER_HOUR       100000 /* new interned texts an hour; past it text goes inline */
#define LIMIT_UNKNOWN_PER_SECOND   1000   /* unknown codes recorded; the rest is only counted */
#define LIMIT_LOG_LINE             4096
#define LIMIT_CSV_LINE             (64 * 1024)
#define LIMIT_LIVE_VISITORS        (1 << 20)          /* places of who was sent where, two each: 16 MiB when full */
#define LIMIT_GEO_FILES            4                  /* IPv4, IPv6 and carriers may each be in a file of its own */
#define LIMIT_GEO_FILE             (INT64_C(1) << 30) /* held in memory */

#endif
