/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_RULE_ABOUT_H
#define LINKPOND_STORE_RULE_ABOUT_H

#include "linkpond/base/str.h"

/* What a rule of customers is about: visits to a link, or to links of a campaign, channel or tag, or events of a type.
 * All empty: visits to any link. Texts belong to whoever filled it in. */
struct rule_about {
    int64_t link_id, label_id; /* 0 = none */
    str label_kind, label;     /* kind and key of the label; read only */
    str type;                  /* of events */
};

#endif
