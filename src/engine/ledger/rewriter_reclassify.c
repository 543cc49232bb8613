/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "linkpond/base/crypt.h"
#include "linkpond/base/hash.h"
#include "linkpond/base/idmap.h"
#include "linkpond/base/limits.h"
#include "linkpond/engine/recognition.h"
#include "linkpond/model/link.h"
#include "linkpond/model/source.h"
#include "linkpond/store/terms.h"
#include "rewriter_private.h"

/*
 * A stored click is made a journal record again, as far as what is stored tells, and recognised by the tables of today.
 * What the link said of itself at that time is told by source_by and channel_by. With the tables of then each click
 * comes out as it went in.
 */
#define KNOWN_AGENTS   8192
#define TERM_BYTES_MAX (64U << 20) /* texts of terms kept in memory */
#define TERMS_MAX      (1U << 22)
#define NEW_TERMS_MAX  (1U << 16)
/* What attribution adds; everything else was seen of the request. */
#define SIGNALS_DERIVED ((unsigned)SIGNAL_TEST | SIGNAL_FROM_MAIL_GATEWAY)

struct known_agent {
    bool used;
    struct hash128 hash;
    struct agent agent;
    char language[LIMIT_CLICK_LANGUAGE];
};
struct reclassifier {
    struct recognition rules;
    struct hash_secret secret;
    struct idmap term_index; /* term -> place */
    str *terms;
    size_t terms_count, terms_cap;
    struct arena term_texts;
    struct idmap term_ids; /* hash of a text -> its term, 0 = it has none */
    struct arena texts;    /* of the row at hand */
    str values[CLICK_COLUMNS];
    struct known_agent known[KNOWN_AGENTS];
};

/* ---- texts */

static void forget_terms(struct reclassifier *self)
{
    arena_reset(&self->term_texts);
    idmap_clear(&self->term_index);
    self->terms_count = 0;
}

static enum err load_term(struct reclassifier *self, struct db *db, int64_t term, str *out)
{
    if (self->terms_count == self->terms_cap) {
        size_t cap = self->terms_cap > 0 ? self->terms_cap * 2 : 4096;
        str *bigger = realloc(self->terms, cap * sizeof *bigger);
        if (!bigger) {
            return ERR_NOMEM;
        }
        self->terms = bigger;
        self->terms_cap = cap;
    }
    enum err err = terms_text(db, &self->term_texts, term, out);
    int64_t *place = err == OK ? idmap_put(&self->term_index, (uint64_t)term, 0, NULL) : NULL;
    if (place) {
        *place = (int64_t)self->terms_count;
        self->terms[self->terms_count++] = *out;
    }
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

static enum err text_of(struct reclassifier *self, struct db *db, const struct click_value *value, str *out)
{
    const int64_t *place = value->term != 0 ? idmap_find(&self->term_index, (uint64_t)value->term, 0) : NULL;

    if (value->term == 0 || place) {
        *out = place ? self->terms[*place] : value->text;
        return OK;
    }
    return load_term(self, db, value->term, out);
}

/* The columns that a look needs, as they are stored. Between rows: texts of terms are forgotten when they are many. */
static enum err read_values(struct reclassifier *self, struct db *db, const struct click_row *row)
{
    static const uint64_t read = CLICK_BIT(CLICK_RULE) | CLICK_BIT(CLICK_HOST) | CLICK_BIT(CLICK_APP) |
                                 CLICK_BIT(CLICK_APP_VERSION) | CLICK_BIT(CLICK_MINI_PROGRAM) | CLICK_BIT(CLICK_OS) |
                                 CLICK_BIT(CLICK_DEVICE) | CLICK_BIT(CLICK_BROWSER) | CLICK_BIT(CLICK_LANGUAGE) |
                                 CLICK_BIT(CLICK_NET) | CLICK_BIT(CLICK_REFERRER) | CLICK_BIT(CLICK_REFERRER_HOST) |
                                 CLICK_BIT(CLICK_QUERY) | CLICK_BIT(CLICK_UTM_SOURCE) | CLICK_BIT(CLICK_UTM_MEDIUM) |
                                 CLICK_BIT(CLICK_UTM_CAMPAIGN) | CLICK_BIT(CLICK_UTM_TERM) |
                                 CLICK_BIT(CLICK_UTM_CONTENT) | CLICK_BIT(CLICK_UTM_ID) | CLICK_BIT(CLICK_SOURCE) |
                                 CLICK_BIT(CLICK_CHANNEL) | CLICK_BIT(CLICK_AD_CLICK_SOURCE) |
                                 CLICK_BIT(CLICK_AD_CLICK_ID) | CLICK_BIT(CLICK_USER_AGENT) | CLICK_BIT(CLICK_PACKAGE);
    enum err err = OK;

    if (self->term_texts.used > TERM_BYTES_MAX / 2 || self->terms_count >= TERMS_MAX / 2) {
        forget_terms(self);
    }
    for (uint64_t left = read; err == OK && left; left &= left - 1) {
        size_t column = (size_t)__builtin_ctzll(left);
        err = text_of(self, db, &row->values[column], &self->values[column]);
    }
    return err;
}

/* The text as its term where it has one: a term that is made later is another way to say the same. */
static enum err value_of(struct reclassifier *self, struct db *db, str text, struct click_value *out)
{
    struct hash128 hash = hash_xxh3_128(&self->secret, text.ptr, text.len);
    bool added = false;

    *out = (struct click_value){.text = text};
    if (text.len == 0) {
        return OK;
    }
    if (self->term_ids.count >= NEW_TERMS_MAX / 2) {
        idmap_clear(&self->term_ids);
    }
    int64_t *known = idmap_put(&self->term_ids, hash.low >> 1, hash.high, &added);
    if (!known) {
        return ERR_NOMEM;
    }
    if (added) {
        enum err err = terms_find(db, text, known);
        if (err != OK && err != ERR_NOT_FOUND) {
            return err;
        }
        *known = err == OK ? *known : 0;
    }
    if (*known != 0) {
        *out = (struct click_value){.term = *known};
    }
    return OK;
}

/* ---- recognition */

static struct hash128 agent_hash(const struct reclassifier *self, const struct agent_request *request)
{
    const str parts[] = {request->user_agent, request->language, request->package};
    struct hash128 hashes[ARRAY_LEN(parts) + 1] = {{request->signals, 0}};

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        hashes[i + 1] = hash_xxh3_128(&self->secret, parts[i].ptr, parts[i].len);
    }
    return hash_xxh3_128(&self->secret, hashes, sizeof hashes);
}

static const struct agent *recognise(struct reclassifier *self, unsigned signals)
{
    struct agent_request request = {
        .user_agent = self->values[CLICK_USER_AGENT],
        .language = str_slice(self->values[CLICK_LANGUAGE], 0, LIMIT_CLICK_LANGUAGE),
        .package = self->values[CLICK_PACKAGE],
        .signals = signals,
    };
    struct hash128 hash = agent_hash(self, &request);
    struct known_agent *known = &self->known[hash.low % KNOWN_AGENTS];

    if (!known->used || !hash128_eq(known->hash, hash)) {
        *known = (struct known_agent){.used = true, .hash = hash};
        if (request.language.len > 0) {
            memcpy(known->language, request.language.ptr, request.language.len);
            request.language.ptr = known->language; /* the answer may point into it */
        }
        agent_recognise(self->rules.agents, &request, &known->agent);
        str language = str_slice(known->agent.language, 0, sizeof known->language);
        if (language.len > 0) {
            memmove(known->language, language.ptr, language.len);
        }
        known->agent.language = (str){known->language, language.len};
    }
    return &known->agent;
}

static void attribute(struct reclassifier *self, const struct click_row *row, unsigned signals,
                      const struct agent *agent, struct click *out)
{
    struct record record = {
        .time_ms = row->facts.time_ms,
        .link_id = row->facts.link_id,
        .host = self->values[CLICK_HOST],
        .query = self->values[CLICK_QUERY],
        .referrer = self->values[CLICK_REFERRER],
        .link_source = row->facts.source_by == BY_LINK ? self->values[CLICK_SOURCE] : STR(""),
        .link_channel = row->facts.channel_by == BY_LINK ? self->values[CLICK_CHANNEL] : STR(""),
    };

    for (size_t i = 0; i < UTM_COUNT; i++) {
        record.link_utm[i] = self->values[CLICK_UTM_SOURCE + i];
    }
    *out = (struct click){
        .signals = signals,
        .host = record.host,
        .referrer = record.referrer,
        .mini_program = agent_mini_program(agent, self->values[CLICK_USER_AGENT], record.referrer),
    };
    source_attribute(self->rules.sources, &self->texts, &record, agent, out);
}

/* ---- one row */

/* What came before decided these; a look at the click alone cannot. */
static bool decided_by_context(enum click_class class)
{
    return class == CLASS_REPLAY || class == CLASS_DUPLICATE;
}

static enum err put(struct rewrite_run *run, struct click_row *row, enum click_column column, str text, bool *changed)
{
    struct reclassifier *self = run->reclassifier;

    if (str_eq(self->values[column], text)) {
        return OK;
    }
    run->now.counts[rewrite_count_of_value(column)]++;
    *changed = true;
    return value_of(self, run->db, text, &row->values[column]);
}

static enum err put_all(struct rewrite_run *run, struct click_row *row, const struct click_text *texts, size_t count,
                        bool *changed)
{
    enum err err = OK;

    for (size_t i = 0; err == OK && i < count; i++) {
        err = put(run, row, texts[i].column, texts[i].text, changed);
    }
    return err;
}

static enum err put_values(struct rewrite_run *run, struct click_row *row, const struct agent *agent,
                           const struct click *click, bool *changed)
{
    const struct click_text recognised[] = {
        {CLICK_RULE, row->facts.class == CLASS_REPLAY ? run->reclassifier->values[CLICK_RULE] : agent->rule},
        {CLICK_APP, agent->app},
        {CLICK_APP_VERSION, str_from_c(agent->app_version)},
        {CLICK_OS, agent->os},
        {CLICK_DEVICE, agent->device},
        {CLICK_BROWSER, agent->browser},
        {CLICK_LANGUAGE, agent->language},
        {CLICK_NET, agent->net},
        {CLICK_AD_CLICK_ID, click->ad_click_id},
    };
    struct click_text found[CLICK_FOUND_TEXTS];

    click_found_texts(click, found);
    enum err err = put_all(run, row, recognised, ARRAY_LEN(recognised), changed);
    return err == OK ? put_all(run, row, found, ARRAY_LEN(found), changed) : err;
}

static bool put_facts(struct click_row *row, const struct agent *agent, const struct click *click)
{
    const struct click_facts before = row->facts;
    struct click_facts *facts = &row->facts;

    facts->class = decided_by_context(before.class) ? before.class : agent->class;
    facts->signals = click->signals;
    facts->flags = (before.flags & ~(unsigned)CLICK_FLAG_QR) | (click->qr ? CLICK_FLAG_QR : 0U);
    facts->source_by = click->source_by;
    facts->channel_by = click->channel_by;
    facts->scene = click->scene;
    return before.class != facts->class || before.signals != facts->signals || before.flags != facts->flags ||
           before.source_by != facts->source_by || before.channel_by != facts->channel_by ||
           before.scene != facts->scene;
}

static enum err row(struct rewrite_run *run, struct click_row *row, enum rewrite_say *say)
{
    struct reclassifier *self = run->reclassifier;
    unsigned signals = row->facts.signals & ~SIGNALS_DERIVED;
    enum click_class class = row->facts.class;
    struct click click;

    if (row->facts.time_ms < run->now.from_ms || row->facts.time_ms >= run->now.to_ms ||
        row->facts.flags & CLICK_FLAG_FORGOTTEN) {
        return OK;
    }
    arena_reset(&self->texts);
    enum err err = read_values(self, run->db, row);
    if (err != OK) {
        return err;
    }
    const struct agent *agent = recognise(self, signals);
    attribute(self, row, signals, agent, &click);
    if (self->texts.overflow) {
        return ERR_NOMEM;
    }
    bool changed = put_facts(row, agent, &click);
    err = put_values(run, row, agent, &click, &changed);
    if (changed) {
        *say = REWRITE_CHANGES;
        run->now.counts[rewrite_count_of_classes(class, row->facts.class)]++;
    }
    return err;
}

/* ---- the whole */

static enum err open(struct rewrite_run *run, bool *again, struct fault *fault)
{
    struct reclassifier *self = calloc(1, sizeof *self);
    int64_t rules = 0;

    run->reclassifier = self;
    if (!self) {
        return ERR_NOMEM;
    }
    crypt_random(&self->secret, sizeof self->secret);
    arena_init(&self->texts, 256 * 1024);
    arena_init(&self->term_texts, TERM_BYTES_MAX);
    idmap_init(&self->term_index, TERMS_MAX);
    idmap_init(&self->term_ids, NEW_TERMS_MAX);
    enum err err = recognition_fingerprint(run->opts->recognition_dir, &rules, fault);
    err = err ? err : recognition_load(run->opts->recognition_dir, &self->rules, fault);
    if (err == OK) {
        *again = run->now.rules != 0 && run->now.rules != rules;
        run->now.rules = rules;
    }
    return err;
}

static void close(struct rewrite_run *run)
{
    struct reclassifier *self = run->reclassifier;

    if (self) {
        recognition_free(&self->rules);
        idmap_done(&self->term_index);
        idmap_done(&self->term_ids);
        arena_done(&self->texts);
        arena_done(&self->term_texts);
        free(self->terms);
        free(self);
    }
    run->reclassifier = NULL;
}

static bool concerns(const struct rewrite_run *run, const struct chunk_info *info, const struct chunk *chunk)
{
    (void)chunk;
    return info->bounds.max_ms >= run->now.from_ms && info->bounds.min_ms < run->now.to_ms;
}

const struct rewrite_ops rewrite_reclassify = {
    .name = "reclassify",
    .open = open,
    .close = close,
    .concerns = concerns,
    .row = row,
    .finds_lasts = true,
    .sums_follow = true,
};
