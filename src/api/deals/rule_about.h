/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_RULE_ABOUT_H
#define LINKPOND_API_RULE_ABOUT_H

#include "linkpond/api/call.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/rule_about.h"

/* What a rule of customers is about, in and out. Rules differ in what they call a link's tag and in whether they must
 * be about something. */
struct rule_about_words {
    const char *fields[LABEL_KINDS];
    bool required;
    const char *one_of, *one_of_zh; /* told to who names more than one, or none where one is required */
};
struct rule_about_body {
    str link, labels[LABEL_KINDS], type;
};
/* On a reader of the engine's. Keys are lent from the body. ERR_INVALID names the field. */
enum err rule_about_read(struct ctx *ctx, const struct request *request, const struct rule_about_words *words,
                         const struct rule_about_body *body, struct rule_about *out, struct fault *fault);
/* Fields link, one for each kind of label, type: all but one null. */
void rule_about_write(struct json_writer *json, const struct rule_about_words *words, const struct rule_about *about);

#endif
