/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CHUNK_H
#define LINKPOND_MODEL_CHUNK_H

#include "linkpond/base/arena.h"
#include "linkpond/base/buf.h"
#include "linkpond/model/click_row.h"

/*
 * Some ten thousand clicks, sealed: in order of (link, time, id), each column a blob of its own, so that a report reads
 * the two or three columns it is about (docs/decisions/0011). Pure; readers trust nothing: a blob from a failing disk
 * is told from a good one and never read past its end.
 *
 * A blob, all numbers little endian:
 *   u32 sum        low half of XXH3(all that follows, seed = chunk_key)
 *   u8  version    1
 *   u8  encoding   enum chunk_encoding
 *   u8  width      bytes of an offset (0-8) or a code (0-2)
 *   u8             0
 *   u32 rows
 *   u32 count      links, dictionary entries or 0
 *   then:
 *   CHUNK_RUNS     count x { varint distance to the link before, varint rows of it }
 *   CHUNK_OFFSETS  i64 base, rows x offset of `width` bytes, 8 bytes of padding
 *   CHUNK_CODES    count x value, rows x code of `width` bytes
 *   CHUNK_PLAIN    rows x value; count = 1: all have the head of the first, which stands there once
 *   value          varint head = number << 2 | kind; kind 0: a term (or a plain number); 1: that many bytes of text;
 *                  2: so many bytes, shown as lower-case hex; 3: varint shared, that many bytes: of the text before
 *                  (of kind 1 or 3) as many as are shared, then these, 2 KiB at most; never the head of all
 * Places are stored, so columns and kinds are only ever added at the end.
 */
#define CHUNK_ROWS_MAX         65536      /* a code is two bytes */
#define CHUNK_COLUMN_BYTES_MAX (64 << 20) /* 1 KiB of text in each row */
#define CHUNK_HEX_MAX          64         /* longer texts are never kept as hex */

enum chunk_column {
    CHUNK_LINK, /* the directory: whose rows are where */
    CHUNK_ID,   /* numbers */
    CHUNK_TIME, /* ms */
    CHUNK_VISITOR,
    CHUNK_CLASS, /* codes of numbers, from here on */
    CHUNK_OUTCOME,
    CHUNK_SIGNALS,
    CHUNK_FLAGS,
    CHUNK_VISITOR_BY,
    CHUNK_SOURCE_BY,
    CHUNK_CHANNEL_BY,
    CHUNK_SCENE,
    CHUNK_IP,    /* codes of texts */
    CHUNK_VALUE, /* codes of values: CHUNK_VALUE + enum click_column */
    CHUNK_COLUMNS = CHUNK_VALUE + CLICK_COLUMNS
};
#define CHUNK_BIT(column) (UINT64_C(1) << (column))
#define CHUNK_EVERYTHING  (CHUNK_BIT(CHUNK_COLUMNS) - 1)
#define CHUNK_FACTS       (CHUNK_BIT(CHUNK_IP) - 1) /* what struct click_facts is made of */
/* Bits of enum chunk_column for bits of enum click_column. */
#define CHUNK_VALUES(click_columns) ((uint64_t)(click_columns) << CHUNK_VALUE)
/* Where a column is kept, and the seed of its sum: one mistaken for another is damage. */
#define CHUNK_KEY(chunk_id, column) ((chunk_id)*64 + (int64_t)(column))

enum chunk_encoding { CHUNK_RUNS = 1, CHUNK_OFFSETS, CHUNK_CODES, CHUNK_PLAIN };

/* ---- writing */

/* Of all rows added. */
struct chunk_bounds {
    int64_t min_ms, max_ms;
    int64_t min_id, max_id;
};
/* Gathers rows, then gives the blobs. Not thread-safe. */
struct chunk_builder;
/* For at most rows_max <= CHUNK_ROWS_MAX rows and text_bytes_max bytes of their texts (each different one counted
 * once). Texts are hashed under the seed: a number no visitor knows. NULL when memory ran out. */
struct chunk_builder *chunk_builder_new(size_t rows_max, size_t text_bytes_max, uint64_t seed);
void chunk_builder_free(struct chunk_builder *self);
/* For the next chunk; keeps the memory. */
void chunk_builder_reset(struct chunk_builder *self);
/* In any order; texts are copied. ERR_TOO_LARGE: full; ERR_CORRUPT: a number that no click has; ERR_NOMEM. After an
 * error the builder is good for reset and free only. */
enum err chunk_builder_add(struct chunk_builder *self, const struct click_row *row);
size_t chunk_builder_rows(const struct chunk_builder *self);
/* Of the texts it keeps. */
size_t chunk_builder_text_bytes(const struct chunk_builder *self);
/* Once all rows are there and before the first blob. At least one row. */
void chunk_builder_sort(struct chunk_builder *self, struct chunk_bounds *out);
/* Adds the column's blob to `out`; check its overflow flag (a heap buffer of CHUNK_COLUMN_BYTES_MAX will do). */
void chunk_builder_column(const struct chunk_builder *self, int64_t chunk_id, enum chunk_column column,
                          struct buf *out);
/* A blob that was made for another chunk's id becomes that of this one. */
void chunk_blob_readdress(void *bytes, size_t len, int64_t chunk_id, enum chunk_column column);

/* ---- reading */

/* Rows of ids[i] are firsts[i] to firsts[i + 1] - 1; ids rise. */
struct chunk_links {
    size_t count;
    const int64_t *ids;
    const uint32_t *firsts; /* count + 1 */
};
/* Place of the link, or `count`. */
size_t chunk_links_find(const struct chunk_links *self, int64_t link_id);
/* Place of the link whose rows hold this one. */
size_t chunk_links_of_row(const struct chunk_links *self, size_t row);

struct chunk_numbers {
    int64_t base;
    unsigned width;
    uint64_t mask;
    const uint8_t *offsets;
};
/* One row's number. */
static inline int64_t chunk_number(const struct chunk_numbers *self, size_t row)
{
    uint64_t offset = 0;

    __builtin_memcpy(&offset, self->offsets + row * self->width, sizeof offset); /* padded */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    offset = __builtin_bswap64(offset);
#endif
    return (int64_t)((uint64_t)self->base + (offset & self->mask));
}
/* Rows [from, from + count) into out. */
void chunk_numbers_read(const struct chunk_numbers *self, size_t from, size_t count, int64_t *out);

/*
 * A column of values. With codes, entries[code of the row] is the row's value; codes are checked when the column is
 * opened. Width 0: all rows have entries[0]. Entries may be unused, and two may be equal only where they differ in
 * being a term and a text. Plain: no entries, ask chunk_column_value. A plain number (class, flags...) is the entry's
 * `term`, and never out of its enum's range.
 */
struct chunk_codes {
    enum chunk_encoding encoding;
    unsigned width;          /* 0, 1, 2 */
    const uint8_t *codes8;   /* width 1 */
    const uint16_t *codes16; /* width 2; aligned, in this machine's byte order */
    size_t count;
    const struct click_value *entries;
    const struct click_value *values; /* CHUNK_PLAIN: of each row; NULL: all have one head, which is here: */
    uint64_t head;
    const uint8_t *plain; /* and their bytes one behind the other here */
};

/* Columns opened so far. Blobs must live as long as it is used, and so must the arena, where directories and
 * dictionaries go. */
struct chunk {
    int64_t id;
    size_t rows;
    uint64_t columns; /* CHUNK_BITs of those open */
    struct arena *arena;
    struct chunk_links links;
    struct chunk_numbers numbers[CHUNK_VISITOR + 1]; /* [CHUNK_ID], [CHUNK_TIME], [CHUNK_VISITOR] */
    struct chunk_codes codes[CHUNK_COLUMNS];         /* [CHUNK_CLASS] and what follows it */
};
void chunk_init(struct chunk *self, int64_t id, size_t rows, struct arena *arena);
/* ERR_CORRUPT: not as it was written, or of another chunk; ERR_NOMEM: the arena is full. Opening one twice is harmless.
 */
enum err chunk_open(struct chunk *self, enum chunk_column column, str bytes);
/* A column that did not exist when the chunk was made: no row has a value. */
void chunk_open_nothing(struct chunk *self, enum chunk_column column);

/*
 * A few rows, out of blobs that are not read whole: values of one click, where reading its chunk would cost a thousand
 * times as much. Codes stand behind the dictionary, so that nothing behind a row has to be read. A sum is of the whole
 * blob and not looked at here: damage that leaves numbers in their bounds is told by those who read whole columns.
 */
#define CHUNK_SOME_ROWS 16
/* The bytes of one blob; *out is lent until the next read. */
struct chunk_source {
    size_t len;
    enum err (*read)(struct chunk_source *self, size_t offset, size_t len, str *out);
};
/* The chunk's range of rows of that link, which is empty when it has none. */
enum err chunk_find_link(struct chunk_source *source, size_t all_rows, int64_t link_id, size_t *from, size_t *to);
/* Of a chunk of all_rows, rows from `from` on: as many as `self` was initialised with, 1..CHUNK_SOME_ROWS. `self` is
 * then a chunk of these, and the blob is not needed any more. Any column but CHUNK_LINK, which chunk_set_link says. */
enum err chunk_open_some(struct chunk *self, enum chunk_column column, struct chunk_source *source, size_t all_rows,
                         size_t from);
/* All rows are of this link. */
enum err chunk_set_link(struct chunk *self, int64_t link_id);

/* By row, from open columns (those that are not are a bug). Text may be in `hex`, else in a blob or the arena. */
struct click_value chunk_column_value(const struct chunk *self, enum chunk_column column, size_t row,
                                      char hex[CHUNK_HEX_MAX]);
int64_t chunk_column_number(const struct chunk *self, enum chunk_column column, size_t row);
/* The first row in [from, to) whose value is this inline text, or `to`. Faster than asking each row. */
size_t chunk_column_find(const struct chunk *self, enum chunk_column column, str text, size_t from, size_t to);
/* Wants CHUNK_FACTS. */
void chunk_facts(const struct chunk *self, size_t row, struct click_facts *out);
/* Code of the row in a column that has codes. */
static inline size_t chunk_code(const struct chunk_codes *self, size_t row)
{
    return self->width == 1 ? self->codes8[row] : self->width == 2 ? self->codes16[row] : 0;
}

#endif
