/* SPDX-License-Identifier: MIT */
/* Hosts that links may not, or may alone, lead to. The lists are compiled inside the transaction and put in force after
 * its commit, so nothing can fail in between; whoever publishes links is this very thread. */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/destination_lists.h"
#include "linkpond/store/destinations.h"

struct destination_call {
    struct editor *editor;
    const struct actor *actor;
    struct arena *arena;
    struct destination *line; /* to add */
    int64_t id;               /* to remove */
    bool dry_run;
    size_t stopped;
    struct destinations *lists; /* what will be in force */
};

static enum err tell(struct destination_call *self, struct db *db, const char *verb, const struct destination *line)
{
    struct audit_note note;
    bool gone = self->id != 0;
    str list = destination_list_name(line->list);

    audit_begin(&note, "destination", verb, line->id, line->pattern);
    audit_text(&note, "list", gone ? list : STR(""), gone ? STR("") : list);
    audit_text(&note, "pattern", gone ? line->pattern : STR(""), gone ? STR("") : line->pattern);
    audit_text(&note, "note", gone ? line->note : STR(""), gone ? STR("") : line->note);
    return edit_audit_end(self->actor, &note, db, clock_now_ms(), false);
}

static enum err check_room(struct db *db, struct fault *fault)
{
    int64_t count = 0;
    enum err err = destinations_size(db, &count);

    if (!err && count >= LIMIT_DESTINATIONS) {
        return fault_set(fault, ERR_CONFLICT, "pattern", "too_many", "The lists hold 10,000 lines already.",
                         "名单已达 10000 条上限。");
    }
    return err;
}
_Static_assert(LIMIT_DESTINATIONS == 10000, "the refusal names the number");

/* Where a line is there already, its verdict on itself says so. */
static bool is_there(struct db *db, const struct destination *line)
{
    struct stmt *rows = destinations_each(db);
    struct destination row;
    bool found = false;

    while (!found && destinations_next(rows, &row)) {
        found = row.list == line->list && str_eq(row.pattern, line->pattern);
    }
    stmt_reset(rows);
    return found;
}

static enum err add(struct db *db, void *arg, struct fault *fault)
{
    struct destination_call *self = arg;
    struct destination *line = self->line;
    enum err err = check_room(db, fault);

    if (!err && is_there(db, line)) {
        return fault_set(fault, ERR_CONFLICT, "pattern", "exists", "That line is on the list.", "名单中已有该项。");
    }
    if (self->dry_run) {
        const struct destination unstored = {.id = INT64_MAX, .list = line->list, .pattern = line->pattern};
        err = err ? err : destinations_load(db, &unstored, &self->lists);
        self->stopped = err ? 0 : cache_count_barred(self->editor->opts.cache, self->lists);
        return err;
    }
    line->created_ms = clock_now_ms();
    line->user_id = self->actor->user_id;
    err = err ? err : destinations_insert(db, line);
    err = err ? err : tell(self, db, "create", line);
    err = err ? err : destinations_load(db, NULL, &self->lists);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = line->id});
}

static enum err take_away(struct db *db, void *arg, struct fault *fault)
{
    struct destination_call *self = arg;
    struct destination line;
    enum err err = destinations_find(db, self->arena, self->id, &line);

    (void)fault;
    err = err ? err : destinations_delete(db, self->id);
    err = err ? err : tell(self, db, "delete", &line);
    err = err ? err : destinations_load(db, NULL, &self->lists);
    return err ? err : edit_witness(self->actor, db, &(struct editor_seen){.id = self->id});
}

static void put_in_force(void *arg)
{
    struct destination_call *self = arg;
    const struct editor_opts *opts = &self->editor->opts;

    if (self->dry_run) {
        return;
    }
    cache_set_destinations(opts->cache, self->lists);
    self->stopped = cache_count_barred(opts->cache, self->lists);
    self->lists = destination_lists_swap(opts->destinations, self->lists);
}

/* What is left afterwards: the lists before, or those that did not come into force. */
static enum err submit(struct destination_call *self, enum err (*run)(struct db *, void *, struct fault *),
                       struct fault *fault)
{
    enum err err = writer_submit(self->editor->opts.writer,
                                 &(struct writer_task){.run = run, .published = put_in_force, .arg = self}, fault);

    destinations_free(self->lists);
    return err;
}

enum err editor_destination_add(struct editor *self, const struct actor *actor, struct arena *arena, bool dry_run,
                                struct destination *destination, size_t *stopped, struct fault *fault)
{
    struct destination_call call = {
        .editor = self, .actor = actor, .arena = arena, .line = destination, .dry_run = dry_run};
    char memory[DESTINATION_PATTERN_MAX];
    str pattern;
    enum err err = destination_pattern(destination->pattern, memory, &pattern, fault);

    if (err) {
        return err;
    }
    destination->pattern = arena_str(arena, pattern);
    err = arena->overflow ? ERR_NOMEM : submit(&call, add, fault);
    if (!err) {
        *stopped = call.stopped;
    }
    return err;
}

enum err editor_destination_remove(struct editor *self, const struct actor *actor, int64_t id, struct fault *fault)
{
    struct destination_call call = {.editor = self, .actor = actor, .id = id};
    struct arena arena;

    arena_init(&arena, (size_t)64 * 1024);
    call.arena = &arena;
    enum err err = submit(&call, take_away, fault);
    arena_done(&arena);
    return err;
}
