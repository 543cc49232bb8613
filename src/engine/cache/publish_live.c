/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/publish.h"

#include <stdlib.h>

#include "linkpond/base/log.h"
#include "linkpond/store/targets.h"

#define TEXTS_MAX ((size_t)4 * 1024 * 1024) /* of one link */

struct live_task {
    struct db *db;
    struct cache *cache;
    int64_t *ids;
    size_t count;
};

static enum err find_all(struct db *db, void *arg, struct fault *fault)
{
    struct live_task *self = arg;
    struct stmt *rows = targets_links_each(db);
    size_t cap = 0;
    int64_t id;

    (void)fault;
    self->db = db;
    while (targets_links_next(rows, &id)) {
        if (self->count == cap) {
            cap = cap ? cap * 2 : 64;
            int64_t *more = realloc(self->ids, cap * sizeof *more);
            if (!more) {
                stmt_reset(rows);
                return ERR_NOMEM;
            }
            self->ids = more;
        }
        self->ids[self->count++] = id;
    }
    return stmt_err(rows);
}

/* One that cannot be read is not served from the cache either. */
static void publish_all(void *arg)
{
    struct live_task *self = arg;
    struct arena texts;

    arena_init(&texts, TEXTS_MAX);
    for (size_t i = 0; i < self->count; i++) {
        enum err err = publish_link(self->db, self->cache, &texts, self->ids[i], 0);
        if (err) {
            cache_set_complete(self->cache, false);
            log_event(LOG_ERROR, "live_code_not_loaded", "lnk_%lld: %s", (long long)self->ids[i], err_text(err, false));
        }
        arena_reset(&texts);
    }
    arena_done(&texts);
}

enum err publish_live_codes(struct writer *writer, struct cache *cache, struct fault *fault)
{
    struct live_task task = {.cache = cache};
    enum err err =
        writer_submit(writer, &(struct writer_task){.run = find_all, .published = publish_all, .arg = &task}, fault);

    free(task.ids);
    return err;
}
