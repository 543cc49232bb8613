/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_ENGINE_IMAGE_RUN_H
#define LINKPOND_SRC_ENGINE_IMAGE_RUN_H

#include "linkpond/base/str.h"

/* Runs a program with `input` as its input, and nothing else of ours: no environment, no descriptors, no signal masks.
 * What it says, up to cap bytes, is put into `out`; it is ended after five seconds at the latest. argv ends with NULL.
 * False: it could not be started. */
bool image_run(const char *program, char *const *argv, str input, uint8_t *out, size_t cap, size_t *len);

#endif
