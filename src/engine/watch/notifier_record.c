/* SPDX-License-Identifier: MIT */
/* What became of a post, and its way into the database. */
#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "notifier_private.h"

#define AGAIN_NS INT64_C(5000000000)

static uint64_t entropy(void)
{
    uint64_t value;

    crypt_random(&value, sizeof value);
    return value;
}

/* A try that failed: again by the schedule, not before the time that was asked for, or never more. */
static void after_failure(struct flight *flight, int64_t now_ms)
{
    struct outbox_result *result = &flight->result;
    int64_t wait_ms;

    result->attempts = flight->attempts + 1;
    wait_ms = delivery_wait_ms(result->attempts, entropy());
    result->state = wait_ms < 0 ? OUTBOX_DEAD : OUTBOX_WAITING;
    result->due_ms = now_ms + (wait_ms < flight->judgement.wait_ms ? flight->judgement.wait_ms : wait_ms);
}

void notifier_answered(struct notifier *self, int slot, const struct robot_answer *answer, int64_t now_ms)
{
    struct flight *flight = &self->flights[slot];
    struct robot_judgement *judgement = &flight->judgement;

    BUG_ON(!flight->used || flight->answered);
    robot_judge(flight->kind, answer, flight->chinese, judgement);
    flight->answered = true;
    flight->result = (struct outbox_result){
        .attempts = flight->attempts,
        .now_ms = now_ms,
        .status = answer->status,
        .error = str_from_c(judgement->error),
    };
    if (judgement->verdict == ROBOT_SENT) {
        flight->result.state = OUTBOX_SENT;
    } else if (judgement->verdict == ROBOT_GONE) {
        flight->result.state = OUTBOX_DEAD;
    } else if (judgement->verdict == ROBOT_HELD) {
        flight->result.state = OUTBOX_WAITING;
        flight->held_ms = flight->result.due_ms = now_ms + judgement->wait_ms;
    } else {
        after_failure(flight, now_ms);
    }
    atomic_fetch_add_explicit(judgement->verdict == ROBOT_SENT ? &self->sent : &self->failed, 1, memory_order_relaxed);
}

/* A robot that was deleted meanwhile has taken its notices with it. */
static enum err record(struct db *db, void *arg, struct fault *fault)
{
    const struct flight *flight = arg;
    enum err err = outbox_record(db, flight->item_id, &flight->result);

    (void)fault;
    err = err ? err : robots_paced(db, flight->robot_id, flight->paced_ms, flight->held_ms);
    if (!err && flight->judgement.verdict == ROBOT_GONE) {
        err = robots_gone(db, flight->robot_id, flight->result.now_ms);
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

static void tell(const struct flight *flight)
{
    if (flight->judgement.verdict == ROBOT_GONE) {
        log_event(LOG_WARN, "robot_gone", "robot %lld has answered that it is gone, and is disabled",
                  (long long)flight->robot_id);
    } else if (flight->result.state == OUTBOX_DEAD) {
        log_event(LOG_WARN, "notice_dead", "notice %lld could not be told to robot %lld: %s",
                  (long long)flight->item_id, (long long)flight->robot_id, flight->judgement.error);
    }
}

static bool record_flight(struct notifier *self, struct flight *flight)
{
    flight->result.error = str_from_c(flight->judgement.error);
    enum err err = writer_submit(self->opts.writer, &(struct writer_task){.run = record, .arg = flight}, NULL);
    if (err) {
        if (flight->again_ns == 0) {
            log_event(LOG_ERROR, "outbox_stuck", "what became of notice %lld cannot be recorded for now: %s",
                      (long long)flight->item_id, err_text(err, false));
        }
        flight->again_ns = clock_mono_ns() + AGAIN_NS;
        return false;
    }
    tell(flight);
    flight->used = false;
    atomic_fetch_sub(&self->under_way, 1);
    return true;
}

bool notifier_record(struct notifier *self)
{
    bool any = false;

    for (int i = 0; i < POSTER_SLOTS; i++) {
        struct flight *flight = &self->flights[i];
        if (flight->used && flight->answered && clock_mono_ns() >= flight->again_ns) {
            any = record_flight(self, flight) || any;
        }
    }
    return any;
}
