/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_VISITOR_COOKIE_H
#define LINKPOND_HTTP_VISITOR_COOKIE_H

#include "linkpond/http/request.h"
#include "linkpond/http/visitor_number.h"

/*
 * A visitor's number as a cookie: one AES block under the install's own key, as hex. The block holds the number and
 * zeros, so a number can neither be read nor made up by others, and a cookie of another install is no cookie.
 */
#define VISITOR_COOKIE     "lp_v"
#define VISITOR_COOKIE_MAX 160 /* the longest Set-Cookie line */
#define VISITOR_COOKIE_DAYS                                                                                            \
    395 /* 13 months: what CNIL's guidelines of 2020-09-17 give an audience measurement cookie */

enum visitor_said {
    VISITOR_SAID_NOTHING,
    VISITOR_SAID_NUMBER,
    VISITOR_SAID_NO, /* asked on /-/privacy not to be numbered */
};
enum visitor_said visitor_cookie_read(struct visitor_cookie *self, const struct request *request, int64_t *number);
/* Values of Set-Cookie, in `out`. secure: the visitor came by https. */
str visitor_cookie_set(struct visitor_cookie *self, int64_t number, bool secure, char out[VISITOR_COOKIE_MAX]);
str visitor_cookie_refused(void); /* the cookie of who said no */
str visitor_cookie_refusal(bool secure, char out[VISITOR_COOKIE_MAX]);
str visitor_cookie_removal(bool secure, char out[VISITOR_COOKIE_MAX]);

#endif
