/* SPDX-License-Identifier: MIT */
#include "editor_live.h"
#include "editor_repoint.h"

static enum err begin(struct edit *edit, int64_t link_id, struct live_edit *out, struct live_call *call)
{
    *out = (struct live_edit){.link_id = link_id};
    *call = (struct live_call){.edit = *edit, .out = out};
    return links_find(edit->db, edit->arena, BOUNDS_ALL, link_id, &call->link);
}

static enum err put_url(struct live_call *call, int64_t target_id, str url)
{
    struct target_draft draft = {.url = url, .presence = {.present = UINT64_C(1) << TF_URL}};

    call->target_id = target_id;
    call->draft = &draft;
    enum err err = live_put_target(call);
    call->draft = NULL;
    return err;
}

/* With its own address just before: there is room for each link once. */
static bool is_noted(const struct edit *edit, int64_t link_id)
{
    return edit->touched_count > 0 && edit->touched[edit->touched_count - 1].id == link_id;
}

static enum err end(struct edit *edit, struct live_call *call, size_t count, enum err err, struct fault *fault)
{
    if (!err && count > 0) {
        err = live_compiles(call);
        err = err ? err : targets_mark_link(edit->db, call->link.id, edit->now_ms);
        if (!is_noted(edit, call->link.id)) {
            edit_touch(edit, call->link.id, call->link.code, 0);
        }
    }
    if (err) {
        *fault = call->out->fault;
    }
    return err;
}

static enum err address_for(struct edit *edit, const struct repoint *repoint, const struct target *target, str *out,
                            struct fault *fault)
{
    char memory[LIMIT_URL + 1];
    struct buf address;

    *out = repoint->target;
    if (repoint->how != REPOINT_HOST) {
        return OK;
    }
    buf_init_fixed(&address, memory, sizeof memory);
    if (!repoint_url(target->url, repoint->target, &address)) {
        return fault_set(fault, ERR_INVALID, "url", "too_long", "", "");
    }
    *out = arena_str(edit->arena, buf_str(&address));
    return OK;
}

enum err repoint_targets_there(struct edit *edit, int64_t link_id, str host, size_t *count)
{
    struct target *pool;
    size_t targets = 0;
    enum err err = targets_of(edit->db, edit->arena, link_id, &pool, &targets);

    *count = 0;
    for (size_t i = 0; !err && i < targets; i++) {
        *count += repoint_leads_to(pool[i].url, host);
    }
    return err;
}

enum err repoint_targets_lead(struct edit *edit, const struct repoint *repoint, int64_t link_id, str host,
                              size_t *count, struct fault *fault)
{
    struct live_edit out;
    struct live_call call;
    struct target *pool;
    size_t targets = 0;
    enum err err = begin(edit, link_id, &out, &call);

    *count = 0;
    err = err ? err : targets_of(edit->db, edit->arena, link_id, &pool, &targets);
    for (size_t i = 0; !err && i < targets; i++) {
        const struct repoint_target was = {pool[i].id, pool[i].url};
        str address;
        if (!repoint_leads_to(pool[i].url, host)) {
            continue;
        }
        err = address_for(edit, repoint, &pool[i], &address, &out.fault);
        if (!err && !str_eq(address, pool[i].url)) {
            err = put_url(&call, pool[i].id, address);
            err = err ? err : repoint_targets_put(edit->db, repoint->id, link_id, &was);
            *count += 1;
        }
    }
    return end(edit, &call, *count, err, fault);
}

enum err repoint_targets_back(struct edit *edit, const struct repoint *repoint, int64_t link_id, size_t *count,
                              struct fault *fault)
{
    struct repoint_target *rows = ARENA_ARRAY(edit->arena, struct repoint_target, LIMIT_TARGETS);
    struct live_edit out;
    struct live_call call;
    size_t targets = 0;

    *count = 0;
    if (!rows) {
        return ERR_NOMEM;
    }
    enum err err = begin(edit, link_id, &out, &call);
    err = err ? err : repoint_targets_list(edit->db, edit->arena, repoint->id, link_id, rows, LIMIT_TARGETS, &targets);
    for (size_t i = 0; !err && i < targets; i++) {
        err = put_url(&call, rows[i].target_id, rows[i].before);
        *count += err == OK;
        err = err == ERR_NOT_FOUND ? OK : err;
    }
    return end(edit, &call, *count, err, fault);
}
