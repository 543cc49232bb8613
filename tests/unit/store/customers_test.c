/* SPDX-License-Identifier: MIT */
/* Goal: whatever the order in which facts of people arrive, they end as the same people with the same sums. */
#include "assert_str.h"

#include <sqlite3.h>

#include "linkpond/store/customers.h"
#include "linkpond/store/stages.h"

#include "db_sqlite.h"
#include "tempdb.h"

struct fixture {
    struct tempdb tmp;
};

static int set_up(void **state)
{
    struct fixture *self = calloc(1, sizeof *self);
    const struct stage_preset *preset = stage_preset_at(0);

    tempdb_init(&self->tmp);
    tempdb_domain(&self->tmp);
    assert_int_equal(stages_put(self->tmp.db, preset->stages, preset->count, 1), OK);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *self = *state;

    tempdb_done(&self->tmp);
    free(self);
    return 0;
}

static void run(struct fixture *self, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void run(struct fixture *self, const char *format, ...)
{
    char text[1024], *problem = NULL;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (sqlite3_exec(self->tmp.db->raw, text, NULL, NULL, &problem) != SQLITE_OK) {
        fail_msg("%s: %s", text, problem);
    }
}

static int64_t number(struct fixture *self, const char *text)
{
    sqlite3_stmt *stmt = NULL;

    assert_int_equal(sqlite3_prepare_v2(self->tmp.db->raw, text, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

static int64_t resolve(struct fixture *self, const char *const values[], size_t count)
{
    struct identity identities[IDENTITIES_MAX];
    int64_t id = 0;

    for (size_t i = 0; i < count; i++) {
        identities[i] = (struct identity){.kind = values[i][0] == 'v'   ? IDENTITY_VISITOR
                                                  : values[i][0] == 'o' ? IDENTITY_OPENID
                                                  : values[i][0] == 'u' ? IDENTITY_EXTERNAL_USERID
                                                                        : IDENTITY_PHONE,
                                          .value = str_from_c(values[i])};
    }
    assert_int_equal(identities_resolve(self->tmp.db, identities, count, 7, 1000, &id), OK);
    return id;
}
#define RESOLVE(self, ...)                                                                                             \
    resolve((self), (const char *const[]){__VA_ARGS__},                                                                \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static struct customer find(struct fixture *self, int64_t id)
{
    struct customer customer = {0};

    assert_int_equal(customers_find(self->tmp.db, &self->tmp.arena, id, &customer), OK);
    return customer;
}

static int64_t event_rows;

/* As whoever takes events in does it. */
static void event(struct fixture *self, int64_t customer_id, const char *type, int64_t time_ms, int64_t value)
{
    run(self,
        "INSERT INTO event (event_id, type, origin, time_ms, received_ms, value, currency, customer_id, digest) "
        "VALUES ('%lld', '%s', 'api', %lld, 1, %lld, 'CNY', %lld, x'00')",
        (long long)++event_rows, type, (long long)time_ms, (long long)value, (long long)customer_id);
    const struct customer_event note = {
        .id = event_rows, .type = str_from_c(type), .time_ms = time_ms, .takes_back = value < 0};
    assert_int_equal(customers_note_event(self->tmp.db, customer_id, &note, 1000), OK);
}

static void touch(struct fixture *self, int64_t customer_id, int64_t click_id, int64_t time_ms)
{
    run(self,
        "INSERT INTO touch (customer_id, time_ms, click_id, link_id) VALUES (%lld, %lld, %lld, 1) "
        "ON CONFLICT DO NOTHING",
        (long long)customer_id, (long long)time_ms, (long long)click_id);
    if (db_changes(self->tmp.db) > 0) {
        assert_int_equal(customers_note_touch(self->tmp.db, customer_id, 1, time_ms, 1000), OK);
    }
}

/* ---- who is it --------------------------------------------------------------------------------------------------- */

static void customers__one_identity_is_one_customer(void **state)
{
    struct fixture *self = *state;
    int64_t a = RESOLVE(self, "v1");

    assert_int_equal(RESOLVE(self, "v1", "v1"), a);
    assert_int_not_equal(RESOLVE(self, "o1"), a);
    assert_int_equal(RESOLVE(self, "v1", "p1"), a);
    assert_int_equal(RESOLVE(self, "p1"), a);
    assert_int_equal(number(self, "SELECT count(*) FROM customer_merge"), 0);
}

static void customers__the_lower_id_survives_and_one_step_leads_to_it(void **state)
{
    struct fixture *self = *state;
    int64_t a = RESOLVE(self, "v1"), b = RESOLVE(self, "o1"), c = RESOLVE(self, "p1");

    assert_int_equal(RESOLVE(self, "p1", "o1"), b);
    assert_int_equal(RESOLVE(self, "p1", "v1"), a);
    assert_int_equal(find(self, a).merged_into, 0);
    assert_int_equal(find(self, b).merged_into, a);
    assert_int_equal(find(self, c).merged_into, a);
    assert_int_equal(number(self, "SELECT count(*) FROM customer_merge WHERE event_id = 7 AND kind = 'openid'"), 1);
    assert_int_equal(number(self, "SELECT count(*) FROM customer_merge WHERE event_id = 7 AND kind = 'visitor'"), 1);
    struct identity_row *rows;
    size_t count;
    assert_int_equal(identities_of(self->tmp.db, &self->tmp.arena, a, &rows, &count), OK);
    assert_int_equal(count, 3);
    assert_str(rows[0].identity.value, "o1");
}

/* What was joined to a customer goes on meaning whoever that is now. */
static void customers__one_that_is_known_already_counts_as_an_identity(void **state)
{
    struct fixture *self = *state;
    const struct identity phone = {IDENTITY_PHONE, STR("p9")};
    int64_t a = RESOLVE(self, "v1"), b = RESOLVE(self, "v2"), id = b;

    assert_int_equal(identities_resolve(self->tmp.db, &phone, 1, 0, 1000, &id), OK);
    assert_int_equal(id, b);
    assert_int_equal(RESOLVE(self, "p9", "v1"), a);
    id = b;
    assert_int_equal(identities_resolve(self->tmp.db, NULL, 0, 0, 1000, &id), OK);
    assert_int_equal(id, a);
    id = 999;
    assert_int_equal(identities_resolve(self->tmp.db, &phone, 1, 0, 1000, &id), ERR_NOT_FOUND);
}

static void customers__a_merge_takes_everything_along(void **state)
{
    struct fixture *self = *state;
    int64_t a = RESOLVE(self, "v1"), b = RESOLVE(self, "o1"), survivor;

    event(self, a, "deal", 5000, 100);
    event(self, b, "deal", 4000, 100);
    touch(self, a, 11, 300);
    touch(self, b, 11, 300);
    touch(self, b, 12, 200);
    assert_int_equal(customers_say_name(self->tmp.db, b, STR("Wang"), 50), OK);
    run(self, "INSERT INTO label (id, kind, key, created_ms, updated_ms) VALUES (5, 'tag', 'vip', 1, 1)");
    run(self, "INSERT INTO customer_tag VALUES (%lld, 5, 9)", (long long)b);
    run(self, "UPDATE customer SET notes = 'first' WHERE id = %lld", (long long)a);
    run(self, "UPDATE customer SET notes = 'second' WHERE id = %lld", (long long)b);
    assert_int_equal(customers_merge(self->tmp.db, b, a, STR(""), 0, 1000, &survivor), OK);
    assert_int_equal(survivor, a);
    struct customer one = find(self, a);
    assert_int_equal(one.events, 2);
    assert_int_equal(one.touches, 2);
    assert_int_equal(one.first_touch_ms, 200);
    assert_int_equal(one.last_touch_ms, 300);
    assert_int_equal(one.last_event_ms, 5000);
    assert_str(one.name, "Wang");
    assert_str(one.notes, "first\nsecond");
    assert_str(one.stage, "repurchase"); /* two deals of one person are one and another */
    assert_int_equal(number(self, "SELECT count(*) FROM customer_tag WHERE customer_id = 1"), 1);
    assert_int_equal(find(self, b).events, 0);
    assert_int_equal(customers_merge(self->tmp.db, b, a, STR(""), 0, 1000, &survivor), OK);
    assert_int_equal(number(self, "SELECT count(*) FROM customer_merge"), 1);
    assert_int_equal(customers_merge(self->tmp.db, 999, a, STR(""), 0, 1000, &survivor), ERR_NOT_FOUND);
}

static void customers__a_new_visitor_is_looked_for_from_the_start(void **state)
{
    struct fixture *self = *state;
    int64_t a = RESOLVE(self, "v1"), b = RESOLVE(self, "o1");

    assert_int_equal(customers_touched(self->tmp.db, a, 50), OK);
    assert_int_equal(RESOLVE(self, "v1", "p1"), a);
    assert_int_equal(find(self, a).touched_ms, 50);
    /* One without visitors has no clicks that were left out. */
    assert_int_equal(RESOLVE(self, "o1", "v1"), a);
    assert_int_equal(find(self, a).touched_ms, 50);
    assert_int_equal(find(self, b).merged_into, a);
    int64_t c = RESOLVE(self, "v2");
    assert_int_equal(customers_touched(self->tmp.db, c, 30), OK);
    assert_int_equal(RESOLVE(self, "v1", "v2"), a);
    assert_int_equal(find(self, a).touched_ms, 30);
    assert_int_equal(RESOLVE(self, "v3", "v2"), a);
    assert_int_equal(find(self, a).touched_ms, 0);
}

/* ---- stages ------------------------------------------------------------------------------------------------------ */

static void customers__the_stage_is_the_furthest_an_event_led_to(void **state)
{
    struct fixture *self = *state;
    int64_t a = RESOLVE(self, "v1");

    assert_int_equal(find(self, a).stage_id, 0);
    touch(self, a, 1, 100);
    assert_str(find(self, a).stage, "traffic");
    event(self, a, "deal", 500, 100);
    assert_str(find(self, a).stage, "deal");
    event(self, a, "lead", 600, 0);
    event(self, a, "page", 700, 0);
    event(self, a, "deal", 800, -100);
    assert_str(find(self, a).stage, "deal");
    event(self, a, "deal", 400, 100);
    assert_str(find(self, a).stage, "repurchase");
    assert_int_equal(find(self, a).events, 5);
    assert_int_equal(find(self, a).last_event_ms, 800);
}

static void customers__other_steps_find_everybody_anew(void **state)
{
    struct fixture *self = *state;
    const struct stage_preset *training = stage_preset_find(STR("training"));
    int64_t a = RESOLVE(self, "v1"), b = RESOLVE(self, "v2"), c = RESOLVE(self, "v3");
    struct stage *stages;
    size_t count;

    event(self, a, "deal", 1, 1);
    event(self, a, "deal", 2, 1);
    touch(self, b, 1, 1);
    assert_int_equal(stages_put(self->tmp.db, training->stages, training->count, 2), OK);
    assert_str(find(self, a).stage, "retain");
    assert_str(find(self, b).stage, "recruit");
    assert_int_equal(find(self, c).stage_id, 0);
    assert_int_equal(stages_list(self->tmp.db, &self->tmp.arena, &stages, &count), OK);
    assert_true(stage_preset_is(training, stages, count));
    assert_false(stage_preset_is(stage_preset_at(0), stages, count));
    const struct stage own[] = {
        {.key = STR("seen")},
        {.key = STR("deal"), .events = {{STR("deal"), 3}, {STR("trial"), 1}}, .events_count = 2},
    };
    assert_int_equal(stages_put(self->tmp.db, own, 2, 3), OK);
    assert_int_equal(find(self, a).stage_id, 0);
    event(self, b, "trial", 5, 0);
    assert_str(find(self, b).stage, "deal");
    event(self, a, "deal", 6, 1);
    assert_str(find(self, a).stage, "deal");
}

/* ---- tags -------------------------------------------------------------------------------------------------------- */

static void customers__what_they_did_tags_them(void **state)
{
    struct fixture *self = *state;
    int64_t a = RESOLVE(self, "v1"), b = RESOLVE(self, "v2");

    run(self,
        "INSERT INTO label (id, kind, key, created_ms, updated_ms) VALUES (1, 'tag', 'buyer', 1, 1), "
        "(2, 'tag', 'expo', 1, 1), (3, 'campaign', 'spring', 1, 1), (4, 'tag', 'bulk', 1, 1), (5, 'tag', 'x', 1, 1)");
    run(self,
        "INSERT INTO link (id, code, domain_id, url, campaign_id, url_hash, created_ms, updated_ms) "
        "VALUES (1, 'aaaaaaa', %lld, 'https://example.com/', 3, 0, 1, 1)",
        (long long)self->tmp.domain_id);
    run(self, "INSERT INTO link_tag VALUES (1, 4)");
    run(self, "INSERT INTO tag_rule (tag_id, type, link_id, label_id, created_ms) VALUES (1, 'deal', NULL, NULL, 1), "
              "(2, NULL, NULL, 3, 1), (5, NULL, NULL, 4, 1), (4, NULL, 1, NULL, 1), (4, 'lead', NULL, NULL, 1)");
    event(self, a, "deal", 1, 1);
    assert_int_equal(number(self, "SELECT group_concat(tag_id, '') FROM customer_tag WHERE customer_id = 1"), 1);
    touch(self, b, 1, 1);
    assert_int_equal(number(self, "SELECT group_concat(tag_id, '') FROM (SELECT tag_id FROM customer_tag "
                                  "WHERE customer_id = 2 ORDER BY tag_id)"),
                     245);
}

/* ---- the property ------------------------------------------------------------------------------------------------ */

#define FACTS  40
#define ORDERS 25
#define VALUES 24
#define KINDS  3

struct fact {
    char values[3][8];
    size_t count;
    const char *type;
    int64_t time_ms, value, click_id;
    char name[8];
};

static uint64_t draw(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (*seed >> 33) % below;
}

static void draw_facts(struct fact facts[FACTS], uint64_t *seed)
{
    static const char *const types[] = {"lead", "deal", "page", "service"};

    for (int i = 0; i < FACTS; i++) {
        struct fact *fact = &facts[i];
        fact->count = 1 + draw(seed, 5) / 2;
        for (size_t k = 0; k < fact->count; k++) {
            snprintf(fact->values[k], sizeof fact->values[k], "%c%d", "uop"[draw(seed, KINDS)],
                     (int)draw(seed, VALUES));
        }
        fact->type = types[draw(seed, 4)];
        fact->time_ms = (int64_t)draw(seed, 30);
        fact->value = (int64_t)draw(seed, 100) - 20;
        fact->click_id = (int64_t)draw(seed, 20);
        snprintf(fact->name, sizeof fact->name, "%s%d", draw(seed, 3) ? "" : "N", (int)draw(seed, 9));
    }
}

static void tell(struct fixture *self, const struct fact *fact)
{
    const char *values[3] = {fact->values[0], fact->values[1], fact->values[2]};
    int64_t id = resolve(self, values, fact->count);

    event(self, id, fact->type, fact->time_ms, fact->value);
    touch(self, id, fact->click_id, fact->click_id / 2);
    if (fact->name[0] == 'N') {
        assert_int_equal(customers_say_name(self->tmp.db, id, str_from_c(fact->name), fact->time_ms), OK);
    }
}

/* All that is known, without numbers that say in which order it came: a line per customer, by its identities. */
static void picture(struct fixture *self, char *out, size_t size)
{
    static const char text[] =
        "SELECT group_concat(line, char(10)) FROM (SELECT ids || ' ' || name || ' ' || events || ' ' || touches || ' ' "
        "|| "
        "first_touch_ms || ' ' || last_touch_ms || ' ' || last_event_ms || ' ' || coalesce(stage, '-') AS line "
        "FROM (SELECT c.*, s.key AS stage, (SELECT group_concat(value) FROM (SELECT value FROM identity i WHERE "
        "i.customer_id = c.id ORDER BY value)) AS ids FROM customer c LEFT JOIN stage s ON s.id = c.stage_id "
        "WHERE c.merged_into IS NULL) ORDER BY ids)";
    sqlite3_stmt *stmt = NULL;

    assert_int_equal(sqlite3_prepare_v2(self->tmp.db->raw, text, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    snprintf(out, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
}

static void shuffle(int order[FACTS], uint64_t *seed)
{
    for (int i = FACTS - 1; i > 0; i--) {
        int j = (int)draw(seed, (uint64_t)i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

/* Each event knows the customer's last touch up to it. */
static void assert_touched(struct fixture *self)
{
    assert_int_equal(number(self, "SELECT count(*) FROM event e WHERE touched_ms IS NOT (SELECT max(t.time_ms) "
                                  "FROM touch t WHERE t.customer_id = e.customer_id AND t.time_ms <= e.time_ms)"),
                     0);
}

static void assert_sound(struct fixture *self)
{
    assert_touched(self);
    /* The survivor is the lowest of all that became it, nobody merged is anybody's, and sums are those of the rows. */
    assert_int_equal(number(self, "SELECT count(*) FROM customer WHERE merged_into >= id"), 0);
    assert_int_equal(number(self, "SELECT count(*) FROM customer a JOIN customer b ON b.id = a.merged_into "
                                  "WHERE b.merged_into IS NOT NULL"),
                     0);
    assert_int_equal(number(self, "SELECT count(*) FROM identity i JOIN customer c ON c.id = i.customer_id "
                                  "WHERE c.merged_into IS NOT NULL"),
                     0);
    assert_int_equal(number(self, "SELECT count(*) FROM customer WHERE merged_into IS NOT NULL"),
                     number(self, "SELECT count(*) FROM customer_merge"));
    assert_int_equal(number(self, "SELECT sum(events) FROM customer"), FACTS);
    assert_int_equal(number(self, "SELECT sum(touches) FROM customer"), number(self, "SELECT count(*) FROM touch"));
}

static void forget_all(struct fixture *self)
{
    run(self, "DELETE FROM identity; DELETE FROM event; DELETE FROM touch; DELETE FROM customer_merge; "
              "DELETE FROM customer;");
}

static void customers__any_order_of_the_same_facts_ends_alike(void **state)
{
    struct fixture *self = *state;
    static char first[16384], other[16384];
    struct fact facts[FACTS];
    int order[FACTS];
    uint64_t seed = 20261122;
    int merges = 0, known = 0;

    run(self, "PRAGMA foreign_keys = OFF");
    for (int world = 0; world < 4; world++) {
        draw_facts(facts, &seed);
        for (int i = 0; i < FACTS; i++) {
            order[i] = i;
        }
        for (int round = 0; round < ORDERS; round++) {
            run(self, "BEGIN");
            for (int i = 0; i < FACTS; i++) {
                tell(self, &facts[order[i]]);
            }
            assert_sound(self);
            merges += (int)number(self, "SELECT count(*) FROM customer_merge");
            known += (int)number(self, "SELECT count(touched_ms) FROM event");
            picture(self, round == 0 ? first : other, sizeof first);
            run(self, "DELETE FROM touch WHERE click_id %% 3 = 0");
            assert_touched(self);
            if (round > 0) {
                assert_string_equal(other, first);
            }
            forget_all(self);
            run(self, "COMMIT");
            shuffle(order, &seed);
        }
    }
    assert_true(merges > ORDERS && known > ORDERS); /* else nothing was asked */
}

/* ---- what people share ------------------------------------------------------------------------------------------- */

/* People who each have a name of one kind, and browsers that many of them use: a line per person, by strong names. */
static void persons(struct fixture *self, char *out, size_t size)
{
    static const char text[] =
        "SELECT group_concat(line, char(10)) FROM (SELECT ids || ' ' || events || ' ' || touches AS line FROM "
        "(SELECT c.*, (SELECT group_concat(value) FROM (SELECT value FROM identity i WHERE i.customer_id = c.id AND "
        "i.kind <> 'visitor' ORDER BY value)) AS ids FROM customer c WHERE c.merged_into IS NULL) ORDER BY ids)";
    sqlite3_stmt *stmt = NULL;

    assert_int_equal(sqlite3_prepare_v2(self->tmp.db->raw, text, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    snprintf(out, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
}

static void draw_shared(struct fact facts[FACTS], uint64_t *seed)
{
    draw_facts(facts, seed);
    for (int i = 0; i < FACTS; i++) {
        int person = (int)draw(seed, 9);
        facts[i].count = 2 + draw(seed, 2);
        snprintf(facts[i].values[0], sizeof facts[i].values[0], "v%d", (int)draw(seed, 4));
        snprintf(facts[i].values[1], sizeof facts[i].values[1], "u%d", person);
        snprintf(facts[i].values[2], sizeof facts[i].values[2], "p%d", person);
    }
}

static void customers__who_share_a_browser_stay_apart_in_any_order(void **state)
{
    struct fixture *self = *state;
    static char first[16384], other[16384];
    struct fact facts[FACTS];
    int order[FACTS];
    uint64_t seed = 11;

    run(self, "PRAGMA foreign_keys = OFF");
    for (int world = 0; world < 4; world++) {
        draw_shared(facts, &seed);
        for (int i = 0; i < FACTS; i++) {
            order[i] = i;
        }
        for (int round = 0; round < ORDERS; round++) {
            run(self, "BEGIN");
            for (int i = 0; i < FACTS; i++) {
                tell(self, &facts[order[i]]);
            }
            assert_sound(self);
            assert_int_equal(number(self, "SELECT count(*) FROM (SELECT 1 FROM identity WHERE kind <> 'visitor' "
                                          "GROUP BY customer_id, kind HAVING count(*) > 1)"),
                             0);
            persons(self, round == 0 ? first : other, sizeof first);
            if (round > 0) {
                assert_string_equal(other, first);
            }
            forget_all(self);
            run(self, "COMMIT");
            shuffle(order, &seed);
        }
    }
}

static void customers__a_browser_joins_until_names_of_one_kind_differ(void **state)
{
    struct fixture *self = *state;
    int64_t a = RESOLVE(self, "v1");

    assert_int_equal(RESOLVE(self, "v1", "p1"), a); /* who was nobody is somebody */
    assert_int_equal(RESOLVE(self, "v1", "u1"), a); /* another kind: the same person, for all that is known */
    int64_t b = RESOLVE(self, "v1", "u2");
    assert_true(b != a);
    assert_int_equal(RESOLVE(self, "v1"), a); /* the browser stays with who had it first */
    assert_int_equal(RESOLVE(self, "u2", "v1"), b);
    assert_int_equal(RESOLVE(self, "v1", "v2"), a);
    assert_true(RESOLVE(self, "v2", "p9") != a);
    int64_t known = b; /* as an event of theirs whose click is found */
    const struct identity browser = {IDENTITY_VISITOR, STR("v1")};
    assert_int_equal(identities_resolve(self->tmp.db, &browser, 1, 7, 1000, &known), OK);
    assert_int_equal(known, b);
    assert_int_equal(RESOLVE(self, "u1", "u2"), a); /* what names people says it is one */
    assert_int_equal(find(self, b).merged_into, a);
}

static void customers__what_a_person_said_of_the_stage_is_the_least(void **state)
{
    struct fixture *self = *state;
    int64_t a = RESOLVE(self, "p1"), b = RESOLVE(self, "p2"), lead = 0, service = 0, survivor = 0;

    assert_int_equal(stages_find(self->tmp.db, STR("lead"), &lead), OK);
    assert_int_equal(stages_find(self->tmp.db, STR("service"), &service), OK);
    assert_int_equal(customers_set_stage(self->tmp.db, a, service), OK);
    event(self, a, "lead", 1, 0);
    event(self, a, "deal", 2, 1);
    assert_str(find(self, a).stage, "service");
    event(self, a, "deal", 3, 1);
    assert_str(find(self, a).stage, "repurchase");
    assert_int_equal(customers_set_stage(self->tmp.db, a, 0), OK);
    assert_str(find(self, a).stage, "repurchase");
    assert_int_equal(customers_set_stage(self->tmp.db, b, service), OK);
    int64_t c = RESOLVE(self, "p3");
    assert_int_equal(customers_set_stage(self->tmp.db, c, lead), OK);
    assert_int_equal(customers_merge(self->tmp.db, b, c, STR(""), 0, 1000, &survivor), OK);
    assert_str(find(self, survivor).stage_set, "service");
    assert_str(find(self, survivor).stage, "service");
}

/* The same merges told in any order, of customers that were there before: the lowest of each group survives. */
static void customers__the_survivor_is_the_lowest_in_any_order(void **state)
{
    struct fixture *self = *state;
    static const char *const pairs[][2] = {{"v1", "o9"}, {"o9", "p4"}, {"v2", "v8"}, {"p7", "v8"}, {"p4", "v3"}};
    uint64_t seed = 7;
    int order[FACTS];

    for (int round = 0; round < 20; round++) {
        int64_t base = RESOLVE(self, "v1");
        for (int i = 1; i < 9; i++) {
            const char *const names[] = {"v1", "v2", "v3", "p4", "o5", "o6", "p7", "v8", "o9"};
            assert_int_equal(resolve(self, &names[i], 1), base + i);
        }
        for (int i = 0; i < FACTS; i++) {
            order[i] = i;
        }
        shuffle(order, &seed);
        for (int i = 0; i < FACTS; i++) {
            if (order[i] < 5) {
                (void)resolve(self, pairs[order[i]], 2);
            }
        }
        assert_int_equal(RESOLVE(self, "v3"), base);
        assert_int_equal(RESOLVE(self, "o9"), base);
        assert_int_equal(RESOLVE(self, "p7"), base + 1);
        assert_int_equal(RESOLVE(self, "o5"), base + 4);
        forget_all(self);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(customers__one_identity_is_one_customer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__the_lower_id_survives_and_one_step_leads_to_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__one_that_is_known_already_counts_as_an_identity, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__a_merge_takes_everything_along, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__a_new_visitor_is_looked_for_from_the_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__the_stage_is_the_furthest_an_event_led_to, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__other_steps_find_everybody_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__what_they_did_tags_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__any_order_of_the_same_facts_ends_alike, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__who_share_a_browser_stay_apart_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__a_browser_joins_until_names_of_one_kind_differ, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__what_a_person_said_of_the_stage_is_the_least, set_up, tear_down),
        cmocka_unit_test_setup_teardown(customers__the_survivor_is_the_lowest_in_any_order, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
