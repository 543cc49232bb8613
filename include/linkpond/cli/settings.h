/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_CLI_SETTINGS_H
#define LINKPOND_CLI_SETTINGS_H

#include "linkpond/base/json.h"
#include "linkpond/http/router.h"

/*
 * What an operator may choose. One row per setting: the sample file, `serve --help` and the environment's names come
 * from the table. Later layers win: built-in value, settings file, environment (LINKPOND_ and the name in capitals),
 * flag (--name-with-dashes). The file is FILE of --config, else DIR/linkpond.conf, else /etc/linkpond.conf.
 */
enum setting_type {
    SETTING_TEXT,     /* const char * */
    SETTING_LISTEN,   /* const char *: HOST:PORT, port 0 = any */
    SETTING_URL,      /* const char *: http(s)://HOST[:PORT][/PATH] without a trailing slash; "" = not set */
    SETTING_ZONE,     /* const char *: an IANA name; "" = the system's */
    SETTING_CURRENCY, /* const char *: a code of ISO 4217 in capitals */
    SETTING_BYTES,    /* int64_t: 4096, 64KiB, 256MiB, 2GiB */
    SETTING_DURATION, /* int64_t ms: 500ms, 30s, 30m, 24h, 30d; 0 needs no unit */
    SETTING_INT,      /* int64_t */
    SETTING_BOOL,     /* bool: true, false, yes, no, on, off, 1, 0 */
    SETTING_CHOICE,   /* int64_t: place in `choices` */
    SETTING_LIST,     /* struct str_list: comma-separated, trimmed, empty items left out */
    SETTING_PATHS,    /* struct str_list of files, at most LIMIT_GEO_FILES */
    SETTING_NETS,     /* struct str_list of addresses or networks, like 10.0.0.0/8 */
    SETTING_ORIGINS,  /* struct str_list of scheme://host[:port] */
};
struct setting {
    const char *name;
    enum setting_type type;
    int64_t min, max;     /* of bytes, ms and integers */
    const char *choices;  /* "a|b" of a choice */
    const char *fallback; /* the built-in value, as written in a file */
    size_t offset;        /* in struct settings */
    bool reloads;         /* SIGHUP puts a new value in force; others wait for a restart */
    const char *help, *help_zh;
};

/* Places of SETTING_CHOICE values. */
enum { CODE_STYLE_RANDOM, CODE_STYLE_SEQUENTIAL };
enum { CLICK_POLICY_SERVE, CLICK_POLICY_STRICT };
enum { EDITORS_SEE_ALL, EDITORS_SEE_OWN };
enum { GEO_LANGUAGE_ZH, GEO_LANGUAGE_EN };

#define SETTINGS_MAX 64

struct settings {
    const char *listen, *admin_listen, *public_listen;
    const char *public_url, *admin_url, *abuse_email;
    bool public_create;
    int64_t public_create_days, public_create_keep_days, public_create_per_hour;
    const char *public_create_owner;
    struct str_list trusted_proxies, cors_origins;
    const char *timezone, *currency;
    int64_t code_length, code_style, editors_see;
    struct str_list extra_schemes;
    bool strict_dictionary, utm_normalise, allow_private_targets, notify_allow_private;
    int64_t visitor_cookie;      /* enum visitor_cookie_mode */
    int64_t click_policy, fsync; /* fsync: enum journal_fsync */
    int64_t journal_segment_bytes, journal_keep_bytes;
    int64_t repeat_window_ms, fold_rows, chunk_rows, click_retention_ms, audit_retention_ms, radar_retention_ms,
        bin_keep_ms;
    const char *recognition_dir, *backup_dir;
    struct str_list geo_file;
    int64_t geo_language;
    int64_t backup_every_ms;
    int64_t cache_bytes, redirect_threads, idle_timeout_ms, request_deadline_ms;
    int64_t log_level; /* enum log_level */
    /* By row of the table: FILE:LINE, LINKPOND_NAME or "command line"; NULL = built in. */
    const char *where[SETTINGS_MAX];
};

/* Ends with a row whose name is NULL. */
extern const struct setting settings_table[];
/* By name, with dashes or underscores; NULL when there is none. */
const struct setting *setting_find(str name);

struct setting_flag {
    const struct setting *setting;
    const char *value;
};
struct settings_input {
    const char *config; /* the file named by --config, which must exist; NULL = the usual places */
    const char *data_dir;
    char *(*env)(const char *name); /* getenv; NULL = no environment */
    const struct setting_flag *flags;
    size_t flags_count;
};
/* Fills *out, whose texts live in the arena; untouched unless OK. ERR_USAGE: an unknown name, a bad value, a line that
 * cannot be read; the fault names file:line, variable or flag, the value, and what is allowed. ERR_NOT_FOUND: the named
 * file is missing. */
enum err settings_load(struct arena *arena, const struct settings_input *input, struct settings *out,
                       struct fault *fault);
/* The settings file that settings_load would read; NULL when there is none. */
const char *settings_file(struct arena *arena, const struct settings_input *input);

/* One value. On ERR_USAGE (or ERR_NOMEM) `field` is untouched. */
enum err setting_parse(struct arena *arena, const struct setting *setting, str text, void *field);
/* What is allowed, as the end of a sentence: "must be a duration from 1s to 1h". */
void setting_allowed(const struct setting *setting, bool chinese, struct buf *out);
/* The value in force, as it would be written in a file. */
void setting_write(const struct setting *setting, const struct settings *settings, struct buf *out);
bool setting_equal(const struct setting *setting, const struct settings *a, const struct settings *b);

/* All rows as the API shows them; NULL when memory ran out. */
const struct setting_shown *settings_shown(struct arena *arena, const struct settings *settings);

/* A settings file in which every setting is shown, commented out, with its help in both languages. */
void settings_sample(struct buf *out);
/* The lines of `serve --help`. */
void settings_help(bool chinese, struct buf *out);

#endif
