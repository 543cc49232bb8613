/* SPDX-License-Identifier: MIT */
/* linkpond click-key: list, turn, drop. */
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/listing.h"
#include "linkpond/cli/table.h"

#define PATH "/api/v1/click-keys"

static enum err versions_list(struct cli *cli, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"version", "VERSION", "版本", true, NULL},
        {"state", "STATE", "状态", false, NULL},
    };

    return listing_print(cli, PATH, columns, ARRAY_LEN(columns), fault);
}

static enum err versions_turn(struct cli *cli, struct fault *fault)
{
    struct client_reply reply;
    struct json *made = NULL;
    enum err err = client_send(cli, METHOD_POST, PATH, (str){0}, &reply, &made, fault);

    if (!err && cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else if (!err) {
        cli_note(cli, "%s " STR_FMT, cli_text(cli, "new click ids are made by version", "新点击 ID 使用版本"),
                 STR_ARG(cell_at(cli->arena, made, "version")));
    }
    return err;
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
