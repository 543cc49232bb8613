/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_SHOWN_H
#define LINKPOND_ENGINE_REPORT_SHOWN_H

#include "linkpond/base/arena.h"
#include "report_visitors.h"

/*
 * Who was seen at the few places that are shown, and who at all: exact. Places are known, and so are their clicks:
 * where a place has many, each visitor is a bit of it; all others are bits of a plane for those elsewhere, and where a
 * place has few clicks, their numbers are listed too and told apart at the end, by bits again. So nothing is looked
 * for: a bit is set in what the processor's cache holds, or a number is written behind another. Numbers of visitors are
 * dense (report_visitors.h); those that four bytes do not hold are noted as at places of any number. Bounded: 512 MiB,
 * and what such notes are bounded by.
 */
#define SHOWN_NOWHERE   UINT16_MAX
#define SHOWN_AT_ONCE   512 /* visits added in one go, at most */
#define SHOWN_BOOK_BITS 16  /* visitors of a book: 8 KiB */
#define SHOWN_LISTED    118 /* numbers of a block of 512 bytes */

/* A bit each: books by the higher bits of the number, made as they are needed. */
struct shown_plane {
    uint64_t **books[VISITOR_BY_COUNT];
    size_t caps[VISITOR_BY_COUNT];
};
struct shown_block {
    struct shown_block *before;
    size_t count;
    uint32_t numbers[SHOWN_LISTED];
};
struct shown_place {
    struct shown_plane *plane; /* its own, or `elsewhere` */
    bool listed;
    struct shown_block *blocks[VISITOR_BY_COUNT];
};
/* Of one thread. Stays where it was made. */
struct report_shown {
    struct arena memory;
    struct shown_plane elsewhere;
    struct shown_place *places; /* the last is no place */
    size_t places_count;
    struct report_visitors others; /* of numbers that are not near */
};
/* clicks: of each place, those of both threads. ERR_NOMEM. */
enum err report_shown_init(struct report_shown *self, const int64_t *clicks, size_t places_count);
/* Harmless on a zeroed one. */
void report_shown_done(struct report_shown *self);
/* count <= SHOWN_AT_ONCE visits: visitors (0 = none), how each was told, and its place or SHOWN_NOWHERE. False: too
 * many. */
bool report_shown_add(struct report_shown *self, const int64_t *visitors, const uint8_t *bys, const uint16_t *places,
                      size_t count);

/* Counting: by several threads at once, which take places in turn, once nothing is added any more. */
struct shown_question {
    struct report_shown sets[2]; /* with the same places, sets[1] perhaps with none */
    size_t places_count;
    _Atomic size_t taken;
    int64_t *at;               /* by place: each is written by the one thread that takes it */
    int64_t visitors, cookies; /* in all: written by one thread */
    struct visitors_count others;
};
/* Counts until nothing is left to count. ERR_NOMEM. */
enum err report_shown_count(struct shown_question *self);

#endif
