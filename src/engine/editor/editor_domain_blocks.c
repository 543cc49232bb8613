/* SPDX-License-Identifier: MIT */
/* What is known of a domain in an app. People are told when it changes for the worse, once, in the change's own
 * transaction. */
#include "editor_private.h"

#include "linkpond/base/clock.h"
#include "linkpond/store/domain_blocks.h"
#include "linkpond/store/outbox.h"

#define ARENA_MAX ((size_t)1024 * 1024)

struct block_call {
    struct edit edit;
    struct domain_block block;
    int64_t told;
};

static enum err tell_people(struct block_call *self, const struct domain *domain)
{
    const struct domain_block *block = &self->block;
    enum notice_kind kind = block->state == BLOCK_BLOCKED ? NOTICE_DOMAIN_BLOCKED : NOTICE_DOMAIN_SUSPECTED;
    struct notice notice = {.kind = kind, .subject = domain->host, .time_ms = block->since_ms};
    char dedupe[96];
    str state = block_state_name(block->state);

    notice_put_text(&notice, NOTICE_FACT_APP, block->app);
    notice_put_time(&notice, NOTICE_FACT_SINCE, block->since_ms);
    notice_put_text(&notice, NOTICE_FACT_DETAIL, block->note);
    int len = snprintf(dedupe, sizeof dedupe, "domain:%lld:" STR_FMT ":" STR_FMT ":%lld", (long long)domain->id,
                       STR_ARG(block->app), STR_ARG(state), (long long)block->since_ms);
    return outbox_put(self->edit.db, &notice, (str){dedupe, (size_t)len}, &self->told);
}

static enum err put_block(struct db *db, void *arg, struct fault *fault)
{
    struct block_call *self = arg;
    struct domain_block *block = &self->block;
    struct domain_block before = {0};
    struct audit_note note;
    enum err err = edit_open(&self->edit, db, 1);
    const struct domain *domain = err ? NULL : edit_domain(&self->edit, block->domain_id);

    (void)fault;
    if (err || !domain) {
        return err ? err : ERR_NOT_FOUND;
    }
    err = domain_blocks_find(db, self->edit.arena, block->domain_id, block->app, &before);
    if (err && err != ERR_NOT_FOUND) {
        return err;
    }
    bool worse = block->state != BLOCK_OK && block->state != before.state;
    block->updated_ms = self->edit.now_ms;
    block->since_ms = !err && before.state == block->state ? before.since_ms : self->edit.now_ms;
    block->user_id = self->edit.actor->user_id;
    audit_begin(&note, "domain", "block", domain->id, domain->host);
    audit_text(&note, block->app.ptr, err ? STR("") : block_state_name(before.state), block_state_name(block->state));
    audit_text(&note, "note", before.note, block->note);
    err = domain_blocks_put(db, block);
    err = err ? err : edit_audit_end(self->edit.actor, &note, db, self->edit.now_ms, true);
    return err || !worse ? err : tell_people(self, domain);
}

enum err editor_domain_block(struct editor *self, const struct actor *actor, const struct domain_block *block,
                             int64_t *told, struct fault *fault)
{
    struct block_call call = {.edit = {.editor = self, .actor = actor}, .block = *block};
    char app[32];
    struct arena arena;

    snprintf(app, sizeof app, STR_FMT, STR_ARG(block->app));
    call.block.app = str_from_c(app); /* the audit log's name of a field ends with a NUL */
    arena_init(&arena, ARENA_MAX);
    call.edit.arena = &arena;
    enum err err = writer_submit(self->opts.writer, &(struct writer_task){.run = put_block, .arg = &call}, fault);
    arena_done(&arena);
    if (!err) {
        *told = call.told;
    }
    return err;
}
