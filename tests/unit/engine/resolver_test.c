/* SPDX-License-Identifier: MIT */
/* Goal: every visit gets the answer people were promised: which link, which status, which Location, which outcome; a
 * limit is used up by people alone and given back when the click could not be recorded; and none of it costs memory. */
#include "journal_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "linkpond/base/limits.h"
#include "linkpond/engine/resolver.h"
#include "sanitized.h"

#define IPHONE                                                                                                         \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 "    \
    "Mobile/15E148 Safari/604.1"
#define NOW INT64_C(1700000000000)

/* Counted in place of libc's; not under sanitizers, which bring their own malloc. */
#ifndef SANITIZED
#define COUNTS_MALLOC
static _Thread_local size_t allocations;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *ptr, size_t size);

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *ptr, size_t size)
{
    allocations++;
    return __libc_realloc(ptr, size);
}
#endif

static struct {
    struct cache *cache;
    struct agent_rules *rules;
    struct resolver *resolver;
    struct resolver_scratch scratch;
    struct verdict verdict;
    char click_mark; /* of the next visits */
} at;

static const struct host_entry hosts[] = {
    {.domain_id = 1, .host = STR_INIT("s.example"), .is_default = true, .enabled = true, .serves_all = true},
    {.domain_id = 2,
     .host = STR_INIT("own.example"),
     .enabled = true,
     .root_url = STR_INIT("https://www.own.example/"),
     .not_found_url = STR_INIT("https://www.own.example/404"),
     .expired_url = STR_INIT("https://www.own.example/over")},
    {.domain_id = 3, .host = STR_INIT("off.example"), .serves_all = true},
    {.domain_id = 4, .host = STR_INIT("port.example:8443"), .enabled = true, .serves_all = true},
};

static void open_resolver(bool fold_case)
{
    at.resolver = resolver_new(&(struct resolver_opts){.cache = at.cache, .rules = at.rules, .fold_case = fold_case});
}

static int setup(void **state)
{
    (void)state;
    at.cache = cache_new((size_t)1 << 24);
    at.rules = agent_rules_builtin();
    cache_thread_register();
    assert_int_equal(cache_put_hosts(at.cache, hosts, ARRAY_LEN(hosts)), OK);
    cache_set_complete(at.cache, true);
    open_resolver(false);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cache_thread_unregister();
    resolver_free(at.resolver);
    agent_rules_free(at.rules);
    cache_free(at.cache);
    return 0;
}

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

static void put_alias(struct link_entry link, int64_t domain_id, const char *alias)
{
    struct cache_alias row = {domain_id, str_from_c(alias)};

    assert_int_equal(cache_put(at.cache, &link, &row, alias ? 1 : 0, 0, true), OK);
}

static void put(struct link_entry link)
{
    put_alias(link, 0, NULL);
}

static const struct verdict *visit_as(const char *host, const char *path, const char *query, unsigned signals,
                                      const char *user_agent)
{
    struct visit visit = {
        .host = str_from_c(host),
        .path = str_from_c(path),
        .query = str_from_c(query),
        .now_ms = NOW,
        .signals = signals,
        .user_agent = str_from_c(user_agent),
        .language = STR("zh-CN"),
        .click_mark = at.click_mark,
    };

    resolver_resolve(at.resolver, &at.scratch, &visit, &at.verdict);
    return &at.verdict;
}

static const struct verdict *visit(const char *host, const char *path)
{
    return visit_as(host, path, "", 0, IPHONE);
}

static void assert_verdict(const struct verdict *got, int status, enum click_outcome outcome, const char *location)
{
    assert_int_equal(got->kind, VERDICT_LINK);
    assert_int_equal(got->status, status);
    assert_int_equal(got->outcome, outcome);
    assert_str_same(got->location, str_from_c(location));
}

static void resolver__a_code_leads_to_its_target(void **state)
{
    struct link_entry link = plain(9, "aB3dE9x", "https://a.example/x?e=m%3D2");
    const struct verdict *got;

    (void)state;
    link.source = STR("newsletter");
    link.channel = STR("群3");
    link.utm[UTM_ID] = STR("u1");
    put(link);
    got = visit("s.example", "aB3dE9x");
    assert_verdict(got, 302, OUTCOME_REDIRECT, "https://a.example/x?e=m%3D2&utm_id=u1");
    assert_int_equal(got->link_id, 9);
    assert_int_equal(got->domain_id, 1);
    assert_false(got->cacheable || got->limited || got->crawlable);
    assert_str(got->host, "s.example");
    assert_str(got->code, "aB3dE9x");
    assert_str(got->source, "newsletter");
    assert_str(got->channel, "群3");
    assert_str(got->utm[UTM_ID], "u1");
    assert_str(got->utm[UTM_SOURCE], "");
    assert_verdict(visit("s.example", "ab3de9x"), 404, OUTCOME_UNKNOWN, "");
}

static void resolver__marks_where_the_click_id_goes(void **state)
{
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/x?e=m%3D2#f");
    struct link_entry places = plain(2, "bbbbbbb", "https://a.example/{click_id}?u=%7Bclick_id%7D");

    (void)state;
    link.click_id_param = STR("cid");
    places.click_places = true;
    put(link);
    put(places);
    put(plain(3, "ccccccc", "https://a.example/"));
    at.click_mark = '\x10';
    assert_verdict(visit("s.example", "aaaaaaa"), 302, OUTCOME_REDIRECT, "https://a.example/x?e=m%3D2&cid=\x10#f");
    assert_true(at.verdict.carries_click_id && at.verdict.click_mark == '\x10');
    assert_verdict(visit("s.example", "bbbbbbb"), 302, OUTCOME_REDIRECT, "https://a.example/\x10?u=\x10");
    assert_true(at.verdict.carries_click_id && at.verdict.click_mark == '\x10');
    assert_verdict(visit("s.example", "ccccccc"), 302, OUTCOME_REDIRECT, "https://a.example/");
    assert_true(!at.verdict.carries_click_id && at.verdict.click_mark == 0);
    at.click_mark = 0;
    assert_verdict(visit("s.example", "aaaaaaa"), 302, OUTCOME_REDIRECT, "https://a.example/x?e=m%3D2#f");
    assert_true(at.verdict.carries_click_id && at.verdict.click_mark == 0);
    assert_verdict(visit("s.example", "bbbbbbb"), 302, OUTCOME_REDIRECT,
                   "https://a.example/{click_id}?u=%7Bclick_id%7D");
    assert_true(at.verdict.carries_click_id && at.verdict.click_mark == 0);
}

static void resolver__what_is_answered_instead_has_the_click_id_too(void **state)
{
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/");

    (void)state;
    at.click_mark = '\x10';
    link.gate.enabled = false;
    link.fallback_url = STR("https://b.example/{click_id}?x=1#f");
    put(link);
    assert_verdict(visit("s.example", "aaaaaaa"), 302, OUTCOME_FALLBACK, "https://b.example/\x10?x=1#f");
    assert_true(at.verdict.carries_click_id && at.verdict.click_mark == '\x10');
    link.click_id_param = STR("cid");
    put(link);
    assert_verdict(visit_as("s.example", "aaaaaaa", "y=2", 0, IPHONE), 302, OUTCOME_FALLBACK,
                   "https://b.example/\x10?x=1&cid=\x10#f");
    link.fallback_url = STR("");
    link.domain_id = 2;
    put(link);
    assert_verdict(visit("own.example", "aaaaaaa"), 302, OUTCOME_FALLBACK, "https://www.own.example/over");
    assert_int_equal(at.verdict.click_mark, 0);
    at.click_mark = 0;
}

static void resolver__a_trailing_slash_changes_nothing(void **state)
{
    (void)state;
    put_alias(plain(1, "aaaaaaa", "https://a.example/"), 1, "a/b");
    assert_verdict(visit("s.example", "aaaaaaa/"), 302, OUTCOME_REDIRECT, "https://a.example/");
    assert_verdict(visit("s.example", "a/b/"), 302, OUTCOME_REDIRECT, "https://a.example/");
    assert_str(visit("s.example", "a/b/")->code, "a/b");
    assert_verdict(visit("s.example", "aaaaaaa//"), 404, OUTCOME_UNKNOWN, "");
    assert_verdict(visit("s.example", "/"), 404, OUTCOME_UNKNOWN, "");
}

static void resolver__the_query_is_forwarded_or_not(void **state)
{
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/?pid=1#top");

    (void)state;
    put(link);
    assert_str(visit_as("s.example", "aaaaaaa", "pid=2&x=%20", 0, IPHONE)->location,
               "https://a.example/?pid=1&x=%20#top");
    link.forward_query = false;
    put(link);
    assert_str(visit_as("s.example", "aaaaaaa", "pid=2&x=%20", 0, IPHONE)->location, "https://a.example/?pid=1#top");
}

static void resolver__a_location_that_would_be_too_long_is_the_bare_target(void **state)
{
    static char url[LIMIT_LOCATION + 1];
    struct link_entry link = plain(1, "aaaaaaa", "");

    (void)state;
    memset(url, 'x', sizeof url - 1);
    memcpy(url, "https://a.example/", 18);
    link.url = (str){url, LIMIT_LOCATION - 3};
    put(link);
    assert_str_same(visit_as("s.example", "aaaaaaa", "abcdef=1", 0, IPHONE)->location, link.url);
}

static void resolver__an_alias_belongs_to_its_domain(void **state)
{
    (void)state;
    put_alias(plain(1, "aaaaaaa", "https://a.example/1"), 1, "spring");
    put_alias(plain(2, "bbbbbbb", "https://a.example/2"), 4, "spring");
    assert_int_equal(visit("s.example", "spring")->link_id, 1);
    assert_int_equal(visit("port.example:8443", "spring")->link_id, 2);
    assert_verdict(visit("s.example", "Spring"), 404, OUTCOME_UNKNOWN, "");
}

/* A purged link's code is on posters still: whoever makes it an alias gets these visitors. */
static void resolver__an_alias_takes_the_place_of_a_purged_code(void **state)
{
    struct link_entry purged = plain(1, "aaaaaaa", "");

    (void)state;
    purged.gone = true;
    put(purged);
    assert_verdict(visit("s.example", "aaaaaaa"), 410, OUTCOME_DISABLED, "");
    put_alias(plain(2, "bbbbbbb", "https://a.example/2"), 1, "aaaaaaa");
    assert_verdict(visit("s.example", "aaaaaaa"), 302, OUTCOME_REDIRECT, "https://a.example/2");
    assert_verdict(visit("port.example:8443", "aaaaaaa"), 410, OUTCOME_DISABLED, "");
}

/* Foreseeing a visit changes nothing, whatever its path. */
static void resolver__a_visit_may_be_foreseen(void **state)
{
    (void)state;
    put(plain(1, "aaaaaaa", "https://a.example/"));
    resolver_foresee(at.resolver, STR("aaaaaaa"));
    resolver_foresee(at.resolver, STR(""));
    resolver_foresee_link(at.resolver, STR("aaaaaaa"));
    resolver_foresee_link(at.resolver, STR("unknown"));
    assert_verdict(visit("s.example", "aaaaaaa"), 302, OUTCOME_REDIRECT, "https://a.example/");
}

static void resolver__folding_concerns_aliases_only(void **state)
{
    (void)state;
    resolver_free(at.resolver);
    open_resolver(true);
    put_alias(plain(1, "aaaaaaa", "https://a.example/1"), 1, "spring/\xe6\x98\xa5");
    assert_int_equal(visit("s.example", "SPRING/\xe6\x98\xa5")->link_id, 1);
    assert_int_equal(visit("s.example", "aaaaaaa")->link_id, 1);
    assert_int_equal(visit("s.example", "AAAAAAA")->link_id, 0);
}

static void resolver__a_domain_that_serves_its_own_hides_others(void **state)
{
    struct link_entry own = plain(2, "bbbbbbb", "https://a.example/2");

    (void)state;
    own.domain_id = 2;
    put(plain(1, "aaaaaaa", "https://a.example/1"));
    put(own);
    assert_verdict(visit("own.example", "bbbbbbb"), 302, OUTCOME_REDIRECT, "https://a.example/2");
    assert_verdict(visit("own.example", "aaaaaaa"), 302, OUTCOME_UNKNOWN, "https://www.own.example/404");
    assert_int_equal(visit("s.example", "bbbbbbb")->link_id, 2);
}

static void resolver__hosts_are_taken_as_browsers_send_them(void **state)
{
    (void)state;
    put(plain(1, "aaaaaaa", "https://a.example/1"));
    static const char *const ours[] = {"S.Example",         "s.example.", "s.example:8080", "s.example.:80",
                                       "port.example:8443", "127.0.0.1",  "127.0.0.1:8080", "[::1]:8080",
                                       "localhost:8080",    "",           "[::1]"};
    static const char *const others[] = {"evil.example", "off.example", "s.example.evil", "port.example", "[",
                                         "xs.example",   "s.example/"};
    for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
        assert_int_equal(visit(ours[i], "aaaaaaa")->link_id, 1);
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_int_equal(visit(others[i], "aaaaaaa")->kind, VERDICT_NO_HOST);
        assert_int_equal(at.verdict.status, 404);
    }
    char longest[400];
    memset(longest, 'a', sizeof longest);
    struct visit long_host = {.host = {longest, sizeof longest}, .path = STR("aaaaaaa")};
    resolver_resolve(at.resolver, &at.scratch, &long_host, &at.verdict);
    assert_int_equal(at.verdict.kind, VERDICT_NO_HOST);
}

static void resolver__the_root_is_not_a_click(void **state)
{
    (void)state;
    assert_int_equal(visit("own.example", "")->kind, VERDICT_ROOT);
    assert_int_equal(at.verdict.status, 302);
    assert_str(at.verdict.location, "https://www.own.example/");
    assert_int_equal(visit("s.example", "")->kind, VERDICT_ROOT);
    assert_int_equal(at.verdict.status, 200);
}

static void resolver__a_plus_asks_for_the_preview(void **state)
{
    (void)state;
    assert_int_equal(visit("s.example", "aaaaaaa+")->kind, VERDICT_PREVIEW);
    assert_str(at.verdict.code, "aaaaaaa");
    assert_int_equal(visit("s.example", "+")->kind, VERDICT_LINK);
}

static void resolver__gates_answer_with_their_status(void **state)
{
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/1");

    (void)state;
    link.gate.valid_from_ms = NOW + 1;
    put(link);
    assert_verdict(visit("s.example", "aaaaaaa"), 404, OUTCOME_NOT_STARTED, "");
    assert_int_equal(at.verdict.valid_from_ms, NOW + 1);
    link.gate = (struct link_gate){NOW, NOW + 1, true};
    put(link);
    assert_verdict(visit("s.example", "aaaaaaa"), 302, OUTCOME_REDIRECT, "https://a.example/1");
    link.gate.valid_until_ms = NOW;
    put(link);
    assert_verdict(visit("s.example", "aaaaaaa"), 410, OUTCOME_EXPIRED, "");
    link.gate = (struct link_gate){TIME_NONE, TIME_NONE, false};
    put(link);
    assert_verdict(visit("s.example", "aaaaaaa"), 410, OUTCOME_DISABLED, "");
    link.gate.enabled = link.gone = true;
    put(link);
    assert_verdict(visit("s.example", "aaaaaaa"), 410, OUTCOME_DISABLED, "");
}

static void resolver__a_fallback_takes_the_place_of_a_shut_gate(void **state)
{
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/1");

    (void)state;
    link.domain_id = 2;
    link.redirect_status = 301;
    link.gate.valid_until_ms = NOW;
    put(link);
    assert_verdict(visit("own.example", "aaaaaaa"), 302, OUTCOME_FALLBACK, "https://www.own.example/over");
    link.fallback_url = STR("https://a.example/late?x");
    put(link);
    assert_verdict(visit_as("own.example", "aaaaaaa", "y=1", 0, IPHONE), 302, OUTCOME_FALLBACK,
                   "https://a.example/late?x");
    assert_false(at.verdict.cacheable);
    link.gate = (struct link_gate){NOW + 1, TIME_NONE, true};
    put(link);
    assert_verdict(visit("own.example", "aaaaaaa"), 302, OUTCOME_FALLBACK, "https://a.example/late?x");
    link.fallback_url = STR("");
    put(link);
    assert_verdict(visit("own.example", "aaaaaaa"), 404, OUTCOME_NOT_STARTED, "");
}

static void resolver__permanent_redirects_may_be_kept_by_browsers(void **state)
{
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/1");

    (void)state;
    link.redirect_status = 301;
    put(link);
    assert_true(visit("s.example", "aaaaaaa")->cacheable);
    assert_int_equal(at.verdict.status, 301);
    link.max_clicks = 5;
    put(link);
    assert_false(visit("s.example", "aaaaaaa")->cacheable);
}

static void resolver__only_people_use_a_limit_up(void **state)
{
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/1");

    (void)state;
    link.max_clicks = 2;
    put(link);
    assert_verdict(visit_as("s.example", "aaaaaaa", "", 0, "Googlebot/2.1"), 302, OUTCOME_REDIRECT,
                   "https://a.example/1");
    assert_null(at.verdict.reserved);
    assert_true(at.verdict.limited);
    assert_int_equal(visit_as("s.example", "aaaaaaa", "", SIGNAL_HEAD, IPHONE)->status, 302);
    assert_int_equal(visit_as("s.example", "aaaaaaa", "", SIGNAL_PREFETCH, IPHONE)->status, 302);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(visit("s.example", "aaaaaaa")->status, 302);
        assert_true(at.verdict.signals & SIGNAL_RESERVED_LIMIT);
    }
    assert_verdict(visit("s.example", "aaaaaaa"), 410, OUTCOME_USED_UP, "");
    assert_false(at.verdict.signals & SIGNAL_RESERVED_LIMIT);
    assert_verdict(visit_as("s.example", "aaaaaaa", "", 0, "Googlebot/2.1"), 410, OUTCOME_USED_UP, "");
}

static void resolver__what_could_not_be_recorded_is_given_back(void **state)
{
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/1");

    (void)state;
    link.max_clicks = 1;
    put(link);
    visit("s.example", "aaaaaaa");
    link.url = STR("https://a.example/edited");
    put(link);
    cache_synchronize(at.cache);
    resolver_undo(at.resolver, &at.verdict);
    assert_verdict(visit("s.example", "aaaaaaa"), 302, OUTCOME_REDIRECT, "https://a.example/edited");
    assert_int_equal(visit("s.example", "aaaaaaa")->status, 410);
    resolver_undo(at.resolver, &at.verdict); /* took nothing, gives nothing back */
    assert_int_equal(visit("s.example", "aaaaaaa")->status, 410);
    cache_drop(at.cache, STR("aaaaaaa"));
    resolver_undo(at.resolver, &at.verdict);
}

/* ---- an incomplete cache */
static int64_t asked;

static bool find_in_database(void *arg, struct arena *arena, int64_t domain_id, str path, struct link_entry *out)
{
    struct link_entry *stored = arg;

    (void)domain_id;
    asked++;
    if (!str_eq(path, stored->code)) {
        return false;
    }
    *out = *stored;
    out->url = arena_str(arena, stored->url);
    return true;
}

static void resolver__asks_the_database_only_while_memory_is_incomplete(void **state)
{
    struct link_entry stored = plain(7, "stored1", "https://a.example/7");

    (void)state;
    resolver_free(at.resolver);
    at.resolver = resolver_new(&(struct resolver_opts){
        .cache = at.cache, .rules = at.rules, .fallback_find = find_in_database, .fallback_arg = &stored});
    asked = 0;
    put(plain(1, "aaaaaaa", "https://a.example/1"));
    assert_int_equal(visit("s.example", "stored1")->status, 404);
    assert_int_equal(asked, 0);
    cache_set_complete(at.cache, false);
    assert_verdict(visit("s.example", "stored1/"), 302, OUTCOME_REDIRECT, "https://a.example/7");
    assert_verdict(visit("own.example", "stored1"), 302, OUTCOME_UNKNOWN, "https://www.own.example/404");
    assert_verdict(visit("s.example", "nowhere"), 404, OUTCOME_UNKNOWN, "");
    assert_int_equal(asked, 3);
    assert_int_equal(visit("s.example", "aaaaaaa")->link_id, 1);
    assert_int_equal(asked, 3);
    stored.max_clicks = 1;
    assert_int_equal(visit("s.example", "stored1")->kind, VERDICT_BUSY);
    assert_int_equal(at.verdict.status, 503);
}

/* ---- cost */
static void resolver__a_visit_costs_no_memory(void **state)
{
#ifdef COUNTS_MALLOC
    struct link_entry link = plain(1, "aaaaaaa", "https://a.example/1?pid=3#top");
    struct fixture fx;
    int64_t id;

    (void)state;
    link.utm[UTM_SOURCE] = STR("poster");
    link.max_clicks = 1000000;
    put_alias(link, 1, "spring");
    put(plain(2, "bbbbbbb", "https://a.example/2"));
    fixture_init(&fx);
    fx.opts.segment_bytes = 1024 * 1024;
    fixture_open(&fx);
    struct record record = numbered_record(0);
    static const char *const paths[] = {"aaaaaaa", "spring/", "bbbbbbb", "nowhere"};
    allocations = 0;
    for (int i = 0; i < 1000; i++) {
        visit_as("s.example", paths[i % 4], "utm_medium=qr&x=1", 0, IPHONE);
        record.location = at.verdict.location;
        record.link_id = at.verdict.link_id;
        assert_int_equal(journal_append(fx.journal, 0, &record, &id), OK);
    }
    assert_int_equal(allocations, 0);
    fixture_done(&fx);
#else
    (void)state;
    skip();
#endif
}

/* ---- threads */
static atomic_int redirected;
static atomic_bool stop;

static void *visit_limited(void *arg)
{
    struct resolver_scratch scratch;
    struct verdict verdict;
    struct visit limited = {.host = STR("s.example"),
                            .path = STR("limited"),
                            .now_ms = NOW,
                            .user_agent = STR(IPHONE),
                            .language = STR("en")};

    (void)arg;
    cache_thread_register();
    for (int i = 0; i < 200; i++) {
        resolver_resolve(at.resolver, &scratch, &limited, &verdict);
        if (i % 10 == 0 && verdict.reserved) {
            resolver_undo(at.resolver, &verdict); /* as after a failed append */
            continue;
        }
        redirected += verdict.status == 302;
    }
    cache_thread_unregister();
    return NULL;
}

static void resolver__a_limit_is_never_exceeded_by_racing_visitors(void **state)
{
    pthread_t threads[8];
    struct link_entry link = plain(1, "limited", "https://a.example/1");

    (void)state;
    link.max_clicks = 300;
    put(link);
    redirected = 0;
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, visit_limited, NULL), 0);
    }
    for (int i = 0; i < 200; i++) {
        put(link);
        cache_synchronize(at.cache);
    }
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(redirected, 300);
}

static void *visit_for_ever(void *arg)
{
    struct resolver_scratch scratch;
    struct verdict verdict;
    struct visit limited = {.host = STR("s.example"), .path = STR("limited"), .now_ms = NOW, .user_agent = STR(IPHONE)};

    (void)arg;
    cache_thread_register();
    while (!atomic_load(&stop)) {
        resolver_resolve(at.resolver, &scratch, &limited, &verdict);
    }
    cache_thread_unregister();
    return NULL;
}

static void resolver__rules_can_be_replaced_while_people_visit(void **state)
{
    pthread_t thread;
    struct link_entry link = plain(1, "limited", "https://a.example/1");

    (void)state;
    link.max_clicks = INT64_MAX;
    put(link);
    atomic_store(&stop, false);
    assert_int_equal(pthread_create(&thread, NULL, visit_for_ever, NULL), 0);
    for (int i = 0; i < 5; i++) {
        struct agent_rules *former = at.rules;
        at.rules = agent_rules_builtin();
        resolver_set_rules(at.resolver, at.rules);
        agent_rules_free(former);
    }
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(resolver__a_code_leads_to_its_target),
        T(resolver__marks_where_the_click_id_goes),
        T(resolver__what_is_answered_instead_has_the_click_id_too),
        T(resolver__a_trailing_slash_changes_nothing),
        T(resolver__the_query_is_forwarded_or_not),
        T(resolver__a_location_that_would_be_too_long_is_the_bare_target),
        T(resolver__an_alias_belongs_to_its_domain),
        T(resolver__an_alias_takes_the_place_of_a_purged_code),
        T(resolver__a_visit_may_be_foreseen),
        T(resolver__folding_concerns_aliases_only),
        T(resolver__a_domain_that_serves_its_own_hides_others),
        T(resolver__hosts_are_taken_as_browsers_send_them),
        T(resolver__the_root_is_not_a_click),
        T(resolver__a_plus_asks_for_the_preview),
        T(resolver__gates_answer_with_their_status),
        T(resolver__a_fallback_takes_the_place_of_a_shut_gate),
        T(resolver__permanent_redirects_may_be_kept_by_browsers),
        T(resolver__only_people_use_a_limit_up),
        T(resolver__what_could_not_be_recorded_is_given_back),
        T(resolver__asks_the_database_only_while_memory_is_incomplete),
        T(resolver__a_visit_costs_no_memory),
        T(resolver__a_limit_is_never_exceeded_by_racing_visitors),
        T(resolver__rules_can_be_replaced_while_people_visit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
