/* SPDX-License-Identifier: MIT */
/*
 * A labelled click stream through the redirect handler, the journal and the writer: what the ledger says of it against
 * the truth, or, for long ones, how fast it goes in and how much room it takes. Prints figures, asserts nothing.
 *
 * Usage: http_click_stream_bench [--clicks N] [--links N] [--persons N] [--days N] [--seed N] [--dir FOLDER]
 *                                [--agents FOLDER] [--cookies all|off] [--score] [--misses]
 * --score joins every click with its truth (up to some hundred thousand); --misses lists the wrong answers besides.
 * With --dir the data folder stays: linkpond serve can show it.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "click_score.h"
#include "linkpond/base/clock.h"
#include "tempdir.h"

struct options {
    struct stream_opts stream;
    int64_t clicks;
    const char *dir;
    bool score, misses, no_cookies;
};

static double cpu_s(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double wall_s(void)
{
    return (double)clock_mono_ns() / 1e9;
}

static bool read_options(int argc, char **argv, struct options *out)
{
    static const struct option names[] = {
        {"clicks", required_argument, NULL, 'c'},
        {"links", required_argument, NULL, 'l'},
        {"persons", required_argument, NULL, 'p'},
        {"days", required_argument, NULL, 'd'},
        {"seed", required_argument, NULL, 's'},
        {"dir", required_argument, NULL, 'f'},
        {"agents", required_argument, NULL, 'a'},
        {"cookies", required_argument, NULL, 'k'},
        {"score", no_argument, NULL, 'S'},
        {"misses", no_argument, NULL, 'M'},
        {0},
    };
    int64_t number = 0;
    for (int name = getopt_long(argc, argv, "", names, NULL); name != -1;
         name = getopt_long(argc, argv, "", names, NULL)) {
        bool counts = name == 'c' || name == 'l' || name == 'p' || name == 'd' || name == 's';
        if (name == '?' || (counts && (!str_to_i64(str_from_c(optarg), &number) || number < 1))) {
            return false;
        }
        switch (name) {
        case 'c':
            out->clicks = number;
            break;
        case 'l':
            out->stream.links = (uint32_t)number;
            break;
        case 'p':
            out->stream.persons = (uint32_t)number;
            break;
        case 'd':
            out->stream.days = (int)number;
            break;
        case 's':
            out->stream.seed = (uint64_t)number;
            break;
        case 'f':
            out->dir = optarg;
            break;
        case 'a':
            out->stream.agents_dir = optarg;
            break;
        case 'k':
            out->no_cookies = strcmp(optarg, "off") == 0;
            break;
        case 'M':
            out->misses = out->score = true;
            break;
        default:
            out->score = true;
            break;
        }
    }
    return true;
}

static void play(struct click_run *run, struct score *score, const struct options *options)
{
    int days = options->stream.days;

    for (int day = days - 1; day >= 0; day--) {
        int64_t done = options->clicks * (days - 1 - day) / days;
        size_t made = 0, wanted = (size_t)(options->clicks * (days - day) / days - done);
        const struct stream_click *clicks = wanted > 0 ? stream_day(run->stream, day, wanted, &made) : NULL;
        click_run_feed(run, clicks, made);
        if (score) {
            score_fed(score, clicks, made);
        }
    }
    click_run_drain(run);
}

static void print_rates(struct click_run *run, double seconds, double cpu, double making)
{
    struct engine_balance balance;
    struct writer_stats stats;
    struct rusage usage;
    struct fault fault = {0};
    struct db *db = readers_take(run->engine->readers, 60000);

    engine_balance(run->engine, &balance);
    writer_stats(run->engine->writer, &stats);
    getrusage(RUSAGE_SELF, &usage);
    BUG_ON(!db);
    printf("%" PRIu64
           " clicks in %.1f s: %.0f a second by the clock, %.0f by processor time (making them: %.1f s of it)\n",
           run->fed, seconds, (double)run->fed / seconds, (double)run->fed / (cpu - making), making);
    printf("balance: %" PRIu64 " answered = %" PRIu64 " journalled = %" PRIu64 " ingested + %" PRIu64 " lag; %" PRIu64
           " dropped\n",
           balance.answered, balance.journalled, balance.ingested, balance.lag_records, balance.dropped);
    printf("class       fed      recorded\n");
    for (int i = 0; i < CLASS_COUNT; i++) {
        str name = click_class_name((enum click_class)i);
        printf("%-10.*s %8" PRIu64 " %8" PRIu64 "\n", STR_ARG(name), run->by_class[i], stats.by_class[i]);
    }
    printf("database %.1f MB, %.1f bytes a click; peak memory %ld MiB\n", (double)db_file_bytes(db) / 1e6,
           (double)db_file_bytes(db) / (double)run->fed, usage.ru_maxrss / 1024);
    readers_give(run->engine->readers, db);
    (void)fault;
}

int main(int argc, char **argv)
{
    struct options options = {
        .stream = {.seed = 20261122, .links = 2000, .persons = 6000, .days = 7, .agents_dir = "tests/unit/model/data"},
        .clicks = 20000,
    };
    struct tempdir dir;
    struct click_run run;

    if (!read_options(argc, argv, &options)) {
        fprintf(stderr,
                "usage: %s [--clicks N] [--links N] [--persons N] [--days N] [--seed N] [--dir FOLDER] "
                "[--agents FOLDER] [--cookies all|off] [--score] [--misses]\n",
                argv[0]);
        return 2;
    }
    const struct zone *zone = zone_find(STR("Asia/Shanghai"));
    options.stream.end_ms = zone_day_start(zone, zone_civil_day(zone, clock_now_ms(), NULL));
    struct stream *stream = stream_new(&options.stream);
    if (!options.dir) {
        tempdir_init(&dir);
    }
    click_run_init(&run, stream, options.dir ? options.dir : dir.path);
    run.opts.visitor_cookie = options.no_cookies ? VISITOR_COOKIE_OFF : VISITOR_COOKIE_ALL;
    click_run_open(&run);
    struct score *score = options.score ? score_new(&run) : NULL;
    double start = wall_s(), cpu = cpu_s();
    play(&run, score, &options);
    print_rates(&run, wall_s() - start, cpu_s() - cpu, 0);
    if (score) {
        score_read(score, options.misses ? stderr : NULL);
        score_print(score, stdout);
        printf("sums: %" PRId64 " wrong\n", score_sums_wrong(score));
    }
    click_run_close(&run);
    score_free(score);
    click_run_done(&run);
    stream_free(stream);
    return 0;
}
