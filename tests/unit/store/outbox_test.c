/* SPDX-License-Identifier: MIT */
/* Goal: what happened once is told once to each robot that wants to know, nothing that waits is forgotten, and the
 * notices of a digest share its fate. */
#include "assert_str.h"

#include "linkpond/store/outbox.h"

#include "tempdb.h"

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    tempdb_init(self);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

static int64_t add_robot(struct tempdb *self, const char *name, unsigned notices, bool enabled)
{
    struct robot robot = {.name = str_from_c(name),
                          .kind = ROBOT_WECOM,
                          .url_sealed = STR("sealed"),
                          .url_shown = STR("https://x/…"),
                          .secret_before_ms = INT64_MIN,
                          .chinese = true,
                          .enabled = enabled,
                          .gone_ms = INT64_MIN,
                          .notices = notices,
                          .created_ms = 1,
                          .updated_ms = 1};

    assert_int_equal(robots_insert(self->db, &robot), OK);
    return robot.id;
}

static int64_t put(struct tempdb *self, enum notice_kind kind, const char *dedupe, int64_t now_ms)
{
    struct notice notice = {.kind = kind, .subject = STR("s"), .time_ms = now_ms};
    int64_t count = -1;

    notice_put_number(&notice, NOTICE_FACT_LEFT, 3);
    assert_int_equal(db_begin(self->db, false), OK);
    assert_int_equal(outbox_put(self->db, &notice, str_from_c(dedupe), &count), OK);
    assert_int_equal(db_commit(self->db), OK);
    return count;
}

static size_t due(struct tempdb *self, int64_t robot, int64_t now_ms, bool urgent, struct outbox_item **items)
{
    size_t count = 0;

    assert_int_equal(outbox_due(self->db, &self->arena, robot, now_ms, urgent, 100, items, &count), OK);
    return count;
}

static void outbox__tells_each_event_once_to_who_wants_it(void **state)
{
    struct tempdb *self = *state;
    unsigned full = 1u << NOTICE_TARGET_FULL, empty = 1u << NOTICE_POOL_EMPTY;
    int64_t both = add_robot(self, "both", full | empty, true);
    int64_t only = add_robot(self, "only", empty, true);
    struct outbox_item *items;

    add_robot(self, "off", full | empty, false);
    assert_int_equal(put(self, NOTICE_TARGET_FULL, "target:1:full", 100), 1);
    assert_int_equal(put(self, NOTICE_TARGET_FULL, "target:1:full", 200), 0);
    assert_int_equal(put(self, NOTICE_POOL_EMPTY, "link:1:empty", 300), 2);
    assert_int_equal(put(self, NOTICE_DISK, "disk", 300), 0);
    assert_int_equal(due(self, both, 299, false, &items), 1);
    assert_int_equal(due(self, both, 300, false, &items), 2);
    assert_int_equal(items[0].notice.kind, NOTICE_TARGET_FULL);
    assert_int_equal(outbox_facts(&self->arena, &items[0]), OK);
    assert_int_equal(items[0].notice.facts[NOTICE_FACT_LEFT].number, 3);
    assert_true(str_starts(items[0].message, STR("msg_")) && !str_eq(items[0].message, items[1].message));
    assert_int_equal(due(self, both, 300, true, &items), 1);
    assert_int_equal(due(self, only, 300, false, &items), 1);
}

static void record__moves_what_waits_and_nothing_else(void **state)
{
    struct tempdb *self = *state;
    int64_t robot = add_robot(self, "r", ~0u, true), next;
    struct outbox_item *items, item;

    put(self, NOTICE_DISK, "a", 100);
    due(self, robot, 100, false, &items);
    int64_t id = items[0].id;
    struct outbox_result later = {
        .state = OUTBOX_WAITING, .due_ms = 5000, .attempts = 1, .now_ms = 110, .status = 500, .error = STR("oops")};
    assert_int_equal(outbox_record(self->db, id, &later), OK);
    assert_int_equal(due(self, robot, 4999, false, &items), 0);
    assert_int_equal(outbox_next(self->db, robot, false, &next), OK);
    assert_int_equal(next, 5000);
    assert_int_equal(due(self, robot, 5000, false, &items), 1);
    assert_str_same(items[0].error, STR("oops"));
    struct outbox_result sent = {.state = OUTBOX_SENT, .attempts = 1, .now_ms = 5100, .status = 200, .error = STR("")};
    assert_int_equal(outbox_record(self->db, id, &sent), OK);
    assert_int_equal(outbox_record(self->db, id, &later), OK); /* too late */
    assert_int_equal(outbox_find(self->db, &self->arena, id, &item), OK);
    assert_int_equal(item.state, OUTBOX_SENT);
    assert_int_equal(item.sent_ms, 5100);
    assert_int_equal(outbox_next(self->db, robot, false, &next), OK);
    assert_int_equal(next, INT64_MIN);
    assert_int_equal(outbox_retry(self->db, id, 6000), ERR_CONFLICT);
    assert_int_equal(outbox_retry(self->db, 999, 6000), ERR_NOT_FOUND);
}

static void digest__shares_its_fate_with_its_notices(void **state)
{
    struct tempdb *self = *state;
    int64_t robot = add_robot(self, "r", ~0u, true), ids[3], digest;
    struct outbox_item *items, item;
    struct outbox_counts counts;

    put(self, NOTICE_DISK, "a", 100);
    put(self, NOTICE_DISK, "b", 101);
    put(self, NOTICE_DISK, "c", 102);
    assert_int_equal(due(self, robot, 200, false, &items), 3);
    for (int i = 0; i < 3; i++) {
        ids[i] = items[i].id;
    }
    assert_int_equal(db_begin(self->db, false), OK);
    assert_int_equal(outbox_gather(self->db, robot, ids, 2, 200, &digest), OK);
    assert_int_equal(db_commit(self->db), OK);
    assert_int_equal(due(self, robot, 200, false, &items), 2); /* the third and the digest */
    assert_int_equal(items[1].notice.kind, NOTICE_DIGEST);
    size_t count = 0;
    assert_int_equal(outbox_members(self->db, &self->arena, digest, &items, &count), OK);
    assert_int_equal(count, 2);
    struct outbox_result dead = {.state = OUTBOX_DEAD, .attempts = 10, .now_ms = 300, .error = STR("no")};
    assert_int_equal(outbox_record(self->db, digest, &dead), OK);
    assert_int_equal(outbox_find(self->db, &self->arena, ids[1], &item), OK);
    assert_int_equal(item.state, OUTBOX_DEAD);
    assert_int_equal(outbox_counts(self->db, &counts), OK);
    assert_int_equal(counts.dead, 2);
    assert_int_equal(counts.waiting, 1);
    assert_int_equal(counts.oldest_ms, 102);
    assert_int_equal(outbox_retry(self->db, ids[0], 400), OK); /* the whole digest */
    assert_int_equal(due(self, robot, 400, false, &items), 2);
    assert_int_equal(items[1].id, digest);
    assert_int_equal(items[1].attempts, 0);
}

static void lists__page_from_the_latest_and_rows_go_when_they_are_old(void **state)
{
    struct tempdb *self = *state;
    int64_t robot = add_robot(self, "r", ~0u, true), total, deleted = 0;
    struct outbox_page page;
    struct outbox_item *items;
    char dedupe[16];

    for (int i = 0; i < 5; i++) {
        snprintf(dedupe, sizeof dedupe, "d%d", i);
        put(self, NOTICE_DISK, dedupe, 100 + i);
    }
    struct outbox_filter filter = {.state = -1, .limit = 2};
    assert_int_equal(outbox_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_true(page.more && page.count == 2 && total == 5);
    filter.before_id = page.items[1].id;
    filter.limit = 10;
    assert_int_equal(outbox_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_true(!page.more && page.count == 3);
    filter = (struct outbox_filter){.state = OUTBOX_DEAD, .limit = 10};
    assert_int_equal(outbox_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(total, 0);
    due(self, robot, 100, false, &items);
    struct outbox_result sent = {.state = OUTBOX_SENT, .now_ms = 100, .error = STR("")};
    assert_int_equal(outbox_record(self->db, items[0].id, &sent), OK);
    assert_int_equal(outbox_purge(self->db, OUTBOX_SENT, 1000, 100, &deleted), OK);
    assert_int_equal(deleted, 1);
    assert_int_equal(robots_delete(self->db, robot), OK);
    filter.state = -1;
    assert_int_equal(outbox_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(total, 0);
}

static void outbox__what_is_still_so_is_not_told_again_when_its_notice_is_gone(void **state)
{
    struct tempdb *self = *state;
    int64_t robot = add_robot(self, "r", ~0u, true), deleted = 0;
    struct outbox_result sent = {.state = OUTBOX_SENT, .now_ms = 100, .error = STR("")};
    struct outbox_item *items;

    put(self, NOTICE_TARGET_FULL, "target:1:target_full:0:200", 100);
    put(self, NOTICE_TARGET_FULL, "target:1:target_full:day:20414:9", 100);
    put(self, NOTICE_DISK, "disk:20414", 100);
    for (size_t left = due(self, robot, 100, false, &items); left > 0; left--) {
        assert_int_equal(outbox_record(self->db, items[left - 1].id, &sent), OK);
    }
    assert_int_equal(outbox_purge(self->db, OUTBOX_SENT, 1000, 100, &deleted), OK);
    assert_int_equal(deleted, 3);
    assert_int_equal(put(self, NOTICE_TARGET_FULL, "target:1:target_full:0:200", 2000), 0);
    assert_int_equal(put(self, NOTICE_TARGET_FULL, "target:1:target_full:7:200", 2000), 1); /* replaced, and full */
    assert_int_equal(put(self, NOTICE_DISK, "disk:20414", 2000), 1); /* names of days come once */
    add_robot(self, "new", 1u << NOTICE_TARGET_FULL, true);
    assert_int_equal(put(self, NOTICE_TARGET_FULL, "target:1:target_full:0:200", 2000), 1); /* which was told nothing */
    assert_int_equal(robots_delete(self->db, robot), OK);
}

static void robots__come_back_as_they_were_stored(void **state)
{
    struct tempdb *self = *state;
    int64_t id = add_robot(self, "值班群", 1u << NOTICE_DISK, true);
    struct robot robot;

    assert_int_equal(robots_find(self->db, &self->arena, id, &robot), OK);
    assert_str_same(robot.name, STR("值班群"));
    assert_str_same(robot.url_sealed, STR("sealed"));
    assert_int_equal(robot.secret_sealed.len, 0);
    robot.secret_sealed = STR("s");
    robot.quiet_from_min = 1320;
    robot.quiet_to_min = 480;
    robot.zone = STR("Asia/Shanghai");
    robot.chinese = false;
    assert_int_equal(robots_update(self->db, &robot), OK);
    assert_int_equal(robots_paced(self->db, id, 77, 88), OK);
    assert_int_equal(robots_find(self->db, &self->arena, id, &robot), OK);
    assert_true(robot.quiet_from_min == 1320 && !robot.chinese && robot.paced_ms == 77 && robot.held_ms == 88);
    assert_int_equal(robots_gone(self->db, id, 99), OK);
    assert_int_equal(robots_find(self->db, &self->arena, id, &robot), OK);
    assert_true(!robot.enabled && robot.gone_ms == 99);
    struct robot same = robot;
    assert_int_equal(robots_insert(self->db, &same), ERR_CONFLICT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(outbox__tells_each_event_once_to_who_wants_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(record__moves_what_waits_and_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(digest__shares_its_fate_with_its_notices, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists__page_from_the_latest_and_rows_go_when_they_are_old, set_up, tear_down),
        cmocka_unit_test_setup_teardown(outbox__what_is_still_so_is_not_told_again_when_its_notice_is_gone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(robots__come_back_as_they_were_stored, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
