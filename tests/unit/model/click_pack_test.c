/* SPDX-License-Identifier: MIT */
/* Goal: packed clicks come back as they were, in either direction and whatever is asked for; and bytes that were
 * changed or cut are told from good ones. */
#include "assert_str.h"

#include <stdlib.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/click_pack.h"

static uint64_t seed = 41;
static struct click_pack pack;
static struct click_pack_reader reader;
static char texts[4096];

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

/* As often short as long. */
static int64_t some_number(void)
{
    return (int64_t)(roll(UINT64_MAX) >> roll(64));
}

/* Texts are pieces of `texts`. */
static struct click_row some_row(int64_t id, size_t text_max)
{
    static const size_t ip_lens[] = {0, 3, 6};
    struct click_row row = {
        .facts = {.id = id,
                  .time_ms = some_number(),
                  .link_id = some_number() >> 1,
                  .class = (enum click_class)roll(CLASS_COUNT),
                  .outcome = (enum click_outcome)roll(OUTCOME_COUNT),
                  .signals = (unsigned)roll(0x10000),
                  .flags = (unsigned)roll(16),
                  .visitor = (int64_t)roll(UINT64_C(1) << 40),
                  .visitor_by = (enum visitor_by)roll(VISITOR_BY_COUNT),
                  .source_by = (enum click_by)roll(BY_COUNT),
                  .channel_by = (enum click_by)roll(BY_COUNT),
                  .scene = (enum click_scene)roll(SCENE_COUNT)},
        .ip = {texts + roll(100), ip_lens[roll(3)]},
    };

    for (size_t c = 0; c < CLICK_COLUMNS; c++) {
        if (roll(3) == 0) {
            row.values[c].term = (int64_t)(1 + (roll(INT64_MAX) >> roll(63)));
        } else if (roll(2)) {
            row.values[c].text = (str){texts + roll(100), roll(text_max)};
        }
    }
    return row;
}

static void assert_facts(const struct click_facts *got, const struct click_facts *expected)
{
    assert_int_equal(got->id, expected->id);
    assert_int_equal(got->time_ms, expected->time_ms);
    assert_int_equal(got->link_id, expected->link_id);
    assert_int_equal(got->class, expected->class);
    assert_int_equal(got->outcome, expected->outcome);
    assert_int_equal(got->signals, expected->signals);
    assert_int_equal(got->flags, expected->flags);
    assert_int_equal(got->visitor, expected->visitor);
    assert_int_equal(got->visitor_by, expected->visitor_by);
    assert_int_equal(got->source_by, expected->source_by);
    assert_int_equal(got->channel_by, expected->channel_by);
    assert_int_equal(got->scene, expected->scene);
}

static void assert_row(const struct click_facts *facts, const struct click_row *expected, uint64_t wanted)
{
    struct click_value values[CLICK_COLUMNS];

    memset(values, 0x55, sizeof values);
    assert_facts(facts, &expected->facts);
    assert_str_same(reader.ip, expected->ip);
    assert_true(click_pack_values(&reader, wanted, values));
    for (size_t c = 0; c < CLICK_COLUMNS; c++) {
        if (wanted & CLICK_BIT(c)) {
            assert_int_equal(values[c].term, expected->values[c].term);
            assert_str_same(values[c].text, expected->values[c].text);
        }
    }
}

/* Fills the pack with up to `rows` clicks; returns how many there were room for. */
static size_t fill(struct click_row *rows, size_t count, size_t text_max)
{
    int64_t id = (int64_t)roll(INT64_C(1) << 50);
    size_t done = 0;

    click_pack_init(&pack);
    for (; done < count; done++) {
        id += (int64_t)(1 + roll(70));
        rows[done] = some_row(id, text_max);
        if (!click_pack_add(&pack, &rows[done])) {
            break;
        }
    }
    return done;
}

static void clicks__come_back_in_both_directions(void **state)
{
    (void)state;
    static struct click_row rows[CLICK_PACK_ROWS_MAX];
    struct click_facts facts;

    for (int round = 0; round < 60; round++) {
        size_t count = fill(rows, 1 + roll(CLICK_PACK_ROWS_MAX), 1 + roll(40));
        uint64_t wanted = round % 3 == 0 ? CLICK_EVERYTHING : roll(UINT64_MAX) & roll(UINT64_MAX) & CLICK_EVERYTHING;
        str bytes = click_pack_bytes(&pack);
        assert_true(click_pack_verify(bytes, rows[0].facts.id, rows[count - 1].facts.id, (int64_t)count));
        assert_true(click_pack_open(&reader, bytes, rows[0].facts.id));
        for (size_t i = 0; i < count; i++) {
            assert_true(click_pack_next(&reader, &facts));
            assert_row(&facts, &rows[i], wanted);
        }
        assert_false(click_pack_next(&reader, &facts));
        assert_true(click_pack_open(&reader, bytes, rows[0].facts.id));
        assert_true(click_pack_turn(&reader));
        for (size_t i = count; i > 0; i--) {
            assert_true(click_pack_previous(&reader, &facts));
            assert_row(&facts, &rows[i - 1], wanted);
        }
        assert_false(click_pack_previous(&reader, &facts));
        assert_false(reader.damaged);
    }
}

static void clicks__of_extreme_numbers_come_back(void **state)
{
    (void)state;
    static const int64_t ids[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    static const int64_t times[] = {INT64_MAX, INT64_MIN, 0, INT64_MIN, INT64_MAX};
    struct click_facts facts;

    click_pack_init(&pack);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct click_row row = {.facts = {.id = ids[i], .time_ms = times[i], .link_id = times[i], .visitor = times[i]}};
        row.facts.signals = row.facts.flags = UINT32_MAX;
        row.values[CLICK_USER_AGENT].term = INT64_MAX;
        assert_true(click_pack_add(&pack, &row));
    }
    assert_true(click_pack_open(&reader, click_pack_bytes(&pack), ids[0]));
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct click_value values[CLICK_COLUMNS];
        assert_true(click_pack_next(&reader, &facts));
        assert_int_equal(facts.id, ids[i]);
        assert_int_equal(facts.time_ms, times[i]);
        assert_int_equal(facts.link_id, times[i]);
        assert_int_equal(facts.visitor, times[i]);
        assert_int_equal(facts.signals, UINT32_MAX);
        assert_int_equal(facts.flags, UINT32_MAX);
        assert_true(click_pack_values(&reader, CLICK_BIT(CLICK_USER_AGENT), values));
        assert_int_equal(values[CLICK_USER_AGENT].term, INT64_MAX);
    }
}

static void a_pack__that_is_full_stays_as_it_was(void **state)
{
    (void)state;
    static struct click_row rows[CLICK_PACK_ROWS_MAX + 1];

    size_t count = fill(rows, CLICK_PACK_ROWS_MAX + 1, 1); /* by rows */
    assert_int_equal(count, CLICK_PACK_ROWS_MAX);
    assert_true(click_pack_verify(click_pack_bytes(&pack), rows[0].facts.id, rows[count - 1].facts.id, (int64_t)count));
    for (int round = 0; round < 50; round++) { /* by bytes */
        count = fill(rows, CLICK_PACK_ROWS_MAX + 1, 200 + roll(200));
        assert_in_range(count, 2, CLICK_PACK_ROWS_MAX - 1);
        str bytes = click_pack_bytes(&pack);
        assert_true(bytes.len <= CLICK_PACK_BYTES_MAX);
        assert_true(click_pack_verify(bytes, rows[0].facts.id, rows[count - 1].facts.id, (int64_t)count));
    }
}

/* The largest click that the limits allow is a quarter of a pack, and the pack is used to its last byte. */
static void a_pack__is_filled_to_its_last_byte(void **state)
{
    (void)state;
    struct click_row row = {0};
    size_t room;

    click_pack_init(&pack);
    for (row.facts.id = 1; pack.len + 4096 < CLICK_PACK_BYTES_MAX; row.facts.id++) {
        row.values[CLICK_QUERY].text = (str){texts, 3000};
        assert_true(click_pack_add(&pack, &row));
    }
    room = CLICK_PACK_BYTES_MAX - pack.len;
    row.values[CLICK_QUERY].text.len = room;
    assert_false(click_pack_add(&pack, &row));
    while (!click_pack_add(&pack, &row)) {
        row.values[CLICK_QUERY].text.len--;
    }
    assert_int_equal(pack.len, CLICK_PACK_BYTES_MAX);
    assert_true(click_pack_verify(click_pack_bytes(&pack), 1, row.facts.id, row.facts.id));
}

static void a_pack__goes_on_where_a_stored_one_ends(void **state)
{
    (void)state;
    static struct click_row rows[60];
    static struct click_pack again;
    size_t count = fill(rows, 60, 20), half = 0;

    assert_int_equal(count, 60);
    click_pack_init(&again);
    for (; half < 30; half++) {
        assert_true(click_pack_add(&again, &rows[half]));
    }
    char *stored = malloc(again.len);
    size_t len = click_pack_bytes(&again).len;
    memcpy(stored, again.bytes, len);
    assert_true(click_pack_resume(&again, (str){stored, len}, rows[0].facts.id));
    free(stored);
    for (; half < 60; half++) {
        assert_true(click_pack_add(&again, &rows[half]));
    }
    assert_str_same(click_pack_bytes(&again), click_pack_bytes(&pack));
    assert_false(click_pack_resume(&again, STR("no pack"), 1));
    assert_int_equal(again.rows, 0);
}

/* An exact copy, so that a sanitizer sees one byte too many being read. */
static bool reads_whole(const uint8_t *bytes, size_t len, int64_t first_id)
{
    struct click_value values[CLICK_COLUMNS];
    struct click_facts facts;
    uint8_t *copy = malloc(len > 0 ? len : 1);

    memcpy(copy, bytes, len);
    bool whole = click_pack_open(&reader, (str){(const char *)copy, len}, first_id);
    while (whole && click_pack_next(&reader, &facts)) {
        whole = click_pack_values(&reader, CLICK_EVERYTHING, values);
    }
    whole = whole && !reader.damaged;
    if (whole) {
        assert_true(click_pack_open(&reader, (str){(const char *)copy, len}, first_id));
        assert_true(click_pack_turn(&reader));
        while (click_pack_previous(&reader, &facts)) {
        }
    }
    free(copy);
    return whole;
}

static void bytes__changed_anywhere_are_refused(void **state)
{
    (void)state;
    static struct click_row rows[8];

    size_t count = fill(rows, 8, 30);
    str bytes = click_pack_bytes(&pack);
    int64_t id = rows[0].facts.id;
    assert_true(reads_whole(pack.bytes, bytes.len, id));
    assert_false(reads_whole(pack.bytes, bytes.len, id + 1));
    for (size_t i = 0; i < bytes.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            pack.bytes[i] ^= (uint8_t)(1U << bit);
            assert_false(reads_whole(pack.bytes, bytes.len, id));
            pack.bytes[i] ^= (uint8_t)(1U << bit);
        }
    }
    for (size_t len = 0; len < bytes.len; len++) {
        assert_false(reads_whole(pack.bytes, len, id));
        assert_false(click_pack_verify((str){(const char *)pack.bytes, len}, id, rows[count - 1].facts.id, 8));
    }
}

/* The same with the checksum made right, as bytes made on purpose would have it: never past the end, never for ever. */
static void bytes__with_a_right_checksum_never_lead_out(void **state)
{
    (void)state;
    static struct click_row rows[8];

    fill(rows, 8, 30);
    str bytes = click_pack_bytes(&pack);
    static uint8_t work[CLICK_PACK_BYTES_MAX];
    int64_t id = rows[0].facts.id;
    for (size_t i = 0; i < 20 * bytes.len; i++) {
        size_t len = i % 3 == 0 ? bytes.len - roll(bytes.len - 5) : bytes.len;
        memcpy(work, pack.bytes, len);
        work[5 + i % (len - 5 > 0 ? len - 5 : 1)] ^= (uint8_t)(1 + roll(255));
        uint32_t sum = (uint32_t)hash_xxh3(work + 5, len - 5, (uint64_t)id);
        memcpy(work + 1, &sum, sizeof sum);
        reads_whole(work, len, id);
    }
}

static void verifying__wants_what_the_row_says(void **state)
{
    (void)state;
    static struct click_row rows[8];

    size_t count = fill(rows, 8, 30);
    int64_t first = rows[0].facts.id, last = rows[count - 1].facts.id;
    str bytes = click_pack_bytes(&pack);
    assert_true(click_pack_verify(bytes, first, last, 8));
    assert_false(click_pack_verify(bytes, first, last, 7));
    assert_false(click_pack_verify(bytes, first, last + 1, 8));
    assert_false(click_pack_verify(bytes, first - 1, last, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clicks__come_back_in_both_directions),
        cmocka_unit_test(clicks__of_extreme_numbers_come_back),
        cmocka_unit_test(a_pack__that_is_full_stays_as_it_was),
        cmocka_unit_test(a_pack__is_filled_to_its_last_byte),
        cmocka_unit_test(a_pack__goes_on_where_a_stored_one_ends),
        cmocka_unit_test(bytes__changed_anywhere_are_refused),
        cmocka_unit_test(bytes__with_a_right_checksum_never_lead_out),
        cmocka_unit_test(verifying__wants_what_the_row_says),
    };

    for (size_t i = 0; i < sizeof texts; i++) {
        texts[i] = (char)roll(256);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
