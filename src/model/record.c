/* SPDX-License-Identifier: MIT */
#include "linkpond/model/record.h"

#include <endian.h>

#include "linkpond/base/hash.h"
#include "linkpond/base/limits.h"
#include "linkpond/base/utf8.h"

/*
 * Payload, little endian:
 *   0 u8 version | 1 u8 outcome | 2 u16 signals | 4 u16 status | 6 u16 zero
 *   8 i64 time_ms | 16 i64 link_id | 24 i64 visitor | 32 16 bytes address
 *   48 u16 length of each text, in the order of text_rows | 84 the texts, end to end
 * Fixed-width lengths cost some bytes on short records and need no branches: a record is written while a visitor
 * waits. The decoder checks the padding too, because the checksum ends with the payload.
 */
#define FRAME_BYTES    8
#define PAYLOAD_LENGTH 48
#define PAYLOAD_TEXTS  (PAYLOAD_LENGTH + 2 * TEXT_COUNT)
#define COMMITTED      0x80000000u
#define RECORD_VERSION 1
#define TEXTS_MAX      (LIMIT_JOURNAL_RECORD - FRAME_BYTES - PAYLOAD_TEXTS)

/* Every text, in stored order. The row's number is its bound: cuts are rare, so they are plain. */
enum {
    TEXT_HOST,
    TEXT_CODE,
    TEXT_LOCATION,
    TEXT_USER_AGENT,
    TEXT_REFERRER,
    TEXT_QUERY,
    TEXT_LANGUAGE,
    TEXT_PACKAGE,
    TEXT_REQUEST_ID,
    TEXT_LINK_SOURCE,
    TEXT_LINK_CHANNEL,
    TEXT_LINK_UTM,
    TEXT_TARGET = TEXT_LINK_UTM + UTM_COUNT,
    TEXT_COUNT
};
static const struct {
    size_t offset;
    size_t bytes_max;
} text_rows[TEXT_COUNT] = {
    [TEXT_HOST] = {offsetof(struct record, host), LIMIT_HOST},
    [TEXT_CODE] = {offsetof(struct record, code), LIMIT_ALIAS_IMPORTED},
    [TEXT_LOCATION] = {offsetof(struct record, location), LIMIT_LOCATION},
    [TEXT_USER_AGENT] = {offsetof(struct record, user_agent), LIMIT_CLICK_UA},
    [TEXT_REFERRER] = {offsetof(struct record, referrer), LIMIT_CLICK_REFERRER},
    [TEXT_QUERY] = {offsetof(struct record, query), LIMIT_CLICK_QUERY},
    [TEXT_LANGUAGE] = {offsetof(struct record, language), LIMIT_CLICK_LANGUAGE},
    [TEXT_PACKAGE] = {offsetof(struct record, package), LIMIT_CLICK_PACKAGE},
    [TEXT_REQUEST_ID] = {offsetof(struct record, request_id), LIMIT_REQUEST_ID},
    [TEXT_LINK_SOURCE] = {offsetof(struct record, link_source), LIMIT_SOURCE},
    [TEXT_LINK_CHANNEL] = {offsetof(struct record, link_channel), LIMIT_TAG},
    [TEXT_LINK_UTM + UTM_SOURCE] = {offsetof(struct record, link_utm[UTM_SOURCE]), LIMIT_UTM},
    [TEXT_LINK_UTM + UTM_MEDIUM] = {offsetof(struct record, link_utm[UTM_MEDIUM]), LIMIT_UTM},
    [TEXT_LINK_UTM + UTM_CAMPAIGN] = {offsetof(struct record, link_utm[UTM_CAMPAIGN]), LIMIT_UTM},
    [TEXT_LINK_UTM + UTM_TERM] = {offsetof(struct record, link_utm[UTM_TERM]), LIMIT_UTM},
    [TEXT_LINK_UTM + UTM_CONTENT] = {offsetof(struct record, link_utm[UTM_CONTENT]), LIMIT_UTM},
    [TEXT_LINK_UTM + UTM_ID] = {offsetof(struct record, link_utm[UTM_ID]), LIMIT_UTM},
    [TEXT_TARGET] = {offsetof(struct record, target), LIMIT_TAG},
};

/* What gives way when the texts together are too long, first to last: what a visitor can lengthen at will and what can
 * be worked out again. The rest fits without them, so nothing else is ever shortened. */
static const int cut_order[] = {TEXT_LOCATION, TEXT_QUERY, TEXT_REFERRER};
_Static_assert(LIMIT_HOST + LIMIT_ALIAS_IMPORTED + LIMIT_CLICK_UA + LIMIT_CLICK_LANGUAGE + LIMIT_CLICK_PACKAGE +
                       LIMIT_REQUEST_ID + LIMIT_SOURCE + LIMIT_TAG + UTM_COUNT * LIMIT_UTM + LIMIT_TAG <=
                   TEXTS_MAX,
               "a record must fit once location, query and referrer are gone");
_Static_assert(LIMIT_JOURNAL_RECORD % RECORD_ALIGN == 0, "the largest record ends on a boundary");

static void put_u16(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t)value;
    out[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *out, uint32_t value)
{
    put_u16(out, value & 0xffff);
    put_u16(out + 2, value >> 16);
}

static void put_i64(uint8_t *out, int64_t value)
{
    put_u32(out, (uint32_t)((uint64_t)value & 0xffffffff));
    put_u32(out + 4, (uint32_t)((uint64_t)value >> 32));
}

static unsigned get_u16(const uint8_t *in)
{
    return (unsigned)in[0] | (unsigned)in[1] << 8;
}

static uint32_t get_u32(const uint8_t *in)
{
    return (uint32_t)get_u16(in) | (uint32_t)get_u16(in + 2) << 16;
}

static int64_t get_i64(const uint8_t *in)
{
    return (int64_t)((uint64_t)get_u32(in) | (uint64_t)get_u32(in + 4) << 32);
}

/* The commit word is shared with the thread that appends while another reads the segment: the acquire here meets the
 * release of its publication. */
static uint32_t commit_load(const uint8_t *bytes)
{
    BUG_ON((uintptr_t)bytes % sizeof(uint32_t) != 0);
    return le32toh(__atomic_load_n((const uint32_t *)(const void *)bytes, __ATOMIC_ACQUIRE));
}

static void commit_clear(uint8_t *bytes)
{
    BUG_ON((uintptr_t)bytes % sizeof(uint32_t) != 0);
    __atomic_store_n((uint32_t *)(void *)bytes, 0, __ATOMIC_RELAXED);
}

static size_t align_up(size_t bytes)
{
    return (bytes + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

static uint32_t checksum(const uint8_t *payload, size_t len, uint64_t seed)
{
    return (uint32_t)(hash_xxh3(payload, len, seed) & 0xffffffff);
}

/* The texts as they will be stored; returns their bytes together. */
static size_t texts_fit(const struct record *self, str texts[TEXT_COUNT])
{
    size_t total = 0;

    for (size_t i = 0; i < TEXT_COUNT; i++) {
        memcpy(&texts[i], (const char *)self + text_rows[i].offset, sizeof(str));
        if (texts[i].len > text_rows[i].bytes_max) {
            texts[i] = utf8_cut(texts[i], text_rows[i].bytes_max);
        }
        total += texts[i].len;
    }
    for (size_t i = 0; total > TEXTS_MAX && i < ARRAY_LEN(cut_order); i++) {
        str *text = &texts[cut_order[i]];
        size_t excess = total - TEXTS_MAX;

        total -= text->len;
        *text = utf8_cut(*text, text->len > excess ? text->len - excess : 0);
        total += text->len;
    }
    return total;
}

size_t record_size(const struct record *self)
{
    str texts[TEXT_COUNT];

    return align_up(FRAME_BYTES + PAYLOAD_TEXTS + texts_fit(self, texts));
}

uint32_t record_encode(const struct record *self, uint64_t seed, uint8_t *out, size_t size)
{
    str texts[TEXT_COUNT];
    size_t len = PAYLOAD_TEXTS + texts_fit(self, texts);
    uint8_t *payload = out + FRAME_BYTES;
    uint8_t *end = payload + PAYLOAD_TEXTS;

    BUG_ON(size != align_up(FRAME_BYTES + len));
    commit_clear(out);
    payload[0] = RECORD_VERSION;
    payload[1] = (uint8_t)self->outcome;
    put_u16(payload + 2, self->signals);
    put_u16(payload + 4, (unsigned)self->status);
    put_u16(payload + 6, 0);
    put_i64(payload + 8, self->time_ms);
    put_i64(payload + 16, self->link_id);
    put_i64(payload + 24, self->visitor);
    memcpy(payload + 32, self->ip.bytes, sizeof self->ip.bytes);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        put_u16(payload + PAYLOAD_LENGTH + 2 * i, (unsigned)texts[i].len);
        if (texts[i].len > 0) {
            memcpy(end, texts[i].ptr, texts[i].len);
            end += texts[i].len;
        }
    }
    memset(end, 0, (size_t)(out + size - end));
    put_u32(out + 4, checksum(payload, len, seed));
    return htole32(COMMITTED | (uint32_t)len);
}

/* At most RECORD_ALIGN - 1 bytes. */
static bool padding_is_zero(const uint8_t *from, const uint8_t *to)
{
    static const uint8_t zeros[RECORD_ALIGN];

    return memcmp(from, zeros, (size_t)(to - from)) == 0;
}

/* Its fields fill the payload exactly and hold no numbers we never write. */
static bool payload_is_whole(const uint8_t *payload, size_t len)
{
    size_t at = PAYLOAD_TEXTS;

    if (payload[0] != RECORD_VERSION || payload[1] >= OUTCOME_COUNT || get_u16(payload + 6) != 0) {
        return false;
    }
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        size_t text_len = get_u16(payload + PAYLOAD_LENGTH + 2 * i);
        if (text_len > text_rows[i].bytes_max) {
            return false;
        }
        at += text_len;
    }
    return at == len;
}

/* Of a whole payload. Every field is set. */
static void payload_decode(const uint8_t *payload, struct record *out)
{
    const char *text = (const char *)payload + PAYLOAD_TEXTS;

    out->outcome = (enum click_outcome)payload[1];
    out->signals = get_u16(payload + 2);
    out->status = (int)get_u16(payload + 4);
    out->time_ms = get_i64(payload + 8);
    out->link_id = get_i64(payload + 16);
    out->visitor = get_i64(payload + 24);
    memcpy(out->ip.bytes, payload + 32, sizeof out->ip.bytes);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        str *field = (str *)(void *)((char *)out + text_rows[i].offset);
        *field = (str){text, get_u16(payload + PAYLOAD_LENGTH + 2 * i)};
        text += field->len;
    }
}

enum record_read record_decode(const uint8_t *bytes, size_t available, uint64_t seed, struct record *out, size_t *size)
{
    *size = 0;
    if (available < FRAME_BYTES) {
        return RECORD_END;
    }
    uint32_t commit = commit_load(bytes);
    if (commit == 0) {
        return RECORD_END;
    }
    *size = RECORD_ALIGN;
    size_t len = commit & ~COMMITTED;
    size_t whole = align_up(FRAME_BYTES + len);
    if (!(commit & COMMITTED) || len < PAYLOAD_TEXTS || whole > LIMIT_JOURNAL_RECORD || whole > available) {
        return RECORD_BAD;
    }
    const uint8_t *payload = bytes + FRAME_BYTES;
    if (get_u32(bytes + 4) != checksum(payload, len, seed) || !padding_is_zero(payload + len, bytes + whole) ||
        !payload_is_whole(payload, len)) {
        return RECORD_BAD;
    }
    payload_decode(payload, out);
    *size = whole;
    return RECORD_GOOD;
}

/* node:8 | segment:34 | offset/64:17 */
#define ID_OFFSET_BITS  17
#define ID_SEGMENT_BITS 34

int64_t click_id_make(unsigned node, uint64_t segment, uint64_t offset)
{
    uint64_t slot = offset / RECORD_ALIGN;

    BUG_ON(node > 0xff || segment > (uint64_t)CLICK_ID_SEGMENT_MAX || offset % RECORD_ALIGN != 0 ||
           slot >> ID_OFFSET_BITS != 0);
    return (int64_t)((uint64_t)node << (ID_SEGMENT_BITS + ID_OFFSET_BITS) | segment << ID_OFFSET_BITS | slot);
}

uint64_t click_id_segment(int64_t id)
{
    return (uint64_t)id >> ID_OFFSET_BITS & (uint64_t)CLICK_ID_SEGMENT_MAX;
}

uint64_t click_id_offset(int64_t id)
{
    return ((uint64_t)id & ((UINT64_C(1) << ID_OFFSET_BITS) - 1)) * RECORD_ALIGN;
}

unsigned click_id_node(int64_t id)
{
    return (unsigned)((uint64_t)id >> (ID_SEGMENT_BITS + ID_OFFSET_BITS) & 0xff);
}
