/* SPDX-License-Identifier: MIT */
#include "ingest_row.h"

#include <stdlib.h>
#include <string.h>

#include "ingest_place.h"
#include "known_links.h"
#include "known_visits.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/location.h"
#include "linkpond/model/replay.h"
#include "term_cache.h"

#define KNOWN_AGENTS 8192
#define ARENA_MAX    (256 * 1024)
/* The signals recognition looks at. */
#define AGENT_SIGNALS                                                                                                  \
    (SIGNAL_HEAD | SIGNAL_PREFETCH | SIGNAL_RANGE | SIGNAL_WEBVIEW | SIGNAL_LEAKSCAN | SIGNAL_NO_ACCEPT_LANGUAGE |     \
     SIGNAL_NO_ACCEPT | SIGNAL_FETCH_NAVIGATE | SIGNAL_FROM_MAIL_GATEWAY)

enum agent_text {
    AT_RULE,
    AT_APP,
    AT_APP_VERSION,
    AT_OS,
    AT_DEVICE,
    AT_BROWSER,
    AT_LANGUAGE,
    AT_NET,
    AT_USER_AGENT,
    AT_COUNT
};
static const enum click_column agent_columns[AT_COUNT] = {
    CLICK_RULE,    CLICK_APP,      CLICK_APP_VERSION, CLICK_OS,         CLICK_DEVICE,
    CLICK_BROWSER, CLICK_LANGUAGE, CLICK_NET,         CLICK_USER_AGENT,
};

/* A User-Agent (with language, package, signals) that was recognised before. The hash stands for it: it is keyed. */
struct known_agent {
    bool used;
    struct hash128 hash;
    struct agent agent;
    char language[24];
    int64_t terms[AT_COUNT]; /* 0 = text not interned yet, or none */
};
struct ingest_row {
    struct recognition rules; /* lent */
    struct term_cache *terms;
    struct known_visits *visits;
    struct known_links *links;
    struct ingest_place *place; /* NULL = no geo files */
    struct replay *replay;
    struct arena arena, query_arena;
    char base[LIMIT_LOCATION], form[LOCATION_FORM_MAX], joined[LIMIT_LOCATION]; /* of the address answered */
    struct hash_secret secret;
    struct visit_agent agent;
    char user_agent[LIMIT_CLICK_UA];
    uint8_t ip[6];
    struct click click;
    struct click_row row;
    struct known_agent known[KNOWN_AGENTS];
};

enum err ingest_row_open(struct db *db, const struct recognition *rules, struct geo *geo, struct ingest_row **out)
{
    struct ingest_row *self = calloc(1, sizeof *self);

    if (!self) {
        return ERR_NOMEM;
    }
    self->rules = *rules;
    self->replay = replay_new();
    arena_init(&self->arena, ARENA_MAX);
    arena_init(&self->query_arena, ARENA_MAX);
    crypt_random(&self->secret, sizeof self->secret);
    self->visits = known_visits_new();
    self->links = known_links_new();
    self->place = geo ? ingest_place_new(geo) : NULL;
    enum err err = self->visits && self->links && self->replay && (self->place || !geo)
                       ? term_cache_open(db, &self->terms)
                       : ERR_NOMEM;
    if (err != OK) {
        ingest_row_free(self);
        return err;
    }
    *out = self;
    return OK;
}

void ingest_row_free(struct ingest_row *self)
{
    if (self) {
        term_cache_free(self->terms);
        replay_free(self->replay);
        known_visits_free(self->visits);
        known_links_free(self->links);
        ingest_place_free(self->place);
        arena_done(&self->arena);
        arena_done(&self->query_arena);
        free(self);
    }
}

static void forget(struct ingest_row *self)
{
    known_visits_forget(self->visits);
    known_links_forget(self->links);
    for (size_t i = 0; i < KNOWN_AGENTS; i++) {
        self->known[i].used = false;
    }
}

void ingest_row_set_rules(struct ingest_row *self, const struct recognition *rules)
{
    self->rules = *rules;
    forget(self);
}

void ingest_row_rolled_back(struct ingest_row *self, struct db *db)
{
    forget(self);
    if (self->place) {
        ingest_place_forget(self->place);
    }
    term_cache_rolled_back(self->terms, db); /* when this fails, texts go inline until they are found again */
}

/* Language and package as they are kept: a longer one is cut in recognition too. */
static struct hash128 agent_hash(const struct ingest_row *self, const struct agent_request *request)
{
    char bytes[sizeof self->agent.digest + LIMIT_CLICK_LANGUAGE + LIMIT_CLICK_PACKAGE + 8];
    const str parts[] = {str_slice(request->language, 0, LIMIT_CLICK_LANGUAGE),
                         str_slice(request->package, 0, LIMIT_CLICK_PACKAGE)};
    uint32_t signals = request->signals & AGENT_SIGNALS;
    size_t len = sizeof signals + sizeof self->agent.digest;

    memcpy(bytes, &signals, sizeof signals);
    memcpy(bytes + sizeof signals, &self->agent.digest, sizeof self->agent.digest);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        uint16_t part_len = (uint16_t)parts[i].len;
        memcpy(bytes + len, &part_len, sizeof part_len);
        len += sizeof part_len;
        if (part_len > 0) {
            memcpy(bytes + len, parts[i].ptr, part_len);
            len += part_len;
        }
    }
    return hash_xxh3_128(&self->secret, bytes, len);
}

static struct known_agent *recognise(struct ingest_row *self, const struct record *record)
{
    struct agent_request request = {self->agent.text, record->language, record->package, record->signals};
    struct hash128 hash = agent_hash(self, &request);
    struct known_agent *known = &self->known[hash.low % KNOWN_AGENTS];

    if (!known->used || !hash128_eq(known->hash, hash)) {
        *known = (struct known_agent){.used = true, .hash = hash};
        agent_recognise(self->rules.agents, &request, &known->agent);
        str language = str_slice(known->agent.language, 0, sizeof known->language);
        if (language.len > 0) {
            memcpy(known->language, language.ptr, language.len);
        }
        known->agent.language = (str){known->language, language.len};
    }
    return known;
}

/* The agent's texts, from the terms kept with it where there are. */
static enum err agent_values(struct ingest_row *self, struct db *db, struct known_agent *known, int64_t now_ms)
{
    const struct agent *agent = &known->agent;
    const str texts[AT_COUNT] = {
        [AT_RULE] = agent->rule,
        [AT_APP] = agent->app,
        [AT_APP_VERSION] = str_from_c(agent->app_version),
        [AT_OS] = agent->os,
        [AT_DEVICE] = agent->device,
        [AT_BROWSER] = agent->browser,
        [AT_LANGUAGE] = agent->language,
        [AT_NET] = agent->net,
        [AT_USER_AGENT] = self->agent.text,
    };
    enum err err = OK;

    for (size_t i = 0; err == OK && i < AT_COUNT; i++) {
        struct click_value *value = &self->row.values[agent_columns[i]];
        if (known->terms[i] != 0) {
            *value = (struct click_value){.term = known->terms[i]};
            continue;
        }
        bool ours = i != AT_USER_AGENT && i != AT_LANGUAGE && i != AT_APP_VERSION;
        err = term_cache_intern(self->terms, db, texts[i], ours ? TERM_OURS : TERM_STRANGERS, now_ms, value);
        known->terms[i] = value->term;
    }
    return err;
}

static enum err intern(struct ingest_row *self, struct db *db, const struct click_text *texts, size_t count,
                       int64_t now_ms)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < count; i++) {
        err = term_cache_intern(self->terms, db, texts[i].text, TERM_STRANGERS, now_ms,
                                &self->row.values[texts[i].column]);
    }
    return err;
}

/* What was sent, and what attribution found in it. */
static enum err visit_values(struct ingest_row *self, struct db *db, str package, int64_t now_ms)
{
    const struct click *click = &self->click;
    struct click_text texts[CLICK_FOUND_TEXTS + 4];

    click_found_texts(click, texts);
    texts[CLICK_FOUND_TEXTS] = (struct click_text){CLICK_HOST, click->host};
    texts[CLICK_FOUND_TEXTS + 1] = (struct click_text){CLICK_REFERRER, click->referrer};
    texts[CLICK_FOUND_TEXTS + 2] = (struct click_text){CLICK_QUERY, click->query};
    texts[CLICK_FOUND_TEXTS + 3] = (struct click_text){CLICK_PACKAGE, package};
    self->row.values[CLICK_AD_CLICK_ID] = (struct click_value){.text = click->ad_click_id}; /* never of two clicks */
    return intern(self, db, texts, ARRAY_LEN(texts), now_ms);
}

/* Without what the query added, where that can be put back exactly. */
static void split_location(struct ingest_row *self, const struct record *record, struct link_texts *out)
{
    struct buf base, form, joined;

    out->location = record->location;
    if (record->location.len == 0 || record->query.len + record->request_id.len == 0) {
        return;
    }
    arena_reset(&self->query_arena);
    str query = source_query_kept(&self->query_arena, record->query);
    buf_init_fixed(&base, self->base, sizeof self->base);
    buf_init_fixed(&form, self->form, sizeof self->form);
    buf_init_fixed(&joined, self->joined, sizeof self->joined);
    if (location_split(record->location, query, record->request_id, &base, &form) &&
        location_join(buf_str(&base), buf_str(&form), query, record->request_id, &joined) &&
        str_eq(buf_str(&joined), record->location)) {
        out->location = buf_str(&base);
        out->form = buf_str(&form);
    }
}

/* What is of this click: KNOWN_VISITS_OWN_COLUMNS. */
static enum err own_values(struct ingest_row *self, struct db *db, const struct record *record, int64_t now_ms)
{
    struct link_texts link = {.code = record->code, .target = record->target};

    split_location(self, record, &link);
    self->row.values[CLICK_REQUEST_ID] = (struct click_value){.text = record->request_id};
    if (known_links_find(self->links, &link, &self->row)) {
        return OK;
    }
    const struct click_text texts[] = {
        {CLICK_CODE, link.code},
        {CLICK_TARGET, link.target},
        {CLICK_LOCATION, link.location},
        {CLICK_LOCATION_FORM, link.form},
    };
    enum err err = intern(self, db, texts, ARRAY_LEN(texts), now_ms);
    if (err == OK) {
        known_links_keep(self->links, &self->row);
    }
    return err;
}

static str truncated_ip(struct ingest_row *self, const struct addr *ip)
{
    static const struct addr none;

    if (addr_eq(ip, &none)) {
        return (str){0};
    }
    size_t from = addr_is_v4(ip) ? 12 : 0, len = addr_is_v4(ip) ? 3 : 6;
    memcpy(self->ip, ip->bytes + from, len);
    return (str){(const char *)self->ip, len};
}

static enum err recognise_visit(struct ingest_row *self, struct db *db, const struct record *record, int64_t now_ms,
                                struct known_agent *known)
{
    struct click *click = &self->click;
    struct click_facts *facts = &self->row.facts;

    arena_reset(&self->arena);
    *click = (struct click){
        .class = known->agent.class,
        .signals = record->signals,
        .host = record->host,
        .referrer = record->referrer,
        .mini_program = agent_mini_program(&known->agent, self->agent.text, record->referrer),
    };
    source_attribute(self->rules.sources, &self->arena, record, &known->agent, click);
    facts->class = click->class;
    facts->signals = click->signals;
    facts->flags = click->qr ? CLICK_FLAG_QR : 0U;
    facts->source_by = click->source_by;
    facts->channel_by = click->channel_by;
    facts->scene = click->scene;
    enum err err = agent_values(self, db, known, now_ms);
    if (err == OK) {
        err = visit_values(self, db, str_slice(record->package, 0, LIMIT_CLICK_PACKAGE), now_ms);
    }
    if (err == OK && !self->arena.overflow) {
        known_visits_keep(self->visits, &self->row);
    }
    return err;
}

/* Known visits do not tell a second look from the first: what came before does. */
static enum err look_for_replay(struct ingest_row *self, struct db *db, const struct record *record,
                                const struct known_agent *known, int64_t now_ms)
{
    if (!replay_seen(self->replay, self->rules.networks, record, &known->agent)) {
        return OK;
    }
    self->row.facts.class = CLASS_REPLAY;
    return term_cache_intern(self->terms, db, REPLAY_RULE, TERM_OURS, now_ms, &self->row.values[CLICK_RULE]);
}

enum err ingest_row_build(struct ingest_row *self, struct db *db, const struct record *record, int64_t click_id,
                          int64_t now_ms, struct click_row **out)
{
    struct known_agent *known = NULL;
    enum err err = OK;

    visit_agent_read(&self->agent, &self->secret, record->user_agent, self->user_agent);
    self->row.facts = (struct click_facts){
        .id = click_id,
        .time_ms = record->time_ms,
        .link_id = record->link_id,
        .outcome = record->outcome,
    };
    self->row.ip = truncated_ip(self, &record->ip);
    if (!known_visits_find(self->visits, record, self->agent.digest, &self->row)) {
        known = recognise(self, record);
        err = recognise_visit(self, db, record, now_ms, known);
    }
    if (err == OK) {
        err = own_values(self, db, record, now_ms);
    }
    if (err == OK && self->place) {
        err = ingest_place_values(self->place, self->terms, db, &record->ip, now_ms, &self->row);
    }
    if (err == OK && self->row.facts.class == CLASS_HUMAN) {
        err = look_for_replay(self, db, record, known ? known : recognise(self, record), now_ms);
    }
    *out = &self->row;
    return err;
}

const struct visit_agent *ingest_row_agent(const struct ingest_row *self)
{
    return &self->agent;
}
