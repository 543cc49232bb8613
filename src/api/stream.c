/* SPDX-License-Identifier: MIT */
#include "linkpond/api/stream.h"

#include <string.h>

ssize_t stream_pull(struct stream *self, bool (*more)(void *arg), void *arg, char *out, size_t cap)
{
    while (self->sent == self->text.len) {
        if (self->over) {
            return -1;
        }
        buf_reset(&self->text);
        self->sent = 0;
        if (!more(arg) || self->text.overflow) {
            return -2;
        }
    }
    str piece = str_slice(buf_str(&self->text), self->sent, self->sent + cap);
    memcpy(out, piece.ptr, piece.len);
    self->sent += piece.len;
    return (ssize_t)piece.len;
}
