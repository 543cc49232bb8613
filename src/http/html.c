/* SPDX-License-Identifier: MIT */
/* HTML is written by templates and one escaper, so that no handler puts a visitor's bytes into a page by itself. */
#include "linkpond/http/html.h"

#include "linkpond/base/err.h"

void html_escape(struct buf *out, str text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&':
            buf_add_c(out, "&amp;");
            break;
        case '<':
            buf_add_c(out, "&lt;");
            break;
        case '>':
            buf_add_c(out, "&gt;");
            break;
        case '"':
            buf_add_c(out, "&quot;");
            break;
        case '\'':
            buf_add_c(out, "&#39;");
            break;
        default:
            buf_add_char(out, text.ptr[i]);
        }
    }
}

static const struct html_slot *find_slot(const struct html_slot *slots, size_t count, str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(name, str_from_c(slots[i].name))) {
            return &slots[i];
        }
    }
    return NULL;
}

void html_fill(struct buf *out, str text, const struct html_slot *slots, size_t count)
{
    ssize_t open;
    while ((open = str_find(text, STR("{{"), 0)) >= 0) {
        ssize_t close = str_find(text, STR("}}"), (size_t)open);
        BUG_ON(close < 0);
        const struct html_slot *slot = find_slot(slots, count, str_slice(text, (size_t)open + 2, (size_t)close));
        BUG_ON(!slot);
        buf_add(out, str_slice(text, 0, (size_t)open));
        if (slot->is_html) {
            buf_add(out, slot->value);
        } else {
            html_escape(out, slot->value);
        }
        text = str_from(text, (size_t)close + 2);
    }
    buf_add(out, text);
}
