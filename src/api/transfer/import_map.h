/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_IMPORT_MAP_H
#define LINKPOND_API_IMPORT_MAP_H

#include "linkpond/api/csv_reader.h"
#include "linkpond/api/import_columns.h"
#include "linkpond/base/zone.h"
#include "linkpond/engine/editor.h"

/*
 * What the columns of somebody's file mean. Files come from here or from another shortener, so each column has many
 * names; they are compared without case, blanks and punctuation. Pure.
 */

/* ---- columns ------------------------------------------------------------------------------------------------- */
struct import_map {
    struct {
        const struct column_name *name; /* NULL = not used */
        bool short_name;                /* a COLUMN_EITHER that holds the short name */
    } columns[CSV_COLUMNS_MAX];
    size_t count;
    const char *tool; /* whose export it looks like; NULL = it could be anybody's */
    bool has_title;
    bool ours; /* an export of this program: lists are split at commas only, unknown domains are refused unless one is
                  asked for */
};
/* ERR_INVALID (field "header") when no column holds target URLs; the fault names what was seen. */
enum err import_map_read(struct import_map *self, const struct csv_row *header, struct fault *fault);

/* ---- rows ---------------------------------------------------------------------------------------------------- */
struct import_rules {
    const struct zone *zone; /* of times without an offset */
    str domain;              /* host of rows that name none of ours; empty = the default */
    const str *hosts;        /* our domains */
    size_t hosts_count;
};
#define IMPORT_NAMES_MAX 16
struct import_row {
    struct link_draft draft; /* alias = the first of the names */
    struct import_extra extra;
    str names[IMPORT_NAMES_MAX]; /* every code and alias the link had, the one shown first; no doubles */
    size_t names_count;
};
/* One row in the arena. ERR_INVALID with the field and a code of link_draft_set_text, or "not_a_time", "wrong_type",
 * "line_too_long". ERR_NOMEM. False in *blank unless no cell has text. */
enum err import_map_row(const struct import_map *self, struct arena *arena, const struct import_rules *rules,
                        const struct csv_row *row, struct import_row *out, bool *blank, struct fault *fault);

/* ---- values -------------------------------------------------------------------------------------------------- */
/* RFC 3339, "2026-11-22 10:04[:51[.123]]" and "2026-11-22" (also with '/') in `zone`, "… UTC", Unix seconds or
 * milliseconds. A plain date is the start of that day, or the start of the next when `end_of_day`: who writes
 * "valid until Friday" means Friday to be in. False when it is none of these. */
bool import_time(str text, const struct zone *zone, bool end_of_day, int64_t *ms);
/* The code within a short URL ("https://bit.ly/abc?x", and when `bare_host` also "bit.ly/abc"), percent-decoded in the
 * arena; a text that is no URL stays as it is without a leading slash. *host is empty when none was written. */
str import_name(struct arena *arena, str text, bool bare_host, str *host);

#endif
