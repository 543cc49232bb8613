/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/files.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/users.h"

#include "engine_private.h"
#include "linkpond/engine/key_secret.h"

/* The command line's key is an ordinary row, seen and revocable like any other; only its secret is short-lived: one for
 * each start, so a copy of an old folder opens nothing. */

struct local_key {
    struct api_key key;
    char secret[KEY_SECRET_MAX];
};

static enum err find_row(struct db *db, int64_t *id)
{
    struct stmt *rows = keys_each(db);
    struct api_key key;

    *id = 0;
    while (keys_next(rows, &key)) {
        *id = str_eq(key.name, ENGINE_LOCAL_KEY_NAME) && key.revoked_ms == TIME_NONE ? key.id : *id;
    }
    return stmt_err(rows);
}

static enum err put_key(struct db *db, void *arg, struct fault *fault)
{
    struct local_key *self = arg;
    int64_t id;
    enum err err = find_row(db, &id);

    (void)fault;
    if (err) {
        return err;
    }
    self->key.id = id;
    return id ? keys_rekey(db, &self->key) : keys_insert(db, &self->key);
}

static enum err publish_key(struct engine *self, str secret)
{
    struct arena arena;

    arena_init(&arena, 16 * 1024);
    const char *path = files_join(&arena, self->opts.data_dir, ENGINE_LOCAL_KEY);
    enum err err = path ? files_write_atomic(path, secret) : ERR_NOMEM;
    arena_done(&arena);
    self->local_key_written = self->local_key_written || !err;
    return err;
}

enum err engine_local_key(struct engine *self, bool publish, char secret[KEY_SECRET_MAX], struct fault *fault)
{
    struct local_key local = {.key = {.name = ENGINE_LOCAL_KEY_NAME,
                                      .scopes = SCOPE_ALL,
                                      .user_id = USER_ADMIN,
                                      .created_ms = clock_now_ms(),
                                      .expires_ms = TIME_NONE,
                                      .revoked_ms = TIME_NONE,
                                      .used_ms = TIME_NONE}};

    key_secret_make(local.secret, &local.key);
    enum err err = writer_submit(self->writer, &(struct writer_task){.run = put_key, .arg = &local}, fault);
    err = err || !publish ? err : publish_key(self, str_from_c(local.secret));
    if (!err) {
        atomic_store(&self->local_key_id, local.key.id);
        memcpy(secret, local.secret, KEY_SECRET_MAX);
    }
    crypt_cleanse(local.secret, sizeof local.secret);
    return err;
}

void engine_local_key_remove(struct engine *self)
{
    struct arena arena;

    if (!self->local_key_written) {
        return;
    }
    arena_init(&arena, 16 * 1024);
    const char *path = files_join(&arena, self->opts.data_dir, ENGINE_LOCAL_KEY);
    if (path) {
        unlink(path);
    }
    arena_done(&arena);
}
