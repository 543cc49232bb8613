/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include "assert_str.h"
#include "linkpond/model/sums.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"
#include "linkpond/store/sums.h"

/* Goal: bound keys stay in their bounds; and when links, labels or domains go elsewhere or away, everything that hangs
 * on them goes along: sums, cached keys, hosts, clicks. */

struct put_user {
    struct user user;
};

static enum err insert_user(struct db *db, void *arg, struct fault *fault)
{
    struct put_user *self = arg;

    (void)fault;
    return users_insert(db, &self->user);
}

static int64_t add_user(struct pond *pond, const char *key)
{
    struct put_user put = {.user = {.key = str_from_c(key), .name = STR(""), .role = STR("editor")}};
    struct fault fault;

    assert_int_equal(editor_run(pond->engine->editor, &(struct writer_task){.run = insert_user, .arg = &put}, &fault),
                     OK);
    return put.user.id;
}

/* PV of a scope in the stored sums, all days. */
static int64_t scope_clicks(struct pond *pond, enum sums_scope scope, int64_t scope_id)
{
    struct db *db = readers_take(pond->engine->readers, 5000);
    struct sums_day *sum = ARENA_NEW(&pond->arena, struct sums_day);
    struct sums_days rows = sums_scope_days(db, scope, scope_id, 0, 1000000);
    int64_t day;
    int64_t clicks = 0;
    str bytes;

    while (sums_days_next(&rows, &day, &bytes)) {
        assert_true(sums_decode(bytes, sum));
    }
    assert_int_equal(stmt_err(rows.stmt), OK);
    readers_give(pond->engine->readers, db);
    for (size_t i = 0; i < QUARTERS_PER_DAY; i++) {
        clicks += (int64_t)sums_quarter_clicks(&sum->quarters[i]);
    }
    return clicks;
}

/* Visits that stand in the sums. */
static void visit_and_fold(struct pond *pond, str code, int visits)
{
    for (int i = 0; i < visits; i++) {
        pond_visit(pond, code);
    }
    assert_int_equal(writer_drain(pond->engine->writer, 60000), OK);
}

static int64_t label_id(struct pond *pond, enum label_kind kind, const char *key)
{
    struct db *db = readers_take(pond->engine->readers, 5000);
    struct label label = {0};

    labels_find(db, &pond->arena, kind, str_from_c(key), &label);
    readers_give(pond->engine->readers, db);
    return label.id;
}

/* ---- bound keys ---- */

static void ownership__a_bound_key_makes_and_sees_only_its_own(void **state)
{
    struct pond *pond = *state;
    int64_t amy = add_user(pond, "amy");
    struct actor bound = {
        .user_id = amy, .name = STR("amy"), .scopes = SCOPE_ALL, .owner_bound = true, .owner_id = amy};
    struct link foreign = CREATE(pond, "url=https://example.org/1", "alias=hers").link;
    struct link_result own = pond_create_as(pond, &bound, DRAFT(pond, "url=https://example.org/2"));

    assert_int_equal(own.err, OK);
    assert_str(own.link.owner, "amy");
    assert_int_equal(pond_update_as(pond, &bound, foreign.id, DRAFT(pond, "title=x")).err, ERR_NOT_FOUND);
    assert_int_equal(pond_update_as(pond, &bound, own.link.id, DRAFT(pond, "owner=admin")).err, ERR_INVALID);
    assert_int_equal(pond_create_as(pond, &bound, DRAFT(pond, "url=https://example.org/3", "owner=admin")).err,
                     ERR_INVALID);
    struct link_result clash = pond_create_as(pond, &bound, DRAFT(pond, "url=https://example.org/4", "alias=hers"));
    assert_int_equal(clash.err, ERR_ALIAS_TAKEN);
    assert_int_equal(clash.existing_id, 0);
}

static void ownership__a_reference_out_of_bounds_is_not_found(void **state)
{
    struct pond *pond = *state;
    struct actor bound = {.user_id = 1, .scopes = SCOPE_ALL, .owner_bound = true, .owner_id = add_user(pond, "amy")};
    struct link link = CREATE(pond, "url=https://example.org/1", "alias=hers", "external_id=e1").link;
    const str TEXTS[] = {link.code, STR("hers"), STR("ext:e1"), arena_f(&pond->arena, "lnk_%d", (int)link.id)};
    struct db *db = readers_take(pond->engine->readers, 5000);
    int64_t id = 0;

    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        struct link_ref ref = {.text = TEXTS[i]};
        assert_int_equal(link_ref_find(db, &pond->admin, &ref, false, &id, NULL, NULL), OK);
        assert_int_equal(id, link.id);
        assert_int_equal(link_ref_find(db, &bound, &ref, false, &id, NULL, NULL), ERR_NOT_FOUND);
    }
    readers_give(pond->engine->readers, db);
}

static void ownership__an_alias_on_two_domains_is_ambiguous_without_one(void **state)
{
    struct pond *pond = *state;
    struct domain other = {
        .host = STR("T.Example.com"), .scheme = STR("https"), .enabled = true, .shareable = true, .serves_all = true};
    struct fault fault;
    int64_t ids[16];
    size_t count = 0;
    int64_t id = 0;

    assert_int_equal(editor_domain_put(pond->engine->editor, &pond->admin, &other, &fault), OK);
    struct link one = CREATE(pond, "url=https://example.org/1", "alias=go").link;
    struct link two = CREATE(pond, "url=https://example.org/2", "alias=go", "domain=t.example.com").link;
    struct db *db = readers_take(pond->engine->readers, 5000);
    struct link_ref ref = {.text = STR("go")};
    assert_int_equal(link_ref_find(db, &pond->admin, &ref, false, &id, ids, &count), ERR_AMBIGUOUS);
    assert_int_equal(count, 2);
    ref.domain = STR("t.example.com");
    assert_int_equal(link_ref_find(db, &pond->admin, &ref, false, &id, ids, &count), OK);
    assert_int_equal(id, two.id);
    readers_give(pond->engine->readers, db);
    assert_int_equal(pond_visit_as(pond, "t.example.com", STR("go"), POND_UA_PHONE).link_id, two.id);
    assert_int_equal(pond_visit(pond, STR("go")).link_id, one.id);
}

static void ownership__a_key_gives_no_more_than_its_maker_has(void **state)
{
    struct pond *pond = *state;
    struct actor maker = pond->admin;
    struct api_key key = {.name = STR("wide"), .scopes = SCOPE_ALL};
    char secret[KEY_SECRET_MAX];
    struct fault fault;

    maker.scopes = SCOPE_LINKS_READ | SCOPE_LINKS_WRITE;
    assert_int_equal(editor_key_create(pond->engine->editor, &maker, &key, secret, &fault), ERR_FORBIDDEN);
    key.scopes = SCOPE_LINKS_READ;
    assert_int_equal(editor_key_create(pond->engine->editor, &maker, &key, secret, &fault), OK);
    assert_int_equal(strlen(secret), 46);
    assert_int_equal(editor_key_revoke(pond->engine->editor, &pond->admin, key.id, &fault), OK);
    assert_int_equal(editor_key_revoke(pond->engine->editor, &pond->admin, key.id, &fault), ERR_NOT_FOUND);
}

/* ---- what goes along ---- */

static void ownership__sums_follow_a_link_to_another_campaign(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/", "campaign=spring").link;

    visit_and_fold(pond, link.code, 3);
    assert_int_equal(scope_clicks(pond, SUMS_CAMPAIGN, label_id(pond, LABEL_CAMPAIGN, "spring")), 3);
    assert_int_equal(UPDATE(pond, link.id, "campaign=summer").err, OK);
    assert_int_equal(scope_clicks(pond, SUMS_CAMPAIGN, label_id(pond, LABEL_CAMPAIGN, "spring")), 0);
    assert_int_equal(scope_clicks(pond, SUMS_CAMPAIGN, label_id(pond, LABEL_CAMPAIGN, "summer")), 3);
}

static void ownership__merged_channels_have_both_sums_and_one_key(void **state)
{
    struct pond *pond = *state;
    struct link a = CREATE(pond, "url=https://example.org/a", "channel=east").link;
    struct link b = CREATE(pond, "url=https://example.org/b", "channel=east-3").link;
    struct fault fault;

    visit_and_fold(pond, a.code, 2);
    visit_and_fold(pond, b.code, 1);
    int64_t from = label_id(pond, LABEL_CHANNEL, "east-3");
    int64_t into = label_id(pond, LABEL_CHANNEL, "east");
    assert_int_equal(editor_label_merge(pond->engine->editor, &pond->admin, from, into, &fault), OK);
    assert_int_equal(scope_clicks(pond, SUMS_CHANNEL, into), 3);
    assert_int_equal(label_id(pond, LABEL_CHANNEL, "east-3"), 0);
    assert_str(pond_visit(pond, b.code).channel, "east");
    assert_int_equal(editor_label_merge(pond->engine->editor, &pond->admin, into, into, &fault), ERR_INVALID);
}

static void ownership__a_renamed_channel_is_renamed_in_the_cache(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/", "channel=old").link;
    struct label label = {
        .id = label_id(pond, LABEL_CHANNEL, "old"), .kind = LABEL_CHANNEL, .key = STR(" new "), .name = STR("New")};
    struct fault fault;

    assert_int_equal(editor_label_put(pond->engine->editor, &pond->admin, &label, &fault), OK);
    assert_str(pond_visit(pond, link.code).channel, "new");
    struct label other = {.kind = LABEL_CHANNEL, .key = STR("other")};
    assert_int_equal(editor_label_put(pond->engine->editor, &pond->admin, &other, &fault), OK);
    label.key = STR("other");
    assert_int_equal(editor_label_put(pond->engine->editor, &pond->admin, &label, &fault), ERR_CONFLICT);
    assert_string_equal(fault.field, "key");
}

static void ownership__many_links_that_change_hands_take_their_sums_along(void **state)
{
    struct pond *pond = *state;
    int64_t amy = add_user(pond, "amy");
    int64_t ben = add_user(pond, "ben");
    struct link links[2];
    struct link_draft drafts[2];
    struct link_result results[2];

    for (size_t i = 0; i < 2; i++) {
        links[i] = CREATE(pond, "url=https://example.org/", "owner=amy").link;
        drafts[i] = DRAFT(pond, "owner=ben");
        visit_and_fold(pond, links[i].code, 2);
    }
    assert_int_equal(pond_act(pond, links[1].id, LINK_DELETE).err, OK); /* the bin changes hands as well */
    assert_int_equal(scope_clicks(pond, SUMS_OWNER, amy), 4);
    int64_t ids[2] = {links[0].id, links[1].id};
    assert_int_equal(
        editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, drafts, ids, NULL, NULL, 2, false, results),
        OK);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(results[i].err, OK);
        assert_str(results[i].link.owner, "ben");
    }
    assert_int_equal(scope_clicks(pond, SUMS_OWNER, amy), 0);
    assert_int_equal(scope_clicks(pond, SUMS_OWNER, ben), 4);
}

static void ownership__a_purge_leaves_no_click_and_no_sum_and_never_reuses_the_code(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/secret", "alias=bye", "campaign=c", "external_id=e").link;
    struct link other = CREATE(pond, "url=https://example.org/other", "campaign=c").link;
    struct clicks_scan scan;

    pond_visit(pond, other.code);
    visit_and_fold(pond, link.code, 3);
    pond_visit(pond, link.code); /* one more, not in the sums yet */
    struct actor editor = pond->admin;
    editor.scopes = SCOPE_LINKS_WRITE;
    struct link_result refused;
    editor_link_action(pond->engine->editor, &editor, &pond->arena, link.id, LINK_PURGE, &refused);
    assert_int_equal(refused.err, ERR_FORBIDDEN);
    assert_int_equal(pond_act(pond, link.id, LINK_PURGE).err, OK);

    assert_int_equal(scope_clicks(pond, SUMS_CAMPAIGN, label_id(pond, LABEL_CAMPAIGN, "c")), 1);
    assert_int_equal(scope_clicks(pond, SUMS_ALL, 0), 1);
    struct db *db = readers_take(pond->engine->readers, 5000);
    clicks_scan(&scan, db, 0, INT64_MAX, false, 0);
    while (clicks_scan_next(&scan)) { /* the other's may be in a chunk by now; what chunks lose: rewriter_test */
        assert_int_not_equal(scan.facts.link_id, link.id);
    }
    readers_give(pond->engine->readers, db);
    assert_int_equal(pond_visit(pond, link.code).outcome, OUTCOME_DISABLED);
    assert_int_equal(pond_visit(pond, STR("bye")).outcome, OUTCOME_UNKNOWN);
    assert_int_equal(UPDATE(pond, link.id, "title=x").err, ERR_NOT_FOUND);
    struct link next = CREATE(pond, "url=https://example.org/n", "alias=bye", "external_id=e").link;
    assert_true(next.id > other.id);
    pond_reopen(pond);
    assert_int_equal(pond_visit(pond, link.code).outcome, OUTCOME_DISABLED);
}

/* ---- domains ---- */

static void ownership__a_domain_serves_from_the_moment_the_call_returns(void **state)
{
    struct pond *pond = *state;
    struct domain domain = {.host = STR("go.example.net"), .scheme = STR("https"), .enabled = true, .shareable = true};
    struct link link = CREATE(pond, "url=https://example.org/").link;
    struct fault fault;

    assert_int_equal(pond_visit_as(pond, "go.example.net", link.code, POND_UA_PHONE).kind, VERDICT_NO_HOST);
    assert_int_equal(editor_domain_put(pond->engine->editor, &pond->admin, &domain, &fault), OK);
    assert_int_equal(pond_visit_as(pond, "go.example.net", link.code, POND_UA_PHONE).outcome, OUTCOME_UNKNOWN);
    domain.serves_all = true;
    assert_int_equal(editor_domain_put(pond->engine->editor, &pond->admin, &domain, &fault), OK);
    assert_int_equal(pond_visit_as(pond, "go.example.net", link.code, POND_UA_PHONE).link_id, link.id);
    assert_int_equal(editor_domain_delete(pond->engine->editor, &pond->admin, domain.id, &fault), OK);
    assert_int_equal(pond_visit_as(pond, "go.example.net", link.code, POND_UA_PHONE).kind, VERDICT_NO_HOST);
}

static void ownership__there_is_always_a_default_domain(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/").link;
    struct domain domain = {.id = link.domain_id,
                            .host = STR("s.example.com"),
                            .scheme = STR("https"),
                            .enabled = true,
                            .shareable = true,
                            .serves_all = true};
    struct fault fault;

    assert_int_equal(editor_domain_put(pond->engine->editor, &pond->admin, &domain, &fault), ERR_CONFLICT);
    assert_int_equal(editor_domain_delete(pond->engine->editor, &pond->admin, domain.id, &fault), ERR_CONFLICT);
    struct domain next = domain;
    next.id = 0;
    next.host = STR("n.example.com");
    next.is_default = true;
    assert_int_equal(editor_domain_put(pond->engine->editor, &pond->admin, &next, &fault), OK);
    assert_str(CREATE(pond, "url=https://example.org/").link.domain, "n.example.com");
    assert_int_equal(editor_domain_delete(pond->engine->editor, &pond->admin, domain.id, &fault), ERR_CONFLICT);
}

static void ownership__a_link_that_moves_keeps_its_printed_alias(void **state)
{
    struct pond *pond = *state;
    struct domain other = {
        .host = STR("t.example.com"), .scheme = STR("https"), .enabled = true, .shareable = true, .serves_all = true};
    struct fault fault;

    assert_int_equal(editor_domain_put(pond->engine->editor, &pond->admin, &other, &fault), OK);
    struct link link = CREATE(pond, "url=https://example.org/", "alias=poster").link;
    assert_int_equal(UPDATE(pond, link.id, "domain=t.example.com").err, OK);
    assert_int_equal(pond_visit_as(pond, "t.example.com", STR("poster"), POND_UA_PHONE).link_id, link.id);
    assert_int_equal(pond_visit(pond, STR("poster")).link_id, link.id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POND_TEST(ownership__a_bound_key_makes_and_sees_only_its_own),
        POND_TEST(ownership__a_reference_out_of_bounds_is_not_found),
        POND_TEST(ownership__an_alias_on_two_domains_is_ambiguous_without_one),
        POND_TEST(ownership__a_key_gives_no_more_than_its_maker_has),
        POND_TEST(ownership__sums_follow_a_link_to_another_campaign),
        POND_TEST(ownership__merged_channels_have_both_sums_and_one_key),
        POND_TEST(ownership__a_renamed_channel_is_renamed_in_the_cache),
        POND_TEST(ownership__many_links_that_change_hands_take_their_sums_along),
        POND_TEST(ownership__a_purge_leaves_no_click_and_no_sum_and_never_reuses_the_code),
        POND_TEST(ownership__a_domain_serves_from_the_moment_the_call_returns),
        POND_TEST(ownership__there_is_always_a_default_domain),
        POND_TEST(ownership__a_link_that_moves_keeps_its_printed_alias),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
