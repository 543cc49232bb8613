/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_LOCATION_H
#define LINKPOND_MODEL_LOCATION_H

#include "linkpond/base/buf.h"

/*
 * The address answered, as the ledger keeps it. What the visit's own parameters added to it stands in the click's query
 * already, and one ad click id makes an address that never comes again; so the address is kept without them, which is
 * the same for all clicks of a link, and beside it a form says where they were. Joined again it is the same byte for
 * byte, whatever becomes of the rules by which parameters join a target. Pure.
 *
 * A form is a list of what stands between '&', behind the first '?' and before the first '#':
 *   0-9 A-Z   that piece of the query, counted from 0
 *   *         all pieces of the query
 *   a-z       so many (1-26) pieces of the address
 *   +         all pieces of the address that are left
 *   @         the next piece of the address with the request id behind it
 */
#define LOCATION_PIECES_MAX 64 /* an address with more is kept whole */
#define LOCATION_FORM_MAX   (2 * LOCATION_PIECES_MAX)

/* False: it is kept as it is, and `base` and `form` are nothing. Both buffers are reset first; `base` has to take
 * location.len bytes. query: as the click keeps it. */
bool location_split(str location, str query, str request_id, struct buf *base, struct buf *form);
/* False: not what location_split makes, or `out` is too small. */
bool location_join(str base, str form, str query, str request_id, struct buf *out);

#endif
