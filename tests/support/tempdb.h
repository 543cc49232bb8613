/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_TESTS_SUPPORT_TEMPDB_H
#define LINKPOND_TESTS_SUPPORT_TEMPDB_H

#include "linkpond/store/domains.h"
#include "tempdir.h"

/* A fresh database in a folder of its own, with its write handle and an arena. */
struct tempdb {
    struct tempdir dir;
    struct db *db;
    struct arena arena;
    int64_t domain_id; /* after tempdb_domain */
};

static inline void tempdb_init(struct tempdb *self)
{
    *self = (struct tempdb){0};
    tempdir_init(&self->dir);
    arena_init(&self->arena, 64 * 1024 * 1024);
    struct fault fault = {0};
    enum err err = db_open(tempdir_file(&self->dir, "test.db"), DB_WRITE, &self->db, &fault);
    if (err) {
        fprintf(stderr, "%s: %s\n", err_name(err), fault.message);
    }
    BUG_ON(err);
}

static inline void tempdb_done(struct tempdb *self)
{
    db_close(self->db);
    arena_done(&self->arena);
    tempdir_done(&self->dir);
}

/* Adds the default domain s.example.com. */
static inline void tempdb_domain(struct tempdb *self)
{
    struct domain domain = {.host = STR("s.example.com"),
                            .scheme = STR("https"),
                            .is_default = true,
                            .enabled = true,
                            .shareable = true,
                            .serves_all = true,
                            .created_ms = 1,
                            .updated_ms = 1};

    BUG_ON(domains_insert(self->db, &domain));
    self->domain_id = domain.id;
}

#endif
