/* SPDX-License-Identifier: MIT */
#include "engine_fixture.h"

#include "assert_str.h"
#include "linkpond/model/code.h"
#include "linkpond/store/clicks.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/sums.h"

/* Goal: what people own changes whole or not at all, visitors see it when the call returns, and nobody reaches what is
 * not theirs. */

static struct db *reader(struct pond *pond)
{
    struct db *db = readers_take(pond->engine->readers, 5000);

    assert_non_null(db);
    return db;
}

static int64_t links_count(struct pond *pond)
{
    struct db *db = reader(pond);
    struct links_page page;
    struct links_total total = {-1, false};
    struct links_filter filter = {
        .bounds = BOUNDS_ALL, .state = -1, .archived = -1, .limit = 10, .now_ms = clock_now_ms()};

    assert_int_equal(links_list(db, &pond->arena, &filter, &page, &total), OK);
    readers_give(pond->engine->readers, db);
    return total.count;
}

static void editor__an_edit_is_seen_by_the_next_visit(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/old", "alias=sale").link;

    assert_int_equal(UPDATE(pond, link.id, "url=https://example.org/new").err, OK);
    assert_str(pond_visit(pond, link.code).location, "https://example.org/new");
    assert_str(pond_visit(pond, STR("sale")).location, "https://example.org/new");
    assert_int_equal(UPDATE(pond, link.id, "enabled=false").err, OK);
    assert_int_equal(pond_visit(pond, link.code).outcome, OUTCOME_DISABLED);
}

static void editor__an_older_revision_is_refused(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/").link;
    struct link_draft draft = DRAFT(pond, "title=b");
    struct link_result result;

    assert_int_equal(UPDATE(pond, link.id, "title=a").err, OK);
    editor_link_update(pond->engine->editor, &pond->admin, &pond->arena, link.id, &draft, link.revision, &result);
    assert_int_equal(result.err, ERR_PRECONDITION);
}

/* ---- aliases and codes ---- */

static void editor__a_taken_alias_names_the_link_that_has_it(void **state)
{
    struct pond *pond = *state;
    struct link first = CREATE(pond, "url=https://example.org/1", "alias=promo").link;
    struct link_result second = CREATE(pond, "url=https://example.org/2", "alias=promo");

    assert_int_equal(second.err, ERR_ALIAS_TAKEN);
    assert_int_equal(second.existing_id, first.id);
    assert_string_equal(second.fault.field, "alias");
    assert_int_equal(links_count(pond), 1);
}

static void editor__reserved_words_are_no_aliases(void **state)
{
    struct pond *pond = *state;
    struct link_result result = CREATE(pond, "url=https://example.org/", "alias=API");

    assert_int_equal(result.err, ERR_INVALID);
    assert_string_equal(result.fault.code, "reserved");
}

static void editor__an_alias_never_hides_a_code(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/1").link;
    struct link_draft draft = DRAFT(pond, "url=https://example.org/2");

    draft.alias = link.code;
    draft.presence.present |= UINT64_C(1) << LF_ALIAS;
    struct link_result result = pond_create_as(pond, &pond->admin, draft);
    assert_int_equal(result.err, ERR_ALIAS_TAKEN);
}

/* The code that the installation's key makes of an id. */
static str code_of(struct pond *pond, int64_t id)
{
    char memory[LIMIT_CODE_MAX + 2];
    struct db *db = reader(pond);
    str key, code;

    assert_int_equal(meta_get_blob(db, &pond->arena, META_CODE_KEY, &key), OK);
    readers_give(pond->engine->readers, db);
    struct code_cipher *cipher = code_cipher_new((const uint8_t *)key.ptr);
    assert_true(code_encode(cipher, CODE_RANDOM, 7, id, memory, &code));
    code_cipher_free(cipher);
    return arena_str(&pond->arena, code);
}

static void editor__an_id_whose_code_is_an_alias_is_passed_over(void **state)
{
    struct pond *pond = *state;
    struct link first = CREATE(pond, "url=https://example.org/1").link;
    struct link_draft draft = DRAFT(pond, "url=https://example.org/2");

    draft.alias = code_of(pond, first.id + 2);
    draft.presence.present |= UINT64_C(1) << LF_ALIAS;
    struct link second = pond_create_as(pond, &pond->admin, draft).link;
    assert_int_equal(second.id, first.id + 1);
    struct link third = CREATE(pond, "url=https://example.org/3").link;
    assert_int_equal(third.id, first.id + 3);
    assert_int_equal(pond_visit(pond, draft.alias).link_id, second.id);
    assert_int_equal(pond_visit(pond, third.code).link_id, third.id);
}

static void editor__older_aliases_keep_working(void **state)
{
    struct pond *pond = *state;
    struct link link = CREATE(pond, "url=https://example.org/", "alias=first").link;
    struct link_result result = UPDATE(pond, link.id, "alias=second");

    assert_int_equal(result.err, OK);
    assert_int_equal(result.link.aliases.count, 2);
    assert_str(result.link.aliases.items[0], "second");
    assert_int_equal(pond_visit(pond, STR("first")).link_id, link.id);
    assert_int_equal(pond_visit(pond, STR("second")).link_id, link.id);
    struct link_draft clear;
    link_draft_init(&clear);
    clear.presence.present = clear.presence.null = UINT64_C(1) << LF_ALIAS;
    assert_int_equal(pond_update_as(pond, &pond->admin, link.id, clear).link.aliases.count, 0);
    assert_int_equal(pond_visit(pond, STR("first")).outcome, OUTCOME_UNKNOWN);
    assert_int_equal(pond_visit(pond, link.code).link_id, link.id);
}

static void editor__folded_aliases_clash_in_any_case_and_hide_no_code(void **state)
{
    struct pond pond;

    (void)state;
    pond_init(&pond, true);
    pond_open(&pond);
    struct link link = CREATE(&pond, "url=https://example.org/", "alias=Summer").link;
    assert_int_equal(pond_visit(&pond, STR("SUMMER")).link_id, link.id);
    assert_int_equal(CREATE(&pond, "url=https://example.org/2", "alias=sUmmer").err, ERR_ALIAS_TAKEN);
    /* the code of somebody's link, in other letters */
    struct link_draft draft = DRAFT(&pond, "url=https://example.org/3");
    char memory[LIMIT_ALIAS_IMPORTED];
    draft.alias = cache_fold(link.code, true, memory);
    draft.presence.present |= UINT64_C(1) << LF_ALIAS;
    assert_int_equal(pond_create_as(&pond, &pond.admin, draft).err, ERR_ALIAS_TAKEN);
    pond_done(&pond);
}

/* ---- checks ---- */

static void editor__own_hosts_are_no_targets(void **state)
{
    struct pond *pond = *state;
    struct domain local = {
        .host = STR("localhost:8080"), .scheme = STR("http"), .enabled = true, .shareable = true, .serves_all = true};
    struct fault fault;

    struct link_result result = CREATE(pond, "url=https://S.example.com/x");
    assert_int_equal(result.err, ERR_INVALID);
    assert_string_equal(result.fault.code, "own_host");
    pond->opts.allow_private_targets = true;
    pond_reopen(pond);
    assert_int_equal(editor_domain_put(pond->engine->editor, &pond->admin, &local, &fault), OK);
    assert_string_equal(CREATE(pond, "url=http://LOCALHOST:8080/x").fault.code, "own_host");
    assert_int_equal(CREATE(pond, "url=http://localhost:9090/x").err, OK);
}

static void editor__an_unknown_owner_or_domain_is_named(void **state)
{
    struct pond *pond = *state;

    assert_string_equal(CREATE(pond, "url=https://example.org/", "owner=nobody").fault.field, "owner");
    assert_string_equal(CREATE(pond, "url=https://example.org/", "domain=x.example.net").fault.field, "domain");
    assert_int_equal(links_count(pond), 0);
}

static void editor__a_strict_dictionary_takes_no_new_words(void **state)
{
    struct pond *pond = *state;
    struct label channel = {.kind = LABEL_CHANNEL, .key = STR("poster-1")};
    struct fault fault;

    pond->opts.strict_dictionary = true;
    pond_reopen(pond);
    struct link_result result = CREATE(pond, "url=https://example.org/", "channel=poster-1");
    assert_int_equal(result.err, ERR_INVALID);
    assert_string_equal(result.fault.field, "channel");
    assert_int_equal(editor_label_put(pond->engine->editor, &pond->admin, &channel, &fault), OK);
    assert_int_equal(CREATE(pond, "url=https://example.org/", "channel=poster-1").err, OK);
    assert_string_equal(CREATE(pond, "url=https://example.org/", "tags=new").fault.field, "tags");
}

/* ---- if_exists ---- */

static void editor__if_exists_goes_by_external_id(void **state)
{
    struct pond *pond = *state;
    struct link first = CREATE(pond, "url=https://example.org/1", "external_id=crm-7").link;
    struct link_result again = CREATE(pond, "url=https://example.org/2", "external_id=crm-7");

    assert_int_equal(again.err, ERR_CONFLICT);
    assert_int_equal(again.existing_id, first.id);
    again = CREATE(pond, "url=https://example.org/2", "external_id=crm-7", "if_exists=return");
    assert_int_equal(again.err, OK);
    assert_true(again.existed);
    assert_str(again.link.url, "https://example.org/1");
    again = CREATE(pond, "url=https://example.org/2", "external_id=crm-7", "if_exists=update");
    assert_int_equal(again.link.id, first.id);
    assert_str(pond_visit(pond, first.code).location, "https://example.org/2");
    again = CREATE(pond, "url=https://example.org/3", "external_id=crm-7", "if_exists=fail");
    assert_int_equal(again.err, ERR_CONFLICT);
    assert_int_equal(again.existing_id, first.id);
    assert_int_equal(links_count(pond), 1);
}

static void editor__if_exists_goes_by_alias_and_else_by_five_fields(void **state)
{
    struct pond *pond = *state;
    struct link named = CREATE(pond, "url=https://example.org/1", "alias=menu").link;
    struct link plain = CREATE(pond, "url=https://example.org/2", "channel=c1", "customer=acme").link;

    assert_int_equal(CREATE(pond, "url=https://example.org/9", "alias=menu", "if_exists=return").link.id, named.id);
    struct link_result same =
        CREATE(pond, "url=https://example.org/2", "channel=c1", "customer=acme", "if_exists=return");
    assert_int_equal(same.link.id, plain.id);
    assert_false(CREATE(pond, "url=https://example.org/2", "channel=c2", "customer=acme", "if_exists=return").existed);
    assert_false(CREATE(pond, "url=https://example.org/2", "channel=c1", "if_exists=return").existed);
    assert_false(CREATE(pond, "url=https://example.org/2", "channel=c1", "customer=acme").existed);
}

/* ---- bulk ---- */

static void editor__a_refused_item_leaves_the_others_alone(void **state)
{
    struct pond *pond = *state;
    struct link_draft drafts[3] = {DRAFT(pond, "url=https://example.org/1", "alias=one"),
                                   DRAFT(pond, "url=https://example.org/2", "alias=one", "tags=only-here"),
                                   DRAFT(pond, "url=https://example.org/3", "alias=three")};
    struct link_result results[3];

    assert_int_equal(editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, drafts, NULL, NULL, NULL, 3,
                                       false, results),
                     OK);
    assert_int_equal(results[0].err, OK);
    assert_int_equal(results[1].err, ERR_ALIAS_TAKEN);
    assert_int_equal(results[2].err, OK);
    assert_int_equal(links_count(pond), 2);
    assert_int_equal(pond_visit(pond, STR("one")).link_id, results[0].link.id);
    assert_int_equal(pond_visit(pond, STR("three")).link_id, results[2].link.id);
    struct db *db = reader(pond);
    struct label label;
    assert_int_equal(labels_find(db, &pond->arena, LABEL_TAG, STR("only-here"), &label), ERR_NOT_FOUND);
    readers_give(pond->engine->readers, db);
}

/* A refused item's words go with it, and what the call remembered of them. */
static void editor__a_word_of_a_refused_item_is_made_by_the_next(void **state)
{
    struct pond *pond = *state;
    struct link_draft drafts[4] = {
        DRAFT(pond, "url=https://example.org/1", "alias=one", "tags=early", "channel=c1"),
        DRAFT(pond, "url=https://example.org/2", "alias=one", "tags=late,early", "channel=c2"),
        DRAFT(pond, "url=https://example.org/3", "tags=late,early", "channel=c2"),
        DRAFT(pond, "url=https://example.org/4", "tags=late", "channel=c1"),
    };
    struct link_result results[4];
    struct link link;

    assert_int_equal(editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, drafts, NULL, NULL, NULL, 4,
                                       false, results),
                     OK);
    assert_int_equal(results[1].err, ERR_ALIAS_TAKEN);
    assert_int_equal(results[3].link.id, results[0].link.id + 2);
    struct db *db = reader(pond);
    assert_int_equal(links_find(db, &pond->arena, BOUNDS_ALL, results[2].link.id, &link), OK);
    assert_str(link.channel, "c2");
    assert_int_equal(link.tags.count, 2);
    assert_str(link.tags.items[1], "late");
    assert_int_equal(links_find(db, &pond->arena, BOUNDS_ALL, results[3].link.id, &link), OK);
    assert_str(link.channel, "c1");
    assert_str(link.tags.items[0], "late");
    readers_give(pond->engine->readers, db);
}

static void assert_same_list(const struct str_list *a, const struct str_list *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_true(str_eq(a->items[i], b->items[i]));
    }
}

/* What a call answers about a link it made is not read back, so it must be what a read gives. */
static void editor__a_new_link_is_answered_as_it_is_stored(void **state)
{
    struct pond *pond = *state;
    struct link_draft draft =
        DRAFT(pond, "url=https://example.org/", "alias=main", "tags=b,a,c", "campaign=k", "channel=c", "owner=admin",
              "title=T", "notes=N", "customer=acme", "external_id=x", "max_clicks=5", "utm_source=s", "source=q");
    str further[] = {STR_INIT("old/two"), STR_INIT("main"), STR_INIT("old/three"), STR_INIT("old/two")};
    struct import_extra extra = {.imported = true, .created_ms = 86400000, .clicks = 7, .aliases = {further, 4}};
    struct link_result result;
    struct link read;

    editor_link_create(pond->engine->editor, &pond->admin, &pond->arena, &draft, &extra, &result);
    assert_int_equal(result.err, OK);
    struct db *db = reader(pond);
    assert_int_equal(links_find(db, &pond->arena, BOUNDS_ALL, result.link.id, &read), OK);
    readers_give(pond->engine->readers, db);
    const struct link *made = &result.link;
    const str texts[][2] = {{made->code, read.code},
                            {made->domain, read.domain},
                            {made->url, read.url},
                            {made->campaign, read.campaign},
                            {made->channel, read.channel},
                            {made->owner, read.owner},
                            {made->title, read.title},
                            {made->notes, read.notes},
                            {made->customer, read.customer},
                            {made->external_id, read.external_id},
                            {made->source, read.source},
                            {made->utm[UTM_SOURCE], read.utm[UTM_SOURCE]},
                            {made->created_by, read.created_by}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_true(str_eq(texts[i][0], texts[i][1]));
    }
    assert_same_list(&made->tags, &read.tags);
    assert_same_list(&made->aliases, &read.aliases);
    assert_int_equal(made->aliases.count, 3);
    assert_int_equal(made->campaign_id, read.campaign_id);
    assert_int_equal(made->channel_id, read.channel_id);
    assert_int_equal(made->owner_id, read.owner_id);
    assert_int_equal(made->created_ms, read.created_ms);
    assert_int_equal(made->updated_ms, read.updated_ms);
    assert_int_equal(made->deleted_ms, read.deleted_ms);
    assert_int_equal(made->revision, read.revision);
    assert_int_equal(made->max_clicks, read.max_clicks);
    assert_int_equal(made->used_clicks, read.used_clicks);
    assert_memory_equal(&made->counts, &read.counts, sizeof read.counts);
    assert_int_equal(pond_visit(pond, STR("old/three")).link_id, made->id);
}

/* Made and changed by one call: visitors get the change, not what was made first. */
static void editor__a_link_changed_by_the_call_that_made_it_is_served_as_changed(void **state)
{
    struct pond *pond = *state;
    struct link_draft drafts[2] = {
        DRAFT(pond, "url=https://example.org/1", "external_id=e"),
        DRAFT(pond, "url=https://example.org/2", "external_id=e", "if_exists=update"),
    };
    struct link_result results[2];

    assert_int_equal(editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, drafts, NULL, NULL, NULL, 2,
                                       false, results),
                     OK);
    assert_true(results[1].existed);
    assert_str(pond_visit(pond, results[0].link.code).location, "https://example.org/2");
}

static void editor__a_dry_run_changes_nothing(void **state)
{
    struct pond *pond = *state;
    struct link_draft drafts[2] = {DRAFT(pond, "url=https://example.org/1", "alias=one"),
                                   DRAFT(pond, "url=javascript:alert(1)")};
    struct link_result results[2];

    assert_int_equal(
        editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, drafts, NULL, NULL, NULL, 2, true, results),
        OK);
    assert_int_equal(results[0].err, OK);
    assert_int_equal(results[1].err, ERR_INVALID);
    assert_int_equal(links_count(pond), 0);
    assert_int_equal(pond_visit(pond, STR("one")).outcome, OUTCOME_UNKNOWN);
    struct link real = CREATE(pond, "url=https://example.org/1", "alias=one").link;
    assert_int_equal(real.id, results[0].link.id);
}

static void editor__bulk_edits_and_deletes_by_id(void **state)
{
    struct pond *pond = *state;
    const int64_t ids[3] = {CREATE(pond, "url=https://example.org/1").link.id,
                            CREATE(pond, "url=https://example.org/2").link.id, 999};
    struct link_draft set = DRAFT(pond, "add_tags=vip");
    struct link_draft drafts[3] = {set, set, set};
    struct link_result results[3];
    const enum link_action action = LINK_DELETE;

    assert_int_equal(
        editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, drafts, ids, NULL, NULL, 3, false, results),
        OK);
    assert_int_equal(results[0].link.tags.count, 1);
    assert_int_equal(results[1].link.tags.count, 1);
    assert_int_equal(results[2].err, ERR_NOT_FOUND);
    assert_int_equal(editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, NULL, ids, &action, NULL, 2,
                                       false, results),
                     OK);
    assert_int_equal(pond_visit(pond, results[0].link.code).outcome, OUTCOME_DISABLED);
    assert_int_equal(pond_visit(pond, results[1].link.code).outcome, OUTCOME_DISABLED);
}

/* ---- what must be stored with an edit or not at all */
struct watch {
    int calls;
    size_t count;
    str code;
    enum err answer;
};

static enum err watch_edit(struct db *db, void *arg, const struct editor_seen *seen)
{
    struct watch *watch = arg;
    int64_t id;

    watch->calls++;
    watch->count = seen->count;
    watch->code = seen->links[0].link.code;
    assert_int_equal(links_find_code(db, BOUNDS_ALL, watch->code, &id), OK);
    return watch->answer;
}

static void editor__a_witness_sees_the_edit_and_may_take_it_back(void **state)
{
    struct pond *pond = *state;
    struct watch watch = {.answer = ERR_NOMEM};
    struct editor_witness witness = {.seen = watch_edit, .arg = &watch};
    struct link_draft drafts[2] = {DRAFT(pond, "url=https://example.org/1"), DRAFT(pond, "url=https://example.org/2")};
    struct link_result results[2];

    pond->admin.witness = &witness;
    editor_link_create(pond->engine->editor, &pond->admin, &pond->arena, &drafts[0], NULL, &results[0]);
    assert_int_equal(results[0].err, ERR_NOMEM);
    assert_int_equal(links_count(pond), 0);
    assert_int_equal(pond_visit(pond, watch.code).outcome, OUTCOME_UNKNOWN);
    assert_int_equal(editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, drafts, NULL, NULL, NULL, 2,
                                       false, results),
                     ERR_NOMEM);
    assert_int_equal(links_count(pond), 0);
    assert_int_equal(watch.count, 2);
    watch.answer = OK;
    editor_link_create(pond->engine->editor, &pond->admin, &pond->arena, &drafts[0], NULL, &results[0]);
    assert_int_equal(results[0].err, OK);
    assert_int_equal(pond_visit(pond, watch.code).link_id, results[0].link.id);
    assert_int_equal(watch.calls, 3);
    assert_int_equal(
        editor_links_bulk(pond->engine->editor, &pond->admin, &pond->arena, drafts, NULL, NULL, NULL, 2, true, results),
        OK);
    assert_int_equal(watch.calls, 3);
    pond->admin.witness = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POND_TEST(editor__an_edit_is_seen_by_the_next_visit),
        POND_TEST(editor__an_older_revision_is_refused),
        POND_TEST(editor__a_taken_alias_names_the_link_that_has_it),
        POND_TEST(editor__reserved_words_are_no_aliases),
        POND_TEST(editor__an_alias_never_hides_a_code),
        POND_TEST(editor__an_id_whose_code_is_an_alias_is_passed_over),
        POND_TEST(editor__older_aliases_keep_working),
        cmocka_unit_test(editor__folded_aliases_clash_in_any_case_and_hide_no_code),
        POND_TEST(editor__own_hosts_are_no_targets),
        POND_TEST(editor__an_unknown_owner_or_domain_is_named),
        POND_TEST(editor__a_strict_dictionary_takes_no_new_words),
        POND_TEST(editor__if_exists_goes_by_external_id),
        POND_TEST(editor__if_exists_goes_by_alias_and_else_by_five_fields),
        POND_TEST(editor__a_refused_item_leaves_the_others_alone),
        POND_TEST(editor__a_word_of_a_refused_item_is_made_by_the_next),
        POND_TEST(editor__a_new_link_is_answered_as_it_is_stored),
        POND_TEST(editor__a_link_changed_by_the_call_that_made_it_is_served_as_changed),
        POND_TEST(editor__a_dry_run_changes_nothing),
        POND_TEST(editor__bulk_edits_and_deletes_by_id),
        POND_TEST(editor__a_witness_sees_the_edit_and_may_take_it_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
