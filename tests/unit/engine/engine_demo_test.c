/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include <sys/stat.h>

/* Goal: a data folder says whether its figures are made up, and only one that says so can be removed by a call. */

static void demo__a_folder_is_none_until_it_is_marked(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};

    assert_false(pond->engine->demo);
    assert_int_equal(engine_mark_demo(pond->engine, &fault), OK);
    assert_true(pond->engine->demo);
    pond_reopen(pond);
    assert_true(pond->engine->demo);
}

static void demo__an_unmarked_folder_is_not_removed(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};

    pond_close(pond);
    assert_int_equal(engine_remove_demo(pond->dir.path, &fault), ERR_FORBIDDEN);
    assert_non_null(strstr(fault.message, "no demo data"));
    pond_open(pond);
    assert_false(pond->engine->demo);
}

static void demo__an_open_folder_is_not_removed(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};

    assert_int_equal(engine_mark_demo(pond->engine, &fault), OK);
    assert_int_equal(engine_remove_demo(pond->dir.path, &fault), ERR_BUSY);
    pond_reopen(pond);
    assert_true(pond->engine->demo);
}

static void demo__removing_leaves_what_the_program_did_not_make(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};

    assert_int_equal(engine_mark_demo(pond->engine, &fault), OK);
    CREATE(pond, "url=https://example.org/a");
    pond_close(pond);
    assert_int_equal(files_write_atomic(tempdir_file(&pond->dir, "linkpond.conf"), STR("code_length = 8\n")), OK);
    assert_int_equal(engine_remove_demo(pond->dir.path, &fault), OK);
    assert_false(files_exists(tempdir_file(&pond->dir, "linkpond.db")));
    assert_false(files_exists(tempdir_file(&pond->dir, "journal")));
    assert_false(files_exists(tempdir_file(&pond->dir, "lock")));
    assert_true(files_exists(tempdir_file(&pond->dir, "linkpond.conf")));
    assert_int_equal(engine_remove_demo(pond->dir.path, &fault), ERR_NOT_FOUND);
}

/* The mark goes last, so what a killed removal left over is still known for what it is. */
static void demo__what_is_left_of_a_removal_can_be_removed(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};

    assert_int_equal(engine_mark_demo(pond->engine, &fault), OK);
    pond_close(pond);
    pond_remove_folder(pond, "journal");
    assert_int_equal(engine_remove_demo(pond->dir.path, &fault), OK);
    assert_int_equal(mkdir(pond->dir.path, 0700), 0); /* for the fixture, which removes it once more */
}

/* Users are made for links to belong to; a key is one user's. */
static void user__of_a_key_that_is_taken_is_refused(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};
    struct user user = {.key = STR("lin.yue"), .name = STR("林悦")}, again = user;
    struct user nameless = {.key = STR("x")}, comma = {.key = STR("a,b"), .name = STR("x")};

    assert_int_equal(editor_user_create(pond->engine->editor, &pond->admin, &user, &fault), OK);
    assert_true(user.id > USER_ADMIN);
    struct link_result owned = CREATE(pond, "url=https://example.org/a", "owner=lin.yue");
    assert_int_equal(owned.link.owner_id, user.id);
    assert_int_equal(editor_user_create(pond->engine->editor, &pond->admin, &again, &fault), ERR_CONFLICT);
    assert_int_equal(editor_user_create(pond->engine->editor, &pond->admin, &nameless, &fault), ERR_INVALID);
    assert_int_equal(editor_user_create(pond->engine->editor, &pond->admin, &comma, &fault), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POND_TEST(demo__a_folder_is_none_until_it_is_marked),
        POND_TEST(demo__an_unmarked_folder_is_not_removed),
        POND_TEST(demo__an_open_folder_is_not_removed),
        POND_TEST(demo__removing_leaves_what_the_program_did_not_make),
        POND_TEST(demo__what_is_left_of_a_removal_can_be_removed),
        POND_TEST(user__of_a_key_that_is_taken_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
