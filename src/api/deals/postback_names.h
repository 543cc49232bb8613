/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_POSTBACK_NAMES_H
#define LINKPOND_SRC_API_DEALS_POSTBACK_NAMES_H

#include "event_draft.h"

/* Which parameter of a postback carries what. Each is read under our own name for it, unless the postback says that the
 * sender calls it otherwise, or (null) that it is not read. */
enum postback_field {
    POSTBACK_CLICK_ID,
    POSTBACK_EVENT_ID,
    POSTBACK_TYPE,
    POSTBACK_TIME,
    POSTBACK_VALUE,
    POSTBACK_CURRENCY,
    POSTBACK_OWNER,
    POSTBACK_NAME,
    POSTBACK_WHO, /* + enum event_who */
    POSTBACK_FIELDS = POSTBACK_WHO + EVENT_WHOS
};
#define POSTBACK_PARAMETER_MAX 64 /* bytes of a parameter's name */
#define POSTBACK_NAMES_BYTES   8192
struct postback_names {
    str of[POSTBACK_FIELDS]; /* empty = not read */
    str metadata[LIMIT_METADATA_KEYS];
    size_t metadata_count;
};

/* `object` is what the postback says, NULL = nothing. Texts are borrowed. ERR_INVALID "params": wrong_type,
 * unknown_field (no name of ours), bad_name, conflicting (one parameter for two), too_many (of metadata). */
enum err postback_names_read(const struct json *object, struct postback_names *out, struct fault *fault);
/* All of them, as they are read. */
void postback_names_write(struct json_writer *json, const struct postback_names *self);

#endif
