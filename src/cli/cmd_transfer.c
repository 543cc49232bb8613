/* SPDX-License-Identifier: MIT */
/* linkpond import and export. */
#include <unistd.h>

#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/rows.h"
#include "linkpond/cli/sink.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX LIMIT_URI

/* clang-format off */
const struct flag cmd_import_flags[] = {
    { "conflict", FLAG_VALUE, "skip", BODY_NONE, "when an alias is in use: skip, overwrite or rename", "后缀已被使用时：skip、overwrite 或 rename" },
    { "domain", FLAG_VALUE, "HOST", BODY_NONE, "where a row names no domain", "行内未写域名时使用" },
    { "dry-run", FLAG_SWITCH, NULL, BODY_NONE, "only say what would happen", "只预演，不写入" },
    { "words", FLAG_SWITCH, NULL, BODY_NONE, "the file is one of export --words", "文件由 export --words 导出" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
const struct flag cmd_export_flags[] = {
    { "words", FLAG_SWITCH, NULL, BODY_NONE, "campaigns, channels with their UTM templates, tags and the UTM dictionary instead of links", "导出营销活动、渠道（含 UTM 模板）、标签和 UTM 词典，而不是短链" },
    { "format", FLAG_VALUE, "csv", BODY_NONE, "csv or ndjson", "csv 或 ndjson" },
    { "bom", FLAG_VALUE, "false", BODY_NONE, "true: begin with a byte order mark, for Excel", "true：以 BOM 开头，便于 Excel 打开" },
    { "q", FLAG_VALUE, "TEXT", BODY_NONE, "search", "搜索" },
    { "tag", FLAG_VALUE, "TAG", BODY_NONE, "only with this tag", "标签" },
    { "campaign", FLAG_VALUE, "KEY", BODY_NONE, "only of this campaign", "营销活动" },
    { "channel", FLAG_VALUE, "KEY", BODY_NONE, "only of this channel", "渠道" },
    { "owner", FLAG_VALUE, "USER", BODY_NONE, "only of this owner", "负责人" },
    { "domain", FLAG_VALUE, "HOST", BODY_NONE, "only on this domain", "域名" },
    { "state", FLAG_VALUE, "STATE", BODY_NONE, "scheduled, active, expired, used_up, disabled, archived, deleted", "状态" },
    { "archived", FLAG_VALUE, "true", BODY_NONE, "false, true or only", "归档：false、true 或 only" },
    { "created-from", FLAG_VALUE, "TIME", BODY_NONE, "made since then: a date or RFC 3339", "创建时间起：日期或 RFC 3339" },
    { "created-to", FLAG_VALUE, "TIME", BODY_NONE, "made until then; a date is still in", "创建时间止；日期含当天" },
    { "tz", FLAG_VALUE, "ZONE", BODY_NONE, "time zone of the dates", "日期所用时区" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
/* clang-format on */

/* ---- import ------------------------------------------------------------------------------------------------------ */

static enum err import_words(struct cli *cli, int fd, struct fault *fault)
{
    struct client_request request = {.method = METHOD_POST,
                                     .path = "/api/v1/import/words",
                                     .content_type = "application/x-ndjson",
                                     .has_fd = true,
                                     .body_fd = fd};
    struct client_reply reply;
    struct json *body = NULL;
    enum err err = client_ask(cli, &request, &reply, fault);

    err = err ? err : json_parse(cli->arena, reply.body, &body, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        cli_print(reply.body);
        putchar('\n');
    }
    JSON_EACH(problem, cli->args.json ? NULL : json_get(body, STR("problems")))
    {
        str line = cell_at(cli->arena, problem, "line"), detail = cell_at(cli->arena, problem, "detail");
        cli_print(cli->chinese
                      ? arena_f(cli->arena, "第 " STR_FMT " 行：" STR_FMT "\n", STR_ARG(line), STR_ARG(detail))
                      : arena_f(cli->arena, "line " STR_FMT ": " STR_FMT "\n", STR_ARG(line), STR_ARG(detail)));
    }
    if (!cli->args.json) {
        str created = cell_at(cli->arena, body, "created"), updated = cell_at(cli->arena, body, "updated");
        cli_print(cli->chinese
                      ? arena_f(cli->arena, "新建 " STR_FMT "，更新 " STR_FMT "\n", STR_ARG(created), STR_ARG(updated))
                      : arena_f(cli->arena, "created " STR_FMT ", updated " STR_FMT "\n", STR_ARG(created),
                                STR_ARG(updated)));
    }
    const struct json *failed = json_get(body, STR("failed"));
    cli->reported = failed && failed->integer > 0;
    return cli->reported ? ERR_INVALID : OK;
}

enum err cmd_import(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;

    if (args_has(&cli->args, "words")) {
        int fd = -1;
        enum err err = rows_open(cli->args.operands[0], &fd, fault);
        err = err ? err : import_words(cli, fd, fault);
        if (fd >= 0) {
            close(fd);
        }
        return err;
    }
    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/import");
    path_param(&path, "conflict", args_flag(&cli->args, "conflict"));
    path_param(&path, "domain", args_flag(&cli->args, "domain"));
    path_param(&path, "dry_run", args_has(&cli->args, "dry-run") ? "true" : NULL);
    return rows_send(cli, cli->args.operands[0], &path, fault);
}

/* ---- export ------------------------------------------------------------------------------------------------------ */

enum err cmd_export(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;
    struct sink sink;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, args_has(&cli->args, "words") ? "/api/v1/export/words" : "/api/v1/export");
    for (const struct flag *flag = cmd_export_flags; flag->name; flag++) {
        path_param(&path, flag->name, flag->kind == FLAG_VALUE ? args_flag(&cli->args, flag->name) : NULL);
    }
    const char *file = cli->args.operands_count > 0 ? cli->args.operands[0] : NULL;
    enum err err = path.overflow ? ERR_URI_TOO_LONG : sink_open(&sink, cli->arena, file, fault);
    if (err) {
        return err;
    }
    struct client_request request = {
        .method = METHOD_GET, .path = buf_c(&path), .accept = "*/*", .sink = sink_take, .sink_arg = &sink};
    err = client_ask(cli, &request, NULL, fault);
    return sink_close(&sink, err, fault);
}
