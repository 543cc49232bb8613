/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_MODEL_ALIAS_H
#define LINKPOND_MODEL_ALIAS_H

#include "linkpond/model/utm.h"

/* Aliases that follow from what a link is for, so that asking twice gives the same one. Pure. */
#define ALIAS_SLUG_MAX 32

/* The text as part of an alias: ASCII letters in lower case and digits stay, what stands between becomes one '-'. Where
 * that loses something that tells two texts apart (other scripts, a long end) six characters made of the whole text
 * follow, always the same: "华东3群" is "3-" and these. Empty for a blank text. Lent from memory. */
str alias_slug(str text, char memory[ALIAS_SLUG_MAX]);

/* A pattern such as "spring-{channel}": the slots of a UTM template but {code}, which a link has only afterwards, and
 * between them what an alias may hold. Codes: unknown_placeholder, bad_character, required (nothing that differs from
 * link to link, so that only one could have it). */
enum err alias_pattern_check(str pattern, struct fault *fault);
/* The pattern has passed the check; slots are the texts as they are. ERR_INVALID (field "alias_pattern"): too_long. */
enum err alias_pattern_fill(struct arena *arena, str pattern, const str slots[UTM_SLOT_COUNT], str *out,
                            struct fault *fault);

#endif
