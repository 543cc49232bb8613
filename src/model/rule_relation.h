/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RULE_RELATION_H
#define LINKPOND_MODEL_RULE_RELATION_H

#include "rule_block.h"

/* What one condition says about another, as far as it can be told for sure: false also means "cannot be told". */

/* Whenever `a` holds, `b` does. */
bool condition_implies(const struct condition *a, const struct condition *b);
/* They never hold together. */
bool condition_excludes(const struct condition *a, const struct condition *b);
bool condition_always(const struct condition *self);
/* Never at `now_ms` or later. */
bool condition_never(const struct condition *self, int64_t now_ms);

#endif
