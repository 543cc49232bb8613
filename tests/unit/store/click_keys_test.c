/* SPDX-License-Identifier: MIT */
/* Goal: an installation has a key for click ids from its first moment on, its own, and ids it made stay readable. */
#include "assert_str.h"

#include "linkpond/store/click_keys.h"
#include "linkpond/store/meta.h"

#include "tempdb.h"

static void click_keys__are_made_once(void **state)
{
    (void)state;
    struct tempdb at;
    struct click_ids *first = NULL, *again = NULL;
    struct click_named named;
    char text[CLICK_ID_LEN];

    tempdb_init(&at);
    assert_int_equal(click_keys_open(at.db, &first), ERR_NOT_FOUND);
    assert_int_equal(click_keys_settle(at.db), OK);
    assert_int_equal(click_keys_open(at.db, &first), OK);
    assert_int_equal(click_keys_settle(at.db), OK);
    assert_int_equal(click_keys_open(at.db, &again), OK);
    assert_true(click_ids_write(first, click_ids_mark(first), 77, 5000, text));
    assert_true(click_ids_read(again, (str){text, sizeof text}, &named));
    assert_int_equal(named.click, 77);
    click_ids_free(first);
    click_ids_free(again);
    tempdb_done(&at);
}

static void click_keys__differ_between_installations(void **state)
{
    (void)state;
    struct tempdb here, there;
    struct click_ids *ours = NULL, *theirs = NULL;
    struct click_named named;
    char text[CLICK_ID_LEN];

    tempdb_init(&here);
    tempdb_init(&there);
    assert_int_equal(click_keys_settle(here.db), OK);
    assert_int_equal(click_keys_settle(there.db), OK);
    assert_int_equal(click_keys_open(here.db, &ours), OK);
    assert_int_equal(click_keys_open(there.db, &theirs), OK);
    assert_true(click_ids_write(theirs, click_ids_mark(theirs), 77, 5000, text));
    assert_false(click_ids_read(ours, (str){text, sizeof text}, &named));
    click_ids_free(ours);
    click_ids_free(theirs);
    tempdb_done(&here);
    tempdb_done(&there);
}

static void click_keys__turn_and_drop(void **state)
{
    (void)state;
    struct tempdb at;
    struct arena arena;
    int64_t version = 0;
    str keys = {0};

    tempdb_init(&at);
    arena_init(&arena, 65536);
    assert_int_equal(click_keys_settle(at.db), OK);
    assert_int_equal(click_keys_drop(at.db, 1), ERR_CONFLICT);
    for (int64_t i = 2; i <= CLICK_ID_VERSIONS_MAX; i++) {
        assert_int_equal(click_keys_turn(at.db, &version), OK);
        assert_int_equal(version, i);
    }
    assert_int_equal(click_keys_turn(at.db, &version), ERR_TOO_LARGE);
    assert_int_equal(click_keys_drop(at.db, 3), OK);
    assert_int_equal(click_keys_drop(at.db, 3), ERR_NOT_FOUND);
    assert_int_equal(click_keys_drop(at.db, 0), ERR_NOT_FOUND);
    assert_int_equal(click_keys_drop(at.db, CLICK_ID_VERSIONS_MAX + 1), ERR_NOT_FOUND);
    assert_int_equal(click_keys_get(at.db, &arena, &keys), OK);
    assert_int_equal(click_keys_state(keys, 2), CLICK_KEY_KEPT);
    assert_int_equal(click_keys_state(keys, 3), CLICK_KEY_DROPPED);
    assert_int_equal(click_keys_state(keys, CLICK_ID_VERSIONS_MAX), CLICK_KEY_CURRENT);
    arena_done(&arena);
    tempdb_done(&at);
}

static void click_keys__half_a_key_is_damage(void **state)
{
    (void)state;
    struct tempdb at;
    struct click_ids *ids = NULL;

    tempdb_init(&at);
    assert_int_equal(meta_put_blob(at.db, META_CLICK_KEYS, STR("12345678901234567")), OK);
    assert_int_equal(click_keys_open(at.db, &ids), ERR_CORRUPT);
    assert_int_equal(click_keys_settle(at.db), ERR_CORRUPT);
    assert_null(ids);
    tempdb_done(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(click_keys__are_made_once),
        cmocka_unit_test(click_keys__differ_between_installations),
        cmocka_unit_test(click_keys__turn_and_drop),
        cmocka_unit_test(click_keys__half_a_key_is_damage),
    };
    return cmocka_run_group_tests_name("click_keys", tests, NULL, NULL);
}
