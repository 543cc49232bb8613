/* SPDX-License-Identifier: MIT */
/* The doctor on this computer: folder, disk, backups, figures. */
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"
#include "linkpond/cli/doctor.h"
#include "linkpond/cli/table.h"
#include "linkpond/engine/health.h"
#include "linkpond/engine/image.h"

#define MIB           INT64_C(1048576)
#define GEO_WARN_DAYS 180
#define ANSWER_MS     10000

static void look_at_folder(struct doctor *self)
{
    const char *dir = self->cli->data_dir;
    struct stat status;

    if (stat(dir, &status) != 0 || !S_ISDIR(status.st_mode)) {
        doctor_find(self, "folder", FINDING_FAIL, "%s is no folder; linkpond --data %s init makes one", dir, dir);
        return;
    }
    if (status.st_mode & 077) {
        doctor_find(self, "folder", FINDING_FAIL, "%s can be read by other users of this computer; chmod 0700 it", dir);
        return;
    }
    if (status.st_uid == 0) {
        doctor_find(self, "folder", FINDING_WARN, "%s belongs to root; give it and the server a user of their own",
                    dir);
        return;
    }
    doctor_find(self, "folder", FINDING_OK, "%s is its owner's alone", dir);
}

static enum finding_status finding_of(enum health_state state)
{
    return state == HEALTH_FAIL ? FINDING_FAIL : state == HEALTH_WARN ? FINDING_WARN : FINDING_OK;
}

static void look_at_disk(struct doctor *self)
{
    int64_t bytes = files_free_bytes(self->cli->data_dir);
    enum finding_status status = finding_of(health_of_disk(bytes));

    if (bytes >= 0) {
        doctor_find(self, "disk", status, "%lld MiB free%s", (long long)(bytes / MIB),
                    status ? "; when it is full, clicks are lost: make room" : "");
    }
}

static void look_at_backups(struct doctor *self)
{
    struct settings settings;
    struct fault fault = {0};
    struct arena *arena = self->cli->arena;

    if (cli_settings(self->cli, &settings, &fault) != OK) {
        doctor_find(self, "settings", FINDING_FAIL, "%s", fault.message);
        return;
    }
    doctor_find(self, "settings", FINDING_OK, "all understood");
    const char *dir = *settings.backup_dir ? settings.backup_dir : files_join(arena, self->cli->data_dir, "backups");
    int64_t newest = dir ? health_newest_backup(dir) : 0;
    int64_t days = (clock_now_ms() - newest) / MS_PER_DAY;
    if (newest == 0) {
        doctor_find(self, "backups", FINDING_WARN, "none in %s; linkpond backup makes one", dir);
    } else {
        doctor_find(self, "backups", finding_of(health_of_backup(newest, clock_now_ms())),
                    "the newest is %lld days old%s", (long long)days,
                    *settings.backup_dir ? "" : "; keep copies on another disk too (backup_dir)");
    }
}

/* Networks change hands: what was right a year ago names other cities now. */
static void look_at_geo(struct doctor *self)
{
    struct settings settings;

    if (cli_settings(self->cli, &settings, NULL) != OK) {
        return;
    }
    if (settings.geo_file.count == 0) {
        doctor_find(self, "geo", FINDING_OK, "no geo_file, so clicks have no country, region, city or carrier");
    }
    for (size_t i = 0; i < settings.geo_file.count; i++) {
        const char *path = settings.geo_file.items[i].ptr;
        struct geo_info info = {0};
        struct fault fault = {0};
        enum err err = geo_look(path, &info, &fault);
        int64_t days = (clock_now_ms() - info.built_ms) / MS_PER_DAY;
        if (err) {
            doctor_find(self, "geo", FINDING_FAIL, "%s: %s", path,
                        fault.message[0] ? fault.message : err_text(err, false));
        } else if (info.built_ms == 0) {
            doctor_find(self, "geo", FINDING_OK, "%s: %s of unknown age", path, info.kind);
        } else {
            doctor_find(self, "geo", days > GEO_WARN_DAYS ? FINDING_WARN : FINDING_OK, "%s: %s, %lld days old%s", path,
                        info.kind, (long long)days, days > GEO_WARN_DAYS ? "; get a newer one" : "");
        }
    }
}

/* Uploads need the one, and whether their codes can be scanned is known by the other. */
static void look_at_pictures(struct doctor *self)
{
    char program[PATH_MAX];

    if (!image_program(program, sizeof program) || access(program, X_OK) != 0) {
        doctor_find(self, "pictures", FINDING_WARN,
                    "linkpond-image does not stand beside linkpond, so no picture can be uploaded");
    } else if (access(IMAGE_CODE_READER, X_OK) != 0) {
        doctor_find(self, "pictures", FINDING_WARN,
                    "no " IMAGE_CODE_READER ", so codes in pictures are not checked; install zxing-cpp-tools");
    } else {
        doctor_find(self, "pictures", FINDING_OK, "made anew by linkpond-image, codes read by ZXingReader");
    }
}

static int64_t figure(const struct json *health, const char *part, const char *name)
{
    const struct json *value = json_get(json_get(health, str_from_c(part)), str_from_c(name));

    return value ? (int64_t)value->number : 0;
}

static void look_at_ledger(struct doctor *self)
{
    struct client_request request = {.method = METHOD_GET, .path = "/api/v1/health", .timeout_ms = ANSWER_MS};
    struct client_reply reply;
    struct fault fault = {0};
    struct json *health = NULL;

    if (client_call(self->client, &request, &reply, &fault) != OK || reply.status != 200 ||
        json_parse(self->cli->arena, reply.body, &health, NULL) != OK) {
        doctor_find(self, "ledger", FINDING_FAIL, "the server does not answer: %s", fault.message);
        return;
    }
    int64_t lag_ms = figure(health, "ledger", "lag_ms");
    int64_t dropped = figure(health, "ledger", "dropped");
    int64_t wal = figure(health, "stores", "wal_bytes");
    enum finding_status late = finding_of(health_of_lag(lag_ms)), long_wal = finding_of(health_of_wal(wal));
    doctor_find(self, "journal_lag", late, "%lld s%s", (long long)(lag_ms / MS_PER_SECOND),
                late ? "; the disk or the processor is too slow for these visits" : "");
    doctor_find(self, "dropped_clicks", finding_of(health_of_drops((uint64_t)dropped)), "%lld since the start%s",
                (long long)dropped, dropped > 0 ? "; the log says why" : "");
    doctor_find(self, "wal", long_wal, "%lld KiB%s", (long long)(wal / 1024),
                long_wal ? "; a long report or export holds it back" : "");
}

/* Figures that nobody should take for theirs. Nothing is said of an ordinary folder. */
static void look_at_demo(struct doctor *self)
{
    struct client_request request = {.method = METHOD_GET, .path = "/api/v1/me", .timeout_ms = ANSWER_MS};
    struct client_reply reply;
    struct fault fault = {0};
    struct json *body = NULL;
    bool answered = client_call(self->client, &request, &reply, &fault) == OK && reply.status == 200 &&
                    json_parse(self->cli->arena, reply.body, &body, NULL) == OK;
    const struct json *demo = answered ? json_get(json_get(body, STR("install")), STR("demo")) : NULL;

    if (demo && demo->boolean) {
        doctor_find(self, "demo", FINDING_WARN,
                    "this folder holds demo data, its figures are made up; linkpond --data %s demo --remove removes it",
                    self->cli->data_dir);
    }
}

static void look_at_daemon(struct doctor *self)
{
    const struct listening *daemon = client_daemon(self->client);

    if (!daemon) {
        doctor_find(self, "daemon", FINDING_WARN, "no server runs on this folder; linkpond serve starts one");
        return;
    }
    doctor_find(self, "daemon", FINDING_OK, "pid %lld, redirects on %s, desk on %s", (long long)daemon->pid,
                daemon->redirect, daemon->admin);
}

/* The default short domain: can people reach it, and do they find the slower pages too? */
static void look_at_addresses(struct doctor *self)
{
    struct client_request request = {.method = METHOD_GET, .path = "/api/v1/domains", .timeout_ms = ANSWER_MS};
    struct client_reply reply;
    struct json *page = NULL;
    struct settings settings;
    str host = {0};

    if (client_call(self->client, &request, &reply, NULL) != OK || client_json(self->cli, &reply, &page) != OK ||
        cli_settings(self->cli, &settings, NULL) != OK) {
        return;
    }
    JSON_EACH(domain, json_get(page, STR("items")))
    {
        const struct json *is_default = json_get(domain, STR("is_default"));
        host = is_default && is_default->boolean ? cell_at(self->cli->arena, domain, "host") : host;
    }
    bool local = str_istarts(host, STR("localhost")) || str_starts(host, STR("127.")) || str_starts(host, STR("[::1]"));
    if (local) {
        doctor_find(self, "domain", FINDING_WARN,
                    "short links are on " STR_FMT ", which nobody else can open; add a domain", STR_ARG(host));
    } else if (!*settings.public_url) {
        doctor_find(
            self, "public_url", FINDING_WARN,
            "not set, so previews lead visitors to the listener's own address; set public_url = https://" STR_FMT,
            STR_ARG(host));
    } else {
        doctor_find(self, "domain", FINDING_OK, STR_FMT ", other pages under %s", STR_ARG(host), settings.public_url);
    }
}

void doctor_look_here(struct doctor *self)
{
    look_at_folder(self);
    look_at_disk(self);
    look_at_backups(self);
    look_at_geo(self);
    look_at_pictures(self);
    if (self->client) {
        look_at_demo(self);
        look_at_daemon(self);
        look_at_addresses(self);
        look_at_ledger(self);
    }
}
