/* SPDX-License-Identifier: MIT */
/* linkpond event: add, import, list. */
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/rows.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX 8192
#define BODY_BYTES_MAX 16384

/* clang-format off */
static const struct flag add_flags[] = {
    { "type", FLAG_VALUE, "TYPE", BODY_TEXT, "what happened: lead, add_friend, deal, refund, …", "事件类型：lead、add_friend、deal、refund 等" },
    { "value", FLAG_VALUE, "N", BODY_INT, "in minor units (fen, cents); negative takes back", "金额，单位为分；负数为退款" },
    { "currency", FLAG_VALUE, "CNY", BODY_TEXT, "ISO 4217", "币种（ISO 4217）" },
    { "click-id", FLAG_VALUE, "ID", BODY_TEXT, "the click it came from", "点击 ID" },
    { "event-id", FLAG_VALUE, "ID", BODY_TEXT, "your name for it: what comes twice is kept once", "事件编号，重复上报只计一次" },
    { "time", FLAG_VALUE, "TIME", BODY_TEXT, "RFC 3339; else now", "发生时间（RFC 3339），默认现在" },
    { "owner", FLAG_VALUE, "USER", BODY_TEXT, "the colleague it happened with", "负责人" },
    { "phone", FLAG_VALUE, "NUMBER", BODY_NONE, "the customer's; kept as a keyed hash", "客户手机号，只保存带密钥的哈希" },
    { "email", FLAG_VALUE, "ADDRESS", BODY_NONE, "likewise", "客户邮箱，同上" },
    { "external-id", FLAG_VALUE, "ID", BODY_NONE, "the customer's id in another system", "客户在其他系统的编号" },
    { "openid", FLAG_VALUE, "ID", BODY_NONE, "the customer's", "客户的 openid" },
    { "unionid", FLAG_VALUE, "ID", BODY_NONE, "the customer's", "客户的 unionid" },
    { "external-userid", FLAG_VALUE, "ID", BODY_NONE, "the customer's, in WeCom", "客户的企业微信 external_userid" },
    { "name", FLAG_VALUE, "TEXT", BODY_NONE, "what the customer is called", "客户姓名" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
static const struct flag import_flags[] = {
    { "type", FLAG_VALUE, "TYPE", BODY_NONE, "of rows that do not say, such as deal", "没有写明类型的行算作，如 deal" },
    { "dry-run", FLAG_SWITCH, NULL, BODY_NONE, "only say what would happen", "只预演，不写入" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
static const struct flag list_flags[] = {
    { "type", FLAG_VALUE, "TYPE", BODY_NONE, "only of this type", "事件类型" },
    { "state", FLAG_VALUE, "STATE", BODY_NONE, "waiting, joined or unmatched", "状态：waiting、joined 或 unmatched" },
    { "origin", FLAG_VALUE, "ORIGIN", BODY_NONE, "api, csv, script, wecom, postback or desk", "来源：api、csv、script、wecom、postback 或 desk" },
    { "event-id", FLAG_VALUE, "ID", BODY_NONE, "the one of that name", "事件编号" },
    { "click-id", FLAG_VALUE, "ID", BODY_NONE, "only of this click", "点击 ID" },
    { "link", FLAG_VALUE, "REF", BODY_NONE, "only of this link", "短链" },
    { "customer", FLAG_VALUE, "CUS", BODY_NONE, "only of this customer", "客户" },
    { "owner", FLAG_VALUE, "USER", BODY_NONE, "only of this colleague", "负责人" },
    { "from", FLAG_VALUE, "TIME", BODY_NONE, "since then: a date or RFC 3339", "起始时间：日期或 RFC 3339" },
    { "to", FLAG_VALUE, "TIME", BODY_NONE, "until then; a date is still in", "截止时间；日期含当天" },
    { "limit", FLAG_VALUE, "N", BODY_NONE, "how many", "数量" },
    { "cursor", FLAG_VALUE, "CURSOR", BODY_NONE, "goes on where the last page ended", "从上一页末尾继续" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
/* clang-format on */

static void write_customer(struct cli *cli, struct json_writer *json)
{
    static const char *const flags[][2] = {
        {"phone", "phone"},   {"email", "email"},     {"external-id", "external_id"},
        {"openid", "openid"}, {"unionid", "unionid"}, {"external-userid", "external_userid"},
        {"name", "name"},
    };

    json_name(json, "customer");
    json_object(json);
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        const char *value = args_flag(&cli->args, flags[i][0]);
        if (value) {
            json_put_str(json, flags[i][1], str_from_c(value));
        }
    }
    json_object_end(json);
}

static enum err event_add(struct cli *cli, struct fault *fault)
{
    char memory[BODY_BYTES_MAX];
    struct buf body;
    struct json_writer json;
    struct client_reply reply;
    struct json *event = NULL;

    buf_init_fixed(&body, memory, sizeof memory);
    json_writer_init(&json, &body);
    json_object(&json);
    enum err err = body_write_flags(&cli->args, &json, fault);
    write_customer(cli, &json);
    json_object_end(&json);
    err = err ? err : body.overflow ? ERR_TOO_LARGE : OK;
    struct client_request request = {.method = METHOD_POST, .path = "/api/v1/events", .body = buf_str(&body)};
    err = err ? err : client_ask(cli, &request, &reply, fault);
    err = err ? err : client_json(cli, &reply, &event);
    if (err == OK && cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else if (err == OK) {
        table_print_object(cli->arena, event);
    }
    return err;
}

static enum err event_import(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/events");
    path_param(&path, "type", args_flag(&cli->args, "type"));
    path_param(&path, "dry_run", args_has(&cli->args, "dry-run") ? "true" : NULL);
    return rows_send(cli, cli->args.operands[0], &path, fault);
}

static void print_events(struct cli *cli, const struct json *page)
{
    struct table table;
    struct arena *arena = cli->arena;

    table_init(&table, arena, 7, 1u << 4);
    table_row(&table, cli->chinese ? (str[]){STR("编号"), STR("时间"), STR("事件"), STR("状态"), STR("金额"),
                                             STR("客户"), STR("短链")}
                                   : (str[]){STR("ID"), STR("TIME"), STR("TYPE"), STR("STATE"), STR("VALUE"),
                                             STR("CUSTOMER"), STR("LINK")});
    JSON_EACH(event, json_get(page, STR("items")))
    {
        table_row(&table,
                  (str[]){cell_at(arena, event, "id"), cell_at(arena, event, "time"), cell_at(arena, event, "type"),
                          cell_at(arena, event, "state"), cell_money(arena, event), cell_at(arena, event, "customer"),
                          cell_at(arena, event, "link")});
    }
    table_print(&table);
    str next = cell_at(arena, page, "next_cursor");
    if (next.len) {
        cli_note(cli, "%s --cursor " STR_FMT, cli_text(cli, "more:", "更多："), STR_ARG(next));
    }
}

static enum err event_list(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;
    struct client_reply reply;
    struct json *page = NULL;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/events");
    for (const struct flag *flag = list_flags; flag->name; flag++) {
        path_param(&path, flag->name, args_flag(&cli->args, flag->name));
    }
    struct client_request request = {.method = METHOD_GET, .path = buf_c(&path)};
    enum err err = path.overflow ? ERR_URI_TOO_LONG : client_ask(cli, &request, &reply, fault);
    err = err ? err : client_json(cli, &reply, &page);
    if (err == OK && cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else if (err == OK) {
        print_events(cli, page);
    }
    return err;
}

/* clang-format off */
const struct command cmd_event_verbs[] = {
    { "add", "", 0, 0, false, add_flags, NULL, event_add, "Tell of something that happened after a click", "上报事件" },
    { "import", "FILE", 1, 1, false, import_flags, NULL, event_import, "Bring events in from a CSV file (- = stdin)", "从 CSV 文件导入事件（- 即 stdin）" },
    { "list", "", 0, 0, false, list_flags, NULL, event_list, "List events, the latest first", "列出事件" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
