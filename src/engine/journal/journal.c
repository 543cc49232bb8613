/* SPDX-License-Identifier: MIT */
#include "journal_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/log.h"
#include "linkpond/engine/behind_visitors.h"

/*
 * Lanes and upkeep. Both a store into a shared mapping and a pwrite survive the death of the process, because the bytes
 * are in the page cache; the mapping needs no system call (31-48 ns against 530-730 a record), but a hole in the file
 * would be a SIGBUS, so it is used only where fallocate promises blocks. Copy-on-write file systems break that promise
 * on purpose: there, plain writes.
 *
 * The lock guards the list of segments and is taken when a segment begins or ends, never for a record. It is never held
 * during I/O: whoever needs a segment's file or mapping without it pins the segment.
 */
#define SYNC_EVERY_MS 1000
#define RETRY_MIN_NS  INT64_C(1000000)
#define RETRY_MAX_NS  INT64_C(64000000)
#define TOUCH_BYTES   ((uint32_t)1 << 16) /* pages made writable ahead of a lane at a time */
#define WRITE_BYTES   ((uint32_t)1 << 18) /* pages whose writing is begun at a time */
#define AHEAD_MAX     ((uint32_t)4 << 20) /* and ahead of a busy one by the upkeep */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Takes a spare file, the one that came last, leaving `leave` of them. */
static struct spare spare_take(struct journal *self, size_t leave)
{
    struct spare spare = {0};

    journal_lock(self);
    if (self->spares_count > leave) {
        spare = self->spares[--self->spares_count];
    }
    journal_unlock(self);
    return spare;
}

/* A segment for a lane, in the list. One spare is ballast: used only when the disk is full, made again afterwards. */
static enum err segment_prepare(struct journal *self, bool durable, struct segment **out)
{
    struct spare spare = spare_take(self, 1);
    struct segment *segment;

    durable = durable && self->fsync != JOURNAL_FSYNC_OS;
    enum err err = segment_make(self, spare, durable, &segment);

    if (err == ERR_DISK_FULL && spare.number == 0) {
        spare = spare_take(self, 0);
        err = spare.number ? segment_make(self, spare, durable, &segment) : err;
    }
    if (err) {
        return err;
    }
    if (!journal_list_add(self, segment)) {
        segment_free(segment); /* its file stays and is found empty at the next start */
        return ERR_NOMEM;
    }
    *out = segment;
    return OK;
}

/* Nobody made one ahead. A single failure costs no click, because it is tried twice; a disk that stays full costs the
 * lane some system calls now and then, but never a wait. */
static enum err lane_make(struct journal *self, struct lane *lane, struct segment **out)
{
    /* Its name must last as long as its records: with `always` from the first one on, else the next upkeep syncs it
     * with them. */
    bool durable = self->fsync == JOURNAL_FSYNC_ALWAYS;
    int64_t now_ns = lane->pause_ns > 0 ? clock_mono_ns() : 0;

    if (lane->pause_ns > 0 && now_ns < lane->retry_ns) {
        return lane->refused;
    }
    enum err err = segment_prepare(self, durable, out);
    err = err ? segment_prepare(self, durable, out) : OK;
    if (err) {
        int64_t pause_ns = lane->pause_ns > 0 ? 2 * lane->pause_ns : RETRY_MIN_NS;
        lane->pause_ns = pause_ns < RETRY_MAX_NS ? pause_ns : RETRY_MAX_NS;
        lane->retry_ns = clock_mono_ns() + lane->pause_ns;
        lane->refused = err;
    }
    return err;
}

static enum err lane_rotate(struct journal *self, struct lane *lane)
{
    struct segment *next = atomic_exchange_explicit(&lane->next, NULL, memory_order_acq_rel);
    enum err err = next ? OK : lane_make(self, lane, &next);

    if (err) {
        return err;
    }
    if (lane->current) {
        atomic_store_explicit(&lane->current->closed, true, memory_order_release);
    }
    lane->current = next;
    lane->pause_ns = 0;
    lane->offset = SEGMENT_HEAD_BYTES;
    return OK;
}

/* Where a record of that size begins: here, or on the next page. */
static uint32_t place(uint32_t offset, size_t size)
{
    uint32_t in_page = offset % SEGMENT_PAGE;

    return in_page + size <= SEGMENT_PAGE ? offset : offset - in_page + SEGMENT_PAGE;
}

static uint32_t page_end(uint32_t at)
{
    return (at + SEGMENT_PAGE - 1) / SEGMENT_PAGE * SEGMENT_PAGE;
}

/* One call for many pages instead of a page fault for each. Lane and upkeep may touch the same pages at a time: the
 * second one finds nothing to do. */
static void touch(struct segment *segment, uint32_t to)
{
    uint32_t from = atomic_load_explicit(&segment->touched_to, memory_order_relaxed);

    to = to < segment->bytes ? page_end(to) : segment->bytes;
    if (from < to && madvise(segment->map + from, to - from, MADV_POPULATE_WRITE) != 0) {
        to = segment->bytes; /* a kernel before 5.14: not asked again */
    }
    while (from < to && !atomic_compare_exchange_weak(&segment->touched_to, &from, to)) {
    }
}

/* A lane touches a little at a time, because visitors wait meanwhile. */
static void touch_for(struct segment *segment, uint32_t needed)
{
    if (atomic_load_explicit(&segment->touched_to, memory_order_relaxed) < needed) {
        touch(segment, needed + TOUCH_BYTES);
    }
}

static enum err store_mapped(struct segment *segment, const struct record *record, uint32_t at, size_t size, bool sync)
{
    uint8_t *bytes = segment->map + at;
    uint32_t commit = record_encode(record, segment->number, bytes, size);
    uint32_t *word = (uint32_t *)(void *)bytes;

    __atomic_store_n(word, commit, __ATOMIC_RELEASE);
    if (!sync || fdatasync(segment->fd) == 0) {
        return OK;
    }
    __atomic_store_n(word, 0, __ATOMIC_RELEASE);
    atomic_store_explicit(&segment->failed, true, memory_order_relaxed);
    return ERR_IO;
}

static enum err store_written(struct segment *segment, const struct record *record, uint8_t *buffer, uint32_t at,
                              size_t size, bool sync)
{
    uint32_t commit = record_encode(record, segment->number, buffer, size);
    ssize_t done;

    memcpy(buffer, &commit, sizeof commit);
    do {
        done = pwrite(segment->fd, buffer, size, at);
    } while (done < 0 && errno == EINTR);
    bool full = done >= 0 ? (size_t)done < size : errno == ENOSPC || errno == EDQUOT;
    if (done == (ssize_t)size && (!sync || fdatasync(segment->fd) == 0)) {
        return OK;
    }
    memset(buffer, 0, sizeof commit);
    if (pwrite(segment->fd, buffer, sizeof commit, at) != (ssize_t)sizeof commit || !full) {
        atomic_store_explicit(&segment->failed, true, memory_order_relaxed);
    }
    return full ? ERR_DISK_FULL : ERR_IO;
}

enum err journal_append(struct journal *self, unsigned lane_index, const struct record *record, int64_t *click_id)
{
    struct lane *lane = &self->lanes[lane_index];
    size_t size = record_size(record);
    uint32_t at = place(lane->offset, size);
    bool sync = self->fsync == JOURNAL_FSYNC_ALWAYS;
    enum err err = OK;

    if (!lane->current || at + size > lane->current->bytes ||
        atomic_load_explicit(&lane->current->failed, memory_order_relaxed)) {
        err = lane_rotate(self, lane);
        at = place(lane->offset, size);
    }
    if (!err && !lane->buffer) {
        touch_for(lane->current, at + (uint32_t)size);
        segment_begin_page(lane->current, at);
    }
    if (!err) {
        err = lane->buffer ? store_written(lane->current, record, lane->buffer, at, size, sync)
                           : store_mapped(lane->current, record, at, size, sync);
    }
    if (err) {
        atomic_fetch_add_explicit(&lane->dropped, 1, memory_order_relaxed);
        return err;
    }
    lane->offset = at + (uint32_t)size;
    atomic_store_explicit(&lane->current->published, lane->offset, memory_order_release);
    atomic_fetch_add_explicit(&lane->appended, 1, memory_order_relaxed);
    *click_id = click_id_make(self->node, lane->current->number, at);
    return OK;
}

static void sync_segment(struct journal *self, struct segment *segment)
{
    bool closed = atomic_load_explicit(&segment->closed, memory_order_acquire);
    uint32_t published = atomic_load_explicit(&segment->published, memory_order_acquire);
    bool wanted = self->fsync != JOURNAL_FSYNC_OS && (published > segment->synced || !segment->head_synced);

    if (wanted && fdatasync(segment->fd) != 0) {
        log_event(LOG_ERROR, "journal_sync_failed", "segment %" PRIu64 ": %s", segment->number, strerrordesc_np(errno));
        atomic_store_explicit(&segment->failed, true, memory_order_relaxed);
    } else if (wanted && !segment->head_synced) {
        segment->head_synced = journal_sync_dir(self);
    }
    segment->synced = published;
    if (closed) {
        close(segment->fd);
        segment->fd = -1;
    }
}

/* A flush of all that a busy second brings would keep a core for milliseconds, on which a lane may wait. */
static void write_early(struct journal *self, struct segment *segment)
{
    uint32_t published = atomic_load_explicit(&segment->published, memory_order_acquire);

    for (; self->fsync != JOURNAL_FSYNC_OS && published - segment->written >= WRITE_BYTES;
         segment->written += WRITE_BYTES) {
        sync_file_range(segment->fd, segment->written, WRITE_BYTES, SYNC_FILE_RANGE_WRITE); /* the flush tells faults */
        give_way();
    }
}

/* Pages behind what a lane that has gone quiet may soon need stop being resident; what they hold stays in the file. */
static void untouch(struct segment *segment, uint32_t keep_to)
{
    uint32_t touched = atomic_load_explicit(&segment->touched_to, memory_order_relaxed), from = page_end(keep_to);

    if (touched > from && atomic_compare_exchange_strong(&segment->touched_to, &touched, from)) {
        madvise(segment->map + from, touched - from, MADV_DONTNEED);
    }
}

/* The lane may be waiting for this very core. */
static void touch_in_steps(struct segment *segment, uint32_t to)
{
    uint32_t at = atomic_load_explicit(&segment->touched_to, memory_order_relaxed);

    for (; at < to; at = atomic_load_explicit(&segment->touched_to, memory_order_relaxed)) {
        touch(segment, to - at > TOUCH_BYTES ? at + TOUCH_BYTES : to);
        give_way();
    }
}

/* Makes ready what a busy lane needs until the upkeep comes again: twice what it used since the last time. */
static void touch_ahead(struct journal *self, struct segment *segment)
{
    uint32_t published = atomic_load_explicit(&segment->published, memory_order_acquire);
    uint32_t used = published - segment->seen, ahead = 2 * (used < AHEAD_MAX / 2 ? used : AHEAD_MAX / 2);
    uint32_t to = segment->bytes - published > ahead ? published + ahead : segment->bytes;

    segment->seen = published;
    if (!segment->map || self->plain_writes || atomic_load_explicit(&segment->closed, memory_order_acquire)) {
        return;
    }
    if (used > TOUCH_BYTES) {
        touch_in_steps(segment, to);
    } else if (used == 0) {
        untouch(segment, published + TOUCH_BYTES);
    }
}

/* Every segment that has a file, each pinned meanwhile. */
static void for_each_live(struct journal *self, void (*visit)(struct journal *, struct segment *))
{
    uint64_t after = 0;

    for (;;) {
        struct segment *segment = NULL;
        journal_lock(self);
        for (size_t i = 0; i < self->segments_count && !segment; i++) {
            struct segment *candidate = self->segments[i];
            segment = candidate->number > after && candidate->fd >= 0 ? candidate : NULL;
        }
        if (segment) {
            segment->pins++;
        }
        journal_unlock(self);
        if (!segment) {
            return;
        }
        after = segment->number;
        visit(self, segment);
        journal_lock(self);
        segment->pins--;
        journal_unlock(self);
    }
}

void journal_prepare_next(struct journal *self)
{
    for (unsigned i = 0; i < self->lanes_count; i++) {
        struct segment *none = NULL;
        struct segment *segment;
        if (atomic_load_explicit(&self->lanes[i].next, memory_order_relaxed) != NULL) {
            continue;
        }
        if (segment_prepare(self, true, &segment) != OK) {
            return;
        }
        BUG_ON(!atomic_compare_exchange_strong_explicit(&self->lanes[i].next, &none, segment, memory_order_acq_rel,
                                                        memory_order_relaxed));
    }
}

void journal_keep_ballast(struct journal *self)
{
    journal_lock(self);
    bool missing = self->spares_count == 0;
    journal_unlock(self);
    if (!missing) {
        return;
    }
    uint64_t number = atomic_fetch_add(&self->next_number, 1);
    int fd;
    if (segment_file_make(self, number, &fd) == OK) {
        close(fd);
        journal_lock(self);
        if (self->spares_count < SPARES_MAX) {
            self->spares[self->spares_count++] = (struct spare){number, false};
        }
        journal_unlock(self);
    }
}

void journal_upkeep(struct journal *self, int64_t now_ms)
{
    journal_prepare_next(self);
    journal_keep_ballast(self);
    for_each_live(self, touch_ahead);
    for_each_live(self, write_early);
    if (now_ms - self->last_sync_ms >= SYNC_EVERY_MS || now_ms < self->last_sync_ms) {
        self->last_sync_ms = now_ms;
        for_each_live(self, sync_segment);
    }
}
