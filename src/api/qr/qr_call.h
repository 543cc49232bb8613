/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_QR_CALL_H
#define LINKPOND_API_QR_CALL_H

#include "linkpond/api/link_view.h"
#include "linkpond/http/qr.h"

/* What a call asks of QR codes, and how a link's is made: shared by the single code, the sheet and the ZIP. */
enum qr_caption_mode { QR_CAPTION_NONE, QR_CAPTION_PLACE, QR_CAPTION_TEXT };
struct qr_wish {
    bool png;
    struct qr_opts opts;
    enum qr_caption_mode caption;
    str caption_text;
    bool logo;
};
/* The parameters that qr_call_read takes, for a route's row. */
#define QR_PARAMS "format size margin level dark light caption logo"
/* From the query string, or from the members of a JSON object, which may also be numbers and booleans; others are let
 * be. On false the reply is the problem. */
bool qr_call_read(struct request *request, struct reply *reply, const struct json *object, struct qr_wish *out);
/* Fetches what the wish needs: the logo, a font. On false the reply is the problem. Then qr_call_done, always. */
bool qr_call_open(struct request *request, struct reply *reply, struct db *db, struct qr_wish *self);
void qr_call_done(struct qr_wish *self);
/* Adds the link's picture. `place`: what qr_call_place gave. */
enum err qr_call_draw(const struct qr_wish *self, const struct link_view *view, const struct link *link, str place,
                      struct buf *out, struct fault *fault);
const char *qr_call_type(const struct qr_wish *self);

/* Where a link is put, in words: its channel's name in the reader's language, else the channel's key, else the title,
 * else nothing. `last` remembers the channel asked for last; begin with a zeroed one. */
struct qr_place {
    int64_t channel_id;
    str name;
};
enum err qr_call_place(struct db *db, struct arena *arena, const struct link *link, bool chinese, struct qr_place *last,
                       str *out);

#endif
