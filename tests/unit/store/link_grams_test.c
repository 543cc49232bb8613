/* SPDX-License-Identifier: MIT */
/* Goal: what a search leaves out cannot hold the text, whatever was changed since; and it leaves out nearly all. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/store/link_grams.h"
#include "linkpond/store/links.h"

#include "db_sqlite.h"
#include "templink.h"

#define LINKS 20000 /* more than are looked at one by one anyway */
#define FULL  (LINKS >> LINK_BLOCK_SHIFT)

struct fixture {
    struct tempdb tmp;
};

static void make_all(struct tempdb *tmp)
{
    size_t made = 0;

    assert_int_equal(db_begin(tmp->db, false), OK);
    do {
        assert_int_equal(link_grams_make(tmp->db, 100, &made), OK);
    } while (made == 100);
    assert_int_equal(db_commit(tmp->db), OK);
}

static int set_up(void **state)
{
    struct fixture *self = calloc(1, sizeof *self);

    tempdb_init(&self->tmp);
    tempdb_domain(&self->tmp);
    assert_int_equal(db_begin(self->tmp.db, false), OK);
    for (int i = 1; i <= LINKS; i++) {
        struct link link = templink_new(&self->tmp);
        link.url = arena_f(&self->tmp.arena, "https://shop.example.com/p/%d?Sku=%07d", i, i);
        link.title = arena_f(&self->tmp.arena, "春季上新 群%d", i % 300);
        templink_add(&self->tmp, &link);
        arena_reset(&self->tmp.arena);
    }
    assert_int_equal(db_commit(self->tmp.db), OK);
    make_all(&self->tmp);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *self = *state;

    tempdb_done(&self->tmp);
    free(self);
    return 0;
}

/* How many links a search finds; *looks: how many it looked at, which is blocks at a time. */
static int64_t found(struct fixture *self, const char *text, int *looks)
{
    struct links_filter filter = {.bounds = BOUNDS_ALL,
                                  .state = -1,
                                  .archived = -1,
                                  .now_ms = 2000,
                                  .q = str_from_c(text),
                                  .sort = LINKS_BY_CREATED,
                                  .limit = 1000};
    struct links_total total;
    struct links_page page;

    sqlite3_stmt_status(db_stmt(self->tmp.db, SQL_LINK_LIST_TEXTS)->raw, SQLITE_STMTSTATUS_RUN, 1);
    arena_reset(&self->tmp.arena);
    assert_int_equal(links_list(self->tmp.db, &self->tmp.arena, &filter, &page, &total), OK);
    assert_true(total.exact);
    *looks = sqlite3_stmt_status(self->tmp.db->stmts[SQL_LINK_LIST_TEXTS].raw, SQLITE_STMTSTATUS_RUN, 0)
             << LINK_BLOCK_SHIFT;
    return total.count;
}

static void search__a_rare_text_is_looked_for_in_few_links(void **state)
{
    struct fixture *self = *state;
    const char *const texts[] = {"sku=0012345", "SKU=0000007", "/p/19001?", "zz-nothing"};
    const int64_t counts[] = {1, 1, 1, 0};
    int looks;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_int_equal(found(self, texts[i], &looks), counts[i]);
        assert_in_range(looks, counts[i], 6 << LINK_BLOCK_SHIFT); /* of 78 blocks */
    }
    assert_int_equal(found(self, "群299", &looks), LINKS / 300);
}

static void search__a_changed_text_is_found_at_once(void **state)
{
    struct fixture *self = *state;
    struct link link;
    int looks;

    assert_int_equal(links_find(self->tmp.db, &self->tmp.arena, BOUNDS_ALL, 5000, &link), OK);
    link.title = STR("夏日 Qwertz");
    assert_int_equal(links_update(self->tmp.db, BOUNDS_ALL, &link), OK);
    struct link_alias alias = {300, self->tmp.domain_id, STR("promo/Xyzzy"), STR("promo/Xyzzy"), 0};
    assert_int_equal(links_alias_add(self->tmp.db, &alias, 1), OK);
    for (int again = 0; again < 2; again++) { /* without their blocks, and with new ones */
        assert_int_equal(found(self, "夏日", &looks), 1);
        assert_int_equal(found(self, "qwertZ", &looks), 1);
        assert_int_equal(found(self, "xyzzy", &looks), 1);
        make_all(&self->tmp);
    }
}

static int64_t rows_of(struct fixture *self)
{
    struct stmt *rows = db_stmt(self->tmp.db, SQL_LINK_GRAM_EACH);
    int64_t count = 0;

    while (stmt_next(rows)) {
        count++;
    }
    return count;
}

static void search__nothing_is_kept_of_what_was_purged(void **state)
{
    struct fixture *self = *state;

    assert_int_equal(rows_of(self), FULL);
    assert_int_equal(links_tombstone(self->tmp.db, 700, 1, true), OK);
    assert_int_equal(rows_of(self), FULL - 1);
    make_all(&self->tmp);
    assert_int_equal(rows_of(self), FULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(search__a_rare_text_is_looked_for_in_few_links),
        TEST(search__a_changed_text_is_found_at_once),
        TEST(search__nothing_is_kept_of_what_was_purged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
