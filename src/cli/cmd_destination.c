/* SPDX-License-Identifier: MIT */
/* linkpond destination: list, deny, allow, remove, check. */
#include "linkpond/base/percent.h"
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/listing.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX 8192
#define BODY_BYTES_MAX 4096

static enum err list_lines(struct cli *cli, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", "ID", "编号", true, NULL},         {"list", "LIST", "名单", false, NULL},
        {"pattern", "HOST", "域名", false, NULL}, {"note", "NOTE", "备注", false, NULL},
        {"by", "BY", "添加人", false, NULL},
    };

    return listing_print(cli, "/api/v1/destinations", columns, ARRAY_LEN(columns), fault);
}

/* Prints how many links no visit is led to now. */
static enum err add(struct cli *cli, str list, struct fault *fault)
{
    char memory[BODY_BYTES_MAX];
    struct buf body;
    struct json_writer json;
    struct client_reply reply;
    struct json *made = NULL;

    buf_init_fixed(&body, memory, sizeof memory);
    json_writer_init(&json, &body);
    json_object(&json);
    json_put_str(&json, "list", list);
    json_put_str(&json, "pattern", str_from_c(cli->args.operands[0]));
    json_put_bool(&json, "dry_run", args_has(&cli->args, "dry-run"));
    enum err err = body_write_flags(&cli->args, &json, fault);
    json_object_end(&json);
    err = err ? err : body.overflow ? ERR_TOO_LARGE : OK;
    err = err ? err : client_send(cli, METHOD_POST, "/api/v1/destinations", buf_str(&body), &reply, &made, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    printf(STR_FMT "\n", STR_ARG(cell_at(cli->arena, made, "links_stopped")));
    cli_note(cli, "%s",
             args_has(&cli->args, "dry-run") ? cli_text(cli, "links would be stopped", "条短链将被拦下")
                                             : cli_text(cli, "links are stopped", "条短链被拦下"));
    return OK;
}

static enum err deny(struct cli *cli, struct fault *fault)
{
    return add(cli, STR("deny"), fault);
}

static enum err allow(struct cli *cli, struct fault *fault)
{
    return add(cli, STR("allow"), fault);
}

static enum err remove_line(struct cli *cli, struct fault *fault)
{
    enum err err = client_delete(cli, "/api/v1/destinations", fault);

    if (!err && !cli->args.json) {
        cli_note(cli, "%s", cli_text(cli, "removed", "已移除"));
    }
    return err;
}

/* "denied", "not_allowed" or "passes", alone on its line. */
static enum err check(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;
    struct client_reply reply;
    struct json *verdict = NULL;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/destination-check?url=");
    percent_encode(&path, str_from_c(cli->args.operands[0]));
    if (path.overflow) {
        return ERR_URI_TOO_LONG;
    }
    enum err err = client_send(cli, METHOD_GET, buf_c(&path), (str){0}, &reply, &verdict, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    const struct json *passes = json_get(verdict, STR("passes"));
    bool denied = str_eq(cell_at(cli->arena, verdict, "list"), STR("deny"));
    puts(passes && passes->boolean ? "passes" : denied ? "denied" : "not_allowed");
    return OK;
}

/* clang-format off */
static const struct flag add_flags[] = {
    { "note", FLAG_VALUE, "TEXT", BODY_TEXT, "why", "原因" },
    { "dry-run", FLAG_SWITCH, NULL, BODY_NONE, "only say how many links it would stop", "只显示会拦下多少短链" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
const struct command cmd_destination_verbs[] = {
    { "list", "", 0, 0, false, NULL, NULL, list_lines, "List the hosts that are denied or allowed", "列出禁止和允许跳转的域名" },
    { "deny", "HOST", 1, 1, false, add_flags, NULL, deny, "Let no link lead to a host and all below it", "禁止跳转到某域名及其子域名" },
    { "allow", "HOST", 1, 1, false, add_flags, NULL, allow, "Let links lead to listed hosts alone, and this is one", "只允许跳转到名单中的域名，并加入此域名" },
    { "remove", "ID", 1, 1, false, NULL, NULL, remove_line, "Take a line off its list", "从名单中移除" },
    { "check", "URL", 1, 1, false, NULL, NULL, check, "Say whether links may lead there", "检查某网址是否允许跳转" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
