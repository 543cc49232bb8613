/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_NAMES_H
#define LINKPOND_API_NAMES_H

#include "linkpond/base/json.h"

/* A name in both languages, as labels and UTM values carry it. */
struct names {
    str zh, en;
    bool has_zh, has_en; /* named in the body */
};
/* {"zh": …, "en": …}; what is absent keeps, null clears; NULL (a null in place of the object) clears both. Texts are
 * lent by the JSON. ERR_INVALID names the field `names`. */
enum err names_decode(const struct json *object, struct names *out, struct fault *fault);

#endif
