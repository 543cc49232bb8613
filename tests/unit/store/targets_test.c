/* SPDX-License-Identifier: MIT */
/* Goal: a target keeps its name for ever, a link says of itself whether it is a live code, and what became of a target
 * is counted in the hour it happened. */
#include "assert_str.h"

#include "linkpond/model/link.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/links.h"
#include "linkpond/store/targets.h"

#include "tempdb.h"

#define HOUR INT64_C(3600000)

struct pond {
    struct tempdb temp;
    int64_t link_id;
};

static int set_up(void **state)
{
    struct pond *self = calloc(1, sizeof *self);
    struct link link;

    tempdb_init(&self->temp);
    struct domain domain = {.host = STR("go.example.cn"),
                            .scheme = STR("https"),
                            .is_default = true,
                            .enabled = true,
                            .shareable = true,
                            .serves_all = true,
                            .created_ms = 1,
                            .updated_ms = 1};
    link_init(&link);
    link.id = 1;
    link.code = STR("aaaaaaa");
    link.url = STR("https://example.com/");
    link.created_ms = link.updated_ms = 1;
    assert_int_equal(db_begin(self->temp.db, false), OK);
    assert_int_equal(domains_insert(self->temp.db, &domain), OK);
    link.domain_id = domain.id;
    assert_int_equal(links_insert(self->temp.db, &link), OK);
    assert_int_equal(db_commit(self->temp.db), OK);
    self->link_id = link.id;
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct pond *self = *state;

    tempdb_done(&self->temp);
    free(self);
    return 0;
}

static int64_t add(struct pond *self, const char *name)
{
    struct target target = {.link_id = self->link_id,
                            .kind = TARGET_URL,
                            .name = str_from_c(name),
                            .url = STR("https://example.com/a"),
                            .weight = 1,
                            .enabled = true,
                            .valid_from_ms = TIME_NONE,
                            .valid_until_ms = TIME_NONE,
                            .cap_total = 200,
                            .cap_day = TARGET_NO_CAP,
                            .cap_hour = 0,
                            .cap_on = CAP_ON_VISITORS,
                            .replaced_ms = TIME_NONE,
                            .created_ms = 5,
                            .updated_ms = 5};
    int64_t pool;

    assert_int_equal(targets_next_position(self->temp.db, self->link_id, &target.position, &pool), OK);
    assert_int_equal(targets_insert(self->temp.db, &target), OK);
    return target.id;
}

static void targets__come_back_as_they_went_in_their_order(void **state)
{
    struct pond *self = *state;
    struct target *pool = NULL;
    size_t count = 0;
    int64_t first = add(self, "一群");
    int64_t second = add(self, "二群");

    assert_int_equal(targets_move(self->temp.db, self->link_id, second, -1), OK);
    assert_int_equal(targets_of(self->temp.db, &self->temp.arena, self->link_id, &pool, &count), OK);
    assert_int_equal(count, 2);
    int64_t position = 0, there = 0;
    assert_int_equal(targets_next_position(self->temp.db, self->link_id, &position, &there), OK);
    assert_int_equal(position, 1); /* behind the first, which another went before */
    assert_int_equal(there, 2);
    assert_int_equal(pool[0].id, second);
    assert_int_equal(pool[1].id, first);
    assert_str_same(pool[1].name, STR("一群"));
    assert_int_equal(pool[1].cap_total, 200);
    assert_int_equal(pool[1].cap_day, TARGET_NO_CAP);
    assert_int_equal(pool[1].cap_hour, 0);
    assert_int_equal(pool[1].cap_on, CAP_ON_VISITORS);
    assert_int_equal(pool[1].valid_until_ms, TIME_NONE);
}

static void targets__one_that_left_its_pool_is_found_by_id_alone_and_its_id_is_not_used_again(void **state)
{
    struct pond *self = *state;
    struct target *pool = NULL;
    struct target target;
    size_t count = 0;
    int64_t id = add(self, "一群");

    assert_int_equal(targets_delete(self->temp.db, id, 9), OK);
    assert_int_equal(targets_delete(self->temp.db, id, 9), ERR_NOT_FOUND);
    assert_int_equal(targets_of(self->temp.db, &self->temp.arena, self->link_id, &pool, &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(targets_find(self->temp.db, &self->temp.arena, id, &target), OK);
    assert_int_equal(target.deleted_ms, 9);
    assert_int_equal(targets_purge(self->temp.db, self->link_id), OK);
    assert_true(add(self, "二群") > id);
}

static void targets__a_link_says_whether_it_is_a_live_code(void **state)
{
    struct pond *self = *state;
    struct link_hot hot;
    int64_t link_id = 0;
    int64_t id = add(self, "一群");

    assert_int_equal(links_load_one(self->temp.db, &self->temp.arena, self->link_id, &hot), OK);
    assert_false(hot.live);
    assert_int_equal(targets_mark_link(self->temp.db, self->link_id, 7), OK);
    assert_int_equal(links_load_one(self->temp.db, &self->temp.arena, self->link_id, &hot), OK);
    assert_true(hot.live);
    struct stmt *rows = targets_links_each(self->temp.db);
    assert_true(targets_links_next(rows, &link_id));
    assert_int_equal(link_id, self->link_id);
    assert_false(targets_links_next(rows, &link_id));

    struct link link;
    assert_int_equal(links_find(self->temp.db, &self->temp.arena, BOUNDS_ALL, self->link_id, &link), OK);
    assert_true(link.live);
    assert_int_equal(link.revision, 2);
    link.title = STR("another");
    assert_int_equal(links_update(self->temp.db, BOUNDS_ALL, &link), OK);
    assert_int_equal(links_load_one(self->temp.db, &self->temp.arena, self->link_id, &hot), OK);
    assert_true(hot.live); /* an edit of the rest leaves it */
    assert_int_equal(targets_delete(self->temp.db, id, 9), OK);
    assert_int_equal(targets_mark_link(self->temp.db, self->link_id, 8), OK);
    assert_int_equal(links_load_one(self->temp.db, &self->temp.arena, self->link_id, &hot), OK);
    assert_false(hot.live);
}

static void targets__figures_add_up_by_hour(void **state)
{
    struct pond *self = *state;
    struct target_figures sum;
    int64_t id = add(self, "一群");
    const struct target_figures shown = {.shown = 2, .visitors = 1, .reserved = 2};
    const struct target_figures joined = {.joined = 1, .left = 1, .pressed = 3};

    assert_int_equal(targets_hour_add(self->temp.db, id, 10 * HOUR, &shown), OK);
    assert_int_equal(targets_hour_add(self->temp.db, id, 10 * HOUR, &joined), OK);
    assert_int_equal(targets_hour_add(self->temp.db, id, 11 * HOUR, &shown), OK);
    assert_int_equal(targets_hour_add(self->temp.db, id + 1, 11 * HOUR, &shown), OK); /* nobody's: nothing happens */
    assert_int_equal(targets_sum(self->temp.db, id, INT64_MIN, INT64_MAX, &sum), OK);
    assert_int_equal(sum.shown, 4);
    assert_int_equal(sum.visitors, 2);
    assert_int_equal(sum.reserved, 4);
    assert_int_equal(sum.joined, 1);
    assert_int_equal(sum.left, 1);
    assert_int_equal(sum.pressed, 3);
    assert_int_equal(targets_sum(self->temp.db, id, 11 * HOUR, 12 * HOUR, &sum), OK);
    assert_int_equal(sum.shown, 2);
    assert_int_equal(targets_sum(self->temp.db, id + 1, INT64_MIN, INT64_MAX, &sum), OK);
    assert_int_equal(sum.shown, 0);
}

static void targets__visitors_are_kept_by_link_and_go_by_age(void **state)
{
    struct pond *self = *state;
    struct target_visitor row;
    int64_t deleted = 0;
    int64_t id = add(self, "一群");

    assert_int_equal(target_visitors_put(self->temp.db, &(struct target_visitor){self->link_id, 7, id, 100}), OK);
    assert_int_equal(target_visitors_put(self->temp.db, &(struct target_visitor){self->link_id, 7, id, 300}), OK);
    assert_int_equal(target_visitors_put(self->temp.db, &(struct target_visitor){self->link_id, 8, id, 200}), OK);
    struct stmt *rows = target_visitors_each(self->temp.db, 0, 10);
    assert_true(target_visitors_next(rows, &row));
    assert_int_equal(row.visitor, 7);
    assert_int_equal(row.seen_ms, 300);
    assert_true(target_visitors_next(rows, &row));
    assert_true(row.visitor == 8);
    assert_false(target_visitors_next(rows, &row));
    assert_int_equal(target_visitors_expire(self->temp.db, 250, 10, &deleted), OK);
    assert_int_equal(deleted, 1);
    assert_int_equal(target_visitors_put(self->temp.db, &(struct target_visitor){self->link_id, 9, id, 300}), OK);
    assert_int_equal(target_visitors_forget(self->temp.db, 9), OK);
    rows = target_visitors_each(self->temp.db, 0, 10);
    assert_true(target_visitors_next(rows, &row));
    assert_int_equal(row.visitor, 7);
    stmt_reset(rows);
}

static void targets__names_are_read_in_one_spelling_only(void **state)
{
    char memory[TARGET_NAME_MAX];

    (void)state;
    assert_str_same(target_name(12, memory), STR("tgt_12"));
    assert_int_equal(target_name_read(STR("tgt_12")), 12);
    assert_int_equal(target_name_read(STR("tgt_012")), 0);
    assert_int_equal(target_name_read(STR("tgt_-1")), 0);
    assert_int_equal(target_name_read(STR("tgt_")), 0);
    assert_int_equal(target_name_read(STR("lnk_12")), 0);
    assert_int_equal(target_name_read(STR("tgt_99999999999999999999")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(targets__come_back_as_they_went_in_their_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            targets__one_that_left_its_pool_is_found_by_id_alone_and_its_id_is_not_used_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(targets__a_link_says_whether_it_is_a_live_code, set_up, tear_down),
        cmocka_unit_test_setup_teardown(targets__figures_add_up_by_hour, set_up, tear_down),
        cmocka_unit_test_setup_teardown(targets__visitors_are_kept_by_link_and_go_by_age, set_up, tear_down),
        cmocka_unit_test(targets__names_are_read_in_one_spelling_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
