/* SPDX-License-Identifier: MIT */
/* How long a data folder with many links takes to open. Usage: engine_load_bench DIR [LINKS]; makes the folder when it
 * is missing, every tenth link with an alias, every hundredth with a limit; 1,000,000 links by default. */
#include "linkpond/base/base62.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/files.h"
#include "linkpond/engine/engine.h"
#include "linkpond/store/links.h"

static void fill_link(struct db *db, int64_t id)
{
    char code[16], url[128], alias[32];
    struct link link;

    link_init(&link);
    link.id = id;
    link.code = base62_encode((uint64_t)id * 2654435761u % 3521614606208u, 7, code);
    link.domain_id = 1;
    link.url =
        (str){url, (size_t)snprintf(url, sizeof url, "https://www.example.com/products/%lld?colour=red&size=%lld",
                                    (long long)id, (long long)id % 40)};
    link.max_clicks = id % 100 == 0 ? 1000 : 0;
    link.created_ms = link.updated_ms = 1;
    BUG_ON(links_insert(db, &link) != OK);
    if (id % 10 == 0) {
        struct link_alias row = {.link_id = id, .domain_id = 1};
        row.alias = row.folded = (str){alias, (size_t)snprintf(alias, sizeof alias, "alias-%lld", (long long)id)};
        BUG_ON(links_alias_add(db, &row, 1) != OK);
    }
}

static void fill(const char *dir, int64_t links)
{
    struct fault fault = {0};
    char secret[KEY_SECRET_MAX];
    char path[4096];
    struct db *db = NULL;

    BUG_ON(engine_init(&(struct engine_init_opts){.data_dir = dir, .domain = "s.example.com"}, secret, &fault) != OK);
    snprintf(path, sizeof path, "%s/linkpond.db", dir);
    BUG_ON(db_open(path, DB_WRITE, &db, &fault) != OK);
    BUG_ON(db_begin(db, true) != OK);
    for (int64_t id = 1; id <= links; id++) {
        fill_link(db, id);
    }
    BUG_ON(db_commit(db) != OK);
    db_close(db);
}

int main(int argc, char **argv)
{
    int64_t links = argc > 2 ? strtoll(argv[2], NULL, 10) : 1000000;
    struct engine *engine = NULL;
    struct fault fault = {0};
    struct cache_stats stats;

    if (argc < 2) {
        fprintf(stderr, "usage: %s DIR [LINKS]\n", argv[0]);
        return 2;
    }
    if (!files_exists(argv[1])) {
        fill(argv[1], links);
    }
    struct engine_opts opts = {.data_dir = argv[1],
                               .lanes = 1,
                               .cache_bytes = INT64_C(2) << 30,
                               .segment_bytes = 8 * 1024 * 1024,
                               .fsync = JOURNAL_FSYNC_OS,
                               .journal_keep_bytes = 1024 * 1024,
                               .timezone = "UTC",
                               .fold_rows = 4096,
                               .code_length = 7};
    int64_t start = clock_mono_ns();
    enum err err = engine_open(&opts, &engine, &fault);
    int64_t opened = clock_mono_ns();
    if (err) {
        fprintf(stderr, "%s %s\n", err_name(err), fault.message);
        return 1;
    }
    cache_stats(engine->cache, &stats);
    printf("%llu links, %llu aliases, %.1f MB: open %.0f ms\n", (unsigned long long)stats.links,
           (unsigned long long)stats.aliases, (double)stats.bytes / 1e6, (double)(opened - start) / 1e6);
    engine_close(engine);
    printf("close %.0f ms\n", (double)(clock_mono_ns() - opened) / 1e6);
    return 0;
}
