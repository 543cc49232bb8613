/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_KNOWN_VISITS_H
#define LINKPOND_ENGINE_KNOWN_VISITS_H

#include "linkpond/base/hash.h"
#include "linkpond/model/record.h"
#include "linkpond/store/clicks.h"

/*
 * What recognition and attribution said of a visit, kept under everything they looked at: browser, language, package,
 * referrer, query, host, signals and what the link says of itself. Which link it was, where it led, when and from which
 * address is not part of it, so one entry serves every link of a campaign. At most KNOWN_VISITS entries of some 300
 * bytes; a new visit takes the place of the one whose hash meets it. Writer thread only.
 */
#define KNOWN_VISITS 4096
struct known_visits;

struct known_visits *known_visits_new(void); /* NULL: out of memory */
void known_visits_free(struct known_visits *self);
/* Other rules, or a rollback that took terms away. */
void known_visits_forget(struct known_visits *self);

/* True: class, signals, source, channel, scene, QR and every value that is not of the one click are in `row`; the
 * others (KNOWN_VISITS_OWN_COLUMNS) are empty. False: `row` is untouched, and what is kept next is this visit.
 * `user_agent` stands for the record's as stored: its digest under a secret. */
bool known_visits_find(struct known_visits *self, const struct record *record, struct hash128 user_agent,
                       struct click_row *row);
/* After a find that missed: that visit's row. Not kept when a text of it is in the row itself. */
void known_visits_keep(struct known_visits *self, const struct click_row *row);

/* CLICK_BIT of the columns that are of the one click. */
#define KNOWN_VISITS_OWN_COLUMNS                                                                                       \
    (CLICK_BIT(CLICK_CODE) | CLICK_BIT(CLICK_TARGET) | CLICK_BIT(CLICK_LOCATION) | CLICK_BIT(CLICK_LOCATION_FORM) |    \
     CLICK_BIT(CLICK_REQUEST_ID) | CLICK_BIT(CLICK_COUNTRY) | CLICK_BIT(CLICK_REGION) | CLICK_BIT(CLICK_CITY) |        \
     CLICK_BIT(CLICK_CARRIER))

#endif
