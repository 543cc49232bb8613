/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/live_facts.h"

#include "linkpond/base/percent.h"

static bool asks(unsigned needs, enum rule_fact fact)
{
    return needs >> fact & 1;
}

/* As the ledger will have it: the request's, else the link's. */
static str channel_of(struct live_facts *self, const struct visit *visit, const struct link_entry *link)
{
    str raw = source_channel_param(visit->query);
    struct buf text;

    if (raw.len == 0) {
        return link->channel;
    }
    buf_init_fixed(&text, self->channel, sizeof self->channel);
    percent_decode_form(&text, raw);
    str channel = str_trim(buf_str(&text));
    return text.overflow || channel.len == 0 ? link->channel : channel;
}

static void find_place(struct rule_visit *out, const struct visit *visit, const struct geo *geo)
{
    struct place place;

    geo_find_shared(geo, visit->ip, &place);
    out->country = place.country;
    out->region = place.region;
    out->city = place.city;
}

void live_facts_find(struct live_facts *self, unsigned needs, const struct visit *visit, const struct link_entry *link,
                     const struct agent *agent, const struct geo *geo)
{
    struct rule_visit *out = &self->visit;

    *out = (struct rule_visit){.now_ms = visit->now_ms,
                               .app = agent->app,
                               .os = agent->os,
                               .device = agent->device,
                               .browser = agent->browser,
                               .language = agent->language,
                               .ip = visit->ip,
                               .query = visit->query};
    if (asks(needs, FACT_SCENE)) {
        out->scene = source_scene(visit->query);
    }
    if (asks(needs, FACT_CHANNEL)) {
        out->channel = channel_of(self, visit, link);
    }
    if (asks(needs, FACT_REFERRER)) {
        out->referrer_host = source_referrer_host(visit->referrer, self->host);
    }
    if (geo && visit->ip && (needs & (1U << FACT_COUNTRY | 1U << FACT_REGION | 1U << FACT_CITY))) {
        find_place(out, visit, geo);
    }
}
