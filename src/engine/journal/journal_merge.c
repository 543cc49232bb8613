/* SPDX-License-Identifier: MIT */
#include "journal_private.h"

/*
 * Every lane's records are in order, but a person may open a link on one lane and be followed on another, and what
 * comes after another visit is judged by it: a repeat, a platform's second look, who is new. So the reader merges the
 * lanes by time, in rounds over what was published when a round began; that also keeps a busy lane from making the
 * others wait. Up to a lane's published offset everything is whole; in a segment of a former run there is no such mark,
 * so it is searched to its end in steps of 64 bytes, and whatever proves itself is read.
 *
 * Rejected: holding records back until all lanes are past their time. A lane that nobody asks is never past it, so it
 * would have to tell its time too, and a click would be seen later.
 */
static bool has_more(const struct segment *segment)
{
    return !segment->done && (atomic_load_explicit(&segment->closed, memory_order_acquire) ||
                              atomic_load_explicit(&segment->published, memory_order_acquire) > segment->read);
}

void journal_forget_round(struct journal *self)
{
    self->cursors_count = 0;
    self->given = NULL;
    self->after = NULL;
}

static void put_in_batch(struct journal *self, struct segment *segment)
{
    self->batch_segments += !segment->in_batch;
    segment->in_batch = true;
}

static bool cursor_look(struct cursor *self)
{
    return self->next < self->limit &&
           segment_scan(self->segment, &self->next, self->limit, &self->record, &self->at, &self->bad);
}

/* Nothing is left before the limit. */
static void cursor_end(struct journal *self, struct cursor *cursor)
{
    struct segment *segment = cursor->segment;

    if (segment->read < cursor->limit || cursor->final) {
        put_in_batch(self, segment);
    }
    segment->read = cursor->limit;
    segment->bad_read += cursor->bad;
    segment->done = cursor->final;
    *cursor = self->cursors[--self->cursors_count];
}

static bool cursor_before(const struct cursor *self, const struct cursor *other)
{
    return self->record.time_ms != other->record.time_ms ? self->record.time_ms < other->record.time_ms
                                                         : self->segment->number < other->segment->number;
}

/* The segments that have more; of too many the oldest. From the newest back, for a lane closes a segment before it
 * publishes in its next: whoever sees a record in the next then sees all of the one before. Returns how many. */
static size_t begin_round(struct journal *self, size_t room)
{
    size_t seen = 0;

    journal_lock(self);
    for (size_t i = self->segments_count; i > 0; i--) {
        struct segment *segment = self->segments[i - 1];
        if (has_more(segment)) {
            struct cursor *cursor = &self->cursors[seen++ % room];
            cursor->segment = segment;
            cursor->next = segment->read;
            cursor->bad = 0;
            cursor->final = atomic_load_explicit(&segment->closed, memory_order_acquire);
            cursor->limit = atomic_load_explicit(&segment->published, memory_order_acquire);
        }
    }
    journal_unlock(self);
    return seen < room ? seen : room;
}

/* False: nothing more now. */
static bool look_round(struct journal *self)
{
    size_t left = JOURNAL_BATCH_SEGMENTS - self->batch_segments;
    size_t room = left < JOURNAL_MERGED ? left : JOURNAL_MERGED;

    if (room == 0) {
        return false;
    }
    self->cursors_count = begin_round(self, room);
    bool any = self->cursors_count > 0;
    for (size_t i = self->cursors_count; i > 0; i--) {
        if (!cursor_look(&self->cursors[i - 1])) {
            cursor_end(self, &self->cursors[i - 1]);
        }
    }
    return any;
}

/* The cursor whose record is next, and which one comes after it; NULL = the round is over. */
static struct cursor *first_of_round(struct journal *self)
{
    struct cursor *first = NULL;

    self->after = NULL;
    for (size_t i = 0; i < self->cursors_count; i++) {
        struct cursor *cursor = &self->cursors[i];
        if (!first || cursor_before(cursor, first)) {
            self->after = first;
            first = cursor;
        } else if (!self->after || cursor_before(cursor, self->after)) {
            self->after = cursor;
        }
    }
    return first;
}

static struct cursor *next_of_round(struct journal *self)
{
    struct cursor *given = self->given;

    self->given = NULL;
    if (given && cursor_look(given)) {
        return self->after && cursor_before(self->after, given) ? first_of_round(self) : given;
    }
    if (given) {
        cursor_end(self, given);
    }
    return first_of_round(self);
}

bool journal_next(struct journal *self, struct record *out, int64_t *click_id)
{
    struct cursor *cursor = next_of_round(self);

    while (!cursor && look_round(self)) {
        cursor = first_of_round(self);
    }
    if (!cursor) {
        return false;
    }
    struct segment *segment = cursor->segment;
    put_in_batch(self, segment);
    segment->read = cursor->next;
    segment->bad_read += cursor->bad;
    segment->records_read++;
    cursor->bad = 0;
    *out = cursor->record;
    *click_id = click_id_make(self->node, segment->number, cursor->at);
    self->given = cursor;
    return true;
}
