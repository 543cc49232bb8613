/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "linkpond/store/links.h"

/* Goal: max_clicks is never exceeded by one, whatever happens between two clicks: edits, restarts, kill -9. */

static void assert_visits_left(struct pond *pond, str code, int left)
{
    for (int i = 0; i < left; i++) {
        assert_int_equal(pond_visit(pond, code).outcome, OUTCOME_REDIRECT);
    }
    assert_int_equal(pond_visit(pond, code).outcome, OUTCOME_USED_UP);
}

static void limits__go_on_after_a_clean_restart(void **state)
{
    struct pond *pond = *state;
    str code = CREATE(pond, "url=https://example.org/", "max_clicks=5").link.code;

    pond_visit(pond, code);
    pond_visit(pond, code);
    pond_reopen(pond);
    assert_visits_left(pond, code, 3);
}

static void limits__go_on_after_kill_9(void **state)
{
    struct pond *pond = *state;
    str code = CREATE(pond, "url=https://example.org/", "max_clicks=5").link.code;
    int status = 0;

    pond_close(pond);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pond_open(pond);
        for (int i = 0; i < 3; i++) {
            pond_visit(pond, code);
        }
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    pond_open(pond);
    assert_visits_left(pond, code, 2);
}

/* What the writer never got to see counts all the same. */
static void limits__count_the_unread_journal(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/", "max_clicks=5").link;
    struct journal *journal = NULL;
    struct fault fault;
    int64_t click_id;

    pond_visit(pond, link.code);
    unsigned node = pond->engine->node;
    pond_close(pond);
    struct journal_opts opts = {.dir = tempdir_file(&pond->dir, "journal"),
                                .node = node,
                                .lanes = 1,
                                .segment_bytes = pond->opts.segment_bytes,
                                .fsync = JOURNAL_FSYNC_OS,
                                .first_segment = 1000};
    assert_int_equal(journal_open(&opts, &journal, &fault), OK);
    for (int i = 0; i < 2; i++) {
        struct record record = {.time_ms = clock_now_ms(),
                                .link_id = link.id,
                                .outcome = OUTCOME_REDIRECT,
                                .signals = SIGNAL_RESERVED_LIMIT,
                                .user_agent = STR(POND_UA_PHONE)};
        assert_int_equal(journal_append(journal, 0, &record, &click_id), OK);
    }
    journal_close(journal);
    pond_open(pond);
    assert_visits_left(pond, link.code, 2);
}

static void limits__an_edit_keeps_the_running_counter(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/", "max_clicks=3").link;

    pond_visit(pond, link.code);
    pond_visit(pond, link.code);
    assert_int_equal(UPDATE(pond, link.id, "title=new").err, OK);
    assert_visits_left(pond, link.code, 1);
    assert_int_equal(UPDATE(pond, link.id, "max_clicks=5").err, OK);
    assert_visits_left(pond, link.code, 2);
    assert_int_equal(UPDATE(pond, link.id, "max_clicks=2").err, OK);
    assert_visits_left(pond, link.code, 0);
}

static void limits__lifted_and_set_again_remember_what_was_taken(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/", "max_clicks=5").link;

    pond_visit(pond, link.code);
    pond_visit(pond, link.code);
    assert_int_equal(UPDATE(pond, link.id, "max_clicks=0").err, OK);
    assert_int_equal(pond_visit(pond, link.code).outcome, OUTCOME_REDIRECT);
    assert_int_equal(UPDATE(pond, link.id, "max_clicks=5").err, OK);
    assert_visits_left(pond, link.code, 3);
}

static void limits__a_bot_takes_none(void **state)
{
    struct pond *pond = *state;
    str code = CREATE(pond, "url=https://example.org/", "max_clicks=2").link.code;

    pond_visit_as(pond, "s.example.com", code, POND_UA_BOT);
    assert_visits_left(pond, code, 2);
}

static void limits__the_bin_and_back_keep_the_counter(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/", "max_clicks=3").link;

    pond_visit(pond, link.code);
    assert_int_equal(pond_act(pond, link.id, LINK_DELETE).err, OK);
    assert_int_equal(pond_visit(pond, link.code).outcome, OUTCOME_DISABLED);
    assert_int_equal(pond_act(pond, link.id, LINK_RESTORE).err, OK);
    assert_visits_left(pond, link.code, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POND_TEST(limits__go_on_after_a_clean_restart),
        POND_TEST(limits__go_on_after_kill_9),
        POND_TEST(limits__count_the_unread_journal),
        POND_TEST(limits__an_edit_keeps_the_running_counter),
        POND_TEST(limits__lifted_and_set_again_remember_what_was_taken),
        POND_TEST(limits__a_bot_takes_none),
        POND_TEST(limits__the_bin_and_back_keep_the_counter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
