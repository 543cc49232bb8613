/* SPDX-License-Identifier: MIT */
/* linkpond domain: list, add, set, close, open, remove, block, report. */
#include "linkpond/base/percent.h"
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/listing.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX 2048
#define BODY_BYTES_MAX (16 * 1024)

/* Of the domain that is the first operand. NULL: too long. */
static const char *domain_path(struct cli *cli, char memory[PATH_BYTES_MAX], const char *verb)
{
    struct buf path;

    buf_init_fixed(&path, memory, PATH_BYTES_MAX);
    buf_add_c(&path, "/api/v1/domains");
    path_segment(&path, cli->args.operands[0]);
    buf_add_c(&path, verb);
    return path.overflow ? NULL : buf_c(&path);
}

/* "wechat blocked, qq suspected": what is not fine. */
static str blocks_of(struct arena *arena, const struct json *domain)
{
    str text = {0};

    JSON_EACH(block, json_get(domain, STR("blocks")))
    {
        str app = cell_at(arena, block, "app"), state = cell_at(arena, block, "state");
        if (!str_eq(state, STR("ok"))) {
            text = arena_f(arena, STR_FMT "%s" STR_FMT " " STR_FMT, STR_ARG(text), text.len > 0 ? ", " : "",
                           STR_ARG(app), STR_ARG(state));
        }
    }
    return text;
}

/* "*": the default. */
static str default_mark(struct arena *arena, const struct json *domain)
{
    const struct json *chosen = json_get(domain, STR("is_default"));
    (void)arena;

    return chosen && chosen->boolean ? STR("*") : STR("");
}

static enum err list_domains(struct cli *cli, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"host", "HOST", "域名", false, NULL},
        {"state", "STATE", "状态", false, NULL},
        {"is_default", "DEFAULT", "默认", false, default_mark},
        {"serves", "SERVES", "打开哪些短码", false, NULL},
        {"blocks", "BLOCKS", "封禁", false, blocks_of},
    };

    return listing_print(cli, "/api/v1/domains", columns, ARRAY_LEN(columns), fault);
}

/* What was stored, or in a word what it is now. */
static enum err tell(struct cli *cli, const struct client_reply *reply, const struct json *domain)
{
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply->body));
        return OK;
    }
    printf(STR_FMT "\n", STR_ARG(cell_at(cli->arena, domain, "state")));
    return OK;
}

static enum err put(struct cli *cli, enum method method, const char *path, str host, struct fault *fault)
{
    char memory[BODY_BYTES_MAX];
    struct buf body;
    struct json_writer json;
    struct client_reply reply;
    struct json *domain = NULL;

    buf_init_fixed(&body, memory, sizeof memory);
    json_writer_init(&json, &body);
    json_object(&json);
    if (host.len > 0) {
        json_put_str(&json, "host", host);
    }
    enum err err = body_write_flags(&cli->args, &json, fault);
    json_object_end(&json);
    err = err ? err : body.overflow ? ERR_TOO_LARGE : path ? OK : ERR_URI_TOO_LONG;
    err = err ? err : client_send(cli, method, path, buf_str(&body), &reply, &domain, fault);
    return err ? err : tell(cli, &reply, domain);
}

static enum err add(struct cli *cli, struct fault *fault)
{
    return put(cli, METHOD_POST, "/api/v1/domains", str_from_c(cli->args.operands[0]), fault);
}

static enum err set(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];

    return put(cli, METHOD_PATCH, domain_path(cli, memory, ""), (str){0}, fault);
}

static enum err share(struct cli *cli, str body, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    const char *path = domain_path(cli, memory, "");
    struct client_reply reply;
    struct json *domain = NULL;
    enum err err = path ? client_send(cli, METHOD_PATCH, path, body, &reply, &domain, fault) : ERR_URI_TOO_LONG;

    return err ? err : tell(cli, &reply, domain);
}

static enum err close_domain(struct cli *cli, struct fault *fault)
{
    return share(cli, STR("{\"shareable\":false}"), fault);
}

static enum err open_domain(struct cli *cli, struct fault *fault)
{
    return share(cli, STR("{\"shareable\":true,\"enabled\":true}"), fault);
}

static enum err remove_domain(struct cli *cli, struct fault *fault)
{
    enum err err = client_delete(cli, "/api/v1/domains", fault);

    if (!err && !cli->args.json) {
        cli_note(cli, "%s", cli_text(cli, "removed", "已移除"));
    }
    return err;
}

/* The state of a domain in an app, for people and for programs that look. */
static enum err block(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX], text[BODY_BYTES_MAX];
    struct buf path, body;
    struct json_writer json;
    struct client_reply reply;
    struct json *answer = NULL;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/domains");
    path_segment(&path, cli->args.operands[0]);
    buf_add_c(&path, "/blocks");
    path_segment(&path, cli->args.operands[1]);
    buf_init_fixed(&body, text, sizeof text);
    json_writer_init(&json, &body);
    json_object(&json);
    json_put_str(&json, "state", str_from_c(cli->args.operands[2]));
    enum err err = body_write_flags(&cli->args, &json, fault);
    json_object_end(&json);
    err = err ? err : path.overflow ? ERR_URI_TOO_LONG : body.overflow ? ERR_TOO_LARGE : OK;
    err = err ? err : client_send(cli, METHOD_PUT, buf_c(&path), buf_str(&body), &reply, &answer, fault);
    return err ? err : tell(cli, &reply, answer);
}

static void print_report(struct cli *cli, const struct json *report)
{
    struct arena *arena = cli->arena;
    const struct json *wechat = json_get(report, STR("wechat"));
    const struct json *fell = wechat ? json_get(wechat, STR("fell")) : NULL;
    struct table table;

    table_init(&table, arena, 2, 1U << 1);
    table_row(&table, (str[]){cli->chinese ? STR("短链") : STR("links"), cell_at(arena, report, "links")});
    table_row(&table, (str[]){cli->chinese ? STR("访问次数") : STR("clicks"), cell_at(arena, report, "clicks")});
    JSON_EACH(row, json_get(report, STR("apps")))
    {
        str app = cell_at(arena, row, "app");
        table_row(&table, (str[]){app.len > 0 ? app : STR("-"), cell_at(arena, row, "clicks")});
    }
    table_print(&table);
    if (fell && fell->boolean) {
        cli_note(cli, "%s",
                 cli_text(cli, "visits from WeChat have fallen while others went on: open a link in WeChat",
                          "来自微信的访问骤降，其他应用正常：请在微信中打开一条短链确认"));
    }
    str blocks = blocks_of(arena, report);
    if (blocks.len > 0) {
        cli_note(cli, STR_FMT, STR_ARG(blocks));
    }
}

static enum err report(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;
    struct client_reply reply;
    struct json *answer = NULL;
    const char *period = args_flag(&cli->args, "period");

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/domains");
    path_segment(&path, cli->args.operands[0]);
    buf_add_c(&path, "/report?period=");
    percent_encode(&path, str_from_c(period ? period : "30d"));
    enum err err =
        path.overflow ? ERR_URI_TOO_LONG : client_send(cli, METHOD_GET, buf_c(&path), (str){0}, &reply, &answer, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else {
        print_report(cli, answer);
    }
    return OK;
}

/* clang-format off */
#define DOMAIN_FLAGS \
    { "scheme", FLAG_VALUE, "https|http", BODY_TEXT, "how its addresses begin", "协议" }, \
    { "serves", FLAG_VALUE, "all|own", BODY_TEXT, "which codes it opens", "打开所有短码，或只打开自己的" }, \
    { "is-default", FLAG_VALUE, "true", BODY_BOOL, "where links go that name no domain", "设为默认域名" }, \
    { "enabled", FLAG_VALUE, "true|false", BODY_BOOL, "whether anything is answered there", "是否启用" }, \
    { "shareable", FLAG_VALUE, "true|false", BODY_BOOL, "whether new links may be made there", "是否可新建短链" }, \
    { "root-url", FLAG_VALUE, "URL", BODY_TEXT, "where its front page leads", "首页跳转到" }, \
    { "not-found-url", FLAG_VALUE, "URL", BODY_TEXT, "where unknown codes lead", "无效短码跳转到" }, \
    { "expired-url", FLAG_VALUE, "URL", BODY_TEXT, "where links lead that are over", "失效短链跳转到" }, \
    { "code-length", FLAG_VALUE, "N", BODY_INT, "of new codes", "新短码的长度" }
#define FLAGS_END { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL }
static const struct flag add_flags[] = { DOMAIN_FLAGS, FLAGS_END };
static const struct flag set_flags[] = {
    DOMAIN_FLAGS,
    { "clear", FLAG_LIST, "FIELD", BODY_NONE, "empty a field", "清空某项" },
    FLAGS_END,
};
static const struct flag block_flags[] = {
    { "note", FLAG_VALUE, "TEXT", BODY_TEXT, "how that is known", "依据" },
    FLAGS_END,
};
static const struct flag report_flags[] = {
    { "period", FLAG_VALUE, "7d|30d|…", BODY_NONE, "of which days (30d)", "统计区间，默认 30d" },
    FLAGS_END,
};
const struct command cmd_domain_verbs[] = {
    { "list", "", 0, 0, false, NULL, NULL, list_domains, "List the short domains", "列出短链域名" },
    { "add", "HOST", 1, 1, false, add_flags, NULL, add, "Add a short domain", "添加短链域名" },
    { "set", "HOST", 1, 1, false, set_flags, NULL, set, "Change what a domain does", "修改域名设置" },
    { "close", "HOST", 1, 1, false, NULL, NULL, close_domain, "Make no new links there; old ones go on working", "停止新建，已有短链照常跳转" },
    { "open", "HOST", 1, 1, false, NULL, NULL, open_domain, "Make new links there again", "重新开放新建" },
    { "remove", "HOST", 1, 1, false, NULL, NULL, remove_domain, "Remove a domain that has no links", "移除没有短链的域名" },
    { "block", "HOST APP ok|suspected|blocked", 3, 3, false, block_flags, NULL, block, "Say what is known of a domain in an app", "标记域名在某应用内的状态" },
    { "report", "HOST", 1, 1, false, report_flags, NULL, report, "Show how a domain does", "查看域名数据" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
