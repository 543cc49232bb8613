/* SPDX-License-Identifier: MIT */
/* linkpond backup and check. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "linkpond/base/clock.h"
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/sink.h"
#include "linkpond/cli/table.h"

#define PIECE_BYTES (256 * 1024)

const struct flag cmd_check_flags[] = {
    {"repair", FLAG_SWITCH, NULL, BODY_NONE, "count the stored sums again from the clicks", "根据访问明细重新统计汇总"},
    {NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL},
};

/* ---- backup ------------------------------------------------------------------------------------------------------ */

static enum err copy_bytes(int from, struct sink *into)
{
    char *piece = malloc(PIECE_BYTES);
    ssize_t got = piece ? 1 : -1;

    while (got > 0) {
        got = read(from, piece, PIECE_BYTES);
        if (got > 0 && !sink_take(into, (str){piece, (size_t)got})) {
            got = -1;
        }
    }
    free(piece);
    return got < 0 ? ERR_IO : OK;
}

/* By name where the file system allows it, else by copying. */
static enum err move_file(struct arena *arena, const char *from, const char *into, struct fault *fault)
{
    struct sink sink;

    if (rename(from, into) == 0) {
        return OK;
    }
    if (errno != EXDEV) {
        return fault_setf(fault, ERR_IO, "", "io", "%.120s cannot be written: %s", into, strerrordesc_np(errno));
    }
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    enum err err = fd < 0 ? ERR_IO : sink_open(&sink, arena, into, fault);
    if (!err) {
        err = copy_bytes(fd, &sink);
        err = sink_close(&sink, err, fault);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (!err) {
        unlink(from);
    }
    return err;
}

enum err cmd_backup(struct cli *cli, struct fault *fault)
{
    bool elsewhere = cli->args.operands_count > 0; /* then under a name of its own until it is moved there */
    str call = elsewhere ? arena_f(cli->arena, "/api/v1/backup?name=moving-%lld.db", (long long)clock_now_ms())
                         : STR("/api/v1/backup");
    struct client_request request = {.method = METHOD_POST, .path = call.ptr};
    struct client_reply reply;
    struct json *backup;
    enum err err = client_ask(cli, &request, &reply, fault);

    err = err ? err : client_json(cli, &reply, &backup);
    if (err) {
        return err;
    }
    str path = cell_at(cli->arena, backup, "path");
    if (elsewhere) {
        err = move_file(cli->arena, path.ptr, cli->args.operands[0], fault);
        path = str_from_c(cli->args.operands[0]);
    }
    if (!err && cli->args.json) {
        struct buf out;
        struct json_writer json;
        char memory[8192];
        buf_init_fixed(&out, memory, sizeof memory);
        json_writer_init(&json, &out);
        json_object(&json);
        json_put_str(&json, "path", path);
        json_name(&json, "bytes");
        json_value(&json, json_get(backup, STR("bytes")));
        json_object_end(&json);
        printf(STR_FMT "\n", STR_ARG(buf_str(&out)));
    } else if (!err) {
        printf(STR_FMT "\n", STR_ARG(path));
    }
    return err;
}

/* ---- check ------------------------------------------------------------------------------------------------------- */

enum err cmd_check(struct cli *cli, struct fault *fault)
{
    bool repair = args_has(&cli->args, "repair");
    struct client_request request = {.method = METHOD_POST,
                                     .path = repair ? "/api/v1/check?repair=true" : "/api/v1/check"};
    struct client_reply reply;
    struct json *found;
    struct table table;
    enum err err = client_ask(cli, &request, &reply, fault);

    err = err ? err : client_json(cli, &reply, &found);
    if (err) {
        return err;
    }
    const struct json *ok = json_get(found, STR("ok"));
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else {
        table_init(&table, cli->arena, 3, 0);
        JSON_EACH(check, json_get(found, STR("checks")))
        {
            table_row(&table, (str[]){cell_at(cli->arena, check, "status"), cell_at(cli->arena, check, "name"),
                                      cell_at(cli->arena, check, "detail")});
        }
        table_print(&table);
    }
    cli->reported = !ok || !ok->boolean;
    return cli->reported ? ERR_CORRUPT : OK;
}
