/* SPDX-License-Identifier: MIT */
/* Goal: what a start reads of every link is what stands in its row, whatever is set in it. */
#include "assert_str.h"

#include "linkpond/store/labels.h"

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

static void links__hot_rows_hold_what_a_redirect_needs(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    struct link_hot hot;
    struct link_hot one;

    link.source = STR("src");
    link.utm[UTM_ID] = STR("id");
    link.click_id_param = STR("cid");
    link.fallback_url = STR("https://example.com/f");
    link.valid_until_ms = 9;
    link.redirect_status = 301;
    link.crawlable = true;
    templink_add(self, &link);
    struct link dead = templink_new(self);
    templink_add(self, &dead);
    assert_int_equal(links_tombstone(self->db, dead.id, 5, false), OK);

    struct links_load load;
    links_load_each(&load, self->db);
    assert_true(links_load_next(&load, &hot));
    assert_int_equal(hot.id, link.id);
    assert_str_same(hot.code, link.code);
    assert_str_same(hot.url, link.url);
    assert_str_same(hot.source, STR("src"));
    assert_str_same(hot.utm[UTM_ID], STR("id"));
    assert_str_same(hot.utm[UTM_SOURCE], STR(""));
    assert_str_same(hot.click_id_param, STR("cid"));
    assert_str_same(hot.fallback_url, link.fallback_url);
    assert_int_equal(hot.valid_from_ms, TIME_NONE);
    assert_int_equal(hot.valid_until_ms, 9);
    assert_int_equal(hot.redirect_status, 301);
    assert_true(hot.forward_query && hot.enabled && hot.crawlable && !hot.visitor_wins && !hot.tombstone);
    assert_true(links_load_next(&load, &hot));
    assert_int_equal(hot.id, dead.id);
    assert_true(hot.tombstone);
    assert_int_equal(hot.deleted_ms, 5);
    assert_false(links_load_next(&load, &hot));
    assert_int_equal(links_load_end(&load), OK);

    assert_int_equal(links_load_one(self->db, &self->arena, link.id, &one), OK);
    assert_str_same(one.url, link.url);
    assert_int_equal(links_load_one(self->db, &self->arena, 999, &one), ERR_NOT_FOUND);
}

/* What the load does not read it takes for the default, so every field is set alone, in a link of its own. */
static void set_alone(struct link *link, int field, int64_t channel_id)
{
    str *const texts[] = {&link->fallback_url, &link->source, &link->click_id_param};

    switch (field) {
    case 0:
        return; /* a plain one */
    case 1:
        link->redirect_status = 301;
        return;
    case 2:
        link->valid_from_ms = 1;
        return;
    case 3:
        link->valid_until_ms = 2;
        return;
    case 4:
        link->max_clicks = 3;
        return;
    case 5:
        link->forward_query = false;
        return;
    case 6:
        link->visitor_wins = true;
        return;
    case 7:
        link->enabled = false;
        return;
    case 8:
        link->crawlable = true;
        return;
    case 9:
        link->channel_id = channel_id;
        return;
    default:
        *(field < 13 ? texts[field - 10] : &link->utm[field - 13]) = STR("https://set.example/");
    }
}

static void assert_hot_is(const struct link_hot *hot, const struct link *link)
{
    assert_int_equal(hot->id, link->id);
    assert_int_equal(hot->domain_id, link->domain_id);
    assert_str_same(hot->code, link->code);
    assert_str_same(hot->url, link->url);
    assert_int_equal(hot->redirect_status, link->redirect_status);
    assert_int_equal(hot->valid_from_ms, link->valid_from_ms);
    assert_int_equal(hot->valid_until_ms, link->valid_until_ms);
    assert_int_equal(hot->max_clicks, link->max_clicks);
    assert_int_equal(hot->forward_query, link->forward_query);
    assert_int_equal(hot->visitor_wins, link->visitor_wins);
    assert_int_equal(hot->enabled, link->enabled);
    assert_int_equal(hot->crawlable, link->crawlable);
    assert_int_equal(hot->channel_id, link->channel_id);
    assert_str_same(hot->fallback_url, link->fallback_url);
    assert_str_same(hot->source, link->source);
    assert_str_same(hot->click_id_param, link->click_id_param);
    for (size_t i = 0; i < UTM_COUNT; i++) {
        assert_str_same(hot->utm[i], link->utm[i]);
    }
}

static void links__each_field_alone_is_loaded(void **state)
{
    enum { FIELDS = 13 + UTM_COUNT };
    struct tempdb *self = *state;
    int64_t channel_id;
    struct link links[2 * FIELDS];
    struct links_load load;
    struct link_hot hot;

    assert_int_equal(labels_ensure(self->db, LABEL_CHANNEL, STR("poster"), 1, &channel_id), OK);
    for (int i = 0; i < 2 * FIELDS; i++) { /* a plain one behind each other */
        links[i] = templink_new(self);
        set_alone(&links[i], i % 2 ? 0 : i / 2, channel_id);
        templink_add(self, &links[i]);
    }
    links_load_each(&load, self->db);
    for (int i = 0; i < 2 * FIELDS; i++) {
        struct link_hot one;
        assert_true(links_load_next(&load, &hot));
        assert_hot_is(&hot, &links[i]);
        assert_int_equal(links_load_one(self->db, &self->arena, links[i].id, &one), OK);
        assert_hot_is(&one, &links[i]);
    }
    assert_false(links_load_next(&load, &hot));
    assert_int_equal(links_load_end(&load), OK);
}

/* However a link is edited, in the bin or out of it: the load follows. */
static void links__a_load_follows_edits_bin_and_restore(void **state)
{
    struct tempdb *self = *state;
    struct link link = templink_new(self);
    struct links_load load;
    struct link_hot hot;

    templink_add(self, &link);
    assert_int_equal(links_bin(self->db, BOUNDS_ALL, link.id, 7), OK);
    links_load_each(&load, self->db);
    assert_true(links_load_next(&load, &hot));
    assert_int_equal(hot.deleted_ms, 7);
    assert_int_equal(links_load_end(&load), OK); /* before its end */
    link.revision = 2;
    link.utm[UTM_MEDIUM] = STR("poster");
    assert_int_equal(links_update(self->db, BOUNDS_ALL, &link), OK);
    assert_int_equal(links_load_one(self->db, &self->arena, link.id, &hot), OK);
    assert_int_equal(hot.deleted_ms, 7);
    assert_int_equal(links_restore(self->db, BOUNDS_ALL, link.id, 8), OK);
    links_load_each(&load, self->db);
    assert_true(links_load_next(&load, &hot));
    assert_int_equal(hot.deleted_ms, TIME_NONE);
    assert_str_same(hot.utm[UTM_MEDIUM], STR("poster"));
    assert_int_equal(links_load_end(&load), OK);
}

/* Of other aliases of the link, and of links, nothing is mixed in. */
static void links__aliases_are_read_by_link(void **state)
{
    struct tempdb *self = *state;
    struct link first = templink_new(self);
    templink_add(self, &first);
    struct link second = templink_new(self);
    templink_add(self, &second);
    const struct link_alias added[] = {
        {.link_id = second.id, .domain_id = self->domain_id, .alias = STR("B"), .folded = STR("b")},
        {.link_id = first.id, .domain_id = self->domain_id, .alias = STR("Z"), .folded = STR("z")},
        {.link_id = second.id, .domain_id = self->domain_id, .alias = STR("A"), .folded = STR("a")},
    };
    const struct link_alias *const expected[] = {&added[1], &added[2], &added[0]};
    struct link_alias got;

    for (size_t i = 0; i < ARRAY_LEN(added); i++) {
        assert_int_equal(links_alias_add(self->db, &added[i], 1), OK);
    }
    struct stmt *rows = links_aliases_each(self->db);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_true(links_aliases_next(rows, &got));
        assert_int_equal(got.link_id, expected[i]->link_id);
        assert_int_equal(got.domain_id, self->domain_id);
        assert_str_same(got.folded, expected[i]->folded);
    }
    assert_false(links_aliases_next(rows, &got));
    assert_int_equal(stmt_err(rows), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(links__hot_rows_hold_what_a_redirect_needs),
        TEST(links__each_field_alone_is_loaded),
        TEST(links__a_load_follows_edits_bin_and_restore),
        TEST(links__aliases_are_read_by_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
