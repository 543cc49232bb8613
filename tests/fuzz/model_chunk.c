/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/chunk.h"

/*
 * A column's blob from bytes nobody vouches for. The first byte says which column, the next two how many rows; the rest
 * is read as it stands, and once more under the sum it should have. What opens is read to its last row.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ID        5
#define SUM_BYTES 4

static void read_links(const struct chunk_links *links, size_t rows)
{
    BUG_ON(links->firsts[0] != 0 || links->firsts[links->count] != rows);
    for (size_t i = 0; i < links->count; i++) {
        BUG_ON(links->firsts[i] >= links->firsts[i + 1]);
        BUG_ON(chunk_links_find(links, links->ids[i]) != i);
        BUG_ON(chunk_links_of_row(links, links->firsts[i]) != i);
        BUG_ON(chunk_links_of_row(links, links->firsts[i + 1] - 1) != i);
    }
}

static void read_rows(const struct chunk *chunk, enum chunk_column column)
{
    char hex[CHUNK_HEX_MAX];
    uint64_t all = 0;

    for (size_t i = 0; i < chunk->rows; i++) {
        if (column < CHUNK_IP) {
            all += (uint64_t)chunk_column_number(chunk, column, i);
        } else {
            struct click_value value = chunk_column_value(chunk, column, i, hex);
            BUG_ON(value.term < 0 || (value.term > 0 && value.text.len > 0));
            all += hash_xxh3(value.text.ptr, value.text.len, all);
        }
        BUG_ON(column == CHUNK_CLASS && chunk_column_number(chunk, column, i) >= CLASS_COUNT);
    }
    (void)all;
}

struct memory_source {
    struct chunk_source source;
    const char *bytes;
};

static enum err read_memory(struct chunk_source *source, size_t offset, size_t len, str *out)
{
    BUG_ON(offset > source->len || len > source->len - offset);
    *out = (str){((struct memory_source *)(void *)source)->bytes + offset, len};
    return OK;
}

/* The last few rows, as a chunk of their own; and whose rows the first link's are. */
static void check_some(str bytes, enum chunk_column column, size_t rows)
{
    struct memory_source source = {{bytes.len, read_memory}, bytes.ptr};
    size_t some = rows < CHUNK_SOME_ROWS ? rows : CHUNK_SOME_ROWS, from = 0, to = 0;
    struct arena arena;
    struct chunk chunk;

    if (column == CHUNK_LINK) {
        BUG_ON(chunk_find_link(&source.source, rows, 1, &from, &to) == OK && (from > to || to > rows));
        return;
    }
    arena_init(&arena, 8 << 20);
    chunk_init(&chunk, ID, some, &arena);
    if (some > 0 && chunk_open_some(&chunk, column, &source.source, rows, rows - some) == OK) {
        read_rows(&chunk, column);
    }
    arena_done(&arena);
}

static bool check(str bytes, enum chunk_column column, size_t rows)
{
    struct arena arena;
    struct chunk chunk;

    arena_init(&arena, 8 << 20);
    chunk_init(&chunk, ID, rows, &arena);
    bool good = chunk_open(&chunk, column, bytes) == OK;
    if (good && column == CHUNK_LINK) {
        read_links(&chunk.links, rows);
    }
    if (good) {
        read_rows(&chunk, column);
    }
    arena_done(&arena);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) {
        return 0;
    }
    enum chunk_column column = (enum chunk_column)(data[0] % CHUNK_COLUMNS);
    size_t rows = (size_t)(data[1] | data[2] << 8), len = size - 3;
    uint8_t *bytes = malloc(len + 1);

    BUG_ON(!bytes);
    memcpy(bytes, data + 3, len);
    bool good = check((str){(const char *)bytes, len}, column, rows);
    if (len > SUM_BYTES) {
        uint32_t sum = (uint32_t)hash_xxh3(bytes + SUM_BYTES, len - SUM_BYTES, (uint64_t)CHUNK_KEY(ID, column));
        memcpy(bytes, &sum, sizeof sum);
        BUG_ON(good && !check((str){(const char *)bytes, len}, column, rows));
        check((str){(const char *)bytes, len}, column, rows);
    }
    check_some((str){(const char *)bytes, len}, column, rows);
    free(bytes);
    return 0;
}
