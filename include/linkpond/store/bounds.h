/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_BOUNDS_H
#define LINKPOND_STORE_BOUNDS_H

#include "linkpond/store/db.h"

/*
 * Whose links a caller may touch. Every statement that can serve a bound key carries these predicates itself, so no
 * handler can forget them; what is out of bounds does not exist (ERR_NOT_FOUND, not ERR_FORBIDDEN). A link without an
 * owner is out of every owner's bounds, and owner_id 0 matches nothing.
 */
struct bounds {
    bool by_owner, by_domain;
    int64_t owner_id, domain_id;
};
/* The whole installation: for the program itself and for unbound keys. */
extern const struct bounds bounds_all;
#define BOUNDS_ALL (&bounds_all)

/* Is a link of those ids (0 = none) within them? */
static inline bool bounds_hold(const struct bounds *self, int64_t owner_id, int64_t domain_id)
{
    return (!self->by_owner || (owner_id != 0 && owner_id == self->owner_id)) &&
           (!self->by_domain || domain_id == self->domain_id);
}
/* Binds :by_owner, :bound_owner_id, :by_domain and :bound_domain_id. */
void bounds_bind(struct stmt *stmt, const struct bounds *bounds);

#endif
