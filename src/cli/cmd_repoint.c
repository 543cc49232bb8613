/* SPDX-License-Identifier: MIT */
/* linkpond repoint: preview, run, go-on, undo, list. The server tells when its time for one call was over, and is asked
 * again until all is done. */
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/listing.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX 256
#define BODY_BYTES_MAX (24 * 1024)

/* The conditions of the list of links: --on is its `domain`, because --domain is where they go. */
static void write_filter(const struct cli *cli, struct json_writer *json)
{
    static const struct {
        const char *flag, *condition;
    } conditions[] = {{"q", "q"},         {"tag", "tag"},   {"campaign", "campaign"}, {"channel", "channel"},
                      {"owner", "owner"}, {"on", "domain"}, {"state", "state"}};

    json_name(json, "filter");
    json_object(json);
    for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
        const char *value = args_flag(&cli->args, conditions[i].flag);
        if (value) {
            json_put_str(json, conditions[i].condition, str_from_c(value));
        }
    }
    json_object_end(json);
}

static enum err write_wish(struct cli *cli, bool dry_run, struct buf *body, struct fault *fault)
{
    struct json_writer json;

    json_writer_init(&json, body);
    json_object(&json);
    write_filter(cli, &json);
    json_put_bool(&json, "dry_run", dry_run);
    enum err err = body_write_flags(&cli->args, &json, fault);
    json_object_end(&json);
    return err ? err : body->overflow ? ERR_TOO_LARGE : OK;
}

/* How many links would change, then some of them. */
static enum err preview(struct cli *cli, struct fault *fault)
{
    char memory[BODY_BYTES_MAX];
    struct buf body;
    struct client_reply reply;
    struct json *plan = NULL;
    struct table table;

    buf_init_fixed(&body, memory, sizeof memory);
    enum err err = write_wish(cli, true, &body, fault);
    err = err ? err : client_send(cli, METHOD_POST, "/api/v1/repoints", buf_str(&body), &reply, &plan, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    printf(STR_FMT "\n", STR_ARG(cell_at(cli->arena, plan, "changes")));
    cli_note(cli, "%s", cli_text(cli, "links would be led elsewhere", "条短链将改变去向"));
    table_init(&table, cli->arena, 3, 0);
    JSON_EACH(row, json_get(plan, STR("examples")))
    {
        table_row(&table, (str[]){cell_at(cli->arena, row, "code"), cell_at(cli->arena, row, "before"),
                                  cell_at(cli->arena, row, "after")});
    }
    table_print(&table);
    return OK;
}

/* Asks for more until it is done; *answer becomes what was said last. */
static enum err finish(struct cli *cli, struct client_reply *reply, struct json **answer, struct fault *fault)
{
    char path[PATH_BYTES_MAX];
    enum err err = OK;

    while (!err) {
        const struct json *done = json_get(*answer, STR("done"));
        if (!done || done->boolean) {
            break;
        }
        str id = cell_at(cli->arena, *answer, "id");
        snprintf(path, sizeof path, "/api/v1/repoints/" STR_FMT "/run", STR_ARG(id));
        err = client_send(cli, METHOD_POST, path, STR("{}"), reply, answer, fault);
    }
    return err;
}

static enum err run(struct cli *cli, struct fault *fault)
{
    char memory[BODY_BYTES_MAX];
    struct buf body;
    struct client_reply reply;
    struct json *made = NULL;

    buf_init_fixed(&body, memory, sizeof memory);
    enum err err = write_wish(cli, false, &body, fault);
    err = err ? err : client_send(cli, METHOD_POST, "/api/v1/repoints", buf_str(&body), &reply, &made, fault);
    err = err ? err : finish(cli, &reply, &made, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    str refused = cell_at(cli->arena, made, "refused"), changed = cell_at(cli->arena, made, "changed");
    printf(STR_FMT "\n", STR_ARG(cell_at(cli->arena, made, "id")));
    cli_note(cli, STR_FMT " %s, " STR_FMT " %s", STR_ARG(changed), cli_text(cli, "links changed", "条已修改"),
             STR_ARG(refused), cli_text(cli, "refused; repoint undo takes it back", "条未能修改；repoint undo 可撤销"));
    return OK;
}

static enum err call_one(struct cli *cli, const char *verb, str body, const char *figure, const char *en,
                         const char *zh, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;
    struct client_reply reply;
    struct json *answer = NULL;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/repoints");
    path_segment(&path, cli->args.operands[0]);
    buf_add_c(&path, verb);
    enum err err =
        path.overflow ? ERR_URI_TOO_LONG : client_send(cli, METHOD_POST, buf_c(&path), body, &reply, &answer, fault);
    err = err ? err : finish(cli, &reply, &answer, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    printf(STR_FMT "\n", STR_ARG(cell_at(cli->arena, answer, figure)));
    cli_note(cli, "%s", cli_text(cli, en, zh));
    return OK;
}

static enum err undo(struct cli *cli, struct fault *fault)
{
    str body = args_has(&cli->args, "force") ? STR("{\"force\":true}") : STR("{}");

    return call_one(cli, "/undo", body, "undone", "links lead where they did; those edited since are kept",
                    "条短链已恢复；之后编辑过的保持不变", fault);
}

static enum err go_on(struct cli *cli, struct fault *fault)
{
    return call_one(cli, "/run", STR("{}"), "changed", "links changed", "条短链已修改", fault);
}

static str where_to(struct arena *arena, const struct json *row)
{
    str to = cell_at(arena, row, "host");

    to = to.len > 0 ? to : cell_at(arena, row, "url");
    return to.len > 0 ? to : cell_at(arena, row, "domain");
}

static enum err list(struct cli *cli, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", "ID", "编号", false, NULL},
        {"state", "STATE", "状态", false, NULL},
        {"changed", "CHANGED", "修改", true, NULL},
        {"undone", "UNDONE", "恢复", true, NULL},
        {"kept", "KEPT", "保留", true, NULL},
        {"to", "TO", "去向", false, where_to},
        {"created_at", "CREATED", "时间", false, NULL},
    };

    return listing_print(cli, "/api/v1/repoints", columns, ARRAY_LEN(columns), fault);
}

/* clang-format off */
static const struct flag wish_flags[] = {
    { "host", FLAG_VALUE, "HOST", BODY_TEXT, "new host of their addresses; all else of an address stays", "目标网址换成此域名，其余不变" },
    { "url", FLAG_VALUE, "URL", BODY_TEXT, "new address, whole", "换成此网址" },
    { "domain", FLAG_VALUE, "HOST", BODY_TEXT, "another short domain", "移到此短链域名" },
    { "from-host", FLAG_VALUE, "HOST", BODY_TEXT, "only links that lead to this host", "只限跳转到此域名的短链" },
    { "q", FLAG_VALUE, "TEXT", BODY_NONE, "only links with this text", "只限含此文字的短链" },
    { "tag", FLAG_VALUE, "TAG", BODY_NONE, "only links with this tag", "只限此标签" },
    { "campaign", FLAG_VALUE, "KEY", BODY_NONE, "only links of this campaign", "只限此活动" },
    { "channel", FLAG_VALUE, "KEY", BODY_NONE, "only links of this channel", "只限此渠道" },
    { "owner", FLAG_VALUE, "LOGIN", BODY_NONE, "only links of this owner", "只限此负责人" },
    { "on", FLAG_VALUE, "HOST", BODY_NONE, "only links on this short domain", "只限此短链域名" },
    { "state", FLAG_VALUE, "STATE", BODY_NONE, "only links in this state", "只限此状态" },
    { "note", FLAG_VALUE, "TEXT", BODY_TEXT, "why", "原因" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
static const struct flag undo_flags[] = {
    { "force", FLAG_SWITCH, NULL, BODY_NONE, "also links that were edited since", "之后编辑过的也恢复" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
const struct command cmd_repoint_verbs[] = {
    { "preview", "", 0, 0, false, wish_flags, NULL, preview, "Say what would happen", "预览" },
    { "run", "", 0, 0, false, wish_flags, NULL, run, "Lead many links elsewhere", "批量修改去向" },
    { "go-on", "ID", 1, 1, false, NULL, NULL, go_on, "Go on where it was cut short", "继续未完成的修改" },
    { "undo", "ID", 1, 1, false, undo_flags, NULL, undo, "Take it back", "撤销" },
    { "list", "", 0, 0, false, NULL, NULL, list, "List what was led elsewhere", "列出批量修改" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
