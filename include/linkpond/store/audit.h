/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_STORE_AUDIT_H
#define LINKPOND_STORE_AUDIT_H

#include "linkpond/base/json.h"
#include "linkpond/store/db.h"

/* Who changed what, from what to what. A line is inserted in the transaction of the change itself, so either both are
 * there or neither. Secrets never come here. */
struct audit_line {
    int64_t id;
    int64_t time_ms;
    int64_t user_id; /* who; 0 = nobody who is known */
    str user;        /* their key; read only */
    str user_name;   /* read only */
    int64_t key_id;  /* by which API key; 0 = signed in by password */
    str key_name;    /* read only */
    str action;      /* "link.update" */
    str kind;        /* of the object: "link", "user" … */
    int64_t object_id;
    str name;    /* what the object was called then */
    str changes; /* JSON object: field to [before, after]; empty = none */
    str client;  /* network of who signed in */
};
/* Sets line->id. */
enum err audit_insert(struct db *db, struct audit_line *line);
/* Of a line that grows while its work goes on, as an import's does. */
enum err audit_change(struct db *db, int64_t id, str changes);
/* What a purge takes away is not kept here either: its lines stay, what they say goes. */
enum err audit_forget(struct db *db, str kind, int64_t object_id);
/* At most `limit` lines that are older; *deleted tells how many went. */
enum err audit_purge(struct db *db, int64_t before_ms, int64_t limit, int64_t *deleted);

struct audit_filter {
    str kind;               /* empty = any */
    int64_t object_id;      /* 0 = any; with a kind */
    str name;               /* empty = any; with a kind, of what is not there any more */
    int64_t user_id;        /* who; 0 = anybody */
    int64_t owner_id;       /* only lines of links that this user owns now; 0 = all */
    int64_t from_ms, to_ms; /* [from, to); TIME_NONE (INT64_MIN) */
    int64_t before_id;      /* 0 = the latest */
    size_t limit;
};
/* The latest first, into the arena; *more: there are older ones. */
enum err audit_list(struct db *db, struct arena *arena, const struct audit_filter *filter, struct audit_line **out,
                    size_t *count, bool *more);

/* ---- a line in the making ---------------------------------------------------------------------------------------- */
/* What one edit has changed, field by field: what is the same on both sides is left out, long texts are cut. The line's
 * action is "<kind>.<verb>". Texts of kind, verb and name are borrowed until it is written. */
#define AUDIT_CHANGES_MAX ((size_t)32 * 1024) /* every text field of a link, cut, with its escapes */
#define AUDIT_TEXT_MAX    256                 /* of one value; the rest is told by an ellipsis */
struct audit_note {
    struct audit_line line;
    char action[48];
    struct json_writer json;
    struct buf text;
    bool changed;
    char memory[AUDIT_CHANGES_MAX];
};
void audit_begin(struct audit_note *self, const char *kind, const char *verb, int64_t object_id, str name);
/* Empty texts, 0 as an id and TIME_NONE are written as null. */
void audit_text(struct audit_note *self, const char *field, str before, str after);
void audit_list_of(struct audit_note *self, const char *field, const struct str_list *before,
                   const struct str_list *after);
void audit_i64(struct audit_note *self, const char *field, int64_t before, int64_t after);
void audit_bool(struct audit_note *self, const char *field, bool before, bool after);
void audit_time(struct audit_note *self, const char *field, int64_t before_ms, int64_t after_ms);
/* Writes the line; with `only_if_changed` nothing when nothing has. */
enum err audit_end(struct audit_note *self, struct db *db, int64_t user_id, int64_t key_id, int64_t now_ms,
                   bool only_if_changed);

#endif
