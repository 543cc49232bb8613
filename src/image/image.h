/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_IMAGE_IMAGE_H
#define LINKPOND_SRC_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* linkpond-image EDGE < picture: one byte of verdict, then on IMAGE_GOOD EDGE x EDGE pixels of four bytes (red, green,
 * blue, opacity). A program of its own, because decoders of pictures have had bugs and this one reads what strangers
 * send: it has no key, no file and no network, little memory and little time. */
enum image_verdict { IMAGE_GOOD = 'G', IMAGE_UNREADABLE = 'U', IMAGE_TOO_LARGE = 'L', IMAGE_NO_LIMITS = 'N' };
#define IMAGE_BYTES_MAX  (1024 * 1024)        /* of the picture as it comes */
#define IMAGE_EDGE_MAX   4096                 /* pixels in one direction */
#define IMAGE_PIXELS_MAX (16L * 1024 * 1024)  /* in all: 64 MiB of memory */
#define IMAGE_OUT_MAX    1024                 /* EDGE */
#define IMAGE_MEMORY_MAX (256L * 1024 * 1024) /* address space: twice the pixels and the libraries */
#define IMAGE_CPU_S      5

struct image {
    int width, height;
    uint8_t *pixels; /* four bytes each; malloc */
};
enum image_verdict image_decode(const uint8_t *bytes, size_t len, struct image *out);
/* As large as fits into the square, in its middle, the rest seen through. */
void image_fit(const struct image *in, int edge, uint8_t *out);

#endif
