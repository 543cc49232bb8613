/* SPDX-License-Identifier: MIT */
/* Goal: a page presses once, whoever else presses at the same time and whatever happens in between, in the hour of the
 * installation's zone. */
#include "engine_fixture.h"

#include <pthread.h>

#include "linkpond/engine/presses.h"
#include "linkpond/store/targets.h"

#define THREADS 4
#define PRESSES 50

struct wanted {
    int64_t link_id, target_id;
};

static enum err insert_target(struct db *db, void *arg, struct fault *fault)
{
    struct wanted *self = arg;
    struct target target = {.link_id = self->link_id,
                            .kind = TARGET_QR,
                            .weight = 1,
                            .enabled = true,
                            .valid_from_ms = TIME_NONE,
                            .valid_until_ms = TIME_NONE,
                            .cap_total = TARGET_NO_CAP,
                            .cap_day = TARGET_NO_CAP,
                            .cap_hour = TARGET_NO_CAP,
                            .replaced_ms = TIME_NONE,
                            .deleted_ms = TIME_NONE};
    (void)fault;
    enum err err = targets_insert(db, &target);
    self->target_id = target.id;
    return err;
}

static int64_t make_target(struct pond *pond)
{
    struct link_draft draft = {.url = STR("https://example.com/")};
    struct link_result made;
    struct fault fault = {0};
    draft.presence.present = 1; /* url */
    editor_link_create(pond->engine->editor, &pond->admin, &pond->arena, &draft, &(struct import_extra){0}, &made);
    assert_int_equal(made.err, OK);
    struct wanted wanted = {.link_id = made.link.id};
    assert_int_equal(
        writer_submit(pond->engine->writer, &(struct writer_task){.run = insert_target, .arg = &wanted}, &fault), OK);
    return wanted.target_id;
}

static int64_t pressed(struct pond *pond, int64_t target_id, int64_t from_ms, int64_t to_ms)
{
    struct target_figures sum;
    struct db *db = readers_take(pond->engine->readers, 1000);
    assert_non_null(db);
    assert_int_equal(targets_sum(db, target_id, from_ms, to_ms, &sum), OK);
    readers_give(pond->engine->readers, db);
    return sum.pressed;
}

static void presses__a_token_presses_once_also_after_a_restart(void **state)
{
    struct pond *pond = *state;
    int64_t now_ms = clock_now_ms(), target_id = make_target(pond);
    const struct live_token token = {.target_id = target_id, .clicked_ms = now_ms},
                            other = {.target_id = target_id, .clicked_ms = now_ms, .page = 1},
                            later = {.target_id = target_id, .clicked_ms = now_ms + 1};
    presses_note(pond->engine->presses, &token, now_ms);
    presses_note(pond->engine->presses, &token, now_ms + 5);
    assert_int_equal(pressed(pond, target_id, 0, INT64_MAX), 1);
    pond_reopen(pond);
    presses_note(pond->engine->presses, &token, now_ms + 10);
    assert_int_equal(pressed(pond, target_id, 0, INT64_MAX), 1);
    presses_note(pond->engine->presses, &later, now_ms + 10);
    assert_int_equal(pressed(pond, target_id, 0, INT64_MAX), 2);
    presses_note(pond->engine->presses, &other, now_ms + 10); /* another visitor's, of the same millisecond */
    presses_note(pond->engine->presses, &other, now_ms + 10);
    assert_int_equal(pressed(pond, target_id, 0, INT64_MAX), 3);
    assert_int_equal(presses_dropped(pond->engine->presses), 0);
}

/* Asia/Shanghai has whole hours; what counts is that the row is that of the pressing, not of the click. */
static void presses__counts_in_the_hour_of_the_press(void **state)
{
    struct pond *pond = *state;
    int64_t hour_ms = clock_now_ms() / MS_PER_HOUR * MS_PER_HOUR, target_id = make_target(pond);
    const struct live_token token = {.target_id = target_id, .clicked_ms = hour_ms - 1};
    presses_note(pond->engine->presses, &token, hour_ms);
    assert_int_equal(pressed(pond, target_id, hour_ms, hour_ms + 1), 1);
    assert_int_equal(pressed(pond, target_id, 0, hour_ms), 0);
}

static void presses__of_a_target_that_never_was_counts_nothing(void **state)
{
    struct pond *pond = *state;
    const struct live_token token = {.target_id = 77, .clicked_ms = 5};
    presses_note(pond->engine->presses, &token, 10);
    assert_int_equal(pressed(pond, 77, 0, INT64_MAX), 0);
}

struct crowd {
    struct pond *pond;
    int64_t target_id, first_ms;
};

static void *press_all(void *arg)
{
    const struct crowd *self = arg;
    for (int i = 0; i < PRESSES; i++) {
        const struct live_token token = {.target_id = self->target_id, .clicked_ms = self->first_ms + i};
        presses_note(self->pond->engine->presses, &token, self->first_ms + i);
    }
    return NULL;
}

static void presses__of_many_at_once_each_counts_and_none_twice(void **state)
{
    struct pond *pond = *state;
    struct crowd crowd = {.pond = pond, .target_id = make_target(pond), .first_ms = clock_now_ms()};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, press_all, &crowd), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    pond_reopen(pond); /* nobody is left at work, and what waits is stored */
    assert_int_equal(pressed(pond, crowd.target_id, 0, INT64_MAX), PRESSES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POND_TEST(presses__a_token_presses_once_also_after_a_restart),
        POND_TEST(presses__counts_in_the_hour_of_the_press),
        POND_TEST(presses__of_a_target_that_never_was_counts_nothing),
        POND_TEST(presses__of_many_at_once_each_counts_and_none_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
