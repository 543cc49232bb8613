/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/checkpoint.h"

#define PAGES_MAX 4096 /* moving them takes so long that an edit can wait for it */
#define LEFT_MAX  (INT64_C(16) << 20)
#define DIRTY_NS  INT64_C(30000000000)
#define RETRY_NS  INT64_C(5000000000) /* a reader held pages back */
#define FILE_MAX  (INT64_C(64) << 20)

void checkpoint_committed(struct checkpoint *self, int64_t now_ns)
{
    if (!self->dirty) {
        self->dirty = true;
        self->dirty_since_ns = now_ns;
    }
}

void checkpoint_forget(struct checkpoint *self, int64_t now_ns)
{
    checkpoint_committed(self, now_ns);
    self->cut = true;
}

static bool is_due(const struct checkpoint *self, const struct db *db, int64_t now_ns)
{
    return self->dirty && now_ns - self->tried_ns >= (self->tried_ns != 0 ? RETRY_NS : 0) &&
           (db_unmoved_pages(db) >= PAGES_MAX || now_ns - self->dirty_since_ns >= DIRTY_NS);
}

/* True when the whole log is in the database file, and on disk. */
static bool run(struct checkpoint *self, struct db *db, struct journal *journal, bool truncate)
{
    int64_t pages = 0, moved = 0;

    if (db_checkpoint(db, truncate, &pages, &moved) != OK || pages != moved) {
        return false;
    }
    *self = (struct checkpoint){0};
    journal_release(journal);
    return true;
}

void checkpoint_begin(struct checkpoint *self, struct db *db, struct journal *journal, int64_t now_ns)
{
    int64_t left = db_wal_bytes(db);

    *self = (struct checkpoint){0};
    if (left > 0 && (left < LEFT_MAX || !run(self, db, journal, true))) {
        checkpoint_committed(self, now_ns);
    }
}

void checkpoint_run(struct checkpoint *self, struct db *db, struct journal *journal, int64_t now_ns, bool idle)
{
    if (!is_due(self, db, now_ns)) {
        return;
    }
    bool cut = self->cut;
    if (!run(self, db, journal, false)) {
        self->tried_ns = now_ns;
        return;
    }
    bool done = idle && (cut || db_wal_bytes(db) > FILE_MAX) && db_cut_log(db) == OK;
    if (cut && !done) {
        checkpoint_forget(self, now_ns);
    }
}

void checkpoint_finish(struct checkpoint *self, struct db *db, struct journal *journal)
{
    if (!run(self, db, journal, true)) {
        run(self, db, journal, false);
    }
}
