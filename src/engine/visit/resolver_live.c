/* SPDX-License-Identifier: MIT */
/*
 * Live codes: who comes is recognised, the rules are asked, and what they chose is answered in the link's place. A
 * place of a target is taken before one of max_clicks, and given back when that was the last.
 */
#include "linkpond/base/crypt.h"
#include "linkpond/engine/live_facts.h"
#include "linkpond/model/click_id.h"
#include "resolver_private.h"

/* splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). */
static uint64_t next_random(uint64_t *state)
{
    if (*state == 0) {
        crypt_random(state, sizeof *state);
    }
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Who comes, and where they were sent before. */
struct comer {
    const struct live_visitors *visitors;
    struct visitor_asked who;
    int64_t link_id, sent_to, sent_ms;
};

static bool held(void *arg, int64_t target_id, int64_t since_ms)
{
    const struct comer *self = arg;
    int64_t seen_ms;

    for (size_t i = 0; i < ARRAY_LEN(self->who.keys); i++) {
        if (self->who.keys[i] != 0 && live_visitors_held(self->visitors, self->who.keys[i], target_id, &seen_ms) &&
            seen_ms > since_ms) {
            return true;
        }
    }
    return false;
}

static void find_comer(struct visiting *v, const struct link_entry *link, struct comer *self)
{
    *self = (struct comer){.visitors = v->self->opts.visitors, .link_id = link->id};
    if (!self->visitors || !v->visit->ask_visitor) {
        return;
    }
    v->visit->ask_visitor(v->visit->ask_arg, &self->who);
    for (size_t i = 0; i < ARRAY_LEN(self->who.keys) && self->sent_to == 0; i++) {
        if (self->who.keys[i] != 0) {
            live_visitors_sent(self->visitors, self->who.keys[i], link->id, &self->sent_to, &self->sent_ms);
        }
    }
    memcpy(v->out->visitor_keys, self->who.keys, sizeof self->who.keys);
}

static void decide(struct visiting *v, const struct link_entry *link, const struct agent *agent,
                   struct live_answer *answer)
{
    const struct visit *visit = v->visit;
    bool person = agent->class == CLASS_HUMAN;
    struct comer comer = {0};
    struct live_facts facts;

    v->out->knows_visitors = person && live_code_knows_visitors(link->pool);
    if (v->out->knows_visitors) {
        find_comer(v, link, &comer);
    }
    live_facts_find(&facts, live_code_needs(link->pool), visit, link, agent, v->self->opts.geo);
    facts.visit.returning = comer.who.returning || comer.sent_to != 0;
    const struct live_visit asked = {.facts = &facts.visit,
                                     .person = person,
                                     .random = next_random(&v->scratch->random),
                                     .sent_to = comer.sent_to,
                                     .sent_ms = comer.sent_ms,
                                     .held = comer.visitors ? held : NULL,
                                     .held_arg = &comer};
    live_code_decide(link->pool, &asked, answer);
}

void resolver_remember(struct resolver *self, const struct verdict *verdict, int64_t now_ms)
{
    int64_t target_id = verdict->target.len > 0 ? target_name_read(verdict->target) : 0;

    for (size_t i = 0; i < ARRAY_LEN(verdict->visitor_keys) && target_id != 0; i++) {
        if (verdict->visitor_keys[i] != 0) {
            live_visitors_remember(self->opts.visitors, verdict->visitor_keys[i], verdict->link_id, target_id, now_ms);
        }
    }
}

static void keep_place(struct verdict *out, const struct live_answer *answer)
{
    out->place = answer->cell;
    out->took_place = answer->took;
    out->place_when = answer->when;
    out->signals |= answer->took ? SIGNAL_RESERVED_PLACE : 0U;
}

static void give_place_back(struct verdict *out)
{
    if (out->place) {
        live_give_back(out->place, out->took_place, &out->place_when);
        out->place = NULL;
        out->signals &= ~(unsigned)SIGNAL_RESERVED_PLACE;
    }
}

static void answer_chosen(struct visiting *v, const struct link_entry *link, const struct live_answer *answer)
{
    char name[TARGET_NAME_MAX];

    v->out->target = resolver_keep(v, target_name(answer->target_id, name));
    if (!answer->page) {
        resolver_answer_redirect(v, link, answer->url, click_id_places(answer->url) > 0);
        return;
    }
    v->out->outcome = OUTCOME_PAGE;
    v->out->status = 302;
    v->out->page_target = answer->target_id;
}

/* The gate is open. */
void resolver_answer_live(struct visiting *v, const struct link_entry *link, const struct cache_entry *entry)
{
    struct live_answer answer;
    struct agent agent;
    enum click_outcome outcome = OUTCOME_REDIRECT;

    resolver_recognise(v, &agent);
    v->out->limited = v->out->limited || live_code_capped(link->pool);
    decide(v, link, &agent, &answer);
    keep_place(v->out, &answer);
    if (answer.end == RULE_RAN_DRY) {
        outcome = live_code_is_barred(link->pool) ? OUTCOME_DENIED : OUTCOME_USED_UP;
    } else if (answer.end != RULE_CHOSE && link->barred & CACHE_BARRED_URL) {
        outcome = OUTCOME_DENIED;
    } else if (link->max_clicks > 0) {
        outcome = resolver_take_limit(v, link, entry, agent.class == CLASS_HUMAN);
    }
    if (outcome != OUTCOME_REDIRECT) {
        give_place_back(v->out);
        resolver_answer_shut(v, link, outcome);
    } else if (answer.end == RULE_CHOSE) {
        answer_chosen(v, link, &answer);
    } else {
        resolver_answer_redirect(v, link, link->url, link->click_places);
    }
}
