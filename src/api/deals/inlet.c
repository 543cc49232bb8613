/* SPDX-License-Identifier: MIT */
#include "inlet.h"

#include "linkpond/base/gcra.h"

#define HEARD_EVERY_MS (INT64_C(60) * 1000)
#define NS_PER_S       INT64_C(1000000000)

enum err inlet_seal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, str part, str text, str *out)
{
    uint8_t *sealed = arena_alloc(arena, text.len + SEAL_EXTRA);

    if (!sealed) {
        return ERR_NOMEM;
    }
    crypt_seal(key, part, text, sealed);
    *out = (str){(const char *)sealed, text.len + SEAL_EXTRA};
    return OK;
}

enum err inlet_unseal(const uint8_t key[SEAL_KEY_BYTES], struct arena *arena, str part, str sealed, str *out)
{
    char *text = arena_alloc(arena, sealed.len + 1);
    size_t len = 0;

    if (!text) {
        return ERR_NOMEM;
    }
    if (!crypt_unseal(key, part, sealed, text, &len)) {
        return ERR_CORRUPT;
    }
    *out = (str){text, len};
    return OK;
}

struct hearing {
    int64_t id, now_ms;
    enum err (*write)(struct db *db, int64_t id, int64_t now_ms);
};

static enum err write_heard(struct db *db, void *arg, struct fault *fault)
{
    const struct hearing *self = arg;

    (void)fault;
    return self->write(db, self->id, self->now_ms);
}

void inlet_heard(struct ctx *ctx, const struct request *request, int64_t id, int64_t before_ms,
                 enum err (*write)(struct db *db, int64_t id, int64_t now_ms))
{
    struct hearing self = {.id = id, .now_ms = request->now_ms, .write = write};

    if (before_ms == TIME_NONE || request->now_ms - before_ms >= HEARD_EVERY_MS) {
        (void)editor_run(ctx->engine->editor, &(struct writer_task){.run = write_heard, .arg = &self, .relaxed = true},
                         NULL);
    }
}

/* IPv6 counts by /64, since one customer has all of it. */
int64_t inlet_wait_s(const struct ctx *ctx, const struct request *request)
{
    str key = {(const char *)request->client.bytes, addr_is_v4(&request->client) ? 16 : 8};
    int64_t wait_ns = gcra_charge(ctx->beacons, key, clock_mono_ns());

    return wait_ns > 0 ? wait_ns / NS_PER_S + 1 : 0;
}
