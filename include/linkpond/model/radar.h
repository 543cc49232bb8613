/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RADAR_H
#define LINKPOND_MODEL_RADAR_H

#include "linkpond/base/clock.h"
#include "linkpond/base/err.h"
#include "linkpond/model/click.h"

/*
 * What sales are told of the visits of one customer, as pure functions: what was seen before and a visit give what is
 * to be told and what is to be remembered. Only counted visits of people come here, in order of their times. Visits
 * with no more than RADAR_OPEN_MS between them are one opening.
 */
#define RADAR_OPEN_MS (30 * MS_PER_MINUTE)
#define RADAR_GAP_MS  (24 * MS_PER_HOUR) /* so long after the last visit it was opened again */

struct radar_visit {
    int64_t time_ms;
    int64_t visitor; /* 0 = not known */
    enum visitor_by by;
    int64_t day; /* civil, of the installation's zone: numbers by hash mean the same visitor on one day only */
};
/* Of a link that is for one person. Zeros, and first_ms INT64_MIN: it was never opened. */
struct radar_seen {
    int64_t first_ms, last_ms;
    int64_t cookie;         /* the first visitor known by cookie; 0 = none yet */
    int64_t hash, hash_day; /* the first visitor of that day known by hash */
    bool forwarded;         /* that somebody else opened it was told */
};
enum radar_news { RADAR_NOTHING, RADAR_FIRST, RADAR_AGAIN, RADAR_FORWARD };
/* A second visitor is told of once for each link, and only when two numbers of one kind differ: a cookie's number says
 * nothing of a hash's, nor one day's hash of another's. */
enum radar_news radar_judge(struct radar_seen *seen, const struct radar_visit *visit);

/* "So many openings within so many days". */
#define RADAR_VISITS_MAX 100
#define RADAR_DAYS_MAX   90
struct radar_openings {
    int64_t times_ms[RADAR_VISITS_MAX]; /* of the last visit of each opening, ascending */
    size_t count;
};
/* True: this visit is the opening that makes it `visits`, 1..RADAR_VISITS_MAX, in `days`; counting begins anew then,
 * but a visit that still belongs to that opening is not another. */
bool radar_count(struct radar_openings *openings, int64_t visits, int64_t days, int64_t time_ms);

/*
 * A key event: so many openings within so many days, one after so many days without, or an event of a type. Of one
 * person it is told at most once in its days (of a return that follows by itself; of events 0 days means each).
 */
#define RADAR_KIND_TABLE(X)                                                                                            \
    X(RADAR_VISITS, "visits")                                                                                          \
    X(RADAR_RETURN, "return")                                                                                          \
    X(RADAR_EVENT, "event")
#define RADAR_KIND_ENUM(constant, name) constant,
enum radar_kind { RADAR_KIND_TABLE(RADAR_KIND_ENUM) RADAR_KINDS };
#undef RADAR_KIND_ENUM
str radar_kind_name(enum radar_kind kind);
bool radar_kind_find(str name, enum radar_kind *out);

#define RADAR_RETURN_DAYS_MAX 365
#define RADAR_EVENT_DAYS_MAX  365
struct radar_condition {
    enum radar_kind kind;
    int64_t visits; /* of visits: 1..RADAR_VISITS_MAX; else 0 */
    int64_t days;   /* 1..RADAR_DAYS_MAX, 1..RADAR_RETURN_DAYS_MAX, 0..RADAR_EVENT_DAYS_MAX */
};
/* ERR_INVALID "visits" or "days" (out_of_range). */
enum err radar_condition_check(const struct radar_condition *condition, struct fault *fault);

/* What was seen of one person. Times INT64_MIN: never. */
struct radar_person {
    int64_t last_ms, told_ms;
    struct radar_openings openings;
};
/* They did it again at that time; true: it is to be told. Out of order harms nothing but the counting of openings. */
bool radar_holds(const struct radar_condition *condition, struct radar_person *person, int64_t time_ms);

#endif
