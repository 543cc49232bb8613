/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_CLICKS_FILL_H
#define LINKPOND_ENGINE_CLICKS_FILL_H

#include "linkpond/base/limits.h"
#include "linkpond/engine/report_texts.h"
#include "linkpond/store/clicks.h"

/* The scan's current click as people see it: everything and the address were announced. Texts are lent by the scan,
 * by `texts` and by `location`, where the address answered is put together. */
enum err clicks_fill(struct report_texts *texts, const struct clicks_scan *scan, char location[LIMIT_LOCATION],
                     struct click *out);

#endif
