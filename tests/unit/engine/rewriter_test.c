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

/* A chunk of many changes is stored in several turns; nothing is said twice or left out. */
static void reclassify__in_many_turns_says_what_one_says(void **state)
{
    (void)state;
    put_own_rules();
    history_start_rewriter(&history);
    struct rewrite dry =
        history_wait(&history, history_ask_reclassify(&history, INT64_MIN, INT64_MAX, true), INT64_MAX);
    history_stop_rewriter(&history);
    history.changes_at_once = 2;
    struct rewrite real = history_reclassify(&history);
    assert_true(real.changed > 3 * real.chunks);
    assert_int_equal(real.changed, dry.changed);
    assert_int_equal(real.rows, dry.rows);
    assert_int_equal(real.chunks_done, real.chunks);
    assert_memory_equal(real.counts, dry.counts, sizeof real.counts);
    history_assert_agrees(&history);
    history_stop_rewriter(&history);
    history.changes_at_once = 0;
    history_start_rewriter(&history);
    assert_int_equal(history_reclassify(&history).changed, 0);
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
    int64_t id = 0;
    struct rewrite begun = {.state = REWRITE_DONE};
    put_own_rules();
    while (begun.state == REWRITE_DONE) { /* a machine that looks away may find it at its end already */
        id = history_ask_reclassify(&history, INT64_MIN, INT64_MAX, false);
        history_start_rewriter(&history);
        history_wait(&history, id, 1);
        history_stop_rewriter(&history);
        begun = history_wait(&history, id, 1);
    }
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

/* ---- purge and forgetting */

struct leaving {
    int64_t link_id, visitor, id;
    enum visitor_by by;
};

static enum err purge_task(struct db *db, void *arg, struct fault *fault)
{
    struct leaving *self = arg;
    struct link_ids ids;
    enum err err = links_ids(db, self->link_id, &ids);

    (void)fault;
    err = err == OK ? rewriter_purge_link(db, self->link_id, &ids, 1) : err;
    return err == OK ? links_tombstone(db, self->link_id, 1, true) : err;
}

static void purge(size_t link)
{
    struct leaving leaving = {.link_id = history.links[link]};

    ledger_drain(&history.ledger);
    assert_int_equal(
        writer_submit(history.ledger.writer, &(struct writer_task){.run = purge_task, .arg = &leaving}, NULL), OK);
}

static int64_t stored_clicks_of(int64_t link_id)
{
    struct stmt *chunks = chunks_each(history.db);
    struct chunk_info info;
    struct chunk chunk;
    int64_t rows = 0;

    while (chunks_next(chunks, &info)) {
        assert_int_equal(chunks_load(history.db, &info, CHUNK_BIT(CHUNK_LINK), &history.arena, &chunk), OK);
        size_t run = chunk_links_find(&chunk.links, link_id);
        rows += run < chunk.links.count ? chunk.links.firsts[run + 1] - chunk.links.firsts[run] : 0;
    }
    return rows;
}

static void finish_all(void)
{
    struct rewrite rewrite;

    history_start_rewriter(&history);
    while (rewrites_first(history.db, &history.arena, &rewrite) == OK) {
        history_wait(&history, rewrite.id, INT64_MAX);
    }
    history_stop_rewriter(&history);
}

/* Purged links are nowhere from that moment on, while their clicks go in pieces and others are purged, reclassified or
 * come in; in the end no chunk holds any. */
static void purge__is_seen_at_once_and_done_in_pieces(void **state)
{
    (void)state;
    put_own_rules();
    history_ask_reclassify(&history, INT64_MIN, INT64_MAX, false);
    history_start_rewriter(&history);
    history_wait(&history, 1, 7); /* all sealed, some rewritten */
    history_stop_rewriter(&history);
    int64_t before = history_count(&history)->of_link[2];
    assert_true(before > 0 && stored_clicks_of(history.links[2]) >= before);
    purge(2);
    assert_true(stored_clicks_of(history.links[2]) > 0); /* hidden */
    assert_int_equal(history_count(&history)->of_link[2], 0);
    history_assert_agrees(&history);
    assert_true(stored_clicks_of(history.links[5]) > 100);
    purge(5);
    history_assert_agrees(&history);
    history_start_rewriter(&history);
    history_wait(&history, 1, INT64_MAX);
    history_stop_rewriter(&history);
    history_assert_agrees(&history);
    history_click(&history, 50); /* some of them on purged links: these count, as of any tombstone */
    history_assert_agrees(&history);
    finish_all();
    assert_in_range(stored_clicks_of(history.links[5]), 0, 50);
    history_assert_agrees(&history);
}

static enum err forget_task(struct db *db, void *arg, struct fault *fault)
{
    struct leaving *self = arg;

    (void)fault;
    return rewriter_ask_forget(db, self->visitor, self->by, 1, &self->id);
}

static bool has_nothing_of(void *arg, const struct click *click)
{
    const struct leaving *who = arg;

    assert_false(click->visitor == who->visitor && click->visitor_by == who->by);
    return true;
}

/* A visitor who is forgotten is one less everywhere, and not one click less. */
static void forgetting__takes_the_person_and_leaves_the_counts(void **state)
{
    (void)state;
    struct leaving who[] = {{.visitor = 7, .by = VISITOR_BY_COOKIE}, {.visitor = 3, .by = VISITOR_BY_HASH}};
    const struct click_query query = {
        .filter = {.to_ms = INT64_MAX / 2, .zone = zone_find(STR("UTC")), .all_classes = true, .limit = 1},
        .limit = SIZE_MAX,
    };
    const struct history_count before = *history_count(&history);

    for (size_t i = 0; i < ARRAY_LEN(who); i++) {
        const struct writer_task task = {.run = forget_task, .arg = &who[i]};
        assert_int_equal(writer_submit(history.ledger.writer, &task, NULL), OK);
    }
    assert_int_equal(who[0].id, who[1].id); /* one pass for both */
    history_start_rewriter(&history);
    history_wait(&history, who[0].id, 4);
    history_stop_rewriter(&history);
    history_assert_agrees(&history);
    history_start_rewriter(&history);
    struct rewrite rewrite = history_wait(&history, who[0].id, INT64_MAX);
    assert_true(rewrite.changed > 0);
    history_assert_agrees(&history);
    const struct history_count *after = history_count(&history);
    assert_int_equal(after->clicks, before.clicks);
    assert_memory_equal(after->by_class, before.by_class, sizeof before.by_class);
    assert_in_range(after->visitors_count, before.visitors_count - 2, before.visitors_count - 1);
    for (size_t i = 0; i < ARRAY_LEN(who); i++) {
        assert_int_equal(clicks_run(history.db, &history.arena, &query, has_nothing_of, &who[i]), OK);
    }
    struct rewrite again = history_reclassify(&history); /* what is left does not look like a machine's */
    assert_int_equal(again.changed, 0);
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
        HISTORY_TEST(reclassify__in_many_turns_says_what_one_says),
        HISTORY_TEST(reclassify__a_dry_run_tells_what_would_change),
        HISTORY_TEST(reclassify__keeps_to_the_times_asked_for),
        HISTORY_TEST(reclassify__goes_on_where_it_was_stopped),
        HISTORY_TEST(reclassify__begins_anew_under_other_rules),
        HISTORY_TEST(reclassify__broken_tables_are_named),
        HISTORY_TEST(purge__is_seen_at_once_and_done_in_pieces),
        HISTORY_TEST(forgetting__takes_the_person_and_leaves_the_counts),
        HISTORY_TEST(asking__twice_is_asking_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
