/* SPDX-License-Identifier: MIT */
/*
 * Rows become links in rounds: all pending rows are created in one transaction; those whose name or external_id is in
 * use are then left, written over what is there, or tried again under the next name. Nearly always the first round
 * decides everything.
 */
#include "transfer.h"

#define RENAMES_MAX 200

/* The items of one call to the editor. */
struct round {
    struct link_draft *drafts;
    struct import_extra *extras;
    int64_t *ids;
    struct link_result *results;
    struct import_item **items;
    size_t count;
};

static bool round_alloc(struct round *self, struct arena *arena, size_t count)
{
    *self = (struct round){
        .drafts = ARENA_ARRAY(arena, struct link_draft, count),
        .extras = ARENA_ARRAY(arena, struct import_extra, count),
        .ids = ARENA_ARRAY(arena, int64_t, count),
        .items = ARENA_ARRAY(arena, struct import_item *, count),
    };
    return self->drafts && self->extras && self->ids && self->items;
}

static enum err fail(struct import_item *item, enum err err, const struct fault *fault)
{
    item->status = IMPORT_FAILED;
    item->err = err;
    item->fault = fault ? *fault : (struct fault){0};
    return err;
}

/* ---- what to do about a row whose name or external_id is in use -------------------------------------------------
 */

static void next_name(struct import_batch *self, struct import_item *item)
{
    const struct link_result *result = item->result;
    struct import_row *row = &item->in;
    if (result->err != ERR_ALIAS_TAKEN || item->renames == RENAMES_MAX) {
        fail(item, result->err, &result->fault);
        return;
    }
    if (strcmp(result->fault.field, "aliases") == 0) { /* the further names are somebody else's now */
        row->extra.aliases = (struct str_list){0};
        item->renames = item->renames ? item->renames : 1;
        return;
    }
    item->renames = item->renames ? item->renames + 1 : 2;
    str name = row->names[0];
    char suffix[16];
    int suffix_len = snprintf(suffix, sizeof(suffix), "-%u", item->renames);
    while (name.len + (size_t)suffix_len > LIMIT_ALIAS_IMPORTED && name.len > 0) {
        name = str_slice(name, 0, name.len - 1);
        while (name.len > 0 && ((unsigned char)name.ptr[name.len - 1] & 0xc0) == 0x80) {
            name.len--; /* not within a character */
        }
    }
    row->draft.alias = arena_f(self->arena, STR_FMT "%s", STR_ARG(name), suffix);
}

static void judge_conflict(struct import_batch *self, struct import_item *item)
{
    switch (self->conflict) {
    case CONFLICT_SKIP:
        item->status = IMPORT_SKIPPED;
        return;
    case CONFLICT_OVERWRITE:
        item->status = IMPORT_UPDATED;
        return;
    case CONFLICT_RENAME:
        next_name(self, item);
        return;
    }
}

static void judge(struct import_batch *self, struct import_item *item)
{
    const struct link_result *result = item->result;
    if (result->err == OK) {
        item->status = item->renames > 0 ? IMPORT_RENAMED : IMPORT_CREATED;
        if (result->existed) {
            item->status = IMPORT_UPDATED;
        }
    } else if (result->existing_id != 0 && (result->err == ERR_ALIAS_TAKEN || result->err == ERR_CONFLICT)) {
        judge_conflict(self, item);
    } else {
        fail(item, result->err, &result->fault);
    }
}

/* ---- rounds -----------------------------------------------------------------------------------------------------
 */

static enum err fail_all(struct round *round, enum err err)
{
    for (size_t i = 0; i < round->count; i++) {
        fail(round->items[i], err, round->results ? &round->results[i].fault : NULL);
    }
    return err;
}

static enum err create_round(struct import_batch *self, struct round *round)
{
    round->count = 0;
    for (size_t i = 0; i < self->count; i++) {
        struct import_item *item = &self->items[i];
        if (item->status == IMPORT_PENDING) {
            round->drafts[round->count] = item->in.draft;
            round->extras[round->count] = item->in.extra;
            round->extras[round->count].claims = self->claims;
            round->extras[round->count].trail = self->trail;
            round->items[round->count++] = item;
        }
    }
    if (round->count == 0) {
        return OK;
    }
    struct link_result *results = ARENA_ARRAY(self->arena, struct link_result, round->count);
    round->results = results;
    enum err err = results ? editor_links_bulk(self->editor, self->actor, self->arena, round->drafts, NULL, NULL,
                                               round->extras, round->count, self->dry_run, results)
                           : ERR_NOMEM;
    if (err != OK) {
        return fail_all(round, err);
    }
    for (size_t i = 0; i < round->count; i++) {
        round->items[i]->result = &results[i];
        judge(self, round->items[i]);
    }
    return OK;
}

/* The link keeps its names and its domain; everything else is as the row says. */
static enum err overwrite(struct import_batch *self, struct round *round)
{
    round->count = 0;
    for (size_t i = 0; i < self->count; i++) {
        struct import_item *item = &self->items[i];
        if (item->status == IMPORT_UPDATED && item->result->err != OK && item->result->existing_id == EDITOR_CLAIMED) {
            *item->result = (struct link_result){0}; /* a dry run over what this very run would have made */
        } else if (item->status == IMPORT_UPDATED && item->result->err != OK) {
            struct link_draft *draft = &round->drafts[round->count];
            *draft = item->in.draft;
            draft->presence.present &= ~(UINT64_C(1) << LF_ALIAS | UINT64_C(1) << LF_DOMAIN);
            round->ids[round->count] = item->result->existing_id;
            round->extras[round->count] = item->in.extra;
            round->extras[round->count].claims = self->claims;
            round->extras[round->count].trail = self->trail;
            round->items[round->count++] = item;
        }
    }
    if (round->count == 0) {
        return OK;
    }
    struct link_result *results = ARENA_ARRAY(self->arena, struct link_result, round->count);
    round->results = results;
    enum err err = results ? editor_links_bulk(self->editor, self->actor, self->arena, round->drafts, round->ids, NULL,
                                               round->extras, round->count, self->dry_run, results)
                           : ERR_NOMEM;
    if (err != OK) {
        return fail_all(round, err);
    }
    for (size_t i = 0; i < round->count; i++) {
        struct import_item *item = round->items[i];
        item->result = &results[i];
        if (results[i].err != OK) {
            fail(item, results[i].err, &results[i].fault);
        }
    }
    return OK;
}

static bool any_pending(const struct import_batch *self)
{
    for (size_t i = 0; i < self->count; i++) {
        if (self->items[i].status == IMPORT_PENDING) {
            return true;
        }
    }
    return false;
}

enum err import_batch_run(struct import_batch *self)
{
    struct round round;
    if (self->count == 0) {
        return OK;
    }
    enum err err = round_alloc(&round, self->arena, self->count) ? OK : ERR_NOMEM;
    while (err == OK && any_pending(self)) {
        err = create_round(self, &round);
    }
    err = err == OK ? overwrite(self, &round) : err;
    for (size_t i = 0; i < self->count; i++) {
        struct import_item *item = &self->items[i];
        bool undone = item->status == IMPORT_PENDING || (item->status == IMPORT_UPDATED && item->result->err != OK);
        if (undone) { /* only after an error that ended the batch */
            fail(item, err, NULL);
        }
    }
    return err;
}
