/* SPDX-License-Identifier: MIT */
/*
 * linkpond try: one visit as somebody else would make it, and what the ledger says about it. With a daemon it is a real
 * request to the redirect listener; without one the same handler is called in this process. Either way the click is
 * recorded like any other.
 */
#include "linkpond/base/clock.h"
#include "linkpond/base/crypt.h"
#include "linkpond/base/percent.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/fetch.h"
#include "linkpond/cli/table.h"
#include "linkpond/http/redirect.h"

#define CLICK_WAIT_MS 3000
#define POLL_NS       (20 * 1000000L)
#define REQUEST_MS    10000
#define URL_BYTES_MAX LIMIT_URI

struct profile {
    str name;
    const char *query; /* what the app adds to a link that is forwarded in it */
    str user_agent;
    str package; /* X-Requested-With: an Android WebView tells its app */
};
/* clang-format off */
#define IPHONE "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
#define ANDROID "Mozilla/5.0 (Linux; Android 14; PJD110 Build/UKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/122.0.6261.120 Mobile Safari/537.36 "
static const struct profile profiles[] = {
    { STR_INIT("wechat-group"), "from=groupmessage", STR_INIT(ANDROID "MicroMessenger/8.0.50.2701 NetType/WIFI Language/zh_CN"), STR_INIT("com.tencent.mm") },
    { STR_INIT("wechat"), "", STR_INIT(IPHONE "Mobile/15E148 MicroMessenger/8.0.50(0x1800323d) NetType/4G Language/zh_CN"), { NULL, 0 } },
    { STR_INIT("wecom"), "", STR_INIT(IPHONE "Mobile/15E148 wxwork/4.1.20 MicroMessenger/7.0.1 Language/zh"), { NULL, 0 } },
    { STR_INIT("safari"), "", STR_INIT(IPHONE "Version/17.5 Mobile/15E148 Safari/604.1"), { NULL, 0 } },
    { STR_INIT("bot"), "", STR_INIT("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"), { NULL, 0 } },
};
const struct flag cmd_try_flags[] = {
    { "as", FLAG_VALUE, "WHO", BODY_NONE, "wechat-group, wechat, wecom, safari or bot; else safari", "wechat-group、wechat、wecom、safari 或 bot；默认 safari" },
    { "domain", FLAG_VALUE, "HOST", BODY_NONE, "where an alias is ambiguous", "后缀重名时指定域名" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
/* clang-format on */

struct visit_answer {
    int status;
    str location;
};
struct trial {
    struct cli *cli;
    struct client *client;
    const struct profile *profile;
    str host, path; /* of the short URL; path percent-encoded, without its slash */
    str request_id;
    struct header headers[8];
    size_t headers_count;
};

static enum err find_profile(struct trial *self, struct fault *fault)
{
    const char *name = args_flag(&self->cli->args, "as");

    for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
        if (str_eq(profiles[i].name, name ? str_from_c(name) : STR("safari"))) {
            self->profile = &profiles[i];
            return OK;
        }
    }
    return fault_setf(fault, ERR_USAGE, "as", "unknown",
                      "--as is wechat-group, wechat, wecom, safari or bot, not \"%.64s\"", name);
}

/* The words of the visit from the link's own answer: the code or alias as it was typed, else the short URL's. */
static enum err read_link(struct trial *self, const struct json *link)
{
    struct arena *arena = self->cli->arena;
    str typed = str_from_c(self->cli->args.operands[0]);
    str short_url = cell_at(arena, link, "short_url");
    ssize_t slashes = str_find(short_url, STR("://"), 0);
    bool is_name = str_eq(typed, cell_at(arena, link, "code"));

    JSON_EACH(alias, json_get(link, STR("aliases")))
    {
        is_name = is_name || str_eq(typed, alias->string);
    }
    if (slashes < 0 || !str_cut(str_from(short_url, (size_t)slashes + 3), '/', &self->host, &self->path)) {
        return ERR_CORRUPT;
    }
    if (is_name) {
        struct buf path;
        char *memory = arena_alloc(arena, URL_BYTES_MAX);
        if (!memory) {
            return ERR_NOMEM;
        }
        buf_init_fixed(&path, memory, URL_BYTES_MAX);
        percent_encode(&path, typed);
        self->path = path.overflow ? self->path : buf_str(&path);
    }
    return OK;
}

static enum err find_link(struct trial *self, struct fault *fault)
{
    char memory[URL_BYTES_MAX];
    struct buf path;
    struct client_reply reply;
    struct json *link;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/links");
    path_segment(&path, self->cli->args.operands[0]);
    path_param(&path, "domain", args_flag(&self->cli->args, "domain"));
    struct client_request request = {.method = METHOD_GET, .path = buf_c(&path)};
    enum err err = path.overflow ? ERR_URI_TOO_LONG : client_call(self->client, &request, &reply, fault);
    err = err ? err : client_verdict(self->cli, &reply);
    err = err ? err : client_json(self->cli, &reply, &link);
    return err ? err : read_link(self, link);
}

static void make_headers(struct trial *self)
{
    uint8_t random[12];
    char memory[32];
    struct buf hex;

    crypt_random(random, sizeof random);
    buf_init_fixed(&hex, memory, sizeof memory);
    buf_add_hex(&hex, random, sizeof random);
    self->request_id = arena_f(self->cli->arena, "try-" STR_FMT, STR_ARG(buf_str(&hex)));
    self->headers[self->headers_count++] = (struct header){STR("Host"), self->host};
    self->headers[self->headers_count++] = (struct header){STR("User-Agent"), self->profile->user_agent};
    self->headers[self->headers_count++] = (struct header){STR("Accept"), STR("text/html")};
    self->headers[self->headers_count++] = (struct header){STR("Accept-Language"), STR("zh-CN,zh;q=0.9")};
    self->headers[self->headers_count++] = (struct header){STR("X-Request-ID"), self->request_id};
    if (self->profile->package.len) {
        self->headers[self->headers_count++] = (struct header){STR("X-Requested-With"), self->profile->package};
    }
}

/* ---- the visit --------------------------------------------------------------------------------------------------- */

static enum err visit_daemon(struct trial *self, struct visit_answer *out, struct fault *fault)
{
    struct arena *arena = self->cli->arena;
    const char *query = self->profile->query;
    str url = arena_f(arena, "%s/" STR_FMT "%s%s", client_daemon(self->client)->redirect, STR_ARG(self->path),
                      *query ? "?" : "", query);
    struct fetch_request request = {.method = METHOD_GET,
                                    .url = url.ptr,
                                    .headers = self->headers,
                                    .headers_count = self->headers_count,
                                    .body_fd = -1,
                                    .timeout_ms = REQUEST_MS};
    struct fetch_reply reply;
    enum err err = url.ptr ? fetch(arena, &request, &reply, fault) : ERR_NOMEM;

    if (!err) {
        *out = (struct visit_answer){reply.status, fetch_header(&reply, "Location")};
    }
    return err;
}

static enum err visit_here(struct trial *self, struct visit_answer *out)
{
    struct arena *arena = self->cli->arena;
    struct engine *engine = client_engine(self->client);
    const char *public_url = engine->opts.public_url ? engine->opts.public_url : "http://127.0.0.1:8082";
    struct redirect *redirect = redirect_new(&(struct redirect_opts){.engine = engine, .public_url = public_url});
    struct redirect_lane *lane = ARENA_NEW(arena, struct redirect_lane);
    struct reply reply;
    struct buf path;
    char memory[URL_BYTES_MAX];

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_char(&path, '/');
    if (!redirect || !lane || !percent_decode(&path, self->path)) {
        redirect_free(redirect);
        return ERR_NOMEM;
    }
    struct request request = {.method = METHOD_GET,
                              .path = buf_str(&path),
                              .query = str_from_c(self->profile->query),
                              .headers = self->headers,
                              .headers_count = self->headers_count,
                              .body_fd = -1,
                              .trusted = true,
                              .host = self->host,
                              .request_id = self->request_id,
                              .now_ms = clock_now_ms(),
                              .chinese = true};
    lane->seal = live_seal_new(engine->cookie_key);
    lane->click_ids = engine_click_ids(engine);
    if (!lane->seal || !lane->click_ids) {
        live_seal_free(lane->seal);
        click_ids_free(lane->click_ids);
        redirect_free(redirect);
        return ERR_NOMEM;
    }
    addr_parse(STR("127.0.0.1"), &request.client);
    reply_init(&reply);
    cache_thread_register();
    redirect_handle(redirect, lane, &request, &reply);
    cache_thread_unregister();
    *out = (struct visit_answer){.status = reply.status};
    for (size_t i = 0; i < reply.headers_count; i++) {
        if (str_ieq(reply.headers[i].name, STR("Location"))) {
            out->location = arena_str(arena, reply.headers[i].value);
        }
    }
    reply_done(&reply);
    live_seal_free(lane->seal);
    click_ids_free(lane->click_ids);
    redirect_free(redirect);
    return OK;
}

/* The click's row, once the ledger has it. ERR_UNAVAILABLE after CLICK_WAIT_MS. */
static enum err find_click(struct trial *self, const struct json **out, struct fault *fault)
{
    struct arena *arena = self->cli->arena;
    str path =
        arena_f(arena, "/api/v1/clicks?class=all&period=all&limit=1&request_id=" STR_FMT, STR_ARG(self->request_id));
    struct client_request request = {.method = METHOD_GET, .path = path.ptr};
    int64_t deadline_ns = clock_mono_ns() + CLICK_WAIT_MS * INT64_C(1000000);

    while (path.ptr && clock_mono_ns() < deadline_ns) {
        struct client_reply reply;
        struct json *page;
        enum err err = client_call(self->client, &request, &reply, fault);
        err = err ? err : client_verdict(self->cli, &reply);
        err = err ? err : client_json(self->cli, &reply, &page);
        if (err) {
            return err;
        }
        const struct json *items = json_get(page, STR("items"));
        if (items && items->child) {
            *out = items->child;
            return OK;
        }
        nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
    }
    return fault_set(fault, ERR_UNAVAILABLE, "", "not_found",
                     "the visit was answered, but its click was not found; is this computer among trusted_proxies?",
                     "访问已应答，但未找到对应记录；请检查 trusted_proxies 是否包含本机");
}

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

static void print_click(struct trial *self, const struct visit_answer *answer, const struct json *click)
{
    static const char *const fields[][3] = {{"class", "class", "类别"},      {"rule", "rule", "规则"},
                                            {"why", "why", "说明"},          {"outcome", "outcome", "结果"},
                                            {"app", "app", "打开环境"},      {"scene", "scene", "转发场景"},
                                            {"source", "source", "来源"},    {"source_by", "source by", "来源依据"},
                                            {"channel", "channel", "渠道"},  {"channel_by", "channel by", "渠道依据"},
                                            {"repeat", "repeat", "重复访问"}};
    struct cli *cli = self->cli;
    struct table table;

    table_init(&table, cli->arena, 2, 0);
    table_row(&table,
              (str[]){str_from_c(cli_text(cli, "status", "状态码")), arena_f(cli->arena, "%d", answer->status)});
    table_row(&table, (str[]){STR("Location"), answer->location});
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        str cell = cell_at(cli->arena, click, fields[i][0]);
        if (cell.len == 0 && strcmp(fields[i][0], "why") == 0) {
            cell = str_from_c(
                cli_text(cli, "A person, as far as can be told: counts as a visit.", "看来是真人，计入访问。"));
        }
        table_row(&table, (str[]){str_from_c(fields[i][cli->chinese ? 2 : 1]), cell});
    }
    table_print(&table);
}

static enum err print_json(const struct visit_answer *answer, const struct json *click)
{
    struct buf out;
    struct json_writer json;

    buf_init_heap(&out, LIMIT_REPLY);
    json_writer_init(&json, &out);
    json_object(&json);
    json_put_i64(&json, "status", answer->status);
    json_put_opt(&json, "location", answer->location);
    json_name(&json, "click");
    json_value(&json, click);
    json_object_end(&json);
    enum err err = out.overflow ? ERR_NOMEM : OK;
    printf(STR_FMT "\n", STR_ARG(buf_str(&out)));
    buf_done(&out);
    return err;
}

enum err cmd_try(struct cli *cli, struct fault *fault)
{
    struct trial trial = {.cli = cli};
    struct visit_answer answer = {0};
    const struct json *click = NULL;
    enum err err = find_profile(&trial, fault);

    err = err ? err : client_open(cli, &trial.client, fault);
    err = err ? err : find_link(&trial, fault);
    if (!err) {
        make_headers(&trial);
        err = client_daemon(trial.client) ? visit_daemon(&trial, &answer, fault) : visit_here(&trial, &answer);
    }
    err = err ? err : find_click(&trial, &click, fault);
    if (!err && cli->args.json) {
        err = print_json(&answer, click);
    } else if (!err) {
        print_click(&trial, &answer, click);
    }
    client_close(trial.client);
    return err;
}
