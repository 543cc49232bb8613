/* SPDX-License-Identifier: MIT */
/* Goal: whatever an address is written like, nothing is posted into our own network unless that is allowed; redirects
 * are not followed, floods not read, and a slot is free once its post is over. */
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "assert_str.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/poster.h"

/* Takes connections one after the other and answers each with the same bytes. */
struct sink {
    int fd;
    unsigned port;
    str answer;
    size_t repeat; /* how often the answer's last byte comes again */
    pthread_t thread;
    _Atomic int posts;
};

static void write_all(int fd, const char *bytes, size_t len)
{
    for (ssize_t done; len > 0; bytes += done, len -= (size_t)done) {
        done = send(fd, bytes, len, MSG_NOSIGNAL);
        if (done <= 0) {
            return;
        }
    }
}

static void *sink_main(void *arg)
{
    struct sink *self = arg;
    char bytes[65536];

    for (int fd = accept(self->fd, NULL, NULL); fd >= 0; fd = accept(self->fd, NULL, NULL)) {
        self->posts++;
        if (recv(fd, bytes, sizeof bytes, 0) > 0) {
            write_all(fd, self->answer.ptr, self->answer.len);
            memset(bytes, 'x', sizeof bytes);
            for (size_t left = self->repeat; left > 0;) {
                size_t piece = left < sizeof bytes ? left : sizeof bytes;
                write_all(fd, bytes, piece);
                left -= piece;
            }
        }
        close(fd);
    }
    return NULL;
}

static void sink_open(struct sink *self, str answer)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof addr;

    *self = (struct sink){.answer = answer};
    self->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(self->fd, (struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(listen(self->fd, 16), 0);
    assert_int_equal(getsockname(self->fd, (struct sockaddr *)&addr, &len), 0);
    self->port = ntohs(addr.sin_port);
}

static void sink_run(struct sink *self)
{
    assert_int_equal(pthread_create(&self->thread, NULL, sink_main, self), 0);
}

static void sink_close(struct sink *self)
{
    shutdown(self->fd, SHUT_RDWR);
    pthread_join(self->thread, NULL);
    close(self->fd);
}

static struct robot_answer post(struct arena *arena, const char *host, unsigned port, bool allow_private)
{
    struct robot_message message = {
        .url = arena_f(arena, "http://%s:%u/hook", host, port),
        .body = STR("{}"),
        .headers = {{"Content-Type", STR("application/json; charset=utf-8")}},
        .headers_count = 1,
    };
    struct robot_answer answer = {0};

    assert_int_equal(poster_once(&(struct poster_opts){allow_private}, arena, &message, &answer), OK);
    return answer;
}

#define NO_CONTENT STR("HTTP/1.1 204 No Content\r\nRetry-After: 7\r\n\r\n")

static void poster__posts_to_no_private_address_however_it_is_written(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "0x7f.1",          "2130706433",         "017700000001",
                                        "[::1]",     "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "localhost",
                                        "0",         "169.254.169.254", "10.255.255.1",       "100.100.100.200"};
    struct sink sink;
    struct arena arena;

    (void)state;
    arena_init(&arena, 1 << 20);
    sink_open(&sink, NO_CONTENT);
    sink_run(&sink);
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        struct robot_answer answer = post(&arena, hosts[i], sink.port, false);
        if (answer.status != 0 || answer.why != ROBOT_TROUBLE_PRIVATE) {
            fail_msg("%s: %d " STR_FMT, hosts[i], answer.status, STR_ARG(answer.trouble));
        }
    }
    assert_int_equal(sink.posts, 0);
    struct robot_answer answer = post(&arena, "127.0.0.1", sink.port, true);
    assert_int_equal(answer.status, 204);
    assert_int_equal(answer.retry_after_s, 7);
    assert_int_equal(sink.posts, 1);
    sink_close(&sink);
    arena_done(&arena);
}

static void poster__keeps_little_of_a_flood(void **state)
{
    struct sink sink;
    struct arena arena;

    (void)state;
    arena_init(&arena, 1 << 20);
    sink_open(&sink, STR("HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n"));
    sink.repeat = 100 * 1000 * 1000;
    sink_run(&sink);
    struct robot_answer answer = post(&arena, "127.0.0.1", sink.port, true);
    assert_int_equal(answer.status, 500);
    assert_int_equal(answer.body.len, POSTER_ANSWER_MAX);
    sink_close(&sink);
    arena_done(&arena);
}

static void poster__takes_half_an_answer_for_none(void **state)
{
    struct sink sink;
    struct arena arena;

    (void)state;
    arena_init(&arena, 1 << 20);
    sink_open(&sink, STR("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"errcode\":0"));
    sink_run(&sink);
    struct robot_answer answer = post(&arena, "127.0.0.1", sink.port, true);
    assert_int_equal(answer.status, 0);
    assert_true(answer.trouble.len > 0);
    sink_close(&sink);
    arena_done(&arena);
}

static void poster__follows_no_redirect(void **state)
{
    struct sink sink, other;
    struct arena arena;
    char answer[128];

    (void)state;
    arena_init(&arena, 1 << 20);
    sink_open(&other, NO_CONTENT);
    sink_run(&other);
    int len =
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n", other.port);
    sink_open(&sink, (str){answer, (size_t)len});
    sink_run(&sink);
    assert_int_equal(post(&arena, "127.0.0.1", sink.port, true).status, 307);
    assert_int_equal(other.posts, 0);
    sink_close(&sink);
    sink_close(&other);
    arena_done(&arena);
}

/* All slots at once, twice; one of them nobody answers. */
static void poster__has_many_under_way_and_its_slots_again(void **state)
{
    struct poster *poster = poster_new(&(struct poster_opts){.allow_private = true});
    struct sink sink, mute;
    struct robot_answer answer;
    char url[64], silent[64];
    int slot;

    (void)state;
    sink_open(&sink, NO_CONTENT);
    sink_open(&mute, NO_CONTENT); /* listens, and nobody takes its connections */
    sink_run(&sink);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", sink.port);
    snprintf(silent, sizeof silent, "http://127.0.0.1:%u/", mute.port);
    for (int round = 0; round < 2; round++) {
        int over = 0, answered = 0;
        for (int i = 0; i < POSTER_SLOTS; i++) {
            struct robot_message message = {.url = str_from_c(i == 3 ? silent : url), .body = STR("{}")};
            assert_int_equal(poster_start(poster, i, &message), OK);
        }
        int64_t deadline_ns = clock_mono_ns() + INT64_C(60000000000);
        while (over < POSTER_SLOTS - 1 && clock_mono_ns() < deadline_ns) {
            poster_wait(poster, 1000);
            while (poster_next(poster, &slot, &answer)) {
                over++;
                answered += answer.status == 204;
                assert_int_not_equal(slot, 3);
            }
        }
        assert_int_equal(answered, POSTER_SLOTS - 1);
    }
    poster_free(poster); /* hangs up on the silent one */
    sink_close(&sink);
    close(mute.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poster__posts_to_no_private_address_however_it_is_written),
        cmocka_unit_test(poster__keeps_little_of_a_flood),
        cmocka_unit_test(poster__takes_half_an_answer_for_none),
        cmocka_unit_test(poster__follows_no_redirect),
        cmocka_unit_test(poster__has_many_under_way_and_its_slots_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
