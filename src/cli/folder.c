/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/folder.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/base/files.h"

#define LISTEN_FILE      "listen.json"
#define LOCK_FILE        "lock"
#define KEY_FILE         "local.key"
#define FILE_BYTES_MAX   4096
#define LISTEN_BYTES_MAX 512

enum err listening_write(struct arena *arena, const char *data_dir, const struct server_addresses *addresses,
                         int64_t pid)
{
    const char *path = files_join(arena, data_dir, LISTEN_FILE);
    char memory[LISTEN_BYTES_MAX];
    struct buf text;
    struct json_writer json;

    buf_init_fixed(&text, memory, sizeof memory);
    json_writer_init(&json, &text);
    json_object(&json);
    json_put_str(&json, "redirect", str_from_c(addresses->redirect));
    json_put_str(&json, "admin", str_from_c(addresses->admin));
    json_put_str(&json, "public", str_from_c(addresses->public));
    json_put_i64(&json, "pid", pid);
    json_object_end(&json);
    buf_add(&text, STR("\n"));
    BUG_ON(text.overflow);
    return path ? files_write_atomic(path, buf_str(&text)) : ERR_NOMEM;
}

void listening_remove(struct arena *arena, const char *data_dir)
{
    const char *path = files_join(arena, data_dir, LISTEN_FILE);

    if (path) {
        unlink(path);
    }
}

/* A shared lock for an instant: it can be had exactly when nobody holds the exclusive one. *holder: the pid it names.
 */
static bool lock_is_held(struct arena *arena, const char *data_dir, int64_t *holder)
{
    const char *path = files_join(arena, data_dir, LOCK_FILE);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0) {
        return false;
    }
    bool held = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    str text;
    return held && files_read(arena, path, FILE_BYTES_MAX, &text) == OK && str_to_i64(str_trim(text), holder);
}

static const char *member(const struct json *object, const char *name)
{
    const struct json *value = json_get(object, str_from_c(name));

    return value && value->type == JSON_STRING ? value->string.ptr : NULL;
}

enum err listening_read(struct arena *arena, const char *data_dir, struct listening *out)
{
    const char *path = files_join(arena, data_dir, LISTEN_FILE);
    struct json *root;
    str text;
    int64_t holder = 0;
    enum err err = path ? files_read(arena, path, FILE_BYTES_MAX, &text) : ERR_NOMEM;

    if (err) {
        return err;
    }
    if (!lock_is_held(arena, data_dir, &holder)) {
        return ERR_NOT_FOUND;
    }
    err = json_parse(arena, text, &root, NULL);
    const struct json *pid = err ? NULL : json_get(root, STR("pid"));
    if (!pid || pid->type != JSON_INT) {
        return ERR_CORRUPT;
    }
    struct listening found = {member(root, "redirect"), member(root, "admin"), member(root, "public"), pid->integer};
    if (!found.redirect || !found.admin || !found.public) {
        return ERR_CORRUPT;
    }
    if (found.pid != holder) { /* left by one that was killed, while another starts */
        return ERR_NOT_FOUND;
    }
    *out = found;
    return OK;
}

enum err local_key_read(struct arena *arena, const char *data_dir, str *out)
{
    const char *path = files_join(arena, data_dir, KEY_FILE);
    str text;
    enum err err = path ? files_read(arena, path, FILE_BYTES_MAX, &text) : ERR_NOMEM;

    if (!err) {
        *out = str_trim(text);
    }
    return err;
}

enum err folder_check_owner(const char *data_dir, struct fault *fault)
{
    struct stat status;
    struct passwd entry, *found = NULL;
    char memory[4096];

    if (geteuid() != 0 || stat(data_dir, &status) != 0 || status.st_uid == 0) {
        return OK;
    }
    getpwuid_r(status.st_uid, &entry, memory, sizeof memory, &found);
    return fault_setf(fault, ERR_FORBIDDEN, "data", "owner", "%.80s belongs to another user; run this as %s%.32s",
                      data_dir, found ? "that one: sudo -u " : "its owner", found ? found->pw_name : "");
}
