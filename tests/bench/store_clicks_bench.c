/* SPDX-License-Identifier: MIT */
/*
 * store_clicks_bench [CLICKS [LINKS]]: what the ledger costs. Inserts clicks with realistic columns in batches as the
 * writer does, scans them by facts, by one dimension and whole, and streams links as the cache's loader does. Prints,
 * and judges nothing.
 */
#include "linkpond/base/clock.h"
#include "linkpond/base/limits.h"
#include "linkpond/store/clicks.h"

#include "../support/templink.h"

static double seconds_since(int64_t start_ns)
{
    return (double)(clock_mono_ns() - start_ns) / 1e9;
}

static void print_rate(const char *what, int64_t rows, double seconds)
{
    printf("%-28s %9lld rows  %8.0f rows/s  %6.2f us/row\n", what, (long long)rows, (double)rows / seconds,
           seconds * 1e6 / (double)rows);
}

/* Interned all but what differs per request, as it is while the growth budget lasts. */
static void fill_row(struct click_row *row, int64_t i, char request_id[33])
{
    static const uint8_t terms[] = {CLICK_RULE,   CLICK_HOST,    CLICK_CODE,     CLICK_LOCATION,  CLICK_APP,
                                    CLICK_OS,     CLICK_DEVICE,  CLICK_BROWSER,  CLICK_LANGUAGE,  CLICK_NET,
                                    CLICK_SOURCE, CLICK_CHANNEL, CLICK_REFERRER, CLICK_USER_AGENT};

    snprintf(request_id, 33, "%016llx%016llx", (unsigned long long)i * 0x9e3779b97f4a7c15u,
             (unsigned long long)i * 0xc2b2ae3d27d4eb4fu);
    row->facts = (struct click_facts){.id = (INT64_C(1) << 17) + i * 8,
                                      .time_ms = INT64_C(1790000000000) + i * 3,
                                      .link_id = 1 + i % 10007,
                                      .class = i % 9 ? CLASS_HUMAN : CLASS_BOT,
                                      .outcome = OUTCOME_REDIRECT,
                                      .signals = SIGNAL_HTTPS | SIGNAL_COOKIE,
                                      .flags = i % 3 ? 0 : CLICK_FLAG_FIRST_HERE,
                                      .visitor = 1 + i % 50000,
                                      .visitor_by = VISITOR_BY_HASH,
                                      .source_by = BY_APP,
                                      .channel_by = BY_LINK};
    for (size_t t = 0; t < ARRAY_LEN(terms); t++) {
        row->values[terms[t]].term = 1 + (i * 31 + (int64_t)t * 7) % (t < 4 ? 20000 : 60);
    }
    row->values[CLICK_REQUEST_ID].text = (str){request_id, 32};
    row->ip = (str){"\x0a\x01\x02", 3};
}

static void insert_clicks(struct tempdb *tmp, int64_t count)
{
    static struct click_batch batch;
    struct click_row row = {0};
    char request_id[33];
    int64_t start = clock_mono_ns();

    for (int64_t i = 0; i < count; i++) {
        if (i % LIMIT_CLICK_BATCH == 0) {
            BUG_ON(db_begin(tmp->db, false));
            click_batch_init(&batch);
        }
        fill_row(&row, i, request_id);
        BUG_ON(click_batch_add(&batch, tmp->db, &row));
        if (i % LIMIT_CLICK_BATCH == LIMIT_CLICK_BATCH - 1 || i == count - 1) {
            BUG_ON(click_batch_flush(&batch, tmp->db) || db_commit(tmp->db));
            db_checkpoint(tmp->db, false, NULL, NULL);
        }
    }
    print_rate("insert", count, seconds_since(start));
    printf("%-28s %9.1f bytes\n", "a click takes", (double)db_file_bytes(tmp->db) / (double)count);
}

static void scan_clicks(struct tempdb *tmp, const char *what, uint64_t columns)
{
    struct clicks_scan scan;
    int64_t rows = 0;
    int64_t sum = 0;
    int64_t start = clock_mono_ns();

    clicks_scan(&scan, tmp->db, 0, INT64_MAX, false, columns);
    for (; clicks_scan_next(&scan); rows++) {
        sum += scan.facts.link_id;
        for (int c = 0; c < CLICK_COLUMNS; c++) {
            sum += columns & CLICK_BIT(c) ? clicks_scan_value(&scan, (enum click_column)c).term : 0;
        }
    }
    BUG_ON(stmt_err(scan.rows) || (rows > 0 && sum == 0));
    print_rate(what, rows, seconds_since(start));
}

static void load_links(struct tempdb *tmp, int64_t count)
{
    struct links_load load;
    struct link_hot hot;
    int64_t start = clock_mono_ns();

    BUG_ON(db_begin(tmp->db, false));
    for (int64_t i = 0; i < count; i++) {
        struct link link = templink_new(tmp);
        link.url = arena_f(&tmp->arena, "https://www.example.com/products/%lld?from=linkpond", (long long)i);
        link.title = STR("A title of ordinary length");
        templink_add(tmp, &link);
        if (i % 1000 == 0) {
            arena_reset(&tmp->arena);
        }
    }
    BUG_ON(db_commit(tmp->db));
    db_checkpoint(tmp->db, true, NULL, NULL);
    print_rate("create links (store only)", count, seconds_since(start));

    start = clock_mono_ns();
    int64_t rows = 0;
    size_t bytes = 0;
    for (links_load_each(&load, tmp->db); links_load_next(&load, &hot); rows++) {
        bytes += hot.url.len;
    }
    BUG_ON(links_load_end(&load) != OK || rows != count || bytes == 0);
    print_rate("load links", rows, seconds_since(start));
}

int main(int argc, char **argv)
{
    int64_t clicks = argc > 1 ? strtoll(argv[1], NULL, 10) : 500000;
    int64_t links = argc > 2 ? strtoll(argv[2], NULL, 10) : 200000;
    struct tempdb tmp;

    if (clicks < 1 || links < 1) {
        fprintf(stderr, "usage: %s [CLICKS [LINKS]]\n", argv[0]);
        return 2;
    }
    tempdb_init(&tmp);
    tempdb_domain(&tmp);
    insert_clicks(&tmp, clicks);
    scan_clicks(&tmp, "scan facts", 0);
    scan_clicks(&tmp, "scan facts and one value", CLICK_BIT(CLICK_APP));
    scan_clicks(&tmp, "scan everything", CLICK_EVERYTHING);
    load_links(&tmp, links);
    tempdb_done(&tmp);
    return 0;
}
