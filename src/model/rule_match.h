/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RULE_MATCH_H
#define LINKPOND_MODEL_RULE_MATCH_H

#include "rule_block.h"

/* Does a condition hold for a visit? */

/* One visit while it is decided about: what the clock shows is looked up once for each zone. */
#define LOCAL_TIMES 4
struct local_time {
    int64_t day;
    int minute; /* -1: not looked up yet */
};
struct visit_clock {
    const struct rules *rules;
    int64_t now_ms;
    struct local_time times[LOCAL_TIMES];
};
void visit_clock_init(struct visit_clock *self, const struct rules *rules, int64_t now_ms);
struct local_time visit_clock_local(struct visit_clock *self, size_t zone);

bool condition_holds(const struct condition *self, const struct rule_visit *visit, struct visit_clock *clock);
/* What the visit says about a fact that is compared as words: also the language and the referrer's host. */
str visit_word(const struct rule_visit *visit, enum rule_fact fact);

/* Shorter words first, then by bytes, A-Z as a-z. */
int word_cmp(str a, str b);
bool words_have(const struct words *self, str word);
/* A region or a city without what maps add to its name: 省, 市, 自治区 … */
str place_bare(str name);
/* Is `tag` that language or a kind of it: zh of zh-cn. Both in lower case. */
bool language_is(str tag, str language);

/* Monday = 0. */
unsigned weekday_of(int64_t civil_day);
bool schedule_holds(const struct schedule *self, const struct rules *rules, int64_t day, int minute);

#endif
