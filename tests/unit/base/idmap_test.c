/* SPDX-License-Identifier: MIT */
/* Goal: the map holds what was put, loses exactly what was removed, and stops at its bound. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/hash.h"
#include "linkpond/base/idmap.h"

#define KEYS 500

static uint64_t seed = 11;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static void idmap__random_puts_and_removes_agree_with_a_plain_table(void **state)
{
    (void)state;
    struct idmap map;
    int64_t plain[KEYS] = {0}; /* 0 = not there */
    size_t count = 0;
    idmap_init(&map, 1 << 20);
    for (int64_t i = 1; i < 40000; i++) {
        uint64_t key = roll(KEYS);
        bool added = false;
        if (roll(5) < 2) {
            idmap_remove(&map, key / 7, key);
            count -= plain[key] != 0;
            plain[key] = 0;
        } else {
            *idmap_put(&map, key / 7, key, &added) = i;
            assert_int_equal(added, plain[key] == 0);
            count += plain[key] == 0;
            plain[key] = i;
        }
        key = roll(KEYS);
        const int64_t *found = idmap_find(&map, key / 7, key);
        assert_int_equal(found ? *found : 0, plain[key]);
        assert_int_equal(map.count, count);
    }
    idmap_done(&map);
}

static void idmap__takes_no_more_than_its_bound(void **state)
{
    (void)state;
    struct idmap map;
    idmap_init(&map, 100);
    for (uint64_t i = 0; i < 100; i++) {
        assert_non_null(idmap_put(&map, i, 0, NULL));
    }
    assert_null(idmap_put(&map, 100, 0, NULL));
    assert_non_null(idmap_put(&map, 99, 0, NULL)); /* what is there can still be changed */
    idmap_remove(&map, 3, 0);
    assert_non_null(idmap_put(&map, 100, 0, NULL));
    idmap_clear(&map);
    assert_null(idmap_find(&map, 99, 0));
    assert_non_null(idmap_put(&map, 7, 0, NULL));
    idmap_done(&map);
}

static void idmap__in_parts_holds_all_and_its_parts_are_alike(void **state)
{
    (void)state;
    struct idmap_parts maps;
    const uint64_t keys = 64000;
    idmap_parts_init(&maps, 100000);
    for (uint64_t i = 0; i < keys; i++) {
        *idmap_put(idmap_part(&maps, i, i / 3), i, i / 3, NULL) = (int64_t)i;
    }
    assert_int_equal(idmap_parts_count(&maps), keys);
    for (uint64_t i = 0; i < keys; i++) {
        const int64_t *found = idmap_parts_find(&maps, i, i / 3);
        assert_non_null(found);
        assert_int_equal(*found, i);
        assert_null(idmap_parts_find(&maps, i, i / 3 + 1));
    }
    for (size_t i = 0; i < IDMAP_PARTS; i++) {
        assert_in_range(maps.parts[i].count, 800, 1200);
    }
    idmap_parts_done(&maps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idmap__random_puts_and_removes_agree_with_a_plain_table),
        cmocka_unit_test(idmap__takes_no_more_than_its_bound),
        cmocka_unit_test(idmap__in_parts_holds_all_and_its_parts_are_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
