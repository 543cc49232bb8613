/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_TEMPLINK_H
#define LINKPOND_TESTS_SUPPORT_TEMPLINK_H

#include "linkpond/store/links.h"
#include "tempdb.h"

/* A plain link on the fixture's domain, not yet stored: next free id, code "c<id>". */
static inline struct link templink_new(struct tempdb *self)
{
    struct link link = {
        .domain_id = self->domain_id,
        .url = STR("https://example.com/"),
        .redirect_status = 302,
        .valid_from_ms = TIME_NONE,
        .valid_until_ms = TIME_NONE,
        .deleted_ms = TIME_NONE,
        .forward_query = true,
        .enabled = true,
        .created_ms = 1000,
        .updated_ms = 1000,
        .revision = 1,
        .counts.last_ms = TIME_NONE,
    };

    BUG_ON(links_next_id(self->db, &link.id));
    link.code = arena_f(&self->arena, "c%lld", (long long)link.id);
    return link;
}

/* Stores it and gives its id. */
static inline int64_t templink_add(struct tempdb *self, const struct link *link)
{
    BUG_ON(links_insert(self->db, link));
    return link->id;
}

#endif
