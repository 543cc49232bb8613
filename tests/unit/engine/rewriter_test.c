/* SPDX-License-Identifier: MIT */
/* Goal: history may be written anew at any time, under any traffic, and interrupted anywhere: afterwards every figure
 * is what a recount gives, and what was not asked for is as it was. */
#include "history.h"

static struct history history;

#define CLICKS 1500
static const char own_rules[] = "app\tacme\tAcmeBrowser/\n";
static const char own_bots[] = "hard\tiphones-are-bots\tiPhone OS 17_0\n";

static int set_up(void **state)
{
    (void)state;
    history_init(&history, 20261122);
    history_click(&history, CLICKS);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    history_done(&history);
    return 0;
}

static void put_own_rules(void)
{
    history_rules(&history, "apps.own.tsv", own_rules);
    history_rules(&history, "bots.own.tsv", own_bots);
    history_rules(&history, "referrers.own.tsv", "host\tshop.acme.example\tacme-shop\tshopping\n");
}

static void take_rules_back(void)
{
    history_rules(&history, "apps.own.tsv", "");
    history_rules(&history, "bots.own.tsv", "");
    history_rules(&history, "referrers.own.tsv", "");
}

static int64_t of_classes(const struct rewrite *rewrite, enum click_class from, enum click_class into)
{
    return rewrite->counts[rewrite_count_of_classes(from, into)];
}

/* The rules are those that the clicks came under: nothing of any click may come out otherwise. */
static void reclassify__the_same_rules_change_nothing(void **state)
{
    (void)state;
    uint64_t before = history_count(&history)->digest;
    struct rewrite rewrite = history_reclassify(&history);

    assert_true(rewrite.rows >= CLICKS);
    assert_int_equal(rewrite.changed, 0);
    assert_true(history_count(&history)->digest == before);
    history_assert_agrees(&history);
}

/* Machines become people, people machines, and figures follow; with the old rules all is as it was, visitors too. */
static void reclassify__figures_follow_and_come_back(void **state)
{
    (void)state;
    const struct history_count *before = history_count(&history);
    const struct history_count kept = *before;
    history_assert_agrees(&history);
    put_own_rules();
    struct rewrite rewrite = history_reclassify(&history);
    assert_true(rewrite.changed > 0);
    assert_true(of_classes(&rewrite, CLASS_HUMAN, CLASS_BOT) > 0);
    history_assert_agrees(&history);
    const struct history_count *after = history_count(&history);
    assert_int_equal(after->total, kept.total);
    assert_true(after->clicks < kept.clicks);
    take_rules_back();
    rewrite = history_reclassify(&history);
    assert_true(of_classes(&rewrite, CLASS_BOT, CLASS_HUMAN) > 0);
    assert_true(history_count(&history)->digest == kept.digest);
    history_assert_agrees(&history);
}

/* What a dry run says is what then happens, and it touches nothing. */
static void reclassify__a_dry_run_tells_what_would_change(void **state)
{
    (void)state;
    put_own_rules();
    uint64_t before = history_count(&history)->digest;
    history_start_rewriter(&history);
    int64_t id = history_ask_reclassify(&history, INT64_MIN, INT64_MAX, true);
    struct rewrite dry = history_wait(&history, id, INT64_MAX);
    assert_int_equal(dry.state, REWRITE_DONE);
    assert_true(history_count(&history)->digest == before);
    struct rewrite real = history_reclassify(&history);
    assert_int_equal(real.changed, dry.changed);
    assert_memory_equal(real.counts, dry.counts, sizeof real.counts);
}

/* A time range leaves the others alone. */
static void reclassify__keeps_to_the_times_asked_for(void **state)
{
    const int64_t middle = LEDGER_T0 + HISTORY_SPAN / 2;

    (void)state;
    put_own_rules();
    history_start_rewriter(&history);
    int64_t first = history_ask_reclassify(&history, INT64_MIN, middle, false);
    int64_t second = history_ask_reclassify(&history, middle, INT64_MAX, true);
    struct rewrite half = history_wait(&history, first, INT64_MAX);
    struct rewrite rest = history_wait(&history, second, INT64_MAX);
    assert_true(half.changed > 0 && rest.changed > 0);
    history_assert_agrees(&history);
    int64_t again = history_ask_reclassify(&history, INT64_MIN, INT64_MAX, true);
    struct rewrite left = history_wait(&history, again, INT64_MAX);
    assert_int_equal(left.changed, rest.changed);
    assert_memory_equal(left.counts, rest.counts, sizeof left.counts);
}

/* Stopped in the middle, with clicks coming in meanwhile, it goes on where it was; each figure is right at any stop. */
static void reclassify__goes_on_where_it_was_stopped(void **state)
{
    int64_t position = 0;

    (void)state;
    put_own_rules();
    int64_t id = history_ask_reclassify(&history, INT64_MIN, INT64_MAX, false);
    struct rewrite rewrite = {0};
    for (int64_t chunks = 4; rewrite.state < REWRITE_DONE; chunks += 9) {
        history_start_rewriter(&history);
        rewrite = history_wait(&history, id, chunks);
        history_stop_rewriter(&history);
        assert_true(rewrite.position >= position);
        position = rewrite.position;
        history_assert_agrees(&history);
        history_click(&history, 20);
    }
    assert_int_equal(rewrite.state, REWRITE_DONE);
    history_assert_agrees(&history);
}

/* What was done under rules that are not those of now is done again. */
static void reclassify__begins_anew_under_other_rules(void **state)
{
    (void)state;
    put_own_rules();
    int64_t id = history_ask_reclassify(&history, INT64_MIN, INT64_MAX, false);
    history_start_rewriter(&history);
    history_wait(&history, id, 5);
    history_stop_rewriter(&history);
    take_rules_back();
    history_start_rewriter(&history);
    history_wait(&history, id, INT64_MAX);
    struct rewrite left = history_reclassify(&history);
    assert_int_equal(left.changed, 0);
    history_assert_agrees(&history);
}

/* Broken tables end it with the reason, and nothing was touched. */
static void reclassify__broken_tables_are_named(void **state)
{
    (void)state;
    uint64_t before = history_count(&history)->digest;
    history_rules(&history, "bots.own.tsv", "no such line\n");
    history_start_rewriter(&history);
    int64_t id = history_ask_reclassify(&history, INT64_MIN, INT64_MAX, false);
    struct rewrite rewrite = history_wait(&history, id, INT64_MAX);
    assert_int_equal(rewrite.state, REWRITE_FAILED);
    assert_true(str_find(rewrite.failure, STR("bots.own.tsv"), 0) >= 0);
    assert_true(history_count(&history)->digest == before);
}

/* The same question while one waits is that one; too many are refused. */
static void asking__twice_is_asking_once(void **state)
{
    (void)state;
    int64_t id = history_ask_reclassify(&history, INT64_MIN, INT64_MAX, true);
    assert_int_equal(history_ask_reclassify(&history, INT64_MIN, INT64_MAX, true), id);
    assert_int_not_equal(history_ask_reclassify(&history, 0, INT64_MAX, true), id);
    for (int64_t i = 2; i < REWRITES_WAITING_MAX; i++) {
        history_ask_reclassify(&history, i, INT64_MAX, true);
    }
    struct history_asking one_more = {.from_ms = 4711, .to_ms = INT64_MAX};
    const struct writer_task task = {.run = history_ask_task, .arg = &one_more};
    assert_int_equal(writer_submit(history.ledger.writer, &task, NULL), ERR_UNAVAILABLE);
}

#define HISTORY_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HISTORY_TEST(reclassify__the_same_rules_change_nothing),
        HISTORY_TEST(reclassify__figures_follow_and_come_back),
        HISTORY_TEST(reclassify__a_dry_run_tells_what_would_change),
        HISTORY_TEST(reclassify__keeps_to_the_times_asked_for),
        HISTORY_TEST(reclassify__goes_on_where_it_was_stopped),
        HISTORY_TEST(reclassify__begins_anew_under_other_rules),
        HISTORY_TEST(reclassify__broken_tables_are_named),
        HISTORY_TEST(asking__twice_is_asking_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
