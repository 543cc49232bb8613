/* SPDX-License-Identifier: MIT */
/* linkpond stats: totals, a series and groups. */
#include "linkpond/cli/client.h"
#include "linkpond/cli/commands.h"
#include "linkpond/cli/table.h"

#define PATH_BYTES_MAX LIMIT_URI

/* clang-format off */
const struct flag cmd_stats_flags[] = {
    { "period", FLAG_VALUE, "7d", BODY_NONE, "today, yesterday, 7d, 30d, mtd, last_month, 90d, 1y, all", "时间段" },
    { "from", FLAG_VALUE, "TIME", BODY_NONE, "date or RFC 3339 time", "开始日期或时间" },
    { "to", FLAG_VALUE, "TIME", BODY_NONE, "date (its whole day) or RFC 3339 time", "结束日期（含当天）或时间" },
    { "tz", FLAG_VALUE, "ZONE", BODY_NONE, "time zone of the days", "时区" },
    { "interval", FLAG_VALUE, "day", BODY_NONE, "hour, day, week or month: adds a series", "按 hour、day、week、month 列出" },
    { "group-by", FLAG_VALUE, "DIM", BODY_NONE, "one or two of link, campaign, channel, source, app, scene, ...", "分组维度，最多两个" },
    { "filter", FLAG_LIST, "DIM=VALUE", BODY_NONE, "only these clicks; several times; not_DIM=VALUE leaves out", "筛选，可多次；not_维度=值 表示排除" },
    { "class", FLAG_VALUE, "human", BODY_NONE, "human or all", "human 或 all" },
    { "compare", FLAG_VALUE, "previous", BODY_NONE, "previous or year", "对比 previous（上期）或 year（去年）" },
    { "limit", FLAG_VALUE, "N", BODY_NONE, "groups shown", "显示的分组数" },
    { "raw", FLAG_SWITCH, NULL, BODY_NONE, "UTM values as they came, not as the dictionary has them", "UTM 显示原值，不按词典归一" },
    { NULL, FLAG_SWITCH, NULL, BODY_NONE, NULL, NULL },
};
/* clang-format on */

static enum err stats_path(struct cli *cli, struct buf *path, struct fault *fault)
{
    static const char *const params[][2] = {{"period", "period"},
                                            {"from", "from"},
                                            {"to", "to"},
                                            {"tz", "tz"},
                                            {"class", "class"},
                                            {"interval", "interval"},
                                            {"group-by", "group_by"},
                                            {"limit", "limit"},
                                            {"compare", "compare"}};

    buf_add_c(path, "/api/v1/stats");
    path_param(path, "metrics", "clicks,visitors,new_visitors,scans");
    for (size_t i = 0; i < ARRAY_LEN(params); i++) {
        path_param(path, params[i][1], args_flag(&cli->args, params[i][0]));
    }
    if (args_has(&cli->args, "raw")) {
        path_param(path, "raw", "true");
    }
    if (cli->args.operands_count > 0) {
        path_param(path, "link", cli->args.operands[0]);
    }
    for (size_t i = 0; i < cli->args.flags_count; i++) {
        const struct given_flag *given = &cli->args.flags[i];
        str name, value;
        if (strcmp(given->flag->name, "filter") != 0) {
            continue;
        }
        if (!str_cut(str_from_c(given->value), '=', &name, &value)) {
            return fault_setf(fault, ERR_USAGE, "filter", "malformed", "--filter takes DIM=VALUE, not \"%.64s\"",
                              given->value);
        }
        str copy = arena_str(cli->arena, name);
        path_param(path, copy.ptr, value.ptr);
    }
    return path->overflow ? ERR_URI_TOO_LONG : OK;
}

static void print_totals(struct cli *cli, const struct json *stats)
{
    struct arena *arena = cli->arena;
    const struct json *totals = json_get(stats, STR("totals"));
    const struct json *previous = json_get(json_get(stats, STR("previous")), STR("totals"));
    static const char *const names[][2] = {
        {"clicks", "访问次数(PV)"}, {"visitors", "访问人数(UV)"}, {"new_visitors", "新访客"}, {"scans", "扫码次数"}};
    struct table table;

    printf(STR_FMT " - " STR_FMT " (" STR_FMT ")\n", STR_ARG(cell_at(arena, stats, "from")),
           STR_ARG(cell_at(arena, stats, "to")), STR_ARG(cell_at(arena, stats, "tz")));
    table_init(&table, arena, 3, 1u << 1 | 1u << 2);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        table_row(&table, (str[]){str_from_c(names[i][cli->chinese]), cell_at(arena, totals, names[i][0]),
                                  cell_at(arena, previous, names[i][0])});
    }
    table_print(&table);
    table_init(&table, arena, 2, 1u << 1);
    JSON_EACH(class, json_get(totals, STR("by_class")))
    {
        table_row(&table, (str[]){arena_f(arena, "  " STR_FMT, STR_ARG(class->name)), cell_of(arena, class)});
    }
    table_print(&table);
}

static bool is_count(str name)
{
    static const str counts[] = {STR_INIT("clicks"), STR_INIT("visitors"), STR_INIT("scans"), STR_INIT("new_visitors")};

    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        if (str_eq(name, counts[i])) {
            return true;
        }
    }
    return false;
}

/* An array of objects that all have the same members: their names are the heads. */
static void print_rows(struct cli *cli, const struct json *rows)
{
    struct table table;
    unsigned right = 0;
    size_t columns = 0;
    str cells[TABLE_COLUMNS_MAX];

    if (!rows || !rows->child) {
        return;
    }
    JSON_EACH(member, rows->child)
    {
        if (columns < TABLE_COLUMNS_MAX) {
            right |= is_count(member->name) ? 1u << columns : 0;
            cells[columns++] = member->name;
        }
    }
    table_init(&table, cli->arena, columns, right);
    table_row(&table, cells);
    JSON_EACH(row, rows)
    {
        size_t column = 0;
        for (const struct json *member = row->child; member && column < columns; member = member->next) {
            cells[column++] = cell_of(cli->arena, member);
        }
        while (column < columns) {
            cells[column++] = (str){0};
        }
        table_row(&table, cells);
    }
    putchar('\n');
    table_print(&table);
}

static void print_warnings(struct cli *cli, const struct json *warnings)
{
    static const struct {
        const char *name, *text[2];
    } known[] = {
        {"geo_not_configured",
         {"No geo file is configured, so places are known of no new click; set geo_file.",
          "未配置 IP 归属地文件，新的访问没有地区信息；请设置 geo_file。"}},
        {"geo_not_readable",
         {"No geo file could be read, so places are known of no new click; the log says why.",
          "IP 归属地文件无法读取，新的访问没有地区信息；原因见日志。"}},
    };

    JSON_EACH(warning, warnings)
    {
        str name = cell_of(cli->arena, warning);
        for (size_t i = 0; i < ARRAY_LEN(known); i++) {
            if (str_eq(name, str_from_c(known[i].name))) {
                fprintf(stderr, "%s\n", known[i].text[cli->chinese]);
            }
        }
    }
}

enum err cmd_stats(struct cli *cli, struct fault *fault)
{
    char memory[PATH_BYTES_MAX];
    struct buf path;
    struct client_reply reply;
    struct json *stats;

    buf_init_fixed(&path, memory, sizeof memory);
    enum err err = stats_path(cli, &path, fault);
    struct client_request request = {.method = METHOD_GET, .path = buf_c(&path)};
    err = err ? err : client_ask(cli, &request, &reply, fault);
    err = err ? err : client_json(cli, &reply, &stats);
    if (err) {
        return err;
    }
    if (cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
        return OK;
    }
    print_totals(cli, stats);
    if (args_has(&cli->args, "interval")) {
        print_rows(cli, json_get(stats, STR("series")));
    }
    print_rows(cli, json_get(stats, STR("groups")));
    print_warnings(cli, json_get(stats, STR("warnings")));
    return OK;
}
