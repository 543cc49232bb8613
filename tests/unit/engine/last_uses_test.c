/* SPDX-License-Identifier: MIT */
/* Goal: noting a use never waits for the writer, and what was noted is stored whoever is gone by then. */
#include "ledger.h"
#include "linkpond/engine/last_uses.h"
#include "linkpond/store/sessions.h"
#include "linkpond/store/users.h"

#define NOW INT64_C(1772416800000)

static struct ledger ledger;

static struct session session_of(uint8_t byte)
{
    struct session session = {.user_id = USER_ADMIN, .csrf = STR("c"), .created_ms = NOW, .seen_ms = NOW};

    memset(session.hash, byte, sizeof session.hash);
    return session;
}

static int setup(void **state)
{
    (void)state;
    ledger_init(&ledger);
    struct session session = session_of(7);
    assert_int_equal(sessions_insert(ledger.db.db, &session), OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ledger_done(&ledger);
    return 0;
}

static int64_t seen_ms(uint8_t byte)
{
    struct session found, wanted = session_of(byte);
    struct db *db = ledger_reader(&ledger);

    assert_int_equal(sessions_find(db, &ledger.db.arena, wanted.hash, &found), OK);
    db_close(db);
    return found.seen_ms;
}

static void note(struct last_uses *uses, int64_t key_id, uint8_t byte, int64_t used_ms)
{
    struct last_use use = {.key_id = key_id, .has_session = byte != 0, .used_ms = used_ms};

    memset(use.session_hash, byte, sizeof use.session_hash);
    last_uses_note(uses, &use);
}

static void last_uses__who_is_gone_keeps_nobody_elses_from_being_stored(void **state)
{
    (void)state;
    struct fault fault = {0};
    ledger_start(&ledger);
    struct last_uses *uses = last_uses_new(ledger.writer);
    assert_int_equal(last_uses_store(uses, &fault), OK);
    note(uses, 999, 0, NOW + 1);
    note(uses, 0, 8, NOW + 2);
    note(uses, 999, 7, NOW + 3);
    assert_int_equal(seen_ms(7), NOW);
    assert_int_equal(last_uses_store(uses, &fault), OK);
    assert_int_equal(seen_ms(7), NOW + 3);
    note(uses, 0, 7, NOW + 4);
    last_uses_free(uses);
    assert_int_equal(seen_ms(7), NOW + 4);
}

/* Nobody stores here, so whoever waited would wait for ever. */
static void last_uses__noting_waits_for_nobody_and_is_bounded(void **state)
{
    (void)state;
    struct last_uses *uses = last_uses_new(NULL);
    for (int i = 0; i < 2 * LAST_USES_MAX; i++) {
        note(uses, 0, 7, NOW + i);
    }
    free(uses); /* without storing */
    ledger_start(&ledger);
    assert_int_equal(seen_ms(7), NOW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(last_uses__who_is_gone_keeps_nobody_elses_from_being_stored),
        TEST(last_uses__noting_waits_for_nobody_and_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
