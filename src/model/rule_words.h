/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RULE_WORDS_H
#define LINKPOND_MODEL_RULE_WORDS_H

#include "linkpond/base/buf.h"
#include "rule_block.h"

/* How sentences about rules say what rules are made of. All in English or Chinese; what is not known here is said as it
 * is written. */

/* "WeChat", "微信"; an empty value is "not known". */
str rule_word_text(str value, bool chinese);
const char *rule_fact_text(enum rule_fact fact, bool chinese);
const char *weekday_text(unsigned weekday, bool chinese);
/* "a, b or c", "a、b、c", at most a few of them. */
void words_text(struct buf *out, const struct words *words, bool chinese);
/* What a condition names: networks, scenes, slots as they are written, dates in the condition's zone. */
void condition_text(struct buf *out, const struct condition *self, const struct rules *rules, bool chinese);
/* "2026-11-22 10:04". */
void local_time_text(struct buf *out, const struct zone *zone, int64_t ms);
void slots_text(struct buf *out, const struct slots *slots, bool chinese);

#endif
