/* SPDX-License-Identifier: MIT */
/* Goal: a notice says in both languages what happened, comes back from the database as it went in, and nothing that
 * people wrote in a title becomes a mark, a line or a mention of its own. */
#include "assert_str.h"

#include "linkpond/model/notice.h"

static struct notice ending(void)
{
    struct notice notice = {.kind = NOTICE_TARGET_ENDING, .subject = STR("华东3群"), .time_ms = 1763776800000};

    notice_put_text(&notice, NOTICE_FACT_LINK, STR("https://s.test/abc"));
    notice_put_text(&notice, NOTICE_FACT_OWNER, STR(""));
    notice_put_number(&notice, NOTICE_FACT_SHOWN, 160);
    notice_put_time(&notice, NOTICE_FACT_ENDS_AT, 1763863200000);
    notice_put_time(&notice, NOTICE_FACT_SINCE, INT64_MIN);
    return notice;
}

static void assert_text(const struct notice *notice, bool chinese, enum notice_form form, const char *expected)
{
    char memory[4096];
    struct buf out;

    buf_init_fixed(&out, memory, sizeof memory);
    notice_write(notice, chinese, zone_find(STR("Asia/Shanghai")), form, &out);
    assert_string_equal(buf_c(&out), expected);
}

static void notice__is_told_in_both_languages(void **state)
{
    struct notice notice = ending();

    (void)state;
    assert_text(&notice, true, NOTICE_PLAIN,
                "【链塘】子码即将到期\n华东3群\n短链：https://s.test/abc\n已展示：160\n到期时间：2025-11-23 10:00");
    assert_text(&notice, false, NOTICE_PLAIN,
                "Linkpond: A target ends soon\n华东3群\nShort link: https://s.test/abc\nShown: 160\n"
                "Ends: 2025-11-23 10:00");
}

static void notice__has_a_bold_first_line_where_there_is_bold(void **state)
{
    struct notice notice = {.kind = NOTICE_TEST, .subject = STR("x")};

    (void)state;
    assert_text(&notice, true, NOTICE_MARKDOWN, "**【链塘】机器人已接通**\n\nx");
    assert_text(&notice, false, NOTICE_SLACK, "*Linkpond: This robot works*\nx");
}

static void notice__takes_no_marks_from_people(void **state)
{
    struct notice notice = {.kind = NOTICE_TEST, .subject = STR("a\n<b>&[c](d) **e** @all")};

    (void)state;
    assert_text(&notice, true, NOTICE_PLAIN, "【链塘】机器人已接通\na <b>&[c](d) **e** @all");
    assert_text(&notice, true, NOTICE_MARKDOWN, "**【链塘】机器人已接通**\n\na ＜b＞&［c］(d) ＊＊e＊＊ ＠all");
    assert_text(&notice, true, NOTICE_SLACK, "*【链塘】机器人已接通*\na &lt;b&gt;&amp;[c](d) **e** @all");
}

static void notice__comes_back_as_it_was_packed(void **state)
{
    struct notice notice = ending(), back = {0};
    char memory[4096];
    struct buf packed;
    struct arena arena;

    (void)state;
    arena_init(&arena, 65536);
    buf_init_fixed(&packed, memory, sizeof memory);
    notice_pack(&notice, &packed);
    assert_string_equal(buf_c(&packed),
                        "{\"link\":\"https://s.test/abc\",\"shown\":160,\"ends_at\":\"2025-11-23T02:00:00.000Z\"}");
    assert_int_equal(notice_unpack(&arena, buf_str(&packed), &back), OK);
    for (int i = 0; i < NOTICE_FACT_NAMES; i++) {
        assert_int_equal(back.facts[i].set, notice.facts[i].set);
        if (notice.facts[i].set) {
            assert_int_equal(back.facts[i].number, notice.facts[i].number);
            assert_true(str_eq(back.facts[i].text, notice.facts[i].text));
        }
    }
    assert_int_equal(notice_unpack(&arena, STR("{\"of_later\":1,\"shown\":\"x\",\"link\":7}"), &back), OK);
    assert_false(back.facts[NOTICE_FACT_SHOWN].set || back.facts[NOTICE_FACT_LINK].set);
    assert_int_equal(notice_unpack(&arena, STR("nonsense"), &back), ERR_CORRUPT);
    arena_done(&arena);
}

static void notice__packs_into_its_bound_whatever_texts_are_made_of(void **state)
{
    static char much[2000];
    struct notice notice = {.kind = NOTICE_TEST};
    struct buf packed;

    (void)state;
    memset(much, '<', sizeof much); /* six bytes each, escaped */
    for (int i = 0; i < NOTICE_FACT_NAMES; i++) {
        if (fact_type((enum fact_name)i) == NOTICE_FACT_TYPE_TEXT) {
            notice_put_text(&notice, (enum fact_name)i, (str){much, sizeof much});
        }
    }
    buf_init_heap(&packed, 1 << 20);
    notice_pack(&notice, &packed);
    assert_true(packed.len > 0 && packed.len <= NOTICE_PACKED_MAX);
    buf_done(&packed);
}

static void digest__holds_as_many_as_fit_and_says_how_many(void **state)
{
    struct notice notices[50];
    struct buf out;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(notices); i++) {
        notices[i] = ending();
    }
    buf_init_heap(&out, 1 << 20);
    assert_int_equal(notice_digest(notices, 3, 3, true, zone_find(STR("UTC")), NOTICE_PLAIN, 2048, &out), 3);
    assert_string_equal(buf_c(&out), "【链塘】3 条通知\n"
                                     "· 2025-11-22 02:00 子码即将到期：华东3群\n"
                                     "· 2025-11-22 02:00 子码即将到期：华东3群\n"
                                     "· 2025-11-22 02:00 子码即将到期：华东3群");
    buf_reset(&out);
    size_t held = notice_digest(notices, 50, 50, true, zone_find(STR("UTC")), NOTICE_PLAIN, 1000, &out);
    assert_true(held > 5 && held < 50 && out.len <= 1000);
    buf_reset(&out);
    assert_int_equal(notice_digest(notices, 50, 50, true, zone_find(STR("UTC")), NOTICE_PLAIN, 40, &out), 1);
    assert_true(out.len <= 40);
    buf_done(&out);
}

static void notice__kinds_are_found_by_name(void **state)
{
    enum notice_kind kind;

    (void)state;
    for (int i = 0; i < NOTICE_KINDS; i++) {
        assert_true(notice_find(notice_name((enum notice_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(notice_find(STR("nothing"), &kind));
    assert_true(notice_urgent(NOTICE_POOL_EMPTY));
    assert_false(notice_urgent(NOTICE_TARGET_ENDING));
    assert_false(notice_is_chosen(NOTICE_TEST) || notice_is_chosen(NOTICE_DIGEST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notice__is_told_in_both_languages),
        cmocka_unit_test(notice__has_a_bold_first_line_where_there_is_bold),
        cmocka_unit_test(notice__takes_no_marks_from_people),
        cmocka_unit_test(notice__comes_back_as_it_was_packed),
        cmocka_unit_test(notice__packs_into_its_bound_whatever_texts_are_made_of),
        cmocka_unit_test(digest__holds_as_many_as_fit_and_says_how_many),
        cmocka_unit_test(notice__kinds_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
