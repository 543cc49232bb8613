/* SPDX-License-Identifier: MIT */
/*
 * The raw ledger over sealed history: CPU time of a page. Prints figures, asserts nothing.
 * Usage: engine_clicks_bench [CLICKS] [LINKS] [DAYS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../support/tempdb.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/hash.h"
#include "linkpond/engine/fold.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/engine/sealer.h"
#include "linkpond/model/record.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/segments.h"
#include "linkpond/store/terms.h"

#define MUST(call)   BUG_ON((call) != OK)
#define PER_SEGMENT  16000
#define CHUNK_ROWS   32768
#define START_MS     INT64_C(1700000000000)
#define RARE_LINK    3 /* clicked once a day */
#define FREQUENT_SET 10

static uint64_t seed = 1;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static int64_t cpu_ns(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void some_click(struct click_row *row, int64_t i, int64_t clicks, int64_t links, int64_t days, char *memory)
{
    int64_t time_ms = START_MS + (int64_t)((double)i / (double)clicks * (double)(days * MS_PER_DAY));
    bool rare = i % (clicks / days) == 0;

    *row = (struct click_row){
        .facts = {.id = click_id_make(1, 1 + (uint64_t)(i / PER_SEGMENT), (uint64_t)(64 + i % PER_SEGMENT * 64)),
                  .time_ms = time_ms,
                  .link_id = rare ? RARE_LINK : (int64_t)(FREQUENT_SET + roll(1 + roll((uint64_t)links))),
                  .outcome = OUTCOME_REDIRECT,
                  .flags = (unsigned)roll(8),
                  .visitor = 1 + i / 2,
                  .visitor_by = VISITOR_BY_HASH},
        .ip = {memory, 3},
    };
    snprintf(memory, 64, "%016" PRIx64 "%016" PRIx64, roll(UINT64_MAX), roll(UINT64_MAX));
    row->values[CLICK_REQUEST_ID].text = (str){memory, 32};
    int len = snprintf(memory + 40, 80, "utm_source=wechat&x=%" PRIu64, roll(1000000));
    row->values[CLICK_QUERY].text = roll(2) ? (str){memory + 40, (size_t)len} : STR("");
    const enum click_column shared[] = {CLICK_APP, CLICK_OS, CLICK_BROWSER, CLICK_USER_AGENT, CLICK_SOURCE};
    for (size_t c = 0; c < ARRAY_LEN(shared); c++) {
        row->values[shared[c]].term = (int64_t)(1 + roll(100));
    }
}

static void store(struct db *db, int64_t from, int64_t to, int64_t clicks, int64_t links, int64_t days)
{
    static struct click_batch batch;
    struct click_row row;
    char memory[128];

    MUST(db_begin(db, false));
    click_batch_init(&batch);
    for (int64_t i = from; i < to; i++) {
        some_click(&row, i, clicks, links, days, memory);
        MUST(click_batch_add(&batch, db, &row));
        if (i + 1 == to || (i + 1) % PER_SEGMENT == 0 || i == from) {
            int64_t rows = i == from ? to - from : 0;
            MUST(segments_ingested(db, segment_id_of_click(row.facts.id), (int64_t)click_id_offset(row.facts.id) + 64,
                                   false, rows, row.facts.time_ms, row.facts.time_ms));
        }
    }
    MUST(click_batch_flush(&batch, db));
    MUST(db_commit(db));
}

static void make_history(struct db *db, int64_t clicks, int64_t links, int64_t days)
{
    struct sealing done;
    size_t folded = 0;
    char text[16];

    MUST(db_begin(db, false));
    for (int64_t term = 1; term <= 100; term++) {
        snprintf(text, sizeof text, "term %d", (int)term);
        MUST(terms_insert(db, term, str_from_c(text)));
    }
    MUST(db_commit(db));
    for (int64_t i = 0; i < clicks; i += PER_SEGMENT) {
        store(db, i, i + PER_SEGMENT < clicks ? i + PER_SEGMENT : clicks, clicks, links, days);
        MUST(fold_run(db, &(struct fold_opts){.rows_max = FOLD_ROWS_MAX}, &folded));
        MUST(sealer_run(db, CHUNK_ROWS, INT64_MIN, NULL, &done));
    }
}

static bool count_one(void *arg, const struct click *click)
{
    *(int64_t *)arg += click->id != 0;
    return true;
}

static void page(struct db *db, const char *what, const char *link, str request_id)
{
    str word = str_from_c(link);
    struct click_query query = {.filter = {.to_ms = INT64_MAX}, .descending = true, .limit = 100};
    int64_t count = 0, start_ns = cpu_ns();

    query.request_id = request_id;
    if (word.len > 0) {
        query.filter.filters_count = 1;
        query.filter.filters[0] = (struct report_filter){.dim = DIM_LINK, .values = {.items = &word, .count = 1}};
    }
    MUST(clicks_run(db, NULL, &query, count_one, &count));
    printf("%-44s %8.1f ms of CPU, %" PRId64 " clicks\n", what, (double)(cpu_ns() - start_ns) / 1e6, count);
}

int main(int argc, char **argv)
{
    int64_t clicks = argc > 1 ? atoll(argv[1]) : 1000000, links = argc > 2 ? atoll(argv[2]) : 100000;
    int64_t days = argc > 3 ? atoll(argv[3]) : 100, chunks = 0, bytes = 0;
    struct tempdb db;
    struct chunk_info info;

    tempdb_init(&db);
    make_history(db.db, clicks, links, days);
    struct stmt *rows = chunks_each(db.db);
    while (chunks_next(rows, &info)) {
        chunks++;
        bytes += info.bytes;
    }
    printf("%" PRId64 " clicks in %" PRId64 " chunks, %.1f bytes each\n", clicks, chunks,
           (double)bytes / (double)clicks);
    page(db.db, "the newest of all", "", STR(""));
    page(db.db, "the newest of a link of many clicks", "11", STR(""));
    page(db.db, "the newest of a link clicked once a day", "3", STR(""));
    page(db.db, "the newest of a link without clicks", "5", STR(""));
    page(db.db, "one by its request id, which is nowhere", "", STR("00000000000000000000000000000000"));
    tempdb_done(&db);
    return 0;
}
