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
/* Which entry of the file an address has; 0 = none. *bits: how many of the 128 bits of the address decided. */
uint64_t geo_mmdb_locate(const struct geo_mmdb *self, const struct addr *ip, unsigned *bits);
void geo_mmdb_read(const struct geo_mmdb *self, const struct countries *countries, bool english, uint64_t entry,
                   struct place *out);

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
/* Finding an entry is cheap and reading it is not, while many networks share one: so these are two steps. */
struct geo_spot {
    uint64_t entry; /* 0 = the file does not know */
    bool whole;     /* so for all of the /24 or /48 */
};
struct geo_spot geo_file_locate(const struct geo_file *self, const struct addr *ip);
void geo_file_read(const struct geo_file *self, bool english, uint64_t entry, struct place *out);

#endif
