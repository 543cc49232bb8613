/* SPDX-License-Identifier: MIT */
/* Goal: what is published is found, whole and unchanged, under its code and its aliases; an edit shows everywhere at
 * once; readers that race with the publisher see an old or a new version and never a mixture; a limit of N lets exactly
 * N through whatever the threads do. */
#include "assert_str.h"

#include <pthread.h>
#include <stdatomic.h>

#include "linkpond/base/limits.h"
#include "linkpond/engine/cache.h"

#define MIB ((size_t)1 << 20)

static struct link_entry plain(int64_t id, const char *code, const char *url)
{
    return (struct link_entry){
        .id = id,
        .domain_id = 1,
        .code = str_from_c(code),
        .url = str_from_c(url),
        .gate = {TIME_NONE, TIME_NONE, true},
        .redirect_status = 302,
        .forward_query = true,
    };
}

static void put(struct cache *cache, const struct link_entry *link)
{
    assert_int_equal(cache_put(cache, link, NULL, 0, 0, true), OK);
}

static int setup(void **state)
{
    *state = cache_new(64 * MIB);
    cache_thread_register();
    cache_read_begin();
    return 0;
}

static int teardown(void **state)
{
    cache_read_end();
    cache_thread_unregister();
    cache_free(*state);
    return 0;
}

static void cache__gives_back_every_field(void **state)
{
    struct link_entry link = plain(77, "aB3dE9x", "https://shop.example/a?e=m%3D2%26b&x==#wechat_redirect");
    struct link_entry got;

    link.domain_id = 4000000000;
    link.fallback_url = STR("https://shop.example/over");
    link.source = STR("newsletter");
    link.channel = STR("群3");
    link.click_id_param = STR("lp");
    for (int i = 0; i < UTM_COUNT; i++) {
        link.utm[i] = i % 2 ? STR("") : str_slice(STR("abcdef"), 0, (size_t)i + 1);
    }
    link.gate = (struct link_gate){-5, 1234567890123, true};
    link.redirect_status = 308;
    link.max_clicks = 9;
    link.visitor_wins = link.crawlable = true;
    put(*state, &link);
    cache_view(cache_find_code(*state, link.code), &got);
    assert_int_equal(got.id, 77);
    assert_int_equal(got.domain_id, 4000000000);
    assert_str_same(got.code, link.code);
    assert_str_same(got.url, link.url);
    assert_str_same(got.fallback_url, link.fallback_url);
    assert_str_same(got.source, link.source);
    assert_str_same(got.channel, link.channel);
    assert_str_same(got.click_id_param, link.click_id_param);
    for (int i = 0; i < UTM_COUNT; i++) {
        assert_str_same(got.utm[i], link.utm[i]);
    }
    assert_int_equal(got.gate.valid_from_ms, -5);
    assert_int_equal(got.gate.valid_until_ms, 1234567890123);
    assert_true(got.gate.enabled && got.forward_query && got.visitor_wins && got.crawlable && !got.gone);
    assert_int_equal(got.redirect_status, 308);
    assert_int_equal(got.max_clicks, 9);
}

static void cache__absent_fields_come_back_absent(void **state)
{
    struct link_entry link = plain(1, "abcdefg", "https://a.example/");
    struct link_entry got;

    link.gate.enabled = link.forward_query = false;
    link.gone = true;
    put(*state, &link);
    cache_view(cache_find_code(*state, STR("abcdefg")), &got);
    assert_int_equal(got.gate.valid_from_ms, TIME_NONE);
    assert_int_equal(got.gate.valid_until_ms, TIME_NONE);
    assert_int_equal(got.max_clicks, 0);
    assert_true(got.gone && !got.gate.enabled && !got.forward_query);
    assert_str(got.fallback_url, "");
    assert_str(got.utm[UTM_ID], "");
    assert_str(got.url, "https://a.example/");
}

static void cache__finds_every_link_through_growth_and_none_else(void **state)
{
    char code[16], url[64];

    for (int i = 0; i < 20000; i++) {
        snprintf(code, sizeof code, "c%06d", i);
        snprintf(url, sizeof url, "https://example.com/%d", i * 7);
        struct link_entry link = plain(i, code, url);
        put(*state, &link);
    }
    for (int i = 0; i < 20000; i++) {
        struct link_entry got;
        snprintf(code, sizeof code, "c%06d", i);
        snprintf(url, sizeof url, "https://example.com/%d", i * 7);
        cache_view(cache_find_code(*state, str_from_c(code)), &got);
        assert_int_equal(got.id, i);
        assert_str_same(got.url, str_from_c(url));
    }
    assert_null(cache_find_code(*state, STR("c020000")));
    assert_null(cache_find_code(*state, STR("c00000")));
    assert_null(cache_find_code(*state, STR("")));
    struct cache_stats stats;
    cache_stats(*state, &stats);
    assert_int_equal(stats.links, 20000);
}

static void cache__a_plain_link_takes_at_most_160_bytes(void **state)
{
    char code[16];
    struct cache_stats stats;

    for (int i = 0; i < 12000; i++) {
        snprintf(code, sizeof code, "c%06d", i);
        struct link_entry link = plain(i, code, "https://www.example.com/products/autumn/coat?colour=red");
        put(*state, &link);
    }
    cache_stats(*state, &stats);
    assert_true(stats.bytes / 12000 <= 160);
}

static void cache__room_for_what_is_expected_is_no_more_than_it_needs(void **state)
{
    struct cache *cache = cache_new(SIZE_MAX);
    char code[16];
    struct cache_stats before, after;

    (void)state;
    cache_expect(cache, 30000);
    cache_stats(cache, &before);
    assert_in_range(before.slots, 40000, 48000);
    for (int i = 0; i < 60000; i++) {
        snprintf(code, sizeof code, "c%06d", i);
        struct link_entry link = plain(i, code, "https://example.com/");
        put(cache, &link);
        if (i == 29999) {
            cache_stats(cache, &after);
            assert_int_equal(after.slots, before.slots);
        }
    }
    for (int i = 0; i < 60000; i++) {
        snprintf(code, sizeof code, "c%06d", i);
        assert_non_null(cache_find_code(cache, str_from_c(code)));
    }
    assert_null(cache_find_code(cache, STR("c060000")));
    cache_free(cache);
}

static void cache__an_edit_shows_under_code_and_aliases(void **state)
{
    struct cache_alias aliases[] = {{1, STR_INIT("spring")}, {2, STR_INIT("spring")}};
    struct link_entry link = plain(5, "abcdefg", "https://a.example/old");
    struct link_entry got;

    assert_int_equal(cache_put(*state, &link, aliases, 2, 0, true), OK);
    link.url = STR("https://a.example/new");
    assert_int_equal(cache_put(*state, &link, aliases, 1, 0, true), OK);
    cache_view(cache_find_alias(*state, 1, STR("spring")), &got);
    assert_str(got.url, "https://a.example/new");
    assert_null(cache_find_alias(*state, 2, STR("spring")));
    assert_null(cache_find_alias(*state, 1, STR("abcdefg")));
    assert_null(cache_find_code(*state, STR("spring")));
    cache_drop(*state, STR("abcdefg"));
    assert_null(cache_find_alias(*state, 1, STR("spring")));
    assert_null(cache_find_code(*state, STR("abcdefg")));
    struct cache_stats stats;
    cache_stats(*state, &stats);
    assert_int_equal(stats.links + stats.aliases, 0);
}

static void cache__an_alias_that_moves_stays_with_its_new_link(void **state)
{
    struct cache_alias alias = {1, STR_INIT("sale")};
    struct link_entry one = plain(1, "aaaaaaa", "https://a.example/1");
    struct link_entry two = plain(2, "bbbbbbb", "https://a.example/2");
    struct link_entry got;

    assert_int_equal(cache_put(*state, &one, &alias, 1, 0, true), OK);
    assert_int_equal(cache_put(*state, &two, &alias, 1, 0, true), OK);
    put(*state, &one);
    cache_view(cache_find_alias(*state, 1, STR("sale")), &got);
    assert_int_equal(got.id, 2);
    cache_drop(*state, STR("aaaaaaa"));
    assert_non_null(cache_find_alias(*state, 1, STR("sale")));
}

static void cache__aliases_with_the_longest_text_are_found(void **state)
{
    char text[LIMIT_ALIAS_IMPORTED];
    struct cache_alias alias = {1, {text, sizeof text}};
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/1");

    memset(text, 'x', sizeof text);
    assert_int_equal(cache_put(*state, &link, &alias, 1, 0, true), OK);
    assert_non_null(cache_find_alias(*state, 1, alias.folded));
    assert_null(cache_find_alias(*state, 1, str_slice(alias.folded, 0, 254)));
}

static void cache__a_link_beyond_the_bound_is_not_cached_and_said(void **state)
{
    struct cache *small = cache_new(20 * 1024);
    char code[16];
    int cached = 0;

    (void)state;
    cache_set_complete(small, true);
    for (int i = 0; i < 1000; i++) {
        snprintf(code, sizeof code, "c%06d", i);
        struct link_entry link = plain(i, code, "https://example.com/");
        cached += cache_put(small, &link, NULL, 0, 0, true) == OK;
        assert_int_equal(cache_find_code(small, str_from_c(code)) != NULL, cached == i + 1);
    }
    assert_in_range(cached, 1, 100);
    assert_false(cache_complete(small));
    struct link_entry limited = plain(5000, "limited", "https://example.com/");
    limited.max_clicks = 1;
    assert_int_equal(cache_put(small, &limited, NULL, 0, 0, true), OK);
    assert_non_null(cache_find_code(small, STR("limited")));
    cache_free(small);
}

static void cache__an_edit_that_does_not_fit_leaves_no_old_version(void **state)
{
    struct cache *cache = cache_new(20 * 1024);
    struct link_entry link = plain(1, "abcdefg", "https://example.com/");
    char url[9000];

    (void)state;
    put(cache, &link);
    cache_set_complete(cache, true);
    memset(url, 'x', sizeof url);
    link.url = (str){url, sizeof url};
    assert_int_equal(cache_put(cache, &link, NULL, 0, 0, true), ERR_NOMEM);
    assert_null(cache_find_code(cache, STR("abcdefg")));
    assert_false(cache_complete(cache));
    cache_free(cache);
}

static void cache__edits_reuse_memory(void **state)
{
    struct cache *cache = cache_new(MIB);
    struct cache_alias alias = {1, STR_INIT("sale")};
    char url[400];
    struct cache_stats before, after;

    (void)state;
    cache_read_end();
    memset(url, 'x', sizeof url);
    for (int round = 0; round < 50000; round++) {
        struct link_entry link = plain(1, "abcdefg", "");
        link.url = (str){url, 20 + (size_t)round * 7 % 380};
        link.max_clicks = round % 2;
        assert_int_equal(cache_put(cache, &link, &alias, 1, 0, true), OK);
        if (round % 3 == 0) {
            cache_synchronize(cache);
        }
        if (round == 10000) {
            cache_stats(cache, &before);
        }
    }
    cache_stats(cache, &after);
    assert_int_equal(before.bytes, after.bytes);
    cache_read_begin();
    cache_free(cache);
}

static void cache__a_counter_outlives_edits(void **state)
{
    struct link_entry link = plain(1, "abcdefg", "https://example.com/");

    link.max_clicks = 3;
    assert_int_equal(cache_put(*state, &link, NULL, 0, 1, true), OK);
    assert_true(cache_reserve(cache_find_code(*state, link.code)));
    link.url = STR("https://example.com/edited");
    assert_int_equal(cache_put(*state, &link, NULL, 0, 0, true), OK);
    assert_int_equal(cache_used(cache_find_code(*state, link.code)), 2);
    assert_true(cache_reserve(cache_find_code(*state, link.code)));
    assert_false(cache_reserve(cache_find_code(*state, link.code)));
    cache_unreserve(cache_find_code(*state, link.code));
    assert_int_equal(cache_used(cache_find_code(*state, link.code)), 2);
    assert_int_equal(cache_put(*state, &link, NULL, 0, 0, false), OK);
    assert_int_equal(cache_used(cache_find_code(*state, link.code)), 0);
    cache_unreserve(cache_find_code(*state, link.code));
    assert_int_equal(cache_used(cache_find_code(*state, link.code)), 0);
}

static void cache__hosts_are_found_by_their_canonical_name(void **state)
{
    struct host_entry hosts[] = {
        {.domain_id = 2, .host = STR_INIT("b.example"), .scheme = STR_INIT("https"), .enabled = true},
        {.domain_id = 1, .host = STR_INIT("a.example:8080"), .is_default = true, .root_url = STR_INIT("https://r/")},
        {.domain_id = 3, .host = STR_INIT("c.example"), .not_found_url = STR_INIT("https://nf/")},
    };

    assert_null(cache_find_host(*state, STR("b.example"), true));
    assert_int_equal(cache_put_hosts(*state, hosts, 3), OK);
    assert_int_equal(cache_find_host(*state, STR("b.example"), false)->domain_id, 2);
    assert_str(cache_find_host(*state, STR("c.example"), false)->not_found_url, "https://nf/");
    assert_str(cache_find_host(*state, STR("a.example:8080"), false)->root_url, "https://r/");
    assert_null(cache_find_host(*state, STR("a.example"), false));
    assert_int_equal(cache_find_host(*state, STR("zzz"), true)->domain_id, 1);
    assert_int_equal(cache_put_hosts(*state, hosts, 1), OK);
    assert_null(cache_find_host(*state, STR("zzz"), true));
}

static void cache__folding_is_for_ascii_letters_only(void **state)
{
    char out[LIMIT_ALIAS_IMPORTED];

    (void)state;
    assert_str(cache_fold(STR("AbZ-19/\xc3\x84"), true, out), "abz-19/\xc3\x84");
    assert_str(cache_fold(STR("AbZ"), false, out), "AbZ");
}

/* ---- threads */
struct race {
    struct cache *cache;
    atomic_bool stop;
    atomic_int taken;
    atomic_int bad;
};
#define RACE_LINKS 64

static void check_version(struct race *race, const struct cache_entry *entry, int i)
{
    struct link_entry got;

    if (!entry) {
        return; /* dropped for the moment */
    }
    cache_view(entry, &got);
    /* Every version's URL is one letter repeated, and its fallback the same letter. */
    bool whole = got.id == i && got.url.len > 0 && got.fallback_url.len == 5;
    for (size_t at = 0; whole && at < got.url.len; at++) {
        whole = got.url.ptr[at] == got.fallback_url.ptr[0];
    }
    race->bad += !whole;
}

static void *read_for_ever(void *arg)
{
    struct race *race = arg;
    char code[16];

    cache_thread_register();
    for (int i = 0; !atomic_load(&race->stop); i = (i + 1) % RACE_LINKS) {
        snprintf(code, sizeof code, "c%06d", i);
        cache_read_begin();
        check_version(race, cache_find_code(race->cache, str_from_c(code)), i);
        check_version(race, cache_find_alias(race->cache, 1, str_from_c(code + 1)), i);
        cache_read_end();
    }
    cache_thread_unregister();
    return NULL;
}

static void publish_version(struct cache *cache, unsigned round)
{
    char code[16], url[300], fallback[5];
    int i = (int)(round * 13 % RACE_LINKS);

    snprintf(code, sizeof code, "c%06d", i);
    memset(url, 'a' + (int)(round % 26), sizeof url);
    memset(fallback, 'a' + (int)(round % 26), sizeof fallback);
    struct cache_alias alias = {1, str_from_c(code + 1)};
    struct link_entry link = plain(i, code, "");
    link.url = (str){url, 1 + round * 31 % sizeof url};
    link.fallback_url = (str){fallback, sizeof fallback};
    if (round % 7 == 0) {
        cache_drop(cache, link.code);
    } else {
        assert_int_equal(cache_put(cache, &link, &alias, round % 5 > 0, 0, true), OK);
    }
    if (round % 3 == 0) {
        cache_synchronize(cache);
    }
}

static void cache__readers_never_see_half_an_edit(void **state)
{
    struct race race = {.cache = cache_new(16 * MIB)};
    pthread_t readers[3];

    (void)state;
    cache_read_end();
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&readers[i], NULL, read_for_ever, &race), 0);
    }
    for (unsigned round = 0; round < 20000; round++) {
        publish_version(race.cache, round);
    }
    for (int i = 0; i < 3000; i++) { /* the table grows under the readers */
        char code[16];
        snprintf(code, sizeof code, "d%06d", i);
        struct link_entry link = plain(i, code, "https://example.com/");
        put(race.cache, &link);
    }
    atomic_store(&race.stop, true);
    for (size_t i = 0; i < 3; i++) {
        pthread_join(readers[i], NULL);
    }
    assert_int_equal(race.bad, 0);
    cache_read_begin();
    cache_free(race.cache);
}

static void *take_limits(void *arg)
{
    struct race *race = arg;

    cache_thread_register();
    for (int i = 0; i < 2000; i++) {
        cache_read_begin();
        race->taken += cache_reserve(cache_find_code(race->cache, STR("limited")));
        cache_read_end();
    }
    cache_thread_unregister();
    return NULL;
}

static void cache__a_limit_lets_exactly_that_many_through(void **state)
{
    struct race race = {.cache = cache_new(MIB)};
    struct link_entry link = plain(1, "limited", "https://example.com/");
    pthread_t threads[8];

    (void)state;
    cache_read_end();
    link.max_clicks = 1000;
    put(race.cache, &link);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, take_limits, &race), 0);
    }
    for (int i = 0; i < 500; i++) { /* edits keep the running counter */
        put(race.cache, &link);
        cache_synchronize(race.cache);
    }
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(race.taken, 1000);
    cache_read_begin();
    cache_free(race.cache);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(cache__gives_back_every_field),
        T(cache__absent_fields_come_back_absent),
        T(cache__finds_every_link_through_growth_and_none_else),
        T(cache__a_plain_link_takes_at_most_160_bytes),
        T(cache__room_for_what_is_expected_is_no_more_than_it_needs),
        T(cache__an_edit_shows_under_code_and_aliases),
        T(cache__an_alias_that_moves_stays_with_its_new_link),
        T(cache__aliases_with_the_longest_text_are_found),
        T(cache__a_link_beyond_the_bound_is_not_cached_and_said),
        T(cache__an_edit_that_does_not_fit_leaves_no_old_version),
        T(cache__edits_reuse_memory),
        T(cache__a_counter_outlives_edits),
        T(cache__hosts_are_found_by_their_canonical_name),
        T(cache__folding_is_for_ascii_letters_only),
        T(cache__readers_never_see_half_an_edit),
        T(cache__a_limit_lets_exactly_that_many_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
