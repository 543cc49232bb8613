/* SPDX-License-Identifier: MIT */
/* linkpond link targets, rules: the pool of a live code, and who is sent where. */
#include "cmd_link.h"

#include "linkpond/base/files.h"
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/table.h"

/* clang-format off */
const struct flag link_targets_flags[] = {
    { "add", FLAG_SWITCH, NULL, BODY_NONE, "add a target of the fields below", "按以下字段添加子码" },
    { "change", FLAG_VALUE, "tgt_ID", BODY_NONE, "change this one", "修改该子码" },
    { "remove", FLAG_VALUE, "tgt_ID", BODY_NONE, "take this one out of the pool", "移除该子码" },
    { "kind", FLAG_VALUE, "url", BODY_TEXT, "url, qr, mini_program, staff or message", "类型：url、qr、mini_program、staff 或 message" },
    { "name", FLAG_VALUE, "TEXT", BODY_TEXT, "for the people who run it", "名称（只在后台显示）" },
    { "url", FLAG_VALUE, "URL", BODY_TEXT, "where visits go", "跳转目标" },
    { "image", FLAG_VALUE, "img_ID", BODY_TEXT, "picture, uploaded before", "已上传的图片" },
    { "title", FLAG_VALUE, "TEXT", BODY_TEXT, "title of the page", "页面标题" },
    { "hint", FLAG_VALUE, "TEXT", BODY_TEXT, "words on the page", "页面说明" },
    { "staff", FLAG_VALUE, "USER", BODY_TEXT, "who answers for it", "负责人" },
    { "weight", FLAG_VALUE, "N", BODY_INT, "1 to 100", "权重 1 到 100" },
    { "enabled", FLAG_VALUE, "true", BODY_BOOL, "true or false", "启用" },
    { "valid-from", FLAG_VALUE, "TIME", BODY_TEXT, "RFC 3339", "开始时间（RFC 3339）" },
    { "valid-until", FLAG_VALUE, "TIME", BODY_TEXT, "RFC 3339", "有效期至（RFC 3339）" },
    { "cap-total", FLAG_VALUE, "N", BODY_INT, "places", "总名额" },
    { "cap-day", FLAG_VALUE, "N", BODY_INT, "places a day", "每天名额" },
    { "cap-hour", FLAG_VALUE, "N", BODY_INT, "places an hour", "每小时名额" },
    { "cap-on", FLAG_VALUE, "shown", BODY_TEXT, "what takes a place: shown, visitors or joined", "占名额的方式：shown、visitors 或 joined" },
    { "replaced", FLAG_VALUE, "true", BODY_BOOL, "another group: places count from now", "已换群，名额重新计算" },
    { "clear", FLAG_LIST, "FIELD", BODY_NONE, "empties a field; may be given several times", "清空字段，可多次" },
    LINK_WHICH_DOMAIN,
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
const struct flag link_rules_flags[] = {
    { "set", FLAG_VALUE, "FILE", BODY_NONE, "the whole list from a JSON file (- = stdin)", "从 JSON 文件设置全部规则（- 为 stdin）" },
    LINK_WHICH_DOMAIN,
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
/* clang-format on */

static const char *const domain_only[] = {"domain", NULL};

static enum err ask(struct cli *cli, enum method method, const char *path, str body, struct client_reply *reply,
                    struct fault *fault)
{
    struct client_request request = {.method = method, .path = path, .body = body};

    return path ? client_ask(cli, &request, reply, fault) : ERR_URI_TOO_LONG;
}

static void print_raw(const struct client_reply *reply)
{
    printf(STR_FMT "\n", STR_ARG(reply->body));
}

/* ---- targets ---- */

static str cap_cell(struct cli *cli, const struct json *target)
{
    static const char *const caps[] = {"cap_total", "cap_day", "cap_hour"};
    struct buf out;
    char *memory = arena_alloc(cli->arena, 96);

    if (!memory) {
        return (str){0};
    }
    buf_init_fixed(&out, memory, 96);
    for (size_t i = 0; i < ARRAY_LEN(caps); i++) {
        str cap = cell_at(cli->arena, target, caps[i]);
        buf_add_c(&out, i > 0 ? "/" : "");
        buf_add(&out, cap.len > 0 ? cap : STR("-"));
    }
    return buf_str(&out);
}

static void print_targets(struct cli *cli, const struct json *page)
{
    struct table table;

    table_init(&table, cli->arena, 8, 1u << 3 | 1u << 4 | 1u << 5);
    table_row(&table, cli->chinese ? (str[]){STR("ID"), STR("类型"), STR("状态"), STR("展示"), STR("访客"), STR("剩余"),
                                             STR("名额（总/天/时）"), STR("名称或网址")}
                                   : (str[]){STR("ID"), STR("KIND"), STR("STATE"), STR("SHOWN"), STR("VISITORS"),
                                             STR("LEFT"), STR("PLACES (ALL/DAY/HOUR)"), STR("NAME OR ADDRESS")});
    JSON_EACH(target, json_get(page, STR("items")))
    {
        const struct json *figures = json_get(target, STR("figures"));
        str name = cell_at(cli->arena, target, "name");
        table_row(&table, (str[]){cell_at(cli->arena, target, "id"), cell_at(cli->arena, target, "kind"),
                                  cell_at(cli->arena, target, "state"), cell_at(cli->arena, figures, "shown"),
                                  cell_at(cli->arena, figures, "visitors"), cell_at(cli->arena, figures, "remaining"),
                                  cap_cell(cli, target), name.len ? name : cell_at(cli->arena, target, "url")});
    }
    table_print(&table);
}

static enum err list_targets(struct cli *cli, struct fault *fault)
{
    struct client_reply reply;
    struct json *page;
    enum err err = ask(cli, METHOD_GET, link_ref_path(cli, "/targets", domain_only), (str){0}, &reply, fault);

    err = err ? err : client_json(cli, &reply, &page);
    if (!err && cli->args.json) {
        print_raw(&reply);
    } else if (!err) {
        print_targets(cli, page);
    }
    return err;
}

static enum err put_target(struct cli *cli, enum method method, const char *tail, struct fault *fault)
{
    struct client_reply reply;
    struct json *target;
    struct json_writer json;
    struct buf body;

    buf_init_heap(&body, LIMIT_BODY);
    json_writer_init(&json, &body);
    json_object(&json);
    enum err err = body_write_flags(&cli->args, &json, fault);
    json_object_end(&json);
    err = err ? err : body.overflow ? ERR_TOO_LARGE : OK;
    err = err ? err : ask(cli, method, link_ref_path(cli, tail, domain_only), buf_str(&body), &reply, fault);
    buf_done(&body);
    err = err ? err : client_json(cli, &reply, &target);
    if (!err && cli->args.json) {
        print_raw(&reply);
    } else if (!err) {
        table_print_object(cli->arena, target);
    }
    return err;
}

enum err link_targets(struct cli *cli, struct fault *fault)
{
    const char *change = args_flag(&cli->args, "change"), *remove = args_flag(&cli->args, "remove");
    bool add = args_has(&cli->args, "add");
    struct buf tail;
    char memory[LIMIT_URI];

    if (add + (change != NULL) + (remove != NULL) > 1) {
        return fault_set(fault, ERR_USAGE, "", "conflicting", "only one of --add, --change and --remove",
                         "--add、--change、--remove 只能用一个");
    }
    buf_init_fixed(&tail, memory, sizeof memory);
    buf_add_c(&tail, "/targets");
    if (change || remove) {
        path_segment(&tail, change ? change : remove);
    }
    if (tail.overflow) {
        return ERR_URI_TOO_LONG;
    }
    if (add || change) {
        return put_target(cli, add ? METHOD_POST : METHOD_PATCH, buf_c(&tail), fault);
    }
    if (remove) {
        return ask(cli, METHOD_DELETE, link_ref_path(cli, buf_c(&tail), domain_only), (str){0}, NULL, fault);
    }
    return list_targets(cli, fault);
}

/* ---- rules ---- */

static enum err read_stdin(struct arena *arena, str *out)
{
    char *memory = arena_alloc(arena, LIMIT_BODY);

    if (!memory) {
        return ERR_NOMEM;
    }
    size_t len = fread(memory, 1, LIMIT_BODY, stdin);
    *out = (str){memory, len};
    return ferror(stdin) ? ERR_IO : len == LIMIT_BODY ? ERR_TOO_LARGE : OK;
}

/* A list, or what `link rules` prints: {"rules": [...]} with or without its warnings. */
static enum err rules_body(struct cli *cli, str text, struct buf *out, struct fault *fault)
{
    struct json *json;
    struct json_writer writer;
    enum err err = json_parse(cli->arena, text, &json, fault);
    const struct json *list = err ? NULL : json->type == JSON_ARRAY ? json : json_get(json, STR("rules"));

    if (!err && !list) {
        return fault_set(fault, ERR_USAGE, "set", "required", "the file has no list of rules", "文件中没有规则列表");
    }
    if (!err) {
        json_writer_init(&writer, out);
        json_object(&writer);
        json_name(&writer, "rules");
        json_value(&writer, list);
        json_object_end(&writer);
    }
    return err ? err : out->overflow ? ERR_TOO_LARGE : OK;
}

static void note_doubts(struct cli *cli, const struct json *rules)
{
    JSON_EACH(warning, json_get(rules, STR("warnings")))
    {
        cli_note(cli, "%s" STR_FMT " " STR_FMT, cli_text(cli, "note: rule ", "提示：规则 "),
                 STR_ARG(cell_at(cli->arena, warning, "rule")), STR_ARG(cell_at(cli->arena, warning, "detail")));
    }
}

static enum err set_rules(struct cli *cli, const char *file, struct client_reply *reply, struct fault *fault)
{
    struct buf body;
    str text;
    enum err err =
        strcmp(file, "-") == 0 ? read_stdin(cli->arena, &text) : files_read(cli->arena, file, LIMIT_BODY, &text);

    if (err) {
        return fault_setf(fault, err, "set", "", "%s cannot be read", file);
    }
    buf_init_heap(&body, LIMIT_BODY);
    err = rules_body(cli, text, &body, fault);
    err = err ? err : ask(cli, METHOD_PUT, link_ref_path(cli, "/rules", domain_only), buf_str(&body), reply, fault);
    buf_done(&body);
    return err;
}

/* What is printed can be edited and set again. */
enum err link_rules(struct cli *cli, struct fault *fault)
{
    const char *file = args_flag(&cli->args, "set");
    struct client_reply reply = {0};
    struct json *rules;
    enum err err = file ? set_rules(cli, file, &reply, fault)
                        : ask(cli, METHOD_GET, link_ref_path(cli, "/rules", domain_only), (str){0}, &reply, fault);

    err = err ? err : client_json(cli, &reply, &rules);
    if (!err) {
        print_raw(&reply);
        note_doubts(cli, rules);
    }
    return err;
}
