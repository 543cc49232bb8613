/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/cache.h"
#include "linkpond/engine/editor.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/links.h"

#include "linkpond/engine/domain_host.h"

/* How people and programs name a link. A prefix cannot be an alias or a code of ours by accident: "lnk_" has a '_' and
 * "ext:" a ':', and an alias that looks like one is still found when nothing goes by that id. */
#define REF_CANDIDATES_MAX 16

struct ref_search {
    struct db *db;
    struct bounds bounds;
    str text, folded;
    int64_t domain_id; /* 0 = any */
    int64_t ids[REF_CANDIDATES_MAX];
    size_t count;
};

static enum err find_by_id(struct ref_search *self, str digits)
{
    struct arena arena;
    struct link link;
    int64_t id;

    if (!str_to_i64(digits, &id) || id <= 0) {
        return ERR_NOT_FOUND;
    }
    arena_init(&arena, 256 * 1024);
    enum err err = links_find(self->db, &arena, &self->bounds, id, &link);
    arena_done(&arena);
    self->ids[0] = id;
    self->count = err ? 0 : 1;
    return err;
}

static enum err find_by_prefix(struct ref_search *self)
{
    if (str_starts(self->text, STR("lnk_"))) {
        return find_by_id(self, str_from(self->text, 4));
    }
    if (str_starts(self->text, STR("ext:"))) {
        enum err err = links_find_external(self->db, &self->bounds, str_from(self->text, 4), &self->ids[0]);
        self->count = err ? 0 : 1;
        return err;
    }
    return ERR_NOT_FOUND;
}

static enum err find_by_alias(struct ref_search *self)
{
    if (self->domain_id == 0) {
        return links_find_alias_anywhere(self->db, &self->bounds, self->folded, self->ids, REF_CANDIDATES_MAX,
                                         &self->count);
    }
    enum err err = links_find_alias(self->db, &self->bounds, self->domain_id, self->folded, &self->ids[0]);
    self->count = err ? 0 : 1;
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err find_by_code(struct ref_search *self)
{
    enum err err = links_find_code(self->db, &self->bounds, self->text, &self->ids[0]);

    self->count = err ? 0 : 1;
    return err;
}

static enum err find_domain(struct ref_search *self, str text)
{
    char memory[DOMAIN_HOST_MAX];
    struct arena arena;
    struct domain domain;
    str host;

    if (text.len == 0) {
        return OK;
    }
    if (!domain_host_normalize(text, memory, &host)) {
        return ERR_NOT_FOUND;
    }
    arena_init(&arena, 64 * 1024);
    enum err err = domains_find_host(self->db, &arena, host, &domain);
    arena_done(&arena);
    self->domain_id = err ? 0 : domain.id;
    return err;
}

static enum err search(struct ref_search *self, str domain)
{
    enum err err = find_by_prefix(self);

    if (err != ERR_NOT_FOUND) {
        return err;
    }
    err = find_domain(self, domain);
    err = err ? err : find_by_alias(self);
    return err || self->count > 0 ? err : find_by_code(self);
}

enum err link_ref_find(struct db *db, const struct actor *actor, const struct link_ref *ref, bool fold_case,
                       int64_t *id, int64_t *ids, size_t *ids_count)
{
    char memory[LIMIT_ALIAS_IMPORTED];
    struct ref_search self = {.db = db,
                              .bounds = {.by_owner = actor->owner_bound,
                                         .by_domain = actor->domain_bound,
                                         .owner_id = actor->owner_id,
                                         .domain_id = actor->domain_id},
                              .text = ref->text,
                              .folded = cache_fold(ref->text, fold_case, memory)};
    enum err err = search(&self, ref->domain);

    if (!err && self.count > 1) {
        err = ERR_AMBIGUOUS;
        if (ids) {
            memcpy(ids, self.ids, self.count * sizeof *ids);
            *ids_count = self.count;
        }
    }
    if (!err) {
        *id = self.ids[0];
    }
    return err;
}
