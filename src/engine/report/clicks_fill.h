/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CLICKS_FILL_H
#define LINKPOND_ENGINE_CLICKS_FILL_H

#include "linkpond/base/limits.h"
#include "linkpond/engine/report_texts.h"
#include "linkpond/store/click_keys.h"
#include "linkpond/store/clicks.h"

/* Where the address answered is put together, and what that takes. Zeroed before its first use. */
struct click_address {
    struct click_ids *ids; /* of the installation; NULL until a click has an id */
    char id[CLICK_ID_LEN];
    char joined[LIMIT_LOCATION];
    char filled[LIMIT_LOCATION + (CLICK_ID_PLACES_MAX + 1) * CLICK_ID_LEN];
};
void click_address_done(struct click_address *self);
/* The scan's current click as people see it: everything and the address were announced. Texts are lent by the scan,
 * by `texts` and by `address`. */
enum err clicks_fill(struct report_texts *texts, const struct clicks_scan *scan, struct db *db,
                     struct click_address *address, struct click *out);

#endif
