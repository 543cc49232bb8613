/* SPDX-License-Identifier: MIT */
/* Goal: over real sockets on loopback: good requests get the bytes they should, misread ones get 400 and a closed
 * connection before any effect, bodies are gathered whole, and a taken port is refused. The resolver and the journal
 * are stand-ins. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "desk.h"
#include "linkpond/http/server.h"

/* ---- stand-ins -----------------------------------------------------------------------------------------------------
 */
static _Atomic int resolved, appended;
static pthread_mutex_t seen_lock = PTHREAD_MUTEX_INITIALIZER;
static char seen_path[LIMIT_URI + 1], seen_query[LIMIT_URI + 1], seen_request_id[256], seen_client[ADDR_TEXT_MAX];

static void remember(char *out, size_t cap, str text)
{
    snprintf(out, cap, STR_FMT, STR_ARG(text));
}

void resolver_foresee(const struct resolver *self, str path)
{
    (void)self;
    (void)path;
}

void resolver_foresee_link(const struct resolver *self, str path)
{
    (void)self;
    (void)path;
}

void resolver_resolve(struct resolver *self, struct resolver_scratch *scratch, const struct visit *visit,
                      struct verdict *out)
{
    (void)self;
    (void)scratch;
    pthread_mutex_lock(&seen_lock);
    remember(seen_path, sizeof seen_path, visit->path);
    remember(seen_query, sizeof seen_query, visit->query);
    pthread_mutex_unlock(&seen_lock);
    resolved++;
    *out = (struct verdict){.kind = VERDICT_LINK,
                            .outcome = OUTCOME_REDIRECT,
                            .status = 302,
                            .location = STR("https://a.example/?e=m%3D2"),
                            .signals = visit->signals};
}

void resolver_remember(struct resolver *self, const struct verdict *verdict, int64_t now_ms)
{
    (void)self;
    (void)verdict;
    (void)now_ms;
}

void resolver_undo(struct resolver *self, const struct verdict *verdict)
{
    (void)self;
    (void)verdict;
}

enum err journal_append(struct journal *self, unsigned lane, const struct record *record, int64_t *click_id)
{
    char text[ADDR_TEXT_MAX];
    (void)self;
    assert_true(lane < 2);
    pthread_mutex_lock(&seen_lock);
    remember(seen_request_id, sizeof seen_request_id, record->request_id);
    remember(seen_client, sizeof seen_client, addr_format(&record->ip, text));
    pthread_mutex_unlock(&seen_lock);
    appended++;
    *click_id = 64;
    return OK;
}

/* ---- handlers of the slow planes -----------------------------------------------------------------------------------
 */
static void echo(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    int64_t sum = 0;
    if (request->body_fd >= 0) {
        uint8_t piece[4096];
        ssize_t got;
        while ((got = read(request->body_fd, piece, sizeof piece)) > 0) {
            for (ssize_t i = 0; i < got; i++) {
                sum += piece[i];
            }
        }
    }
    for (size_t i = 0; i < request->body.len; i++) {
        sum += (uint8_t)request->body.ptr[i];
    }
    reply_text(reply, 200, "text/plain",
               arena_f(request->arena, "%lld bytes, sum %lld, spooled %d", (long long)request->body_bytes,
                       (long long)sum, request->body_fd >= 0));
}

struct stream {
    int left, ended;
    bool breaks;
};
static struct stream stream;

static ssize_t pull(void *arg, char *out, size_t cap)
{
    struct stream *self = arg;
    if (self->left == 0) {
        return self->breaks ? -2 : -1;
    }
    self->left--;
    assert_true(cap >= 6);
    memcpy(out, "piece ", 6);
    return 6;
}

static void pull_done(void *arg)
{
    ((struct stream *)arg)->ended++;
}

static void stream_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    stream = (struct stream){.left = 3, .breaks = str_eq(request->query, STR("break"))};
    reply_header_static(reply, "Content-Type", "text/plain");
    reply->pull = pull;
    reply->pull_done = pull_done;
    reply->pull_arg = &stream;
}

static const struct route routes[] = {
    {METHOD_POST, "/echo", PLANE_ADMIN, echo, SCOPE_ANYONE, "Echo", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/small", PLANE_ADMIN, echo, SCOPE_ANYONE, "Echo a little", 10, ROUTE_QUERY_ANY},
    {METHOD_GET, "/stream", PLANE_ADMIN, stream_get, SCOPE_ANYONE, "Stream", 0, ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/echo", PLANE_PUBLIC, echo, SCOPE_ANYONE, "Echo", 0, ROUTE_QUERY_ANY},
    {0},
};
static const struct route *const tables[] = {routes, NULL};

/* ---- fixture -------------------------------------------------------------------------------------------------------
 */
static struct router *router;
static struct server *server;
static struct server_addresses addresses;
static struct cidr proxies[1];

static struct server_opts options(const char *redirect)
{
    return (struct server_opts){.engine = &desk.engine,
                                .router = router,
                                .redirect_listen = redirect,
                                .admin_listen = "127.0.0.1:0",
                                .public_listen = "127.0.0.1:0",
                                .redirect_threads = 2,
                                .trusted_proxies = proxies,
                                .trusted_proxies_count = 1};
}

static int setup(void **state)
{
    (void)state;
    desk_open();
    desk.engine.opts.lanes = 2;
    desk.engine.opts.data_dir = desk.temp.dir.path;
    router = router_new(&(struct router_opts){.engine = &desk.engine, .tables = tables});
    assert_true(cidr_parse(STR("127.0.0.1"), &proxies[0]));
    resolved = appended = 0;
    struct fault fault = {0};
    struct server_opts opts = options("127.0.0.1:0");
    assert_int_equal(server_start(&opts, &server, &fault), OK);
    server_addresses(server, &addresses);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_stop(server);
    router_free(router);
    desk_close();
    return 0;
}

static int dial(const char *url)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say_bytes(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* cut by the other side: what it answered tells */
        }
        bytes += sent;
        len -= (size_t)sent;
    }
}

static void say(int fd, const char *text)
{
    say_bytes(fd, text, strlen(text));
}

static char heard[1 << 17];
static bool closed;

/* Reads until `end` has come that many times, the other side closes, or ten seconds without a byte (a failure). */
static size_t times(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + strlen(part), part)) {
        count++;
    }
    return count;
}

static void hear(int fd, const char *end, size_t count)
{
    size_t len = 0;
    heard[0] = '\0';
    closed = false;
    while (len + 1 < sizeof heard && (count == 0 || times(heard, end) < count)) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, 10000), 1);
        ssize_t got = recv(fd, heard + len, sizeof heard - 1 - len, 0);
        if (got <= 0) {
            closed = true;
            break;
        }
        len += (size_t)got;
        heard[len] = '\0';
    }
}

/* One request, everything up to the close. */
static const char *exchange(const char *url, const char *text)
{
    int fd = dial(url);
    say(fd, text);
    hear(fd, "", 0);
    assert_true(closed);
    close(fd);
    return heard;
}

#define CLOSE "Host: s.example\r\nConnection: close\r\n\r\n"

/* ---- tests ---------------------------------------------------------------------------------------------------------
 */
static void redirect__is_answered_on_one_kept_connection(void **state)
{
    (void)state;
    int fd = dial(addresses.redirect);
    for (int i = 0; i < 5; i++) {
        say(fd, "GET /a%2Fb?x=1 HTTP/1.1\r\nHost: s.example\r\n\r\n");
        hear(fd, "\r\n\r\n", 1);
        assert_non_null(strstr(heard, "HTTP/1.1 302 "));
        assert_non_null(strstr(heard, "Location: https://a.example/?e=m%3D2\r\n"));
        assert_non_null(strstr(heard, "Date: "));
        assert_false(closed);
    }
    close(fd);
    assert_int_equal(appended, 5);
    assert_string_equal(seen_path, "a/b");
    assert_string_equal(seen_query, "x=1");
}

static void redirect__thousand_ampersands_are_answered(void **state)
{
    (void)state;
    char text[4096];
    int len = snprintf(text, sizeof text, "GET /a?%0*d HTTP/1.1\r\n" CLOSE, 3500, 0);
    memset(text + strlen("GET /a?"), '&', 3500);
    assert_true(len > 3500);
    assert_non_null(strstr(exchange(addresses.redirect, text), "HTTP/1.1 302 "));
    assert_int_equal(strlen(seen_query), 3500);
    assert_non_null(strstr(exchange(addresses.admin, text), "HTTP/1.1 404 "));
}

static void redirect__pipelined_requests_keep_their_own_targets(void **state)
{
    (void)state;
    int fd = dial(addresses.redirect);
    say(fd, "GET /one HTTP/1.1\r\nHost: s.example\r\n\r\nHEAD /two HTTP/1.1\r\nHost: s.example\r\n\r\n"
            "GET /three HTTP/1.1\r\nHost: s.example\r\n\r\n");
    hear(fd, "\r\n\r\n", 3);
    assert_int_equal(times(heard, "HTTP/1.1 302 "), 3);
    assert_string_equal(seen_path, "three");
    close(fd);
}

static void redirect__misread_requests_have_no_effect(void **state)
{
    (void)state;
    static const char *const bad[] = {
        ("GET /a HTTP/1.1\r\nHost: s\r\nContent-Length: 0\r\nContent-Length: 45\r\n\r\n"
         "GET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n"),
        "GET /a HTTP/1.1\r\nHost: s\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: s\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: gzip\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: s\r\nX-Forwarded-Fo: 6.6.6.6\r\n r\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: s\r\nX-A: b\r\n\tc\r\n d\r\nX-E: f\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: s\r\nHost: t\r\n\r\n",
        "GET /a%00evil HTTP/1.1\r\nHost: s\r\n\r\n",
        "GET /a%zz HTTP/1.1\r\nHost: s\r\n\r\n",
        "GET http://u@s/a HTTP/1.1\r\nHost: s\r\n\r\n",
        "GET /a HTTP/1.1\r\n\r\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *const urls[] = {addresses.redirect, addresses.admin, addresses.public};
        for (size_t plane = 0; plane < 3; plane++) {
            const char *answer = exchange(urls[plane], bad[i]);
            if (!strstr(answer, "HTTP/1.1 400 ") || times(answer, "smuggled") > 0) {
                fail_msg("request %zu on plane %zu: %.60s", i, plane, answer);
            }
        }
    }
    assert_int_equal(resolved, 0);
}

static void redirect__odd_but_good_headers_pass(void **state)
{
    (void)state;
    const char *answer = exchange(addresses.redirect, "GET /a HTTP/1.1\r\nX-A:\r\nX-B: \r\nX-C:\tv \r\nX-D:v\r\n"
                                                      "Cookie: a=b; c=d\r\nCookie: e\r\n" CLOSE);
    assert_non_null(strstr(answer, "HTTP/1.1 302 "));
    assert_non_null(strstr(exchange(addresses.redirect, "GET http://s.example/b HTTP/1.1\r\n" CLOSE), "HTTP/1.1 302 "));
    assert_string_equal(seen_path, "b");
    assert_non_null(strstr(exchange(addresses.redirect, "GET /c HTTP/1.0\r\n\r\n"), " 302 "));
}

static void redirect__raw_nul_does_not_hide_the_rest(void **state)
{
    (void)state;
    static const char text[] = "GET /a\0evil HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n";
    int fd = dial(addresses.redirect);
    say_bytes(fd, text, sizeof text - 1);
    hear(fd, "", 0);
    close(fd);
    assert_null(strstr(heard, "HTTP/1.1 302 "));
    assert_int_equal(resolved, 0);
}

static void redirect__bounds_have_their_own_answers(void **state)
{
    (void)state;
    static char text[32768];
    int len = snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n" CLOSE, LIMIT_URI, 0);
    assert_true(len > LIMIT_URI);
    assert_non_null(strstr(exchange(addresses.redirect, text), "HTTP/1.1 414 "));
    struct buf out;
    buf_init_fixed(&out, text, sizeof text);
    buf_add_c(&out, "GET /a HTTP/1.1\r\n");
    for (int i = 0; i < LIMIT_HEADERS + 1; i++) {
        buf_addf(&out, "X-%d: 1\r\n", i);
    }
    buf_add_c(&out, CLOSE);
    assert_non_null(strstr(exchange(addresses.redirect, buf_c(&out)), "HTTP/1.1 431 "));
    assert_int_equal(resolved, 0);
}

static void redirect__other_methods_are_refused(void **state)
{
    (void)state;
    const char *answer = exchange(addresses.redirect, "POST /a HTTP/1.1\r\nContent-Length: 2000000\r\n" CLOSE);
    assert_non_null(strstr(answer, "HTTP/1.1 405 "));
    assert_non_null(strstr(answer, "Allow: GET, HEAD\r\n"));
    assert_non_null(strstr(exchange(addresses.redirect, "OPTIONS * HTTP/1.1\r\n" CLOSE), "HTTP/1.1 405 "));
    assert_non_null(
        strstr(exchange(addresses.redirect, "GET /a HTTP/1.1\r\nContent-Length: 3\r\n" CLOSE "abc"), "HTTP/1.1 302 "));
    assert_int_equal(resolved, 1);
}

static void redirect__proxy_headers_are_believed_from_proxies(void **state)
{
    (void)state;
    exchange(addresses.redirect,
             "GET /a HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6, 203.0.113.7\r\nX-Request-ID: abc-1\r\n" CLOSE);
    assert_string_equal(seen_client, "203.0.113.7");
    assert_string_equal(seen_request_id, "abc-1");
    server_stop(server);
    addr_parse(STR("192.0.2.1"), &proxies[0].addr);
    proxies[0].bits = 128;
    struct server_opts opts = options("127.0.0.1:0");
    assert_int_equal(server_start(&opts, &server, NULL), OK);
    server_addresses(server, &addresses);
    exchange(addresses.redirect, "GET /a HTTP/1.1\r\nX-Forwarded-For: 6.6.6.6\r\nX-Request-ID: abc-1\r\n" CLOSE);
    assert_string_equal(seen_client, "127.0.0.1");
    assert_string_equal(seen_request_id, "");
}

/* POST with a body of so many 'a', announced by its length or in chunks. */
static const char *post(const char *path, size_t bytes, bool chunked)
{
    char head[256];
    char *body = malloc(bytes + 1);
    int fd = dial(addresses.admin);
    memset(body, 'a', bytes);
    snprintf(head, sizeof head,
             chunked ? "POST %s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" CLOSE "%zx\r\n"
                     : "POST %s HTTP/1.1\r\nContent-Length: %zu\r\n" CLOSE,
             path, bytes);
    say(fd, head);
    say_bytes(fd, body, bytes);
    say(fd, chunked ? "\r\n0\r\n\r\n" : "");
    hear(fd, "", 0);
    close(fd);
    free(body);
    return heard;
}

static void body__is_whole_in_memory_and_in_a_file(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 5000, LIMIT_BODY_MEMORY, LIMIT_BODY_MEMORY + 1, LIMIT_BODY};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        char expected[128];
        snprintf(expected, sizeof expected, "%zu bytes, sum %zu, spooled %d", sizes[i], sizes[i] * 'a',
                 sizes[i] > LIMIT_BODY_MEMORY);
        const char *answer = post("/echo", sizes[i], i % 2 && sizes[i] > 0);
        if (!strstr(answer, expected)) {
            fail_msg("%s is not in %.400s", expected, answer);
        }
    }
}

static void body__over_its_bound_is_refused_by_its_length_or_when_it_gets_there(void **state)
{
    (void)state;
    assert_non_null(strstr(post("/small", 10, false), "HTTP/1.1 200 "));
    assert_non_null(strstr(post("/small", 10, true), "HTTP/1.1 200 "));
    assert_non_null(strstr(post("/small", 11, true), "HTTP/1.1 413 "));
    const char *answer = exchange(addresses.admin, "POST /small HTTP/1.1\r\nContent-Length: 11\r\n" CLOSE);
    assert_non_null(strstr(answer, "HTTP/1.1 413 "));
    assert_non_null(strstr(answer, "application/problem+json"));
}

static void body__waits_for_a_continue(void **state)
{
    (void)state;
    int fd = dial(addresses.admin);
    say(fd, "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n" CLOSE);
    hear(fd, "\r\n\r\n", 1);
    assert_non_null(strstr(heard, "HTTP/1.1 100 "));
    say(fd, "abc");
    hear(fd, "", 0);
    assert_non_null(strstr(heard, "3 bytes, sum 294, spooled 0"));
    close(fd);
}

static void stream__is_pulled_to_its_end(void **state)
{
    (void)state;
    const char *answer = exchange(addresses.admin, "GET /stream HTTP/1.1\r\n" CLOSE);
    assert_non_null(strstr(answer, "Transfer-Encoding: chunked"));
    assert_int_equal(times(answer, "piece "), 3);
    assert_non_null(strstr(answer, "\r\n0\r\n\r\n"));
    answer = exchange(addresses.admin, "GET /stream?break HTTP/1.1\r\n" CLOSE);
    assert_null(strstr(answer, "\r\n0\r\n\r\n")); /* nobody may take half for the whole */
    server_stop(server);
    server = NULL;
    assert_int_equal(stream.ended, 1);
}

static void planes__have_their_own_routes_and_keep_connections(void **state)
{
    (void)state;
    int fd = dial(addresses.public);
    for (int i = 0; i < 3; i++) {
        say(fd, "GET /-/echo HTTP/1.1\r\nHost: s\r\n\r\n");
        hear(fd, "spooled 0", 1);
        assert_non_null(strstr(heard, "HTTP/1.1 200 "));
    }
    close(fd);
    assert_non_null(strstr(exchange(addresses.admin, "GET /-/echo HTTP/1.1\r\n" CLOSE), "HTTP/1.1 404 "));
}

static void start__refuses_a_taken_port(void **state)
{
    (void)state;
    struct server *second = NULL;
    struct fault fault = {0};
    const char *where = addresses.redirect + strlen("http://");
    struct server_opts opts = options(where);
    assert_int_equal(server_start(&opts, &second, &fault), ERR_BUSY);
    assert_non_null(strstr(fault.message, where));
    opts = options("127.0.0.1:0");
    opts.admin_listen = addresses.admin + strlen("http://");
    assert_int_equal(server_start(&opts, &second, &fault), ERR_BUSY);
    opts.admin_listen = "nonsense";
    assert_int_equal(server_start(&opts, &second, &fault), ERR_INVALID);
    assert_null(second);
}

static void stop__with_idle_connections_ends(void **state)
{
    (void)state;
    int idle[3] = {dial(addresses.redirect), dial(addresses.admin), dial(addresses.public)};
    say(idle[0], "GET /a HTTP/1.1\r\nHost: s\r\n\r\n");
    hear(idle[0], "\r\n\r\n", 1);
    say(idle[1], "GET /half");
    server_stop(server);
    server = NULL;
    for (int i = 0; i < 3; i++) {
        hear(idle[i], "", 0);
        assert_true(closed);
        close(idle[i]);
    }
    struct fault fault = {0};
    struct server_opts opts = options(addresses.redirect + strlen("http://")); /* free again */
    assert_int_equal(server_start(&opts, &server, &fault), OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(redirect__is_answered_on_one_kept_connection),
        TEST(redirect__thousand_ampersands_are_answered),
        TEST(redirect__pipelined_requests_keep_their_own_targets),
        TEST(redirect__misread_requests_have_no_effect),
        TEST(redirect__odd_but_good_headers_pass),
        TEST(redirect__raw_nul_does_not_hide_the_rest),
        TEST(redirect__bounds_have_their_own_answers),
        TEST(redirect__other_methods_are_refused),
        TEST(redirect__proxy_headers_are_believed_from_proxies),
        TEST(body__is_whole_in_memory_and_in_a_file),
        TEST(body__over_its_bound_is_refused_by_its_length_or_when_it_gets_there),
        TEST(body__waits_for_a_continue),
        TEST(stream__is_pulled_to_its_end),
        TEST(planes__have_their_own_routes_and_keep_connections),
        TEST(start__refuses_a_taken_port),
        TEST(stop__with_idle_connections_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
