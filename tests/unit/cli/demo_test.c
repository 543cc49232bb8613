/* SPDX-License-Identifier: MIT */
/* Goal: the story of config/demo.tsv can be told at any length and size, a seed decides all of it, and what its
 * requests say of themselves is recognised as what they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "demo_visit.h"
#include "linkpond/base/clock.h"
#include "linkpond/http/redirect.h"
#include "linkpond/model/agent.h"

#define UNTIL INT64_C(1790000000000)

struct told {
    struct arena arena;
    struct story story;
    struct plan_opts opts;
    struct plan plan;
};

static void tell(struct told *self, uint64_t seed, int64_t days, uint32_t clicks)
{
    struct fault fault = {0};

    arena_init(&self->arena, (size_t)64 * 1024 * 1024);
    self->opts = (struct plan_opts){.seed = seed, .until_ms = UNTIL, .days = days, .clicks = clicks};
    assert_int_equal(story_read(&self->arena, embedded_find(demo_files, "demo.tsv"), &self->story, &fault), OK);
    assert_int_equal(plan_draw(&self->story, &self->opts, &self->plan, &fault), OK);
}

static void forget(struct told *self)
{
    plan_done(&self->plan);
    arena_done(&self->arena);
}

static size_t requests(const struct plan *plan)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->count; i++) {
        count += plan->steps[i].kind >= STEP_PERSON;
    }
    return count;
}

static void plan__has_exactly_the_clicks_asked_for_in_order_and_inside_its_days(void **state)
{
    static const struct {
        int64_t days;
        uint32_t clicks;
    } cases[] = {{90, 60000}, {7, 2000}, {365, 10007}};

    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(cases); c++) {
        struct told told;
        tell(&told, 1, cases[c].days, cases[c].clicks);
        assert_int_equal(requests(&told.plan), cases[c].clicks);
        for (size_t i = 0; i < told.plan.count; i++) {
            const struct step *step = &told.plan.steps[i];
            assert_true(step->time_ms >= UNTIL - cases[c].days * MS_PER_DAY && step->time_ms < UNTIL);
            assert_true(i == 0 || told.plan.steps[i - 1].time_ms <= step->time_ms);
        }
        forget(&told);
    }
}

static void plan__asks_for_no_link_before_it_is_made(void **state)
{
    struct told told;
    bool made[512] = {false};

    (void)state;
    tell(&told, 3, 90, 20000);
    assert_true(told.story.links_count <= ARRAY_LEN(made));
    for (size_t i = 0; i < told.plan.count; i++) {
        const struct step *step = &told.plan.steps[i];
        made[step->link] = made[step->link] || step->kind == STEP_CREATE;
        assert_true(made[step->link] || step->kind == STEP_RESTART);
    }
    forget(&told);
}

static void plan__is_decided_by_its_seed(void **state)
{
    struct told one, same, other;

    (void)state;
    tell(&one, 7, 90, 5000);
    tell(&same, 7, 90, 5000);
    tell(&other, 8, 90, 5000);
    assert_int_equal(one.plan.count, same.plan.count);
    assert_memory_equal(one.plan.steps, same.plan.steps, one.plan.count * sizeof *one.plan.steps);
    assert_memory_not_equal(one.plan.steps, other.plan.steps, one.plan.count * sizeof *one.plan.steps);
    forget(&one);
    forget(&same);
    forget(&other);
}

static void plan__with_too_few_clicks_for_its_links_is_refused(void **state)
{
    struct told told;
    struct fault fault = {0};

    (void)state;
    tell(&told, 1, 90, 5000);
    plan_done(&told.plan);
    told.opts.clicks = 100;
    assert_int_equal(plan_draw(&told.story, &told.opts, &told.plan, &fault), ERR_USAGE);
    assert_string_equal(fault.field, "clicks");
    forget(&told);
}

/* ---- requests ---- */

static enum click_class class_of(const struct agent_rules *rules, const struct visit_request *visit)
{
    const struct request *request = &visit->request;
    struct agent agent;

    agent_recognise(rules,
                    &(struct agent_request){.user_agent = request_header(request, "User-Agent"),
                                            .language = request_header(request, "Accept-Language"),
                                            .package = request_header(request, "X-Requested-With"),
                                            .signals = redirect_signals(request)},
                    &agent);
    return agent.class;
}

static void visits__are_recognised_as_what_they_stand_for(void **state)
{
    static const enum click_class wanted[STEP_KINDS] = {
        [STEP_PERSON] = CLASS_HUMAN,    [STEP_AGAIN] = CLASS_HUMAN, [STEP_BOT] = CLASS_BOT,
        [STEP_PREVIEW] = CLASS_PREVIEW, [STEP_HEAD] = CLASS_HEAD,   [STEP_PREFETCH] = CLASS_PREFETCH,
        [STEP_REPLAY] = CLASS_HUMAN, /* but for where it comes from */
        [STEP_LOST] = CLASS_HUMAN,      [STEP_RESENT] = CLASS_HUMAN};
    struct agent_rules *rules = agent_rules_builtin();
    struct visit_request *visit = calloc(1, sizeof *visit);
    struct told told;

    (void)state;
    tell(&told, 11, 90, 30000);
    for (size_t i = 0; i < told.plan.count; i++) {
        const struct step *step = &told.plan.steps[i];
        if (step->kind < STEP_PERSON) {
            continue;
        }
        visit_make(&told.story, told.opts.seed, step, STR("s.test"), STR(""), visit);
        if (class_of(rules, visit) != wanted[step->kind]) {
            str agent = request_header(&visit->request, "User-Agent");
            fail_msg("kind %u is class %d: " STR_FMT, step->kind, (int)class_of(rules, visit), STR_ARG(agent));
        }
    }
    forget(&told);
    free(visit);
    agent_rules_free(rules);
}

static void visits__come_from_addresses_that_are_nobodys(void **state)
{
    static const char *const ranges[] = {"198.18.0.0/15", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
                                         "2001:db8::/32"};
    struct visit_request *visit = calloc(1, sizeof *visit);
    struct told told;

    (void)state;
    tell(&told, 2, 90, 5000);
    for (size_t i = 0; i < told.plan.count; i++) {
        const struct step *step = &told.plan.steps[i];
        bool nobodys = step->kind < STEP_PERSON || step->kind == STEP_REPLAY;
        if (!nobodys) {
            visit_make(&told.story, told.opts.seed, step, STR("s.test"), STR(""), visit);
        }
        for (size_t r = 0; r < ARRAY_LEN(ranges) && !nobodys; r++) {
            struct cidr range;
            assert_true(cidr_parse(str_from_c(ranges[r]), &range));
            nobodys = cidr_contains(&range, &visit->request.client);
        }
        assert_true(nobodys);
    }
    forget(&told);
    free(visit);
}

/* What nginx sends again is the same request with the same number; everything else has a number of its own. */
static void visits__that_are_sent_again_keep_their_number(void **state)
{
    struct visit_request *person = calloc(1, sizeof *person), *other = calloc(1, sizeof *other);
    struct told told;

    (void)state;
    tell(&told, 4, 90, 2000);
    for (size_t i = 0; i < told.plan.count; i++) {
        if (told.plan.steps[i].kind != STEP_PERSON) {
            continue;
        }
        struct step step = told.plan.steps[i];
        visit_make(&told.story, 4, &step, STR("s.test"), STR(""), person);
        step.kind = STEP_RESENT;
        visit_make(&told.story, 4, &step, STR("s.test"), STR(""), other);
        assert_true(str_eq(person->request.request_id, other->request.request_id));
        assert_true(str_eq(person->request.query, other->request.query));
        step.kind = STEP_REPLAY;
        visit_make(&told.story, 4, &step, STR("s.test"), STR(""), other);
        assert_false(str_eq(person->request.request_id, other->request.request_id));
        assert_true(str_eq(person->request.query, other->request.query));
        assert_false(addr_eq(&person->request.client, &other->request.client));
    }
    forget(&told);
    free(person);
    free(other);
}

/* ---- the table ---- */

static enum err read_text(const char *text, struct fault *fault)
{
    struct arena arena;
    struct story story;

    arena_init(&arena, (size_t)64 * 1024 * 1024);
    enum err err = story_read(&arena, str_from_c(text), &story, fault);
    arena_done(&arena);
    return err;
}

static void story__names_the_row_that_cannot_be_used(void **state)
{
    static const char *const rows[][2] = {
        {"draw\tkinds\tmany\tperson\n", "kinds"},
        {"draw\tkinds\n", "kinds"},
        {"poem\tx\n", "poem"},
        {"campaign\tspring\n", "spring"},
        {"link\ta\tt\tu\tc\tp\to\tg\ts\tm\tn\tcrowd\t1\t5\t9\t0\t\n", "a"},
        {"restart\t5\tnowhere\t3\n", "nowhere"},
        {"draw\tkinds\t1\tperson\n", "hours"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct fault fault = {0};
        assert_int_equal(read_text(rows[i][0], &fault), ERR_CORRUPT);
        assert_non_null(strstr(fault.message, rows[i][1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plan__has_exactly_the_clicks_asked_for_in_order_and_inside_its_days),
        cmocka_unit_test(plan__asks_for_no_link_before_it_is_made),
        cmocka_unit_test(plan__is_decided_by_its_seed),
        cmocka_unit_test(plan__with_too_few_clicks_for_its_links_is_refused),
        cmocka_unit_test(visits__are_recognised_as_what_they_stand_for),
        cmocka_unit_test(visits__come_from_addresses_that_are_nobodys),
        cmocka_unit_test(visits__that_are_sent_again_keep_their_number),
        cmocka_unit_test(story__names_the_row_that_cannot_be_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
