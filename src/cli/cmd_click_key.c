/* SPDX-License-Identifier: MIT */
/* linkpond click-key: list, turn, drop. */
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/table.h"

#define PATH "/api/v1/click-keys"

static enum err versions_list(struct cli *cli, struct fault *fault)
{
    struct client_request request = {.method = METHOD_GET, .path = PATH};
    struct client_reply reply;
    struct json *page;
    struct table table;
    enum err err = client_ask(cli, &request, &reply, fault);

    err = err ? err : client_json(cli, &reply, &page);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    table_init(&table, cli->arena, 2, 1);
    table_row(&table, cli->chinese ? (str[]){STR("版本"), STR("状态")} : (str[]){STR("VERSION"), STR("STATE")});
    JSON_EACH(version, json_get(page, STR("items")))
    {
        table_row(&table, (str[]){cell_at(cli->arena, version, "version"), cell_at(cli->arena, version, "state")});
    }
    table_print(&table);
    return OK;
}

static enum err versions_turn(struct cli *cli, struct fault *fault)
{
    struct client_request request = {.method = METHOD_POST, .path = PATH};
    struct client_reply reply;
    struct json *made;
    enum err err = client_ask(cli, &request, &reply, fault);

    err = err ? err : client_json(cli, &reply, &made);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else {
        cli_note(cli, "%s " STR_FMT, cli_text(cli, "new click ids are made by version", "新点击 ID 使用版本"),
                 STR_ARG(cell_at(cli->arena, made, "version")));
    }
    return OK;
}

static enum err versions_drop(struct cli *cli, struct fault *fault)
{
    enum err err = client_delete(cli, PATH, fault);

    if (!err) {
        cli_note(cli, "%s", cli_text(cli, "dropped", "已停用"));
    }
    return err;
}

/* clang-format off */
const struct command cmd_click_key_verbs[] = {
    { "list", "", 0, 0, false, NULL, NULL, versions_list, "List the versions", "列出各版本" },
    { "turn", "", 0, 0, false, NULL, NULL, versions_turn, "Make new click ids by a new version; old ids stay good", "启用新版本；旧点击 ID 仍有效" },
    { "drop", "VERSION", 1, 1, false, NULL, NULL, versions_drop, "Refuse the ids that an old version made, for good", "永久停用旧版本，其点击 ID 不再认" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
