/* SPDX-License-Identifier: MIT */
/* Cost of the cache in nanoseconds and bytes. Usage: engine_cache_bench [LINKS], 1,000,000 by default. */
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/engine/cache.h"

#define LOOKUPS 5000000

static size_t resident_kib(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (!file || fscanf(file, "%*d %ld", &pages) != 1) {
        pages = 0;
    }
    if (file) {
        fclose(file);
    }
    return (size_t)(pages * sysconf(_SC_PAGESIZE)) / 1024;
}

static str code_of(unsigned i, char out[16])
{
    return (str){out, (size_t)snprintf(out, 16, "%07x", i * 2654435761u)};
}

/* With cache NULL only what it costs to make up the links. */
static void load(struct cache *cache, unsigned links)
{
    char code[16], url[128];

    for (unsigned i = 0; i < links; i++) {
        struct link_entry link = {
            .id = i,
            .domain_id = 1,
            .code = code_of(i, code),
            .gate = {TIME_NONE, TIME_NONE, true},
            .redirect_status = 302,
            .forward_query = true,
        };
        link.url = (str){url, (size_t)snprintf(url, sizeof url,
                                               "https://www.example.com/products/%u?colour=red&size=%u", i, i % 40)};
        BUG_ON(cache && cache_put(cache, &link, NULL, 0, 0, true) != OK);
    }
}

int main(int argc, char **argv)
{
    unsigned links = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000000;
    struct cache *cache = cache_new((size_t)4 << 30);
    struct cache_stats stats;
    char code[16];

    cache_thread_register();
    int64_t start = clock_mono_ns();
    load(NULL, links);
    int64_t made_up = clock_mono_ns() - start;
    start += 2 * made_up;
    load(cache, links);
    int64_t loaded = clock_mono_ns();
    cache_stats(cache, &stats);
    printf("load_ns_per_link %.0f\nbytes_per_link %.1f\nresident_kib %zu\n", (double)(loaded - start) / links,
           (double)stats.bytes / links, resident_kib());

    size_t found = 0;
    start = clock_mono_ns();
    for (unsigned i = 0; i < LOOKUPS; i++) {
        found += code_of(i * 7919u % links, code).len;
    }
    int64_t overhead = clock_mono_ns() - start;
    start = clock_mono_ns();
    for (unsigned i = 0; i < LOOKUPS; i++) {
        struct link_entry link;
        str text = code_of(i * 7919u % links, code);
        cache_read_begin();
        cache_view(cache_find_code(cache, text), &link);
        found += link.url.len > 0;
        cache_read_end();
    }
    printf("find_and_view_ns %.1f\n", (double)(clock_mono_ns() - start - overhead) / LOOKUPS);
    BUG_ON(found == 0);

    struct link_entry link;
    start = clock_mono_ns();
    for (unsigned i = 0; i < 10000; i++) {
        cache_view(cache_find_code(cache, code_of(i % links, code)), &link);
        BUG_ON(cache_put(cache, &link, NULL, 0, 0, true) != OK);
        cache_synchronize(cache);
    }
    printf("edit_and_synchronize_ns %.0f\n", (double)(clock_mono_ns() - start) / 10000);
    cache_thread_unregister();
    cache_free(cache);
    return 0;
}
