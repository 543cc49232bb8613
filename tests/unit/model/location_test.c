/* SPDX-License-Identifier: MIT */
/* Goal: an address answered that is kept without what the query added to it comes out again byte for byte, and clicks
 * of one link keep the same address whatever their parameters say. */
#include "assert_str.h"

#include "linkpond/base/hash.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/location.h"
#include "linkpond/model/url.h"

static uint64_t seed = 3;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

struct kept {
    char base_bytes[LIMIT_LOCATION], form_bytes[LOCATION_FORM_MAX], joined_bytes[LIMIT_LOCATION];
    struct buf base, form, joined;
};

/* Splits, and joins what came of it. */
static bool split(struct kept *self, str location, str query, str request_id)
{
    buf_init_fixed(&self->base, self->base_bytes, sizeof self->base_bytes);
    buf_init_fixed(&self->form, self->form_bytes, sizeof self->form_bytes);
    buf_init_fixed(&self->joined, self->joined_bytes, sizeof self->joined_bytes);
    if (!location_split(location, query, request_id, &self->base, &self->form)) {
        assert_int_equal(self->base.len + self->form.len, 0);
        return false;
    }
    assert_true(self->form.len > 0);
    assert_true(location_join(buf_str(&self->base), buf_str(&self->form), query, request_id, &self->joined));
    assert_str_same(buf_str(&self->joined), location);
    return true;
}

static void location__keeps_what_is_of_the_link(void **state)
{
    (void)state;
    static const struct {
        str location, query, base, form;
    } cases[] = {
        {STR_INIT("https://a.example/p?x=1&gclid=abc"), STR_INIT("gclid=abc"), STR_INIT("https://a.example/p?x=1"),
         STR_INIT("+*")},
        {STR_INIT("https://a.example/p?gclid=abc&b=2"), STR_INIT("gclid=abc&b=2"), STR_INIT("https://a.example/p"),
         STR_INIT("*")},
        {STR_INIT("https://a.example/p?x=1&gclid=abc#top"), STR_INIT("lp_qr=1&gclid=abc"),
         STR_INIT("https://a.example/p?x=1#top"), STR_INIT("+1")},
        {STR_INIT("https://a.example/?utm_source=b&x=1&y=2"), STR_INIT("utm_source=b"),
         STR_INIT("https://a.example/?x=1&y=2"), STR_INIT("*+")},
        {STR_INIT("https://a.example/?x=1&utm_source=b&y=2&g=3"), STR_INIT("g=3&lp_ch=k&utm_source=b"),
         STR_INIT("https://a.example/?x=1&y=2"), STR_INIT("a2+0")},
        {STR_INIT("https://a.example/?cid=r7"), STR_INIT(""), STR_INIT("https://a.example/?cid="), STR_INIT("@")},
        {STR_INIT("https://a.example/?x=1&y=2&cid=r7"), STR_INIT(""), STR_INIT("https://a.example/?x=1&y=2&cid="),
         STR_INIT("b@")},
        {STR_INIT("https://a.example/?&a=1"), STR_INIT("a=1"), STR_INIT("https://a.example/?"), STR_INIT("+*")},
    };
    struct kept kept;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_true(split(&kept, cases[i].location, cases[i].query, STR("r7")));
        assert_str_same(buf_str(&kept.base), cases[i].base);
        assert_str_same(buf_str(&kept.form), cases[i].form);
    }
}

static void location__without_the_querys_parameters_is_kept_whole(void **state)
{
    (void)state;
    struct kept kept;

    assert_false(split(&kept, STR("https://a.example/p"), STR("a=1"), STR("r7")));
    assert_false(split(&kept, STR("https://a.example/p?a=2#?a=1"), STR("a=1"), STR("r7")));
    assert_false(split(&kept, STR("https://a.example/p?a=1"), STR(""), STR("")));
    assert_false(split(&kept, STR("https://a.example/p?a=%C3%A9"), STR("a=\xC3\xA9"), STR("r7")));
    assert_false(split(&kept, STR(""), STR("a=1"), STR("r7")));
}

static void location__of_any_number_of_parameters_is_exact(void **state)
{
    (void)state;
    static char location[LIMIT_LOCATION], query[LIMIT_LOCATION];
    struct kept kept;
    size_t whole = 0;

    for (size_t base = 0; base < 70; base += 3) {
        for (size_t sent = 0; sent < 70; sent += 3) {
            struct buf out, asked;
            buf_init_fixed(&out, location, sizeof location);
            buf_init_fixed(&asked, query, sizeof query);
            buf_add_c(&out, "https://a.example/");
            for (size_t i = 0; i < base + sent; i++) {
                buf_addf(&out, "%cp%zu=%zu", i == 0 ? '?' : '&', i, i);
            }
            for (size_t i = 0; i < sent; i++) {
                buf_addf(&asked, "%sp%zu=%zu", i == 0 ? "" : "&", base + i, base + i);
            }
            bool is_split = split(&kept, buf_str(&out), buf_str(&asked), STR("r7"));
            assert_int_equal(is_split, sent > 0 && sent <= LOCATION_PIECES_MAX && base + sent <= LOCATION_PIECES_MAX);
            whole += !is_split;
        }
    }
    assert_true(whole > 0);
}

/* ---- as queries join targets */

static const str targets[] = {
    STR_INIT("https://shop.example/p"),
    STR_INIT("https://shop.example/p?pid=7"),
    STR_INIT("https://shop.example/p?pid=7&utm_source=old#wechat_redirect"),
    STR_INIT("https://shop.example/?"),
    STR_INIT("https://shop.example/?a&&b=#"),
    STR_INIT("https://shop.example/#frag?x=1"),
    STR_INIT("https://shop.example/p?e=m%3D2%26&gclid=none&pid=8"),
};
static const str params[] = {
    STR_INIT("utm_source=news"),
    STR_INIT("utm_medium=e%20mail"),
    STR_INIT("gclid=Xy_1"),
    STR_INIT("pid=9"),
    STR_INIT("pid=7"),
    STR_INIT("lp_qr=1"),
    STR_INIT("a"),
    STR_INIT(""),
    STR_INIT("q=\xE4\xB8\xAD"),
    STR_INIT("x=#1"),
    STR_INIT("exportkey="),
    STR_INIT("cid=mine"),
};

static void location__of_every_merge_is_exact(void **state)
{
    (void)state;
    static const str utm[UTM_COUNT] = {[UTM_SOURCE] = STR_INIT("spring"), [UTM_MEDIUM] = STR_INIT("")};
    static char location[LIMIT_LOCATION], query[1024];
    struct kept kept;
    size_t split_count = 0;

    for (int i = 0; i < 20000; i++) {
        struct buf out, asked;
        buf_init_fixed(&out, location, sizeof location);
        buf_init_fixed(&asked, query, sizeof query);
        for (uint64_t count = roll(6), n = 0; n < count; n++) {
            buf_add_c(&asked, n > 0 ? "&" : "");
            buf_add(&asked, params[roll(ARRAY_LEN(params))]);
        }
        const struct url_merge merge = {
            .target = targets[roll(ARRAY_LEN(targets))],
            .query = buf_str(&asked),
            .forward_query = roll(8) > 0,
            .visitor_wins = roll(4) == 0,
            .utm = roll(2) ? utm : NULL,
            .click_id_param = roll(3) ? STR("") : STR("cid"),
            .click_mark = roll(2) ? 0 : (char)0x10,
        };
        assert_true(url_merge(&merge, &out));
        split_count += split(&kept, buf_str(&out), buf_str(&asked), STR("0123456789abcdef"));
    }
    assert_true(split_count > 10000);
}

static void location_join__refuses_what_no_split_makes(void **state)
{
    (void)state;
    static const str forms[] = {STR_INIT(""),  STR_INIT("+"),   STR_INIT("a"),  STR_INIT("b1"),  STR_INIT("+9"),
                                STR_INIT("-"), STR_INIT("++a"), STR_INIT("b@"), STR_INIT("\xFF")};
    char memory[64];
    struct buf out;
    size_t refused = 0;

    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        buf_init_fixed(&out, memory, sizeof memory);
        refused += !location_join(STR("https://a.example/?x&y"), forms[i], STR("a=1"), STR("r7"), &out);
    }
    assert_int_equal(refused, ARRAY_LEN(forms) - 1); /* "+" alone is the address itself */
    buf_init_fixed(&out, memory, 10);
    assert_false(location_join(STR("https://a.example/?x"), STR("+*"), STR("a=1"), STR("r7"), &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(location__keeps_what_is_of_the_link),
        cmocka_unit_test(location__without_the_querys_parameters_is_kept_whole),
        cmocka_unit_test(location__of_any_number_of_parameters_is_exact),
        cmocka_unit_test(location__of_every_merge_is_exact),
        cmocka_unit_test(location_join__refuses_what_no_split_makes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
