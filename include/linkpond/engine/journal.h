/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_JOURNAL_H
#define LINKPOND_ENGINE_JOURNAL_H

#include "linkpond/base/limits.h"
#include "linkpond/model/record.h"

/*
 * The journal: a redirect that was answered is recorded exactly once, through kill -9 at any moment; one that was not
 * answered, at most once. Order: resolve, append, answer. One lane per redirect thread appends into its own segment
 * file (dir/<segment, 11 digits>.clk): posix_fallocate'd, mapped, recycled; a record is written, then its commit word
 * with a release store. Where the file system cannot promise blocks, pwrite is used instead. Segment numbers grow for
 * ever over all lanes and restarts; a click's id is its place. The first 64 bytes of a segment are its head {magic,
 * version, node, segment number, created, check}.
 */
struct journal;

enum journal_fsync { JOURNAL_FSYNC_INTERVAL, JOURNAL_FSYNC_ALWAYS, JOURNAL_FSYNC_OS };
struct journal_opts {
    const char *dir; /* made when missing */
    unsigned node;   /* 0..255 */
    unsigned lanes;
    uint32_t segment_bytes; /* 64 KiB..8 MiB, multiple of 4096 */
    enum journal_fsync fsync;
    int64_t keep_bytes;     /* ingested segments kept at least so long */
    uint64_t first_segment; /* smallest number that may be used: one past the highest the database knows */
    bool plain_writes;      /* pwrite even where a mapping would be safe; by itself where it is not */
};
/* Takes what is on disk into account: existing segments stay readable and are closed. A damaged head is reported by log
 * and its records, which prove themselves with the number in the file's name, are read all the same; files that are not
 * ours (another node's, a copy under another number, a newer format, nothing readable) are set aside (renamed *.bad)
 * and reported. A full disk is no error here: appending says so. */
enum err journal_open(const struct journal_opts *opts, struct journal **out, struct fault *fault);
void journal_close(struct journal *self);

/* Lane's own thread only. No malloc, no lock, no syscall in the ordinary case (with `always`: one fdatasync). *click_id
 * gets the place. ERR_DISK_FULL, ERR_IO: nothing was recorded (with `always` and a failing disk: nothing that will be
 * read). The next segment is prepared beforehand by journal_upkeep's thread; a
 * lane that finds none makes one itself, after a failure no more often than every few milliseconds. */
enum err journal_append(struct journal *self, unsigned lane, const struct record *record, int64_t *click_id);

/* ---- one reader: the writer thread
 * ---------------------------------------------------------------------------------------- */
/* Where ingestion stands in one segment; from the database at start. */
struct journal_position {
    uint64_t segment;
    uint32_t offset; /* next byte to read */
    bool closed;     /* nothing more will come */
};
/* Tells the reader what is already ingested; segments not told start at 64. Before the first journal_next and before
 * other threads start; a second call begins anew. Counts what is unread. */
void journal_seek(struct journal *self, const struct journal_position *positions, size_t count);
/* Calls `each` for every record that is unread, however many segments they fill, and moves nothing. After journal_seek,
 * before other threads start. */
typedef void journal_unread_fn(void *arg, const struct record *record);
void journal_each_unread(struct journal *self, journal_unread_fn *each, void *arg);
/* Gives the next unread record: of what all lanes had published when a round began, the earliest by time_ms, and of the
 * same time that of the older segment; the records of one segment in the order of appending. Rounds follow until there
 * is nothing more. A record is misplaced only if it was appended after a round had begun in which a younger one was, so
 * by no more than passes between a request's time and its record; or if the clock was set back; or if more than
 * JOURNAL_MERGED segments are unread, which come in several rounds, oldest first. Texts point into the mapping and live
 * until the batch is committed or rolled back. false = nothing more now, or the batch touches JOURNAL_BATCH_SEGMENTS
 * already. */
#define JOURNAL_BATCH_SEGMENTS 256
#define JOURNAL_MERGED         LIMIT_REDIRECT_THREADS
bool journal_next(struct journal *self, struct record *out, int64_t *click_id);
/* Positions the batch touched, for the same transaction as its rows; call after it was read, before its commit. A
 * segment that ended without a further record is among them, so there may be positions without rows. Returns how many
 * were written; cap at least JOURNAL_BATCH_SEGMENTS. */
size_t journal_positions(struct journal *self, struct journal_position *out, size_t cap);
/* The batch is committed: what was read may be let go. The batch is to be read again: go back to before it. */
void journal_batch_committed(struct journal *self);
void journal_batch_rolled_back(struct journal *self);
/* A checkpoint made all committed rows durable: fully ingested segments may now be recycled, oldest first, past
 * keep_bytes. Returns how many were. */
size_t journal_release(struct journal *self);

/* ---- upkeep: one helper thread, about every 25 ms
 * ------------------------------------------------------------------------------- */
/* Prepares next segments, makes pages ready ahead of busy lanes, fdatasyncs by interval. */
void journal_upkeep(struct journal *self, int64_t now_ms);

/* Calls `each` for every record of former runs written at or after since_ms that is still there, ingested or not, for
 * what a start has to know of the time before it: nginx's repeats, visitors without a cookie. In no order. Before other
 * threads start. */
typedef void journal_recent_fn(void *arg, const struct record *record, int64_t click_id);
void journal_each_recent(struct journal *self, int64_t since_ms, journal_recent_fn *each, void *arg);

/* Records: found unread at journal_seek + appended = read and committed + lag. */
struct journal_stats {
    uint64_t appended, found, read, dropped;
    uint64_t bad; /* damaged places passed over */
    uint64_t segments, bytes;
    int64_t oldest_unread_ms; /* 0 = none: lag = now - this */
};
/* Any thread. */
void journal_stats(struct journal *self, struct journal_stats *out);

#endif
