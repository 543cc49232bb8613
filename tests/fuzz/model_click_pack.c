/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/click_pack.h"

/*
 * Packed clicks from bytes nobody vouches for. The input is read as it stands, and once more with a right head put in
 * front, which random bytes would never have. What reads as good comes back the same from a pack made of it.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEAD_BYTES 5
#define FIRST_ID   INT64_C(131136)

static struct click_pack_reader reader, reader_again;
static struct click_pack again;

static bool value_is(const struct click_value *a, const struct click_value *b)
{
    return a->term == b->term && str_eq(a->text, b->text);
}

/* Reads all of it; false when it is damaged anywhere. */
static bool pack_again(str bytes)
{
    struct click_row row;

    click_pack_init(&again);
    if (!click_pack_open(&reader, bytes, FIRST_ID)) {
        return false;
    }
    while (click_pack_next(&reader, &row.facts)) {
        if (!click_pack_values(&reader, CLICK_EVERYTHING, row.values)) {
            return false;
        }
        row.ip = reader.ip;
        BUG_ON(!click_pack_add(&again, &row));
    }
    return !reader.damaged;
}

static void check(str bytes)
{
    struct click_value values[CLICK_COLUMNS], values_again[CLICK_COLUMNS];
    struct click_facts facts, facts_again;

    bool whole = pack_again(bytes);
    BUG_ON(!whole && click_pack_verify(bytes, FIRST_ID, reader.id, (int64_t)reader.rows));
    if (!whole || again.rows == 0) {
        return;
    }
    str bytes_again = click_pack_bytes(&again);
    BUG_ON(bytes_again.len > bytes.len);
    BUG_ON(!click_pack_open(&reader, bytes, FIRST_ID) || !click_pack_turn(&reader));
    BUG_ON(!click_pack_open(&reader_again, bytes_again, FIRST_ID) || !click_pack_turn(&reader_again));
    while (click_pack_previous(&reader, &facts)) {
        BUG_ON(!click_pack_previous(&reader_again, &facts_again));
        BUG_ON(memcmp(&facts, &facts_again, sizeof facts) != 0 || !str_eq(reader.ip, reader_again.ip));
        BUG_ON(!click_pack_values(&reader, CLICK_EVERYTHING, values));
        BUG_ON(!click_pack_values(&reader_again, CLICK_EVERYTHING, values_again));
        for (size_t c = 0; c < CLICK_COLUMNS; c++) {
            BUG_ON(!value_is(&values[c], &values_again[c]));
        }
    }
    BUG_ON(click_pack_previous(&reader_again, &facts_again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t sum = (uint32_t)hash_xxh3(data, size, (uint64_t)FIRST_ID);
    uint8_t *bytes = malloc(HEAD_BYTES + size);

    BUG_ON(!bytes);
    check((str){(const char *)data, size});
    bytes[0] = 1;
    memcpy(bytes + 1, &sum, sizeof sum);
    if (size > 0) {
        memcpy(bytes + HEAD_BYTES, data, size);
    }
    check((str){(const char *)bytes, HEAD_BYTES + size});
    free(bytes);
    return 0;
}
