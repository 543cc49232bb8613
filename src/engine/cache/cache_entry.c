/* SPDX-License-Identifier: MIT */
#include "cache_private.h"

/*
 * A link in as few bytes as it needs:
 *
 *   24-byte head | 8 bytes each: from, until, maximum, counter cell, alias chain, pool (those whose flag is set)
 *   | 2 bytes each: length of fallback, source, channel, click id parameter, six UTM values (whose flag is set)
 *   | their bytes | code | URL
 *
 * The counter lives in a cell of its own, so that all versions of a link share it.
 */
struct cache_entry {
    int64_t id;
    uint32_t domain_id;
    uint32_t flags;
    uint16_t url_len;
    uint16_t steps;
    uint8_t code_len;
    uint8_t status;         /* over 300 */
    _Atomic uint8_t barred; /* CACHE_BARRED_: the one thing that changes while the entry stands */
    uint8_t unused;
    unsigned char data[];
};
_Static_assert(sizeof(struct cache_entry) == 24, "the head's size is promised");

enum { TEXT_FALLBACK, TEXT_SOURCE, TEXT_CHANNEL, TEXT_CLICK_ID_PARAM, TEXT_UTM, TEXT_COUNT = TEXT_UTM + UTM_COUNT };
enum { WORD_FROM, WORD_UNTIL, WORD_MAX, WORD_CELL, WORD_ALIASES, WORD_POOL, WORD_COUNT };
#define FLAG_TEXT(i)      (1u << (i))
#define FLAG_WORD(i)      (1u << (TEXT_COUNT + (i)))
#define FLAG_ENABLED      (1u << 16)
#define FLAG_FORWARD      (1u << 17)
#define FLAG_VISITOR_WINS (1u << 18)
#define FLAG_CRAWLABLE    (1u << 19)
#define FLAG_GONE         (1u << 20)
#define FLAG_CLICK_PLACES (1u << 21)
_Static_assert(TEXT_COUNT + WORD_COUNT <= 16, "flags of fields and flags of truth do not overlap");

#define STATUS_BASE 300

static void texts_of(const struct link_entry *link, str texts[TEXT_COUNT])
{
    texts[TEXT_FALLBACK] = link->fallback_url;
    texts[TEXT_SOURCE] = link->source;
    texts[TEXT_CHANNEL] = link->channel;
    texts[TEXT_CLICK_ID_PARAM] = link->click_id_param;
    for (size_t i = 0; i < UTM_COUNT; i++) {
        texts[TEXT_UTM + i] = link->utm[i];
    }
}

static uint32_t flags_of(const struct link_entry *link, const str texts[TEXT_COUNT], bool has_aliases)
{
    uint32_t flags = (link->gate.enabled ? FLAG_ENABLED : 0) | (link->forward_query ? FLAG_FORWARD : 0) |
                     (link->visitor_wins ? FLAG_VISITOR_WINS : 0) | (link->crawlable ? FLAG_CRAWLABLE : 0) |
                     (link->gone ? FLAG_GONE : 0) | (link->click_places ? FLAG_CLICK_PLACES : 0);

    for (unsigned i = 0; i < TEXT_COUNT; i++) {
        flags |= texts[i].len > 0 ? FLAG_TEXT(i) : 0;
    }
    flags |= link->gate.valid_from_ms != TIME_NONE ? FLAG_WORD(WORD_FROM) : 0;
    flags |= link->gate.valid_until_ms != TIME_NONE ? FLAG_WORD(WORD_UNTIL) : 0;
    flags |= link->max_clicks > 0 ? FLAG_WORD(WORD_MAX) | FLAG_WORD(WORD_CELL) : 0;
    flags |= has_aliases ? FLAG_WORD(WORD_ALIASES) : 0;
    flags |= link->pool ? FLAG_WORD(WORD_POOL) : 0;
    return flags;
}

static size_t words_count(uint32_t flags)
{
    uint32_t words = flags & (FLAG_WORD(WORD_COUNT) - FLAG_WORD(0));

    return words == 0 ? 0 : (size_t)__builtin_popcount(words); /* most links have none */
}

size_t entry_bytes(const struct link_entry *link, bool has_aliases)
{
    str texts[TEXT_COUNT];
    texts_of(link, texts);
    uint32_t flags = flags_of(link, texts, has_aliases);
    size_t bytes = sizeof(struct cache_entry) + 8 * words_count(flags) + link->code.len + link->url.len;

    for (size_t i = 0; i < TEXT_COUNT; i++) {
        bytes += texts[i].len > 0 ? texts[i].len + 2 : 0;
    }
    return bytes;
}

bool entry_fits(const struct link_entry *link)
{
    str texts[TEXT_COUNT];
    texts_of(link, texts);
    bool fits = link->code.len > 0 && link->code.len <= UINT8_MAX && link->url.len <= BLOCK_BYTES &&
                link->domain_id >= 0 && link->domain_id <= UINT32_MAX && link->redirect_status >= STATUS_BASE &&
                link->redirect_status - STATUS_BASE <= UINT8_MAX;

    for (size_t i = 0; i < TEXT_COUNT; i++) {
        fits = fits && texts[i].len <= BLOCK_BYTES;
    }
    return fits && entry_bytes(link, true) <= BLOCK_BYTES;
}

static unsigned char *put_word(unsigned char *at, uint32_t flags, unsigned word, uint64_t value)
{
    if (!(flags & FLAG_WORD(word))) {
        return at;
    }
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static unsigned char *put_text(unsigned char *at, str text)
{
    if (text.len > 0) {
        memcpy(at, text.ptr, text.len);
    }
    return at + text.len;
}

void entry_pack(struct cache_entry *self, uint16_t steps, const struct link_entry *link, struct limit_cell *cell,
                struct alias_node *aliases)
{
    str texts[TEXT_COUNT];
    texts_of(link, texts);
    uint32_t flags = flags_of(link, texts, aliases != NULL);
    unsigned char *at = self->data;

    *self = (struct cache_entry){
        .id = link->id,
        .domain_id = (uint32_t)link->domain_id,
        .flags = flags,
        .url_len = (uint16_t)link->url.len,
        .steps = steps,
        .code_len = (uint8_t)link->code.len,
        .status = (uint8_t)(link->redirect_status - STATUS_BASE),
    };
    at = put_word(at, flags, WORD_FROM, (uint64_t)link->gate.valid_from_ms);
    at = put_word(at, flags, WORD_UNTIL, (uint64_t)link->gate.valid_until_ms);
    at = put_word(at, flags, WORD_MAX, (uint64_t)link->max_clicks);
    at = put_word(at, flags, WORD_CELL, (uintptr_t)cell);
    at = put_word(at, flags, WORD_ALIASES, (uintptr_t)aliases);
    at = put_word(at, flags, WORD_POOL, (uintptr_t)link->pool);
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        uint16_t len = (uint16_t)texts[i].len;
        if (len > 0) {
            memcpy(at, &len, sizeof len);
            at += sizeof len;
        }
    }
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        at = put_text(at, texts[i]);
    }
    put_text(put_text(at, link->code), link->url);
}

uint16_t entry_steps(const struct cache_entry *self)
{
    return self->steps;
}

/* The value of a field of 8 bytes, or `absent`. */
static uint64_t word_get(const struct cache_entry *self, unsigned word, uint64_t absent)
{
    uint64_t value = absent;

    if (self->flags & FLAG_WORD(word)) {
        uint32_t before = self->flags & (FLAG_WORD(word) - FLAG_WORD(0));
        memcpy(&value, self->data + 8 * __builtin_popcount(before), sizeof value);
    }
    return value;
}

struct limit_cell *entry_cell(const struct cache_entry *self)
{
    return (struct limit_cell *)(uintptr_t)word_get(self, WORD_CELL, 0);
}

int64_t entry_max_clicks(const struct cache_entry *self)
{
    return (int64_t)word_get(self, WORD_MAX, 0);
}

struct alias_node *entry_aliases(const struct cache_entry *self)
{
    return (struct alias_node *)(uintptr_t)word_get(self, WORD_ALIASES, 0);
}

struct live_code *entry_pool(const struct cache_entry *self)
{
    return (struct live_code *)(uintptr_t)word_get(self, WORD_POOL, 0);
}

/* Fills texts[] and returns where the code begins. */
static const char *texts_get(const struct cache_entry *self, str texts[TEXT_COUNT])
{
    const unsigned char *lens = self->data + 8 * words_count(self->flags);
    uint32_t present = self->flags & (FLAG_TEXT(TEXT_COUNT) - 1);
    const char *at = (const char *)lens + 2 * __builtin_popcount(present);

    for (unsigned i = 0; i < TEXT_COUNT; i++) {
        uint16_t len = 0;
        if (present & FLAG_TEXT(i)) {
            memcpy(&len, lens, sizeof len);
            lens += sizeof len;
        }
        texts[i] = (str){at, len};
        at += len;
    }
    return at;
}

bool entry_has_code(const struct cache_entry *self, str code)
{
    const unsigned char *at = self->data + 8 * words_count(self->flags);

    if (code.len != self->code_len) {
        return false;
    }
    if ((self->flags & (FLAG_TEXT(TEXT_COUNT) - 1)) == 0) {
        return memcmp(at, code.ptr, code.len) == 0;
    }
    str texts[TEXT_COUNT];
    return memcmp(texts_get(self, texts), code.ptr, code.len) == 0;
}

void cache_view(const struct cache_entry *entry, struct link_entry *out)
{
    str texts[TEXT_COUNT];
    const char *code = texts_get(entry, texts);

    out->id = entry->id;
    out->domain_id = entry->domain_id;
    out->code = (str){code, entry->code_len};
    out->url = (str){code + entry->code_len, entry->url_len};
    out->fallback_url = texts[TEXT_FALLBACK];
    out->source = texts[TEXT_SOURCE];
    out->channel = texts[TEXT_CHANNEL];
    out->click_id_param = texts[TEXT_CLICK_ID_PARAM];
    memcpy(out->utm, &texts[TEXT_UTM], sizeof out->utm);
    out->gate.valid_from_ms = (int64_t)word_get(entry, WORD_FROM, (uint64_t)TIME_NONE);
    out->gate.valid_until_ms = (int64_t)word_get(entry, WORD_UNTIL, (uint64_t)TIME_NONE);
    out->gate.enabled = entry->flags & FLAG_ENABLED;
    out->redirect_status = entry->status + STATUS_BASE;
    out->max_clicks = entry_max_clicks(entry);
    out->forward_query = entry->flags & FLAG_FORWARD;
    out->visitor_wins = entry->flags & FLAG_VISITOR_WINS;
    out->crawlable = entry->flags & FLAG_CRAWLABLE;
    out->gone = entry->flags & FLAG_GONE;
    out->click_places = entry->flags & FLAG_CLICK_PLACES;
    out->barred = atomic_load_explicit(&entry->barred, memory_order_relaxed);
    out->pool = entry_pool(entry);
    out->live = out->pool != NULL;
}

unsigned entry_bars(const struct cache_entry *self, const struct destinations *destinations)
{
    str texts[TEXT_COUNT];
    const char *code = texts_get(self, texts);

    if (destinations_is_empty(destinations)) {
        return 0;
    }
    str url = {code + self->code_len, self->url_len};
    unsigned bars = destinations_judge(destinations, url).passes ? 0 : CACHE_BARRED_URL;
    bool rescued = texts[TEXT_FALLBACK].len > 0;
    bars |= rescued && !destinations_judge(destinations, texts[TEXT_FALLBACK]).passes ? CACHE_BARRED_FALLBACK : 0;
    return bars;
}

void entry_judge(struct cache_entry *self, const struct destinations *destinations)
{
    struct live_code *pool = entry_pool(self);

    atomic_store_explicit(&self->barred, (uint8_t)entry_bars(self, destinations), memory_order_relaxed);
    if (pool) {
        live_code_judge(pool, destinations);
    }
}

static bool cell_swap(struct limit_cell *cell, int64_t *seen, int64_t next)
{
    return atomic_compare_exchange_weak_explicit(&cell->used, seen, next, memory_order_relaxed, memory_order_relaxed);
}

bool cache_reserve(const struct cache_entry *entry)
{
    struct limit_cell *cell = entry_cell(entry);
    int64_t max = entry_max_clicks(entry);

    if (!cell) {
        return true;
    }
    int64_t used = atomic_load_explicit(&cell->used, memory_order_relaxed);
    while (used < max) {
        if (cell_swap(cell, &used, used + 1)) {
            return true;
        }
    }
    return false;
}

void cache_unreserve(const struct cache_entry *entry)
{
    struct limit_cell *cell = entry_cell(entry);
    int64_t used = cache_used(entry);

    while (used > 0 && !cell_swap(cell, &used, used - 1)) {
        ; /* `used` was read again */
    }
}

int64_t cache_used(const struct cache_entry *entry)
{
    struct limit_cell *cell = entry_cell(entry);

    return cell ? atomic_load_explicit(&cell->used, memory_order_relaxed) : 0;
}
