/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_IMAGE_H
#define LINKPOND_ENGINE_IMAGE_H

#include "linkpond/base/arena.h"
#include "linkpond/base/err.h"
#include "linkpond/store/images.h"

/*
 * Pictures that people upload are read by another program (src/image), which can do nothing else
 * (docs/decisions/0017-pictures-are-read-by-another-program.md). All of these block for at most 5 s and are
 * thread-safe; ERR_UNAVAILABLE: the program is not there, cannot limit itself or took longer.
 */
#define IMAGE_UPLOAD_MAX (1024 * 1024) /* of a logo */
/* Callers pass through engine->pictures: each program may take 256 MiB, and a phone's album comes all at once. */
#define IMAGES_AT_ONCE 2
#define IMAGES_WAITING 8 /* some seconds of waiting */

/* The path of linkpond-image: it stands beside this program. False when that cannot be known. */
bool image_program(char *out, size_t cap);
/* A PNG or JPEG as edge x edge pixels of four bytes (red, green, blue, opacity): as large as fits, in the middle.
 * ERR_INVALID (field "image"): unreadable, too_long. */
enum err image_read(const char *program, str bytes, unsigned edge, uint8_t *pixels, struct fault *fault);

/* What visitors are shown: a file of our own making, upright, on white, and nothing in it but the pixels. */
#define IMAGE_PICTURE_EDGE 1080         /* a phone's screen is 1080 to 1440 pixels wide */
#define IMAGE_PICTURE_MAX  (200 * 1024) /* bytes: within a second where the net is slow */
struct image_picture {
    enum image_kind kind;
    unsigned width, height;
    str bytes; /* in the arena */
};
/* Of a PNG or JPEG of at most LIMIT_BODY_PICTURE bytes. ERR_INVALID (field "image"): unreadable, too_long, too_short.
 */
enum err image_prepare(const char *program, str bytes, struct arena *arena, struct image_picture *out,
                       struct fault *fault);

/* What the QR code in a picture says, in the arena; empty when none can be read. `reader` is Debian's ZXingReader,
 * which runs behind the same walls (docs/decisions/0019-codes-in-pictures-are-read-by-zxing.md). */
#define IMAGE_CODE_READER "/usr/bin/ZXingReader"
enum err image_code_text(const char *program, const char *reader, str picture, struct arena *arena, str *out);

#endif
