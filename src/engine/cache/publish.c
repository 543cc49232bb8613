/* SPDX-License-Identifier: MIT */
#include "linkpond/engine/publish.h"

#include "linkpond/engine/ledger.h"
#include "linkpond/model/click_id.h"
#include "linkpond/model/record.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/sums.h"

/* An edit is published from the committed row, never from the edit itself: what visitors get is what the database says.
 * Only a link just made is not read again: its insert wrote every column from the very struct that is published. */

struct link_entry publish_entry(const struct link_hot *hot, str channel)
{
    struct link_entry entry = {
        .id = hot->id,
        .domain_id = hot->domain_id,
        .code = hot->code,
        .url = hot->url,
        .fallback_url = hot->fallback_url,
        .source = hot->source,
        .channel = channel,
        .click_id_param = hot->click_id_param,
        .gate = {.valid_from_ms = hot->valid_from_ms,
                 .valid_until_ms = hot->valid_until_ms,
                 .enabled = hot->enabled && !hot->tombstone && hot->deleted_ms == TIME_NONE},
        .redirect_status = hot->redirect_status,
        .max_clicks = hot->max_clicks,
        .forward_query = hot->forward_query,
        .visitor_wins = hot->visitor_wins,
        .crawlable = hot->crawlable,
        .gone = hot->tombstone,
        .click_places = click_id_places(hot->url) > 0,
        .live = hot->live,
    };

    memcpy(entry.utm, hot->utm, sizeof entry.utm);
    return entry;
}

enum err publish_channel(struct db *db, struct arena *arena, int64_t channel_id, str *out)
{
    struct label label = {0};
    enum err err = channel_id ? labels_find_id(db, arena, channel_id, &label) : OK;

    *out = label.key;
    return err;
}

enum err publish_link(struct db *db, struct cache *cache, struct arena *arena, int64_t id, int64_t used)
{
    struct link_hot hot;
    struct link_alias *rows = NULL;
    size_t count = 0;
    str channel = {0};
    enum err err = links_load_one(db, arena, id, &hot);

    err = err ? err : publish_channel(db, arena, hot.channel_id, &channel);
    err = err ? err : links_aliases(db, arena, id, &rows, &count);
    if (err) {
        return err;
    }
    struct cache_alias *aliases = ARENA_ARRAY(arena, struct cache_alias, count);
    if (!aliases && count > 0) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        aliases[i] = (struct cache_alias){rows[i].domain_id, rows[i].folded};
    }
    struct link_entry entry = publish_entry(&hot, channel);
    err =
        hot.live && !hot.tombstone ? live_code_build(db, arena, cache_places(cache), id, false, &entry.pool, NULL) : OK;
    return err ? err : cache_put(cache, &entry, aliases, count, used, true);
}

enum err publish_fresh(struct cache *cache, struct arena *arena, const struct link *link, bool fold_case)
{
    struct link_hot hot = {
        .id = link->id,
        .domain_id = link->domain_id,
        .code = link->code,
        .url = link->url,
        .redirect_status = link->redirect_status,
        .valid_from_ms = link->valid_from_ms,
        .valid_until_ms = link->valid_until_ms,
        .max_clicks = link->max_clicks,
        .forward_query = link->forward_query,
        .visitor_wins = link->visitor_wins,
        .enabled = link->enabled,
        .crawlable = link->crawlable,
        .deleted_ms = TIME_NONE,
        .fallback_url = link->fallback_url,
        .source = link->source,
        .click_id_param = link->click_id_param,
    };
    struct cache_alias *aliases = ARENA_ARRAY(arena, struct cache_alias, link->aliases.count);
    char memory[LIMIT_ALIAS_IMPORTED];

    memcpy(hot.utm, link->utm, sizeof hot.utm);
    if (!aliases && link->aliases.count > 0) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < link->aliases.count; i++) {
        str folded = arena_str(arena, cache_fold(link->aliases.items[i], fold_case, memory));
        aliases[i] = (struct cache_alias){link->domain_id, folded};
    }
    if (arena->overflow) {
        return ERR_NOMEM;
    }
    struct link_entry entry = publish_entry(&hot, link->channel);
    return cache_put(cache, &entry, aliases, link->aliases.count, 0, true);
}

static enum err hosts_read(struct db *db, struct arena *arena, struct host_entry *out, size_t cap, size_t *count)
{
    struct stmt *rows = domains_each(db);
    struct domain domain;

    *count = 0;
    while (domains_next(rows, &domain)) {
        if (out && *count < cap) {
            out[*count] = (struct host_entry){.domain_id = domain.id,
                                              .host = arena_str(arena, domain.host),
                                              .scheme = arena_str(arena, domain.scheme),
                                              .is_default = domain.is_default,
                                              .enabled = domain.enabled,
                                              .serves_all = domain.serves_all,
                                              .root_url = arena_str(arena, domain.root_url),
                                              .not_found_url = arena_str(arena, domain.not_found_url),
                                              .expired_url = arena_str(arena, domain.expired_url)};
        }
        (*count)++;
    }
    return arena->overflow ? ERR_NOMEM : stmt_err(rows);
}

enum err publish_hosts(struct db *db, struct cache *cache, struct arena *arena)
{
    size_t count;
    enum err err = hosts_read(db, arena, NULL, 0, &count);
    if (err) {
        return err;
    }
    struct host_entry *hosts = ARENA_ARRAY(arena, struct host_entry, count + 1);
    if (!hosts) {
        return ERR_NOMEM;
    }
    err = hosts_read(db, arena, hosts, count, &count);
    return err ? err : cache_put_hosts(cache, hosts, count);
}

static enum err count_reserved(void *arg, const struct clicks_scan *scan)
{
    *(int64_t *)arg += (scan->facts.signals & SIGNAL_RESERVED_LIMIT) != 0;
    return OK;
}

enum err publish_used(struct db *db, int64_t link_id, int64_t *used)
{
    const struct ledger_range range = {.part = LEDGER_UNFOLDED, .of_link = true, .link_id = link_id, LEDGER_FOR_EVER};
    struct link_stat stat;
    enum err err = sums_stat_find(db, link_id, &stat);
    int64_t sum = stat.reserved;

    err = err ? err : ledger_each(db, &range, count_reserved, &sum);
    *used = err ? *used : sum;
    return err;
}
