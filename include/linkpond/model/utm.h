/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_UTM_H
#define LINKPOND_MODEL_UTM_H

#include "linkpond/base/limits.h"
#include "linkpond/model/click.h"

/*
 * One spelling for one thing. Reports fall apart when the same place is written three ways, so UTM values are compared
 * folded. utm_id names a campaign in somebody else's system and is never touched: the dictionary holds the first five.
 */
#define UTM_DICTIONARY_COUNT UTM_ID
/* The field of that name; -1 when there is none. */
int utm_find(str name);

/* What two spellings of a value have in common: A-Z in lower case, full-width forms (U+FF01..U+FF5E) as ASCII, runs of
 * blanks (space, tab, U+00A0, U+3000) as one space, none at the ends. Nothing else is alike. Never longer than the
 * value; lent from memory; of a value longer than LIMIT_UTM the start. Folding what is folded changes nothing. */
str utm_fold(str value, char memory[LIMIT_UTM]);

#endif
