/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_PLACE_H
#define LINKPOND_MODEL_PLACE_H

#include "linkpond/base/err.h"

/*
 * Where an address is, as a geo file says it. country: ISO 3166-1 alpha-2 where it is known, else the file's name for
 * it; region and city: names; carrier: the network's operator. Empty = not known. Slices are borrowed.
 */
struct place {
    str country, region, city, carrier;
};

/* Names of countries to codes (config/countries.tsv), compiled once, then read by any thread. */
struct countries;
/* ERR_INVALID names file and line. Keeps copies of its own. */
enum err countries_compile(str text, struct countries **out, struct fault *fault);
void countries_free(struct countries *self);
/* The code of a name in Chinese or English, exactly as written; empty when it is not known. Lives as long as the table.
 */
str countries_code(const struct countries *self, str name);

/* A value as it may be stored: trimmed, at most LIMIT_PLACE bytes, empty when it is no clean UTF-8 or one of the words
 * by which files say that they do not know ("0", "内网IP", "Reserved"). */
str place_text(str text);
/* A code (in capitals), or a name that has one, or else the name. */
str place_country(const struct countries *countries, str text);

/*
 * The texts of ip2region. Four fields are country|region|city|carrier. Of five fields there are two kinds: since 2025
 * the fifth is the country's code, before that the second was an area that is left out here. A whole file is of one
 * kind; place_has_code tells by one text (true, false), and true of any text of a file decides it. More fields, which
 * people add of their own, are passed over.
 */
bool place_has_code(const struct countries *countries, str text);
void place_read(const struct countries *countries, bool has_code, str text, struct place *out);

#endif
