/* SPDX-License-Identifier: MIT */
/* Goal: a daemon that lives is found by what it left in the folder; one that died is not. */
#include "assert_str.h"

#include "linkpond/base/files.h"
#include "linkpond/cli/folder.h"
#include "tempdir.h"

static struct arena arena;
static struct tempdir folder;
static const struct server_addresses addresses = {"http://127.0.0.1:1", "http://127.0.0.1:2", "http://[::1]:3"};

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    tempdir_init(&folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    tempdir_done(&folder);
    return 0;
}

static int take_lock(void)
{
    int fd = -1;

    assert_int_equal(files_lock(tempdir_file(&folder, "lock"), STR("42"), &fd, NULL, 0), OK);
    return fd;
}

static void listening__is_read_back_while_the_lock_is_held(void **state)
{
    (void)state;
    struct listening found;
    int lock = take_lock();

    assert_int_equal(listening_read(&arena, folder.path, &found), ERR_NOT_FOUND);
    assert_int_equal(listening_write(&arena, folder.path, &addresses, 42), OK);
    assert_int_equal(listening_read(&arena, folder.path, &found), OK);
    assert_string_equal(found.redirect, addresses.redirect);
    assert_string_equal(found.admin, addresses.admin);
    assert_string_equal(found.public, addresses.public);
    assert_int_equal(found.pid, 42);
    files_unlock(lock);
}

static void listening__of_a_dead_daemon_counts_for_nothing(void **state)
{
    (void)state;
    struct listening found;

    assert_int_equal(listening_write(&arena, folder.path, &addresses, 42), OK);
    assert_int_equal(listening_read(&arena, folder.path, &found), ERR_NOT_FOUND);
    files_unlock(take_lock());
    assert_int_equal(listening_read(&arena, folder.path, &found), ERR_NOT_FOUND);
}

/* While it starts, listen.json is still that of one that was killed. */
static void listening__of_another_process_than_holds_the_lock_counts_for_nothing(void **state)
{
    (void)state;
    struct listening found;
    int lock = take_lock();

    assert_int_equal(listening_write(&arena, folder.path, &addresses, 41), OK);
    assert_int_equal(listening_read(&arena, folder.path, &found), ERR_NOT_FOUND);
    files_unlock(lock);
}

static void listening__looking_does_not_take_the_lock_away(void **state)
{
    (void)state;
    struct listening found;
    char holder[8];
    int other = -1;
    int lock = take_lock();

    listening_write(&arena, folder.path, &addresses, 42);
    assert_int_equal(listening_read(&arena, folder.path, &found), OK);
    assert_int_equal(files_lock(tempdir_file(&folder, "lock"), STR("2"), &other, holder, sizeof holder), ERR_BUSY);
    assert_string_equal(holder, "42");
    files_unlock(lock);
}

static void listening__half_a_file_is_damage(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "{\"pid\": 1}",
                                        "{\"redirect\":\"a\",\"admin\":\"b\",\"public\":3,\"pid\":1}",
                                        "{\"redirect\":\"a\",\"admin\":\"b\",\"public\":\"c\",\"pid\":\"1\"}"};
    struct listening found;
    int lock = take_lock();

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        files_write_atomic(tempdir_file(&folder, "listen.json"), str_from_c(texts[i]));
        assert_int_equal(listening_read(&arena, folder.path, &found), ERR_CORRUPT);
    }
    files_unlock(lock);
}

static void local_key__is_read_without_its_line_end(void **state)
{
    (void)state;
    str key;

    assert_int_equal(local_key_read(&arena, folder.path, &key), ERR_NOT_FOUND);
    files_write_atomic(tempdir_file(&folder, "local.key"), STR("lp_abc\n"));
    assert_int_equal(local_key_read(&arena, folder.path, &key), OK);
    assert_str(key, "lp_abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(listening__is_read_back_while_the_lock_is_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listening__of_a_dead_daemon_counts_for_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listening__of_another_process_than_holds_the_lock_counts_for_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(listening__looking_does_not_take_the_lock_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(listening__half_a_file_is_damage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(local_key__is_read_without_its_line_end, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
