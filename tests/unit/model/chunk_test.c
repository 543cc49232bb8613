/* SPDX-License-Identifier: MIT */
/* Goal: sealed clicks come back as they were, in order of link and time, whichever encoding a column got; and blobs
 * that were changed, cut or mistaken for another are told from good ones. */
#include "assert_str.h"

#include <inttypes.h>
#include <stdlib.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/chunk.h"

#define ROWS_MAX 3000
#define ID       77

static uint64_t seed = 43;
static char texts[8192];
static struct click_row rows[ROWS_MAX];
static struct chunk_builder *builder;
static struct buf blobs[CHUNK_COLUMNS];
static struct arena arena;
static struct chunk chunk;

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static int64_t some_number(void)
{
    return (int64_t)(roll(UINT64_MAX) >> roll(64));
}

static str some_hex(size_t len)
{
    static char digits[4096];

    if (digits[0] == 0) {
        for (size_t i = 0; i < sizeof digits; i++) {
            digits[i] = "0123456789abcdef"[roll(16)];
        }
    }
    return (str){digits + roll(sizeof digits - len), len};
}

/* `kinds`: how many different values a column has, about. */
static struct click_value some_value(size_t column, uint64_t kinds)
{
    if (column == CLICK_REQUEST_ID) {
        return (struct click_value){.text = some_hex(roll(20) == 0 ? roll(70) : 32)};
    }
    uint64_t kind = roll(kinds);
    if (kind % 3 == 0) {
        return (struct click_value){0};
    }
    if (kind % 3 == 1) {
        return (struct click_value){.term = (int64_t)(1 + (hash_xxh3(&kind, sizeof kind, column) >> 3 >> kind % 50))};
    }
    return (struct click_value){.text = {texts + kind % 4000, kind % 60}};
}

/* Begins as others do, for a few bytes or for more than a joined text may have. */
static str some_address(int64_t id, uint64_t kinds)
{
    static char addresses[ROWS_MAX][2200];
    char *out = addresses[id % ROWS_MAX];
    size_t alike = roll(16) ? roll(90) : roll(2100);

    memcpy(out, texts, alike);
    return (str){out, alike + (size_t)snprintf(out + alike, 24, "%" PRIu64, roll(kinds))};
}

static struct click_row some_row(int64_t id, uint64_t links, uint64_t kinds)
{
    static const size_t ip_lens[] = {0, 3, 6};
    struct click_row row = {
        .facts = {.id = id,
                  .time_ms = 1700000000000 + (int64_t)roll(86400000),
                  .link_id = (int64_t)roll(links),
                  .class = (enum click_class)roll(kinds < CLASS_COUNT ? kinds : CLASS_COUNT),
                  .outcome = (enum click_outcome)roll(OUTCOME_COUNT),
                  .signals = (unsigned)roll(0x10000),
                  .flags = (unsigned)roll(16),
                  .visitor = roll(2) ? some_number() : 0,
                  .visitor_by = (enum visitor_by)roll(VISITOR_BY_COUNT),
                  .source_by = (enum click_by)roll(BY_COUNT),
                  .channel_by = (enum click_by)roll(BY_COUNT),
                  .scene = (enum click_scene)roll(SCENE_COUNT)},
        .ip = {texts + roll(kinds), ip_lens[roll(3)]},
    };

    for (size_t c = 0; c < CLICK_COLUMNS; c++) {
        row.values[c] = some_value(c, kinds);
    }
    if (row.values[CLICK_REFERRER].term == 0) {
        row.values[CLICK_REFERRER].text = some_address(id, kinds);
    }
    return row;
}

static int in_order(const void *left, const void *right)
{
    const struct click_facts *a = &((const struct click_row *)left)->facts;
    const struct click_facts *b = &((const struct click_row *)right)->facts;

    if (a->link_id != b->link_id) {
        return a->link_id < b->link_id ? -1 : 1;
    }
    if (a->time_ms != b->time_ms) {
        return a->time_ms < b->time_ms ? -1 : 1;
    }
    return (a->id > b->id) - (a->id < b->id);
}

/* Builds `count` random rows into `blobs`; `rows` is then in the order of the chunk. */
static void build(size_t count, uint64_t links, uint64_t kinds)
{
    struct chunk_bounds bounds;
    int64_t id = (int64_t)roll(INT64_C(1) << 50), first = id + 1;

    chunk_builder_reset(builder);
    for (size_t i = 0; i < count; i++) {
        rows[i] = some_row(++id, links, kinds);
        assert_int_equal(chunk_builder_add(builder, &rows[i]), OK);
    }
    assert_int_equal(chunk_builder_rows(builder), count);
    chunk_builder_sort(builder, &bounds);
    assert_int_equal(bounds.min_id, first);
    assert_int_equal(bounds.max_id, id);
    qsort(rows, count, sizeof *rows, in_order);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        buf_reset(&blobs[c]);
        chunk_builder_column(builder, ID, (enum chunk_column)c, &blobs[c]);
        assert_false(blobs[c].overflow);
    }
    for (size_t i = 0; i < count; i++) {
        assert_in_range(rows[i].facts.time_ms, bounds.min_ms, bounds.max_ms);
    }
}

static void open_all(size_t count)
{
    arena_reset(&arena);
    chunk_init(&chunk, ID, count, &arena);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        assert_int_equal(chunk_open(&chunk, (enum chunk_column)c, buf_str(&blobs[c])), OK);
    }
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

static void assert_row(size_t at)
{
    struct click_facts facts;
    char hex[CHUNK_HEX_MAX];

    chunk_facts(&chunk, at, &facts);
    assert_facts(&facts, &rows[at].facts);
    assert_str_same(chunk_column_value(&chunk, CHUNK_IP, at, hex).text, rows[at].ip);
    for (size_t c = 0; c < CLICK_COLUMNS; c++) {
        struct click_value value = chunk_column_value(&chunk, (enum chunk_column)(CHUNK_VALUE + c), at, hex);
        assert_int_equal(value.term, rows[at].values[c].term);
        assert_str_same(value.text, rows[at].values[c].text);
    }
}

/* ---- */

static void rows__come_back_in_order_of_link_and_time(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        size_t count = 1 + roll(round % 3 == 0 ? 12 : ROWS_MAX);
        build(count, 1 + roll(2 * ROWS_MAX), 1 + roll(round % 2 ? 20 : 4000));
        open_all(count);
        for (size_t i = 0; i < count; i++) {
            assert_row(i);
        }
    }
}

static void a_links_rows__are_one_range(void **state)
{
    (void)state;
    build(ROWS_MAX, 300, 10);
    open_all(ROWS_MAX);
    const struct chunk_links *links = &chunk.links;
    assert_int_equal(links->firsts[links->count], ROWS_MAX);
    for (size_t at = 0; at < links->count; at++) {
        assert_int_equal(chunk_links_find(links, links->ids[at]), at);
        for (size_t i = links->firsts[at]; i < links->firsts[at + 1]; i++) {
            assert_int_equal(rows[i].facts.link_id, links->ids[at]);
            assert_int_equal(chunk_links_of_row(links, i), at);
        }
    }
    assert_int_equal(chunk_links_find(links, -1), links->count);
    assert_int_equal(chunk_links_find(links, 300), links->count);
}

static void encodings__fit_what_is_in_a_column(void **state)
{
    (void)state;
    build(ROWS_MAX, 40, 4000);
    open_all(ROWS_MAX);
    assert_in_range(blobs[CHUNK_VALUE + CLICK_REQUEST_ID].len, ROWS_MAX * 10, ROWS_MAX * 19); /* half of the digits */
    assert_int_equal(chunk.codes[CHUNK_CLASS].width, 1);
    assert_int_equal(chunk.codes[CHUNK_CLASS].count, CLASS_COUNT);
    assert_int_equal(chunk.codes[CHUNK_SIGNALS].width, 2);
    assert_int_equal(chunk.numbers[CHUNK_ID].width, 2);
    build(ROWS_MAX, 40, 1);
    open_all(ROWS_MAX);
    assert_int_equal(chunk.codes[CHUNK_CLASS].width, 0);
    assert_int_equal(chunk.codes[CHUNK_VALUE + CLICK_APP].width, 0);
    assert_true(blobs[CHUNK_VALUE + CLICK_APP].len < 20);
}

static void encode(size_t count)
{
    struct chunk_bounds bounds;

    chunk_builder_sort(builder, &bounds);
    qsort(rows, count, sizeof *rows, in_order);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        buf_reset(&blobs[c]);
        chunk_builder_column(builder, ID, (enum chunk_column)c, &blobs[c]);
    }
}

/* Builds rows whose request ids are all different, but that of the last, which is the first's once more. */
static void build_request_ids(size_t count, bool hex)
{
    static char ids[ROWS_MAX][40];

    chunk_builder_reset(builder);
    for (size_t i = 0; i < count; i++) {
        size_t number = i == count - 1 ? 0 : i;
        int len = snprintf(ids[i], sizeof ids[i], hex ? "%032zx" : "r-%zu", number * 40503);
        rows[i] = some_row((int64_t)i, 50, 10);
        rows[i].values[CLICK_REQUEST_ID] = (struct click_value){.text = {ids[i], (size_t)len}};
        assert_int_equal(chunk_builder_add(builder, &rows[i]), OK);
    }
    encode(count);
}

/* Past a thousand rows a column of different values is not looked up any more; few rows always are. */
static void values_that_never_repeat__come_back(void **state)
{
    static const size_t counts[] = {3, 1023, 1024, 1025, 1026, ROWS_MAX};

    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(counts); i++) {
        size_t count = counts[i / 2];
        build_request_ids(count, i % 2);
        open_all(count);
        for (size_t row = 0; row < count; row++) {
            assert_row(row);
        }
        assert_true(count < 1024 || chunk.codes[CHUNK_VALUE + CLICK_REQUEST_ID].encoding == CHUNK_PLAIN);
    }
    build(ROWS_MAX, 50, 10); /* the next chunk of the same builder begins anew */
    open_all(ROWS_MAX);
    for (size_t row = 0; row < ROWS_MAX; row++) {
        assert_row(row);
    }
}

/* A shop's pages: `pages` to a link, each visited as often as `count` has it; only their numbers differ. */
/* `pages` is a prime, so that all of them come. */
static size_t address_bytes(size_t count, size_t pages)
{
    static char addresses[ROWS_MAX][80];

    chunk_builder_reset(builder);
    for (size_t i = 0; i < count; i++) {
        size_t page = i * 40503 % pages;
        int len =
            snprintf(addresses[i], sizeof addresses[i], "https://shop.example/summer-sale/items/%06zu.html", page);
        rows[i] = some_row((int64_t)i, 50, 10);
        rows[i].facts.link_id = (int64_t)page;
        rows[i].values[CLICK_LOCATION].term = 0;
        rows[i].values[CLICK_LOCATION].text = (str){addresses[i], (size_t)len};
        assert_int_equal(chunk_builder_add(builder, &rows[i]), OK);
    }
    encode(count);
    open_all(count);
    for (size_t row = 0; row < count; row++) {
        assert_row(row);
    }
    return blobs[CHUNK_VALUE + CLICK_LOCATION].len;
}

/* 50 bytes each whole; in order of their links each begins as the one before but for ten or so. */
static void texts_that_begin_alike__take_what_they_add(void **state)
{
    (void)state;
    assert_in_range(address_bytes(2999, 2999), 2999 * 8, 2999 * 9);
    assert_int_equal(chunk.codes[CHUNK_VALUE + CLICK_LOCATION].encoding, CHUNK_PLAIN);
    assert_in_range(address_bytes(2999, 751), 2999 * 3, 2999 * 4);
    assert_int_equal(chunk.codes[CHUNK_VALUE + CLICK_LOCATION].encoding, CHUNK_PLAIN);
    assert_in_range(address_bytes(2999, 53), 2999 + 53 * 8, 2999 + 53 * 10);
    assert_int_equal(chunk.codes[CHUNK_VALUE + CLICK_LOCATION].encoding, CHUNK_CODES);
}

static void texts__are_found_in_any_encoding(void **state)
{
    (void)state;
    size_t last_count = 0;

    for (int round = 0; round < 300; round++) {
        size_t count = round % 10 == 0 ? 1 + roll(ROWS_MAX) : last_count, column = roll(CLICK_COLUMNS);
        if (round % 10 == 0) {
            build(count, 40, round % 20 ? 1 + roll(30) : 4000);
            open_all(count);
            last_count = count;
        }
        const struct click_row *wanted = &rows[roll(count)];
        str text = roll(20) ? wanted->values[column].text : STR("0123456789abcdef0123456789abcdef");
        size_t from = roll(count), expected = from;
        while (expected < count &&
               (rows[expected].values[column].term != 0 || !str_eq(rows[expected].values[column].text, text))) {
            expected++;
        }
        if (text.len > 0) {
            assert_int_equal(chunk_column_find(&chunk, (enum chunk_column)(CHUNK_VALUE + column), text, from, count),
                             expected);
        }
    }
}

static void numbers__are_read_in_bulk(void **state)
{
    (void)state;
    static int64_t numbers[ROWS_MAX];

    build(ROWS_MAX, 40, 10);
    open_all(ROWS_MAX);
    chunk_numbers_read(&chunk.numbers[CHUNK_VISITOR], 100, ROWS_MAX - 100, numbers);
    for (size_t i = 100; i < ROWS_MAX; i++) {
        assert_int_equal(numbers[i - 100], rows[i].facts.visitor);
    }
}

static void extreme_numbers__come_back(void **state)
{
    (void)state;
    static const int64_t extremes[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    struct chunk_bounds bounds;

    chunk_builder_reset(builder);
    for (size_t i = 0; i < ARRAY_LEN(extremes); i++) {
        int64_t n = extremes[i];
        rows[i] = (struct click_row){.facts = {.id = n, .time_ms = n, .link_id = n, .visitor = n}};
        rows[i].facts.signals = rows[i].facts.flags = UINT32_MAX;
        rows[i].values[CLICK_RULE].term = INT64_MAX >> 2;
        assert_int_equal(chunk_builder_add(builder, &rows[i]), OK);
    }
    chunk_builder_sort(builder, &bounds);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        buf_reset(&blobs[c]);
        chunk_builder_column(builder, ID, (enum chunk_column)c, &blobs[c]);
    }
    open_all(ARRAY_LEN(extremes));
    for (size_t i = 0; i < ARRAY_LEN(extremes); i++) {
        assert_row(i);
    }
}

static void a_builder__refuses_more_than_fits(void **state)
{
    (void)state;
    struct chunk_builder *small = chunk_builder_new(2, 4096, 1);
    struct click_row row = some_row(1, 10, 10);

    row.values[CLICK_QUERY] = (struct click_value){.text = {texts, 5000}};
    assert_int_equal(chunk_builder_add(small, &row), ERR_TOO_LARGE);
    chunk_builder_reset(small);
    row.values[CLICK_QUERY] = (struct click_value){.term = -1};
    assert_int_equal(chunk_builder_add(small, &row), ERR_CORRUPT);
    chunk_builder_reset(small);
    row.values[CLICK_QUERY] = (struct click_value){.term = 1};
    assert_int_equal(chunk_builder_add(small, &row), OK);
    assert_int_equal(chunk_builder_add(small, &row), OK);
    assert_int_equal(chunk_builder_add(small, &row), ERR_TOO_LARGE);
    chunk_builder_free(small);
}

static void damage__is_told(void **state)
{
    (void)state;
    build(60, 10, 20);
    arena_reset(&arena);
    chunk_init(&chunk, ID, 60, &arena);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        enum chunk_column column = (enum chunk_column)c;
        for (size_t i = 0; i < blobs[c].len; i++) {
            char was = blobs[c].ptr[i];
            blobs[c].ptr[i] = (char)(was ^ (1 << roll(8)));
            assert_int_equal(chunk_open(&chunk, column, buf_str(&blobs[c])), ERR_CORRUPT);
            blobs[c].ptr[i] = was;
            assert_int_equal(chunk_open(&chunk, column, str_slice(buf_str(&blobs[c]), 0, i)), ERR_CORRUPT);
        }
        assert_int_equal(chunk_open(&chunk, column, buf_str(&blobs[c])), OK);
        assert_int_equal(chunk_open(&chunk, column, buf_str(&blobs[(c + 1) % CHUNK_COLUMNS])), ERR_CORRUPT);
    }
    chunk_init(&chunk, ID + 1, 60, &arena);
    assert_int_equal(chunk_open(&chunk, CHUNK_CLASS, buf_str(&blobs[CHUNK_CLASS])), ERR_CORRUPT);
    chunk_init(&chunk, ID, 61, &arena);
    assert_int_equal(chunk_open(&chunk, CHUNK_CLASS, buf_str(&blobs[CHUNK_CLASS])), ERR_CORRUPT);
}

/* The sum says whether bytes are as they were written, not who wrote them. */
static void bytes_under_a_right_sum__are_never_read_past_their_end(void **state)
{
    (void)state;
    struct click_facts facts;
    char hex[CHUNK_HEX_MAX];

    build(40, 10, 20);
    for (int round = 0; round < 20000; round++) {
        size_t c = roll(CHUNK_COLUMNS), len = roll(8) ? blobs[c].len : 16 + roll(blobs[c].len - 15);
        uint8_t *bytes = malloc(len);
        memcpy(bytes, blobs[c].ptr, len);
        for (uint64_t flips = roll(4); flips > 0; flips--) {
            bytes[roll(len)] = (uint8_t)roll(256);
        }
        uint32_t sum = (uint32_t)hash_xxh3(bytes + 4, len - 4, (uint64_t)CHUNK_KEY(ID, c));
        memcpy(bytes, &sum, sizeof sum);
        open_all(40);
        if (chunk_open(&chunk, (enum chunk_column)c, (str){(char *)bytes, len}) == OK) {
            for (size_t i = 0; i < 40; i++) {
                chunk_facts(&chunk, i, &facts);
                assert_true(facts.class < CLASS_COUNT && facts.outcome < OUTCOME_COUNT && facts.scene < SCENE_COUNT);
                if (c >= CHUNK_IP) {
                    str text = chunk_column_value(&chunk, (enum chunk_column)c, i, hex).text;
                    hash_xxh3(text.ptr, text.len, 0);
                }
            }
        }
        free(bytes);
    }
}

/* ---- a few rows */

struct memory_source {
    struct chunk_source source;
    const char *bytes;
    char *lent; /* a block of its own, so that reading past it is found */
};

static enum err read_memory(struct chunk_source *source, size_t offset, size_t len, str *out)
{
    struct memory_source *self = (struct memory_source *)(void *)source;

    free(self->lent);
    self->lent = malloc(len > 0 ? len : 1);
    memcpy(self->lent, self->bytes + offset, len);
    *out = (str){self->lent, len};
    return OK;
}

static struct memory_source source_of(str bytes)
{
    return (struct memory_source){.source = {bytes.len, read_memory}, .bytes = bytes.ptr};
}

static enum err open_some(struct chunk *some, enum chunk_column column, str bytes, size_t all_rows, size_t from)
{
    struct memory_source source = source_of(bytes);
    enum err err = chunk_open_some(some, column, &source.source, all_rows, from);

    free(source.lent);
    return err;
}

static void assert_some_rows(size_t count, size_t from, size_t to)
{
    struct chunk whole = chunk;

    chunk_init(&chunk, ID, to - from, &arena);
    assert_int_equal(chunk_set_link(&chunk, rows[from].facts.link_id), OK);
    for (size_t c = CHUNK_LINK + 1; c < CHUNK_COLUMNS; c++) {
        assert_int_equal(open_some(&chunk, (enum chunk_column)c, buf_str(&blobs[c]), count, from), OK);
    }
    for (size_t i = from; i < to; i++) {
        struct click_facts facts;
        char hex[CHUNK_HEX_MAX];
        chunk_facts(&chunk, i - from, &facts);
        assert_facts(&facts, &rows[i].facts);
        assert_str_same(chunk_column_value(&chunk, CHUNK_IP, i - from, hex).text, rows[i].ip);
        for (size_t c = 0; c < CLICK_COLUMNS; c++) {
            struct click_value value = chunk_column_value(&chunk, (enum chunk_column)(CHUNK_VALUE + c), i - from, hex);
            assert_int_equal(value.term, rows[i].values[c].term);
            assert_str_same(value.text, rows[i].values[c].text);
        }
    }
    chunk = whole;
}

#define BLOB_HEAD "sum_\1\4\0\0"
/* Three rows of plain values, of which all are to be read: whole, and as a few rows. */
static void assert_plain_values(str values, enum err expected)
{
    static char bytes[4096];
    const uint32_t head[] = {3, 0};
    const size_t column = CHUNK_VALUE + CLICK_REFERRER, len = 16 + values.len;

    memcpy(bytes, BLOB_HEAD, 8);
    memcpy(bytes + 8, head, sizeof head);
    memcpy(bytes + 16, values.ptr, values.len);
    chunk_blob_readdress(bytes, len, ID, (enum chunk_column)column);
    arena_reset(&arena);
    chunk_init(&chunk, ID, 3, &arena);
    assert_int_equal(chunk_open(&chunk, (enum chunk_column)column, (str){bytes, len}), expected);
    assert_int_equal(open_some(&chunk, (enum chunk_column)column, (str){bytes, len}, 3, 0), expected);
    if (expected == OK) {
        char hex[CHUNK_HEX_MAX];
        assert_str(chunk_column_value(&chunk, (enum chunk_column)column, 2, hex).text, "abcz");
    }
}

/* Heads: number << 2 | kind. */
static void a_joined_text__wants_one_that_it_begins_as(void **state)
{
    static char longer[2200];

    (void)state;
    assert_plain_values(STR("\x11"
                            "abcd"
                            "\x07\x03"
                            "e"
                            "\x07\x03"
                            "z"),
                        OK);
    assert_plain_values(STR("\x11"
                            "abcd"
                            "\x0a\xab\xcd"
                            "\x07\x03"
                            "z"),
                        OK); /* not as the hex between them */
    assert_plain_values(STR("\x11"
                            "abcd"
                            "\x07\x05"
                            "e"
                            "\x07\x03"
                            "z"),
                        ERR_CORRUPT);
    assert_plain_values(STR("\x07\x00"
                            "a"
                            "\x07\x02"
                            "e"
                            "\x07\x03"
                            "z"),
                        ERR_CORRUPT);
    assert_plain_values(STR("\x11"
                            "abcd"
                            "\x07\x03"
                            "e"
                            "\x0b\x03"
                            "z"),
                        ERR_CORRUPT);
    memcpy(longer, "\x81\x40", 2); /* 2048 bytes, and one more */
    memcpy(longer + 2 + 2048,
           "\x07\x80\x10"
           "e"
           "\x00",
           5);
    assert_plain_values((str){longer, 2 + 2048 + 5}, ERR_CORRUPT);
}

static void a_few_rows__are_those_of_the_whole_chunk(void **state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        size_t count = 1 + roll(round % 3 == 0 ? 12 : ROWS_MAX), from = 0, to = 0;
        build(count, 1 + roll(ROWS_MAX), 1 + roll(round % 2 ? 20 : 4000));
        open_all(count);
        for (int i = 0; i < 30; i++) {
            size_t at = roll(chunk.links.count), first = chunk.links.firsts[at], end = chunk.links.firsts[at + 1];
            struct memory_source source = source_of(buf_str(&blobs[CHUNK_LINK]));
            assert_int_equal(chunk_find_link(&source.source, count, chunk.links.ids[at], &from, &to), OK);
            free(source.lent);
            assert_int_equal(from, first);
            assert_int_equal(to, end);
            from += roll(end - first);
            assert_some_rows(count, from, to - from > CHUNK_SOME_ROWS ? from + CHUNK_SOME_ROWS : to);
        }
        struct memory_source source = source_of(buf_str(&blobs[CHUNK_LINK]));
        assert_int_equal(chunk_find_link(&source.source, count, INT64_MAX, &from, &to), OK);
        free(source.lent);
        assert_int_equal(from, to);
    }
}

static void damaged_bytes_of_a_few_rows__give_values_within_bounds_or_none(void **state)
{
    (void)state;
    struct click_facts facts;
    char hex[CHUNK_HEX_MAX];

    build(40, 1, 20);
    for (int round = 0; round < 20000; round++) {
        size_t c = 1 + roll(CHUNK_COLUMNS - 1), len = roll(8) ? blobs[c].len : roll(blobs[c].len), from = roll(30);
        char *bytes = malloc(len + 1);
        memcpy(bytes, blobs[c].ptr, len);
        for (uint64_t flips = 1 + roll(4); flips > 0 && len > 0; flips--) {
            bytes[roll(len)] = (char)roll(256);
        }
        arena_reset(&arena);
        chunk_init(&chunk, ID, 10, &arena);
        assert_int_equal(chunk_set_link(&chunk, 0), OK);
        for (size_t other = 1; other < CHUNK_COLUMNS; other++) {
            assert_int_equal(open_some(&chunk, (enum chunk_column)other, buf_str(&blobs[other]), 40, from), OK);
        }
        enum err err = open_some(&chunk, (enum chunk_column)c, (str){bytes, len}, 40, from);
        assert_true(err == OK || err == ERR_CORRUPT);
        for (size_t i = 0; err == OK && i < 10; i++) {
            chunk_facts(&chunk, i, &facts);
            assert_true(facts.class < CLASS_COUNT && facts.outcome < OUTCOME_COUNT && facts.scene < SCENE_COUNT);
            str text = c >= CHUNK_IP ? chunk_column_value(&chunk, (enum chunk_column)c, i, hex).text : STR("");
            hash_xxh3(text.ptr, text.len, 0);
        }
        free(bytes);
    }
}

static void two_byte_codes__are_read_wherever_they_stand(void **state)
{
    (void)state;
    static char moved[65536];

    build(ROWS_MAX, 40, 1000);
    open_all(ROWS_MAX);
    const size_t column = CHUNK_VALUE + CLICK_CITY;
    assert_int_equal(chunk.codes[column].width, 2);
    memcpy(moved + 1, blobs[column].ptr, blobs[column].len);
    assert_int_equal(chunk_open(&chunk, (enum chunk_column)column, (str){moved + 1, blobs[column].len}), OK);
    for (size_t i = 0; i < ROWS_MAX; i++) {
        assert_row(i);
    }
}

static void a_full_arena__is_no_damage(void **state)
{
    (void)state;
    struct arena tiny;

    build(ROWS_MAX, 400, 1000);
    arena_init(&tiny, 16);
    chunk_init(&chunk, ID, ROWS_MAX, &tiny);
    assert_int_equal(chunk_open(&chunk, CHUNK_LINK, buf_str(&blobs[CHUNK_LINK])), ERR_NOMEM);
    assert_int_equal(chunk_open(&chunk, CHUNK_SIGNALS, buf_str(&blobs[CHUNK_SIGNALS])), ERR_NOMEM);
    arena_done(&tiny);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows__come_back_in_order_of_link_and_time),
        cmocka_unit_test(a_links_rows__are_one_range),
        cmocka_unit_test(encodings__fit_what_is_in_a_column),
        cmocka_unit_test(values_that_never_repeat__come_back),
        cmocka_unit_test(texts_that_begin_alike__take_what_they_add),
        cmocka_unit_test(texts__are_found_in_any_encoding),
        cmocka_unit_test(numbers__are_read_in_bulk),
        cmocka_unit_test(extreme_numbers__come_back),
        cmocka_unit_test(a_builder__refuses_more_than_fits),
        cmocka_unit_test(damage__is_told),
        cmocka_unit_test(bytes_under_a_right_sum__are_never_read_past_their_end),
        cmocka_unit_test(a_joined_text__wants_one_that_it_begins_as),
        cmocka_unit_test(a_few_rows__are_those_of_the_whole_chunk),
        cmocka_unit_test(damaged_bytes_of_a_few_rows__give_values_within_bounds_or_none),
        cmocka_unit_test(two_byte_codes__are_read_wherever_they_stand),
        cmocka_unit_test(a_full_arena__is_no_damage),
    };

    for (size_t i = 0; i < sizeof texts; i++) {
        texts[i] = (char)roll(256);
    }
    builder = chunk_builder_new(ROWS_MAX, 8 << 20, 99);
    arena_init(&arena, 64 << 20);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        buf_init_heap(&blobs[c], CHUNK_COLUMN_BYTES_MAX);
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        buf_done(&blobs[c]);
    }
    arena_done(&arena);
    chunk_builder_free(builder);
    return failed;
}
