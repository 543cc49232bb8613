/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_IMPORT_COLUMNS_H
#define LINKPOND_API_IMPORT_COLUMNS_H

#include "linkpond/base/err.h"

/* Which words at the head of a column mean what. */
enum column {
    COLUMN_URL,
    COLUMN_NAMES,     /* several, one a line or separated by commas */
    COLUMN_ALIAS,     /* a name */
    COLUMN_CODE,      /* a name */
    COLUMN_SHORT_URL, /* a name within a URL */
    COLUMN_EITHER,    /* the target, unless another column is; then a name within a URL */
    COLUMN_TITLE,
    COLUMN_TEXT_ABOUT, /* the title, unless another column is; then notes */
    COLUMN_NOTES,
    COLUMN_TAGS,
    COLUMN_CREATED,
    COLUMN_CLICKS,
    COLUMN_FROM,
    COLUMN_UNTIL,
    COLUMN_DOMAIN,
    COLUMN_PASSWORD,
    COLUMN_PLAIN, /* the field that `field` names, as link_draft_set_text takes it */
};
struct column_name {
    const char *name; /* lower case, letters and digits only; other bytes as they are */
    enum column column;
    uint8_t rank;
    const char *field; /* of the draft, for COLUMN_PLAIN */
};
#define COLUMN_WORD_MAX 96
/* A header cell as it is compared: "Short URL", "short_url" and "shortUrl" are one word. Lent from memory. */
str column_word(str header, char out[COLUMN_WORD_MAX]);
/* Of a header cell: compared by ASCII letters and digits in any case, and by all other bytes outside ASCII. NULL when
 * the word means nothing to us. */
const struct column_name *column_find(str header);

#endif
