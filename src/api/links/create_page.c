/* SPDX-License-Identifier: MIT */
/*
 * /-/new on the public plane, where the operator lets anybody make a short link: one address in, a short link with its
 * QR code out. Without script: every answer to a POST is a redirect unless something was wrong. What strangers make
 * ends by itself, carries one tag and one maker, and so can be found, and removed, in one go.
 */
#include "create_page.h"

#include "linkpond/api/edit_call.h"
#include "linkpond/api/link_view.h"
#include "linkpond/api/routes.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/log.h"
#include "linkpond/http/qr.h"
#include "linkpond/http/strangers.h"
#include "linkpond/model/paste.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"

#define BODY_MAX (3 * PASTE_TEXT_MAX + 1024)

static const struct actor stranger = {.name = STR_INIT("public-page"), .scopes = SCOPE_LINKS_WRITE};

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* The address in what was pasted. Only pages: an app's scheme that colleagues may use is not for strangers. */
static enum err read_url(struct request *request, str text, str *out, struct fault *fault)
{
    char memory[LIMIT_URL + 512];
    struct buf found;
    struct paste paste;
    struct url url;

    buf_init_fixed(&found, memory, sizeof memory);
    bool any = paste_find_url(text, &found, &paste) && !found.overflow;
    *out = any ? arena_str(request->arena, buf_str(&found)) : text;
    bool web = url_split(*out, &url) && (str_ieq(url.scheme, STR("http")) || str_ieq(url.scheme, STR("https")));
    return text.len == 0 || web ? OK
                                : fault_set(fault, ERR_INVALID, "url", "scheme_not_allowed",
                                            "That is no address of a web page. It begins with https://.",
                                            "这不是网页地址。网址应以 https:// 开头。");
}

static enum err make_draft(struct ctx *ctx, struct request *request, str pasted, struct link_draft *out,
                           struct fault *fault)
{
    const struct engine_opts *opts = &ctx->engine->opts;
    str owner = str_from_c(opts->public_create_owner ? opts->public_create_owner : "");
    str url;

    link_draft_init(out);
    enum err err = read_url(request, pasted, &url, fault);
    err = err ? err : link_draft_set_text(request->arena, out, "url", url, fault);
    err = err ? err : link_draft_set_text(request->arena, out, "tags", PUBLIC_PAGE, fault);
    err = err ? err : link_draft_set_text(request->arena, out, "owner", owner, fault);
    out->valid_until_ms = request->now_ms + opts->public_create_days * MS_PER_DAY;
    out->presence.present |= UINT64_C(1) << LF_VALID_UNTIL;
    return err;
}

/* The short domain that the page was opened on, where new links may be made there; else the default one. */
static enum err choose_domain(struct ctx *ctx, struct request *request, struct link_draft *draft)
{
    struct domain domain;
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? call_find_domain(db, request->arena, request->host, &domain) : ERR_UNAVAILABLE;

    readers_give(ctx->engine->readers, db);
    if (!err && domain.enabled && domain.shareable) {
        draft->domain = domain.host;
        draft->presence.present |= UINT64_C(1) << LF_DOMAIN;
    }
    return err == ERR_UNAVAILABLE || err == ERR_NOMEM ? err : OK;
}

/* Where words must be made beforehand, whoever opened this page to the public has as good as made this one. */
static enum err ensure_tag(struct ctx *ctx, struct request *request)
{
    struct label label = {
        .kind = LABEL_TAG, .key = PUBLIC_PAGE, .created_ms = request->now_ms, .updated_ms = request->now_ms};
    struct fault fault = {0};
    enum err err =
        ctx->engine->opts.strict_dictionary ? editor_label_put(ctx->engine->editor, &stranger, &label, &fault) : OK;
    return err == ERR_CONFLICT ? OK : err;
}

static enum err write_made(struct edit_call *edit, struct db *db, const struct editor_seen *seen)
{
    (void)db;
    reply_redirect(edit->reply, edit->request, 303,
                   arena_f(edit->request->arena, "/-/new?made=" STR_FMT, STR_ARG(seen->links->link.code)));
    return OK;
}

static enum err make_link(struct ctx *ctx, struct request *request, struct link_draft *draft, struct reply *reply,
                          struct fault *fault)
{
    struct link_result result = {0};
    struct edit_call edit = {.ctx = ctx, .request = request, .reply = reply, .write = write_made};
    enum err err = choose_domain(ctx, request, draft);

    err = err ? err : ensure_tag(ctx, request);
    if (err) {
        return err;
    }
    editor_link_create(ctx->engine->editor, edit_call_actor(&edit), request->arena, draft, NULL, &result);
    *fault = result.fault;
    if (result.err == OK) {
        edit_call_answer(&edit, &(struct editor_seen){.links = &result, .count = 1});
        return OK;
    }
    reply_done(reply); /* which may say already what was then taken back */
    reply_init(reply);
    if (strcmp(fault->field, "url") == 0) {
        return result.err;
    }
    log_event(LOG_ERROR, "public_create_failed", "%s: %s", fault->field, fault->message);
    *fault = (struct fault){0}; /* the operator's to mend, and no visitor's business */
    return ERR_UNAVAILABLE;
}

/* ---- the door ---------------------------------------------------------------------------------------------------- */

/* By which a second click is known: the token and all that was sent with it. */
static str repeat_key(const struct request *request, str token)
{
    uint8_t hash[SHA256_BYTES];
    char digest[2 * SHA256_BYTES + 1];
    struct buf hex;

    crypt_sha256(request->body, hash);
    buf_init_fixed(&hex, digest, sizeof digest);
    buf_add_hex(&hex, hash, sizeof hash);
    return arena_f(request->arena, "new " STR_FMT " %.32s", STR_ARG(token), digest);
}

/* Did a person send this from our page? The lure is a field that only programs see. */
static enum create_notice admit(struct ctx *ctx, struct request *request, str token, int64_t *wait_s)
{
    str lure = {0};

    request_form(request, "website", &lure);
    if (!strangers_token_is_good(ctx->strangers, token, request->now_ms) || lure.len > 0) {
        return CREATE_OLD;
    }
    if (!auth_same_site(request, token)) {
        return CREATE_ELSEWHERE;
    }
    *wait_s = strangers_charge_address(ctx->strangers, &request->client);
    return *wait_s > 0 ? CREATE_TOO_MANY : CREATE_NOTHING;
}

static void refuse(struct ctx *ctx, struct request *request, struct reply *reply, enum create_notice notice,
                   int64_t wait_s)
{
    struct create_form form = {.notice = notice, .wait_s = wait_s};

    request_form(request, "url", &form.url);
    create_page_form(ctx, request, reply, &form);
    if (wait_s > 0) {
        reply_header(reply, request, "Retry-After", arena_f(request->arena, "%lld", (long long)wait_s));
    }
}

static void create_once(struct ctx *ctx, struct request *request, struct link_draft *draft, struct reply *reply)
{
    struct create_form form = {.notice = CREATE_FAULT};
    int64_t wait_s = strangers_charge_all(ctx->strangers);

    if (wait_s > 0) {
        refuse(ctx, request, reply, CREATE_PAUSE, wait_s);
        return;
    }
    form.err = make_link(ctx, request, draft, reply, &form.fault);
    if (form.err != OK) {
        request_form(request, "url", &form.url);
        create_page_form(ctx, request, reply, &form);
    }
}

static void create_post(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct link_draft draft;
    struct create_form form = {.notice = CREATE_FAULT};
    struct repeat repeat;
    str token = {0};
    int64_t wait_s = 0;

    if (!ctx->strangers) {
        create_page_none(ctx, request, reply);
        return;
    }
    request_form(request, "csrf", &token);
    request_form(request, "url", &form.url);
    enum create_notice notice = admit(ctx, request, token, &wait_s);
    if (notice != CREATE_NOTHING) {
        refuse(ctx, request, reply, notice, wait_s);
        return;
    }
    request->actor = &stranger;
    form.err = make_draft(ctx, request, form.url, &draft, &form.fault);
    struct repeat_opts opts = {.key = repeat_key(request, token), .wait = true};
    form.err = form.err ? form.err : repeat_begin(ctx->repeats, request, &opts, reply, &repeat, &form.fault);
    if (form.err != OK) {
        create_page_form(ctx, request, reply, &form);
        return;
    }
    request->repeat = repeat.active ? &repeat : NULL;
    if (!repeat.answered) {
        create_once(ctx, request, &draft, reply);
    }
    repeat_end(ctx->repeats, request, reply, &repeat);
    request->repeat = NULL;
}

/* ---- what was made ----------------------------------------------------------------------------------------------- */

/* A link of this page's, that ?made= names by its code. */
static enum err find_made(struct ctx *ctx, struct request *request, struct create_made *out)
{
    struct link_ref ref = {0};
    int64_t id;

    if (!request_query(request, "made", &ref.text) || ref.text.len == 0 || ref.text.len > LIMIT_CODE_MAX) {
        return ERR_NOT_FOUND;
    }
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    enum err err = db ? link_ref_find(db, &stranger, &ref, ctx->engine->fold_case, &id, NULL, NULL) : ERR_UNAVAILABLE;
    err = err ? err : links_find(db, request->arena, BOUNDS_ALL, id, &out->link);
    err = err ? err : link_view_load(&out->view, ctx, request, db);
    readers_give(ctx->engine->readers, db);
    if (err) {
        return err == ERR_UNAVAILABLE || err == ERR_NOMEM ? err : ERR_NOT_FOUND;
    }
    bool ours = str_eq(out->link.created_by, PUBLIC_PAGE) && str_eq(out->link.code, ref.text) &&
                out->link.deleted_ms == TIME_NONE;
    return ours ? OK : ERR_NOT_FOUND;
}

static void answer_miss(struct ctx *ctx, struct request *request, struct reply *reply, enum err err)
{
    if (err == ERR_UNAVAILABLE || auth_charge_failure(ctx->auth, &request->client) > 0) {
        create_page_busy(ctx, request, reply, err == ERR_UNAVAILABLE);
        return;
    }
    create_page_none(ctx, request, reply);
}

static void create_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct create_made made;
    str code;

    if (!ctx->strangers) {
        create_page_none(ctx, request, reply);
        return;
    }
    if (!request_query(request, "made", &code)) {
        create_page_form(ctx, request, reply, &(struct create_form){0});
        return;
    }
    enum err err = find_made(ctx, request, &made);
    if (err != OK) {
        answer_miss(ctx, request, reply, err);
        return;
    }
    create_page_made(ctx, request, reply, &made);
}

static void create_qr(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct create_made made;
    struct fault fault;
    enum err err = ctx->strangers ? find_made(ctx, request, &made) : ERR_NOT_FOUND;

    if (err == OK) {
        str text = arena_f(request->arena, STR_FMT "?lp_qr=1", STR_ARG(link_short_url(&made.view, &made.link)));
        err = qr_png(&reply->body, text, &(struct qr_opts){.margin = -1}, &fault);
    }
    if (err != OK) {
        answer_miss(ctx, request, reply, err);
        return;
    }
    reply->status = 200;
    reply_header_static(reply, "Content-Type", "image/png");
    reply_header_static(reply, "X-Content-Type-Options", "nosniff");
    reply_header_static(reply, "Cache-Control", "private, max-age=3600");
    reply_header(reply, request, "Content-Disposition",
                 arena_f(request->arena, "inline; filename=\"" STR_FMT ".png\"", STR_ARG(made.link.code)));
}

const struct route api_create_page_routes[] = {
    {METHOD_GET, "/-/new", PLANE_PUBLIC, create_get, SCOPE_ANYONE, "A page where anybody makes a link", 0,
     ROUTE_QUERY_ANY},
    {METHOD_POST, "/-/new", PLANE_PUBLIC, create_post, SCOPE_ANYONE, "Make a link without signing in", BODY_MAX,
     ROUTE_QUERY_ANY},
    {METHOD_GET, "/-/new/qr", PLANE_PUBLIC, create_qr, SCOPE_ANYONE, "The QR code of a link made there", 0,
     ROUTE_QUERY_ANY},
    {0},
};
