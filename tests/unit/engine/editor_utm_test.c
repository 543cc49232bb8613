/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include "assert_str.h"
#include "linkpond/store/labels.h"

/* Goal: a link is written with the values its channel's template gives on the day it was made, as the dictionary spells
 * them, and an edit touches only the values it sets. */

static void put_channel(struct pond *pond, const char *key, const char *source, const char *content)
{
    struct fault fault = {0};
    struct label channel = {.kind = LABEL_CHANNEL, .key = str_from_c(key)};

    channel.utm[UTM_SOURCE] = str_from_c(source);
    channel.utm[UTM_CONTENT] = str_from_c(content);
    if (editor_label_put(pond->engine->editor, &pond->admin, &channel, &fault) != OK) {
        fail_msg("%s: %s", fault.field, fault.message);
    }
}

static int64_t put_value(struct pond *pond, const char *value, const char *alias)
{
    str items[] = {str_from_c(alias)};
    struct utm_value_result result;
    struct utm_value_draft draft = {.field = UTM_SOURCE,
                                    .value = str_from_c(value),
                                    .aliases = {.items = items, .count = 1},
                                    .has_value = true,
                                    .has_aliases = true};

    editor_utm_value_put(pond->engine->editor, &pond->admin, &pond->arena, 0, &draft, &result);
    assert_int_equal(result.err, OK);
    return result.value.id;
}

static void reopen(struct pond *pond, bool strict)
{
    pond->opts.normalise_utm = true;
    pond->opts.strict_dictionary = strict;
    pond_reopen(pond);
}

static void editor_utm__dates_are_the_installations_on_the_day_of_making(void **state)
{
    struct pond *pond = *state;
    struct import_extra extra = {.created_ms = INT64_C(1774976400000)}; /* 2026-03-31T17:00Z, April in Shanghai */
    struct link_draft draft = DRAFT(pond, "url=https://example.org/", "channel=g3");
    struct link_result result;

    put_channel(pond, "g3", "{channel}", "{date}");
    editor_link_create(pond->engine->editor, &pond->admin, &pond->arena, &draft, &extra, &result);
    assert_int_equal(result.err, OK);
    assert_str(result.link.utm[UTM_CONTENT], "20260401");
    put_channel(pond, "g4", "{channel}", "{date}-{code}");
    struct link_result moved = UPDATE(pond, result.link.id, "channel=g4");
    assert_str(moved.link.utm[UTM_SOURCE], "g3");
    moved = UPDATE(pond, result.link.id, "apply_template=true");
    assert_str(moved.link.utm[UTM_SOURCE], "g4");
    assert_str(str_slice(moved.link.utm[UTM_CONTENT], 0, 9), "20260401-");
    assert_str_same(str_from(moved.link.utm[UTM_CONTENT], 9), moved.link.code);
}

static void editor_utm__templates_and_texts_are_spelled_as_in_the_dictionary(void **state)
{
    struct pond *pond = *state;

    reopen(pond, false);
    put_value(pond, "wechat-mp", "公众号");
    put_channel(pond, "g3", "公众号", "");
    struct link_result made = CREATE(pond, "url=https://example.org/", "channel=g3", "utm_medium=social");
    assert_str(made.link.utm[UTM_SOURCE], "wechat-mp");
    assert_int_equal(made.notes.count, 1);
    assert_int_equal(made.notes.items[0].kind, UTM_NOTE_NORMALISED);
    assert_str(made.notes.items[0].from, "公众号");
    assert_true(str_find(pond_visit(pond, made.link.code).location, STR("utm_source=wechat-mp"), 0) > 0);
    assert_int_equal(UPDATE(pond, made.link.id, "utm_source=WECHAT-MP").notes.count, 1);
    assert_int_equal(UPDATE(pond, made.link.id, "title=x").notes.count, 0);
}

static void editor_utm__what_an_edit_does_not_set_stays_as_it_is(void **state)
{
    struct pond *pond = *state;
    struct link old = CREATE(pond, "url=https://example.org/", "utm_source=公众号", "utm_medium=m").link;

    put_value(pond, "wechat-mp", "公众号");
    reopen(pond, true);
    struct link_result edited = UPDATE(pond, old.id, "title=x", "utm_medium=n");
    assert_int_equal(edited.err, OK);
    assert_str(edited.link.utm[UTM_SOURCE], "公众号");
}

static void editor_utm__a_strict_dictionary_names_the_nearest(void **state)
{
    struct pond *pond = *state;

    reopen(pond, true);
    put_value(pond, "wechat-mp", "公众号");
    put_value(pond, "douyin", "抖音");
    struct link_result refused = CREATE(pond, "url=https://example.org/", "utm_source=duoyin");
    assert_int_equal(refused.err, ERR_INVALID);
    assert_string_equal(refused.fault.field, "utm_source");
    assert_string_equal(refused.fault.code, "not_in_dictionary");
    assert_non_null(strstr(refused.fault.message, "douyin"));
    assert_non_null(strstr(refused.fault.message_zh, "douyin"));
}

static void editor_utm__a_removed_value_is_no_longer_known(void **state)
{
    struct pond *pond = *state;
    struct fault fault = {0};

    reopen(pond, false);
    int64_t id = put_value(pond, "wechat-mp", "gzh");
    assert_int_equal(editor_utm_value_delete(pond->engine->editor, &pond->admin, id, &fault), OK);
    assert_int_equal(editor_utm_value_delete(pond->engine->editor, &pond->admin, id, &fault), ERR_NOT_FOUND);
    assert_str(CREATE(pond, "url=https://example.org/", "utm_source=gzh").link.utm[UTM_SOURCE], "gzh");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POND_TEST(editor_utm__dates_are_the_installations_on_the_day_of_making),
        POND_TEST(editor_utm__templates_and_texts_are_spelled_as_in_the_dictionary),
        POND_TEST(editor_utm__what_an_edit_does_not_set_stays_as_it_is),
        POND_TEST(editor_utm__a_strict_dictionary_names_the_nearest),
        POND_TEST(editor_utm__a_removed_value_is_no_longer_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
