/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_SOURCE_CHANNELS_H
#define LINKPOND_MODEL_SOURCE_CHANNELS_H

#include "source_rules.h"

/* The compiled config/channels.tsv; lives in the arena it was made in. */
struct channels;

/* NULL when the arena has no room for that many rows. */
struct channels *channels_new(struct arena *arena, size_t rows_max);
/* Adds a table's rows behind those that are there. */
enum err channels_read(struct channels *self, const struct source_table *table, struct fault *fault);
/* The channel of the first rule that holds; empty when none does. */
str channels_infer(const struct channels *self, const str facts[FACT_COUNT]);
/* What source_channels() gives. */
const struct source_channel *channels_names(const struct channels *self, size_t *count);

#endif
