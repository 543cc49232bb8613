/* SPDX-License-Identifier: MIT */
#include "../../src/http/server_private.h"
#include "linkpond/base/err.h"
#include "linkpond/base/json.h"
#include "linkpond/base/percent.h"

/*
 * A head as strangers send it: the request target on the first line, then header lines, then behind an empty line a
 * form body. Every reader of a request ends, stays inside what was sent, and says the same thing twice; a path that is
 * taken has no NUL; a framing that is good has one length at most.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HEADERS_MAX 64

static struct request request;
static struct header headers[HEADERS_MAX];
static struct arena arena;

static void read_target(str raw)
{
    char memory[LIMIT_URI + 1];
    struct raw_target target;
    struct buf path;

    request.path = request.raw_path = STR("/");
    if (raw.len > LIMIT_URI || !target_split(raw, &target)) {
        return;
    }
    BUG_ON(!str_starts(target.path, STR("/")) || target.path.len + target.query.len > raw.len + 1);
    BUG_ON(str_find_char(target.path, '?', 0) >= 0 || str_find_char(target.query, '#', 0) >= 0);
    buf_init_fixed(&path, memory, sizeof memory);
    if (percent_decode(&path, target.path)) {
        BUG_ON(str_find_char(buf_str(&path), '\0', 0) >= 0);
        request.path = arena_str(&arena, buf_str(&path));
        request.raw_path = target.path;
    }
    request.query = target.query;
}

static void read_headers(str *rest)
{
    struct framing framing = {0};
    str line;

    while (request.headers_count < HEADERS_MAX && str_cut(*rest, '\n', &line, rest) && line.len > 0) {
        struct header *header = &headers[request.headers_count++];
        str_cut(line, ':', &header->name, &header->value);
        header->value = str_trim(header->value);
        framing_add(&framing, header->name, header->value);
    }
    if (framing_is_good(&framing)) {
        BUG_ON(framing.content_lengths > 1 || framing.hosts > 1);
        BUG_ON(framing.content_lengths && framing.transfer_encodings);
    }
}

static bool within(str inner, str outer)
{
    return inner.len == 0 || (inner.ptr >= outer.ptr && inner.ptr + inner.len <= outer.ptr + outer.len);
}

static void ask_headers(str all)
{
    str value;
    int64_t revision = 0;
    char tag[ETAG_TEXT_MAX];

    BUG_ON(!within(request_header(&request, "User-Agent"), all));
    if (request_cookie(&request, "lp_session", &value)) {
        BUG_ON(!within(value, all) || str_find_char(value, ';', 0) >= 0);
    }
    bool plain = request_accepts(&request, "text/plain");
    BUG_ON(plain != request_accepts(&request, "TEXT/Plain"));
    (void)request_is_form(&request);
    (void)language_is_chinese(request_header(&request, "Accept-Language"));
    if (request_if_match(&request, &revision) == OK) {
        BUG_ON(revision < 0);
    }
    (void)request_if_none_match(&request, etag_format(revision, tag));
}

static void ask_parameters(void)
{
    str value;

    if (request_query(&request, "a", &value)) {
        BUG_ON(value.len > 3 * request.query.len); /* what is no UTF-8 grows */
    }
    if (request_form(&request, "csrf", &value)) {
        BUG_ON(value.len > request.body.len);
    }
}

static void ask_client(void)
{
    struct cidr proxies[1];
    struct trust trust = {proxies, ARRAY_LEN(proxies)};
    struct addr peer, stranger;

    BUG_ON(!cidr_parse(STR("127.0.0.1"), &proxies[0]) || !addr_parse(STR("127.0.0.1"), &peer));
    BUG_ON(!addr_parse(STR("203.0.113.9"), &stranger));
    (void)forwarded_client(&peer, headers, request.headers_count, &trust);
    struct addr client = forwarded_client(&stranger, headers, request.headers_count, &trust);
    BUG_ON(!addr_eq(&client, &stranger));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str all = {(const char *)data, size}, target, rest;

    if (size > 16384) {
        return 0;
    }
    arena_init(&arena, LIMIT_ARENA_REQUEST);
    request = (struct request){.headers = headers, .arena = &arena, .body_fd = -1};
    str_cut(all, '\n', &target, &rest);
    read_target(target);
    read_headers(&rest);
    request.body = rest;
    request.body_bytes = (int64_t)rest.len;
    ask_headers(all);
    ask_parameters();
    ask_client();
    arena_done(&arena);
    return 0;
}
