/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/files.h"
#include "linkpond/engine/engine.h"
#include "linkpond/store/click_keys.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/meta.h"
#include "linkpond/store/users.h"

#include "engine_private.h"
#include "linkpond/engine/domain_host.h"
#include "linkpond/engine/key_secret.h"

/*
 * The database is made under another name and renamed when it is whole, so a folder is either a data folder or it is
 * not: a run that was killed half way leaves nothing that opens.
 */
#define NODE_DEFAULT 1

static enum err put_random(struct db *db, str key)
{
    uint8_t bytes[16];

    crypt_random(bytes, sizeof bytes);
    enum err err = meta_put_blob(db, key, (str){(const char *)bytes, sizeof bytes});
    crypt_cleanse(bytes, sizeof bytes);
    return err;
}

static enum err put_facts(struct db *db, const struct engine_init_opts *opts, int64_t now_ms)
{
    enum err err = put_random(db, META_CODE_KEY);

    err = err ? err : put_random(db, META_COOKIE_KEY);
    err = err ? err : put_random(db, META_HASH_KEY);
    err = err ? err : click_keys_settle(db);
    err = err ? err : meta_put_i64(db, META_NODE, NODE_DEFAULT);
    err = err ? err : meta_put_i64(db, META_FOLD_CASE, opts->fold_case ? 1 : 0);
    err = err || !opts->demo ? err : meta_put_i64(db, META_DEMO, 1);
    return err ? err : meta_put_i64(db, META_CREATED_MS, now_ms);
}

static enum err put_rows(struct db *db, struct domain *domain, char secret[KEY_SECRET_MAX], int64_t now_ms)
{
    struct api_key key = {.name = STR("admin"),
                          .scopes = SCOPE_ALL,
                          .user_id = USER_ADMIN,
                          .created_ms = now_ms,
                          .expires_ms = TIME_NONE,
                          .revoked_ms = TIME_NONE,
                          .used_ms = TIME_NONE};

    key_secret_make(secret, &key);
    enum err err = domains_insert(db, domain);
    return err ? err : keys_insert(db, &key);
}

static enum err fill(struct db *db, const struct engine_init_opts *opts, struct domain *domain,
                     char secret[KEY_SECRET_MAX])
{
    int64_t now_ms = clock_now_ms();
    enum err err = db_begin(db, true);

    if (err) {
        return err;
    }
    domain->created_ms = domain->updated_ms = now_ms;
    err = put_facts(db, opts, now_ms);
    err = err ? err : put_rows(db, domain, secret, now_ms);
    if (err) {
        db_rollback(db);
        return err;
    }
    return db_commit(db);
}

static enum err first_domain(const struct engine_init_opts *opts, char host[DOMAIN_HOST_MAX], struct domain *domain,
                             struct fault *fault)
{
    str asked = opts->domain ? str_from_c(opts->domain) : STR("localhost:8080");

    *domain = (struct domain){.is_default = true, .enabled = true, .shareable = true, .serves_all = true};
    if (!domain_host_normalize(asked, host, &domain->host)) {
        return fault_set(fault, ERR_INVALID, "domain", "bad_host", "The domain is not a valid host name.",
                         "域名不正确。");
    }
    bool local = domain_host_is_loopback(domain->host);
    domain->scheme = opts->scheme ? str_from_c(opts->scheme) : local ? STR("http") : STR("https");
    if (!str_eq(domain->scheme, STR("http")) && !str_eq(domain->scheme, STR("https"))) {
        return fault_set(fault, ERR_INVALID, "scheme", "not_allowed", "The scheme is http or https.",
                         "scheme 只能是 http 或 https。");
    }
    return OK;
}

static enum err make_database(const struct engine_init_opts *opts, struct domain *domain, const char *path,
                              const char *path_new, char secret[KEY_SECRET_MAX], struct fault *fault)
{
    struct db *db = NULL;

    unlink(path_new); /* left by a run that was killed */
    enum err err = db_open(path_new, DB_WRITE, &db, fault);
    if (err) {
        return err;
    }
    err = fill(db, opts, domain, secret);
    err = err ? err : db_checkpoint(db, true, NULL, NULL);
    db_close(db);
    if (!err && rename(path_new, path) != 0) {
        err = ERR_IO;
    }
    if (err) {
        unlink(path_new);
    }
    return err ? err : files_sync_dir(opts->data_dir);
}

static enum err init_locked(const struct engine_init_opts *opts, struct arena *arena, char secret[KEY_SECRET_MAX],
                            struct fault *fault)
{
    const char *path = files_join(arena, opts->data_dir, ENGINE_DATABASE);
    const char *path_new = files_join(arena, opts->data_dir, ENGINE_DATABASE ".new");
    const char *journal = files_join(arena, opts->data_dir, ENGINE_JOURNAL);
    char host[DOMAIN_HOST_MAX];
    struct domain domain;

    if (!path || !path_new || !journal) {
        return ERR_NOMEM;
    }
    if (files_exists(path)) {
        return fault_setf(fault, ERR_CONFLICT, "data", "exists", "%s is a data folder already.", opts->data_dir);
    }
    enum err err = first_domain(opts, host, &domain, fault);
    err = err ? err : files_mkdir(journal);
    return err ? err : make_database(opts, &domain, path, path_new, secret, fault);
}

enum err engine_init(const struct engine_init_opts *opts, char secret[KEY_SECRET_MAX], struct fault *fault)
{
    struct arena arena;
    int lock_fd = -1;

    umask(0077);
    arena_init(&arena, 64 * 1024);
    enum err err = files_mkdir(opts->data_dir);
    err = err ? err : engine_lock(opts->data_dir, &arena, &lock_fd, fault);
    if (!err) {
        err = init_locked(opts, &arena, secret, fault);
        files_unlock(lock_fd);
    }
    arena_done(&arena);
    return err;
}
