/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_AGENT_LANGUAGE_H
#define LINKPOND_MODEL_AGENT_LANGUAGE_H

#include "linkpond/base/str.h"

/* The first tag of an Accept-Language header, else WeChat's "Language/zh_CN" in the User-Agent; empty when neither
 * says. The usual tags come lower-cased from a static table; of others the language alone is given, as it was sent. */
str agent_language(str accept_language, str user_agent);

#endif
