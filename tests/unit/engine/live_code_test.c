/* SPDX-License-Identifier: MIT */
/* Goal: a visit to a live code gets a target that is open, takes one of its places and no more, and costs no memory; an
 * edit in the middle of a crowd loses no place and pulls nothing away under a reader. */
#include "assert_str.h"

#include <pthread.h>
#include <stdatomic.h>

#include "linkpond/engine/resolver.h"
#include "linkpond/store/rules.h"

#include "sanitized.h"
#include "tempdb.h"

#define IPHONE                                                                                                         \
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 "    \
    "Mobile/15E148 Safari/604.1"
#define BOT "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
#define NOW INT64_C(1700000000000)

/* Counted in place of libc's; not under sanitizers, which bring their own malloc. */
#ifndef SANITIZED
#define COUNTS_MALLOC
static _Thread_local size_t allocations;
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);

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
#endif

static const struct host_entry hosts[] = {
    {.domain_id = 1, .host = STR_INIT("s.example"), .is_default = true, .enabled = true, .serves_all = true},
};

struct world {
    struct tempdb temp;
    struct cache *cache;
    struct live_places *places;
    struct agent_rules *agents;
    struct resolver *resolver;
};

static int set_up(void **state)
{
    struct world *self = calloc(1, sizeof *self);

    tempdb_init(&self->temp);
    self->cache = cache_new((size_t)1 << 24);
    self->places = live_places_new(zone_find(STR("UTC")));
    cache_set_places(self->cache, self->places);
    self->agents = agent_rules_builtin();
    cache_thread_register();
    assert_int_equal(cache_put_hosts(self->cache, hosts, ARRAY_LEN(hosts)), OK);
    cache_set_complete(self->cache, true);
    self->resolver = resolver_new(&(struct resolver_opts){.cache = self->cache, .rules = self->agents});
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct world *self = *state;

    cache_thread_unregister();
    resolver_free(self->resolver);
    agent_rules_free(self->agents);
    cache_free(self->cache);
    live_places_free(self->places);
    tempdb_done(&self->temp);
    free(self);
    return 0;
}

static struct target target(int64_t id, const char *url, int64_t cap_total)
{
    return (struct target){.id = id,
                           .kind = TARGET_URL,
                           .url = str_from_c(url),
                           .weight = 1,
                           .enabled = true,
                           .valid_from_ms = TIME_NONE,
                           .valid_until_ms = TIME_NONE,
                           .cap_total = cap_total,
                           .cap_day = TARGET_NO_CAP,
                           .cap_hour = TARGET_NO_CAP,
                           .replaced_ms = TIME_NONE,
                           .deleted_ms = TIME_NONE};
}

static struct live_code *make(struct world *self, const struct rule *rule, const struct target *targets, size_t count)
{
    struct rule_target facts[LIMIT_TARGETS];
    struct live_code *code = NULL;

    for (size_t i = 0; i < count; i++) {
        facts[i] = (struct rule_target){.id = targets[i].id,
                                        .enabled = targets[i].enabled,
                                        .limited = targets[i].cap_total != TARGET_NO_CAP,
                                        .weight = targets[i].weight,
                                        .valid_from_ms = targets[i].valid_from_ms,
                                        .valid_until_ms = targets[i].valid_until_ms};
    }
    const struct rule_set set = {.rules = rule,
                                 .rules_count = 1,
                                 .targets = facts,
                                 .targets_count = count,
                                 .zone = live_places_zone(self->places)};
    assert_int_equal(live_code_make(self->temp.db, self->places, &set, targets, false, &code, NULL), OK);
    return code;
}

static void put(struct world *self, int status, int64_t max_clicks, struct live_code *code)
{
    const struct link_entry link = {.id = 7,
                                    .domain_id = 1,
                                    .code = STR("live"),
                                    .url = STR("https://example.com/own"),
                                    .gate = {TIME_NONE, TIME_NONE, true},
                                    .redirect_status = status,
                                    .max_clicks = max_clicks,
                                    .forward_query = true,
                                    .live = true,
                                    .pool = code};

    assert_int_equal(cache_put(self->cache, &link, NULL, 0, 0, true), OK);
}

static const struct rule anybody = {.id = 1, .enabled = true, .choice = CHOOSE_FIRST};

static struct verdict visit(struct world *self, struct resolver_scratch *scratch, const char *agent)
{
    const struct visit asked = {.host = STR("s.example"),
                                .path = STR("live"),
                                .now_ms = NOW,
                                .user_agent = str_from_c(agent),
                                .language = STR("zh-CN")};
    struct verdict out;

    resolver_resolve(self->resolver, scratch, &asked, &out);
    return out;
}

static void live_code__leads_to_the_first_open_target_and_says_which(void **state)
{
    struct world *self = *state;
    struct resolver_scratch scratch = {.random = 0};
    const struct target pool[] = {target(3, "https://example.com/a", 1),
                                  target(4, "https://example.com/b", TARGET_NO_CAP)};

    put(self, 301, 0, make(self, &anybody, pool, 2));
    struct verdict first = visit(self, &scratch, IPHONE);
    assert_str_same(first.location, STR("https://example.com/a"));
    assert_str_same(first.target, STR("tgt_3"));
    assert_int_equal(first.status, 302);
    assert_false(first.cacheable);
    assert_true(first.limited);
    assert_int_equal(first.signals & SIGNAL_RESERVED_PLACE, SIGNAL_RESERVED_PLACE);
    struct verdict second = visit(self, &scratch, IPHONE);
    assert_str_same(second.location, STR("https://example.com/b"));
    assert_str_same(second.target, STR("tgt_4"));
}

static void live_code__software_takes_nothing(void **state)
{
    struct world *self = *state;
    struct resolver_scratch scratch = {.random = 0};
    const struct target pool[] = {target(3, "https://example.com/a", 1)};

    put(self, 302, 0, make(self, &anybody, pool, 1));
    for (int i = 0; i < 3; i++) {
        struct verdict looked = visit(self, &scratch, BOT);
        assert_str_same(looked.target, STR("tgt_3"));
        assert_int_equal(looked.signals & SIGNAL_RESERVED_PLACE, 0);
    }
    assert_str_same(visit(self, &scratch, IPHONE).target, STR("tgt_3"));
    assert_int_equal(visit(self, &scratch, BOT).outcome, OUTCOME_USED_UP);
    assert_int_equal(live_places_find(self->places, 3)->shown, 1);
}

static void live_code__what_was_not_answered_gives_its_place_back(void **state)
{
    struct world *self = *state;
    struct resolver_scratch scratch = {.random = 0};
    const struct target pool[] = {target(3, "https://example.com/a", 1)};

    put(self, 302, 0, make(self, &anybody, pool, 1));
    for (int i = 0; i < 3; i++) {
        struct verdict verdict = visit(self, &scratch, IPHONE);
        assert_int_equal(verdict.outcome, OUTCOME_REDIRECT);
        put(self, 302, 0, make(self, &anybody, pool, 1)); /* the version it came from is gone */
        cache_synchronize(self->cache);
        resolver_undo(self->resolver, &verdict);
    }
    assert_int_equal(visit(self, &scratch, IPHONE).outcome, OUTCOME_REDIRECT);
    assert_int_equal(visit(self, &scratch, IPHONE).outcome, OUTCOME_USED_UP);
}

static void live_code__a_limit_of_the_link_gives_the_place_back(void **state)
{
    struct world *self = *state;
    struct resolver_scratch scratch = {.random = 0};
    const struct target pool[] = {target(3, "https://example.com/a", 9)};

    put(self, 302, 2, make(self, &anybody, pool, 1));
    for (int i = 0; i < 5; i++) {
        assert_int_equal(visit(self, &scratch, IPHONE).outcome, i < 2 ? OUTCOME_REDIRECT : OUTCOME_USED_UP);
    }
    assert_int_equal(live_places_find(self->places, 3)->taken.total, 2);
}

static void live_code__sequential_stays_at_the_next_until_an_edit(void **state)
{
    struct world *self = *state;
    struct resolver_scratch scratch = {.random = 0};
    struct target pool[] = {target(3, "https://example.com/a", TARGET_NO_CAP),
                            target(4, "https://example.com/b", TARGET_NO_CAP)};
    const struct rule rule = {.id = 1, .enabled = true, .choice = CHOOSE_SEQUENTIAL};

    pool[0].cap_hour = 1;
    put(self, 302, 0, make(self, &rule, pool, 2));
    assert_str_same(visit(self, &scratch, IPHONE).target, STR("tgt_3"));
    assert_str_same(visit(self, &scratch, IPHONE).target, STR("tgt_4"));
    struct visit later = {
        .host = STR("s.example"), .path = STR("live"), .now_ms = NOW + 7200000, .user_agent = STR(IPHONE)};
    struct verdict verdict;
    resolver_resolve(self->resolver, &scratch, &later, &verdict);
    assert_str_same(verdict.target, STR("tgt_4"));
    pool[0].updated_ms = 5;
    put(self, 302, 0, make(self, &rule, pool, 2));
    resolver_resolve(self->resolver, &scratch, &later, &verdict);
    assert_str_same(verdict.target, STR("tgt_3"));
}

static void live_code__one_that_is_not_in_memory_is_asked_for_again(void **state)
{
    struct world *self = *state;
    struct resolver_scratch scratch = {.random = 0};

    const struct link_entry link = {.id = 7,
                                    .domain_id = 1,
                                    .code = STR("live"),
                                    .url = STR("https://example.com/own"),
                                    .gate = {TIME_NONE, TIME_NONE, true},
                                    .redirect_status = 302};
    assert_int_equal(cache_put(self->cache, &link, NULL, 0, 0, true), OK);
    assert_str_same(visit(self, &scratch, IPHONE).location, STR("https://example.com/own"));
    put(self, 302, 0, make(self, &anybody, (struct target[]){target(3, "https://example.com/a", 0)}, 1));
    assert_int_equal(visit(self, &scratch, IPHONE).outcome, OUTCOME_USED_UP);
}

static void live_code__a_visit_takes_no_memory(void **state)
{
#ifdef COUNTS_MALLOC
    struct world *self = *state;
    struct resolver_scratch scratch = {.random = 0};
    const struct target pool[] = {target(3, "https://example.com/a", 50),
                                  target(4, "https://example.com/b", TARGET_NO_CAP)};
    const str apps[] = {STR("wechat"), STR("")};
    const struct rule_condition when[] = {{.fact = FACT_APP, .values = apps, .values_count = 2}};
    const struct rule rule = {
        .id = 1, .enabled = true, .choice = CHOOSE_WEIGHTED, .conditions = when, .conditions_count = 1};

    put(self, 302, 0, make(self, &rule, pool, 2));
    visit(self, &scratch, IPHONE);
    allocations = 0;
    for (int i = 0; i < 200; i++) {
        assert_int_equal(visit(self, &scratch, IPHONE).outcome, OUTCOME_REDIRECT);
    }
    assert_int_equal(allocations, 0);
#else
    (void)state;
#endif
}

#define THREADS 4
#define TRIES   600
struct visitor {
    struct world *world;
    int64_t first, second;
};

static void *come(void *arg)
{
    struct visitor *self = arg;
    struct resolver_scratch *scratch = calloc(1, sizeof *scratch);

    cache_thread_register();
    for (int i = 0; i < TRIES; i++) {
        struct verdict verdict = visit(self->world, scratch, IPHONE);
        self->first += str_eq(verdict.target, STR("tgt_3"));
        self->second += str_eq(verdict.target, STR("tgt_4"));
    }
    cache_thread_unregister();
    free(scratch);
    return NULL;
}

static void live_code__edits_in_a_crowd_lose_no_place(void **state)
{
    struct world *self = *state;
    const struct target pool[] = {target(3, "https://example.com/a", 500), target(4, "https://example.com/b", 300)};
    struct visitor visitors[THREADS] = {0};
    pthread_t threads[THREADS];
    int64_t first = 0, second = 0;

    put(self, 302, 0, make(self, &anybody, pool, 2));
    for (int i = 0; i < THREADS; i++) {
        visitors[i].world = self;
        assert_int_equal(pthread_create(&threads[i], NULL, come, &visitors[i]), 0);
    }
    for (int i = 0; i < 200; i++) {
        put(self, 302, 0, make(self, &anybody, pool, 2));
        cache_synchronize(self->cache);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        first += visitors[i].first;
        second += visitors[i].second;
    }
    assert_int_equal(first, 500);
    assert_int_equal(second, 300);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(live_code__leads_to_the_first_open_target_and_says_which),
        T(live_code__software_takes_nothing),
        T(live_code__what_was_not_answered_gives_its_place_back),
        T(live_code__a_limit_of_the_link_gives_the_place_back),
        T(live_code__sequential_stays_at_the_next_until_an_edit),
        T(live_code__one_that_is_not_in_memory_is_asked_for_again),
        T(live_code__a_visit_takes_no_memory),
        T(live_code__edits_in_a_crowd_lose_no_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
