/* SPDX-License-Identifier: MIT */
#ifndef LINKPOND_API_FAN_OUT_H
#define LINKPOND_API_FAN_OUT_H

#include "linkpond/api/link_call.h"
#include "linkpond/store/labels.h"

/* One address, many places: what a call of /api/v1/bulk/fan-out is about. */

/* A place as it was asked for; absent texts are empty. */
struct fan_place {
    str channel; /* key */
    str name;    /* for people */
    str group, region, location;
    str owner, customer, alias, title;
    str utm[UTM_COUNT];

    /* What became of it: */
    enum err err; /* it could not be read */
    struct fault fault;
    str key;             /* of its channel */
    bool known;          /* there is such a channel: */
    struct label kept;   /* as it is; texts in the arena */
    struct label wanted; /* as it will be made when there is none */
};
struct fan_places {
    struct fan_place *items;
    size_t count;
    str *unknown; /* a table's heads that mean nothing here, so that who pasted it learns what was not read */
    size_t unknown_count;
};

/* fan_places.c: from a JSON list (objects, or texts: names) or from what was pasted: CSV whose first line names the
 * columns in English or Chinese, or names alone, one a line. At most LIMIT_BULK. A place that cannot be read has its
 * own error. ERR_INVALID otherwise: field "places". */
enum err fan_places_json(struct arena *arena, const struct json *list, struct fan_places *out, struct fault *fault);
enum err fan_places_text(struct arena *arena, str text, struct fan_places *out, struct fault *fault);

/* fan_channels.c: the channel each place means. A key is taken as it is; a name is that of a channel with this key or
 * else one that is called so (archived ones are not), or becomes the key of a new one. */
enum err fan_channels_find(struct db *db, struct arena *arena, struct fan_places *places);
/* The field in which a known channel is another than the place says; NULL = none. It stays as it is. */
const char *fan_channel_differs(const struct fan_place *place);

#endif
