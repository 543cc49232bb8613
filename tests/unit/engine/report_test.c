/* SPDX-License-Identifier: MIT */
/* Goal: any question gets the answer that counting every row by hand gives, whether it comes from sums or from rows, in
 * any zone, for any key. */
#include "purge.h"
#include "report_world.h"

#include "linkpond/store/meta.h"

#define QUESTIONS 300

struct tally {
    int64_t clicks, visitors, new_visitors, scans, cookies;
    bool seen[2][64];
};

static void tally_row(struct tally *self, const struct world_row *row, bool visitors)
{
    int by = row->facts.visitor_by == VISITOR_BY_COOKIE;

    self->clicks++;
    self->scans += is_scan(row);
    if (!visitors || row->facts.visitor == 0) {
        return;
    }
    self->new_visitors += (row->facts.flags & CLICK_FLAG_NEW_VISITOR) != 0;
    if (!self->seen[by][row->visitor]) {
        self->seen[by][row->visitor] = true;
        self->visitors++;
        self->cookies += by;
    }
}

static int64_t bucket_label(const struct report_query *query, int64_t ms)
{
    int64_t local = ms + zone_offset_s(query->zone, ms) * INT64_C(1000), day = floor_div(local, MS_PER_DAY);
    int y = 0, m = 0, d = 0;

    civil_from_days(day, &y, &m, &d);
    return query->interval == INTERVAL_HOUR   ? floor_div(local, MS_PER_HOUR)
           : query->interval == INTERVAL_DAY  ? day
           : query->interval == INTERVAL_WEEK ? floor_div(day + 3, 7)
                                              : y * 12 + m;
}

static void check_totals(const struct report_query *query, const struct report *report)
{
    int64_t by_class[CLASS_COUNT] = {0}, by_outcome[OUTCOME_COUNT] = {0};
    struct tally tally = {0};

    for (size_t i = 0; i < ROWS; i++) {
        const struct world_row *row = &world_rows[i];
        by_class[row->facts.class] += takes(row, query, DIM_CLASS);
        by_outcome[row->facts.outcome] += takes(row, query, DIM_OUTCOME);
        if (counted(row, query)) {
            tally_row(&tally, row, query->want_visitors);
        }
    }
    assert_int_equal(report->totals.clicks, tally.clicks);
    assert_int_equal(report->totals.visitors, tally.visitors);
    assert_int_equal(report->totals.new_visitors, tally.new_visitors);
    assert_int_equal(report->totals.cookie_visitors, tally.cookies);
    assert_int_equal(report->totals.scans, query->want_scans ? tally.scans : 0);
    assert_memory_equal(report->totals.by_class, by_class, sizeof by_class);
    assert_memory_equal(report->totals.by_outcome, by_outcome, sizeof by_outcome);
}

static void check_bucket(const struct report_query *query, const struct report_bucket *bucket, int64_t end_ms)
{
    struct tally tally = {0};

    for (size_t i = 0; i < ROWS; i++) {
        const struct world_row *row = &world_rows[i];
        if (row->facts.time_ms >= bucket->start_ms && row->facts.time_ms < end_ms && counted(row, query)) {
            tally_row(&tally, row, query->want_visitors);
        }
    }
    assert_int_equal(bucket->clicks, tally.clicks);
    assert_int_equal(bucket->visitors, tally.visitors);
}

/* It begins there, and none was left out. An hour may come twice. */
static void check_start(const struct report_query *query, const struct report *report, size_t i)
{
    int64_t start = report->series[i].start_ms, label = bucket_label(query, start);

    if (query->interval != INTERVAL_HOUR) {
        assert_true(bucket_label(query, start - 1) < label);
        assert_true(i == 0 || label == bucket_label(query, report->series[i - 1].start_ms) + 1);
        return;
    }
    assert_int_equal((start + zone_offset_s(query->zone, start) * MS_PER_SECOND) % MS_PER_HOUR, 0);
    assert_true(i == 0 || start == report->series[i - 1].start_ms + MS_PER_HOUR);
}

static void check_series(const struct report_query *query, const struct report *report)
{
    if (query->interval == INTERVAL_NONE) {
        assert_int_equal(report->series_count, 0);
        return;
    }
    size_t last = report->series_count - 1;
    assert_int_equal(bucket_label(query, report->series[0].start_ms), bucket_label(query, query->from_ms));
    assert_int_equal(bucket_label(query, report->series[last].start_ms), bucket_label(query, query->to_ms - 1));
    for (size_t i = 0; i <= last; i++) {
        check_start(query, report, i);
        check_bucket(query, &report->series[i], i < last ? report->series[i + 1].start_ms : query->to_ms);
    }
}

static bool in_group(const struct world_row *row, const struct report_query *query, const struct report_group *group)
{
    char values[2][64];
    bool in = true;

    for (size_t d = 0; d < query->group_count; d++) {
        size_t count = 0;
        bool found = false;
        value_of(row, query, query->group_by[d], values, &count);
        for (size_t v = 0; v < count; v++) {
            found = found || str_eq(group->values[d], str_from_c(values[v]));
        }
        in = in && found;
    }
    return in;
}

static void check_groups(const struct report_query *query, const struct report *report)
{
    int64_t in_groups = 0, counted_in_groups = 0;

    for (size_t g = 0; g < report->groups_count; g++) {
        const struct report_group *group = &report->groups[g];
        struct tally tally = {0};
        for (size_t i = 0; i < ROWS; i++) {
            if (counted(&world_rows[i], query) && in_group(&world_rows[i], query, group)) {
                tally_row(&tally, &world_rows[i], query->want_visitors);
            }
        }
        assert_int_equal(group->clicks, tally.clicks);
        assert_int_equal(group->visitors, tally.visitors);
        assert_int_equal(group->scans, query->want_scans ? tally.scans : 0);
        assert_true(tally.clicks > 0);
        assert_true(g == 0 || report->groups[g - 1].clicks >= group->clicks);
        in_groups += tally.clicks;
    }
    for (size_t i = 0; i < ROWS && query->group_count > 0; i++) {
        int64_t places = counted(&world_rows[i], query);
        for (size_t d = 0; d < query->group_count; d++) {
            places *= query->group_by[d] == DIM_TAG && world_links[world_rows[i].link].tags == 3 ? 2 : 1;
        }
        counted_in_groups += places;
    }
    assert_int_equal(in_groups, counted_in_groups);
    assert_int_equal(report->other_clicks, 0);
}

/* Whoever asks for few groups gets the first of all of them, with the same figures. */
static void check_first(const struct report *all, const struct report *first, size_t limit)
{
    int64_t rest = all->other_clicks;

    assert_int_equal(first->groups_count, limit < all->groups_count ? limit : all->groups_count);
    for (size_t g = 0; g < all->groups_count; g++) {
        const struct report_group *group = &all->groups[g];
        if (g >= limit) {
            rest += group->clicks;
            continue;
        }
        assert_int_equal(first->groups[g].clicks, group->clicks);
        assert_int_equal(first->groups[g].visitors, group->visitors);
        assert_int_equal(first->groups[g].scans, group->scans);
        for (size_t d = 0; d < 2; d++) {
            assert_true(str_eq(first->groups[g].values[d], group->values[d]));
        }
    }
    assert_int_equal(first->other_clicks, rest);
    assert_int_equal(first->totals.visitors, all->totals.visitors);
    assert_int_equal(first->totals.clicks, all->totals.clicks);
}

static void check_answer(const struct report_query *asked, struct db *db, struct report_helper *helper)
{
    struct report_query known = *asked, *query = &known;
    struct report report, first;
    struct arena arena;
    struct fault fault = {0};

    arena_init(&arena, 16 << 20);
    assert_int_equal(report_run(db, helper, &arena, query, &report, &fault), OK);
    struct report_query few = *asked;
    few.limit = 1 + roll(6);
    assert_int_equal(report_run(db, helper, &arena, &few, &first, &fault), OK);
    check_first(&report, &first, few.limit);
    bool from_sums = report.kept.matters && report.kept.totals == KEPT_ALL; /* which know no visitors */
    known.want_visitors = known.want_visitors && !from_sums;
    check_totals(query, &report);
    check_series(query, &report);
    if (!from_sums || report.kept.groups == KEPT_ALL) {
        check_groups(query, &report);
    }
    arena_done(&arena);
}

/* Alone and by two threads. */
static void ask_questions(void)
{
    const char *path = tempdir_file(&ledger.db.dir, "test.db");
    struct report_helper *helper = NULL;
    struct db *reader = NULL;

    assert_int_equal(db_open(path, DB_READ, &reader, NULL), OK);
    assert_int_equal(report_helper_start(path, &helper, NULL), OK);
    for (int q = 0; q < QUESTIONS; q++) {
        struct report_query query;
        ask(&query);
        check_answer(&query, ledger.db.db, NULL);
        check_answer(&query, reader, helper);
    }
    report_helper_stop(helper);
    db_close(reader);
}

static void report__any_question_gets_the_answer_of_counting_by_hand(void **state)
{
    (void)state;
    ask_questions();
}

/* ---- the same clicks wherever they are */

static void purge_link(unsigned at)
{
    struct db *db = ledger.db.db;
    struct link_ids scopes;
    int64_t deleted = 0;

    assert_int_equal(db_begin(db, false), OK);
    assert_int_equal(links_ids(db, link_ids_of[at], &scopes), OK);
    assert_int_equal(fold_forget(db, link_ids_of[at], &scopes), OK);
    assert_int_equal(purge_clicks(db, link_ids_of[at], &deleted), OK);
    assert_int_equal(links_tombstone(db, link_ids_of[at], START, true), OK);
    assert_int_equal(db_commit(db), OK);
    for (size_t i = 0; i < ROWS; i++) {
        world_rows[i].gone = world_rows[i].gone || world_rows[i].link == at;
    }
}

static void move_link(unsigned at, unsigned campaign, unsigned owner)
{
    struct db *db = ledger.db.db;
    struct link_ids before, after;
    struct link link;

    assert_int_equal(db_begin(db, false), OK);
    assert_int_equal(links_ids(db, link_ids_of[at], &before), OK);
    assert_int_equal(links_find(db, &ledger.db.arena, BOUNDS_ALL, link_ids_of[at], &link), OK);
    link.campaign_id = campaign_ids[campaign];
    link.owner_id = owner_ids[owner];
    assert_int_equal(links_update(db, BOUNDS_ALL, &link), OK);
    assert_int_equal(links_ids(db, link_ids_of[at], &after), OK);
    assert_int_equal(fold_move(db, link_ids_of[at], &before, &after), OK);
    assert_int_equal(db_commit(db), OK);
    world_links[at].campaign = campaign;
    world_links[at].owner = owner;
}

static void merge_all(size_t chunk_rows)
{
    bool merged = true;

    while (merged) {
        assert_int_equal(sealer_merge(ledger.db.db, chunk_rows, &merged), OK);
    }
}

static void report__answers_are_the_same_from_rows_and_from_chunks(void **state)
{
    (void)state;
    world_in_order = true;
    make_tail();
    world_in_order = false;
    ask_questions(); /* row by row */
    fold_rows_of_world(ROWS);
    seal_world(60); /* column by column, and plain columns among them */
    ask_questions();
    move_link(3, 1, 2);
    purge_link(5);
    ask_questions();
    merge_all(2000);
    ask_questions();
    assert_int_equal(meta_put_i64(ledger.db.db, STR("ledger_starts_ms"), START + 2 * SPAN), OK);
    ask_questions(); /* from sums wherever they can tell, as if there were no clicks left */
    ledger_done(&ledger);
}

static void report__of_deleted_clicks_the_sums_still_tell(void **state)
{
    (void)state;
    struct arena *arena = &ledger.db.arena;
    struct report_query query = {.from_ms = AUTUMN,
                                 .to_ms = START + SPAN,
                                 .zone = zone_find(STR("UTC")),
                                 .limit = 1000,
                                 .group_by = {DIM_LINK},
                                 .group_count = 1};
    struct report before, after;
    fold_rows_of_world(ROWS);
    seal_world(100);
    assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &before, NULL), OK);
    retain_world(AUTUMN + SPAN);
    assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &after, NULL), OK);
    assert_int_equal(after.totals.clicks, before.totals.clicks);
    assert_int_equal(after.groups_count, before.groups_count);
    for (size_t i = 0; i < after.groups_count; i++) {
        assert_true(str_eq(after.groups[i].values[0], before.groups[i].values[0]));
        assert_int_equal(after.groups[i].clicks, before.groups[i].clicks);
    }
    query.want_visitors = true; /* which no sum knows: those of the clicks that are left */
    assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &after, NULL), OK);
    assert_int_equal(after.totals.clicks, before.totals.clicks);
    assert_true(after.kept.matters && after.kept.totals == KEPT_ALL && after.kept.groups == KEPT_ALL);
    query.filters_count = 1; /* nobody knows which of the deleted came with which browser in which app */
    query.filters[0] = (struct report_filter){DIM_APP, false, {(str[]){STR("wechat")}, 1}};
    query.group_by[0] = DIM_BROWSER;
    assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &after, NULL), OK);
    assert_true(after.kept.matters && after.kept.totals == KEPT_SINCE && after.kept.groups == KEPT_SINCE);
    assert_int_equal(after.kept.since_ms, AUTUMN + SPAN);
}

/* What an answer was, as numbers. */
struct gist {
    int64_t clicks, scans, classes[CLASS_COUNT];
    uint64_t series, groups;
};

static struct gist gist_of(const struct report *report)
{
    struct gist gist = {.clicks = report->totals.clicks, .scans = report->totals.scans};

    memcpy(gist.classes, report->totals.by_class, sizeof gist.classes);
    for (size_t i = 0; i < report->series_count; i++) {
        gist.series += hash_xxh3(&report->series[i].clicks, sizeof(int64_t), i);
    }
    for (size_t i = 0; i < report->groups_count; i++) {
        const struct report_group *group = &report->groups[i];
        gist.groups += hash_xxh3(group->values[0].ptr, group->values[0].len, (uint64_t)group->clicks) +
                       hash_xxh3(group->values[1].ptr, group->values[1].len, (uint64_t)group->scans);
    }
    return gist;
}

/* Some ask for a value of everything over whole days of Shanghai, as people do. */
static void ask_of_the_past(struct report_query *query)
{
    ask(query);
    if (roll(2)) {
        query->filters_count = 0;
        query->owner_bound = query->domain_bound = false;
        query->group_count = 1;
        query->zone = zone_find(STR("Asia/Shanghai"));
        query->from_ms = zone_day_start(query->zone, zone_civil_day(query->zone, AUTUMN, NULL) + (int64_t)roll(3));
        query->to_ms = query->from_ms + (1 + (int64_t)roll(3)) * MS_PER_DAY;
        query->interval = INTERVAL_DAY;
    }
}

/* The same questions before and after most of autumn was deleted, hour by hour: what an answer says it knows is the
 * same as before, to the last click. */
static void report__of_deleted_clicks_says_what_it_knows(void **state)
{
    enum { ASKED = 300 };
    (void)state;
    struct arena *arena = &ledger.db.arena;
    struct gist *before = ARENA_ARRAY(arena, struct gist, ASKED);
    struct report_query query;
    struct report report;
    size_t told[KEPT_ALL + 1] = {0}, totals = 0;
    fold_rows_of_world(ROWS);
    seal_world(100);
    uint64_t begin = seed;
    for (size_t i = 0; i < ASKED; i++) {
        ask_of_the_past(&query);
        assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &report, NULL), OK);
        before[i] = gist_of(&report);
    }
    for (int hour = 1; hour <= 80; hour += 9) {
        retain_world(AUTUMN + hour * MS_PER_HOUR);
    }
    seed = begin;
    for (size_t i = 0; i < ASKED; i++) {
        ask_of_the_past(&query);
        assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &report, NULL), OK);
        struct gist after = gist_of(&report);
        assert_int_equal(report.kept.matters, query.from_ms < AUTUMN + 73 * MS_PER_HOUR);
        if (!report.kept.matters || report.kept.totals == KEPT_ALL) {
            assert_int_equal(after.clicks, before[i].clicks);
            assert_int_equal(after.scans, before[i].scans);
            assert_memory_equal(after.classes, before[i].classes, sizeof after.classes);
            assert_true(after.series == before[i].series);
            totals += report.kept.matters;
        }
        bool whole = !report.kept.matters || report.kept.groups != KEPT_TOPS ||
                     (query.from_ms % MS_PER_DAY == 16 * MS_PER_HOUR &&
                      (query.to_ms % MS_PER_DAY == 16 * MS_PER_HOUR || query.to_ms > AUTUMN + 73 * MS_PER_HOUR));
        if (whole && (!report.kept.matters || report.kept.groups != KEPT_SINCE)) {
            assert_true(after.groups == before[i].groups);
            told[report.kept.groups]++;
        }
    }
    assert_true(totals > 20 && told[KEPT_TOPS] > 20 && told[KEPT_ALL] > 10);
}

static void report__groups_past_the_limit_are_other(void **state)
{
    (void)state;
    struct arena *arena = &ledger.db.arena;
    struct report_query query = {.from_ms = START,
                                 .to_ms = START + SPAN,
                                 .zone = zone_find(STR("UTC")),
                                 .limit = 1000,
                                 .group_by = {DIM_LINK},
                                 .group_count = 1};
    struct report all, first;
    assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &all, NULL), OK);
    query.limit = 2;
    assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &first, NULL), OK);
    assert_int_equal(all.groups_count, LINKS);
    assert_int_equal(first.groups_count, 2);
    assert_int_equal(first.groups[0].clicks, all.groups[0].clicks);
    assert_int_equal(first.other_clicks + first.groups[0].clicks + first.groups[1].clicks, all.totals.clicks);
}

static void report__pairs_past_the_limit_are_other(void **state)
{
    (void)state;
    struct arena *arena = &ledger.db.arena;
    struct report_query query = {.from_ms = START,
                                 .to_ms = START + SPAN,
                                 .zone = zone_find(STR("UTC")),
                                 .limit = 1000,
                                 .group_by = {DIM_APP, DIM_HOUR},
                                 .group_count = 2};
    struct report all, first;
    int64_t shown = 0;
    assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &all, NULL), OK);
    query.limit = 5;
    assert_int_equal(report_run(ledger.db.db, NULL, arena, &query, &first, NULL), OK);
    assert_true(all.groups_count > 24);
    assert_int_equal(first.groups_count, 5);
    for (size_t i = 0; i < 5; i++) {
        shown += first.groups[i].clicks;
        for (size_t d = 0; d < 2; d++) {
            assert_true(str_eq(first.groups[i].values[d], all.groups[i].values[d]));
        }
    }
    assert_int_equal(first.other_clicks + shown, all.totals.clicks);
}

static void report__a_series_too_long_names_the_interval(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct report report;
    struct report_query query = {
        .from_ms = 1, .to_ms = START, .zone = zone_find(STR("UTC")), .limit = 10, .interval = INTERVAL_HOUR};
    assert_int_equal(report_run(ledger.db.db, NULL, &ledger.db.arena, &query, &report, &fault), ERR_INVALID);
    assert_string_equal(fault.field, "interval");
}

static void report__all_time_begins_with_the_first_click(void **state)
{
    (void)state;
    struct report report;
    struct report_query query = {
        .from_ms = 0, .to_ms = START + SPAN, .zone = zone_find(STR("UTC")), .limit = 10, .interval = INTERVAL_DAY};
    assert_int_equal(report_run(ledger.db.db, NULL, &ledger.db.arena, &query, &report, NULL), OK);
    assert_int_equal(report.series_count, (START + SPAN - AUTUMN) / MS_PER_DAY);
    assert_int_equal(report.series[0].start_ms, AUTUMN);
}

static void report__periods_are_whole_days_of_the_zone(void **state)
{
    (void)state;
    const struct zone *zone = zone_find(STR("Asia/Shanghai"));
    const int64_t midnight = INT64_C(1773100800000) - 8 * MS_PER_HOUR; /* 2026-03-10T00:00+08:00, a Tuesday */
    const struct {
        const char *name;
        int64_t from, to;
    } rows[] = {
        {"today", 0, 1}, {"yesterday", -1, 0},    {"7d", -6, 1},   {"30d", -29, 1},
        {"mtd", -9, 1},  {"last_month", -37, -9}, {"90d", -89, 1}, {"1y", -364, 1},
    };
    int64_t from = 0, to = 0;

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(report_period(str_from_c(rows[i].name), zone, midnight + MS_PER_HOUR, &from, &to));
        assert_int_equal(from, midnight + rows[i].from * MS_PER_DAY);
        assert_int_equal(to, midnight + rows[i].to * MS_PER_DAY);
    }
    assert_true(report_period(STR("all"), zone, midnight, &from, &to));
    assert_int_equal(from, 0);
    assert_false(report_period(STR("fortnight"), zone, midnight, &from, &to));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(report__any_question_gets_the_answer_of_counting_by_hand, make_world,
                                        end_world),
        cmocka_unit_test(report__answers_are_the_same_from_rows_and_from_chunks),
        cmocka_unit_test_setup_teardown(report__of_deleted_clicks_the_sums_still_tell, make_world, end_world),
        cmocka_unit_test_setup_teardown(report__of_deleted_clicks_says_what_it_knows, make_world, end_world),
        cmocka_unit_test_setup_teardown(report__groups_past_the_limit_are_other, make_world, end_world),
        cmocka_unit_test_setup_teardown(report__pairs_past_the_limit_are_other, make_world, end_world),
        cmocka_unit_test_setup_teardown(report__a_series_too_long_names_the_interval, make_world, end_world),
        cmocka_unit_test_setup_teardown(report__all_time_begins_with_the_first_click, make_world, end_world),
        cmocka_unit_test(report__periods_are_whole_days_of_the_zone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
