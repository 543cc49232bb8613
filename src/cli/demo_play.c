/* SPDX-License-Identifier: MIT */
#include "demo_play.h"

#include "demo_books.h"
#include "demo_browsers.h"
#include "demo_tell.h"
#include "demo_visit.h"
#include "linkpond/base/clock.h"
#include "linkpond/cli/boot.h"
#include "linkpond/engine/radar_watch.h"
#include "linkpond/http/redirect.h"
#include "linkpond/http/visitor_number.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/users.h"

/*
 * At the end of each of the story's days the ledger catches up before the clock goes on, so a click is taken into it on
 * its own day, under that day's salt; and every few days what visitors did since is told.
 */
#define DRAIN_MS       120000
#define PUBLIC_URL     "https://s.example.com" /* no visitor of the story goes to the public plane */
#define TELL_DAYS      3
#define CLICK_ID_PARAM STR("cid")
#define LINK_ARENA_MAX ((size_t)4 * 1024 * 1024)

struct playing {
    const struct play_opts *opts;
    struct play_result *result;
    struct fault *fault;
    struct redirect *redirect;
    struct redirect_lane *lane;
    struct visit_request *visit;
    struct arena arena; /* of one edit */
    int64_t *ids;       /* of the links, by index */
    int64_t *owners;    /* of the links, by index */
    int64_t *users;     /* ids, by index */
    struct telling telling;
    struct browsers browsers;
    bool radar;
    str host;
    int64_t day;
};

static const struct actor teller = {.user_id = USER_ADMIN, .name = STR_INIT("admin"), .scopes = SCOPE_ALL};

static struct engine *engine(const struct playing *self)
{
    return *self->opts->engine;
}

/* ---- edits ---- */

static enum err put_users(struct playing *self)
{
    const struct story *story = self->opts->story;
    enum err err = OK;

    for (size_t i = 0; i < story->users_count && !err; i++) {
        struct user user = {.key = story->users[i].key, .name = story->users[i].name};
        err = editor_user_create(engine(self)->editor, &teller, &user, self->fault);
        self->users[i] = user.id;
    }
    return err;
}

static struct books books(struct playing *self)
{
    return (struct books){.story = self->opts->story,
                          .opts = self->opts->plan_opts,
                          .engine = engine(self),
                          .actor = &teller,
                          .arena = &self->arena,
                          .links = self->ids};
}

static enum err put_labels(struct playing *self)
{
    const struct story *story = self->opts->story;
    const struct books rules = books(self);
    enum err err = books_put_rules(&rules, STR("type"), STR(""), 0, self->fault);

    for (size_t i = 0; i < story->labels_count && !err; i++) {
        const struct story_label *told = &story->labels[i];
        struct label label = {.kind = told->channel ? LABEL_CHANNEL : LABEL_CAMPAIGN,
                              .key = told->key,
                              .name = told->name_zh,
                              .name_zh = told->name_zh,
                              .name_en = told->name_en,
                              .channel_group = told->group,
                              .region = told->region,
                              .location = told->location,
                              .cost_centre = told->cost_centre};
        err = editor_label_put(engine(self)->editor, &teller, &label, self->fault);
        err = err ? err
                  : books_put_rules(&rules, told->channel ? STR("channel") : STR("campaign"), told->key, label.id,
                                    self->fault);
    }
    return err;
}

/* "@25": the instant 25 days before the end; "70%": so many of the link's visits. */
static str read_value(const struct playing *self, size_t link, str value, char memory[TIMESTAMP_TEXT_MAX])
{
    double number = strtod(value.ptr + str_starts(value, STR("@")), NULL);

    if (str_starts(value, STR("@"))) {
        return timestamp_utc(plan_time(self->opts->plan_opts, number), memory);
    }
    if (str_ends(value, STR("%"))) {
        uint32_t visits = self->opts->plan->visits[link];
        snprintf(memory, TIMESTAMP_TEXT_MAX, "%u", (unsigned)(visits * number / 100));
        return str_from_c(memory);
    }
    return value;
}

/* "valid_until=@25 max_clicks=70%" */
static enum err add_fields(struct playing *self, size_t link, struct link_draft *draft)
{
    str fields = self->opts->story->links[link].also;
    enum err err = OK;
    str field;

    while (!err && str_next(&fields, ' ', &field)) {
        char name[64], memory[TIMESTAMP_TEXT_MAX];
        str key, value;
        str_cut(field, '=', &key, &value);
        snprintf(name, sizeof name, STR_FMT, STR_ARG(key));
        err = link_draft_set_text(&self->arena, draft, name, read_value(self, link, value, memory), self->fault);
    }
    return err;
}

static enum err take_result(struct playing *self, const struct link_result *result)
{
    if (result->err && self->fault) {
        *self->fault = result->fault;
    }
    return result->err;
}

/* Sales are told of what is opened from now on; by the first daemon that serves the folder. */
static enum err begin_radar(struct playing *self)
{
    struct radar_watch *watch = NULL;
    enum err err = self->radar ? OK : radar_watch_start(engine(self), &watch);

    radar_watch_stop(watch);
    self->radar = true;
    return err;
}

static int64_t user_of(const struct playing *self, str key)
{
    const struct story *story = self->opts->story;

    for (size_t i = 0; i < story->users_count; i++) {
        if (str_eq(story->users[i].key, key)) {
            return self->users[i];
        }
    }
    return 0;
}

static enum err create_link(struct playing *self, const struct step *step)
{
    const struct story_link *told = &self->opts->story->links[step->link];
    struct link_draft draft;
    struct link_result result = {0};
    enum err err = OK;

    link_draft_init(&draft);
    for (size_t i = 0; i < STORY_FIELDS && !err; i++) {
        err = link_draft_set_text(&self->arena, &draft, story_fields[i], told->fields[i], self->fault);
    }
    err = err ? err
              : link_draft_set_text(&self->arena, &draft, "utm_campaign", told->fields[STORY_CAMPAIGN], self->fault);
    err = err ? err : add_fields(self, step->link, &draft);
    if (!err && told->outcome) {
        err = link_draft_set_text(&self->arena, &draft, "click_id_param", CLICK_ID_PARAM, self->fault);
    }
    err = err || !told->personal ? err : begin_radar(self);
    if (err) {
        return err;
    }
    editor_link_create(engine(self)->editor, &teller, &self->arena, &draft, NULL, &result);
    err = take_result(self, &result);
    if (!err) {
        self->ids[step->link] = result.link.id;
        self->owners[step->link] = user_of(self, told->fields[STORY_OWNER]);
        self->host = self->host.len ? self->host : arena_str(self->opts->cli->arena, result.link.domain);
        self->result->links++;
    }
    return err;
}

static enum err disable_link(struct playing *self, const struct step *step)
{
    struct link_draft draft;
    struct link_result result = {0};

    link_draft_init(&draft);
    enum err err = link_draft_set_text(&self->arena, &draft, "enabled", STR("false"), self->fault);
    if (err) {
        return err;
    }
    editor_link_update(engine(self)->editor, &teller, &self->arena, self->ids[step->link], &draft, 0, &result);
    return take_result(self, &result);
}

/* ---- the server ---- */

static enum err open_redirect(struct playing *self)
{
    self->redirect = redirect_new(&(struct redirect_opts){.engine = engine(self), .public_url = PUBLIC_URL});
    return self->redirect ? OK : ERR_NOMEM;
}

static void count_up(struct playing *self)
{
    struct engine_balance balance;
    struct writer_stats writer;

    engine_balance(engine(self), &balance);
    writer_stats(engine(self)->writer, &writer);
    self->result->answered += balance.answered;
    self->result->stored += writer.ingested;
    for (size_t i = 0; i < CLASS_COUNT; i++) {
        self->result->by_class[i] += writer.by_class[i];
    }
}

static enum err restart(struct playing *self)
{
    const struct play_opts *opts = self->opts;
    enum err err = writer_drain(engine(self)->writer, DRAIN_MS);

    if (err) {
        return err;
    }
    count_up(self);
    redirect_free(self->redirect);
    self->redirect = NULL;
    engine_close(engine(self));
    *opts->engine = NULL;
    err = boot_engine(opts->cli->arena, opts->settings, opts->cli->data_dir, 1, opts->engine, self->fault);
    return err ? err : open_redirect(self);
}

static str header_of(const struct reply *reply, str name)
{
    size_t i = 0;

    while (i < reply->headers_count && !str_eq(reply->headers[i].name, name)) {
        i++;
    }
    return i < reply->headers_count ? reply->headers[i].value : STR("");
}

static void keep_cookie(const struct reply *reply, char *kept)
{
    str cookie, rest;

    str_cut(header_of(reply, STR("Set-Cookie")), ';', &cookie, &rest);
    if (kept && cookie.len > 0) {
        snprintf(kept, BROWSER_KEEPS, STR_FMT, STR_ARG(cookie));
    }
}

static void note_lead(struct playing *self, const struct step *step, const struct reply *reply)
{
    static const str name = STR_INIT("cid=");
    str location = header_of(reply, STR("Location"));
    ssize_t at = str_find(location, name, 0);
    size_t from = (size_t)at + name.len;
    struct click_named click;

    if (at >= 0 && click_ids_read(self->lane->click_ids, str_slice(location, from, from + CLICK_ID_LEN), &click)) {
        self->telling.clicks[step->customer] = click.click;
    }
}

static void answer(struct playing *self, const struct step *step)
{
    bool tracked = self->opts->story->links[step->link].outcome;
    char *kept = tracked ? browsers_keep(&self->browsers, visit_browser(self->opts->story, step)) : NULL;
    struct reply reply;

    visit_make(self->opts->story, self->opts->plan_opts->seed, step, self->host, kept ? str_from_c(kept) : STR(""),
               self->visit);
    reply_init(&reply);
    redirect_handle(self->redirect, self->lane, &self->visit->request, &reply);
    keep_cookie(&reply, kept);
    if (step->leads) {
        note_lead(self, step, &reply);
    }
    reply_done(&reply);
}

/* ---- all ---- */

static enum err take_step(struct playing *self, const struct step *step)
{
    enum err err = OK;
    int64_t day = step->time_ms / MS_PER_DAY;

    if (day != self->day) {
        err = writer_drain(engine(self)->writer, DRAIN_MS);
        err = err || day % TELL_DAYS != 0 ? err : telling_go_on(&self->telling, self->fault);
        self->day = day;
    }
    clock_set_ms(step->time_ms);
    if (err || step->kind >= STEP_PERSON) {
        if (!err) {
            answer(self, step);
        }
        return err;
    }
    arena_reset(&self->arena);
    return step->kind == STEP_CREATE    ? create_link(self, step)
           : step->kind == STEP_RESTART ? restart(self)
                                        : disable_link(self, step);
}

static void show_progress(const struct playing *self, size_t done)
{
    size_t count = self->opts->plan->count;
    size_t every = count / 100 + 1;

    if (self->opts->progress && (done % every == 0 || done == count)) {
        fprintf(stderr, "\r%3zu%%%s", done * 100 / count, done == count ? "\n" : "");
    }
}

static enum err take_steps(struct playing *self)
{
    const struct plan *plan = self->opts->plan;
    enum err err = OK;

    for (size_t i = 0; i < plan->count && !err; i++) {
        err = take_step(self, &plan->steps[i]);
        show_progress(self, i + 1);
    }
    clock_set_ms(self->opts->plan_opts->until_ms);
    err = err ? err : writer_drain(engine(self)->writer, DRAIN_MS);
    err = err ? err : telling_go_on(&self->telling, self->fault);
    if (!err) {
        count_up(self);
    }
    if (!err && self->result->answered != self->result->stored) {
        err = fault_setf(self->fault, ERR_CORRUPT, "", "differ", "%llu visits were answered and %llu are in the ledger",
                         (unsigned long long)self->result->answered, (unsigned long long)self->result->stored);
    }
    return err;
}

static enum err open_all(struct playing *self)
{
    const struct story *story = self->opts->story;

    self->lane = calloc(1, sizeof *self->lane);
    self->visit = calloc(1, sizeof *self->visit);
    self->ids = calloc(story->links_count, sizeof *self->ids);
    self->owners = calloc(story->links_count, sizeof *self->owners);
    self->users = calloc(story->users_count + 1, sizeof *self->users);
    self->telling = (struct telling){.actor = &teller,
                                     .story = story,
                                     .deals = self->opts->deals,
                                     .engine = self->opts->engine,
                                     .owners = self->owners};
    arena_init(&self->arena, LINK_ARENA_MAX);
    browsers_init(&self->browsers);
    enum err err = self->lane && self->visit && self->ids && self->owners && self->users ? OK : ERR_NOMEM;
    err = err ? err : telling_open(&self->telling);
    err = err ? err : open_redirect(self);
    if (err) {
        return err;
    }
    self->lane->click_ids = engine_click_ids(engine(self));
    self->lane->cookie = visitor_cookie_new(engine(self)->cookie_key);
    return self->lane->click_ids && self->lane->cookie ? OK : ERR_NOMEM;
}

static void close_all(struct playing *self)
{
    redirect_free(self->redirect);
    telling_close(&self->telling);
    arena_done(&self->arena);
    browsers_done(&self->browsers);
    if (self->lane) {
        click_ids_free(self->lane->click_ids);
        visitor_cookie_free(self->lane->cookie);
    }
    free(self->lane);
    free(self->visit);
    free(self->ids);
    free(self->owners);
    free(self->users);
}

static enum err put_costs(struct playing *self)
{
    arena_reset(&self->arena);
    const struct books costs = books(self);

    return books_put_costs(&costs, self->fault);
}

enum err play(const struct play_opts *opts, struct play_result *out, struct fault *fault)
{
    struct playing self = {.opts = opts, .result = out, .fault = fault};

    *out = (struct play_result){0};
    enum err err = open_all(&self);
    cache_thread_register();
    clock_set_ms(opts->plan->start_ms - MS_PER_HOUR);
    err = err ? err : put_users(&self);
    err = err ? err : put_labels(&self);
    err = err ? err : take_steps(&self);
    err = err ? err : put_costs(&self);
    out->events = self.telling.events;
    out->leads = self.telling.leads;
    out->sales = self.telling.sales;
    cache_thread_unregister();
    close_all(&self);
    return err;
}
