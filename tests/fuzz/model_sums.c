/* SPDX-License-Identifier: MIT */
#include "linkpond/base/err.h"
#include "linkpond/model/sums.h"

/*
 * Sums from bytes nobody vouches for: no read outside, and what decodes must encode to bytes that decode to the same,
 * never longer than they came. A prefix of good bytes is good or refused, never a crash.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char memory[SUMS_DAY_BYTES_MAX];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sums_day day, back;
    struct buf out;

    memset(&day, 0, sizeof(day));
    memset(&back, 0, sizeof(back));
    if (!sums_decode((str){(const char *)data, size}, &day)) {
        return 0;
    }
    buf_init_fixed(&out, memory, sizeof(memory));
    sums_encode(&day, &out);
    BUG_ON(out.overflow || out.len > size);
    BUG_ON(!sums_decode(buf_str(&out), &back));
    BUG_ON(memcmp(&day, &back, sizeof(day)) != 0);
    return 0;
}
