/* SPDX-License-Identifier: MIT */
#include "journal_private.h"

#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linkpond/base/log.h"

/*
 * Where the reader stands, and what becomes of segments that were read (journal_merge.c reads them). `read` runs ahead
 * of `committed` by one batch. What is committed leaves our resident memory: the pages stay in the page cache, and in
 * an ended segment even the mapping goes.
 */
#define DROP_BYTES ((uint32_t)1 << 20)

void journal_each_unread(struct journal *self, journal_unread_fn *each, void *arg)
{
    for (size_t i = 0; i < self->segments_count; i++) {
        struct segment *segment = self->segments[i];
        struct record record;
        uint32_t offset = segment->read, at, bad = 0;
        while (!segment->done && segment_scan(segment, &offset, atomic_load(&segment->published), &record, &at, &bad)) {
            each(arg, &record);
        }
    }
}

static void count_found(void *arg, const struct record *record)
{
    struct journal *self = arg;
    (void)record;
    self->found++;
}

void journal_seek(struct journal *self, const struct journal_position *positions, size_t count)
{
    for (size_t i = 0; i < self->segments_count; i++) {
        struct segment *segment = self->segments[i];
        for (size_t p = 0; p < count; p++) {
            if (positions[p].segment == segment->number && positions[p].offset >= SEGMENT_HEAD_BYTES) {
                segment->read = positions[p].offset < segment->bytes ? positions[p].offset : segment->bytes;
                segment->read -= segment->read % RECORD_ALIGN;
                segment->done = positions[p].closed;
                segment->records = 1; /* not known to be empty */
            }
        }
        atomic_store(&segment->committed, segment->read);
        atomic_store(&segment->done_committed, segment->done);
    }
    journal_forget_round(self);
    self->found = 0;
    journal_each_unread(self, count_found, self);
}

size_t journal_positions(struct journal *self, struct journal_position *out, size_t cap)
{
    size_t count = 0;

    journal_lock(self);
    for (size_t i = 0; i < self->segments_count; i++) {
        const struct segment *segment = self->segments[i];
        if (segment->in_batch) {
            BUG_ON(count == cap); /* a position left out would be rows without their position */
            out[count++] = (struct journal_position){segment->number, segment->read, segment->done};
        }
    }
    journal_unlock(self);
    return count;
}

/* Under the lock. Pages that nobody will ask for again need not be resident. */
static void let_go(struct segment *segment, uint32_t committed)
{
    if (!segment->map || segment->pins > 0) {
        return;
    }
    if (atomic_load(&segment->done_committed)) {
        segment_unmap(segment);
    } else if (committed / DROP_BYTES > segment->dropped_to / DROP_BYTES) {
        segment->dropped_to = committed - committed % DROP_BYTES;
        madvise(segment->map, segment->dropped_to, MADV_DONTNEED);
    }
}

static void commit_segment(struct journal *self, struct segment *segment)
{
    segment->in_batch = false;
    atomic_store(&segment->committed, segment->read);
    atomic_store(&segment->done_committed, segment->done);
    segment->records += segment->records_read;
    self->read += segment->records_read;
    segment->records_read = 0;
    if (segment->bad_read > 0) {
        self->bad += segment->bad_read;
        log_event(LOG_ERROR, "journal_damaged", "segment %" PRIu64 ": %u damaged places were passed over",
                  segment->number, segment->bad_read);
        segment->bad_read = 0;
    }
}

void journal_batch_committed(struct journal *self)
{
    journal_lock(self);
    for (size_t i = 0; i < self->segments_count; i++) {
        struct segment *segment = self->segments[i];
        if (segment->in_batch) {
            commit_segment(self, segment);
        }
        if (!segment->in_batch) {
            let_go(segment, segment->read);
        }
    }
    journal_unlock(self);
    self->batch_segments = 0;
    journal_forget_round(self);
}

void journal_batch_rolled_back(struct journal *self)
{
    journal_lock(self);
    for (size_t i = 0; i < self->segments_count; i++) {
        struct segment *segment = self->segments[i];
        if (segment->in_batch) {
            segment->in_batch = false;
            segment->read = atomic_load(&segment->committed);
            segment->done = atomic_load(&segment->done_committed);
            segment->records_read = 0;
            segment->bad_read = 0;
        }
    }
    journal_unlock(self);
    self->batch_segments = 0;
    journal_forget_round(self);
}

/* Under the lock: the oldest segment that may go, or NULL. Empty ones have nothing that could be wanted again. */
static struct segment *take_releasable(struct journal *self)
{
    int64_t kept = 0;
    struct segment *oldest = NULL;

    for (size_t i = 0; i < self->segments_count; i++) {
        struct segment *segment = self->segments[i];
        if (!atomic_load(&segment->done_committed) || segment->pins > 0) {
            continue;
        }
        if (segment->records == 0) {
            oldest = segment;
            kept = INT64_MAX;
            break;
        }
        kept += segment->bytes;
        oldest = oldest ? oldest : segment;
    }
    if (!oldest || kept <= self->keep_bytes) {
        return NULL;
    }
    journal_list_remove(self, oldest);
    return oldest;
}

/* As many as each lane and a full disk need, and after a busy time as many as are kept, so that the next finds its
 * files and their pages made. */
static size_t spares_wanted(const struct journal *self)
{
    size_t wanted = self->lanes_count + 1, kept = (size_t)self->keep_bytes / self->segment_bytes;

    wanted = kept > wanted ? kept : wanted;
    return wanted < SPARES_MAX ? wanted : SPARES_MAX;
}

static void recycle(struct journal *self, struct segment *segment)
{
    char name[SEGMENT_NAME_MAX], spare[SEGMENT_NAME_MAX];

    segment_name(segment->number, SEGMENT_CLICKS, name);
    segment_name(segment->number, SEGMENT_SPARE, spare);
    journal_lock(self);
    bool wanted = segment->bytes == self->segment_bytes && self->spares_count < spares_wanted(self);
    journal_unlock(self);
    if (!wanted || renameat(self->dir_fd, name, self->dir_fd, spare) != 0) {
        unlinkat(self->dir_fd, name, 0);
        return;
    }
    journal_lock(self);
    if (self->spares_count < SPARES_MAX) {
        self->spares[self->spares_count++] = (struct spare){segment->number, segment_is_filled(segment)};
    }
    journal_unlock(self);
}

size_t journal_release(struct journal *self)
{
    size_t released = 0;

    journal_forget_round(self);
    for (;;) {
        journal_lock(self);
        struct segment *segment = take_releasable(self);
        journal_unlock(self);
        if (!segment) {
            return released;
        }
        recycle(self, segment);
        segment_free(segment);
        released++;
    }
}

/* One past the last page of the segment on which a record begins. Pages fill in order and each begins with a record. */
static uint32_t pages_used(const struct segment *segment)
{
    uint32_t low = 0;
    uint32_t high = (segment->bytes + SEGMENT_PAGE - 1) / SEGMENT_PAGE;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment_page_is_begun(segment, middle)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Pages from the newest back to the first that holds nothing as young as since_ms. */
static void each_recent(const struct journal *self, const struct segment *segment, int64_t since_ms,
                        journal_recent_fn *each, void *arg)
{
    bool young = true;

    for (uint32_t page = pages_used(segment); page > 0 && young; page--) {
        uint32_t offset = page == 1 ? SEGMENT_HEAD_BYTES : (page - 1) * SEGMENT_PAGE;
        uint32_t limit = page * SEGMENT_PAGE < segment->bytes ? page * SEGMENT_PAGE : segment->bytes;
        struct record record;
        uint32_t at, bad = 0;
        young = false;
        while (segment_scan(segment, &offset, limit, &record, &at, &bad)) {
            young = young || record.time_ms >= since_ms;
            if (record.time_ms >= since_ms) {
                each(arg, &record, click_id_make(self->node, segment->number, at));
            }
        }
    }
}

void journal_each_recent(struct journal *self, int64_t since_ms, journal_recent_fn *each, void *arg)
{
    for (size_t i = 0; i < self->segments_count; i++) {
        struct segment *segment = self->segments[i];
        bool former = segment->fd < 0 && atomic_load(&segment->closed);
        if (former && (segment->map || segment_map(self, segment))) {
            each_recent(self, segment, since_ms, each, arg);
        }
    }
}

/* Under the lock: when the oldest unread record of the segment was written, 0 = none. */
static int64_t oldest_unread(const struct segment *segment)
{
    uint32_t offset = atomic_load(&segment->committed), at, bad = 0;
    struct record record;

    if (!segment->map || atomic_load(&segment->done_committed)) {
        return 0;
    }
    uint32_t limit = atomic_load_explicit(&segment->published, memory_order_acquire);
    return offset < limit && segment_scan(segment, &offset, limit, &record, &at, &bad) ? record.time_ms : 0;
}

void journal_stats(struct journal *self, struct journal_stats *out)
{
    *out = (struct journal_stats){
        .found = atomic_load(&self->found),
        .read = atomic_load(&self->read),
        .bad = atomic_load(&self->bad),
    };
    for (unsigned i = 0; i < self->lanes_count; i++) {
        out->appended += atomic_load_explicit(&self->lanes[i].appended, memory_order_relaxed);
        out->dropped += atomic_load_explicit(&self->lanes[i].dropped, memory_order_relaxed);
    }
    journal_lock(self);
    out->segments = self->segments_count;
    out->bytes = self->spares_count * self->segment_bytes;
    for (size_t i = 0; i < self->segments_count; i++) {
        int64_t oldest = oldest_unread(self->segments[i]);
        bool older = oldest != 0 && (out->oldest_unread_ms == 0 || oldest < out->oldest_unread_ms);
        out->oldest_unread_ms = older ? oldest : out->oldest_unread_ms;
        out->bytes += self->segments[i]->bytes;
    }
    journal_unlock(self);
}
