/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_JOURNAL_PRIVATE_H
#define LINKPOND_ENGINE_JOURNAL_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "linkpond/base/limits.h"
#include "linkpond/engine/journal.h"

/* Segment files (journal_segment.c), lanes and upkeep (journal.c), the reader (journal_merge.c, journal_read.c). */
#define SEGMENT_HEAD_BYTES 64
#define SEGMENT_BYTES_MIN  (64 * 1024)
#define SEGMENT_BYTES_MAX  (8 * 1024 * 1024) /* a click id has 17 bits for offset / 64 */
#define SEGMENT_PAGE       4096
#define SEGMENT_NAME_MAX   32
#define SPARES_MAX         (LIMIT_REDIRECT_THREADS + 2)

struct segment {
    uint64_t number;
    uint64_t previous; /* whose records still stand on pages that none of this segment has begun; 0 = zeros do */
    int fd;            /* -1 once nothing is left to write or sync */
    uint8_t *map;      /* NULL once read, or while mapping it is not needed */
    uint32_t bytes;
    _Atomic uint32_t published;  /* every record before here is whole; for segments of a former run: bytes */
    atomic_bool closed;          /* nothing more will be appended; set after the last publication */
    atomic_bool failed;          /* a sync failed: its lane moves on */
    _Atomic uint32_t touched_to; /* pages before here were made writable */
    /* upkeep's */
    uint32_t synced, written, seen; /* written: its writing was begun; seen: published when it was last looked at */
    bool head_synced;
    unsigned pins; /* under the lock: somebody uses fd or map without it */
    /* the reader's; `committed` also read by journal_stats */
    uint32_t read;
    _Atomic uint32_t committed;
    uint32_t dropped_to; /* pages before here were made non-resident */
    bool done, in_batch;
    atomic_bool done_committed;
    uint32_t bad_read;     /* damaged places seen in this batch */
    uint64_t records;      /* committed */
    uint32_t records_read; /* in this batch */
};

/* A file that may become a segment. */
struct spare {
    uint64_t number; /* in its name; 0 = none */
    bool filled;     /* that segment's records begin on its every page; else it holds anything */
};

/* A segment being read: one record ahead of what was given. */
struct cursor {
    struct segment *segment;
    uint32_t limit; /* of what was published when the round began */
    bool final;     /* the limit is the segment's end */
    uint32_t at, next, bad;
    struct record record;
};

struct lane {
    _Alignas(64) struct segment *current; /* lane's thread only */
    uint32_t offset;
    uint8_t *buffer; /* one record, where segments are written and not mapped */
    struct segment *_Atomic next;
    /* lane's thread only: when it could make no segment */
    enum err refused;
    int64_t retry_ns, pause_ns; /* not before; how long then */
    _Atomic uint64_t appended, dropped;
};

struct journal {
    int dir_fd;
    unsigned node;
    unsigned lanes_count;
    struct lane *lanes;
    uint32_t segment_bytes;
    enum journal_fsync fsync;
    int64_t keep_bytes;
    bool opening;
    bool plain_writes; /* pwrite instead of a shared mapping; settled while opening */
    _Atomic uint64_t next_number;
    int64_t last_sync_ms;

    pthread_mutex_t lock;      /* guards what follows; never held during I/O */
    struct segment **segments; /* by number, rising */
    size_t segments_count, segments_cap;
    struct spare spares[SPARES_MAX];
    size_t spares_count;

    /* the reader's */
    struct cursor cursors[JOURNAL_MERGED];
    size_t cursors_count;
    struct cursor *given;       /* gave its record, and has to look further */
    const struct cursor *after; /* comes behind it among the others; NULL = they have ended */
    size_t batch_segments;
    _Atomic uint64_t found, read, bad;
};

/* ---- files of segments */
enum segment_suffix { SEGMENT_CLICKS, SEGMENT_SPARE, SEGMENT_BAD };
const char *segment_name(uint64_t number, enum segment_suffix suffix, char out[SEGMENT_NAME_MAX]);
/* The number in "00000000012.clk", ".spare" or ".clk.bad"; false for other names. */
bool segment_name_parse(str name, uint64_t *number, enum segment_suffix *suffix);
/* A file of segment_bytes whose blocks are promised (or, with plain_writes, only its size), under a spare name. */
enum err segment_file_make(struct journal *self, uint64_t number, int *fd);
/* A segment ready for appending: a spare (or a new file when there is none) is headed, synced when `durable`, and
 * renamed; emptied before, but for a filled one whose pages are in memory. The caller puts it into the list. */
enum err segment_make(struct journal *self, struct spare spare, bool durable, struct segment **out);
/* For a lane, before its first record on the page at `at` of a mapped segment: what the previous one left there goes.
 */
void segment_begin_page(struct segment *segment, uint32_t at);
/* Whether this run appended to it by its mapping until its last page. */
bool segment_is_filled(const struct segment *segment);
/* Whether a record of the segment begins on that page, the first being 0. Its mapping is needed. */
bool segment_page_is_begun(const struct segment *segment, uint32_t page);
/* A segment of a former run, for reading. ERR_CORRUPT: not ours, and to be set aside. */
enum err segment_open(struct journal *self, uint64_t number, struct segment **out);
/* Maps a segment whose mapping was dropped; false when the file cannot be mapped. */
bool segment_map(struct journal *self, struct segment *segment);
void segment_unmap(struct segment *segment);
void segment_free(struct segment *segment);
/* Finds the next record in [*offset, limit); *offset is then behind it, *at where it begins. False: none, *offset is
 * limit. It ends where a page begins with a record of the previous segment. *bad grows by one for each run of bytes
 * that is neither a record nor zero, but for a record that was cut short by the end of the process. */
bool segment_scan(const struct segment *segment, uint32_t *offset, uint32_t limit, struct record *out, uint32_t *at,
                  uint32_t *bad);

/* ---- the reader */
/* What was looked at ahead is forgotten; the next look starts from each segment's `read`. */
void journal_forget_round(struct journal *self);

/* ---- the list */
void journal_lock(struct journal *self);
void journal_unlock(struct journal *self);
/* False: out of memory. Takes the lock. */
bool journal_list_add(struct journal *self, struct segment *segment);
/* Under the lock. */
void journal_list_remove(struct journal *self, const struct segment *segment);
bool journal_sync_dir(struct journal *self);
/* Keeps one spare file, for the time when the disk is full. */
void journal_keep_ballast(struct journal *self);
/* Gives every lane its next segment. */
void journal_prepare_next(struct journal *self);

#endif
