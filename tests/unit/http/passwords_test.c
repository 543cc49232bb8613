/* SPDX-License-Identifier: MIT */
/* Goal: however many sign in at once, a fixed number of passwords is being hashed, a few wait, and the rest is told so
 * at once. */
#include <pthread.h>
#include <stdatomic.h>

#include "assert_str.h"
#include "linkpond/http/passwords.h"

static void passwords__nobody_s_is_never_right_and_costs_the_same_work(void **state)
{
    (void)state;
    struct passwords *self = passwords_new(1, 1);
    bool right = true, outdated = true;
    assert_int_equal(passwords_check(self, STR(""), STR(""), &right, &outdated), OK);
    assert_false(right);
    assert_false(outdated); /* the work done is that of a hash of today */
    passwords_free(self);
}

static void passwords__a_full_house_turns_away(void **state)
{
    (void)state;
    struct passwords *self = passwords_new(2, 0);
    bool right;
    assert_int_equal(passwords_enter(self), OK);
    assert_int_equal(passwords_enter(self), OK);
    assert_int_equal(passwords_check(self, STR(""), STR("x"), &right, NULL), ERR_UNAVAILABLE);
    passwords_leave(self);
    assert_int_equal(passwords_check(self, STR(""), STR("x"), &right, NULL), OK);
    passwords_leave(self);
    passwords_free(self);
}

#define CROWD 12
static struct crowd {
    struct passwords *passwords;
    atomic_int inside, most, served, refused;
} crowd;

static void *come(void *arg)
{
    (void)arg;
    if (passwords_enter(crowd.passwords) != OK) {
        atomic_fetch_add(&crowd.refused, 1);
        return NULL;
    }
    int now = atomic_fetch_add(&crowd.inside, 1) + 1, most = atomic_load(&crowd.most);
    while (now > most && !atomic_compare_exchange_weak(&crowd.most, &most, now)) {
    }
    for (volatile int work = 0; work < 200000; work = work + 1) {
    }
    atomic_fetch_add(&crowd.served, 1);
    atomic_fetch_sub(&crowd.inside, 1);
    passwords_leave(crowd.passwords);
    return NULL;
}

static void passwords__a_crowd_is_served_or_told_and_never_more_at_once(void **state)
{
    (void)state;
    pthread_t threads[CROWD];
    crowd.passwords = passwords_new(2, 4);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, come, NULL), 0);
    }
    for (int i = 0; i < CROWD; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(atomic_load(&crowd.served) + atomic_load(&crowd.refused), CROWD);
    assert_true(atomic_load(&crowd.served) >= 2);
    assert_true(atomic_load(&crowd.most) <= 2);
    passwords_free(crowd.passwords);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords__nobody_s_is_never_right_and_costs_the_same_work),
        cmocka_unit_test(passwords__a_full_house_turns_away),
        cmocka_unit_test(passwords__a_crowd_is_served_or_told_and_never_more_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
