/* SPDX-License-Identifier: MIT */
/* Cost of the journal in nanoseconds a record. Usage: engine_journal_bench [FOLDER], a new one under /tmp by default.
 * Appending runs with upkeep in its own thread, as the server has it; reading is timed apart. */
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/engine/journal.h"

#define RECORDS 400000
#define BATCH   4096

static atomic_bool stop;

static void *keep_up(void *arg)
{
    struct journal *journal = arg;

    while (!atomic_load(&stop)) {
        journal_upkeep(journal, clock_now_ms());
        usleep(2000); /* the server's 100 ms suits its rates; this appends some fifty times as fast */
    }
    return NULL;
}

static struct record browser_record(void)
{
    return (struct record){
        .time_ms = 1700000000000,
        .link_id = 12345,
        .outcome = OUTCOME_REDIRECT,
        .status = 302,
        .host = STR("s.example"),
        .code = STR("aB3dE9x"),
        .location = STR("https://www.example.com/products/autumn?colour=red&utm_source=poster"),
        .user_agent = STR("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
                          "Gecko) Mobile/15E148 MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"),
        .language = STR("zh-CN,zh-Hans;q=0.9"),
        .request_id = STR("0123456789abcdef0123456789abcdef"),
    };
}

static double append_all(struct journal *journal)
{
    struct record record = browser_record();
    int64_t id;
    int64_t start = clock_mono_ns();

    for (int i = 0; i < RECORDS; i++) {
        record.link_id = i;
        BUG_ON(journal_append(journal, 0, &record, &id) != OK);
    }
    return (double)(clock_mono_ns() - start) / RECORDS;
}

static double read_all(struct journal *journal)
{
    struct journal_position positions[JOURNAL_BATCH_SEGMENTS];
    struct record record;
    int64_t id, sum = 0, count = 0;
    int64_t start = clock_mono_ns();

    while (journal_next(journal, &record, &id)) {
        sum += record.link_id;
        if (++count % BATCH == 0) {
            journal_positions(journal, positions, JOURNAL_BATCH_SEGMENTS);
            journal_batch_committed(journal);
        }
    }
    journal_positions(journal, positions, JOURNAL_BATCH_SEGMENTS);
    journal_batch_committed(journal);
    BUG_ON(count != RECORDS || sum != (int64_t)RECORDS * (RECORDS - 1) / 2);
    return (double)(clock_mono_ns() - start) / RECORDS;
}

static void run(const char *dir, const char *name, bool plain_writes)
{
    struct journal_opts opts = {
        .dir = dir, .node = 1, .lanes = 1, .segment_bytes = 8 << 20, .plain_writes = plain_writes, .first_segment = 1};
    struct journal *journal;
    struct fault fault;
    pthread_t upkeep;

    BUG_ON(journal_open(&opts, &journal, &fault) != OK);
    atomic_store(&stop, false);
    BUG_ON(pthread_create(&upkeep, NULL, keep_up, journal) != 0);
    for (int round = 0; round < 3; round++) {
        double append_ns = append_all(journal);
        printf("%s round %d append_ns %.1f read_ns %.1f\n", name, round, append_ns, read_all(journal));
        journal_release(journal);
    }
    atomic_store(&stop, true);
    pthread_join(upkeep, NULL);
    journal_close(journal);
}

static void remove_dir(const char *path)
{
    char name[600];
    DIR *dir = opendir(path);

    for (struct dirent *row = dir ? readdir(dir) : NULL; row; row = readdir(dir)) {
        snprintf(name, sizeof name, "%s/%s", path, row->d_name);
        unlink(name);
    }
    if (dir) {
        closedir(dir);
    }
    rmdir(path);
}

int main(int argc, char **argv)
{
    char made[] = "/tmp/linkpond-bench-XXXXXX";
    const char *dir = argc > 1 ? argv[1] : mkdtemp(made);

    BUG_ON(!dir);
    run(dir, "mapped", false);
    if (argc == 1) {
        remove_dir(dir);
        BUG_ON(!mkdtemp(memcpy(made, "/tmp/linkpond-bench-XXXXXX", sizeof made)));
        run(made, "written", true);
        remove_dir(made);
    }
    return 0;
}
