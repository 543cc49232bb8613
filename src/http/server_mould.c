/* SPDX-License-Identifier: MIT */
/*
 * Redirects differ in their Location and in nothing else, yet making the wire library's answer anew for each (a dozen
 * allocations) cost a tenth of a redirect. So a redirect thread keeps finished answers, moulds, each at the place of
 * its Location's hash. The links that most visits are for find theirs as it is, and keep the place while somebody asks
 * for them between two others; for whom there is no place, the Location of the last answer, kept for that, is changed.
 *
 * Why that is sound: the library writes the head of an answer into the connection's own memory in the same call in
 * which the handler queued it, before it looks at another connection of this thread (0.9.75: connection.c, the step
 * after the handler builds the header), and these answers have no body. Requests sent back to back over one connection
 * and many at once are tests/api/test_wire.py's to watch.
 */
#include "linkpond/base/hash.h"
#include "server_private.h"

#define MOULDS       1024 /* a power of two; some 700 bytes each */
#define MOULD_STATIC 4

struct mould {
    struct MHD_Response *response; /* NULL = not made yet */
    struct header statics[MOULD_STATIC];
    size_t statics_count;
    struct buf location; /* what it says now; empty = nothing */
    bool asked_for;      /* as it is, since another would have liked its place */
};
struct moulds {
    struct mould moulds[MOULDS + 1]; /* the last is for those without a place */
};

struct moulds *moulds_new(void)
{
    struct moulds *self = calloc(1, sizeof *self);

    for (size_t i = 0; self && i <= MOULDS; i++) {
        buf_init_heap(&self->moulds[i].location, LIMIT_LOCATION + LIMIT_URI + 1);
    }
    return self;
}

static void empty(struct mould *mould)
{
    if (mould->response) {
        MHD_destroy_response(mould->response);
    }
    mould->response = NULL;
    mould->statics_count = 0;
    buf_reset(&mould->location);
}

void moulds_free(struct moulds *self)
{
    for (size_t i = 0; self && i <= MOULDS; i++) {
        empty(&self->moulds[i]);
        buf_done(&self->moulds[i].location);
    }
    free(self);
}

/* A Location first, literals after it, and no body. */
static bool is_plain_redirect(const struct reply *reply)
{
    return reply->headers_count > 0 && reply->headers_count <= MOULD_STATIC + 1 && reply->headers_lent == 1 &&
           !reply->close && !reply->pull && reply->body.len == 0 && reply->body_static.len == 0 &&
           str_eq(reply->headers[0].name, STR("Location")) && reply->headers[0].value.len > 0;
}

/* Literals are the same when they stand at the same place. */
static bool fits(const struct mould *mould, const struct reply *reply)
{
    bool same = mould->response && mould->statics_count == reply->headers_count - 1;

    for (size_t i = 0; same && i < mould->statics_count; i++) {
        same = mould->statics[i].name.ptr == reply->headers[i + 1].name.ptr &&
               mould->statics[i].value.ptr == reply->headers[i + 1].value.ptr;
    }
    return same;
}

static bool make(struct mould *mould, const struct reply *reply)
{
    empty(mould);
    mould->response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    for (size_t i = 1; mould->response && i < reply->headers_count; i++) {
        const struct header *header = &reply->headers[i];
        if (MHD_add_response_header(mould->response, header->name.ptr, header->value.ptr) != MHD_YES) {
            empty(mould);
            return false;
        }
        mould->statics[mould->statics_count++] = *header;
    }
    return mould->response != NULL;
}

/* The one at that Location's place if it may be had, with the reply's other headers. */
static struct mould *find(struct moulds *self, const struct reply *reply)
{
    struct mould *mould = &self->moulds[MOULDS];

    if (!reply->once) {
        str location = reply->headers[0].value;
        struct mould *place = &self->moulds[hash_xxh3(location.ptr, location.len, 0) % MOULDS];
        bool same = str_eq(buf_str(&place->location), location);
        mould = same || !place->asked_for ? place : mould;
        place->asked_for = same;
    }
    return fits(mould, reply) || make(mould, reply) ? mould : NULL;
}

static bool set_location(struct mould *mould, str location)
{
    if (str_eq(buf_str(&mould->location), location)) {
        return true;
    }
    if (mould->location.len > 0 &&
        MHD_del_response_header(mould->response, "Location", buf_c(&mould->location)) != MHD_YES) {
        return false;
    }
    buf_reset(&mould->location);
    buf_add(&mould->location, location);
    const char *text = buf_c(&mould->location);
    return !mould->location.overflow && MHD_add_response_header(mould->response, "Location", text) == MHD_YES;
}

enum MHD_Result send_redirect(struct moulds *self, struct MHD_Connection *wire, const struct reply *reply)
{
    if (!is_plain_redirect(reply)) {
        return send_reply(wire, reply, false);
    }
    struct mould *mould = find(self, reply);
    if (mould && set_location(mould, reply->headers[0].value)) {
        return MHD_queue_response(wire, (unsigned)reply->status, mould->response);
    }
    if (mould) {
        empty(mould);
    }
    return send_reply(wire, reply, false);
}
