/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"

#include "linkpond/base/idmap.h"

/*
 * What a dry run has given away. Each of its calls is rolled back, for a transaction over a million rows would keep the
 * writer from everybody else; so what later calls must find taken is remembered here. Hashes stand for the names: two
 * that collide, once in some ten thousand dry runs of a million rows, cost a wrong line in a report.
 */
#define CLAIMS_MAX ((size_t)4 << 20)

struct editor_claims {
    struct siphash_key key;
    struct idmap names;
};

struct editor_claims *editor_claims_new(void)
{
    struct editor_claims *self = calloc(1, sizeof *self);

    if (self) {
        crypt_random(&self->key, sizeof self->key);
        idmap_init(&self->names, CLAIMS_MAX);
    }
    return self;
}

void editor_claims_free(struct editor_claims *self)
{
    if (self) {
        idmap_done(&self->names);
        free(self);
    }
}

static uint64_t hash_name(const struct editor_claims *self, str name)
{
    uint64_t hash = hash_sip(&self->key, name.ptr, name.len);

    return hash == IDMAP_NO_KEY ? 0 : hash;
}

/* Domains' ids begin at 1; external ids know no domain. */
static bool is_claimed(const struct edit *self, int64_t domain_id, str name)
{
    const struct editor_claims *claims = self->claims;

    return claims && idmap_find(&claims->names, hash_name(claims, name), (uint64_t)domain_id);
}

bool edit_alias_claimed(const struct edit *self, int64_t domain_id, str folded)
{
    return is_claimed(self, domain_id, folded);
}

bool edit_external_claimed(const struct edit *self, str external_id)
{
    return external_id.len > 0 && is_claimed(self, 0, external_id);
}

static enum err claim(struct edit *self, int64_t domain_id, str name)
{
    struct editor_claims *claims = self->claims;

    return idmap_put(&claims->names, hash_name(claims, name), (uint64_t)domain_id, NULL) ? OK : ERR_NOMEM;
}

enum err edit_claim(struct edit *self, const struct link *link)
{
    enum err err = link->external_id.len > 0 ? claim(self, 0, link->external_id) : OK;

    for (size_t i = 0; !err && i < link->aliases.count; i++) {
        err = claim(self, link->domain_id, edit_fold(self, link->aliases.items[i]));
    }
    return err;
}
