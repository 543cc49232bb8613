/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "agent_corpus.h"

/*
 * Goal: over hundreds of labelled User-Agents recognition keeps the figures that docs/recognition.md states: machines
 * are found, people are never called machines, apps, systems and kinds of device are told right.
 */

#define DATA LINKPOND_SOURCE_DIR "/tests/unit/model/data/"

static struct agent_rules *rules;
static struct arena sentences;

struct score {
    size_t rows, machines_missed, people_lost, label_wrong[LABEL_COUNT], label_all[LABEL_COUNT];
};

static void score_row(struct score *self, const struct corpus_row *row)
{
    struct agent_request request = {.user_agent = row->user_agent};
    struct agent agent;

    agent_recognise(rules, &request, &agent);
    const str got[LABEL_COUNT] = {agent.app, str_from_c(agent.app_version), agent.os, agent.device, agent.browser};
    arena_reset(&sentences);
    assert_true(agent_why(&sentences, agent.rule, false).len > 0 && agent_why(&sentences, agent.rule, true).len > 0);
    bool wrong = agent.class != (enum click_class)row->class;
    self->rows++;
    self->people_lost += row->class == CLASS_HUMAN && wrong;
    self->machines_missed += row->class != CLASS_HUMAN && wrong;
    for (int i = 0; i < LABEL_COUNT; i++) {
        bool judged = !str_eq(row->labels[i], STR("-"));
        bool differs = judged && !str_eq(got[i], row->labels[i]);
        self->label_all[i] += judged;
        self->label_wrong[i] += differs;
        wrong = wrong || differs;
    }
    if (wrong) {
        print_message(STR_FMT " %s " STR_FMT " " STR_FMT " " STR_FMT ": " STR_FMT "\n", STR_ARG(agent.rule),
                      agent.app_version, STR_ARG(agent.os), STR_ARG(agent.device), STR_ARG(agent.browser),
                      STR_ARG(row->user_agent));
    }
}

static struct score score_file(const char *path)
{
    struct score score = {0};
    struct corpus corpus;
    struct corpus_row row;

    assert_true(corpus_open(&corpus, path));
    while (corpus_next(&corpus, &row)) {
        if (row.class < 0 || row.note.len == 0 || row.user_agent.len == 0) {
            fail_msg("%s: a row that is none at '" STR_FMT "'", path, STR_ARG(row.note));
        }
        score_row(&score, &row);
    }
    corpus_close(&corpus);
    return score;
}

static void corpus__machines_are_found_in_99_of_100(void **state)
{
    (void)state;
    struct score score = score_file(DATA "agent_machines.tsv");

    assert_true(score.rows > 600);
    assert_true(score.machines_missed * 100 <= score.rows);
}

static void corpus__no_person_in_a_browser_is_called_a_machine(void **state)
{
    (void)state;
    struct score score = score_file(DATA "agent_browsers.tsv");

    assert_true(score.rows > 200);
    assert_int_equal(score.people_lost, 0);
    for (int i = 0; i < LABEL_COUNT; i++) {
        assert_true(score.label_wrong[i] * 100 <= score.label_all[i]);
    }
}

static void corpus__no_app_is_mistaken(void **state)
{
    (void)state;
    struct score score = score_file(DATA "agent_apps.tsv");

    assert_true(score.rows > 120);
    assert_int_equal(score.people_lost, 0);
    assert_int_equal(score.label_wrong[LABEL_APP], 0);
    for (int i = 0; i < LABEL_COUNT; i++) {
        assert_true(score.label_wrong[i] * 100 <= score.label_all[i]);
    }
}

static int setup(void **state)
{
    (void)state;
    rules = agent_rules_builtin();
    arena_init(&sentences, 64 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    agent_rules_free(rules);
    arena_done(&sentences);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpus__machines_are_found_in_99_of_100),
        cmocka_unit_test(corpus__no_person_in_a_browser_is_called_a_machine),
        cmocka_unit_test(corpus__no_app_is_mistaken),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
