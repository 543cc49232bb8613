/* SPDX-License-Identifier: MIT */
#include "linkpond/api/edit_call.h"

static enum err see_edit(struct db *db, void *arg, const struct editor_seen *seen)
{
    struct edit_call *self = arg;
    enum err err = self->write(self, db, seen);
    err = err != OK ? err : repeat_keep(db, self->request, self->reply);
    self->written = err == OK;
    return err;
}

const struct actor *edit_call_actor(struct edit_call *self)
{
    self->witness = (struct editor_witness){.seen = see_edit, .arg = self};
    self->actor = *self->request->actor;
    self->actor.witness = self->request->repeat ? &self->witness : NULL;
    return &self->actor;
}

void edit_call_answer(struct edit_call *self, const struct editor_seen *seen)
{
    if (self->written) {
        return;
    }
    struct db *db = call_reader(self->ctx, self->request, self->reply);
    if (!db) {
        return;
    }
    enum err err = self->write(self, db, seen);
    readers_give(self->ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(self->reply, self->request, err, NULL);
    }
}

enum err edit_call_gone(struct edit_call *self, struct db *db, const struct editor_seen *seen)
{
    (void)db;
    (void)seen;
    self->reply->status = 204;
    return OK;
}
