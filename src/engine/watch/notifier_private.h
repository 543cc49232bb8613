/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_NOTIFIER_PRIVATE_H
#define LINKPOND_SRC_ENGINE_NOTIFIER_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "linkpond/engine/notifier.h"

/* A post under way, or one whose outcome could not be recorded yet: until it is, its robot is told nothing more. */
struct flight {
    bool used, answered;
    int64_t robot_id, item_id;
    enum robot_kind kind;
    bool chinese;
    int64_t attempts; /* failed ones before */
    int64_t paced_ms;
    /* Once answered: */
    struct robot_judgement judgement;
    struct outbox_result result;
    int64_t held_ms;
    int64_t again_ns; /* monotonic: when recording is tried again */
};
struct notifier {
    struct notifier_opts opts;
    char *path;
    struct db *db;
    struct poster *poster;
    struct arena arena; /* of one look */
    struct flight flights[POSTER_SLOTS];
    size_t first; /* whose turn it is to be looked at first */
    pthread_t thread;
    atomic_bool stopping, woken;
    _Atomic uint64_t sent, failed, under_way;
};

/* Starts posts for all robots that may be told something now. *next_ms: when to look again at the latest. */
enum err notifier_look(struct notifier *self, int64_t now_ms, int64_t *next_ms);
/* What a robot is to be sent; in the arena. ERR_CORRUPT: its address cannot be opened. */
enum err notifier_letter(struct notifier *self, const struct robot *robot, struct outbox_item *item, int64_t now_ms,
                         struct robot_message *out);

/* Judges an answer and notes what becomes of the notice. */
void notifier_answered(struct notifier *self, int slot, const struct robot_answer *answer, int64_t now_ms);
/* Records outcomes; true: something was. Those that could not be are tried again later. */
bool notifier_record(struct notifier *self);
bool notifier_is_told(const struct notifier *self, int64_t robot_id);

#endif
