/* SPDX-License-Identifier: MIT */
/* Goal: what was sealed is read again, and nothing else is taken for it. */
#include "assert_str.h"

#include "linkpond/engine/live_token.h"

static const uint8_t key[16] = "0123456789abcdef";

static void live_token__is_read_as_it_was_written(void **state)
{
    struct live_seal *seal = live_seal_new(key);
    struct live_token token;
    char text[LIVE_TOKEN_MAX], again[LIVE_TOKEN_MAX];

    (void)state;
    str sealed = live_token_write(seal, &(struct live_token){.target_id = 12, .clicked_ms = 1800000000123}, text);
    assert_int_equal(sealed.len, LIVE_TOKEN_MAX - 1);
    assert_true(live_token_read(seal, sealed, &token));
    assert_int_equal(token.target_id, 12);
    assert_int_equal(token.clicked_ms, 1800000000123);
    live_token_write(seal, &(struct live_token){.target_id = 13, .clicked_ms = 1800000000123}, again);
    assert_string_not_equal(text, again);
    live_seal_free(seal);
}

static void live_token__tells_visits_of_one_target_and_millisecond_apart(void **state)
{
    struct live_seal *seal = live_seal_new(key);
    struct live_token token, other;
    char text[LIVE_TOKEN_MAX], again[LIVE_TOKEN_MAX], address[128];

    (void)state;
    str first = live_token_write(seal, &(struct live_token){.target_id = 12, .clicked_ms = 5, .number = 40000}, text);
    str second = live_token_write(seal, &(struct live_token){.target_id = 12, .clicked_ms = 5, .number = 40001}, again);
    assert_true(live_token_read(seal, first, &token) && live_token_read(seal, second, &other));
    assert_int_equal(token.number, 40000);
    assert_int_not_equal(token.page, other.page);
    int len = snprintf(address, sizeof address, "https://go.example" LIVE_TOKEN_PATH STR_FMT, STR_ARG(first));
    assert_int_equal(live_token_page((str){address, (size_t)len}), token.page); /* as the click's address has it */
    assert_int_equal(live_token_page((str){address, (size_t)len - 1}), 0);      /* which was cut */
    assert_int_equal(live_token_page(STR("https://example.com/")), 0);
    live_seal_free(seal);
}

static void live_token__what_was_touched_or_sealed_elsewhere_opens_nothing(void **state)
{
    uint8_t other[16] = "0123456789abcdeX";
    struct live_seal *seal = live_seal_new(key), *stranger = live_seal_new(other);
    struct live_token token;
    char text[LIVE_TOKEN_MAX];

    (void)state;
    str sealed = live_token_write(seal, &(struct live_token){.target_id = 12, .clicked_ms = 5}, text);
    assert_false(live_token_read(stranger, sealed, &token));
    for (size_t i = 0; i < sealed.len; i++) {
        char was = text[i];
        text[i] = was == 'a' ? 'b' : 'a';
        assert_false(live_token_read(seal, sealed, &token));
        text[i] = was;
    }
    assert_false(live_token_read(seal, str_slice(sealed, 1, sealed.len), &token));
    assert_false(live_token_read(seal, STR(""), &token));
    live_seal_free(seal);
    live_seal_free(stranger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_token__is_read_as_it_was_written),
        cmocka_unit_test(live_token__tells_visits_of_one_target_and_millisecond_apart),
        cmocka_unit_test(live_token__what_was_touched_or_sealed_elsewhere_opens_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
