/* SPDX-License-Identifier: MIT */
/* linkpond key: create, list, revoke. */
#include "linkpond/cli/body.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/listing.h"
#include "linkpond/cli/table.h"
#include "linkpond/store/keys.h"

/* clang-format off */
static const struct flag create_flags[] = {
    { "name", FLAG_VALUE, "TEXT", BODY_TEXT, "what it is for; else \"command line\"", "用途；默认 command line" },
    { "scope", FLAG_LIST, "SCOPE", BODY_LIST, "links:read, links:write, stats:read, admin, events:write, customers:read, customers:write; several times; else all",
      "权限 links:read、links:write、stats:read、admin、events:write、customers:read、customers:write，可多次；默认全部" },
    { "owner", FLAG_VALUE, "USER", BODY_TEXT, "sees and touches only this user's links", "只能访问此负责人的短链" },
    { "domain", FLAG_VALUE, "HOST", BODY_TEXT, "sees and touches only this domain's links", "只能访问此域名的短链" },
    { "expires-at", FLAG_VALUE, "TIME", BODY_TEXT, "RFC 3339, like 2026-11-22T10:00:00+08:00", "到期时间（RFC 3339）" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
/* clang-format on */

static enum err key_create(struct cli *cli, struct fault *fault)
{
    char memory[8192];
    struct buf body;
    struct json_writer json;
    struct client_reply reply;
    struct json *key;

    buf_init_fixed(&body, memory, sizeof memory);
    json_writer_init(&json, &body);
    json_object(&json);
    if (!args_has(&cli->args, "name")) {
        json_put_str(&json, "name", STR("command line"));
    }
    if (!args_has(&cli->args, "scope")) {
        json_name(&json, "scopes");
        json_array(&json);
        for (int bit = 0; bit < SCOPE_BITS; bit++) {
            json_str(&json, scope_name((enum scope_bit)bit));
        }
        json_array_end(&json);
    }
    enum err err = body_write_flags(&cli->args, &json, fault);
    json_object_end(&json);
    err = err ? err : body.overflow ? ERR_TOO_LARGE : OK;
    struct client_request request = {.method = METHOD_POST, .path = "/api/v1/keys", .body = buf_str(&body)};
    err = err ? err : client_ask(cli, &request, &reply, fault);
    err = err ? err : client_json(cli, &reply, &key);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else {
        cli_note(cli, "%s", cli_text(cli, "The key, shown this once:", "密钥，只显示这一次："));
        printf(STR_FMT "\n", STR_ARG(cell_at(cli->arena, key, "key")));
    }
    return OK;
}

static enum err key_list(struct cli *cli, struct fault *fault)
{
    static const struct listing_column columns[] = {
        {"id", "ID", "ID", true, NULL},
        {"prefix", "STARTS", "开头", false, NULL},
        {"valid", "VALID", "有效", false, NULL},
        {"name", "NAME", "用途", false, NULL},
        {"scopes", "SCOPES", "权限", false, NULL},
        {"used_at", "LAST USED", "最近使用", false, NULL},
    };

    return listing_print(cli, "/api/v1/keys", columns, ARRAY_LEN(columns), fault);
}

static enum err key_revoke(struct cli *cli, struct fault *fault)
{
    enum err err = client_delete(cli, "/api/v1/keys", fault);

    if (!err) {
        cli_note(cli, "%s", cli_text(cli, "revoked", "已吊销"));
    }
    return err;
}

/* clang-format off */
const struct command cmd_key_verbs[] = {
    { "create", "", 0, 0, false, create_flags, NULL, key_create, "Make an API key", "新建 API 密钥" },
    { "list", "", 0, 0, false, NULL, NULL, key_list, "List the API keys", "列出 API 密钥" },
    { "revoke", "ID", 1, 1, false, NULL, NULL, key_revoke, "End an API key at once", "立即吊销 API 密钥" },
    { NULL, NULL, 0, 0, false, NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */
