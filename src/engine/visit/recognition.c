/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/recognition.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/files.h"
#include "linkpond/base/hash.h"

#define RECOGNITION_FILE_MAX ((size_t)4 * 1024 * 1024)

enum { BOTS_OWN, BOTS, APPS_OWN, APPS, AGENT_TABLES };
enum { REFERRERS_OWN, REFERRERS, CHANNELS_OWN, CHANNELS, SOURCE_TABLES };
enum { NETWORKS_OWN, NETWORKS, NETWORKS_TABLES };
enum { HOLIDAYS_OWN, HOLIDAYS, HOLIDAYS_TABLES };
#define TABLES (AGENT_TABLES + SOURCE_TABLES + NETWORKS_TABLES + HOLIDAYS_TABLES)

/* Own rows stand before the table's, so they decide first. */
struct tables {
    struct agent_table agents[AGENT_TABLES];
    struct source_table sources[SOURCE_TABLES];
    struct networks_table networks[NETWORKS_TABLES];
    struct holidays_table holidays[HOLIDAYS_TABLES];
};
static const struct tables names = {
    .agents = {[BOTS_OWN] = {AGENT_BOTS, "bots.own.tsv", {NULL, 0}},
               [BOTS] = {AGENT_BOTS, "bots.tsv", {NULL, 0}},
               [APPS_OWN] = {AGENT_APPS, "apps.own.tsv", {NULL, 0}},
               [APPS] = {AGENT_APPS, "apps.tsv", {NULL, 0}}},
    .sources = {[REFERRERS_OWN] = {SOURCE_REFERRERS, "referrers.own.tsv", {NULL, 0}},
                [REFERRERS] = {SOURCE_REFERRERS, "referrers.tsv", {NULL, 0}},
                [CHANNELS_OWN] = {SOURCE_CHANNELS, "channels.own.tsv", {NULL, 0}},
                [CHANNELS] = {SOURCE_CHANNELS, "channels.tsv", {NULL, 0}}},
    .networks = {[NETWORKS_OWN] = {"networks.own.tsv", {NULL, 0}}, [NETWORKS] = {"networks.tsv", {NULL, 0}}},
    .holidays = {[HOLIDAYS_OWN] = {"holidays.own.tsv", {NULL, 0}}, [HOLIDAYS] = {"holidays.tsv", {NULL, 0}}},
};

/* The folder's file, else the built-in one, else (own tables) nothing. */
static enum err read_table(struct arena *arena, const char *dir, const char *name, str *out, struct fault *fault)
{
    const char *path = dir ? files_join(arena, dir, name) : NULL;

    if (!path || !files_exists(path)) {
        *out = embedded_find(recognition_files, name);
        return OK;
    }
    enum err err = files_read(arena, path, RECOGNITION_FILE_MAX, out);
    return err ? fault_setf(fault, err, name, err_slug(err), "%s cannot be read.", path) : OK;
}

static enum err read_tables(struct arena *arena, const char *dir, struct tables *tables, struct fault *fault)
{
    enum err err = OK;

    for (size_t i = 0; !err && i < AGENT_TABLES; i++) {
        err = read_table(arena, dir, tables->agents[i].file, &tables->agents[i].text, fault);
    }
    for (size_t i = 0; !err && i < SOURCE_TABLES; i++) {
        err = read_table(arena, dir, tables->sources[i].file, &tables->sources[i].text, fault);
    }
    for (size_t i = 0; !err && i < NETWORKS_TABLES; i++) {
        err = read_table(arena, dir, tables->networks[i].file, &tables->networks[i].text, fault);
    }
    for (size_t i = 0; !err && i < HOLIDAYS_TABLES; i++) {
        err = read_table(arena, dir, tables->holidays[i].file, &tables->holidays[i].text, fault);
    }
    return err;
}

static enum err compile(struct arena *arena, const char *dir, struct recognition *out, struct fault *fault)
{
    struct tables tables = names;
    enum err err = read_tables(arena, dir, &tables, fault);

    err = err ? err : agent_rules_compile(tables.agents, AGENT_TABLES, &out->agents, fault);
    err = err ? err : source_rules_compile(tables.sources, SOURCE_TABLES, &out->sources, fault);
    err = err ? err : networks_compile(tables.networks, NETWORKS_TABLES, &out->networks, fault);
    return err ? err : holidays_compile(tables.holidays, HOLIDAYS_TABLES, &out->holidays, fault);
}

enum err recognition_load(const char *dir, struct recognition *out, struct fault *fault)
{
    struct recognition loaded = {0};
    struct arena arena;

    arena_init(&arena, (TABLES + 1) * RECOGNITION_FILE_MAX);
    enum err err = compile(&arena, dir, &loaded, fault);
    arena_done(&arena); /* compiled rules keep copies of their own */
    if (err) {
        recognition_free(&loaded);
        return err;
    }
    *out = loaded;
    return OK;
}

struct recognition recognition_builtin(void)
{
    return (struct recognition){agent_rules_builtin(), source_rules_builtin(), networks_builtin(), holidays_builtin()};
}

void recognition_free(struct recognition *self)
{
    agent_rules_free(self->agents);
    source_rules_free(self->sources);
    networks_free(self->networks);
    holidays_free(self->holidays);
}

enum err recognition_fingerprint(const char *dir, int64_t *out, struct fault *fault)
{
    struct arena arena;
    struct tables tables = names;
    uint64_t hash = 0;

    arena_init(&arena, (TABLES + 1) * RECOGNITION_FILE_MAX);
    enum err err = read_tables(&arena, dir, &tables, fault);
    for (size_t i = 0; !err && i < AGENT_TABLES; i++) {
        hash = hash_xxh3(tables.agents[i].text.ptr, tables.agents[i].text.len, hash + 1);
    }
    for (size_t i = 0; !err && i < SOURCE_TABLES; i++) {
        hash = hash_xxh3(tables.sources[i].text.ptr, tables.sources[i].text.len, hash + 1);
    }
    arena_done(&arena);
    if (!err) {
        *out = (int64_t)(hash | 1);
    }
    return err;
}

enum err recognition_countries(const char *dir, struct countries **out, struct fault *fault)
{
    struct arena arena;
    str text;

    arena_init(&arena, 2 * RECOGNITION_FILE_MAX);
    enum err err = read_table(&arena, dir, "countries.tsv", &text, fault);
    err = err ? err : countries_compile(text, out, fault);
    arena_done(&arena);
    return err;
}
