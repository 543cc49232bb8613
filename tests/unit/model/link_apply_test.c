/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "linkpond/model/link.h"

/* Goal: a draft changes exactly the fields it names, a refused one changes nothing, and the refusal names the field. */

static const str OWN[] = {STR_INIT("s.example.com")};
static const struct url_policy POLICY = {.own_hosts = OWN, .own_hosts_count = 1};

static int setup(void **state)
{
    static struct arena arena;
    arena_init(&arena, 1 << 20);
    *state = &arena;
    return 0;
}

static int teardown(void **state)
{
    arena_done(*state);
    return 0;
}

static void assert_text(str got, const char *expected)
{
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.ptr, expected, got.len);
}

static enum err apply(struct arena *arena, struct link *link, const char *body, bool patch, struct fault *fault)
{
    struct json *object = NULL;
    struct link_draft draft;

    *fault = (struct fault){0};
    link_draft_init(&draft);
    assert_int_equal(json_parse(arena, str_from_c(body), &object, fault), OK);
    assert_int_equal(link_draft_decode(arena, object, &draft, fault), OK);
    return link_apply(arena, link, &draft, &POLICY, patch, fault);
}

static void must(struct arena *arena, struct link *link, const char *body, bool patch)
{
    struct fault fault;
    if (apply(arena, link, body, patch, &fault) != OK) {
        fail_msg("%s: %s %s", body, fault.field, fault.code);
    }
}

static void must_not(struct arena *arena, struct link *link, const char *body, bool patch, const char *field,
                     const char *code)
{
    struct fault fault;
    struct link before = *link;
    assert_int_equal(apply(arena, link, body, patch, &fault), ERR_INVALID);
    assert_string_equal(fault.field, field);
    assert_string_equal(fault.code, code);
    assert_true(fault.message[0] && memcmp(&before, link, sizeof(before)) == 0);
}

static struct link sample(struct arena *arena)
{
    struct link link;
    link_init(&link);
    must(arena, &link,
         "{\"url\":\" https://a.example/?x=群 \",\"title\":\"t\",\"tags\":[\"a\",\" b \",\"a\",\"\"],"
         "\"campaign\":\" spring \",\"channel\":\"华东3群\",\"utm_source\":\"wechat\",\"redirect_status\":301,"
         "\"valid_from\":\"2026-11-11T00:00:00Z\",\"valid_until\":\"2026-11-12T00:00:00Z\",\"max_clicks\":9,"
         "\"fallback_url\":\"https://b.example/\",\"forward_query\":false,\"query_conflict\":\"visitor\","
         "\"click_id_param\":\"customer_channel\",\"enabled\":false,\"archived\":true,\"crawlable\":true,"
         "\"owner\":\"li\",\"customer\":\"c\",\"external_id\":\"e\",\"notes\":\"n\",\"source\":\"s\","
         "\"metadata\":{\"k\":1,\"m\":\"v\"},\"alias\":\"sale\",\"domain\":\"go.example\"}",
         false);
    return link;
}

static void apply__a_whole_draft_fills_a_link(void **state)
{
    struct link link = sample(*state);
    assert_text(link.url, "https://a.example/?x=%E7%BE%A4");
    assert_int_equal(link.tags.count, 2);
    assert_text(link.tags.items[0], "a");
    assert_text(link.tags.items[1], "b");
    assert_text(link.campaign, "spring");
    assert_text(link.channel, "华东3群");
    assert_text(link.utm[UTM_SOURCE], "wechat");
    assert_int_equal(link.redirect_status, 301);
    assert_int_equal(link.valid_until_ms - link.valid_from_ms, 86400000);
    assert_int_equal(link.max_clicks, 9);
    assert_text(link.fallback_url, "https://b.example/");
    assert_true(!link.forward_query && link.visitor_wins && !link.enabled && link.archived && link.crawlable);
    assert_text(link.click_id_param, "customer_channel");
    assert_text(link.owner, "li");
    assert_text(link.metadata, "{\"k\":1,\"m\":\"v\"}");
    assert_int_equal(link.aliases.count, 1);
    assert_text(link.aliases.items[0], "sale");
    assert_text(link.domain, "go.example");
}

static void apply__defaults_for_what_a_new_link_does_not_say(void **state)
{
    struct link link;
    link_init(&link);
    must(*state, &link, "{\"url\":\"https://a.example/\"}", false);
    assert_int_equal(link.redirect_status, 302);
    assert_true(link.forward_query && link.enabled && !link.visitor_wins && !link.archived && !link.crawlable);
    assert_true(link.valid_from_ms == TIME_NONE && link.valid_until_ms == TIME_NONE && link.max_clicks == 0);
    assert_int_equal(link.tags.count + link.aliases.count + link.title.len + link.metadata.len, 0);
}

static void apply__a_patch_changes_only_what_it_names(void **state)
{
    struct link link = sample(*state), before = link;
    must(*state, &link, "{}", true);
    assert_memory_equal(&link, &before, sizeof(link));
    must(*state, &link, "{\"title\":\"new\",\"enabled\":true}", true);
    assert_text(link.title, "new");
    assert_true(link.enabled);
    before.title = link.title;
    before.enabled = true;
    assert_memory_equal(&link, &before, sizeof(link));
}

static void apply__null_clears(void **state)
{
    struct link link = sample(*state);
    must(*state, &link,
         "{\"title\":null,\"tags\":null,\"campaign\":null,\"utm_source\":null,\"redirect_status\":null,"
         "\"valid_from\":null,\"valid_until\":null,\"max_clicks\":null,\"fallback_url\":null,\"forward_query\":null,"
         "\"query_conflict\":null,\"click_id_param\":null,\"enabled\":null,\"metadata\":null,\"alias\":null}",
         true);
    assert_int_equal(link.title.len + link.tags.count + link.campaign.len + link.utm[UTM_SOURCE].len, 0);
    assert_int_equal(link.redirect_status, 302);
    assert_true(link.valid_from_ms == TIME_NONE && link.valid_until_ms == TIME_NONE && link.max_clicks == 0);
    assert_true(link.forward_query && link.enabled && !link.visitor_wins);
    assert_int_equal(link.fallback_url.len + link.click_id_param.len + link.metadata.len + link.aliases.count, 0);
    assert_text(link.channel, "华东3群");
}

static void apply__without_patch_a_stored_link_goes_back_to_defaults(void **state)
{
    struct link link = sample(*state);
    link.id = 7;
    link.used_clicks = 3;
    must(*state, &link, "{\"url\":\"https://c.example/\"}", false);
    assert_int_equal(link.id, 7);
    assert_int_equal(link.used_clicks, 3);
    assert_int_equal(link.tags.count + link.campaign.len + link.title.len, 0);
    assert_true(link.enabled && link.forward_query);
    assert_text(link.owner, "li");
    assert_int_equal(link.aliases.count, 1);
}

static void apply__ids_are_cleared_where_the_key_changed(void **state)
{
    struct link link = sample(*state);
    link.campaign_id = link.channel_id = link.owner_id = link.domain_id = 5;
    must(*state, &link, "{\"campaign\":\"spring\",\"channel\":\"other\"}", true);
    assert_int_equal(link.campaign_id, 5);
    assert_int_equal(link.channel_id, 0);
    assert_int_equal(link.owner_id + link.domain_id, 10);
}

static void apply__tags_are_replaced_then_removed_then_added(void **state)
{
    struct link link = sample(*state);
    must(*state, &link, "{\"add_tags\":[\"c\",\"a\"]}", true);
    assert_int_equal(link.tags.count, 3);
    assert_text(link.tags.items[2], "c");
    must(*state, &link, "{\"remove_tags\":[\" a \",\"zzz\"]}", true);
    assert_int_equal(link.tags.count, 2);
    assert_text(link.tags.items[0], "b");
    must(*state, &link, "{\"tags\":[\"x\",\"y\"],\"remove_tags\":[\"x\"],\"add_tags\":[\"x\",\"z\"]}", true);
    assert_int_equal(link.tags.count, 3);
    assert_text(link.tags.items[0], "y");
    assert_text(link.tags.items[1], "x");
    must(*state, &link, "{\"tags\":[]}", true);
    assert_int_equal(link.tags.count, 0);
}

static void apply__too_many_tags_are_refused(void **state)
{
    struct link link;
    char body[4096] = "{\"url\":\"https://a.example/\",\"tags\":[\"t0\"";
    link_init(&link);
    for (int i = 1; i < LIMIT_TAGS; i++) {
        size_t len = strlen(body);
        snprintf(body + len, sizeof(body) - len, ",\"t%d\"", i);
    }
    size_t len = strlen(body);
    snprintf(body + len, sizeof(body) - len, "]}");
    must(*state, &link, body, false);
    assert_int_equal(link.tags.count, LIMIT_TAGS);
    must(*state, &link, "{\"add_tags\":[\"t1\"]}", true);
    must_not(*state, &link, "{\"add_tags\":[\"one more\"]}", true, "add_tags", "too_many");
    must(*state, &link, "{\"add_tags\":[\"one more\"],\"remove_tags\":[\"t1\"]}", true);
}

static void apply__the_newest_alias_comes_first(void **state)
{
    struct link link = sample(*state);
    must(*state, &link, "{\"alias\":\"newer\"}", true);
    assert_int_equal(link.aliases.count, 2);
    assert_text(link.aliases.items[0], "newer");
    assert_text(link.aliases.items[1], "sale");
    must(*state, &link, "{\"alias\":\"sale\"}", true);
    assert_int_equal(link.aliases.count, 2);
    assert_text(link.aliases.items[0], "sale");
}

static void apply__refusals_name_the_field_and_change_nothing(void **state)
{
    static const struct {
        const char *body, *field, *code;
    } CASES[] = {
        {"{\"url\":\"javascript:alert(1)\"}", "url", "scheme_not_allowed"},
        {"{\"url\":null}", "url", "required"},
        {"{\"url\":\"\"}", "url", "required"},
        {"{\"url\":\"https://s.example.com/x\"}", "url", "own_host"},
        {"{\"fallback_url\":\"http://127.0.0.1/\"}", "fallback_url", "private_host"},
        {"{\"title\":\"ok\",\"campaign\":\"a,b\"}", "campaign", "bad_character"},
        {"{\"channel\":\"a,b\"}", "channel", "bad_character"},
        {"{\"tags\":[\"ok\",\"a,b\"]}", "tags", "bad_character"},
        {"{\"add_tags\":[\"a,b\"]}", "add_tags", "bad_character"},
        {"{\"click_id_param\":\"a b\"}", "click_id_param", "bad_character"},
        {"{\"click_id_param\":\"a&b\"}", "click_id_param", "bad_character"},
        {"{\"click_id_param\":\"lp_qr\"}", "click_id_param", "reserved"},
        {"{\"click_id_param\":\"utm_source\"}", "click_id_param", "reserved"},
        {"{\"metadata\":[1]}", "metadata", "wrong_type"},
        {"{\"metadata\":{\"a\":[]}}", "metadata", "wrong_type"},
        {"{\"metadata\":{\"a\":{}}}", "metadata", "wrong_type"},
        {"{\"metadata\":{\"\":1}}", "metadata", "bad_key"},
        {"{\"valid_until\":\"2026-11-11T00:00:00Z\"}", "valid_until", "out_of_order"},
        {"{\"valid_from\":\"2026-11-13T00:00:00Z\"}", "valid_from", "out_of_order"},
        {"{\"valid_from\":\"2027-01-01T00:00:00Z\",\"valid_until\":\"2027-01-01T00:00:00Z\"}", "valid_until",
         "out_of_order"},
    };
    for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
        struct link link = sample(*state);
        must_not(*state, &link, CASES[i].body, true, CASES[i].field, CASES[i].code);
    }
    struct link fresh;
    link_init(&fresh);
    must_not(*state, &fresh, "{\"title\":\"x\"}", false, "url", "required");
}

static void apply__metadata_holds_twenty_keys_and_4096_bytes(void **state)
{
    struct link link = sample(*state);
    char body[8192];
    for (int keys = LIMIT_METADATA_KEYS; keys <= LIMIT_METADATA_KEYS + 1; keys++) {
        size_t len = (size_t)snprintf(body, sizeof(body), "{\"metadata\":{\"k0\":null");
        for (int i = 1; i < keys; i++) {
            len += (size_t)snprintf(body + len, sizeof(body) - len, ",\"k%d\":%d", i, i);
        }
        snprintf(body + len, sizeof(body) - len, "}}");
        if (keys == LIMIT_METADATA_KEYS) {
            must(*state, &link, body, true);
        } else {
            must_not(*state, &link, body, true, "metadata", "too_many");
        }
    }
    size_t len = (size_t)snprintf(body, sizeof(body), "{\"metadata\":{\"k\":\"");
    memset(body + len, 'v', LIMIT_METADATA);
    snprintf(body + len + LIMIT_METADATA, sizeof(body) - len - LIMIT_METADATA, "\"}}");
    must_not(*state, &link, body, true, "metadata", "too_long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(apply__a_whole_draft_fills_a_link),
        cmocka_unit_test(apply__defaults_for_what_a_new_link_does_not_say),
        cmocka_unit_test(apply__a_patch_changes_only_what_it_names),
        cmocka_unit_test(apply__null_clears),
        cmocka_unit_test(apply__without_patch_a_stored_link_goes_back_to_defaults),
        cmocka_unit_test(apply__ids_are_cleared_where_the_key_changed),
        cmocka_unit_test(apply__tags_are_replaced_then_removed_then_added),
        cmocka_unit_test(apply__too_many_tags_are_refused),
        cmocka_unit_test(apply__the_newest_alias_comes_first),
        cmocka_unit_test(apply__refusals_name_the_field_and_change_nothing),
        cmocka_unit_test(apply__metadata_holds_twenty_keys_and_4096_bytes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
