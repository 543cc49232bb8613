/* SPDX-License-Identifier: MIT */
#include "assert_str.h"

#include "linkpond/model/utm.h"

/* Goal: what makes reports fall apart or tells too much is noted, once and at its field, and ordinary values are not.
 */

static struct utm_note notes[UTM_NOTES_MAX];
static size_t count;

static void judge(enum utm field, const char *value, const struct utm_lint *lint)
{
    str utm[UTM_COUNT] = {0};

    utm[field] = str_from_c(value);
    count = 0;
    utm_lint(lint, utm, notes, &count);
}

static bool noted(enum utm_note_kind kind, enum utm field, const char *value)
{
    judge(field, value, &(struct utm_lint){.fields = 1U << field});
    for (size_t i = 0; i < count; i++) {
        if (notes[i].kind == kind && notes[i].field == field) {
            return true;
        }
    }
    return false;
}

static void utm_lint__phone_numbers_and_addresses_are_personal(void **state)
{
    (void)state;
    static const char *const PEOPLE[] = {
        "13800138000",     "x13800138000y",  "8613800138000",   "008613800138000",
        "138-0013-8000",   "138 0013 8000",  "+1 415 555 2671", "１３８００１３８０００",
        "tel:13800138000", "a.b@example.cn", "张三@qq.com",     "wx_13800138000_a"};
    static const char *const NOBODY[] = {
        "1380013800", "138001380001", "20260401123", "23800138000", "12800138000",   "138-0013-80001", "1714550400",
        "@brand",     "a@b",          "a@b.c",       "v+1",         "138-00138-000", "100000000000000"};

    for (size_t i = 0; i < ARRAY_LEN(PEOPLE); i++) {
        if (!noted(UTM_NOTE_PERSONAL_DATA, UTM_CONTENT, PEOPLE[i])) {
            fail_msg("%s", PEOPLE[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(NOBODY); i++) {
        if (noted(UTM_NOTE_PERSONAL_DATA, UTM_CONTENT, NOBODY[i])) {
            fail_msg("%s", NOBODY[i]);
        }
    }
}

static void utm_lint__case_matters_in_source_and_medium(void **state)
{
    (void)state;
    assert_true(noted(UTM_NOTE_UPPER_CASE, UTM_SOURCE, "WeChat"));
    assert_true(noted(UTM_NOTE_UPPER_CASE, UTM_MEDIUM, "cpC"));
    assert_false(noted(UTM_NOTE_UPPER_CASE, UTM_CAMPAIGN, "Spring"));
    assert_false(noted(UTM_NOTE_UPPER_CASE, UTM_SOURCE, "公众号"));
}

static void utm_lint__blanks_and_addresses_are_noted_in_every_field(void **state)
{
    (void)state;
    for (int field = 0; field < UTM_COUNT; field++) {
        assert_true(noted(UTM_NOTE_BLANK, (enum utm)field, "a b"));
        assert_true(noted(UTM_NOTE_BLANK, (enum utm)field, "公\xE3\x80\x80众"));
        assert_true(noted(UTM_NOTE_URL, (enum utm)field, "https://example.com"));
        assert_true(noted(UTM_NOTE_URL, (enum utm)field, "HTTP%3A%2F%2Fexample.com"));
        assert_true(noted(UTM_NOTE_URL, (enum utm)field, "WWW.example.com"));
        assert_false(noted(UTM_NOTE_URL, (enum utm)field, "example.com"));
    }
}

static void utm_lint__a_source_wants_a_medium(void **state)
{
    (void)state;
    str utm[UTM_COUNT] = {[UTM_SOURCE] = STR_INIT("wechat")};

    count = 0;
    utm_lint(&(struct utm_lint){.fields = 1U << UTM_SOURCE}, utm, notes, &count);
    assert_int_equal(count, 1);
    assert_int_equal(notes[0].kind, UTM_NOTE_SOURCE_WITHOUT_MEDIUM);
    count = 0;
    utm_lint(&(struct utm_lint){.fields = 1U << UTM_TERM}, utm, notes, &count); /* not what this edit is about */
    assert_int_equal(count, 0);
    utm[UTM_MEDIUM] = STR("social");
    utm_lint(&(struct utm_lint){.fields = 1U << UTM_SOURCE}, utm, notes, &count);
    assert_int_equal(count, 0);
}

static void utm_lint__the_dictionary_has_the_last_word_on_spelling(void **state)
{
    (void)state;
    judge(UTM_MEDIUM, "Paid Social", &(struct utm_lint){.fields = 1U << UTM_MEDIUM, .has_mediums = true});
    assert_int_equal(count, 3);
    judge(UTM_MEDIUM, "Paid Social",
          &(struct utm_lint){.fields = 1U << UTM_MEDIUM, .known = 1U << UTM_MEDIUM, .has_mediums = true});
    assert_int_equal(count, 0);
}

/* Every rule at once fits in the room there is. */
static void utm_lint__all_notes_fit(void **state)
{
    (void)state;
    str utm[UTM_COUNT];

    for (int i = 0; i < UTM_COUNT; i++) {
        utm[i] = STR("HTTP://x.cn 13800138000");
    }
    count = UTM_DICTIONARY_COUNT; /* as if each had been normalised */
    utm_lint(&(struct utm_lint){.fields = 63, .has_mediums = true}, utm, notes, &count);
    assert_int_equal(count, UTM_DICTIONARY_COUNT + 2 + 3 * 6 + 1);
    assert_true(count < UTM_NOTES_MAX);
}

static void utm_distance__slips_of_the_finger_cost_one(void **state)
{
    (void)state;
    assert_int_equal(utm_distance(STR("wechat"), STR("wechat"), 64), 0);
    assert_int_equal(utm_distance(STR("wehcat"), STR("wechat"), 64), 1);
    assert_int_equal(utm_distance(STR("wchat"), STR("wechat"), 64), 1);
    assert_int_equal(utm_distance(STR("wecchat"), STR("wechat"), 64), 1);
    assert_int_equal(utm_distance(STR("公众好"), STR("公众号"), 64), 1);
    assert_int_equal(utm_distance(STR(""), STR("abc"), 64), 3);
    assert_int_equal(utm_distance(STR("abc"), STR(""), 64), 3);
    assert_int_equal(utm_distance(STR("kitten"), STR("sitting"), 64), 3);
    assert_int_equal(utm_distance(STR("kitten"), STR("sitting"), 2), 2);
    assert_int_equal(utm_distance(STR("x"), STR("aaaaaaaaaaaa"), 4), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utm_lint__phone_numbers_and_addresses_are_personal),
        cmocka_unit_test(utm_lint__case_matters_in_source_and_medium),
        cmocka_unit_test(utm_lint__blanks_and_addresses_are_noted_in_every_field),
        cmocka_unit_test(utm_lint__a_source_wants_a_medium),
        cmocka_unit_test(utm_lint__the_dictionary_has_the_last_word_on_spelling),
        cmocka_unit_test(utm_lint__all_notes_fit),
        cmocka_unit_test(utm_distance__slips_of_the_finger_cost_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
