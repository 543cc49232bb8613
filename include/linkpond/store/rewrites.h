/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_REWRITES_H
#define LINKPOND_STORE_REWRITES_H

#include "linkpond/model/click_row.h"
#include "linkpond/store/db.h"

/*
 * What is to be done to all of the stored history, and how far it is (engine/rewriter.h). One is done after the other,
 * in order of id. Numbers are stored, so kinds are only ever added at the end.
 */
enum rewrite_kind { REWRITE_RECLASSIFY, REWRITE_RETAIN, REWRITE_PURGE, REWRITE_FORGET, REWRITE_KINDS };
enum rewrite_state { REWRITE_WAITS, REWRITE_RUNS, REWRITE_DONE, REWRITE_FAILED };

/* counts: clicks by class before and after, then how many of each value changed, 8 bytes each, little end first. */
#define REWRITE_COUNTS (CLASS_COUNT * CLASS_COUNT + CLICK_COLUMNS)
struct rewrite {
    int64_t id;
    enum rewrite_kind kind;
    enum rewrite_state state;
    bool dry_run;
    int64_t from_ms, to_ms; /* only clicks of [from, to); INT64_MIN, INT64_MAX = all */
    int64_t rules;          /* fingerprint of the tables it is done with; 0 = none yet */
    int64_t seq_end, position;
    int64_t chunks, chunks_done;
    int64_t rows, changed, damaged;
    int64_t counts[REWRITE_COUNTS];
    str failure;
    int64_t created_ms, started_ms, finished_ms; /* TIME_NONE */
};
static inline size_t rewrite_count_of_classes(enum click_class from, enum click_class into)
{
    return (size_t)from * CLASS_COUNT + into;
}
static inline size_t rewrite_count_of_value(enum click_column column)
{
    return (size_t)CLASS_COUNT * CLASS_COUNT + column;
}

/* Waits from now on; sets the id. */
enum err rewrites_insert(struct db *db, struct rewrite *rewrite);
/* Texts in the arena. ERR_NOT_FOUND. */
enum err rewrites_find(struct db *db, struct arena *arena, int64_t id, struct rewrite *out);
/* The one whose turn it is. ERR_NOT_FOUND: there is nothing to do. */
enum err rewrites_first(struct db *db, struct arena *arena, struct rewrite *out);
enum err rewrites_any(struct db *db, bool *any); /* is there something to do? */
/* By id, or the latest first; texts lent until the next step. */
struct stmt *rewrites_each_unfinished(struct db *db);
struct stmt *rewrites_each_latest(struct db *db);
bool rewrites_next(struct stmt *rows, struct rewrite *out);
/* All that moves: state, rules, position, figures, times. */
enum err rewrites_update(struct db *db, const struct rewrite *rewrite);
/* Of those that are finished only the latest stay, unless they are among the last `kept` of all. */
enum err rewrites_forget_old(struct db *db, int64_t kept);

/* Numbers that belong to one, by number; what is said first of one stays. */
enum err rewrites_subject_insert(struct db *db, int64_t rewrite_id, int64_t subject, int64_t detail);
/* At most `count` behind `after`; returns how many through *count. */
struct rewrite_subject {
    int64_t subject, detail;
};
enum err rewrites_subjects(struct db *db, int64_t rewrite_id, int64_t after, struct rewrite_subject *out,
                           size_t *count);
/* Up to that one. */
enum err rewrites_subjects_delete(struct db *db, int64_t rewrite_id, int64_t to);
/* The one of that kind that waits, so that more can join it, and how many subjects it has. ERR_NOT_FOUND. */
enum err rewrites_waiting(struct db *db, enum rewrite_kind kind, int64_t *id, int64_t *subjects);
enum err rewrites_count_unfinished(struct db *db, int64_t *count);

/* Links that a purge has taken out of the sums while chunks still hold their clicks: in chunks up to seq_end these are
 * as good as gone. Whoever reads chunks leaves them out. By link; nearly always none. */
struct gone_link {
    int64_t link_id, seq_end;
};
struct gone_links {
    struct gone_link *items;
    size_t count;
};
enum err gone_links_load(struct db *db, struct gone_links *out);
void gone_links_done(struct gone_links *self);
bool gone_links_hold(const struct gone_links *self, int64_t link_id, int64_t seq);

#endif
