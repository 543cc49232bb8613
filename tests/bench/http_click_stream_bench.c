/* SPDX-License-Identifier: MIT */
/*
 * A labelled click stream through the redirect handler, the journal and the writer: what the ledger says of it against
 * the truth, or, for long ones, how fast it goes in and how much room it takes. Prints figures, asserts nothing.
 *
 * Usage: http_click_stream_bench [--clicks N] [--links N] [--persons N] [--days N] [--seed N] [--dir FOLDER]
 *                                [--agents FOLDER] [--own FILE] [--cookies all|off] [--score] [--values] [--misses]
 * --own takes User-Agents of yours, a line each: bot, preview, browser or an app's key, a tab, the User-Agent.
 * --score joins every click with its truth (up to some hundred thousand); --values shows every value of every
 * dimension, not only those with mistakes; --misses lists the mistakes. With --dir the data folder stays: linkpond
 * serve can show it. A folder that has links already, at least N, is played on: its links are visited, and --score says
 * nothing then.
 */
#include <dirent.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "click_score.h"
#include "linkpond/base/clock.h"
#include "tempdir.h"

struct options {
    struct stream_opts stream;
    int64_t clicks;
    const char *dir;
    bool score, values, misses, no_cookies;
};

static double cpu_s(clockid_t clock)
{
    struct timespec at;

    clock_gettime(clock, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static bool first_word(const char *thread, const char *file, char out[32])
{
    char path[320];

    snprintf(path, sizeof path, "/proc/self/task/%s/%s", thread, file);
    FILE *in = fopen(path, "re");
    bool read = in && fscanf(in, "%31s", out) == 1;
    if (in) {
        fclose(in);
    }
    return read;
}

/* Of the writer's thread so far: rows, sums and chunks, without the redirects that filled the journal. */
static double writer_cpu_s(void)
{
    char name[32], ran_ns[32];
    double seconds = 0;
    DIR *threads = opendir("/proc/self/task");

    for (struct dirent *entry = threads ? readdir(threads) : NULL; entry; entry = readdir(threads)) {
        bool writer = first_word(entry->d_name, "comm", name) && strcmp(name, "writer") == 0;
        seconds += writer && first_word(entry->d_name, "schedstat", ran_ns) ? strtod(ran_ns, NULL) / 1e9 : 0;
    }
    if (threads) {
        closedir(threads);
    }
    return seconds;
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
        {"own", required_argument, NULL, 'o'},
        {"score", no_argument, NULL, 'S'},
        {"values", no_argument, NULL, 'V'},
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
        case 'o':
            out->stream.own_agents = optarg;
            break;
        case 'k':
            out->no_cookies = strcmp(optarg, "off") == 0;
            break;
        case 'V':
            out->values = out->score = true;
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

/* What it took to bring the stream in. */
struct cost {
    double seconds, cpu;
    double making, writer; /* of the processor time, what the stream itself took, and the writer's thread */
    int64_t bytes_before, bytes_after;
};

static int64_t database_bytes(struct click_run *run)
{
    struct db *db = readers_take(run->engine->readers, 60000);

    BUG_ON(!db);
    int64_t bytes = db_file_bytes(db);
    readers_give(run->engine->readers, db);
    return bytes;
}

static void play(struct click_run *run, struct score *score, const struct options *options, struct cost *cost)
{
    int days = options->stream.days;
    double start = wall_s(), cpu = cpu_s(CLOCK_PROCESS_CPUTIME_ID), writer = writer_cpu_s();

    cost->bytes_before = database_bytes(run);
    for (int day = days - 1; day >= 0; day--) {
        int64_t done = options->clicks * (days - 1 - day) / days;
        size_t made = 0, wanted = (size_t)(options->clicks * (days - day) / days - done);
        double before = cpu_s(CLOCK_THREAD_CPUTIME_ID);
        const struct stream_click *clicks = wanted > 0 ? stream_day(run->stream, day, wanted, &made) : NULL;
        cost->making += cpu_s(CLOCK_THREAD_CPUTIME_ID) - before;
        click_run_feed(run, clicks, made);
        if (score) {
            score_fed(score, clicks, made);
        }
    }
    click_run_drain(run);
    cost->seconds = wall_s() - start;
    cost->cpu = cpu_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    cost->writer = writer_cpu_s() - writer;
    cost->bytes_after = database_bytes(run);
}

static void print_cost(const struct click_run *run, const struct cost *cost)
{
    double clicks = (double)run->fed, bytes = (double)(cost->bytes_after - cost->bytes_before);
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    printf("%.0f clicks in %.1f s: %.0f a second by the clock, %.0f by processor time\n", clicks, cost->seconds,
           clicks / cost->seconds, clicks / (cost->cpu - cost->making));
    printf("%.1f us of processor time a click, redirect and writer together; making the stream took %.1f besides\n",
           1e6 * (cost->cpu - cost->making) / clicks, 1e6 * cost->making / clicks);
    printf("%.2f us of it in the writer: rows, sums and chunks\n", 1e6 * cost->writer / clicks);
    printf("database from %.1f to %.1f MB: %.1f bytes a click; peak memory %ld MiB\n", (double)cost->bytes_before / 1e6,
           (double)cost->bytes_after / 1e6, bytes / clicks, usage.ru_maxrss / 1024);
}

static void print_balance(const struct click_run *run)
{
    struct engine_balance balance;
    struct writer_stats stats;

    engine_balance(run->engine, &balance);
    writer_stats(run->engine->writer, &stats);
    printf("%" PRIu64 " answered = %" PRIu64 " journalled = %" PRIu64 " ingested + %" PRIu64 " lag; %" PRIu64
           " dropped; %" PRIu64 " folded, %" PRIu64 " sealed into chunks\n",
           balance.answered, balance.journalled, balance.ingested, balance.lag_records, balance.dropped, stats.folded,
           stats.sealed);
    printf("class           fed  recorded\n");
    for (int i = 0; i < CLASS_COUNT; i++) {
        str name = click_class_name((enum click_class)i);
        printf("%-10.*s %8" PRIu64 "  %8" PRIu64 "\n", STR_ARG(name), run->by_class[i], stats.by_class[i]);
    }
}

static void remove_folder(struct tempdir *dir)
{
    struct tempdir inner = {0};

    int len = snprintf(inner.path, sizeof inner.path, "%s/journal", dir->path);
    BUG_ON(len >= (int)sizeof inner.path);
    tempdir_done(&inner);
    tempdir_done(dir);
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
                "[--agents FOLDER] [--own FILE] [--cookies all|off] [--score] [--values] [--misses]\n",
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
    struct cost cost = {0};
    play(&run, score, &options, &cost);
    print_cost(&run, &cost);
    print_balance(&run);
    if (score) {
        score_read(score, options.misses ? stderr : NULL);
        score_print(score, options.values, stdout);
        printf("sums: %" PRId64 " wrong\n", score_sums_wrong(score));
    }
    click_run_close(&run);
    score_free(score);
    click_run_done(&run);
    stream_free(stream);
    if (!options.dir) {
        remove_folder(&dir);
    }
    return 0;
}
