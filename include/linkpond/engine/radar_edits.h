/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_RADAR_EDITS_H
#define LINKPOND_ENGINE_RADAR_EDITS_H

#include "linkpond/engine/customer_edits.h"
#include "linkpond/store/radar_rules.h"

/* What people change about the rules of which key events sales are told: each a durable transaction with its line in
 * the audit log. Any thread but the writer's. */

/* Sets id and times. ERR_INVALID: see radar_condition_check. ERR_CONFLICT: there are RADAR_RULES_MAX. */
enum err radar_rule_add(const struct customer_edits *self, struct radar_rule *rule, struct fault *fault);
/* What is said replaces what was; another condition, or one that is enabled again, begins anew. */
struct radar_rule_draft {
    bool has_name, has_visits, has_days, has_about, has_enabled;
    struct radar_rule rule; /* of `about`: link_id, label_id, label_kind, label and type; its kind is not looked at */
};
/* *changed: as it is now. ERR_INVALID, ERR_NOT_FOUND. */
enum err radar_rule_change(const struct customer_edits *self, int64_t id, const struct radar_rule_draft *draft,
                           struct radar_rule *changed, struct fault *fault);
enum err radar_rule_remove(const struct customer_edits *self, int64_t id, struct fault *fault); /* ERR_NOT_FOUND */

#endif
