/* SPDX-License-Identifier: MIT */
#include "linkpond/base/clock.h"
#include "linkpond/base/utf8.h"
#include "linkpond/engine/editor.h"
#include "linkpond/store/users.h"

#include "editor_private.h"

struct user_call {
    const struct actor *actor;
    struct user *user;
};

static enum err check_text(const char *field, str text, size_t len_max, struct fault *fault)
{
    if (text.len == 0) {
        return fault_set(fault, ERR_INVALID, field, "required", "This is needed.", "此项必填。");
    }
    if (text.len > len_max) {
        return fault_set(fault, ERR_INVALID, field, "too_long", "That is too long.", "内容过长。");
    }
    if (!utf8_valid(text) || utf8_has_control(text) || str_find_char(text, ',', 0) >= 0) {
        return fault_set(fault, ERR_INVALID, field, "bad_character", "UTF-8 without control characters and commas.",
                         "必须是不含控制字符和逗号的 UTF-8 文本。");
    }
    return OK;
}

static enum err create(struct db *db, void *arg, struct fault *fault)
{
    struct user_call *self = arg;
    enum err err = users_insert(db, self->user);

    if (err == ERR_CONFLICT) {
        return fault_set(fault, err, "key", "taken", "A user has that key.", "该用户已存在。");
    }
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->user->id});
}

enum err editor_user_create(struct editor *self, const struct actor *actor, struct user *user, struct fault *fault)
{
    struct user_call call = {.actor = actor, .user = user};
    enum err err = check_text("key", user->key, LIMIT_TAG, fault);

    err = err ? err : check_text("name", user->name, LIMIT_NAME, fault);
    user->role = STR("editor");
    user->created_ms = user->updated_ms = clock_now_ms();
    return err ? err : editor_run(self, &(struct writer_task){.run = create, .arg = &call}, fault);
}
