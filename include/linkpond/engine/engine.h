/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_ENGINE_H
#define LINKPOND_ENGINE_ENGINE_H

#include "linkpond/engine/cache.h"
#include "linkpond/engine/click_keyring.h"
#include "linkpond/engine/destination_lists.h"
#include "linkpond/engine/editor.h"
#include "linkpond/engine/geo.h"
#include "linkpond/engine/intake.h"
#include "linkpond/engine/joiner.h"
#include "linkpond/engine/journal.h"
#include "linkpond/engine/landings.h"
#include "linkpond/engine/last_uses.h"
#include "linkpond/engine/notifier.h"
#include "linkpond/engine/presses.h"
#include "linkpond/engine/readers.h"
#include "linkpond/engine/reporter.h"
#include "linkpond/engine/resolver.h"
#include "linkpond/engine/rewriter.h"
#include "linkpond/engine/visitor_numbers.h"
#include "linkpond/engine/writer.h"
#include "linkpond/model/identity.h"

/*
 * The running whole of a data folder, owned by main and passed down. Opening takes the folder's lock, opens the
 * database, replays the journal's unread tail into the ledger's reach, loads the cache, starts the writer and the
 * janitor.
 *
 * A data folder (0700): linkpond.db, journal/, lock, listen.json, and while a daemon serves it local.key (0600), with
 * which the command line asks that daemon (docs/decisions/0003-the-command-line-is-an-api-client.md).
 */

/* Which visitors get a number by cookie. */
enum visitor_cookie_mode { VISITOR_COOKIE_OFF, VISITOR_COOKIE_CONVERSION, VISITOR_COOKIE_ALL };

/* Texts are borrowed and live as long as the engine. */
struct engine_opts {
    const char *data_dir;
    unsigned lanes; /* redirect threads; at least 1 */
    int64_t cache_bytes;
    uint32_t segment_bytes;
    enum journal_fsync fsync;
    int64_t journal_keep_bytes;
    bool strict_clicks;   /* click_policy = strict */
    const char *timezone; /* IANA name */
    const char *currency; /* ISO 4217, of amounts that name none; NULL = CNY */
    enum visitor_cookie_mode visitor_cookie;
    int64_t repeat_window_ms;
    int64_t fold_rows, chunk_rows;
    int code_length;
    bool sequential_codes, strict_dictionary, allow_private_targets, normalise_utm;
    bool notify_allow_private; /* notices may be posted to addresses of our own network */
    bool editors_see_own;      /* users of role editor are bound to their own links */
    const str *extra_schemes;
    size_t extra_schemes_count;
    const str *reserved;
    size_t reserved_count;
    const str *geo_files; /* geo.h */
    size_t geo_files_count;
    bool geo_english;
    const char *recognition_dir; /* NULL = built-in; files found here replace those of the same name */
    const char *backup_dir;      /* NULL = no scheduled backups */
    int64_t backup_every_ms;
    int64_t click_retention_ms; /* 0 = for ever */
    int64_t audit_retention_ms; /* likewise */
    int64_t radar_retention_ms; /* likewise */
    int64_t bin_keep_ms;
    /* Addresses people use, for short_url and for redirects to the public plane. */
    const char *public_url;  /* base of /-/ paths; NULL = the public listener's address */
    const char *admin_url;   /* base of the API and the desk; NULL = the admin listener's address */
    const char *abuse_email; /* shown on previews; NULL = none */
    /* The page where anybody may make a link. */
#define PUBLIC_PAGE STR("public-page") /* created_by of such a link, and its tag */
    bool public_create;
    int64_t public_create_days, public_create_per_hour; /* how long such a link works; how many there may be */
    int64_t public_create_keep_ms;                      /* so long after its end it goes to the bin; 0 = never */
    const char *public_create_owner;                    /* key of the user whose they are; NULL = nobody's */
};
struct engine {
    struct engine_opts opts;
    const struct zone *zone;
    str currency; /* of amounts that name none */
    unsigned node;
    bool fold_case;
    bool demo; /* the folder is marked: its figures are made up */
    int64_t started_ms;
    struct cache *cache;
    struct destination_lists *destinations;
    struct live_places *places;
    struct live_visitors *visitors;
    struct resolver *resolver;
    struct journal *journal;
    struct writer *writer;
    struct presses *presses;
    struct last_uses *last_uses;
    struct readers *readers;
    struct report_helper *report_helper; /* NULL on one core */
    struct editor *editor;
    struct janitor *janitor;
    struct rewriter *rewriter;
    struct deals deals;
    struct landings *landings;         /* what landing pages report */
    struct notifier *_Atomic notifier; /* NULL until engine_notify */
    struct radar_watch *radar;         /* likewise */
    struct geo *geo;                   /* NULL = no files are named */
    struct turnstile *pictures;        /* who has a picture read (image.h) */
    struct visitor_numbers visitor_numbers;
    uint8_t cookie_key[16];
    struct click_keyring click_keys;
    uint8_t seal_key[SEAL_KEY_BYTES];         /* of what is kept to be used as it is: robots' addresses and secrets */
    uint8_t identity_key[IDENTITY_KEY_BYTES]; /* of what is kept of phones and mail addresses */
    _Atomic uint64_t clicks_answered, clicks_dropped, unknown_excess;
    _Atomic int64_t local_key_id; /* row of the local command line's key; 0 until it has one */
    int lock_fd;
    /* The engine's own. */
    struct db *db; /* the writer's from start to stop */
    struct code_cipher *cipher;
    struct recognition rules;           /* those of the start */
    struct agent_rules *resolver_rules; /* after a reload */
    /* Those of the start or of the last reload, for what channels are called; used within a read section (cache.h). */
    struct source_rules *_Atomic sources;
    bool local_key_written;
};

/* Makes a data folder (and sets the process umask to 077, as engine_open does): database, keys, default domain, user
 * admin, one admin key (shown once). ERR_CONFLICT when it is one already. */
struct engine_init_opts {
    const char *data_dir;
    const char *domain; /* HOST or HOST:PORT; NULL = localhost:8080 */
    const char *scheme; /* http | https; NULL = http for a loopback host, else https */
    bool fold_case;
    bool demo; /* marked */
};
enum err engine_init(const struct engine_init_opts *opts, char secret[KEY_SECRET_MAX], struct fault *fault);

/* ERR_BUSY when another process has the folder (the fault says which pid), ERR_NEWER_SCHEMA, ERR_CORRUPT, ERR_NOT_FOUND
 * (not a data folder). */
enum err engine_open(const struct engine_opts *opts, struct engine **out, struct fault *fault);
/* Stops threads, ingests what is journalled, checkpoints, releases the lock. */
void engine_close(struct engine *self);

/* Makes and reads click ids, for one thread; click_ids_free() it. NULL: out of memory. */
struct click_ids *engine_click_ids(struct engine *self);

/* From now on notices are sent: a daemon's to do, not that of a command that has the folder open for a moment. */
enum err engine_notify(struct engine *self, struct fault *fault);

/* A folder whose figures are made up is marked, so that nobody takes them for real, and so that it can be removed by a
 * command without a question. */
enum err engine_mark_demo(struct engine *self, struct fault *fault);
/* Removes what the program has made in a marked folder that nobody has open, the mark last, then the folder itself
 * unless something else is in it. ERR_NOT_FOUND: no data folder; ERR_FORBIDDEN: not marked; ERR_BUSY. */
enum err engine_remove_demo(const char *data_dir, struct fault *fault);

/* A new secret for the key row "local command line", which is made when missing; the one before stops working. With
 * `publish` it is also written to DIR/local.key, readable by the folder's owner only, until engine_close. */
#define ENGINE_LOCAL_KEY_NAME STR("local command line")
enum err engine_local_key(struct engine *self, bool publish, char secret[KEY_SECRET_MAX], struct fault *fault);
/* While no admin has a password or a one-time link that still works: one for the first of them, so that a browser can
 * sign in without any default password. *made tells. */
enum err engine_first_link(struct engine *self, char secret[USER_TOKEN_MAX], bool *made, struct fault *fault);
/* A copy of the database at path, one snapshot, checked before it gets that name. Replaces a file. */
enum err engine_backup(struct engine *self, const char *path, struct fault *fault);
/* SIGHUP: recognition files again; broken ones are refused and the old stay. */
enum err engine_reload(struct engine *self, struct fault *fault);
/* Geo files that have changed are read, in_any_case all of them; one that cannot be is refused, logged once, and the
 * one before stays. May take long. */
void engine_refresh_geo(struct engine *self, bool in_any_case);
/* The ledger's balance: journalled = ingested + lag. */
struct engine_balance {
    uint64_t answered, journalled, ingested, dropped, lag_records;
    int64_t lag_ms;
};
void engine_balance(const struct engine *self, struct engine_balance *out);
/* No click with an earlier time will still come into the ledger: each lane fills a segment of its own, so young clicks
 * of one may be rows before older ones of another. Whoever follows the ledger by time reads up to here. */
int64_t engine_settled_ms(const struct engine *self);

#endif
