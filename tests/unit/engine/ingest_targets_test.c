/* SPDX-License-Identifier: MIT */
/* Goal: each visit that was sent to a target is counted once there, in the hour it happened and by its channel,
 * whatever the batch is like; who took a place is counted whatever they turn out to be. */
#include "assert_str.h"

#include "ingest_targets.h"
#include "linkpond/base/clock.h"
#include "linkpond/engine/live_token.h"
#include "linkpond/model/link.h"
#include "linkpond/store/links.h"
#include "linkpond/store/target_events.h"
#include "linkpond/store/target_sums.h"

#include "tempdb.h"

#define HOUR_MS INT64_C(1700000000000) / MS_PER_HOUR *MS_PER_HOUR /* in UTC, and in Asia/Shanghai */
#define LINK    1

struct world {
    struct tempdb temp;
    struct live_places *places;
    struct ingest_targets batch;
    int64_t target_id;
};

static int64_t add_target(struct world *self)
{
    struct target target = {.link_id = LINK,
                            .kind = TARGET_QR,
                            .weight = 1,
                            .enabled = true,
                            .valid_from_ms = TIME_NONE,
                            .valid_until_ms = TIME_NONE,
                            .cap_total = TARGET_NO_CAP,
                            .cap_day = TARGET_NO_CAP,
                            .cap_hour = TARGET_NO_CAP,
                            .replaced_ms = TIME_NONE};

    assert_int_equal(targets_insert(self->temp.db, &target), OK);
    return target.id;
}

static int set_up(void **state)
{
    struct world *self = calloc(1, sizeof *self);
    struct link link;

    tempdb_init(&self->temp);
    tempdb_domain(&self->temp);
    link_init(&link);
    link.id = LINK;
    link.code = STR("aaaaaaa");
    link.url = STR("https://example.com/");
    link.domain_id = self->temp.domain_id;
    link.created_ms = link.updated_ms = 1;
    assert_int_equal(links_insert(self->temp.db, &link), OK);
    self->places = live_places_new(zone_find(STR("Asia/Shanghai")));
    self->target_id = add_target(self);
    ingest_targets_begin(&self->batch);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct world *self = *state;

    live_places_free(self->places);
    tempdb_done(&self->temp);
    free(self);
    return 0;
}

struct visit_to {
    int64_t target_id, time_ms, visitor;
    const char *channel; /* NULL = none */
    enum click_class class;
    enum click_outcome outcome;
    bool first, took;
    const char *location; /* of a page */
};

static void count(struct world *self, struct visit_to visit)
{
    char name[TARGET_NAME_MAX];
    struct record record = {.time_ms = visit.time_ms,
                            .link_id = LINK,
                            .visitor = visit.visitor,
                            .signals = visit.took ? SIGNAL_RESERVED_PLACE : 0,
                            .location = visit.location ? str_from_c(visit.location) : (str){0},
                            .target = visit.target_id ? target_name(visit.target_id, name) : (str){0}};
    struct click_row row = {.facts = {.class = visit.class, .outcome = visit.outcome}};

    if (visit.channel) {
        row.values[CLICK_CHANNEL].text = str_from_c(visit.channel);
    }
    assert_int_equal(ingest_targets_count(&self->batch, self->temp.db, self->places, &record, &row, visit.first), OK);
}

static struct target_figures figures(struct world *self, int64_t target_id, int64_t from_ms, int64_t to_ms)
{
    struct target_figures sum;

    assert_int_equal(ingest_targets_store(&self->batch, self->temp.db), OK);
    assert_int_equal(targets_sum(self->temp.db, target_id, from_ms, to_ms, &sum), OK);
    return sum;
}

static void targets__are_counted_in_the_hour_of_the_visit(void **state)
{
    struct world *self = *state;
    const struct visit_to visit = {.target_id = self->target_id, .time_ms = HOUR_MS, .first = true, .took = true};
    struct visit_to later = visit, again = visit;

    later.time_ms += MS_PER_HOUR;
    again.first = again.took = false;
    count(self, visit);
    count(self, again);
    count(self, later);
    struct target_figures one = figures(self, self->target_id, HOUR_MS, HOUR_MS + MS_PER_HOUR);
    assert_true(one.shown == 2 && one.visitors == 1 && one.reserved == 1);
    one = figures(self, self->target_id, HOUR_MS + MS_PER_HOUR, HOUR_MS + 2 * MS_PER_HOUR);
    assert_true(one.shown == 1 && one.visitors == 1 && one.reserved == 1);
    ingest_targets_begin(&self->batch); /* what was stored is not stored again */
    assert_int_equal(figures(self, self->target_id, 0, INT64_MAX).shown, 3);
}

/* The redirect thread takes a place for whoever looks like a person; the writer may know better afterwards. */
static void targets__count_people_alone_but_places_of_all(void **state)
{
    struct world *self = *state;
    struct visit_to visit = {.target_id = self->target_id, .time_ms = HOUR_MS, .first = true, .took = true};

    for (int class = 0; class < CLASS_COUNT; class ++) {
        visit.class = (enum click_class) class;
        count(self, visit);
    }
    visit.class = CLASS_HUMAN;
    visit.outcome = OUTCOME_USED_UP; /* was not led there */
    visit.took = false;
    count(self, visit);
    visit.target_id = 0; /* most links have none */
    count(self, visit);
    struct target_figures all = figures(self, self->target_id, 0, INT64_MAX);
    assert_true(all.shown == 1 && all.visitors == 1 && all.reserved == CLASS_COUNT);
}

static void targets__are_counted_by_channel_beside(void **state)
{
    struct world *self = *state;
    struct visit_to visit = {.target_id = self->target_id, .time_ms = HOUR_MS, .channel = "poster"};

    count(self, visit);
    count(self, visit);
    visit.channel = "group";
    count(self, visit);
    visit.channel = NULL;
    count(self, visit);
    assert_int_equal(figures(self, self->target_id, 0, INT64_MAX).shown, 4);
    const struct target_span span = {.to_ms = INT64_MAX};
    struct stmt *rows = target_sums(self->temp.db, TARGETS_BY_CHANNEL, BOUNDS_ALL, LINK, &span);
    struct target_sum sum;
    assert_true(target_sums_next(rows, &sum)); /* shown most first */
    assert_str(sum.key, "poster");
    assert_int_equal(sum.now.shown, 2);
    assert_true(target_sums_next(rows, &sum));
    assert_str(sum.key, "group");
    assert_int_equal(sum.now.shown, 1);
    while (target_sums_next(rows, &sum)) {
        assert_int_equal(sum.key.len, 0);
    }
    assert_int_equal(stmt_err(rows), OK);
}

static void targets__of_a_large_batch_are_stored_before_its_end(void **state)
{
    struct world *self = *state;
    int64_t first = 0, last = 0;

    for (int i = 0; i < INGEST_TARGETS_MAX + 40; i++) {
        last = add_target(self);
        first = first ? first : last;
        count(self, (struct visit_to){.target_id = last, .time_ms = HOUR_MS});
        count(self, (struct visit_to){.target_id = first, .time_ms = HOUR_MS}); /* also after it was stored once */
    }
    assert_int_equal(figures(self, first, 0, INT64_MAX).shown, INGEST_TARGETS_MAX + 41);
    assert_int_equal(figures(self, last, 0, INT64_MAX).shown, 1);
}

static size_t visitors_stored(struct world *self)
{
    struct stmt *rows = target_visitors_each(self->temp.db, 0, 100);
    struct target_visitor row;
    size_t found = 0;

    while (target_visitors_next(rows, &row)) {
        assert_true(row.link_id == LINK && row.target_id == self->target_id && row.visitor == 77);
        found++;
    }
    assert_int_equal(stmt_err(rows), OK);
    return found;
}

static void targets__know_visitors_where_the_link_asks_for_it(void **state)
{
    struct world *self = *state;
    struct visit_to visit = {.target_id = self->target_id, .time_ms = HOUR_MS, .visitor = 77};

    count(self, visit);
    assert_int_equal(visitors_stored(self), 0);
    assert_int_equal(live_places_know_visitors(self->places, LINK, true), OK);
    visit.class = CLASS_BOT;
    count(self, visit);
    assert_int_equal(visitors_stored(self), 0);
    visit.class = CLASS_HUMAN;
    count(self, visit);
    visit.visitor = 0; /* brought no number */
    count(self, visit);
    assert_int_equal(visitors_stored(self), 1);
}

/* Two visitors of one millisecond, by different channels; the page of the second was pressed before the visit is
 * stored, that of the first afterwards. */
static void targets__pages_know_the_channel_of_their_own_visit(void **state)
{
    struct world *self = *state;
    static const char *const locations[] = {"https://go.example/-/live/0102030405060708090a0b0c0d0e0f10",
                                            "https://go.example/-/live/1112131415161718191a1b1c1d1e1f20"};
    static const char *const channels[] = {"poster", "group"};
    struct target_page pages[2];
    bool fresh = false;
    str channel;

    for (size_t i = 0; i < 2; i++) {
        pages[i] = (struct target_page){self->target_id, HOUR_MS, live_token_page(str_from_c(locations[i]))};
    }
    assert_int_equal(target_presses_put(self->temp.db, &self->temp.arena, &pages[1], HOUR_MS + 5, &fresh, &channel),
                     OK);
    assert_true(fresh && channel.len == 0);
    for (size_t i = 0; i < 2; i++) {
        count(self, (struct visit_to){.target_id = self->target_id,
                                      .time_ms = HOUR_MS,
                                      .channel = channels[i],
                                      .outcome = OUTCOME_PAGE,
                                      .location = locations[i]});
    }
    assert_int_equal(target_presses_put(self->temp.db, &self->temp.arena, &pages[0], HOUR_MS + 6, &fresh, &channel),
                     OK);
    assert_true(fresh);
    assert_str(channel, "poster");
    assert_int_equal(target_presses_put(self->temp.db, &self->temp.arena, &pages[1], HOUR_MS + 7, &fresh, &channel),
                     OK);
    assert_false(fresh);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(targets__are_counted_in_the_hour_of_the_visit),
        T(targets__count_people_alone_but_places_of_all),
        T(targets__are_counted_by_channel_beside),
        T(targets__of_a_large_batch_are_stored_before_its_end),
        T(targets__know_visitors_where_the_link_asks_for_it),
        T(targets__pages_know_the_channel_of_their_own_visit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
