/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/live_token.h"

#include <stdlib.h>

#include "linkpond/base/buf.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/err.h"
#include "linkpond/base/percent.h"

/* A block: target and time, six bytes each, a number of two, little end first; two zeros prove that it is ours, and so
 * does what stands in the others. */
#define BLOCK      16
#define WORD_BYTES 6
#define WORD_END   (INT64_C(1) << 8 * WORD_BYTES)
#define NUMBER_AT  ((size_t)2 * WORD_BYTES)
#define ZEROS_AT   (NUMBER_AT + 2)

struct live_seal {
    struct aes_key *seal, *open;
};

/* Another use of the installation's key must not open what this one sealed. */
static bool own_key(const uint8_t key[16], uint8_t out[BLOCK])
{
    static const uint8_t label[BLOCK] = "live code page 1";
    struct aes_key *from = aes_key_new(key, BLOCK, false);

    if (from) {
        aes_block(from, label, out);
    }
    aes_key_free(from);
    return from != NULL;
}

struct live_seal *live_seal_new(const uint8_t key[16])
{
    struct live_seal *self = calloc(1, sizeof *self);
    uint8_t own[BLOCK];

    if (!self || !own_key(key, own)) {
        free(self);
        return NULL;
    }
    self->seal = aes_key_new(own, BLOCK, false);
    self->open = aes_key_new(own, BLOCK, true);
    if (!self->seal || !self->open) {
        live_seal_free(self);
        return NULL;
    }
    return self;
}

void live_seal_free(struct live_seal *self)
{
    if (self) {
        aes_key_free(self->seal);
        aes_key_free(self->open);
        free(self);
    }
}

str live_token_write(struct live_seal *self, const struct live_token *token, char out[LIVE_TOKEN_MAX])
{
    uint8_t block[BLOCK] = {0};
    struct buf hex;

    BUG_ON(token->target_id < 0 || token->target_id >= WORD_END || token->clicked_ms < 0 ||
           token->clicked_ms >= WORD_END);
    for (size_t i = 0; i < WORD_BYTES; i++) {
        block[i] = (uint8_t)((uint64_t)token->target_id >> 8 * i);
        block[WORD_BYTES + i] = (uint8_t)((uint64_t)token->clicked_ms >> 8 * i);
    }
    block[NUMBER_AT] = (uint8_t)token->number;
    block[NUMBER_AT + 1] = (uint8_t)(token->number >> 8);
    aes_block(self->seal, block, block);
    buf_init_fixed(&hex, out, LIVE_TOKEN_MAX);
    buf_add_hex(&hex, block, sizeof block);
    buf_c(&hex);
    BUG_ON(hex.overflow);
    return buf_str(&hex);
}

bool live_token_read(struct live_seal *self, str text, struct live_token *out)
{
    uint8_t block[BLOCK];
    struct live_token token = {0};
    unsigned rest = 0;

    if (!hex_read(text, block, sizeof block)) {
        return false;
    }
    aes_block(self->open, block, block);
    for (size_t i = 0; i < WORD_BYTES; i++) {
        token.target_id |= (int64_t)block[i] << 8 * i;
        token.clicked_ms |= (int64_t)block[WORD_BYTES + i] << 8 * i;
    }
    token.number = (uint16_t)(block[NUMBER_AT] | block[NUMBER_AT + 1] << 8);
    token.page = live_token_page(text);
    for (size_t i = ZEROS_AT; i < BLOCK; i++) {
        rest |= block[i];
    }
    if (rest != 0 || token.target_id == 0) {
        return false;
    }
    *out = token;
    return true;
}

uint32_t live_token_page(str text)
{
    uint8_t block[BLOCK];

    if (text.len < LIVE_TOKEN_MAX - 1 || !hex_read(str_from(text, text.len - (LIVE_TOKEN_MAX - 1)), block, BLOCK)) {
        return 0;
    }
    return (uint32_t)block[0] | (uint32_t)block[1] << 8 | (uint32_t)block[2] << 16 | (uint32_t)block[3] << 24;
}
