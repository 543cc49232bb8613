/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_STORE_LINKS_TEXT_H
#define LINKPOND_SRC_STORE_LINKS_TEXT_H

#include "linkpond/store/link_columns.h"

/* Which links have a text in their target, title, code, notes or an alias. A look at one costs some microseconds, at
 * all of a block as much as at a few dozen. */

/* Steps a statement whose first parameter is a link: is there such a row? */
static inline bool links_check(struct stmt *row, int64_t id)
{
    stmt_again(row);
    stmt_put_i64(row, 1, id);
    return stmt_next(row);
}

/* For links_check; the caller resets it. */
struct stmt *links_text_check(struct db *db, str text);
/* Of the block that begins with that id: hits[i] is set where link first_id + i has it, else left alone. */
enum err links_text_block(struct db *db, str text, int64_t first_id, bool hits[LINK_BLOCK_LINKS]);
/* Adds how many of these links, which are of one block, have it; count > 0. */
enum err links_text_count(struct db *db, str text, const int64_t *ids, size_t count, int64_t *found);

#endif
