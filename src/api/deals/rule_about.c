/* SPDX-License-Identifier: MIT */
#include "rule_about.h"

#include "linkpond/model/stage.h"

void rule_about_write(struct json_writer *json, const struct rule_about_words *words, const struct rule_about *about)
{
    char link[32];

    snprintf(link, sizeof link, "lnk_%lld", (long long)about->link_id);
    json_put_opt(json, "link", about->link_id ? str_from_c(link) : (str){0});
    for (int i = 0; i < LABEL_KINDS; i++) {
        bool here = str_eq(about->label_kind, label_kind_name((enum label_kind)i));
        json_put_opt(json, words->fields[i], here ? about->label : (str){0});
    }
    json_put_opt(json, "type", about->type);
}

static enum err check(const struct rule_about_words *words, const struct rule_about_body *body, struct fault *fault)
{
    int said = (body->link.len > 0) + (body->type.len > 0);

    for (int i = 0; i < LABEL_KINDS; i++) {
        said += body->labels[i].len > 0;
    }
    if (said > 1 || (said == 0 && words->required)) {
        return fault_set(fault, ERR_INVALID, "link", said ? "conflicting" : "required", words->one_of,
                         words->one_of_zh);
    }
    if (body->type.len > 0 && !event_type_valid(body->type)) {
        return fault_set(fault, ERR_INVALID, "type", "bad_name", "A type is 1-64 bytes.", "事件类型为 1-64 字节。");
    }
    return OK;
}

static enum err find_link(struct ctx *ctx, struct db *db, const struct request *request, str text,
                          struct rule_about *out, struct fault *fault)
{
    struct link_ref ref = {.text = text};

    if (text.len == 0) {
        return OK;
    }
    enum err err = link_ref_find(db, request->actor, &ref, ctx->engine->fold_case, &out->link_id, NULL, NULL);
    return err == ERR_NOT_FOUND || err == ERR_AMBIGUOUS
               ? fault_set(fault, ERR_INVALID, "link", err == ERR_AMBIGUOUS ? "ambiguous" : "unknown",
                           "No one link goes by that name.", "没有唯一对应的短链。")
               : err;
}

static enum err find_label(struct db *db, struct arena *arena, const struct rule_about_words *words,
                           enum label_kind kind, str key, struct rule_about *out, struct fault *fault)
{
    struct label label;

    if (key.len == 0) {
        return OK;
    }
    enum err err = labels_find(db, arena, kind, key, &label);
    if (err == ERR_NOT_FOUND) {
        return fault_set(fault, ERR_INVALID, words->fields[kind], "unknown", "Nothing goes by that name.",
                         "没有这个名称。");
    }
    out->label_id = err ? 0 : label.id;
    out->label_kind = label_kind_name(kind);
    out->label = key;
    return err;
}

enum err rule_about_read(struct ctx *ctx, const struct request *request, const struct rule_about_words *words,
                         const struct rule_about_body *body, struct rule_about *out, struct fault *fault)
{
    enum err err = check(words, body, fault);

    *out = (struct rule_about){.type = body->type};
    if (err != OK) {
        return err;
    }
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        return ERR_UNAVAILABLE;
    }
    err = find_link(ctx, db, request, body->link, out, fault);
    for (int i = 0; err == OK && i < LABEL_KINDS; i++) {
        err = find_label(db, request->arena, words, (enum label_kind)i, body->labels[i], out, fault);
    }
    readers_give(ctx->engine->readers, db);
    return err;
}
