/* SPDX-License-Identifier: MIT */
#include "linkpond/base/hash.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/record.h"

/*
 * Journal records from bytes nobody vouches for. The input is read as it stands, and once more with a right checksum
 * put in front, which random bytes would never have. What reads as good must encode to the same bytes again.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *bytes, size_t available, uint64_t seed)
{
    struct record record;
    size_t size = 0;

    if (record_decode(bytes, available, seed, &record, &size) != RECORD_GOOD) {
        BUG_ON(size != 0 && size != RECORD_ALIGN);
        return;
    }
    _Alignas(RECORD_ALIGN) uint8_t again[LIMIT_JOURNAL_RECORD];
    BUG_ON(size > available || record_size(&record) != size);
    uint32_t commit = record_encode(&record, seed, again, size);
    memcpy(again, &commit, sizeof commit);
    BUG_ON(memcmp(again, bytes, size) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t seed = size;
    size_t whole = (size + 8 + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
    uint8_t *bytes = calloc(1, whole);

    BUG_ON(!bytes);
    if (size > 0 && (uintptr_t)data % 4 == 0) {
        check(data, size, seed);
    }
    uint32_t commit = 0x80000000u | (uint32_t)size;
    uint32_t sum = (uint32_t)hash_xxh3(data, size, seed);
    memcpy(bytes, &commit, sizeof commit);
    memcpy(bytes + 4, &sum, sizeof sum);
    if (size > 0) {
        memcpy(bytes + 8, data, size);
    }
    check(bytes, whole, seed);
    free(bytes);
    return 0;
}
