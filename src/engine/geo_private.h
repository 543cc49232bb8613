/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_GEO_PRIVATE_H
#define LINKPOND_SRC_ENGINE_GEO_PRIVATE_H

#include "linkpond/engine/geo.h"

/* ---- mmdb files (geo.c): the only place that knows libmaxminddb. */

struct geo_mmdb;
/* Do these bytes end like an mmdb file? */
bool geo_mmdb_is(str bytes);
/* By a path that stays the same file as long as the handle lives. */
enum err geo_mmdb_open(const char *path, struct geo_mmdb **out, struct geo_info *info, struct fault *fault);
void geo_mmdb_close(struct geo_mmdb *self);
/* *bits: how many of the 128 bits of the address decided. */
void geo_mmdb_find(const struct geo_mmdb *self, const struct countries *countries, bool english, const struct addr *ip,
                   struct place *out, unsigned *bits);

/* ---- one file of either kind (geo_file.c). It never changes, and any thread may read it. */

struct geo_file;
/* What tells one state of a file from another. All zero: there is none. */
struct geo_stamp {
    uint64_t device, inode;
    int64_t bytes, modified_s, modified_ns, changed_s, changed_ns;
};
void geo_stamp_of(const char *path, struct geo_stamp *out);
bool geo_stamp_eq(const struct geo_stamp *a, const struct geo_stamp *b);
/* Takes `countries` over, also on an error. One user. */
enum err geo_file_open(const char *path, struct countries *countries, struct geo_file **out, struct geo_info *info,
                       struct fault *fault);
struct geo_file *geo_file_share(struct geo_file *self); /* one user more */
void geo_file_close(struct geo_file *self);             /* one less; NULL is fine */
/* True: so for all of the /24 or /48. */
bool geo_file_find(const struct geo_file *self, bool english, const struct addr *ip, struct place *out);

#endif
