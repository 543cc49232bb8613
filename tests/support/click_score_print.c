/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "click_score.h"
#include "linkpond/base/clock.h"

static int compare(const void *a, const void *b)
{
    const struct score_value *left = a, *right = b;

    if (left->expected != right->expected) {
        return left->expected < right->expected ? 1 : -1;
    }
    return strcmp(left->text, right->text);
}

static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 100.0;
}

static void print_values(const struct score_table *table, size_t shown, FILE *out)
{
    static struct score_value sorted[SCORE_VALUES_MAX];

    memcpy(sorted, table->values, table->count * sizeof *sorted);
    qsort(sorted, table->count, sizeof *sorted, compare);
    for (size_t i = 0; i < table->count; i++) {
        const struct score_value *value = &sorted[i];
        bool perfect = value->right == value->expected && value->right == value->found;
        if (i < shown || !perfect) {
            fprintf(out, "|  | %s | %" PRId64 " | %.2f %% | %.2f %% |\n", value->text[0] ? value->text : "(none)",
                    value->expected, 100 * score_precision(value), 100 * score_recall(value));
        }
    }
}

static void print_tables(const struct score *self, bool all, FILE *out)
{
    fprintf(out, "| dimension | value | clicks | precision | recall |\n|---|---|---|---|---|\n");
    for (enum score_dim dim = 0; dim < SCORE_DIMS; dim++) {
        const struct score_table *table = score_table(self, dim);
        fprintf(out, "| **%s** | %zu values | %" PRId64 " | %.2f %% right | |\n", score_dim_name(dim), table->count,
                table->judged, percent(table->right, table->judged));
        print_values(table, all || dim == SCORE_CLASS || dim == SCORE_SCENE ? SCORE_VALUES_MAX : 0, out);
    }
}

static void print_days(const struct score *self, int days, FILE *out)
{
    struct score_day sum = {0};

    fprintf(out, "\n| day | people | counted | who keep cookies | counted by cookie | others | counted by hash |\n"
                 "|---|---|---|---|---|---|---|\n");
    for (int day = days; day >= 0; day--) {
        struct score_day one = {0};
        if (day > 0) {
            one = *score_day(self, day - 1);
            sum.people += one.people;
            sum.keepers += one.keepers;
            sum.visitors += one.visitors;
            sum.cookie_visitors += one.cookie_visitors;
        } else {
            one = sum;
        }
        if (day > 7 || (day > 0 && one.people == 0)) {
            continue;
        }
        fprintf(out,
                "| %s%d | %" PRId64 " | %" PRId64 " (%+.1f %%) | %" PRId64 " | %" PRId64 " | %" PRId64 " | %" PRId64
                " |\n",
                day > 0 ? "-" : "all ", day > 0 ? day : days, one.people, one.visitors,
                percent(one.visitors, one.people) - 100, one.keepers, one.cookie_visitors, one.people - one.keepers,
                one.visitors - one.cookie_visitors);
    }
}

void score_print(const struct score *self, bool all, FILE *out)
{
    print_tables(self, all, out);
    print_days(self, score_days(self), out);
    fprintf(out, "\n%" PRId64 " rows in the ledger, %" PRId64 " lost, %" PRId64 " strange\n", score_rows(self),
            score_lost(self), score_strange(self));
}
