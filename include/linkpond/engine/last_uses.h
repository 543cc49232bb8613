/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_LAST_USES_H
#define LINKPOND_ENGINE_LAST_USES_H

#include "linkpond/engine/writer.h"
#include "linkpond/store/keys.h"

/*
 * When keys and sessions were used last. Noted in memory and stored together, so that no question waits for the writer
 * only to say that it was asked; a daemon that is killed forgets those of its last minute. Thread-safe.
 */
#define LAST_USES_MAX 4096 /* that wait; more are forgotten, and noted at their next use */

struct last_use {
    int64_t key_id;   /* 0 = signed in by password */
    bool has_session; /* else with the key itself */
    uint8_t session_hash[KEY_HASH_BYTES];
    int64_t used_ms;
};
struct last_uses;
struct last_uses *last_uses_new(struct writer *writer); /* NULL: out of memory */
/* What waits is stored first. Nobody notes any more. */
void last_uses_free(struct last_uses *self);
/* Never waits. */
void last_uses_note(struct last_uses *self, const struct last_use *use);
/* Waits for the writer when anything was noted. What it cannot store is forgotten. */
enum err last_uses_store(struct last_uses *self, struct fault *fault);

#endif
