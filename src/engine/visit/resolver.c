/* SPDX-License-Identifier: MIT */

#include "linkpond/base/addr.h"
#include "linkpond/base/limits.h"
#include "linkpond/model/click_id.h"
#include "resolver_private.h"

/*
 * One read section per visit, and none open while the database is asked: then the host is looked up once more
 * afterwards, because its texts are only lent. Whatever outlives the section is copied into the scratch.
 */
#define ASKED_HOST_MAX  (LIMIT_HOST + sizeof ":65535" + 1)
#define ARENA_BYTES_MAX (64 * 1024)

struct resolver *resolver_new(const struct resolver_opts *opts)
{
    struct resolver *self = calloc(1, sizeof *self);

    BUG_ON(!self || !opts->cache || !opts->rules);
    self->opts = *opts;
    atomic_init(&self->rules, opts->rules);
    return self;
}

void resolver_free(struct resolver *self)
{
    free(self);
}

void resolver_set_rules(struct resolver *self, const struct agent_rules *rules)
{
    atomic_store_explicit(&self->rules, rules, memory_order_release);
    cache_wait_readers();
}

const struct agent_rules *resolver_rules(const struct resolver *self)
{
    return atomic_load_explicit(&self->rules, memory_order_acquire);
}

str resolver_keep(struct visiting *v, str text)
{
    if (text.len == 0 || text.len > sizeof v->scratch->text - v->text_used) {
        return (str){v->scratch->text, 0};
    }
    char *at = v->scratch->text + v->text_used;
    memcpy(at, text.ptr, text.len);
    v->text_used += text.len;
    return (str){at, text.len};
}

/* Lower case, without the dot that ends a fully qualified name. *bare is the same without the port. */
static str host_canonical(str host, char out[ASKED_HOST_MAX], str *bare)
{
    size_t len = 0;

    if (host.len >= ASKED_HOST_MAX) {
        *bare = STR("/"); /* no host is called that */
        return *bare;
    }
    ssize_t colon = str_ends(host, STR("]")) ? -1 : str_find_char(host, ':', 0);
    if (str_starts(host, STR("["))) {
        ssize_t close = str_find_char(host, ']', 0);
        colon = close < 0 ? -1 : str_find_char(host, ':', (size_t)close);
    }
    str name = colon < 0 ? host : str_slice(host, 0, (size_t)colon);
    if (str_ends(name, STR("."))) {
        name.len--;
    }
    for (; len < name.len; len++) {
        char c = name.ptr[len];
        out[len] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    *bare = (str){out, len};
    if (colon >= 0) {
        memcpy(out + len, host.ptr + colon, host.len - (size_t)colon);
        len += host.len - (size_t)colon;
    }
    return (str){out, len};
}

static bool nobody_owns(str bare)
{
    struct addr addr;

    return bare.len == 0 || str_eq(bare, STR("localhost")) || addr_parse(bare, &addr);
}

static const struct host_entry *find_host(const struct cache *cache, str host)
{
    char text[ASKED_HOST_MAX];
    str bare;
    str whole = host_canonical(host, text, &bare);
    const struct host_entry *found = cache_find_host(cache, whole, false);

    if (!found && bare.len < whole.len) {
        found = cache_find_host(cache, bare, false);
    }
    if (!found && nobody_owns(bare)) {
        found = cache_find_host(cache, STR(""), true);
    }
    return found && found->enabled ? found : NULL;
}

/* No alias equals a live code, so the order is free, and nearly every visit names a code. A purged link's code may live
 * on as an alias. `link` is set when there is one. */
static const struct cache_entry *find_link(const struct resolver *self, int64_t domain_id, bool serves_all, str path,
                                           struct link_entry *link)
{
    char folded[LIMIT_ALIAS_IMPORTED];

    if (path.len > LIMIT_ALIAS_IMPORTED) {
        return NULL;
    }
    const struct cache_entry *by_code = cache_find_code(self->opts.cache, path);
    if (by_code) {
        cache_view(by_code, link);
        by_code = serves_all || link->domain_id == domain_id ? by_code : NULL;
    }
    if (by_code && !link->gone) {
        return by_code;
    }
    const struct cache_entry *by_alias =
        cache_find_alias(self->opts.cache, domain_id, cache_fold(path, self->opts.fold_case, folded));
    if (by_alias) {
        cache_view(by_alias, link);
        return by_alias;
    }
    return by_code;
}

/* Answers a visit that leads nowhere of its own: a page, or the address that people set for that case. */
static void answer_else(struct visiting *v, int status, str instead)
{
    v->out->status = status;
    if (instead.len > 0 && instead.len <= sizeof v->scratch->location) {
        memcpy(v->scratch->location, instead.ptr, instead.len);
        v->out->location = (str){v->scratch->location, instead.len};
        v->out->status = 302;
    }
}

static void answer_unknown(struct visiting *v)
{
    v->out->outcome = OUTCOME_UNKNOWN;
    answer_else(v, 404, v->host->not_found_url);
}

/* The address with its places for the click id marked; itself where it has none, or this visit will have no id. */
static str mark_places(struct visiting *v, str url, char memory[LIMIT_URL])
{
    struct buf marked;

    if (v->visit->click_mark == 0 || url.len > LIMIT_URL || click_id_places(url) == 0) {
        return url;
    }
    buf_init_fixed(&marked, memory, LIMIT_URL);
    click_id_put_marks(url, v->visit->click_mark, &marked);
    v->out->click_mark = v->visit->click_mark;
    v->out->carries_click_id = true;
    return buf_str(&marked);
}

/* What people said shall be answered instead is answered as it stands, but for the click id: what happens there is this
 * click's doing too. */
void resolver_answer_shut(struct visiting *v, const struct link_entry *link, enum click_outcome outcome)
{
    bool waiting = outcome == OUTCOME_NOT_STARTED;
    bool own = link->fallback_url.len > 0 && !(link->barred & CACHE_BARRED_FALLBACK);
    str instead = own ? link->fallback_url : waiting ? (str){0} : v->host->expired_url;
    char memory[LIMIT_URL];
    struct buf location;

    v->out->outcome = instead.len > 0 ? OUTCOME_FALLBACK : outcome;
    v->out->valid_from_ms = link->gate.valid_from_ms;
    instead = mark_places(v, instead, memory);
    if (!own || link->click_id_param.len == 0) {
        answer_else(v, waiting ? 404 : 410, instead);
        return;
    }
    const struct url_merge merge = {
        .target = instead, .click_id_param = link->click_id_param, .click_mark = v->visit->click_mark};
    buf_init_fixed(&location, v->scratch->location, LIMIT_LOCATION);
    if (!url_merge(&merge, &location)) {
        answer_else(v, waiting ? 404 : 410, instead);
        return;
    }
    v->out->click_mark = v->visit->click_mark;
    v->out->location = buf_str(&location);
    v->out->status = 302;
}

/* A browser keeps 301 and 308, and would never ask a live code again. */
static int status_of_live(int status)
{
    return status == 301 ? 302 : status == 308 ? 307 : status;
}

void resolver_answer_redirect(struct visiting *v, const struct link_entry *link, str url, bool places)
{
    struct url_merge merge = {
        .target = url,
        .query = v->visit->query,
        .forward_query = link->forward_query,
        .visitor_wins = link->visitor_wins,
        .utm = link->utm,
        .click_id_param = link->click_id_param,
        .click_mark = v->visit->click_mark,
    };
    struct buf location;
    char memory[LIMIT_URL];

    if (places) {
        url = merge.target = mark_places(v, url, memory);
    }
    if (link->click_id_param.len > 0) {
        v->out->click_mark = v->visit->click_mark;
    }

    buf_init_fixed(&location, v->scratch->location, LIMIT_LOCATION);
    if (!url_merge(&merge, &location)) {
        buf_reset(&location);
        buf_add(&location, url);
    }
    v->out->outcome = OUTCOME_REDIRECT;
    v->out->location = buf_str(&location);
    v->out->status = link->live ? status_of_live(link->redirect_status) : link->redirect_status;
    v->out->cacheable = !v->out->limited && (v->out->status == 301 || v->out->status == 308);
}

void resolver_recognise(const struct visiting *v, struct agent *agent)
{
    const struct agent_request request = {
        .user_agent = v->visit->user_agent,
        .language = v->visit->language,
        .package = v->visit->package,
        .signals = v->visit->signals,
    };

    agent_recognise(resolver_rules(v->self), &request, agent);
}

enum click_outcome resolver_take_limit(struct visiting *v, const struct link_entry *link,
                                       const struct cache_entry *entry, bool person)
{
    if (!person) {
        return cache_used(entry) < link->max_clicks ? OUTCOME_REDIRECT : OUTCOME_USED_UP;
    }
    if (!cache_reserve(entry)) {
        return OUTCOME_USED_UP;
    }
    v->out->reserved = entry;
    v->out->signals |= SIGNAL_RESERVED_LIMIT;
    return OUTCOME_REDIRECT;
}

static enum click_outcome take_limit_of(struct visiting *v, const struct link_entry *link,
                                        const struct cache_entry *entry)
{
    struct agent agent;

    resolver_recognise(v, &agent);
    return resolver_take_limit(v, link, entry, agent.class == CLASS_HUMAN);
}

/* entry is NULL when the link came from the database. */
static void answer_link(struct visiting *v, const struct link_entry *link, const struct cache_entry *entry)
{
    struct verdict *out = v->out;
    enum click_outcome outcome = link->gone ? OUTCOME_DISABLED : link_gate_check(&link->gate, v->visit->now_ms);

    out->link_id = link->id;
    out->crawlable = link->crawlable;
    out->limited = link->max_clicks > 0;
    out->carries_click_id = link->click_id_param.len > 0 || link->click_places;
    out->source = resolver_keep(v, link->source);
    out->channel = resolver_keep(v, link->channel);
    for (size_t i = 0; i < UTM_COUNT; i++) {
        out->utm[i] = resolver_keep(v, link->utm[i]);
    }
    if (outcome == OUTCOME_REDIRECT && (out->limited || link->live) && (!entry || (link->live && !link->pool))) {
        out->kind = VERDICT_BUSY;
        out->status = 503;
        return;
    }
    if (outcome == OUTCOME_REDIRECT && link->live) {
        resolver_answer_live(v, link, entry);
        return;
    }
    if (outcome == OUTCOME_REDIRECT && link->barred & CACHE_BARRED_URL) {
        outcome = OUTCOME_DENIED;
    }
    if (outcome == OUTCOME_REDIRECT && out->limited) {
        outcome = take_limit_of(v, link, entry);
    }
    if (outcome == OUTCOME_REDIRECT) {
        resolver_answer_redirect(v, link, link->url, link->click_places);
    } else {
        resolver_answer_shut(v, link, outcome);
    }
}

/* Host and path. False when the answer stands already. */
static bool begin(struct visiting *v, str *path)
{
    struct verdict *out = v->out;

    *out = (struct verdict){.kind = VERDICT_LINK, .signals = v->visit->signals, .valid_from_ms = TIME_NONE};
    *path = v->visit->path;
    out->code = *path;
    out->outcome = OUTCOME_UNKNOWN;
    v->text_used = 0;
    v->host = find_host(v->self->opts.cache, v->visit->host);
    if (!v->host) {
        out->kind = VERDICT_NO_HOST;
        out->status = 404;
        return false;
    }
    out->domain_id = v->host->domain_id;
    out->host = resolver_keep(v, v->host->host);
    if (path->len == 0) {
        out->kind = VERDICT_ROOT;
        out->outcome = OUTCOME_PAGE;
        answer_else(v, 200, v->host->root_url);
        return false;
    }
    if (path->len > 1 && str_ends(*path, STR("/"))) {
        path->len--;
    }
    out->code = *path;
    if (path->len > 1 && str_ends(*path, STR("+"))) {
        out->kind = VERDICT_PREVIEW;
        out->outcome = OUTCOME_PAGE;
        out->status = 302;
        out->code.len--;
        return false;
    }
    return true;
}

/* From memory. False when only the database can tell. */
static bool resolve_cached(struct visiting *v)
{
    struct resolver *self = v->self;
    struct link_entry link;
    str path;

    if (!begin(v, &path)) {
        return true;
    }
    const struct cache_entry *entry = find_link(self, v->host->domain_id, v->host->serves_all, path, &link);
    if (entry) {
        answer_link(v, &link, entry);
    } else if (cache_complete(self->opts.cache) || !self->opts.fallback_find) {
        answer_unknown(v);
    } else {
        return false;
    }
    return true;
}

static void resolve_stored(struct visiting *v)
{
    const struct resolver_opts *opts = &v->self->opts;
    struct link_entry link = {0};
    struct arena arena;
    str path = v->out->code;

    arena_init(&arena, ARENA_BYTES_MAX);
    bool found = opts->fallback_find(opts->fallback_arg, &arena, v->out->domain_id, path, &link);
    cache_read_begin();
    if (begin(v, &path)) {
        bool others = !v->host->serves_all && link.domain_id != v->host->domain_id && str_eq(link.code, path);
        if (found && !others) {
            answer_link(v, &link, NULL);
        } else {
            answer_unknown(v);
        }
    }
    cache_read_end();
    arena_done(&arena);
}

void resolver_foresee(const struct resolver *self, str path)
{
    cache_read_begin(); /* the table may be swapped for a larger one */
    cache_prefetch(self->opts.cache, path);
    cache_read_end();
}

void resolver_foresee_link(const struct resolver *self, str path)
{
    cache_read_begin();
    cache_prefetch_entry(self->opts.cache, path);
    cache_read_end();
}

void resolver_resolve(struct resolver *self, struct resolver_scratch *scratch, const struct visit *visit,
                      struct verdict *out)
{
    struct visiting v = {.self = self, .scratch = scratch, .visit = visit, .out = out};

    cache_read_begin();
    bool answered = resolve_cached(&v);
    cache_read_end();
    if (!answered) {
        resolve_stored(&v);
    }
}

void resolver_undo(struct resolver *self, const struct verdict *verdict)
{
    struct link_entry link;

    if (verdict->place) {
        live_give_back(verdict->place, verdict->took_place, &verdict->place_when);
    }
    if (!verdict->reserved) {
        return;
    }
    cache_read_begin();
    const struct cache_entry *entry = find_link(self, verdict->domain_id, true, verdict->code, &link);
    if (entry && link.id == verdict->link_id) {
        cache_unreserve(entry);
    }
    cache_read_end();
}
