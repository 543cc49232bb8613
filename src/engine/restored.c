/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/restored.h"

#include "linkpond/base/log.h"
#include "linkpond/engine/visitor_numbers.h"
#include "linkpond/model/record.h"
#include "linkpond/store/links.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/segments.h"

/*
 * How much may have been handed out between a backup and the loss of what came after it: more than anybody makes
 * between two backups, and little beside the 62^7 codes and 2^34 segments there are.
 */
#define LINKS_SKIPPED    1000000
#define SEGMENTS_SKIPPED 1000000

enum err restored_mark(const char *path, struct fault *fault)
{
    struct db *db = NULL;
    enum err err = db_open(path, DB_WRITE, &db, fault);

    err = err ? err : db_begin(db, true);
    err = err ? err : meta_put_i64(db, META_COPY, 1);
    err = err ? err : meta_delete(db, META_VISITOR_SALTS);
    err = err ? err : db_commit(db);
    db_close(db);
    return err;
}

static enum err skip(struct db *db)
{
    int64_t highest = 0;
    struct stmt *rows = segments_each(db);
    struct segment segment;

    while (segments_next(rows, &segment)) {
        int64_t number = segment.id & CLICK_ID_SEGMENT_MAX;
        highest = number > highest ? number : highest;
    }
    enum err err = stmt_err(rows);
    err = err ? err : links_skip_ids(db, LINKS_SKIPPED);
    err = err ? err : meta_put_i64(db, META_SEGMENT_FLOOR, highest + SEGMENTS_SKIPPED);
    err = err ? err : visitor_numbers_skip(db);
    return err ? err : meta_delete(db, META_COPY);
}

enum err restored_settle(struct db *db)
{
    int64_t copy = 0;

    if (meta_get_i64(db, META_COPY, &copy) != OK) {
        return OK;
    }
    enum err err = db_begin(db, true);
    err = err ? err : skip(db);
    err = err ? err : db_commit(db);
    if (err) {
        db_rollback(db);
        return err;
    }
    log_event(LOG_WARN, "restored", "started from a backup: link ids and journal segments since then are skipped");
    return OK;
}

enum err restored_segment_floor(struct db *db, uint64_t *floor)
{
    int64_t value = 0;
    enum err err = meta_get_i64(db, META_SEGMENT_FLOOR, &value);

    *floor = err ? 0 : (uint64_t)value;
    return err == ERR_NOT_FOUND ? OK : err;
}
