/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LIVE_PLACES_H
#define LINKPOND_ENGINE_LIVE_PLACES_H

#include <stdatomic.h>

#include "linkpond/base/zone.h"
#include "linkpond/model/holidays.h"
#include "linkpond/store/targets.h"

/*
 * How many places of each target are taken, in total, this day and this hour, and how often it was shown: atomic cells
 * beside the cache, which live as long as the engine and are shared by all versions of a link. Any thread takes and
 * gives back; only the publisher makes cells. Never one over, whatever threads do at once: each count is moved by
 * compare-and-swap below its cap, and one that was moved while another was full is moved back.
 *
 * Days and hours are the installation's. A visit whose hour is past when its place is taken (it began just before the
 * hour did) is counted in its own hour as long as that is the last but one; an older one counts in the newest, so a
 * clock that was set back by more than an hour finds fewer places and never more.
 */

/* The day and the hour an instant lies in, as numbers that only grow. */
struct live_when {
    uint32_t day;    /* civil day */
    uint32_t hour;   /* quarter-hours until the hour began */
    int64_t hour_ms; /* the instant it began */
};
void live_when_of(const struct zone *zone, int64_t ms, struct live_when *out);

/* Upper half: which day or hour; lower half: how many. */
struct live_count {
    _Atomic int64_t total;
    _Atomic uint64_t days[2], hours[2];
};
struct live_cell {
    struct live_count taken;  /* places */
    struct live_count joined; /* those who joined, where they take the places */
    _Atomic int64_t shown;
    _Atomic bool filled;       /* was full once since it was edited last */
    _Atomic int64_t edited_ms; /* when that was */
};

#define LIVE_NO_CAP INT64_MAX
/* total: of all time, so that a target that was replaced has its cap on top of what was taken before. */
struct live_caps {
    int64_t total, day, hour;
};
/* False: no place. */
bool live_count_take(struct live_count *self, const struct live_caps *caps, const struct live_when *when);
void live_count_give_back(struct live_count *self, const struct live_when *when);
/* Is there a place? Takes none. */
bool live_count_has(const struct live_count *self, const struct live_caps *caps, const struct live_when *when);
/* What the caps leave: the smallest of the three; LIVE_NO_CAP = as many as come. */
int64_t live_count_left(const struct live_count *self, const struct live_caps *caps, const struct live_when *when);
/* How many are taken in all, this day and this hour. */
struct live_taken {
    int64_t total, day, hour;
};
void live_count_taken(const struct live_count *self, const struct live_when *when, struct live_taken *out);
/* Counts n more without asking (or fewer: n below 0), in that hour. */
void live_count_add(struct live_count *self, const struct live_when *when, int64_t n);

/* ---- all of them --------------------------------------------------------------------------------------------------
 */
struct live_places;
struct live_places *live_places_new(const struct zone *zone); /* NULL: out of memory */
void live_places_free(struct live_places *self);
const struct zone *live_places_zone(const struct live_places *self);
/* The days that schedules count otherwise, lent for as long as these live. NULL: none. */
void live_places_set_holidays(struct live_places *self, const struct holidays *holidays);
/* Others in their place, which are then the places' to free in the end: somebody may still look at those before. The
 * codes that are compiled keep what they were made with. */
enum err live_places_take_holidays(struct live_places *self, struct holidays *holidays);
const struct holidays *live_places_holidays(const struct live_places *self);
/* The cell of a target, made from what the database says when it is not there yet: the publisher alone, which is who
 * writes what is counted there. A target that was edited since is not `filled` any more. */
enum err live_places_cell(struct live_places *self, struct db *db, const struct target *target, struct live_cell **out);
/* Any thread but those that answer visits. NULL when nobody has asked for that cell yet. */
struct live_cell *live_places_find(struct live_places *self, int64_t target_id);
/* Links that have to know who comes again; the publisher says so, and asks when it stores their clicks. */
enum err live_places_know_visitors(struct live_places *self, int64_t link_id, bool know);
bool live_places_knows_visitors(struct live_places *self, int64_t link_id);
bool live_places_know_any(struct live_places *self); /* is there such a link? */
/* Counts the visits that a rule has turned to; made when missing. It begins at `start` while links are loaded, for the
 * rule had its turns in a run before; a rule of an edit begins at 0. NULL: out of memory. */
_Atomic uint64_t *live_places_turn(struct live_places *self, int64_t rule_id, uint64_t start);
void live_places_loaded(struct live_places *self); /* all links are */

#endif
