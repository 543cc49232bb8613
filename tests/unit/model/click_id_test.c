/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/base/err.h"
#include "linkpond/model/click_id.h"
#include "linkpond/model/record.h"

/* Goal: a click id leads back to its click under every key version there was, and nothing that we did not make is taken
 * for one; it goes where a target has a place for it, and no other byte changes. */

static char keys[2 * CLICK_ID_KEY_BYTES];
static char memory[4096];

static struct click_ids *with_versions(size_t count)
{
    struct click_ids *self = click_ids_new((str){keys, count * CLICK_ID_KEY_BYTES});
    assert_non_null(self);
    return self;
}

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof keys; i++) {
        keys[i] = (char)i;
    }
    return 0;
}

static void assert_text(str actual, const char *expected)
{
    assert_int_equal(actual.len, strlen(expected));
    assert_memory_equal(actual.ptr, expected, actual.len);
}

/* Made with `openssl enc -aes-128-ecb -nopad` and a base62 of its own. */
static const struct vector {
    size_t version;
    int64_t click, second;
    const char *text;
} vectors[] = {
    {1, 1, 0, "0a264LAvYFdVwEGoRuaeVy"},
    {1, INT64_C(2251799814078528), 1795287153, "1ntEKNOoMIhbnXSRAB6e9x"},
    {1, INT64_C(576460752303423487), 4294967295, "3aqttgie83FJWNazBjRwR9"},
    {2, 1, 0, "3Sb6lMoxDjDATAg7gtbmQt"},
    {2, INT64_C(2251799814078528), 1795287153, "78579OQfyQZPnqNafLbn5k"},
    {2, INT64_C(576460752303423487), 4294967295, "0BqSZCmUDjCqXWZo18xvFI"},
};

static void click_id__is_one_block_of_aes_in_base62(void **state)
{
    (void)state;
    struct click_ids *ids = with_versions(2);
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        const struct vector *v = &vectors[i];
        char text[CLICK_ID_LEN];
        assert_true(click_ids_write(ids, (char)(0x0f + v->version), v->click, v->second * 1000 + 999, text));
        assert_text((str){text, sizeof text}, v->text);
    }
    click_ids_free(ids);
}

static void click_id__every_version_reads_and_the_newest_writes(void **state)
{
    (void)state;
    struct click_ids *ids = with_versions(2), *old = with_versions(1);
    struct click_named named;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        assert_true(click_ids_read(ids, str_from_c(vectors[i].text), &named));
        assert_int_equal(named.click, vectors[i].click);
        assert_int_equal(named.second, vectors[i].second);
        assert_int_equal(click_ids_read(old, str_from_c(vectors[i].text), &named), vectors[i].version == 1);
    }
    assert_int_equal(click_ids_mark(ids), 0x11);
    assert_int_equal(click_ids_mark(old), 0x10);
    click_ids_free(ids);
    click_ids_free(old);
}

static void click_id__what_we_did_not_make_is_refused(void **state)
{
    (void)state;
    static const char *const foreign[] = {
        "",
        "1ntEKNOoMIhbnXSRAB6e9",
        "1ntEKNOoMIhbnXSRAB6e9xx",
        "1ntEKNOoMIhbnXSRAB6e9y",
        "2ntEKNOoMIhbnXSRAB6e9x",
        "4MvbytY2fgEFlyltDReZyP", /* our key, but the last word is one */
        "zzzzzzzzzzzzzzzzzzzzzz", /* more than 128 bits */
        "1ntEKNOoMIhbnXSRAB6e9-",
        "0000000000000000000000",
    };
    struct click_ids *ids = with_versions(2);
    struct click_named named = {-1, -1};
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        assert_false(click_ids_read(ids, str_from_c(foreign[i]), &named));
    }
    assert_int_equal(named.click, -1);
    click_ids_free(ids);
}

static void click_id__a_changed_character_makes_it_foreign(void **state)
{
    (void)state;
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    struct click_ids *ids = with_versions(1);
    struct click_named named;
    for (size_t at = 0; at < CLICK_ID_LEN; at++) {
        char text[CLICK_ID_LEN];
        memcpy(text, vectors[1].text, sizeof text);
        for (size_t digit = 0; digit < 62; digit++) {
            text[at] = digits[digit];
            bool same = text[at] == vectors[1].text[at];
            assert_int_equal(click_ids_read(ids, (str){text, sizeof text}, &named), same);
        }
    }
    click_ids_free(ids);
}

static void click_id__of_no_click_is_not_made(void **state)
{
    (void)state;
    struct click_ids *ids = with_versions(1);
    char text[CLICK_ID_LEN];
    assert_false(click_ids_write(ids, 0x10, 0, 1000, text));
    assert_false(click_ids_write(ids, 0x10, -5, 1000, text));
    assert_false(click_ids_write(ids, 0x10, 5, -1, text));
    assert_false(click_ids_write(ids, 0x10, 5, (INT64_C(1) << 32) * 1000, text));
    assert_false(click_ids_write(ids, 0x11, 5, 1000, text));
    assert_false(click_ids_write(ids, 0x0f, 5, 1000, text));
    assert_false(click_ids_write(ids, 0, 5, 1000, text));
    click_ids_free(ids);
}

static void click_id__a_dropped_version_neither_makes_nor_reads(void **state)
{
    (void)state;
    struct click_ids *both = with_versions(2), *second;
    struct click_named named;
    char old[CLICK_ID_LEN], young[CLICK_ID_LEN], again[CLICK_ID_LEN];
    assert_true(click_ids_write(both, 0x10, 5, 1000, old));
    assert_true(click_ids_write(both, 0x11, 6, 1000, young));
    memset(keys, 0, CLICK_ID_KEY_BYTES);
    second = with_versions(2);
    assert_false(click_ids_read(second, (str){old, sizeof old}, &named));
    assert_true(click_ids_read(second, (str){young, sizeof young}, &named));
    assert_false(click_ids_write(second, 0x10, 5, 1000, again));
    assert_true(click_ids_write(second, 0x11, 6, 1000, again));
    assert_memory_equal(again, young, sizeof young);
    assert_null(click_ids_new((str){keys, CLICK_ID_KEY_BYTES})); /* the newest is never one that was dropped */
    click_ids_free(both);
    click_ids_free(second);
}

static void click_id__keys_are_whole_and_not_too_many(void **state)
{
    (void)state;
    static char many[(CLICK_ID_VERSIONS_MAX + 1) * CLICK_ID_KEY_BYTES];
    memset(many, 7, sizeof many);
    assert_null(click_ids_new((str){0}));
    assert_null(click_ids_new((str){keys, 15}));
    assert_null(click_ids_new((str){keys, 17}));
    assert_null(click_ids_new((str){many, sizeof many}));
    click_ids_free(click_ids_new((str){many, sizeof many - CLICK_ID_KEY_BYTES}));
    click_ids_free(NULL);
}

static str marked(const char *target)
{
    struct buf out;
    buf_init_fixed(&out, memory, sizeof memory);
    click_id_put_marks(str_from_c(target), '\x10', &out);
    assert_false(out.overflow);
    return buf_str(&out);
}

static void click_id__goes_where_a_target_has_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *target, *marked;
        size_t places;
    } cases[] = {
        {"https://a.example/{click_id}/x?c={click_id}#/y?z={click_id}", "https://a.example/\x10/x?c=\x10#/y?z=\x10", 3},
        {"https://a.example/?u=%2Fp%3Fc%3D%7Bclick_id%7D&e=m%3D2", "https://a.example/?u=%2Fp%3Fc%3D\x10&e=m%3D2", 1},
        {"https://a.example/?c=%7bclick_id%7d", "https://a.example/?c=\x10", 1},
        {"https://a.example/?c={click_id%7D", "https://a.example/?c=\x10", 1},
        {"https://a.example/?c={CLICK_ID}&d={click_id&e=click_id}{click}",
         "https://a.example/?c={CLICK_ID}&d={click_id&e=click_id}{click}", 0},
        {"{{click_id}}", "{\x10}", 1},
        {"{click_id}{click_id}{click_id}{click_id}{click_id}!", "\x10\x10\x10\x10{click_id}!", 5},
        {"", "", 0},
        {"%7", "%7", 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_text(marked(cases[i].target), cases[i].marked);
        assert_int_equal(click_id_places(str_from_c(cases[i].target)), cases[i].places);
    }
}

static void click_id__marks_become_the_id_and_other_bytes_stay(void **state)
{
    (void)state;
    const str address = STR("https://a.example/\x10?c=\x10&d=%20==#\x10");
    struct buf out;
    buf_init_fixed(&out, memory, sizeof memory);
    click_id_fill(address, '\x10', STR("0123456789abcdefghijkl"), &out);
    assert_text(buf_str(&out), "https://a.example/0123456789abcdefghijkl?c=0123456789abcdefghijkl&d=%20==#"
                               "0123456789abcdefghijkl");
    assert_int_equal(out.len, click_id_filled_len(address, '\x10'));
    assert_int_equal(click_id_mark_in(address), 0x10);
    buf_reset(&out);
    click_id_fill(address, '\x10', STR(""), &out);
    assert_text(buf_str(&out), "https://a.example/?c=&d=%20==#");
    buf_reset(&out);
    click_id_fill(STR("https://a.example/"), '\x10', STR("x"), &out);
    assert_text(buf_str(&out), "https://a.example/");
    assert_int_equal(click_id_mark_in(STR("https://a.example/~!%7F\x7f")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(click_id__is_one_block_of_aes_in_base62),
        cmocka_unit_test(click_id__every_version_reads_and_the_newest_writes),
        cmocka_unit_test(click_id__what_we_did_not_make_is_refused),
        cmocka_unit_test(click_id__a_changed_character_makes_it_foreign),
        cmocka_unit_test(click_id__of_no_click_is_not_made),
        cmocka_unit_test(click_id__a_dropped_version_neither_makes_nor_reads),
        cmocka_unit_test(click_id__keys_are_whole_and_not_too_many),
        cmocka_unit_test(click_id__goes_where_a_target_has_a_place),
        cmocka_unit_test(click_id__marks_become_the_id_and_other_bytes_stay),
    };
    return cmocka_run_group_tests_name("click_id", tests, setup, NULL);
}
