/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_RULE_ABOUT_BIND_H
#define LINKPOND_STORE_RULE_ABOUT_BIND_H

#include "linkpond/store/db.h"
#include "linkpond/store/rule_about.h"

/* The three columns of every table of such rules. */
static inline void bind_rule_about(struct stmt *stmt, const struct rule_about *about)
{
    stmt_bind_id_opt(stmt, "link_id", about->link_id);
    stmt_bind_id_opt(stmt, "label_id", about->label_id);
    stmt_bind_str_opt(stmt, "type", about->type);
}

#endif
