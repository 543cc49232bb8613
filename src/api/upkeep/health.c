/* SPDX-License-Identifier: MIT */
/*
 * /healthz: the process runs. /readyz: it can do its work, or why not. /metrics: figures for Prometheus (text format
 * 0.0.4, prometheus.io/docs/instrumenting/exposition_formats), and /api/v1/health: the same for people.
 */
#include <sys/resource.h>

#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/engine/health.h"
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

static void write_ledger(struct buf *out, const struct health *health)
{
    const struct engine_balance *balance = &health->balance;
    counter(out, "linkpond_clicks_answered_total", "Visits answered since the start.", balance->answered);
    counter(out, "linkpond_clicks_journalled_total", "Clicks written to the journal.", balance->journalled);
    counter(out, "linkpond_clicks_ingested_total", "Clicks that are rows of the ledger.", balance->ingested);
    counter(out, "linkpond_clicks_dropped_total", "Visits answered that could not be journalled.", balance->dropped);
    counter(out, "linkpond_unknown_excess_total", "Visits of unknown codes past what is recorded a second.",
            health->unknown_excess);
    gauge(out, "linkpond_journal_lag_records", "Clicks journalled and not yet ingested.",
          (int64_t)balance->lag_records);
    gauge_ms_as_s(out, "linkpond_journal_lag_seconds", "Age of the oldest click not yet ingested.", balance->lag_ms);
}

static void write_journal(struct buf *out, const struct journal_stats *journal)
{
    gauge(out, "linkpond_journal_segments", "Segment files of the journal.", (int64_t)journal->segments);
    gauge(out, "linkpond_journal_bytes", "Bytes of the journal on disk.", (int64_t)journal->bytes);
    counter(out, "linkpond_journal_bad_records_total", "Records of the journal that failed their check.", journal->bad);
}

static void write_writer(struct buf *out, const struct writer_stats *writer)
{
    head(out, "linkpond_clicks_by_class_total", "counter", "Clicks ingested by who asked.");
    for (int i = 0; i < CLASS_COUNT; i++) {
        str name = click_class_name((enum click_class)i);
        buf_addf(out, "linkpond_clicks_by_class_total{class=\"" STR_FMT "\"} %llu\n", STR_ARG(name),
                 (unsigned long long)writer->by_class[i]);
    }
    counter(out, "linkpond_clicks_duplicate_total", "Repeats of a request that were recognised.", writer->duplicates);
    counter(out, "linkpond_clicks_folded_total", "Clicks folded into the stored sums.", writer->folded);
    counter(out, "linkpond_clicks_sealed_total", "Clicks sealed into chunks.", writer->sealed);
    counter(out, "linkpond_writer_tasks_total", "Edits committed.", writer->tasks);
    counter(out, "linkpond_writer_batches_total", "Batches of clicks committed.", writer->batches);
    gauge(out, "linkpond_wal_bytes", "Bytes of the write-ahead log.", writer->wal_bytes);
    gauge(out, "linkpond_disk_full", "1 while the disk is full.", writer->disk_full);
}

static void write_stores(struct buf *out, const struct health *health)
{
    gauge(out, "linkpond_cache_links", "Links in memory.", (int64_t)health->cache.links);
    gauge(out, "linkpond_cache_aliases", "Aliases in memory.", (int64_t)health->cache.aliases);
    gauge(out, "linkpond_cache_bytes", "Memory of the links.", (int64_t)health->cache.bytes);
    gauge(out, "linkpond_cache_complete", "1 while all links are in memory.", health->cache_complete);
    if (health->db_bytes >= 0) {
        gauge(out, "linkpond_db_bytes", "Bytes of the database file.", health->db_bytes);
    }
    if (health->free_bytes >= 0) {
        gauge(out, "linkpond_disk_free_bytes", "Free bytes on the disk of the data folder.", health->free_bytes);
    }
    gauge_ms_as_s(out, "linkpond_backup_newest_time_seconds",
                  "When the newest backup was written; 0 when there is none.", health->newest_backup_ms);
}

static void write_outbox(struct buf *out, const struct health *health, int64_t now_ms)
{
    const struct outbox_counts *counts = &health->outbox;
    counter(out, "linkpond_outbox_sent_total", "Posts to robots that were taken, since the start.",
            health->notifier.sent);
    counter(out, "linkpond_outbox_failed_total", "Posts to robots that were not taken, since the start.",
            health->notifier.failed);
    gauge(out, "linkpond_outbox_under_way", "Posts to robots that wait for an answer.",
          (int64_t)health->notifier.under_way);
    if (counts->waiting < 0) {
        return;
    }
    gauge(out, "linkpond_outbox_waiting", "Notices that wait to be sent.", counts->waiting);
    gauge(out, "linkpond_outbox_dead", "Notices that could not be sent and are not tried again.", counts->dead);
    gauge_ms_as_s(out, "linkpond_outbox_oldest_seconds", "Age of the oldest notice that waits.",
                  counts->oldest_ms == INT64_MIN || counts->oldest_ms > now_ms ? 0 : now_ms - counts->oldest_ms);
}

static void write_process(struct buf *out, const struct engine *engine, const struct health *health)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    int64_t cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
                     (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
    head(out, "process_cpu_seconds_total", "counter", "Processor time used.");
    buf_addf(out, "process_cpu_seconds_total %lld.%03lld\n", (long long)(cpu_ms / 1000), (long long)(cpu_ms % 1000));
    gauge(out, "process_resident_memory_bytes", "Memory that is resident.", health->resident_bytes);
    gauge_ms_as_s(out, "process_start_time_seconds", "When it started, in Unix time.", engine->started_ms);
    head(out, "linkpond_build_info", "gauge", "What runs.");
    buf_add_c(out, "linkpond_build_info{version=\"" LINKPOND_VERSION "\"} 1\n");
}

static void metrics(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!call_unbound(request, reply)) {
        return; /* figures of everybody's clicks */
    }
    struct health health;
    engine_health(ctx->engine, &health);
    reply_text(reply, 200, "text/plain; version=0.0.4; charset=utf-8", (str){0});
    write_ledger(&reply->body, &health);
    write_journal(&reply->body, &health.journal);
    write_writer(&reply->body, &health.writer);
    write_stores(&reply->body, &health);
    write_outbox(&reply->body, &health, request->now_ms);
    write_process(&reply->body, ctx->engine, &health);
}

/* ---- the same as JSON -------------------------------------------------------------------------------------------- */

static void put_ledger(struct json_writer *json, const struct health *health)
{
    const struct engine_balance *balance = &health->balance;
    json_name(json, "ledger");
    json_object(json);
    json_put_i64(json, "answered", (int64_t)balance->answered);
    json_put_i64(json, "journalled", (int64_t)balance->journalled);
    json_put_i64(json, "ingested", (int64_t)balance->ingested);
    json_put_i64(json, "dropped", (int64_t)balance->dropped);
    json_put_i64(json, "unknown_excess", (int64_t)health->unknown_excess);
    json_put_i64(json, "lag_records", (int64_t)balance->lag_records);
    json_put_i64(json, "lag_ms", balance->lag_ms);
    json_put_i64(json, "journal_bytes", (int64_t)health->journal.bytes);
    json_put_i64(json, "bad_records", (int64_t)health->journal.bad);
    json_object_end(json);
}

static void put_known(struct json_writer *json, const char *name, int64_t value, bool known)
{
    if (known) {
        json_put_i64(json, name, value);
    } else {
        json_put_opt(json, name, (str){0});
    }
}

static void put_stores(struct json_writer *json, const struct engine *engine, const struct health *health)
{
    json_name(json, "stores");
    json_object(json);
    put_known(json, "database_bytes", health->db_bytes, health->db_bytes >= 0);
    json_put_i64(json, "wal_bytes", health->writer.wal_bytes);
    put_known(json, "disk_free_bytes", health->free_bytes, health->free_bytes >= 0);
    json_put_bool(json, "disk_full", health->writer.disk_full);
    put_known(json, "memory_bytes", health->resident_bytes, health->resident_bytes > 0);
    json_put_i64(json, "links_in_memory", (int64_t)health->cache.links);
    json_put_time(json, "backup_at", health->newest_backup_ms > 0 ? health->newest_backup_ms : INT64_MIN);
    json_put_i64(json, "backup_every_s", engine->opts.backup_every_ms / MS_PER_SECOND);
    json_object_end(json);
}

static void put_checks(struct json_writer *json, const struct health *health, int64_t now_ms)
{
    const struct {
        const char *name;
        enum health_state state;
    } checks[] = {
        {"dropped_clicks", health_of_drops(health->balance.dropped)},
        {"journal_lag", health_of_lag(health->balance.lag_ms)},
        {"disk", health->writer.disk_full ? HEALTH_FAIL : health_of_disk(health->free_bytes)},
        {"wal", health_of_wal(health->writer.wal_bytes)},
        {"backups", health_of_backup(health->newest_backup_ms, now_ms)},
    };
    json_name(json, "checks");
    json_array(json);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        json_object(json);
        json_put_str(json, "name", str_from_c(checks[i].name));
        json_put_str(json, "status", health_state_name(checks[i].state));
        json_object_end(json);
    }
    json_array_end(json);
}

static void health_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct health health;
    struct json_writer json;

    if (!call_unbound(request, reply)) {
        return; /* figures of everybody's clicks */
    }
    engine_health(ctx->engine, &health);
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    json_put_str(&json, "version", STR(LINKPOND_VERSION));
    json_put_time(&json, "started_at", ctx->engine->started_ms);
    json_put_time(&json, "at", request->now_ms);
    put_ledger(&json, &health);
    put_stores(&json, ctx->engine, &health);
    put_checks(&json, &health, request->now_ms);
    json_object_end(&json);
}

const struct route api_health_routes[] = {
    {METHOD_GET, "/healthz", PLANE_ADMIN, healthz, SCOPE_ANYONE, "Is the process running", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/readyz", PLANE_ADMIN, readyz, SCOPE_ANYONE, "Can it do its work", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/api/v1/health", PLANE_ADMIN, health_get, SCOPE_STATS_READ, "How the installation is", 0, NULL},
    {METHOD_GET, "/metrics", PLANE_ADMIN, metrics, SCOPE_STATS_READ, "Figures for Prometheus", 0, ROUTE_QUERY_ANY},
    {0},
};
