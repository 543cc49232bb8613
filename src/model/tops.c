/* SPDX-License-Identifier: MIT */
#include "linkpond/model/tops.h"

#include <stdlib.h>

#include "varint.h"

#define VERSION 1

static int by_text(const void *left, const void *right)
{
    const struct top *a = left, *b = right;

    return str_cmp(a->text, b->text);
}

static int by_rank(const void *left, const void *right)
{
    const struct top *a = left, *b = right;

    if (a->clicks != b->clicks) {
        return a->clicks > b->clicks ? -1 : 1;
    }
    if (a->total != b->total) {
        return a->total > b->total ? -1 : 1;
    }
    return str_cmp(a->text, b->text);
}

static void add(struct top *into, const struct top *from)
{
    into->clicks += from->clicks;
    into->total += from->total;
    into->scans += from->scans;
}

enum err tops_merge(struct arena *arena, const struct tops *a, const struct tops *b, size_t kept, struct tops *out)
{
    struct top *items = ARENA_ARRAY(arena, struct top, a->count + b->count + 1);
    struct tops merged = {.items = items, .other = a->other};
    size_t count = 0;

    if (!items) {
        return ERR_NOMEM;
    }
    add(&merged.other, &b->other);
    for (size_t i = 0; i < a->count; i++) {
        items[count++] = a->items[i];
    }
    for (size_t i = 0; i < b->count; i++) {
        items[count++] = b->items[i];
    }
    qsort(items, count, sizeof *items, by_text);
    for (size_t i = 0; i < count; i++) {
        if (merged.count > 0 && str_eq(items[merged.count - 1].text, items[i].text)) {
            add(&items[merged.count - 1], &items[i]);
        } else {
            items[merged.count++] = items[i];
        }
    }
    qsort(items, merged.count, sizeof *items, by_rank);
    for (; merged.count > kept; merged.count--) {
        add(&merged.other, &items[merged.count - 1]);
    }
    *out = merged;
    return OK;
}

static void put_number(struct buf *out, int64_t number)
{
    uint8_t bytes[VARINT_BYTES];
    size_t len = (size_t)(varint_put(bytes, (uint64_t)number) - bytes);

    buf_add(out, (str){(const char *)bytes, len});
}

static void put_counts(struct buf *out, const struct top *top)
{
    put_number(out, top->clicks);
    put_number(out, top->total);
    put_number(out, top->scans);
}

void tops_encode(const struct tops *self, struct buf *out)
{
    buf_add_char(out, VERSION);
    put_number(out, (int64_t)self->count);
    for (size_t i = 0; i < self->count; i++) {
        put_counts(out, &self->items[i]);
        put_number(out, (int64_t)self->items[i].text.len);
        buf_add(out, self->items[i].text);
    }
    put_counts(out, &self->other);
}

static void take_counts(struct varint_cursor *at, struct top *out)
{
    out->clicks = (int64_t)varint_take(at);
    out->total = (int64_t)varint_take(at);
    out->scans = (int64_t)varint_take(at);
}

bool tops_decode(struct arena *arena, str bytes, struct tops *out)
{
    struct varint_cursor at = {(const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len, false};
    struct tops tops = {0};

    if (bytes.len == 0 || *at.at++ != VERSION) {
        return false;
    }
    uint64_t count = varint_take(&at);
    if (at.bad || count > bytes.len) { /* each takes four bytes at least */
        return false;
    }
    tops.items = ARENA_ARRAY(arena, struct top, count + 1);
    for (; tops.items && tops.count < count && !at.bad; tops.count++) {
        struct top *top = &tops.items[tops.count];
        take_counts(&at, top);
        size_t len = (size_t)varint_take(&at);
        top->text = (str){(const char *)varint_take_bytes(&at, len), len};
    }
    take_counts(&at, &tops.other);
    if (!tops.items || at.bad || at.at != at.end) {
        return false;
    }
    *out = tops;
    return true;
}
