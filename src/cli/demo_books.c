/* SPDX-License-Identifier: MIT */
#include "demo_books.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/cost_book.h"
#include "linkpond/engine/customer_edits.h"

#define CENTS   100
#define ENTRIES 512 /* of one transaction */

struct entering {
    const struct books *books;
    struct cost_draft *drafts;
    struct cost_result *results;
    size_t count;
    struct fault *fault;
};

static enum err flush(struct entering *self)
{
    const struct books *books = self->books;
    enum err err = self->count > 0 ? cost_book_put(books->engine->writer, books->actor, books->arena, self->drafts,
                                                   self->count, self->results)
                                   : OK;

    for (size_t i = 0; i < self->count && !err; i++) {
        err = self->results[i].err;
        *self->fault = err ? self->results[i].fault : *self->fault;
    }
    self->count = 0;
    return err;
}

static int64_t link_of(const struct books *self, str alias)
{
    for (size_t i = 0; i < self->story->links_count; i++) {
        if (str_eq(self->story->links[i].fields[STORY_ALIAS], alias)) {
            return self->links[i];
        }
    }
    return 0;
}

static enum err enter(struct entering *self, const struct story_cost *cost, int64_t time_ms)
{
    char text[TIMESTAMP_TEXT_MAX];
    str day = str_slice(timestamp_utc(time_ms, text), 0, COST_DAY_LEN);
    struct cost_draft *draft = &self->drafts[self->count++];

    *draft = (struct cost_draft){.day = arena_str(self->books->arena, day),
                                 .amount = (int64_t)cost->yuan * CENTS,
                                 .currency = STR("CNY"),
                                 .note = cost->note};
    draft->campaign = str_eq(cost->kind, STR("campaign")) ? cost->key : STR("");
    draft->channel = str_eq(cost->kind, STR("channel")) ? cost->key : STR("");
    draft->owner = str_eq(cost->kind, STR("owner")) ? cost->key : STR("");
    draft->link_id = str_eq(cost->kind, STR("link")) ? link_of(self->books, cost->key) : 0;
    return self->count == ENTRIES ? flush(self) : OK;
}

enum err books_put_costs(const struct books *self, struct fault *fault)
{
    struct entering entering = {.books = self,
                                .drafts = ARENA_ARRAY(self->arena, struct cost_draft, ENTRIES),
                                .results = ARENA_ARRAY(self->arena, struct cost_result, ENTRIES),
                                .fault = fault};
    enum err err = entering.drafts && entering.results ? OK : ERR_NOMEM;

    for (size_t i = 0; i < self->story->costs_count && !err; i++) {
        const struct story_cost *cost = &self->story->costs[i];
        int64_t until_ms = plan_time(self->opts, cost->until);
        int64_t time_ms = plan_time(self->opts, cost->from);
        do {
            err = enter(&entering, cost, time_ms);
            time_ms += MS_PER_DAY;
        } while (!err && time_ms < until_ms);
    }
    return err ? err : flush(&entering);
}

enum err books_put_rules(const struct books *self, str kind, str key, int64_t label_id, struct fault *fault)
{
    const struct customer_edits edits = {
        .editor = self->engine->editor, .actor = self->actor, .arena = self->arena, .now_ms = clock_now_ms()};
    enum err err = OK;

    for (size_t i = 0; i < self->story->rules_count && !err; i++) {
        const struct story_rule *told = &self->story->rules[i];
        bool fits = str_eq(told->kind, kind) && (key.len == 0 || str_eq(told->key, key));
        struct tag_rule rule = {.about = {.label_id = label_id, .type = label_id > 0 ? STR("") : told->key}};
        err = fits ? tag_rule_add(&edits, told->tag, &rule, fault) : OK;
    }
    return err;
}
