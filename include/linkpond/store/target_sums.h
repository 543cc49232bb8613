/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_TARGET_SUMS_H
#define LINKPOND_STORE_TARGET_SUMS_H

#include "linkpond/store/bounds.h"
#include "linkpond/store/targets.h"

/* What became of the targets of live codes in a stretch of time, with those that have left their pool, and as much
 * again of an earlier one to compare with. Days and hours begin where those of target_hour do. */
enum target_group {
    TARGETS_BY_TARGET,
    TARGETS_BY_STAFF,
    TARGETS_BY_CHANNEL, /* those that came from one; the rest is missing to the sum */
    TARGETS_BY_LINK,
    TARGETS_BY_HOUR,
    TARGET_GROUPS
};
struct target_span {
    int64_t from_ms, to_ms;               /* hours that began in [from, to) */
    int64_t before_from_ms, before_to_ms; /* equal: nothing is compared */
};
struct target_sum {
    int64_t id;           /* of the target or link; of an hour when it began; else 0 */
    str key;              /* of the channel or user, of a target's user; "" = none */
    str name, title, url; /* as far as there are any */
    str kind;
    int64_t link_id;
    bool gone;                         /* no longer in the pool, or in the bin */
    struct target_figures now, before; /* without `reserved` */
};
/* Those shown most first, hours in order; link_id 0 = of all links. Groups where nothing happened are not among them.
 */
struct stmt *target_sums(struct db *db, enum target_group group, const struct bounds *bounds, int64_t link_id,
                         const struct target_span *span);
/* Texts are lent until the next step. */
bool target_sums_next(struct stmt *rows, struct target_sum *out);

#endif
