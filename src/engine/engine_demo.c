/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "linkpond/base/files.h"
#include "linkpond/store/meta.h"

#include "engine_private.h"

/* A marked folder, and its end. Whatever is left when the removal breaks off is still marked: the mark stands in the
 * database, which goes last, and its log is moved into it first, for a log without its database would be taken for that
 * of the next one. */

/* ---- the mark ---- */

static enum err put_mark(struct db *db, void *arg, struct fault *fault)
{
    (void)arg;
    (void)fault;
    return meta_put_i64(db, META_DEMO, 1);
}

enum err engine_mark_demo(struct engine *self, struct fault *fault)
{
    enum err err = writer_submit(self->writer, &(struct writer_task){.run = put_mark}, fault);

    self->demo = self->demo || !err;
    return err;
}

/* ---- the end ---- */

static enum err check_mark(const char *data_dir, const char *path, struct fault *fault)
{
    struct db *db = NULL;
    int64_t mark = 0;
    enum err err = db_open(path, DB_WRITE, &db, fault);
    if (err) {
        return err;
    }
    err = meta_get_i64(db, META_DEMO, &mark);
    if (err == ERR_NOT_FOUND || (!err && mark == 0)) {
        err = fault_setf(fault, ERR_FORBIDDEN, "data", "no_demo",
                         "%.200s holds no demo data; nothing was removed. Only folders that linkpond demo filled are.",
                         data_dir);
    }
    err = err ? err : db_checkpoint(db, true, NULL, NULL);
    db_close(db);
    return err;
}

static enum err failed(struct fault *fault, const char *path)
{
    return errno == ENOENT
               ? OK
               : fault_setf(fault, ERR_IO, "data", "io", "%.200s cannot be removed: %s", path, strerrordesc_np(errno));
}

static enum err remove_file(struct arena *arena, const char *dir, const char *name, struct fault *fault)
{
    const char *path = files_join(arena, dir, name);

    if (!path) {
        return ERR_NOMEM;
    }
    return unlink(path) == 0 ? OK : failed(fault, path);
}

/* The files in a folder of ours, then the folder unless somebody keeps folders of his own in it. */
static enum err remove_folder(struct arena *arena, const char *dir, const char *name, struct fault *fault)
{
    const char *path = files_join(arena, dir, name);
    DIR *folder = path ? opendir(path) : NULL;
    enum err err = OK;

    if (!folder) {
        return path ? failed(fault, path) : ERR_NOMEM;
    }
    for (const struct dirent *entry = readdir(folder); entry && !err; entry = readdir(folder)) {
        if (entry->d_type == DT_DIR) {
            continue;
        }
        err = unlinkat(dirfd(folder), entry->d_name, 0) == 0 ? OK : failed(fault, path);
    }
    closedir(folder);
    if (!err && rmdir(path) != 0 && errno != ENOTEMPTY) {
        err = failed(fault, path);
    }
    return err;
}

static enum err remove_all(struct arena *arena, const char *data_dir, struct fault *fault)
{
    static const char *const folders[] = {ENGINE_JOURNAL, ENGINE_BACKUPS};
    static const char *const files[] = {ENGINE_LISTEN, ENGINE_LOCAL_KEY, ENGINE_DATABASE ".new", ENGINE_DATABASE "-wal",
                                        ENGINE_DATABASE "-shm"};
    enum err err = OK;

    for (size_t i = 0; i < ARRAY_LEN(folders) && !err; i++) {
        err = remove_folder(arena, data_dir, folders[i], fault);
    }
    for (size_t i = 0; i < ARRAY_LEN(files) && !err; i++) {
        err = remove_file(arena, data_dir, files[i], fault);
    }
    err = err ? err : remove_file(arena, data_dir, ENGINE_DATABASE, fault);
    return err ? err : files_sync_dir(data_dir);
}

enum err engine_remove_demo(const char *data_dir, struct fault *fault)
{
    struct arena arena;
    int lock_fd = -1;

    arena_init(&arena, 64 * 1024);
    const char *path = files_join(&arena, data_dir, ENGINE_DATABASE);
    enum err err = path ? OK : ERR_NOMEM;
    if (!err && !files_exists(path)) { /* before a lock is left in somebody's folder */
        err = fault_setf(fault, ERR_NOT_FOUND, "data", "no_data_folder", "This is no data folder: %.200s", data_dir);
    }
    err = err ? err : engine_lock(data_dir, &arena, &lock_fd, fault);
    err = err ? err : check_mark(data_dir, path, fault);
    err = err ? err : remove_all(&arena, data_dir, fault);
    if (!err) {
        err = remove_file(&arena, data_dir, ENGINE_LOCK, fault);
        rmdir(data_dir); /* stays when something else is in it */
    }
    if (lock_fd >= 0) {
        files_unlock(lock_fd);
    }
    arena_done(&arena);
    return err;
}
