/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/engine/click_keyring.h"
#include "linkpond/store/click_keys.h"

struct key_turn {
    const struct editor *editor;
    const struct actor *actor;
    int64_t version;
    char keys[CLICK_ID_VERSIONS_MAX * CLICK_ID_KEY_BYTES]; /* after the change */
    size_t len;
};

/* What is kept now, for who publishes it; and the audit log's line. */
static enum err end(struct key_turn *self, struct db *db, const char *verb)
{
    struct audit_note note;
    struct arena arena;
    str keys = {0};

    arena_init(&arena, 4096);
    enum err err = click_keys_get(db, &arena, &keys);
    if (err == OK) {
        memcpy(self->keys, keys.ptr, keys.len);
        self->len = keys.len;
        audit_begin(&note, "click_key", verb, self->version, (str){0});
        err = edit_audit_end(self->actor, &note, db, clock_now_ms(), false);
    }
    arena_done(&arena);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->version});
}

static enum err turn(struct db *db, void *arg, struct fault *fault)
{
    struct key_turn *self = arg;
    enum err err = click_keys_turn(db, &self->version);

    if (err == ERR_TOO_LARGE) {
        return fault_set(fault, ERR_CONFLICT, "version", "too_many", "An installation turns its click key 14 times.",
                         "点击密钥最多轮换 14 次。");
    }
    return err ? err : end(self, db, "turn");
}

static enum err drop(struct db *db, void *arg, struct fault *fault)
{
    struct key_turn *self = arg;
    enum err err = click_keys_drop(db, self->version);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "version", "in_use", "This version makes the ids: turn the key first.",
                         "该版本正在使用，请先轮换。");
    }
    return err ? err : end(self, db, "drop");
}

static void publish(void *arg)
{
    struct key_turn *self = arg;

    click_keyring_set(self->editor->opts.click_keys, (str){self->keys, self->len});
}

static enum err run(struct editor *editor, struct key_turn *self,
                    enum err (*change)(struct db *db, void *arg, struct fault *fault), struct fault *fault)
{
    enum err err = editor_run(editor, &(struct writer_task){.run = change, .published = publish, .arg = self}, fault);

    crypt_cleanse(self->keys, sizeof self->keys);
    return err;
}

enum err editor_click_key_turn(struct editor *self, const struct actor *actor, int64_t *version, struct fault *fault)
{
    struct key_turn call = {.editor = self, .actor = actor};
    enum err err = run(self, &call, turn, fault);

    *version = err == OK ? call.version : *version;
    return err;
}

enum err editor_click_key_drop(struct editor *self, const struct actor *actor, int64_t version, struct fault *fault)
{
    return run(self, &(struct key_turn){.editor = self, .actor = actor, .version = version}, drop, fault);
}
