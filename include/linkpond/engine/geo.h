/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_GEO_H
#define LINKPOND_ENGINE_GEO_H

#include "linkpond/base/addr.h"
#include "linkpond/model/place.h"

/*
 * Where an address is, by files that the operator names: MaxMind's mmdb and ip2region's xdb, told apart by what is in
 * them. Of several files each is asked, and a field is the first one's that knows it, so that IPv4, IPv6 and carriers
 * may come from files of their own.
 *
 * A file is held in memory as a copy of its own: who writes over it in place (cp) must not be able to take pages away
 * under the reader, which would end the process. A new copy is read and looked through by whoever calls geo_refresh;
 * the writer's thread takes it over when it next asks. What cannot be read is refused and the one before stays.
 */
struct geo;
struct geo_opts {
    const str *files; /* paths, at most LIMIT_GEO_FILES; copied */
    size_t files_count;
    bool english;                /* names of mmdb files in English; else in Chinese where they have them */
    const char *recognition_dir; /* for a countries.tsv of one's own; NULL = built in. Borrowed */
};
struct geo_info {
    char kind[64];    /* "GeoLite2-City", "ip2region IPv4" */
    int64_t built_ms; /* 0 = not said */
    int64_t bytes;
};
struct geo *geo_new(const struct geo_opts *opts); /* nothing is read yet; NULL: out of memory */
void geo_free(struct geo *self);
size_t geo_count(const struct geo *self); /* files named */
str geo_path(const struct geo *self, size_t index);
/* Files in use; any thread. */
size_t geo_in_use(const struct geo *self);
/* Reads that file if it has changed since it was looked at last (size, times, inode), or in any case. Any thread but
 * the writer's; may take long. OK with taken->bytes 0: nothing new. On an error (ERR_NOT_FOUND, ERR_CORRUPT, ERR_BUSY:
 * it changed while it was read…) the fault says why in a sentence, and it is told once: the next call is OK until the
 * file changes again. */
enum err geo_refresh(struct geo *self, size_t index, bool in_any_case, struct geo_info *taken, struct fault *fault);

/* ---- the writer's thread */

/* Takes over what was read. True: answers may differ from those before, whose texts are gone. */
bool geo_turn(struct geo *self);
/* Nothing for addresses that are private or not known. Texts are lent until the next geo_turn. True: the answer is the
 * same for all addresses that share the part which the ledger keeps (/24, /48). */
bool geo_find(struct geo *self, const struct addr *ip, struct place *out);

/* ---- threads that answer visits */

/* The same inside a read section of the cache; texts are lent until it ends. Reads the file each time: 1 to 3 us. */
void geo_find_shared(const struct geo *self, const struct addr *ip, struct place *out);

/* ---- beside an engine */

/* Is that file one, and what? Reads it whole. */
enum err geo_look(const char *path, struct geo_info *out, struct fault *fault);

#endif
