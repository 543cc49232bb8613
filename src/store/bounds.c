/* SPDX-License-Identifier: MIT */
#include "linkpond/store/bounds.h"

const struct bounds bounds_all = {0};

void bounds_bind(struct stmt *stmt, const struct bounds *bounds)
{
    stmt_bind_i64(stmt, "by_owner", bounds->by_owner);
    stmt_bind_i64(stmt, "bound_owner_id", bounds->owner_id);
    stmt_bind_i64(stmt, "by_domain", bounds->by_domain);
    stmt_bind_i64(stmt, "bound_domain_id", bounds->domain_id);
}
