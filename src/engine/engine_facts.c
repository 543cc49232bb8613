/* SPDX-License-Identifier: MIT */
/* What the database knows of the installation itself: its keys, its node, choices made at init. */
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/click_keys.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/stages.h"

#include "engine_private.h"

static enum err read_own(struct engine *self, struct db *db, struct arena *arena, str *code_key, struct fault *fault)
{
    int64_t node = 0;
    int64_t fold_case = 0;
    int64_t demo = 0;
    str cookie_key = {0};
    enum err err = meta_get_i64(db, META_DEMO, &demo);

    err = err == ERR_NOT_FOUND ? OK : err;
    err = err ? err : meta_get_i64(db, META_NODE, &node);

    err = err ? err : meta_get_i64(db, META_FOLD_CASE, &fold_case);
    err = err ? err : meta_get_blob(db, arena, META_CODE_KEY, code_key);
    err = err ? err : meta_get_blob(db, arena, META_COOKIE_KEY, &cookie_key);
    if (err == ERR_NOT_FOUND ||
        (!err && (code_key->len != 16 || cookie_key.len != sizeof self->cookie_key || node < 0 || node > 255))) {
        return fault_set(fault, ERR_CORRUPT, "data", "corrupt", "The installation's own keys are missing.",
                         "数据目录缺少安装密钥。");
    }
    if (!err) {
        memcpy(self->cookie_key, cookie_key.ptr, sizeof self->cookie_key);
    }
    self->node = (unsigned)node;
    self->fold_case = fold_case != 0;
    self->demo = demo != 0;
    return err;
}

/* Made at the first start that has none. */
static enum err read_key(struct db *db, struct arena *arena, str name, uint8_t *out, size_t len)
{
    str key = {0};
    enum err err = meta_get_blob(db, arena, name, &key);

    if (err == ERR_NOT_FOUND) {
        crypt_random(out, len);
        return meta_put_blob(db, name, (str){(const char *)out, len});
    }
    if (!err && key.len == len) {
        memcpy(out, key.ptr, key.len);
    }
    return err ? err : key.len == len ? OK : ERR_CORRUPT;
}

static enum err read_click_keys(struct engine *self, struct db *db, struct arena *arena)
{
    str keys = {0};
    enum err err = click_keys_settle(db);

    err = err ? err : click_keys_get(db, arena, &keys);
    if (!err) {
        click_keyring_set(&self->click_keys, keys);
    }
    return err;
}

struct click_ids *engine_click_ids(struct engine *self)
{
    unsigned turn = 0;

    return click_keyring_ids(&self->click_keys, &turn);
}

enum err engine_read_facts(struct engine *self, struct db *db, struct arena *arena, str *code_key, struct fault *fault)
{
    enum err err = read_own(self, db, arena, code_key, fault);

    err = err ? err : read_key(db, arena, META_SEAL_KEY, self->seal_key, sizeof self->seal_key);
    err = err ? err : read_key(db, arena, META_IDENTITY_KEY, self->identity_key, sizeof self->identity_key);
    return err ? err : read_click_keys(self, db, arena);
}

enum err engine_stages(struct db *db, struct arena *arena)
{
    const struct stage_preset *preset = stage_preset_at(0);
    struct stage *stages;
    size_t count = 0;
    enum err err = stages_list(db, arena, &stages, &count);

    if (err || count > 0) {
        return err;
    }
    err = db_begin(db, false);
    err = err ? err : stages_put(db, preset->stages, preset->count, clock_now_ms());
    if (err) {
        db_rollback(db);
    }
    return err ? err : db_commit(db);
}
