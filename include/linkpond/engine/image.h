/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_IMAGE_H
#define LINKPOND_ENGINE_IMAGE_H

#include "linkpond/base/err.h"

/* Pictures that people upload are read by another program (src/image), which can do nothing else. */
#define IMAGE_UPLOAD_MAX (1024 * 1024)

/* The path of linkpond-image: it stands beside this program. False when that cannot be known. */
bool image_program(char *out, size_t cap);
/* A PNG or JPEG as edge x edge pixels of four bytes (red, green, blue, opacity): as large as fits, in the middle.
 * ERR_INVALID (field "image"): unreadable, too_long. ERR_UNAVAILABLE: the program is not there, cannot limit itself or
 * took longer than 5 s. Blocks; thread-safe. */
enum err image_read(const char *program, str bytes, unsigned edge, uint8_t *pixels, struct fault *fault);

#endif
