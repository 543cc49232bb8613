/* SPDX-License-Identifier: MIT */
/* Goal: however a value is written it is found, no spelling stands for two values of a field, and what one is a
 * spelling of is a spelling of itself. */
#include "assert_str.h"

#include "linkpond/store/utm_values.h"

#include "tempdb.h"

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);

    tempdb_init(self);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    tempdb_done(*state);
    free(*state);
    return 0;
}

static enum err add(struct tempdb *self, enum utm field, const char *value, const char *alias, int64_t *id)
{
    str items[] = {str_from_c(alias)};
    struct utm_value row = {.field = field,
                            .value = str_from_c(value),
                            .aliases = {.items = items, .count = *alias ? 1 : 0},
                            .created_ms = 1,
                            .updated_ms = 1};

    assert_int_equal(db_begin(self->db, false), OK);
    enum err err = utm_values_insert(self->db, &row);
    if (err) {
        db_rollback(self->db);
        return err;
    }
    *id = row.id;
    return db_commit(self->db);
}

static str canonical(struct tempdb *self, enum utm field, const char *spelling)
{
    struct utm_value value = {0};
    enum err err = utm_values_find_spelling(self->db, &self->arena, field, str_from_c(spelling), &value);

    return err ? STR("?") : value.value;
}

static void utm_values__every_spelling_finds_the_value(void **state)
{
    struct tempdb *self = *state;
    int64_t id = 0;

    assert_int_equal(add(self, UTM_SOURCE, "wechat-mp", "公众号 主号", &id), OK);
    assert_str_same(canonical(self, UTM_SOURCE, "wechat-mp"), STR("wechat-mp"));
    assert_str_same(canonical(self, UTM_SOURCE, " WeChat-MP"), STR("wechat-mp"));
    assert_str_same(canonical(self, UTM_SOURCE, "公众号\xE3\x80\x80主号 "), STR("wechat-mp"));
    assert_str_same(canonical(self, UTM_SOURCE, "公众号主号"), STR("?"));
    assert_str_same(canonical(self, UTM_MEDIUM, "wechat-mp"), STR("?"));
}

static void utm_values__a_spelling_belongs_to_one_value_of_a_field(void **state)
{
    struct tempdb *self = *state;
    int64_t id = 0;

    assert_int_equal(add(self, UTM_SOURCE, "wechat-mp", "gzh", &id), OK);
    assert_int_equal(add(self, UTM_SOURCE, "other", "GZH", &id), ERR_CONFLICT);
    assert_int_equal(add(self, UTM_SOURCE, "Gzh", "", &id), ERR_CONFLICT);
    assert_int_equal(add(self, UTM_SOURCE, "other", "WECHAT-MP", &id), ERR_CONFLICT);
    assert_int_equal(add(self, UTM_MEDIUM, "gzh", "", &id), OK);
}

static void utm_values__an_update_frees_the_spellings_it_drops(void **state)
{
    struct tempdb *self = *state;
    struct utm_value row;
    int64_t id = 0, other = 0;

    assert_int_equal(add(self, UTM_SOURCE, "wechat-mp", "gzh", &id), OK);
    assert_int_equal(utm_values_find(self->db, &self->arena, id, &row), OK);
    assert_int_equal(row.aliases.count, 1);
    row.aliases.count = 0;
    row.value = STR("weixin");
    assert_int_equal(utm_values_update(self->db, &row), OK);
    assert_str_same(canonical(self, UTM_SOURCE, "gzh"), STR("?"));
    assert_str_same(canonical(self, UTM_SOURCE, "wechat-mp"), STR("?"));
    assert_str_same(canonical(self, UTM_SOURCE, "weixin"), STR("weixin"));
    assert_int_equal(add(self, UTM_SOURCE, "gzh", "", &other), OK);
    assert_int_equal(utm_values_delete(self->db, id), OK);
    assert_int_equal(utm_values_delete(self->db, id), ERR_NOT_FOUND);
    assert_str_same(canonical(self, UTM_SOURCE, "weixin"), STR("?"));
    assert_str_same(canonical(self, UTM_SOURCE, "gzh"), STR("gzh"));
}

static void utm_values__archived_ones_are_understood_but_not_open(void **state)
{
    struct tempdb *self = *state;
    struct utm_value row;
    bool some = true, open = true;
    int64_t id = 0;

    assert_int_equal(utm_values_any(self->db, UTM_MEDIUM, &some, &open), OK);
    assert_false(some || open);
    assert_int_equal(add(self, UTM_MEDIUM, "cpc", "sem", &id), OK);
    assert_int_equal(utm_values_any(self->db, UTM_MEDIUM, &some, &open), OK);
    assert_true(some && open);
    assert_int_equal(utm_values_find(self->db, &self->arena, id, &row), OK);
    row.archived = true;
    assert_int_equal(utm_values_update(self->db, &row), OK);
    assert_int_equal(utm_values_any(self->db, UTM_MEDIUM, &some, &open), OK);
    assert_true(some && !open);
    assert_str_same(canonical(self, UTM_MEDIUM, "SEM"), STR("cpc"));
}

static void utm_values__lists_are_paged_and_searched(void **state)
{
    struct tempdb *self = *state;
    struct utm_values_filter filter = {.field = -1, .limit = 2};
    struct utm_values_page page;
    int64_t id = 0, total = 0;

    assert_int_equal(add(self, UTM_SOURCE, "wechat-mp", "gzh", &id), OK);
    assert_int_equal(add(self, UTM_MEDIUM, "community", "社群", &id), OK);
    assert_int_equal(add(self, UTM_SOURCE, "douyin", "", &id), OK);
    assert_int_equal(utm_values_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 2);
    assert_true(page.more);
    assert_int_equal(total, 3);
    filter.after_id = page.values[1].id;
    assert_int_equal(utm_values_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 1);
    assert_false(page.more);
    assert_str_same(page.values[0].value, STR("douyin"));
    filter = (struct utm_values_filter){.field = UTM_SOURCE, .q = STR("GZ"), .limit = 10};
    assert_int_equal(utm_values_list(self->db, &self->arena, &filter, &page, &total), OK);
    assert_int_equal(page.count, 1);
    assert_str_same(page.values[0].aliases.items[0], STR("gzh"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(utm_values__every_spelling_finds_the_value, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utm_values__a_spelling_belongs_to_one_value_of_a_field, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utm_values__an_update_frees_the_spellings_it_drops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utm_values__archived_ones_are_understood_but_not_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(utm_values__lists_are_paged_and_searched, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
