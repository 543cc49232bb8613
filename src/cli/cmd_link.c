/* SPDX-License-Identifier: MIT */
/* linkpond link: create, show, list, update, delete, restore, qr. */
#include "cmd_link.h"

#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/sink.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX LIMIT_URI

/* clang-format off */
#define LINK_FIELDS                                                                                                    \
    { "alias", FLAG_VALUE, "NAME", BODY_TEXT, "custom code", "自定义后缀" },                                           \
    { "title", FLAG_VALUE, "TEXT", BODY_TEXT, "what people call it", "标题" },                                         \
    { "campaign", FLAG_VALUE, "KEY", BODY_TEXT, "campaign", "营销活动" },                                              \
    { "channel", FLAG_VALUE, "KEY", BODY_TEXT, "channel", "渠道" },                                                    \
    { "source", FLAG_VALUE, "TEXT", BODY_TEXT, "source of its visitors", "来源" },                                     \
    { "utm-source", FLAG_VALUE, "TEXT", BODY_TEXT, "added to the target", "附加到目标网址" },                          \
    { "utm-medium", FLAG_VALUE, "TEXT", BODY_TEXT, "added to the target", "附加到目标网址" },                          \
    { "utm-campaign", FLAG_VALUE, "TEXT", BODY_TEXT, "added to the target", "附加到目标网址" },                        \
    { "utm-term", FLAG_VALUE, "TEXT", BODY_TEXT, "added to the target", "附加到目标网址" },                            \
    { "utm-content", FLAG_VALUE, "TEXT", BODY_TEXT, "added to the target", "附加到目标网址" },                         \
    { "utm-id", FLAG_VALUE, "TEXT", BODY_TEXT, "added to the target", "附加到目标网址" },                              \
    { "redirect-status", FLAG_VALUE, "302", BODY_INT, "301, 302, 303, 307 or 308", "301、302、303、307 或 308" },      \
    { "valid-from", FLAG_VALUE, "TIME", BODY_TEXT, "RFC 3339, like 2026-11-22T10:00:00+08:00", "生效时间（RFC 3339）" }, \
    { "valid-until", FLAG_VALUE, "TIME", BODY_TEXT, "RFC 3339", "失效时间（RFC 3339）" },                              \
    { "max-clicks", FLAG_VALUE, "N", BODY_INT, "visits before it is used up", "可用次数" },                            \
    { "fallback-url", FLAG_VALUE, "URL", BODY_TEXT, "where it leads when it is over", "备用链接" },                    \
    { "forward-query", FLAG_VALUE, "true", BODY_BOOL, "pass the visitor's parameters on", "透传访客参数" },            \
    { "query-conflict", FLAG_VALUE, "target", BODY_TEXT, "whose value wins: target or visitor", "参数冲突时以谁为准" }, \
    { "click-id-param", FLAG_VALUE, "NAME", BODY_TEXT, "parameter that carries the click id", "传递点击 ID 的参数名" }, \
    { "enabled", FLAG_VALUE, "true", BODY_BOOL, "true or false", "启用" },                                             \
    { "archived", FLAG_VALUE, "false", BODY_BOOL, "true or false", "归档" },                                           \
    { "crawlable", FLAG_VALUE, "false", BODY_BOOL, "search engines may list it", "允许搜索引擎收录" },                 \
    { "owner", FLAG_VALUE, "USER", BODY_TEXT, "who answers for it", "负责人" },                                        \
    { "customer", FLAG_VALUE, "TEXT", BODY_TEXT, "customer it was made for", "客户" },                                 \
    { "external-id", FLAG_VALUE, "ID", BODY_TEXT, "its id in another system", "外部 ID" },                             \
    { "apply-template", FLAG_VALUE, "true", BODY_BOOL, "take UTM values from the channel", "按渠道模板填写 UTM" },          \
    { "notes", FLAG_VALUE, "TEXT", BODY_TEXT, "notes", "备注" }
#define NO_MORE_FLAGS { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL }
#define WHICH_DOMAIN LINK_WHICH_DOMAIN

static const struct flag create_flags[] = {
    LINK_FIELDS,
    { "domain", FLAG_VALUE, "HOST", BODY_TEXT, "short domain", "短链域名" },
    { "tag", FLAG_LIST, "TAG", BODY_LIST, "may be given several times", "标签，可多次" },
    { "if-exists", FLAG_VALUE, "create", BODY_TEXT, "create, return, update or fail", "已存在时：create、return、update 或 fail" },
    NO_MORE_FLAGS,
};
static const struct flag update_flags[] = {
    LINK_FIELDS,
    { "url", FLAG_VALUE, "URL", BODY_TEXT, "new target", "新的目标网址" },
    { "add-tag", FLAG_LIST, "TAG", BODY_LIST, "may be given several times", "添加标签，可多次" },
    { "remove-tag", FLAG_LIST, "TAG", BODY_LIST, "may be given several times", "移除标签，可多次" },
    { "clear", FLAG_LIST, "FIELD", BODY_NONE, "empties a field; may be given several times", "清空字段，可多次" },
    WHICH_DOMAIN,
    NO_MORE_FLAGS,
};
static const struct flag ref_flags[] = { WHICH_DOMAIN, NO_MORE_FLAGS };
static const struct flag delete_flags[] = {
    WHICH_DOMAIN,
    { "purge", FLAG_SWITCH, NULL, BODY_NONE, "for good, with its clicks and sums", "彻底删除，包括访问记录和统计" },
    NO_MORE_FLAGS,
};
static const struct flag list_flags[] = {
    { "q", FLAG_VALUE, "TEXT", BODY_NONE, "search", "搜索" },
    { "tag", FLAG_VALUE, "TAG", BODY_NONE, "only with this tag", "标签" },
    { "campaign", FLAG_VALUE, "KEY", BODY_NONE, "only of this campaign", "营销活动" },
    { "channel", FLAG_VALUE, "KEY", BODY_NONE, "only of this channel", "渠道" },
    { "owner", FLAG_VALUE, "USER", BODY_NONE, "only of this owner", "负责人" },
    { "domain", FLAG_VALUE, "HOST", BODY_NONE, "only on this domain", "域名" },
    { "state", FLAG_VALUE, "STATE", BODY_NONE, "scheduled, active, expired, used_up, disabled, archived, deleted", "状态" },
    { "archived", FLAG_VALUE, "false", BODY_NONE, "false, true or only", "归档：false、true 或 only" },
    { "created-from", FLAG_VALUE, "TIME", BODY_NONE, "made since then: a date or RFC 3339", "创建时间起：日期或 RFC 3339" },
    { "created-to", FLAG_VALUE, "TIME", BODY_NONE, "made until then; a date is still in", "创建时间止；日期含当天" },
    { "tz", FLAG_VALUE, "ZONE", BODY_NONE, "time zone of the dates", "日期所用时区" },
    { "sort", FLAG_VALUE, "FIELD", BODY_NONE, "order; -field turns it round", "排序；-字段 为倒序" },
    { "limit", FLAG_VALUE, "N", BODY_NONE, "how many", "数量" },
    { "cursor", FLAG_VALUE, "CURSOR", BODY_NONE, "goes on where the last page ended", "从上一页末尾继续" },
    NO_MORE_FLAGS,
};
static const struct flag qr_flags[] = {
    WHICH_DOMAIN,
    { "format", FLAG_VALUE, "svg", BODY_NONE, "svg or png", "svg 或 png" },
    { "size", FLAG_VALUE, "N", BODY_NONE, "edge in pixels", "边长（像素）" },
    { "output", FLAG_VALUE, "FILE", BODY_NONE, "else stdout", "默认输出到 stdout" },
    NO_MORE_FLAGS,
};
/* clang-format on */

/* "/api/v1/links/REF<tail>?domain=…" */
const char *link_ref_path(struct cli *cli, const char *tail, const char *const *params)
{
    struct buf path;

    char *memory = arena_alloc(cli->arena, PATH_BYTES_MAX);
    if (!memory) {
        return NULL;
    }
    buf_init_fixed(&path, memory, PATH_BYTES_MAX);
    buf_add_c(&path, "/api/v1/links");
    if (cli->args.operands_count > 0 && cli->args.command->operands[0] == 'R') {
        path_segment(&path, cli->args.operands[0]);
    }
    buf_add_c(&path, tail);
    for (; params && *params; params++) {
        path_param(&path, *params, args_flag(&cli->args, *params));
    }
    return path.overflow ? NULL : buf_c(&path);
}

static const char *const domain_only[] = {"domain", NULL};

/* {"code", "field", "from", "to", "detail"}: the detail is in the language asked for. */
static void note_utm(struct cli *cli, const struct json *warning)
{
    str from = cell_at(cli->arena, warning, "from");
    str to = cell_at(cli->arena, warning, "to");
    cli_note(cli, "%s" STR_FMT ": " STR_FMT "%s" STR_FMT "%s" STR_FMT, cli_text(cli, "note: ", "提示："),
             STR_ARG(cell_at(cli->arena, warning, "field")), STR_ARG(cell_at(cli->arena, warning, "detail")),
             from.len > 0 ? " " : "", STR_ARG(from), from.len > 0 ? " → " : "", STR_ARG(to));
}

/* What an edit has to say of the UTM values it set; words that hold of a link stand among its members. */
static void note_edit(struct cli *cli, const struct json *link)
{
    JSON_EACH(warning, json_get(link, STR("warnings")))
    {
        if (warning->type == JSON_OBJECT) {
            note_utm(cli, warning);
        }
    }
}

/* A link as its answer tells it. */
static enum err print_link(struct cli *cli, const struct client_reply *reply)
{
    struct json *link;
    enum err err = client_json(cli, reply, &link);

    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply->body));
    } else {
        table_print_object(cli->arena, link);
        note_edit(cli, link);
    }
    return OK;
}

static enum err send_body(struct cli *cli, enum method method, const char *path, struct client_reply *reply,
                          struct fault *fault)
{
    struct buf body;
    struct json_writer json;

    buf_init_heap(&body, LIMIT_BODY);
    json_writer_init(&json, &body);
    json_object(&json);
    if (method == METHOD_POST) {
        json_put_str(&json, "url", str_from_c(cli->args.operands[0]));
    }
    enum err err = body_write_flags(&cli->args, &json, fault);
    json_object_end(&json);
    err = err ? err : body.overflow ? ERR_TOO_LARGE : !path ? ERR_URI_TOO_LONG : OK;
    struct client_request request = {.method = method, .path = path, .body = buf_str(&body)};
    err = err ? err : client_ask(cli, &request, reply, fault);
    buf_done(&body);
    return err;
}

static void note_warnings(struct cli *cli, const struct json *link)
{
    JSON_EACH(warning, json_get(link, STR("warnings")))
    {
        if (warning->type != JSON_STRING) {
            continue;
        }
        bool known = str_eq(warning->string, STR("short_url_not_public"));
        cli_note(cli, "%s" STR_FMT, cli_text(cli, "note: ", "提示："),
                 STR_ARG(known ? str_from_c(cli_text(
                                     cli, "visitors elsewhere cannot reach this address; init --domain sets one",
                                     "其他人无法访问此地址；可用 init --domain 设置域名"))
                               : warning->string));
    }
}

static enum err link_create(struct cli *cli, struct fault *fault)
{
    struct client_reply reply;
    struct json *link;
    enum err err = send_body(cli, METHOD_POST, "/api/v1/links", &reply, fault);

    err = err ? err : client_json(cli, &reply, &link);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    cli_print(cell_at(cli->arena, link, "short_url"));
    putchar('\n');
    note_warnings(cli, link);
    note_edit(cli, link);
    return OK;
}

static enum err link_update(struct cli *cli, struct fault *fault)
{
    struct client_reply reply;

    if (cli->args.flags_count == 0) {
        return fault_set(fault, ERR_USAGE, "", "incomplete", "say what to change; see --help", "请说明要修改什么");
    }
    enum err err = send_body(cli, METHOD_PATCH, link_ref_path(cli, "", domain_only), &reply, fault);
    return err ? err : print_link(cli, &reply);
}

static enum err ask_and_print(struct cli *cli, enum method method, const char *path, struct fault *fault)
{
    struct client_reply reply;
    struct client_request request = {.method = method, .path = path};
    enum err err = path ? client_ask(cli, &request, &reply, fault) : ERR_URI_TOO_LONG;

    return err || reply.body.len == 0 ? err : print_link(cli, &reply);
}

static enum err link_show(struct cli *cli, struct fault *fault)
{
    return ask_and_print(cli, METHOD_GET, link_ref_path(cli, "", domain_only), fault);
}

static enum err link_restore(struct cli *cli, struct fault *fault)
{
    return ask_and_print(cli, METHOD_POST, link_ref_path(cli, "/restore", domain_only), fault);
}

static enum err link_delete(struct cli *cli, struct fault *fault)
{
    const char *path = link_ref_path(cli, "", domain_only);
    bool purge = args_has(&cli->args, "purge");

    if (path && purge) {
        path = arena_f(cli->arena, "%s%spurge=true", path, strchr(path, '?') ? "&" : "?").ptr;
    }
    enum err err = ask_and_print(cli, METHOD_DELETE, path, fault);
    if (!err && !cli->args.json) {
        cli_note(
            cli, "%s",
            purge ? cli_text(cli, "purged", "已彻底删除")
                  : cli_text(cli, "in the bin; link restore brings it back", "已放入回收站，可用 link restore 恢复"));
    }
    return err;
}

static enum err link_list(struct cli *cli, struct fault *fault)
{
    static const char *const params[] = {"q",      "tag",   "campaign", "channel",      "owner",
                                         "domain", "state", "archived", "created-from", "created-to",
                                         "tz",     "sort",  "limit",    "cursor",       NULL};
    const char *path = link_ref_path(cli, "", params);
    struct client_reply reply;
    struct json *page;
    struct table table;
    struct client_request request = {.method = METHOD_GET, .path = path};
    enum err err = path ? client_ask(cli, &request, &reply, fault) : ERR_URI_TOO_LONG;

    err = err ? err : client_json(cli, &reply, &page);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    table_init(&table, cli->arena, 6, 1u << 3 | 1u << 4);
    table_row(&table, cli->chinese ? (str[]){STR("ID"), STR("短链"), STR("状态"), STR("访问次数"), STR("访问人数"),
                                             STR("标题或目标")}
                                   : (str[]){STR("ID"), STR("SHORT URL"), STR("STATE"), STR("CLICKS"), STR("VISITORS"),
                                             STR("TITLE OR TARGET")});
    JSON_EACH(link, json_get(page, STR("items")))
    {
        const struct json *counts = json_get(link, STR("counts"));
        str title = cell_at(cli->arena, link, "title");
        table_row(&table, (str[]){cell_at(cli->arena, link, "id"), cell_at(cli->arena, link, "short_url"),
                                  cell_at(cli->arena, link, "state"), cell_at(cli->arena, counts, "clicks"),
                                  cell_at(cli->arena, counts, "visitors"),
                                  title.len ? title : cell_at(cli->arena, link, "url")});
    }
    table_print(&table);
    str next = cell_at(cli->arena, page, "next_cursor");
    if (next.len) {
        cli_note(cli, "%s --cursor " STR_FMT, cli_text(cli, "more:", "更多："), STR_ARG(next));
    }
    return OK;
}

static enum err link_qr(struct cli *cli, struct fault *fault)
{
    static const char *const params[] = {"domain", "format", "size", NULL};
    const char *path = link_ref_path(cli, "/qr", params);
    struct sink sink;
    enum err err = path ? sink_open(&sink, cli->arena, args_flag(&cli->args, "output"), fault) : ERR_URI_TOO_LONG;

    if (err) {
        return err;
    }
    struct client_request request = {
        .method = METHOD_GET, .path = path, .accept = "*/*", .sink = sink_take, .sink_arg = &sink};
    err = client_ask(cli, &request, NULL, fault);
    return sink_close(&sink, err, fault);
}

/* clang-format off */
const struct command cmd_link_verbs[] = {
    { "create", "URL", 1, 1, false, create_flags, NULL, link_create, "Make a short link", "新建短链" },
    { "show", "REF", 1, 1, false, ref_flags, NULL, link_show, "Show one link (lnk_ID, code, alias or ext:ID)", "查看短链（lnk_ID、短码、后缀或 ext:ID）" },
    { "list", "", 0, 0, false, list_flags, NULL, link_list, "List links", "列出短链" },
    { "update", "REF", 1, 1, false, update_flags, NULL, link_update, "Change a link", "修改短链" },
    { "delete", "REF", 1, 1, false, delete_flags, NULL, link_delete, "Put a link in the bin", "删除短链（放入回收站）" },
    { "restore", "REF", 1, 1, false, ref_flags, NULL, link_restore, "Take a link out of the bin", "从回收站恢复" },
    { "targets", "REF", 1, 1, false, link_targets_flags, NULL, link_targets, "Pool of a live code: list, add, change, remove", "活码的子码：查看、添加、修改、移除" },
    { "rules", "REF", 1, 1, false, link_rules_flags, NULL, link_rules, "Rules of a live code: print, or set from a file", "活码的规则：输出，或从文件设置" },
    { "qr", "REF", 1, 1, false, qr_flags, NULL, link_qr, "QR code of a link", "短链的二维码" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
