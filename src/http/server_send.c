/* SPDX-License-Identifier: MIT */
/*
 * From a struct reply to what the wire library sends. It refuses some headers without a word (empty values, line
 * breaks); an answer that lost one, such as a redirect without its Location, must not go out, so that becomes a 500.
 */
#include "linkpond/base/log.h"
#include "server_private.h"

#define STREAM_BLOCK  (32 * 1024)
#define HEADER_COPY   (LIMIT_LOCATION + LIMIT_URI)
#define HEADER_SHORT  255
#define REFUSAL_BYTES 256

static ssize_t stream_read(void *arg, uint64_t position, char *out, size_t cap)
{
    const struct reply *reply = arg;
    (void)position;
    ssize_t got = reply->pull(reply->pull_arg, out, cap);
    if (got > 0) {
        return got;
    }
    return got == -1 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *make_response(const struct reply *reply)
{
    if (reply->pull) {
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, (void *)(uintptr_t)reply,
                                                 NULL);
    }
    str body = reply->body.len > 0 ? buf_str(&reply->body) : reply->body_static;
    bool scratch = reply->body.len > 0 && !reply->body.owned;
    return MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.ptr,
                                           scratch ? MHD_RESPMEM_MUST_COPY : MHD_RESPMEM_PERSISTENT);
}

/* The library wants C strings. Most values are short, and the compiler clears what stands on the stack, so only long
 * ones pay for a large copy. */
static bool add_copy(struct MHD_Response *response, const struct header *header, char *memory)
{
    memcpy(memory, header->value.ptr, header->value.len);
    memory[header->value.len] = '\0';
    return MHD_add_response_header(response, header->name.ptr, memory) == MHD_YES;
}

__attribute__((noinline)) static bool add_long_header(struct MHD_Response *response, const struct header *header)
{
    char memory[HEADER_COPY + 1];
    return header->value.len <= HEADER_COPY && add_copy(response, header, memory);
}

static bool add_header(struct MHD_Response *response, const struct header *header)
{
    char memory[HEADER_SHORT + 1];
    if (header->value.len == 0) {
        return true; /* an empty value says nothing; the library would refuse it */
    }
    return header->value.len <= HEADER_SHORT ? add_copy(response, header, memory) : add_long_header(response, header);
}

static bool add_headers(struct MHD_Response *response, const struct reply *reply, bool close)
{
    for (size_t i = 0; i < reply->headers_count; i++) {
        if (!add_header(response, &reply->headers[i])) {
            log_event(LOG_ERROR, "header_refused", STR_FMT, STR_ARG(reply->headers[i].name));
            return false;
        }
    }
    return !close || MHD_add_response_header(response, "Connection", "close") == MHD_YES;
}

static enum MHD_Result queue(struct MHD_Connection *wire, int status, struct MHD_Response *response)
{
    enum MHD_Result result = MHD_queue_response(wire, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

/* The library looks at its clock when the stream's function comes back, so a long silence of ours would cut the very
 * answer that was waited for. */
static bool be_patient(struct MHD_Connection *wire, const struct reply *reply)
{
    return reply->patience_s > 0 &&
           MHD_set_connection_option(wire, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)reply->patience_s) == MHD_YES;
}

enum MHD_Result send_reply(struct MHD_Connection *wire, const struct reply *reply, bool close)
{
    bool last = be_patient(wire, reply) || close || reply->close;
    struct MHD_Response *response = make_response(reply);
    if (!response) {
        return MHD_NO;
    }
    if (!add_headers(response, reply, last)) {
        MHD_destroy_response(response);
        return send_refusal(wire, ERR_INTERNAL);
    }
    return queue(wire, reply->status, response);
}

enum MHD_Result send_refusal(struct MHD_Connection *wire, enum err err)
{
    char text[REFUSAL_BYTES];
    int len = snprintf(text, sizeof text, "{\"type\":\"urn:linkpond:problem:%s\",\"title\":\"%s\",\"status\":%d}",
                       err_slug(err), err_text(err, false), err_http_status(err));
    struct MHD_Response *response = MHD_create_response_from_buffer((size_t)len, text, MHD_RESPMEM_MUST_COPY);
    if (!response) {
        return MHD_NO;
    }
    if (MHD_add_response_header(response, "Content-Type", "application/problem+json") != MHD_YES ||
        MHD_add_response_header(response, "Cache-Control", "no-store") != MHD_YES ||
        MHD_add_response_header(response, "Connection", "close") != MHD_YES) {
        MHD_destroy_response(response);
        return MHD_NO;
    }
    return queue(wire, err_http_status(err), response);
}
