/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_PAGES_H
#define LINKPOND_HTTP_PAGES_H

#include "linkpond/base/buf.h"

/*
 * The small pages visitors see when there is nowhere to send them. All are written once at start, in both languages;
 * answering costs no memory. One style, inline, allowed by its hash in the policy: a page needs no second request.
 */
enum page {
    PAGE_FRONT, /* "/" of a short domain */
    PAGE_NOT_FOUND,
    PAGE_NOT_STARTED, /* use pages_not_started */
    PAGE_EXPIRED,
    PAGE_USED_UP,
    PAGE_DISABLED,
    PAGE_DENIED,
    PAGE_NO_HOST,     /* this host serves no short links */
    PAGE_SLOW_DOWN,   /* too many misses from one address */
    PAGE_UNAVAILABLE, /* the click could not be recorded and must be */
    PAGE_BAD_REQUEST,
    PAGE_COUNT
};
struct pages;
struct pages *pages_new(void);
void pages_free(struct pages *self);
/* Lives as long as `self`. */
str pages_get(const struct pages *self, enum page page, bool chinese);
/* With the time it starts, as people read it. */
void pages_not_started(const struct pages *self, bool chinese, str when, struct buf *out);
/* Value of Content-Security-Policy for all of these. */
str pages_policy(const struct pages *self);
/* The same for pages of the public plane with a form of their own, or a picture from there. */
str pages_form_policy(const struct pages *self);
/* A built-in file of src/web without the line that tells its licence, which is for readers of the source. */
str pages_file(const char *name);
/* Any page in the same style: title is escaped, content is HTML. */
void pages_write(const struct pages *self, bool chinese, str title, str content_html, struct buf *out);

#endif
