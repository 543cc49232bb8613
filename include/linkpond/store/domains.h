/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_DOMAINS_H
#define LINKPOND_STORE_DOMAINS_H

#include "linkpond/store/db.h"

/* Hosts that serve short links. Empty text = not set. */
struct domain {
    int64_t id;
    str host;   /* canonical */
    str scheme; /* "https" | "http" */
    bool is_default, enabled, shareable;
    bool serves_all; /* else only the codes of its own links resolve there */
    str root_url, not_found_url, expired_url;
    int64_t code_length; /* of new codes; 0 = the setting */
    int64_t created_ms, updated_ms;
};

/* Sets domain->id. A new default takes the mark from the old one. ERR_CONFLICT: the host exists. */
enum err domains_insert(struct db *db, struct domain *domain);
/* Everything but id and created_ms. ERR_NOT_FOUND, ERR_CONFLICT (host). */
enum err domains_update(struct db *db, const struct domain *domain);
enum err domains_find(struct db *db, struct arena *arena, int64_t id, struct domain *out);
enum err domains_find_host(struct db *db, struct arena *arena, str host, struct domain *out);
enum err domains_find_default(struct db *db, struct arena *arena, struct domain *out);
/* ERR_CONFLICT while a link, an alias or a key still names it; tombstones count, for their codes are printed there. */
enum err domains_delete(struct db *db, int64_t id);

/* All, by id: `struct stmt *rows = domains_each(db); while (domains_next(rows, &domain))`, then stmt_err(rows). Texts
 * are lent until the next step. */
struct stmt *domains_each(struct db *db);
bool domains_next(struct stmt *rows, struct domain *out);

#endif
