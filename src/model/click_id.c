/* SPDX-License-Identifier: MIT */
#include "linkpond/model/click_id.h"

#include <stdlib.h>

#include "linkpond/base/base62.h"
#include "linkpond/base/crypt.h"

#define BLOCK      16
#define MARK_BASE  0x0f /* version 1 is 0x10: none of the control characters that end lines or texts */
#define PLACE_NAME STR("click_id")

struct click_ids {
    size_t versions;
    struct aes_key *seal[CLICK_ID_VERSIONS_MAX], *open[CLICK_ID_VERSIONS_MAX]; /* NULL = that version was dropped */
};
_Static_assert(MARK_BASE + CLICK_ID_VERSIONS_MAX < 0x20, "marks are bytes that no address has");

bool click_id_key_dropped(const uint8_t key[CLICK_ID_KEY_BYTES])
{
    uint8_t any = 0;

    for (size_t i = 0; i < CLICK_ID_KEY_BYTES; i++) {
        any |= key[i];
    }
    return any == 0;
}

struct click_ids *click_ids_new(str keys)
{
    size_t versions = keys.len / CLICK_ID_KEY_BYTES;

    if (versions == 0 || versions > CLICK_ID_VERSIONS_MAX || keys.len % CLICK_ID_KEY_BYTES != 0 ||
        click_id_key_dropped((const uint8_t *)keys.ptr + keys.len - CLICK_ID_KEY_BYTES)) {
        return NULL;
    }
    struct click_ids *self = calloc(1, sizeof *self);
    if (!self) {
        return NULL;
    }
    self->versions = versions;
    for (size_t i = 0; i < versions; i++) {
        const uint8_t *key = (const uint8_t *)keys.ptr + i * CLICK_ID_KEY_BYTES;
        if (click_id_key_dropped(key)) {
            continue;
        }
        self->seal[i] = aes_key_new(key, CLICK_ID_KEY_BYTES, false);
        self->open[i] = aes_key_new(key, CLICK_ID_KEY_BYTES, true);
        if (!self->seal[i] || !self->open[i]) {
            click_ids_free(self);
            return NULL;
        }
    }
    return self;
}

void click_ids_free(struct click_ids *self)
{
    if (self) {
        for (size_t i = 0; i < self->versions; i++) {
            aes_key_free(self->seal[i]);
            aes_key_free(self->open[i]);
        }
        free(self);
    }
}

char click_ids_mark(const struct click_ids *self)
{
    return (char)(MARK_BASE + self->versions);
}

static void put_big(uint8_t *out, size_t bytes, uint64_t value)
{
    for (size_t i = 0; i < bytes; i++) {
        out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    }
}

static uint64_t get_big(const uint8_t *in, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++) {
        value = value << 8 | in[i];
    }
    return value;
}

bool click_ids_write(struct click_ids *self, char mark, int64_t click, int64_t time_ms, char out[CLICK_ID_LEN])
{
    size_t version = (size_t)(unsigned char)mark - MARK_BASE;
    int64_t second = time_ms / 1000;
    uint8_t block[BLOCK] = {0};

    if (version == 0 || version > self->versions || !self->seal[version - 1] || click <= 0 || time_ms < 0 ||
        second > (int64_t)UINT32_MAX) {
        return false;
    }
    put_big(block, 8, (uint64_t)click);
    put_big(block + 8, 4, (uint64_t)second);
    aes_block(self->seal[version - 1], block, block);
    base62_encode_block(block, out);
    return true;
}

bool click_ids_read(struct click_ids *self, str text, struct click_named *out)
{
    uint8_t sealed[BLOCK], block[BLOCK];

    if (!base62_decode_block(text, sealed)) {
        return false;
    }
    for (size_t i = self->versions; i-- > 0;) {
        if (!self->open[i]) {
            continue;
        }
        aes_block(self->open[i], sealed, block);
        uint64_t click = get_big(block, 8);
        if (get_big(block + 12, 4) == 0 && click > 0 && click <= (uint64_t)INT64_MAX) {
            *out = (struct click_named){(int64_t)click, (int64_t)get_big(block + 8, 4)};
            return true;
        }
    }
    return false;
}

char click_id_mark_in(str address)
{
    for (size_t i = 0; i < address.len; i++) {
        unsigned char c = (unsigned char)address.ptr[i];
        if (c > MARK_BASE && c <= MARK_BASE + CLICK_ID_VERSIONS_MAX) {
            return (char)c;
        }
    }
    return 0;
}

void click_id_fill(str address, char mark, str id, struct buf *out)
{
    str before, rest = address;

    while (str_cut(rest, mark, &before, &rest)) {
        buf_add(out, before);
        buf_add(out, id);
    }
    buf_add(out, before);
}

size_t click_id_filled_len(str address, char mark)
{
    size_t len = address.len;
    str before, rest = address;

    while (str_cut(rest, mark, &before, &rest)) {
        len += CLICK_ID_LEN - 1;
    }
    return len;
}

/* Bytes of a brace at the start of the text, as it is or encoded ("%7B"); 0 = there is none. `brace` is { or }. */
static size_t brace_length(str text, char brace)
{
    const char encoded[] = {'%', '7', brace == '{' ? 'B' : 'D'};

    if (text.len > 0 && text.ptr[0] == brace) {
        return 1;
    }
    return str_istarts(text, (str){encoded, sizeof encoded}) ? sizeof encoded : 0;
}

/* Bytes of a place for the id at the start of the text; 0 = there is none. */
static size_t place_length(str text)
{
    size_t open = brace_length(text, '{');
    str rest = str_from(text, open);

    if (open == 0 || !str_starts(rest, PLACE_NAME)) {
        return 0;
    }
    size_t close = brace_length(str_from(rest, PLACE_NAME.len), '}');
    return close == 0 ? 0 : open + PLACE_NAME.len + close;
}

size_t click_id_places(str target)
{
    size_t count = 0;
    bool named = str_find(target, PLACE_NAME, 0) >= 0; /* nearly no target is */

    for (size_t at = 0; named && at < target.len;) {
        size_t place = place_length(str_from(target, at));
        count += place > 0;
        at += place > 0 ? place : 1;
    }
    return count;
}

void click_id_put_marks(str target, char mark, struct buf *out)
{
    size_t copied = 0, places = 0;

    for (size_t at = 0; at < target.len && places < CLICK_ID_PLACES_MAX;) {
        size_t place = place_length(str_from(target, at));
        if (place == 0) {
            at++;
            continue;
        }
        buf_add(out, str_slice(target, copied, at));
        buf_add_char(out, mark);
        at += place;
        copied = at;
        places++;
    }
    buf_add(out, str_from(target, copied));
}
