/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_REWRITER_PRIVATE_H
#define LINKPOND_SRC_ENGINE_REWRITER_PRIVATE_H

#include <pthread.h>

#include "linkpond/engine/fold.h"
#include "linkpond/engine/rewriter.h"
#include "linkpond/store/chunks.h"

/* The thread and those who wake it share this; the lock guards the last two. */
struct rewriter {
    struct rewriter_opts opts;
    char *path;
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping, woken;
};
/* The step at hand is to be the last. */
bool rewriter_is_stopping(struct rewriter *self);
/* Works on what comes first. *any = false: there is nothing to do. */
enum err rewriter_turn(struct rewriter *self, bool *any);

/*
 * One rewrite at work, and what each kind says of a click. Everything here but what is marked runs on the rewriter's
 * thread with its read handle; what is marked "writer" inside the transaction of a chunk on the writer's.
 */
/* A place in the order of a chunk's rows. */
struct rewrite_mark {
    bool any;
    int64_t seq, link_id, time_ms, id;
};
struct reclassifier;
struct retainer;
struct forgetter;
struct rewrite_run {
    struct db *db; /* to read */
    const struct rewriter_opts *opts;
    struct rewrite now;        /* as it will stand once the chunk at hand is stored */
    struct arena arena;        /* of the chunk at hand */
    bool more_of_chunk;        /* rows of it are left for another time */
    struct rewrite_mark asked; /* those up to here were asked in an earlier turn */
    struct reclassifier *reclassifier;
    struct retainer *retainer;
    struct forgetter *forgetter;
    struct gone_links gone; /* of the chunk at hand's snapshot: these clicks go, whatever is being done */
};

enum rewrite_say {
    REWRITE_STAYS,
    REWRITE_CHANGES, /* into what is in the row now */
    REWRITE_GOES,
};
struct rewrite_ops {
    const char *name;
    /* Before the first chunk and after a restart. *again: what was done so far was done otherwise, begin anew. */
    enum err (*open)(struct rewrite_run *run, bool *again, struct fault *fault);
    void (*close)(struct rewrite_run *run);
    uint64_t columns; /* of chunks, that `concerns` looks at */
    bool (*concerns)(const struct rewrite_run *run, const struct chunk_info *info, const struct chunk *chunk);
    /* New texts live until the next call. */
    enum err (*row)(struct rewrite_run *run, struct click_row *row, enum rewrite_say *say);
    /* Writer; may be NULL: what else belongs to a chunk's transaction. */
    enum err (*store)(struct rewrite_run *run, struct db *db);
    /* Writer; may be NULL: what is left once all chunks are done, a piece at a time. */
    enum err (*settle)(struct rewrite_run *run, struct db *db, bool *more);
    /* What of the tail has to be in chunks before it begins. */
    enum { TAIL_WHOLE, TAIL_IF_OLD, TAIL_AS_IT_IS } tail;
    bool counts_gone;   /* clicks of gone links are what it is about */
    bool finds_lasts;   /* its subjects are links whose last click has to be found */
    bool sums_follow;   /* clicks that become others do so in the sums too */
    bool of_old_clicks; /* those before now.to_ms go, a damaged chunk as a whole once all of it is that old */
};
extern const struct rewrite_ops rewrite_reclassify, rewrite_retain, rewrite_purge, rewrite_forget;

/* What became of a chunk. */
struct rewritten {
    struct chunk_info info;        /* as it was read */
    struct chunk_builder *builder; /* while it is made; NULL: it stays, or blobs are made */
    struct chunk_blobs blobs;      /* what comes in its place, when `replaced` */
    bool replaced;
    bool gone;                   /* no click of it is left */
    struct fold_change *changes; /* in order of link */
    size_t changes_count, changes_cap;
    int64_t rows, changed;
    bool damaged; /* it could not be read, and stays */
};
enum err rewrite_chunk(struct rewrite_run *run, const struct rewrite_ops *ops, const struct chunk_info *info,
                       struct rewritten *out);
void rewritten_done(struct rewritten *self);
/* Writer. ERR_CONFLICT: the chunk is not there any more, look again. */
enum err rewrite_store(struct rewrite_run *run, struct db *db, const struct rewrite_ops *ops, struct rewritten *chunk);

/* The last clicks of links that lost theirs (the rewrite's subjects: link, what was its last), found in one look
 * through the ledger: at most `count` of them. */
#define REWRITE_LASTS_MAX 65536
struct rewrite_lasts {
    struct rewrite_subject *links; /* by link */
    int64_t *last_ms;              /* TIME_NONE: no click is left */
    size_t count;
};
enum err rewrite_lasts_find(struct db *db, int64_t rewrite_id, struct rewrite_lasts *out);
void rewrite_lasts_done(struct rewrite_lasts *self);
/* Writer: links[from, to). */
enum err rewrite_lasts_store(struct db *db, int64_t rewrite_id, const struct rewrite_lasts *lasts, size_t from,
                             size_t to);

#endif
