/* SPDX-License-Identifier: MIT */
/* Goal: a new word is made once, renaming and merging keep every link, and what a bound key is shown counts only its
 * own links. */
#include "assert_str.h"

#include "linkpond/store/labels.h"
#include "linkpond/store/sums.h"
#include "linkpond/store/users.h"

#include "templink.h"
#include "waiting.h"

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

static int64_t ensure(struct tempdb *self, enum label_kind kind, const char *key)
{
    int64_t id;

    assert_int_equal(labels_ensure(self->db, kind, str_from_c(key), 1, &id), OK);
    return id;
}

static int64_t add_link(struct tempdb *self, int64_t campaign_id, int64_t channel_id, int64_t owner_id)
{
    struct link link = templink_new(self);

    link.campaign_id = campaign_id;
    link.channel_id = channel_id;
    link.owner_id = owner_id;
    return templink_add(self, &link);
}

static struct label full(struct tempdb *self, enum label_kind kind, const char *key, const struct bounds *bounds)
{
    struct label label;

    assert_int_equal(labels_find_full(self->db, &self->arena, kind, str_from_c(key), bounds, &label), OK);
    return label;
}

static void labels__a_word_is_made_once_per_kind(void **state)
{
    struct tempdb *self = *state;
    int64_t campaign = ensure(self, LABEL_CAMPAIGN, "九月");

    assert_int_equal(ensure(self, LABEL_CAMPAIGN, "九月"), campaign);
    assert_int_not_equal(ensure(self, LABEL_TAG, "九月"), campaign);
    struct label again = {.kind = LABEL_CAMPAIGN, .key = STR("九月"), .created_ms = 1, .updated_ms = 1};
    assert_int_equal(labels_insert(self->db, &again), ERR_CONFLICT);
}

static void labels__keep_a_channels_place(void **state)
{
    struct tempdb *self = *state;
    struct label label = {.kind = LABEL_CHANNEL,
                          .key = STR("k"),
                          .name = STR("n"),
                          .name_zh = STR("群"),
                          .name_en = STR("group"),
                          .channel_group = STR("g"),
                          .region = STR("r"),
                          .location = STR("l"),
                          .cost_centre = STR("c"),
                          .owner_id = USER_ADMIN,
                          .archived = true,
                          .created_ms = 3,
                          .updated_ms = 4};
    struct label got;

    assert_int_equal(labels_insert(self->db, &label), OK);
    assert_int_equal(labels_find(self->db, &self->arena, LABEL_CHANNEL, STR("k"), &got), OK);
    assert_int_equal(got.id, label.id);
    assert_int_equal(got.kind, LABEL_CHANNEL);
    assert_str(got.name, "n");
    assert_str(got.name_zh, "群");
    assert_str(got.name_en, "group");
    assert_str(got.channel_group, "g");
    assert_str(got.region, "r");
    assert_str(got.location, "l");
    assert_str(got.cost_centre, "c");
    assert_str(got.owner, "admin");
    assert_true(got.archived);
    assert_int_equal(got.created_ms, 3);
    assert_int_equal(got.updated_ms, 4);
    assert_int_equal(labels_find(self->db, &self->arena, LABEL_TAG, STR("k"), &got), ERR_NOT_FOUND);
}

static void labels__a_rename_carries_the_links(void **state)
{
    struct tempdb *self = *state;
    int64_t id = ensure(self, LABEL_CAMPAIGN, "old");
    int64_t link_id = add_link(self, id, 0, 0);
    struct label label;
    struct link link;

    ensure(self, LABEL_CAMPAIGN, "taken");
    assert_int_equal(labels_find_id(self->db, &self->arena, id, &label), OK);
    label.key = STR("taken");
    assert_int_equal(labels_update(self->db, &label), ERR_CONFLICT);
    label.key = STR("new");
    assert_int_equal(labels_update(self->db, &label), OK);
    assert_int_equal(links_find(self->db, &self->arena, BOUNDS_ALL, link_id, &link), OK);
    assert_str(link.campaign, "new");
    label.id = 999;
    assert_int_equal(labels_update(self->db, &label), ERR_NOT_FOUND);
}

static void labels__a_merge_keeps_every_link_once(void **state)
{
    struct tempdb *self = *state;

    for (enum label_kind kind = LABEL_CAMPAIGN; kind < LABEL_KINDS; kind++) {
        int64_t from = ensure(self, kind, "from");
        int64_t to = ensure(self, kind, "to");
        int64_t ids[3];
        for (int i = 0; i < 3; i++) {
            int64_t label = i == 2 ? to : from;
            ids[i] = add_link(self, kind == LABEL_CAMPAIGN ? label : 0, kind == LABEL_CHANNEL ? label : 0, 0);
            if (kind == LABEL_TAG) {
                assert_int_equal(links_tags_add(self->db, ids[i], label), OK);
            }
        }
        if (kind == LABEL_TAG) {
            assert_int_equal(links_tags_add(self->db, ids[0], to), OK); /* has both */
        }
        assert_int_equal(labels_delete(self->db, from), ERR_CONFLICT);
        assert_int_equal(labels_merge(self->db, from, to, 5000), OK);
        assert_int_equal(full(self, kind, "to", BOUNDS_ALL).links, 3);
        struct label gone;
        assert_int_equal(labels_find_id(self->db, &self->arena, from, &gone), ERR_NOT_FOUND);
        struct link link;
        assert_int_equal(links_find(self->db, &self->arena, BOUNDS_ALL, ids[1], &link), OK);
        assert_int_equal(link.revision, 2);
        assert_int_equal(link.updated_ms, 5000);
        assert_int_equal(links_find(self->db, &self->arena, BOUNDS_ALL, ids[2], &link), OK);
        assert_int_equal(link.revision, 1);
    }
    assert_int_equal(labels_merge(self->db, 999, 1, 1), ERR_NOT_FOUND);
    int64_t tag = ensure(self, LABEL_TAG, "to");
    assert_int_equal(labels_merge(self->db, tag, tag, 1), ERR_INVALID);
    assert_int_equal(labels_merge(self->db, tag, ensure(self, LABEL_CHANNEL, "to"), 1), ERR_INVALID);
}

static void labels__count_the_links_within_bounds(void **state)
{
    struct tempdb *self = *state;
    int64_t campaign = ensure(self, LABEL_CAMPAIGN, "c");
    struct bounds own = {.by_owner = true, .owner_id = USER_ADMIN};

    for (int i = 1; i <= 4; i++) {
        struct link_stat stat = {.link_id = add_link(self, campaign, 0, i % 2 ? USER_ADMIN : 0),
                                 .clicks = i,
                                 .visitors = 1,
                                 .bots = 2,
                                 .total = i + 2,
                                 .scans = 1,
                                 .last_ms = i * 10};
        assert_int_equal(sums_stat_add(self->db, &stat), OK);
    }
    struct label label = full(self, LABEL_CAMPAIGN, "c", BOUNDS_ALL);
    assert_int_equal(label.links, 4);
    assert_int_equal(label.counts.clicks, 10);
    assert_int_equal(label.counts.visitors, 4);
    assert_int_equal(label.counts.bots, 8);
    assert_int_equal(label.counts.total, 18);
    assert_int_equal(label.counts.scans, 4);
    assert_int_equal(label.counts.last_ms, 40);
    label = full(self, LABEL_CAMPAIGN, "c", &own);
    assert_int_equal(label.links, 2);
    assert_int_equal(label.counts.clicks, 4);
    const struct link_stat gain = {.link_id = 1, .clicks = 5, .visitors = 1, .total = 5, .last_ms = 35};
    waiting_add(self->db, &gain, 0, STR(""));
    label = full(self, LABEL_CAMPAIGN, "c", &own);
    assert_int_equal(label.links, 2);
    assert_int_equal(label.counts.clicks, 9);
    assert_int_equal(label.counts.visitors, 3);
    assert_int_equal(label.counts.last_ms, 35);
    label = full(self, LABEL_CAMPAIGN, "c", &(struct bounds){.by_owner = true});
    assert_int_equal(label.links, 0);
    assert_int_equal(label.counts.last_ms, TIME_NONE);
    assert_int_equal(links_bin(self->db, BOUNDS_ALL, 1, 5), OK);
    assert_int_equal(full(self, LABEL_CAMPAIGN, "c", BOUNDS_ALL).links, 3);
}

static void labels__a_label_of_many_links_is_summed_up_as_one_of_few(void **state)
{
    enum { MANY = 4200 }; /* more than an index is asked for */
    struct tempdb *self = *state;
    int64_t campaign = ensure(self, LABEL_CAMPAIGN, "c"), channel = ensure(self, LABEL_CHANNEL, "k");
    struct bounds own = {.by_owner = true, .owner_id = USER_ADMIN};

    assert_int_equal(db_begin(self->db, false), OK);
    for (int i = 1; i <= MANY; i++) {
        struct link_stat stat = {.link_id = add_link(self, campaign, i <= 3 ? channel : 0, i % 2 ? USER_ADMIN : 0),
                                 .clicks = i,
                                 .total = i,
                                 .last_ms = i * 10};
        assert_int_equal(sums_stat_add(self->db, &stat), OK);
    }
    assert_int_equal(db_commit(self->db), OK);
    struct label label = full(self, LABEL_CAMPAIGN, "c", BOUNDS_ALL);
    assert_int_equal(label.links, MANY);
    assert_int_equal(label.counts.clicks, MANY * (MANY + 1) / 2);
    assert_int_equal(label.counts.last_ms, MANY * 10);
    label = full(self, LABEL_CAMPAIGN, "c", &own);
    assert_int_equal(label.links, MANY / 2);
    assert_int_equal(label.counts.clicks, MANY / 2 * (MANY / 2));
    label = full(self, LABEL_CHANNEL, "k", BOUNDS_ALL);
    assert_int_equal(label.links, 3);
    assert_int_equal(label.counts.clicks, 6);
    assert_int_equal(links_bin(self->db, BOUNDS_ALL, 2, 5), OK);
    assert_int_equal(full(self, LABEL_CAMPAIGN, "c", BOUNDS_ALL).links, MANY - 1);
}

static void labels__lists_page_by_key(void **state)
{
    struct tempdb *self = *state;
    struct labels_filter filter = {.kind = LABEL_TAG, .archived = 0, .limit = 2, .bounds = BOUNDS_ALL};
    const char *const keys[] = {"e", "b", "50%", "c_d", "a"};
    struct labels_page page;
    int64_t total;

    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        ensure(self, LABEL_TAG, keys[i]);
    }
    ensure(self, LABEL_CAMPAIGN, "other kind");
    assert_int_equal(labels_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 2);
    assert_true(page.more);
    assert_int_equal(total, 5);
    assert_str(page.labels[0].key, "50%");
    assert_str(page.labels[1].key, "a");
    filter.after_key = page.labels[1].key;
    filter.limit = 3; /* as many as there are */
    assert_int_equal(labels_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 3);
    assert_false(page.more);
    assert_str(page.labels[2].key, "e");

    filter.after_key = STR("");
    filter.q = STR("_");
    assert_int_equal(labels_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 1);
    assert_str(page.labels[0].key, "c_d");
    page.labels[0].archived = true;
    page.labels[0].name_zh = STR("门店");
    assert_int_equal(labels_update(self->db, &page.labels[0]), OK);
    filter.q = STR("门");
    assert_int_equal(labels_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 0);
    filter.archived = 1;
    assert_int_equal(labels_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 1);
    filter.limit = 0;
    assert_int_equal(labels_list(self->db, &self->arena, &filter, &page, &total), ERR_INVALID);

    struct stmt *rows = labels_each(self->db);
    struct label label;
    size_t all = 0;
    while (labels_next(rows, &label)) {
        all++;
    }
    assert_int_equal(all, 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(labels__a_word_is_made_once_per_kind),
        TEST(labels__keep_a_channels_place),
        TEST(labels__a_rename_carries_the_links),
        TEST(labels__a_merge_keeps_every_link_once),
        TEST(labels__count_the_links_within_bounds),
        TEST(labels__lists_page_by_key),
        TEST(labels__a_label_of_many_links_is_summed_up_as_one_of_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
