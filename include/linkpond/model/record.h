/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RECORD_H
#define LINKPOND_MODEL_RECORD_H

#include "linkpond/model/click.h"

/*
 * What the redirect thread writes into the journal about one answered request: raw texts, nothing recognised yet
 * (recognition runs on the writer, and again whenever rules change). The bytes of one record:
 *
 *   u32 commit   length in bytes of all that follows the checksum, | 0x80000000; written last, release order
 *   u32 sum      low half of XXH3(payload, seed = segment number)
 *   payload      fixed head (little endian), then lengths and bytes of the texts
 *   zero padding to the next multiple of RECORD_ALIGN
 *
 * so a torn or recycled record never reads as a good one. Pure; no I/O.
 */
#define RECORD_ALIGN 64

struct record {
    int64_t time_ms;
    int64_t link_id;
    int64_t visitor; /* from a cookie; 0 = none */
    enum click_outcome outcome;
    unsigned signals;
    int status;     /* HTTP status answered */
    struct addr ip; /* full address: lives in the journal only */
    str host, code, location;
    str user_agent, referrer, query, language, package, request_id; /* package = X-Requested-With */
    str link_source, link_channel;                                  /* the link's own at the moment of the click */
    str link_utm[UTM_COUNT];
    str target;
};

/* Bytes the record takes in a segment, padding included; a multiple of RECORD_ALIGN. Texts are cut (UTF-8 safe) to
 * their limits (limits.h); if the whole would then exceed LIMIT_JOURNAL_RECORD, location is cut, then query, then
 * referrer. Other texts are never shortened further. */
size_t record_size(const struct record *self);
/* Writes all but the commit word (left 0) into out[0..size), size = record_size(), out aligned to 4. Returns the commit
 * word to publish, in the byte order it is stored in. */
uint32_t record_encode(const struct record *self, uint64_t seed, uint8_t *out, size_t size);
/* Reads one record at `bytes` (aligned to 4; available: readable bytes from there). The commit word is loaded with
 * acquire order, so a segment can be read while its owner appends. Texts point into `bytes`.
 * RECORD_END: commit word 0 or nothing left (*size = 0); RECORD_BAD: damaged (*size = RECORD_ALIGN, to look on from
 * there). `out` is untouched unless RECORD_GOOD. */
enum record_read { RECORD_GOOD, RECORD_END, RECORD_BAD };
enum record_read record_decode(const uint8_t *bytes, size_t available, uint64_t seed, struct record *out, size_t *size);

/* Click ids. node < 2^8, segment < 2^34, offset a multiple of 64 below 8 MiB. */
#define CLICK_ID_SEGMENT_MAX ((INT64_C(1) << 34) - 1)
int64_t click_id_make(unsigned node, uint64_t segment, uint64_t offset);
uint64_t click_id_segment(int64_t id);
uint64_t click_id_offset(int64_t id);
unsigned click_id_node(int64_t id);

#endif
