/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_DESTINATIONS_H
#define LINKPOND_MODEL_DESTINATIONS_H

#include "linkpond/base/err.h"
#include "linkpond/base/host.h"

/*
 * Where links may lead: a list of hosts that are denied and one of those that are allowed, compiled for asking about
 * many addresses. Pure and immutable.
 *
 * A line `example.com` is about that host and every host below it; `*.example.com` about those below it, at any depth,
 * but not about example.com itself. An IP address is about itself. Whole labels are compared: example.com says nothing
 * of notexample.com. Denied beats allowed; once anything is allowed, nothing else is. Addresses without a host
 * (weixin://…) are judged by their scheme alone (extra_schemes), not here. Port, path and scheme do not matter.
 */
#define DESTINATION_LIST_TABLE(X)                                                                                      \
    X(DESTINATION_DENY, "deny")                                                                                        \
    X(DESTINATION_ALLOW, "allow")
#define DESTINATION_ENUM(constant, name) constant,
enum destination_list { DESTINATION_LIST_TABLE(DESTINATION_ENUM) DESTINATION_LISTS };
#undef DESTINATION_ENUM
str destination_list_name(enum destination_list list);
int destination_list_find(str name); /* -1 when no such list */

/* What a person entered or pasted (a host, `*.host`, `.host`, a whole address) as it is stored. ERR_INVALID: required,
 * bad_host. *pattern lies in `out`. */
#define DESTINATION_PATTERN_MAX (HOST_TEXT_MAX + 2)
enum err destination_pattern(str text, char out[DESTINATION_PATTERN_MAX], str *pattern, struct fault *fault);
/* The host a stored pattern is about. */
str destination_host(str pattern);
/* Hosts of people who have nothing to do with each other: a public suffix such as com.cn or github.io. */
bool destination_is_suffix(str pattern);

struct destination_line {
    int64_t id;
    enum destination_list list;
    str pattern; /* stored form */
};
struct destinations;
/* Copies the lines. NULL: out of memory. */
struct destinations *destinations_new(const struct destination_line *lines, size_t count);
void destinations_free(struct destinations *self);
/* NULL is an empty one here and below, which lets everything pass. */
bool destinations_is_empty(const struct destinations *self);

struct destination_verdict {
    bool passes;
    enum destination_list list; /* which list decided, where it does not pass or was allowed by a line */
    int64_t line_id; /* the line that decided; 0 = none: there is no line for it, or it is on no allow list */
};
/* Of a canonical host. */
struct destination_verdict destinations_judge_host(const struct destinations *self, str host);
/* Of a stored address. */
struct destination_verdict destinations_judge(const struct destinations *self, str url);

#endif
