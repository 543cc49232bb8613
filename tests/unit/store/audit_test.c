/* SPDX-License-Identifier: MIT */
/* Goal: a line of the audit log tells what changed and only that, within bounds whatever it is given, and is found by
 * what it is about, by whom, and when. */
#include "assert_str.h"
#include "linkpond/store/audit.h"
#include "linkpond/store/users.h"

#include "templink.h"

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    tempdb_init(self);
    tempdb_domain(self);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

static struct audit_note note;

static int64_t put(struct tempdb *self, const char *kind, int64_t object_id, const char *name, int64_t user_id,
                   int64_t now_ms)
{
    audit_begin(&note, kind, "update", object_id, str_from_c(name));
    audit_i64(&note, "n", 0, object_id);
    assert_int_equal(audit_end(&note, self->db, user_id, 0, now_ms, false), OK);
    return note.line.id;
}

static struct audit_line *list(struct tempdb *self, struct audit_filter filter, size_t expected)
{
    struct audit_line *lines = NULL;
    size_t count = 0;
    bool more = false;

    filter.limit = filter.limit ? filter.limit : 100;
    assert_int_equal(audit_list(self->db, &self->arena, &filter, &lines, &count, &more), OK);
    assert_int_equal(count, expected);
    return lines;
}

#define FILTER(...) ((struct audit_filter){.from_ms = INT64_MIN, .to_ms = INT64_MIN, __VA_ARGS__})

static void line__says_what_changed_and_nothing_else(void **state)
{
    struct tempdb *self = *state;
    str before_items[] = {STR("a"), STR("b")}, after_items[] = {STR("a"), STR("c")};
    struct str_list before = {before_items, 2}, after = {after_items, 2};

    audit_begin(&note, "link", "update", 7, STR("code"));
    audit_text(&note, "same", STR("x"), STR("x"));
    audit_text(&note, "text", STR(""), STR("<b>\"\n"));
    audit_list_of(&note, "list", &before, &after);
    audit_list_of(&note, "same_list", &before, &before);
    audit_i64(&note, "number", 1, -2);
    audit_bool(&note, "flag", true, false);
    audit_time(&note, "time", INT64_MIN, 0);
    assert_int_equal(audit_end(&note, self->db, USER_ADMIN, 0, 5, true), OK);
    struct audit_line *line = list(self, FILTER(.kind = STR("link"), .object_id = 7), 1);
    assert_str(line->action, "link.update");
    assert_str(line->name, "code");
    assert_str(line->user, "admin");
    assert_int_equal(line->key_id, 0);
    assert_str(line->changes,
               "{\"text\":[null,\"\\u003cb\\u003e\\\"\\n\"],\"list\":[\"a, b\",\"a, c\"],\"number\":[1,-2],"
               "\"flag\":[true,false],\"time\":[null,\"1970-01-01T00:00:00.000Z\"]}");
}

static void line__of_nothing_is_none_unless_wanted(void **state)
{
    struct tempdb *self = *state;

    audit_begin(&note, "link", "update", 7, STR("code"));
    audit_text(&note, "same", STR("x"), STR("x"));
    assert_int_equal(audit_end(&note, self->db, USER_ADMIN, 0, 5, true), OK);
    list(self, FILTER(), 0);
    assert_int_equal(audit_end(&note, self->db, USER_ADMIN, 0, 5, false), OK);
    assert_str(list(self, FILTER(), 1)->changes, "");
}

static void line__stays_within_bounds(void **state)
{
    struct tempdb *self = *state;
    char text[4096];

    memset(text, '\x01', sizeof text); /* six bytes each as JSON */
    audit_begin(&note, "link", "update", 1, STR("code"));
    for (int i = 0; i < 40; i++) {
        audit_text(&note, "field", STR(""), (str){text, sizeof text});
    }
    assert_int_equal(audit_end(&note, self->db, 0, 0, 5, false), OK);
    struct audit_line *line = list(self, FILTER(), 1);
    assert_str(line->changes, ""); /* rather nothing than half a JSON text */
    assert_int_equal(line->user_id, 0);
    memset(text, 'a', sizeof text);
    memcpy(text + AUDIT_TEXT_MAX - 1, "\xE9\x93\xBE", 3); /* a character across the cut */
    audit_begin(&note, "link", "update", 2, STR("code"));
    audit_text(&note, "field", STR(""), (str){text, sizeof text});
    assert_int_equal(audit_end(&note, self->db, 0, 0, 5, false), OK);
    line = list(self, FILTER(.kind = STR("link"), .object_id = 2), 1);
    assert_true(str_ends(line->changes, STR("a…\"]}")));
    assert_true(line->changes.len < AUDIT_TEXT_MAX + 32);
}

static void lines__are_found_by_object_person_and_time(void **state)
{
    struct tempdb *self = *state;
    struct user wang = {.key = STR("wang"), .role = STR("editor"), .created_ms = 1, .updated_ms = 1};

    assert_int_equal(users_insert(self->db, &wang), OK);
    int64_t first = put(self, "link", 1, "a", USER_ADMIN, 10);
    put(self, "link", 2, "b", wang.id, 20);
    put(self, "domain", 1, "d", wang.id, 30);
    int64_t last = put(self, "link", 1, "a", wang.id, 40);
    assert_int_equal(list(self, FILTER(), 4)[0].id, last);
    assert_int_equal(list(self, FILTER(.kind = STR("link"), .object_id = 1), 2)[1].id, first);
    list(self, FILTER(.kind = STR("link")), 3);
    list(self, FILTER(.kind = STR("domain"), .name = STR("d")), 1);
    list(self, FILTER(.user_id = wang.id), 3);
    list(self, FILTER(.user_id = wang.id, .kind = STR("link")), 2);
    list(self, FILTER(.user_id = -1), 0);
    struct audit_filter between = FILTER();
    between.from_ms = 20;
    between.to_ms = 40;
    list(self, between, 2);
    list(self, FILTER(.before_id = last), 3);
    struct audit_line *lines;
    size_t count;
    bool more = false;
    struct audit_filter page = FILTER(.limit = 2);
    assert_int_equal(audit_list(self->db, &self->arena, &page, &lines, &count, &more), OK);
    assert_int_equal(count, 2);
    assert_true(more);
}

static void lines__of_links_follow_the_owner(void **state)
{
    struct tempdb *self = *state;
    struct user wang = {.key = STR("wang"), .role = STR("editor"), .created_ms = 1, .updated_ms = 1};
    struct link link = templink_new(self);

    assert_int_equal(users_insert(self->db, &wang), OK);
    link.owner_id = wang.id;
    templink_add(self, &link);
    put(self, "link", link.id, "mine", USER_ADMIN, 10);
    put(self, "link", link.id + 1, "none", USER_ADMIN, 10);
    put(self, "user", wang.id, "wang", USER_ADMIN, 10);
    assert_str(list(self, FILTER(.owner_id = wang.id), 1)->name, "mine");
    assert_int_equal(links_hand_over(self->db, link.id, wang.id, USER_ADMIN, 20), OK);
    list(self, FILTER(.owner_id = wang.id), 0);
    list(self, FILTER(.owner_id = USER_ADMIN), 1);
}

static void lines__go_with_time_and_forget_what_is_purged(void **state)
{
    struct tempdb *self = *state;
    int64_t deleted = -1;

    for (int64_t at = 1; at <= 5; at++) {
        put(self, "link", at % 2, "x", 0, at);
    }
    assert_int_equal(audit_forget(self->db, STR("link"), 1), OK);
    struct audit_line *lines = list(self, FILTER(.kind = STR("link"), .object_id = 1), 3);
    assert_str(lines[0].changes, "");
    assert_str(lines[0].name, "");
    assert_int_equal(audit_purge(self->db, 4, 2, &deleted), OK);
    assert_int_equal(deleted, 2);
    assert_int_equal(audit_purge(self->db, 4, 2, &deleted), OK);
    assert_int_equal(deleted, 1);
    assert_int_equal(list(self, FILTER(), 2)[1].time_ms, 4);
    assert_int_equal(audit_change(self->db, lines[0].id, STR("{\"n\":[0,9]}")), OK);
    assert_str(list(self, FILTER(), 2)[0].changes, "{\"n\":[0,9]}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(line__says_what_changed_and_nothing_else),
        TEST(line__of_nothing_is_none_unless_wanted),
        TEST(line__stays_within_bounds),
        TEST(lines__are_found_by_object_person_and_time),
        TEST(lines__of_links_follow_the_owner),
        TEST(lines__go_with_time_and_forget_what_is_purged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
