/* SPDX-License-Identifier: MIT */
/* linkpond user: list, add, reset, role, disable, enable, hand-over. */
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/listing.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX 512
#define BODY_BYTES_MAX 2048

/* clang-format off */
static const struct flag add_flags[] = {
    { "name", FLAG_VALUE, "TEXT", BODY_TEXT, "how people call them; else the login name", "姓名；默认同登录名" },
    { "role", FLAG_VALUE, "editor", BODY_TEXT, "admin, editor or viewer", "角色：admin、editor 或 viewer" },
    { "language", FLAG_VALUE, "zh", BODY_TEXT, "zh or en; else as their browser asks", "zh 或 en；默认跟随浏览器" },
    { "invite", FLAG_VALUE, "true", BODY_BOOL, "false: owns links, but does not sign in", "false 表示只作负责人，不登录" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
/* clang-format on */

/* "/api/v1/users/KEY<tail>" */
static const char *user_path(struct cli *cli, const char *tail)
{
    struct buf path;
    char *memory = arena_alloc(cli->arena, PATH_BYTES_MAX);

    if (!memory) {
        return NULL;
    }
    buf_init_fixed(&path, memory, PATH_BYTES_MAX);
    buf_add_c(&path, "/api/v1/users");
    path_segment(&path, cli->args.operands[0]);
    buf_add_c(&path, tail);
    return path.overflow ? NULL : buf_c(&path);
}

/* The link alone on stdout, so that a script can pass it on; what to do with it on stderr. */
static void print_link(struct cli *cli, const struct json *link)
{
    bool reset = str_eq(cell_at(cli->arena, link, "kind"), STR("reset"));

    cli_note(cli, "%s",
             reset ? cli_text(cli, "Works once, within 30 minutes; hand it to them privately:",
                              "仅可使用一次，30 分钟内有效，请私下交给本人：")
                   : cli_text(cli, "Works once, within 7 days; hand it to them privately:",
                              "仅可使用一次，7 天内有效，请私下交给本人："));
    printf(STR_FMT "\n", STR_ARG(cell_at(cli->arena, link, "url")));
}

static enum err user_add(struct cli *cli, struct fault *fault)
{
    char memory[BODY_BYTES_MAX];
    struct buf body;
    struct json_writer json;
    struct client_reply reply;
    struct json *made = NULL;

    buf_init_fixed(&body, memory, sizeof memory);
    json_writer_init(&json, &body);
    json_object(&json);
    json_put_str(&json, "key", str_from_c(cli->args.operands[0]));
    enum err err = body_write_flags(&cli->args, &json, fault);
    json_object_end(&json);
    err = err ? err : body.overflow ? ERR_TOO_LARGE : OK;
    err = err ? err : client_send(cli, METHOD_POST, "/api/v1/users", buf_str(&body), &reply, &made, fault);
    if (err) {
        return err;
    }
    const struct json *invite = json_get(made, STR("invite"));
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else if (invite && invite->type == JSON_OBJECT) {
        print_link(cli, invite);
    } else {
        cli_note(cli, "%s", cli_text(cli, "added", "已添加"));
    }
    return OK;
}

static enum err user_list(struct cli *cli, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"key", "LOGIN", "登录名", false, NULL}, {"name", "NAME", "姓名", false, NULL},
        {"role", "ROLE", "角色", false, NULL},   {"state", "STATE", "状态", false, NULL},
        {"links", "LINKS", "短链", true, NULL},  {"signed_in_at", "SIGNED IN", "最近登录", false, NULL},
    };

    return listing_print(cli, "/api/v1/users", columns, ARRAY_LEN(columns), fault);
}

static enum err user_reset(struct cli *cli, struct fault *fault)
{
    struct client_reply reply;
    struct json *link = NULL;
    enum err err = client_send(cli, METHOD_POST, user_path(cli, "/reset"), (str){0}, &reply, &link, fault);

    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else {
        print_link(cli, link);
    }
    return OK;
}

static enum err change(struct cli *cli, str body, const char *en, const char *zh, struct fault *fault)
{
    struct client_reply reply;
    struct json *user = NULL;
    enum err err = client_send(cli, METHOD_PATCH, user_path(cli, ""), body, &reply, &user, fault);

    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else {
        cli_note(cli, "%s", cli_text(cli, en, zh));
    }
    return OK;
}

static enum err user_disable(struct cli *cli, struct fault *fault)
{
    return change(cli, STR("{\"disabled\":true}"), "disabled; their sessions and keys have ended",
                  "已停用，其登录和密钥已失效", fault);
}

static enum err user_enable(struct cli *cli, struct fault *fault)
{
    return change(cli, STR("{\"disabled\":false}"), "enabled", "已启用", fault);
}

static enum err user_role(struct cli *cli, struct fault *fault)
{
    char memory[BODY_BYTES_MAX];
    struct buf body;
    struct json_writer json;

    buf_init_fixed(&body, memory, sizeof memory);
    json_writer_init(&json, &body);
    json_object(&json);
    json_put_str(&json, "role", str_from_c(cli->args.operands[1]));
    json_object_end(&json);
    return body.overflow ? ERR_TOO_LARGE
                         : change(cli, buf_str(&body), "changed; they sign in anew", "已修改，需重新登录", fault);
}

/* All of somebody's links; the server tells when its time for one call was over, and is asked again. */
static enum err user_hand_over(struct cli *cli, struct fault *fault)
{
    char memory[BODY_BYTES_MAX];
    struct buf body;
    struct json_writer json;
    int64_t moved = 0;
    bool done = false;

    buf_init_fixed(&body, memory, sizeof memory);
    json_writer_init(&json, &body);
    json_object(&json);
    json_put_str(&json, "to", str_from_c(cli->args.operands[1]));
    json_put_bool(&json, "all", true);
    json_put_bool(&json, "dry_run", args_has(&cli->args, "dry-run"));
    json_object_end(&json);
    enum err err = body.overflow ? ERR_TOO_LARGE : OK;
    while (!err && !done) {
        struct client_reply reply;
        struct json *answer = NULL;
        err = client_send(cli, METHOD_POST, user_path(cli, "/hand-over"), buf_str(&body), &reply, &answer, fault);
        const struct json *count = json_get(answer, STR("moved")), *over = json_get(answer, STR("done"));
        moved += count ? count->integer : 0;
        done = !over || over->boolean;
        if (!err && cli->args.json) {
            printf(STR_FMT "\n", STR_ARG(reply.body));
        }
    }
    if (!err && !cli->args.json) {
        printf("%lld\n", (long long)moved);
        cli_note(cli, "%s",
                 args_has(&cli->args, "dry-run") ? cli_text(cli, "links would be handed over", "条短链将被移交")
                                                 : cli_text(cli, "links were handed over", "条短链已移交"));
    }
    return err;
}

/* clang-format off */
static const struct flag hand_over_flags[] = {
    { "dry-run", FLAG_SWITCH, NULL, BODY_NONE, "only say how many", "只显示数量" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
const struct command cmd_user_verbs[] = {
    { "list", "", 0, 0, false, NULL, NULL, user_list, "List the people", "列出用户" },
    { "add", "LOGIN", 1, 1, false, add_flags, NULL, user_add, "Add somebody; prints a one-time link for them", "添加用户，输出一次性邀请链接" },
    { "reset", "LOGIN", 1, 1, false, NULL, NULL, user_reset, "Print a one-time link to set a password", "输出设置密码的一次性链接" },
    { "role", "LOGIN ROLE", 2, 2, false, NULL, NULL, user_role, "Make them admin, editor or viewer", "修改角色：admin、editor 或 viewer" },
    { "disable", "LOGIN", 1, 1, false, NULL, NULL, user_disable, "Let somebody out, at once", "立即停用" },
    { "enable", "LOGIN", 1, 1, false, NULL, NULL, user_enable, "Let them in again", "重新启用" },
    { "hand-over", "FROM TO", 2, 2, false, hand_over_flags, NULL, user_hand_over, "Hand all of somebody's links to another", "将某人的全部短链移交给他人" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
