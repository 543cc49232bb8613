/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_SRC_API_DEALS_WECOM_XML_H
#define LINKPOND_SRC_API_DEALS_WECOM_XML_H

#include "linkpond/base/arena.h"
#include "linkpond/base/buf.h"
#include "linkpond/base/err.h"

/* The flat XML of WeCom's messages: elements below the root, by name. A document type, and with it every entity of
 * one's own, is refused. */
#define WECOM_XML_MAX      (64 * 1024)
#define WECOM_ELEMENTS_MAX 32
struct wecom_xml {
    struct {
        str name, text;
    } elements[WECOM_ELEMENTS_MAX]; /* further ones are let be */
    size_t count;
};
/* Into the arena. ERR_MALFORMED; ERR_TOO_LARGE; ERR_NOMEM. */
enum err wecom_xml_read(struct arena *arena, str text, struct wecom_xml *out);
/* The first of that name; empty when there is none. */
str wecom_xml_get(const struct wecom_xml *self, const char *name);

#endif
