/* SPDX-License-Identifier: MIT */
/* linkpond import and export. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/sink.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX LIMIT_URI
#define LINE_BYTES_MAX (64 * 1024)
#define LINE_ARENA_MAX ((size_t)4 * 1024 * 1024)

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

/* The report as it streams in, cut into lines. */
struct import_report {
    struct cli *cli;
    struct buf line;
    int64_t problems;
    bool shows_progress, is_complete;
};

static void report_problem(struct import_report *self, struct arena *arena, const struct json *row)
{
    const struct json *problem = json_get(row, STR("problem"));
    str detail = problem && problem->type == JSON_OBJECT ? cell_at(arena, problem, "detail") : cell_of(arena, problem);

    if (self->shows_progress) {
        fputs("\r\033[K", stderr);
    }
    str number = cell_at(arena, row, "row");
    cli_print(self->cli->chinese ? arena_f(arena, "第 " STR_FMT " 行：" STR_FMT "\n", STR_ARG(number), STR_ARG(detail))
                                 : arena_f(arena, "row " STR_FMT ": " STR_FMT "\n", STR_ARG(number), STR_ARG(detail)));
}

static void report_line(struct import_report *self, str line)
{
    struct arena arena;
    struct json *row = NULL;

    if (line.len == 0) {
        return;
    }
    arena_init(&arena, LINE_ARENA_MAX);
    enum err err = json_parse(&arena, line, &row, NULL);
    const struct json *summary = json_get(row, STR("summary"));
    const struct json *complete = json_get(summary, STR("complete"));
    const struct json *progress = json_get(json_get(row, STR("progress")), STR("rows"));
    bool failed = str_eq(cell_at(&arena, row, "status"), STR("failed"));
    self->problems += failed;
    self->is_complete = self->is_complete || (complete && complete->boolean);
    if (self->cli->args.json || err) {
        cli_print(line);
        putchar('\n');
    } else if (summary) {
        table_print_object(&arena, summary);
    } else if (failed) {
        report_problem(self, &arena, row);
    } else if (progress && self->shows_progress) {
        fprintf(stderr, "\r%lld", (long long)progress->integer);
    }
    arena_done(&arena);
}

static bool report_take(void *arg, str bytes)
{
    struct import_report *self = arg;
    str line;

    while (str_cut(bytes, '\n', &line, &bytes)) {
        buf_add(&self->line, line);
        report_line(self, buf_str(&self->line));
        buf_reset(&self->line);
    }
    buf_add(&self->line, line);
    return !self->line.overflow;
}

/* A regular file: what was named, or what came by a pipe, spooled to an unlinked one. */
static enum err input_open(const char *path, int *out, struct fault *fault)
{
    struct stat status;
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) != 0) {
        return fault_setf(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, "", "unreadable",
                          "%.120s cannot be read: %s", path, strerrordesc_np(errno));
    }
    if (S_ISREG(status.st_mode) && !is_stdin) {
        *out = fd;
        return OK;
    }
    FILE *spool = tmpfile();
    char piece[LINE_BYTES_MAX];
    ssize_t got = 0;
    bool written = spool != NULL;
    while (written && (got = read(fd, piece, sizeof piece)) > 0) {
        written = fwrite(piece, 1, (size_t)got, spool) == (size_t)got;
    }
    written = written && got == 0 && fflush(spool) == 0;
    *out = written ? dup(fileno(spool)) : -1;
    close(fd);
    if (spool) {
        (void)fclose(spool); /* it was flushed */
    }
    return *out >= 0 ? OK : fault_setf(fault, ERR_IO, "", "unreadable", "%.120s cannot be read", path);
}

static enum err import_run(struct cli *cli, int fd, struct import_report *report, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/import");
    path_param(&path, "conflict", args_flag(&cli->args, "conflict"));
    path_param(&path, "domain", args_flag(&cli->args, "domain"));
    path_param(&path, "dry_run", args_has(&cli->args, "dry-run") ? "true" : NULL);
    if (!cli->args.json) { /* people want to see what went wrong; scripts get a line for each row */
        path_param(&path, "report", "problems");
        path_param(&path, "progress", report->shows_progress ? "true" : NULL);
    }
    struct client_request request = {.method = METHOD_POST,
                                     .path = buf_c(&path),
                                     .content_type = "text/csv",
                                     .accept = "application/x-ndjson",
                                     .has_fd = true,
                                     .body_fd = fd,
                                     .sink = report_take,
                                     .sink_arg = report};
    return path.overflow ? ERR_URI_TOO_LONG : client_ask(cli, &request, NULL, fault);
}

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
    struct import_report report = {.cli = cli,
                                   .shows_progress = !cli->args.quiet && !cli->args.json && isatty(STDERR_FILENO)};
    int fd = -1;
    enum err err = input_open(cli->args.operands[0], &fd, fault);

    if (err) {
        return err;
    }
    if (args_has(&cli->args, "words")) {
        err = import_words(cli, fd, fault);
        close(fd);
        return err;
    }
    buf_init_heap(&report.line, LINE_BYTES_MAX * 16);
    err = import_run(cli, fd, &report, fault);
    close(fd);
    if (!err) {
        report_line(&report, buf_str(&report.line));
    }
    buf_done(&report.line);
    if (report.shows_progress) {
        fputs("\r\033[K", stderr);
    }
    if (err) {
        return err;
    }
    if (!report.is_complete) {
        return fault_set(fault, ERR_IO, "", "cut_off", "the import ended early; run it again",
                         "导入提前结束，请重新导入");
    }
    cli->reported = report.problems > 0;
    return report.problems > 0 ? ERR_INVALID : OK;
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
