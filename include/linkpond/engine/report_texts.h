/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_REPORT_TEXTS_H
#define LINKPOND_ENGINE_REPORT_TEXTS_H

#include "linkpond/base/hash.h"
#include "linkpond/base/idmap.h"
#include "linkpond/store/clicks.h"

/*
 * The texts of one report as small numbers, so that grouping compares numbers: a term id and the same text written
 * inline are one. 0 = the empty text (not known). Bounded; all memory goes with the report.
 */
struct report_texts {
    struct db *db;
    struct arena arena;
    struct siphash_key key;
    struct idmap numbers; /* keyed hash, length -> number */
    uint32_t *terms;      /* number + 1 by term id, which are dense; 0 = not looked up yet */
    size_t terms_cap;
    str *texts;
    size_t count, cap;
};
void report_texts_init(struct report_texts *self, struct db *db);
void report_texts_done(struct report_texts *self);
enum err report_texts_intern(struct report_texts *self, str text, uint64_t *number);
/* The numbers of many texts, which takes half the time: memory is asked for each before any is looked at. */
enum err report_texts_intern_many(struct report_texts *self, const str *texts, size_t count, uint64_t *numbers);
#define REPORT_NO_TEXT UINT64_MAX /* it has no number yet */
void report_texts_find_many(const struct report_texts *self, const str *texts, size_t count, uint64_t *numbers);
enum err report_texts_value(struct report_texts *self, const struct click_value *value, uint64_t *number);
/* Lent while the report lives. */
str report_texts_text(const struct report_texts *self, uint64_t number);
/* Forgets everything once it takes more memory than that. */
void report_texts_trim(struct report_texts *self, size_t bytes_max);

#endif
