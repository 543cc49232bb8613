/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CLICK_PACK_H
#define LINKPOND_MODEL_CLICK_PACK_H

#include "linkpond/model/click_row.h"

/*
 * Clicks in order of id, packed into one blob, because a database row of 41 columns a click costs thirty times as much
 * (docs/decisions/0010). All numbers little endian; varints are LEB128, little end first; zigzag makes small negative
 * numbers small.
 *
 *   u8 version      1
 *   u32 sum         low half of XXH3(all that follows, seed = id of the first click)
 *   rows x {
 *     u16 length    bytes of the rest, so that a reader passes over values it does not want
 *     varint        id, as the distance to the one before; 0 for the first, whose id is the blob's key
 *     varint        time_ms, zigzag of the distance to the one before (the first: to 0)
 *     varint        link_id
 *     u8            class | outcome << 4
 *     varint        signals
 *     varint        flags
 *     varint        visitor
 *     u8            visitor_by | scene << 4
 *     u8            source_by | channel_by << 4
 *     u8 + bytes    the address
 *     5 bytes       which values are there (bit = enum click_column), then each in order:
 *     varint        term << 1, or (length << 1 | 1) and that many bytes of text
 *   }
 *
 * Readers trust nothing: a blob from a failing disk is told from a good one, never read past its end. Pure.
 */
#define CLICK_PACK_ROWS_MAX 256 /* a point query reads half of this for nothing */
#define CLICK_PACK_BYTES_MAX                                                                                           \
    (32 * 1024)              /* some 250 ordinary clicks; a click's texts are bounded to a quarter of it               \
                              */
#define CLICK_PACK_SLACK 160 /* behind the end: the most that the numbers of a row take */

struct click_pack {
    int64_t first_id, last_id, last_ms;
    size_t rows;
    size_t len;
    uint8_t bytes[CLICK_PACK_BYTES_MAX + CLICK_PACK_SLACK];
};
void click_pack_init(struct click_pack *self);
/* False when the pack is full; it is then as before. Ids must rise. Texts are copied. A click that does not fit an
 * empty pack is a bug. */
bool click_pack_add(struct click_pack *self, const struct click_row *row);
/* The blob of a pack with at least one row, lent until the next change. */
str click_pack_bytes(struct click_pack *self);
/* Goes on where a stored pack ends. False when it is damaged; self is then empty. */
bool click_pack_resume(struct click_pack *self, str bytes, int64_t first_id);

/* Reading. Bytes are lent for as long as the reader is used; texts point into them. */
struct click_pack_mark {
    int64_t id, time_ms; /* of the row before */
    uint16_t at;
};
struct click_pack_reader {
    const uint8_t *start, *at, *end;                   /* at: the next row */
    const uint8_t *values, *row_end;                   /* of the current row */
    int64_t id, time_ms;                               /* of the current row */
    size_t rows;                                       /* passed so far; backwards: still to come */
    uint64_t present;                                  /* values of the current row */
    bool damaged;                                      /* sticky */
    str ip;                                            /* of the current row */
    struct click_pack_mark marks[CLICK_PACK_ROWS_MAX]; /* filled by click_pack_turn only */
};
/* False when these are no bytes of ours or not as they were written. */
bool click_pack_open(struct click_pack_reader *self, str bytes, int64_t first_id);
/* The next row's facts; false at the end or at damage. */
bool click_pack_next(struct click_pack_reader *self, struct click_facts *out);
/* After click_pack_open: reads to the end, so that click_pack_previous goes from the last row to the first. False when
 * damaged. */
bool click_pack_turn(struct click_pack_reader *self);
bool click_pack_previous(struct click_pack_reader *self, struct click_facts *out);
/* Values of the current row: fills out[column] of every wanted bit, with nothing where there is none. False when
 * damaged. */
bool click_pack_values(struct click_pack_reader *self, uint64_t wanted, struct click_value out[CLICK_COLUMNS]);
/* Reads all of it. False when damaged, or when it does not hold so many rows up to that id. */
bool click_pack_verify(str bytes, int64_t first_id, int64_t last_id, int64_t rows);

#endif
