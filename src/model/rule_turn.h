/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RULE_TURN_H
#define LINKPOND_MODEL_RULE_TURN_H

#include "linkpond/base/str.h"
#include "linkpond/model/rule.h"

/* Whose turn it is, by weight. Turns are numbered from 0; nothing is remembered between them, so any thread may take
 * any turn at any time, and as long as every number is taken once everybody gets their share. */

/* The turns of one round, at most LIMIT_TARGETS * LIMIT_WEIGHT: as many as the weights say, divided by what all have in
 * common. After any number of turns each has had its share to within less than one. */
size_t turns_round_len(const unsigned *weights, size_t count);
void turns_round(const unsigned *weights, size_t count, uint8_t *round);

/* For any weights, without a round laid out before. After any number of turns each has had its share to within one for
 * up to three, to within 1.68 for more (1.2 is the most that was found). The answer depends on the weights, in their
 * order, alone. */
size_t turns_pick(const unsigned *weights, size_t count, uint64_t turn);

#endif
