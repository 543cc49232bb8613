/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/listing.h"

static void print_items(struct cli *cli, const struct json *page, const struct listing_column *columns, size_t count)
{
    str cells[TABLE_COLUMNS_MAX];
    struct table table;
    unsigned right = 0;

    for (size_t i = 0; i < count; i++) {
        cells[i] = str_from_c(cli->chinese ? columns[i].head_zh : columns[i].head);
        right |= columns[i].right ? 1U << i : 0;
    }
    table_init(&table, cli->arena, count, right);
    table_row(&table, cells);
    JSON_EACH(item, json_get(page, STR("items")))
    {
        for (size_t i = 0; i < count; i++) {
            cells[i] = columns[i].cell ? columns[i].cell(cli->arena, item) : cell_at(cli->arena, item, columns[i].name);
        }
        table_row(&table, cells);
    }
    table_print(&table);
}

enum err listing_print(struct cli *cli, const char *path, const struct listing_column *columns, size_t count,
                       struct fault *fault)
{
    struct client_reply reply;
    struct json *page = NULL;
    enum err err = client_send(cli, METHOD_GET, path, (str){0}, &reply, &page, fault);

    BUG_ON(count > TABLE_COLUMNS_MAX);
    if (!err && cli->args.json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else if (!err) {
        print_items(cli, page, columns, count);
    }
    return err;
}
