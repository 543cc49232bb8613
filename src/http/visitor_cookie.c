/* SPDX-License-Identifier: MIT */
#include "visitor_cookie.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "linkpond/base/buf.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/err.h"
#include "linkpond/base/percent.h"
#include "linkpond/engine/visitor_numbers.h"
#include "linkpond/http/visitor_number.h"

#define BLOCK        16
#define REFUSED      "no"
#define DAY_S        86400
#define NUMBER_BYTES 8 /* little endian; the rest of the block is zero */

struct visitor_cookie {
    struct aes_key *seal, *open;
};

struct visitor_cookie *visitor_cookie_new(const uint8_t key[16])
{
    struct visitor_cookie *self = calloc(1, sizeof *self);

    if (!self) {
        return NULL;
    }
    self->seal = aes_key_new(key, BLOCK, false);
    self->open = aes_key_new(key, BLOCK, true);
    if (!self->seal || !self->open) {
        visitor_cookie_free(self);
        return NULL;
    }
    return self;
}

void visitor_cookie_free(struct visitor_cookie *self)
{
    if (self) {
        aes_key_free(self->seal);
        aes_key_free(self->open);
        free(self);
    }
}

str visitor_cookie_refused(void)
{
    return STR(REFUSED);
}

static bool read_value(struct visitor_cookie *self, str text, int64_t *number)
{
    uint8_t block[BLOCK];
    uint64_t value = 0, rest = 0;

    if (!hex_read(text, block, sizeof block)) {
        return false;
    }
    aes_block(self->open, block, block);
    for (size_t i = 0; i < NUMBER_BYTES; i++) {
        value |= (uint64_t)block[i] << 8 * i;
        rest |= block[NUMBER_BYTES + i];
    }
    if (rest != 0 || value == 0 || value > (uint64_t)VISITOR_NUMBER_MAX) {
        return false;
    }
    *number = (int64_t)value;
    return true;
}

bool visitor_cookie_number(const uint8_t key[16], str value, int64_t *number)
{
    struct visitor_cookie *self = visitor_cookie_new(key);
    bool good = self && read_value(self, value, number);

    visitor_cookie_free(self);
    return good;
}

enum visitor_said visitor_cookie_read(struct visitor_cookie *self, const struct request *request, int64_t *number)
{
    str text = {0};

    if (!request_cookie(request, VISITOR_COOKIE, &text)) {
        return VISITOR_SAID_NOTHING;
    }
    if (str_eq(text, visitor_cookie_refused())) {
        return VISITOR_SAID_NO;
    }
    return read_value(self, text, number) ? VISITOR_SAID_NUMBER : VISITOR_SAID_NOTHING;
}

static str cookie_line(const char *value, int days, bool secure, char out[VISITOR_COOKIE_MAX])
{
    int len = snprintf(out, VISITOR_COOKIE_MAX, VISITOR_COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s",
                       value, days * DAY_S, secure ? "; Secure" : "");

    BUG_ON(len < 0 || len >= VISITOR_COOKIE_MAX);
    return (str){out, (size_t)len};
}

str visitor_cookie_set(struct visitor_cookie *self, int64_t number, bool secure, char out[VISITOR_COOKIE_MAX])
{
    uint8_t block[BLOCK] = {0};
    char value[2 * BLOCK + 1];
    struct buf hex;

    for (size_t i = 0; i < NUMBER_BYTES; i++) {
        block[i] = (uint8_t)((uint64_t)number >> 8 * i);
    }
    aes_block(self->seal, block, block);
    buf_init_fixed(&hex, value, sizeof value);
    buf_add_hex(&hex, block, sizeof block);
    buf_c(&hex);
    BUG_ON(hex.overflow);
    return cookie_line(value, VISITOR_COOKIE_DAYS, secure, out);
}

str visitor_cookie_refusal(bool secure, char out[VISITOR_COOKIE_MAX])
{
    return cookie_line(REFUSED, VISITOR_COOKIE_DAYS, secure, out);
}

str visitor_cookie_removal(bool secure, char out[VISITOR_COOKIE_MAX])
{
    return cookie_line("", 0, secure, out);
}
