/* SPDX-License-Identifier: MIT */
/*
 * The token says which target was chosen, never what it looks like, so a picture that is replaced is the new one at the
 * next look. A target that cannot be shown any more leads back to the short link, where another is chosen, but only
 * from a token that is not brand-new: whoever comes from there this moment is told instead of being sent round. An old
 * token leads back too: a page that was handed on would show a code past all caps and counts.
 */
#include "live.h"

#include "linkpond/base/clock.h"
#include "linkpond/engine/live_token.h"
#include "linkpond/store/domains.h"
#include "linkpond/store/links.h"
#include "live_page.h"
#include "short_link.h"

#define READER_WAIT_MS 2000
#define FRESH_MS       (10 * MS_PER_SECOND)
#define GOOD_FOR_MS    MS_PER_DAY
#define AHEAD_MS       MS_PER_MINUTE /* a clock that was set back */

static void answer_page(const struct ctx *ctx, const struct request *request, struct reply *reply, int status,
                        enum page page)
{
    reply_html_headers(reply);
    reply->status = status;
    reply_header_set(reply, request, "Content-Security-Policy", pages_policy(ctx->pages));
    reply_header_static(reply, "X-Robots-Tag", "noindex");
    reply->body_static = pages_get(ctx->pages, page, request->chinese);
}

static void answer_miss(const struct ctx *ctx, const struct request *request, struct reply *reply)
{
    if (auth_charge_failure(ctx->auth, &request->client) > 0) {
        answer_page(ctx, request, reply, 429, PAGE_SLOW_DOWN);
        reply_header_static(reply, "Retry-After", "10");
        return;
    }
    answer_page(ctx, request, reply, 404, PAGE_NOT_FOUND);
}

static bool read_token(const struct ctx *ctx, const struct request *request, struct live_token *out)
{
    struct live_seal *seal = live_seal_new(ctx->engine->cookie_key);
    bool good = seal && live_token_read(seal, request->params[0], out) && out->clicked_ms <= request->now_ms + AHEAD_MS;
    live_seal_free(seal);
    return good;
}

/* ---- what is there now ------------------------------------------------------------------------------------------- */

struct view {
    struct target target;
    struct image_row image;
    bool has_image;
    struct link link;
    str short_url;
};

static enum err load_image(struct db *db, struct arena *arena, struct view *out)
{
    enum err err = out->target.image_id > 0 ? images_find(db, arena, out->target.image_id, &out->image) : ERR_NOT_FOUND;
    out->has_image = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err load(struct db *db, struct arena *arena, int64_t target_id, struct view *out)
{
    struct domain domain;
    enum err err = targets_find(db, arena, target_id, &out->target);
    err = err ? err : links_find(db, arena, BOUNDS_ALL, out->target.link_id, &out->link);
    err = err ? err : domains_find(db, arena, out->link.domain_id, &domain);
    err = err ? err : load_image(db, arena, out);
    if (err == OK) {
        const struct link *link = &out->link;
        out->short_url = short_link_url(arena, &domain, link->aliases.count > 0 ? link->aliases.items[0] : link->code);
    }
    return err;
}

static bool is_open(const struct view *view, int64_t now_ms)
{
    const struct target *target = &view->target;
    const struct link_gate gate = {.valid_from_ms = view->link.valid_from_ms,
                                   .valid_until_ms = view->link.valid_until_ms,
                                   .enabled = view->link.enabled && view->link.deleted_ms == TIME_NONE};
    bool in_time = (target->valid_from_ms == TIME_NONE || target->valid_from_ms <= now_ms) &&
                   (target->valid_until_ms == TIME_NONE || now_ms < target->valid_until_ms);
    return target->kind != TARGET_URL && target->enabled && target->deleted_ms == TIME_NONE && in_time &&
           link_gate_check(&gate, now_ms) == OUTCOME_REDIRECT;
}

static void show(struct ctx *ctx, struct request *request, struct reply *reply, const struct live_token *token,
                 struct view *view)
{
    int64_t age_ms = request->now_ms - token->clicked_ms;
    if (is_open(view, request->now_ms) && age_ms < GOOD_FOR_MS) {
        if (!destination_lists_judge(ctx->engine->destinations, view->target.url).passes) {
            view->target.url = (str){0}; /* no button */
        }
        const struct live_page page = {.target = &view->target, .image = view->has_image ? &view->image : NULL};
        live_page_write(ctx, request, &page, reply);
    } else if (age_ms < FRESH_MS) {
        live_page_changed(ctx, request, view->short_url, reply);
    } else {
        reply_redirect(reply, request, 302, view->short_url);
        reply_header_static(reply, "Referrer-Policy", "no-referrer");
    }
}

void live_get(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct live_token token;
    struct view view = {0};
    if (!read_token(ctx, request, &token)) {
        answer_miss(ctx, request, reply);
        return;
    }
    struct db *db = readers_take(ctx->engine->readers, READER_WAIT_MS);
    if (!db) {
        answer_page(ctx, request, reply, 503, PAGE_UNAVAILABLE);
        return;
    }
    enum err err = load(db, request->arena, token.target_id, &view);
    readers_give(ctx->engine->readers, db);
    if (err != OK) {
        answer_page(ctx, request, reply, err == ERR_NOT_FOUND ? 404 : 503,
                    err == ERR_NOT_FOUND ? PAGE_NOT_FOUND : PAGE_UNAVAILABLE);
        return;
    }
    show(ctx, request, reply, &token, &view);
}

void live_pressed(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct live_token token;
    if (!read_token(ctx, request, &token)) {
        answer_miss(ctx, request, reply);
        return;
    }
    if (request->now_ms - token.clicked_ms < GOOD_FOR_MS) {
        presses_note(ctx->engine->presses, &token, request->now_ms);
    }
    reply->status = 204;
    reply_header_static(reply, "Cache-Control", "no-store");
}
