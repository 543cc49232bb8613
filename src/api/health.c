/* SPDX-License-Identifier: MIT */
/*
 * /healthz: the process runs. /readyz: it can do its work, or why not. /metrics: figures for Prometheus (text format
 * 0.0.4, prometheus.io/docs/instrumenting/exposition_formats).
 */
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

#include "call.h"
#include "linkpond/api/routes.h"
#include "linkpond/store/domains.h"

static void healthz(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    reply_text(reply, 200, "text/plain; charset=utf-8", STR("ok\n"));
}

/* A writer that has work but has committed nothing for so long is stuck. */
#define WRITER_STUCK_MS 30000
#define READY_WAIT_MS   1000

static bool can_read(struct ctx *ctx, struct request *request)
{
    struct db *db = readers_take(ctx->engine->readers, READY_WAIT_MS);
    if (!db) {
        return false;
    }
    struct domain domain;
    enum err err = domains_find_default(db, request->arena, &domain);
    readers_give(ctx->engine->readers, db);
    return err == OK;
}

static void readyz(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct engine_balance balance;
    struct writer_stats writer;
    engine_balance(ctx->engine, &balance);
    writer_stats(ctx->engine->writer, &writer);

    bool readable = can_read(ctx, request);
    bool stuck = balance.lag_ms > WRITER_STUCK_MS;
    bool ready = readable && !stuck && !writer.disk_full;

    struct json_writer json;
    reply_json_begin(reply, ready ? 200 : 503, &json);
    json_object(&json);
    json_put_bool(&json, "ready", ready);
    json_name(&json, "reasons");
    json_array(&json);
    if (!readable) {
        json_c(&json, "database_not_readable");
    }
    if (stuck) {
        json_c(&json, "writer_behind");
    }
    if (writer.disk_full) {
        json_c(&json, "disk_full");
    }
    json_array_end(&json);
    json_object_end(&json);
    if (!ready) {
        reply_header_static(reply, "Retry-After", "5");
    }
}

/* ---- metrics --------------------------------------------------------------------------------------------------- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
    head(out, name, "counter", help);
    buf_addf(out, "%s %llu\n", name, (unsigned long long)value);
}

static void gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
    head(out, name, "gauge", help);
    buf_addf(out, "%s %lld\n", name, (long long)value);
}

static void gauge_ms_as_s(struct buf *out, const char *name, const char *help, int64_t ms)
{
    head(out, name, "gauge", help);
    buf_addf(out, "%s %lld.%03lld\n", name, (long long)(ms / 1000), (long long)(ms % 1000));
}

static void write_ledger(struct buf *out, struct engine *engine)
{
    struct engine_balance balance;
    engine_balance(engine, &balance);
    counter(out, "linkpond_clicks_answered_total", "Visits answered since the start.", balance.answered);
    counter(out, "linkpond_clicks_journalled_total", "Clicks written to the journal.", balance.journalled);
    counter(out, "linkpond_clicks_ingested_total", "Clicks that are rows of the ledger.", balance.ingested);
    counter(out, "linkpond_clicks_dropped_total", "Visits answered that could not be journalled.", balance.dropped);
    counter(out, "linkpond_unknown_excess_total", "Visits of unknown codes past what is recorded a second.",
            atomic_load_explicit(&engine->unknown_excess, memory_order_relaxed));
    gauge(out, "linkpond_journal_lag_records", "Clicks journalled and not yet ingested.", (int64_t)balance.lag_records);
    gauge_ms_as_s(out, "linkpond_journal_lag_seconds", "Age of the oldest click not yet ingested.", balance.lag_ms);
}

static void write_journal(struct buf *out, struct engine *engine)
{
    struct journal_stats journal;
    journal_stats(engine->journal, &journal);
    gauge(out, "linkpond_journal_segments", "Segment files of the journal.", (int64_t)journal.segments);
    gauge(out, "linkpond_journal_bytes", "Bytes of the journal on disk.", (int64_t)journal.bytes);
    counter(out, "linkpond_journal_bad_records_total", "Records of the journal that failed their check.", journal.bad);
}

static void write_writer(struct buf *out, struct engine *engine)
{
    struct writer_stats writer;
    writer_stats(engine->writer, &writer);
    head(out, "linkpond_clicks_by_class_total", "counter", "Clicks ingested by who asked.");
    for (int i = 0; i < CLASS_COUNT; i++) {
        str name = click_class_name((enum click_class)i);
        buf_addf(out, "linkpond_clicks_by_class_total{class=\"" STR_FMT "\"} %llu\n", STR_ARG(name),
                 (unsigned long long)writer.by_class[i]);
    }
    counter(out, "linkpond_clicks_duplicate_total", "Repeats of a request that were recognised.", writer.duplicates);
    counter(out, "linkpond_clicks_folded_total", "Clicks folded into the stored sums.", writer.folded);
    counter(out, "linkpond_clicks_sealed_total", "Clicks sealed into chunks.", writer.sealed);
    counter(out, "linkpond_writer_tasks_total", "Edits committed.", writer.tasks);
    counter(out, "linkpond_writer_batches_total", "Batches of clicks committed.", writer.batches);
    gauge(out, "linkpond_wal_bytes", "Bytes of the write-ahead log.", writer.wal_bytes);
    gauge(out, "linkpond_disk_full", "1 while the disk is full.", writer.disk_full);
}

static void write_stores(struct buf *out, struct engine *engine)
{
    struct cache_stats cache;
    cache_stats(engine->cache, &cache);
    gauge(out, "linkpond_cache_links", "Links in memory.", (int64_t)cache.links);
    gauge(out, "linkpond_cache_aliases", "Aliases in memory.", (int64_t)cache.aliases);
    gauge(out, "linkpond_cache_bytes", "Memory of the links.", (int64_t)cache.bytes);
    gauge(out, "linkpond_cache_complete", "1 while all links are in memory.", cache_complete(engine->cache));
    struct db *db = readers_take(engine->readers, READY_WAIT_MS);
    if (db) {
        gauge(out, "linkpond_db_bytes", "Bytes of the database file.", db_file_bytes(db));
        readers_give(engine->readers, db);
    }
}

/* Resident pages from /proc/self/statm, its second number. */
static int64_t resident_bytes(void)
{
    char text[128];
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) {
        return 0;
    }
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    (void)fclose(file);
    str rest = {text, len}, size, resident;
    int64_t pages = 0;
    if (str_next(&rest, ' ', &size) && str_next(&rest, ' ', &resident)) {
        str_to_i64(resident, &pages);
    }
    return pages * sysconf(_SC_PAGESIZE);
}

static void write_process(struct buf *out, const struct engine *engine)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    int64_t cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
                     (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
    head(out, "process_cpu_seconds_total", "counter", "Processor time used.");
    buf_addf(out, "process_cpu_seconds_total %lld.%03lld\n", (long long)(cpu_ms / 1000), (long long)(cpu_ms % 1000));
    gauge(out, "process_resident_memory_bytes", "Memory that is resident.", resident_bytes());
    gauge_ms_as_s(out, "process_start_time_seconds", "When it started, in Unix time.", engine->started_ms);
    head(out, "linkpond_build_info", "gauge", "What runs.");
    buf_add_c(out, "linkpond_build_info{version=\"" LINKPOND_VERSION "\"} 1\n");
}

static void metrics(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!call_unbound(request, reply)) {
        return; /* figures of everybody's clicks */
    }
    reply_text(reply, 200, "text/plain; version=0.0.4; charset=utf-8", (str){0});
    write_ledger(&reply->body, ctx->engine);
    write_journal(&reply->body, ctx->engine);
    write_writer(&reply->body, ctx->engine);
    write_stores(&reply->body, ctx->engine);
    write_process(&reply->body, ctx->engine);
}

const struct route api_health_routes[] = {
    {METHOD_GET, "/healthz", PLANE_ADMIN, healthz, SCOPE_ANYONE, "Is the process running", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/readyz", PLANE_ADMIN, readyz, SCOPE_ANYONE, "Can it do its work", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/metrics", PLANE_ADMIN, metrics, SCOPE_STATS_READ, "Figures for Prometheus", 0, ROUTE_QUERY_ANY},
    {0},
};
