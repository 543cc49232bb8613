/* SPDX-License-Identifier: MIT */
#include "linkpond/store/click_keys.h"

#include <string.h>

#include "linkpond/base/crypt.h"
#include "linkpond/store/meta.h"

#define KEYS_BYTES_MAX (CLICK_ID_VERSIONS_MAX * CLICK_ID_KEY_BYTES)
#define ARENA_MAX      4096

enum err click_keys_settle(struct db *db)
{
    uint8_t key[CLICK_ID_KEY_BYTES];
    struct arena arena;
    str keys;

    arena_init(&arena, ARENA_MAX);
    enum err err = click_keys_get(db, &arena, &keys);
    arena_done(&arena);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    crypt_random(key, sizeof key);
    err = meta_put_blob(db, META_CLICK_KEYS, (str){(const char *)key, sizeof key});
    crypt_cleanse(key, sizeof key);
    return err;
}

enum err click_keys_get(struct db *db, struct arena *arena, str *out)
{
    str keys;
    enum err err = meta_get_blob(db, arena, META_CLICK_KEYS, &keys);

    if (!err && (keys.len == 0 || keys.len % CLICK_ID_KEY_BYTES != 0 || keys.len > KEYS_BYTES_MAX)) {
        err = ERR_CORRUPT;
    }
    if (!err) {
        *out = keys;
    }
    return err;
}

int64_t click_keys_versions(str keys)
{
    return (int64_t)(keys.len / CLICK_ID_KEY_BYTES);
}

enum click_key_state click_keys_state(str keys, int64_t version)
{
    size_t at = (size_t)(version - 1) * CLICK_ID_KEY_BYTES;

    if (click_id_key_dropped((const uint8_t *)keys.ptr + at)) {
        return CLICK_KEY_DROPPED;
    }
    return version == click_keys_versions(keys) ? CLICK_KEY_CURRENT : CLICK_KEY_KEPT;
}

/* A copy to change, and its length. */
static enum err copy_keys(struct db *db, uint8_t out[KEYS_BYTES_MAX], size_t *len)
{
    struct arena arena;
    str keys = {0};

    arena_init(&arena, ARENA_MAX);
    enum err err = click_keys_get(db, &arena, &keys);
    if (!err) {
        memcpy(out, keys.ptr, keys.len);
        *len = keys.len;
    }
    arena_done(&arena);
    return err;
}

enum err click_keys_turn(struct db *db, int64_t *version)
{
    uint8_t keys[KEYS_BYTES_MAX];
    size_t len = 0;
    enum err err = copy_keys(db, keys, &len);

    if (!err && len == sizeof keys) {
        err = ERR_TOO_LARGE;
    }
    if (!err) {
        crypt_random(keys + len, CLICK_ID_KEY_BYTES);
        len += CLICK_ID_KEY_BYTES;
        err = meta_put_blob(db, META_CLICK_KEYS, (str){(const char *)keys, len});
        *version = (int64_t)(len / CLICK_ID_KEY_BYTES);
    }
    crypt_cleanse(keys, sizeof keys);
    return err;
}

enum err click_keys_drop(struct db *db, int64_t version)
{
    uint8_t keys[KEYS_BYTES_MAX];
    size_t len = 0;
    enum err err = copy_keys(db, keys, &len);
    str all = {(const char *)keys, len};

    if (!err &&
        (version < 1 || version > click_keys_versions(all) || click_keys_state(all, version) == CLICK_KEY_DROPPED)) {
        err = ERR_NOT_FOUND;
    }
    if (!err && click_keys_state(all, version) == CLICK_KEY_CURRENT) {
        err = ERR_CONFLICT;
    }
    if (!err) {
        memset(keys + (version - 1) * CLICK_ID_KEY_BYTES, 0, CLICK_ID_KEY_BYTES);
        err = meta_put_blob(db, META_CLICK_KEYS, all);
    }
    crypt_cleanse(keys, sizeof keys);
    return err;
}

enum err click_keys_open(struct db *db, struct click_ids **out)
{
    struct arena arena;
    str keys;

    arena_init(&arena, ARENA_MAX);
    enum err err = click_keys_get(db, &arena, &keys);
    if (!err) {
        struct click_ids *ids = click_ids_new(keys);
        err = ids ? OK : ERR_NOMEM;
        *out = ids ? ids : *out;
    }
    arena_done(&arena);
    return err;
}
