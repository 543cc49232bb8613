/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "linkpond/base/xdb.h"

/*
 * An xdb file begins with half a megabyte that is nearly empty, so the input is what stands in it: 20 bytes of header,
 * a count, that many rows (two bytes which row, eight bytes what), and all that follows the head. A file that is taken
 * gives, for any address, a text inside of it and a range that holds the address, the same that the entry itself gives.
 */
#define HEAD       (256 + 65536 * 8)
#define HEADER     20
#define ROW_BYTES  10
#define TAIL_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(const struct xdb *xdb, const struct xdb_entry *entry)
{
    BUG_ON(entry->text.len > 0 &&
           (entry->text.ptr < xdb->bytes.ptr || entry->text.ptr + entry->text.len > xdb->bytes.ptr + xdb->bytes.len));
    BUG_ON(memcmp(entry->first.bytes, entry->last.bytes, 16) > 0);
}

static void check_find(const struct xdb *xdb, const struct addr *addr)
{
    struct xdb_entry entry;

    if (xdb_find(xdb, addr, &entry)) {
        check_entry(xdb, &entry);
        BUG_ON(memcmp(entry.first.bytes, addr->bytes, 16) > 0 || memcmp(entry.last.bytes, addr->bytes, 16) < 0);
    }
}

static void check_file(const struct xdb *xdb, const uint8_t *data, size_t size)
{
    struct addr addr = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}};

    for (size_t i = 0; i < xdb->count; i++) {
        struct xdb_entry entry;
        xdb_entry_at(xdb, i, &entry);
        check_entry(xdb, &entry);
        check_find(xdb, &entry.first);
        check_find(xdb, &entry.last);
    }
    for (size_t i = 0; i + 4 <= size; i++) {
        memcpy(addr.bytes + 12, data + i, 4);
        check_find(xdb, &addr);
    }
    for (size_t i = 0; i + 16 <= size; i++) {
        memcpy(addr.bytes, data + i, 16);
        check_find(xdb, &addr);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xdb xdb;
    struct fault fault;

    if (size < HEADER + 1 || size > TAIL_BYTES) {
        return 0;
    }
    size_t rows = data[HEADER], rows_max = (size - HEADER - 1) / ROW_BYTES;
    rows = rows < rows_max ? rows : rows_max;
    size_t at = HEADER + 1, len = HEAD + size - at - rows * ROW_BYTES;
    uint8_t *file = calloc(1, len); /* no more than the file, so that a step behind the end is seen */
    BUG_ON(!file);
    memcpy(file, data, HEADER);
    for (; rows > 0; rows--, at += ROW_BYTES) {
        memcpy(file + 256 + (data[at] << 8 | data[at + 1]) * 8, data + at + 2, 8);
    }
    memcpy(file + HEAD, data + at, size - at);
    if (xdb_open((str){(const char *)file, len}, &xdb, &fault) == OK) {
        check_file(&xdb, data, size);
    } else {
        BUG_ON(fault.message[0] == '\0');
    }
    free(file);
    return 0;
}
