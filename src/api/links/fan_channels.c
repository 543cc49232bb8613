/* SPDX-License-Identifier: MIT */
/* People name groups and shops by what they are called; links name channels by key. All channels are read once and held
 * against the sorted texts of the call. */
#include <stdlib.h>

#include "fan_out.h"
#include "linkpond/base/utf8.h"
#include "linkpond/model/alias.h"

#define KEY_CUT (LIMIT_TAG - 8) /* of a name too long for a key, before its mark */

struct sought {
    str text;
    struct fan_place *place;
    bool by_name;
};
struct search {
    struct arena *arena;
    struct sought *items;
    size_t count;
};

static int compare(const void *a, const void *b)
{
    return str_cmp(((const struct sought *)a)->text, ((const struct sought *)b)->text);
}

/* A channel's key out of a name: keys hold no comma and are shorter. */
static str key_of(struct arena *arena, str name)
{
    char memory[ALIAS_SLUG_MAX];
    struct buf out;
    char *copy = arena_alloc(arena, name.len * 3 + 16);
    if (!copy) {
        return (str){0};
    }
    buf_init_fixed(&out, copy, name.len * 3 + 16);
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == ',') {
            buf_add(&out, STR("\uff0c"));
        } else {
            buf_add_char(&out, name.ptr[i]);
        }
    }
    str key = buf_str(&out);
    if (key.len <= LIMIT_TAG) {
        return key;
    }
    str slug = alias_slug(name, memory);
    str mark = str_from(slug, slug.len > 6 ? slug.len - 6 : 0);
    return arena_f(arena, STR_FMT "-" STR_FMT, STR_ARG(str_trim(utf8_cut(key, KEY_CUT))), STR_ARG(mark));
}

static bool is_called(const struct label *channel, str text)
{
    return str_eq(channel->name, text) || str_eq(channel->name_zh, text) || str_eq(channel->name_en, text);
}

static void keep(struct arena *arena, struct fan_place *place, const struct label *channel)
{
    place->known = true;
    place->key = arena_str(arena, channel->key);
    place->kept = (struct label){.id = channel->id,
                                 .kind = LABEL_CHANNEL,
                                 .key = place->key,
                                 .name = arena_str(arena, channel->name),
                                 .channel_group = arena_str(arena, channel->channel_group),
                                 .region = arena_str(arena, channel->region),
                                 .location = arena_str(arena, channel->location)};
}

/* A key wins over a name that somebody else's channel has; of several so called the first made. */
static void match(struct search *self, const struct label *channel, str text)
{
    struct sought key = {.text = text};
    const struct sought *hit = text.len > 0 ? bsearch(&key, self->items, self->count, sizeof key, compare) : NULL;
    if (!hit) {
        return;
    }
    size_t at = (size_t)(hit - self->items);
    while (at > 0 && str_eq(self->items[at - 1].text, text)) {
        at--;
    }
    for (; at < self->count && str_eq(self->items[at].text, text); at++) {
        struct fan_place *place = self->items[at].place;
        bool exact = str_eq(channel->key, text);
        bool called = self->items[at].by_name && !channel->archived && is_called(channel, text);
        if (exact || (called && !place->known)) {
            keep(self->arena, place, channel);
        }
    }
}

static enum err read_channels(struct search *self, struct db *db)
{
    struct stmt *rows = labels_each(db);
    struct label row;
    while (labels_next(rows, &row)) {
        if (row.kind == LABEL_CHANNEL) {
            match(self, &row, row.key);
            match(self, &row, row.name);
            match(self, &row, row.name_zh);
            match(self, &row, row.name_en);
        }
    }
    return self->arena->overflow ? ERR_NOMEM : stmt_err(rows);
}

static void settle(struct arena *arena, struct fan_place *place)
{
    if (!place->known) {
        place->key = place->channel.len > 0 ? place->channel : key_of(arena, place->name);
    }
    place->wanted = (struct label){.kind = LABEL_CHANNEL,
                                   .key = place->key,
                                   .name = str_eq(place->name, place->key) ? (str){0} : place->name,
                                   .channel_group = place->group,
                                   .region = place->region,
                                   .location = place->location,
                                   .owner = place->owner};
}

enum err fan_channels_find(struct db *db, struct arena *arena, struct fan_places *places)
{
    struct search search = {.arena = arena, .items = ARENA_ARRAY(arena, struct sought, places->count)};
    if (!search.items) {
        return ERR_NOMEM;
    }
    for (size_t i = 0; i < places->count; i++) {
        struct fan_place *place = &places->items[i];
        bool by_name = place->channel.len == 0;
        if (place->err == OK) {
            search.items[search.count++] = (struct sought){by_name ? place->name : place->channel, place, by_name};
        }
    }
    qsort(search.items, search.count, sizeof *search.items, compare);
    enum err err = read_channels(&search, db);
    for (size_t i = 0; err == OK && i < places->count; i++) {
        settle(arena, &places->items[i]);
    }
    return err == OK && arena->overflow ? ERR_NOMEM : err;
}

const char *fan_channel_differs(const struct fan_place *place)
{
    const struct label *kept = &place->kept;
    if (!place->known) {
        return NULL;
    }
    if (place->group.len > 0 && !str_eq(place->group, kept->channel_group)) {
        return "group";
    }
    if (place->region.len > 0 && !str_eq(place->region, kept->region)) {
        return "region";
    }
    return place->location.len > 0 && !str_eq(place->location, kept->location) ? "location" : NULL;
}
