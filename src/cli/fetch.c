/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/fetch.h"

#include <curl/curl.h>
#include <unistd.h>

#define CONNECT_MS 5000L

struct exchange {
    const struct fetch_request *request;
    struct arena *arena;
    CURL *curl;
    struct fetch_reply *reply;
    struct buf body;
    int64_t sent;
    enum err err;
};

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *self = arg;
    long status = 0;
    str piece = {bytes, size * count};

    curl_easy_getinfo(self->curl, CURLINFO_RESPONSE_CODE, &status);
    if (self->request->sink && status >= 200 && status < 300) {
        self->err = self->request->sink(self->request->sink_arg, piece) ? OK : ERR_IO;
        return self->err ? 0 : piece.len;
    }
    buf_add(&self->body, piece);
    self->err = self->body.overflow ? ERR_TOO_LARGE : OK;
    return self->err ? 0 : piece.len;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *self = arg;
    struct fetch_reply *reply = self->reply;
    str line = {bytes, size * count};
    str name, value;

    if (str_starts(line, STR("HTTP/"))) {
        reply->headers_count = 0; /* after a 100 Continue comes the real one */
    } else if (str_cut(str_trim(line), ':', &name, &value) && reply->headers_count < FETCH_HEADERS_MAX) {
        reply->headers[reply->headers_count++] =
            (struct header){arena_str(self->arena, name), arena_str(self->arena, str_trim(value))};
    }
    return line.len;
}

static size_t give_body(char *out, size_t size, size_t count, void *arg)
{
    struct exchange *self = arg;
    ssize_t got = pread(self->request->body_fd, out, size * count, (off_t)self->sent);

    if (got < 0) {
        self->err = ERR_IO;
        return CURL_READFUNC_ABORT;
    }
    self->sent += got;
    return (size_t)got;
}

static struct curl_slist *make_headers(const struct fetch_request *request, struct arena *arena)
{
    /* Ours is an answer at once: no waiting for "100 Continue". */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");

    for (size_t i = 0; list && i < request->headers_count; i++) {
        const struct header *header = &request->headers[i];
        /* "Name;" is how the library is told to send an empty value. */
        str line = header->value.len
                       ? arena_f(arena, STR_FMT ": " STR_FMT, STR_ARG(header->name), STR_ARG(header->value))
                       : arena_f(arena, STR_FMT ";", STR_ARG(header->name));
        struct curl_slist *longer = line.ptr ? curl_slist_append(list, line.ptr) : NULL;
        if (!longer) {
            curl_slist_free_all(list);
        }
        list = longer;
    }
    return list;
}

static void set_body(struct exchange *self)
{
    const struct fetch_request *request = self->request;

    if (request->body_fd >= 0) {
        curl_easy_setopt(self->curl, CURLOPT_POST, 1L);
        curl_easy_setopt(self->curl, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(self->curl, CURLOPT_READDATA, self);
        curl_easy_setopt(self->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_bytes);
    } else if (request->body.len > 0 || request->method == METHOD_POST) {
        curl_easy_setopt(self->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
        curl_easy_setopt(self->curl, CURLOPT_POSTFIELDS, request->body.len ? request->body.ptr : "");
    } else if (request->method == METHOD_HEAD) {
        curl_easy_setopt(self->curl, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(self->curl, CURLOPT_CUSTOMREQUEST, method_name(request->method));
}

static void set_options(struct exchange *self, const struct curl_slist *headers, char *words)
{
    CURL *curl = self->curl;

    curl_easy_setopt(curl, CURLOPT_URL, self->request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)self->request->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_CERTINFO, self->request->want_certificate ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, self);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, self);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    set_body(self);
}

static enum err explain(CURLcode code, const char *words, const char *url, struct fault *fault)
{
    const char *kind = code == CURLE_COULDNT_RESOLVE_HOST                                          ? "dns"
                       : code == CURLE_COULDNT_CONNECT                                             ? "connect"
                       : code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR ? "tls"
                                                                                                   : "broken";

    return fault_setf(fault, ERR_UNAVAILABLE, "", kind, "%.90s: %s", url, *words ? words : curl_easy_strerror(code));
}

static void take_certificate(struct exchange *self)
{
    struct curl_certinfo *chain = NULL;

    if (curl_easy_getinfo(self->curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || !chain || chain->num_of_certs < 1) {
        return;
    }
    for (const struct curl_slist *line = chain->certinfo[0]; line; line = line->next) {
        str text = str_from_c(line->data);
        if (str_starts(text, STR("Expire date:"))) {
            self->reply->certificate_expires = arena_str(self->arena, str_from(text, strlen("Expire date:")));
        }
    }
}

enum err fetch(struct arena *arena, const struct fetch_request *request, struct fetch_reply *out, struct fault *fault)
{
    char words[CURL_ERROR_SIZE] = "";
    struct fetch_reply reply = {0};
    struct exchange self = {.request = request, .arena = arena, .curl = curl_easy_init(), .reply = &reply};
    struct curl_slist *headers = make_headers(request, arena);
    enum err err = ERR_NOMEM;

    buf_init_heap(&self.body, FETCH_BODY_MAX);
    if (!self.curl || !headers) {
        goto out;
    }
    set_options(&self, headers, words);
    CURLcode code = curl_easy_perform(self.curl);
    if (code != CURLE_OK) {
        err = self.err ? self.err : explain(code, words, request->url, fault);
        goto out;
    }
    long status = 0;
    curl_easy_getinfo(self.curl, CURLINFO_RESPONSE_CODE, &status);
    reply.status = (int)status;
    reply.body = arena_str(arena, buf_str(&self.body));
    take_certificate(&self);
    err = arena->overflow ? ERR_NOMEM : OK;
    if (!err) {
        *out = reply;
    }
out:
    buf_done(&self.body);
    curl_slist_free_all(headers);
    curl_easy_cleanup(self.curl);
    return err;
}

str fetch_header(const struct fetch_reply *self, const char *name)
{
    for (size_t i = 0; i < self->headers_count; i++) {
        if (str_ieq(self->headers[i].name, str_from_c(name))) {
            return self->headers[i].value;
        }
    }
    return (str){0};
}
