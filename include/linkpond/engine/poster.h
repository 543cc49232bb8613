/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_ENGINE_POSTER_H
#define LINKPOND_ENGINE_POSTER_H

#include "linkpond/model/robot.h"

/*
 * HTTP out: posts to addresses that people entered, several at a time, and gives back little of what is answered. What
 * such an address may not do to us: lead into our own network (the address that is really connected to is judged, so no
 * name and no spelling of a number gets around it), lead on to another place (redirects are answers like others), keep
 * us (connecting 5 s, all in all 15 s) or fill our memory (POSTER_ANSWER_MAX bytes are kept, then it is hung up). No
 * proxy of the environment, no .netrc, no cookies.
 */
struct poster;
struct poster_opts {
    bool allow_private; /* addresses of our own network, for robots on an intranet */
};
#define POSTER_SLOTS      32 /* posts at a time */
#define POSTER_ANSWER_MAX 4096
/* NULL: out of memory. One thread at a time, but for poster_wake. */
struct poster *poster_new(const struct poster_opts *opts);
/* Posts under way are hung up. */
void poster_free(struct poster *self);

/* Begins a post in a free slot (0 … POSTER_SLOTS - 1); the message is copied. ERR_NOMEM. */
enum err poster_start(struct poster *self, int slot, const struct robot_message *message);
/* A post that is over; its slot is free. The answer's texts are lent until the next call. */
bool poster_next(struct poster *self, int *slot, struct robot_answer *out);
/* Works on what is under way, and returns when something is over, poster_wake was called, or after so long. */
void poster_wait(struct poster *self, int64_t ms);
/* Any thread. */
void poster_wake(struct poster *self);

/* One post on the calling thread, to its end. Texts in the arena. */
enum err poster_once(const struct poster_opts *opts, struct arena *arena, const struct robot_message *message,
                     struct robot_answer *out);

#endif
