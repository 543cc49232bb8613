/* SPDX-License-Identifier: MIT */
/* Goal: strangers make only so many, whoever they are, and only with a token that this installation gave out of late.
 */
#include "assert_str.h"
#include "linkpond/http/strangers.h"

static const uint8_t SECRET[16] = {1, 2, 3};
#define NOW INT64_C(1790000000000)

static struct addr address(const char *text)
{
    struct addr addr;
    assert_true(addr_parse(str_from_c(text), &addr));
    return addr;
}

static int allowed_at_once(struct strangers *self, int tries)
{
    int count = 0;
    for (int i = 0; i < tries; i++) {
        count += strangers_charge_all(self) == 0;
    }
    return count;
}

static void strangers__an_hour_never_has_more_than_was_set(void **state)
{
    (void)state;
    static const struct {
        int64_t per_hour;
        int at_once;
    } cases[] = {{1, 1}, {2, 1}, {3, 1}, {60, 30}, {1000, 500}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strangers *self = strangers_new(cases[i].per_hour, SECRET);
        assert_int_equal(allowed_at_once(self, cases[i].at_once), cases[i].at_once);
        int64_t wait_s = strangers_charge_all(self);
        int64_t rest = cases[i].per_hour - cases[i].at_once > 0 ? cases[i].per_hour - cases[i].at_once : 1;
        assert_true(wait_s >= 3600 / rest - 1 && wait_s <= 3600 / rest + 1);
        strangers_free(self);
    }
}

static void strangers__an_address_has_a_share_of_its_own_and_ipv6_by_64(void **state)
{
    (void)state;
    struct strangers *self = strangers_new(60, SECRET);
    struct addr one = address("203.0.113.1"), other = address("203.0.113.2");
    struct addr six = address("2001:db8:1:1::1"), same = address("2001:db8:1:1:ffff::2"),
                next = address("2001:db8:1:2::1");
    for (int i = 0; i < STRANGER_BURST; i++) {
        assert_int_equal(strangers_charge_address(self, &one), 0);
        assert_int_equal(strangers_charge_address(self, i % 2 ? &six : &same), 0);
    }
    assert_true(strangers_charge_address(self, &one) > 0);
    assert_true(strangers_charge_address(self, &same) > 0);
    assert_int_equal(strangers_charge_address(self, &other), 0);
    assert_int_equal(strangers_charge_address(self, &next), 0);
    strangers_free(self);
}

static void strangers__a_token_is_good_for_its_time_and_no_longer(void **state)
{
    (void)state;
    char memory[STRANGER_TOKEN_CHARS + 1];
    struct strangers *self = strangers_new(60, SECRET);
    str token = strangers_token(self, NOW, memory);
    assert_true(strangers_token_is_good(self, token, NOW));
    assert_true(strangers_token_is_good(self, token, NOW + STRANGER_TOKEN_MS - 1));
    assert_false(strangers_token_is_good(self, token, NOW + STRANGER_TOKEN_MS));
    assert_false(strangers_token_is_good(self, token, NOW - 1));
    strangers_free(self);
}

static void strangers__a_token_outlives_a_restart_but_not_another_secret(void **state)
{
    (void)state;
    static const uint8_t other_secret[16] = {1, 2, 4};
    char memory[STRANGER_TOKEN_CHARS + 1];
    struct strangers *self = strangers_new(60, SECRET), *again = strangers_new(5, SECRET);
    struct strangers *other = strangers_new(60, other_secret);
    str token = strangers_token(self, NOW, memory);
    assert_true(strangers_token_is_good(again, token, NOW));
    assert_false(strangers_token_is_good(other, token, NOW));
    strangers_free(self);
    strangers_free(again);
    strangers_free(other);
}

static void strangers__no_changed_digit_makes_another_token(void **state)
{
    (void)state;
    char memory[STRANGER_TOKEN_CHARS + 1], second[STRANGER_TOKEN_CHARS + 1];
    struct strangers *self = strangers_new(60, SECRET);
    str token = strangers_token(self, NOW, memory);
    for (size_t i = 0; i < STRANGER_TOKEN_CHARS; i++) {
        char kept = memory[i];
        memory[i] = kept == '0' ? '1' : '0';
        assert_false(strangers_token_is_good(self, token, NOW));
        memory[i] = 'x';
        assert_false(strangers_token_is_good(self, token, NOW));
        memory[i] = kept;
    }
    assert_false(strangers_token_is_good(self, (str){memory, STRANGER_TOKEN_CHARS - 1}, NOW));
    assert_false(strangers_token_is_good(self, (str){0}, NOW));
    assert_memory_not_equal(memory, strangers_token(self, NOW, second).ptr, STRANGER_TOKEN_CHARS);
    strangers_free(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers__an_hour_never_has_more_than_was_set),
        cmocka_unit_test(strangers__an_address_has_a_share_of_its_own_and_ipv6_by_64),
        cmocka_unit_test(strangers__a_token_is_good_for_its_time_and_no_longer),
        cmocka_unit_test(strangers__a_token_outlives_a_restart_but_not_another_secret),
        cmocka_unit_test(strangers__no_changed_digit_makes_another_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
