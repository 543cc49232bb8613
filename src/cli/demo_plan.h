/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_CLI_DEMO_PLAN_H
#define LINKPOND_SRC_CLI_DEMO_PLAN_H

#include "demo_story.h"

/* What happens in a story, in order of time: who asks for which link when, and what is done to links. Pure: decided by
 * the story and these numbers alone. */
struct plan_opts {
    uint64_t seed;
    int64_t until_ms; /* the story's end */
    int64_t days;     /* 90 days of story in so many */
    uint32_t clicks;
};
/* Names of the list "kinds" from PERSON on. Things that happen at one instant happen in this order. */
enum step_kind {
    STEP_CREATE,   /* a link is made */
    STEP_RESTART,  /* the server is */
    STEP_DISABLE,  /* a link is switched off */
    STEP_PERSON,   /* somebody opens it */
    STEP_AGAIN,    /* the same person after minutes */
    STEP_BOT,      /* a crawler */
    STEP_PREVIEW,  /* an app makes its card */
    STEP_HEAD,     /* somebody checks whether it works */
    STEP_PREFETCH, /* a browser loads it ahead */
    STEP_REPLAY,   /* WeChat's operator looks at what a person opened */
    STEP_LOST,     /* somebody takes the full stop behind it for a part of it */
    STEP_RESENT,   /* nginx sends the request of a person again, after the restart */
    STEP_KINDS
};
struct step {
    int64_t time_ms;
    uint32_t link;    /* index in the story */
    uint32_t visitor; /* one of the crowd */
    uint32_t salt;    /* one of the visitor's visits */
    uint32_t kind;
    uint32_t customer; /* who came, when more is told of them (demo_deals.h), counted from 1; 0 = any other visitor */
    bool leads;        /* what the customer did follows from this visit */
};
struct plan {
    struct step *steps; /* heap */
    size_t count;
    uint32_t *visits; /* of each link; heap */
    int64_t start_ms;
};
/* Exactly opts->clicks steps are requests. ERR_NOMEM; ERR_USAGE: too few clicks for the story. */
enum err plan_draw(const struct story *story, const struct plan_opts *opts, struct plan *out, struct fault *fault);
void plan_done(struct plan *self);
/* The instant of a day counted back from the end. */
int64_t plan_time(const struct plan_opts *opts, double day);
/* A request that people's rules decide about, not the machine's: the crowd's User-Agents and parameters. */
bool step_is_person(enum step_kind kind);

#endif
