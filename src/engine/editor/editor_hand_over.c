/* SPDX-License-Identifier: MIT */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/fold.h"
#include "linkpond/store/customers.h"
#include "linkpond/store/users.h"

/* What is served does not depend on the owner, so nothing is published. */
#define ARENA_MAX ((size_t)1024 * 1024)

#define HAND_OVER_CUSTOMERS 500 /* of one transaction */

struct hand_over_call {
    const struct actor *actor;
    bool dry;
    int64_t now_ms;
    struct hand_over state; /* becomes the caller's after the commit */
    struct user from, into;
    struct audit_note note;
};

/* The next links to look at; fewer than HAND_OVER_LINKS: those were the last of this kind. */
static enum err next_ids(struct hand_over_call *self, struct db *db, int64_t *ids, size_t *count)
{
    struct hand_over *state = &self->state;
    struct arena arena;

    if (state->ids) {
        size_t left = state->ids_count - state->at;
        *count = left < HAND_OVER_LINKS ? left : HAND_OVER_LINKS;
        memcpy(ids, state->ids + state->at, *count * sizeof *ids);
        state->at += *count;
        return OK;
    }
    struct links_filter filter =
        state->filter ? *state->filter : (struct links_filter){.state = -1, .archived = -1, .bin = state->bin};
    filter.bounds = BOUNDS_ALL;
    filter.owner_id = filter.owner_id ? filter.owner_id : state->from_id;
    filter.now_ms = self->now_ms;
    arena_init(&arena, ARENA_MAX);
    enum err err = links_list_ids(db, &arena, &filter, state->after_id, ids, HAND_OVER_LINKS, count);
    arena_done(&arena);
    state->after_id = !err && *count > 0 ? ids[*count - 1] : state->after_id;
    return err;
}

static enum err tell_link(struct hand_over_call *self, struct db *db, int64_t id)
{
    audit_begin(&self->note, "link", "hand_over", id, STR(""));
    audit_text(&self->note, "owner", self->from.key, self->into.key);
    return edit_audit_end(self->actor, &self->note, db, self->now_ms, false);
}

/* One line for the whole, however many transactions it takes. */
static enum err tell_whole(struct hand_over_call *self, struct db *db)
{
    struct hand_over *state = &self->state;
    struct audit_note *note = &self->note;

    if (self->dry || state->moved + state->channels + state->customers == 0) {
        return OK;
    }
    audit_begin(note, "user", "hand_over", self->from.id, self->from.key);
    audit_text(note, "owner", self->from.key, self->into.key);
    audit_i64(note, "links", 0, state->moved);
    audit_i64(note, "channels", 0, state->channels);
    audit_i64(note, "customers", 0, state->customers);
    if (state->line_id) {
        json_object_end(&note->json);
        return audit_change(db, state->line_id, buf_str(&note->text));
    }
    enum err err = edit_audit_end(self->actor, note, db, self->now_ms, false);
    state->line_id = note->line.id;
    return err;
}

static enum err move(struct hand_over_call *self, struct db *db, int64_t id)
{
    struct hand_over *state = &self->state;
    struct link_ids from, into;
    enum err err = links_ids(db, id, &from);

    if (err || from.owner_id != state->from_id) {
        state->skipped++;
        return err == ERR_NOT_FOUND ? OK : err;
    }
    into = from;
    into.owner_id = state->into_id;
    err = self->dry ? OK : links_hand_over(db, id, from.owner_id, into.owner_id, self->now_ms);
    if (err == ERR_NOT_FOUND) {
        state->skipped++;
        return OK;
    }
    state->moved += err ? 0 : 1;
    err = err || self->dry ? err : fold_move(db, id, &from, &into);
    return err || self->dry ? err : tell_link(self, db, id);
}

/* The customers they answer for, some in each transaction. */
static enum err move_people(struct hand_over_call *self, struct db *db)
{
    struct hand_over *state = &self->state;
    int64_t count = 0;

    if (self->dry) {
        state->done = true;
        return customers_count_of_owner(db, state->from_id, &state->customers);
    }
    enum err err = customers_hand_over(db, state->from_id, state->into_id, self->now_ms, HAND_OVER_CUSTOMERS, &count);
    state->customers += err ? 0 : count;
    state->done = !err && count < HAND_OVER_CUSTOMERS;
    return err;
}

/* After the last of the live ones come those in the bin, then the channels, then the customers. */
static enum err go_on(struct hand_over_call *self, struct db *db, size_t count)
{
    struct hand_over *state = &self->state;

    if (count == HAND_OVER_LINKS) {
        return OK;
    }
    if (state->ids || state->filter) {
        state->done = true;
        return OK;
    }
    if (!state->bin) {
        state->bin = true;
        state->after_id = 0;
        return OK;
    }
    state->people = true;
    return self->dry ? labels_count_of_owner(db, state->from_id, &state->channels)
                     : labels_hand_over(db, state->from_id, state->into_id, self->now_ms, &state->channels);
}

static enum err hand_over(struct db *db, void *arg, struct fault *fault)
{
    struct hand_over_call *self = arg;
    int64_t ids[HAND_OVER_LINKS];
    size_t count = 0;
    struct arena arena;

    (void)fault;
    arena_init(&arena, ARENA_MAX);
    enum err err = users_find(db, &arena, self->state.from_id, &self->from);
    err = err ? err : users_find(db, &arena, self->state.into_id, &self->into);
    bool people = self->state.people;
    err = err || people ? err : next_ids(self, db, ids, &count);
    for (size_t i = 0; !err && i < count; i++) {
        err = move(self, db, ids[i]);
    }
    err = err ? err : people ? move_people(self, db) : go_on(self, db, count);
    err = err ? err : tell_whole(self, db);
    arena_done(&arena);
    return err;
}

enum err editor_hand_over(struct editor *self, const struct actor *actor, bool dry, struct hand_over *state,
                          struct fault *fault)
{
    struct hand_over_call call = {.actor = actor, .dry = dry, .now_ms = clock_now_ms(), .state = *state};
    enum err err = editor_run(self, &(struct writer_task){.run = hand_over, .arg = &call}, fault);

    if (!err) {
        *state = call.state;
    }
    return err;
}
