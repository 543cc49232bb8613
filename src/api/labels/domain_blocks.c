/* SPDX-License-Identifier: MIT */
/* PUT /api/v1/domains/:host/blocks/:app: what is known of a domain in an app, said by people or by a program that
 * looks. */
#include "domain_blocks.h"

#include "linkpond/api/routes.h"
#include "linkpond/store/domain_blocks.h"

struct block_draft {
    str state, note;
};
static const struct json_field fields[] = {
    {"state", JSON_KIND_STR, offsetof(struct block_draft, state), JSON_REQUIRED, 1, 16, 0},
    {"note", JSON_KIND_STR, offsetof(struct block_draft, note), JSON_NULLABLE, 0, LIMIT_TITLE, 0},
};

static void write_block(struct json_writer *json, const struct domain_block *block)
{
    json_object(json);
    json_put_str(json, "app", block->app);
    json_put_str(json, "state", block_state_name(block->state));
    json_put_time(json, "since", block->since_ms);
    json_put_opt(json, "by", block->user);
    json_put_bool(json, "found", block->found);
    json_put_opt(json, "note", block->note);
    json_object_end(json);
}

void domain_blocks_write(struct json_writer *json, struct db *db, int64_t domain_id)
{
    struct stmt *rows = domain_blocks_each(db, domain_id);
    struct domain_block block;
    json_name(json, "blocks");
    json_array(json);
    while (domain_blocks_next(rows, &block)) {
        write_block(json, &block);
    }
    json_array_end(json);
}

static enum err read_block(struct request *request, const struct json *json, struct domain_block *out,
                           struct fault *fault)
{
    struct block_draft draft = {0};
    enum err err = json_decode(request->arena, json, fields, ARRAY_LEN(fields), &draft, NULL, fault);
    int state = block_state_find(draft.state);
    if (err == OK && state < 0) {
        err = fault_set(fault, ERR_INVALID, "state", "not_allowed", "ok, suspected or blocked.",
                        "只能是 ok、suspected 或 blocked。");
    }
    if (err == OK && !block_app_is(request->params[1])) {
        err = fault_set(fault, ERR_INVALID, "app", "not_allowed", "An app such as wechat or qq, or other.",
                        "应为 wechat、qq 等应用，或 other。");
    }
    if (err == OK) {
        out->state = (enum block_state)state;
        out->app = request->params[1];
        out->note = str_trim(draft.note);
    }
    return err;
}

/* What is stored now. */
static void answer(struct ctx *ctx, struct request *request, struct reply *reply, const struct domain_block *put)
{
    struct domain_block stored;
    struct json_writer json;
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = domain_blocks_find(db, request->arena, put->domain_id, put->app, &stored);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
        return;
    }
    reply_json_begin(reply, 200, &json);
    write_block(&json, &stored);
}

static void put_block(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct domain domain;
    struct domain_block block = {0};
    struct fault fault = {0};
    int64_t told = 0;
    if (!call_unbound(request, reply) || !call_json(request, reply, &json)) {
        return;
    }
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = call_find_domain(db, request->arena, request->params[0], &domain);
    readers_give(ctx->engine->readers, db);
    err = err != OK ? err : read_block(request, json, &block, &fault);
    block.domain_id = domain.id;
    err = err != OK ? err : editor_domain_block(ctx->engine->editor, request->actor, &block, &told, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    if (told > 0) {
        notifier_wake(ctx->engine->notifier);
    }
    answer(ctx, request, reply, &block);
}

const struct route api_domain_block_routes[] = {
    {METHOD_PUT, "/api/v1/domains/:host/blocks/:app", PLANE_ADMIN, put_block, SCOPE_ADMIN,
     "Say what is known of a domain in an app", 0, NULL},
    {0},
};
