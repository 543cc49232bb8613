/* SPDX-License-Identifier: MIT */
/* Goal: an event finds the click it names wherever the ledger keeps it, its customer gets every click of their browsers
 * that was answered before and none of others', two events of one person make one customer, and nothing that cannot be
 * joined is lost. */
#include "assert_str.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/intake.h"
#include "linkpond/engine/joiner.h"
#include "linkpond/engine/rewriter.h"
#include "linkpond/store/chunks.h"
#include "linkpond/store/customers.h"
#include "linkpond/store/forwards.h"
#include "linkpond/store/touches.h"

#include "ledger.h"

#define BROWSER INT64_C(5000000) /* behind all pseudonyms of a test */

struct world {
    struct ledger ledger;
    struct deals deals;
    struct joiner *joiner;
    struct arena arena;
    int64_t now_ms, link, other_link;
    unsigned named;
};
static struct world world;

static void start(void)
{
    struct fault fault = {0};

    ledger_start(&world.ledger);
    assert_int_equal(joiner_start(&(struct joiner_opts){.writer = world.ledger.writer,
                                                        .path = tempdir_file(&world.ledger.db.dir, "test.db")},
                                  &world.joiner, &fault),
                     OK);
    world.deals.writer = world.ledger.writer;
    world.deals.joiner = world.joiner;
}

static int setup(void **state)
{
    (void)state;
    world = (struct world){0};
    ledger_init(&world.ledger);
    arena_init(&world.arena, (size_t)1 << 24);
    world.now_ms = clock_now_ms() - 60000;
    world.link = ledger_link(&world.ledger, NULL);
    world.other_link = ledger_link(&world.ledger, NULL);
    world.ledger.writer_opts.chunk_rows = 512;
    world.ledger.writer_opts.fold_rows = 256;
    start();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    joiner_stop(world.joiner);
    ledger_done(&world.ledger);
    arena_done(&world.arena);
    return 0;
}

/* A visit by that browser (0 = without a cookie) from 203.0.113.<host>. */
static int64_t visit(int64_t link, int64_t browser, unsigned host)
{
    struct record record = ledger_visit(link, world.now_ms++, host);

    record.visitor = browser;
    record.signals = browser > 0 ? SIGNAL_COOKIE : 0;
    record.query = STR("utm_source=group");
    return ledger_append(&world.ledger, &record);
}

static struct deal_event deal(const char *type, int64_t click_id)
{
    return (struct deal_event){.type = str_from_c(type), .click_id = click_id, .origin = EVENT_BY_API};
}

static struct deal_result send(const struct deal_event *event)
{
    struct deal_result result;
    struct fault fault = {0};

    assert_int_equal(deals_intake(&world.deals, &world.arena, event, 1, clock_now_ms(), &result, &fault), OK);
    return result;
}

static int64_t sent(const struct deal_event *event)
{
    struct deal_result result = send(event);

    assert_int_equal(result.err, OK);
    return result.event.id;
}

static int64_t sent_by(const char *type, int64_t click_id, const char *external)
{
    struct deal_event event = deal(type, click_id);
    const struct identity identity = {IDENTITY_EXTERNAL, str_from_c(external)};

    event.identities = &identity;
    event.identities_count = 1;
    return sent(&event);
}

static struct event joined(int64_t id)
{
    struct event event;

    assert_int_equal(joiner_drain(world.joiner, 30000), OK);
    struct db *db = ledger_reader(&world.ledger);
    assert_int_equal(events_find(db, &world.arena, id, BOUNDS_ALL, &event), OK);
    db_close(db);
    return event;
}

#define TOUCHES_MAX 2000
static struct touch touches[TOUCHES_MAX];
static size_t touches_of(int64_t customer_id)
{
    struct db *db = ledger_reader(&world.ledger);
    struct stmt *rows = touches_each(db, customer_id);
    size_t count = 0;

    while (count < TOUCHES_MAX && touches_next(rows, &touches[count])) {
        count++;
    }
    assert_int_equal(stmt_err(rows), OK);
    db_close(db);
    return count;
}

static void fill(int64_t visits)
{
    for (int64_t i = 0; i < visits; i++) {
        visit(world.link, 0, (unsigned)i % 200);
    }
    ledger_drain(&world.ledger);
}

static void wait_for_a_chunk(void)
{
    struct db *db = ledger_reader(&world.ledger);
    int64_t chunks = 0, seq = 0, until_ns = clock_mono_ns() + 30 * INT64_C(1000000000);

    while (chunks == 0 && clock_mono_ns() < until_ns) {
        assert_int_equal(chunks_extent(db, &chunks, &seq), OK);
        ledger_drain(&world.ledger);
    }
    db_close(db);
    assert_true(chunks > 0);
}

/* ---- */

static void event__finds_its_click_and_is_joined(void **state)
{
    (void)state;
    int64_t click = visit(world.link, BROWSER + 1, 1);
    struct deal_event lead = deal("lead", click);
    struct event event = joined(sent(&lead));

    assert_int_equal(event.state, EVENT_JOINED);
    assert_int_equal(event.link_id, world.link);
    assert_true(event.customer_id > 0);
    assert_int_equal(touches_of(event.customer_id), 1);
    assert_int_equal(touches[0].click_id, click);
    assert_int_equal(touches[0].link_id, world.link);
    assert_true(touches[0].terms[TOUCH_UTM_SOURCE] > 0);
}

static void customer__gets_all_clicks_of_their_browser_and_nobody_elses(void **state)
{
    (void)state;
    visit(world.other_link, BROWSER + 1, 1);
    visit(world.other_link, BROWSER + 2, 2);
    int64_t click = visit(world.link, BROWSER + 1, 3);
    struct deal_event lead = deal("lead", click);
    struct event event = joined(sent(&lead));

    assert_int_equal(touches_of(event.customer_id), 2);
    assert_int_equal(touches[0].link_id, world.other_link);
    assert_int_equal(touches[1].click_id, click);
}

static void customer__gets_clicks_out_of_chunks_too(void **state)
{
    (void)state;
    int64_t first = visit(world.other_link, BROWSER + 1, 1);
    fill(2000);
    wait_for_a_chunk();
    struct deal_event lead = deal("lead", first), deal_later = deal("deal", visit(world.link, BROWSER + 1, 2));
    struct event event = joined(sent(&lead));
    assert_int_equal(event.link_id, world.other_link);
    struct event later = joined(sent(&deal_later));
    assert_int_equal(event.customer_id, later.customer_id);
    assert_int_equal(touches_of(event.customer_id), 2);
    assert_int_equal(touches[0].click_id, first);
}

static void customer__gets_later_clicks_when_the_next_event_joins(void **state)
{
    (void)state;
    struct deal_event lead = deal("lead", visit(world.link, BROWSER + 1, 1));
    struct event event = joined(sent(&lead));
    visit(world.other_link, BROWSER + 1, 1);
    visit(world.other_link, BROWSER + 1, 1);
    assert_int_equal(touches_of(event.customer_id), 1);
    struct deal_event bought = {.type = STR("deal"), .customer_id = event.customer_id};
    event = joined(sent(&bought));
    assert_int_equal(event.state, EVENT_JOINED);
    assert_int_equal(touches_of(event.customer_id), 3);
}

static void pseudonym__of_the_day_brings_its_clicks_to_each_but_makes_them_no_one_person(void **state)
{
    (void)state;
    int64_t first = visit(world.link, 0, 7), second = visit(world.other_link, 0, 7);
    struct deal_event one = deal("lead", first), two = deal("lead", second);
    int64_t one_id = sent(&one), two_id = sent(&two);
    struct event a = joined(one_id), b = joined(two_id);

    assert_true(a.customer_id != b.customer_id);
    assert_int_equal(touches_of(a.customer_id), 2);
    assert_int_equal(touches_of(b.customer_id), 2);
}

static void two_browsers__that_name_one_person_are_one_customer_with_all_clicks(void **state)
{
    (void)state;
    visit(world.other_link, BROWSER + 1, 1);
    visit(world.other_link, BROWSER + 2, 2);
    int64_t phone = visit(world.link, BROWSER + 1, 1), desk = visit(world.link, BROWSER + 2, 2);
    struct deal_event alone = deal("lead", phone);
    int64_t first = joined(sent(&alone)).customer_id;
    sent_by("add_friend", desk, "u1");
    struct event event = joined(sent_by("deal", phone, "u1"));

    assert_int_equal(event.customer_id, first);
    assert_int_equal(touches_of(first), 4);
}

static void machines__are_no_touches(void **state)
{
    (void)state;
    struct record record = ledger_visit(world.link, world.now_ms, 9);

    record.user_agent = STR(LEDGER_UA_BOT);
    int64_t click = ledger_append(&world.ledger, &record);
    struct event event = joined(sent_by("lead", click, "u1"));
    assert_int_equal(event.state, EVENT_JOINED);
    assert_int_equal(event.link_id, world.link);
    assert_int_equal(touches_of(event.customer_id), 0);
}

static enum err note_forward(struct db *db, void *arg, struct fault *fault)
{
    (void)fault;
    return forwards_note(db, arg);
}

static void forwarded__the_click_is_a_touch_of_the_second_generation(void **state)
{
    (void)state;
    visit(world.other_link, BROWSER + 1, 1);
    int64_t click = visit(world.link, BROWSER + 1, 1);
    struct deal_event lead = deal("lead", click), own = deal("lead", click);

    lead.page = STR("p2");
    lead.generation = 2;
    const struct forward sent_on[] = {{click, STR("p1"), 1, SCENE_UNKNOWN, 1}, {click, STR("p2"), 2, SCENE_GROUP, 2}};
    for (size_t i = 0; i < ARRAY_LEN(sent_on); i++) {
        struct forward forward = sent_on[i];
        assert_int_equal(
            writer_submit(world.ledger.writer, &(struct writer_task){.run = note_forward, .arg = &forward}, NULL), OK);
    }
    struct event second = joined(sent(&lead)), first = joined(sent(&own));
    assert_true(second.customer_id != first.customer_id);
    assert_int_equal(touches_of(second.customer_id), 1);
    assert_int_equal(touches[0].generation, 2);
    assert_int_equal(touches[0].scene, SCENE_GROUP);
    assert_int_equal(touches_of(first.customer_id), 2);
}

/* As when an acquisition link of WeCom is passed on: each who adds a friend brings the same click. */
static void one_click_of_two_people__is_a_touch_of_each(void **state)
{
    (void)state;
    int64_t click = visit(world.link, BROWSER + 1, 1);
    struct event one = joined(sent_by("add_friend", click, "u1")), two = joined(sent_by("add_friend", click, "u2"));
    struct event again = joined(sent_by("deal", click, "u2"));

    assert_true(one.customer_id != two.customer_id);
    assert_int_equal(again.customer_id, two.customer_id);
    assert_int_equal(touches_of(one.customer_id), 1);
    assert_int_equal(touches_of(two.customer_id), 1);
    assert_true(touches[0].click_id == click);
}

static void gone__an_event_is_kept_and_matched_when_its_click_gets_a_customer(void **state)
{
    (void)state;
    int64_t never = visit(world.link, BROWSER + 1, 1) + 64000;
    struct deal_event lead = deal("lead", never);
    int64_t id = sent(&lead);
    struct event event = joined(id);

    assert_int_equal(event.state, EVENT_UNMATCHED);
    assert_int_equal(event.click_id, never);
    struct event known = joined(sent_by("deal", never, "u1"));
    assert_int_equal(known.state, EVENT_JOINED);
    event = joined(id);
    assert_int_equal(event.state, EVENT_JOINED);
    assert_int_equal(event.customer_id, known.customer_id);
}

static void nobody__an_event_without_click_and_customer_is_kept_as_unmatched(void **state)
{
    (void)state;
    struct deal_event lead = deal("lead", 0);

    assert_int_equal(joined(sent(&lead)).state, EVENT_UNMATCHED);
}

static void repeat__is_answered_with_what_is_stored_and_another_event_is_refused(void **state)
{
    (void)state;
    struct deal_event lead = deal("lead", visit(world.link, BROWSER + 1, 1));

    lead.event_id = STR("order-1");
    struct deal_result first = send(&lead), again = send(&lead);
    assert_false(first.existed);
    assert_true(again.existed);
    assert_int_equal(first.event.id, again.event.id);
    lead.has_value = true;
    lead.value = 5;
    lead.currency = STR("CNY");
    struct deal_result other = send(&lead);
    assert_int_equal(other.err, ERR_EVENT_TAKEN);
    assert_int_equal(other.event.id, first.event.id);
}

static void batch__a_refused_event_leaves_the_others_alone(void **state)
{
    (void)state;
    struct deal_event events[3] = {deal("lead", 0), deal("", 0), deal("deal", 0)};
    struct deal_result results[3];
    struct fault fault = {0};

    assert_int_equal(deals_intake(&world.deals, &world.arena, events, 3, clock_now_ms(), results, &fault), OK);
    assert_int_equal(results[0].err, OK);
    assert_int_equal(results[1].err, ERR_INVALID);
    assert_string_equal(results[1].fault.field, "type");
    assert_int_equal(results[2].event.id, results[0].event.id + 1);
}

static void restart__what_waited_is_joined_then(void **state)
{
    (void)state;
    joiner_stop(world.joiner);
    world.joiner = NULL;
    world.deals.joiner = NULL;
    struct deal_event lead = deal("lead", visit(world.link, BROWSER + 1, 1));
    int64_t id = sent(&lead);
    ledger_stop(&world.ledger);
    start();
    assert_int_equal(joined(id).state, EVENT_JOINED);
}

/* nginx sends a request again to a daemon that came back: the visitor has the second answer, and the id in it. */
static void event__of_a_repeated_request_is_of_the_click_it_repeats(void **state)
{
    (void)state;
    struct record record = ledger_visit(world.link, clock_now_ms(), 1);
    record.request_id = STR("7f3c21");
    int64_t first = ledger_append(&world.ledger, &record);
    joiner_stop(world.joiner);
    ledger_stop(&world.ledger);
    journal_close(world.ledger.journal);
    ledger_open_journal(&world.ledger);
    start();
    record.time_ms = clock_now_ms() + 1;
    int64_t again = ledger_append(&world.ledger, &record);
    struct deal_event lead = deal("lead", again), sale = deal("deal", first);
    struct event event = joined(sent(&lead)), later = joined(sent(&sale));

    assert_int_equal(event.state, EVENT_JOINED);
    assert_int_equal(event.click_id, again);
    assert_int_equal(event.link_id, world.link);
    assert_int_equal(event.customer_id, later.customer_id);
    assert_int_equal(touches_of(event.customer_id), 1);
    assert_int_equal(touches[0].click_id, first);
}

static enum err forget(struct db *db, void *arg, struct fault *fault)
{
    int64_t id = 0;
    (void)arg;
    (void)fault;
    return rewriter_ask_forget(db, BROWSER + 1, VISITOR_BY_COOKIE, clock_now_ms(), &id);
}

static void forgotten__a_browser_leads_to_nobody_any_more(void **state)
{
    (void)state;
    struct deal_event lead = deal("lead", visit(world.link, BROWSER + 1, 1));
    struct event event = joined(sent(&lead));
    struct identity_row *identities = NULL;
    size_t count = 99;

    assert_int_equal(writer_submit(world.ledger.writer, &(struct writer_task){.run = forget}, NULL), OK);
    struct db *db = ledger_reader(&world.ledger);
    assert_int_equal(identities_of(db, &world.arena, event.customer_id, &identities, &count), OK);
    db_close(db);
    assert_int_equal(count, 0);
    assert_int_equal(touches_of(event.customer_id), 1);
}

/* ---- what can be an event at all ---- */

static void refused(struct deal_event event, const char *field, const char *code)
{
    struct fault fault = {0};

    assert_int_equal(deal_event_check(&event, 1000000 * MS_PER_DAY, &fault), ERR_INVALID);
    assert_string_equal(fault.field, field);
    assert_string_equal(fault.code, code);
}

static void check__names_the_field_that_cannot_be(void **state)
{
    (void)state;
    const int64_t now_ms = 1000000 * MS_PER_DAY;
    struct deal_event event = {.type = STR("deal"), .has_value = true, .value = -5, .currency = STR("CNY")};
    struct fault fault = {0};

    assert_int_equal(deal_event_check(&event, now_ms, &fault), OK);
    event.value = LIMIT_EVENT_VALUE + 1;
    refused(event, "value", "out_of_range");
    event.value = -LIMIT_EVENT_VALUE - 1;
    refused(event, "value", "out_of_range");
    event.value = 1;
    event.currency = STR("ZZZ");
    refused(event, "currency", "unknown");
    event.currency = STR("CNY");
    event.has_time = true;
    event.time_ms = now_ms + LIMIT_EVENT_AHEAD_MS;
    assert_int_equal(deal_event_check(&event, now_ms, &fault), OK);
    event.time_ms++;
    refused(event, "time", "in_the_future");
    event.time_ms = now_ms - LIMIT_EVENT_AGE_MS - 1;
    refused(event, "time", "too_old");
    refused((struct deal_event){.type = STR("a\nb")}, "type", "control_character");
    refused((struct deal_event){.type = STR("deal"), .currency = STR("CNY")}, "value", "required");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(event__finds_its_click_and_is_joined),
        TEST(customer__gets_all_clicks_of_their_browser_and_nobody_elses),
        TEST(customer__gets_clicks_out_of_chunks_too),
        TEST(customer__gets_later_clicks_when_the_next_event_joins),
        TEST(pseudonym__of_the_day_brings_its_clicks_to_each_but_makes_them_no_one_person),
        TEST(two_browsers__that_name_one_person_are_one_customer_with_all_clicks),
        TEST(machines__are_no_touches),
        TEST(forwarded__the_click_is_a_touch_of_the_second_generation),
        TEST(one_click_of_two_people__is_a_touch_of_each),
        TEST(gone__an_event_is_kept_and_matched_when_its_click_gets_a_customer),
        TEST(nobody__an_event_without_click_and_customer_is_kept_as_unmatched),
        TEST(repeat__is_answered_with_what_is_stored_and_another_event_is_refused),
        TEST(batch__a_refused_event_leaves_the_others_alone),
        TEST(forgotten__a_browser_leads_to_nobody_any_more),
        TEST(restart__what_waited_is_joined_then),
        TEST(event__of_a_repeated_request_is_of_the_click_it_repeats),
        cmocka_unit_test(check__names_the_field_that_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
