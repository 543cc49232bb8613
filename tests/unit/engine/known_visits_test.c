/* SPDX-License-Identifier: MIT */
/* Goal: a visit that is known gives the row it would have given anew; one field of it changed makes it another; and
 * neither a rollback nor other rules leave anything behind. */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "ingest_row.h"
#include "known_visits.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/limits.h"
#include "linkpond/store/terms.h"
#include "tempdb.h"

static struct recognition rules;
static uint64_t seed = 1;

static size_t roll(size_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 5);
    return seed % sides;
}

#define PICK(texts) ((texts)[roll(ARRAY_LEN(texts))])

static struct record some_record(void)
{
    static const str user_agents[] = {
        STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Mobile/15E148 MicroMessenger/8.0.49"),
        STR_INIT("Mozilla/5.0 (Linux; Android 13; wv) XWEB/1160065 MMWEBID/17 MicroMessenger/8.0.47"),
        STR_INIT("Mozilla/5.0 (Linux; Android 13; wv) XWEB/1160065 MMWEBID/9 MicroMessenger/8.0.47"),
        STR_INIT("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        STR_INIT("curl/8.0"),
        STR_INIT(""),
    };
    static const str queries[] = {STR_INIT(""),
                                  STR_INIT("utm_source=News&utm_medium=Email&from=timeline"),
                                  STR_INIT("lp_qr=1&lp_ch=poster"),
                                  STR_INIT("gclid=one"),
                                  STR_INIT("gclid=two"),
                                  STR_INIT("x=__CLICKID__&pass_ticket=abc")};
    static const str referrers[] = {STR_INIT(""), STR_INIT("https://mp.weixin.qq.com/s"),
                                    STR_INIT("https://s.example.com/a"), STR_INIT("https://www.baidu.com/")};
    static const str few[] = {STR_INIT(""), STR_INIT("spring"), STR_INIT("autumn")};
    static const str hosts[] = {STR_INIT("s.example.com"), STR_INIT("t.example.com")};
    static const str codes[] = {STR_INIT("a"), STR_INIT("b"), STR_INIT("c")};
    struct record record = {
        .time_ms = 1000 + (int64_t)roll(1000),
        .link_id = (int64_t)roll(4),
        .outcome = roll(2) ? OUTCOME_REDIRECT : OUTCOME_EXPIRED,
        .signals = roll(4) ? 0 : SIGNAL_HTTPS | SIGNAL_NO_ACCEPT,
        .ip = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, (uint8_t)roll(256), 1, 1}},
        .host = PICK(hosts),
        .code = PICK(codes),
        .target = PICK(few),
        .location = PICK(referrers),
        .user_agent = PICK(user_agents),
        .referrer = PICK(referrers),
        .query = PICK(queries),
        .language = roll(2) ? STR("zh-CN") : STR("en"),
        .package = roll(8) ? STR("") : STR("com.tencent.mm"),
        .request_id = PICK(few),
        .link_source = roll(4) ? STR("") : STR("Flyer"),
        .link_channel = roll(4) ? STR("") : STR("poster"),
    };
    record.link_utm[UTM_CAMPAIGN] = PICK(few);
    return record;
}

struct side {
    struct tempdb db;
    struct ingest_row *rows;
};

static void side_init(struct side *self)
{
    tempdb_init(&self->db);
    assert_int_equal(ingest_row_open(self->db.db, &rules, NULL, &self->rows), OK);
}

static void side_done(struct side *self)
{
    ingest_row_free(self->rows);
    tempdb_done(&self->db);
}

static struct click_row *build(struct side *self, const struct record *record)
{
    struct click_row *row = NULL;

    assert_int_equal(ingest_row_build(self->rows, self->db.db, record, 77, 1000, &row), OK);
    return row;
}

/* A value's text, whether it became a term yet or not. */
static str text_of(struct side *self, struct click_value value)
{
    str text = value.text;

    if (value.term != 0) {
        assert_int_equal(terms_text(self->db.db, &self->db.arena, value.term, &text), OK);
    }
    return text;
}

static void assert_same(struct side *a, const struct click_row *left, struct side *b, const struct click_row *right)
{
    assert_int_equal(left->facts.id, right->facts.id);
    assert_int_equal(left->facts.time_ms, right->facts.time_ms);
    assert_int_equal(left->facts.link_id, right->facts.link_id);
    assert_int_equal(left->facts.class, right->facts.class);
    assert_int_equal(left->facts.outcome, right->facts.outcome);
    assert_int_equal(left->facts.signals, right->facts.signals);
    assert_int_equal(left->facts.flags, right->facts.flags);
    assert_int_equal(left->facts.visitor, right->facts.visitor);
    assert_int_equal(left->facts.visitor_by, right->facts.visitor_by);
    assert_int_equal(left->facts.source_by, right->facts.source_by);
    assert_int_equal(left->facts.channel_by, right->facts.channel_by);
    assert_int_equal(left->facts.scene, right->facts.scene);
    assert_true(str_eq(left->ip, right->ip));
    for (size_t i = 0; i < CLICK_COLUMNS; i++) {
        assert_true(str_eq(text_of(a, left->values[i]), text_of(b, right->values[i])));
    }
}

static void known_visits__a_known_visit_gives_the_row_it_gave_anew(void **state)
{
    (void)state;
    struct side keeps, forgets;

    side_init(&keeps);
    side_init(&forgets);
    for (int i = 0; i < 3000; i++) {
        struct record record = some_record();
        struct click_row *left = build(&keeps, &record);
        ingest_row_set_rules(forgets.rows, &rules);
        assert_same(&keeps, left, &forgets, build(&forgets, &record));
        left->facts.class = CLASS_DUPLICATE; /* the writer goes on with the row: nothing of that may stay */
        left->facts.flags |= CLICK_FLAG_REPEAT;
        left->facts.visitor = 5;
    }
    side_done(&keeps);
    side_done(&forgets);
}

static void known_visits__what_was_rolled_back_is_interned_anew(void **state)
{
    (void)state;
    struct side side, fresh;
    struct click_row *row = NULL;

    side_init(&side);
    side_init(&fresh);
    const struct record record = {.host = STR("s.example.com"), .user_agent = STR("curl/8.0"), .query = STR("a=1")};
    const struct record other = {.host = STR("t.example.com"), .user_agent = STR("Googlebot/2.1"), .query = STR("b=1")};
    assert_int_equal(db_begin(side.db.db, false), OK);
    for (int i = 0; i < 4; i++) {
        row = build(&side, &record);
    }
    assert_int_not_equal(row->values[CLICK_QUERY].term, 0);
    db_rollback(side.db.db);
    ingest_row_rolled_back(side.rows, side.db.db);
    for (int i = 0; i < 4; i++) { /* takes the numbers that were given back */
        build(&side, &other);
    }
    assert_same(&side, build(&side, &record), &fresh, build(&fresh, &record));
    side_done(&side);
    side_done(&fresh);
}

static void known_visits__other_rules_judge_anew(void **state)
{
    (void)state;
    struct side side;
    struct agent_rules *stricter = NULL;
    struct fault fault = {0};
    const struct record record = {.host = STR("s.example.com"), .user_agent = STR("curl/8.0")};

    side_init(&side);
    assert_int_equal(agent_rules_compile(NULL, 0, &stricter, &fault), OK);
    build(&side, &record);
    assert_int_equal(build(&side, &record)->facts.class, CLASS_BOT);
    build(&side, &record);
    const struct recognition stricter_rules = {
        .agents = stricter, .sources = rules.sources, .networks = rules.networks};
    ingest_row_set_rules(side.rows, &stricter_rules);
    assert_int_not_equal(text_of(&side, build(&side, &record)->values[CLICK_RULE]).len, 0);
    struct side fresh;
    side_init(&fresh);
    ingest_row_set_rules(fresh.rows, &stricter_rules);
    assert_same(&side, build(&side, &record), &fresh, build(&fresh, &record));
    side_done(&fresh);
    side_done(&side);
    agent_rules_free(stricter);
}

/* ---- the table alone */

static const struct record plain = {
    .link_id = 1,
    .host = STR_INIT("s.example.com"),
    .code = STR_INIT("a"),
    .user_agent = STR_INIT("curl/8.0"),
    .query = STR_INIT("a=1"),
};

static struct click_row plain_row(void)
{
    struct click_row row = {.facts = {.class = CLASS_BOT, .signals = SIGNAL_TEST, .flags = CLICK_FLAG_QR}};

    row.values[CLICK_QUERY].term = 3;
    row.values[CLICK_CODE].term = 4;
    row.values[CLICK_REQUEST_ID].text = STR("r-1");
    return row;
}

static bool finds(struct known_visits *visits, const struct record *record, struct click_row *row)
{
    const struct hash128 user_agent = {hash_xxh3(record->user_agent.ptr, record->user_agent.len, 1), 2};

    return known_visits_find(visits, record, user_agent, row);
}

static void known_visits__the_same_visit_on_another_link_is_known(void **state)
{
    (void)state;
    struct known_visits *visits = known_visits_new();
    struct click_row row = plain_row(), found = {0};
    struct record other = plain;

    assert_false(finds(visits, &plain, &found));
    known_visits_keep(visits, &row);
    other.link_id = 2;
    other.code = STR("b");
    other.location = STR("https://example.com/");
    other.request_id = STR("r-2");
    other.time_ms = 5;
    assert_true(finds(visits, &other, &found));
    assert_int_equal(found.facts.class, CLASS_BOT);
    assert_int_equal(found.facts.signals, SIGNAL_TEST);
    assert_int_equal(found.facts.flags, CLICK_FLAG_QR);
    assert_int_equal(found.values[CLICK_QUERY].term, 3);
    assert_int_equal(found.values[CLICK_CODE].term, 0);
    assert_int_equal(found.values[CLICK_REQUEST_ID].text.len, 0);
    known_visits_forget(visits);
    assert_false(finds(visits, &other, &found));
    known_visits_free(visits);
}

static void known_visits__one_field_changed_makes_another_visit(void **state)
{
    (void)state;
    struct known_visits *visits = known_visits_new();
    struct click_row row = plain_row(), found;
    struct record changed = plain;
    str *const texts[] = {&changed.user_agent, &changed.language, &changed.package,     &changed.referrer,
                          &changed.query,      &changed.host,     &changed.link_source, &changed.link_channel};

    assert_false(finds(visits, &plain, &found));
    known_visits_keep(visits, &row);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        changed = plain;
        *texts[i] = STR("x");
        assert_false(finds(visits, &changed, &found));
    }
    for (size_t i = 0; i < UTM_COUNT; i++) {
        changed = plain;
        changed.link_utm[i] = STR("x");
        assert_false(finds(visits, &changed, &found));
    }
    changed = plain;
    changed.signals = SIGNAL_HEAD;
    assert_false(finds(visits, &changed, &found));
    assert_true(finds(visits, &plain, &found));
    known_visits_free(visits);
}

static void known_visits__a_text_in_the_row_is_not_kept(void **state)
{
    (void)state;
    struct known_visits *visits = known_visits_new();
    struct click_row row = plain_row(), found;

    row.values[CLICK_AD_CLICK_ID].text = STR("gclid of one visitor");
    assert_false(finds(visits, &plain, &found));
    known_visits_keep(visits, &row);
    assert_false(finds(visits, &plain, &found));
    known_visits_free(visits);
}

static int open_rules(void **state)
{
    (void)state;
    rules = recognition_builtin();
    return 0;
}

static int close_rules(void **state)
{
    (void)state;
    recognition_free(&rules);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_visits__a_known_visit_gives_the_row_it_gave_anew),
        cmocka_unit_test(known_visits__what_was_rolled_back_is_interned_anew),
        cmocka_unit_test(known_visits__other_rules_judge_anew),
        cmocka_unit_test(known_visits__the_same_visit_on_another_link_is_known),
        cmocka_unit_test(known_visits__one_field_changed_makes_another_visit),
        cmocka_unit_test(known_visits__a_text_in_the_row_is_not_kept),
    };

    return cmocka_run_group_tests(tests, open_rules, close_rules);
}
