/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_EDITOR_PRIVATE_H
#define LINKPOND_SRC_ENGINE_EDITOR_PRIVATE_H

#include "linkpond/engine/cache.h"
#include "linkpond/engine/editor.h"
#include "linkpond/store/bounds.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"

struct editor {
    struct editor_opts opts;
};

/* A link to publish after the commit. */
struct edit_touched {
    int64_t id;
    str code;
    int64_t used; /* of max_clicks, where the link had no limit before */
};

/* One call at work on the writer thread, inside its transaction. */
struct edit {
    struct editor *editor;
    const struct actor *actor;
    struct arena *arena; /* the caller's, who waits */
    struct db *db;
    struct bounds bounds;
    int64_t now_ms;
    struct domain *domains; /* all, by id */
    size_t domains_count;
    struct url_policy policy;
    struct edit_touched *touched;
    size_t touched_count, touched_cap;
};

/* Reads what every check needs: domains, and from them the hosts no target may be on. */
enum err edit_open(struct edit *self, struct db *db, size_t touched_cap);
void edit_touch(struct edit *self, int64_t id, str code, int64_t used);
/* After the commit: the touched links as the database has them now. What cannot be published is not served from the
 * cache either. */
void edit_publish(struct edit *self);

/* The last step of an edit inside its transaction. */
enum err edit_witness(struct edit *self, const struct link_result *results, size_t count);

/* ---- editor_resolve.c: keys to ids; the faults name the field ---- */
const struct domain *edit_domain(const struct edit *self, int64_t id);
/* A fresh link gets the key's own or the default domain when none is named. */
enum err edit_resolve_domain(struct edit *self, struct link *link, const struct link_draft *draft, bool fresh,
                             struct fault *fault);
enum err edit_resolve_owner(struct edit *self, struct link *link, const struct link_draft *draft, bool fresh,
                            struct fault *fault);
/* Campaign and channel: made on first use unless the dictionary is strict. */
enum err edit_resolve_labels(struct edit *self, struct link *link, struct fault *fault);
enum err edit_put_tags(struct edit *self, const struct link *link, struct fault *fault);
/* Short domains with a port (development) are judged here: the policy knows hosts only. */
enum err edit_check_loops(struct edit *self, const struct link *link, struct fault *fault);

/* ---- editor_codes.c ---- */
/* The next id and the code that it stands for; ids whose code is an alias or a reserved word are passed over. */
enum err edit_next_code(struct edit *self, struct link *link);
/* The key the alias is found by, in the arena. */
str edit_fold(struct edit *self, str alias);
/* Would this alias answer in place of somebody's code? */
enum err edit_alias_hides_code(struct edit *self, str alias, bool *hides);
/* The alias asked for becomes the link's first on its domain; the others stay behind it. Empty: all go. */
enum err edit_put_alias(struct edit *self, const struct link *link, str alias, bool imported, struct link_result *out);
/* The shown alias of a link that moved is made on the new domain too; printed ones keep working where they were. */
enum err edit_move_alias(struct edit *self, const struct link *link, struct link_result *out);

/* ---- editor_links.c, editor_update.c, editor_purge.c: one link inside the transaction ---- */
enum err edit_create(struct edit *self, const struct link_draft *draft, const struct import_extra *extra,
                     struct link_result *out);
enum err edit_update(struct edit *self, int64_t id, const struct link_draft *draft, int64_t if_revision,
                     struct link_result *out);
enum err edit_action(struct edit *self, int64_t id, enum link_action action, struct link_result *out);
/* Clicks, sums and texts of the link go; the row stays as a tombstone. */
enum err edit_purge(struct edit *self, const struct link *link);

#endif
