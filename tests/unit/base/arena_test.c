/* SPDX-License-Identifier: MIT */
/* Goal: an arena hands out zeroed, aligned, separate memory up to its bound and no further. */
#include "assert_str.h"

#include "linkpond/base/arena.h"

static void arena__memory_is_zeroed_aligned_and_separate(void **state)
{
    (void)state;
    struct arena arena;
    unsigned char *last = NULL;

    arena_init(&arena, 1 << 20);
    for (size_t bytes = 1; bytes < 400; bytes++) {
        unsigned char *memory = arena_alloc(&arena, bytes);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < bytes; i++) {
            assert_int_equal(memory[i], 0);
        }
        memset(memory, 0xA5, bytes);
        if (last) {
            assert_int_equal(last[bytes - 2], 0xA5);
        }
        last = memory;
    }
    arena_done(&arena);
}

static void arena__reset_gives_zeroed_memory_again(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, 4096);
    memset(arena_alloc(&arena, 4000), 0xFF, 4000);
    assert_null(arena_alloc(&arena, 4000));
    assert_true(arena.overflow);
    arena_reset(&arena);
    assert_false(arena.overflow);
    assert_int_equal(arena.used, 0);
    unsigned char *memory = arena_alloc(&arena, 4000);
    assert_non_null(memory);
    assert_int_equal(memory[0] | memory[3999], 0);
    arena_done(&arena);
}

static void arena__rewound_gives_zeroed_memory_without_asking_for_more(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, 4 << 20);
    for (int round = 0; round < 4; round++) {
        struct arena_block *block = arena.head;
        for (int i = 0; i < 20; i++) {
            unsigned char *memory = arena_alloc(&arena, 60000);
            assert_non_null(memory);
            assert_int_equal(memory[0] | memory[59999], 0);
            memset(memory, 0xFF, 60000);
        }
        assert_true(round < 1 || arena.head == block);
        assert_null(arena_alloc(&arena, 4 << 20));
        arena_rewind(&arena);
        assert_false(arena.overflow);
        assert_int_equal(arena.used, 0);
    }
    arena_done(&arena);
}

static void arena__a_list_grows_and_keeps_what_it_has(void **state)
{
    (void)state;
    struct arena arena;
    int *list = NULL;
    size_t count = 0, cap = 0;

    arena_init(&arena, 4096);
    for (int *grown = ARENA_GROW(&arena, list, count, &cap); grown; grown = ARENA_GROW(&arena, list, count, &cap)) {
        list = grown;
        list[count] = (int)count;
        count++;
    }
    assert_true(arena.overflow);
    assert_int_equal(count, 512); /* 4 + 8 + … + 512 ints fit, 1024 more do not */
    assert_int_equal(cap, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list[i], i);
    }
    arena_done(&arena);
}

static void arena__bound_holds_over_many_small_ones(void **state)
{
    (void)state;
    struct arena arena;
    int given = 0;

    arena_init(&arena, 1000);
    while (arena_alloc(&arena, 16)) {
        given++;
    }
    assert_int_equal(given, 62);
    assert_true(arena.used <= 1000);
    assert_true(arena.overflow);
    arena_done(&arena);
}

static void arena__impossible_sizes_are_refused(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, SIZE_MAX);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_alloc(&arena, SIZE_MAX - 15));
    assert_null(ARENA_ARRAY(&arena, uint64_t, SIZE_MAX / 4));
    assert_true(arena.overflow);
    arena_done(&arena);
}

static void arena__texts_end_with_a_nul(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, 200);
    str copy = arena_str(&arena, str_slice(STR("abcdef"), 0, 3));
    assert_str(copy, "abc");
    assert_int_equal(copy.ptr[3], '\0');
    assert_str(arena_str(&arena, (str){NULL, 0}), "");
    str built = arena_f(&arena, "%s-%d", "x", 5);
    assert_str(built, "x-5");
    assert_int_equal(built.ptr[3], '\0');
    assert_false(arena.overflow);
    assert_str(arena_f(&arena, "%0300d", 1), "");
    assert_true(arena.overflow);
    arena_done(&arena);
}

static void arena__a_huge_block_is_not_kept(void **state)
{
    (void)state;
    struct arena arena;

    arena_init(&arena, (size_t)4 << 20);
    assert_non_null(arena_alloc(&arena, (size_t)2 << 20));
    arena_reset(&arena);
    assert_null(arena.head);
    assert_non_null(arena_alloc(&arena, 10));
    arena_reset(&arena);
    assert_non_null(arena.head);
    arena_done(&arena);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena__memory_is_zeroed_aligned_and_separate),
        cmocka_unit_test(arena__reset_gives_zeroed_memory_again),
        cmocka_unit_test(arena__rewound_gives_zeroed_memory_without_asking_for_more),
        cmocka_unit_test(arena__a_list_grows_and_keeps_what_it_has),
        cmocka_unit_test(arena__bound_holds_over_many_small_ones),
        cmocka_unit_test(arena__impossible_sizes_are_refused),
        cmocka_unit_test(arena__texts_end_with_a_nul),
        cmocka_unit_test(arena__a_huge_block_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
