/* SPDX-License-Identifier: MIT */
#include "link_blocks_make.h"

#include <stdlib.h>

#include "row.h"

static struct stmt *of_block(struct db *db, enum sql_id text, int64_t block)
{
    struct stmt *rows = db_stmt(db, text);

    stmt_bind_i64(rows, "from_id", block << LINK_BLOCK_SHIFT);
    stmt_bind_i64(rows, "to_id", (block + 1) << LINK_BLOCK_SHIFT);
    return rows;
}

static size_t place_of(struct stmt *row)
{
    return (size_t)(stmt_i64(row, 0) & (LINK_BLOCK_LINKS - 1));
}

static void add_numbers(struct buf *out, const int64_t *values, size_t stride, size_t kinds, size_t count)
{
    uint8_t bytes[NUMBERS_BYTES(LINK_FACTS, LINK_BLOCK_LINKS)];

    buf_add(out, (str){(const char *)bytes, link_numbers_pack(values, stride, kinds, count, bytes)});
}

static int64_t flags_of(struct stmt *row)
{
    return (stmt_i64(row, 13) ? 0 : LINK_FLAG_HERE) | (stmt_i64(row, 1) ? LINK_FLAG_BIN : 0) |
           (stmt_i64(row, 2) ? LINK_FLAG_ARCHIVED : 0) | (stmt_i64(row, 3) ? 0 : LINK_FLAG_OFF) |
           (stmt_is_null(row, 4) ? 0 : LINK_FLAG_FROM) | (stmt_is_null(row, 5) ? 0 : LINK_FLAG_UNTIL);
}

static enum err make_facts(struct db *db, int64_t block, struct buf *out)
{
    static const int columns[LINK_FACTS] = {
        [LINK_FACT_FROM_MS] = 4,    [LINK_FACT_UNTIL_MS] = 5,   [LINK_FACT_MAX_CLICKS] = 6,
        [LINK_FACT_CREATED_MS] = 7, [LINK_FACT_UPDATED_MS] = 8, [LINK_FACT_CAMPAIGN] = 9,
        [LINK_FACT_CHANNEL] = 10,   [LINK_FACT_OWNER] = 11,     [LINK_FACT_DOMAIN] = 12,
    };
    struct stmt *rows = of_block(db, SQL_LINK_COLUMN_OF_LINK, block);
    int64_t values[LINK_FACTS][LINK_BLOCK_LINKS] = {0};

    while (stmt_next(rows)) {
        size_t i = place_of(rows);
        values[LINK_FACT_FLAGS][i] = flags_of(rows);
        for (int fact = LINK_FACT_FLAGS + 1; fact < LINK_FACTS; fact++) {
            values[fact][i] = stmt_i64(rows, columns[fact]);
        }
    }
    add_numbers(out, values[0], LINK_BLOCK_LINKS, LINK_FACTS, LINK_BLOCK_LINKS);
    return stmt_err(rows);
}

static enum err make_titles(struct db *db, int64_t block, struct buf *out)
{
    int64_t lengths[LINK_BLOCK_LINKS] = {0};
    struct stmt *rows = of_block(db, SQL_LINK_COLUMN_OF_TITLE, block);
    struct buf texts;

    buf_init_heap(&texts, LIMIT_REPLY);
    while (stmt_next(rows)) {
        str title = stmt_str(rows, 1);
        lengths[place_of(rows)] = (int64_t)title.len;
        buf_add(&texts, title);
    }
    add_numbers(out, lengths, LINK_BLOCK_LINKS, 1, LINK_BLOCK_LINKS);
    buf_add(out, buf_str(&texts));
    enum err err = stmt_err(rows) ? stmt_err(rows) : texts.overflow ? ERR_NOMEM : OK;
    buf_done(&texts);
    return err;
}

static enum err make_tags(struct db *db, int64_t block, struct buf *out)
{
    int64_t counts[LINK_BLOCK_LINKS] = {0};
    struct stmt *rows = of_block(db, SQL_LINK_COLUMN_OF_TAG, block);
    struct buf ids; /* as int64_t */
    int64_t count = 0;

    buf_init_heap(&ids, LIMIT_REPLY);
    while (stmt_next(rows)) {
        int64_t tag = stmt_i64(rows, 1);
        counts[place_of(rows)]++;
        buf_add(&ids, (str){(const char *)&tag, sizeof tag});
        count++;
    }
    enum err err = stmt_err(rows);
    uint8_t *bytes = err ? NULL : malloc(NUMBERS_BYTES(1, count));
    if (bytes && !ids.overflow) {
        add_numbers(out, counts, LINK_BLOCK_LINKS, 1, LINK_BLOCK_LINKS);
        size_t len = link_numbers_pack((const int64_t *)(const void *)ids.ptr, 0, 1, (size_t)count, bytes);
        buf_add(out, (str){(const char *)bytes, len});
    } else if (!err) {
        err = ERR_NOMEM;
    }
    free(bytes);
    buf_done(&ids);
    return err;
}

void link_block_figures(int64_t values[LINK_FIGURES][LINK_BLOCK_LINKS], int64_t last_row, struct buf *out)
{
    uint64_t word = htole64((uint64_t)last_row);

    buf_add(out, (str){(const char *)&word, sizeof word});
    add_numbers(out, values[0], LINK_BLOCK_LINKS, LINK_FIGURES, LINK_BLOCK_LINKS);
}

bool link_block_read_figures(str column, int64_t values[LINK_FIGURES][LINK_BLOCK_LINKS], int64_t *last_row)
{
    struct link_numbers numbers[LINK_FIGURES];
    uint64_t word;

    if (column.len < FIGURES_HEAD ||
        link_numbers_open(str_from(column, FIGURES_HEAD), LINK_FIGURES, LINK_BLOCK_LINKS, numbers) == 0) {
        return false;
    }
    memcpy(&word, column.ptr, sizeof word);
    *last_row = (int64_t)le64toh(word);
    for (size_t figure = 0; figure < LINK_FIGURES; figure++) {
        for (size_t i = 0; i < LINK_BLOCK_LINKS; i++) {
            values[figure][i] = link_number(&numbers[figure], i);
        }
    }
    return true;
}

static enum err make_figures(struct db *db, int64_t block, struct buf *out)
{
    int64_t values[LINK_FIGURES][LINK_BLOCK_LINKS] = {0}, last_row = 0;
    enum err err = row_i64(db_stmt(db, SQL_LINK_FIGURES_LAST), &last_row);
    struct stmt *rows = of_block(db, SQL_LINK_COLUMN_OF_STAT, block);

    while (!err && stmt_next(rows)) {
        size_t i = place_of(rows);
        for (int figure = 0; figure < LINK_FIGURES; figure++) {
            values[figure][i] = stmt_i64(rows, 1 + figure);
        }
    }
    link_block_figures(values, last_row, out);
    return err ? err : stmt_err(rows);
}

enum err link_block_make(struct db *db, enum link_column column, int64_t block, struct buf *out)
{
    static enum err (*const makers[LINK_COLUMNS])(struct db * db, int64_t block, struct buf * out) = {
        [LINK_COLUMN_FACTS] = make_facts,
        [LINK_COLUMN_TITLES] = make_titles,
        [LINK_COLUMN_TAGS] = make_tags,
        [LINK_COLUMN_FIGURES] = make_figures,
    };

    buf_reset(out);
    enum err err = makers[column](db, block, out);
    return err ? err : out->overflow ? ERR_NOMEM : OK;
}
