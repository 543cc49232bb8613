/* SPDX-License-Identifier: MIT */
/* Goal: people hear of a target before it is full or over, and of a live code that leads nowhere; each of it by a name
 * under which it is told once, and again only when something has changed. */
#include "assert_str.h"

#include "alarms_pools.h"
#include "linkpond/model/link.h"
#include "linkpond/store/links.h"
#include "linkpond/store/targets.h"

#include "tempdb.h"

#define NOW INT64_C(1763784000000)

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);
    struct link link;

    tempdb_init(self);
    tempdb_domain(self);
    link_init(&link);
    link.id = 1;
    link.code = STR("aaaaaaa");
    link.url = STR("https://example.com/");
    link.title = STR("华东群");
    link.domain_id = self->domain_id;
    link.created_ms = link.updated_ms = 1;
    assert_int_equal(links_insert(self->db, &link), OK);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

static int64_t add(struct tempdb *self, int64_t cap, int64_t taken, int64_t until_ms)
{
    struct target target = {.link_id = 1,
                            .kind = TARGET_URL,
                            .name = STR("一群"),
                            .url = STR("https://example.com/a"),
                            .weight = 1,
                            .enabled = true,
                            .valid_from_ms = TIME_NONE,
                            .valid_until_ms = until_ms,
                            .cap_total = cap,
                            .cap_day = TARGET_NO_CAP,
                            .cap_hour = TARGET_NO_CAP,
                            .replaced_ms = TIME_NONE,
                            .deleted_ms = TIME_NONE,
                            .created_ms = 5,
                            .updated_ms = 5};
    struct target_figures more = {.shown = taken, .reserved = taken};

    assert_int_equal(targets_insert(self->db, &target), OK);
    assert_int_equal(targets_hour_add(self->db, target.id, NOW - NOW % MS_PER_HOUR, &more), OK);
    return target.id;
}

static void assert_told(struct tempdb *self, int64_t now_ms, const char *const *names, size_t count)
{
    struct pool_alarms found = {0};

    assert_int_equal(pool_alarms_find(self->db, &self->arena, zone_find(STR("UTC")), now_ms, &found), OK);
    assert_int_equal(found.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(found.items[i].dedupe, names[i]);
    }
}
#define ASSERT_TOLD(self, now_ms, ...)                                                                                 \
    do {                                                                                                               \
        static const char *const names[] = {__VA_ARGS__};                                                              \
        assert_told(self, now_ms, names, ARRAY_LEN(names));                                                            \
    } while (0)

static void pools__say_nothing_while_there_is_room(void **state)
{
    struct tempdb *self = *state;

    assert_told(self, NOW, NULL, 0); /* a link without targets is no live code */
    add(self, 200, 159, NOW + 2 * MS_PER_DAY);
    add(self, TARGET_NO_CAP, 0, TIME_NONE);
    assert_told(self, NOW, NULL, 0);
}

static void pools__tell_before_and_when_a_target_is_full(void **state)
{
    struct tempdb *self = *state;
    struct target target;

    add(self, TARGET_NO_CAP, 0, TIME_NONE);
    int64_t id = add(self, 200, 160, TIME_NONE);
    ASSERT_TOLD(self, NOW, "target:2:target_nearly_full:0:200");
    struct target_figures more = {.reserved = 40};
    assert_int_equal(targets_hour_add(self->db, id, NOW - NOW % MS_PER_HOUR, &more), OK);
    ASSERT_TOLD(self, NOW, "target:2:target_full:0:200");
    assert_int_equal(targets_find(self->db, &self->arena, id, &target), OK);
    target.reserved_before = 200; /* another group, with room */
    target.replaced_ms = NOW;
    assert_int_equal(targets_update(self->db, &target), OK);
    assert_told(self, NOW, NULL, 0);
    more.reserved = 200;
    assert_int_equal(targets_hour_add(self->db, id, NOW - NOW % MS_PER_HOUR, &more), OK);
    ASSERT_TOLD(self, NOW, "target:2:target_full:1763784000000:200");
}

static void pools__tell_of_ends_and_of_pools_with_nothing_open(void **state)
{
    struct tempdb *self = *state;
    struct pool_alarms found = {0};

    add(self, TARGET_NO_CAP, 0, NOW + MS_PER_DAY);
    ASSERT_TOLD(self, NOW, "target:1:target_ending:1763870400000");
    ASSERT_TOLD(self, NOW + MS_PER_DAY, "target:1:target_ended:1763870400000", "link:1:pool_empty:1763870400000");
    /* That it ended is no news any more, and that nothing is open has the name it was told by. */
    ASSERT_TOLD(self, NOW + 9 * MS_PER_DAY, "link:1:pool_empty:1763870400000");
    add(self, 0, 0, TIME_NONE);
    ASSERT_TOLD(self, NOW + 9 * MS_PER_DAY, "link:1:pool_empty:1763870400000");
    int64_t id = add(self, 5, 0, TIME_NONE);
    assert_told(self, NOW + 9 * MS_PER_DAY, NULL, 0);
    assert_int_equal(targets_delete(self->db, id, NOW + 10 * MS_PER_DAY), OK); /* open meanwhile, and empty again */
    ASSERT_TOLD(self, NOW + 11 * MS_PER_DAY, "link:1:pool_empty:1764648000000");
    assert_int_equal(pool_alarms_find(self->db, &self->arena, zone_find(STR("UTC")), NOW, &found), OK);
    assert_str_same(found.items[0].notice.subject, STR("华东群"));
    assert_str_same(found.items[0].notice.facts[NOTICE_FACT_LINK].text, STR("https://s.example.com/aaaaaaa"));
    assert_str_same(found.items[0].notice.facts[NOTICE_FACT_TARGET].text, STR("一群"));
}

static void pools__tell_again_when_a_cap_that_was_raised_is_full_too(void **state)
{
    struct tempdb *self = *state;
    struct target target;
    struct target_figures more = {.reserved = 100};

    add(self, TARGET_NO_CAP, 0, TIME_NONE);
    int64_t id = add(self, 200, 200, TIME_NONE);
    ASSERT_TOLD(self, NOW, "target:2:target_full:0:200");
    assert_int_equal(targets_find(self->db, &self->arena, id, &target), OK);
    target.cap_total = 300;
    assert_int_equal(targets_update(self->db, &target), OK);
    assert_told(self, NOW, NULL, 0);
    assert_int_equal(targets_hour_add(self->db, id, NOW - NOW % MS_PER_HOUR, &more), OK);
    ASSERT_TOLD(self, NOW, "target:2:target_full:0:300");
}

static void pools__that_are_empty_until_tomorrow_are_told_each_day(void **state)
{
    struct tempdb *self = *state;
    struct target target;
    int64_t id = add(self, TARGET_NO_CAP, 40, TIME_NONE);

    assert_int_equal(targets_find(self->db, &self->arena, id, &target), OK);
    target.cap_day = 40;
    assert_int_equal(targets_update(self->db, &target), OK);
    ASSERT_TOLD(self, NOW, "target:1:target_full:day:20414:40", "link:1:pool_empty:day:20414");
    assert_told(self, NOW + MS_PER_DAY, NULL, 0);
    target.cap_day = 0; /* no other day opens it */
    target.updated_ms = NOW;
    assert_int_equal(targets_update(self->db, &target), OK);
    ASSERT_TOLD(self, NOW, "link:1:pool_empty:1763784000000");
    ASSERT_TOLD(self, NOW + MS_PER_DAY, "link:1:pool_empty:1763784000000");
}

static void pools__tell_of_days_and_hours_once_a_day(void **state)
{
    struct tempdb *self = *state;
    struct target target;
    int64_t id = add(self, TARGET_NO_CAP, 40, TIME_NONE);

    add(self, TARGET_NO_CAP, 0, TIME_NONE);
    assert_int_equal(targets_find(self->db, &self->arena, id, &target), OK);
    target.cap_day = 50;
    assert_int_equal(targets_update(self->db, &target), OK);
    ASSERT_TOLD(self, NOW, "target:1:target_nearly_full:day:20414:50");
    target.cap_day = 40;
    target.cap_hour = 40;
    assert_int_equal(targets_update(self->db, &target), OK);
    ASSERT_TOLD(self, NOW, "target:1:target_full:day:20414:40", "target:1:target_full:hour:20414:40");
    ASSERT_TOLD(self, NOW + MS_PER_HOUR, "target:1:target_full:day:20414:40");
    assert_told(self, NOW + MS_PER_DAY, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pools__say_nothing_while_there_is_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pools__tell_before_and_when_a_target_is_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pools__tell_again_when_a_cap_that_was_raised_is_full_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pools__that_are_empty_until_tomorrow_are_told_each_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pools__tell_of_days_and_hours_once_a_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pools__tell_of_ends_and_of_pools_with_nothing_open, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
