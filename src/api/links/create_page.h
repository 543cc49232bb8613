/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_CREATE_PAGE_H
#define LINKPOND_API_CREATE_PAGE_H

#include "linkpond/api/link_view.h"

/* What the public page for making links looks like (create_page_view.c). Each answers with a whole page. */
enum create_notice {
    CREATE_NOTHING,
    CREATE_FAULT,     /* what err and fault say */
    CREATE_OLD,       /* the page was open for too long, or never was */
    CREATE_ELSEWHERE, /* another site sent this */
    CREATE_TOO_MANY,  /* from this address */
    CREATE_PAUSE,     /* from all together */
};
struct create_form {
    str url; /* as it was filled in */
    enum create_notice notice;
    int64_t wait_s; /* with CREATE_TOO_MANY and CREATE_PAUSE */
    enum err err;
    struct fault fault;
};
void create_page_form(struct ctx *ctx, struct request *request, struct reply *reply, const struct create_form *form);

struct create_made {
    struct link link;
    struct link_view view;
};
void create_page_made(struct ctx *ctx, struct request *request, struct reply *reply, const struct create_made *made);

/* There is no such page here. */
void create_page_none(struct ctx *ctx, struct request *request, struct reply *reply);
/* Too many wrong guesses; or, with `down`, no database handle came free. */
void create_page_busy(struct ctx *ctx, struct request *request, struct reply *reply, bool down);

#endif
