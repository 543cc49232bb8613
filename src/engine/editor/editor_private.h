/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_EDITOR_PRIVATE_H
#define LINKPOND_SRC_ENGINE_EDITOR_PRIVATE_H

#include "linkpond/engine/cache.h"
#include "linkpond/engine/editor.h"
#include "linkpond/store/audit.h"
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
    int64_t used;             /* of max_clicks, where the link had no limit before */
    const struct link *fresh; /* made by this call and as it was written; NULL = read it */
};

/* A key that this call has looked up. */
struct edit_word {
    struct edit_word *next;  /* of its bucket */
    struct edit_word *older; /* of all */
    int kind;
    str key;
    int64_t id;
};
#define EDIT_WORD_OWNER LABEL_KINDS /* beside enum label_kind */

#define EDIT_CHANNELS 64 /* kept at a time: an import brings few channels many times */
/* What this call knows of templates and of the dictionary; bits are 1 << enum utm. */
struct edit_utm {
    unsigned asked, some, open; /* fields that were asked for; that have values; that have some for new links */
    unsigned hints;             /* nearest values sought */
    struct label *channels[EDIT_CHANNELS]; /* by id; NULL until asked for */
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
    struct edit_word **words; /* buckets; NULL until the first word */
    struct edit_word *latest; /* word */
    struct edit_utm utm;
    int64_t next_id;              /* of the next link; 0 = ask */
    struct editor_claims *claims; /* of the item at hand; NULL unless in a dry run */
    const struct label *channel;  /* of the item at hand: what its channel is like if it is made; NULL = bare */
    bool quiet;                   /* of the item at hand: an import's, which the audit log tells as one */
    struct import_trail trail;    /* what that import's line says now; the caller's after the commit */
    bool undoing;                 /* of the item at hand: it goes back to a domain that may be closed by now */
    str own_owner;                /* key of whose new links are; empty until asked for */
};

/* Reads what every check needs: domains, and from them the hosts no target may be on. */
enum err edit_open(struct edit *self, struct db *db, size_t touched_cap);
void edit_touch(struct edit *self, int64_t id, str code, int64_t used);
/* `link` lives until the call ends and is what a read of the database would give. */
void edit_touch_fresh(struct edit *self, const struct link *link);
/* After the commit: the touched links as the database has them now. What cannot be published is not served from the
 * cache either. */
void edit_publish(struct edit *self);
/* Where an item of a bulk call began; after its rollback everything noted since is forgotten. */
struct edit_mark {
    size_t touched;
    struct edit_word *latest;
};
struct edit_mark edit_mark(const struct edit *self);
void edit_back_to(struct edit *self, const struct edit_mark *mark);

/* ---- editor_words.c: each key is looked up once a call ---- */
bool edit_word_find(const struct edit *self, int kind, str key, int64_t *id);
/* The key lives as long as the call. Out of memory is no error: the word is asked for again. */
void edit_word_note(struct edit *self, int kind, str key, int64_t id);
void edit_words_back_to(struct edit *self, struct edit_word *latest);

/* Trouble that is not one item's of a bulk call. */
bool edit_ends_all(enum err err);

/* The last step of an edit inside its transaction. */
enum err edit_witness(const struct actor *actor, struct db *db, const struct editor_seen *seen);

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
/* The same for a link that has none yet. */
enum err edit_put_first_tags(struct edit *self, const struct link *link, struct fault *fault);
/* Short domains with a port (development) are judged here: the policy knows hosts only. */
enum err edit_check_loops(struct edit *self, const struct link *link, struct fault *fault);

/* ---- editor_labels.c ---- */
/* Names and places as texts; the faults name the field. */
enum err edit_check_label(const struct label *label, struct fault *fault);

/* ---- editor_utm.c ---- */
/* The link's UTM values as they will be written, and what is to be said of them. fresh: the link is being made. Its
 * code, labels, owner and created_ms are settled. */
enum err edit_settle_utm(struct edit *self, struct link *link, const struct link_draft *draft, bool fresh,
                         struct link_result *out);

/* ---- editor_live.c ---- */
/* Targets and rules of a link just made, which becomes what the database has. The faults name the field. */
enum err edit_make_live(struct edit *self, struct link *link, const struct live_draft *draft, struct fault *fault);

/* ---- editor_codes.c ---- */
/* The next id and the code that it stands for; ids whose code is an alias or a reserved word are passed over. */
enum err edit_next_code(struct edit *self, struct link *link);
/* The key the alias is found by, in the arena. */
str edit_fold(struct edit *self, str alias);
/* Would this alias answer in place of somebody's code? */
enum err edit_alias_hides_code(struct edit *self, str alias, bool *hides);
/* The alias asked for becomes the link's first on its domain; the others stay behind it. Empty: all go. */
enum err edit_put_alias(struct edit *self, const struct link *link, str alias, bool imported, struct link_result *out);
/* All aliases of a link just made: its own, then those of `extra` (may be NULL) behind it. link->aliases becomes what
 * the database has. */
enum err edit_put_first_aliases(struct edit *self, struct link *link, const struct import_extra *extra,
                                struct link_result *out);
/* The shown alias of a link that moved is made on the new domain too; printed ones keep working where they were. */
enum err edit_move_alias(struct edit *self, const struct link *link, struct link_result *out);

/* ---- editor_audit.c: lines of the audit log, inside the transaction ---- */
enum err edit_audit_end(const struct actor *actor, struct audit_note *note, struct db *db, int64_t now_ms,
                        bool only_if_changed);
/* A field that names a user: their keys (0 = nobody). */
enum err edit_audit_user(struct audit_note *note, struct db *db, const char *field, int64_t before_id,
                         int64_t after_id);
/* before NULL: it is new. Words that a link makes by naming them have no line; described ones do. */
enum err edit_audit_label(const struct actor *actor, struct db *db, const struct label *before,
                          const struct label *after);
enum err edit_audit_link(struct edit *self, const char *verb, const struct link *before, const struct link *after);
enum err edit_audit_action(struct edit *self, const struct link *link, enum link_action action);
/* The one line of an import that has now made and changed so many more; self->trail becomes what it is then. */
enum err edit_audit_import(struct edit *self, const struct import_trail *trail, int64_t made, int64_t changed);

/* ---- editor_claims.c ---- */
bool edit_alias_claimed(const struct edit *self, int64_t domain_id, str folded);
bool edit_external_claimed(const struct edit *self, str external_id);
/* All that the link goes by. ERR_NOMEM. */
enum err edit_claim(struct edit *self, const struct link *link);

/* ---- editor_links.c, editor_update.c, editor_purge.c: one link inside the transaction ---- */
enum err edit_create(struct edit *self, const struct link_draft *draft, const struct import_extra *extra,
                     struct link_result *out);
enum err edit_update(struct edit *self, int64_t id, const struct link_draft *draft, int64_t if_revision,
                     struct link_result *out);
enum err edit_action(struct edit *self, int64_t id, enum link_action action, struct link_result *out);
/* Clicks, sums and texts of the link go; the row stays as a tombstone. */
enum err edit_purge(struct edit *self, const struct link *link);
/* Before, in transactions of its own: what cannot be sealed only makes the purge's longer. */
void edit_seal_tail(struct editor *self);

#endif
