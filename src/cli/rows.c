/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linkpond/cli/client.h"
#include "linkpond/cli/table.h"

#define LINE_BYTES_MAX (64 * 1024)
#define LINE_ARENA_MAX ((size_t)4 * 1024 * 1024)

/* The report as it streams in, cut into lines. */
struct row_report {
    struct cli *cli;
    struct buf line;
    int64_t problems;
    bool shows_progress, is_complete;
};

/* Of links "failed", of events a status as HTTP has it. */
static bool is_failed(const struct json *row)
{
    const struct json *status = json_get(row, STR("status"));

    return status && (status->type == JSON_STRING ? str_eq(status->string, STR("failed")) : status->integer >= 400);
}

static void report_problem(struct row_report *self, struct arena *arena, const struct json *row)
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

static void report_line(struct row_report *self, str line)
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
    bool failed = is_failed(row);
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
    struct row_report *self = arg;
    str line;

    while (str_cut(bytes, '\n', &line, &bytes)) {
        buf_add(&self->line, line);
        report_line(self, buf_str(&self->line));
        buf_reset(&self->line);
    }
    buf_add(&self->line, line);
    return !self->line.overflow;
}

/* What came by a pipe is spooled to an unlinked file: a call says how long its body is. */
enum err rows_open(const char *path, int *out, struct fault *fault)
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

static enum err send_rows(struct cli *cli, int fd, struct buf *path, struct row_report *report, struct fault *fault)
{
    if (!cli->args.json) { /* people want to see what went wrong; scripts get a line for each row */
        path_param(path, "report", "problems");
        path_param(path, "progress", report->shows_progress ? "true" : NULL);
    }
    struct client_request request = {.method = METHOD_POST,
                                     .path = buf_c(path),
                                     .content_type = "text/csv",
                                     .accept = "application/x-ndjson",
                                     .has_fd = true,
                                     .body_fd = fd,
                                     .sink = report_take,
                                     .sink_arg = report};
    return path->overflow ? ERR_URI_TOO_LONG : client_ask(cli, &request, NULL, fault);
}

enum err rows_send(struct cli *cli, const char *file, struct buf *path, struct fault *fault)
{
    struct row_report report = {.cli = cli,
                                .shows_progress = !cli->args.quiet && !cli->args.json && isatty(STDERR_FILENO)};
    int fd = -1;
    enum err err = rows_open(file, &fd, fault);

    if (err) {
        return err;
    }
    buf_init_heap(&report.line, LINE_BYTES_MAX * 16);
    err = send_rows(cli, fd, path, &report, fault);
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
