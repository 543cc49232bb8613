/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/customers: who events happened with. A caller with bounds sees customers they answer for, or who touched a
 * link of their domain. A number that was merged into another goes on naming who that is now.
 */
#include "linkpond/store/customers.h"

#include "customer_view.h"
#include "linkpond/api/routes.h"
#include "linkpond/engine/customer_edits.h"
#include "linkpond/store/keys.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/stages.h"
#include "linkpond/store/users.h"

#define PAGE_DEFAULT 50

/* ---- a list ------------------------------------------------------------------------------------------------------ */

struct customers_list_call {
    struct ctx *ctx;
    struct request *request;
    struct reply *reply;
    struct db *db;
    struct customers_filter filter;
    struct bounds bounds;
    char phone[IDENTITY_HASH_LEN + 1], email[IDENTITY_HASH_LEN + 1];
};

/* What is typed may be a number or an address: whole, or it is not found. */
static void read_q(struct customers_list_call *self)
{
    char memory[IDENTITY_TEXT_MAX];
    str normal;

    self->filter.q = str_trim(self->filter.q);
    if (identity_phone(self->filter.q, memory, &normal)) {
        identity_hash(self->ctx->engine->identity_key, IDENTITY_PHONE, normal, self->phone);
        self->filter.phone = str_from_c(self->phone);
    }
    if (identity_email(self->filter.q, memory, &normal)) {
        identity_hash(self->ctx->engine->identity_key, IDENTITY_EMAIL, normal, self->email);
        self->filter.email = str_from_c(self->email);
    }
}

/* A word that nothing goes by: an empty list, as elsewhere. */
#define NOBODY INT64_MAX

static enum err read_words(struct customers_list_call *self)
{
    struct customers_filter *filter = &self->filter;
    struct arena *arena = self->request->arena;
    struct label tag = {.id = NOBODY};
    struct user owner = {.id = NOBODY};
    str text;
    enum err err = OK;

    if (request_query(self->request, "stage", &text)) {
        err = stages_find(self->db, text, &filter->stage_id);
        filter->stage_id = err ? NOBODY : filter->stage_id;
    }
    if ((err == OK || err == ERR_NOT_FOUND) && request_query(self->request, "owner", &text)) {
        err = users_find_key(self->db, arena, text, &owner);
        filter->owner_id = err ? NOBODY : owner.id;
    }
    if ((err == OK || err == ERR_NOT_FOUND) && request_query(self->request, "tag", &text)) {
        err = labels_find(self->db, arena, LABEL_TAG, text, &tag);
        filter->tag_id = err ? NOBODY : tag.id;
    }
    if ((err == OK || err == ERR_NOT_FOUND) && request_query(self->request, "link", &text)) {
        struct link_ref ref = {.text = text};
        err = link_ref_find(self->db, self->request->actor, &ref, self->ctx->engine->fold_case, &filter->link_id, NULL,
                            NULL);
        filter->link_id = err ? NOBODY : filter->link_id;
    }
    return err == ERR_NOT_FOUND || err == ERR_AMBIGUOUS ? OK : err;
}

static bool read_sort(struct customers_list_call *self)
{
    static const struct {
        str name;
        enum customer_sort sort;
    } sorts[] = {{STR_INIT("-last_event"), CUSTOMERS_LATEST},
                 {STR_INIT("last_event"), CUSTOMERS_EARLIEST},
                 {STR_INIT("-id"), CUSTOMERS_NEWEST},
                 {STR_INIT("id"), CUSTOMERS_OLDEST}};
    str text;

    if (!request_query(self->request, "sort", &text)) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
        if (str_eq(text, sorts[i].name)) {
            self->filter.sort = sorts[i].sort;
            return true;
        }
    }
    call_bad_query(self->request, self->reply, "sort", "not_allowed", "-last_event, last_event, -id or id.",
                   "只能是 -last_event、last_event、-id 或 id。");
    return false;
}

/* "TIME ID" */
static bool read_cursor(struct customers_list_call *self)
{
    str text = {0}, before, after;

    if (!call_query_cursor(self->request, self->reply, &text)) {
        return false;
    }
    if (text.len == 0) {
        return true;
    }
    if (str_cut(text, ' ', &before, &after) && str_to_i64(before, &self->filter.after_ms) &&
        str_to_i64(after, &self->filter.after_id) && self->filter.after_id > 0) {
        return true;
    }
    call_bad_cursor(self->request, self->reply);
    return false;
}

static bool read_filter(struct customers_list_call *self)
{
    int64_t limit = PAGE_DEFAULT;

    self->bounds = call_bounds(self->request);
    self->filter.bounds = &self->bounds;
    if (!call_query_i64(self->request, self->reply, "limit", 1, LIMIT_PAGE, &limit) || !read_sort(self) ||
        !read_cursor(self)) {
        return false;
    }
    self->filter.limit = (size_t)limit;
    if (request_query(self->request, "q", &self->filter.q)) {
        read_q(self);
    }
    return true;
}

static enum err write_list(struct customers_list_call *self, const struct customers_page *page)
{
    struct arena *arena = self->request->arena;
    struct json_writer json;
    str cursor = {0};
    enum err err = OK;

    call_list_begin(self->reply, &json);
    for (size_t i = 0; i < page->count && !err; i++) {
        json_object(&json);
        err = customer_view_fields(&json, self->db, arena, &page->customers[i], false);
        json_object_end(&json);
    }
    if (page->more) {
        const struct customer *last = &page->customers[page->count - 1];
        cursor = cursor_encode(arena, arena_f(arena, "%lld %lld", (long long)last->last_event_ms, (long long)last->id));
    }
    call_list_end(&json, cursor, page->total);
    return err;
}

static void customers_get_list(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct customers_list_call call = {.ctx = ctx, .request = request, .reply = reply};
    struct customers_page page = {0};
    if (!read_filter(&call)) {
        return;
    }
    call.db = call_reader(ctx, request, reply);
    if (!call.db) {
        return;
    }
    enum err err = read_words(&call);
    err = err ? err : customers_list(call.db, request->arena, &call.filter, &page);
    err = err ? err : write_list(&call, &page);
    readers_give(ctx->engine->readers, call.db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

/* ---- one --------------------------------------------------------------------------------------------------------- */

static bool path_id(struct request *request, struct reply *reply, int64_t *id)
{
    if (customer_id_read(request->params[0], id)) {
        return true;
    }
    reply_problem(reply, request, ERR_NOT_FOUND, NULL);
    return false;
}

static enum err write_one(struct db *db, struct request *request, struct reply *reply, int64_t id)
{
    const struct bounds bounds = call_bounds(request);
    struct customer customer;
    struct json_writer json;
    enum err err = customers_see(db, request->arena, id, &bounds, &customer);

    if (err != OK) {
        return err;
    }
    reply_json_begin(reply, 200, &json);
    json_object(&json);
    err = customer_view_fields(&json, db, request->arena, &customer, true);
    err = err ? err : customer_view_identities(&json, db, request->arena, customer.id);
    err = err ? err : customer_view_merges(&json, db, customer.id);
    json_object_end(&json);
    reply_etag(reply, request, customer.revision);
    return err;
}

static void answer_one(struct ctx *ctx, struct request *request, struct reply *reply, int64_t id)
{
    struct db *db = call_reader(ctx, request, reply);
    if (!db) {
        return;
    }
    enum err err = write_one(db, request, reply, id);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        reply_problem(reply, request, err, NULL);
    }
}

static void customers_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id;
    if (path_id(request, reply, &id)) {
        answer_one(ctx, request, reply, id);
    }
}

/* ---- changes ----------------------------------------------------------------------------------------------------- */

enum customer_field {
    FIELD_NAME,
    FIELD_NOTES,
    FIELD_OWNER,
    FIELD_STAGE,
    FIELD_TAGS,
    FIELD_ADD_TAGS,
    FIELD_REMOVE_TAGS,
    FIELDS
};
#define AT(member) offsetof(struct customer_draft, member)
static const struct json_field customer_fields[FIELDS] = {
    [FIELD_NAME] = {"name", JSON_KIND_STR, AT(name), JSON_NULLABLE, 0, LIMIT_CUSTOMER_NAME, 0},
    [FIELD_NOTES] = {"notes", JSON_KIND_STR, AT(notes), JSON_NULLABLE | JSON_MULTILINE, 0, LIMIT_CUSTOMER_NOTES, 0},
    [FIELD_OWNER] = {"owner", JSON_KIND_STR, AT(owner), JSON_NULLABLE, 0, LIMIT_TAG, 0},
    [FIELD_STAGE] = {"stage", JSON_KIND_STR, AT(stage), JSON_NULLABLE, 0, 32, 0},
    [FIELD_TAGS] = {"tags", JSON_KIND_STRLIST, AT(tags), 0, 0, LIMIT_TAGS, LIMIT_TAG},
    [FIELD_ADD_TAGS] = {"add_tags", JSON_KIND_STRLIST, AT(add_tags), 0, 0, LIMIT_TAGS, LIMIT_TAG},
    [FIELD_REMOVE_TAGS] = {"remove_tags", JSON_KIND_STRLIST, AT(remove_tags), 0, 0, LIMIT_TAGS, LIMIT_TAG},
};
#undef AT

static struct customer_edits edits_of(struct ctx *ctx, struct request *request)
{
    return (struct customer_edits){.editor = ctx->engine->editor,
                                   .actor = request->actor,
                                   .arena = request->arena,
                                   .strict_dictionary = ctx->engine->opts.strict_dictionary,
                                   .now_ms = request->now_ms};
}

static enum err check_tags(const struct str_list *tags, const char *field, struct fault *fault)
{
    for (size_t i = 0; i < tags->count; i++) {
        tags->items[i] = str_trim(tags->items[i]);
        if (tags->items[i].len == 0) {
            fault_set(fault, ERR_INVALID, field, "required", "A tag is 1-64 bytes.", "标签为 1-64 字节。");
            return ERR_INVALID;
        }
    }
    return OK;
}

static enum err read_draft(struct request *request, const struct json *json, struct customer_draft *out,
                           struct fault *fault)
{
    struct json_presence presence = {0};
    enum err err = json_decode(request->arena, json, customer_fields, FIELDS, out, &presence, fault);

    out->name = str_trim(out->name);
    out->has_name = presence.present >> FIELD_NAME & 1;
    out->has_notes = presence.present >> FIELD_NOTES & 1;
    out->has_owner = presence.present >> FIELD_OWNER & 1;
    out->has_stage = presence.present >> FIELD_STAGE & 1;
    out->has_tags = presence.present >> FIELD_TAGS & 1;
    err = err ? err : check_tags(&out->tags, "tags", fault);
    err = err ? err : check_tags(&out->add_tags, "add_tags", fault);
    err = err ? err : check_tags(&out->remove_tags, "remove_tags", fault);
    return err ? err : request_if_match(request, &out->if_revision);
}

static void customers_patch(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct customer_draft draft = {0};
    struct fault fault = {0};
    const struct customer_edits edits = edits_of(ctx, request);
    int64_t id;
    if (!path_id(request, reply, &id) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = read_draft(request, json, &draft, &fault);
    err = err ? err : customer_change(&edits, id, &draft, &id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    answer_one(ctx, request, reply, id);
}

struct merge_body {
    str with;
};
static const struct json_field merge_fields[] = {
    {"with", JSON_KIND_STR, offsetof(struct merge_body, with), JSON_REQUIRED, 1, 32, 0},
};

static void customers_merge_one(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct json *json;
    struct merge_body body = {0};
    struct fault fault = {0};
    const struct customer_edits edits = edits_of(ctx, request);
    int64_t id, with = 0;
    if (!path_id(request, reply, &id) || !call_json(request, reply, &json)) {
        return;
    }
    enum err err = json_decode(request->arena, json, merge_fields, ARRAY_LEN(merge_fields), &body, NULL, &fault);
    if (err == OK && !customer_id_read(body.with, &with)) {
        err = fault_set(&fault, ERR_INVALID, "with", "not_an_id", "An id like cus_12.", "应为 cus_12 这样的编号。");
    }
    err = err ? err : customer_join(&edits, id, with, &id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    answer_one(ctx, request, reply, id);
}

static void customers_forget_one(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct fault fault = {0};
    const struct customer_edits edits = edits_of(ctx, request);
    int64_t id;
    if (!path_id(request, reply, &id)) {
        return;
    }
    enum err err = customer_forget(&edits, id, &fault);
    if (err != OK) {
        reply_problem(reply, request, err, &fault);
        return;
    }
    answer_one(ctx, request, reply, id);
}

const struct route api_customer_routes[] = {
    {METHOD_GET, "/api/v1/customers", PLANE_ADMIN, customers_get_list, SCOPE_CUSTOMERS_READ, "List customers", 0,
     "q stage owner tag link sort limit cursor"},
    {METHOD_GET, "/api/v1/customers/:id", PLANE_ADMIN, customers_get, SCOPE_CUSTOMERS_READ, "Fetch one customer", 0,
     NULL},
    {METHOD_PATCH, "/api/v1/customers/:id", PLANE_ADMIN, customers_patch, SCOPE_CUSTOMERS_WRITE, "Change a customer", 0,
     NULL},
    {METHOD_POST, "/api/v1/customers/:id/merge", PLANE_ADMIN, customers_merge_one, SCOPE_CUSTOMERS_WRITE,
     "Say that two customers are one", 0, NULL},
    {METHOD_POST, "/api/v1/customers/:id/forget", PLANE_ADMIN, customers_forget_one, SCOPE_CUSTOMERS_WRITE,
     "Forget who a customer was", 0, NULL},
    {0},
};
