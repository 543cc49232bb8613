/* SPDX-License-Identifier: MIT */
#include "report_helper.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "linkpond/engine/behind_visitors.h"

/*
 * One thread for all reports. A thread for each was rejected: two of a hundred that ask at once gain nothing by being
 * four, and each needs a handle. The lock guards who has the helper and what it is to do, never the work; the handle is
 * touched by who has taken the helper, and by the thread between begin and wait.
 */
struct report_helper {
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool taken, stopping;
    struct report_second *second; /* to be worked on; NULL again when it is done */
};

static void read_chunks(struct report_share *share)
{
    const struct report_query *query = share->query;
    struct giving_way giving_way = {0};

    giving_way_begin(&giving_way, share->db);
    share->err = report_match_open(&share->match, share->db, query, query->group_by, query->group_count);
    if (share->err == OK) {
        share->err = report_tally_open(&share->tally, &share->match, &share->arena, &share->report, &share->fault);
    }
    share->tally.by_runs = share->queue->by_runs;
    share->tally.late.wanted = share->queue->late;
    if (share->err == OK) {
        share->err = report_scan_queue(&share->tally, share->db, share->queue, true);
    }
    if (share->err != OK) {
        atomic_store(&share->queue->failed, true);
    }
    giving_way_end(&giving_way, share->db);
}

static void help_late(struct report_share *share)
{
    struct giving_way giving_way = {0};

    giving_way_begin(&giving_way, share->db);
    share->err = report_late_help(share->late, share->db);
    giving_way_end(&giving_way, share->db);
}

static void work(struct report_second *second, struct db *db)
{
    struct report_share *share = (struct report_share *)second; /* its first member */

    share->db = db;
    if (share->late) {
        help_late(share);
    } else if (share->question) {
        share->err = report_visitors_count(share->question, &share->counted);
    } else {
        read_chunks(share);
    }
}

static void *helper_thread(void *arg)
{
    struct report_helper *self = arg;

    prctl(PR_SET_NAME, "report");
    pthread_mutex_lock(&self->lock);
    while (!self->stopping) {
        struct report_second *second = self->second;
        if (!second) {
            pthread_cond_wait(&self->changed, &self->lock);
            continue;
        }
        pthread_mutex_unlock(&self->lock);
        second->run(second, self->db);
        pthread_mutex_lock(&self->lock);
        self->second = NULL;
        pthread_cond_broadcast(&self->changed);
    }
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

enum err report_helper_start(const char *db_path, struct report_helper **out, struct fault *fault)
{
    struct report_helper *self = calloc(1, sizeof *self);
    enum err err = self ? db_open(db_path, DB_READ, &self->db, fault) : ERR_NOMEM;
    if (err != OK) {
        free(self);
        return err;
    }
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->changed, NULL);
    if (pthread_create(&self->thread, NULL, helper_thread, self) != 0) {
        pthread_cond_destroy(&self->changed);
        pthread_mutex_destroy(&self->lock);
        db_close(self->db);
        free(self);
        return ERR_NOMEM;
    }
    *out = self;
    return OK;
}

void report_helper_stop(struct report_helper *self)
{
    if (!self) {
        return;
    }
    pthread_mutex_lock(&self->lock);
    BUG_ON(self->taken);
    self->stopping = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
    pthread_join(self->thread, NULL);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    db_close(self->db);
    free(self);
}

static bool set_taken(struct report_helper *self, bool taken)
{
    pthread_mutex_lock(&self->lock);
    bool changed = self->taken != taken;
    self->taken = taken;
    pthread_mutex_unlock(&self->lock);
    return changed;
}

static bool take(struct report_helper *self, struct db *db)
{
    if (!set_taken(self, true)) {
        return false;
    }
    if (db_begin_same(db, self->db) != OK) {
        set_taken(self, false);
        return false;
    }
    db_set_deadline(self->db, db_deadline(db));
    return true;
}

enum err report_snapshot_begin(struct db *db, struct report_helper **helper, bool *own)
{
    bool helped = *helper && !db_in_transaction(db) && take(*helper, db);

    *helper = helped ? *helper : NULL;
    *own = helped;
    return helped ? OK : db_snapshot_begin(db, own);
}

void report_snapshot_end(struct db *db, struct report_helper *helper, bool own)
{
    if (helper) {
        db_rollback(helper->db);
        db_set_deadline(helper->db, 0);
        set_taken(helper, false);
    }
    db_snapshot_end(db, own);
}

void report_share_begin(struct report_helper *self, struct report_share *share)
{
    share->second.run = work;
    report_helper_begin(self, &share->second);
}

void report_helper_begin(struct report_helper *self, struct report_second *second)
{
    pthread_mutex_lock(&self->lock);
    self->second = second;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

void report_helper_wait(struct report_helper *self)
{
    pthread_mutex_lock(&self->lock);
    while (self->second) {
        pthread_cond_wait(&self->changed, &self->lock);
    }
    pthread_mutex_unlock(&self->lock);
}
