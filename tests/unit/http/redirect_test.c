/* SPDX-License-Identifier: MIT */
/* Goal: resolve, append, answer, in this order; a hit allocates nothing; what cannot be recorded is answered as the
 * policy says; misses are bounded. The resolver and the journal are stand-ins that tell what they were asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

#include "assert_str.h"
#include "linkpond/http/redirect.h"
#include "sanitized.h"
#include "visitor_cookie.h"

/* ---- counting what is allocated (sanitizers bring their own allocator; there it is not counted) ---------------------
 */
#ifndef SANITIZED
#define COUNTS_MALLOC 1
/* glibc's own, under any interposed ones */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
static unsigned long mallocs;
void *malloc(size_t size)
{
    mallocs++;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
    mallocs++;
    return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size)
{
    mallocs++;
    return __libc_realloc(memory, size);
}
#endif

/* ---- stand-ins -----------------------------------------------------------------------------------------------------
 */
static struct verdict next_verdict;
static struct visit seen_visit;
static struct record seen_record;
static int resolved, appended, undone, answered_at_append;
static enum err append_result;
static struct engine engine;

void resolver_resolve(struct resolver *self, struct resolver_scratch *scratch, const struct visit *visit,
                      struct verdict *out)
{
    (void)self;
    (void)scratch;
    resolved++;
    seen_visit = *visit;
    *out = next_verdict;
    out->signals |= visit->signals;
}

void resolver_undo(struct resolver *self, const struct verdict *verdict)
{
    (void)self;
    (void)verdict;
    undone++;
}

void resolver_remember(struct resolver *self, const struct verdict *verdict, int64_t now_ms)
{
    (void)self;
    (void)verdict;
    (void)now_ms;
}

void resolver_foresee(const struct resolver *self, str path)
{
    (void)self;
    (void)path;
}

void resolver_foresee_link(const struct resolver *self, str path)
{
    (void)self;
    (void)path;
}

enum err journal_append(struct journal *self, unsigned lane, const struct record *record, int64_t *click_id)
{
    (void)self;
    (void)lane;
    appended++;
    seen_record = *record;
    answered_at_append = (int)engine.clicks_answered;
    *click_id = 64;
    return append_result;
}

/* ---- fixture -------------------------------------------------------------------------------------------------------
 */
static struct redirect *redirect;
static struct redirect_lane lane;
static struct reply reply;
static struct request request;
static struct header headers[8];

static void setup_with(bool strict)
{
    engine = (struct engine){.opts = {.lanes = 1, .strict_clicks = strict}};
    lane = (struct redirect_lane){0};
    resolved = appended = undone = answered_at_append = 0;
    append_result = OK;
    redirect = redirect_new(&(struct redirect_opts){.engine = &engine, .public_url = "https://go.example:8082"});
    reply_init(&reply);
    headers[0] = (struct header){STR("Host"), STR("s.example")};
    headers[1] = (struct header){STR("user-agent"), STR("Mozilla/5.0")};
    headers[2] = (struct header){STR("Accept-Language"), STR("zh-CN")};
    request = (struct request){.path = STR("/a2bC3"),
                               .query = STR("utm_source=x"),
                               .host = STR("s.example"),
                               .headers = headers,
                               .headers_count = 3,
                               .now_ms = 1790000000000};
    addr_parse(STR("203.0.113.7"), &request.client);
    next_verdict = (struct verdict){.kind = VERDICT_LINK,
                                    .outcome = OUTCOME_REDIRECT,
                                    .status = 302,
                                    .location = STR("https://shop.example/?e=m%3D2#wechat_redirect"),
                                    .link_id = 7,
                                    .host = STR("s.example"),
                                    .code = STR("a2bC3")};
}

static int setup(void **state)
{
    (void)state;
    setup_with(false);
    return 0;
}

static int setup_strict(void **state)
{
    (void)state;
    setup_with(true);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    reply_done(&reply);
    redirect_free(redirect);
    return 0;
}

static void ask(void)
{
    reply_done(&reply);
    reply_init(&reply);
    redirect_handle(redirect, &lane, &request, &reply);
}

static str answered(const char *name)
{
    struct request view = {.headers = reply.headers, .headers_count = reply.headers_count};
    return request_header(&view, name);
}

static void unknown_code(void)
{
    next_verdict = (struct verdict){.kind = VERDICT_LINK, .outcome = OUTCOME_UNKNOWN, .status = 404};
    next_verdict.host = STR("s.example");
    next_verdict.code = STR("nope");
}

/* ---- tests ---------------------------------------------------------------------------------------------------------
 */
static void redirect__answers_the_location_byte_by_byte(void **state)
{
    (void)state;
    ask();
    assert_int_equal(reply.status, 302);
    assert_str(answered("Location"), "https://shop.example/?e=m%3D2#wechat_redirect");
    assert_str(answered("Cache-Control"), "no-store");
    assert_str(answered("X-Robots-Tag"), "noindex");
    assert_str(seen_visit.path, "a2bC3");
    assert_str(seen_visit.query, "utm_source=x");
}

static void redirect__permanent_and_crawlable_links_say_so(void **state)
{
    (void)state;
    next_verdict.status = 301;
    next_verdict.cacheable = true;
    next_verdict.crawlable = true;
    ask();
    assert_int_equal(reply.status, 301);
    assert_str(answered("Cache-Control"), "private, max-age=90");
    assert_int_equal(answered("X-Robots-Tag").len, 0);
}

static void redirect__records_before_it_answers(void **state)
{
    (void)state;
    ask();
    assert_int_equal(appended, 1);
    assert_int_equal(answered_at_append, 0);
    assert_int_equal(engine.clicks_answered, 1);
    assert_int_equal(seen_record.link_id, 7);
    assert_int_equal(seen_record.status, 302);
    assert_int_equal(seen_record.time_ms, request.now_ms);
    assert_str(seen_record.user_agent, "Mozilla/5.0");
    assert_str(seen_record.location, "https://shop.example/?e=m%3D2#wechat_redirect");
    assert_true(addr_eq(&seen_record.ip, &request.client));
}

static const char click_key[CLICK_ID_KEY_BYTES] = "0123456789abcdef";

static void track(void)
{
    lane.click_ids = click_ids_new((str){click_key, sizeof click_key});
    next_verdict.location = STR("https://shop.example/\x10?cid=\x10&e=m%3D2#wechat_redirect");
    next_verdict.click_mark = '\x10';
}

static void redirect__a_tracked_click_is_named_once_it_has_its_place(void **state)
{
    (void)state;
    struct click_named named = {0};
    track();
    ask();
    assert_int_equal(seen_visit.click_mark, '\x10');
    assert_str(seen_record.location, "https://shop.example/\x10?cid=\x10&e=m%3D2#wechat_redirect");
    str location = answered("Location");
    str path = str_slice(location, 21, 21 + CLICK_ID_LEN), param = str_slice(location, 48, 48 + CLICK_ID_LEN);
    assert_true(str_starts(location, STR("https://shop.example/")) && str_eq(path, param));
    assert_str(str_from(location, 48 + CLICK_ID_LEN), "&e=m%3D2#wechat_redirect");
    assert_true(click_ids_read(lane.click_ids, param, &named));
    assert_int_equal(named.click, 64);
    assert_int_equal(named.second, request.now_ms / 1000);
    click_ids_free(lane.click_ids);
}

static void redirect__a_click_that_was_not_recorded_has_no_id(void **state)
{
    (void)state;
    track();
    append_result = ERR_DISK_FULL;
    ask();
    assert_str(answered("Location"), "https://shop.example/?cid=&e=m%3D2#wechat_redirect");
    click_ids_free(lane.click_ids);
}

static void redirect__an_answer_too_long_with_its_id_is_not_recorded(void **state)
{
    (void)state;
    track();
    request.location_max = next_verdict.location.len + 2 * (CLICK_ID_LEN - 1);
    ask();
    assert_int_equal(reply.status, 302);
    request.location_max--;
    ask();
    assert_int_equal(reply.status, 431);
    assert_int_equal(appended, 1);
    click_ids_free(lane.click_ids);
}

#ifdef COUNTS_MALLOC
static void redirect__a_tracked_hit_allocates_nothing(void **state)
{
    (void)state;
    track();
    ask();
    unsigned long before = mallocs;
    for (int i = 0; i < 100; i++) {
        ask();
    }
    assert_int_equal(mallocs, before);
    click_ids_free(lane.click_ids);
}

static void redirect__a_hit_allocates_nothing(void **state)
{
    (void)state;
    free(malloc(1));
    assert_true(mallocs > 0); /* the counter is alive */
    unsigned long before = mallocs;
    for (int i = 0; i < 100; i++) {
        ask();
    }
    assert_int_equal(mallocs, before);
}

/* The first visit is given a number, the next ones bring it back. */
static void redirect__a_visitors_cookie_allocates_nothing(void **state)
{
    static const uint8_t key[16] = {7};
    char cookie[VISITOR_COOKIE_MAX];

    (void)state;
    engine.opts.visitor_cookie = VISITOR_COOKIE_ALL;
    engine.visitor_numbers.next = 41;
    engine.visitor_numbers.end = 1000;
    lane.cookie = visitor_cookie_new(key);
    assert_non_null(lane.cookie);
    ask();
    unsigned long before = mallocs;
    for (int i = 0; i < 100; i++) {
        ask();
        assert_int_equal(seen_record.visitor, 42 + i);
        assert_true(answered("Set-Cookie").len > 0);
    }
    assert_int_equal(mallocs, before);
    str set, rest;
    assert_true(str_cut(answered("Set-Cookie"), ';', &set, &rest));
    snprintf(cookie, sizeof cookie, STR_FMT, STR_ARG(set));
    headers[request.headers_count++] = (struct header){STR("Cookie"), str_from_c(cookie)};
    before = mallocs;
    for (int i = 0; i < 100; i++) {
        ask();
        assert_int_equal(seen_record.visitor, 141);
        assert_true(seen_record.signals & SIGNAL_COOKIE);
        assert_int_equal(answered("Set-Cookie").len, 0);
    }
    assert_int_equal(mallocs, before);
    visitor_cookie_free(lane.cookie);
}

static void redirect__pages_allocate_nothing_either(void **state)
{
    (void)state;
    next_verdict.location = (str){0};
    unsigned long before = mallocs;
    for (int outcome = OUTCOME_NOT_STARTED; outcome < OUTCOME_UNKNOWN; outcome++) {
        next_verdict.outcome = (enum click_outcome)outcome;
        next_verdict.status = 410;
        ask();
    }
    assert_int_equal(mallocs, before);
}
#endif

static void redirect__a_click_that_cannot_be_kept_is_counted(void **state)
{
    (void)state;
    append_result = ERR_DISK_FULL;
    ask();
    assert_int_equal(reply.status, 302);
    assert_int_equal(engine.clicks_dropped, 1);
    assert_int_equal(engine.clicks_answered, 1);
    assert_int_equal(undone, 0);
}

static void redirect__a_limited_link_waits_for_the_journal(void **state)
{
    (void)state;
    append_result = ERR_DISK_FULL;
    next_verdict.limited = true;
    ask();
    assert_int_equal(reply.status, 503);
    assert_int_equal(answered("Location").len, 0);
    assert_int_equal(undone, 1);
    assert_int_equal(engine.clicks_answered, 0);
    assert_int_equal(engine.clicks_dropped, 0);
}

static void redirect__strict_policy_answers_nothing_unrecorded(void **state)
{
    (void)state;
    append_result = ERR_IO;
    ask();
    assert_int_equal(reply.status, 503);
    assert_true(answered("Retry-After").len > 0);
    assert_int_equal(engine.clicks_answered, 0);
}

static void redirect__a_location_with_a_line_break_never_leaves(void **state)
{
    (void)state;
    next_verdict.location = STR("https://shop.example/\r\nSet-Cookie: a=b");
    ask();
    assert_int_equal(reply.status, 500);
    assert_int_equal(answered("Location").len, 0);
}

static void redirect__pages_speak_the_visitors_language(void **state)
{
    (void)state;
    next_verdict.location = (str){0};
    next_verdict.status = 410;
    next_verdict.outcome = OUTCOME_EXPIRED;
    ask();
    assert_int_equal(reply.status, 410);
    assert_true(str_find(reply.body_static, STR("链接已过期"), 0) > 0);
    headers[2].value = STR("en");
    ask();
    assert_true(str_find(reply.body_static, STR("This link has expired"), 0) > 0);
    assert_true(str_find(answered("Content-Security-Policy"), STR("style-src 'sha256-"), 0) > 0);
    assert_int_equal(appended, 2);
}

static void redirect__not_started_says_when(void **state)
{
    (void)state;
    next_verdict.location = (str){0};
    next_verdict.status = 404;
    next_verdict.outcome = OUTCOME_NOT_STARTED;
    next_verdict.valid_from_ms = 1795313091123; /* 2026-11-22T02:04:51.123Z */
    ask();
    assert_int_equal(reply.status, 404);
    assert_true(str_find(buf_str(&reply.body), STR("2026-11-22 02:04 (UTC+00:00)"), 0) > 0);
}

static void redirect__misses_are_refused_after_a_burst_but_links_never(void **state)
{
    (void)state;
    unknown_code();
    for (int i = 0; i < MISSES_BURST; i++) {
        ask();
        assert_int_equal(reply.status, 404);
    }
    int refused = 0;
    for (int i = 0; i < MISSES_BURST; i++) { /* the bucket refills meanwhile, but far slower than this loop */
        ask();
        refused += reply.status == 429;
    }
    assert_true(refused > 0);
    assert_true(answered("Retry-After").len > 0 || reply.status == 404);
    assert_int_equal(engine.unknown_excess, refused);
    assert_int_equal(appended + refused, 2 * MISSES_BURST);
    next_verdict = (struct verdict){.kind = VERDICT_LINK, .status = 302, .location = STR("https://a.example/")};
    ask();
    assert_int_equal(reply.status, 302);
    unknown_code();
    addr_parse(STR("203.0.113.8"), &request.client);
    ask();
    assert_int_equal(reply.status, 404);
}

static void redirect__unknown_codes_are_recorded_up_to_so_many_a_second(void **state)
{
    (void)state;
    unknown_code();
    for (unsigned i = 0; i < LIMIT_UNKNOWN_PER_SECOND + 100; i++) {
        request.client.bytes[14] = (uint8_t)(i >> 8); /* many guessers, so that no single one is refused */
        request.client.bytes[15] = (uint8_t)i;
        ask();
        assert_int_equal(reply.status, 404);
    }
    assert_in_range(appended, LIMIT_UNKNOWN_PER_SECOND, LIMIT_UNKNOWN_PER_SECOND + 1);
    assert_int_equal((unsigned)appended + engine.unknown_excess, LIMIT_UNKNOWN_PER_SECOND + 100);
    assert_int_equal(engine.clicks_answered, appended);
    request.now_ms += 1000;
    ask();
    assert_int_equal(engine.clicks_answered, appended);
}

static void redirect__front_page_preview_and_foreign_hosts_are_no_clicks(void **state)
{
    (void)state;
    next_verdict.kind = VERDICT_ROOT;
    next_verdict.location = (str){0};
    ask();
    assert_int_equal(reply.status, 200);
    next_verdict.kind = VERDICT_NO_HOST;
    request.host = STR("evil.example");
    ask();
    assert_int_equal(reply.status, 404);
    assert_true(str_find(reply.body_static, STR("evil"), 0) < 0);
    next_verdict.kind = VERDICT_PREVIEW;
    next_verdict.code = STR("春/a+");
    next_verdict.host = STR("s.example:8080");
    ask();
    assert_str(answered("Location"), "https://go.example:8082/-/preview?code=%E6%98%A5%2Fa&host=s.example%3A8080");
    assert_int_equal(appended, 0);
    assert_int_equal(engine.clicks_answered, 0);
}

static void redirect__public_paths_move_to_the_public_plane(void **state)
{
    (void)state;
    request.path = STR("/-/gate/a b?");
    request.query = STR("x=%E6&y=\"\n");
    ask();
    assert_int_equal(reply.status, 302);
    assert_str(answered("Location"), "https://go.example:8082/-/gate/a%20b%3F?x=%E6&y=\"%0A");
    request.host = STR("GO.example:8082");
    ask();
    assert_int_equal(reply.status, 404);
    assert_int_equal(resolved, 0);
}

/* What a press is counted by must be another for each, and stand in the ledger with the visit. */
static void redirect__visitors_of_one_millisecond_get_pages_of_their_own(void **state)
{
    static const uint8_t key[16] = "0123456789abcdef";
    char first[LIMIT_LOCATION];
    (void)state;
    lane.seal = live_seal_new(key);
    next_verdict.location = (str){0};
    next_verdict.outcome = OUTCOME_PAGE;
    next_verdict.page_target = 12;
    ask();
    str location = answered("Location");
    assert_true(str_starts(location, STR("https://go.example:8082/-/live/")));
    assert_str_same(seen_record.location, location);
    snprintf(first, sizeof first, STR_FMT, STR_ARG(location));
    ask();
    assert_false(str_eq(answered("Location"), str_from_c(first)));
    assert_int_not_equal(live_token_page(str_from_c(first)), live_token_page(answered("Location")));
    live_seal_free(lane.seal);
}

static void redirect__takes_get_and_head_only(void **state)
{
    (void)state;
    request.method = METHOD_POST;
    ask();
    assert_int_equal(reply.status, 405);
    assert_str(answered("Allow"), "GET, HEAD");
    request.method = METHOD_OPTIONS;
    ask();
    assert_int_equal(reply.status, 405);
    assert_int_equal(resolved, 0);
    request.method = METHOD_HEAD;
    ask();
    assert_int_equal(reply.status, 302);
    assert_true(seen_record.signals & SIGNAL_HEAD);
}

static void signals__are_read_from_the_headers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        unsigned signal;
    } rows[] = {
        {"Sec-Purpose", "prefetch;prerender", SIGNAL_PREFETCH},
        {"Purpose", "prefetch", SIGNAL_PREFETCH},
        {"X-Moz", "prefetch", SIGNAL_PREFETCH},
        {"X-Purpose", "preview", SIGNAL_PREFETCH},
        {"Range", "bytes=0-1023", SIGNAL_RANGE},
        {"x-requested-with", "com.tencent.mm", SIGNAL_WEBVIEW},
        {"X-Requested-With", "XMLHttpRequest", 0},
        {"Tencent-Leakscan", "1", SIGNAL_LEAKSCAN},
        {"Sec-Fetch-Mode", "navigate", SIGNAL_FETCH_NAVIGATE},
        {"Sec-GPC", "1", SIGNAL_OPT_OUT},
        {"DNT", "0", 0},
    };
    struct header header[3] = {{STR("Accept"), STR("*/*")}, {STR("Accept-Language"), STR("en")}};
    struct request asked = {.headers = header, .headers_count = 3};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        header[2] = (struct header){str_from_c(rows[i].name), str_from_c(rows[i].value)};
        assert_int_equal(redirect_signals(&asked), rows[i].signal);
    }
    asked.headers_count = 0;
    asked.https = true;
    assert_int_equal(redirect_signals(&asked), SIGNAL_NO_ACCEPT | SIGNAL_NO_ACCEPT_LANGUAGE | SIGNAL_HTTPS);
}

int main(void)
{
#define TEST(name)        cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_STRICT(name) cmocka_unit_test_setup_teardown(name, setup_strict, teardown)
    const struct CMUnitTest tests[] = {
        TEST(redirect__answers_the_location_byte_by_byte),
        TEST(redirect__permanent_and_crawlable_links_say_so),
        TEST(redirect__records_before_it_answers),
        TEST(redirect__a_tracked_click_is_named_once_it_has_its_place),
        TEST(redirect__a_click_that_was_not_recorded_has_no_id),
        TEST(redirect__an_answer_too_long_with_its_id_is_not_recorded),
#ifdef COUNTS_MALLOC
        TEST(redirect__a_hit_allocates_nothing),
        TEST(redirect__a_tracked_hit_allocates_nothing),
        TEST(redirect__a_visitors_cookie_allocates_nothing),
        TEST(redirect__pages_allocate_nothing_either),
#endif
        TEST(redirect__a_click_that_cannot_be_kept_is_counted),
        TEST(redirect__a_limited_link_waits_for_the_journal),
        TEST_STRICT(redirect__strict_policy_answers_nothing_unrecorded),
        TEST(redirect__a_location_with_a_line_break_never_leaves),
        TEST(redirect__pages_speak_the_visitors_language),
        TEST(redirect__not_started_says_when),
        TEST(redirect__misses_are_refused_after_a_burst_but_links_never),
        TEST(redirect__unknown_codes_are_recorded_up_to_so_many_a_second),
        TEST(redirect__front_page_preview_and_foreign_hosts_are_no_clicks),
        TEST(redirect__public_paths_move_to_the_public_plane),
        TEST(redirect__visitors_of_one_millisecond_get_pages_of_their_own),
        TEST(redirect__takes_get_and_head_only),
        TEST(signals__are_read_from_the_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
