/* SPDX-License-Identifier: MIT */
#include "recognition.h"

#include "linkpond/base/embedded.h"
#include "linkpond/base/files.h"

#define RECOGNITION_FILE_MAX ((size_t)4 * 1024 * 1024)

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

static enum err compile(struct arena *arena, const char *dir, struct agent_rules **agents,
                        struct source_rules **sources, struct fault *fault)
{
    str bots, apps, referrers, channels;
    struct agent_rules *agent_rules = NULL;
    enum err err = read_table(arena, dir, "bots.tsv", &bots, fault);

    err = err ? err : read_table(arena, dir, "apps.tsv", &apps, fault);
    err = err ? err : read_table(arena, dir, "referrers.tsv", &referrers, fault);
    err = err ? err : read_table(arena, dir, "channels.tsv", &channels, fault);
    err = err ? err : agent_rules_compile(bots, apps, &agent_rules, fault);
    err = err ? err : source_rules_compile(referrers, channels, sources, fault);
    if (err) {
        agent_rules_free(agent_rules);
        return err;
    }
    *agents = agent_rules;
    return OK;
}

enum err recognition_load(const char *dir, struct agent_rules **agents, struct source_rules **sources,
                          struct fault *fault)
{
    struct arena arena;

    arena_init(&arena, 5 * RECOGNITION_FILE_MAX);
    enum err err = compile(&arena, dir, agents, sources, fault);
    arena_done(&arena); /* compiled rules keep copies of their own */
    return err;
}
