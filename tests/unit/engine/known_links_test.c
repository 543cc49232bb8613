/* SPDX-License-Identifier: MIT */
/* Goal: what is kept of a link is given for the same four texts and for no others, however they are divided, and only
 * where all of them are terms. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "known_links.h"

static struct known_links *links;

static struct link_texts texts_of(str code, str target, str location)
{
    return (struct link_texts){.code = code, .target = target, .location = location};
}

static bool find(const struct link_texts *record, struct click_row *row)
{
    *row = (struct click_row){.facts = {.id = 9}};
    return known_links_find(links, record, row);
}

static void keep(int64_t code, int64_t target, int64_t location)
{
    struct click_row row = {0};

    row.values[CLICK_CODE].term = code;
    row.values[CLICK_TARGET].term = target;
    row.values[CLICK_LOCATION].term = location;
    known_links_keep(links, &row);
}

static void links__are_known_by_all_their_texts(void **state)
{
    (void)state;
    const struct link_texts one = texts_of(STR("ab"), STR("c"), STR("https://d.example/"));
    const struct link_texts others[] = {
        texts_of(STR("a"), STR("bc"), STR("https://d.example/")),
        texts_of(STR("abc"), STR(""), STR("https://d.example/")),
        texts_of(STR("ab"), STR("c"), STR("https://d.example")),
        texts_of(STR("ab"), STR("c"), STR("")),
        texts_of(STR(""), STR(""), STR("")),
        {STR("ab"), STR("c"), STR("https://d.example/"), STR("*")},
        {STR("ab"), STR("c"), STR("https://d.example"), STR("/")},
    };
    struct click_row row;

    assert_false(find(&one, &row));
    assert_int_equal(row.values[CLICK_CODE].term, 0);
    keep(11, 0, 13);
    assert_true(find(&one, &row));
    assert_int_equal(row.facts.id, 9);
    assert_int_equal(row.values[CLICK_CODE].term, 11);
    assert_int_equal(row.values[CLICK_TARGET].term, 0);
    assert_int_equal(row.values[CLICK_LOCATION].term, 13);
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_false(find(&others[i], &row));
    }
    known_links_forget(links);
    assert_false(find(&one, &row));
}

static void texts_that_are_no_terms__are_not_kept(void **state)
{
    (void)state;
    const struct link_texts record = texts_of(STR("ab"), STR(""), STR("https://d.example/?click=1"));
    struct click_row row = {0};

    assert_false(find(&record, &row));
    row.values[CLICK_CODE].term = 5;
    row.values[CLICK_LOCATION].text = record.location;
    known_links_keep(links, &row);
    assert_false(find(&record, &row));
    keep(5, 0, 6);
    assert_true(find(&record, &row));
    keep(7, 0, 8); /* nothing was missed before it */
    assert_true(find(&record, &row));
    assert_int_equal(row.values[CLICK_CODE].term, 5);
}

static void texts_of_any_length__are_taken(void **state)
{
    static char text[5000];
    struct click_row row;

    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t len = 900; len < sizeof text; len += 7) {
        const struct link_texts record = texts_of(STR("a"), (str){text, 100}, (str){text, len});
        assert_false(find(&record, &row));
        keep(1, 2, 3);
        bool known = find(&record, &row);
        assert_true(known || len > 910);
        known_links_forget(links);
    }
}

static int setup(void **state)
{
    (void)state;
    links = known_links_new();
    return links ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    known_links_free(links);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(links__are_known_by_all_their_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_that_are_no_terms__are_not_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_of_any_length__are_taken, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
