/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_EDITOR_H
#define LINKPOND_ENGINE_EDITOR_H

#include "linkpond/engine/writer.h"
#include "linkpond/model/link.h"
#include "linkpond/model/utm.h"
#include "linkpond/store/robots.h"
#include "linkpond/store/utm_values.h"

/*
 * Everything that changes what people own: links, domains, labels, keys, users. Each call is one durable transaction on
 * the writer thread, then published to the cache, so that when it returns visitors see the new state. Callers: the API,
 * the command line, imports. All are thread-safe and block.
 */

struct link_result;
/* What an edit has done. */
struct editor_seen {
    const struct link_result *links; /* of link edits; else NULL */
    size_t count;
    int64_t id; /* of the domain, label or key that was put, deleted, revoked or merged into; else 0 */
};
/* Called on the writer thread once all is changed and before that is committed, with what the caller will get; an error
 * takes the changes back. Not called for dry runs and refusals of single links. */
struct editor_witness {
    enum err (*seen)(struct db *db, void *arg, const struct editor_seen *seen);
    void *arg;
};
/* Who asks: from an API key or a session. Bound ones see and touch only their owner's or domain's links; a foreign link
 * is ERR_NOT_FOUND. */
struct actor {
    int64_t key_id, user_id;
    str name;        /* user key, for created_by */
    unsigned scopes; /* enum scope bits of store/keys.h */
    bool owner_bound, domain_bound;
    bool bound_by_role; /* by editors_see, to their own links; not by their key */
    int64_t owner_id, domain_id;
    const struct editor_witness *witness; /* NULL = nobody */
};

struct click_keyring;
struct editor_opts {
    struct writer *writer;
    struct cache *cache;
    struct destination_lists *destinations; /* swapped on the writer thread */
    struct code_cipher *cipher;             /* used on the writer thread only */
    const char *data_dir;
    int64_t chunk_rows; /* as the writer's */
    int code_length;    /* default for domains without their own */
    bool sequential_codes, fold_case, strict_dictionary, allow_private_targets;
    bool notify_allow_private; /* robots may be on addresses of our own network */
    const uint8_t *seal_key;   /* SEAL_KEY_BYTES; lent */
    struct click_keyring *click_keys;
    bool normalise_utm;      /* UTM values of links are written as the dictionary has them */
    const struct zone *zone; /* whose dates templates write; NULL = UTC */
    const str *extra_schemes;
    size_t extra_schemes_count;
    const str *reserved; /* words no alias may be */
    size_t reserved_count;
};
struct editor;
struct editor *editor_new(const struct editor_opts *opts);
void editor_free(struct editor *self);

/* How a link is named: lnk_<id> | code | alias | ext:EXTERNAL_ID, with an optional ?domain=. */
struct link_ref {
    str text;
    str domain; /* host; empty = any */
};
/* On a read handle. ERR_NOT_FOUND; ERR_AMBIGUOUS with the candidates' ids (up to 16) in *ids when asked. In the bin
 * counts as found, tombstones do not. */
enum err link_ref_find(struct db *db, const struct actor *actor, const struct link_ref *ref, bool fold_case,
                       int64_t *id, int64_t *ids, size_t *ids_count);

struct link_result {
    struct link link;       /* in the arena given */
    struct utm_notes notes; /* likewise: what people should know of the UTM values this edit has set */
    bool existed;           /* if_exists found one: 200 instead of 201 */
    enum err err;
    struct fault fault;
    int64_t existing_id; /* for 409: which link is in the way; 0 = none, or not for this actor to know */
};
/* UTM values. A new link gets those that its draft does not name (an empty one is named) from its channel's template; a
 * patch does with apply_template, and a draft that says no to it gets none. Values that an edit sets are written as the
 * dictionary has them (normalise_utm); under strict_dictionary an unknown one is refused ("not_in_dictionary") where
 * its field has values for new links.
 *
 * Whose a new link is: the draft's owner (null = nobody's), else the one that a key is bound to, else the actor's.
 *
 * Create or, by if_exists, find or update. Imported: aliases may be any path (alias_check imported), created time and
 * further aliases may be given; when one of those is in the way the fault's field is "aliases". */
struct editor_claims;
struct label;
/* Of one import: its line in the audit log, and what that says. Begin with zeros. */
struct import_trail {
    int64_t line_id, made, changed;
};
struct import_extra {
    bool imported;
    struct import_trail *trail;   /* the same for all items of an import; NULL = each link has a line of its own */
    struct editor_claims *claims; /* of a dry run in several calls; else NULL */
    int64_t created_ms;           /* TIME_NONE or 0 = now */
    int64_t clicks;               /* counted elsewhere: joins the link's own figures, but no day's; 0 = none */
    struct str_list aliases;      /* further names besides the draft's alias, behind it */
    /* if_exists looks for the same target, domain, campaign, channel and customer whatever alias is given: the alias of
     * a place follows from the place, and who has it for another one is in the way. */
    bool by_place;
    const struct label *channel; /* what the draft's channel is like if this call makes it; NULL = its key says all */
};
void editor_link_create(struct editor *self, const struct actor *actor, struct arena *arena,
                        const struct link_draft *draft, const struct import_extra *extra, struct link_result *out);
/* The draft patches: what it does not name stays. An alias becomes the one shown, older ones keep working; null takes
 * all away. A link that gets another domain has its shown alias there too. if_revision 0 = any. ERR_PRECONDITION when
 * it changed meanwhile. */
void editor_link_update(struct editor *self, const struct actor *actor, struct arena *arena, int64_t id,
                        const struct link_draft *draft, int64_t if_revision, struct link_result *out);
/* Deleting what is in the bin and restoring what is not are OK and change nothing. Purging needs SCOPE_ADMIN; its
 * result is the link as it was. */
enum link_action { LINK_DELETE, LINK_RESTORE, LINK_PURGE };
void editor_link_action(struct editor *self, const struct actor *actor, struct arena *arena, int64_t id,
                        enum link_action action, struct link_result *out);
/* The names and external ids that a dry run in several calls has given away so far: later calls find them taken, by a
 * link that is not there (existing_id EDITOR_CLAIMED). So it says what the calls would do if they were meant. One
 * thread at a time. */
#define EDITOR_CLAIMED (-1)
struct editor_claims *editor_claims_new(void); /* NULL: out of memory */
void editor_claims_free(struct editor_claims *self);
/* extra: NULL or one for each. Many in one transaction, each in a savepoint of its own: a refused item leaves the
 * others alone. drafts[i] -> results[i]; ids NULL = create. dry_run: all is rolled back; what is
 * in the way of an item and was made by this very call is EDITOR_CLAIMED too. */
enum err editor_links_bulk(struct editor *self, const struct actor *actor, struct arena *arena,
                           const struct link_draft *drafts, const int64_t *ids, const enum link_action *action,
                           const struct import_extra *extra, size_t count, bool dry_run, struct link_result *results);

/* Live codes: the pool of a link and its rules. Each call is an edit of the link (revision, bounds), checked as a
 * whole: ERR_INVALID with the path of what cannot be compiled. A PATCH keeps what the draft does not name; null clears.
 * A target that is replaced (asked for, or by another picture) counts its cap_total from there; who was kept at it is
 * sent on. It leaves the pool by a delete, and every rule that names others too: ERR_CONFLICT where it is the only one
 * named. */
struct target_draft {
    str kind, name, url, image, title, hint, staff, cap_on;
    int64_t weight, valid_from_ms, valid_until_ms, cap_total, cap_day, cap_hour;
    bool enabled, replaced;
    struct json_presence presence;
};
enum target_field {
    TF_KIND,
    TF_NAME,
    TF_URL,
    TF_IMAGE,
    TF_TITLE,
    TF_HINT,
    TF_STAFF,
    TF_WEIGHT,
    TF_ENABLED,
    TF_VALID_FROM,
    TF_VALID_UNTIL,
    TF_CAP_TOTAL,
    TF_CAP_DAY,
    TF_CAP_HOUR,
    TF_CAP_ON,
    TF_REPLACED,
    TF_COUNT
};
extern const struct json_field target_draft_fields[TF_COUNT];
struct rule;
/* What makes a live code of a link that is being made (link_draft.live), in its transaction. Rules name these targets
 * by their place, from -1 down; ids of the new rows are written into rules[]. A link that is found instead keeps what
 * it has, and is not updated (ERR_INVALID). */
struct live_draft {
    const struct target_draft *targets;
    size_t targets_count;
    struct rule *rules;
    size_t rules_count;
};
struct live_edit {
    int64_t link_id;
    int64_t if_revision; /* 0 = any */
    /* What came of it: */
    int64_t revision;  /* of the link */
    int64_t target_id; /* put */
    struct fault fault;
};
enum err editor_target_put(struct editor *self, const struct actor *actor, struct arena *arena, struct live_edit *edit,
                           int64_t target_id, const struct target_draft *draft); /* target_id 0 = a new one */
enum err editor_target_delete(struct editor *self, const struct actor *actor, struct arena *arena,
                              struct live_edit *edit, int64_t target_id);
/* The pool in that order; ids: all of its targets, each once. */
enum err editor_targets_order(struct editor *self, const struct actor *actor, struct arena *arena,
                              struct live_edit *edit, const int64_t *ids, size_t count);
/* The whole list. Ids of new rules are written into rules[]. */
enum err editor_rules_put(struct editor *self, const struct actor *actor, struct arena *arena, struct live_edit *edit,
                          struct rule *rules, size_t count);

/* Domains, labels, keys, sessions: struct definitions in store/{domains,labels,keys,sessions}.h; each of these checks,
 * writes, publishes. */
struct domain;
struct api_key;
enum err editor_domain_put(struct editor *self, const struct actor *actor, struct domain *domain,
                           struct fault *fault); /* id 0 = new */
enum err editor_domain_delete(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault);
/* What is known of a domain in an app: domain_id, app, state, note. Robots are told when it becomes worse, once; *told
 * of them: wake the notifier. */
struct domain_block;
enum err editor_domain_block(struct editor *self, const struct actor *actor, const struct domain_block *block,
                             int64_t *told, struct fault *fault);
enum err editor_label_put(struct editor *self, const struct actor *actor, struct label *label,
                          struct fault *fault); /* id 0 = new; also renames */
/* ERR_CONFLICT while links name it. */
enum err editor_label_delete(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault);
enum err editor_label_merge(struct editor *self, const struct actor *actor, int64_t from_id, int64_t into_id,
                            struct fault *fault);
/* The dictionary of UTM values (store/utm_values.h). id 0 = a new one; else what the draft does not name stays, and a
 * value that gets another spelling keeps the old one as an alias unless aliases are named too. Aliases are trimmed;
 * blank ones and those that fold like the value or each other are left out. ERR_CONFLICT (taken): existing_id has that
 * spelling. Texts of the result are in the arena or the draft's. */
struct utm_value_draft {
    int field; /* enum utm below UTM_DICTIONARY_COUNT; -1 = not named */
    str value, name_zh, name_en;
    struct str_list aliases;
    bool archived;
    bool has_value, has_name_zh, has_name_en, has_aliases, has_archived;
};
struct utm_value_result {
    struct utm_value value;
    bool existed;
    enum err err;
    struct fault fault;
    int64_t existing_id; /* which value is in the way; 0 = none */
};
void editor_utm_value_put(struct editor *self, const struct actor *actor, struct arena *arena, int64_t id,
                          const struct utm_value_draft *draft, struct utm_value_result *out);
/* Many in one transaction, each in a savepoint of its own: those that are there (same field and folded value) are
 * changed, the others made. The error is that of the whole. dry_run: all is rolled back. */
enum err editor_utm_values_merge(struct editor *self, const struct actor *actor, struct arena *arena,
                                 const struct utm_value_draft *drafts, size_t count, bool dry_run,
                                 struct utm_value_result *results);
enum err editor_utm_value_delete(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault);
/* key: name, scopes (no wider than the actor's), bounds, expires_ms (0 or TIME_NONE = never), user_id (0 = the
 * actor's). Sets id, created_ms, and prefix (lent from secret). Makes the secret, stores its hash (SHA-256 of the whole
 * text); `secret` ("lp_" + 43 characters) is shown once and cleansed by the caller. */
#define KEY_SECRET_MAX 64
enum err editor_key_create(struct editor *self, const struct actor *actor, struct api_key *key,
                           char secret[KEY_SECRET_MAX], struct fault *fault);
enum err editor_key_revoke(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault);

/* The key of click ids (click_id.h). In force for every visit after these return. Turn: new ids are made by *version;
 * ERR_CONFLICT "too_many". Drop: that version's ids are refused, for good; ERR_NOT_FOUND, ERR_CONFLICT "in_use". */
enum err editor_click_key_turn(struct editor *self, const struct actor *actor, int64_t *version, struct fault *fault);
enum err editor_click_key_drop(struct editor *self, const struct actor *actor, int64_t version, struct fault *fault);

/* People. user: key (what they sign in by), name, role (empty = editor), language; sets id and times. ERR_CONFLICT:
 * somebody has that key, in whatever case. */
struct user;
enum err editor_user_create(struct editor *self, const struct actor *actor, struct user *user, struct fault *fault);
/* What is not named stays. Another role, and being disabled, end the user's sessions; being disabled also their
 * one-time link and, as long as it lasts, their API keys. ERR_CONFLICT "last_admin": somebody must be left who can let
 * others in.
 */
struct user_change {
    str name, role, language;
    bool disabled;
    bool has_name, has_role, has_language, has_disabled;
};
enum err editor_user_update(struct editor *self, const struct actor *actor, int64_t id,
                            const struct user_change *change, struct fault *fault);
/* A one-time link for that user, which ends the one before: an invitation while they have no password, else for setting
 * another. `secret` (43 characters) is shown once and cleansed by the caller. ERR_CONFLICT: they are disabled. */
#define USER_TOKEN_MAX 48
#define INVITE_MS      (7 * INT64_C(86400000))
#define RESET_MS       (30 * INT64_C(60000))
struct user_token;
enum err editor_user_token(struct editor *self, const struct actor *actor, int64_t id, char secret[USER_TOKEN_MAX],
                           struct user_token *out, struct fault *fault);

/* Links of one user become another's: who leaves hands them over. Codes, clicks and what is printed stay; reports by
 * owner follow, because the stored sums move in the same transaction. Any number, HAND_OVER_LINKS at a time: call until
 * `done`. What was moved stays moved, so whoever was cut short calls again with the same wish. */
#define HAND_OVER_LINKS 500
struct links_filter;
struct hand_over {
    int64_t from_id, into_id;
    const int64_t *ids; /* these links, as far as they are from_id's; NULL = those of the filter */
    size_t ids_count;
    const struct links_filter
        *filter; /* of from_id's links; NULL = all, those in the bin, channels and customers too */
    /* How far it is; begin with zeros. */
    int64_t moved, skipped, channels, customers;
    int64_t line_id; /* in the audit log */
    size_t at;
    int64_t after_id;
    bool bin, people, done;
};
/* dry: the same counts, nothing is written. */
enum err editor_hand_over(struct editor *self, const struct actor *actor, bool dry, struct hand_over *state,
                          struct fault *fault);

/* Hosts that links may not, or may alone, lead to (store/destinations.h): checked wherever an address is set, and from
 * the return of this call on no visit is led to what is barred. *stopped: links whose own address is barred now, as far
 * as they are in memory; with dry_run that would be, and nothing is changed. Sets the pattern's stored form (in the
 * arena), id and created_ms. ERR_CONFLICT: "exists" (existing is its id), "too_many". */
struct destination;
enum err editor_destination_add(struct editor *self, const struct actor *actor, struct arena *arena, bool dry_run,
                                struct destination *destination, size_t *stopped, struct fault *fault);
enum err editor_destination_remove(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault);

/* Robots that notices go to (store/robots.h). id 0 = a new one; else what the draft does not name stays; the kind never
 * changes. ERR_CONFLICT: "taken", "too_many". */
#define ROBOT_ROTATION_MS (24 * INT64_C(3600000)) /* the secret before still signs for so long */
struct robot_draft {
    int kind;                  /* enum robot_kind; -1 = not named */
    str name, url, secret;     /* an empty secret takes it away */
    str language, zone, owner; /* "zh" | "en"; an empty zone is the installation's; owner's key, empty = nobody */
    int quiet_from_min, quiet_to_min; /* of the day; equal = none */
    bool markdown, enabled, rotate_secret;
    unsigned notices;
    bool has_name, has_url, has_secret, has_language, has_zone, has_owner, has_quiet, has_markdown, has_enabled,
        has_notices;
};
struct robot_result {
    struct robot robot;            /* texts in the arena */
    char secret[ROBOT_SECRET_MAX]; /* made by this call: shown once and cleansed by the caller; empty = none was */
};
enum err editor_robot_put(struct editor *self, const struct actor *actor, struct arena *arena, int64_t id,
                          const struct robot_draft *draft, struct robot_result *out, struct fault *fault);
/* With all that was, or was to be, told to it. */
enum err editor_robot_delete(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault);
/* A notice from the beginning, now. ERR_CONFLICT: it was sent. Wake the notifier. */
enum err editor_outbox_retry(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault);

/* Any other small write (sessions, idempotency, last-used times) as a task of its own. */
enum err editor_run(struct editor *self, const struct writer_task *task, struct fault *fault);

#endif
