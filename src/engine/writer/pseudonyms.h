/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_PSEUDONYMS_H
#define LINKPOND_ENGINE_PSEUDONYMS_H

#include "day_memory.h"
#include "linkpond/model/record.h"
#include "visit_agent.h"

/*
 * Who a click came from, without knowing who that is. A visitor is the number of its cookie, else a number found by a
 * keyed hash of (full address, User-Agent) under the day's salt. Salts turn at the install zone's midnight and are
 * deleted with their visitors' hashes two days later, so that nobody can find the address again. A visitor's opt-out
 * (GPC, DNT) keeps the cookie away; the day's number stays, because it names nobody beyond the day.
 *
 * A browser that takes a cookie and never sends it back would be somebody new at each visit. So whoever comes without
 * one, with the hash of somebody who was given a number before on that day and has not sent it back, is that somebody.
 * This is remembered in memory only: such a browser counts once more after a restart.
 *
 * In memory, per day of the last PSEUDONYMS_DAYS: hash -> number, and (visitor, link or target) -> last PV. At most
 * PSEUDONYMS_PER_DAY of either a day. Past that a new visitor's number is taken from the hash itself (still the same
 * all day, but not dense), and a pair that was not remembered is a first one only if its visitor is new: a link's
 * stored visitors then may be too low, reports still count exactly.
 *
 * A day comes into memory when its first click does, the present one when this is opened. One with many clicks is read
 * by a thread of its own, and clicks wait in the journal until it has ended. Writer thread only.
 */
#define PSEUDONYMS_DAYS    3
#define PSEUDONYMS_PER_DAY (1U << 22)

struct pseudonyms;
struct pseudonyms_opts {
    const struct zone *zone;
    int64_t repeat_window_ms;
    const char *path;    /* of the database, for that thread; NULL = there is none */
    int64_t clicks_here; /* a day of more is read by it */
    int64_t now_ms;
};
struct pseudonym {
    int64_t number;
    enum visitor_by by;
    bool new_visitor, first_here, repeat;
    bool first_there; /* first PV of this pseudonym that was sent to the record's target */
};
enum err pseudonyms_open(struct db *db, const struct pseudonyms_opts *opts, struct pseudonyms **out);
void pseudonyms_free(struct pseudonyms *self);

/* A day that is being read is left at that: its handle holds up the last checkpoint. No batch comes any more. */
void pseudonyms_end(struct pseudonyms *self);
/* Before each batch. OK: it may begin; ERR_UNAVAILABLE: a day is being read, look again in a moment. Others: the
 * reading failed, and begins anew with the batch. */
enum err pseudonyms_ready(struct pseudonyms *self);
/* For clicks of class human, inside the batch's transaction; agent: of the record; pv: the click counts
 * (click_counts). ERR_UNAVAILABLE: the batch is to be rolled back, for the click's day is being read from now on. */
enum err pseudonyms_find(struct pseudonyms *self, struct db *db, const struct record *record,
                         const struct visit_agent *agent, bool pv, struct pseudonym *out);
/* In a transaction of its own, hourly: salts and hashes of all days before yesterday go. */
enum err pseudonyms_expire(struct pseudonyms *self, struct db *db, int64_t now_ms);
/* Before the batch's commit: what must survive, new visitors among it. */
enum err pseudonyms_save(struct pseudonyms *self, struct db *db);
void pseudonyms_committed(struct pseudonyms *self);
void pseudonyms_rolled_back(struct pseudonyms *self);

#endif
