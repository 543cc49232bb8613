/* SPDX-License-Identifier: MIT */
/*
 * A chunk's columns: bytes and time a click to make them, and time a row to open one and count by it. Prints figures,
 * asserts nothing. Usage: model_chunk_bench [ROWS] [LINKS]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "linkpond/base/hash.h"
#include "linkpond/model/chunk.h"

#define ROUNDS 200

static const char *const names[CHUNK_COLUMNS] = {[CHUNK_LINK] = "LINK",
                                                 [CHUNK_ID] = "ID",
                                                 [CHUNK_TIME] = "TIME",
                                                 [CHUNK_VISITOR] = "VISITOR",
                                                 [CHUNK_CLASS] = "CLASS",
                                                 [CHUNK_OUTCOME] = "OUTCOME",
                                                 [CHUNK_SIGNALS] = "SIGNALS",
                                                 [CHUNK_FLAGS] = "FLAGS",
                                                 [CHUNK_VISITOR_BY] = "VISITOR_BY",
                                                 [CHUNK_SOURCE_BY] = "SOURCE_BY",
                                                 [CHUNK_CHANNEL_BY] = "CHANNEL_BY",
                                                 [CHUNK_SCENE] = "SCENE",
                                                 [CHUNK_IP] = "IP",
#define VALUE_NAME(constant) [CHUNK_VALUE + CLICK_##constant] = #constant,
                                                 CLICK_VALUE_TABLE(VALUE_NAME)
#undef VALUE_NAME
};
static uint64_t seed = 1;
static struct buf blobs[CHUNK_COLUMNS];

static uint64_t roll(uint64_t sides)
{
    seed = hash_xxh3(&seed, sizeof seed, 7);
    return seed % sides;
}

static void set_term(struct click_row *row, enum click_column column, uint64_t term)
{
    row->values[column] = (struct click_value){.term = (int64_t)term};
}

/* As ingest leaves a visit: WeChat, a phone's browser or a bot; half bring a query of their own. */
static void some_click(struct click_row *row, size_t at, uint64_t links, char *memory)
{
    uint64_t link = 1 + roll(1 + roll(links)), agent = roll(210);
    bool bot = roll(12) == 0;

    *row = (struct click_row){
        .facts = {.id = (INT64_C(1) << 51) + (INT64_C(3) << 17) + (int64_t)at * 7,
                  .time_ms = 1750000000000 + (int64_t)at * 900 + (int64_t)roll(900),
                  .link_id = (int64_t)link,
                  .class = bot ? CLASS_BOT : CLASS_HUMAN,
                  .signals = (unsigned)roll(4) << 3,
                  .flags = (unsigned)roll(8),
                  .visitor = bot ? 0 : (int64_t)(1000000 + at / 2 + roll(300)),
                  .visitor_by = bot ? VISITOR_BY_NONE : VISITOR_BY_HASH,
                  .source_by = agent % 3 ? BY_APP : BY_DIRECT,
                  .scene = (enum click_scene)roll(SCENE_COUNT)},
        .ip = {memory, 3},
    };
    memory[0] = 10;
    memory[1] = (char)roll(256);
    memory[2] = (char)roll(256);
    set_term(row, CLICK_RULE, bot ? 3 : 4);
    set_term(row, CLICK_HOST, 5);
    set_term(row, CLICK_CODE, 1000 + link);
    set_term(row, CLICK_LOCATION, 1000000 + link);
    set_term(row, CLICK_APP, 6 + agent % 3);
    set_term(row, CLICK_OS, 20 + agent % 5);
    set_term(row, CLICK_DEVICE, 30 + agent % 3);
    set_term(row, CLICK_BROWSER, 40 + agent % 9);
    set_term(row, CLICK_LANGUAGE, 60 + roll(4));
    set_term(row, CLICK_NET, 70 + agent % 4);
    set_term(row, CLICK_USER_AGENT, 500 + agent);
    set_term(row, CLICK_SOURCE, 80 + agent % 6);
    set_term(row, CLICK_CHANNEL, roll(3) ? 2000 + link % 200 : 0);
    if (roll(3) == 0) {
        set_term(row, CLICK_REFERRER, 90 + roll(30));
        set_term(row, CLICK_REFERRER_HOST, 130 + roll(10));
    }
    if (roll(2)) {
        uint64_t campaign = roll(20);
        int len =
            snprintf(memory + 40, 80, "utm_source=wechat&utm_campaign=c%d&x=%" PRIu64, (int)campaign, roll(1000000));
        row->values[CLICK_QUERY] = (struct click_value){.text = {memory + 40, (size_t)len}};
        set_term(row, CLICK_UTM_SOURCE, 300);
        set_term(row, CLICK_UTM_CAMPAIGN, 310 + campaign);
    }
    snprintf(memory + 3, 33, "%016" PRIx64 "%016" PRIx64, roll(UINT64_MAX), roll(UINT64_MAX));
    row->values[CLICK_REQUEST_ID] = (struct click_value){.text = {memory + 3, 32}};
}

static int64_t cpu_ns(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void print_since(const char *what, int64_t start_ns, size_t rows, int rounds)
{
    double ns = (double)(cpu_ns() - start_ns) / rounds;

    printf("%-32s %7.1f ns a row, %6.2f ms\n", what, ns / (double)rows, ns / 1e6);
}

static void encode(struct chunk_builder *builder, const struct click_row *rows, size_t count)
{
    struct chunk_bounds bounds;
    size_t bytes = 0;
    int64_t start_ns = cpu_ns();

    for (size_t i = 0; i < count; i++) {
        BUG_ON(chunk_builder_add(builder, &rows[i]) != OK);
    }
    print_since("gather", start_ns, count, 1);
    start_ns = cpu_ns();
    chunk_builder_sort(builder, &bounds);
    print_since("sort", start_ns, count, 1);
    start_ns = cpu_ns();
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        chunk_builder_column(builder, 1, (enum chunk_column)c, &blobs[c]);
        BUG_ON(blobs[c].overflow);
        bytes += blobs[c].len;
    }
    print_since("encode", start_ns, count, 1);
    printf("%.1f bytes a click:", (double)bytes / (double)count);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        double each = (double)blobs[c].len / (double)count;
        if (each > 0.05) {
            printf(" %s %.2f", names[c], each);
        }
    }
    printf("\n");
}

/* Opens one column and counts its rows by code. */
static void count_by(enum chunk_column column, const char *what, size_t rows)
{
    static uint32_t counts[CHUNK_ROWS_MAX];
    struct arena arena;
    struct chunk chunk;
    int64_t start_ns = cpu_ns();

    arena_init(&arena, 64 << 20);
    for (int round = 0; round < ROUNDS; round++) {
        arena_reset(&arena);
        chunk_init(&chunk, 1, rows, &arena);
        BUG_ON(chunk_open(&chunk, column, buf_str(&blobs[column])) != OK);
        for (size_t i = 0; i < rows; i++) {
            counts[chunk_code(&chunk.codes[column], i)]++;
        }
    }
    print_since(what, start_ns, rows, ROUNDS);
    arena_done(&arena);
}

static void read_rows(size_t rows)
{
    char hex[CHUNK_HEX_MAX];
    struct click_facts facts;
    struct arena arena;
    struct chunk chunk;
    size_t bytes = 0;
    int64_t start_ns = cpu_ns();

    arena_init(&arena, 64 << 20);
    chunk_init(&chunk, 1, rows, &arena);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        BUG_ON(chunk_open(&chunk, (enum chunk_column)c, buf_str(&blobs[c])) != OK);
    }
    for (size_t i = 0; i < rows; i++) {
        chunk_facts(&chunk, i, &facts);
        for (size_t c = CHUNK_IP; c < CHUNK_COLUMNS; c++) {
            bytes += chunk_column_value(&chunk, (enum chunk_column)c, i, hex).text.len;
        }
    }
    print_since("whole rows", start_ns, rows, 1);
    BUG_ON(bytes == 0);
    arena_done(&arena);
}

int main(int argc, char **argv)
{
    size_t rows = argc > 1 ? (size_t)atoll(argv[1]) : 32768;
    uint64_t links = argc > 2 ? (uint64_t)atoll(argv[2]) : 10000;
    struct click_row *clicks = malloc(rows * sizeof *clicks);
    char *memory = malloc(rows * 128);
    struct chunk_builder *builder = chunk_builder_new(rows, 64 << 20, 1);

    BUG_ON(!clicks || !memory || !builder);
    for (size_t i = 0; i < rows; i++) {
        some_click(&clicks[i], i, links, memory + i * 128);
    }
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        buf_init_heap(&blobs[c], CHUNK_COLUMN_BYTES_MAX);
    }
    encode(builder, clicks, rows);
    count_by(CHUNK_CLASS, "count by class", rows);
    count_by(CHUNK_VALUE + CLICK_APP, "count by app", rows);
    count_by(CHUNK_VALUE + CLICK_LOCATION, "count by location", rows);
    read_rows(rows);
    for (size_t c = 0; c < CHUNK_COLUMNS; c++) {
        buf_done(&blobs[c]);
    }
    chunk_builder_free(builder);
    free(clicks);
    free(memory);
    return 0;
}
