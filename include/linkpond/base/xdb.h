/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_XDB_H
#define LINKPOND_BASE_XDB_H

#include "linkpond/base/addr.h"

/*
 * An xdb file of ip2region (https://ip2region.net/doc/xdb/structure) in memory: ranges of addresses to texts. Numbers
 * are little endian.
 *
 *   256 bytes     u16 version (2, 3), u16 index policy, u32 made at (seconds), u32 place of the first entry, u32 place
 *                 of the last; in version 3 also u16 IP version (4, 6), u16 bytes of a pointer (4). Version 2 is IPv4
 *   65536 x 8     by the first two bytes of an address: u32 place of the first entry, u32 end of the last; 0, 0 = none
 *   texts
 *   entries       first and last address (IPv4: a little endian number; IPv6: 16 bytes as on the wire), u16 length and
 *                 u32 place of the text; in order of address
 *
 * Opening reads the whole index, so that a file cut short is refused; reading trusts nothing all the same. Pure; the
 * bytes are borrowed.
 */
struct xdb {
    str bytes;
    unsigned ip_version; /* 4, 6 */
    int64_t made_ms;     /* 0 = not said */
    size_t entry_bytes, first, count;
};
/* ERR_CORRUPT says what is wrong; *out is then untouched. */
enum err xdb_open(str bytes, struct xdb *out, struct fault *fault);

struct xdb_entry {
    struct addr first, last;
    str text; /* within the file's bytes; may be any bytes */
};
/* False: the file does not know that address (or that kind of address). */
bool xdb_find(const struct xdb *self, const struct addr *addr, struct xdb_entry *out);
/* index < self->count */
void xdb_entry_at(const struct xdb *self, size_t index, struct xdb_entry *out);

#endif
