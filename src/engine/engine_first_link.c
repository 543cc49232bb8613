/* SPDX-License-Identifier: MIT */
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/store/users.h"

#include "engine_private.h"
#include "linkpond/engine/key_secret.h"

/* An installation begins without a password. Until an admin has one, somebody has to be able to set it: who sees the
 * start of the server. */

struct first_link {
    struct user_token token;
    bool made;
};

static bool is_active_admin(const struct user *user)
{
    return str_eq(user->role, STR("admin")) && user->disabled_ms == TIME_NONE;
}

/* The admin with the lowest id; 0 when one of them can come in already. */
static enum err find_first(struct db *db, int64_t now_ms, int64_t *id)
{
    struct stmt *rows = users_each(db);
    struct user user;
    int64_t first = 0;

    *id = 0;
    while (users_next(rows, &user)) {
        struct user_token token = {0};
        if (!is_active_admin(&user)) {
            continue;
        }
        enum err err = user_tokens_of_user(db, user.id, &token);
        if (user.password.len > 0 || (err && err != ERR_NOT_FOUND) || token.expires_ms > now_ms) {
            stmt_reset(rows);
            return err == ERR_NOT_FOUND ? OK : err;
        }
        first = first == 0 || user.id < first ? user.id : first;
    }
    *id = first;
    return stmt_err(rows);
}

static enum err make_first(struct db *db, void *arg, struct fault *fault)
{
    struct first_link *self = arg;
    enum err err = find_first(db, self->token.created_ms, &self->token.user_id);

    (void)fault;
    self->made = !err && self->token.user_id != 0;
    return self->made ? user_tokens_put(db, &self->token) : err;
}

enum err engine_first_link(struct engine *self, char secret[USER_TOKEN_MAX], bool *made, struct fault *fault)
{
    char text[USER_TOKEN_MAX];
    int64_t now_ms = clock_now_ms();
    struct first_link work = {.token = {.created_ms = now_ms, .expires_ms = now_ms + INVITE_MS}};

    token_secret_make(text, &work.token);
    enum err err = writer_submit(self->writer, &(struct writer_task){.run = make_first, .arg = &work}, fault);
    *made = !err && work.made;
    if (*made) {
        memcpy(secret, text, sizeof text);
    }
    crypt_cleanse(text, sizeof text);
    return err;
}
