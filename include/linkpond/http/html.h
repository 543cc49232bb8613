/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_HTTP_HTML_H
#define LINKPOND_HTTP_HTML_H

#include "linkpond/base/buf.h"

/* Text into HTML, for element content and for quoted attribute values: & < > " ' become entities. */
void html_escape(struct buf *out, str text);

/* Writes a template: every {{name}} is replaced by that slot's value, escaped unless it is HTML already. A name without
 * a slot is a bug and aborts. */
struct html_slot {
    const char *name;
    str value;
    bool is_html;
};
void html_fill(struct buf *out, str text, const struct html_slot *slots, size_t count);

#endif
