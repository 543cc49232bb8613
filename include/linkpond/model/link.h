/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_LINK_H
#define LINKPOND_MODEL_LINK_H

#include "linkpond/base/json.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/click.h"
#include "linkpond/model/url.h"

#define TIME_NONE           INT64_MIN /* an absent time */
#define LINK_STATUS_DEFAULT 302

#define LINK_STATE_TABLE(X)                                                                                            \
    X(LINK_SCHEDULED, "scheduled")                                                                                     \
    X(LINK_ACTIVE, "active")                                                                                           \
    X(LINK_EXPIRED, "expired")                                                                                         \
    X(LINK_USED_UP, "used_up")                                                                                         \
    X(LINK_DISABLED, "disabled")                                                                                       \
    X(LINK_ARCHIVED, "archived")
#define LINK_STATE_ENUM(constant, name) constant,
enum link_state { LINK_STATE_TABLE(LINK_STATE_ENUM) LINK_STATE_COUNT };
#undef LINK_STATE_ENUM
str link_state_name(enum link_state state);
int link_state_find(str name);

/* One link with everything a person may set and see. Texts are borrowed (usually from an arena); absent text is empty.
 */
struct link_counts {
    int64_t clicks, visitors, bots, total, scans;
    int64_t last_ms; /* TIME_NONE */
};
struct link {
    int64_t id;
    str code;
    int64_t domain_id;
    str domain;                                /* its host */
    str url, title, notes, metadata;           /* metadata: JSON object text, empty = {} */
    int64_t campaign_id, channel_id, owner_id; /* 0 = none */
    str campaign, channel, owner;              /* keys */
    struct str_list tags;                      /* keys */
    struct str_list aliases;                   /* first = the one shown in short_url */
    str customer, external_id, source;
    str utm[UTM_COUNT];
    int redirect_status;                   /* 301 302 303 307 308 */
    int64_t valid_from_ms, valid_until_ms; /* TIME_NONE; valid in [from, until) */
    int64_t max_clicks;                    /* 0 = no limit */
    int64_t used_clicks;                   /* reserved so far, while max_clicks is set */
    str fallback_url;
    bool forward_query, visitor_wins, enabled, archived, crawlable;
    bool live;                               /* a live code: it has targets or rules */
    int64_t targets, targets_enabled, rules; /* how many; read only */
    str click_id_param;
    int64_t deleted_ms; /* TIME_NONE; in the bin since */
    bool tombstone;     /* purged or past the bin: the code is never handed out again */
    str created_by;
    int64_t created_ms, updated_ms;
    int64_t revision; /* ETag */
    struct link_counts counts;
};

/* What decides about one visit, separate from the record so that the cache can hold it in a few bytes. */
struct link_gate {
    int64_t valid_from_ms, valid_until_ms; /* TIME_NONE */
    bool enabled;                          /* false when disabled or in the bin */
};
/* redirect, not_started, expired or disabled at that instant; limits are the caller's (they reserve). Order: disabled,
 * not_started, expired. */
enum click_outcome link_gate_check(const struct link_gate *gate, int64_t now_ms);
/* What the API shows: archived, disabled (also in the bin), scheduled, expired, used_up, active, in that order. */
enum link_state link_state_at(const struct link *link, int64_t now_ms);

/* ---- drafts: what an API body, a form or an import row asks for ------------------------------------------------- */
struct live_draft; /* a matter of whoever makes links; nothing here reads it */
/* Field i of link_draft_fields is bit i of presence. */
struct link_draft {
    str url, alias, domain, title, campaign, channel, source, fallback_url, click_id_param, owner, customer,
        external_id, notes;
    str utm[UTM_COUNT];
    struct str_list tags, add_tags, remove_tags;
    int64_t redirect_status, max_clicks;
    int64_t valid_from_ms, valid_until_ms;
    bool forward_query, enabled, archived, crawlable;
    bool apply_template; /* absent: for a new link yes, for a patch no */
    str query_conflict;  /* "target" | "visitor" */
    const struct json *metadata;
    str if_exists;                 /* "create" | "return" | "update" | "fail" */
    const struct live_draft *live; /* the targets and rules to make with the link; NULL = none */
    struct json_presence presence;
};
enum link_field {
    LF_URL,
    LF_ALIAS,
    LF_DOMAIN,
    LF_TITLE,
    LF_TAGS,
    LF_ADD_TAGS,
    LF_REMOVE_TAGS,
    LF_CAMPAIGN,
    LF_CHANNEL,
    LF_SOURCE,
    LF_UTM_SOURCE,
    LF_UTM_MEDIUM,
    LF_UTM_CAMPAIGN,
    LF_UTM_TERM,
    LF_UTM_CONTENT,
    LF_UTM_ID,
    LF_REDIRECT_STATUS,
    LF_VALID_FROM,
    LF_VALID_UNTIL,
    LF_MAX_CLICKS,
    LF_FALLBACK_URL,
    LF_FORWARD_QUERY,
    LF_QUERY_CONFLICT,
    LF_CLICK_ID_PARAM,
    LF_ENABLED,
    LF_ARCHIVED,
    LF_CRAWLABLE,
    LF_OWNER,
    LF_CUSTOMER,
    LF_EXTERNAL_ID,
    LF_NOTES,
    LF_METADATA,
    LF_APPLY_TEMPLATE,
    LF_IF_EXISTS,
    LF_COUNT
};
extern const struct json_field link_draft_fields[LF_COUNT];
/* An empty draft: nothing present, defaults in place (forward_query, enabled true, redirect_status 302, times
 * TIME_NONE). */
void link_draft_init(struct link_draft *self);
/* From a JSON object, onto an initialised draft (fields set before stay); a null gives the field its default and marks
 * it present. Reserved names (password, og) are refused with code "not_available_yet", rules and targets, which are no
 * fields of a link, with "not_changeable", values outside a short list (redirect_status, query_conflict, if_exists)
 * with "not_allowed". On failure `out` is untouched. */
enum err link_draft_decode(struct arena *arena, const struct json *object, struct link_draft *out, struct fault *fault);
/* Set one field from text (form fields, import columns, CLI flags): the same checks, and "invalid_utf8"; empty or blank
 * text leaves the field as it was. Lists are comma-separated; booleans are true/false, 1/0, yes/no, on/off, 是/否;
 * metadata is JSON. The value is copied into the arena. */
enum err link_draft_set_text(struct arena *arena, struct link_draft *self, const char *name, str value,
                             struct fault *fault);
bool link_draft_has(const struct link_draft *self, enum link_field field);

/* Checks and applies a draft onto a link (fresh or stored): normalised URL, ranges, valid_from < valid_until, keys
 * (campaign, channel, tags: UTF-8, trimmed, no control characters, no ','), metadata (<= 20 keys, scalar values). Texts
 * go into the arena. domain, owner and alias are resolved by the caller: only their text is copied, the alias to the
 * front of `aliases` (a null alias empties them). Where the key of campaign, channel, owner or domain changed, its id
 * is set to 0. With `patch`, absent fields keep; without, they get defaults (all but domain, owner and aliases, which
 * are not the draft's alone) and url is required. Tags: `tags` replaces, then remove_tags, then add_tags. On failure
 * the link is untouched. Codes besides url_check's: required, control_character, bad_character, reserved, too_many,
 * too_long, bad_key, wrong_type, out_of_order. */
enum err link_apply(struct arena *arena, struct link *link, const struct link_draft *draft,
                    const struct url_policy *policy, bool patch, struct fault *fault);
/* A link with defaults and TIME_NONE in its times. */
void link_init(struct link *self);

#endif
