/* SPDX-License-Identifier: MIT */
/*
 * Journal to rows to sums to chunks, end to end: CPU time of the writer thread per click, then what a chunk takes and
 * how long an edit would wait behind it. Prints figures, asserts nothing.
 * Usage: engine_ingest_bench [CLICKS] [LINKS] [BLOCKS] [GEO_FILE]
 * BLOCKS: how many /24 the visitors come from, at most 65536, all within 36.0.0.0/8.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "../support/tempdb.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/hash.h"
#include "linkpond/engine/fold.h"
#include "linkpond/engine/geo.h"
#include "linkpond/engine/sealer.h"
#include "linkpond/engine/writer.h"
#include "linkpond/store/chunks.h"

#define MUST(call) BUG_ON((call) != OK)

static uint64_t seed = 1, blocks = 65536;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

/* Most visits go to few links: the product of two even choices. */
static int64_t some_link(uint64_t links)
{
    return (int64_t)(1 + roll(1 + roll(links)));
}

static void make_links(struct tempdb *db, uint64_t links)
{
    tempdb_domain(db);
    MUST(db_begin(db->db, false));
    for (uint64_t i = 1; i <= links; i++) {
        struct link link;
        char code[16];
        link_init(&link);
        link.id = (int64_t)i;
        snprintf(code, sizeof code, "c%" PRIu64, i);
        link.code = str_from_c(code);
        link.url = STR("https://shop.example.com/products/autumn");
        link.domain_id = db->domain_id;
        link.owner_id = 1;
        link.created_ms = link.updated_ms = 1;
        MUST(links_insert(db->db, &link));
    }
    MUST(db_commit(db->db));
}

/* Some 70 browsers; WeChat on Android numbers each device besides. */
static void some_agent(char *out, size_t size)
{
    int version = (int)roll(20), device = (int)roll(10000);

    switch (roll(3)) {
    case 0:
        snprintf(
            out, size,
            "Mozilla/5.0 (Linux; Android 13; M%d Build/TP1A.220905.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MMWEBID/%d "
            "MicroMessenger/8.0.47.2560(0x28002F30) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64",
            version, device);
        return;
    case 1:
        snprintf(out, size,
                 "Mozilla/5.0 (iPhone; CPU iPhone OS 17_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                 "Mobile/15E148 MicroMessenger/8.0.49(0x1800312d) NetType/4G Language/zh_CN",
                 version);
        return;
    default:
        snprintf(out, size,
                 "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1%d.0.0.0 "
                 "Safari/537.36",
                 version);
    }
}

static void append(struct journal *journal, int64_t time_ms, uint64_t links)
{
    char agent[512], query[128], request_id[40], code[16];
    int64_t id = 0, link = some_link(links);
    some_agent(agent, sizeof agent);
    snprintf(query, sizeof query, "utm_source=wechat&utm_campaign=c%d&x=%" PRIu64, (int)roll(20), roll(1000000));
    snprintf(request_id, sizeof request_id, "%016" PRIx64 "%016" PRIx64, roll(UINT64_MAX), roll(UINT64_MAX));
    snprintf(code, sizeof code, "c%" PRId64, link);
    uint64_t block = roll(blocks);
    const struct record record = {
        .time_ms = time_ms,
        .link_id = link,
        .outcome = OUTCOME_REDIRECT,
        .status = 302,
        .ip = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 36, (uint8_t)(block >> 8), (uint8_t)block, (uint8_t)roll(8)}},
        .host = STR("s.example.com"),
        .code = str_from_c(code),
        .location = STR("https://shop.example.com/products/autumn"),
        .user_agent = str_from_c(agent),
        .query = roll(2) ? str_from_c(query) : STR(""),
        .referrer = roll(3) ? STR("") : STR("https://mp.weixin.qq.com/"),
        .language = STR("zh-CN,zh;q=0.9"),
        .request_id = str_from_c(request_id),
    };
    MUST(journal_append(journal, 0, &record, &id));
}

static double cpu_s(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void measure(struct writer_opts *opts, int64_t clicks)
{
    struct writer *writer = NULL;
    struct writer_stats stats;
    struct fault fault = {0};
    double cpu = cpu_s();
    int64_t start_ns = clock_mono_ns();

    MUST(writer_start(opts, &writer, &fault));
    MUST(writer_drain(writer, 600000));
    double wall_s = (double)(clock_mono_ns() - start_ns) / 1e9, cpu_used = cpu_s() - cpu;
    writer_stats(writer, &stats);
    writer_stop(writer);
    printf("%" PRId64 " clicks: %.2f us CPU a click, %.0f clicks/s of CPU, %.0f clicks/s by the clock; %" PRIu64
           " batches, %" PRIu64 " folded\n",
           clicks, cpu_used * 1e6 / (double)clicks, (double)clicks / cpu_used, (double)clicks / wall_s, stats.batches,
           stats.folded);
}

static struct geo *open_geo(const char *path)
{
    str files[1] = {str_from_c(path)};
    struct geo *geo = geo_new(&(struct geo_opts){.files = files, .files_count = 1});
    struct geo_info info;

    BUG_ON(!geo);
    MUST(geo_refresh(geo, 0, true, &info, NULL));
    return geo;
}

/* As the writer does it, but one after the other. */
static void seal_all(struct db *db, size_t chunk_rows)
{
    struct sealing done = {.rows = 1};
    int64_t slowest_ns = 0, sealed = 0, chunks = 0;
    double cpu = cpu_s();

    while (done.rows > 0) {
        int64_t start_ns = clock_mono_ns();
        MUST(sealer_run(db, chunk_rows, INT64_MIN, NULL, &done));
        int64_t ns = clock_mono_ns() - start_ns;
        slowest_ns = done.rows > 0 && ns > slowest_ns ? ns : slowest_ns;
        sealed += (int64_t)done.rows;
        chunks += done.rows > 0;
    }
    double cpu_used = cpu_s() - cpu;
    if (chunks > 0) {
        printf("%" PRId64 " clicks sealed: %.2f us CPU a click, %.0f ms CPU a chunk of %zu, the slowest %.0f ms by the "
               "clock\n",
               sealed, cpu_used * 1e6 / (double)sealed, cpu_used * 1e3 / (double)chunks, chunk_rows,
               (double)slowest_ns / 1e6);
    }
}

static void print_size(struct db *db, struct tempdir *dir, int64_t clicks)
{
    struct stat whole;
    struct chunk_info info;
    int64_t bytes = 0, rows = 0;
    struct stmt *chunks = chunks_each(db);

    while (chunks_next(chunks, &info)) {
        bytes += info.bytes;
        rows += info.rows;
    }
    MUST(db_copy_to(db, tempdir_file(dir, "copy.db")));
    BUG_ON(stat(tempdir_file(dir, "copy.db"), &whole) != 0);
    printf("%.1f bytes a sealed click, the database whole %.1f bytes a click\n",
           rows > 0 ? (double)bytes / (double)rows : 0, (double)whole.st_size / (double)clicks);
}

int main(int argc, char **argv)
{
    int64_t clicks = argc > 1 ? atoll(argv[1]) : 200000;
    uint64_t links = argc > 2 ? (uint64_t)atoll(argv[2]) : 10000;
    struct geo *geo = argc > 4 ? open_geo(argv[4]) : NULL;
    struct tempdb db;
    struct tempdir dir;
    struct fault fault = {0};
    struct journal *journal = NULL;

    blocks = argc > 3 ? (uint64_t)atoll(argv[3]) : blocks;
    tempdb_init(&db);
    tempdir_init(&dir);
    make_links(&db, links);
    const struct journal_opts journal_opts = {.dir = dir.path,
                                              .node = 1,
                                              .lanes = 1,
                                              .segment_bytes = 8 << 20,
                                              .fsync = JOURNAL_FSYNC_OS,
                                              .first_segment = 1};
    MUST(journal_open(&journal_opts, &journal, &fault));
    for (int64_t i = 0; i < clicks; i++) {
        append(journal, clock_now_ms(), links);
        if (i % 1000 == 0) {
            journal_upkeep(journal, clock_now_ms());
        }
    }
    struct writer_opts opts = {
        .db = db.db,
        .journal = journal,
        .rules = recognition_builtin(),
        .geo = geo,
        .zone_name = "Asia/Shanghai",
        .node = 1,
        .repeat_window_ms = 30 * MS_PER_MINUTE,
        .fold_rows = 65536,
    };
    measure(&opts, clicks);
    seal_all(db.db, 32768);
    print_size(db.db, &dir, clicks);
    journal_close(journal);
    tempdir_done(&dir);
    tempdb_done(&db);
    geo_free(geo);
    return 0;
}
