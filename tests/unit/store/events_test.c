/* SPDX-License-Identifier: MIT */
/* Goal: an event is kept once and in order of arrival, lists show what was asked for, what waits is found in order, a
 * click of a customer is a touch once, and a purge leaves nothing of the link's clicks. */
#include "assert_str.h"

#include "linkpond/store/events.h"
#include "linkpond/store/terms.h"
#include "linkpond/store/touches.h"

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

static struct event lead(int64_t id, const char *event_id)
{
    return (struct event){.id = id,
                          .event_id = str_from_c(event_id),
                          .type = STR("lead"),
                          .time_ms = 1000 + id,
                          .received_ms = 2000 + id,
                          .click_id = 77,
                          .generation = 1,
                          .digest = {1, 2, 3}};
}

static enum err put(struct tempdb *self, const struct event *event)
{
    assert_int_equal(db_begin(self->db, false), OK);
    enum err err = events_insert(self->db, event);
    assert_int_equal(db_commit(self->db), OK);
    return err;
}

static struct events_filter any(void)
{
    return (struct events_filter){
        .bounds = BOUNDS_ALL, .state = -1, .origin = -1, .from_ms = INT64_MIN, .to_ms = INT64_MIN, .limit = 10};
}

static size_t listed(struct tempdb *self, const struct events_filter *filter, int64_t *first)
{
    struct stmt *rows = events_list(self->db, filter);
    struct event event;
    size_t count = 0;

    while (events_next(rows, &event)) {
        *first = count++ == 0 ? event.id : *first;
    }
    assert_int_equal(stmt_err(rows), OK);
    return count;
}

static void event__of_a_name_is_kept_once(void **state)
{
    struct tempdb *self = *state;
    struct event one = lead(1, "a"), again = lead(2, "a"), found;
    int64_t last = -1;

    assert_int_equal(put(self, &one), OK);
    assert_int_equal(put(self, &again), ERR_CONFLICT);
    assert_int_equal(events_find_event_id(self->db, &self->arena, STR("a"), &found), OK);
    assert_int_equal(found.id, 1);
    assert_int_equal(found.digest[2], 3);
    assert_false(found.has_value);
    assert_int_equal(events_last_id(self->db, &last), OK);
    assert_int_equal(last, 1);
}

static void event__without_a_name_is_never_a_repeat(void **state)
{
    struct tempdb *self = *state;
    struct event one = lead(1, ""), two = lead(2, "");

    assert_int_equal(put(self, &one), OK);
    assert_int_equal(put(self, &two), OK);
}

static void event__a_value_that_is_taken_back_keeps_its_sign(void **state)
{
    struct tempdb *self = *state;
    struct event refund = lead(1, "r"), found;

    refund.has_value = true;
    refund.value = -INT64_C(1250);
    refund.currency = STR("CNY");
    assert_int_equal(put(self, &refund), OK);
    assert_int_equal(events_find(self->db, &self->arena, 1, BOUNDS_ALL, &found), OK);
    assert_true(found.has_value);
    assert_int_equal(found.value, -1250);
    assert_str(found.currency, "CNY");
}

static void event__is_not_seen_by_whom_its_link_is_hidden_from(void **state)
{
    struct tempdb *self = *state;
    struct event one = lead(1, "a"), found;
    const struct bounds theirs = {.by_owner = true, .owner_id = 1};

    assert_int_equal(put(self, &one), OK);
    assert_int_equal(events_find(self->db, &self->arena, 1, &theirs, &found), ERR_NOT_FOUND);
}

static void list__shows_what_was_asked_for_newest_first(void **state)
{
    struct tempdb *self = *state;
    struct event one = lead(1, "a"), two = lead(2, "b"), three = lead(3, "c");
    int64_t first = 0;

    two.type = STR("deal");
    three.state = EVENT_UNMATCHED;
    assert_int_equal(put(self, &one), OK);
    assert_int_equal(put(self, &two), OK);
    assert_int_equal(put(self, &three), OK);
    struct events_filter filter = any();
    assert_int_equal(listed(self, &filter, &first), 3);
    assert_int_equal(first, 3);
    filter.before_id = 3;
    assert_int_equal(listed(self, &filter, &first), 2);
    assert_int_equal(first, 2);
    filter = any();
    filter.type = STR("deal");
    assert_int_equal(listed(self, &filter, &first), 1);
    filter = any();
    filter.state = EVENT_UNMATCHED;
    assert_int_equal(listed(self, &filter, &first), 1);
    assert_int_equal(first, 3);
    filter = any();
    filter.from_ms = 1002;
    filter.to_ms = 1003;
    assert_int_equal(listed(self, &filter, &first), 1);
    assert_int_equal(first, 2);
}

static void waiting__in_order_until_settled_and_again_when_their_click_is_known(void **state)
{
    struct tempdb *self = *state;
    struct event one = lead(1, "a"), two = lead(2, "b"), event;
    int64_t count = 0;

    assert_int_equal(put(self, &one), OK);
    assert_int_equal(put(self, &two), OK);
    assert_int_equal(events_settle(self->db, 1, EVENT_UNMATCHED, 0), OK);
    assert_int_equal(events_find_waiting(self->db, &self->arena, 1, &event), ERR_NOT_FOUND);
    struct stmt *rows = events_waiting(self->db, 0, 2, 10);
    assert_true(events_waiting_next(rows, &event));
    assert_int_equal(event.id, 2);
    assert_int_equal(event.click_id, 77);
    assert_false(events_waiting_next(rows, &event));
    assert_int_equal(events_match_click(self->db, 77), OK);
    assert_int_equal(events_backlog(self->db, INT64_MAX, 10, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(events_backlog(self->db, 1, 10, &count), OK);
    assert_int_equal(count, 1);
}

static void touch__is_one_however_often_it_is_found(void **state)
{
    struct tempdb *self = *state;
    struct touch touch = {.time_ms = 5, .click_id = 9, .generation = 1, .link_id = 3, .terms = {7, 8}, .flags = 1},
                 found;
    bool fresh = false;

    assert_int_equal(touches_put(self->db, 4, &touch, &fresh), OK);
    assert_true(fresh);
    assert_int_equal(touches_put(self->db, 4, &touch, &fresh), OK);
    assert_false(fresh);
    struct stmt *rows = touches_each(self->db, 4);
    assert_true(touches_next(rows, &found));
    assert_int_equal(found.time_ms, touch.time_ms);
    assert_int_equal(found.click_id, touch.click_id);
    assert_int_equal(found.generation, touch.generation);
    assert_int_equal(found.link_id, touch.link_id);
    assert_memory_equal(found.terms, touch.terms, sizeof touch.terms);
    assert_int_equal(found.scene, touch.scene);
    assert_int_equal(found.flags, touch.flags);
    assert_false(touches_next(rows, &found));
}

static void term__of_a_text_is_found_or_made_once(void **state)
{
    struct tempdb *self = *state;
    int64_t first = 0, again = 0, none = -1;

    assert_int_equal(touches_term(self->db, STR("spring"), &first), OK);
    assert_int_equal(touches_term(self->db, STR("spring"), &again), OK);
    assert_int_equal(touches_term(self->db, STR(""), &none), OK);
    assert_true(first > 0);
    assert_int_equal(first, again);
    assert_int_equal(none, 0);
}

static void purge__leaves_nothing_of_the_links_clicks(void **state)
{
    struct tempdb *self = *state;
    struct event one = lead(1, "a"), found;
    struct touch touch = {.time_ms = 5, .click_id = 77, .generation = 1, .link_id = 3}, other = touch;
    bool fresh;

    other.link_id = 4;
    other.click_id = 78;
    assert_int_equal(put(self, &one), OK);
    assert_int_equal(events_settle(self->db, 1, EVENT_JOINED, 3), OK);
    assert_int_equal(touches_put(self->db, 4, &touch, &fresh), OK);
    assert_int_equal(touches_put(self->db, 4, &other, &fresh), OK);
    assert_int_equal(touches_purge_link(self->db, 3), OK);
    assert_int_equal(events_purge_link(self->db, 3), OK);
    assert_int_equal(events_find(self->db, &self->arena, 1, BOUNDS_ALL, &found), OK);
    assert_int_equal(found.click_id, 0);
    assert_int_equal(found.link_id, 0);
    struct stmt *rows = touches_each(self->db, 4);
    assert_true(touches_next(rows, &touch));
    assert_int_equal(touch.link_id, 4);
    assert_false(touches_next(rows, &touch));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(event__of_a_name_is_kept_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(event__without_a_name_is_never_a_repeat, set_up, tear_down),
        cmocka_unit_test_setup_teardown(event__a_value_that_is_taken_back_keeps_its_sign, set_up, tear_down),
        cmocka_unit_test_setup_teardown(event__is_not_seen_by_whom_its_link_is_hidden_from, set_up, tear_down),
        cmocka_unit_test_setup_teardown(list__shows_what_was_asked_for_newest_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(waiting__in_order_until_settled_and_again_when_their_click_is_known, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(touch__is_one_however_often_it_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(term__of_a_text_is_found_or_made_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(purge__leaves_nothing_of_the_links_clicks, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
