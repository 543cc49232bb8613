/* SPDX-License-Identifier: MIT */
/* Goal: a text many clicks share becomes one term, one seen once costs none, and what was rolled back is forgotten. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/limits.h"
#include "linkpond/store/terms.h"
#include "tempdb.h"
#include "term_cache.h"

static struct tempdb db;
static struct term_cache *cache;

static int setup(void **state)
{
    (void)state;
    tempdb_init(&db);
    assert_int_equal(term_cache_open(db.db, &cache), OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    term_cache_free(cache);
    tempdb_done(&db);
    return 0;
}

static struct click_value intern(str text, enum term_origin origin, int64_t now_ms)
{
    struct click_value value;

    assert_int_equal(term_cache_intern(cache, db.db, text, origin, now_ms, &value), OK);
    return value;
}

static int64_t terms(void)
{
    int64_t count = -1;

    assert_int_equal(terms_max_id(db.db, &count), OK);
    return count;
}

static void term_cache__a_strangers_text_is_a_term_when_seen_again(void **state)
{
    (void)state;
    struct click_value first = intern(STR("utm-xyz"), TERM_STRANGERS, 0);
    assert_int_equal(first.term, 0);
    assert_int_equal(first.text.len, 7);
    assert_int_equal(terms(), 0);
    struct click_value again = intern(STR("utm-xyz"), TERM_STRANGERS, 0);
    assert_int_equal(again.term, 1);
    assert_int_equal(intern(STR("utm-xyz"), TERM_STRANGERS, 0).term, 1);
    assert_int_equal(intern(STR("bot:googlebot"), TERM_OURS, 0).term, 2);
    assert_int_equal(terms(), 2);
}

static void term_cache__another_run_finds_the_same_term(void **state)
{
    (void)state;
    assert_int_equal(intern(STR("ios"), TERM_OURS, 0).term, 1);
    term_cache_free(cache);
    assert_int_equal(term_cache_open(db.db, &cache), OK);
    assert_int_equal(intern(STR("ios"), TERM_STRANGERS, 0).term, 1);
    assert_int_equal(intern(STR("android"), TERM_OURS, 0).term, 2);
}

static void term_cache__what_was_rolled_back_is_interned_anew(void **state)
{
    (void)state;
    assert_int_equal(db_begin(db.db, false), OK);
    assert_int_equal(intern(STR("ios"), TERM_OURS, 0).term, 1);
    db_rollback(db.db);
    assert_int_equal(term_cache_rolled_back(cache, db.db), OK);
    assert_int_equal(intern(STR("android"), TERM_OURS, 0).term, 1);
    assert_int_equal(intern(STR("ios"), TERM_OURS, 0).term, 2);
}

static void term_cache__past_the_hours_budget_text_stays_inline(void **state)
{
    (void)state;
    char text[32];
    assert_int_equal(db_begin(db.db, false), OK);
    for (int i = 0; i < LIMIT_TERMS_PER_HOUR; i++) {
        snprintf(text, sizeof text, "text %d", i);
        assert_int_not_equal(intern(str_from_c(text), TERM_OURS, 1000).term, 0);
    }
    assert_int_equal(intern(STR("one more"), TERM_OURS, 1000).term, 0);
    assert_int_equal(terms(), LIMIT_TERMS_PER_HOUR);
    assert_int_equal(intern(STR("text 0"), TERM_OURS, 1000).term, 1); /* what is known stays so, out of memory or not */
    assert_int_equal(intern(STR("one more"), TERM_OURS, MS_PER_HOUR).term, LIMIT_TERMS_PER_HOUR + 1);
    assert_int_equal(db_commit(db.db), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(term_cache__a_strangers_text_is_a_term_when_seen_again),
        TEST(term_cache__another_run_finds_the_same_term),
        TEST(term_cache__what_was_rolled_back_is_interned_anew),
        TEST(term_cache__past_the_hours_budget_text_stays_inline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
