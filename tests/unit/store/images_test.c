/* SPDX-License-Identifier: MIT */
/* Goal: a picture is kept as long as a target names it and a day longer, under a name that nobody guesses, once. */
#include "assert_str.h"

#include "linkpond/model/link.h"
#include "linkpond/store/images.h"
#include "linkpond/store/links.h"
#include "linkpond/store/target_events.h"
#include "linkpond/store/targets.h"

#include "tempdb.h"

#define DAY  INT64_C(86400000)
#define PAST (10 * DAY)

static int set_up(void **state)
{
    struct tempdb *self = calloc(1, sizeof *self);
    struct link link;

    tempdb_init(self);
    tempdb_domain(self);
    link_init(&link);
    link.id = 1;
    link.domain_id = self->domain_id;
    link.code = STR("aaaaaaa");
    link.url = STR("https://example.com/");
    link.created_ms = link.updated_ms = 1;
    assert_int_equal(links_insert(self->db, &link), OK);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct tempdb *self = *state;

    tempdb_done(self);
    free(self);
    return 0;
}

static struct image_row put(struct tempdb *self, const char *bytes, int64_t now_ms)
{
    struct image_row row = {.kind = IMAGE_PNG, .width = 300, .height = 200, .owner_id = 1, .created_ms = now_ms};

    row.qr_text = STR("https://weixin.qq.com/g/1");
    assert_int_equal(images_put(self->db, &self->arena, &row, str_from_c(bytes)), OK);
    return row;
}

static bool is_there(struct tempdb *self, int64_t id)
{
    struct image_row row;
    enum err err = images_find(self->db, &self->arena, id, &row);

    assert_true(err == OK || err == ERR_NOT_FOUND);
    return err == OK;
}

static void sweep(struct tempdb *self, int64_t now_ms)
{
    int64_t deleted;

    assert_int_equal(images_sweep(self->db, now_ms, &deleted), OK);
}

static int64_t show(struct tempdb *self, int64_t image_id)
{
    struct target target = {.link_id = 1,
                            .kind = TARGET_QR,
                            .image_id = image_id,
                            .weight = 1,
                            .enabled = true,
                            .valid_from_ms = TIME_NONE,
                            .valid_until_ms = TIME_NONE,
                            .cap_total = TARGET_NO_CAP,
                            .cap_day = TARGET_NO_CAP,
                            .cap_hour = TARGET_NO_CAP,
                            .replaced_ms = TIME_NONE,
                            .deleted_ms = TIME_NONE};

    assert_int_equal(targets_insert(self->db, &target), OK);
    return target.id;
}

static void images__come_back_as_they_were_put(void **state)
{
    struct tempdb *self = *state;
    struct image_row row = put(self, "bytes of a picture", PAST), there;
    enum image_kind kind = IMAGE_JPEG;
    str data;

    assert_int_equal(images_find(self->db, &self->arena, row.id, &there), OK);
    assert_str_same(there.name, row.name);
    assert_int_equal(there.name.len, IMAGE_NAME_LEN);
    assert_str(there.qr_text, "https://weixin.qq.com/g/1");
    assert_int_equal(there.width, 300);
    assert_int_equal(there.height, 200);
    assert_int_equal(there.bytes, 18);
    assert_int_equal(images_data_named(self->db, &self->arena, row.name, &kind, &data), OK);
    assert_int_equal(kind, IMAGE_PNG);
    assert_str(data, "bytes of a picture");
    assert_int_equal(images_data_named(self->db, &self->arena, STR("aaaaaaaaaaaaaaaaaaaaaa"), &kind, &data),
                     ERR_NOT_FOUND);
}

static void images__the_same_picture_is_one_row_of_each_owner(void **state)
{
    struct tempdb *self = *state;
    struct image_row first = put(self, "one", PAST), again = put(self, "one", PAST + 5), other = put(self, "two", PAST);
    struct image_row nobodys = {.kind = IMAGE_PNG, .created_ms = PAST};

    assert_int_equal(first.id, again.id);
    assert_str_same(first.name, again.name);
    assert_int_not_equal(first.id, other.id);
    assert_int_equal(images_put(self->db, &self->arena, &nobodys, STR("one")), OK);
    assert_int_not_equal(first.id, nobodys.id);
}

static void images__go_a_day_after_nothing_names_them(void **state)
{
    struct tempdb *self = *state;
    struct image_row used = put(self, "used", PAST), unused = put(self, "unused", PAST);
    int64_t target_id = show(self, used.id);

    sweep(self, PAST + DAY / 2);
    assert_true(is_there(self, unused.id)); /* somebody may be about to name it */
    sweep(self, PAST + DAY + 1);
    assert_true(is_there(self, unused.id)); /* noticed now */
    sweep(self, PAST + 2 * DAY + 2);
    assert_false(is_there(self, unused.id));
    assert_true(is_there(self, used.id));
    assert_int_equal(targets_delete(self->db, target_id, PAST + 3 * DAY), OK);
    sweep(self, PAST + 3 * DAY);
    assert_true(is_there(self, used.id)); /* pages that are open now still ask for it */
    sweep(self, PAST + 4 * DAY + 1);
    assert_false(is_there(self, used.id));
}

static void images__what_is_named_again_in_time_stays(void **state)
{
    struct tempdb *self = *state;
    struct image_row row = put(self, "again", PAST), late = put(self, "uploaded again", PAST);

    sweep(self, PAST + DAY + 1);
    show(self, row.id);
    put(self, "uploaded again", PAST + DAY + 2);
    sweep(self, PAST + DAY + 3);
    sweep(self, PAST + 2 * DAY + 1);
    assert_true(is_there(self, row.id));
    assert_true(is_there(self, late.id));
}

static void images__references_are_read_as_they_are_written(void **state)
{
    (void)state;
    char memory[IMAGE_REF_MAX];
    static const str bad[] = {STR_INIT("12"),     STR_INIT("img_"),   STR_INIT("img_0"),
                              STR_INIT("img_-1"), STR_INIT("tgt_12"), STR_INIT("img_12x")};

    assert_int_equal(image_ref_read(image_ref(12, memory)), 12);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(image_ref_read(bad[i]), 0);
    }
}

static void events__happen_once(void **state)
{
    struct tempdb *self = *state;
    int64_t target_id = show(self, 0);
    const struct target_page page = {target_id, 500, 1}, other = {target_id, 501, 1};
    bool fresh = false;
    str channel;

    assert_int_equal(target_presses_put(self->db, &self->arena, &page, 900, &fresh, &channel), OK);
    assert_true(fresh);
    assert_int_equal(target_presses_put(self->db, &self->arena, &page, 901, &fresh, &channel), OK);
    assert_false(fresh);
    assert_int_equal(target_presses_put(self->db, &self->arena, &other, 900, &fresh, &channel), OK);
    assert_true(fresh);
    assert_int_equal(target_presses_expire(self->db, 501), OK);
    assert_int_equal(target_presses_put(self->db, &self->arena, &other, 900, &fresh, &channel), OK);
    assert_false(fresh);
    assert_int_equal(target_events_put(self->db, target_id, STR("add-1"), 1, &fresh), OK);
    assert_true(fresh);
    assert_int_equal(target_events_put(self->db, target_id, STR("add-1"), 2, &fresh), OK);
    assert_false(fresh);
    assert_int_equal(target_events_purge(self->db, 1), OK);
    assert_int_equal(target_events_put(self->db, target_id, STR("add-1"), 3, &fresh), OK);
    assert_true(fresh);
}

/* A press and the click it came from are stored in either order; the press knows the channel, or the click that there
 * was a press, and never both. */
static void presses__find_their_channel_whichever_comes_first(void **state)
{
    struct tempdb *self = *state;
    const struct target_page first = {show(self, 0), 500, 1}, second = {first.target_id, 500, 2};
    const struct click_value poster = {.text = STR("poster")}, none = {0};
    int64_t pressed_ms = 0;
    bool fresh = false;
    str channel;

    assert_int_equal(target_presses_channel(self->db, &first, &poster, &pressed_ms), OK);
    assert_int_equal(pressed_ms, TIME_NONE);
    assert_int_equal(target_presses_put(self->db, &self->arena, &first, 900, &fresh, &channel), OK);
    assert_true(fresh);
    assert_str(channel, "poster");
    assert_int_equal(target_presses_channel(self->db, &first, &poster, &pressed_ms), OK);
    assert_int_equal(pressed_ms, TIME_NONE); /* known: it was counted with the press */
    assert_int_equal(target_presses_put(self->db, &self->arena, &second, 901, &fresh, &channel), OK);
    assert_true(fresh);
    assert_int_equal(channel.len, 0);
    assert_int_equal(target_presses_channel(self->db, &second, &none, &pressed_ms), OK);
    assert_int_equal(pressed_ms, TIME_NONE);
    assert_int_equal(target_presses_channel(self->db, &second, &poster, &pressed_ms), OK);
    assert_int_equal(pressed_ms, 901);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(images__come_back_as_they_were_put, set_up, tear_down),
        cmocka_unit_test_setup_teardown(images__the_same_picture_is_one_row_of_each_owner, set_up, tear_down),
        cmocka_unit_test_setup_teardown(images__go_a_day_after_nothing_names_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(images__what_is_named_again_in_time_stays, set_up, tear_down),
        cmocka_unit_test(images__references_are_read_as_they_are_written),
        cmocka_unit_test_setup_teardown(events__happen_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(presses__find_their_channel_whichever_comes_first, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
