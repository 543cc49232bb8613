/* SPDX-License-Identifier: MIT */
/* Goal: one event is one write and one line of valid JSON, whatever a visitor put into it. */
#include "assert_str.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linkpond/base/limits.h"
#include "linkpond/base/log.h"
#include "linkpond/base/utf8.h"

/* A datagram socket keeps the borders of writes: one recv is one write(2). */
static int pair[2];
static char got[LIMIT_LOG_LINE * 2];

static int open_pair(void **state)
{
    (void)state;
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) != 0) {
        return -1;
    }
    log_set_fd(pair[0]);
    log_set_level(LOG_INFO);
    return 0;
}

static int close_pair(void **state)
{
    (void)state;
    log_set_fd(STDERR_FILENO);
    close(pair[0]);
    close(pair[1]);
    return 0;
}

/* The next line written; empty when there is none. */
static str next_line(void)
{
    ssize_t len = recv(pair[1], got, sizeof got, 0);

    return (str){got, len < 0 ? 0 : (size_t)len};
}

/* From "level" on: the time before it is checked by its length. */
static str after_time(str line)
{
    const size_t time_len = sizeof "{\"time\":\"2026-11-22T02:04:51.123Z\"," - 1;

    assert_true(str_starts(line, STR("{\"time\":\"2")));
    assert_true(line.len > time_len);
    return str_from(line, time_len);
}

static void log__an_event_is_one_write_of_one_json_line(void **state)
{
    (void)state;
    log_event(LOG_WARN, "disk_low", "%d of %d", 1, 2);
    assert_str(after_time(next_line()), "\"level\":\"warn\",\"event\":\"disk_low\",\"detail\":\"1 of 2\"}\n");
    assert_int_equal(next_line().len, 0);
}

static void log__levels_below_the_threshold_are_silent(void **state)
{
    (void)state;
    log_event(LOG_DEBUG, "a", "b");
    assert_int_equal(next_line().len, 0);
    log_set_level(LOG_ERROR);
    log_event(LOG_WARN, "a", "b");
    assert_int_equal(next_line().len, 0);
    log_event(LOG_ERROR, "a", "b");
    assert_true(next_line().len > 0);
    log_set_fd(-1);
    log_event(LOG_ERROR, "a", "b");
    assert_int_equal(next_line().len, 0);
}

static void log__nothing_in_the_detail_can_forge_a_line(void **state)
{
    (void)state;
    log_event(LOG_INFO, "e\"v", "%s", "\"}\n{\"x\\\r\x01\x1b[31m\x7f");
    assert_str(after_time(next_line()), "\"level\":\"info\",\"event\":\"e\\\"v\",\"detail\":"
                                        "\"\\\"}\\n{\\\"x\\\\\\u000d\\u0001\\u001b[31m\\u007f\"}\n");
}

static void log__bytes_that_are_no_utf8_are_spelled_out(void **state)
{
    (void)state;
    log_event(LOG_INFO, "e", "%s", "链\xFF\xE9\x93|\xC2\x85|\xE2\x80\xAE");
    assert_str(after_time(next_line()),
               "\"level\":\"info\",\"event\":\"e\",\"detail\":\"链\\\\xff\\\\xe9\\\\x93|\\u0085|\\u202e\"}\n");
}

static void log__long_details_are_cut_and_the_line_stays_whole(void **state)
{
    (void)state;
    static char detail[3 * LIMIT_LOG_LINE];

    for (size_t shift = 0; shift < 4; shift++) {
        memset(detail, 'a', shift);
        for (size_t at = shift; at + 4 < sizeof detail; at += 3) {
            memcpy(detail + at, "链", 4);
        }
        log_event(LOG_INFO, "long", "%s", detail);
        str line = next_line();
        assert_in_range(line.len, LIMIT_LOG_LINE - 16, LIMIT_LOG_LINE);
        assert_true(str_ends(line, STR("链\"}\n")));
        assert_true(utf8_valid(line));
        assert_int_equal(str_find_char(line, '\n', 0), line.len - 1);
    }
    memset(detail, '\x01', sizeof detail - 1);
    log_event(LOG_INFO, "escapes", "%s", detail);
    str line = next_line();
    assert_in_range(line.len, LIMIT_LOG_LINE - 16, LIMIT_LOG_LINE);
    assert_true(str_ends(line, STR("\\u0001\"}\n")));
}

static void log__level_names_are_read(void **state)
{
    (void)state;
    enum log_level level = LOG_WARN;

    assert_true(log_level_parse(STR("ERROR"), &level));
    assert_int_equal(level, LOG_ERROR);
    assert_true(log_level_parse(STR("debug"), &level));
    assert_int_equal(level, LOG_DEBUG);
    assert_false(log_level_parse(STR("loud"), &level));
    assert_int_equal(level, LOG_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(log__an_event_is_one_write_of_one_json_line, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(log__levels_below_the_threshold_are_silent, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(log__nothing_in_the_detail_can_forge_a_line, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(log__bytes_that_are_no_utf8_are_spelled_out, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(log__long_details_are_cut_and_the_line_stays_whole, open_pair, close_pair),
        cmocka_unit_test(log__level_names_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
