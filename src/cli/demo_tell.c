/* SPDX-License-Identifier: MIT */
#include "demo_tell.h"

#include <stdatomic.h>

#include "linkpond/base/base62.h"
#include "linkpond/base/clock.h"
#include "linkpond/engine/customer_edits.h"
#include "linkpond/engine/joiner.h"
#include "linkpond/engine/landings.h"

#define BATCH    256
#define JOIN_MS  120000
#define WHOS_MAX 3
#define LARGE    INT64_C(380000) /* a first deal after which sales ask for more; each note is a durable transaction */

static const struct {
    const char *type;
    enum event_origin origin;
} kinds[HAPPENING_KINDS] = {
    [HAPPENED_LEAD] = {"lead", EVENT_BY_SCRIPT},        [HAPPENED_HANDED] = {"lead", EVENT_BY_SCRIPT},
    [HAPPENED_FRIEND] = {"add_friend", EVENT_BY_WECOM}, [HAPPENED_JOIN] = {"join_group", EVENT_BY_WECOM},
    [HAPPENED_DEAL] = {"deal", EVENT_BY_API},           [HAPPENED_REFUND] = {"refund", EVENT_BY_API},
    [HAPPENED_REFERRAL] = {"referral", EVENT_BY_API},
};

struct batch {
    struct deal_event events[BATCH];
    struct identity whos[BATCH][WHOS_MAX];
    struct deal_result results[BATCH];
    uint32_t buyers[BATCH]; /* whose industry sales write down; 0 = nobody */
    size_t count;
};

enum err telling_open(struct telling *self)
{
    self->clicks = calloc(self->deals->customers_count + 1, sizeof *self->clicks);
    arena_init(&self->arena, (size_t)16 << 20);
    return self->clicks ? OK : ERR_NOMEM;
}

void telling_close(struct telling *self)
{
    free(self->clicks);
    arena_done(&self->arena);
    self->clicks = NULL;
}

static const struct deal_customer *customer_of(const struct telling *self, uint32_t number)
{
    return &self->deals->customers[number - 1];
}

/* Customers that a page was handed to came by the click of whoever handed it. */
static int64_t click_of(const struct telling *self, uint32_t number)
{
    uint32_t by = customer_of(self, number)->handed_by;

    return self->clicks[by > 0 ? by : number];
}

/* The number that the landing script gives a browser. */
static str page_of(struct telling *self, uint32_t customer)
{
    struct dice dice = dice_of(customer, 1, 1);
    char text[FORWARD_PAGE_LEN];

    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = base62_digit(dice_below(&dice, 62));
    }
    return arena_str(&self->arena, (str){text, sizeof text});
}

static str name_of(struct telling *self, uint32_t customer)
{
    struct dice dice = dice_of(customer, 2, 2);
    str surname = story_pick(story_list(self->story, STR("surname")), &dice);
    str given = story_pick(story_list(self->story, STR("given")), &dice);

    return arena_f(&self->arena, STR_FMT STR_FMT, STR_ARG(surname), STR_ARG(given));
}

/* Numbers that no network gives out. */
static struct identity phone_of(struct telling *self, uint32_t customer)
{
    char normal[IDENTITY_TEXT_MAX], hash[IDENTITY_HASH_LEN + 1];
    str text = arena_f(&self->arena, "+8610000%06u", (unsigned)customer);
    str number = {0};
    bool read = identity_phone(text, normal, &number);

    BUG_ON(!read);
    identity_hash((*self->engine)->identity_key, IDENTITY_PHONE, number, hash);
    return (struct identity){IDENTITY_PHONE, arena_str(&self->arena, (str){hash, IDENTITY_HASH_LEN})};
}

/* Who it is, as who tells it knows: WeCom its own number, the shop a phone number, a page nobody. */
static size_t put_whos(struct telling *self, const struct happening *what, struct identity whos[WHOS_MAX])
{
    const struct deal_customer *customer = customer_of(self, what->customer);
    size_t count = 0;

    if (what->kind == HAPPENED_LEAD || what->kind == HAPPENED_HANDED) {
        return 0;
    }
    if (customer->friend) {
        str text = arena_f(&self->arena, "wmDEMO%08u", (unsigned)what->customer);
        whos[count++] = (struct identity){IDENTITY_EXTERNAL_USERID, text};
    }
    if (what->kind >= HAPPENED_DEAL) {
        whos[count++] = phone_of(self, what->customer);
    }
    return count;
}

static enum err note_industry(struct telling *self, uint32_t customer, int64_t id, struct fault *fault)
{
    struct engine *engine = *self->engine;
    struct dice dice = dice_of(customer, 3, 3);
    str tag = story_pick(story_list(self->story, STR("industry")), &dice);
    const struct customer_edits edits = {
        .editor = engine->editor, .actor = self->actor, .arena = &self->arena, .now_ms = clock_now_ms()};
    int64_t changed = 0;

    return customer_change(&edits, id, &(struct customer_draft){.add_tags = {&tag, 1}}, &changed, fault);
}

static bool is_told(const struct telling *self, const struct happening *what)
{
    bool walked_in = customer_of(self, what->customer)->walked_in;

    return walked_in ? what->kind >= HAPPENED_DEAL : click_of(self, what->customer) > 0;
}

static void put_event(struct telling *self, struct batch *batch, const struct happening *what)
{
    const struct deal_customer *customer = customer_of(self, what->customer);
    struct identity *whos = batch->whos[batch->count];
    bool buyer = what->kind == HAPPENED_DEAL && what->nth == 0 && customer->friend && what->value >= LARGE;
    bool first = what->kind <= HAPPENED_FRIEND || (what->kind == HAPPENED_DEAL && what->nth == 0);
    bool script = kinds[what->kind].origin == EVENT_BY_SCRIPT;

    batch->buyers[batch->count] = buyer ? what->customer : 0;
    batch->events[batch->count++] = (struct deal_event){
        .event_id = arena_f(&self->arena, "demo-%u-%s-%u", (unsigned)what->customer, kinds[what->kind].type,
                            (unsigned)what->nth),
        .type = str_from_c(kinds[what->kind].type),
        .origin = kinds[what->kind].origin,
        .has_time = true,
        .time_ms = what->time_ms,
        .click_id = first && !customer->walked_in ? click_of(self, what->customer) : 0,
        .page = !customer->walked_in && first ? page_of(self, what->customer) : STR(""),
        .generation = customer->handed_by > 0 ? 2 : 1,
        .identities = whos,
        .identities_count = put_whos(self, what, whos),
        .name = script ? STR("") : name_of(self, what->customer),
        .has_value = what->value != 0,
        .value = what->value,
        .currency = what->value != 0 ? STR("CNY") : STR(""),
        .owner_id = script ? 0 : self->owners[customer->link],
        .metadata = script ? STR("{\"form\":\"trial\"}") : STR(""),
    };
    self->events++;
    self->leads += what->kind <= HAPPENED_HANDED;
    self->sales += what->kind == HAPPENED_DEAL;
}

static enum err flush(struct telling *self, struct batch *batch, struct fault *fault)
{
    struct engine *engine = *self->engine;
    enum err err = batch->count > 0 ? deals_intake(&engine->deals, &self->arena, batch->events, batch->count,
                                                   clock_now_ms(), batch->results, fault)
                                    : OK;

    for (size_t i = 0; i < batch->count && !err; i++) {
        err = batch->results[i].err;
        *fault = err ? batch->results[i].fault : *fault;
        if (!err && batch->buyers[i] > 0) {
            err = note_industry(self, batch->buyers[i], batch->results[i].event.customer_id, fault);
        }
    }
    batch->count = 0;
    arena_reset(&self->arena);
    return err;
}

static enum err land(struct telling *self, str page, enum click_scene scene, int64_t click, int64_t time_ms)
{
    struct landing landing = {
        .forward = {.click_id = click, .page = page, .scene = scene, .time_ms = time_ms},
        .event = {.type = LANDING_VIEW, .has_time = true, .time_ms = time_ms},
    };

    return landings_take((*self->engine)->landings, &self->arena, &landing);
}

/* The page is shown by the browser that clicked, then by the one it was sent to. */
static enum err hand_on(struct telling *self, const struct happening *what)
{
    uint32_t by = customer_of(self, what->customer)->handed_by;
    int64_t click = self->clicks[by];
    enum err err = land(self, page_of(self, by), SCENE_UNKNOWN, click, what->time_ms - MS_PER_MINUTE);

    return err ? err : land(self, page_of(self, what->customer), SCENE_GROUP, click, what->time_ms);
}

enum err telling_go_on(struct telling *self, struct fault *fault)
{
    struct batch *batch = calloc(1, sizeof *batch);
    int64_t now_ms = clock_now_ms();
    size_t before = self->next;
    enum err err = batch ? OK : ERR_NOMEM;

    for (; !err && self->next < self->deals->count && self->deals->happenings[self->next].time_ms < now_ms;
         self->next++) {
        const struct happening *what = &self->deals->happenings[self->next];
        if (!is_told(self, what)) {
            continue;
        }
        if (what->kind == HAPPENED_HANDED) {
            err = flush(self, batch, fault);
            err = err ? err : hand_on(self, what);
        }
        put_event(self, batch, what);
        err = err || batch->count < BATCH ? err : flush(self, batch, fault);
    }
    err = err ? err : flush(self, batch, fault);
    free(batch);
    return err || before == self->next ? err : joiner_drain(atomic_load(&(*self->engine)->deals.joiner), JOIN_MS);
}
