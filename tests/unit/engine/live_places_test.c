/* SPDX-License-Identifier: MIT */
/* Goal: never one place over a cap, in total, by day or by hour, whatever threads do at once; what was given back is
 * there again; a day and an hour begin where the installation's clock says so. */
#include <pthread.h>

#include "assert_str.h"

#include "linkpond/engine/live_places.h"
#include "linkpond/model/link.h"
#include "linkpond/store/links.h"
#include "tempdb.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static const struct live_caps no_caps = {LIVE_NO_CAP, LIVE_NO_CAP, LIVE_NO_CAP};

static struct live_when when(int64_t ms)
{
    struct live_when out;

    live_when_of(zone_find(STR("UTC")), ms, &out);
    return out;
}

static int take_many(struct live_count *count, struct live_caps caps, int64_t ms, int tries)
{
    struct live_when at = when(ms);
    int taken = 0;

    for (int i = 0; i < tries; i++) {
        taken += live_count_take(count, &caps, &at);
    }
    return taken;
}

static void live_places__each_cap_holds_for_itself(void **state)
{
    struct live_count count = {0};
    const int64_t start = 20000 * DAY + 5 * HOUR;

    (void)state;
    assert_int_equal(take_many(&count, (struct live_caps){10, 6, 4}, start, 9), 4);
    assert_int_equal(take_many(&count, (struct live_caps){10, 6, 4}, start + HOUR, 9), 2);
    assert_int_equal(take_many(&count, (struct live_caps){10, 6, 4}, start + 2 * HOUR, 9), 0);
    assert_int_equal(take_many(&count, (struct live_caps){10, 6, 4}, start + DAY, 9), 4);
    assert_int_equal(take_many(&count, (struct live_caps){10, 6, 4}, start + 2 * DAY, 9), 0);
    assert_int_equal(count.total, 10);
}

static void live_places__none_and_one_are_caps_too(void **state)
{
    struct live_count count = {0};

    (void)state;
    assert_int_equal(take_many(&count, (struct live_caps){0, LIVE_NO_CAP, LIVE_NO_CAP}, DAY, 5), 0);
    assert_int_equal(take_many(&count, (struct live_caps){LIVE_NO_CAP, 0, LIVE_NO_CAP}, DAY, 5), 0);
    assert_int_equal(take_many(&count, (struct live_caps){LIVE_NO_CAP, LIVE_NO_CAP, 0}, DAY, 5), 0);
    assert_int_equal(count.total, 0);
    assert_int_equal(take_many(&count, (struct live_caps){1, LIVE_NO_CAP, LIVE_NO_CAP}, DAY, 5), 1);
    assert_int_equal(take_many(&count, no_caps, DAY, 5), 5);
}

static void live_places__what_is_given_back_is_there_again(void **state)
{
    struct live_count count = {0};
    const struct live_caps caps = {3, 2, 1};
    struct live_when at = when(20000 * DAY);

    (void)state;
    assert_true(live_count_take(&count, &caps, &at));
    assert_false(live_count_has(&count, &caps, &at));
    live_count_give_back(&count, &at);
    assert_int_equal(live_count_left(&count, &caps, &at), 1);
    assert_true(live_count_take(&count, &caps, &at));
    struct live_when later = when(20000 * DAY + 2 * HOUR);
    assert_true(live_count_take(&count, &caps, &later));
    live_count_give_back(&count, &at); /* its hour is over: the new hour's count stays */
    assert_false(live_count_has(&count, &(struct live_caps){LIVE_NO_CAP, LIVE_NO_CAP, 1}, &later));
    assert_int_equal(count.total, 1);
}

static void live_places__what_is_taken_is_told_for_the_hour_the_day_and_in_all(void **state)
{
    struct live_count count = {0};
    struct live_taken taken;
    const struct live_when at = when(20000 * DAY), later = when(20000 * DAY + HOUR), next = when(20001 * DAY);

    (void)state;
    live_count_add(&count, &at, 3);
    live_count_add(&count, &later, 2);
    live_count_taken(&count, &later, &taken);
    assert_int_equal(taken.hour, 2);
    assert_int_equal(taken.day, 5);
    assert_int_equal(taken.total, 5);
    live_count_taken(&count, &next, &taken);
    assert_int_equal(taken.hour, 0);
    assert_int_equal(taken.day, 0);
    assert_int_equal(taken.total, 5);
}

static void live_places__a_visit_that_began_before_the_hour_counts_there(void **state)
{
    struct live_count count = {0};
    const struct live_caps caps = {LIVE_NO_CAP, LIVE_NO_CAP, 2};
    const int64_t hour = 20000 * DAY + 5 * HOUR;

    (void)state;
    assert_int_equal(take_many(&count, caps, hour, 1), 1);
    assert_int_equal(take_many(&count, caps, hour + HOUR, 1), 1);
    assert_int_equal(take_many(&count, caps, hour, 9), 1);
    assert_int_equal(take_many(&count, caps, hour + HOUR, 9), 1);
    assert_int_equal(take_many(&count, caps, hour - HOUR, 9), 0); /* older still: in the newest */
}

static void live_places__hours_and_days_are_the_installations(void **state)
{
    const struct zone *shanghai = zone_find(STR("Asia/Shanghai")), *kathmandu = zone_find(STR("Asia/Kathmandu"));
    struct live_when a, b;

    (void)state;
    live_when_of(shanghai, 20000 * DAY + 16 * HOUR - 1, &a); /* 23:59:59.999 */
    live_when_of(shanghai, 20000 * DAY + 16 * HOUR, &b);
    assert_int_equal(b.day, a.day + 1);
    assert_int_equal(b.hour, a.hour + 4);
    assert_int_equal(b.hour_ms, 20000 * DAY + 16 * HOUR);
    live_when_of(kathmandu, 20000 * DAY, &a); /* 05:45 */
    assert_int_equal(a.hour_ms, 20000 * DAY - 45 * HOUR / 60);
}

static void live_places__an_hour_that_comes_twice_is_two(void **state)
{
    const struct zone *berlin = zone_find(STR("Europe/Berlin"));
    struct live_when first, second;

    (void)state;
    live_when_of(berlin, INT64_C(1761436800000), &first); /* 2025-10-26T02:00+02:00 */
    live_when_of(berlin, INT64_C(1761436800000) + HOUR, &second);
    assert_int_equal(first.day, second.day);
    assert_int_equal(second.hour, first.hour + 4);
}

#define THREADS 8
#define TRIES   20000
struct crowd {
    struct live_count *count;
    struct live_caps caps;
    int64_t base_ms;
    int taken;
};

static void *come(void *arg)
{
    struct crowd *self = arg;

    for (int i = 0; i < TRIES; i++) {
        struct live_when at = when(self->base_ms + i % 3 * HOUR);
        if (live_count_take(self->count, &self->caps, &at)) {
            self->taken++;
            if (i % 7 == 0) {
                live_count_give_back(self->count, &at);
                self->taken--;
            }
        }
    }
    return NULL;
}

static void live_places__a_crowd_gets_exactly_the_cap(void **state)
{
    struct live_count count = {0};
    struct crowd crowds[THREADS];
    pthread_t threads[THREADS];
    int64_t taken = 0;

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        crowds[i] = (struct crowd){&count, {1000, LIVE_NO_CAP, LIVE_NO_CAP}, 20000 * DAY, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, come, &crowds[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        taken += crowds[i].taken;
    }
    assert_int_equal(taken, 1000);
    assert_int_equal(count.total, 1000);
}

static struct target add_target(struct tempdb *temp, int64_t cap_hour, int64_t updated_ms)
{
    struct link link;
    struct target target = {.kind = TARGET_URL,
                            .name = STR("a"),
                            .url = STR("https://example.com/a"),
                            .weight = 1,
                            .enabled = true,
                            .valid_from_ms = TIME_NONE,
                            .valid_until_ms = TIME_NONE,
                            .cap_total = TARGET_NO_CAP,
                            .cap_day = TARGET_NO_CAP,
                            .cap_hour = cap_hour,
                            .replaced_ms = TIME_NONE,
                            .deleted_ms = TIME_NONE,
                            .created_ms = updated_ms,
                            .updated_ms = updated_ms};

    link_init(&link);
    link.id = target.link_id = 1;
    link.code = STR("aaaaaaa");
    link.url = STR("https://example.com/");
    link.created_ms = link.updated_ms = 1;
    tempdb_domain(temp);
    link.domain_id = temp->domain_id;
    assert_int_equal(links_insert(temp->db, &link), OK);
    assert_int_equal(targets_insert(temp->db, &target), OK);
    return target;
}

/* After a restart. Hours two apart share a slot. */
static void live_places__only_a_full_hour_since_the_edit_leaves_a_target_full(void **state)
{
    const int64_t start = 20000 * DAY + 5 * HOUR;
    struct live_places *places;
    struct live_cell *cell;
    struct tempdb temp;

    (void)state;
    tempdb_init(&temp);
    struct target target = add_target(&temp, 2, start + HOUR + 1);
    assert_int_equal(targets_hour_add(temp.db, target.id, start, &(struct target_figures){.reserved = 2}), OK);
    assert_int_equal(targets_hour_add(temp.db, target.id, start + 2 * HOUR, &(struct target_figures){.shown = 1}), OK);
    places = live_places_new(zone_find(STR("UTC")));
    assert_int_equal(live_places_cell(places, temp.db, &target, &cell), OK);
    assert_false(cell->filled);
    live_places_free(places);

    assert_int_equal(targets_hour_add(temp.db, target.id, start + 4 * HOUR, &(struct target_figures){.reserved = 2}),
                     OK);
    places = live_places_new(zone_find(STR("UTC")));
    assert_int_equal(live_places_cell(places, temp.db, &target, &cell), OK);
    assert_true(cell->filled);
    live_places_free(places);
    tempdb_done(&temp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_places__each_cap_holds_for_itself),
        cmocka_unit_test(live_places__none_and_one_are_caps_too),
        cmocka_unit_test(live_places__what_is_given_back_is_there_again),
        cmocka_unit_test(live_places__what_is_taken_is_told_for_the_hour_the_day_and_in_all),
        cmocka_unit_test(live_places__a_visit_that_began_before_the_hour_counts_there),
        cmocka_unit_test(live_places__hours_and_days_are_the_installations),
        cmocka_unit_test(live_places__an_hour_that_comes_twice_is_two),
        cmocka_unit_test(live_places__a_crowd_gets_exactly_the_cap),
        cmocka_unit_test(live_places__only_a_full_hour_since_the_edit_leaves_a_target_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
