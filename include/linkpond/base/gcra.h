/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_GCRA_H
#define LINKPOND_BASE_GCRA_H

#include "linkpond/base/err.h"

/*
 * Rate limits by the generic cell rate algorithm: per key one theoretical arrival time in a table of fixed
 * size (SipHash, buckets of 8, the entry due soonest is evicted), sharded under small locks. Thread-safe.
 */
struct gcra;
/* At most `burst` at once (>= 1), then one per interval_ns (> 0); entries: slots of 16 bytes, rounded up to a power
 * of two, at least 8 and at most 2^28. NULL when out of memory. */
struct gcra *gcra_new(size_t entries, unsigned burst, int64_t interval_ns);
void gcra_free(struct gcra *self);
/* Charges one. Returns 0 when allowed, else the nanoseconds until the next would be (> 0). now_ns is monotonic. */
int64_t gcra_charge(struct gcra *self, str key, int64_t now_ns);

#endif
