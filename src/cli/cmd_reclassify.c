/* SPDX-License-Identifier: MIT */
/* linkpond reclassify: asks for it, looks on until it is done, says what changed. */
#include <time.h>
#include <unistd.h>

#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/table.h"

#define LOOK_EVERY_NS 500000000L

const struct flag cmd_reclassify_flags[] = {
    {"dry-run", FLAG_SWITCH, NULL, BODY_NONE, "only count what would change", "只统计会变化的访问，不修改"},
    {"from", FLAG_VALUE, "TIME", BODY_NONE, "only clicks since this date or RFC 3339 time",
     "只处理此日期或时间之后的访问"},
    {"to", FLAG_VALUE, "TIME", BODY_NONE, "only clicks until this date (its whole day) or RFC 3339 time",
     "只处理此日期（含当天）或时间之前的访问"},
    {NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL},
};

static enum err ask(struct cli *cli, struct client *client, enum method method, const char *path, struct json **out,
                    str *body, struct fault *fault)
{
    const struct client_request request = {.method = method, .path = path};
    struct client_reply reply;
    enum err err = client_call(client, &request, &reply, fault);

    err = err ? err : client_verdict(cli, &reply);
    err = err ? err : client_json(cli, &reply, out);
    *body = err ? (str){0} : reply.body;
    return err;
}

static bool is_over(const struct json *rewrite)
{
    const struct json *state = json_get(rewrite, STR("state"));

    return !state || str_eq(state->string, STR("done")) || str_eq(state->string, STR("failed"));
}

static int64_t number(const struct json *rewrite, const char *name)
{
    const struct json *value = json_get(rewrite, str_from_c(name));

    return value ? value->integer : 0;
}

/* One line that is written over, for people at a terminal. */
static void show_progress(const struct cli *cli, const struct json *rewrite)
{
    if (cli->args.quiet || !isatty(STDERR_FILENO)) {
        return;
    }
    const long long done = number(rewrite, "chunks_done"), chunks = number(rewrite, "chunks"),
                    clicks = number(rewrite, "clicks"), changed = number(rewrite, "changed");
    if (cli->chinese) {
        fprintf(stderr, "\r%lld / %lld 块，%lld 次访问，%lld 次变化 ", done, chunks, clicks, changed);
    } else {
        fprintf(stderr, "\r%lld of %lld chunks, %lld clicks, %lld changed ", done, chunks, clicks, changed);
    }
}

static enum err look_on(struct cli *cli, struct client *client, struct json **rewrite, str *body, struct fault *fault)
{
    const struct timespec pause = {.tv_nsec = LOOK_EVERY_NS};
    str path = arena_f(cli->arena, "/api/v1/rewrites/%lld", (long long)number(*rewrite, "id"));
    enum err err = OK;

    while (!err && !is_over(*rewrite)) {
        show_progress(cli, *rewrite);
        nanosleep(&pause, NULL);
        err = ask(cli, client, METHOD_GET, path.ptr, rewrite, body, fault);
    }
    if (!err) {
        show_progress(cli, *rewrite);
    }
    if (!cli->args.quiet && isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }
    return err;
}

static void print_counts(struct cli *cli, const struct json *rewrite)
{
    struct arena *arena = cli->arena;
    struct table table;

    const long long clicks = number(rewrite, "clicks"), changed = number(rewrite, "changed");
    const bool dry_run = json_get(rewrite, STR("dry_run"))->boolean;
    if (cli->chinese) {
        printf("查看了 %lld 次访问，%lld 次%s\n", clicks, changed, dry_run ? "会变化" : "已变化");
    } else {
        printf("%lld clicks looked at, %lld %s\n", clicks, changed, dry_run ? "would change" : "changed");
    }
    table_init(&table, arena, 3, 1u << 2);
    JSON_EACH(row, json_get(rewrite, STR("classes")))
    {
        table_row(&table, (str[]){cell_at(arena, row, "from"),
                                  arena_f(arena, "-> " STR_FMT, STR_ARG(cell_at(arena, row, "to"))),
                                  cell_at(arena, row, "clicks")});
    }
    JSON_EACH(value, json_get(rewrite, STR("values")))
    {
        if (value->integer > 0) {
            table_row(&table, (str[]){value->name, STR(""), cell_of(arena, value)});
        }
    }
    table_print(&table);
}

static enum err run(struct cli *cli, struct client *client, struct fault *fault)
{
    char memory[LIMIT_URI];
    struct buf path;
    struct json *rewrite = NULL;
    str body = {0};

    buf_init_fixed(&path, memory, sizeof memory);
    buf_add_c(&path, "/api/v1/reclassify");
    path_param(&path, "dry_run", args_has(&cli->args, "dry-run") ? "true" : NULL);
    path_param(&path, "from", args_flag(&cli->args, "from"));
    path_param(&path, "to", args_flag(&cli->args, "to"));
    if (path.overflow) {
        return ERR_URI_TOO_LONG;
    }
    enum err err = ask(cli, client, METHOD_POST, buf_c(&path), &rewrite, &body, fault);
    err = err ? err : look_on(cli, client, &rewrite, &body, fault);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(body));
    } else {
        print_counts(cli, rewrite);
    }
    const struct json *failure = json_get(rewrite, STR("failure"));
    return failure && failure->type == JSON_STRING
               ? fault_setf(fault, ERR_INVALID, "", "failed", STR_FMT, STR_ARG(failure->string))
               : OK;
}

enum err cmd_reclassify(struct cli *cli, struct fault *fault)
{
    struct client *client = NULL;
    enum err err = client_open(cli, &client, fault);

    err = err ? err : run(cli, client, fault);
    client_close(client);
    return err;
}
