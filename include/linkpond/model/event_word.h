/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_EVENT_WORD_H
#define LINKPOND_MODEL_EVENT_WORD_H

#include "linkpond/base/str.h"

/* The kind of event that people mean in a table of their own: 成交 is what scripts call deal, and counts as one. A word
 * that is none of ours is a kind of its own, and comes back as it is. UTF-8; the answer lives as long as the word. */
str event_word_type(str word);

#endif
