/* SPDX-License-Identifier: MIT */
#include "demo_deals.h"

#include <stdlib.h>

#include "linkpond/base/clock.h"

/*
 * A share of the visits of each link leads to a customer, decided by a die for each visit. Other visits of the same
 * kind of browser, days before and days after, are then theirs too, so that several links have a part in one deal.
 */
#define ARENA_MAX    ((size_t)512 << 20)
#define FOLLOW_MS    (26 * MS_PER_MINUTE)
#define LOOKS        600 /* visits that are looked at for one that can be a customer's */
#define BEFORE_DAYS  25.0
#define WALK_IN      25  /* one in so many who buy came by no link that is known */
#define HANDED       14  /* one in so many leads sends the page on */
#define NEW_FRIENDS  1.5 /* who is a friend buys that many times as often as the others of a link */
#define STREAM_LEADS (UINT64_C(1) << 40)

struct dealing {
    const struct story *story;
    const struct plan_opts *opts;
    struct plan *plan;
    struct deals_plan *out;
    const struct story_list *prices;
    double scale; /* of the story's days */
};

/* ---- whose visits ---- */

static bool same_browser(const struct story_link *a, const struct story_link *b)
{
    return a->wechat ? b->wechat : str_eq(a->crowd, b->crowd);
}

/* And what follows from the visit minutes later. */
static void mark(struct plan *plan, size_t at, uint32_t customer)
{
    const struct step step = plan->steps[at];

    plan->steps[at].customer = customer;
    for (size_t i = at + 1; i < plan->count && plan->steps[i].time_ms - step.time_ms <= FOLLOW_MS; i++) {
        struct step *next = &plan->steps[i];
        bool follows = next->kind == STEP_AGAIN || next->kind == STEP_REPLAY || next->kind == STEP_RESENT;
        if (follows && next->link == step.link && next->visitor == step.visitor) {
            next->customer = customer;
        }
    }
}

static size_t first_from(const struct plan *plan, int64_t time_ms)
{
    size_t low = 0, high = plan->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (plan->steps[middle].time_ms < time_ms) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* A visit of another link behind from_ms and before until_ms becomes the customer's. */
static void add_touch(struct dealing *self, uint32_t customer, int64_t from_ms, int64_t until_ms)
{
    const struct story_link *links = self->story->links;
    uint32_t own = self->out->customers[customer - 1].link;
    size_t at = first_from(self->plan, from_ms);

    for (size_t i = at; i < at + LOOKS && i < self->plan->count; i++) {
        const struct step *step = &self->plan->steps[i];
        if (step->time_ms >= until_ms) {
            return;
        }
        const struct story_outcome *outcome = links[step->link].outcome;
        if (step->kind == STEP_PERSON && step->customer == 0 && step->link != own && outcome &&
            outcome->shares[STORY_DEAL] > 0 && same_browser(&links[step->link], &links[own])) {
            mark(self->plan, i, customer);
            return;
        }
    }
}

static int64_t days(const struct dealing *self, double count)
{
    return (int64_t)(count * self->scale * (double)MS_PER_DAY);
}

/* None, one or a few in the weeks before. */
static void add_touches_before(struct dealing *self, uint32_t customer, int64_t lead_ms, struct dice *dice)
{
    for (int i = 0; i < 3 && dice_below(dice, 100) < 58; i++) {
        double ago = 0.5 + dice_unit(dice) * BEFORE_DAYS;
        add_touch(self, customer, lead_ms - days(self, ago), lead_ms - MS_PER_HOUR);
    }
}

/* ---- what they do ---- */

static enum err add(struct dealing *self, struct happening happening)
{
    struct deals_plan *out = self->out;

    if (happening.time_ms >= self->opts->until_ms) {
        return OK;
    }
    struct happening *list = ARENA_GROW(&out->arena, out->happenings, out->count, &out->cap);
    if (!list) {
        return ERR_NOMEM;
    }
    out->happenings = list;
    out->happenings[out->count++] = happening;
    return OK;
}

static bool comes(const struct story_outcome *outcome, enum story_share share, double times, struct dice *dice)
{
    return dice_unit(dice) * 100 < outcome->shares[share] * times;
}

static int64_t draw_price(const struct dealing *self, struct dice *dice)
{
    int64_t yuan = 0;

    return str_to_i64(story_pick(self->prices, dice), &yuan) ? yuan * 100 : 0;
}

/* What follows a deal: the next ones, each after another look, money back, and somebody they bring. */
static enum err draw_after(struct dealing *self, const struct story_outcome *outcome, struct happening deal,
                           struct dice *dice)
{
    struct happening next = deal;
    enum err err = OK;

    if (comes(outcome, STORY_REFUND, 1, dice)) {
        struct happening refund = {.time_ms = deal.time_ms + days(self, 2 + dice_unit(dice) * 8),
                                   .customer = deal.customer,
                                   .kind = HAPPENED_REFUND,
                                   .value = -deal.value / (1 + dice_below(dice, 2))};
        return add(self, refund);
    }
    if (comes(outcome, STORY_REFER, 1, dice)) {
        err = add(self, (struct happening){.time_ms = deal.time_ms + days(self, 3 + dice_unit(dice) * 25),
                                           .customer = deal.customer,
                                           .kind = HAPPENED_REFERRAL});
    }
    while (!err && next.nth < 4 && comes(outcome, STORY_AGAIN, 1, dice)) {
        int64_t before_ms = next.time_ms;
        next.nth++;
        next.time_ms += days(self, 10 + dice_unit(dice) * 24);
        next.value = draw_price(self, dice);
        add_touch(self, deal.customer, before_ms + days(self, 5), next.time_ms - MS_PER_HOUR);
        err = add(self, next);
    }
    return err;
}

static enum err draw_deal(struct dealing *self, const struct story_outcome *outcome, uint32_t customer, int64_t lead_ms,
                          struct dice *dice)
{
    struct deal_customer *who = &self->out->customers[customer - 1];
    double slow = dice_unit(dice);
    struct happening deal = {.customer = customer,
                             .kind = HAPPENED_DEAL,
                             .time_ms = lead_ms + days(self, 0.5 + slow * slow * 18),
                             .value = draw_price(self, dice)};

    if (!comes(outcome, STORY_DEAL, who->friend ? NEW_FRIENDS : 1 / NEW_FRIENDS, dice)) {
        return OK;
    }
    who->walked_in = who->handed_by == 0 && dice_below(dice, WALK_IN) == 0;
    if (dice_below(dice, 2) > 0) {
        add_touch(self, customer, lead_ms + days(self, 0.1), deal.time_ms - MS_PER_HOUR);
    }
    enum err err = add(self, deal);
    return err ? err : draw_after(self, outcome, deal, dice);
}

static enum err draw_life(struct dealing *self, uint32_t customer, enum happening_kind lead, int64_t lead_ms,
                          struct dice *dice)
{
    struct deal_customer *who = &self->out->customers[customer - 1];
    const struct story_outcome *outcome = self->story->links[who->link].outcome;
    double slow = dice_unit(dice);
    int64_t friend_ms = lead_ms + 5 * MS_PER_MINUTE + days(self, slow * slow * slow * 1.5);
    enum err err = add(self, (struct happening){.time_ms = lead_ms, .customer = customer, .kind = lead});

    who->friend = comes(outcome, STORY_FRIEND, 1, dice);
    if (!err && who->friend) {
        err = add(self, (struct happening){.time_ms = friend_ms, .customer = customer, .kind = HAPPENED_FRIEND});
    }
    if (!err && who->friend && comes(outcome, STORY_JOIN, 1, dice)) {
        err = add(self, (struct happening){.time_ms = friend_ms + days(self, dice_unit(dice) * 2),
                                           .customer = customer,
                                           .kind = HAPPENED_JOIN});
    }
    return err ? err : draw_deal(self, outcome, customer, lead_ms, dice);
}

/* ---- all ---- */

static enum err add_customer(struct dealing *self, uint32_t link, uint32_t handed_by, uint32_t *number)
{
    struct deals_plan *out = self->out;
    struct deal_customer *list = ARENA_GROW(&out->arena, out->customers, out->customers_count, &out->customers_cap);

    if (!list) {
        return ERR_NOMEM;
    }
    out->customers = list;
    out->customers[out->customers_count++] = (struct deal_customer){.link = link, .handed_by = handed_by};
    *number = (uint32_t)out->customers_count;
    return OK;
}

static enum err draw_customer(struct dealing *self, size_t at, struct dice *dice)
{
    struct step *step = &self->plan->steps[at];
    int64_t lead_ms = step->time_ms + MS_PER_MINUTE + (int64_t)(dice_unit(dice) * 14 * MS_PER_MINUTE);
    uint32_t customer = 0, other = 0;
    enum err err = add_customer(self, step->link, 0, &customer);

    if (err) {
        return err;
    }
    step->leads = true;
    mark(self->plan, at, customer);
    add_touches_before(self, customer, step->time_ms, dice);
    err = draw_life(self, customer, HAPPENED_LEAD, lead_ms, dice);
    if (err || self->out->customers[customer - 1].walked_in || dice_below(dice, HANDED) > 0) {
        return err;
    }
    err = add_customer(self, step->link, customer, &other);
    return err ? err : draw_life(self, other, HAPPENED_HANDED, lead_ms + days(self, dice_unit(dice) * 2), dice);
}

static int by_time(const void *a, const void *b)
{
    const struct happening *x = a, *y = b;

    if (x->time_ms != y->time_ms) {
        return x->time_ms < y->time_ms ? -1 : 1;
    }
    if (x->customer != y->customer) {
        return x->customer < y->customer ? -1 : 1;
    }
    return x->kind < y->kind ? -1 : x->kind > y->kind;
}

enum err deals_draw(const struct story *story, const struct plan_opts *opts, struct plan *plan, struct deals_plan *out)
{
    struct dealing dealing = {.story = story,
                              .opts = opts,
                              .plan = plan,
                              .out = out,
                              .prices = story_list(story, STR("price")),
                              .scale = (double)opts->days / STORY_DAYS};
    enum err err = OK;

    *out = (struct deals_plan){0};
    arena_init(&out->arena, ARENA_MAX);
    for (size_t i = 0; i < plan->count && !err; i++) {
        const struct step *step = &plan->steps[i];
        const struct story_outcome *outcome = story->links[step->link].outcome;
        struct dice dice = dice_of(opts->seed, STREAM_LEADS, i);
        if (step->kind == STEP_PERSON && step->customer == 0 && outcome && comes(outcome, STORY_LEAD, 1, &dice)) {
            err = draw_customer(&dealing, i, &dice);
        }
    }
    if (!err && out->count > 0) {
        qsort(out->happenings, out->count, sizeof *out->happenings, by_time);
    }
    return err;
}

void deals_done(struct deals_plan *self)
{
    arena_done(&self->arena);
    *self = (struct deals_plan){0};
}
