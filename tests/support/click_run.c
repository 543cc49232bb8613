/* SPDX-License-Identifier: MIT */
#include "click_run.h"

#include "../../src/http/visitor_cookie.h"
#include "linkpond/base/clock.h"
#include "linkpond/base/files.h"
#include "linkpond/store/labels.h"
#include "linkpond/store/links.h"
#include "linkpond/store/users.h"

#define LAG_MAX    200000 /* records; more would only fill the disk with journal */
#define LOOK_EVERY 16384  /* clicks */
#define DRAIN_MS   (30 * MS_PER_MINUTE)

static void must(enum err err, const struct fault *fault)
{
    if (err) {
        fprintf(stderr, "%s: %s %s\n", err_name(err), fault->field, fault->message);
        abort();
    }
}

/* ---- links */

static int64_t channel_id(struct db *db, const char *key)
{
    int64_t id = 0;

    BUG_ON(*key && labels_ensure(db, LABEL_CHANNEL, str_from_c(key), 1, &id) != OK);
    return id;
}

static void insert_link(struct db *db, const struct stream *stream, uint32_t number)
{
    char code[STREAM_TEXT_MAX], url[128];
    struct stream_link wanted;
    struct link link;

    stream_link(stream, number, &wanted);
    link_init(&link);
    link.id = number;
    link.code = stream_link_code(number, code);
    link.domain_id = 1;
    link.owner_id = USER_ADMIN;
    link.url = (str){url, (size_t)snprintf(url, sizeof url, "https://shop.example.com/products/%u?colour=red", number)};
    link.source = str_from_c(wanted.source);
    link.channel_id = channel_id(db, wanted.channel);
    link.utm[UTM_SOURCE] = str_from_c(wanted.utm_source);
    link.utm[UTM_MEDIUM] = str_from_c(wanted.utm_medium);
    link.fallback_url = str_from_c(wanted.fallback_url);
    link.valid_from_ms = wanted.valid_from_ms;
    link.valid_until_ms = wanted.valid_until_ms;
    link.enabled = wanted.enabled;
    link.created_ms = link.updated_ms = 1;
    BUG_ON(links_insert(db, &link) != OK);
}

static struct db *open_database(const struct click_run *self, enum db_mode mode)
{
    struct fault fault = {0};
    char path[4096];
    struct db *db = NULL;

    snprintf(path, sizeof path, "%s/linkpond.db", self->dir);
    must(db_open(path, mode, &db, &fault), &fault);
    return db;
}

static void insert_links(const struct click_run *self)
{
    struct db *db = open_database(self, DB_WRITE);

    BUG_ON(db_begin(db, true) != OK);
    for (uint32_t number = 1; number <= stream_options(self->stream)->links; number++) {
        insert_link(db, self->stream, number);
    }
    BUG_ON(db_commit(db) != OK);
    db_close(db);
}

#define STRIDE 999983 /* a prime, so that the links visited most are not the oldest ones */

static void read_codes(struct click_run *self)
{
    struct db *db = open_database(self, DB_READ);
    uint32_t links = stream_options(self->stream)->links, found = 0;
    struct links_load load;
    struct link_hot hot;

    self->codes = calloc((size_t)links + 1, sizeof *self->codes);
    BUG_ON(!self->codes || links % STRIDE == 0);
    links_load_each(&load, db);
    while (found < links && links_load_next(&load, &hot)) {
        BUG_ON(hot.code.len >= CLICK_RUN_CODE);
        memcpy(self->codes[1 + (uint64_t)found++ * STRIDE % links].text, hot.code.ptr, hot.code.len);
    }
    BUG_ON(links_load_end(&load) != OK || found < links);
    db_close(db);
}

void click_run_init(struct click_run *self, struct stream *stream, const char *dir)
{
    struct fault fault = {0};
    char secret[KEY_SECRET_MAX];

    *self = (struct click_run){.stream = stream, .dir = dir};
    self->opts = (struct engine_opts){.data_dir = dir,
                                      .lanes = 1,
                                      .cache_bytes = INT64_C(2) << 30,
                                      .segment_bytes = 8 << 20,
                                      .fsync = JOURNAL_FSYNC_INTERVAL,
                                      .journal_keep_bytes = 64 << 20,
                                      .timezone = "Asia/Shanghai",
                                      .visitor_cookie = VISITOR_COOKIE_ALL,
                                      .repeat_window_ms = 30 * MS_PER_MINUTE,
                                      .fold_rows = 65536,
                                      .chunk_rows = 32768,
                                      .code_length = 7,
                                      .bin_keep_ms = 30 * MS_PER_DAY};
    self->jars = calloc((size_t)stream_options(stream)->persons + 1, sizeof *self->jars);
    BUG_ON(!self->jars);
    char path[4096];
    snprintf(path, sizeof path, "%s/linkpond.db", dir);
    if (files_exists(path)) {
        read_codes(self);
        return;
    }
    must(engine_init(&(struct engine_init_opts){.data_dir = dir, .domain = "s.example.com"}, secret, &fault), &fault);
    insert_links(self);
}

void click_run_done(struct click_run *self)
{
    free(self->codes);
    free(self->jars);
}

void click_run_open(struct click_run *self)
{
    struct fault fault = {0};

    must(engine_open(&self->opts, &self->engine, &fault), &fault);
    cache_thread_register();
    self->redirect =
        redirect_new(&(struct redirect_opts){.engine = self->engine, .public_url = "https://s.example.com"});
    self->lane = (struct redirect_lane){.cookie = visitor_cookie_new(self->engine->cookie_key)};
    self->lane.click_ids = engine_click_ids(self->engine);
    BUG_ON(!self->lane.cookie || !self->lane.click_ids);
}

void click_run_close(struct click_run *self)
{
    visitor_cookie_free(self->lane.cookie);
    click_ids_free(self->lane.click_ids);
    redirect_free(self->redirect);
    cache_thread_unregister();
    engine_close(self->engine);
    self->engine = NULL;
}

/* ---- one click */

struct sending {
    char user_agent[STREAM_TEXT_MAX], query[STREAM_TEXT_MAX], referrer[STREAM_TEXT_MAX], path[STREAM_TEXT_MAX];
    char request_id[STREAM_TEXT_MAX], cookie[64];
    struct header headers[12];
    size_t count;
};

static void send_header(struct sending *out, str name, str value)
{
    BUG_ON(out->count == ARRAY_LEN(out->headers));
    if (value.len > 0) {
        out->headers[out->count++] = (struct header){name, value};
    }
}

static void headers_of(const struct click_run *self, const struct stream_click *click, struct sending *out)
{
    const struct cookie_jar *jar = &self->jars[click->person];

    out->count = 0;
    send_header(out, STR("Host"), STR("s.example.com"));
    send_header(out, STR("User-Agent"), stream_user_agent(self->stream, click, out->user_agent));
    send_header(out, STR("Accept"), STR("text/html,application/xhtml+xml,*/*;q=0.8"));
    if (click->class == CLASS_HUMAN || click->class == CLASS_REPLAY) {
        send_header(out, STR("Accept-Language"), STR("zh-CN,zh;q=0.9"));
    }
    send_header(out, STR("X-Requested-With"), stream_package(self->stream, click));
    if (click->class != CLASS_REPLAY) {
        send_header(out, STR("Referer"), stream_referrer(click, out->referrer));
    }
    send_header(out, STR("Sec-Purpose"), click->sent == SENT_PREFETCH ? STR("prefetch;prerender") : STR(""));
    send_header(out, STR("Purpose"), click->sent == SENT_PURPOSE ? STR("prefetch") : STR(""));
    send_header(out, STR("Tencent-Leakscan"), click->sent == SENT_LEAKSCAN ? STR("1") : STR(""));
    if (click->person > 0 && stream_opts_out(self->stream, click->person)) {
        send_header(out, STR("DNT"), STR("1"));
    }
    if (click->person > 0 && jar->value[0]) {
        int len = snprintf(out->cookie, sizeof out->cookie, VISITOR_COOKIE "=%s", jar->value);
        send_header(out, STR("Cookie"), (str){out->cookie, (size_t)len});
    }
}

static void keep_cookie(struct click_run *self, uint32_t person, const struct reply *reply)
{
    static const str start = STR_INIT(VISITOR_COOKIE "=");
    const struct request view = {.headers = reply->headers, .headers_count = reply->headers_count};
    str line = request_header(&view, "Set-Cookie");

    if (person > 0 && str_starts(line, start) && stream_keeps_cookies(self->stream, person)) {
        str value = str_slice(line, start.len, start.len + sizeof self->jars->value - 1);
        memcpy(self->jars[person].value, value.ptr, value.len);
    }
}

static void feed(struct click_run *self, const struct stream_click *click)
{
    static struct sending sent;
    char code[STREAM_TEXT_MAX];
    struct reply reply;

    headers_of(self, click, &sent);
    bool own = self->codes && click->link > 0;
    str asked = own ? str_from_c(self->codes[click->link].text) : stream_code(click, code);
    int path_len = snprintf(sent.path, sizeof sent.path, "/" STR_FMT, STR_ARG(asked));
    struct request request = {
        .method = click->sent == SENT_HEAD ? METHOD_HEAD : METHOD_GET,
        .path = {sent.path, (size_t)path_len},
        .query = stream_query(click, sent.query),
        .headers = sent.headers,
        .headers_count = sent.count,
        .body_fd = -1,
        .client = {{[10] = 0xFF,
                    [11] = 0xFF,
                    [12] = (uint8_t)(click->ip >> 24),
                    [13] = (uint8_t)(click->ip >> 16),
                    [14] = (uint8_t)(click->ip >> 8),
                    [15] = (uint8_t)click->ip}},
        .trusted = true,
        .host = STR("s.example.com"),
        .request_id = stream_request_id(self->stream, click, sent.request_id),
        .now_ms = click->time_ms,
    };
    reply_init(&reply);
    redirect_handle(self->redirect, &self->lane, &request, &reply);
    keep_cookie(self, click->person, &reply);
    reply_done(&reply);
}

void click_run_feed(struct click_run *self, const struct stream_click *clicks, size_t count)
{
    struct engine_balance balance;

    for (size_t i = 0; i < count; i++) {
        feed(self, &clicks[i]);
        self->by_class[clicks[i].again ? CLASS_DUPLICATE : clicks[i].class]++;
        if (++self->fed % LOOK_EVERY > 0) {
            continue;
        }
        engine_balance(self->engine, &balance);
        if (balance.lag_records > LAG_MAX) {
            click_run_drain(self);
        }
    }
}

void click_run_drain(struct click_run *self)
{
    BUG_ON(writer_drain(self->engine->writer, DRAIN_MS) != OK);
}
