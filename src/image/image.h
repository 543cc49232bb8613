/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_IMAGE_IMAGE_H
#define LINKPOND_SRC_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* linkpond-image logo EDGE < picture: one byte of verdict, then on IMAGE_GOOD EDGE x EDGE pixels of four bytes (red,
 * green, blue, opacity).
 * linkpond-image picture EDGE < picture: the verdict, then on IMAGE_GOOD a head and the picture as a new file of at
 * most IMAGE_FILE_MAX bytes: its edges at most EDGE, upright, on white, and nothing in it but the pixels.
 * linkpond-image confine PROGRAM ARGUMENT… < anything: becomes that program, which may then read files, write to what
 * is open, take memory, and nothing else. A program of its own, because decoders of pictures have had bugs and this one
 * reads what strangers send: it has no key, no file and no network, little memory and little time. */
enum image_verdict {
    IMAGE_GOOD = 'G',
    IMAGE_UNREADABLE = 'U',
    IMAGE_TOO_LARGE = 'L',
    IMAGE_TOO_SMALL = 'S',
    IMAGE_NO_LIMITS = 'N'
};
#define IMAGE_OUT_MAX 1280 /* EDGE */
#define IMAGE_MEMORY_MAX                                                                                               \
    (256L * 1024 * 1024) /* address space: the coefficients of a large photo, or the pixels twice */
#define IMAGE_CPU_S 5

/* The head: 'P' (PNG) or 'J' (JPEG), then width, height and the bytes of the file, four bytes each, little end first.
 */
#define IMAGE_HEAD_BYTES 13
#define IMAGE_FILE_MAX   (200 * 1024) /* a page with it stands within a second where the net is slow */
#define IMAGE_EDGE_MIN   64           /* no code can be read from less */

/* What a picture may be as it comes. */
struct image_bounds {
    size_t bytes_max;
    unsigned long edge_max;
    unsigned long pixels_max; /* as they are coded */
    unsigned long wanted;     /* a JPEG may be read at a half, a quarter or an eighth as long as this edge is left */
};
#define IMAGE_PIXELS_MAX (16UL * 1024 * 1024) /* as they stand in memory: 64 MiB */

struct image {
    int width, height;
    int orientation; /* EXIF: 1 = upright */
    uint8_t *pixels; /* four bytes each; malloc */
};
enum image_verdict image_decode(const uint8_t *bytes, size_t len, const struct image_bounds *bounds, struct image *out);
/* EXIF's orientation out of a JPEG's APP1; 1 when there is none that can be read. */
int image_orientation(const uint8_t *exif, size_t len);

/* As large as fits into the square, in its middle, the rest seen through. */
void image_fit(const struct image *in, int edge, uint8_t *out);
/* The longest edge at most `edge`, upright, on white. False: no memory. */
bool image_upright(const struct image *in, int edge, struct image *out);

/* A new file of it: as PNG with a palette where that loses nothing and is smaller, else as JPEG; smaller until it fits.
 */
struct image_file {
    char kind;
    int width, height;
    size_t len;
    uint8_t *bytes; /* malloc */
};
enum image_verdict image_encode(const struct image *in, size_t bytes_max, struct image_file *out);

/* Less memory, little time, and nothing that opens, connects, starts or looks. */
bool image_confine(void);
/* The same for a program that has to be loaded first: `argv` takes this one's place. Returns when it cannot. */
void image_confine_and_become(char **argv);

#endif
