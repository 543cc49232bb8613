/* SPDX-License-Identifier: MIT */
#include "../../src/engine/journal/journal_private.h"
#include "linkpond/base/err.h"

/*
 * A damaged segment. The first byte chooses: even, the input is the segment as it stands; odd, the input is a list of
 * (place, bits to flip) put upon a good segment. Searching it ends, never reads outside, and in the second case finds
 * every record that was not touched, unless the input forged a checksum.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NUMBER  42
#define BYTES   (4 * SEGMENT_PAGE)
#define RECORDS 12

struct place {
    uint32_t at, end;
    bool touched, found;
};

static void fill(uint8_t *bytes, struct place *places)
{
    static const char filler[2000] = {'U', 'A'};
    uint32_t at = SEGMENT_HEAD_BYTES;

    for (uint32_t i = 0; i < RECORDS; i++) {
        struct record record = {.time_ms = i, .link_id = i, .status = 302, .user_agent = {filler, i * 80}};
        uint32_t size = (uint32_t)record_size(&record);
        if (at % SEGMENT_PAGE + size > SEGMENT_PAGE) {
            at += SEGMENT_PAGE - at % SEGMENT_PAGE;
        }
        uint32_t commit = record_encode(&record, NUMBER, bytes + at, size);
        memcpy(bytes + at, &commit, sizeof commit);
        places[i] = (struct place){.at = at, .end = at + size};
        at += size;
    }
}

static void damage(uint8_t *bytes, struct place *places, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 3 <= size; i += 3) {
        uint32_t at = (uint32_t)(data[i] | data[i + 1] << 8) % BYTES;
        bytes[at] ^= data[i + 2];
        for (size_t r = 0; r < RECORDS; r++) {
            places[r].touched = places[r].touched || (at >= places[r].at && at < places[r].end);
        }
    }
}

/* False when something was found that nobody wrote. */
static bool search(const struct segment *segment, struct place *places)
{
    struct record record;
    uint32_t offset = SEGMENT_HEAD_BYTES, at = 0, bad = 0;
    bool ours = true;

    while (segment_scan(segment, &offset, segment->bytes, &record, &at, &bad)) {
        BUG_ON(offset <= at || offset > segment->bytes);
        bool known = false;
        for (size_t r = 0; r < RECORDS; r++) {
            known = known || (places[r].at == at && !places[r].touched);
            places[r].found = places[r].found || places[r].at == at;
        }
        ours = ours && known;
    }
    BUG_ON(offset != segment->bytes);
    return ours;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct place places[RECORDS] = {0};
    bool raw = size == 0 || data[0] % 2 == 0;
    size_t bytes = raw ? (size + RECORD_ALIGN) / RECORD_ALIGN * RECORD_ALIGN + SEGMENT_HEAD_BYTES : BYTES;
    struct segment segment = {.number = NUMBER, .fd = -1, .bytes = (uint32_t)bytes, .map = aligned_alloc(64, bytes)};

    BUG_ON(!segment.map);
    memset(segment.map, 0, bytes);
    if (raw) {
        if (size > 1) {
            memcpy(segment.map + SEGMENT_HEAD_BYTES, data + 1, size - 1);
        }
        search(&segment, places);
    } else {
        fill(segment.map, places);
        damage(segment.map, places, data + 1, size - 1);
        bool ours = search(&segment, places);
        for (size_t r = 0; ours && r < RECORDS; r++) {
            BUG_ON(!places[r].touched && !places[r].found);
        }
    }
    free(segment.map);
    return 0;
}
