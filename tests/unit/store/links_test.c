/* SPDX-License-Identifier: MIT */
/* Goal: links come back as they were stored, ids and codes are never used twice, edits that clash are noticed, and a
 * bound key reaches nothing outside its bounds through any statement. */
#include "assert_str.h"

#include "linkpond/store/labels.h"
#include "linkpond/store/users.h"

#include "templink.h"

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    tempdb_init(self);
    tempdb_domain(self);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

static int64_t add_user(struct tempdb *self, const char *key)
{
    struct user user = {.key = str_from_c(key), .role = STR("editor"), .created_ms = 1, .updated_ms = 1};

    assert_int_equal(users_insert(self->db, &user), OK);
    return user.id;
}

static int64_t add_label(struct tempdb *self, enum label_kind kind, const char *key)
{
    int64_t id;

    assert_int_equal(labels_ensure(self->db, kind, str_from_c(key), 1, &id), OK);
    return id;
}

static enum err find(struct tempdb *self, int64_t id, struct link *out)
{
    return links_find(self->db, &self->arena, BOUNDS_ALL, id, out);
}

static struct link_alias alias_of(struct tempdb *self, int64_t link_id, const char *alias)
{
    return (struct link_alias){link_id, self->domain_id, str_from_c(alias), str_from_c(alias), 0};
}

static void links__come_back_as_they_were_stored(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    struct link got;

    link.url = STR("https://s.click.taobao.com/t?e=m%3D2%26s%3D&__biz=MzA==#wechat_redirect");
    link.title = STR("华东3群");
    link.notes = STR("n");
    link.metadata = STR("{\"a\":1}");
    link.campaign_id = add_label(self, LABEL_CAMPAIGN, "autumn");
    link.channel_id = add_label(self, LABEL_CHANNEL, "group-3");
    link.owner_id = add_user(self, "wang");
    link.customer = STR("cu");
    link.external_id = STR("ex");
    link.source = STR("wechat");
    for (int i = 0; i < UTM_COUNT; i++) {
        link.utm[i] = arena_f(&self->arena, "utm%d", i);
    }
    link.redirect_status = 307;
    link.valid_from_ms = 0;
    link.valid_until_ms = 5;
    link.max_clicks = 7;
    link.fallback_url = STR("https://example.com/f");
    link.visitor_wins = true;
    link.crawlable = true;
    link.click_id_param = STR("cid");
    link.created_by = STR("key:1");
    templink_add(self, &link);
    assert_int_equal(links_tags_add(self->db, link.id, add_label(self, LABEL_TAG, "b")), OK);
    assert_int_equal(links_tags_add(self->db, link.id, add_label(self, LABEL_TAG, "a")), OK);

    assert_int_equal(find(self, link.id, &got), OK);
    assert_str_same(got.url, link.url);
    assert_str_same(got.code, link.code);
    assert_str_same(got.domain, STR("s.example.com"));
    assert_str_same(got.title, link.title);
    assert_str_same(got.notes, link.notes);
    assert_str_same(got.metadata, link.metadata);
    assert_str_same(got.campaign, STR("autumn"));
    assert_str_same(got.channel, STR("group-3"));
    assert_str_same(got.owner, STR("wang"));
    assert_str_same(got.customer, link.customer);
    assert_str_same(got.external_id, link.external_id);
    assert_str_same(got.source, link.source);
    for (int i = 0; i < UTM_COUNT; i++) {
        assert_str_same(got.utm[i], link.utm[i]);
    }
    assert_int_equal(got.redirect_status, 307);
    assert_int_equal(got.valid_from_ms, 0);
    assert_int_equal(got.valid_until_ms, 5);
    assert_int_equal(got.deleted_ms, TIME_NONE);
    assert_int_equal(got.max_clicks, 7);
    assert_str_same(got.fallback_url, link.fallback_url);
    assert_true(got.forward_query && got.visitor_wins && got.enabled && got.crawlable);
    assert_false(got.archived || got.tombstone);
    assert_str_same(got.click_id_param, link.click_id_param);
    assert_str_same(got.created_by, link.created_by);
    assert_int_equal(got.revision, 1);
    assert_int_equal(got.counts.last_ms, TIME_NONE);
    assert_int_equal(got.tags.count, 2);
    assert_str_same(got.tags.items[0], STR("a"));
    assert_int_equal(got.aliases.count, 0);
}

/* Even when the row of the highest id is removed altogether, as no code of ours does. */
static void links__ids_are_never_used_twice(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    int64_t next;

    templink_add(self, &link);
    assert_int_equal(links_tombstone(self->db, link.id, 5, true), OK);
    assert_int_equal(links_next_id(self->db, &next), OK);
    assert_int_equal(next, link.id + 1);
    link.code = STR("other");
    assert_int_equal(links_insert(self->db, &link), ERR_CONFLICT);

    link.id = next + 10; /* codes of the ids between were taken by aliases */
    templink_add(self, &link);
    assert_int_equal(links_next_id(self->db, &next), OK);
    assert_int_equal(next, link.id + 1);
}

static void links__a_code_is_taken_by_links_tombstones_and_aliases(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    bool taken;

    templink_add(self, &link);
    struct link_alias alias = alias_of(self, link.id, "spring");
    assert_int_equal(links_alias_add(self->db, &alias, 1), OK);
    assert_int_equal(links_code_taken(self->db, STR("spring"), &taken), OK);
    assert_true(taken);
    assert_int_equal(links_code_taken(self->db, STR("SPRing"), &taken), OK);
    assert_true(taken);
    assert_int_equal(links_code_taken(self->db, STR("summer"), &taken), OK);
    assert_false(taken);

    assert_int_equal(links_tombstone(self->db, link.id, 5, true), OK);
    assert_int_equal(links_code_taken(self->db, link.code, &taken), OK);
    assert_true(taken);
    struct link again = templink_new(self);
    again.code = link.code;
    assert_int_equal(links_insert(self->db, &again), ERR_CONFLICT);
}

static void links__an_edit_of_an_old_revision_is_refused(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    struct link stale;

    templink_add(self, &link);
    stale = link;
    link.title = STR("new");
    link.updated_ms = 2000;
    assert_int_equal(links_update(self->db, BOUNDS_ALL, &link), OK);
    assert_int_equal(link.revision, 2);
    assert_int_equal(links_update(self->db, BOUNDS_ALL, &stale), ERR_PRECONDITION);
    assert_int_equal(stale.revision, 1);
    assert_int_equal(find(self, link.id, &stale), OK);
    assert_str_same(stale.title, STR("new"));
    assert_int_equal(stale.revision, 2);
    assert_int_equal(stale.updated_ms, 2000);
}

static void links__the_same_is_found_by_five_fields(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    int64_t campaign = add_label(self, LABEL_CAMPAIGN, "c");
    int64_t id;

    templink_add(self, &link);
    struct link other = templink_new(self);
    other.campaign_id = campaign;
    other.customer = STR("cu");
    templink_add(self, &other);

    assert_int_equal(links_find_same(self->db, BOUNDS_ALL, link.url, link.domain_id, 0, 0, STR(""), &id), OK);
    assert_int_equal(id, link.id);
    assert_int_equal(links_find_same(self->db, BOUNDS_ALL, link.url, link.domain_id, campaign, 0, STR("cu"), &id), OK);
    assert_int_equal(id, other.id);
    assert_int_equal(links_find_same(self->db, BOUNDS_ALL, link.url, link.domain_id, campaign, 0, STR(""), &id),
                     ERR_NOT_FOUND);
    assert_int_equal(
        links_find_same(self->db, BOUNDS_ALL, STR("https://example.com"), link.domain_id, 0, 0, STR(""), &id),
        ERR_NOT_FOUND);
    link.url = STR("https://example.com/moved");
    assert_int_equal(links_update(self->db, BOUNDS_ALL, &link), OK);
    assert_int_equal(links_find_same(self->db, BOUNDS_ALL, link.url, link.domain_id, 0, 0, STR(""), &id), OK);
    assert_int_equal(links_bin(self->db, BOUNDS_ALL, link.id, 5), OK);
    assert_int_equal(links_find_same(self->db, BOUNDS_ALL, link.url, link.domain_id, 0, 0, STR(""), &id),
                     ERR_NOT_FOUND);
}

static void links__the_bin_gives_back_and_the_tombstone_does_not(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    struct link got;
    int64_t ids[4];
    size_t count;
    int64_t id;

    link.external_id = STR("ex");
    templink_add(self, &link);
    struct link_alias alias = alias_of(self, link.id, "word");
    assert_int_equal(links_alias_add(self->db, &alias, 1), OK);

    assert_int_equal(links_restore(self->db, BOUNDS_ALL, link.id, 10), ERR_NOT_FOUND);
    assert_int_equal(links_bin(self->db, BOUNDS_ALL, link.id, 10), OK);
    assert_int_equal(links_bin(self->db, BOUNDS_ALL, link.id, 11), ERR_NOT_FOUND);
    assert_int_equal(find(self, link.id, &got), OK);
    assert_int_equal(got.deleted_ms, 10);
    assert_int_equal(links_binned_before(self->db, 10, ids, 4, &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(links_binned_before(self->db, 11, ids, 4, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(ids[0], link.id);
    assert_int_equal(links_restore(self->db, BOUNDS_ALL, link.id, 12), OK);

    assert_int_equal(links_tombstone(self->db, link.id, 20, false), OK);
    assert_int_equal(links_tombstone(self->db, link.id, 20, false), ERR_NOT_FOUND);
    assert_int_equal(find(self, link.id, &got), ERR_NOT_FOUND);
    assert_int_equal(links_restore(self->db, BOUNDS_ALL, link.id, 21), ERR_NOT_FOUND);
    assert_int_equal(links_find_code(self->db, BOUNDS_ALL, link.code, &id), ERR_NOT_FOUND);
    assert_int_equal(links_find_code_ever(self->db, link.code, &id), OK);
    assert_int_equal(id, link.id);
    assert_int_equal(links_find_external(self->db, BOUNDS_ALL, STR("ex"), &id), ERR_NOT_FOUND);
    assert_int_equal(links_find_alias(self->db, BOUNDS_ALL, self->domain_id, STR("word"), &id), ERR_NOT_FOUND);
    assert_int_equal(links_tombstone(self->db, link.id, 22, true), OK);
    struct link_hot hot;
    assert_int_equal(links_load_one(self->db, &self->arena, link.id, &hot), OK);
    assert_str_same(hot.url, STR(""));
    assert_str_same(hot.code, link.code);
}

static void links__aliases_keep_their_order_and_their_owner(void **state)
{
    struct tempdb *self = *state;
    struct link one = templink_new(self);
    struct link_alias *list;
    struct link got;
    size_t count;
    int64_t ids[4];

    templink_add(self, &one);
    struct link two = templink_new(self);
    templink_add(self, &two);
    const char *const words[] = {"z", "m", "a/b/九月"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct link_alias alias = alias_of(self, one.id, words[i]);
        assert_int_equal(links_alias_add(self->db, &alias, 1), OK);
        assert_int_equal(links_alias_add(self->db, &alias, 1), OK);
        alias.link_id = two.id;
        assert_int_equal(links_alias_add(self->db, &alias, 1), ERR_ALIAS_TAKEN);
    }
    assert_int_equal(links_aliases(self->db, &self->arena, one.id, &list, &count), OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_str_same(list[i].alias, str_from_c(words[i]));
    }
    assert_int_equal(links_alias_first(self->db, one.id, self->domain_id, STR("m")), OK);
    assert_int_equal(links_alias_remove(self->db, one.id, self->domain_id, STR("z")), OK);
    assert_int_equal(links_alias_remove(self->db, one.id, self->domain_id, STR("z")), ERR_NOT_FOUND);
    assert_int_equal(links_alias_remove(self->db, two.id, self->domain_id, STR("m")), ERR_NOT_FOUND);
    assert_int_equal(find(self, one.id, &got), OK);
    assert_int_equal(got.aliases.count, 2);
    assert_str_same(got.aliases.items[0], STR("m"));

    struct domain second = {.host = STR("t.example.com"), .scheme = STR("https"), .created_ms = 1, .updated_ms = 1};
    assert_int_equal(domains_insert(self->db, &second), OK);
    struct link_alias elsewhere = {two.id, second.id, STR("m"), STR("m"), 0};
    assert_int_equal(links_alias_add(self->db, &elsewhere, 1), OK);
    assert_int_equal(links_find_alias_anywhere(self->db, BOUNDS_ALL, STR("m"), ids, 4, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(links_find_alias_anywhere(self->db, BOUNDS_ALL, STR("none"), ids, 4, &count), OK);
    assert_int_equal(count, 0);
}

static void links__tags_are_set_added_and_removed(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    int64_t tags[3];
    struct str_list list;

    templink_add(self, &link);
    for (int i = 0; i < 3; i++) {
        char key[] = {(char)('a' + i), '\0'};
        tags[i] = add_label(self, LABEL_TAG, key);
    }
    assert_int_equal(links_tags_set(self->db, link.id, tags, 3), OK);
    assert_int_equal(links_tags_add(self->db, link.id, tags[0]), OK);
    assert_int_equal(links_tags(self->db, &self->arena, link.id, &list), OK);
    assert_int_equal(list.count, 3);
    assert_str_same(list.items[2], STR("c"));
    assert_int_equal(links_tags_set(self->db, link.id, tags, 1), OK);
    assert_int_equal(links_tags(self->db, &self->arena, link.id, &list), OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(links_tags_add(self->db, link.id, 12345), ERR_CONFLICT);
}

/* Every look-up and every edit that takes bounds, against a link that lies outside them. */
static void assert_unreachable(struct tempdb *self, const struct bounds *bounds, struct link *link)
{
    struct link got;
    int64_t id;
    int64_t ids[2];
    size_t count;

    assert_int_equal(links_find(self->db, &self->arena, bounds, link->id, &got), ERR_NOT_FOUND);
    assert_int_equal(links_find_code(self->db, bounds, link->code, &id), ERR_NOT_FOUND);
    assert_int_equal(links_find_external(self->db, bounds, link->external_id, &id), ERR_NOT_FOUND);
    assert_int_equal(links_find_same(self->db, bounds, link->url, link->domain_id, 0, 0, STR(""), &id), ERR_NOT_FOUND);
    assert_int_equal(links_find_alias(self->db, bounds, self->domain_id, STR("word"), &id), ERR_NOT_FOUND);
    assert_int_equal(links_find_alias_anywhere(self->db, bounds, STR("word"), ids, 2, &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(links_update(self->db, bounds, link), ERR_PRECONDITION);
    assert_int_equal(links_bin(self->db, bounds, link->id, 5), ERR_NOT_FOUND);
}

static void links__outside_the_bounds_do_not_exist(void **state)
{
    struct tempdb *self = *state;
    int64_t wang = add_user(self, "wang");
    int64_t li = add_user(self, "li");
    struct link link = templink_new(self);
    struct link got;

    link.owner_id = wang;
    link.external_id = STR("ex");
    templink_add(self, &link);
    struct link_alias alias = alias_of(self, link.id, "word");
    assert_int_equal(links_alias_add(self->db, &alias, 1), OK);

    assert_unreachable(self, &(struct bounds){.by_owner = true, .owner_id = li}, &link);
    assert_unreachable(self, &(struct bounds){.by_owner = true, .owner_id = 0}, &link);
    assert_unreachable(self, &(struct bounds){.by_domain = true, .domain_id = 77}, &link);
    assert_unreachable(self, &(struct bounds){.by_owner = true, .owner_id = wang, .by_domain = true, .domain_id = 77},
                       &link);
    struct bounds own = {.by_owner = true, .owner_id = wang, .by_domain = true, .domain_id = self->domain_id};
    assert_int_equal(links_find(self->db, &self->arena, &own, link.id, &got), OK);
    assert_int_equal(links_update(self->db, &own, &link), OK);

    link.owner_id = 0;
    assert_int_equal(links_update(self->db, BOUNDS_ALL, &link), OK);
    assert_unreachable(self, &own, &link); /* no owner: out of every owner's bounds */
    assert_unreachable(self, &(struct bounds){.by_owner = true, .owner_id = 0}, &link);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(links__come_back_as_they_were_stored),
        TEST(links__ids_are_never_used_twice),
        TEST(links__a_code_is_taken_by_links_tombstones_and_aliases),
        TEST(links__an_edit_of_an_old_revision_is_refused),
        TEST(links__the_same_is_found_by_five_fields),
        TEST(links__the_bin_gives_back_and_the_tombstone_does_not),
        TEST(links__aliases_keep_their_order_and_their_owner),
        TEST(links__tags_are_set_added_and_removed),
        TEST(links__outside_the_bounds_do_not_exist),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
