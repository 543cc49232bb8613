/* SPDX-License-Identifier: MIT */
#include "linkpond/store/link_grams.h"

#include "linkpond/base/utf8.h"

#include "row.h"

#define BLOCK_LINKS (INT64_C(1) << LINK_BLOCK_SHIFT)
#define LONG_GRAM   6
#define TEXT_GRAMS  64 /* of a text that is searched for; more would not narrow further */

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The bit of `len` bytes: Fibonacci hashing, the length in the top byte. */
static uint32_t gram_bit(const char *bytes, size_t len)
{
    uint64_t word = (uint64_t)len << 56;

    for (size_t i = 0; i < len; i++) {
        word |= (uint64_t)fold(bytes[i]) << (8 * i);
    }
    word = (word ^ word >> 29) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)((word ^ word >> 32) * UINT64_C(0xBF58476D1CE4E5B9) >> 48);
}

static void set_bits(uint8_t *bits, str text, size_t len)
{
    for (size_t i = 0; i + len <= text.len; i++) {
        uint32_t bit = gram_bit(text.ptr + i, len);
        bits[bit / 8] |= (uint8_t)(1U << bit % 8);
    }
}

static void add_text(uint8_t *bits, str text)
{
    set_bits(bits, text, LINK_GRAM_MIN);
    set_bits(bits, text, LONG_GRAM);
}

/* ---- making them ---- */

static struct stmt *of_block(struct db *db, enum sql_id text, int64_t block)
{
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_i64(rows, "from_id", block << LINK_BLOCK_SHIFT);
    stmt_bind_i64(rows, "to_id", (block + 1) << LINK_BLOCK_SHIFT);
    return rows;
}

static enum err make_block(struct db *db, int64_t block, uint8_t bits[LINK_GRAM_BYTES])
{
    struct stmt *rows = of_block(db, SQL_LINK_GRAM_TEXTS, block);

    memset(bits, 0, LINK_GRAM_BYTES);
    while (stmt_next(rows)) {
        for (int i = 0; i < 4; i++) {
            add_text(bits, stmt_str(rows, i));
        }
    }
    struct stmt *aliases = of_block(db, SQL_LINK_GRAM_ALIASES, block);
    while (!stmt_err(rows) && stmt_next(aliases)) {
        add_text(bits, stmt_str(aliases, 0));
    }
    if (stmt_err(rows) || stmt_err(aliases)) {
        return stmt_err(rows) ? stmt_err(rows) : stmt_err(aliases);
    }
    struct stmt *put = db_stmt(db, SQL_LINK_GRAM_PUT);
    stmt_bind_i64(put, "block", block);
    stmt_bind_blob(put, "grams", (str){(const char *)bits, LINK_GRAM_BYTES});
    return stmt_run(put);
}

enum err link_grams_make(struct db *db, size_t max, size_t *made)
{
    uint8_t bits[LINK_GRAM_BYTES];
    int64_t last_id = 0, block = 0;
    enum err err = row_i64(db_stmt(db, SQL_LINK_GRAM_LAST_ID), &last_id);
    size_t count = 0;

    while (!err && count < max) {
        struct stmt *row = db_stmt(db, SQL_LINK_GRAM_MISSING);
        stmt_bind_i64(row, "blocks", (last_id + 1) >> LINK_BLOCK_SHIFT);
        stmt_bind_i64(row, "limit", 1);
        err = row_i64(row, &block);
        if (err == ERR_NOT_FOUND) { /* all are there */
            err = OK;
            break;
        }
        err = err ? err : make_block(db, block, bits);
        count += err == OK;
    }
    *made = count;
    return err;
}

/* ---- searching ---- */

static size_t bits_of_text(str text, uint32_t bits[TEXT_GRAMS])
{
    size_t len = text.len >= LONG_GRAM ? LONG_GRAM : LINK_GRAM_MIN, count = 0;

    for (size_t i = 0; i + len <= text.len && count < TEXT_GRAMS; i++) {
        bits[count++] = gram_bit(text.ptr + i, len);
    }
    return count;
}

static bool has_all(str grams, const uint32_t *bits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!((uint8_t)grams.ptr[bits[i] / 8] >> bits[i] % 8 & 1)) {
            return false;
        }
    }
    return true;
}

enum err link_search_init(struct link_search *self, struct db *db, struct arena *arena, str text)
{
    uint32_t bits[TEXT_GRAMS];
    int64_t last_id = 0;

    *self = (struct link_search){0};
    if (text.len < LINK_GRAM_MIN || !utf8_valid(text)) {
        return OK;
    }
    enum err err = row_i64(db_stmt(db, SQL_LINK_GRAM_LAST_ID), &last_id);
    self->blocks_count = (last_id >> LINK_BLOCK_SHIFT) + 1;
    size_t bytes = (size_t)self->blocks_count / 8 + 1;
    self->blocks = err ? NULL : arena_alloc(arena, bytes);
    if (!self->blocks) {
        return err ? err : ERR_NOMEM;
    }
    memset(self->blocks, 0xff, bytes);
    self->links = self->blocks_count << LINK_BLOCK_SHIFT;
    size_t count = bits_of_text(text, bits);
    struct stmt *rows = db_stmt(db, SQL_LINK_GRAM_EACH);
    while (stmt_next(rows)) {
        int64_t block = stmt_i64(rows, 0);
        str grams = stmt_blob(rows, 1);
        if (block >= 0 && block < self->blocks_count && grams.len == LINK_GRAM_BYTES && !has_all(grams, bits, count)) {
            self->blocks[block / 8] &= (uint8_t) ~(1U << block % 8);
            self->links -= BLOCK_LINKS;
        }
    }
    self->on = true;
    return stmt_err(rows);
}

bool link_search_may(const struct link_search *self, int64_t id)
{
    int64_t block = id >> LINK_BLOCK_SHIFT;

    return !self->on || block >= self->blocks_count || self->blocks[block / 8] >> block % 8 & 1;
}
