/* SPDX-License-Identifier: MIT */
/* Goal: a User-Agent is stored without the number of the device, and visitors of a day are told apart by all of it. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "assert_str.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/limits.h"
#include "pseudonyms_hash.h"

static struct hash_secret secret, other_secret;
static struct pseudonyms_hash hash, restarted;
static char memory[LIMIT_CLICK_UA];

static int setup(void **state)
{
    const struct siphash_key salt = {1, 2};

    (void)state;
    crypt_random(&secret, sizeof secret);
    crypt_random(&other_secret, sizeof other_secret);
    pseudonyms_hash_init(&hash, &salt);
    pseudonyms_hash_init(&restarted, &salt);
    return 0;
}

static struct visit_agent read_agent(str user_agent)
{
    struct visit_agent agent;

    visit_agent_read(&agent, &secret, user_agent, memory);
    return agent;
}

static uint64_t visitor(uint8_t host, str user_agent)
{
    const struct addr ip = {{[10] = 0xFF, [11] = 0xFF, [12] = 203, [15] = host}};
    struct visit_agent agent = read_agent(user_agent);

    return pseudonyms_hash(&hash, &ip, &agent);
}

static void visit_agent__wechats_device_number_is_cut_out(void **state)
{
    (void)state;
    struct visit_agent agent = read_agent(STR("XWEB/1160065 MMWEBID/8173 MicroMessenger/8.0.47"));
    assert_str(agent.text, "XWEB/1160065 MMWEBID/ MicroMessenger/8.0.47");
    assert_str(agent.device, "8173");
    agent = read_agent(STR("MMWEBID/99"));
    assert_str(agent.text, "MMWEBID/");
    assert_str(agent.device, "99");
    str plain = STR("Mozilla/5.0 MMWEBSDK/20231202");
    agent = read_agent(plain);
    assert_ptr_equal(agent.text.ptr, plain.ptr);
    assert_str(agent.device, "");
}

static void visit_agent__its_digest_is_the_texts(void **state)
{
    (void)state;
    struct visit_agent one = read_agent(STR("MMWEBID/1 x")), two = read_agent(STR("MMWEBID/2 x"));
    assert_true(hash128_eq(one.digest, two.digest));
    two = read_agent(STR("MMWEBID/1 y"));
    assert_false(hash128_eq(one.digest, two.digest));
}

static void pseudonyms_hash__tells_addresses_browsers_and_devices_apart(void **state)
{
    (void)state;
    static const str agents[] = {STR_INIT(""),           STR_INIT("a"),          STR_INIT("b"),
                                 STR_INIT("MMWEBID/"),   STR_INIT("MMWEBID/1"),  STR_INIT("MMWEBID/12"),
                                 STR_INIT("MMWEBID/1x"), STR_INIT("MMWEBID/ x"), STR_INIT("x MMWEBID/1")};
    uint64_t seen[2 * ARRAY_LEN(agents)];
    for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
        seen[i] = visitor(i % 2, agents[i / 2]);
        assert_true(seen[i] <= INT64_MAX);
        for (size_t k = 0; k < i; k++) {
            assert_true(seen[k] != seen[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
        assert_true(visitor(i % 2, agents[i / 2]) == seen[i]);
    }
}

/* More browsers than are remembered, and a run with another secret and an empty memory. */
static void pseudonyms_hash__is_the_salts_alone(void **state)
{
    (void)state;
    const struct addr ip = {{1, 2, 3}};
    char text[32];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3 * PSEUDONYMS_AGENTS; i++) {
            struct visit_agent agent, again;
            snprintf(text, sizeof text, "MMWEBID/%d browser %d", i % 7, i);
            visit_agent_read(&agent, &secret, str_from_c(text), memory);
            uint64_t first = pseudonyms_hash(&hash, &ip, &agent);
            visit_agent_read(&again, &other_secret, str_from_c(text), memory);
            assert_true(pseudonyms_hash(&restarted, &ip, &again) == first);
        }
    }
    const struct siphash_key other_salt = {1, 3};
    struct visit_agent agent = read_agent(STR("browser"));
    uint64_t first = pseudonyms_hash(&hash, &ip, &agent);
    pseudonyms_hash_init(&restarted, &other_salt);
    assert_true(pseudonyms_hash(&restarted, &ip, &agent) != first);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(visit_agent__wechats_device_number_is_cut_out),
        TEST(visit_agent__its_digest_is_the_texts),
        TEST(pseudonyms_hash__tells_addresses_browsers_and_devices_apart),
        TEST(pseudonyms_hash__is_the_salts_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
