/* SPDX-License-Identifier: MIT */
#include "../../src/api/stats/stats_query.h"

/*
 * The question in a query string, for reports (first byte even) and for raw clicks. It is refused with the parameter's
 * name and a code, or it is a range in order with bounded lists; its cursor is taken again by the same question.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1790000000000)

static void check_question(const struct stats_query *query, enum stats_use use)
{
    const struct report_query *report = &query->report;
    struct stats_query compared = *query;
    int64_t from_ms = 0, to_ms = 0;

    BUG_ON(!query->from_first && report->from_ms > report->to_ms);
    BUG_ON(query->limit < 0 || query->metrics > METRIC_ALL);
    if (use == USE_STATS && query->compare != COMPARE_NONE && !query->from_first) {
        stats_query_compared(&compared, &from_ms, &to_ms);
        BUG_ON(from_ms > to_ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stats_query query = {0};
    struct fault fault = {0};
    struct arena arena;

    if (size == 0 || size > 8192) {
        return 0;
    }
    enum stats_use use = data[0] % 2 ? USE_CLICKS : USE_STATS;
    arena_init(&arena, 1024 * 1024);
    enum err err = stats_query_parse(&arena, (str){(const char *)data + 1, size - 1}, use, zone_find(STR("UTC")), NOW,
                                     &query, &fault);
    if (err == OK) {
        check_question(&query, use);
    } else {
        BUG_ON(err != ERR_NOMEM && (err != ERR_INVALID || !fault.code[0]));
    }
    arena_done(&arena);
    return 0;
}
