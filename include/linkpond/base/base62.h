/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_BASE_BASE62_H
#define LINKPOND_BASE_BASE62_H

#include "linkpond/base/str.h"

/* Digits 0-9 A-Z a-z, value 0..61 in that order; most significant first. */
#define BASE62_U64_MAX 11          /* digits of 2^64-1 */
char base62_digit(unsigned value); /* value < 62 */
int base62_value(char digit);      /* -1 when not a digit */
/* Zero-padded to `width` digits (more when the value needs them, at most 11). Returns the slice of out. */
str base62_encode(uint64_t value, size_t width, char out[BASE62_U64_MAX + 1]);
/* Whole slice, 1-11 digits, fits 64 bits. */
bool base62_decode(str text, uint64_t *out);
/* 16 bytes as exactly 22 digits and back (a 128-bit number, zero-padded); decode refuses > 2^128-1. */
void base62_encode_block(const uint8_t block[16], char out[22]);
bool base62_decode_block(str text, uint8_t block[16]);

#endif
