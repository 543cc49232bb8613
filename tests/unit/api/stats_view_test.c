/* SPDX-License-Identifier: MIT */
/* Goal: a report that was given up says why and when to ask again; what else went wrong is told as it was. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "assert_str.h"
#include "reply_view.h"
#include "stats_view.h"

static struct arena arena;
static struct request request;
static struct reply reply;
static struct fault fault;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    request = (struct request){.path = STR("/api/v1/stats/attribution"), .arena = &arena};
    fault = (struct fault){0};
    reply_init(&reply);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    reply_done(&reply);
    arena_done(&arena);
    return 0;
}

static void assert_told(const char *text)
{
    assert_true(str_find(buf_str(&reply.body), str_from_c(text), 0) >= 0);
}

static void report__that_ran_into_its_deadline_says_so(void **state)
{
    (void)state;
    stats_report_failed(&reply, &request, ERR_UNAVAILABLE, &fault);
    assert_int_equal(reply.status, 503);
    assert_str(reply_header_said(&reply, "Retry-After"), "30");
    assert_told("\"field\":\"from\",\"code\":\"took_too_long\"");
    assert_told("ask about less time");
}

static void report__that_failed_otherwise_tells_that(void **state)
{
    (void)state;
    fault_set(&fault, ERR_UNAVAILABLE, "", "readers_busy", "Busy.", "忙。");
    stats_report_failed(&reply, &request, ERR_UNAVAILABLE, &fault);
    assert_int_equal(reply.status, 503);
    assert_str(reply_header_said(&reply, "Retry-After"), "1");
    assert_told("\"detail\":\"Busy.\"");
    reply_done(&reply);
    reply_init(&reply);
    stats_report_failed(&reply, &request, ERR_NOT_FOUND, &fault);
    assert_int_equal(reply.status, 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(report__that_ran_into_its_deadline_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(report__that_failed_otherwise_tells_that, setup, teardown),
    };
    return cmocka_run_group_tests_name("api/stats_view", tests, NULL, NULL);
}
