/* SPDX-License-Identifier: MIT */
/* What the database knows of the installation itself: its keys, its node, choices made at init. */
#include "linkpond/base/crypt.h"
#include "linkpond/store/click_keys.h"
#include "linkpond/store/meta.h"

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
static enum err read_seal_key(struct engine *self, struct db *db, struct arena *arena)
{
    str key = {0};
    enum err err = meta_get_blob(db, arena, META_SEAL_KEY, &key);

    if (err == ERR_NOT_FOUND) {
        crypt_random(self->seal_key, sizeof self->seal_key);
        return meta_put_blob(db, META_SEAL_KEY, (str){(const char *)self->seal_key, sizeof self->seal_key});
    }
    if (!err && key.len == sizeof self->seal_key) {
        memcpy(self->seal_key, key.ptr, key.len);
    }
    return err ? err : key.len == sizeof self->seal_key ? OK : ERR_CORRUPT;
}

static enum err read_click_keys(struct engine *self, struct db *db, struct arena *arena)
{
    str keys = {0};
    enum err err = click_keys_settle(db);

    err = err ? err : click_keys_get(db, arena, &keys);
    if (!err) {
        memcpy(self->click_keys, keys.ptr, keys.len);
        self->click_keys_len = keys.len;
    }
    return err;
}

struct click_ids *engine_click_ids(const struct engine *self)
{
    return click_ids_new((str){self->click_keys, self->click_keys_len});
}

enum err engine_read_facts(struct engine *self, struct db *db, struct arena *arena, str *code_key, struct fault *fault)
{
    enum err err = read_own(self, db, arena, code_key, fault);

    err = err ? err : read_seal_key(self, db, arena);
    return err ? err : read_click_keys(self, db, arena);
}
