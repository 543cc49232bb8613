/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/inferred-channels: what the recognition tables call the channels that clicks are counted under where nobody
 * has set one. Not among /channels: those are people's own, to be renamed and merged.
 */
#include "linkpond/api/call.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/cache.h"

static void write_channel(struct json_writer *json, const struct source_channel *channel)
{
    json_object(json);
    json_put_str(json, "key", channel->key);
    json_name(json, "names");
    json_object(json);
    json_put_str(json, "zh", channel->zh);
    json_put_str(json, "en", channel->en);
    json_object_end(json);
    json_object_end(json);
}

/* Within a read section, because the tables may be replaced meanwhile. */
static void channels_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    size_t count = 0;

    (void)request;
    call_list_begin(reply, &json);
    cache_thread_register();
    cache_read_begin();
    const struct source_channel *channels = source_channels(ctx->engine->sources, &count);
    for (size_t i = 0; i < count; i++) {
        write_channel(&json, &channels[i]);
    }
    cache_read_end();
    cache_thread_unregister();
    call_list_end(&json, (str){0}, (int64_t)count);
}

const struct route api_inferred_channel_routes[] = {
    {METHOD_GET, "/api/v1/inferred-channels", PLANE_ADMIN, channels_get, SCOPE_STATS_READ,
     "Channels that are inferred, and their names", 0, NULL},
    {0},
};
