/* SPDX-License-Identifier: MIT */
/*
 * How long reports take over three years of clicks. Makes the chunks straight from the codec, folds them, then asks;
 * prints processor and elapsed time (the best of a few), asserts nothing. A database that is there already is asked
 * again without being made; ALONE in the environment leaves the second thread out. The figures to reach are for a
 * hundred million clicks.
 * Usage: engine_report_bench [CLICKS [LINKS [DATABASE [PART OF A QUESTION'S NAME]]]]
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../support/tempdb.h"
#include "linkpond/base/hash.h"
#include "linkpond/engine/fold.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"
#include "linkpond/store/terms.h"

#define MUST(call) BUG_ON((call) != OK)
#define ROUNDS     5
#define START_MS   INT64_C(1672502400000) /* 2022-12-31T16:00:00Z, a midnight in Shanghai */
#define SPAN_MS    (1096 * MS_PER_DAY)
#define YEAR_MS    (365 * MS_PER_DAY)
#define CHUNK_SIZE 32768

/* How many different words of each kind; terms are numbered one kind behind the other. */
enum {
    CHANNELS = 60,
    CHANNEL_GROUPS = 8,
    APPS = 30,
    CONTENTS = 2000,
    CAMPAIGNS = 500,
    SOURCES = 20,
    AGENTS = 3000,
    REGIONS = 34,
    CITIES = 300,
    OTHERS = 10
};
enum {
    AT_CHANNEL = 1,
    AT_APP = AT_CHANNEL + CHANNELS,
    AT_CONTENT = AT_APP + APPS,
    AT_SOURCE = AT_CONTENT + CONTENTS,
    AT_AGENT = AT_SOURCE + SOURCES,
    AT_REGION = AT_AGENT + AGENTS,
    AT_CITY = AT_REGION + REGIONS,
    AT_OTHER = AT_CITY + CITIES,
    AT_CODE = AT_OTHER + OTHERS,
    AT_PLACE = 100000000
};

static uint64_t seed = 1;
static double links_log;
static const char *only = "";
static struct report_helper *helper; /* NULL = alone */

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static double seconds(clockid_t clock)
{
    struct timespec at;

    clock_gettime(clock, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* ---- making it */

static void make_terms(struct db *db)
{
    static const char *const kinds[] = {"channel-", "app-", "content-", "source-", "agent-", "region-", "city-", "o-"};
    static const int firsts[] = {AT_CHANNEL, AT_APP,  AT_CONTENT, AT_SOURCE, AT_AGENT,
                                 AT_REGION,  AT_CITY, AT_OTHER,   AT_CODE};
    char text[64];

    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        for (int id = firsts[k]; id < firsts[k + 1]; id++) {
            snprintf(text, sizeof text, "%s%d", kinds[k], id - firsts[k]);
            MUST(terms_insert(db, id, str_from_c(text)));
        }
    }
}

static void make_labels(struct db *db, int64_t campaigns[CAMPAIGNS])
{
    char key[32], group[32];

    for (int i = 0; i < CHANNELS; i++) {
        snprintf(key, sizeof key, "channel-%d", i);
        snprintf(group, sizeof group, "group-%d", i % CHANNEL_GROUPS);
        struct label label = {.kind = LABEL_CHANNEL,
                              .key = str_from_c(key),
                              .channel_group = str_from_c(group),
                              .created_ms = 1,
                              .updated_ms = 1};
        MUST(labels_insert(db, &label));
    }
    for (int i = 0; i < CAMPAIGNS; i++) {
        snprintf(key, sizeof key, "campaign-%d", i);
        MUST(labels_ensure(db, LABEL_CAMPAIGN, str_from_c(key), 1, &campaigns[i]));
    }
}

static void make_links(struct db *db, int64_t domain_id, uint64_t count)
{
    int64_t campaigns[CAMPAIGNS];

    MUST(db_begin(db, false));
    make_terms(db);
    make_labels(db, campaigns);
    for (uint64_t i = 1; i <= count; i++) {
        struct link link;
        char code[24], place[80];
        link_init(&link);
        snprintf(code, sizeof code, "c%" PRIu64, i);
        link.id = (int64_t)i;
        link.code = str_from_c(code);
        link.url = STR("https://shop.example.com/products/autumn");
        link.domain_id = domain_id;
        link.campaign_id = campaigns[hash_xxh3(&i, sizeof i, 3) % CAMPAIGNS];
        link.owner_id = 1;
        link.created_ms = link.updated_ms = 1;
        MUST(links_insert(db, &link));
        MUST(terms_insert(db, (int64_t)(AT_CODE + i), link.code));
        snprintf(place, sizeof place, "https://shop.example.com/products/autumn?item=%" PRIu64, i);
        MUST(terms_insert(db, (int64_t)(AT_PLACE + i), str_from_c(place)));
    }
    MUST(db_commit(db));
    MUST(db_checkpoint(db, true, NULL, NULL));
}

static void set_term(struct click_row *row, enum click_column column, uint64_t term)
{
    row->values[column] = (struct click_value){.term = (int64_t)term};
}

/* Zipf: as many visits for each doubling of the rank. What a link carries is its own, and so is a visitor's browser. */
static void some_click(struct click_row *row, uint64_t at, uint64_t clicks, char *memory)
{
    uint64_t link = (uint64_t)exp((double)roll(UINT64_C(1) << 52) / (double)(UINT64_C(1) << 52) * links_log);
    uint64_t a_day = clicks / 1096 + 1, day = at / a_day;
    uint64_t visitor = 1 + day * (a_day / 2 + 1) + roll(a_day / 2 + 1), its = hash_xxh3(&visitor, sizeof visitor, 6);
    uint64_t trait = hash_xxh3(&link, sizeof link, 5), agent = its % (1 + (its >> 32) % AGENTS);
    bool bot = roll(12) == 0, carries = trait % 3 > 0;
    int64_t time_ms = START_MS + (int64_t)((double)at / (double)clicks * (double)SPAN_MS);

    *row = (struct click_row){
        .facts = {.id = (INT64_C(1) << 51) + (int64_t)(at / 1500 << 17) + (int64_t)(at % 1500) * 7,
                  .time_ms = time_ms,
                  .link_id = (int64_t)link,
                  .class = bot ? CLASS_BOT : CLASS_HUMAN,
                  .outcome = roll(50) ? OUTCOME_REDIRECT : OUTCOME_EXPIRED,
                  .signals = (unsigned)(agent % 4) << 3,
                  .flags = (unsigned)(roll(5) ? roll(4) : CLICK_FLAG_QR),
                  .visitor = bot ? 0 : (int64_t)visitor,
                  .visitor_by = bot ? VISITOR_BY_NONE : VISITOR_BY_HASH,
                  .source_by = carries     ? BY_LINK
                               : agent % 3 ? BY_APP
                                           : BY_DIRECT,
                  .channel_by = carries ? BY_LINK : BY_INFERRED,
                  .scene = (enum click_scene)(agent % SCENE_COUNT)},
        .ip = {memory, 3},
    };
    for (int i = 0; i < 3; i++) {
        memory[i] = (char)roll(256);
    }
    snprintf(memory + 3, 33, "%016" PRIx64 "%016" PRIx64, roll(UINT64_MAX), roll(UINT64_MAX));
    row->values[CLICK_REQUEST_ID] = (struct click_value){.text = {memory + 3, 32}};
    set_term(row, CLICK_CHANNEL, AT_CHANNEL + (carries ? trait : agent) % CHANNELS);
    set_term(row, CLICK_SOURCE, AT_SOURCE + (carries ? trait : agent) % SOURCES);
    set_term(row, CLICK_APP, AT_APP + agent % APPS);
    set_term(row, CLICK_UTM_CONTENT, carries ? AT_CONTENT + (trait >> 20) % CONTENTS : 0);
    set_term(row, CLICK_UTM_SOURCE, carries ? AT_SOURCE + trait % SOURCES : 0);
    set_term(row, CLICK_REGION, AT_REGION + roll(1 + roll(REGIONS)));
    set_term(row, CLICK_CITY, AT_CITY + roll(1 + roll(CITIES)));
    set_term(row, CLICK_USER_AGENT, AT_AGENT + agent);
    set_term(row, CLICK_OS, AT_OTHER + agent % 5);
    set_term(row, CLICK_DEVICE, AT_OTHER + agent % 3);
    set_term(row, CLICK_BROWSER, AT_OTHER + agent % 9);
    set_term(row, CLICK_LANGUAGE, AT_OTHER + roll(4));
    set_term(row, CLICK_NET, AT_OTHER + agent % 4);
    set_term(row, CLICK_COUNTRY, AT_OTHER);
    set_term(row, CLICK_HOST, AT_OTHER);
    set_term(row, CLICK_RULE, AT_OTHER + bot);
    set_term(row, CLICK_CODE, AT_CODE + link);
    set_term(row, CLICK_LOCATION, AT_PLACE + link);
}

static void make_chunks(struct db *db, uint64_t clicks)
{
    struct chunk_builder *builder = chunk_builder_new(CHUNK_SIZE, 64 << 20, 11);
    struct chunk_bounds bounds;
    struct click_row row;
    char memory[64];
    int64_t id = 0;

    for (uint64_t at = 0; at < clicks;) {
        chunk_builder_reset(builder);
        while (at < clicks && chunk_builder_rows(builder) < CHUNK_SIZE) {
            some_click(&row, at++, clicks, memory);
            MUST(chunk_builder_add(builder, &row));
        }
        chunk_builder_sort(builder, &bounds);
        MUST(db_begin(db, false));
        MUST(chunks_insert(db, builder, &bounds, false, &id));
        MUST(db_commit(db));
        if (id % 64 == 0) {
            MUST(db_checkpoint(db, true, NULL, NULL));
        }
    }
    chunk_builder_free(builder);
}

static void fold_everything(struct db *db)
{
    size_t rows = 1;

    while (rows > 0) {
        MUST(fold_run(db, &(struct fold_opts){.rows_max = FOLD_ROWS_MAX}, &rows));
        MUST(db_checkpoint(db, false, NULL, NULL));
    }
    MUST(db_checkpoint(db, true, NULL, NULL));
}

static void make_database(const char *path, uint64_t clicks, uint64_t links)
{
    struct tempdb tmp = {0};
    double at = seconds(CLOCK_MONOTONIC);

    MUST(db_open(path, DB_WRITE, &tmp.db, NULL));
    arena_init(&tmp.arena, 1 << 20);
    tempdb_domain(&tmp);
    make_links(tmp.db, tmp.domain_id, links);
    int64_t empty = db_file_bytes(tmp.db);
    make_chunks(tmp.db, clicks);
    int64_t sealed = db_file_bytes(tmp.db);
    fold_everything(tmp.db);
    int64_t folded = db_file_bytes(tmp.db);
    printf("%" PRIu64 " clicks, %" PRIu64 " links: made in %.0f s; %.1f bytes a click in chunks, %.1f in sums\n",
           clicks, links, seconds(CLOCK_MONOTONIC) - at, (double)(sealed - empty) / (double)clicks,
           (double)(folded - sealed) / (double)clicks);
    db_close(tmp.db);
    arena_done(&tmp.arena);
}

/* ---- asking */

static bool swallow(void *arg, const struct click *click)
{
    (void)click;
    ++*(int64_t *)arg;
    return true;
}

static void print_best(const char *what, double cpu, double wall, int64_t found)
{
    printf("%-64s %9.1f ms %9.1f ms %12" PRId64 "\n", what, cpu * 1e3, wall * 1e3, found);
    fflush(stdout);
}

static void measure(struct db *db, const char *what, const struct report_query *query, bool raw)
{
    double best_cpu = 1e9, best_wall = 1e9;
    int64_t found = 0;

    if (!strstr(what, only)) {
        return;
    }
    for (int round = 0; round < ROUNDS && (round == 0 || best_wall < 5); round++) {
        struct arena arena;
        struct report report = {0};
        arena_init(&arena, 64 << 20);
        double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
        found = 0;
        if (raw) {
            const struct click_query clicks = {.filter = *query, .descending = true, .limit = 100};
            MUST(clicks_run(db, &arena, &clicks, swallow, &found));
        } else {
            MUST(report_run(db, helper, &arena, query, &report, NULL));
            found = report.totals.clicks;
        }
        cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        wall = seconds(CLOCK_MONOTONIC) - wall;
        best_cpu = cpu < best_cpu ? cpu : best_cpu;
        best_wall = wall < best_wall ? wall : best_wall;
        arena_done(&arena);
    }
    print_best(what, best_cpu, best_wall, found);
}

static struct report_query all_time(void)
{
    return (struct report_query){
        .from_ms = START_MS, .to_ms = START_MS + SPAN_MS, .zone = zone_find(STR("Asia/Shanghai")), .limit = 100};
}

static struct report_query one_year(enum dim dim)
{
    struct report_query query = all_time();

    query.from_ms = START_MS + YEAR_MS;
    query.to_ms = START_MS + 2 * YEAR_MS;
    query.group_by[0] = dim;
    query.group_count = 1;
    return query;
}

static void add_filter(struct report_query *query, enum dim dim, str *word)
{
    query->filters[query->filters_count++] = (struct report_filter){.dim = dim, .values = {word, 1}};
}

static void ask_of_one(struct db *db, enum dim dim, const char *name, const char *word)
{
    struct report_query query = all_time();
    str words[] = {str_from_c(word), STR("app-3")};
    char what[80];

    query.interval = INTERVAL_DAY;
    add_filter(&query, dim, &words[0]);
    snprintf(what, sizeof what, "%s: totals and days of three years", name);
    measure(db, what, &query, false);
    query.want_visitors = true;
    snprintf(what, sizeof what, "%s: the same with visitors", name);
    measure(db, what, &query, false);
    query.want_visitors = false;
    query.group_by[0] = DIM_APP;
    query.group_count = 1;
    snprintf(what, sizeof what, "%s: apps of three years", name);
    measure(db, what, &query, false);
    if (dim == DIM_LINK) {
        snprintf(what, sizeof what, "%s: its newest 100 clicks", name);
        measure(db, what, &query, true);
    }
}

static void ask_top(struct db *db, enum dim dim)
{
    struct report_query query = one_year(dim);
    str app = STR("app-3"), source = STR("source-2");
    char what[80];

    snprintf(what, sizeof what, "top 100 by " STR_FMT ", a year", STR_ARG(dim_name(dim)));
    measure(db, what, &query, false);
    add_filter(&query, dim == DIM_APP ? DIM_UTM_SOURCE : DIM_APP, dim == DIM_APP ? &source : &app);
    snprintf(what, sizeof what, "top 100 by " STR_FMT ", a year, one filter", STR_ARG(dim_name(dim)));
    measure(db, what, &query, false);
    query.filters_count = 0;
    query.want_visitors = true;
    snprintf(what, sizeof what, "top 100 by " STR_FMT ", a year, with visitors", STR_ARG(dim_name(dim)));
    measure(db, what, &query, false);
}

static void ask_pair(struct db *db, enum dim first, enum dim second)
{
    struct report_query query = one_year(first);
    char what[80];

    query.group_by[1] = second;
    query.group_count = 2;
    snprintf(what, sizeof what, STR_FMT " x " STR_FMT ", a year", STR_ARG(dim_name(first)), STR_ARG(dim_name(second)));
    measure(db, what, &query, false);
}

static void ask(const char *path)
{
    struct report_query query = all_time();
    struct db *db = NULL;

    MUST(db_open(path, DB_READ, &db, NULL));
    if (!getenv("ALONE")) {
        MUST(report_helper_start(path, &helper, NULL));
    }
    printf("%-64s %12s %12s %12s\n", "", "processor", "elapsed", "clicks");
    query.interval = INTERVAL_DAY;
    measure(db, "everything: totals and days of three years", &query, false);
    ask_of_one(db, DIM_LINK, "link 1", "1");
    ask_of_one(db, DIM_LINK, "link 5000", "5000");
    ask_of_one(db, DIM_CAMPAIGN, "a campaign", "campaign-7");
    const enum dim tops[] = {DIM_APP, DIM_UTM_CONTENT, DIM_CHANNEL, DIM_CHANNEL_GROUP, DIM_CAMPAIGN, DIM_LINK};
    for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
        ask_top(db, tops[i]);
    }
    ask_pair(db, DIM_CHANNEL_GROUP, DIM_APP);
    ask_pair(db, DIM_UTM_CONTENT, DIM_CITY);
    ask_pair(db, DIM_CAMPAIGN, DIM_APP);
    ask_pair(db, DIM_WEEKDAY, DIM_HOUR);
    ask_pair(db, DIM_APP, DIM_HOUR);
    report_helper_stop(helper);
    db_close(db);
}

int main(int argc, char **argv)
{
    long long clicks = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000000;
    long long links = argc > 2 ? strtoll(argv[2], NULL, 10) : 1000000;
    struct tempdir dir = {0};

    if (clicks < 1 || links < 1 || argc > 5) {
        fprintf(stderr, "usage: %s [CLICKS [LINKS [DATABASE [PART OF A NAME]]]]\n", argv[0]);
        return 2;
    }
    only = argc > 4 ? argv[4] : "";
    links_log = log((double)links + 1);
    if (argc <= 3) {
        tempdir_init(&dir);
    }
    const char *path = argc > 3 ? argv[3] : tempdir_file(&dir, "report.db");
    if (access(path, F_OK) != 0) {
        make_database(path, (uint64_t)clicks, (uint64_t)links);
    }
    ask(path);
    if (argc <= 3) {
        tempdir_done(&dir);
    }
    return 0;
}
