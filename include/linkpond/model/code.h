/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_CODE_H
#define LINKPOND_MODEL_CODE_H

#include "linkpond/base/ff1.h"
#include "linkpond/base/limits.h"

/* Short codes: row id -> base62 zero-padded to the length -> FF1 (radix 62, tweak = the length as one byte). They look
 * random, cannot be walked, are unique without a table and decode to a primary key. Not thread-safe (one per thread, or
 * under the owner's lock). */
enum code_style { CODE_RANDOM, CODE_SEQUENTIAL };
struct code_cipher;
struct code_cipher *code_cipher_new(const uint8_t key[16]);
void code_cipher_free(struct code_cipher *self);

/* length LIMIT_CODE_MIN..LIMIT_CODE_MAX, id 1..62^length-1. False when out of range. CODE_SEQUENTIAL gives plain base62
 * of the id (unpadded) and ignores length; it also works without a cipher. */
bool code_encode(struct code_cipher *self, enum code_style style, size_t length, int64_t id,
                 char out[LIMIT_CODE_MAX + 2], str *code);
/* The id a random code of that length stands for; false for other bytes or lengths. The caller still compares the row's
 * stored code: another length or style is unknown. */
bool code_decode(struct code_cipher *self, enum code_style style, str code, int64_t *id);

/* A new alias: ASCII [A-Za-z0-9_-]{2,64}, and not a reserved word (any case). `reserved` comes from the route table.
 * Fault field "alias", codes too_short, too_long, bad_character, reserved. An imported one: UTF-8 path to 255 bytes,
 * slashes inside allowed, no control bytes, no leading or trailing slash, no "." or ".." segment, does not start with
 * "-/" or with a reserved word as its first segment, and does not end in "+" (that asks for the preview). */
enum err alias_check(str alias, bool imported, const str *reserved, size_t reserved_count, struct fault *fault);

#endif
