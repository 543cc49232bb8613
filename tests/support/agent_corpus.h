/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_AGENT_CORPUS_H
#define LINKPOND_TESTS_AGENT_CORPUS_H

#include "linkpond/base/arena.h"
#include "linkpond/base/files.h"
#include "linkpond/model/agent.h"

/* Labelled User-Agents of tests/unit/model/data/agent_*.tsv: the columns are in the first lines of each. */
enum corpus_label { LABEL_APP, LABEL_VERSION, LABEL_OS, LABEL_DEVICE, LABEL_BROWSER, LABEL_COUNT };
struct corpus_row {
    int class;
    str labels[LABEL_COUNT]; /* "-": not judged */
    str note;
    str user_agent;
};
struct corpus {
    struct arena arena;
    str rest;
};

#define CORPUS_BYTES_MAX ((size_t)64 * 1024 * 1024)

static inline bool corpus_open(struct corpus *self, const char *path)
{
    arena_init(&self->arena, 2 * CORPUS_BYTES_MAX);
    return files_read(&self->arena, path, CORPUS_BYTES_MAX, &self->rest) == OK;
}

static inline void corpus_close(struct corpus *self)
{
    arena_done(&self->arena);
}

/* False at the end. A row with fewer columns has an empty User-Agent. */
static inline bool corpus_next(struct corpus *self, struct corpus_row *row)
{
    str line, class;

    do {
        if (!str_next(&self->rest, '\n', &line)) {
            return false;
        }
    } while (line.len == 0 || line.ptr[0] == '#');
    *row = (struct corpus_row){0};
    str_cut(line, '\t', &class, &line);
    row->class = click_class_find(class);
    for (int i = 0; i < LABEL_COUNT; i++) {
        str_cut(line, '\t', &row->labels[i], &line);
    }
    str_cut(line, '\t', &row->note, &row->user_agent);
    return true;
}

#endif
