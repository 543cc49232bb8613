/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_DAY_READER_H
#define LINKPOND_ENGINE_DAY_READER_H

#include "day_memory.h"

/*
 * A thread that reads one day_memory, because of a day with millions of clicks that takes seconds, for which no edit
 * should wait. It has a read handle of its own and ends with the reading. All calls are the owner's, from one thread.
 */
struct day_reader;

/* path: of the database. NULL when memory ran out. */
struct day_reader *day_reader_new(const char *path);
/* Ends a reading early. */
void day_reader_free(struct day_reader *self);

/* Reads the day of that empty memory, which is taken over: what is stored now is in it. ERR_BUSY: one is read, or was
 * and is not taken yet; ERR_NOMEM: there is no thread to be had. On an error nothing began and memory stays the
 * caller's. */
enum err day_reader_begin(struct day_reader *self, const struct day_memory *memory);
/* Never waits. OK: *out is the caller's; ERR_UNAVAILABLE: it still reads; ERR_NOT_FOUND: nothing was begun. Others are
 * of the reading, which is over with that. */
enum err day_reader_take(struct day_reader *self, struct day_memory *out);

#endif
