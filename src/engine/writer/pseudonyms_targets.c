/* SPDX-License-Identifier: MIT */
#include "pseudonyms_targets.h"

#include "linkpond/store/targets.h"
#include "linkpond/store/terms.h"

#define KNOWN_MAX (1U << 16) /* more are looked up each time */
#define NAME_MAX  4096

void target_names_init(struct target_names *self, struct db *db)
{
    *self = (struct target_names){.db = db};
    idmap_init(&self->known, KNOWN_MAX);
    arena_init(&self->arena, NAME_MAX);
}

void target_names_done(struct target_names *self)
{
    arena_done(&self->arena);
    idmap_done(&self->known);
}

int64_t target_names_find(struct target_names *self, const struct click_value *value)
{
    const int64_t *known = value->term > 0 ? idmap_find(&self->known, (uint64_t)value->term, 0) : NULL;
    str name = value->text;

    if (known) {
        return *known;
    }
    arena_reset(&self->arena);
    if (value->term > 0 && terms_text(self->db, &self->arena, value->term, &name) != OK) {
        return 0;
    }
    int64_t target_id = name.len > 0 ? target_name_read(name) : 0;
    int64_t *kept = value->term > 0 ? idmap_put(&self->known, (uint64_t)value->term, 0, NULL) : NULL;
    if (kept) {
        *kept = target_id;
    }
    return target_id;
}
