/* SPDX-License-Identifier: MIT */
/*
 * The form at "/desk/form", for browsers without script: sign in with an API key, paste an address, get a short link
 * with its QR code. Every answer to a POST is a redirect, so that reloading repeats nothing, unless something was
 * wrong: then the form is shown again as it was filled in.
 */
#include "form.h"

#include "linkpond/api/routes.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/percent.h"

#define FORM_PATH "/desk/form"
#define KEPT_MAX  3000 /* what is carried over signing in within one address */

static void read_form(const struct request *request, bool from_query, struct form *out)
{
    *out = (struct form){0};
    for (int i = 0; i < FORM_FIELDS; i++) {
        const char *name = form_field_name((enum form_field)i);
        str value = {0};
        if (from_query) {
            request_query(request, name, &value);
        } else {
            request_form(request, name, &value);
        }
        out->values[i] = str_trim(value);
    }
}

/* Who asks; when nobody may, the page that says why has been answered. */
static bool admit(struct form_page *page, struct reply *reply, unsigned scope, const struct form *form)
{
    struct fault fault = {0};
    int64_t retry_after_s = 1;
    struct request *request = page->request;
    enum err err = auth_check(page->ctx->auth, request, scope, &retry_after_s, &fault);
    switch (err) {
    case OK:
        return true;
    case ERR_UNAUTHORIZED:
        if (request->method == METHOD_POST) {
            form_answer_sign_in(page, reply, 401, WORD_ended, form);
        } else {
            form_answer_sign_in(page, reply, 200, auth_session_came(request) ? WORD_ended_here : WORD_COUNT, form);
        }
        return false;
    case ERR_RATE_LIMITED:
        form_answer_sign_in(page, reply, 429, WORD_too_often, form);
        reply_header(reply, request, "Retry-After", arena_f(page->arena, "%lld", (long long)retry_after_s));
        return false;
    case ERR_CSRF:
        form_answer_sign_in(page, reply, 403, WORD_cross_site, form);
        return false;
    case ERR_FORBIDDEN:
        form_answer_sign_in(page, reply, 403, WORD_no_scope, form);
        return false;
    default:
        form_answer_sign_in(page, reply, err_http_status(err), WORD_failed, form);
        return false;
    }
}

/* "lnk_12" of ?made= */
static int64_t made_id(const struct request *request)
{
    str text;
    int64_t id = 0;
    bool there = request_query(request, "made", &text) && str_starts(text, STR("lnk_"));
    return there && str_to_i64(str_from(text, 4), &id) && id > 0 ? id : 0;
}

static void form_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct form_page page;
    struct form form;
    form_page_init(&page, ctx, request);
    read_form(request, true, &form);
    if (admit(&page, reply, SCOPE_NONE, &form)) {
        form_answer_desk(&page, reply, 200, &form, made_id(request));
    }
}

/* ---- making a link ------------------------------------------------------------------------------------------------
 */

static enum err make_draft(struct request *request, struct form *form, struct link_draft *draft)
{
    link_draft_init(draft);
    for (int i = 0; i < FORM_FIELDS; i++) {
        enum err err = link_draft_set_text(request->arena, draft, form_field_name((enum form_field)i), form->values[i],
                                           &form->fault);
        if (err != OK) {
            return err;
        }
    }
    return OK;
}

/* By which the store knows a second click: the token and all that was sent with it, so that what was corrected after
 * going back is a request of its own. Empty without a token, as when a script sends the form. */
static str repeat_key(const struct request *request)
{
    uint8_t hash[SHA256_BYTES];
    char digest[2 * SHA256_BYTES + 1];
    struct buf hex;
    str once = {0};
    if (!request_form(request, "once", &once) || once.len != FORM_ONCE_CHARS) {
        return (str){0};
    }
    crypt_sha256(request->body, hash);
    buf_init_fixed(&hex, digest, sizeof(digest));
    buf_add_hex(&hex, hash, sizeof(hash));
    return arena_f(request->arena, "form " STR_FMT " %.32s", STR_ARG(once), digest);
}

static enum err write_made(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    (void)db;
    reply_redirect(edit->reply, edit->request, 303,
                   arena_f(edit->request->arena, FORM_PATH "?made=lnk_%lld", (long long)seen->links->link.id));
    return OK;
}

static void make_link(struct form_page *page, struct reply *reply, struct form *form)
{
    struct link_draft draft;
    struct link_result result = {0};
    struct request *request = page->request;
    struct edit_call edit = {.ctx = page->ctx, .request = request, .reply = reply, .write = write_made};
    form->err = make_draft(request, form, &draft);
    if (form->err == OK) {
        editor_link_create(page->ctx->engine->editor, edit_call_actor(&edit), request->arena, &draft, NULL, &result);
        form->err = result.err;
        form->fault = result.fault;
    }
    if (form->err != OK) {
        reply_done(reply); /* which may say already what was then taken back */
        reply_init(reply);
        form_answer_desk(page, reply, err_http_status(form->err), form, 0);
        return;
    }
    edit_call_answer(&edit, &(struct editor_seen){.links = &result, .count = 1});
}

static void form_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct form_page page;
    struct form form;
    struct repeat repeat;
    form_page_init(&page, ctx, request);
    read_form(request, false, &form);
    if (!admit(&page, reply, SCOPE_LINKS_WRITE, &form)) {
        return;
    }
    /* A browser shows the answer to the last click only, so that one waits for what the first made. */
    struct repeat_opts opts = {.key = repeat_key(request), .wait = true};
    form.err = repeat_begin(ctx->repeats, request, &opts, reply, &repeat, &form.fault);
    if (form.err != OK) {
        form_answer_desk(&page, reply, err_http_status(form.err), &form, 0);
        return;
    }
    request->repeat = repeat.active ? &repeat : NULL;
    if (!repeat.answered) {
        make_link(&page, reply, &form);
    }
    repeat_end(ctx->repeats, request, reply, &repeat);
    request->repeat = NULL;
}

/* ---- signing in and out -------------------------------------------------------------------------------------------
 */

/* The form with what was filled in before, unless that is too much for an address. */
static str way_back(struct request *request, const struct form *form)
{
    char memory[KEPT_MAX];
    struct buf out;
    char mark = '?';
    buf_init_fixed(&out, memory, sizeof(memory));
    buf_add_c(&out, FORM_PATH);
    for (int i = 0; i < FORM_FIELDS; i++) {
        if (form->values[i].len > 0) {
            buf_add_char(&out, mark);
            buf_add_c(&out, form_field_name((enum form_field)i));
            buf_add_char(&out, '=');
            percent_encode(&out, form->values[i]);
            mark = '&';
        }
    }
    return out.overflow ? STR(FORM_PATH) : arena_str(request->arena, buf_str(&out));
}

static void sign_in(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct form_page page;
    struct form form;
    struct fault fault = {0};
    int64_t retry_after_s = 1;
    str key = {0};
    form_page_init(&page, ctx, request);
    read_form(request, false, &form);
    request_form(request, "key", &key);
    key = str_trim(key);
    if (key.len == 0) {
        form_answer_sign_in(&page, reply, 422, WORD_key_missing, &form);
        return;
    }
    enum err err = auth_sign_in(ctx->auth, request, &(struct credentials){.key = key}, reply, &retry_after_s, &fault);
    if (err == OK) {
        reply_redirect(reply, request, 303, way_back(request, &form));
        return;
    }
    enum word notice =
        err == ERR_UNAUTHORIZED
            ? WORD_wrong_key
            : (err == ERR_RATE_LIMITED ? WORD_too_often : (err == ERR_CSRF ? WORD_cross_site : WORD_failed));
    form_answer_sign_in(&page, reply, err_http_status(err), notice, &form);
    if (err == ERR_RATE_LIMITED) {
        reply_header(reply, request, "Retry-After", arena_f(request->arena, "%lld", (long long)retry_after_s));
    }
}

static void sign_out(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct form_page page;
    struct fault fault = {0};
    int64_t retry_after_s;
    form_page_init(&page, ctx, request);
    enum err err = auth_check(ctx->auth, request, SCOPE_NONE, &retry_after_s, &fault);
    if (err == ERR_CSRF) {
        form_answer_sign_in(&page, reply, 403, WORD_cross_site, NULL);
        return;
    }
    err = auth_sign_out(ctx->auth, request, reply, &fault);
    if (err != OK) {
        form_answer_sign_in(&page, reply, err_http_status(err), WORD_failed, NULL);
        return;
    }
    reply_redirect(reply, request, 303, STR(FORM_PATH));
}

const struct route api_form_routes[] = {
    {METHOD_GET, "/desk/form", PLANE_ADMIN, form_get, SCOPE_ANYONE, "The form", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/desk/form", PLANE_ADMIN, form_post, SCOPE_ANYONE, "Create a link with the form", 0,
     ROUTE_QUERY_ANY},
    {METHOD_POST, "/sign-in", PLANE_ADMIN, sign_in, SCOPE_ANYONE, "Sign in with the form", 0, ROUTE_QUERY_ANY},
    {METHOD_POST, "/sign-out", PLANE_ADMIN, sign_out, SCOPE_ANYONE, "Sign out with the form", 0, ROUTE_QUERY_ANY},
    {0},
};
