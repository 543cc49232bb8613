/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_RULE_JSON_H
#define LINKPOND_MODEL_RULE_JSON_H

#include "linkpond/base/json.h"
#include "linkpond/model/rule.h"

/*
 * Rules as the API carries them, the value of its member "rules":
 *
 * [{"id": "rul_4", "name": "Night", "enabled": true,
 *   "when": [{"fact": "app", "is": ["wechat", "wecom"]},
 *            {"fact": "query", "name": "from", "not": []},
 *            {"fact": "date", "is": ["2026-10-01", ""], "zone": "Asia/Shanghai"},
 *            {"fact": "schedule", "is": ["1-5 22:00-06:00"], "zone": "Asia/Shanghai", "holiday": "weekday"}],
 *   "choose": "weighted", "sticky": true, "targets": ["tgt_1", "tgt_7"]}]
 *
 * Each condition has exactly one of "is" and "not"; only a query's may be empty (the parameter is there, or is not),
 * and only a query has a "name", dates and schedules a "zone", schedules a "holiday". All else of a rule may be left
 * out: then it is enabled, has no conditions, chooses the first, is not sticky and chooses from the whole pool. "#1" in
 * the place of a target's id is read as -1: the first of those that are made along with the rules.
 */

/* Reads the array. ERR_INVALID: the fault's field is a path ("rules[2].when[0].is[1]"), its code one of unknown_field,
 * wrong_type, required, too_long, too_many, too_few, control_character, not_allowed, conflicting, unknown (an id),
 * exists (one named twice). What values mean (zones, slots, networks, whether a target is there) is rules_compile()'s
 * to check, whose faults have the same paths. ERR_NOMEM. Everything in the arena; outputs are untouched unless OK. */
enum err rule_json_read(struct arena *arena, const struct json *list, struct rule **rules, size_t *count,
                        struct fault *fault);
/* The array. What was read, written and read again is the same. Left out are only an id that is 0 and an empty zone. */
void rule_json_write(struct json_writer *json, const struct rule *rules, size_t count);

#endif
