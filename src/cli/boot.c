/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/boot.h"

#include <sched.h>

#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/zone.h"
#include "linkpond/cli/folder.h"

#define RESERVED_MAX 64
#define LOCK_WAIT_MS 10000
#define LOCK_POLL_NS (20 * 1000000L)

unsigned boot_lanes(const struct settings *settings)
{
    cpu_set_t set;

    if (settings->redirect_threads > 0) {
        return (unsigned)settings->redirect_threads;
    }
    int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return cores < 1 ? 1 : cores > LIMIT_REDIRECT_THREADS ? LIMIT_REDIRECT_THREADS : (unsigned)cores;
}

/* Empty texts of settings mean "not set". */
static const char *set_or_null(const char *text)
{
    return *text ? text : NULL;
}

/* Where people open the desk. A port 0 becomes known when the listener is bound. */
static const char *admin_url(struct arena *arena, const struct settings *settings)
{
    if (*settings->admin_url) {
        return settings->admin_url;
    }
    return str_ends(str_from_c(settings->admin_listen), STR(":0"))
               ? NULL
               : arena_f(arena, "http://%s", settings->admin_listen).ptr;
}

/* Commands hold the folder for an instant, a daemon that starts or stops for a moment: those are worth waiting for. One
 * that is ready is not. */
static enum err open_when_free(struct arena *arena, const struct engine_opts *opts, struct engine **out,
                               struct fault *fault)
{
    int64_t deadline_ns = clock_mono_ns() + LOCK_WAIT_MS * INT64_C(1000000);
    struct listening listening;
    enum err err = engine_open(opts, out, fault);

    while (err == ERR_BUSY && clock_mono_ns() < deadline_ns &&
           listening_read(arena, opts->data_dir, &listening) != OK) {
        nanosleep(&(struct timespec){.tv_nsec = LOCK_POLL_NS}, NULL);
        err = engine_open(opts, out, fault);
    }
    return err;
}

enum err boot_engine(struct arena *arena, const struct settings *settings, const char *data_dir, unsigned lanes,
                     struct engine **out, struct fault *fault)
{
    char *zone = arena_alloc(arena, 64);
    str *reserved = ARENA_ARRAY(arena, str, RESERVED_MAX);

    if (!zone || !reserved) {
        return ERR_NOMEM;
    }
    enum err err = folder_check_owner(data_dir, fault);
    if (err) {
        return err;
    }
    size_t reserved_count = routes_reserved(api_route_tables, reserved, RESERVED_MAX);
    BUG_ON(reserved_count > RESERVED_MAX);
    struct engine_opts opts = {
        .data_dir = data_dir,
        .lanes = lanes,
        .cache_bytes = settings->cache_bytes,
        .segment_bytes = (uint32_t)settings->journal_segment_bytes,
        .fsync = (enum journal_fsync)settings->fsync,
        .journal_keep_bytes = settings->journal_keep_bytes,
        .strict_clicks = settings->click_policy == CLICK_POLICY_STRICT,
        .timezone = *settings->timezone ? settings->timezone : zone_system_name(zone).ptr,
        .currency = settings->currency,
        .visitor_cookie = (enum visitor_cookie_mode)settings->visitor_cookie,
        .repeat_window_ms = settings->repeat_window_ms,
        .fold_rows = settings->fold_rows,
        .chunk_rows = settings->chunk_rows,
        .code_length = (int)settings->code_length,
        .sequential_codes = settings->code_style == CODE_STYLE_SEQUENTIAL,
        .strict_dictionary = settings->strict_dictionary,
        .allow_private_targets = settings->allow_private_targets,
        .notify_allow_private = settings->notify_allow_private,
        .normalise_utm = settings->utm_normalise,
        .editors_see_own = settings->editors_see == EDITORS_SEE_OWN,
        .extra_schemes = settings->extra_schemes.items,
        .extra_schemes_count = settings->extra_schemes.count,
        .reserved = reserved,
        .reserved_count = reserved_count,
        .recognition_dir = set_or_null(settings->recognition_dir),
        .geo_files = settings->geo_file.items,
        .geo_files_count = settings->geo_file.count,
        .geo_english = settings->geo_language == GEO_LANGUAGE_EN,
        .backup_every_ms = settings->backup_every_ms,
        .click_retention_ms = settings->click_retention_ms,
        .audit_retention_ms = settings->audit_retention_ms,
        .radar_retention_ms = settings->radar_retention_ms,
        .bin_keep_ms = settings->bin_keep_ms,
        .public_url = set_or_null(settings->public_url),
        .admin_url = admin_url(arena, settings),
        .abuse_email = set_or_null(settings->abuse_email),
        .public_create = settings->public_create,
        .public_create_days = settings->public_create_days,
        .public_create_keep_ms = settings->public_create_keep_days * MS_PER_DAY,
        .public_create_per_hour = settings->public_create_per_hour,
        .public_create_owner = set_or_null(settings->public_create_owner),
    };
    opts.backup_dir = *settings->backup_dir ? settings->backup_dir : arena_f(arena, "%s/backups", data_dir).ptr;
    return open_when_free(arena, &opts, out, fault);
}

struct router *boot_router(struct arena *arena, struct engine *engine, const struct settings *settings)
{
    struct router *router = router_new(&(struct router_opts){.engine = engine,
                                                             .tables = api_route_tables,
                                                             .cors_origins = settings->cors_origins.items,
                                                             .cors_origins_count = settings->cors_origins.count,
                                                             .settings = settings_shown(arena, settings)});

    BUG_ON(!router);
    return router;
}

const struct cidr *boot_proxies(struct arena *arena, const struct settings *settings)
{
    struct cidr *proxies = ARENA_ARRAY(arena, struct cidr, settings->trusted_proxies.count + 1);

    for (size_t i = 0; proxies && i < settings->trusted_proxies.count; i++) {
        bool read = cidr_parse(settings->trusted_proxies.items[i], &proxies[i]);
        BUG_ON(!read); /* checked when the settings were read */
    }
    return proxies;
}
