/* SPDX-License-Identifier: MIT */
#include "linkpond/store/click_keys.h"

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
