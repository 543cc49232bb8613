/* SPDX-License-Identifier: MIT */
/* Goal: whatever the order in which links come, a list shows the first of all, in order; the same as if all were
 * sorted. */
#include "linkpond/base/arena.h"

#include "assert_str.h"
#include "links_ranking.h"

#include <stdlib.h>

#define PLACES 3000

static struct place places[PLACES];
static char titles[PLACES][8];

static int by_id_down(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->key != y->key) {
        return x->key < y->key ? 1 : -1;
    }
    return x->id < y->id ? 1 : -1;
}

static int by_title_up(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = str_cmp(x->title, y->title);

    return order ? order : x->id < y->id ? -1 : 1;
}

/* Keys as they come: rising, falling, to and fro, the same, in no order. */
static int64_t key_of(int shape, int64_t i)
{
    const int64_t keys[] = {i, -i, i % 2 ? i : -i, 7, i * 7919 % 1009};

    return keys[shape];
}

static void make_places(int shape)
{
    for (int64_t i = 0; i < PLACES; i++) {
        int64_t key = key_of(shape, i);
        int length = snprintf(titles[i], sizeof titles[i], "%05d", (int)(key + 10000));
        places[i] = (struct place){.id = i + 1, .key = key, .title = {titles[i], (size_t)length}};
    }
}

static void assert_ranked(enum links_sort sort, size_t keep)
{
    const struct links_filter filter = {.sort = sort};
    struct arena arena;
    struct ranking ranking;

    arena_init(&arena, 16 << 20);
    assert_true(ranking_init(&ranking, &arena, &filter, keep));
    for (size_t i = 0; i < PLACES; i++) {
        struct place place = places[i];
        if (sort == LINKS_BY_TITLE) {
            place.key = 0;
        } else {
            place.title = STR("");
        }
        ranking_add(&ranking, &place);
    }
    ranking_sort(&ranking);
    qsort(places, PLACES, sizeof *places, sort == LINKS_BY_TITLE ? by_title_up : by_id_down);
    assert_int_equal(ranking.count, keep < PLACES ? keep : PLACES);
    for (size_t i = 0; i < ranking.count; i++) {
        assert_int_equal(ranking.places[i].id, places[i].id);
        if (sort == LINKS_BY_TITLE) {
            assert_true(str_eq(ranking.places[i].title, places[i].title));
        }
    }
    assert_false(arena.overflow);
    arena_done(&arena);
}

static void ranking__keeps_the_first_of_all(void **state)
{
    static const size_t keeps[] = {1, 2, 51, 400, PLACES, 2 * PLACES};

    (void)state;
    for (int shape = 0; shape < 5; shape++) {
        for (size_t i = 0; i < ARRAY_LEN(keeps); i++) {
            make_places(shape);
            assert_ranked(LINKS_BY_CREATED, keeps[i]);
            make_places(shape);
            assert_ranked(LINKS_BY_TITLE, keeps[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranking__keeps_the_first_of_all)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
