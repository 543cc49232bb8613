/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_CLICK_SCORE_H
#define LINKPOND_TESTS_CLICK_SCORE_H

#include <stdio.h>

#include "click_run.h"

/* What the ledger says of a click stream against the truth, joined by request id. */
enum score_dim {
    SCORE_CLASS,
    SCORE_OUTCOME,
    SCORE_SCENE,
    SCORE_QR,
    SCORE_APP,
    SCORE_OS,
    SCORE_DEVICE,
    SCORE_BROWSER,
    SCORE_SOURCE,
    SCORE_CHANNEL,
    SCORE_REPEAT,
    SCORE_DIMS
};
const char *score_dim_name(enum score_dim dim);

#define SCORE_VALUES_MAX 1024
struct score_value {
    char text[64];
    int64_t expected, found, right;
};
struct score_table {
    struct score_value values[SCORE_VALUES_MAX];
    size_t count;
    int64_t judged, right;
};
struct score_day {
    int64_t people, keepers;           /* true: who came; of them, who keep cookies */
    int64_t visitors, cookie_visitors; /* counted */
};
struct score;
struct score *score_new(struct click_run *run);
void score_free(struct score *self);
/* Every click that was fed, in that order. */
void score_fed(struct score *self, const struct stream_click *clicks, size_t count);
/* Reads the ledger; the engine is open and drained. misses: where each wrong answer is written, or NULL. */
void score_read(struct score *self, FILE *misses);

const struct score_table *score_table(const struct score *self, enum score_dim dim);
double score_precision(const struct score_value *value); /* 1 when nothing was found */
double score_recall(const struct score_value *value);    /* 1 when nothing was expected */
int64_t score_rows(const struct score *self);            /* of the ledger */
int64_t score_lost(const struct score *self);            /* fed and not in the ledger */
int64_t score_strange(const struct score *self);         /* in the ledger and never fed, or too often */
/* Distinct people and visitors of the clicks that count, by day in Shanghai; day 0 is the last. */
int score_days(const struct score *self); /* of the stream */
const struct score_day *score_day(const struct score *self, int day);
/* How many figures of the sums differ from counting the rows. */
int64_t score_sums_wrong(struct score *self);

/* As tables of Markdown; all: every value, not only those with mistakes. */
void score_print(const struct score *self, bool all, FILE *out);

#endif
