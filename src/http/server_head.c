/* SPDX-License-Identifier: MIT */
/*
 * From what the wire library read to a struct request. The library (0.9.75) misreads some requests in ways that let a
 * second request be smuggled inside a first: of two Content-Length it takes one and runs the rest, a header name with a
 * blank before the colon is not seen as what it is, a folded line becomes part of the next header's NAME, and a
 * transfer coding it does not know leaves the connection without an answer. Such requests are refused here before any
 * effect. %00 and raw NUL cut its idea of the path short; ours is decoded from the target as it came.
 */
#include <sys/socket.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/percent.h"
#include "server_private.h"

/* ---- connections ----------------------------------------------------------------------------------------------- */

static bool is_trusted(const struct addr *addr, const struct trust *trust)
{
    for (size_t i = 0; i < trust->count; i++) {
        if (cidr_contains(&trust->proxies[i], addr)) {
            return true;
        }
    }
    return false;
}

struct conn *conn_new(struct MHD_Connection *wire, const struct trust *trust)
{
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(wire, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address = MHD_get_connection_info(wire, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct conn *self = malloc(sizeof *self);
    if (!self || !fd || !address) {
        free(self);
        return NULL;
    }
    memset(self, 0, offsetof(struct conn, uri)); /* the target's room, nearly all of it, is written before it is read */
    self->magic = CONN_MAGIC;
    self->fd = fd->connect_fd;
    self->waiting_since_ns = clock_mono_ns();
    addr_from_sockaddr(address->client_addr, &self->peer);
    self->peer_trusted = is_trusted(&self->peer, trust);
    return self;
}

void conn_free(struct conn *self)
{
    if (self) {
        self->magic = 0;
        free(self);
    }
}

void conn_link(struct conn_list *list, struct conn *conn)
{
    conn->previous = NULL;
    conn->next = list->first;
    if (list->first) {
        list->first->previous = conn;
    }
    list->first = conn;
}

void conn_unlink(struct conn_list *list, struct conn *conn)
{
    if (conn->next) {
        conn->next->previous = conn->previous;
    }
    if (conn->previous) {
        conn->previous->next = conn->next;
    } else {
        list->first = conn->next;
    }
}

void conn_list_cut(struct conn_list *list, int64_t before_ns)
{
    for (struct conn *conn = list->first; conn; conn = conn->next) {
        if (conn->waiting_since_ns != 0 && conn->waiting_since_ns < before_ns) {
            shutdown(conn->fd, SHUT_RDWR);
        }
    }
}

void conn_take_uri(struct conn *self, const char *uri)
{
    size_t len = strlen(uri);
    self->stage = CONN_URI;
    self->body_bytes = 0;
    self->uri_end = uri + len;
    self->uri_len = len <= LIMIT_URI ? len : LIMIT_URI + 1;
    memcpy(self->uri, uri, len <= LIMIT_URI ? len : 0);
    /* The library's interface says const, but this is its own buffer and the byte after '?' is what it parses next.
     * A test holds it to that: thousands of '&' must still be answered. */
    char *question = strchr((char *)(uintptr_t)uri, '?');
    self->path_len = question ? (size_t)(question - uri) : len;
    if (question && question[1] != '\0') {
        question[1] = '\0';
    }
}

/* ---- what was sent --------------------------------------------------------------------------------------------- */

bool target_split(str raw, struct raw_target *out)
{
    *out = (struct raw_target){0};
    size_t scheme = str_istarts(raw, STR("http://")) ? 7 : str_istarts(raw, STR("https://")) ? 8 : 0;
    if (scheme > 0) {
        raw = str_from(raw, scheme);
        size_t end = 0;
        while (end < raw.len && raw.ptr[end] != '/' && raw.ptr[end] != '?' && raw.ptr[end] != '#') {
            end++;
        }
        out->host = str_slice(raw, 0, end);
        raw = str_from(raw, end);
        if (out->host.len == 0 || str_find_char(out->host, '@', 0) >= 0) {
            return false;
        }
    }
    str before, fragment;
    str_cut(raw, '#', &before, &fragment);
    str_cut(before, '?', &out->path, &out->query);
    if (out->path.len == 0 && scheme > 0) {
        out->path = STR("/");
    }
    return str_starts(out->path, STR("/"));
}

/* RFC 9110 5.6.2. */
static const bool token_chars[256] = {
    ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['!'] = true, ['#'] = true, ['$'] = true,
    ['%'] = true,         ['&'] = true,         ['\''] = true,        ['*'] = true, ['+'] = true, ['-'] = true,
    ['.'] = true,         ['^'] = true,         ['_'] = true,         ['`'] = true, ['|'] = true, ['~'] = true,
};

bool header_name_is_token(str name)
{
    unsigned good = name.len > 0;
    for (size_t i = 0; i < name.len; i++) {
        good &= token_chars[(unsigned char)name.ptr[i]];
    }
    return good;
}

enum header_id framing_add(struct framing *self, str name, str value)
{
    enum header_id id = header_id(name);
    if (id == HEADER_OTHER) {
        self->bad_name = self->bad_name || !header_name_is_token(name);
    } else if (id == HEADER_CONTENT_LENGTH) {
        self->content_lengths++;
    } else if (id == HEADER_HOST) {
        self->hosts++;
    } else if (id == HEADER_TRANSFER_ENCODING) {
        self->transfer_encodings++;
        self->bad_coding = self->bad_coding || !str_ieq(value, STR("chunked"));
    }
    return id;
}

bool framing_is_good(const struct framing *self)
{
    return !self->bad_name && !self->bad_coding && self->hosts <= 1 &&
           self->content_lengths + self->transfer_encodings <= 1;
}

struct addr forwarded_client(const struct addr *peer, const struct header *headers, size_t count,
                             const struct trust *trust)
{
    struct addr client = *peer;
    for (size_t i = count; i > 0; i--) {
        if (str_ieq(headers[i - 1].name, STR("X-Forwarded-For"))) {
            client = addr_client(&client, headers[i - 1].value, trust->proxies, trust->count);
        }
    }
    return client;
}

/* ---- heads ----------------------------------------------------------------------------------------------------- */

/* What a header line takes in the library's pool besides its name and value: ": ", CR LF, and an entry of its list. */
#define HEADER_LINE_BYTES 68

struct collect {
    struct head *head;
    struct framing framing;
    size_t bytes;
    bool too_large;
};

/* A folded line is glued to the NAME of the header before it ("X-Forwarded-Fo: 6.6.6.6", then " r"), which makes a good
 * name out of two harmless ones. The glued name is a copy elsewhere in the library's memory; the name of an ordinary
 * line is followed by its colon (now a NUL), blanks and its value. A test holds the library to that. */
static bool is_one_line(const char *key, size_t key_len, const char *value)
{
    const char *byte = key + key_len;
    if ((uintptr_t)value <= (uintptr_t)byte) {
        return false;
    }
    while (byte < value && (*byte == '\0' || *byte == ' ' || *byte == '\t')) {
        byte++;
    }
    return byte == value;
}

static enum MHD_Result collect_header(void *arg, enum MHD_ValueKind kind, const char *key, size_t key_len,
                                      const char *value, size_t value_len)
{
    struct collect *collect = arg;
    struct head *head = collect->head;
    (void)kind;
    if (!value || !is_one_line(key, key_len, value)) {
        collect->framing.bad_name = true;
        return MHD_NO;
    }
    if (head->count == LIMIT_HEADERS) {
        collect->too_large = true;
        return MHD_NO;
    }
    collect->bytes += key_len + value_len + HEADER_LINE_BYTES;
    struct header *header = &head->headers[head->count++]; /* field by field: copied whole, it is waited for */
    header->name.ptr = key;
    header->name.len = key_len;
    header->value = str_trim((str){value, value_len});
    enum header_id id = framing_add(&collect->framing, header->name, header->value);
    if (!head->first[id].ptr) {
        head->first[id] = header->value;
    }
    return MHD_YES;
}

/* A raw NUL ends the C string that the library gives us, but not the target: the rest then stands between what we saw
 * and the protocol version. The library itself puts one NUL there, in place of the blank. */
static bool has_hidden_bytes(const struct conn *conn, const char *version)
{
    int nuls = 0;
    for (const char *byte = conn->uri_end; byte < version; byte++) {
        nuls += *byte == '\0';
        if (nuls > 1 || (*byte != '\0' && *byte != ' ')) {
            return true;
        }
    }
    return false;
}

static bool is_printable(str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < 0x21 || text.ptr[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

static void take_proxy_headers(const struct head *head, const struct conn *conn, const struct trust *trust,
                               struct request *request)
{
    request->client = conn->peer;
    request->trusted = conn->peer_trusted;
    if (!conn->peer_trusted) {
        return;
    }
    if (head->first[HEADER_FORWARDED_FOR].ptr) {
        request->client = forwarded_client(&conn->peer, head->headers, head->count, trust);
    }
    request->https = str_ieq(head->first[HEADER_FORWARDED_PROTO], STR("https"));
    str id = head->first[HEADER_REQUEST_ID];
    if (is_printable(id)) {
        request->request_id = str_slice(id, 0, LIMIT_REQUEST_ID);
    }
}

enum err head_read(struct head *self, const struct conn *conn, struct MHD_Connection *wire, const char *method,
                   const char *version, const struct trust *trust, struct request *request)
{
    struct collect collect = {.head = self, .bytes = conn->uri_len};
    self->count = 0;
    memset(self->first, 0, sizeof self->first);
    MHD_get_connection_values_n(wire, MHD_HEADER_KIND, collect_header, &collect);
    if (collect.too_large) {
        return ERR_HEADERS_TOO_LARGE;
    }
    if (!framing_is_good(&collect.framing) || has_hidden_bytes(conn, version)) {
        return ERR_MALFORMED;
    }
    if (conn->uri_len > LIMIT_URI) {
        return ERR_URI_TOO_LONG;
    }
    if (collect.bytes + REPLY_HEAD_BYTES >= self->pool_bytes) {
        return ERR_HEADERS_TOO_LARGE;
    }
    *request = (struct request){.method = METHOD_OTHER,
                                .headers = self->headers,
                                .headers_count = self->count,
                                .first = self->first,
                                .location_max = self->pool_bytes - REPLY_HEAD_BYTES - collect.bytes,
                                .body_fd = -1};
    method_parse(str_from_c(method), &request->method);
    struct raw_target target;
    str raw = {conn->uri, conn->uri_len};
    if (request->method == METHOD_OPTIONS && str_eq(raw, STR("*"))) {
        raw = STR("/");
    }
    struct buf path;
    buf_init_fixed(&path, self->path, sizeof self->path);
    if (!target_split(raw, &target) || !percent_decode(&path, target.path)) {
        return ERR_MALFORMED;
    }
    request->path = buf_str(&path);
    request->raw_path = target.path;
    request->query = target.query;
    request->host = target.host.len > 0 ? target.host : self->first[HEADER_HOST];
    take_proxy_headers(self, conn, trust, request);
    return OK;
}

bool head_has_body(const struct head *self)
{
    uint64_t length = 0;
    str content_length = self->first[HEADER_CONTENT_LENGTH];
    return self->first[HEADER_TRANSFER_ENCODING].len > 0 ||
           (content_length.len > 0 && (!str_to_u64(content_length, &length) || length > 0));
}
